//! ODM-XML 2.0: forms are item groups, units are items, and the schedule is part of the protocol.

use indexmap::IndexMap;

use super::expression::{Version, XPath};
use super::oid;
use super::parts::{
    Study, TEXT_LENGTH, alias, aliases, checks_at, exception, exception_in_words, exception_of, hardness,
    name_of, reference, root, told, yes_no,
};
use super::timing::{Origin, relative};
use super::v1::{limit_message, within};
use super::xml::{Attribute, Xml, some};
use crate::casebook::{Answer, Bounds, Item, Number, Occasion, Sheet};
use crate::model::CriterionKind;
use crate::wording::unit_name::plain;

const NAMESPACE: &str = "http://www.cdisc.org/ns/odm/v2.0";
const LOINC: &str = "http://loinc.org";

pub(super) fn document(study: &Study<'_>) -> Vec<u8> {
    let mut xml = Xml::document();
    xml.within("ODM", &root(study, NAMESPACE, "2.0"), |xml| {
        let head = [
            some("OID", format!("ST.{}", study.name())),
            some("StudyName", name_of(study.title())),
            some("ProtocolName", name_of(study.protocol())),
            some("VersionID", name_of(study.version())),
        ];
        xml.within("Study", &head, |xml| {
            description(xml, study.description());
            let version = [
                some("OID", format!("MDV.{}", study.version())),
                some("Name", format!("{} {}", study.name(), study.version())),
            ];
            xml.within("MetaDataVersion", &version, |xml| metadata(xml, study));
        });
    });
    xml.finish()
}

fn metadata(xml: &mut Xml, study: &Study<'_>) {
    let groups = groups(study);
    protocol(xml, study, &groups);
    for (group, occasions) in &groups {
        event_group(xml, study, group, occasions);
    }
    for occasion in study.occasions {
        event(xml, study, occasion);
    }
    milestones(xml, study);
    for sheet in study.sheets {
        form(xml, sheet);
    }
    for sheet in study.sheets {
        for item in &sheet.items {
            definition(xml, study, sheet, item);
            if let Some(unit) = only_unit(item) {
                unit_definition(xml, sheet, item, unit);
            }
        }
    }
    super::lists(xml, study, translated);
    for sheet in study.sheets {
        for item in &sheet.items {
            condition(xml, study, sheet, item);
        }
    }
    for (code, prose) in criteria(study).into_iter().flat_map(|(_, criteria)| criteria) {
        let head = [some("OID", format!("COND.{code}")), some("Name", code.as_str())];
        xml.within("ConditionDef", &head, |xml| {
            description(xml, prose);
            truth(xml);
        });
    }
}

/// Epochs with their visits; what belongs to none stands by itself.
fn groups<'s, 'a>(study: &'s Study<'a>) -> IndexMap<Option<&'a str>, Vec<&'s Occasion<'a>>> {
    let mut groups: IndexMap<Option<&str>, Vec<&Occasion<'_>>> = IndexMap::new();
    for occasion in study.occasions {
        groups.entry(occasion.visit.map(|visit| visit.epoch.as_str())).or_default().push(occasion);
    }
    groups
}

fn group_oid(epoch: Option<&str>) -> String {
    epoch.map_or_else(|| "SEG".to_owned(), |epoch| format!("SEG.{epoch}"))
}

