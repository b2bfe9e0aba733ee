//! Where a thing is recorded: the CDASH domain and CDISC test code of what clinicians measure (`catalog.tsv`), and the
//! domain by kind and unit of what the catalog does not know.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::{Measure, MeasureKind, QuantityMeasure};

struct Entry {
    domain: &'static str,
    code: Option<&'static str>,
    loinc: Vec<&'static str>,
    names: Vec<&'static str>,
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let lines = include_str!("catalog.tsv").lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [domain, code, loinc, names] = cells[..] else { unreachable!("four cells: {line}") };
            let list = |text: &'static str| text.split(',').filter(|item| *item != "-").collect();
            Entry { domain, code: (code != "-").then_some(code), loinc: list(loinc), names: list(names) }
        })
        .collect()
});

/// Where a name stands among the entries.
struct Places {
    /// The first entry with this name.
    whole: HashMap<&'static str, usize>,
    /// Those with `*`, in order.
    parts: Vec<(&'static str, usize)>,
}

static PLACES: LazyLock<Places> = LazyLock::new(|| {
    let mut places = Places { whole: HashMap::new(), parts: Vec::new() };
    for (place, entry) in ENTRIES.iter().enumerate() {
        for name in &entry.names {
            if name.contains('*') {
                places.parts.push((name, place));
            } else {
                places.whole.entry(name).or_insert(place);
            }
        }
    }
    places
});

/// Domain of a measure, and its code in the SDTM terminology, where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub domain: &'static str,
    pub code: Option<&'static str>,
}

/// The place of a measure: by its LOINC code, its name, its other names, its label, and at last by what it is.
pub fn of_measure(name: &str, measure: &Measure) -> Place {
    let loinc = measure.loinc.as_ref().map(|code| code.code.as_str());
    let by_loinc = ENTRIES.iter().find(|entry| loinc.is_some_and(|code| entry.loinc.contains(&code)));
    let names = std::iter::once(name)
        .chain(measure.also.iter().map(String::as_str))
        .chain(std::iter::once(measure.label.as_str()));
    let found = by_loinc.or_else(|| names.filter_map(by_name).next());
    match found {
        Some(entry) => Place { domain: entry.domain, code: entry.code },
        None => Place { domain: by_kind(name, measure), code: None },
    }
}

/// The domain that a procedure or event stands for by its name or label: `physical_examination` is `PE`.
pub fn of_activity(name: &str, label: &str) -> Option<&'static str> {
    by_name(name).or_else(|| by_name(label)).filter(|entry| entry.code.is_none()).map(|entry| entry.domain)
}

fn by_name(name: &str) -> Option<&'static Entry> {
    let name = plain(name);
    let whole = PLACES.whole.get(name.as_str()).copied();
    let part = PLACES.parts.iter().find(|(pattern, _)| matches(pattern, &name)).map(|(_, place)| *place);
    let first = whole.into_iter().chain(part).min();
    first.map(|place| &ENTRIES[place])
}

/// Lower case, `_` between words: `HbA1c (NGSP)` is `hba1c_ngsp`.
fn plain(name: &str) -> String {
    let lower = name.to_lowercase();
    let words: Vec<&str> =
        lower.split(|sign: char| !sign.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.join("_")
}

fn matches(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => name.ends_with(end),
        (_, start) => start.is_some_and(|start| name.starts_with(start)),
    }
}

fn by_kind(name: &str, measure: &Measure) -> &'static str {
    match &measure.kind {
        MeasureKind::Score { .. } => "QS",
        _ if measure.specimen.is_some() => "LB",
        MeasureKind::Coded { ordered: true, .. } => "QS",
        MeasureKind::Coded { .. } => {
            let words = ["test", "antibody", "antigen", "culture", "serology", "pcr", "smear", "genotype"];
            let name = plain(name);
            if words.iter().any(|word| name.split('_').any(|part| part == *word)) { "LB" } else { "FA" }
        }
        MeasureKind::Quantity(quantity) => by_unit(quantity),
    }
}

fn by_unit(quantity: &QuantityMeasure) -> &'static str {
    let laboratory =
        ["substance", "mass", "count", "enzyme", "hba1c", "arbitrary", "volume_fraction", "mass_fraction"];
    let kind = quantity.kind.as_deref().unwrap_or_default();
    match quantity.unit.as_ref().map(|unit| unit.ucum.as_str()) {
        Some("mm[Hg]" | "Cel" | "[degF]" | "kg" | "[lb_av]" | "cm" | "m" | "/min" | "kg/m2") => "VS",
        Some("ms") => "EG",
        Some(unit) if of_volume(unit) || (laboratory.contains(&kind) && !of_day(unit)) => "LB",
        None if laboratory.contains(&kind) => "LB",
        _ => "FA",
    }
}

