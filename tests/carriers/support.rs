//! Small protocols, and what is built of them.

use std::collections::BTreeMap;

use trialc::compile::compile;
use trialc::diagnostics::render::{Format, Look, render};
use trialc::emit::{self, Artifact};
use trialc::model::*;
use trialc::source::{LoadError, Loader};

struct Files(BTreeMap<String, String>);

impl Loader for Files {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        self.0.get(path).cloned().ok_or(LoadError::Missing { suggestion: None })
    }
}

pub fn compiled(text: &str) -> Trial {
    let files = Files(BTreeMap::from([("trial.trial".to_owned(), text.to_owned())]));
    let compilation = compile(&files, "trial.trial").expect("the file is in memory");
    let shown = render(Format::Plain, Look::default(), &compilation.sources, &compilation.diagnostics);
    compilation.trial.unwrap_or_else(|| panic!("{shown}"))
}

/// One of everything that carriers differ in: a unit of two, a range, a condition of an answer, of the visit and of the
/// protocol, a form that repeats, a partial date, a list.
pub const SMALL: &str = include_str!("../support/casebook.trial");

pub fn small() -> Trial {
    compiled(SMALL)
}

/// The studies under `protocols/`, with their names.
pub fn studies() -> Vec<(&'static str, Trial)> {
    vec![
        ("nct01719640", compiled(include_str!("../../protocols/nct01719640/trial.trial"))),
        ("crossover", compiled(include_str!("../../protocols/crossover/trial.trial"))),
        ("oncology", compiled(include_str!("../../protocols/oncology/trial.trial"))),
    ]
}

pub fn build(target: &str, trial: &Trial) -> Vec<Artifact> {
    (emit::find(target).expect("a target").emit)(trial)
}

pub fn file(artifacts: &[Artifact], path: &str) -> String {
    let found = artifacts.iter().find(|artifact| artifact.path == path);
    let found = found.unwrap_or_else(|| {
        panic!("no {path}, but {:?}", artifacts.iter().map(|artifact| &artifact.path).collect::<Vec<_>>())
    });
    String::from_utf8(found.content.clone()).expect("text")
}

/// Words that are syntax somewhere: of a spreadsheet, of XML, of branching logic, of choices, of a line.
pub const HOSTILE: &[&str] = &[
    "=cmd|'/C calc'!A0",
    "+1+1",
    "@SUM(A1)",
    "-2+3",
    "]]> <!-- & &amp; </Question>",
    "it's \"quoted\" | 1, a | 2, b",
    "two\nlines\r\nand\ta tab",
    "bell \u{7} null \u{0} \u{fffe} \u{1b}[31m",
    "${SUBJID} [record_id] {{x}} \\",
    "   ",
    "العربية 中文 𝒳 é",
];

/// The small study with such words wherever an author can write any: labels, help, lists, instructions, names of visits.
pub fn hostile() -> Trial {
    let mut trial = small();
    let mut words = HOSTILE.iter().cycle().map(|word| (*word).to_owned());
    let mut next = || words.next().expect("it goes round");
    trial.header.title = next();
    for form in trial.forms.values_mut() {
        form.label = next();
        form.instructions = Some(next());
        for field in &mut form.fields {
            field.label = next();
            field.help = Some(next());
            if let FieldKind::Choice { levels } = &mut field.kind {
                for level in levels {
                    level.label = Some(next());
                }
            }
        }
        for check in &mut form.checks {
            check.message = next();
        }
    }
    for visit in trial.schedule.as_mut().expect("a schedule").visits.values_mut() {
        visit.label = next();
    }
    // A value of a list with a condition on it.
    let levels = vec![Level { value: "it's \"both\" ]]> | =1".to_owned(), label: None }];
    let form = &mut trial.forms["VS"];
    let position = form.fields.iter().position(|field| matches!(field.kind, FieldKind::Choice { .. }));
    let position = position.expect("the small study has a list");
    form.fields[position].kind = FieldKind::Choice { levels };
    let name = form.fields[position].name.clone();
    for condition in form.fields.iter_mut().flat_map(|field| &mut field.when) {
        if condition.field == name {
            condition.one_of = vec!["it's \"both\" ]]> | =1".to_owned()];
        }
    }
    trial
}

/// Source and outcome in one text, for a snapshot.
pub fn together(artifacts: &[Artifact]) -> String {
    let mut text = format!("==== trial.trial\n{SMALL}");
    for artifact in artifacts {
        let content = String::from_utf8_lossy(&artifact.content);
        text.push_str(&format!("\n==== {}\n{content}", artifact.path));
    }
    text
}
