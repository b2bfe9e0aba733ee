//! What authors bring along from elsewhere: arrows for consequences, plain sentences, other verbs for an answer.

use std::ops::Range;

use super::mistakes::one_line;
use super::words::{after_blanks, is_reserved, trimmed, word_at};
use super::{Reader, Rule};
use crate::ast::{Comparator, Expr, ExprKind};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::Slice;

/// Signs by which a consequence is written; `=>` is also a slip for `>=`.
const ARROWS: &[&str] = &["==>", "-->", "=>", "->", "⇒", "→", "⟹", "⟶"];

/// The arrow that begins here.
pub(super) fn arrow_at(text: &str, at: usize) -> Option<&'static str> {
    let rest = text.get(at..)?;
    ARROWS.iter().copied().find(|arrow| rest.starts_with(arrow))
}

/// `A => B`: the rule stands first here. None where the sign can only be a slip for `>=`.
pub(super) fn consequence(slice: Slice<'_>, arrow: Range<usize>) -> Option<Diagnostic> {
    let (before, behind) = (&slice.text[..arrow.start], slice.text[arrow.end..].trim_start());
    if &slice.text[arrow.clone()] == "=>"
        && (behind.starts_with(|sign: char| sign.is_ascii_digit())
            || !(says_a_truth(last_part(before)) || says_a_truth(first_part(behind))))
    {
        return None;
    }
    Some(
        Diagnostic::new(&codes::WORD_FOR_SYMBOL, slice.span(arrow), "a condition stands behind its rule")
            .help(behind_its_rule(before, behind)),
    )
}

/// `if A then B`, `A implies B`: the same in words. `at` is the word that was in the way.
pub(super) fn conditional(slice: Slice<'_>, word: &Range<usize>) -> Diagnostic {
    let text = slice.text;
    let parts = match &text[word.clone()] {
        "if" if text[..word.start].trim().is_empty() => text[word.end..].split_once(" then "),
        "implies" => Some((&text[..word.start], &text[word.end..])),
        _ => None,
    };
    let help = match parts {
        Some((condition, rule)) => behind_its_rule(condition, rule),
        None => GENERAL.to_owned(),
    };
    Diagnostic::new(&codes::WORD_FOR_SYMBOL, slice.span(word.clone()), "a condition stands behind its rule")
        .help(help)
}

const GENERAL: &str = "write the rule first, then `when` and the condition: `… when sex is female`";

/// The two halves in the order of the language, where each is whole and says one thing.
fn behind_its_rule(condition: &str, rule: &str) -> String {
    let whole = |text: &str| {
        let depth = text.chars().try_fold(0i32, |depth, sign| match sign {
            '(' => Some(depth + 1),
            ')' if depth == 0 => None,
            ')' => Some(depth - 1),
            _ => Some(depth),
        });
        let words = ["when", "unless", "if", "then", "implies", "instead"];
        let joins = text.split_whitespace().any(|word| words.contains(&word));
        depth == Some(0) && !joins && !text.trim().is_empty() && !text.contains("//")
    };
    let (rule, other) = match rule.split_once(" else ") {
        Some((rule, other)) => (rule, Some(other)),
        None => (rule, None),
    };
    if !whole(condition) || !whole(rule) || ARROWS.iter().any(|arrow| rule.contains(arrow)) {
        return GENERAL.to_owned();
    }
    let (condition, rule) = (one_line(condition, 60), one_line(rule, 80));
    let first = format!("write the rule first, then `when` and the condition: `{rule} when {condition}`");
    match other.filter(|other| whole(other)) {
        Some(other) => format!(
            "{first}; what follows `else` is a criterion of its own: `{} when not ({condition})`",
            one_line(other, 60)
        ),
        None => first,
    }
}

/// What stands before, back to the last word that joins truths.
fn last_part(text: &str) -> &str {
    let from = [" and ", " or ", "("].iter().filter_map(|word| Some(text.rfind(word)? + word.len())).max();
    &text[from.unwrap_or(0)..]
}