/// Inclusion and exclusion criteria: the key and the wording of each.
fn criteria<'a>(study: &Study<'a>) -> [(CriterionKind, Vec<(String, &'a str)>); 2] {
    [CriterionKind::Include, CriterionKind::Exclude].map(|kind| {
        let all = study.trial.decisions.iter().flat_map(|(name, decision)| {
            let of_kind = decision.criteria.iter().filter(move |(_, criterion)| criterion.kind == kind);
            of_kind.map(move |(code, criterion)| (format!("{name}.{code}"), criterion.prose.as_str()))
        });
        (kind, all.collect())
    })
}

fn protocol(xml: &mut Xml, study: &Study<'_>, groups: &IndexMap<Option<&str>, Vec<&Occasion<'_>>>) {
    xml.within("Protocol", &[], |xml| {
        description(xml, study.description());
        structure(xml, study);
        timings(xml, study);
        let criteria = criteria(study);
        if criteria.iter().any(|(_, criteria)| !criteria.is_empty()) {
            xml.within("InclusionExclusionCriteria", &[], |xml| {
                for (kind, criteria) in &criteria {
                    let element = match kind {
                        CriterionKind::Include => "InclusionCriteria",
                        CriterionKind::Exclude => "ExclusionCriteria",
                    };
                    if criteria.is_empty() {
                        continue;
                    }
                    xml.within(element, &[], |xml| {
                        for (code, prose) in criteria {
                            let head = [
                                some("OID", format!("CRIT.{code}")),
                                some("Name", code.as_str()),
                                some("ConditionOID", format!("COND.{code}")),
                            ];
                            xml.within("Criterion", &head, |xml| description(xml, prose));
                        }
                    });
                }
            });
        }
        for (order, (group, occasions)) in groups.iter().enumerate() {
            let mandatory = occasions.iter().any(|occasion| !occasion.is_optional(study.trial));
            xml.empty(
                "StudyEventGroupRef",
                &reference("StudyEventGroupOID", group_oid(*group), order + 1, mandatory),
            );
        }
    });
}

fn structure(xml: &mut Xml, study: &Study<'_>) {
    let trial = study.trial;
    let epochs = trial.schedule.as_ref().map(|schedule| &schedule.epochs);
    if trial.arms.is_empty() && epochs.is_none_or(|epochs| epochs.is_empty()) {
        return;
    }
    xml.within("StudyStructure", &[], |xml| {
        for (name, arm) in &trial.arms {
            let head = [some("OID", format!("ARM.{name}")), some("Name", name_of(&arm.label))];
            xml.within("Arm", &head, |xml| {
                if let Some(text) = &arm.description {
                    description(xml, text);
                }
            });
        }
        for (order, (name, epoch)) in epochs.into_iter().flatten().enumerate() {
            let head = [
                some("OID", format!("EPOCH.{name}")),
                some("Name", name_of(&epoch.label)),
                some("SequenceNumber", (order + 1).to_string()),
            ];
            xml.empty("Epoch", &head);
        }
    });
}

fn timings(xml: &mut Xml, study: &Study<'_>) {
    let found: Vec<_> = study
        .occasions
        .iter()
        .filter_map(|occasion| Some((occasion, relative(study.occasions, occasion)?)))
        .collect();
    if found.is_empty() {
        return;
    }
    xml.within("StudyTimings", &[], |xml| {
        xml.within("StudyTiming", &[some("OID", "TIMING"), some("Name", "Schedule of visits")], |xml| {
            for (occasion, relative) in &found {
                let head = [
                    some("OID", format!("TIMING.{}", occasion.name)),
                    some("Name", name_of(&occasion.label)),
                    some("PredecessorOID", origin(&relative.from)),
                    some("SuccessorOID", oid::event(&occasion.name)),
                    some("Type", "StartToStart"),
                    some("TimepointRelativeTarget", relative.target.as_str()),
                    some("TimepointPreWindow", relative.early.as_str()),
                    some("TimepointPostWindow", relative.late.as_str()),
                ];
                xml.within("RelativeTimingConstraint", &head, |xml| {
                    if let Some(visit) = occasion.visit {
                        description(xml, visit.timing.text());
                    }
                });
            }
        });
    });
}

fn origin(from: &Origin) -> String {
    match from {
        Origin::Visit(name) => oid::event(name),
        Origin::Milestone(name) => oid::milestone(name),
    }
}

/// Events that visits are counted from, each once.
fn milestones(xml: &mut Xml, study: &Study<'_>) {
    let mut names: Vec<String> = Vec::new();
    for occasion in study.occasions {
        if let Some(Origin::Milestone(name)) = relative(study.occasions, occasion).map(|found| found.from)
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    for name in names {
        let label = study.trial.events.get(&name).map_or(name.as_str(), |event| &event.label);
        let head = [
            some("OID", oid::milestone(&name)),
            some("Name", name_of(label)),
            some("Repeating", "No"),
            some("Type", "Common"),
            some("Category", "Milestone"),
        ];
        xml.empty("StudyEventDef", &head);
    }
}

fn event_group(xml: &mut Xml, study: &Study<'_>, epoch: &Option<&str>, occasions: &[&Occasion<'_>]) {
    let known = epoch.and_then(|epoch| {
        let epochs = &study.trial.schedule.as_ref()?.epochs;
        Some((epoch, epochs.get(epoch)?))
    });
    let head = [
        some("OID", group_oid(*epoch)),
        some("Name", name_of(known.map_or("Throughout the trial", |(_, epoch)| &epoch.label))),
        ("EpochOID", known.map(|(name, _)| format!("EPOCH.{name}").into())),
    ];
    xml.within("StudyEventGroupDef", &head, |xml| {
        for (order, occasion) in occasions.iter().enumerate() {
            let mandatory = !occasion.is_optional(study.trial);
            xml.empty(
                "StudyEventRef",
                &reference("StudyEventOID", oid::event(&occasion.name), order + 1, mandatory),
            );
        }
    });
}

fn event(xml: &mut Xml, study: &Study<'_>, occasion: &Occasion<'_>) {
    let kind = match (occasion.visit, occasion.is_scheduled(study.trial)) {
        (None, _) => "Common",
        (Some(_), true) => "Scheduled",
        (Some(_), false) => "Unscheduled",
    };
    let head = [
        some("OID", oid::event(&occasion.name)),
        some("Name", name_of(&occasion.label)),
        some("Repeating", yes_no(occasion.repeats())),
        some("Type", kind),
    ];
    xml.within("StudyEventDef", &head, |xml| {
        if let Some(visit) = occasion.visit {
            description(xml, &format!("{}: {}", occasion.label, visit.timing.text()));
        }
        for (order, form) in occasion.forms.iter().enumerate() {
            let sheet = study.sheets.iter().find(|sheet| sheet.name == *form);
            let mandatory = sheet.is_some_and(|sheet| sheet.form.arms.is_empty() && !sheet.form.repeating);
            xml.empty("ItemGroupRef", &reference("ItemGroupOID", oid::form(form), order + 1, mandatory));
        }
    });
}

/// A form is an item group; the records of a repeating one are a group inside it.
fn form(xml: &mut Xml, sheet: &Sheet<'_>) {
    let head = |oid: String, kind: &'static str, repeating: &'static str| {
        vec![
            some("OID", oid),
            some("Name", name_of(&sheet.form.label).to_owned()),
            some("Repeating", repeating),
            some("Domain", sheet.form.domain.clone()),
            some("Type", kind),
        ]
    };
    // An item group holds something.
    if sheet.items.is_empty() {
        return;
    }
    xml.within("ItemGroupDef", &head(oid::form(sheet.name), "Form", "No"), |xml| {
        if let Some(text) = &sheet.form.instructions {
            description(xml, text);
        }
        if sheet.form.repeating {
            xml.empty("ItemGroupRef", &reference("ItemGroupOID", oid::group(sheet.name), 1, true));
        } else {
            items(xml, sheet);
        }
        alias(xml, "CDASH domain", &sheet.form.domain);
    });
    if sheet.form.repeating {
        xml.within("ItemGroupDef", &head(oid::group(sheet.name), "Section", "Simple"), |xml| {
            items(xml, sheet)
        });
    }
}

fn items(xml: &mut Xml, sheet: &Sheet<'_>) {
    let mut order = 0;
    for item in &sheet.items {
        order += 1;
        let mut attributes = reference("ItemOID", oid::item(sheet.name, &item.name), order, item.required);
        attributes.push(exception_of(sheet, item));
        let unit = match &item.answer {
            Answer::Number(Number { unit_item: Some(unit), .. }) => Some(oid::item(sheet.name, unit)),
            _ => only_unit(item).map(|_| oid::unit_of(sheet.name, &item.name)),
        };
        attributes.push(("UnitsItemOID", unit.map(Into::into)));
        xml.empty("ItemRef", &attributes);
        if let Some(unit) = only_unit(item) {
            order += 1;
            let mut attributes =
                reference("ItemOID", oid::unit_of(sheet.name, &item.name), order, item.required);
            attributes.push(exception_of(sheet, item));
            attributes.push(some("PreSpecifiedValue", unit.ucum.as_str()));
            xml.empty("ItemRef", &attributes);
        }
    }
}

/// The unit of a number that has no other.
fn only_unit<'a>(item: &Item<'a>) -> Option<&'a crate::model::UnitRef> {
    match &item.answer {
        Answer::Number(Number { unit_item: None, unit, .. }) => *unit,
        _ => None,
    }
}

