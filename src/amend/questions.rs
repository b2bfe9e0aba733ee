//! Questions that are worded anew: for the logic each is the question that it was, so that what else changed can be told.

use super::pairing;
use super::plain;
use crate::model::{Clause, Rule, Trial};

/// The new protocol with the old words of its questions; `None` where no question is worded anew.
pub(super) fn aligned(old: &Trial, new: &Trial) -> Option<Trial> {
    let mut aligned: Option<Trial> = None;
    for (event, decision) in &new.decisions {
        let Some(before) = old.decisions.get(event) else { continue };
        for pair in pairing::pair(&before.criteria, &decision.criteria).pairs {
            let (Some((old_code, one)), Some((new_code, other))) = pair else { continue };
            let mut asked = Vec::new();
            collect(&plain::keyed(&one.rule, old_code), &mut asked);
            let mut rule = other.rule.clone();
            if !reworded(&mut rule, new_code, &asked) {
                continue;
            }
            let copy = aligned.get_or_insert_with(|| new.clone());
            let criteria = copy.decisions.get_mut(event).map(|decision| &mut decision.criteria);
            if let Some(criterion) = criteria.and_then(|criteria| criteria.get_mut(new_code)) {
                criterion.rule = rule;
            }
        }
    }
    aligned
}

/// Every question and text of a clause, with its key inside the criterion.
fn collect(clause: &Clause, asked: &mut Vec<Clause>) {
    match &clause.rule {
        Rule::Attested { .. } | Rule::Text { .. } => asked.push(clause.clone()),
        Rule::All { of } | Rule::Any { of } | Rule::Count { of, .. } => {
            of.iter().for_each(|part| collect(part, asked));
        }
        Rule::Not { of } | Rule::OfPerson { of, .. } => collect(of, asked),
        Rule::Choose { condition, then, otherwise } => {
            [condition, then, otherwise].into_iter().for_each(|part| collect(part, asked));
        }
        Rule::Compare { .. }
        | Rule::Between { .. }
        | Rule::Is { .. }
        | Rule::Occurs { .. }
        | Rule::Steady { .. }
        | Rule::Trend { .. } => {}
    }
}

/// Gives each question the words of the old one under the same key and of the same sort; whether any words changed.
fn reworded(clause: &mut Clause, code: &str, asked: &[Clause]) -> bool {
    let within = |key: &str| key.strip_prefix(code).unwrap_or(key).to_owned();
    match &mut clause.rule {
        Rule::Attested { key, question, .. } => {
            let key = within(key);
            let before = asked.iter().find_map(|one| match &one.rule {
                Rule::Attested { key: known, question, .. } if *known == key => Some(question),
                _ => None,
            });
            match before {
                Some(before) if before != question => {
                    question.clone_from(before);
                    true
                }
                _ => false,
            }
        }
        Rule::Text { key, .. } => {
            let key = within(key);
            let before =
                asked.iter().find(|one| matches!(&one.rule, Rule::Text { key: known, .. } if *known == key));
            match before {
                Some(before) if before.text != clause.text => {
                    clause.text.clone_from(&before.text);
                    true
                }
                _ => false,
            }
        }
        Rule::All { of } | Rule::Any { of } | Rule::Count { of, .. } => {
            of.iter_mut().fold(false, |any, part| reworded(part, code, asked) | any)
        }
        Rule::Not { of } | Rule::OfPerson { of, .. } => reworded(of, code, asked),
        Rule::Choose { condition, then, otherwise } => [condition, then, otherwise]
            .into_iter()
            .fold(false, |any, part| reworded(part, code, asked) | any),
        Rule::Compare { .. }
        | Rule::Between { .. }
        | Rule::Is { .. }
        | Rule::Occurs { .. }
        | Rule::Steady { .. }
        | Rule::Trend { .. } => false,
    }
}
