//! Case report forms, worked out from what the protocol collects.
//!
//! Every measure that the schedule collects, every variable of a criterion, outcome or stratum, and every finding, event
//! and administration reaches a field of a form, in the terms of CDISC's CDASH: domains, variable names and submission
//! values are the standard's, the questions are ours. Each field knows why it is there, so that a reader can go from a
//! criterion to its fields and back. What the author declares goes over these defaults.
//!
//! Forms by name:
//!
//! - `SV` visits, `DM` demographics, `DS` milestones;
//! - `IEW` the eligibility worksheet with every criterion, `IE` the criteria that are not met;
//! - `MHQ`, `CMQ`, `PRQ` what the rules ask about conditions, drugs and procedures; `APQ_PERSON` of another person;
//! - `VS`, `PE`, `EG`, `LB`, `PC`, `CV`, `RE`, `QS`, `FA` what is measured, `PR` procedures of the schedule;
//! - `EX` or `EX_PRODUCT` what is given, `DA` what is dispensed;
//! - `AE`, `CE`, `MH`, `CM`, `PRLOG`, `FALOG` logs that stay open, one record for each occurrence.

mod book;
mod catalog;
mod checks;
mod declare;
mod domain;
mod eligibility;
mod field;
mod findings;
mod history;
mod lint;
mod names;
mod needs;
mod procedures;
mod subject;
pub mod terms;
mod timing;
mod treatment;

use book::Book;
pub use eligibility::recode;

use crate::diagnostics::{self, Diagnostic};
use crate::model::{DeclaredForm, Form, Named, Trial};

/// The forms of a trial, and what is wrong with them.
#[derive(Clone, Debug, Default)]
pub struct Derived {
    /// In the order of a casebook: who takes part, may they, their past, what is measured, given and happens; the author's
    /// own forms at the end.
    pub forms: Named<Form>,
    /// Sorted by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Works out every form of the trial, whose own `forms` are not looked at, under what the author declared.
pub fn derive(trial: &Trial, declared: &Named<DeclaredForm>) -> Derived {
    let mut book = Book::new(trial, declared);
    subject::add(&mut book);
    eligibility::add(&mut book);
    history::add(&mut book);
    findings::add(&mut book);
    procedures::add(&mut book);
    treatment::add(&mut book);
    let mut diagnostics = Vec::new();
    declare::apply(&mut book, &mut diagnostics);
    finish(&mut book);
    lint::check(&book, &mut diagnostics);
    diagnostics::sort(&mut diagnostics);
    Derived { forms: book.forms, diagnostics }
}

/// Puts forms and visits in order and adds the checks.
fn finish(book: &mut Book<'_>) {
    let trial = book.trial;
    for (name, form) in &mut book.forms {
        form.visits = book.timing.in_order(&form.visits);
        for field in &mut form.fields {
            if let Some(visits) = &field.visits {
                let visits = book.timing.in_order(visits);
                // No visits at all is worth telling even where the form has none.
                field.visits = (visits != form.visits || visits.is_empty()).then_some(visits);
            }
        }
        checks::add(trial, name, form);
    }
    book.forms.sort_by(|a, _, b, _| domain::order(a).cmp(&domain::order(b)));
}
