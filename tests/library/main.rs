//! The standard library: every item has a meaning, every name is at hand, and its numbers agree with what others say.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use trialc::compile::{Compilation, compile};
use trialc::library;
use trialc::model::{Measure, MeasureKind, QuantityMeasure, Trial};
use trialc::number::Exact;
use trialc::source::{LoadError, Loader};
use trialc::units::{self, Analyte};

mod by_others;
mod codes;
mod plausible;

/// Files by their path.
struct Files(BTreeMap<String, String>);

impl Loader for Files {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        self.0.get(path).cloned().ok_or(LoadError::Missing { suggestion: None })
    }
}

const HEADER: &str = "trial every_name \"Every name of the library\" { id: sponsor \"LIB\"; phase: 1 }\n\
                      event consent \"Consent\"\n";

fn compiled(files: impl IntoIterator<Item = (String, String)>) -> Compilation {
    compile(&Files(files.into_iter().collect()), "trial.trial").expect("the main file is there")
}

fn told(compilation: &Compilation) -> Vec<String> {
    let line = |diagnostic: &trialc::diagnostics::Diagnostic| {
        let source = compilation.sources.get(diagnostic.primary.span.file);
        let position = source.position(diagnostic.primary.span.start as usize);
        let words = compilation.sources.text(diagnostic.primary.span);
        format!("{}:{} {} {} `{words}`", source.path, position.line, diagnostic.code.id, diagnostic.message)
    };
    compilation.diagnostics.iter().map(line).collect()
}

fn errors(compilation: &Compilation) -> Vec<String> {
    let lines = told(compilation).into_iter().zip(&compilation.diagnostics);
    lines.filter(|(_, one)| one.is_error()).map(|(line, _)| line).collect()
}

/// A protocol that collects every name of every library at one visit, so that each is asked for by its name alone.
fn with_every_name() -> Compilation {
    let names: Vec<&str> = library::NAMES.iter().flat_map(|name| library::declared(name)).collect();
    let text = format!(
        "{HEADER}use {}\nschedule {{\n  epoch only \"Only\" {{ visit v \"Visit\": on consent }}\n  collect {} at v\n}}\n",
        library::NAMES.join(", "),
        names.join(", ")
    );
    compiled([("trial.trial".to_owned(), text)])
}

/// The trial of [`with_every_name`], compiled once for all tests.
fn trial() -> &'static Trial {
    static TRIAL: OnceLock<Trial> = OnceLock::new();
    TRIAL.get_or_init(|| {
        let compilation = with_every_name();
        let errors = errors(&compilation);
        compilation.trial.unwrap_or_else(|| panic!("the library does not compile:\n{}", errors.join("\n")))
    })
}

fn quantities(trial: &Trial) -> impl Iterator<Item = (&String, &Measure, &QuantityMeasure)> {
    trial.measures.iter().filter_map(|(name, measure)| Some((name, measure, measure.quantity()?)))
}

fn exact(text: &str) -> Exact {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}

fn analyte(measure: &Measure) -> Analyte {
    measure.analyte()
}

// ---- every item has a meaning -----------------------------------------------------------------------------------

#[test]
fn every_library_compiles_without_a_word() {
    // As the author's own files, so that the lints look at them too.
    let mut files = vec![];
    for name in library::NAMES {
        files.push((
            format!("{}.trial", name.replace('.', "_")),
            library::text(name).unwrap_or_default().to_owned(),
        ));
    }
    let uses: Vec<String> = files.iter().map(|(path, _)| format!("\"{path}\"")).collect();
    files.push(("trial.trial".to_owned(), format!("{HEADER}use {}\n", uses.join(", "))));
    let compilation = compiled(files);
    let of_library: Vec<String> =
        told(&compilation).into_iter().filter(|line| !line.starts_with("trial.trial")).collect();
    assert!(of_library.is_empty(), "{} findings\n{}", of_library.len(), of_library.join("\n"));
}

#[test]
fn every_name_is_at_hand_once_its_library_is_in_use() {
    let compilation = with_every_name();
    let errors = errors(&compilation);
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let trial = trial();
    for name in library::NAMES.iter().flat_map(|name| library::declared(name)) {
        assert!(
            trial.measures.contains_key(name) || trial.concepts.contains_key(name),
            "`{name}` is not reachable"
        );
    }
}

#[test]
fn a_name_without_its_library_is_an_error_that_names_the_library() {
    let text = format!(
        "{HEADER}schedule {{ epoch e \"E\" {{ visit v \"V\": on consent }}\n collect ferritin at v }}\n"
    );
    let compilation = compiled([("trial.trial".to_owned(), text)]);
    let found =
        compilation.diagnostics.iter().find(|one| compilation.sources.text(one.primary.span) == "ferritin");
    let help = found.and_then(|one| one.help.clone()).unwrap_or_default();
    assert!(help.contains("use std.labs"), "{help:?} of {}", told(&compilation).join("\n"));
}

#[test]
fn every_accepted_unit_reads_and_converts_into_the_first() {
    let trial = trial();
    let mut checked = 0;
    for (name, measure, quantity) in quantities(trial) {
        for unit in quantity.unit.iter().chain(&quantity.units) {
            let read = units::parse(&unit.written).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(read.advice().is_none(), "{name}: `{}` is a doubtful unit", unit.written);
        }
        let Some(first) = &quantity.unit else { continue };
        let to = units::parse(&first.ucum).expect("read above");
        for other in &quantity.units {
            let from = units::parse(&other.ucum).expect("read above");
            let converted = units::convert(&Exact::one(), &from, &to, &analyte(measure));
            assert!(
                converted.is_ok(),
                "{name}: {} into {}: {:?}",
                other.written,
                first.written,
                converted.err()
            );
            checked += 1;
        }
    }
    assert!(checked > 80, "{checked} conversions");
}

#[test]
fn an_analyte_of_known_mass_has_an_amount_and_a_mass_or_an_equivalent() {
    let mut seen = 0;
    for (name, measure, quantity) in quantities(trial()) {
        if quantity.formula.is_none() && quantity.molar_mass.is_none() {
            continue;
        }
        seen += 1;
        let units: Vec<&str> =
            quantity.unit.iter().chain(&quantity.units).map(|unit| unit.ucum.as_str()).collect();
        let has = |signs: &[&str]| units.iter().any(|unit| signs.iter().any(|sign| unit.contains(sign)));
        assert!(has(&["mol"]) && has(&["g/", "eq/"]), "{name} ({}): {units:?}", measure.label);
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn there_are_about_a_hundred_and_twenty_measures_of_the_laboratory() {
    let measures = library::declared("std.labs").len();
    assert!((110..=200).contains(&measures), "{measures}");
}
