//! Slips that are known by the word in the way, where the grammar could not go on.

use std::ops::Range;

use super::Rule;
use super::expected::Wanted;
use super::foreign;
use super::terms::COMPARISON;
use super::words::{after_blanks, is_blank, is_reserved, is_word, word_at};
use crate::ast::WORDS_FOR_TAKING;
use crate::diagnostics::{Diagnostic, codes};
use crate::syntax::Slice;

/// Slips that are known by their first word, whatever could stand there.
pub(super) fn known_slip(
    slice: Slice<'_>,
    entry: Rule,
    word: &Range<usize>,
    wanted: &Wanted,
) -> Option<Diagnostic> {
    let text = &slice.text[word.clone()];
    let span = slice.span(word.clone());
    let stray = |message: String| Diagnostic::new(&codes::STRAY_TEXT, span, message);
    let prose = |message: String| Diagnostic::new(&codes::WORD_FOR_SYMBOL, span, message);
    if let Some(said) = blank_in_unit(slice, word)
        .or_else(|| date(slice, word))
        .or_else(|| lone_x(slice, word))
        .or_else(|| whichever(slice, word))
        .or_else(|| one_of_values(slice, word, wanted))
        .or_else(|| number_behind_name(slice, entry, word, wanted))
        .or_else(|| of_a_rule(slice, entry))
        .or_else(|| foreign::timing(slice, entry, word))
        .or_else(|| foreign::until_truth(slice, entry, word))
        .or_else(|| foreign::by_sex(&slice.text[word.clone()], slice.span(word.clone())))
    {
        return Some(said);
    }
    Some(match text {
        taken if WORDS_FOR_TAKING.contains(&taken) => prose(format!("`{taken}` does not stand behind a drug"))
            .help("write `taking` before it, as in `taking metformin within 30 days before consent`; when it stopped, `metformin ended …`"),
        "“" | "”" | "„" | "‘" | "’" => {
            Diagnostic::new(&codes::CURLY_QUOTES, span, "this is a typographic quote")
                .help("write a straight quote: `\"`")
                .fix(span, "\"")
        }
        "," if wanted.needed.is_empty() && behind_is(&slice.text[..word.start]) => {
            stray("the values after `is` are joined by `or`".into())
                .help("write `or` instead of the comma: `is III or IV or V`")
                .fix(span, " or")
        }
        "," if wanted.needed.is_empty() && says_time_frame(&slice.text[word.end..]) => {
            stray("the time up to which is measured is a statement of its own".into())
                .help("write both in a block: `{ value: …  time_frame: 1 year after randomization }`")
        }
        "," if entry != Rule::expression_entry => stray(
            "nothing that can stand here follows this comma".into(),
        )
        .help(if entry == Rule::timing_entry {
            "join two times with `and`"
        } else {
            "remove what follows, or repair it"
        }),
        "," if wanted.needed.is_empty() => stray("a comma does not say whether all are meant or any".into())
            .help("write `and` or `or`, or a list: `each of (a, b)`, `any of (a, b)`"),
        "if" | "where" if wanted.needed.is_empty() => {
            prose(format!("`{text}` is written `when`")).help("write `when`").fix(span, "when")
        }
        "without" if !wanted.needed.is_empty() => prose("`without` is written `no` before a finding".into())
            .help("write `no`, as in `no stroke within 1 year before consent`")
            .fix(span, "no"),
        "if" | "then" | "implies" => foreign::conditional(slice, word),
        _ if text.starts_with('"') && behind_verb(&slice.text[..word.start]).is_some() => {
            let verb = behind_verb(&slice.text[..word.start]).unwrap_or_default();
            prose(format!("`{verb}` by whom?"))
                .help(format!("name who answers: `{verb} by investigator \"…\"`"))
        }
        "except" | "excluding"
            if wanted.needed.is_empty() && is_list_of_names(&slice.text[word.end..]) =>
        {
            prose(format!("`{text}` is written `other than` behind a finding"))
                .help("write `other than (…)`")
                .fix(span, "other than")
        }
        "except" | "excluding" | "but" if wanted.needed.is_empty() => {
            prose(format!("`{text}` is no word of a rule"))
                .help("write `unless` and a condition, or `other than (…)` behind a finding")
        }
        "cycle" => prose("a day of a cycle is the time of a visit inside that cycle".into())
            .help("write `cycle c1: every 28 days from first_dose { visit c1d15: day 15 }`"),
        "during" => prose("`during` does not say when the time begins and ends".into())
            .help("write `from` and a moment, `to` and a moment"),
        "per" if wanted.needed.is_empty() => foreign::unit_with_per(slice, word).unwrap_or_else(|| {
            prose("`per` is no sign".into()).help(
                "write `/`: inside a unit without blanks (`mg/d`), between two values with blanks around it",
            )
        }),
        _ if text.starts_with(|c: char| c.is_alphabetic() && !c.is_ascii()) => {
            let start = slice.text[..word.start].trim_end_matches(is_word).len();
            let name = &slice.text[start..word.end];
            Diagnostic::new(
                &codes::BAD_NAME,
                slice.span(start..word.end),
                format!("`{name}` cannot be a name"),
            )
            .help("a name has the letters a to z, digits and `_`")
        }
        _ => return None,
    })
}

