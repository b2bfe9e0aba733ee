//! The measures of the standard library, found by whatever people call them.

use crate::compile::compile;
use crate::diagnostics::did_you_mean;
use crate::library;
use crate::model::{Measure, Named};
use crate::source::{LoadError, Loader};

/// Every measured quantity of the standard library, by its name.
#[derive(Debug, Default)]
pub struct Measures(Named<Measure>);

/// A protocol that asks for every measure and nothing else.
struct Asking(String);

impl Loader for Asking {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        if path == MAIN { Ok(self.0.clone()) } else { Err(LoadError::Missing { suggestion: None }) }
    }
}

const MAIN: &str = "measures.trial";
/// Scores, findings and drugs have no unit.
const LIBRARIES: [&str; 4] = ["std.labs", "std.vitals", "std.diabetes", "std.demographics"];

impl Measures {
    /// Reads the library.
    pub fn standard() -> Self {
        let names: Vec<&str> = LIBRARIES.iter().flat_map(|library| library::declared(library)).collect();
        let text = format!(
            "trial measures \"Measures\" {{ version: \"1\" }}\nevent consent \"Consent\"\nuse {}\n\
             schedule {{\n  epoch only \"Only\" {{ visit v \"Visit\": on consent }}\n  collect {} at v\n}}\n",
            LIBRARIES.join(", "),
            names.join(", ")
        );
        let trial = compile(&Asking(text), MAIN).ok().and_then(|compilation| compilation.trial);
        let measures = trial.map(|trial| trial.measures).unwrap_or_default();
        Self(measures.into_iter().filter(|(_, measure)| measure.quantity().is_some()).collect())
    }

    /// Names and measures, in the order of the library.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Measure)> {
        self.0.iter().map(|(name, measure)| (name.as_str(), measure))
    }

    /// By name, label or another name, whatever the case: `hba1c`, `HbA1c`, `glycated haemoglobin`.
    ///
    /// Where a short name stands for two, the item that comes first in the library wins.
    pub fn find(&self, wanted: &str) -> Option<(&str, &Measure)> {
        let wanted = flat(wanted);
        let by =
            |test: &dyn Fn(&str, &Measure) -> bool| self.iter().find(|(name, measure)| test(name, measure));
        by(&|name, _| flat(name) == wanted)
            .or_else(|| by(&|_, measure| flat(&measure.label) == wanted))
            .or_else(|| by(&|_, measure| measure.also.iter().any(|other| flat(other) == wanted)))
    }

    /// What `wrong` may be a slip of.
    pub fn similar(&self, wrong: &str) -> Option<&str> {
        let names = self.iter().flat_map(|(name, measure)| {
            std::iter::once(name)
                .chain([measure.label.as_str()])
                .chain(measure.also.iter().map(String::as_str))
        });
        did_you_mean(wrong, names)
    }
}

/// Without case and without the signs between words.
fn flat(text: &str) -> String {
    let words: Vec<&str> = text.split([' ', '_', '-']).filter(|word| !word.is_empty()).collect();
    words.join(" ").to_lowercase()
}
