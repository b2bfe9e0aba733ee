//! Numbers in a wording, with the comparison before them and the unit behind them.

use std::ops::Range;

use super::{Prose, Token, TokenKind};
use crate::model::{Comparator, TimeUnit};
use crate::number::Exact;
use crate::units::{self, Unit};

/// What a number counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::check) enum Measure {
    Time(TimeUnit),
    /// Times the upper or lower limit of normal.
    Limit,
    Unit(Unit),
    /// No unit was recognised.
    Bare,
}

#[derive(Clone, Debug)]
pub(in crate::check) struct Quantity {
    pub value: Exact,
    /// Of the number, in bytes.
    pub number: Range<usize>,
    /// Of the number's token.
    pub token: usize,
    /// Of the unit, where there is one.
    pub unit: Option<Range<usize>>,
    pub measure: Measure,
    pub comparator: Option<(Comparator, Range<usize>)>,
    /// The number ends a range such as `0.3-2.0` or `40 to 65`; the index of the quantity that begins it.
    pub since: Option<usize>,
}

impl Quantity {
    /// From the comparison to the unit.
    pub fn range(&self) -> Range<usize> {
        let start =
            self.comparator.as_ref().map_or(self.number.start, |(_, at)| at.start.min(self.number.start));
        start..self.unit.as_ref().map_or(self.number.end, |unit| unit.end)
    }
}

/// Words that UCUM would read as units.
const NOT_UNITS: [&str; 22] = [
    "a", "at", "of", "in", "or", "and", "to", "for", "by", "as", "on", "is", "if", "no", "the", "with", "mi",
    "be", "m", "st", "t", "pt",
];

/// Words before a number that make it a name: `type 2`, `grade 3`.
const NAMING: [&str; 16] = [
    "type", "phase", "stage", "grade", "class", "part", "cohort", "visit", "cycle", "arm", "group",
    "version", "factor", "level", "section", "appendix",
];

pub(super) fn quantities(prose: &Prose<'_>) -> Vec<Quantity> {
    let mut found: Vec<Quantity> = Vec::new();
    for (index, token) in prose.tokens.iter().enumerate() {
        if token.kind != TokenKind::Number || is_name(prose, index) {
            continue;
        }
        let Ok(value) = prose.words(token.range.clone()).parse::<Exact>() else { continue };
        let (measure, unit) = unit_after(prose, index);
        let quantity = Quantity {
            value,
            number: token.range.clone(),
            token: index,
            unit,
            measure,
            comparator: comparator_before(prose, index),
            since: None,
        };
        found.push(quantity);
    }
    link_ranges(prose, &mut found);
    found
}

/// `0.3-2.0 ng/mL`, `40 to 65 years`: the unit of the second is that of both.
fn link_ranges(prose: &Prose<'_>, found: &mut [Quantity]) {
    for second in 1..found.len() {
        let first = second - 1;
        let between = found[first].token + 1..found[second].token;
        let joined = between.len() == 1
            && matches!(prose.tokens[between.start].lower.as_str(), "-" | "–" | "—" | "to" | "and");
        if !joined {
            continue;
        }
        let word = prose.tokens[between.start].lower.clone();
        let after_between =
            found[first].token.checked_sub(1).is_some_and(|at| prose.tokens[at].is("between"));
        if word == "and" && !after_between {
            continue;
        }
        found[second].since = Some(first);
        if found[first].measure == Measure::Bare {
            found[first].measure = found[second].measure.clone();
        }
    }
}

/// A number that is part of a name: `GLP-1`, `type 2`, `10^9`, `2nd`, `E10.2`.
fn is_name(prose: &Prose<'_>, index: usize) -> bool {
    let tokens = &prose.tokens;
    let before = |back: usize| index.checked_sub(back).map(|at| &tokens[at]);
    let glued_word = |token: Option<&Token>| token.is_some_and(Token::is_word);
    if tokens[index].glued {
        if before(1).is_some_and(|token| token.is("-") && token.glued) && glued_word(before(2)) {
            return true;
        }
        if before(1).is_some_and(|token| matches!(token.lower.as_str(), "^" | "*" | "/" | "." | "_")) {
            return true;
        }
    }
    if before(1).is_some_and(|token| token.is_word() && is_naming(&token.lower)) {
        return true;
    }
    let next = tokens.get(index + 1);
    let power = next.is_some_and(|token| matches!(token.lower.as_str(), "^" | "*"));
    let ordinal = next
        .is_some_and(|token| token.glued && matches!(token.lower.as_str(), "st" | "nd" | "rd" | "th" | "®"));
    power || ordinal
}

