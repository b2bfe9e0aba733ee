//! Which criterion of the new protocol is which of the old: by meaning first, then by wording, then by code.

use std::collections::BTreeSet;

use super::plain;
use crate::eligibility::Mentions;
use crate::model::{Clause, Criterion, CriterionKind, Named, Rule};

/// A criterion with its code.
pub(super) type Coded<'a> = (&'a str, &'a Criterion);

/// What belongs together: pairs in the order of the new protocol, then what is gone.
pub(super) struct Paired<'a> {
    pub pairs: Vec<(Option<Coded<'a>>, Option<Coded<'a>>)>,
}

/// The measures and things of a rule.
pub(super) fn speaks_of(criterion: &Criterion) -> BTreeSet<&str> {
    let mut mentions = Mentions::default();
    mentions.clause(&criterion.rule);
    mentions.measures.into_iter().chain(mentions.things).collect()
}

struct Known<'a> {
    coded: Coded<'a>,
    meaning: Clause,
    wording: String,
    speaks_of: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    fn all(criteria: &'a Named<Criterion>) -> Vec<Self> {
        criteria
            .iter()
            .map(|(code, criterion)| Self {
                coded: (code, criterion),
                meaning: plain::clause(&criterion.rule, code),
                wording: plain::heard(&criterion.prose),
                speaks_of: speaks_of(criterion),
            })
            .collect()
    }

    fn code(&self) -> &'a str {
        self.coded.0
    }

    fn kind(&self) -> CriterionKind {
        self.coded.1.kind
    }

    /// Both let in the same people, by the same words of the language, in the same arms.
    fn means(&self, other: &Self) -> bool {
        self.kind() == other.kind()
            && self.meaning == other.meaning
            && self.coded.1.arms == other.coded.1.arms
            // What is answered from the wording means what the wording says.
            && (!is_text(&self.meaning) || self.wording == other.wording)
    }

    /// An exclusion that is an inclusion of everybody else now, or the reverse.
    fn turns_into(&self, other: &Self) -> bool {
        self.kind() != other.kind()
            && self.coded.1.arms == other.coded.1.arms
            && is_opposite(&self.meaning, &other.meaning)
    }

    /// How much speaks for the same criterion in another form, from 0 to 100.
    fn likeness(&self, other: &Self) -> u32 {
        if self.kind() != other.kind() {
            return 0;
        }
        let common = self.speaks_of.intersection(&other.speaks_of).count();
        let all = self.speaks_of.union(&other.speaks_of).count();
        let things = (100 * common).checked_div(all).unwrap_or(0);
        let words = likeness_of_words(&self.wording, &other.wording);
        u32::try_from(things.max(words).max(likeness_of_letters(&self.wording, &other.wording))).unwrap_or(0)
    }
}

/// So much of the things or the words must be common for one criterion to be another version of the other.
const ALIKE: u32 = 50;
/// Under the same code less is enough.
const ALIKE_UNDER_ONE_CODE: u32 = 20;

pub(super) fn pair<'a>(old: &'a Named<Criterion>, new: &'a Named<Criterion>) -> Paired<'a> {
    let (left, right) = (Known::all(old), Known::all(new));
    let mut of_new: Vec<Option<usize>> = vec![None; right.len()];
    let mut taken = vec![false; left.len()];
    let mut claim = |test: &dyn Fn(&Known<'a>, &Known<'a>) -> bool| {
        for (at, known) in right.iter().enumerate() {
            if of_new[at].is_some() {
                continue;
            }
            let found = left.iter().enumerate().position(|(place, one)| !taken[place] && test(one, known));
            if let Some(place) = found {
                taken[place] = true;
                of_new[at] = Some(place);
            }
        }
    };
    claim(&|one, other| one.code() == other.code() && one.means(other));
    claim(&|one, other| one.means(other) && one.wording == other.wording);
    claim(&|one, other| one.means(other));
    claim(&|one, other| one.kind() == other.kind() && one.wording == other.wording);
    claim(&|one, other| one.code() == other.code() && one.turns_into(other));
    claim(&|one, other| one.turns_into(other));
    claim(&|one, other| one.code() == other.code() && one.likeness(other) >= ALIKE_UNDER_ONE_CODE);
    // What is left: the most alike first.
    let mut candidates: Vec<(u32, usize, usize)> = Vec::new();
    for (at, known) in right.iter().enumerate().filter(|(at, _)| of_new[*at].is_none()) {
        for (place, one) in left.iter().enumerate().filter(|(place, _)| !taken[*place]) {
            let likeness = one.likeness(known);
            if likeness >= ALIKE {
                candidates.push((likeness, at, place));
            }
        }
    }
    candidates.sort_by_key(|(likeness, at, place)| (std::cmp::Reverse(*likeness), *at, *place));
    for (_, at, place) in candidates {
        if of_new[at].is_none() && !taken[place] {
            of_new[at] = Some(place);
            taken[place] = true;
        }
    }
    let both = right
        .iter()
        .zip(&of_new)
        .map(|(known, place)| (place.map(|place| left[place].coded), Some(known.coded)));
    let gone = left.iter().zip(&taken).filter(|(_, taken)| !**taken);
    Paired { pairs: both.chain(gone.map(|(known, _)| (Some(known.coded), None))).collect() }
}

