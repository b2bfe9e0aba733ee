//! C: wordings that no two readers decide alike: C03, C04, C05, C07, C08.

use std::ops::Range;

use super::at;
use super::prose::{Measure, Prose, Token, TokenKind};
use super::visit::{Node, Place, clause as walk, criteria};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Computability, Rule, Trial};

pub(super) fn check(trial: &Trial, found: &mut Vec<Diagnostic>) {
    for place in criteria(trial).filter(|place| !place.is_queried()) {
        let prose = place.prose();
        found.extend(unnamed_analyte(place, &prose));
        found.extend(vague_word(trial, place, &prose));
        found.extend(open_list(trial, place, &prose));
        found.extend(undated_definition(place, &prose));
        found.extend(investigator(place, &prose));
    }
}

/// C03: `liver function > 1.5 x ULN`.
fn unnamed_analyte(place: Place<'_>, prose: &Prose<'_>) -> Option<Diagnostic> {
    const GROUPS: [(&str, &str); 6] = [
        (
            "liver|hepatic function|functions|enzymes|enzyme|tests|parameters",
            "ALT, AST, ALP, GGT or bilirubin",
        ),
        ("liver|hepatic function test|tests", "ALT, AST, ALP, GGT or bilirubin"),
        ("renal|kidney function|functions", "creatinine, eGFR or creatinine clearance"),
        ("thyroid function", "TSH, free T4 or free T3"),
        ("cardiac enzymes|biomarkers|markers", "troponin I, troponin T or CK-MB"),
        ("proteinuria", "total protein, albumin, or a ratio to creatinine; in which specimen"),
    ];
    let (range, choices) = GROUPS.iter().find_map(|(pattern, choices)| {
        let at = prose.find_tokens(pattern).into_iter().find(|at| limit_follows(prose, at.end))?;
        Some((prose.tokens[at.start].range.start..prose.tokens[at.end - 1].range.end, *choices))
    })?;
    let words = prose.words(range.clone());
    Some(
        at(
            &codes::UNNAMED_ANALYTE,
            prose.span(range),
            format!("{} limits `{words}` without saying what is measured", place.code),
        )?
        .label("which analyte?")
        .help(format!("name it: {choices}; where the rule assumes one, say so in a `query`")),
    )
}

/// A comparison within the next two words.
fn limit_follows(prose: &Prose<'_>, token: usize) -> bool {
    let limits = prose.quantities();
    let first = limits.iter().find(|quantity| quantity.token >= token);
    let Some(first) = first.filter(|first| first.comparator.is_some() || first.measure == Measure::Limit)
    else {
        return false;
    };
    let start = first.comparator.as_ref().map_or(first.number.start, |(_, range)| range.start);
    let between = prose.tokens[token..].iter().take_while(|token| token.range.start < start);
    let words: Vec<&Token> = between.collect();
    words.len() <= 2 && words.iter().all(|token| token.kind == TokenKind::Word)
}

/// Words that set a limit without giving it.
const VAGUE: [&str; 22] = [
    "severe",
    "severely",
    "uncontrolled",
    "unstable",
    "adequate",
    "inadequate",
    "insufficient",
    "insufficiency",
    "significant",
    "significantly",
    "serious",
    "decompensation",
    "decompensated",
    "terminal",
    "excessive",
    "poor",
    "poorly",
    "abnormal",
    "impaired",
    "advanced",
    "recent",
    "abuse",
];