/// What can only be said of a whole rule.
fn of_a_rule(slice: Slice<'_>, entry: Rule) -> Option<Diagnostic> {
    if entry != Rule::expression_entry {
        return None;
    }
    foreign::answer(slice).or_else(|| foreign::sentence(slice))
}

/// The verbs of an answer.
pub(super) const VERBS: [&str; 4] = ["attested", "agreed", "approved", "declined"];

/// The verb of an answer that a text ends with: `attested`.
fn behind_verb(text: &str) -> Option<&'static str> {
    let text = text.trim_end();
    VERBS.into_iter().find(|verb| text.strip_suffix(verb).is_some_and(|before| !before.ends_with(is_word)))
}

/// `mm Hg`: a unit that is one when the blank goes.
fn blank_in_unit(slice: Slice<'_>, word: &Range<usize>) -> Option<Diagnostic> {
    let before = slice.text[..word.start].trim_end_matches(is_blank);
    let first = before.rfind(|c: char| is_blank(c) || c == '(').map_or(0, |at| at + 1);
    let first = (first..before.len()).find(|at| before.is_char_boundary(*at))?;
    let unit = &before[first..];
    let (unit, first) = match unit.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '-'))) {
        Some(at) => (&unit[at..], first + at),
        None => return None,
    };
    let second = &slice.text[word.clone()];
    if !second.starts_with(|c: char| c.is_alphabetic() || c == '/')
        || is_reserved(second)
        || (unit.is_empty() || unit.contains(char::is_whitespace))
    {
        return None;
    }
    let number = before[..first].trim_end_matches(is_blank);
    if !number.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let word = foreign::with_power(slice.text, word.clone());
    let together = crate::units::parse(&format!("{unit} {}", &slice.text[word.clone()])).ok()?;
    let good = together.code().to_owned();
    let span = slice.span(first..word.end);
    Some(
        Diagnostic::new(&codes::SYNTAX, span, "a unit has no blank inside")
            .help(format!("write `{good}`"))
            .fix(span, good),
    )
}

/// A date where an event was to be named.
fn date(slice: Slice<'_>, word: &Range<usize>) -> Option<Diagnostic> {
    let is_part = |c: char| c.is_ascii_digit() || c == '-';
    let start = slice.text[..word.start].trim_end_matches(is_part).len();
    let rest = &slice.text[start..];
    let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let parts: Vec<&str> = rest[..length].split('-').collect();
    if parts.len() < 2 || parts[0].len() != 4 || parts.iter().any(|part| part.is_empty()) {
        return None;
    }
    Some(
        Diagnostic::new(
            &codes::SYNTAX,
            slice.span(start..start + length),
            format!("`{}` is a date", &rest[..length]),
        )
        .help("a rule speaks of the participant's own events: name one, as in `before consent`"),
    )
}

