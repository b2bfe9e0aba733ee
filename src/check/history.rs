//! T07: how far back a history reaches.

use super::prose::Prose;
use super::time::says_how_far_back;
use super::visit::{Node, Place, clause as walk, criteria};
use super::{at, with};
use crate::diagnostics::{Diagnostic, Severity, codes};
use crate::model::{HAS_ERRORS, Mode, Rule, Trial};

pub(super) fn check(trial: &Trial, found: &mut Vec<Diagnostic>) {
    let mut endless: Vec<(Place<'_>, Prose<'_>, std::ops::Range<usize>)> = Vec::new();
    for place in criteria(trial).filter(|place| !place.is_queried()) {
        let prose = place.prose();
        let Some(range) = cue(&prose).filter(|_| !says_how_far_back(&prose)) else { continue };
        let modes = modes(place);
        if modes.is_empty() {
            if matches!(&place.criterion.rule.rule, Rule::Text { because, .. } if because != HAS_ERRORS) {
                found.extend(open(place, &prose, range));
            }
        } else if modes.contains(&Mode::Ever) {
            endless.push((place, prose, range));
        } else if prose.has("history of") && modes.iter().all(|mode| *mode == Mode::Present) {
            found.extend(only_present(place, &prose, range));
        }
    }
    found.extend(lifelong(&endless));
}

fn cue(prose: &Prose<'_>) -> Option<std::ops::Range<usize>> {
    prose.find_first(&[
        "history of",
        "any malignancy|malignancies|cancer|malignant",
        "prior|previous malignancy|malignancies|cancer|stroke|infarction",
    ])
}

fn modes(place: Place<'_>) -> Vec<Mode> {
    let mut found = Vec::new();
    walk(&place.criterion.rule, &mut |node| {
        if let Node::Clause(clause) = node
            && let Rule::Occurs { mode, .. } = &clause.rule
        {
            found.push(*mode);
        }
    });
    found
}

fn open(place: Place<'_>, prose: &Prose<'_>, range: std::ops::Range<usize>) -> Option<Diagnostic> {
    Some(
        at(
            &codes::HOW_FAR_BACK,
            prose.span(range.clone()),
            format!("`{}` does not say how far back {} looks", prose.words(range), place.code),
        )?
        .label("since when?")
        .help("say it in the wording, as in `within 5 years before consent` or `at any time`"),
    )
}

fn only_present(place: Place<'_>, prose: &Prose<'_>, range: std::ops::Range<usize>) -> Option<Diagnostic> {
    let found = at(
        &codes::HOW_FAR_BACK,
        prose.span(range.clone()),
        format!(
            "the wording of {} looks back (`{}`), its rule asks only what is present",
            place.code,
            prose.words(range)
        ),
    )?
    .label("a history");
    Some(
        with(found, place.criterion.rule.origin.0, "present on these days")
            .help("write `ever …` in the rule, or a window such as `started within 5 years before consent`"),
    )
}

/// All criteria that look back over a whole life, in one remark.
fn lifelong(endless: &[(Place<'_>, Prose<'_>, std::ops::Range<usize>)]) -> Option<Diagnostic> {
    let ((place, prose, range), rest) = endless.split_first()?;
    let message = match rest.len() {
        0 => format!("{} looks back over the whole life", place.code),
        1 => format!("{} and one more criterion look back over the whole life", place.code),
        more => format!("{} and {more} more criteria look back over the whole life", place.code),
    };
    let found = at(&codes::HOW_FAR_BACK, prose.span(range.clone()), message)?.label("no time is given");
    let mut found = rest.iter().fold(found, |found, (place, prose, range)| {
        with(found, prose.span(range.clone()), format!("{}: no time is given", place.code))
    });
    found.severity = Severity::Info;
    Some(found.help(
        "the rule says `ever`: a single record at any age counts; if that is not meant, give a window, or leave findings out with `other than (…)`",
    ))
}
