//! Molar masses from chemical formulas.

use std::fmt;

use crate::number::Exact;

/// Where the atomic weights come from.
pub const ATOMIC_WEIGHT_SOURCE: &str =
    "IUPAC standard atomic weights 2021 (Prohaska et al., Pure Appl. Chem. 2022, 94, 573)";

/// Standard atomic weights, in g/mol, of the elements that occur in analytes and drugs. Where IUPAC gives an interval,
/// the table holds the conventional value.
const ATOMIC_WEIGHTS: [(&str, &str); 52] = [
    ("H", "1.008"),
    ("He", "4.002602"),
    ("Li", "6.94"),
    ("Be", "9.0121831"),
    ("B", "10.81"),
    ("C", "12.011"),
    ("N", "14.007"),
    ("O", "15.999"),
    ("F", "18.998403162"),
    ("Na", "22.98976928"),
    ("Mg", "24.305"),
    ("Al", "26.9815384"),
    ("Si", "28.085"),
    ("P", "30.973761998"),
    ("S", "32.06"),
    ("Cl", "35.45"),
    ("Ar", "39.95"),
    ("K", "39.0983"),
    ("Ca", "40.078"),
    ("Ti", "47.867"),
    ("V", "50.9415"),
    ("Cr", "51.9961"),
    ("Mn", "54.938043"),
    ("Fe", "55.845"),
    ("Co", "58.933194"),
    ("Ni", "58.6934"),
    ("Cu", "63.546"),
    ("Zn", "65.38"),
    ("Ga", "69.723"),
    ("As", "74.921595"),
    ("Se", "78.971"),
    ("Br", "79.904"),
    ("Rb", "85.4678"),
    ("Sr", "87.62"),
    ("Y", "88.905838"),
    ("Mo", "95.95"),
    ("Pd", "106.42"),
    ("Ag", "107.8682"),
    ("Cd", "112.414"),
    ("In", "114.818"),
    ("Sn", "118.710"),
    ("Sb", "121.760"),
    ("Te", "127.60"),
    ("I", "126.90447"),
    ("Cs", "132.90545196"),
    ("Ba", "137.327"),
    ("Gd", "157.25"),
    ("Lu", "174.9668"),
    ("Pt", "195.084"),
    ("Au", "196.966570"),
    ("Hg", "200.592"),
    ("Pb", "207.2"),
];

/// Characters of the longest accepted formula.
const MAX_FORMULA: usize = 80;

/// A text that is not a chemical formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormulaError {
    pub message: String,
}

impl fmt::Display for FormulaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for FormulaError {}

/// The molar mass, in g/mol, of a formula such as `C4H7N3O` or `Ca(OH)2`.
///
/// Weights: [`ATOMIC_WEIGHT_SOURCE`].
///
/// # Errors
/// When the text is not a formula, or holds an element without a weight in the table.
pub fn molar_mass(formula: &str) -> Result<Exact, FormulaError> {
    let fail = |message: String| Err(FormulaError { message });
    if formula.is_empty() || formula.len() > MAX_FORMULA {
        return fail(format!("a formula has 1 to {MAX_FORMULA} characters"));
    }
    let mut open: Vec<Exact> = vec![Exact::zero()];
    let mut rest = formula;
    while let Some(first) = rest.chars().next() {
        let closed = match first {
            '(' => {
                open.push(Exact::zero());
                rest = &rest[1..];
                continue;
            }
            ')' if open.len() > 1 => {
                rest = &rest[1..];
                open.pop().unwrap_or_else(Exact::zero)
            }
            'A'..='Z' => {
                let length = 1 + rest[1..].bytes().take_while(u8::is_ascii_lowercase).count();
                let (element, after) = rest.split_at(length);
                rest = after;
                match weight(element) {
                    Some(weight) => weight,
                    None => {
                        return fail(format!("`{element}` in `{formula}` is no element of the weight table"));
                    }
                }
            }
            _ => return fail(format!("`{first}` does not belong into the formula `{formula}`")),
        };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (count, after) = rest.split_at(digits);
        rest = after;
        let count: i64 = match count {
            "" => 1,
            count => match count.parse() {
                Ok(count @ 1..=99_999) => count,
                _ => return fail(format!("`{count}` atoms are out of range in `{formula}`")),
            },
        };
        if let Some(sum) = open.last_mut() {
            *sum = &*sum + &(&closed * &Exact::from(count));
        }
    }
    match open.as_slice() {
        [mass] => Ok(mass.clone()),
        _ => fail(format!("a parenthesis of `{formula}` is not closed")),
    }
}

fn weight(element: &str) -> Option<Exact> {
    let (_, weight) = ATOMIC_WEIGHTS.iter().find(|(symbol, _)| *symbol == element)?;
    weight.parse().ok()
}
