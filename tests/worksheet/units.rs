//! The page's table of units against the compiler's own conversions, for every pair that a person can record.

use std::collections::BTreeMap;

use serde_json::Value;
use trialc::eligibility::{EligibilityDocument, UnitTable};
use trialc::model::Trial;
use trialc::number::Exact;
use trialc::units::{self, Analyte};

use super::protocols;

fn exact(text: &str) -> Exact {
    text.parse().expect("a number")
}

fn trials() -> Vec<Trial> {
    let studies = ["nct01719640", "oncology", "crossover"].map(protocols::study);
    studies.into_iter().chain([protocols::everything()]).collect()
}

/// The table as the page reads it.
struct Table(Value);

impl Table {
    fn of(document: &EligibilityDocument) -> Self {
        Self(serde_json::to_value(UnitTable::of(document)).expect("a table is JSON"))
    }

    fn unit(&self, code: &str) -> &Value {
        let units = self.0["units"].as_array().expect("units");
        units
            .iter()
            .find(|unit| unit["code"] == code)
            .unwrap_or_else(|| panic!("`{code}` is not in the table"))
    }

    /// `slope · value + zero` of a line in the table.
    fn line(of: &Value) -> (Exact, Exact) {
        let end = |key: &str, otherwise: &str| exact(of[key].as_str().unwrap_or(otherwise));
        (end("slope", "1"), end("zero", "0"))
    }

    /// The value in another unit, as the page computes it; `None` where it does not.
    fn convert(&self, value: &Exact, from: &str, to: &str, analyte: usize) -> Option<Exact> {
        let (from, to) = (self.unit(from), self.unit(to));
        let up = |value: &Exact, line: (Exact, Exact)| &(value * &line.0) + &line.1;
        let down = |value: &Exact, line: (Exact, Exact)| (value - &line.1).checked_div(&line.0);
        let base = up(value, Self::line(from));
        if from["group"] == to["group"] {
            return down(&base, Self::line(to));
        }
        let links: BTreeMap<u64, &Value> = self.0["analytes"][analyte]["links"]
            .as_array()
            .expect("links")
            .iter()
            .map(|link| (link["group"].as_u64().expect("a group"), link))
            .collect();
        let link = |unit: &Value| links.get(&unit["group"].as_u64().expect("a group")).copied();
        let common = up(&base, Self::line(link(from)?));
        down(&down(&common, Self::line(link(to)?))?, Self::line(to))
    }
}

#[test]
fn every_pair_of_units_of_a_measure_converts_as_the_compiler_converts_it() {
    let (mut pairs, mut refused) = (0, 0);
    for trial in trials() {
        let document = EligibilityDocument::of(&trial);
        let table = Table::of(&document);
        for (name, measure) in &document.measures {
            let of = &table.0["measures"][name];
            let analyte = usize::try_from(of["analyte"].as_u64().expect("a place")).expect("small");
            let accepted: Vec<&str> =
                of["accepted"].as_array().expect("units").iter().filter_map(Value::as_str).collect();
            // Beside what is offered, what somebody may write by mistake.
            let codes = accepted.iter().copied().chain(["cm", "mmol/L", "[IU]/L", "d", "%", "mg"]);
            let codes: Vec<&str> = codes.filter(|code| table.unit(code)["log"].is_null()).collect();
            for from in &accepted {
                for to in codes.iter().filter(|_| table.unit(from)["log"].is_null()) {
                    let (one, other) =
                        (units::parse(from).expect("a unit"), units::parse(to).expect("a unit"));
                    for value in ["0", "1", "7.3", "-2"].map(exact) {
                        let expected = units::convert(&value, &one, &other, &measure.analyte()).ok();
                        let said = table.convert(&value, from, to, analyte);
                        assert_eq!(
                            said,
                            expected.map(|found| found.value),
                            "{value} {from} of {name} in {to}"
                        );
                        refused += u32::from(said.is_none());
                        pairs += 1;
                    }
                }
            }
        }
    }
    println!("{pairs} conversions, {refused} refused by both");
    assert!(pairs > 5_000 && refused > 100, "{pairs} {refused}");
}

#[test]
fn what_a_formula_composes_is_a_unit_with_its_factor() {
    let document = EligibilityDocument::of(&protocols::everything());
    let table = Table::of(&document);
    let composed = table.0["composed"].as_array().expect("composed units");
    assert!(composed.len() >= 5, "{composed:?}");
    for one in composed {
        let of = one["of"].as_str().expect("a composition");
        let unit = units::parse(of).unwrap_or_else(|error| panic!("{of}: {}", error.message));
        assert_eq!(one["unit"], unit.code(), "{of}");
        let Some(factor) = one["factor"].as_str() else { continue };
        let (above, below) = of.split_once(")/(").expect("a quotient");
        let parts = [above.trim_start_matches('('), below.trim_end_matches(')')]
            .map(|text| units::parse(text).expect("a unit"));
        let found =
            units::convert(&Exact::one(), &parts[0], &parts[1], &Analyte::default()).expect("of one kind");
        assert_eq!(exact(factor), found.value, "{of}");
    }
}

#[test]
fn everyday_words_mean_their_code_wherever_they_stand_alone() {
    for (word, code) in units::everyday_words() {
        // `calendar` words and parts such as `10*9` are none; those that read alone must read as their code.
        if let Ok(unit) = units::parse(&word) {
            let meant = units::parse(code).expect("a code of the list");
            assert_eq!(unit, meant, "`{word}`");
        }
    }
}
