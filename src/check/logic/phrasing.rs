//! Wordings that two readers read in two ways: L04 (in prose), L05, L06, L09, L10, L14 (in prose).

use crate::check::prose::{Prose, TokenKind};
use crate::check::visit::{Node, Place, clause as walk, criteria};
use crate::check::{at, with};
use crate::diagnostics::{Diagnostic, Severity, codes};
use crate::model::{Computability, Finding, Rule, Trial};

pub(super) fn check(trial: &Trial, found: &mut Vec<Diagnostic>) {
    for place in criteria(trial).filter(|place| !place.is_queried()) {
        let prose = place.prose();
        found.extend(and_or(place, &prose));
        found.extend(comma_list(place, &prose));
        found.extend(exception(place, &prose));
        found.extend(despite_or_not(place, &prose));
        found.extend(not_un(place, &prose));
    }
    catch_all(trial, found);
}

/// L05: `and/or`.
fn and_or(place: Place<'_>, prose: &Prose<'_>) -> Option<Diagnostic> {
    let all = prose.find("and / or");
    let first = all.first()?.clone();
    let found = at(
        &codes::AND_OR,
        prose.span(first.clone()),
        format!("`{}` leaves open whether both are needed", prose.words(first)),
    )?
    .label("both, or one of them?")
    .help(format!(
        "write `or` where one is enough ({} then holds with one or both), `and` where both are needed",
        place.code
    ));
    Some(all.into_iter().skip(1).fold(found, |found, again| with(found, prose.span(again), "again")))
}

/// L06: `INR > 1.5, PTT > 40, PT > 15`.
fn comma_list(place: Place<'_>, prose: &Prose<'_>) -> Option<Diagnostic> {
    let limits: Vec<_> =
        prose.quantities().into_iter().filter(|quantity| quantity.comparator.is_some()).collect();
    let mut run: Vec<usize> = Vec::new();
    let mut joined = false;
    let mut unjoined = None;
    for (index, pair) in limits.windows(2).enumerate() {
        let gap = &prose.tokens[pair[0].token + 1..pair[1].token];
        let comma = gap.iter().position(|token| token.is(","));
        let named = comma.is_some_and(|at| gap[at..].iter().any(|token| token.kind == TokenKind::Word));
        let connected = gap.iter().any(|token| token.is("and") || token.is("or"));
        let stop = gap.iter().any(|token| token.is(".") || token.is(";"));
        if stop || gap.len() > 9 || !(named || connected) {
            if !joined && !run.is_empty() {
                break;
            }
            run.clear();
            joined = false;
            unjoined = None;
            continue;
        }
        joined |= connected;
        run.push(index);
        unjoined = (!joined).then_some((run[0], index + 1));
    }
    // `at least two of: …` and `any of the following` say how the parts are joined.
    let counted = ["of :", "the following", "any|all|each|none|one|two|three|either of", "both"];
    if counted.iter().any(|words| prose.has(words)) {
        return None;
    }
    // `below 12 g/dL in women, below 13 g/dL in men`: everybody has one of the two.
    let by_sex = prose.has("women|females|female|woman") && prose.has("men|males|male|man");
    if by_sex {
        return None;
    }
    let (first, last) = unjoined.filter(|_| place.excludes())?;
    let range = limits[first].range().start..limits[last].range().end;
    Some(
        at(&codes::COMMA_LIST, prose.span(range), "this list does not say how its parts are joined")?
            .label("is one enough to be excluded, or must all be there?")
            .help("write `and` or `or` before the last of them"),
    )
}

const EXCEPTIONS: [&str; 14] = [
    "acceptable|allowed|permitted|eligible only if|when",
    "acceptable|allowed|permitted|eligible if|when|provided",
    "is|are allowed|permitted|acceptable",
    "will|may be allowed|permitted|included",
    "except",
    "exception",
    "exceptions",
    "unless",
    "other than",
    "apart from",
    "with the exclusion of",
    "not considered exclusionary",
    "does|do not exclude",
    "not exclusionary",
];

/// L09: the wording of an exclusion makes an exception that its rule does not.
fn exception(place: Place<'_>, prose: &Prose<'_>) -> Option<Diagnostic> {
    if !place.excludes() || place.criterion.computability == Computability::Attested || makes_exception(place)
    {
        return None;
    }
    let range = EXCEPTIONS.iter().find_map(|pattern| prose.find(pattern).into_iter().next())?;
    let words = prose.words(range.clone());
    let span = prose.span(range);
    if place.criterion.computability == Computability::TextOnly {
        let message = format!("{} hides an exception in an exclusion: `{words}`", place.code);
        return Some(
            at(&codes::EXCEPTION_IN_EXCLUSION, span, message)?.label("an exception").help(
                "write a rule with `… unless …`, or `other than (…)` for a finding that does not count",
            ),
        );
    }
    let message =
        format!("the wording of {} makes an exception (`{words}`), its rule makes none", place.code);
    let found = at(&codes::EXCEPTION_IN_EXCLUSION, span, message)?.label("an exception");
    Some(with(found, place.criterion.rule.origin.0, "no exception here").help(
        "add it to the rule: `… unless …`, or `other than (…)` for a finding that does not count; where it changes nothing, say so in a `query`",
    ))
}

