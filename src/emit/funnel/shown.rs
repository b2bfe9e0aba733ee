//! Counts, shares and wordings as people read them. `counts.js` of the page writes them the same way.

use crate::population::Count;

/// `7,664`; where it is withheld `<5` or `7,664–7,690`.
pub(super) fn count(count: Count, below: Option<u64>) -> String {
    if count.is_exact() {
        return number(count.least);
    }
    if let Some(below) = below.filter(|below| count.most < *below) {
        return format!("<{below}");
    }
    format!("{}–{}", number(count.least), number(count.most))
}

/// With commas between thousands.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `0.8 %`, with `≈` before that of a range; nothing where there is nobody.
pub(super) fn share(count: Count, everybody: Count) -> String {
    let (part, whole) = (count.middle(), everybody.middle());
    if whole == 0 {
        return String::new();
    }
    let tenths = (u128::from(part) * 2000 + u128::from(whole)) / (2 * u128::from(whole));
    let about = if count.is_exact() && everybody.is_exact() { "" } else { "≈" };
    match tenths {
        0 if part > 0 => "<0.1 %".to_owned(),
        1000.. if part < whole => ">99.9 %".to_owned(),
        _ => format!("{about}{}.{} %", tenths / 10, tenths % 10),
    }
}

/// By how much the bars of a step are lengthened so that those of a long tail can be told apart: a power of ten that
/// leaves them at most half as long as that of everybody.
pub(super) fn magnified(possible: Count, everybody: Count) -> u64 {
    let (part, whole) = (u128::from(possible.middle()), u128::from(everybody.middle()));
    let mut times = 1;
    while part > 0 && part * u128::from(times) * 20 <= whole && times < 1_000_000_000 {
        times *= 10;
    }
    times
}

/// The length of a bar, where `longest` is that of everybody; what is more than nobody can be seen.
pub(super) fn length(count: Count, everybody: Count, times: u64, longest: u64, least: u64) -> u64 {
    let (part, whole) = (u128::from(count.middle()), u128::from(everybody.middle().max(1)));
    let length = u128::from(longest) * u128::from(times) * part / whole;
    match part {
        0 => 0,
        _ => length.clamp(u128::from(least), u128::from(longest)) as u64,
    }
}

/// The first words of a wording, at most so many letters.
pub(super) fn shortened(prose: &str, most: usize) -> String {
    let prose = prose.split_whitespace().collect::<Vec<_>>().join(" ");
    if prose.chars().count() <= most {
        return prose;
    }
    let cut: String = prose.chars().take(most.saturating_sub(1)).collect();
    let words = cut.rfind(' ').filter(|at| *at * 3 > cut.len() * 2).map_or(cut.as_str(), |at| &cut[..at]);
    format!("{}…", words.trim_end_matches([' ', ',', ';', ':', '(', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_at_a_glance() {
        let range = |least, most| count(Count { least, most }, Some(5));
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([range(7, 7), range(1, 4), range(1, 8)], ["7", "<5", "1–8"]);
    }

    #[test]
    fn a_share_is_rounded_but_never_to_none_or_all() {
        let of = |part, whole| share(Count::exactly(part), Count::exactly(whole));
        assert_eq!([of(1, 3), of(2, 3), of(1, 16)], ["33.3 %", "66.7 %", "6.3 %"]);
        assert_eq!(
            [of(0, 9), of(9, 9), of(1, 100_000), of(99_999, 100_000)],
            ["0.0 %", "100.0 %", "<0.1 %", ">99.9 %"]
        );
        assert_eq!(of(0, 0), "");
        assert_eq!(share(Count { least: 1, most: 4 }, Count::exactly(20)), "≈10.0 %");
    }

    #[test]
    fn short_bars_are_lengthened_tenfold_up_to_half_of_the_longest() {
        let times = |part| magnified(Count::exactly(part), Count::exactly(10_000));
        assert_eq!([10_000, 501, 500, 51, 50, 1, 0].map(times), [1, 1, 10, 10, 100, 1000, 1]);
        let bar = |part, times| length(Count::exactly(part), Count::exactly(10_000), times, 1000, 3);
        assert_eq!([bar(500, 10), bar(1, 1), bar(0, 1), bar(10_000, 1)], [500, 3, 0, 1000]);
    }

    #[test]
    fn a_wording_is_cut_between_words() {
        assert_eq!(shortened("Serum creatinine > 1.5 mg/dl (males)", 24), "Serum creatinine > 1.5…");
        assert_eq!(shortened("Serum  creatinine\n> 1.5", 24), "Serum creatinine > 1.5");
        assert_eq!(shortened("Donaudampfschifffahrtsgesellschaft", 10), "Donaudamp…");
    }
}