/// `x` where no limit of normal follows.
fn lone_x(slice: Slice<'_>, word: &Range<usize>) -> Option<Diagnostic> {
    let before = slice.text[..word.start].trim_end_matches(is_blank);
    let start = before.strip_suffix('x')?.len();
    if before[..start].ends_with(is_word) {
        return None;
    }
    let power = &slice.text[word.start..];
    if ["10^", "10*", "10⁹", "10⁶", "10¹"].iter().any(|ten| power.starts_with(ten)) {
        let blanks = slice.span(start + 1..word.start);
        let length = power.find(|c: char| c.is_whitespace() || matches!(c, ',' | ')')).unwrap_or(power.len());
        return Some(
            Diagnostic::new(
                &codes::SYNTAX,
                slice.span(start..word.start + length),
                "a unit has no blank inside",
            )
            .help(format!("write `x{}`", &power[..length]))
            .fix(blanks, ""),
        );
    }
    Some(
        Diagnostic::new(
            &codes::SYNTAX,
            slice.span(start..start + 1),
            "`x` stands only before `ULN` and `LLN`",
        )
        .help("write `1.5 x ULN`; a product of two values is written with `*`; `x` is never a name"),
    )
}

/// `90 days or 5 half_lives, whichever is longer`.
fn whichever(slice: Slice<'_>, word: &Range<usize>) -> Option<Diagnostic> {
    let text = &slice.text[word.clone()];
    if !matches!(text, "or" | "," | "whichever") {
        return None;
    }
    let start = word.start + slice.text[word.start..].find("whichever")?;
    let mut end = start;
    for _ in 0..3 {
        end = word_at(slice.text, after_blanks(slice.text, end)).end;
    }
    let which = if slice.text[start..end].contains("short") { "shorter" } else { "longer" };
    Some(
        Diagnostic::new(
            &codes::WORD_FOR_SYMBOL,
            slice.span(start..end),
            format!("the {which} of several times is written as a list"),
        )
        .help(format!("write `the {which} of (90 days, 5 half_lives of drug)`")),
    )
}

/// `in (a, b)`, `in {a, b}`, `one of (a, b)`, `is one of (a, b)`: values, of which one is to be recorded.
fn one_of_values(slice: Slice<'_>, word: &Range<usize>, wanted: &Wanted) -> Option<Diagnostic> {
    let (before, rest) = (slice.text[..word.start].trim_end(), &slice.text[word.clone()]);
    let start = match rest {
        // `{a, b}`, `[a, b]`
        listed if listed.starts_with(['[', '{']) && ends_with_word(before, "in") => before.len() - 2,
        "," if !wanted.needed.is_empty() => {
            let (outside, inside) = before.rsplit_once('(')?;
            let is_name = !inside.is_empty() && inside.trim().chars().all(is_word);
            let head = outside.trim_end();
            (is_name && ends_with_word(head, "in")).then(|| head.len() - 2)?
        }
        "one" if is_list_of(&slice.text[word.end..]) => word.start,
        "of" if ends_with_word(before, "one") && is_list_of(&slice.text[word.start..]) => before.len() - 3,
        _ => return None,
    };
    let start = if ends_with_word(slice.text[..start].trim_end(), "is") {
        slice.text[..start].trim_end().len() - 2
    } else {
        start
    };
    let open = start + slice.text[start..].find(['(', '[', '{'])?;
    let close = open + slice.text[open..].find([')', ']', '}'])?;
    let values: Vec<&str> = slice.text[open + 1..close].split(',').map(str::trim).collect();
    let written = format!("is {}", values.join(" or "));
    let span = slice.span(start..close + 1);
    let found =
        Diagnostic::new(&codes::WORD_FOR_SYMBOL, span, "one of several values is written with `is` and `or`");
    let are_numbers = values.iter().all(|value| value.starts_with(|sign: char| sign.is_ascii_digit()));
    Some(match values.as_slice() {
        // Of numbers it may also mean all that lie between.
        [first, .., last] if are_numbers => found.help(format!(
            "write `{written}` for a score that has one of these values, `in {first} to {last}` for all that lie between"
        )),
        _ => found.help(format!("write `{written}`")).fix(span, written),
    })
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|before| !before.ends_with(is_word))
}

/// `of (a, b)`.
fn is_list_of(text: &str) -> bool {
    text.trim_start().strip_prefix("of").is_some_and(|rest| rest.trim_start().starts_with(['(', '[', '{']))
}

