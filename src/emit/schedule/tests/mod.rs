use super::table::{Mark, Note, Table, table};
use super::*;
use crate::model::{
    ActivityKind, Anchor, Clause, Duration, Finding, Mode, Moment, Origin, Rule, Term, Trial, Value, Window,
};
use crate::time::testing::{
    Draft, after, before, constraint, cycle, days, event, months, on, range, target, visit, weeks,
};

mod files;
mod fixtures;
mod rows;

use fixtures::{cells, oncology};

fn of(draft: &Draft) -> Table {
    table(&draft.0).expect("a draft has a schedule")
}

fn file(trial: &Trial, name: &str) -> String {
    let artifact = emit(trial).into_iter().find(|artifact| artifact.path == name).expect("the file is made");
    String::from_utf8(artifact.content).expect("text")
}