/// An amount, count or activity in a volume of blood or another fluid.
fn of_volume(unit: &str) -> bool {
    let unit = unit.split('{').next().unwrap_or(unit);
    unit.rsplit_once('/').is_some_and(|(top, below)| !top.ends_with('L') && below.ends_with('L'))
}

/// A daily dose or output, which no sample tells.
fn of_day(unit: &str) -> bool {
    unit.rsplit_once('/').is_some_and(|(_, below)| below == "d" || below == "h")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ConceptCode, Level, Origin, UnitRef};

    fn measure(label: &str, kind: MeasureKind) -> Measure {
        Measure {
            label: label.to_owned(),
            kind,
            loinc: None,
            specimen: None,
            state: None,
            turnaround: None,
            also: Vec::new(),
            source: None,
            origin: Origin::default(),
        }
    }

    fn quantity(label: &str, unit: &str) -> Measure {
        let quantity = QuantityMeasure {
            unit: Some(UnitRef { ucum: unit.to_owned(), written: unit.to_owned() }),
            units: Vec::new(),
            kind: None,
            molar_mass: None,
            formula: None,
            valence: None,
            plausible: None,
            precision: None,
            formula_of: None,
        };
        measure(label, MeasureKind::Quantity(quantity))
    }

    fn place(name: &str, measure: &Measure) -> (&'static str, Option<&'static str>) {
        let place = of_measure(name, measure);
        (place.domain, place.code)
    }

    #[test]
    fn every_entry_has_a_domain_and_a_name_or_a_code_of_eight_characters() {
        for entry in ENTRIES.iter() {
            assert_eq!(entry.domain.len(), 2, "{}", entry.domain);
            assert!(!entry.names.is_empty());
            let code = entry.code.unwrap_or("X");
            assert!(
                code.len() <= 8 && code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()),
                "{code}"
            );
            for name in &entry.names {
                assert_eq!(plain(name.trim_matches('*')), name.trim_matches('*').trim_matches('_'), "{name}");
            }
        }
    }

    #[test]
    fn a_measure_is_known_by_its_loinc_code_then_by_its_names() {
        let mut sugar = quantity("Zucker", "mg/dL");
        assert_eq!(place("zucker", &sugar), ("LB", None));
        sugar.also.push("Fasting plasma glucose".to_owned());
        assert_eq!(place("zucker", &sugar), ("LB", Some("GLUC")));
        sugar.loinc =
            Some(ConceptCode { code: "8480-6".to_owned(), display: None, origin: Origin::default() });
        assert_eq!(place("zucker", &sugar), ("VS", Some("SYSBP")));
    }

    #[test]
    fn what_the_catalog_does_not_know_goes_by_what_it_is() {
        assert_eq!(place("foo", &quantity("Foo", "mmol/L")), ("LB", None));
        assert_eq!(place("foo", &quantity("Foo", "10*9/L")), ("LB", None));
        assert_eq!(place("foo", &quantity("Foo", "/min")), ("VS", None));
        assert_eq!(place("foo", &quantity("Foo", "mL/min")), ("FA", None), "a flow is no concentration");
        assert_eq!(
            place("insulin_daily_dose", &quantity("Total daily insulin dose", "[IU]/d")),
            ("FA", None)
        );
        let score = measure("Foo", MeasureKind::Score { low: 0, high: 3, labels: Vec::new() });
        assert_eq!(place("foo", &score), ("QS", None));
        let level = |value: &str| Level { value: value.to_owned(), label: None };
        let coded = MeasureKind::Coded { levels: vec![level("negative"), level("positive")], ordered: false };
        assert_eq!(place("dengue_pcr", &measure("Dengue PCR", coded.clone())), ("LB", None));
        assert_eq!(place("gait", &measure("Gait", coded)), ("FA", None));
    }

    #[test]
    fn an_activity_may_stand_for_a_form() {
        assert_eq!(of_activity("physical_examination", "Physical examination"), Some("PE"));
        assert_eq!(of_activity("exam", "Electrocardiogram"), Some("EG"));
        assert_eq!(of_activity("biopsy", "Liver biopsy"), None);
        assert_eq!(of_activity("hba1c", "HbA1c"), None, "a test is no form");
    }
}