/// What stands behind, up to the next word that joins truths.
fn first_part(text: &str) -> &str {
    let until = [" and ", " or "].iter().filter_map(|word| text.find(word)).min();
    &text[..until.unwrap_or(text.len())]
}

/// Whether a part compares or says that something is, was or is done.
fn says_a_truth(text: &str) -> bool {
    const WORDS: &str = "is in not no ever taking present performed started ended attested agreed approved declined between differs";
    text.contains(['<', '>', '=', '≤', '≥', '≠'])
        || text
            .split(|sign: char| !sign.is_alphanumeric() && sign != '_')
            .any(|word| WORDS.split(' ').any(|known| known == word))
}

/// Verbs that people use for `attested`, active and passive.
const ATTESTS: &[&str] = &[
    "judged",
    "confirmed",
    "assessed",
    "determined",
    "certified",
    "evaluated",
    "verified",
    "considered",
    "stated",
    "judges",
    "confirms",
    "attests",
    "assesses",
    "determines",
    "certifies",
    "evaluates",
    "verifies",
    "considers",
    "states",
];

/// `judged by investigator "…"`, `investigator confirms "…"`: an answer in other words.
pub(super) fn answer(slice: Slice<'_>) -> Option<Diagnostic> {
    let whole = trimmed(slice.text);
    let text = &slice.text[whole.clone()];
    let quote = text.find('"')?;
    let question = word_at(text, quote);
    let words: Vec<&str> = text[..quote].split_whitespace().collect();
    if question.end != text.len()
        || words.iter().any(|word| word.contains(|sign: char| !sign.is_alphanumeric() && sign != '_'))
    {
        return None;
    }
    let own = |word: &str| is_reserved(word) || super::known::VERBS.contains(&word);
    let (role, certain) = match words.as_slice() {
        [verb, "by", role] => (role, ATTESTS.contains(verb)),
        [role, verb] if !own(verb) => (role, ATTESTS.contains(verb)),
        [role] => (role, false),
        _ => return None,
    };
    if own(role) {
        return None;
    }
    let good = format!("attested by {role}");
    let head = slice.span(whole.start..whole.start + text[..quote].trim_end().len());
    let found = Diagnostic::new(
        &codes::WORD_FOR_SYMBOL,
        head,
        "the answer of a person is written `attested by`, `agreed by`, `approved by` or `declined by`",
    );
    let shown = one_line(&text[quote..], 60);
    Some(if certain {
        found.help(format!("write `{good} {shown}`")).fix(head, good)
    } else {
        found.help(format!(
            "write `{good} {shown}` where a yes is needed, `declined by {role} …` where a refusal counts"
        ))
    })
}

/// `allergy to latex`, `willing to participate`: words of a sentence where a rule stands.
pub(super) fn sentence(slice: Slice<'_>) -> Option<Diagnostic> {
    let whole = trimmed(slice.text);
    let text = &slice.text[whole.clone()];
    if text.contains(|sign: char| !sign.is_alphanumeric() && !matches!(sign, ' ' | '_')) {
        return None;
    }
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let own = words.iter().filter(|word| word.starts_with(char::is_alphabetic) && !is_reserved(word)).count();
    // `in` is also half of a range, and the others join what is said of time.
    let enough = match words.iter().find(|word| is_reserved(word)) {
        Some(&"to" | &"with" | &"for") => own >= 2,
        Some(&"in" | &"of" | &"from" | &"on" | &"the" | &"other") => own >= 3,
        _ => false,
    };
    let times = ["past", "last", "previous", "preceding", "days", "weeks", "months", "years", "range"];
    let joined = words.iter().any(|word| SAID_OF.split(' ').any(|known| known == *word));
    if !enough || joined || words.len() > 12 || words.iter().any(|word| times.contains(word)) {
        return None;
    }
    if let ["rate" | "percentage" | "frequency" | "occurrence" | "proportion" | "number", "of", of @ ..] =
        words.as_slice()
    {
        let of = of.join("_");
        return Some(
            Diagnostic::new(&codes::STRAY_TEXT, slice.span(whole), "this is a sentence, no value").help(format!(
                "what happens to how many is written `incidence of {of} within 1 year after …` or `proportion with …`, how often `count of {of} …`"
            )),
        );
    }
    let name = words.join("_").to_lowercase();
    Some(
        Diagnostic::new(&codes::STRAY_TEXT, slice.span(whole), "this is a sentence, no rule").help(format!(
            "a name is one word: declare `condition {name} \"…\"` and write `{name} present at …`; where somebody must judge, \
             `attested by investigator \"…\"`; where nothing can be computed, `text only because \"…\"`"
        )),
    )
}

