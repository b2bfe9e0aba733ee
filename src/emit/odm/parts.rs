//! What both versions of the file hold, in the same words.

use std::ops::Not as _;

use indexmap::IndexMap;

use super::oid;
use super::xml::{Attribute, Xml, some};
use crate::casebook::{Answer, Carried, Item, Occasion, Sheet, Truth, variable};
use crate::emit::entry::{choices, only, short_reason};
use crate::model::{FormCheck, Trial};

/// Characters of a free text: what a SAS transport file holds.
pub(super) const TEXT_LENGTH: usize = 200;

/// The trial, its forms and when they are filled in.
pub(super) struct Study<'a> {
    pub trial: &'a Trial,
    pub sheets: &'a [Sheet<'a>],
    pub occasions: &'a [Occasion<'a>],
    pub lists: Lists,
}

impl Study<'_> {
    pub fn name(&self) -> &str {
        let header = &self.trial.header;
        if header.name.is_empty() { "trial" } else { &header.name }
    }

    pub fn version(&self) -> &str {
        self.trial.header.version.as_ref().map_or("unversioned", |version| &version.label)
    }

    pub fn title(&self) -> &str {
        let header = &self.trial.header;
        if header.title.is_empty() { self.name() } else { &header.title }
    }

    pub fn description(&self) -> &str {
        self.trial.header.official_title.as_deref().unwrap_or_else(|| self.title())
    }

    /// The sponsor's or registry's number, or else the name.
    pub fn protocol(&self) -> &str {
        self.trial.header.ids.first().map_or_else(|| self.name(), |id| &id.value)
    }

    /// The day of the protocol's version: a file that is made again must be the same.
    pub fn created(&self) -> String {
        let dated = self.trial.header.version.as_ref().and_then(|version| version.dated.as_deref());
        let day = match dated {
            Some(day) if day.len() == 10 => day.to_owned(),
            Some(month) if month.len() == 7 => format!("{month}-01"),
            Some(year) if year.len() == 4 => format!("{year}-01-01"),
            _ => "1970-01-01".to_owned(),
        };
        format!("{day}T00:00:00")
    }
}

/// Code lists: equal ones are one list, called after the first item that uses it.
#[derive(Debug, Default)]
pub(super) struct Lists(IndexMap<Vec<(String, String)>, String>);

