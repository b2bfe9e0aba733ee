//! Small protocols, and what the engine says of two of them.

use trialc::compile::compile;
use trialc::logic::{Engine, Relation, Standing, Witness};
use trialc::model::Trial;
use trialc::source::{LoadError, Loader};

struct Text<'a>(&'a str);

impl Loader for Text<'_> {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        if path == "trial.trial" {
            Ok(self.0.to_owned())
        } else {
            Err(LoadError::Missing { suggestion: None })
        }
    }
}

/// A protocol compiles, whatever is hardly meant in it.
pub fn compiled(text: &str) -> Trial {
    let compilation = compile(&Text(text), "trial.trial").expect("the file is there");
    let errors: Vec<_> = compilation.diagnostics.iter().filter(|found| found.is_error()).collect();
    compilation.trial.unwrap_or_else(|| panic!("{errors:#?}\n{text}"))
}

const HEAD: &str = "trial t \"T\" { enrollment: not stated }
use std.labs, std.vitals, std.demographics, std.diabetes, std.scores, std.drugs, std.drug_classes, std.conditions, std.procedures
event consent \"Informed consent\"
event smt_start \"Start of therapy\"
event randomization \"Randomization\": on or after consent
";

/// A trial with these criteria, and what is declared before them.
pub fn trial_with(declared: &str, criteria: &str) -> Trial {
    compiled(&format!("{HEAD}{declared}\neligibility for randomization {{\n{criteria}\n}}\n"))
}

pub fn trial(criteria: &str) -> Trial {
    trial_with("", criteria)
}

/// How the criterion I1 (or E1) of one trial stands to that of another.
pub fn related(old: &str, new: &str) -> Relation {
    let (old, new) = (trial(old), trial(new));
    let mut engine = Engine::of(&old, &new);
    let code =
        |trial: &Trial| trial.decisions["randomization"].criteria.keys().next().expect("a criterion").clone();
    engine.criterion("randomization", &code(&old), &code(&new)).expect("both have the criterion")
}

/// How all criteria of one trial stand to those of another.
pub fn population(old: &str, new: &str) -> Relation {
    let (old, new) = (trial(old), trial(new));
    Engine::of(&old, &new).population("randomization").expect("both decide")
}

/// The relation in a word: `broader`, with who is gained and lost.
pub fn said(relation: &Relation) -> String {
    match relation {
        Relation::Same => "same".into(),
        Relation::SameWhenComplete => "same when complete".into(),
        Relation::Narrower { lost } => format!("narrower: lost {}", shown(lost)),
        Relation::Broader { gained } => format!("broader: gained {}", shown(gained)),
        Relation::Incomparable { gained, lost } => {
            format!("incomparable: gained {}; lost {}", shown(gained), shown(lost))
        }
    }
}

pub fn shown(witness: &Witness) -> String {
    let differences: Vec<&str> = witness.differences.iter().map(|one| one.is.as_str()).collect();
    let standing = match &witness.standing {
        Standing::Confirmed => String::new(),
        Standing::Possible(why) => format!(" (possible: {why})"),
    };
    format!("{}{standing}", differences.join(", "))
}