/// `women`, where a limit for them was to stand.
pub(super) fn by_sex(word: &str, span: Span) -> Option<Diagnostic> {
    const SEXES: [&str; 10] =
        ["women", "men", "woman", "man", "female", "male", "females", "males", "girls", "boys"];
    SEXES.contains(&word.to_lowercase().as_str()).then(|| {
        Diagnostic::new(&codes::WORD_FOR_SYMBOL, span, "limits by sex are one table")
            .help("write `… < by sex (11 g/dL for female, 12.5 g/dL for male)`; for one sex alone, the rule and then `when sex is female`")
    })
}

/// `until anc >= 1000 /uL` in a plan: the day on which it comes true is an event of its own.
pub(super) fn until_truth(slice: Slice<'_>, entry: Rule, word: &Range<usize>) -> Option<Diagnostic> {
    let mut before = slice.text[..word.start].trim_end().rsplit(' ');
    let (name, until) = (before.next()?, before.next()?);
    let compares = slice.text[word.start..].starts_with(['<', '>', '=', '≥', '≤']);
    if entry != Rule::plan_entry || until != "until" || !compares {
        return None;
    }
    let rest = &slice.text[word.start..];
    let end = rest.find(',').unwrap_or(rest.len());
    let start = slice.text[..word.start].trim_end().len() - name.len();
    let span = slice.span(start..word.start + rest[..end].trim_end().len());
    let truth = one_line(&slice.text[start..word.start + end], 60);
    Some(
        Diagnostic::new(&codes::WORD_FOR_SYMBOL, span, "a plan ends on the day of an event").help(format!(
            "declare the day on which this comes true, `event {name}_reached \"…\": first {truth} after …`, and write `until {name}_reached`"
        )),
    )
}

/// Times of events and visits in other words.
pub(super) fn timing(slice: Slice<'_>, entry: Rule, word: &Range<usize>) -> Option<Diagnostic> {
    let whole = trimmed(slice.text);
    let (text, here) = (&slice.text[whole.clone()], &slice.text[word.clone()]);
    let found = |said: &str| {
        Diagnostic::new(&codes::WORD_FOR_SYMBOL, slice.span(word.start..whole.end), said.to_owned())
    };
    let rest = slice.text[word.start..].trim_start_matches(['(', ' ']);
    let signs = ["+/-", "+/−", "+-", "±"];
    let window = signs
        .iter()
        .find_map(|sign| rest.strip_prefix(sign))
        .map(|rest| rest.trim().trim_end_matches(')').trim());
    if entry == Rule::timing_entry {
        if text.starts_with("day ") {
            let all = slice.span(whole.clone());
            return Some(
                Diagnostic::new(&codes::WORD_FOR_SYMBOL, all, "an event has no day of its own")
                    .label("visits have days")
                    .help("count it from another event, as in `28 days after first_dose`"),
            );
        }
        let good = two_ends(slice.text[..word.start].trim_end(), window?)
            .map_or(", as in `26 to 30 days after first_dose`".to_owned(), |good| format!(": `{good}`"));
        return Some(
            found("an event has no window").help(format!("write its earliest and its latest day{good}")),
        );
    }
    if entry != Rule::visit_entry {
        return None;
    }
    if let Some(window) = window.filter(|_| here == "(") {
        let before = slice.text[..word.start].trim();
        let help = match window.bytes().all(|byte| byte.is_ascii_digit()) {
            true => format!("write `{before}, ±{window} days`, if days are meant"),
            false => format!("write `{before}, ±{window}`"),
        };
        return Some(found("a window has no parentheses").help(help));
    }
    let every = match here {
        "daily" => "1 day",
        "weekly" => "1 week",
        "fortnightly" => "2 weeks",
        "monthly" => "1 month",
        "quarterly" => "3 months",
        "yearly" | "annually" => "1 year",
        "biweekly" => {
            return Some(found("every two weeks, or twice a week?").help(
                "write `every 2 weeks after` and the event from which it counts; for two visits in each week write two statements \
                 `every 1 week after …`",
            ));
        }
        _ => return None,
    };
    Some(found("from when, and how long?").help(format!(
        "write `every {every} after` and the event from which it counts, and `until` another or `for 1 year`"
    )))
}

