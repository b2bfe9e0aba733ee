//! Units: UCUM's own tests, clinical conversions, everyday spellings, hostile input, and other engines as oracles.

mod clinical_cases;
mod conversions;
mod hard_cases;
mod hostile;
mod oracles;
mod plausibility;
mod refusals;
mod spellings;
mod trials;
mod ucum_suite;

#[path = "../support/snippet.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod snippet;

use trialc::number::Exact;
use trialc::units::{Analyte, ConversionError, Converted, Unit, convert};

pub fn exact(text: &str) -> Exact {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is a number"))
}

pub fn unit(text: &str) -> Unit {
    trialc::units::parse(text).unwrap_or_else(|error| panic!("`{text}`: {error}"))
}

pub fn converted(value: &str, from: &str, to: &str, analyte: &Analyte) -> Result<Converted, ConversionError> {
    convert(&exact(value), &unit(from), &unit(to), analyte)
}

/// The shared test data, when this checkout has them beside it.
pub fn shared(name: &str) -> Option<String> {
    let path = format!("{}/../shared/data/units/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: no {name} beside this checkout");
    }
    text
}

/// Whether two numbers agree to this many parts in a whole.
pub fn close(a: &Exact, b: &Exact, parts: i64) -> bool {
    let difference = (a - b).abs();
    &difference * &Exact::from(parts) <= b.abs()
}
