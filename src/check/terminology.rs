//! C10: codes that cannot be ones, that have been retired, or whose text names another thing.

mod check_digit;
mod retired;

use super::at;
use crate::diagnostics::{Diagnostic, Severity, codes};
use crate::library::{self, Coded};
use crate::model::{ConceptCode, Domain, Trial};

pub(super) fn check(trial: &Trial, found: &mut Vec<Diagnostic>) {
    for (name, concept) in &trial.concepts {
        let names = [name, &concept.label].into_iter().chain(&concept.also).chain(&concept.brands);
        let names: Vec<&str> = names.map(String::as_str).collect();
        for (terminology, codes) in &concept.codes {
            for code in codes {
                let terminology = match (terminology.as_str(), concept.domain) {
                    ("icd10", Domain::Procedure) => "icd10pcs",
                    (other, _) => other,
                };
                found.extend(judge(terminology, code, &names));
            }
        }
    }
    for (name, measure) in &trial.measures {
        let names = [name, &measure.label].into_iter().chain(&measure.also);
        let names: Vec<&str> = names.map(String::as_str).collect();
        found.extend(measure.loinc.iter().filter_map(|code| judge("loinc", code, &names)));
    }
}

fn title(terminology: &str) -> &str {
    match terminology {
        "snomed" => "SNOMED CT",
        "loinc" => "LOINC",
        "icd10" => "ICD-10",
        "icd10pcs" => "ICD-10-PCS",
        "meddra" => "MedDRA",
        "rxnorm" => "RxNorm",
        "atc" => "ATC",
        "cpt" => "CPT",
        other => other,
    }
}

fn judge(terminology: &str, code: &ConceptCode, names: &[&str]) -> Option<Diagnostic> {
    let span = code.origin.0?;
    let system = title(terminology);
    let written = code.code.as_str();
    let of_code = || Some(span.slice(0..written.len()));
    if let Some(retired) = retired::find(terminology, written) {
        let message = format!("{system} {written} is retired");
        return Some(
            at(&codes::BAD_CODE, of_code(), message)?.label(retired.source).help(match retired.instead {
                Some(instead) => format!("write `{instead}`, which took its place; older records can hold either, so list both where they are read: `{terminology}: {instead}, {written}`"),
                None => "look up the code that took its place".to_owned(),
            }),
        );
    }
    if let Err(fault) = shape(terminology, written) {
        let found = at(&codes::BAD_CODE, of_code(), format!("{system} has no code `{written}`"))?;
        return Some(match fault {
            Fault::Shape(shape) => found
                .label("not the shape of a code")
                .help(format!("look the code up: a code of {system} is {shape}")),
            Fault::Instead(why, instead) => {
                found.label(why).help(format!("write `{instead}`")).fix(span.slice(0..written.len()), instead)
            }
            Fault::CheckDigit(expected) => found.label("its check digit does not fit").help(format!(
                "a digit is mistyped: look the code up; `{expected}` is the one with these other digits"
            )),
            Fault::Other(is) => found.label(format!("the identifier of {is}")).help(
                "write the identifier of the concept itself, which ends in `00` or `10` and a check digit",
            ),
        });
    }
    display(terminology, code, names)
}

