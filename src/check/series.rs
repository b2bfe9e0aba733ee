//! X03: results that follow each other. How many, and how far apart, is said by the wording in one way and by the rule in another.

use std::ops::Range;

use super::prose::Prose;
use super::visit::{Node, Place, clause, criteria};
use super::{at, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Computability, Duration, Rule, Selector, Term, Trial, Value};
use crate::source::Span;

pub(super) fn check(trial: &Trial, found: &mut Vec<Diagnostic>) {
    for place in criteria(trial).filter(|place| !place.is_queried()) {
        if place.criterion.computability == Computability::Computed {
            found.extend(compare(place));
        }
    }
}

/// What a rule says of results in a row.
struct Row<'a> {
    /// How many results are looked at.
    values: u32,
    /// They rise or fall: one step less than there are results.
    steps: bool,
    apart: Option<&'a Duration>,
    span: Option<Span>,
}

/// What the wording says of them.
struct Said {
    count: Option<(u32, Range<usize>)>,
    /// `rising`, `falling`: what is counted are steps.
    steps: bool,
    apart: Option<(Duration, Range<usize>)>,
}

fn compare(place: Place<'_>) -> Option<Diagnostic> {
    let prose = place.prose();
    let said = said(&prose);
    let rows = rows(place);
    if said.count.is_none() && said.apart.is_none() && rows.is_empty() {
        return None;
    }
    let [row] = rows.as_slice() else {
        // Several rows, or none: only one can be paired with what the wording says.
        let (count, at) = said.count.filter(|_| rows.is_empty())?;
        return one_result(place, &prose, count, at);
    };
    count_differs(place, &prose, &said, row).or_else(|| distance_differs(place, &prose, &said, row))
}

/// `on 2 consecutive measurements` of a rule that looks at one result.
fn one_result(place: Place<'_>, prose: &Prose<'_>, count: u32, words: Range<usize>) -> Option<Diagnostic> {
    let mut measured: Option<&Term> = None;
    clause(&place.criterion.rule, &mut |node| {
        if let Node::Term(term) = node
            && matches!(term.value, Value::Measured { select: Selector::Latest | Selector::Earliest, .. })
        {
            measured.get_or_insert(term);
        }
    });
    let term = measured?;
    let message = format!(
        "the wording of {} says `{}`, its rule looks at one result",
        place.code,
        prose.words(words.clone())
    );
    let found = at(&codes::SERIES_DRIFT, term.origin.0, message)?.label("one result");
    Some(with(found, prose.span(words), "in the wording").help(format!(
        "write `last {count} consecutive` before the measure where each of them must do, `rises over its last {} values` \
         where each is above the one before; {}",
        count + 1,
        HELP
    )))
}

const HELP: &str =
    "where the wording is the record's own and cannot be changed, say in a `query` what was taken";

fn count_differs(place: Place<'_>, prose: &Prose<'_>, said: &Said, row: &Row<'_>) -> Option<Diagnostic> {
    let looks = match row.steps {
        true => {
            format!("{} results, {} from one to the next", row.values, steps(row.values.saturating_sub(1)))
        }
        false => format!("{} results in a row", row.values),
    };
    match &said.count {
        Some((count, words)) => {
            // Two consecutive rises, or rising values, are three results.
            let wanted = if said.steps && row.steps { count + 1 } else { *count };
            if row.values == wanted {
                return None;
            }
            let message = format!(
                "the wording of {} says `{}`, its rule looks at {looks}",
                place.code,
                prose.words(words.clone())
            );
            let found = at(&codes::SERIES_DRIFT, row.span, message)?.label("in the rule");
            let help = match said.steps && row.steps {
                true => format!(
                    "write `its last {wanted} values`: {} are {wanted} results; {HELP}",
                    steps(*count)
                ),
                false => format!("correct the one that is wrong; {HELP}"),
            };
            Some(with(found, prose.span(words.clone()), "in the wording").help(help))
        }
        None if says_a_row(prose, row) => None,
        None => {
            let message = format!(
                "the wording of {} says nothing of results in a row, its rule looks at {looks}",
                place.code
            );
            let found = at(&codes::SERIES_DRIFT, row.span, message)?.label("in the rule alone");
            Some(with(found, prose.span(0..prose.text.len()), "nothing of it here").help(format!(
                "say in the wording how many results count, or leave it out of the rule; {HELP}"
            )))
        }
    }
}

/// Whether the wording speaks of results in a row at all, though of no number of them.
fn says_a_row(prose: &Prose<'_>, row: &Row<'_>) -> bool {
    const WORDS: &[&str] = &[
        "consecutive|successive|repeated|repeatedly|confirmed|confirmation|serial|sequential|subsequent|separate",
        "twice|both|last|previous|preceding|persistent|persistently|sustained",
    ];
    let rising = row.steps && (prose.has(RISING) || prose.has(FALLING));
    let same_number = prose.tokens.iter().any(|token| number(&token.lower) == Some(row.values));
    rising || same_number || WORDS.iter().any(|words| prose.has(words))
}