/// C04: a vague word where no rule, code or number says what it means.
fn vague_word(trial: &Trial, place: Place<'_>, prose: &Prose<'_>) -> Option<Diagnostic> {
    let answered = matches!(place.criterion.computability, Computability::Attested | Computability::TextOnly);
    if !answered && !rests_on_bare_concept(trial, place) {
        return None;
    }
    let token = prose.tokens.iter().find(|token| VAGUE.contains(&token.lower.as_str()))?;
    let sentence = prose.sentence(token.range.start);
    let explained = prose.quantities().iter().any(|quantity| sentence.contains(&quantity.number.start))
        || ["defined as", "defined by", "grade", "class", "stage", "score", "criteria"]
            .iter()
            .any(|cue| prose.has(cue));
    if explained {
        return None;
    }
    let word = prose.words(token.range.clone());
    Some(
        at(&codes::VAGUE_WORD, prose.span(token.range.clone()), format!("{} does not say what `{word}` means", place.code))?
            .label("by which measure?")
            .help("give a limit, a grade or a score (`NYHA class III or IV`, `CTCAE grade >= 3`), or a `query` if the protocol has none"),
    )
}

/// A finding that nothing but its name describes.
fn rests_on_bare_concept(trial: &Trial, place: Place<'_>) -> bool {
    let mut bare = false;
    walk(&place.criterion.rule, &mut |node| {
        if let Node::Finding(finding, _) = node
            && let Some(concept) = trial.concepts.get(&finding.name)
        {
            bare |= concept.codes.is_empty() && concept.members.is_empty() && finding.other_than.is_empty();
        }
    });
    bare
}

/// C05: `such as`, `including`, `e.g.`, `etc.`
fn open_list(trial: &Trial, place: Place<'_>, prose: &Prose<'_>) -> Option<Diagnostic> {
    if place.criterion.computability == Computability::Attested || is_declared_open(trial, place) {
        return None;
    }
    let cue =
        prose.find_first(&["such as", "including", "e . g", "etc", "for example", "but not limited to"]);
    if let Some(range) = cue {
        let words = prose.words(range.clone());
        return Some(
            at(&codes::OPEN_LIST, prose.span(range), format!("`{words}` opens a list that {} does not close", place.code))?
                .label("what else belongs to it?")
                .help("list everything that counts; or declare the list `open_list`, so that what is not on it is asked of the investigator"),
        );
    }
    that_is(place, prose)
}

/// `inhibitors (i.e. sitagliptin, …)`: examples after words for `that is`.
fn that_is(place: Place<'_>, prose: &Prose<'_>) -> Option<Diagnostic> {
    let found = prose.find_tokens("( i . e").into_iter().find(|found| {
        let before = found.start.checked_sub(1).map(|at| &prose.tokens[at]);
        let rest = prose.tokens[found.end..].iter().take_while(|token| !token.is(")"));
        before.is_some_and(|word| word.is_word() && word.lower.ends_with('s'))
            && rest.into_iter().any(|token| token.is(","))
    })?;
    let range = prose.tokens[found.start + 1].range.start..prose.tokens[found.end - 1].range.end;
    Some(
        at(
            &codes::OPEN_LIST,
            prose.span(range),
            format!("`i.e.` says that {} names all of them", place.code),
        )?
        .label("`that is`, or `for example`?")
        .help("if these are examples, list everything that counts instead; if they are all, write `namely`"),
    )
}

fn is_declared_open(trial: &Trial, place: Place<'_>) -> bool {
    let mut open = false;
    walk(&place.criterion.rule, &mut |node| {
        if let Node::Finding(finding, _) = node {
            open |= trial.concepts.get(&finding.name).is_some_and(|concept| concept.open_list);
        }
    });
    open
}

/// Words by which a body or a document that defines something is known.
const AUTHORITIES: [&str; 34] = [
    "committee",
    "association",
    "organization",
    "organisation",
    "society",
    "college",
    "federation",
    "guideline",
    "guidelines",
    "criteria",
    "classification",
    "consensus",
    "recommendations",
    "who",
    "ada",
    "aha",
    "acc",
    "esc",
    "recist",
    "dsm",
    "icd",
    "ctcae",
    "nci",
    "kdigo",
    "nkf",
    "idf",
    "easd",
    "asco",
    "ecog",
    "eular",
    "acr",
    "gold",
    "gina",
    "irecist",
];

