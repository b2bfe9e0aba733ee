//! Codes of criteria across versions, as SDTM's domain TI keeps them: a criterion keeps its code while only its wording changes,
//! and has a new one when its meaning does (SDTM Implementation Guide, Trial Inclusion/Exclusion Criteria: INCL02 becomes
//! INCL02A).

use std::collections::BTreeSet;

use serde::Serialize;

use super::eligibility::{CriterionDifference, DecisionDifference};
use crate::model::CriterionKind;

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

/// The longest code that SDTM takes.
const LONGEST: usize = 8;

/// The rows of both versions: all criteria of the old one, then all of the new one.
pub(super) fn rows(
    decisions: &[DecisionDifference],
    old_version: Option<&String>,
    new_version: Option<&String>,
) -> Vec<CriterionRow> {
    let all: Vec<&CriterionDifference> = decisions.iter().flat_map(|decision| &decision.criteria).collect();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    // By the criterion's place in `all`.
    let mut old_codes: Vec<Option<String>> = vec![None; all.len()];
    for (at, one) in all.iter().enumerate() {
        old_codes[at] = one.old_code.as_deref().map(|code| claim(code, &mut taken));
    }
    let old_rows = all.iter().zip(&old_codes).filter_map(|(one, code)| {
        Some(CriterionRow {
            version: old_version.cloned(),
            code: code.clone()?,
            test: one.old_prose.clone()?,
            category: one.kind,
        })
    });
    let mut rows: Vec<CriterionRow> = old_rows.collect();
    for (one, before) in all.iter().zip(&old_codes) {
        let (Some(code), Some(prose)) = (&one.new_code, &one.new_prose) else { continue };
        // A code of the old version is kept by the meaning that had it, whichever code the author gives now.
        let kept = before.clone().filter(|_| one.standing.is_same() && one.old_code == one.new_code);
        let code = kept.unwrap_or_else(|| claim(code, &mut taken));
        rows.push(CriterionRow {
            version: new_version.cloned(),
            code,
            test: prose.clone(),
            category: one.kind,
        });
    }
    rows
}

/// The code in SDTM's letters; with a letter behind it where another meaning has it already.
fn claim(code: &str, taken: &mut BTreeSet<String>) -> String {
    let letters =
        code.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_uppercase() } else { '_' });
    let mut base: String = letters.take(LONGEST).collect();
    if base.starts_with(|first: char| !first.is_ascii_uppercase()) {
        base.insert(0, 'C');
        base.truncate(LONGEST);
    }
    if taken.insert(base.clone()) {
        return base;
    }
    let letters = ('A'..='Z').map(String::from);
    let numbers = (1..).map(|number: u32| number.to_string());
    for ending in letters.chain(numbers) {
        let head: String = base.chars().take(LONGEST - ending.len().min(LONGEST - 1)).collect();
        let code = format!("{head}{ending}");
        if taken.insert(code.clone()) {
            return code;
        }
    }
    base
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
            old_code: old.map(str::to_owned),
            new_code: new.map(str::to_owned),
            old_prose: old.map(|_| "old words".to_owned()),
            new_prose: new.map(|_| "new words".to_owned()),
            differences: Vec::new(),
            through: Vec::new(),
            gained: None,
            lost: None,
            old: Origin(None),
            new: Origin(None),
        }
    }

    fn codes(criteria: Vec<CriterionDifference>) -> Vec<String> {
        let decision =
            DecisionDifference { event: "e".into(), label: "E".into(), criteria, population: None };
        let (one, two) = ("1".to_owned(), "2".to_owned());
        let rows = rows(&[decision], Some(&one), Some(&two));
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
        assert_eq!(found, ["1 E1", "1 E2", "2 E1A", "2 E2A"]);
    }

    #[test]
    fn a_code_has_eight_letters_at_most() {
        let found = codes(vec![one(Standing::Changed, Some("EXCL-2024.1"), Some("EXCL-2024.1"))]);
        assert_eq!(found, ["1 EXCL_202", "2 EXCL_20A"]);
    }
}
