//! The check digits of LOINC and SNOMED CT.

/// The last digit of a LOINC number (LOINC Users' Guide, "Calculating Mod 10 Check Digits"): from the right, the digits
/// on odd places are read as one number and doubled, and the digits of the result and of the others are added up.
pub(super) fn mod_10(number: &str) -> u32 {
    let digits: Vec<u32> = number.chars().rev().filter_map(|c| c.to_digit(10)).collect();
    // Doubling digit by digit carries into the next place of the doubled number, so that the number is doubled whole.
    let odd: u64 = digits.iter().step_by(2).fold(0, |number, digit| number * 10 + u64::from(*digit));
    let sum_of = |mut number: u64| {
        let mut sum = 0;
        while number > 0 {
            sum += number % 10;
            number /= 10;
        }
        sum
    };
    let even: u64 = digits.iter().skip(1).step_by(2).map(|digit| u64::from(*digit)).sum();
    let sum = sum_of(odd * 2) + even;
    u32::try_from((10 - sum % 10) % 10).unwrap_or_default()
}

/// The dihedral group of order 10 (SNOMED CT Release File Specification, "Check digit"; Verhoeff 1969).
const TIMES: [[usize; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];
const PLACES: [[usize; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];
const INVERSE: [usize; 10] = [0, 4, 3, 2, 1, 5, 6, 7, 8, 9];

/// The product of all digits from the right, the first of them on this place.
fn product(digits: &str, first: usize) -> usize {
    let digits = digits.chars().rev().filter_map(|c| Some(c.to_digit(10)? as usize));
    digits.enumerate().fold(0, |all, (at, digit)| TIMES[all][PLACES[(at + first) % 8][digit]])
}

/// Whether the last digit is the check digit of those before.
pub(super) fn verhoeff_holds(code: &str) -> bool {
    product(code, 0) == 0
}

/// The check digit of a number.
pub(super) fn verhoeff(digits: &str) -> usize {
    INVERSE[product(digits, 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// LOINC Users' Guide: the check digit of 12345 is 5.
    #[test]
    fn check_digits_of_loinc() {
        for (number, digit) in [("12345", 5), ("4548", 4), ("2160", 0), ("1742", 6), ("718", 7), ("8480", 6)]
        {
            assert_eq!(mod_10(number), digit, "{number}");
        }
    }

    #[test]
    fn check_digits_of_snomed_ct() {
        for code in ["44054006", "73211009", "22298006", "714628002", "900000000000207008"] {
            assert!(verhoeff_holds(code), "{code}");
            let (body, last) = code.split_at(code.len() - 1);
            assert_eq!(verhoeff(body).to_string(), last);
            // One digit mistyped, and two neighbours exchanged, are always seen.
            for at in 0..code.len() {
                let mut digits: Vec<u8> = code.bytes().collect();
                digits[at] = if digits[at] == b'9' { b'0' } else { digits[at] + 1 };
                assert!(!verhoeff_holds(std::str::from_utf8(&digits).expect("digits")));
                let mut digits: Vec<u8> = code.bytes().collect();
                if at > 0 && digits[at] != digits[at - 1] {
                    digits.swap(at, at - 1);
                    assert!(!verhoeff_holds(std::str::from_utf8(&digits).expect("digits")));
                }
            }
        }
    }
}