/// C07: a definition somewhere else, without its year or edition.
fn undated_definition(place: Place<'_>, prose: &Prose<'_>) -> Option<Diagnostic> {
    let cue = [
        "as defined by",
        "defined by the",
        "defined by",
        "defined according to",
        "according to",
        "as per",
        "based on the",
        "per the",
    ]
    .iter()
    .filter_map(|pattern| prose.find_tokens(pattern).into_iter().next())
    .min_by_key(|at| (at.start, std::cmp::Reverse(at.end)))?;
    let sentence = prose.sentence(prose.tokens[cue.start].range.start);
    let after: Vec<&Token> = prose.tokens[cue.end..]
        .iter()
        .take_while(|token| token.range.start < sentence.end && !token.is("(") && !token.is(","))
        .take(14)
        .collect();
    let authority = after.iter().position(|token| AUTHORITIES.contains(&token.lower.as_str()))?;
    let proper = after
        .iter()
        .any(|token| token.is_word() && prose.words(token.range.clone()).starts_with(char::is_uppercase));
    let by_protocol = ["investigator", "protocol", "local", "institutional", "site"]
        .iter()
        .any(|own| after.iter().any(|token| token.is(own)));
    if !proper || by_protocol || is_dated(prose) {
        return None;
    }
    let first = after.iter().find(|token| !matches!(token.lower.as_str(), "the" | "to"))?;
    let last = after
        .iter()
        .rev()
        .find(|token| token.is_word())
        .filter(|last| last.range.end >= after[authority].range.end)?;
    let range: Range<usize> = first.range.start..last.range.end;
    let words = prose.words(range.clone());
    Some(
        at(&codes::UNDATED_DEFINITION, prose.span(range), format!("{} rests on a definition without year or edition", place.code))?
            .label("which edition?")
            .help(format!("add the year or version, as in `{words} (2020)`: such definitions change, and the trial's must not")),
    )
}

/// A year, a version or an edition is there; also `DSM-IV`, `DSM 5`.
fn is_dated(prose: &Prose<'_>) -> bool {
    let year = |token: &Token| {
        token.kind == TokenKind::Number
            && token.lower.len() == 4
            && (token.lower.starts_with("19") || token.lower.starts_with("20"))
    };
    let numbered = |pair: &[Token]| {
        let roman = |word: &str| !word.is_empty() && word.chars().all(|letter| "ivx".contains(letter));
        matches!(
            pair[0].lower.as_str(),
            "version" | "edition" | "v" | "recist" | "ctcae" | "dsm" | "revision" | "-"
        ) && (pair[1].kind == TokenKind::Number || roman(&pair[1].lower))
    };
    let marked = |token: &Token| {
        token.lower.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            || token.is("edition")
            || token.is("version")
    };
    prose.tokens.iter().any(|token| year(token) || marked(token)) || prose.tokens.windows(2).any(numbered)
}

/// C08: the investigator's judgement in the wording, data alone in the rule.
fn investigator(place: Place<'_>, prose: &Prose<'_>) -> Option<Diagnostic> {
    let mut answered = false;
    walk(&place.criterion.rule, &mut |node| {
        if let Node::Clause(clause) = node {
            answered |= matches!(clause.rule, Rule::Attested { .. } | Rule::Text { .. });
        }
    });
    if answered {
        return None;
    }
    let range = prose.find_first(&[
        "opinion|judgment|judgement|discretion|view|criteria of the investigator|investigators|physician",
        "investigator's|investigator’s|investigators opinion|judgment|judgement|discretion",
        "investigator judgment|judgement|discretion",
        "investigator believes|considers|deems|feels",
        "deemed|judged|considered by the investigator",
    ])?;
    let words = prose.words(range.clone());
    Some(
        at(&codes::JUDGEMENT, prose.span(range), format!("the wording of {} asks for a judgement (`{words}`), its rule for none", place.code))?
            .label("who answers this?")
            .help("add `attested by investigator \"…\"` to the rule, so that the judgement is asked for and recorded"),
    )
}