fn definition(xml: &mut Xml, study: &Study<'_>, sheet: &Sheet<'_>, item: &Item<'_>) {
    let mut head = vec![some("OID", oid::item(sheet.name, &item.name)), some("Name", item.name.as_str())];
    head.extend(data_type(item));
    xml.within("ItemDef", &head, |xml| {
        xml.within("Question", &[], |xml| translated(xml, name_of(&item.label)));
        if let Some(text) = told(study.trial, item) {
            xml.within("CRFCompletionInstructions", &[], |xml| translated(xml, &text));
        }
        ranges(xml, sheet, item);
        let xpath = XPath::of(Version::V2, sheet);
        for (check, truth) in checks_at(sheet, &item.name) {
            if let Some(expression) = xpath.write(&truth) {
                formal_range(xml, check.hard, &expression, &check.message);
            }
        }
        if let Some(list) = study.lists.get(item) {
            xml.empty("CodeListRef", &[some("CodeListOID", list)]);
        }
        if let Some(code) = item.field.loinc.as_ref().filter(|_| !matches!(item.answer, Answer::Unit { .. }))
        {
            let coding = [
                some("Code", code.code.as_str()),
                some("System", LOINC),
                some("SystemName", "LOINC"),
                ("Label", code.display.as_deref().map(Into::into)),
            ];
            xml.empty("Coding", &coding);
        }
        for (context, name) in aliases(study.trial, item, false) {
            alias(xml, context, &name);
        }
    });
}