/// `(melanoma, lung_cancer)`, and no condition in parentheses.
fn is_list_of_names(text: &str) -> bool {
    let inside =
        text.trim_start().strip_prefix('(').and_then(|rest| rest.split_once(')')).map(|(inside, _)| inside);
    inside.is_some_and(|inside| inside.split(',').all(|name| name.trim().chars().all(is_word)))
}

/// Whether a text ends with values of `is`, as in `is a` or `is not a or b`.
fn behind_is(before: &str) -> bool {
    let mut words = before.split_whitespace().rev().skip(1);
    loop {
        match words.next() {
            Some("is" | "not") => return true,
            Some("or") => words.next(),
            _ => return false,
        };
    }
}

/// `, up to 15 months` behind the value of an outcome.
fn says_time_frame(behind: &str) -> bool {
    let behind = behind.trim_start();
    ["up to ", "over ", "at ", "assessed "].iter().any(|word| behind.starts_with(word))
}

const TIMES: [&str; 6] = ["minute", "hour", "day", "week", "month", "year"];

/// `ecog 0-1`, `ecog 2`: a value behind a measure without a sign between them.
fn number_behind_name(
    slice: Slice<'_>,
    entry: Rule,
    word: &Range<usize>,
    wanted: &Wanted,
) -> Option<Diagnostic> {
    let text = &slice.text[word.clone()];
    let before = slice.text[..word.start].trim_end_matches(is_blank);
    let start = before.trim_end_matches(is_word).len();
    let name = &before[start..];
    if entry != Rule::expression_entry
        || !wanted.needed.is_empty()
        || !wanted.possible.contains(&COMPARISON)
        || !name.starts_with(|sign: char| sign.is_ascii_alphabetic())
        || is_reserved(name)
    {
        return None;
    }
    let is_number =
        |text: &str| text.parse::<f64>().is_ok() && text.starts_with(|sign: char| sign.is_ascii_digit());
    let found = |said: String| Diagnostic::new(&codes::WORD_FOR_SYMBOL, slice.span(word.clone()), said);
    // `hba1c at randomization 7.5-9.5 %`: the name belongs to the time.
    let earlier = before[..start].trim_end_matches(is_blank);
    let is_timed = is_reserved(&earlier[earlier.trim_end_matches(is_word).len()..]);
    // A dash of print ends the word, that of a keyboard does not.
    let behind = &slice.text[word.end..];
    let far = behind.trim_start_matches(['–', '—', '-', ' ']);
    let is_dash = |text: &str| text.contains(['–', '—', '-']);
    let (low, high, end) = match text.split_once('-') {
        Some((low, high)) => (low, high, word.end),
        None if is_dash(&behind[..behind.len() - far.len()]) => {
            let digits =
                far.len() - far.trim_start_matches(|sign: char| sign.is_ascii_digit() || sign == '.').len();
            (text, &far[..digits], word.end + behind.len() - far.len() + digits)
        }
        None => (text, "", word.end),
    };
    if is_number(low) && is_number(high) {
        let good = format!("in {low} to {high}");
        let when = match is_timed {
            true => String::new(),
            false => format!(", and when `{name}` is meant, as in `{name} at randomization {good}`"),
        };
        let span = slice.span(word.start..end);
        return Some(
            Diagnostic::new(&codes::WORD_FOR_SYMBOL, span, format!("a range is written `{good}`"))
                .help(format!("write `{good}`{when}"))
                .fix(span, good),
        );
    }
    let next = after_blanks(slice.text, word.end);
    let unit = &slice.text[word_at(slice.text, next)];
    if is_number(text) && TIMES.contains(&unit.trim_end_matches('s')) {
        return Some(
            Diagnostic::new(
                &codes::WORD_FOR_SYMBOL,
                slice.span(word.start..next + unit.len()),
                "a length of time stands behind `within`",
            )
            .help(format!("write `within {text} {unit} before …`")),
        );
    }
    is_number(text).then(|| match is_timed {
        true => found(format!("how is it compared with {text}?"))
            .help(format!("write a sign before it: `>= {text}`, `<= {text}` or `= {text}`")),
        false => found(format!("how does `{name}` compare with {text}?")).help(format!(
            "write a sign between them, as in `{name} at randomization >= {text}` or `… = {text}`"
        )),
    })
}