/// Why a text is no code.
enum Fault {
    /// What a code looks like.
    Shape(&'static str),
    /// What is wrong, and the code that is meant.
    Instead(&'static str, String),
    /// The code with the check digit that belongs to its other digits.
    CheckDigit(String),
    /// It identifies something else than a concept.
    Other(&'static str),
}

fn shape(terminology: &str, code: &str) -> Result<(), Fault> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let expect = |is: bool, what: &'static str| if is { Ok(()) } else { Err(Fault::Shape(what)) };
    match terminology {
        // Answers (LA) and parts (LP) have a check digit of another kind.
        "loinc" => {
            const SHAPE: &str = "1 to 7 digits, a hyphen and a check digit, as in `4548-4`";
            let body = code.strip_prefix("LA").or_else(|| code.strip_prefix("LP"));
            let (number, check) = body.unwrap_or(code).split_once('-').ok_or(Fault::Shape(SHAPE))?;
            expect(digits(number) && number.len() <= 7 && digits(check) && check.len() == 1, SHAPE)?;
            match check_digit::mod_10(number) {
                right if body.is_some() || check == right.to_string() => Ok(()),
                right => Err(Fault::CheckDigit(format!("{number}-{right}"))),
            }
        }
        "snomed" => {
            expect(digits(code) && (6..=18).contains(&code.len()), "6 to 18 digits, as in `44054006`")?;
            let (body, _) = code.split_at(code.len() - 1);
            if !check_digit::verhoeff_holds(code) {
                return Err(Fault::CheckDigit(format!("{body}{}", check_digit::verhoeff(body))));
            }
            match &body[body.len() - 1..] {
                "0" => Ok(()),
                "1" => Err(Fault::Other("a description")),
                "2" => Err(Fault::Other("a relationship")),
                _ => Err(Fault::Other("something else than a concept")),
            }
        }
        "icd10" => {
            const SHAPE: &str =
                "a letter and two characters, perhaps a point and up to four more, as in `E11.9`";
            let one = |code: &str| {
                let (category, rest) = code.split_once('.').map_or((code, None), |(a, b)| (a, Some(b)));
                let bytes = category.as_bytes();
                let category = bytes.len() == 3
                    && bytes[0].is_ascii_uppercase()
                    && bytes[1].is_ascii_digit()
                    && (bytes[2].is_ascii_digit() || bytes[2].is_ascii_uppercase());
                let is_rest = |rest: &str| {
                    (1..=4).contains(&rest.len())
                        && rest.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
                };
                category && rest.is_none_or(is_rest)
            };
            if code.split('-').all(one) {
                return Ok(());
            }
            let upper = code.to_uppercase();
            let upper = upper.trim_end_matches(".-").trim_end_matches('-');
            if one(upper) {
                return Err(Fault::Instead("written otherwise than in the classification", upper.to_owned()));
            }
            match upper.split_at_checked(3) {
                Some((category, rest)) if !rest.contains('.') && one(&format!("{category}.{rest}")) => {
                    Err(Fault::Instead("the point is missing", format!("{category}.{rest}")))
                }
                _ => Err(Fault::Shape(SHAPE)),
            }
        }
        "icd10pcs" => expect(
            (3..=7).contains(&code.len())
                && code.bytes().all(|byte| {
                    byte.is_ascii_digit() || byte.is_ascii_uppercase() && byte != b'I' && byte != b'O'
                }),
            "up to 7 digits and letters, without I and O, as in `0SRD0J9`",
        ),
        "atc" => {
            const GROUPS: &[u8] = b"ABCDGHJLMNPRSV";
            let fits = |(at, byte): (usize, u8)| match at {
                0 => GROUPS.contains(&byte),
                1 | 2 | 5 | 6 => byte.is_ascii_digit(),
                _ => byte.is_ascii_uppercase(),
            };
            let upper = code.to_uppercase();
            let is =
                |code: &str| matches!(code.len(), 1 | 3 | 4 | 5 | 7) && code.bytes().enumerate().all(fits);
            match (is(code), is(&upper)) {
                (true, _) => Ok(()),
                (false, true) => Err(Fault::Instead("in small letters", upper)),
                _ => Err(Fault::Shape(
                    "a letter, two digits, two letters and two digits, or the beginning of that, as in `A10BA02`",
                )),
            }
        }
        "rxnorm" => {
            expect(digits(code) && code.len() <= 8 && !code.starts_with('0'), "up to 8 digits, as in `6809`")
        }
        "meddra" => expect(
            digits(code) && code.len() == 8 && code.starts_with('1'),
            "8 digits that begin with 1, as in `10067585`",
        ),
        "cpt" => expect(
            code.len() == 5 && digits(&code[..4]) && code.as_bytes()[4].is_ascii_alphanumeric(),
            "5 digits, or 4 and a letter, as in `99213`",
        ),
        _ => Ok(()),
    }
}

/// The text beside a code names another thing than the library does for this code, or belongs to another code, or has
/// nothing in common with the names of the item that has the code.
fn display(terminology: &str, code: &ConceptCode, names: &[&str]) -> Option<Diagnostic> {
    let (span, display) = (code.origin.0?, code.display.as_deref()?);
    let system = title(terminology);
    let words = words(display);
    if words.is_empty() {
        return None;
    }
    let known = library::coded(if terminology == "icd10pcs" { "icd10" } else { terminology });
    let length = span.range().len();
    // Escapes would make the text longer than what it stands for.
    let start = length.checked_sub(display.len() + 2).filter(|start| *start >= code.code.len()).unwrap_or(0);
    let at_display = Some(span.slice(start..length));
    let is_alike = |name: &str| shares(&words, &self::words(name)) || is_acronym(name, display);
    let same: Vec<&Coded> = known.iter().filter(|known| known.code == code.code).collect();
    let in_library = |known: &&Coded| known.names.iter().chain(&known.display).any(|name| is_alike(name));
    if let Some(other) = same.first() {
        if same.iter().any(in_library) {
            return None;
        }
        let is = other.names.first().copied().or(other.display)?;
        let message = format!("{system} {} is {is}, not `{display}`", code.code);
        let mut found = at(&codes::BAD_CODE, at_display, message)?
            .label("another thing")
            .help("correct the code or its text, so that both name one thing");
        // A diagnosis can go by words that have nothing in common; the formal names of the others cannot.
        if matches!(terminology, "snomed" | "icd10" | "meddra") {
            found.severity = Severity::Info;
        }
        return Some(found);
    }
    let plain = |text: &str| text.to_lowercase().replace([' ', '-', ','], "");
    let is_whole = |known: &&Coded| {
        let texts = known.names.iter().filter(|_| terminology != "loinc").chain(&known.display);
        let one = known.code.starts_with(&code.code) || code.code.starts_with(known.code);
        !one && texts.into_iter().any(|text| plain(text) == plain(display))
    };
    if let Some(other) = known.iter().find(is_whole) {
        return Some(
            at(
                &codes::BAD_CODE,
                at_display,
                format!("`{display}` is {system} {}, not {}", other.code, code.code),
            )?
            .label(format!("the text of {}", other.code))
            .help(format!("write `{}` where this is meant, or the text of {}", other.code, code.code)),
        );
    }
    if names.iter().any(|name| is_alike(name)) {
        return None;
    }
    let label = names.get(1).copied().unwrap_or_default();
    let message = format!("the text of {system} {} has no word in common with `{label}`", code.code);
    let mut found =
        at(&codes::BAD_CODE, at_display, message)?.label("another thing, or another name of it?").help(
            format!("correct the code; or, where both are names of one thing, say so: `also: \"{display}\"`"),
        );
    found.severity = Severity::Info;
    Some(found)
}

/// Words of the texts of terminologies that say nothing of what is named.
const GENERAL: [&str; 34] = [
    "serum",
    "plasma",
    "blood",
    "urine",
    "mass",
    "moles",
    "volume",
    "number",
    "concentration",
    "ratio",
    "presence",
    "time",
    "system",
    "total",
    "level",
    "test",
    "method",
    "automated",
    "count",
    "enzymatic",
    "activity",
    "finding",
    "disorder",
    "procedure",
    "substance",
    "product",
    "disease",
    "unspecified",
    "other",
    "specified",
    "with",
    "without",
    "and",
    "type",
];

/// The telling words of a text, in one spelling.
fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase().replace("ae", "e").replace("oe", "e");
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2);
    words.filter(|word| !GENERAL.contains(word)).map(str::to_owned).collect()
}

