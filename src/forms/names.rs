//! Field names after CDASH: a variable of the domain (`VSORRES`), for a test behind its code (`SYSBP_VSORRES`), each part
//! of at most eight characters, as SAS transport files and SDTM ask for.

use std::collections::{BTreeMap, BTreeSet};

/// Characters of a CDISC variable name or test code.
pub const MAX_LENGTH: usize = 8;

/// At most `max` capital letters and digits that recall the words, a letter first: `body_mass_index` in 8 is `BDYMSSIN`.
///
/// What fits stays whole; otherwise vowels inside the words go, from the end, and then the longest words lose their
/// last letters. Other signs than ASCII letters and digits part words.
pub fn short(words: &str, max: usize) -> String {
    let mut parts: Vec<Vec<char>> = words
        .split(|sign: char| !sign.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.to_ascii_uppercase().chars().collect())
        .collect();
    match parts.first() {
        None => parts.push(vec!['X']),
        Some(first) if first[0].is_ascii_digit() => parts.insert(0, vec!['X']),
        Some(_) => {}
    }
    let length = |parts: &[Vec<char>]| parts.iter().map(Vec::len).sum::<usize>();
    for word in (0..parts.len()).rev() {
        let mut at = parts[word].len();
        while at > 1 && length(&parts) > max {
            at -= 1;
            if "AEIOU".contains(parts[word][at]) {
                parts[word].remove(at);
            }
        }
    }
    while length(&parts) > max {
        // Of words of one length the later one gives way, so that the first keeps its beginning.
        let longest = (0..parts.len()).max_by_key(|at| (parts[*at].len(), *at)).unwrap_or(0);
        parts[longest].pop();
    }
    parts.into_iter().flatten().collect()
}

/// Names that are given out once each.
#[derive(Clone, Debug, Default)]
pub struct Taken(BTreeSet<String>);

impl Taken {
    /// The wish itself, or the wish with a number in place of its last characters.
    pub fn claim(&mut self, wish: &str, max: usize) -> String {
        if self.0.insert(wish.to_owned()) {
            return wish.to_owned();
        }
        for number in 2_u32.. {
            let number = number.to_string();
            let keep = max.saturating_sub(number.len()).min(wish.len());
            let name = format!("{}{number}", &wish[..keep]);
            if self.0.insert(name.clone()) {
                return name;
            }
        }
        unreachable!("there are more numbers than names")
    }
}

/// The test codes of a trial's measures, concepts and events: the same on every form.
#[derive(Clone, Debug, Default)]
pub struct Codes {
    taken: Taken,
    by_name: BTreeMap<String, String>,
}

impl Codes {
    /// Gives `name` this code of the terminology, if no other has it.
    pub fn standard(&mut self, name: &str, code: &str) {
        if !self.by_name.contains_key(name) && self.taken.0.insert(code.to_owned()) {
            self.by_name.insert(name.to_owned(), code.to_owned());
        }
    }

    /// The code of `name`; a new one where it has none.
    pub fn of(&mut self, name: &str) -> String {
        if let Some(code) = self.by_name.get(name) {
            return code.clone();
        }
        let code = self.taken.claim(&short(name, MAX_LENGTH), MAX_LENGTH);
        self.by_name.insert(name.to_owned(), code.clone());
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_stays_whole() {
        assert_eq!(short("ecog", 8), "ECOG");
        assert_eq!(short("hs_crp", 8), "HSCRP");
        assert_eq!(short("position", 8), "POSITION");
    }

    #[test]
    fn a_long_name_loses_vowels_then_ends() {
        assert_eq!(short("position", 6), "POSITN");
        assert_eq!(short("hospital_admission", 8), "HSPTADMS");
        assert_eq!(short("insulin_daily_dose", 8), "INSDLYDS");
    }

    #[test]
    fn a_name_begins_with_a_letter() {
        assert_eq!(short("6_minute_walk", 8), "X6MNTWLK");
        assert_eq!(short("", 8), "X");
        assert_eq!(short("ä", 8), "X");
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let mut taken = Taken::default();
        assert_eq!(taken.claim("STRKHMRR", 8), "STRKHMRR");
        assert_eq!(taken.claim("STRKHMRR", 8), "STRKHMR2");
        assert_eq!(taken.claim("STRKHMRR", 8), "STRKHMR3");
        assert_eq!(taken.claim("AE", 8), "AE");
        assert_eq!(taken.claim("AE", 8), "AE2");
    }

    #[test]
    fn a_name_keeps_its_code() {
        let mut codes = Codes::default();
        codes.standard("systolic_bp", "SYSBP");
        assert_eq!(codes.of("sysbp"), "SYSBP2", "the terminology goes first");
        assert_eq!(codes.of("systolic_bp"), "SYSBP");
        assert_eq!(codes.of("sysbp"), "SYSBP2");
    }
}