fn is_naming(word: &str) -> bool {
    NAMING.contains(&word) || word.strip_suffix('s').is_some_and(|word| NAMING.contains(&word))
}

fn unit_after(prose: &Prose<'_>, index: usize) -> (Measure, Option<Range<usize>>) {
    let Some(next) = prose.tokens.get(index + 1) else { return (Measure::Bare, None) };
    let after_hyphen = next.is("-") && next.glued;
    let at = if after_hyphen { index + 2 } else { index + 1 };
    let Some(first) = prose.tokens.get(at) else { return (Measure::Bare, None) };
    if let Some(unit) = time_word(&first.lower) {
        return (Measure::Time(unit), Some(first.range.clone()));
    }
    if let Some(end) = limit_after(prose, at) {
        return (Measure::Limit, Some(first.range.start..end));
    }
    let rest = &prose.text[first.range.start..];
    let mut ends: Vec<usize> = rest
        .char_indices()
        .filter(|(_, c)| c.is_whitespace() || ",;()".contains(*c))
        .map(|(end, _)| end)
        .chain([rest.len()])
        .take(3)
        .collect();
    ends.reverse();
    for end in ends {
        let text = rest[..end].trim_end_matches(['.', ':', ',']).trim_end();
        let first_word = text.split([' ', '/']).next().unwrap_or("");
        if text.is_empty() || NOT_UNITS.contains(&first_word.to_lowercase().as_str()) || !is_unit_like(text) {
            continue;
        }
        // `x 10^9/L`: the blank is the wording's, not the unit's.
        let joined = text.replace(' ', "");
        if let Some(unit) = units::recognise(text).or_else(|| units::recognise(&joined)) {
            let start = first.range.start;
            return (Measure::Unit(unit), Some(start..start + text.len()));
        }
    }
    (Measure::Bare, None)
}

/// A unit starts with a letter, a percent sign, a slash, a bracket, or a power of ten.
fn is_unit_like(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || "%/[×µ°".contains(c)) && !text.contains(". ")
}

fn time_word(word: &str) -> Option<TimeUnit> {
    Some(match word {
        "minute" | "minutes" => TimeUnit::Minute,
        "hour" | "hours" | "hr" | "hrs" => TimeUnit::Hour,
        "day" | "days" => TimeUnit::Day,
        "week" | "weeks" | "wk" | "wks" => TimeUnit::Week,
        "month" | "months" | "mo" | "mos" => TimeUnit::Month,
        "year" | "years" | "yr" | "yrs" | "y" => TimeUnit::Year,
        _ => return None,
    })
}

/// `x ULN`, `× the upper limit of normal`, `times upper limit of normal`.
fn limit_after(prose: &Prose<'_>, at: usize) -> Option<usize> {
    let window = prose.tokens.get(at..(at + 6).min(prose.tokens.len()))?;
    let mut rest =
        window.iter().skip_while(|token| matches!(token.lower.as_str(), "x" | "×" | "*" | "times" | "the"));
    let first = rest.next()?;
    if matches!(first.lower.as_str(), "uln" | "lln") {
        return Some(first.range.end);
    }
    let second = rest.next()?;
    (matches!(first.lower.as_str(), "upper" | "lower") && matches!(second.lower.as_str(), "limit" | "limits"))
        .then_some(second.range.end)
}