/// A word of one begins as a word of the other does: `diabetic`, `diabetes`.
fn shares(one: &[String], two: &[String]) -> bool {
    const STEM: usize = 5;
    let alike = |a: &str, b: &str| {
        let common = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
        a == b || common >= STEM || (common >= 3 && (common == a.len() || common == b.len()))
    };
    one.iter().any(|a| two.iter().any(|b| alike(a, b)))
}

/// `ALT` is in `Alanine aminotransferase`, letter by letter from the beginnings of words.
fn is_acronym(short: &str, long: &str) -> bool {
    let letters: Vec<char> = short.chars().filter(|c| c.is_alphanumeric()).collect();
    let is_short = (2..=6).contains(&letters.len()) && letters.iter().any(|c| c.is_uppercase());
    let mut text = long.chars().flat_map(char::to_lowercase);
    is_short && letters.iter().flat_map(|c| c.to_lowercase()).all(|letter| text.any(|c| c == letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_library_could_be_one() {
        for terminology in ["loinc", "snomed", "meddra", "rxnorm", "atc"] {
            let known = library::coded(terminology);
            assert!(terminology == "meddra" || known.len() > 20, "{terminology}: {}", known.len());
            for Coded { code, names, display } in known {
                assert!(shape(terminology, code).is_ok(), "{terminology} {code} of {names:?}");
                assert!(retired::find(terminology, code).is_none(), "{terminology} {code} is retired");
                let _ = display;
            }
        }
    }

    #[test]
    fn the_shapes_of_codes() {
        let is = |terminology: &str, code: &str| shape(terminology, code).is_ok();
        for (terminology, right, wrong) in [
            ("loinc", "4548-4", "4548-5"),
            ("loinc", "LA6576-8", "4548"),
            ("snomed", "44054006", "44054007"),
            ("icd10", "E11.9", "E119"),
            ("icd10", "C50", "C5"),
            ("icd10", "E10-E14", "E11.-"),
            ("icd10", "M80.08XA", "M80.08XAB"),
            ("icd10pcs", "0SRD0J9", "0SRD0JI"),
            ("atc", "A10BA02", "A10BA2"),
            ("atc", "A10", "E10"),
            ("rxnorm", "6809", "06809"),
            ("meddra", "10067585", "1006758"),
            ("cpt", "99213", "9921"),
        ] {
            assert!(is(terminology, right), "{terminology} {right}");
            assert!(!is(terminology, wrong), "{terminology} {wrong}");
        }
    }

    #[test]
    fn names_of_one_thing_are_told_from_those_of_two() {
        let alike = |a: &str, b: &str| shares(&words(a), &words(b)) || is_acronym(a, b);
        assert!(alike("Serum creatinine", "Creatinine [Mass/volume] in Serum or Plasma"));
        assert!(alike("ALT", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma"));
        assert!(alike("Haemoglobin", "Hemoglobin [Mass/volume] in Blood"));
        assert!(alike("Diabetic foot", "Foot ulcer due to diabetes mellitus"));
        assert!(!alike("Serum creatinine", "Potassium [Moles/volume] in Serum or Plasma"));
    }
}