impl Reader<'_, '_> {
    /// `stroke < 4 weeks before consent`: a window, written as a comparison.
    pub(super) fn time_compared(&self, expr: &Expr, phrase: &str) -> Option<String> {
        let ExprKind::Compare { left, operator, right } = &expr.kind else { return None };
        let ExprKind::Quantity(quantity) = &right.kind else { return None };
        let unit = quantity.unit.as_ref()?.value.trim_end_matches('s');
        let is_name = matches!(left.kind, ExprKind::Finding(_) | ExprKind::Select { .. });
        if !matches!(unit, "day" | "week" | "month" | "year") || !is_name || !phrase.starts_with("before ") {
            return None;
        }
        let (name, time) = (self.short(left.span), self.words(right.span));
        Some(match operator.value {
            Comparator::Less | Comparator::AtMost => {
                format!("write the window: `{name} within {time} {phrase}`")
            }
            _ => format!("write the window: `{name} at least {time} {phrase}`"),
        })
    }
}

/// `28 days after dose`, `3 days`: `25 to 31 days after dose`, where the units are the same.
fn two_ends(time: &str, window: &str) -> Option<String> {
    let (number, rest) = time.split_once(' ')?;
    let (by, unit) = window.split_once(' ')?;
    let (number, by): (i64, i64) = (number.parse().ok()?, by.parse().ok()?);
    let same = rest.split(' ').next()?.trim_end_matches('s') == unit.trim().trim_end_matches('s');
    (same && number >= by).then(|| format!("{} to {} {rest}", number - by, number + by))
}

/// Words of which each begins or ends something that is a rule, or its time.
const SAID_OF: &str = "and or not no unless when instead at is than within before after until since over during by stable differs \
                       present performed started ended ever taking duration count dose change history time age";

/// The words behind `per` that belong to a unit: `mL/min per 1.73 m2`.
pub(super) fn unit_with_per(slice: Slice<'_>, per: &Range<usize>) -> Option<Diagnostic> {
    let before = slice.text[..per.start].trim_end();
    let word = before.rsplit(|sign: char| sign.is_whitespace() || sign == '(').next()?;
    let unit = word.trim_start_matches(|sign: char| sign.is_ascii_digit() || matches!(sign, '.' | ','));
    let start = before.len() - unit.len();
    crate::units::parse(unit).ok().filter(|_| !unit.is_empty())?;
    let first = word_at(slice.text, after_blanks(slice.text, per.end));
    let second = word_at(slice.text, after_blanks(slice.text, first.end));
    let written = |end: usize| format!("{unit}/{}", slice.text[first.start..end].replace(' ', ""));
    let (end, good) = [with_power(slice.text, second), with_power(slice.text, first.clone())]
        .into_iter()
        .map(|word| word.end)
        .find_map(|end| Some((end, crate::units::parse(&written(end)).ok()?.code().to_owned())))?;
    let span = slice.span(start..end);
    Some(
        Diagnostic::new(&codes::WORD_FOR_SYMBOL, span, "inside a unit `per` is written `/`")
            .help(format!("write `{good}`"))
            .fix(span, good),
    )
}

/// A word with the power behind it: `m^2`.
pub(super) fn with_power(text: &str, word: Range<usize>) -> Range<usize> {
    let rest = &text[word.end..];
    let length = match rest.strip_prefix('^') {
        Some(power) => 1 + power.bytes().take_while(u8::is_ascii_digit).count(),
        None => 0,
    };
    word.start..word.end + length
}
