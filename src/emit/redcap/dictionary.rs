//! The data dictionary: one row for each field, in REDCap's eighteen columns.

use super::logic::Logic;
use super::names::{Names, RECORD};
use crate::casebook::{Answer, Item, Sheet, Truth, variable};
use crate::emit::entry::{self, only};
use crate::model::Trial;
use crate::number::Exact;
use crate::wording::unit_name::plain;

pub(super) const COLUMNS: [&str; 18] = [
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
];

/// More answers than this are a list to open.
const AS_BUTTONS: usize = 6;

#[derive(Default)]
struct Row {
    field: String,
    form: String,
    header: String,
    kind: &'static str,
    label: String,
    choices: String,
    note: String,
    validation: &'static str,
    low: String,
    high: String,
    identifier: bool,
    branching: String,
    required: bool,
    annotation: String,
}

impl Row {
    fn cells(self) -> [String; 18] {
        let yes = |yes: bool| if yes { "y".to_owned() } else { String::new() };
        let none = String::new;
        [
            self.field,
            self.form,
            self.header,
            self.kind.to_owned(),
            self.label,
            self.choices,
            self.note,
            self.validation.to_owned(),
            self.low,
            self.high,
            yes(self.identifier),
            self.branching,
            yes(self.required),
            none(),
            none(),
            none(),
            none(),
            self.annotation,
        ]
    }
}

pub(super) fn rows(trial: &Trial, sheets: &[Sheet<'_>], names: &Names<'_>) -> Vec<Vec<String>> {
    let mut rows = vec![COLUMNS.map(str::to_owned).to_vec()];
    for (number, sheet) in sheets.iter().enumerate() {
        if number == 0 {
            // The record itself stands first.
            let record = Row {
                field: RECORD.to_owned(),
                form: names.form(sheet.name).to_owned(),
                kind: "text",
                label: "Participant number".to_owned(),
                annotation: "CDASH=SUBJID".to_owned(),
                ..Row::default()
            };
            rows.push(record.cells().to_vec());
        }
        let mut header = sheet.form.instructions.as_deref();
        let mut group: Option<&str> = None;
        for item in &sheet.items {
            let own = item.field.group.as_deref();
            if own != group {
                group = own;
                header = header.or(own);
            }
            rows.push(row(trial, sheet, item, header.take(), names).cells().to_vec());
        }
    }
    rows
}

fn row(trial: &Trial, sheet: &Sheet<'_>, item: &Item<'_>, header: Option<&str>, names: &Names<'_>) -> Row {
    let logic = Logic { names, sheet };
    let choices = entry::choices(item);
    let written = choices.iter().map(|(value, label)| {
        format!("{}, {}", names.code(sheet.name, &item.name, value), words(label).replace('|', "/"))
    });
    let mut row = Row {
        field: names.field(sheet.name, &item.name).unwrap_or_default().to_owned(),
        form: names.form(sheet.name).to_owned(),
        header: header.map(words).unwrap_or_default(),
        label: words(if item.label.trim().is_empty() { &item.name } else { &item.label }),
        kind: match choices.len() {
            0 => "text",
            few if few <= AS_BUTTONS => "radio",
            _ => "dropdown",
        },
        choices: written.collect::<Vec<_>>().join(" | "),
        note: note(trial, item),
        // The one variable of CDASH that identifies a person.
        identifier: item.name == "BRTHDAT",
        branching: asked(item).and_then(|truth| logic.write(&truth)).unwrap_or_default(),
        required: item.required,
        annotation: annotation(item),
        ..Row::default()
    };
    match &item.answer {
        Answer::Integer { low, high } => {
            row.validation = "integer";
            row.low = low.map(|low| low.to_string()).unwrap_or_default();
            row.high = high.map(|high| high.to_string()).unwrap_or_default();
        }
        Answer::Number(number) => {
            row.validation = "number";
            if let Some((low, high)) = number.hard.known().or_else(|| number.soft.known()) {
                let decimal = |limit: &Exact| limit.to_decimal().unwrap_or_default();
                (row.low, row.high) = (decimal(low), decimal(high));
            }
        }
        Answer::Date => row.validation = "date_ymd",
        Answer::Time => row.validation = "time",
        Answer::Text | Answer::PartialDate | Answer::YesNo | Answer::Choice(_) | Answer::Unit { .. } => {}
    }
    row
}

pub(super) fn asked(item: &Item<'_>) -> Option<Truth> {
    let shown = item.shown();
    (!shown.is_empty()).then_some(Truth::All(shown))
}

fn note(trial: &Trial, item: &Item<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    match &item.answer {
        Answer::Number(number) if number.unit_item.is_none() => parts.extend(number.unit.map(plain)),
        Answer::PartialDate => parts.push("YYYY, YYYY-MM or YYYY-MM-DD".to_owned()),
        _ => {}
    }
    if !matches!(item.answer, Answer::Unit { .. }) {
        parts.extend(item.field.help.clone());
        parts.extend(only(trial, item.field));
    }
    words(&parts.join(". "))
}

fn annotation(item: &Item<'_>) -> String {
    let (name, test) = variable(&item.name);
    let mut parts = vec![format!("CDASH={name}")];
    parts.extend(test.map(|test| format!("test={test}")));
    if !matches!(item.answer, Answer::Unit { .. }) {
        parts.extend(item.field.loinc.iter().map(|code| format!("LOINC={}", code.code)));
    }
    parts.join("; ")
}

/// Text in one line that REDCap shows as it is: nothing in it is an element, a piped field or an embedded one.
pub(super) fn words(text: &str) -> String {
    let line: String = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    line.replace('<', "&lt;").replace('[', "&#91;").replace('{', "&#123;")
}
