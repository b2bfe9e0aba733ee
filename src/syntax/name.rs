//! Names, and what to call a thing whose name cannot be one.

use super::words::RESERVED;

/// Why a word cannot be a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadName {
    Reserved,
    BeginsWithDigit,
    Sign(char),
}

impl BadName {
    pub fn why(self) -> String {
        match self {
            BadName::Reserved => "it is a word of the language".to_owned(),
            BadName::BeginsWithDigit => "a name begins with a letter".to_owned(),
            BadName::Sign(sign) => format!("a name has no `{sign}` in it"),
        }
    }
}

/// Whether a word can be a name.
pub(super) fn check(word: &str) -> Result<(), BadName> {
    if RESERVED.contains(&word) {
        return Err(BadName::Reserved);
    }
    if let Some(sign) = word.chars().find(|sign| !sign.is_ascii_alphanumeric() && *sign != '_') {
        return Err(BadName::Sign(sign));
    }
    match word.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => Ok(()),
        _ => Err(BadName::BeginsWithDigit),
    }
}

/// A name close to a word that cannot be one: `c_peptide` for `c-peptide`, `three_tc` for `3tc`.
pub(super) fn corrected(word: &str) -> String {
    let name = plain_letters(word);
    let name = name.trim_matches('_');
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = name.split_at(digits);
    let rest = rest.trim_start_matches('_');
    const DIGITS: [&str; 10] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    match number.parse::<usize>() {
        Ok(digit) if number.len() == 1 && !rest.is_empty() => format!("{}_{rest}", DIGITS[digit]),
        Ok(_) => format!("n{name}"),
        Err(_) if name.is_empty() => "name".to_owned(),
        Err(_) if RESERVED.contains(&name) => format!("{name}_"),
        Err(_) => name.to_owned(),
    }
}

/// The word in the letters, digits and underscores of a name.
fn plain_letters(word: &str) -> String {
    let mut name = String::new();
    for sign in word.chars() {
        match sign {
            'ä' | 'æ' => name.push_str("ae"),
            'ö' | 'œ' => name.push_str("oe"),
            'ü' => name.push_str("ue"),
            'ß' => name.push_str("ss"),
            'à' | 'á' | 'â' | 'ã' | 'å' => name.push('a'),
            'ç' => name.push('c'),
            'è' | 'é' | 'ê' | 'ë' => name.push('e'),
            'ì' | 'í' | 'î' | 'ï' => name.push('i'),
            'ñ' => name.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ø' => name.push('o'),
            'ù' | 'ú' | 'û' => name.push('u'),
            'α' => name.push_str("alpha"),
            'β' => name.push_str("beta"),
            'γ' => name.push_str("gamma"),
            'δ' => name.push_str("delta"),
            'µ' | 'μ' => name.push_str("micro"),
            _ if sign.is_ascii_alphanumeric() => name.push(sign),
            _ => name.push('_'),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_letters_digits_and_underscores_and_begins_with_a_letter() {
        assert_eq!(check("I8"), Ok(()));
        assert_eq!(check("hospital_admission"), Ok(()));
        assert_eq!(check("3tc"), Err(BadName::BeginsWithDigit));
        assert_eq!(check("c-peptide"), Err(BadName::Sign('-')));
        assert_eq!(check("at"), Err(BadName::Reserved));
    }

    #[test]
    fn what_is_offered_instead_is_always_a_name() {
        for word in
            ["3tc", "c-peptide", "24h_urine", "größe", "β2_microglobulin", "at", "-", "7", "_x", "5-fu"]
        {
            let name = corrected(word);
            assert_eq!(check(&name), Ok(()), "{word} → {name}");
        }
        assert_eq!(corrected("3tc"), "three_tc");
        assert_eq!(corrected("c-peptide"), "c_peptide");
        assert_eq!(corrected("24h_urine"), "n24h_urine");
        assert_eq!(corrected("β2_microglobulin"), "beta2_microglobulin");
    }
}
