//! Filled forms, held to the forms of the protocol: what data entry and data management would refuse or ask about.
//!
//! A record of forms (`docs/schemas/form-record.schema.json`) holds the entries that `forms/NAME.schema.json` describes, by
//! form. [`validate`] finds what a form does not allow, what the checks across fields object to, and what lies at a
//! visit or on a day where it cannot be. Conditions of the protocol are decided on what the forms tell of the participant. What they
//! do not say is never taken for an answer: a form is missed only where its visit took place and its conditions hold, and what
//! needs a day or an answer that nobody has recorded is not decided ([`Report::undecided`]).
//!
//! `preview.html` decides the same in JavaScript; tests hold the two to each other.

mod across;
mod answers;
mod conditions;
mod facts;
mod judge;
mod people;
mod read;
mod value;

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::civil::Date;

use people::People;

use crate::casebook::{Conditions, Demand, Sheet, Tells, sheets, tells};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::eligibility::EligibilityDocument;
use crate::model::Trial;
use crate::source::{FileId, Span};

/// What is wrong with a filled form, or to be asked about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub code: &'static Code,
    pub at: At,
    /// The check that found it, by its id in `forms/checks.json`; absent where the form itself does not allow it.
    pub check: Option<String>,
    /// The answer as it is written, `400 mm[Hg]`; those of a check of several fields, one after the other.
    pub value: Option<String>,
    pub message: String,
    pub help: String,
    /// Bytes of the record's text.
    pub span: Range<usize>,
}

/// Where in the casebook something stands; what is absent is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    pub participant: Option<String>,
    pub form: Option<String>,
    pub visit: Option<String>,
    /// Which time it is of a visit that takes place more than once, from 1.
    pub repeat: Option<u32>,
    /// Of a form with many records, from 1.
    pub record: Option<usize>,
    pub field: Option<String>,
}

impl Finding {
    /// A query can be confirmed; everything else is to be corrected.
    pub fn is_query(&self) -> bool {
        self.code.severity < Severity::Error
    }

    /// As every renderer shows it; `file` holds the record.
    pub fn diagnostic(&self, file: FileId) -> Diagnostic {
        Diagnostic::new(self.code, Span::new(file, self.span.clone()), self.message.clone())
            .help(self.help.clone())
    }
}

/// Everything that was found in a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order of the text.
    pub findings: Vec<Finding>,
    pub entries: usize,
    /// Queries that the site has confirmed with a reason.
    pub confirmed: usize,
    /// What could not be decided, in words, each once.
    pub undecided: BTreeSet<String>,
}

impl Report {
    pub fn queries(&self) -> usize {
        self.findings.iter().filter(|finding| finding.is_query()).count()
    }

    /// Findings that are no queries.
    pub fn errors(&self) -> usize {
        self.findings.len() - self.queries()
    }
}

/// Holds a record of forms to the forms of a trial. Dates are held to the future only where `today` is given.
pub fn validate(trial: &Trial, text: &str, today: Option<Date>) -> Report {
    Validator::of(trial).validate(text, today)
}

/// The forms of a trial, made ready for many records.
pub struct Validator<'a> {
    trial: &'a Trial,
    sheets: Vec<Sheet<'a>>,
    /// The checks across fields, form by form as the sheets stand.
    demands: Vec<Vec<Demand<'a>>>,
    conditions: Conditions<'a>,
    /// What decides the conditions; absent where there are none.
    document: Option<EligibilityDocument>,
    /// What each form's fields tell of the participant.
    tells: Vec<(&'a str, Vec<(&'a str, Tells<'a>)>)>,
}

impl<'a> Validator<'a> {
    pub fn of(trial: &'a Trial) -> Self {
        let sheets = sheets(trial);
        let demands = sheets.iter().map(Sheet::demands).collect();
        let conditions = Conditions::of(trial);
        let document =
            (!conditions.is_empty()).then(|| EligibilityDocument::of_conditions(trial, &conditions.clauses));
        let tells = sheets.iter().map(|sheet| (sheet.name, tells(trial, sheet))).collect();
        Self { trial, sheets, demands, conditions, document, tells }
    }

    /// As [`validate`].
    pub fn validate(&self, text: &str, today: Option<Date>) -> Report {
        let mut report = Report::default();
        let Some(record) = read::record(self.trial, &self.sheets, text, &mut report.findings) else {
            return report;
        };
        report.entries = record.entries.len();
        across::twice(self.trial, &record, &mut report.findings);
        let document = self.document.as_ref();
        let people = People::of(self.trial, &self.conditions, document, &self.tells, &record);
        let today = today.map(|day| day.to_string());
        for entry in &record.entries {
            let demands = self.sheets.iter().position(|sheet| sheet.name == entry.sheet.name);
            let demands = demands.map_or(&[][..], |at| &self.demands[at]);
            judge::entry(self.trial, entry, demands, &people, today.as_deref(), &mut report);
        }
        conditions::missed(self.trial, &self.sheets, &record, &people, &mut report);
        let confirmed = |finding: &Finding| {
            finding.is_query() && record.confirmed.iter().any(|confirmation| confirmation.is_of(finding))
        };
        let before = report.findings.len();
        report.findings.retain(|finding| !confirmed(finding));
        report.confirmed = before - report.findings.len();
        report.findings.sort_by(|a, b| {
            (a.span.start, a.code.id, &a.check, &a.message).cmp(&(
                b.span.start,
                b.code.id,
                &b.check,
                &b.message,
            ))
        });
        report
    }
}
