//! ODM-XML 1.3.2.

use super::expression::{Version, XPath};
use super::oid;
use super::parts::{
    Study, TEXT_LENGTH, alias, aliases, checks_at, exception, exception_in_words, exception_of, hardness,
    name_of, reference, root, told, yes_no,
};
use super::xml::{Attribute, Xml, some};
use crate::casebook::{Answer, Bounds, Item, Number, Sheet};
use crate::model::UnitRef;
use crate::number::Exact;
use crate::wording::unit_name::plain;

const NAMESPACE: &str = "http://www.cdisc.org/ns/odm/v1.3";

pub(super) fn document(study: &Study<'_>) -> Vec<u8> {
    let mut xml = Xml::document();
    xml.within("ODM", &root(study, NAMESPACE, "1.3.2"), |xml| {
        xml.within("Study", &[some("OID", format!("ST.{}", study.name()))], |xml| {
            xml.within("GlobalVariables", &[], |xml| {
                xml.text("StudyName", &[], study.title());
                xml.text("StudyDescription", &[], study.description());
                xml.text("ProtocolName", &[], study.protocol());
            });
            units(xml, study);
            let version = [
                some("OID", format!("MDV.{}", study.version())),
                some("Name", format!("{} {}", study.name(), study.version())),
            ];
            xml.within("MetaDataVersion", &version, |xml| metadata(xml, study));
        });
    });
    xml.finish()
}

/// Every unit, each once, with its UCUM code.
fn units(xml: &mut Xml, study: &Study<'_>) {
    let mut units: Vec<&UnitRef> = Vec::new();
    for item in study.sheets.iter().flat_map(|sheet| &sheet.items) {
        let Answer::Number(number) = &item.answer else { continue };
        for unit in number.units {
            if units.iter().all(|known| known.ucum != unit.ucum) {
                units.push(unit);
            }
        }
    }
    if units.is_empty() {
        return;
    }
    xml.within("BasicDefinitions", &[], |xml| {
        for unit in units {
            let shown = plain(unit);
            let head = [some("OID", oid::unit(&unit.ucum)), some("Name", shown.as_str())];
            xml.within("MeasurementUnit", &head, |xml| {
                xml.within("Symbol", &[], |xml| translated(xml, &shown));
                alias(xml, "UCUM", &unit.ucum);
            });
        }
    });
}

fn metadata(xml: &mut Xml, study: &Study<'_>) {
    xml.within("Protocol", &[], |xml| {
        for (order, occasion) in study.occasions.iter().enumerate() {
            let mandatory = !occasion.is_optional(study.trial);
            xml.empty(
                "StudyEventRef",
                &reference("StudyEventOID", oid::event(&occasion.name), order + 1, mandatory),
            );
        }
    });
    events(xml, study);
    for sheet in study.sheets {
        let head = [
            some("OID", oid::form(sheet.name)),
            some("Name", name_of(&sheet.form.label)),
            some("Repeating", "No"),
        ];
        xml.within("FormDef", &head, |xml| {
            if let Some(text) = &sheet.form.instructions {
                description(xml, text);
            }
            xml.empty("ItemGroupRef", &reference("ItemGroupOID", oid::group(sheet.name), 1, true));
            alias(xml, "CDASH domain", &sheet.form.domain);
        });
    }
    for sheet in study.sheets {
        group(xml, sheet);
    }
    for sheet in study.sheets {
        for item in questions(sheet) {
            definition(xml, study, sheet, item);
        }
    }
    super::lists(xml, study, translated);
    for sheet in study.sheets {
        for item in questions(sheet) {
            condition(xml, study, sheet, item);
        }
    }
}

/// A unit is part of a number's own data.
fn questions<'s, 'a>(sheet: &'s Sheet<'a>) -> impl Iterator<Item = &'s Item<'a>> {
    sheet.items.iter().filter(|item| !matches!(item.answer, Answer::Unit { .. }))
}

fn events(xml: &mut Xml, study: &Study<'_>) {
    for occasion in study.occasions {
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
                let mandatory =
                    sheet.is_some_and(|sheet| sheet.form.arms.is_empty() && !sheet.form.repeating);
                xml.empty("FormRef", &reference("FormOID", oid::form(form), order + 1, mandatory));
            }
        });
    }
}

fn group(xml: &mut Xml, sheet: &Sheet<'_>) {
    let head = [
        some("OID", oid::group(sheet.name)),
        some("Name", name_of(&sheet.form.label)),
        some("Repeating", yes_no(sheet.form.repeating)),
        some("Domain", sheet.form.domain.as_str()),
    ];
    xml.within("ItemGroupDef", &head, |xml| {
        for (order, item) in questions(sheet).enumerate() {
            let mut attributes =
                reference("ItemOID", oid::item(sheet.name, &item.name), order + 1, item.required);
            attributes.push(exception_of(sheet, item));
            xml.empty("ItemRef", &attributes);
        }
    });
}