fn distance_differs(place: Place<'_>, prose: &Prose<'_>, said: &Said, row: &Row<'_>) -> Option<Diagnostic> {
    let (message, label, words) = match (&said.apart, row.apart) {
        (None, None) => return None,
        (Some((wanted, _)), Some(is)) if wanted == is => return None,
        (Some((_, words)), Some(is)) => (
            format!(
                "the wording of {} says `{}`, its rule counts results {} apart",
                place.code,
                prose.words(words.clone()),
                length(is)
            ),
            "in the rule",
            Some(words.clone()),
        ),
        (Some((_, words)), None) => (
            format!(
                "the wording of {} says `{}`, its rule says nothing of how far apart results must lie",
                place.code,
                prose.words(words.clone())
            ),
            "any results of that time",
            Some(words.clone()),
        ),
        (None, Some(is)) => (
            format!(
                "the wording of {} says nothing of how far apart results must lie, its rule says {}",
                place.code,
                length(is)
            ),
            "in the rule alone",
            None,
        ),
    };
    let found = at(&codes::SERIES_DRIFT, row.span, message)?.label(label);
    let help = match (&said.apart, row.steps) {
        (Some((wanted, _)), true) => {
            format!("write `… values at least {} apart`; {HELP}", length(wanted))
        }
        (Some(_), false) => format!(
            "only `rises` and `falls` can say how far apart results must lie; ask for the rest: `attested by investigator \"…\"`; {HELP}"
        ),
        (None, _) => format!("say it in the wording, or leave it out of the rule; {HELP}"),
    };
    Some(
        match words {
            Some(words) => with(found, prose.span(words), "in the wording"),
            None => found,
        }
        .help(help),
    )
}

fn rows(place: Place<'_>) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    clause(&place.criterion.rule, &mut |node| match node {
        Node::Clause(clause) => {
            if let Rule::Trend { values, apart, .. } = &clause.rule {
                let span = clause.origin.0;
                rows.push(Row { values: *values, steps: true, apart: apart.as_ref(), span });
            }
        }
        Node::Term(term) => {
            if let Value::Measured { select: Selector::Consecutive(values), .. } = &term.value {
                rows.push(Row { values: *values, steps: false, apart: None, span: term.origin.0 });
            }
        }
        _ => {}
    });
    rows
}

const RISING: &str = "rise|rises|rising|increase|increases|increasing|elevation|elevations";
const FALLING: &str = "fall|falls|falling|decline|declines|declining|decrease|decreases|decreasing";
/// What is one result. `4 consecutive days` are none.
const RESULTS: &str = "value|values|measurement|measurements|reading|readings|result|results|test|tests|determination|determinations|level|levels|sample|samples|assessment|assessments";
/// How far behind `consecutive` the word stands that says what is counted: `two consecutive rising PSA values`.
const NEAR: usize = 5;

fn said(prose: &Prose<'_>) -> Said {
    let mut said = Said { count: None, steps: false, apart: apart(prose) };
    let is_one_of = |words: &str, at: usize| {
        prose.tokens.get(at).is_some_and(|token| words.split('|').any(|word| token.is(word)))
    };
    for found in prose.find_tokens("consecutive|successive") {
        let Some(before) = found.start.checked_sub(1) else { continue };
        let Some(count) = number(&prose.tokens[before].lower).filter(|count| *count > 1) else { continue };
        // The end of the sentence ends what is counted.
        let near: Vec<usize> = (found.end..(found.end + NEAR).min(prose.tokens.len()))
            .take_while(|at| !matches!(prose.tokens[*at].lower.as_str(), "." | ";" | ","))
            .collect();
        let steps = near.iter().any(|at| is_one_of(RISING, *at) || is_one_of(FALLING, *at));
        let last = near
            .iter()
            .rev()
            .find(|at| is_one_of(RESULTS, **at) || is_one_of(RISING, **at) || is_one_of(FALLING, **at));
        let Some(last) = last else { continue };
        let words = prose.tokens[before].range.start..prose.tokens[*last].range.end;
        if said.count.is_some() {
            // Of two rows nothing is paired.
            return Said { count: None, steps: false, apart: None };
        }
        (said.count, said.steps) = (Some((count, words)), steps);
    }
    said
}

/// `at least 7 days apart`.
fn apart(prose: &Prose<'_>) -> Option<(Duration, Range<usize>)> {
    let mut found = prose.find_tokens("apart").into_iter();
    let (apart, None) = (found.next()?, found.next()) else { return None };
    let unit = apart.start.checked_sub(1)?;
    let count = apart.start.checked_sub(2)?;
    let number = match prose.tokens[count].lower.as_str() {
        "a" | "an" => 1,
        written => i64::from(number(written)?),
    };
    let duration = match prose.tokens[unit].lower.as_str() {
        "day" | "days" => Duration::Days(number),
        "week" | "weeks" => Duration::Days(7 * number),
        "month" | "months" => Duration::Months(number),
        "year" | "years" => Duration::Months(12 * number),
        _ => return None,
    };
    Some((duration, prose.tokens[count].range.start..prose.tokens[apart.end - 1].range.end))
}

/// A whole number in digits or as a word.
fn number(word: &str) -> Option<u32> {
    const WORDS: [&str; 10] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let as_word = WORDS.iter().position(|one| *one == word).and_then(|at| u32::try_from(at + 1).ok());
    as_word.or_else(|| word.parse().ok())
}

fn length(by: &Duration) -> String {
    let (count, unit) = match by {
        Duration::Days(days) => (*days, "day"),
        Duration::Months(months) if months % 12 == 0 => (months / 12, "year"),
        Duration::Months(months) => (*months, "month"),
        Duration::Minutes(minutes) => (*minutes, "minute"),
        Duration::Longest(_) | Duration::Shortest(_) => return "some time".to_owned(),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn steps(count: u32) -> String {
    format!("{count} step{}", if count == 1 { "" } else { "s" })
}
