//! Procedures that the schedule does at visits and that no findings form stands for (`PR`).

use super::book::{Book, put, visits};
use super::catalog;
use super::field::{Asked, AskedAt, NO, YES, field};
use crate::model::{ActivityKind, Field, FieldKind, Why};

pub(super) fn add(book: &mut Book<'_>) {
    for (name, activity) in book.of_kind(ActivityKind::Procedure) {
        let stands_for = catalog::of_activity(name, &activity.label);
        if stands_for.is_some() || activity.cells.is_empty() {
            continue;
        }
        let code = book.codes.of(name);
        let form = book.placed(name).unwrap_or("PR").to_owned();
        let at = visits(activity);
        let mut asked = AskedAt::default();
        asked.take(activity);
        let (cycles, only) = (asked.cycles(), asked.only());
        let label = &activity.label;
        let form = book.form(&form, "Procedures", "PR");
        form.visits.extend(at.iter().cloned());
        let under = |field: Field| Field {
            visits: Some(at.clone()),
            cycles: cycles.clone(),
            only: only.clone(),
            origin: activity.origin,
            ..field.required().group(label).why([Why::Schedule { activity: name.clone() }])
        };
        let done = format!("{code}_PROCCUR");
        put(form, under(field(&done, format!("{label}: done?"), FieldKind::YesNo)));
        let reason = field(
            format!("{code}_PRREASOC"),
            format!("{label}: reason why it was not done"),
            FieldKind::Text,
        );
        put(form, under(reason.when(&done, &[NO])));
        let day = field(format!("{code}_PRSTDAT"), format!("{label}: day"), FieldKind::Date);
        put(form, under(day.when(&done, &[YES])));
    }
}
