//! C: one thing with two names, brand names, acronyms before their words. What is said vaguely is in `vague`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use indexmap::IndexMap;

use super::prose::{Prose, Token, TokenKind};
use super::visit::{Node, Place, clause as walk, criteria, is_own, outcome, own_files};
use super::{at, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Concept, Measure, Term, Trial, Value};
use crate::source::{FileId, Span};

pub(super) fn check(trial: &Trial, found: &mut Vec<Diagnostic>) {
    same_measure_twice(trial, found);
    same_concept_twice(trial, found);
    states(trial, found);
    brands(trial, found);
    acronyms(trial, found);
}

/// Words for the state in which a sample is taken; they do not make another analyte.
const STATES: [&str; 7] =
    ["basal", "fasting", "fasted", "random", "stimulated", "postprandial", "nonfasting"];

/// The words of a name in lower case; words for a state are left out.
fn plain_words(name: &str) -> Vec<String> {
    let prose = Prose::new(name, None);
    let words =
        prose.tokens.iter().filter(|token| token.kind != TokenKind::Sign).map(|token| token.lower.clone());
    words.filter(|word| !STATES.contains(&word.as_str())).collect()
}

/// Names that a measure or concept goes by, in whatever order of words: `total insulin daily dose` is `total daily
/// insulin dose`.
fn names(label: &str, also: &[String]) -> BTreeSet<Vec<String>> {
    let all = std::iter::once(label).chain(also.iter().map(String::as_str));
    let sorted = all.map(|name| {
        let mut words = plain_words(name);
        words.sort_unstable();
        words
    });
    sorted.filter(|words| !words.is_empty()).collect()
}

/// Pairs of items of which something is the same, the later one first, in source order. Linear in the number of items
/// and of pairs: items meet at the marks that they share.
fn sharing<Mark: Ord>(marks: impl IntoIterator<Item = BTreeSet<Mark>>) -> BTreeSet<(usize, usize)> {
    let mut bearers: BTreeMap<Mark, Vec<usize>> = BTreeMap::new();
    let mut pairs = BTreeSet::new();
    for (index, marks) in marks.into_iter().enumerate() {
        for mark in marks {
            let earlier = bearers.entry(mark).or_default();
            // A third item of one name is told beside the first and the one before it.
            let told = earlier.first().into_iter().chain(earlier.last());
            pairs.extend(told.map(|other| (index, *other)));
            earlier.push(index);
        }
    }
    pairs
}

/// The author's item of a pair and the one that it repeats; none where both are of the standard library.
fn own_second<T>(
    files: &BTreeSet<FileId>,
    later: T,
    earlier: T,
    at: impl Fn(&T) -> Option<Span>,
) -> Option<(T, T)> {
    match (is_own(files, at(&later)), is_own(files, at(&earlier))) {
        (true, _) => Some((later, earlier)),
        (false, true) => Some((earlier, later)),
        (false, false) => None,
    }
}

/// C02: two measures with one code, or with one name.
fn same_measure_twice(trial: &Trial, found: &mut Vec<Diagnostic>) {
    let files = own_files(trial);
    let measures: Vec<(&String, &Measure)> = trial.measures.iter().collect();
    let code = |measure: &Measure| measure.loinc.as_ref().map(|code| code.code.clone());
    let by_code = sharing(measures.iter().map(|(_, measure)| BTreeSet::from_iter(code(measure))));
    let by_name = sharing(measures.iter().map(|(_, measure)| names(&measure.label, &measure.also)));
    for pair in by_code.union(&by_name) {
        let (later, earlier) = (measures[pair.0], measures[pair.1]);
        let Some((second, first)) = own_second(&files, later, earlier, |(_, measure)| measure.origin.0)
        else {
            continue;
        };
        let why = match code(later.1).filter(|_| by_code.contains(pair)) {
            Some(code) => format!("both are LOINC {code}"),
            None => {
                let kinds = std::mem::discriminant(&later.1.kind) == std::mem::discriminant(&earlier.1.kind);
                if !kinds || (code(later.1).is_some() && code(earlier.1).is_some()) {
                    continue;
                }
                "both go by the same name".to_owned()
            }
        };
        found.extend(twice(first.0, first.1.origin.0, second.0, second.1.origin.0, "measure", &why));
    }
}

