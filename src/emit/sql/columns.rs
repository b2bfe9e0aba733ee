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
        let name = (1..).map(|number| format!("{stem}_{number}")).find(|name| !self.names.contains(name));
        let name = name.unwrap_or_default();
        self.names.insert(name.clone());
        name
    }

    /// The column that says whether a row is a result of a measure.
    pub(super) fn flag(&mut self, measure: &str) -> String {
        if let Some((_, flag)) = self.flags.iter().find(|(known, _)| known == measure) {
            return flag.clone();
        }
        let name = self.column_name(&format!("is_{measure}"));
        self.flags.push((measure.to_owned(), name.clone()));
        name
    }

    /// The column that holds a limit in the unit of each row.
    pub(super) fn limit_column(&mut self, by_unit: LimitByUnit) -> String {
        if let Some((known, _)) = self.limits.iter().find(|(_, known)| *known == by_unit) {
            return known.clone();
        }
        let name = self.column_name("limit");
        self.limits.push((name.clone(), by_unit));
        name
    }

    /// The beginning of the columns that hold the days of an event.
    pub(super) fn event_column(&mut self, event: &str) -> String {
        if let Some((_, known)) = self.event_columns.iter().find(|(known, _)| known == event) {
            return known.clone();
        }
        let name = self.column_name(event);
        self.event_columns.push((event.to_owned(), name.clone()));
        name
    }

    /// A statement about a person; the same statement is one column.
    pub(super) fn fact(&mut self, of: &str, words: &str, sql: String) -> Says {
        if let Some(known) = self.facts.iter().find(|known| known.sql == sql) {
            return Says::sql(format!("f.{}", known.name));
        }
        let name = self.column_name(of);
        self.facts.push(Fact { name: name.clone(), words: words.to_owned(), sql });
        Says::sql(format!("f.{name}"))
    }

    /// The worst of a criterion over the combinations of the choices that were made for it.
    pub(super) fn worst_of_choices(&mut self, criterion: &Criterion, worst: Worst, truth: String) -> Says {
        let function = if worst == Worst::True { "MAX" } else { "MIN" };
        let name = self.column_name("worst");
        self.worsts.push(WorstOf {
            name: name.clone(),
            prose: criterion.prose.clone(),
            choices: std::mem::take(&mut self.tried_here),
            sql: decoded(&format!("{function}({})", level(&truth))),
        });
        Says::sql(format!("{name}.truth"))
    }

    /// How much has been written so far.
    pub(super) fn mark(&self) -> [usize; 16] {
        [
            self.flags.len(),
            self.undated.len(),
            self.limits.len(),
            self.together.len(),
            self.days_asked.len(),
            self.choices.len(),
            self.last_few.len(),
            self.middles.len(),
            self.event_columns.len(),
            self.entry_columns.len(),
            self.entries_since.len(),
            self.edges.len(),
            self.throughouts.len(),
            self.cover_columns.len(),
            self.facts.len(),
            self.worsts.len(),
        ]
    }

    /// Takes back what was written since, for a criterion that turned out not to be said.
    pub(super) fn take_back(&mut self, mark: [usize; 16]) {
        let [
            flags,
            undated,
            limits,
            together,
            days,
            choices,
            last,
            middles,
            events,
            entries,
            since,
            edges,
            through,
            covers,
            facts,
            worsts,
        ] = mark;
        self.flags.truncate(flags);
        self.undated.truncate(undated);
        self.limits.truncate(limits);
        self.together.truncate(together);
        self.days_asked.truncate(days);
        self.choices.truncate(choices);
        self.last_few.truncate(last);
        self.middles.truncate(middles);
        self.event_columns.truncate(events);
        self.entry_columns.truncate(entries);
        self.entries_since.truncate(since);
        self.edges.truncate(edges);
        self.throughouts.truncate(through);
        self.cover_columns.truncate(covers);
        self.facts.truncate(facts);
        self.worsts.truncate(worsts);
    }
}