fn unit_definition(xml: &mut Xml, sheet: &Sheet<'_>, item: &Item<'_>, unit: &crate::model::UnitRef) {
    let head = [
        some("OID", oid::unit_of(sheet.name, &item.name)),
        some("Name", format!("{} unit", item.name)),
        some("DataType", "text"),
        some("Length", unit.ucum.chars().count().max(1).to_string()),
    ];
    xml.within("ItemDef", &head, |xml| {
        xml.within("Question", &[], |xml| {
            translated(xml, &format!("{}: unit ({})", item.label, plain(unit)));
        });
    });
}

fn data_type<'a>(item: &Item<'_>) -> Vec<Attribute<'a>> {
    let typed = |name: &'static str, length: Option<usize>| {
        vec![some("DataType", name), ("Length", length.map(|length| length.to_string().into()))]
    };
    match &item.answer {
        Answer::Text => typed("text", Some(TEXT_LENGTH)),
        Answer::Integer { .. } => typed("integer", None),
        Answer::Number(number) => {
            let mut attributes = typed("decimal", None);
            let places = number.precision.map(|places| format!("16.{places}").into());
            attributes.push(("DisplayFormat", places));
            attributes
        }
        Answer::Date => typed("date", None),
        Answer::PartialDate => typed("partialDate", None),
        Answer::Time => typed("partialTime", None),
        Answer::YesNo | Answer::Choice(_) | Answer::Unit { .. } => {
            let longest = item.choices().iter().map(|(code, _)| code.chars().count()).max();
            typed("text", Some(longest.unwrap_or(TEXT_LENGTH).max(1)))
        }
    }
}