/// C02: two conditions, drugs or procedures with one code, or with one name.
fn same_concept_twice(trial: &Trial, found: &mut Vec<Diagnostic>) {
    let files = own_files(trial);
    let concepts: Vec<(&String, &Concept)> = trial.concepts.iter().collect();
    let codes = |concept: &Concept| -> BTreeSet<String> {
        let of = |(system, codes): (&String, &Vec<crate::model::ConceptCode>)| match codes.as_slice() {
            [one] if matches!(system.as_str(), "snomed" | "rxnorm") => Some(format!("{system} {}", one.code)),
            _ => None,
        };
        concept.codes.iter().filter_map(of).collect()
    };
    let of_domain = |concept: &Concept| format!("{:?}", concept.domain);
    let by_code = sharing(concepts.iter().map(|(_, concept)| {
        let domain = of_domain(concept);
        codes(concept).into_iter().map(|code| (domain.clone(), code)).collect()
    }));
    let by_name = sharing(concepts.iter().map(|(_, concept)| {
        let domain = of_domain(concept);
        names(&concept.label, &concept.also).into_iter().map(|name| (domain.clone(), name)).collect()
    }));
    for pair in by_code.union(&by_name) {
        let (later, earlier) = (concepts[pair.0], concepts[pair.1]);
        let Some((second, first)) = own_second(&files, later, earlier, |(_, concept)| concept.origin.0)
        else {
            continue;
        };
        let why = match codes(later.1).intersection(&codes(earlier.1)).next() {
            Some(code) => format!("both are {code}"),
            None => "both go by the same name".to_owned(),
        };
        found.extend(twice(first.0, first.1.origin.0, second.0, second.1.origin.0, "concept", &why));
    }
}

fn twice(
    first: &str,
    first_at: Option<Span>,
    second: &str,
    second_at: Option<Span>,
    sort: &str,
    why: &str,
) -> Option<Diagnostic> {
    let found =
        at(&codes::TWO_NAMES, second_at, format!("`{second}` and `{first}` are one {sort} with two names"))?
            .label(why.to_owned());
    Some(with(found, first_at, "the other name").help(format!(
        "use `{first}` for both, and keep the second name as a synonym: `also: \"{}\"`",
        second.replace('_', " ")
    )))
}

/// Wordings that name the state of a measure's sample: the wording, the place of the word, the word.
type States<'a> = IndexMap<&'a str, Vec<(Prose<'a>, Range<usize>, String)>>;

/// C02 in prose: `basal C-peptide` in a criterion, `fasting C-peptide` in an outcome, one measure in both rules.
fn states(trial: &Trial, found: &mut Vec<Diagnostic>) {
    let mut uses: States<'_> = IndexMap::new();
    for place in criteria(trial).filter(|place| !place.is_queried()) {
        walk(&place.criterion.rule, &mut |node| {
            if let Node::Term(Term { value: Value::Measured { measure, .. }, .. }) = node {
                note_state(trial, measure, place.prose(), &mut uses);
            }
        });
    }
    for one in trial.outcomes.values().filter(|outcome| outcome.query.is_none()) {
        let prose = || Prose::new(&one.label, one.origins.get("prose").or(one.origin.0));
        outcome(one, &mut |node| {
            if let Node::Term(term) = node
                && let Value::Measured { measure, .. }
                | Value::Change { measure, .. }
                | Value::AreaUnder { measure, .. } = &term.value
            {
                note_state(trial, measure, prose(), &mut uses);
            }
        });
    }
    for (measure, uses) in &uses {
        let Some(((prose, range, state), rest)) = uses.split_first() else { continue };
        let other = rest.iter().find(|(.., other)| !same_state(state, other));
        let Some((other_prose, other_range, other_state)) = other else { continue };
        let label = trial.measures.get(*measure).map_or(*measure, |measure| measure.label.as_str());
        let diagnostic = at(
            &codes::TWO_NAMES,
            other_prose.span(other_range.clone()),
            format!("{label} is `{other_state}` here and `{state}` elsewhere"),
        );
        found.extend(diagnostic.map(|found| {
            with(found.label("another word for the sample"), prose.span(range.clone()), format!("`{state}` here"))
                .help("use one word where one sample is meant; where two are meant, declare two measures with their `state`")
        }));
    }
}

fn same_state(one: &str, two: &str) -> bool {
    let alike = |word: &str| if word == "fasted" { "fasting".to_owned() } else { word.to_owned() };
    alike(one) == alike(two)
}

fn note_state<'a>(trial: &'a Trial, name: &'a str, prose: Prose<'a>, uses: &mut States<'a>) {
    let is_state = |token: &Token| STATES.contains(&token.lower.as_str());
    // Few wordings name a state; only for these are the measure's names taken apart.
    if !prose.tokens.iter().any(is_state) {
        return;
    }
    let Some(measure) = trial.measures.get(name) else { return };
    let all = std::iter::once(&measure.label).chain(&measure.also);
    let heads: BTreeSet<String> = all.filter_map(|name| plain_words(name).into_iter().next()).collect();
    let state = prose.tokens.windows(2).find(|pair| is_state(&pair[0]) && heads.contains(&pair[1].lower));
    if let Some([state, _]) = state {
        let (range, word) = (state.range.clone(), state.lower.clone());
        uses.entry(name).or_default().push((prose, range, word));
    }
}