/// Whether one clause is written as what the other denies.
fn is_opposite(one: &Clause, other: &Clause) -> bool {
    match (&one.rule, &other.rule) {
        (Rule::Not { of }, _) if **of == *other => true,
        (_, Rule::Not { of }) if **of == *one => true,
        (
            Rule::Compare { left, operator, right, unit },
            Rule::Compare { left: left2, operator: operator2, right: right2, unit: unit2 },
        ) => left == left2 && operator.denied() == *operator2 && right == right2 && unit == unit2,
        (Rule::All { of }, Rule::Any { of: others }) | (Rule::Any { of }, Rule::All { of: others }) => {
            of.len() == others.len() && of.iter().zip(others).all(|(one, other)| is_opposite(one, other))
        }
        _ => false,
    }
}

fn is_text(clause: &Clause) -> bool {
    matches!(clause.rule, Rule::Text { .. })
}

/// How alike two short wordings are letter by letter, in percent; 0 where less than half is: a slip of a word is the same wording.
fn likeness_of_letters(one: &str, other: &str) -> usize {
    const LONGEST: usize = 400;
    let length = one.chars().count().max(other.chars().count());
    if length == 0 || length > LONGEST {
        return 0;
    }
    let same = length - strsim::levenshtein(one, other).min(length);
    if 2 * same < length { 0 } else { 100 * same / length }
}

/// The share of the words of both that are common, in percent.
fn likeness_of_words(one: &str, other: &str) -> usize {
    let words = |text: &str| -> BTreeSet<String> {
        text.split(|sign: char| !sign.is_alphanumeric())
            .filter(|word| word.len() > 2)
            .map(str::to_owned)
            .collect()
    };
    let (one, other) = (words(one), words(other));
    let all = one.union(&other).count();
    (100 * one.intersection(&other).count()).checked_div(all).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Domain, Finding, Mode, Origin, Window};

    fn criterion(kind: CriterionKind, prose: &str, thing: &str) -> Criterion {
        let finding = Finding {
            name: thing.to_owned(),
            domain: Domain::Condition,
            qualifiers: Vec::new(),
            other_than: Vec::new(),
            with: Vec::new(),
        };
        let window = Window { from: None, to: None, text: String::new() };
        let rule = Rule::Occurs { finding, mode: Mode::Ever, window };
        Criterion::of(kind, prose, Clause { text: String::new(), rule, origin: Origin(None) })
    }

    fn list(criteria: &[(&str, &str, &str)]) -> Named<Criterion> {
        let of = |(code, prose, thing): &(&str, &str, &str)| {
            ((*code).to_owned(), criterion(CriterionKind::Exclude, prose, thing))
        };
        criteria.iter().map(of).collect()
    }

    fn pairs(old: &Named<Criterion>, new: &Named<Criterion>) -> Vec<(String, String)> {
        let code = |side: Option<Coded<'_>>| side.map_or("-", |(code, _)| code).to_owned();
        pair(old, new).pairs.into_iter().map(|(old, new)| (code(old), code(new))).collect()
    }

    #[test]
    fn a_criterion_that_moved_under_another_code_is_found_by_its_meaning() {
        let old = list(&[("E1", "Stroke", "stroke"), ("E2", "Cancer", "malignancy")]);
        let new = list(&[
            ("E1", "Dementia", "dementia"),
            ("E2", "Stroke", "stroke"),
            ("E3", "Cancer", "malignancy"),
        ]);
        let expected = [("-", "E1"), ("E1", "E2"), ("E2", "E3")];
        assert_eq!(pairs(&old, &new), expected.map(|(old, new)| (old.to_owned(), new.to_owned())));
    }

    #[test]
    fn a_code_that_stands_for_something_else_is_no_pair() {
        let old = list(&[("E1", "Stroke at any time", "stroke")]);
        let new = list(&[("E1", "Pregnancy or breast-feeding", "pregnancy")]);
        assert_eq!(pairs(&old, &new), [("-".into(), "E1".into()), ("E1".into(), "-".into())]);
    }

    #[test]
    fn a_changed_criterion_under_its_own_code_is_one_pair() {
        let old = list(&[("E1", "Stroke within 6 months", "stroke")]);
        let new = list(&[("E1", "Stroke or bleeding within 12 months", "intracranial_bleeding")]);
        assert_eq!(pairs(&old, &new), [("E1".into(), "E1".into())]);
    }
}
