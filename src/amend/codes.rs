//! The criteria of both versions as SDTM's domain TI keeps them: each with its code, which changes with its meaning.

use serde::Serialize;

use super::eligibility::{CriterionDifference, DecisionDifference};
use crate::model::{CriterionKind, TestCodes};

/// One row of TI.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CriterionRow {
    /// TIVERS: the version of the protocol; absent where the protocol states none.
    pub version: Option<String>,
    /// IETESTCD: letters, digits and `_`, eight at most.
    pub code: String,
    /// IETEST: the wording.
    pub test: String,
    /// IECAT.
    pub category: CriterionKind,
}

/// The codes of the new version's criteria, by those of the old one's.
pub(super) fn following(before: &TestCodes, decisions: &[DecisionDifference]) -> TestCodes {
    let mut codes = before.following();
    // What is kept is kept first, so that nothing new takes its code.
    // An exclusion that is an inclusion now is answered the other way round.
    let keeps = |one: &CriterionDifference| one.standing.is_same() && one.kind == one.old_kind;
    for (event, one) in each(decisions).filter(|(_, one)| keeps(one)) {
        if let (Some(old), Some(new)) = (&one.old_code, &one.new_code)
            && let Some(kept) = before.get(event, old)
        {
            codes.keep(event, new, kept.to_owned());
        }
    }
    for (event, one) in each(decisions) {
        if let Some(new) = one.new_code.as_deref().filter(|new| codes.get(event, new).is_none()) {
            codes.give(event, new);
        }
    }
    codes
}

fn each(decisions: &[DecisionDifference]) -> impl Iterator<Item = (&str, &CriterionDifference)> {
    decisions.iter().flat_map(|decision| decision.criteria.iter().map(|one| (decision.event.as_str(), one)))
}

/// The rows of both versions: all criteria of the old one, then all of the new one.
pub(super) fn rows(
    decisions: &[DecisionDifference],
    before: &TestCodes,
    old_version: Option<&String>,
    new_version: Option<&String>,
) -> Vec<CriterionRow> {
    let after = following(before, decisions);
    let row = |version: Option<&String>,
               (event, code): (&str, &Option<String>),
               codes: &TestCodes,
               prose: &Option<String>,
               category: CriterionKind| {
        Some(CriterionRow {
            version: version.cloned(),
            code: codes.get(event, code.as_deref()?)?.to_owned(),
            test: prose.clone()?,
            category,
        })
    };
    let old = each(decisions).filter_map(|(event, one)| {
        row(old_version, (event, &one.old_code), before, &one.old_prose, one.old_kind)
    });
    let new = each(decisions).filter_map(|(event, one)| {
        row(new_version, (event, &one.new_code), &after, &one.new_prose, one.kind)
    });
    old.chain(new).collect()
}

#[cfg(test)]
mod tests {
    use super::super::eligibility::Standing;
    use super::*;
    use crate::model::Origin;

    fn one(standing: Standing, old: Option<&str>, new: Option<&str>) -> CriterionDifference {
        CriterionDifference {
            standing,
            kind: CriterionKind::Include,
            old_kind: CriterionKind::Include,
            old_code: old.map(str::to_owned),
            new_code: new.map(str::to_owned),
            old_prose: old.map(|_| "old words".to_owned()),
            new_prose: new.map(|_| "new words".to_owned()),
            differences: Vec::new(),
            through: Vec::new(),
            together: None,
            gained: None,
            lost: None,
            old: Origin(None),
            new: Origin(None),
        }
    }

    fn codes(criteria: Vec<CriterionDifference>) -> Vec<String> {
        let mut before = TestCodes::default();
        criteria.iter().filter_map(|one| one.old_code.as_deref()).for_each(|code| {
            before.give("e", code);
        });
        let decision =
            DecisionDifference { event: "e".into(), label: "E".into(), criteria, population: None };
        let (one, two) = ("1".to_owned(), "2".to_owned());
        let rows = rows(&[decision], &before, Some(&one), Some(&two));
        rows.iter().map(|row| format!("{} {}", row.version.as_deref().unwrap_or("-"), row.code)).collect()
    }

    #[test]
    fn a_code_stays_with_its_meaning_and_changes_with_it() {
        let found = codes(vec![
            one(Standing::Reworded, Some("INCL01"), Some("INCL01")),
            one(Standing::Broader, Some("INCL02"), Some("INCL02")),
            one(Standing::Added, None, Some("INCL03")),
        ]);
        assert_eq!(found, ["1 INCL01", "1 INCL02", "2 INCL01", "2 INCL02A", "2 INCL03"]);
    }

    #[test]
    fn a_code_that_stood_for_another_criterion_is_not_given_again() {
        let found = codes(vec![
            one(Standing::Added, None, Some("E1")),
            one(Standing::Unchanged, Some("E1"), Some("E2")),
            one(Standing::Removed, Some("E2"), None),
        ]);
        assert_eq!(
            found,
            ["1 E1", "1 E2", "2 E1A", "2 E1"],
            "what had E1 has it still, under whichever code"
        );
    }

    #[test]
    fn what_was_excluded_and_is_now_included_is_another_question() {
        let turned = CriterionDifference {
            old_kind: CriterionKind::Exclude,
            ..one(Standing::Reworded, Some("E1"), Some("E1"))
        };
        assert_eq!(codes(vec![turned]), ["1 E1", "2 E1A"]);
    }

    #[test]
    fn a_code_has_eight_letters_at_most() {
        let found = codes(vec![one(Standing::Changed, Some("EXCL-2024.1"), Some("EXCL-2024.1"))]);
        assert_eq!(found, ["1 EXCL_202", "2 EXCL_20A"]);
    }
}