fn definition(xml: &mut Xml, study: &Study<'_>, sheet: &Sheet<'_>, item: &Item<'_>) {
    let list = study.lists.get(item);
    let mut head = vec![some("OID", oid::item(sheet.name, &item.name)), some("Name", item.name.as_str())];
    head.extend(data_type(item));
    xml.within("ItemDef", &head, |xml| {
        if let Some(text) = told(study.trial, item) {
            description(xml, &text);
        }
        xml.within("Question", &[], |xml| translated(xml, name_of(&item.label)));
        if let Answer::Number(number) = &item.answer {
            for unit in number.units {
                xml.empty("MeasurementUnitRef", &[some("MeasurementUnitOID", oid::unit(&unit.ucum))]);
            }
        }
        ranges(xml, item);
        let xpath = XPath::of(Version::V1, sheet);
        for (check, truth) in checks_at(sheet, &item.name) {
            let Some(expression) = xpath.write(&truth) else { continue };
            xml.within("RangeCheck", &[some("SoftHard", hardness(check.hard))], |xml| {
                xml.text("FormalExpression", &[some("Context", "XPath 1.0")], &expression);
                xml.within("ErrorMessage", &[], |xml| translated(xml, &check.message));
            });
        }
        if let Some(list) = list {
            xml.empty("CodeListRef", &[some("CodeListOID", list)]);
        }
        for (context, name) in aliases(study.trial, item, true) {
            alias(xml, context, &name);
        }
    });
}

fn data_type<'a>(item: &Item<'_>) -> Vec<Attribute<'a>> {
    let typed = |name: &'static str, length: Option<usize>| {
        vec![some("DataType", name), ("Length", length.map(|length| length.to_string().into()))]
    };
    match &item.answer {
        Answer::Text => typed("text", Some(TEXT_LENGTH)),
        Answer::Integer { low, high } => {
            let digits = [low, high].into_iter().flatten().map(|value| value.to_string().len()).max();
            typed("integer", Some(digits.filter(|_| high.is_some()).unwrap_or(10)))
        }
        Answer::Number(number) => {
            let mut attributes = typed("float", Some(16));
            attributes.push(("SignificantDigits", number.precision.map(|places| places.to_string().into())));
            attributes
        }
        Answer::Date => typed("date", None),
        Answer::PartialDate => typed("partialDate", None),
        // Hours and minutes: a `time` of XML has seconds.
        Answer::Time => typed("partialTime", None),
        Answer::YesNo | Answer::Choice(_) | Answer::Unit { .. } => {
            let longest = item.choices().iter().map(|(code, _)| code.chars().count()).max();
            typed("text", Some(longest.unwrap_or(TEXT_LENGTH).max(1)))
        }
    }
}

fn ranges(xml: &mut Xml, item: &Item<'_>) {
    match &item.answer {
        Answer::Integer { low, high } => {
            for (comparator, limit) in [("GE", low), ("LE", high)] {
                if let Some(limit) = limit {
                    let message = format!("{}: enter a whole number {}.", item.label, within(*low, *high));
                    range(xml, comparator, true, &limit.to_string(), None, &message);
                }
            }
        }
        Answer::Number(number) => {
            bounds(xml, item, number, &number.hard, true);
            bounds(xml, item, number, &number.soft, false);
        }
        _ => {}
    }
}

/// `from 0 to 10`.
pub(super) fn within(low: Option<i64>, high: Option<i64>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("from {low} to {high}"),
        (Some(low), None) => format!("of {low} or more"),
        (None, Some(high)) => format!("of at most {high}"),
        (None, None) => String::new(),
    }
}

fn bounds(xml: &mut Xml, item: &Item<'_>, number: &Number<'_>, bounds: &Bounds<'_>, hard: bool) {
    let bare = bounds.bare.iter().map(|limits| (None, limits));
    let in_units =
        bounds.by_unit.iter().filter_map(|limits| Some((Some(limits.unit), limits.limits.as_ref()?)));
    for (unit, (low, high)) in bare.chain(in_units) {
        // In a number that has one unit only, the unit goes without saying.
        let named = unit.filter(|_| number.unit_item.is_some());
        let message = limit_message(&item.label, low, high, unit, hard);
        for (comparator, limit) in [("GE", low), ("LE", high)] {
            if let Some(limit) = limit.to_decimal() {
                range(xml, comparator, hard, &limit, named, &message);
            }
        }
    }
}

pub(super) fn limit_message(
    label: &str,
    low: &Exact,
    high: &Exact,
    unit: Option<&UnitRef>,
    hard: bool,
) -> String {
    let unit = unit.map(|unit| format!(" {}", plain(unit))).unwrap_or_default();
    let what = if hard { "enter a value" } else { "confirm a value that is not" };
    format!("{label}: {what} from {low} to {high}{unit}.")
}

fn range(xml: &mut Xml, comparator: &str, hard: bool, limit: &str, unit: Option<&UnitRef>, message: &str) {
    let head = [some("Comparator", comparator), some("SoftHard", hardness(hard))];
    xml.within("RangeCheck", &head, |xml| {
        xml.text("CheckValue", &[], limit);
        if let Some(unit) = unit {
            xml.empty("MeasurementUnitRef", &[some("MeasurementUnitOID", oid::unit(&unit.ucum))]);
        }
        xml.within("ErrorMessage", &[], |xml| translated(xml, message));
    });
}

fn condition(xml: &mut Xml, study: &Study<'_>, sheet: &Sheet<'_>, item: &Item<'_>) {
    let Some(truth) = exception(item) else { return };
    let head = [
        some("OID", oid::condition(sheet.name, &item.name)),
        some("Name", format!("{}.{} is not collected", sheet.name, item.name)),
    ];
    xml.within("ConditionDef", &head, |xml| {
        description(xml, &exception_in_words(study.trial, item));
        if let Some(expression) = XPath::of(Version::V1, sheet).write(&truth) {
            xml.text("FormalExpression", &[some("Context", "XPath 1.0")], &expression);
        }
    });
}

fn description(xml: &mut Xml, text: &str) {
    xml.within("Description", &[], |xml| translated(xml, text));
}

fn translated(xml: &mut Xml, text: &str) {
    xml.text("TranslatedText", &[some("xml:lang", "en")], text);
}
