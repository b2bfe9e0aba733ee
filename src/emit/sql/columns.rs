//! Names of columns, and what stands behind them.

use super::limits::LimitByUnit;
use super::measured::{decoded, level};
use super::says::Says;
use super::{Worst, Writer};
use crate::model::Criterion;

/// The engines take names of 63 bytes at most (PostgreSQL).
pub(super) const LONGEST_NAME: usize = 63;

/// A statement about a person, with the protocol's words for it.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub name: String,
    pub words: String,
    pub sql: String,
}

/// The worst truth of a criterion over every combination of choices.
#[derive(Clone, Debug)]
pub(super) struct WorstOf {
    pub name: String,
    pub prose: String,
    /// Names of [`super::measured::Choice`]s.
    pub choices: Vec<String>,
    /// An aggregate.
    pub sql: String,
}

impl Writer<'_> {
    /// A new name that begins like a name of the protocol: small letters, digits and `_`.
    pub(super) fn column_name(&mut self, of: &str) -> String {
        let mut stem: String = of
            .chars()
            .map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '_' })
            .take(40)
            .collect();
        if !stem.starts_with(|sign: char| sign.is_ascii_alphabetic()) {
            stem.insert_str(0, "n_");
        }
        let name =
            (1..).map(|number| format!("{stem}_{number}")).find(|name| !self.written.names.contains(name));
        let name = name.unwrap_or_default();
        self.written.names.insert(name.clone());
        name
    }

    /// The column that says whether a row is a result of a measure.
    pub(super) fn flag(&mut self, measure: &str) -> String {
        if let Some((_, flag)) = self.written.flags.iter().find(|(known, _)| known == measure) {
            return flag.clone();
        }
        let name = self.column_name(&format!("is_{measure}"));
        self.written.flags.push((measure.to_owned(), name.clone()));
        name
    }

    /// The column that holds a limit in the unit of each row.
    pub(super) fn limit_column(&mut self, by_unit: LimitByUnit) -> String {
        if let Some((known, _)) = self.written.limits.iter().find(|(_, known)| *known == by_unit) {
            return known.clone();
        }
        let name = self.column_name("limit");
        self.written.limits.push((name.clone(), by_unit));
        name
    }

    /// The beginning of the columns that hold the days of an event.
    pub(super) fn event_column(&mut self, event: &str) -> String {
        if let Some((_, known)) = self.written.event_columns.iter().find(|(known, _)| known == event) {
            return known.clone();
        }
        let name = self.column_name(event);
        self.written.event_columns.push((event.to_owned(), name.clone()));
        name
    }

    /// A statement about a person; the same statement is one column.
    pub(super) fn fact(&mut self, of: &str, words: &str, sql: String) -> Says {
        if let Some(known) = self.written.facts.iter().find(|known| known.sql == sql) {
            return Says::sql(format!("f.{}", known.name));
        }
        let name = self.column_name(of);
        self.written.facts.push(Fact { name: name.clone(), words: words.to_owned(), sql });
        Says::sql(format!("f.{name}"))
    }

    /// The worst of a criterion over the combinations of the choices that were made for it.
    pub(super) fn worst_of_choices(&mut self, criterion: &Criterion, worst: Worst, truth: String) -> Says {
        let function = if worst == Worst::True { "MAX" } else { "MIN" };
        let name = self.column_name("worst");
        self.written.worsts.push(WorstOf {
            name: name.clone(),
            prose: criterion.prose.clone(),
            choices: std::mem::take(&mut self.tried_here),
            sql: decoded(&format!("{function}({})", level(&truth))),
        });
        Says::sql(format!("{name}.truth"))
    }
}