fn makes_exception(place: Place<'_>) -> bool {
    let mut found = false;
    walk(&place.criterion.rule, &mut |node| {
        found |= match node {
            Node::Clause(clause) => matches!(&clause.rule, Rule::Not { .. } | Rule::Choose { .. }),
            Node::Finding(Finding { other_than, .. }, _) => !other_than.is_empty(),
            _ => false,
        };
    });
    found
}

/// L04 in prose: `despite medical therapy … treated or untreated`.
fn despite_or_not(place: Place<'_>, prose: &Prose<'_>) -> Option<Diagnostic> {
    let despite = prose.find_first(&[
        "despite therapy|treatment|medication",
        "despite medical|adequate|optimal|appropriate|standard|current therapy|treatment|medication",
    ])?;
    let either = prose.find_first(&[
        "treated or untreated",
        "untreated or treated",
        "with or without treatment|therapy|medication",
        "regardless of treatment|therapy|medication",
    ])?;
    let found = at(
        &codes::CONTRADICTION,
        prose.span(either.clone()),
        format!("`{}` contradicts `{}`", prose.words(either), prose.words(despite.clone())),
    )?;
    let mut found =
        with(found.label("treatment does not matter"), prose.span(despite), "treatment is needed").help(
            format!(
                "decide whether an untreated participant can meet {}, and keep one of the two phrases",
                place.code
            ),
        );
    found.severity = Severity::Warning;
    Some(found)
}

/// L14 in prose: `not unwilling`.
fn not_un(place: Place<'_>, prose: &Prose<'_>) -> Option<Diagnostic> {
    let range = prose.find_first(&[
        "not unwilling|unable|incapable|ineligible|inadequate|insufficient|uncontrolled|unstable|without|lacking|absent",
        "no inability|unwillingness|lack|absence",
        "inability|unwillingness|refusal not to",
    ])?;
    Some(
        at(
            &codes::DOUBLE_NEGATIVE,
            prose.span(range.clone()),
            format!("the wording of {} says no to a no: `{}`", place.code, prose.words(range)),
        )?
        .label("a double negative")
        .help("say it without the two negations, as in `willing`"),
    )
}

/// L10: a catch-all, and narrower criteria of the same sort.
fn catch_all(trial: &Trial, found: &mut Vec<Diagnostic>) {
    const CONDITION: &str = "condition|conditions|disease|diseases|illness|disorder|reason|factor";
    const JUDGE: [&str; 5] =
        ["investigator", "investigators", "investigator's", "investigator’s", "physician"];
    let judged = |prose: &Prose<'_>| {
        JUDGE.iter().any(|word| prose.has(word)) && prose.has(CONDITION) && prose.has("any")
    };
    let general = |prose: &Prose<'_>| {
        [
            format!("any {CONDITION}"),
            format!("any other|medical|clinical|serious {CONDITION}"),
            format!("any other medical|clinical {CONDITION}"),
        ]
        .iter()
        .any(|pattern| prose.has(pattern))
    };
    for place in criteria(trial).filter(|place| place.excludes()) {
        let prose = place.prose();
        if !(judged(&prose) && general(&prose)) {
            continue;
        }
        let narrower: Vec<Place<'_>> = criteria(trial)
            .filter(|other| other.excludes() && other.code != place.code && other.decision == place.decision)
            .filter(|other| {
                let prose = other.prose();
                judged(&prose) && !general(&prose)
            })
            .collect();
        let [first, ..] = narrower.as_slice() else { continue };
        let any = prose.find("any").into_iter().next();
        let diagnostic = at(
            &codes::CATCH_ALL,
            any.and_then(|range| prose.span(range.start..prose.text.len())).or(place.head()),
            format!("{} swallows {}: whoever fails one fails both", place.code, first.code),
        );
        found.extend(diagnostic.map(|found| {
            let found = narrower
                .iter()
                .fold(found.label("a catch-all"), |found, other| with(found, other.head(), "a case of it"));
            found.help(format!(
                "write `any other …` in {}, so that a screening failure has one code",
                place.code
            ))
        }));
    }
}
