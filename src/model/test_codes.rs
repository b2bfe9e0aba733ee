//! Codes of criteria across versions, as SDTM keeps them (IETESTCD): a criterion keeps its code while only its wording changes, and
//! has a new one when its meaning does (SDTM Implementation Guide, Trial Inclusion/Exclusion Criteria: INCL02 becomes INCL02A).

use std::collections::{BTreeMap, BTreeSet};

use super::Trial;

/// The codes of one version's criteria, and all that earlier versions have given away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestCodes {
    /// By the event of the decision and the criterion's own code.
    of: BTreeMap<(String, String), String>,
    taken: BTreeSet<String>,
}

/// The longest code that SDTM takes.
const LONGEST: usize = 8;

impl TestCodes {
    /// Of a protocol that follows no other.
    pub fn of(trial: &Trial) -> Self {
        let mut codes = Self::default();
        for (event, decision) in &trial.decisions {
            for code in decision.criteria.keys() {
                codes.give(event, code);
            }
        }
        codes
    }

    /// Of the version after this: no criterion has a code yet, and those that were given are not given again.
    pub fn following(&self) -> Self {
        Self { of: BTreeMap::new(), taken: self.taken.clone() }
    }

    pub fn get(&self, event: &str, code: &str) -> Option<&str> {
        self.of.get(&(event.to_owned(), code.to_owned())).map(String::as_str)
    }

    /// Lets a criterion keep the code that its meaning had.
    pub fn keep(&mut self, event: &str, code: &str, test_code: String) {
        self.taken.insert(test_code.clone());
        self.of.insert((event.to_owned(), code.to_owned()), test_code);
    }

    /// The author's code in SDTM's letters; with a letter behind it where another meaning has it already.
    pub fn give(&mut self, event: &str, code: &str) -> String {
        let test_code = self.free(code);
        self.keep(event, code, test_code.clone());
        test_code
    }

    fn free(&self, code: &str) -> String {
        let upper = |sign: char| if sign.is_ascii_alphanumeric() { sign.to_ascii_uppercase() } else { '_' };
        let mut base: String = code.chars().map(upper).take(LONGEST).collect();
        if base.starts_with(|first: char| !first.is_ascii_uppercase()) {
            base.insert(0, 'C');
            base.truncate(LONGEST);
        }
        let letters = ('A'..='Z').map(String::from);
        let numbers = (1..).map(|number: u32| number.to_string());
        let with = |ending: String| {
            let head: String = base.chars().take(LONGEST - ending.len().min(LONGEST - 1)).collect();
            format!("{head}{ending}")
        };
        let endings = letters.chain(numbers).map(with);
        let mut candidates = std::iter::once(base.clone()).chain(endings);
        candidates.find(|code| !self.taken.contains(code)).unwrap_or(base.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_given_once_in_the_letters_of_sdtm() {
        let mut codes = TestCodes::default();
        assert_eq!(codes.give("consent", "I8"), "I8");
        assert_eq!(codes.give("randomization", "I8"), "I8A", "another decision has another criterion");
        assert_eq!(codes.give("consent", "E10.2"), "E10_2");
        assert_eq!(codes.give("consent", "exclusion-1"), "EXCLUSIO");
        assert_eq!(codes.give("consent", "exclusion-2"), "EXCLUSIA", "eight letters at most");
        assert_eq!(codes.give("consent", "10"), "C10", "a letter first");
        assert_eq!(codes.get("randomization", "I8"), Some("I8A"));
        assert_eq!(codes.get("randomization", "I9"), None);
    }

    #[test]
    fn what_one_version_gave_the_next_does_not_give_again() {
        let mut first = TestCodes::default();
        first.give("consent", "E1");
        let mut second = first.following();
        assert_eq!(second.get("consent", "E1"), None);
        assert_eq!(second.give("consent", "E1"), "E1A");
        assert_eq!(second.following().give("consent", "E1"), "E1B");
    }
}