/// The comparison in signs or words that ends at a number.
fn comparator_before(prose: &Prose<'_>, index: usize) -> Option<(Comparator, Range<usize>)> {
    let tokens = &prose.tokens[..index];
    let word = |back: usize| tokens.len().checked_sub(back).map_or("", |at| tokens[at].lower.as_str());
    let range = |back: usize| tokens[tokens.len() - back].range.start..tokens[tokens.len() - 1].range.end;
    let sign = match (word(2), word(1)) {
        (">", "=") => Some((Comparator::AtLeast, 2)),
        ("<", "=") => Some((Comparator::AtMost, 2)),
        (_, "≥") => Some((Comparator::AtLeast, 1)),
        (_, "≤") => Some((Comparator::AtMost, 1)),
        (_, ">") => Some((Comparator::Greater, 1)),
        (_, "<") => Some((Comparator::Less, 1)),
        (_, "=") => Some((Comparator::Equal, 1)),
        _ => None,
    };
    let in_words = || {
        let than_or_equal = word(1) == "to" && word(2) == "equal" && word(3) == "or" && word(4) == "than";
        let (back, than) = if than_or_equal { (5, true) } else { (2, word(1) == "than") };
        if than {
            let strict = !than_or_equal;
            let negated = word(back + 1) == "no" || word(back + 1) == "not";
            let found = match (word(back), strict, negated) {
                ("more" | "greater" | "higher" | "older" | "longer", true, false) => Comparator::Greater,
                ("more" | "greater" | "higher" | "older" | "longer", false, false) => Comparator::AtLeast,
                ("more" | "greater" | "higher" | "older" | "longer", true, true) => Comparator::AtMost,
                ("less" | "lower" | "fewer" | "younger" | "shorter", true, false) => Comparator::Less,
                ("less" | "lower" | "fewer" | "younger" | "shorter", false, false) => Comparator::AtMost,
                ("less" | "lower" | "fewer" | "younger" | "shorter", true, true) => Comparator::AtLeast,
                _ => return None,
            };
            return Some((found, back + usize::from(negated)));
        }
        match (word(3), word(2), word(1)) {
            (_, "at", "least") => Some((Comparator::AtLeast, 2)),
            (_, "at", "most") | (_, "up", "to") => Some((Comparator::AtMost, 2)),
            (_, "not" | "to", "exceed") if word(3) == "not" => Some((Comparator::AtMost, 3)),
            (_, "not", "exceed" | "exceeding") => Some((Comparator::AtMost, 2)),
            (_, _, "exceeding" | "exceeds" | "above") => Some((Comparator::Greater, 1)),
            (_, _, "below") => Some((Comparator::Less, 1)),
            _ => None,
        }
    };
    sign.or_else(in_words).map(|(comparator, back)| (comparator, range(back)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let prose = Prose::new(text, None);
        let one = |quantity: &Quantity| {
            let sign = quantity.comparator.as_ref().map_or("", |(comparator, _)| comparator.symbol());
            let unit = match &quantity.measure {
                Measure::Time(unit) => format!(" {unit:?}"),
                Measure::Limit => " x limit".to_owned(),
                Measure::Unit(unit) => format!(" {}", unit.code()),
                Measure::Bare => String::new(),
            };
            let to = if quantity.since.is_some() { "to " } else { "" };
            format!("{to}{sign}{}{unit}", quantity.value)
        };
        prose.quantities().iter().map(one).collect()
    }

    #[test]
    fn reads_thresholds_with_their_comparisons_and_units() {
        assert_eq!(shown("HbA1c ≥ 7.5 and ≤ 9.5% at time of randomization."), [">=7.5", "<=9.5 %"]);
        assert_eq!(
            shown("serum creatinine > 1.5 mg/dl (males) and 1.4 mg/dl (females)"),
            [">1.5 mg/dL", "1.4 mg/dL"]
        );
        assert_eq!(shown("SBP >160 mmHg or DBP >=100 mm Hg"), [">160 mm[Hg]", ">=100 mm[Hg]"]);
        assert_eq!(shown("platelets <100,000/L"), ["<100000 /L"]);
        assert_eq!(shown("Abnormal liver function >1.5 x ULN"), [">1.5 x limit"]);
        assert_eq!(shown("AST above 3 times the upper limit of normal"), [">3 x limit"]);
        assert_eq!(shown("INR >1.5, PTT>40, PT >15."), [">1.5", ">40", ">15"]);
        assert_eq!(shown("should not exceed 1.0 units/day/kg"), ["<=1 U/d/kg"]);
    }

    #[test]
    fn reads_durations_and_comparisons_in_words() {
        assert_eq!(shown("within 4 weeks of enrollment"), ["4 Week"]);
        assert_eq!(shown("a 3-month run-in, minimum of 4 months"), ["3 Month", "4 Month"]);
        assert_eq!(shown("at least 18 years, no more than 65 years"), [">=18 Year", "<=65 Year"]);
        assert_eq!(shown("greater than or equal to 18 years; more than 5 mg"), [">=18 Year", ">5 mg"]);
    }

    #[test]
    fn ranges_are_linked_and_share_their_unit() {
        assert_eq!(shown("Basal C-peptide 0.3-2.0 ng/mL"), ["0.3 ng/mL", "to 2 ng/mL"]);
        assert_eq!(shown("aged 40 to 65 years"), ["40 Year", "to 65 Year"]);
        assert_eq!(shown("5 visits and 3 calls"), ["5", "3"]);
    }

    #[test]
    fn numbers_in_names_are_no_quantities() {
        assert_eq!(
            shown("type 2 diabetes, GLP-1 analogues, HbA1c, NYHA class 3, 2nd line"),
            Vec::<String>::new()
        );
        assert_eq!(shown("platelets < 100 x 10^9/L"), ["<100 10*9/L"]);
    }
}
