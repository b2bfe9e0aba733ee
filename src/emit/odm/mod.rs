//! The forms and the schedule as ODM-XML, CDISC's Operational Data Model, in its versions 1.3.2 and 2.0: what an
//! electronic data capture system is set up from.

mod expression;
mod oid;
mod parts;
mod timing;
mod v1;
mod v2;
mod xml;

use expression::{Version, XPath};
use parts::{Lists, Study};
use xml::{Xml, some};

use super::Artifact;
use super::losses::Losses;
use crate::casebook::{Carried, Occasion, Sheet, occasions, sheets};
use crate::model::Trial;

/// Two files and their loss report; none for a trial without forms.
pub(super) fn emit(trial: &Trial) -> Vec<Artifact> {
    let sheets = sheets(trial);
    if sheets.is_empty() {
        return Vec::new();
    }
    let (asked, silent): (Vec<Sheet<'_>>, Vec<Sheet<'_>>) =
        sheets.iter().cloned().partition(|sheet| !sheet.items.is_empty());
    let occasions = occasions(trial, &asked);
    let study =
        |units| Study { trial, sheets: &asked, occasions: &occasions, lists: Lists::of(&asked, units) };
    vec![
        Artifact::new("odm/odm-1.3.2.xml", v1::document(&study(false))),
        Artifact::new("odm/odm-2.0.xml", v2::document(&study(true))),
        Artifact::new("odm/losses.md", losses(trial, &sheets, &silent, &occasions)),
    ]
}

/// The code lists, which differ between the versions only in how a label is `translated`.
fn lists(xml: &mut Xml, study: &Study<'_>, translated: fn(&mut Xml, &str)) {
    for (name, choices) in study.lists.all() {
        let head = [some("OID", name), some("Name", name), some("DataType", "text")];
        xml.within("CodeList", &head, |xml| {
            for (order, (code, label)) in choices.iter().enumerate() {
                let one = [some("CodedValue", code.as_str()), some("OrderNumber", (order + 1).to_string())];
                xml.within("CodeListItem", &one, |xml| {
                    xml.within("Decode", &[], |xml| translated(xml, label));
                });
            }
        });
    }
}

fn losses(trial: &Trial, sheets: &[Sheet<'_>], silent: &[Sheet<'_>], occasions: &[Occasion<'_>]) -> String {
    let mut losses = Losses::of("ODM-XML");
    for sheet in silent {
        losses.add("forms that ask nothing at any visit", "left out", sheet.name);
    }
    losses.beyond_forms(trial, sheets);
    losses.checks(sheets, |sheet, carried| match carried {
        Carried::By(truth) => XPath::of(Version::V1, sheet).write(truth).is_some(),
        Carried::ByAsking => true,
        Carried::WhereAsked(_) | Carried::Beyond => false,
    });
    losses.inexact_limits(sheets);
    losses.skips(sheets, |sheet, truth| XPath::of(Version::V1, sheet).write(truth).is_some());
    losses.forms_of_cycles(trial, sheets);
    for sheet in sheets {
        for item in &sheet.items {
            if let Some(group) = &item.field.group {
                losses.add(
                    "headings above questions",
                    "the questions stand in their order",
                    format!("{}.{}: {group}", sheet.name, item.name),
                );
            }
        }
    }
    for occasion in occasions {
        let Some(visit) = occasion.visit else { continue };
        if timing::relative(occasions, occasion).is_none() {
            losses.add(
                "times of visits that are not one distance from a visit or a single event",
                "in words at the visit; as data in `schedule.json`",
                format!("{}: {}", occasion.label, visit.timing.text()),
            );
        } else {
            losses.add(
                "times of visits in 1.3.2",
                "in words at the visit; in 2.0 as a relative timing constraint",
                format!("{}: {}", occasion.label, visit.timing.text()),
            );
        }
        for constraint in &visit.constraints {
            losses.add(
                "further bounds on the date of a visit",
                "`schedule.json`",
                format!("{}: {}", occasion.label, constraint.text),
            );
        }
        if let Some(condition) = &visit.when {
            losses.add(
                "conditions of the protocol under which a visit takes place",
                "the visit is optional",
                format!("{}: {}", occasion.label, condition.text),
            );
        }
        if !visit.arms.is_empty() {
            losses.add(
                "visits that only some arms have",
                "the visit is optional",
                format!("{}: {}", occasion.label, visit.arms.join(", ")),
            );
        }
    }
    losses.note(
        "A condition is written as the exception under which an item is *not* collected \
         (`CollectionExceptionConditionOID`), the contrary of the condition under which it is asked.",
    );
    losses.note(
        "Formal expressions are XPath 1.0 over clinical data in ODM; the context is the `ItemGroupData` of the record.",
    );
    losses.note(
        "`CreationDateTime` is the day of the protocol's version (1970-01-01 where it has none), so that the same \
         protocol gives the same file.",
    );
    losses.note(
        "Which time it is of a visit that takes place more than once is the repeat key of its study event \
         (`StudyEventRepeatKey`), from 1: no item asks for it.",
    );
    losses.note("A partial date is `partialDate`, a time of the day (hours and minutes) `partialTime`.");
    losses.note(
        "In 2.0, an event that visits are counted from and on the day of which there is no visit is a study event of \
         the category `Milestone` without forms.",
    );
    losses.note("A visit on an event that need never happen is an unscheduled event.");
    losses.report()
}