fn ranges(xml: &mut Xml, sheet: &Sheet<'_>, item: &Item<'_>) {
    match &item.answer {
        Answer::Integer { low, high } => {
            let message = format!("{}: enter a whole number {}.", item.label, within(*low, *high));
            for (comparator, limit) in [("GE", low), ("LE", high)] {
                if let Some(limit) = limit {
                    range(xml, comparator, true, &limit.to_string(), &message);
                }
            }
        }
        Answer::Number(number) => {
            bounds(xml, sheet, item, number, &number.hard, true);
            bounds(xml, sheet, item, number, &number.soft, false);
        }
        _ => {}
    }
}

fn bounds(
    xml: &mut Xml,
    sheet: &Sheet<'_>,
    item: &Item<'_>,
    number: &Number<'_>,
    bounds: &Bounds<'_>,
    hard: bool,
) {
    if let Some(unit_item) = &number.unit_item {
        let xpath = XPath::of(Version::V2, sheet);
        for limits in &bounds.by_unit {
            let Some((low, high)) = &limits.limits else { continue };
            let Some(expression) = xpath.within(&item.name, unit_item, &limits.unit.ucum, low, high) else {
                continue;
            };
            let message = limit_message(&item.label, low, high, Some(limits.unit), hard);
            formal_range(xml, hard, &expression, &message);
        }
        return;
    }
    let Some((low, high)) = bounds.known() else { return };
    let message = limit_message(&item.label, low, high, number.unit, hard);
    for (comparator, limit) in [("GE", low), ("LE", high)] {
        if let Some(limit) = limit.to_decimal() {
            range(xml, comparator, hard, &limit, &message);
        }
    }
}

fn range(xml: &mut Xml, comparator: &str, hard: bool, limit: &str, message: &str) {
    let head = [some("Comparator", comparator), some("SoftHard", hardness(hard))];
    xml.within("RangeCheck", &head, |xml| {
        xml.text("CheckValue", &[], limit);
        xml.within("ErrorMessage", &[], |xml| translated(xml, message));
    });
}

fn formal_range(xml: &mut Xml, hard: bool, expression: &str, message: &str) {
    xml.within("RangeCheck", &[some("SoftHard", hardness(hard))], |xml| {
        formal(xml, expression);
        xml.within("ErrorMessage", &[], |xml| translated(xml, message));
    });
}

fn formal(xml: &mut Xml, expression: &str) {
    xml.within("FormalExpression", &[some("Context", "XPath 1.0")], |xml| xml.text("Code", &[], expression));
}

fn condition(xml: &mut Xml, study: &Study<'_>, sheet: &Sheet<'_>, item: &Item<'_>) {
    let Some(except) = exception(item) else { return };
    let head = [
        some("OID", oid::condition(sheet.name, &item.name)),
        some("Name", format!("{}.{} is not collected", sheet.name, item.name)),
    ];
    xml.within("ConditionDef", &head, |xml| {
        description(xml, &exception_in_words(study.trial, item));
        truth(xml);
        if let Some(expression) = XPath::of(Version::V2, sheet).write(&except) {
            formal(xml, &expression);
        }
    });
}

/// A condition takes nothing but the data and gives a truth.
fn truth(xml: &mut Xml) {
    xml.within("MethodSignature", &[], |xml| {
        xml.empty("ReturnValue", &[some("Name", "holds"), some("DataType", "boolean")]);
    });
}

fn description(xml: &mut Xml, text: &str) {
    xml.within("Description", &[], |xml| translated(xml, text));
}

fn translated(xml: &mut Xml, text: &str) {
    xml.text("TranslatedText", &[some("xml:lang", "en"), some("Type", "text/plain")], text);
}