/// C06: a brand name in a wording.
fn brands(trial: &Trial, found: &mut Vec<Diagnostic>) {
    let known: BTreeMap<String, &str> = trial
        .concepts
        .iter()
        .flat_map(|(name, concept)| {
            concept.brands.iter().map(move |brand| (brand.to_lowercase(), name.as_str()))
        })
        .collect();
    for place in criteria(trial).filter(|place| !place.is_queried()) {
        let prose = place.prose();
        let mut brands: Vec<(Range<usize>, Option<&str>)> = Vec::new();
        for (index, token) in prose.tokens.iter().enumerate().filter(|(_, token)| token.is_word()) {
            let marked = prose
                .tokens
                .get(index + 1)
                .is_some_and(|next| next.glued && matches!(next.lower.as_str(), "®" | "™"));
            let substance = known.get(&token.lower).copied();
            if marked || substance.is_some() {
                brands.push((marked_name(&prose, index), substance));
            }
        }
        let Some((first, substance)) = brands.first().cloned() else { continue };
        let word = prose.words(first.clone());
        let diagnostic = at(&codes::BRAND_NAME, prose.span(first), format!("`{word}` is a brand name"));
        found.extend(diagnostic.map(|found| {
            let found = brands.iter().skip(1).fold(found.label("a brand"), |found, (range, _)| {
                with(found, prose.span(range.clone()), "a brand")
            });
            found.help(match substance {
                Some(name) => format!(
                    "name the substance, `{}`: the same product has other brands in other countries",
                    name.replace('_', " ")
                ),
                None => "name the substance: the same product has other brands in other countries".to_owned(),
            })
        }));
    }
}

/// `Depo-Provera` whole.
fn marked_name(prose: &Prose<'_>, index: usize) -> Range<usize> {
    let mut first = index;
    while first >= 2
        && prose.tokens[first].glued
        && prose.tokens[first - 1].is("-")
        && prose.tokens[first - 1].glued
        && prose.tokens[first - 2].is_word()
    {
        first -= 2;
    }
    prose.tokens[first].range.start..prose.tokens[index].range.end
}

/// C09: an acronym that is used before the wording that explains it.
fn acronyms(trial: &Trial, found: &mut Vec<Diagnostic>) {
    struct Wording<'a> {
        place: Place<'a>,
        prose: Prose<'a>,
        explained: Vec<(String, usize)>,
    }
    let wordings: Vec<Wording<'_>> = criteria(trial)
        .map(|place| {
            let prose = place.prose();
            let explained = definitions(&prose);
            Wording { place, prose, explained }
        })
        .collect();
    let mut first: IndexMap<&str, usize> = IndexMap::new();
    let mut used: BTreeMap<&str, (usize, Range<usize>)> = BTreeMap::new();
    for (index, wording) in wordings.iter().enumerate() {
        for token in wording.prose.tokens.iter().filter(|token| token.is_word()) {
            let word = wording.prose.words(token.range.clone());
            used.entry(word).or_insert_with(|| (index, token.range.clone()));
        }
        for (acronym, _) in &wording.explained {
            first.entry(acronym).or_insert(index);
        }
    }
    for (acronym, index) in first {
        let later = &wordings[index];
        let Some((at_index, range)) = used.get(acronym).filter(|(at, _)| *at < index).cloned() else {
            continue;
        };
        let wording = &wordings[at_index];
        let explained =
            later.explained.iter().find(|(own, _)| own == acronym).map(|(_, at)| *at..at + acronym.len());
        let diagnostic = at(
            &codes::ACRONYM,
            wording.prose.span(range),
            format!(
                "`{acronym}` is used in {} before {} says what it is",
                wording.place.code, later.place.code
            ),
        );
        found.extend(diagnostic.map(|found| {
            with(
                found.label("not yet explained"),
                explained.and_then(|range| later.prose.span(range)),
                "explained here",
            )
            .help("explain it where it is first used")
        }));
    }
}

/// `standard medical therapy (SMT)`: acronyms in parentheses whose letters begin the words before them.
fn definitions(prose: &Prose<'_>) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for index in 1..prose.tokens.len().saturating_sub(1) {
        let [open, word, close] = &prose.tokens[index - 1..=index + 1] else { continue };
        if !(open.is("(") && close.is(")") && word.is_word()) {
            continue;
        }
        let text = prose.words(word.range.clone());
        let letters: Vec<char> = text.chars().collect();
        if letters.len() < 2 || !letters.iter().all(|letter| letter.is_uppercase() || letter.is_ascii_digit())
        {
            continue;
        }
        let initials: Vec<char> = prose.tokens[..index - 1]
            .iter()
            .filter(|token| token.is_word())
            .filter_map(|token| token.lower.chars().next())
            .collect();
        let first = letters[0].to_lowercase().next();
        let near = initials.iter().rev().take(letters.len() + 2);
        if near.into_iter().any(|initial| Some(*initial) == first) {
            found.push((text.to_owned(), word.range.start));
        }
    }
    found
}