impl Lists {
    /// The lists of these items; units only where the version asks for them as items.
    pub fn of(sheets: &[Sheet<'_>], with_units: bool) -> Self {
        let mut lists = Self::default();
        for sheet in sheets {
            for item in &sheet.items {
                let listed = choices(item);
                let unit = matches!(item.answer, Answer::Unit { .. });
                if listed.is_empty() || (unit && !with_units) {
                    continue;
                }
                let name = if matches!(item.answer, Answer::YesNo) {
                    "CL.YESNO".to_owned()
                } else {
                    format!("CL.{}.{}", sheet.name, item.name)
                };
                lists.0.entry(listed).or_insert(name);
            }
        }
        lists
    }

    pub fn get(&self, item: &Item<'_>) -> Option<&str> {
        self.0.get(&choices(item)).map(String::as_str)
    }

    pub fn all(&self) -> impl Iterator<Item = (&str, &[(String, String)])> {
        self.0.iter().map(|(choices, name)| (name.as_str(), choices.as_slice()))
    }
}

/// Other names of an item, each context once.
pub(super) fn aliases(trial: &Trial, item: &Item<'_>, loinc: bool) -> Vec<(&'static str, String)> {
    let (name, test) = variable(&item.name);
    let mut all = vec![("CDASH", name.to_owned())];
    all.extend(test.map(|test| ("CDASH test", test.to_owned())));
    let is_value = !matches!(item.answer, Answer::Unit { .. });
    if is_value {
        if loinc {
            all.extend(item.field.loinc.iter().map(|code| ("LOINC", code.code.clone())));
        }
        let why: Vec<String> = item.field.why.iter().map(|why| short_reason(trial, why)).collect();
        if !why.is_empty() {
            all.push(("trialc why", why.join("; ")));
        }
    }
    all
}

/// What the site is told beside the question: help, and conditions of the protocol in words.
pub(super) fn told(trial: &Trial, item: &Item<'_>) -> Option<String> {
    if matches!(item.answer, Answer::Unit { .. }) {
        return None;
    }
    let parts: Vec<String> = item.field.help.iter().cloned().chain(only(trial, item.field)).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The exception under which an item is not collected: the contrary of what it is asked for. Both versions of ODM read
/// `CollectionExceptionConditionOID` so: where the condition is true, the item may be left out.
pub(super) fn exception(item: &Item<'_>) -> Option<Truth> {
    match <[Truth; 1]>::try_from(item.shown()) {
        Ok([Truth::Not(only)]) => Some(*only),
        Ok([only]) => Some(only.not()),
        Err(several) if several.is_empty() => None,
        Err(several) => Some(Truth::All(several).not()),
    }
}

/// The exception in words.
pub(super) fn exception_in_words(trial: &Trial, item: &Item<'_>) -> String {
    let asked: Vec<String> = item.shown().iter().map(|truth| words(trial, truth)).collect();
    format!("Not collected unless {}", asked.join(" and "))
}

/// A truth about when a question is asked, in words.
fn words(trial: &Trial, truth: &Truth) -> String {
    let labels = |visits: &[String]| {
        let labels: Vec<&str> =
            visits.iter().map(|visit| crate::casebook::visit_label(trial, visit)).collect();
        labels.join(" or ")
    };
    let each = |parts: &[Truth], word: &str| {
        let parts: Vec<String> = parts.iter().map(|part| words(trial, part)).collect();
        format!("({})", parts.join(word))
    };
    match truth {
        Truth::Is { item, one_of } => format!("{item} is {}", one_of.join(" or ")),
        Truth::AtVisit(visits) => format!("the visit is {}", labels(visits)),
        Truth::Time(cycles) => format!("it is {cycles}"),
        Truth::All(parts) => each(parts, " and "),
        Truth::Any(parts) => each(parts, " or "),
        Truth::Not(part) => match &**part {
            Truth::Is { item, one_of } => format!("{item} is not {}", one_of.join(" or ")),
            Truth::AtVisit(visits) => format!("the visit is not {}", labels(visits)),
            other => format!("not {}", words(trial, other)),
        },
        other => format!("{other:?}"),
    }
}

/// Checks that stand at an item, each with what must hold.
pub(super) fn checks_at<'a>(sheet: &Sheet<'a>, item: &str) -> Vec<(&'a FormCheck, Truth)> {
    let here = sheet.demands().into_iter().filter(|demand| demand.on == item);
    here.filter_map(|demand| match demand.carried {
        Carried::By(truth) => Some((demand.check, truth)),
        Carried::ByAsking | Carried::WhereAsked(_) | Carried::Beyond => None,
    })
    .collect()
}

pub(super) fn yes_no(yes: bool) -> &'static str {
    if yes { "Yes" } else { "No" }
}

pub(super) fn hardness(hard: bool) -> &'static str {
    if hard { "Hard" } else { "Soft" }
}

/// Text that is never empty, as names in ODM are not.
pub(super) fn name_of(text: &str) -> &str {
    if text.trim().is_empty() { "-" } else { text }
}

/// The attributes of the whole file that both versions share.
pub(super) fn root<'a>(study: &'a Study<'_>, namespace: &'a str, version: &'a str) -> Vec<Attribute<'a>> {
    vec![
        some("xmlns", namespace),
        some("xmlns:odm", namespace),
        some("ODMVersion", version),
        some("FileType", "Snapshot"),
        some("Granularity", "Metadata"),
        some("FileOID", format!("trialc.{}.{}", study.name(), study.version())),
        some("CreationDateTime", study.created()),
        some("SourceSystem", "trialc"),
    ]
}

pub(super) fn alias(xml: &mut Xml, context: &str, name: &str) {
    xml.empty("Alias", &[some("Context", context), some("Name", name)]);
}

pub(super) fn reference<'a>(key: &'a str, oid: String, order: usize, mandatory: bool) -> Vec<Attribute<'a>> {
    vec![some(key, oid), some("OrderNumber", order.to_string()), some("Mandatory", yes_no(mandatory))]
}

/// The reference to a condition of an item.
pub(super) fn exception_of<'a>(sheet: &Sheet<'_>, item: &Item<'_>) -> Attribute<'a> {
    let has = !item.shown().is_empty();
    ("CollectionExceptionConditionOID", has.then(|| oid::condition(sheet.name, &item.name).into()))
}
