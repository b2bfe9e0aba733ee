//! From the text of a record to its entries, with the place of each part.

use std::ops::Range;

use super::{At, Finding};
use crate::casebook::{PARTICIPANT, RECORDS, REPEAT, Sheet, VISIT, numbered_visits, visit_label};
use crate::diagnostics::{Code, codes, did_you_mean};
use crate::json::{self, Json, Node};
use crate::model::{CycleNumbers, Trial};

/// What a record may hold.
const MEMBERS: [&str; 5] = ["format", "trial", "version", "forms", "confirmed"];
pub const FORMAT: &str = "trialc-form-record/1";

pub(super) struct Filled<'a> {
    pub entries: Vec<Entry<'a>>,
    pub confirmed: Vec<Confirmation>,
}

/// One filling-in of a form.
pub(super) struct Entry<'a> {
    pub sheet: &'a Sheet<'a>,
    pub at: At,
    /// The whole entry.
    pub span: Range<usize>,
    /// The fields themselves, or those of each record of a form that has many.
    pub records: Vec<Fields>,
}

pub(super) struct Fields {
    /// From 1; absent for a form with one record.
    pub number: Option<usize>,
    pub span: Range<usize>,
    pub fields: Vec<(String, Range<usize>, Node)>,
}

/// A query to which the site has answered.
pub(super) struct Confirmation {
    at: At,
    check: String,
    value: String,
}

impl Confirmation {
    /// It is of this query and of the value as it is now.
    pub fn is_of(&self, finding: &Finding) -> bool {
        let same = |one: &Option<String>, other: &Option<String>| one.is_none() || one == other;
        Some(&self.check) == finding.check.as_ref()
            && Some(&self.value) == finding.value.as_ref()
            && same(&self.at.participant, &finding.at.participant)
            && self.at.form == finding.at.form
            && self.at.visit == finding.at.visit
            && self.at.repeat == finding.at.repeat
            && self.at.record == finding.at.record
    }
}

/// `None` where nothing of it can be read.
pub(super) fn record<'a>(
    trial: &'a Trial,
    sheets: &'a [Sheet<'a>],
    text: &str,
    findings: &mut Vec<Finding>,
) -> Option<Filled<'a>> {
    let mut reader = Reader { trial, sheets, findings };
    let node = match json::read(text) {
        Ok(node) => node,
        Err(error) => {
            let help = error.help.unwrap_or_else(|| "write the record as JSON".to_owned());
            reader.wrong(At::default(), error.span, &error.message, help);
            return None;
        }
    };
    reader.whole(node)
}

struct Reader<'a, 'f> {
    trial: &'a Trial,
    sheets: &'a [Sheet<'a>],
    findings: &'f mut Vec<Finding>,
}

type Members = Vec<(String, Range<usize>, Node)>;

fn take(members: &mut Members, name: &str) -> Option<Node> {
    let at = members.iter().position(|(known, ..)| known == name)?;
    Some(members.remove(at).2)
}

impl<'a> Reader<'a, '_> {
    fn wrong(&mut self, at: At, span: Range<usize>, message: &str, help: impl Into<String>) {
        self.find(&codes::NOT_A_RECORD, at, span, message, help);
    }

    fn find(
        &mut self,
        code: &'static Code,
        at: At,
        span: Range<usize>,
        message: &str,
        help: impl Into<String>,
    ) {
        let message = format!("{}{message}", place(self.trial, &at));
        self.findings.push(Finding { code, at, check: None, value: None, message, help: help.into(), span });
    }

    fn whole(&mut self, node: Node) -> Option<Filled<'a>> {
        let shape = "a record is `{\"forms\": {\"VS\": [{\"SUBJID\": \"001\", …}]}}`";
        let Json::Object(mut members) = node.value else {
            self.wrong(At::default(), node.span, "this is not a record of forms", shape);
            return None;
        };
        for (name, span, _) in &members {
            if !MEMBERS.contains(&name.as_str()) {
                let help = did_you_mean(name, MEMBERS).map_or_else(
                    || format!("a record has {}", listed(MEMBERS.iter())),
                    |near| format!("did you mean `{near}`?"),
                );
                self.wrong(
                    At::default(),
                    span.clone(),
                    &format!("`{name}` is no part of a record of forms"),
                    help,
                );
            }
        }
        self.heading(&mut members);
        let confirmed = take(&mut members, "confirmed").map_or_else(Vec::new, |node| self.confirmed(node));
        let Some(forms) = take(&mut members, "forms") else {
            self.wrong(
                At::default(),
                node.span.start..node.span.start + 1,
                "the record has no `forms`",
                shape,
            );
            return None;
        };
        let Json::Object(forms) = forms.value else {
            self.wrong(At::default(), forms.span, "`forms` is not an object of forms", shape);
            return None;
        };
        let mut entries = Vec::new();
        for (name, span, filled) in forms {
            self.form(&name, span, filled, &mut entries);
        }
        Some(Filled { entries, confirmed })
    }

    /// Of which protocol the record is.
    fn heading(&mut self, members: &mut Members) {
        let header = &self.trial.header;
        let version = header.version.as_ref().map(|version| version.label.as_str());
        let text = |node: &Node| match &node.value {
            Json::Text(text) => Some(text.clone()),
            _ => None,
        };
        if let Some(node) = take(members, "format")
            && text(&node).as_deref() != Some(FORMAT)
        {
            self.wrong(
                At::default(),
                node.span,
                "this is another format",
                format!("write `{FORMAT}`, or leave it out"),
            );
        }
        if let Some(node) = take(members, "trial")
            && text(&node).as_deref() != Some(header.name.as_str())
        {
            let help = format!("validate it against its own protocol; this one is `{}`", header.name);
            self.wrong(At::default(), node.span, "the record is of another trial", help);
        }
        if let Some(node) = take(members, "version")
            && text(&node).as_deref() != version
        {
            let this = version.map_or("no version".to_owned(), |version| format!("version `{version}`"));
            let help = "validate it against that version, or bring the entries over to this one";
            self.find(
                &codes::OTHER_VERSION,
                At::default(),
                node.span,
                &format!("the record was made with another version; this protocol has {this}"),
                help,
            );
        }
    }

    fn form(&mut self, name: &str, span: Range<usize>, node: Node, entries: &mut Vec<Entry<'a>>) {
        let at = At { form: Some(name.to_owned()), ..At::default() };
        let Some(sheet) = self.sheets.iter().find(|sheet| sheet.name == name) else {
            let names = self.sheets.iter().map(|sheet| sheet.name);
            let help = did_you_mean(name, names.clone()).map_or_else(
                || format!("its forms are {}", listed(names)),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("the protocol has no form `{name}`");
            self.find(&codes::NOT_ON_THE_FORM, At::default(), span, &message, help);
            return;
        };
        let Json::List(items) = node.value else {
            let help = format!("write a list of its entries: `\"{name}\": [{{\"SUBJID\": \"001\", …}}]`");
            self.wrong(at, node.span, "this is not a list of entries", help);
            return;
        };
        for item in items {
            entries.extend(self.entry(sheet, item));
        }
    }

    fn entry(&mut self, sheet: &'a Sheet<'a>, node: Node) -> Option<Entry<'a>> {
        let mut at = At { form: Some(sheet.name.to_owned()), ..At::default() };
        let Json::Object(mut members) = node.value else {
            self.wrong(at, node.span, "this entry is not an object", "write `{\"SUBJID\": \"001\", …}`");
            return None;
        };
        let opening = node.span.start..node.span.start + 1;
        match take(&mut members, PARTICIPANT) {
            Some(Node { value: Json::Text(text), .. }) if !text.is_empty() => at.participant = Some(text),
            found => {
                let span = found.map_or(opening.clone(), |node| node.span);
                let help = format!("write the participant's number as text: `\"{PARTICIPANT}\": \"001\"`");
                self.wrong(at.clone(), span, &format!("an entry needs its `{PARTICIPANT}`"), help);
            }
        }
        let visits = &sheet.form.visits;
        if !visits.is_empty() {
            let named = || {
                let known =
                    visits.iter().map(|visit| format!("`{visit}` ({})", visit_label(self.trial, visit)));
                format!("the form is filled in at {}", known.collect::<Vec<_>>().join(", "))
            };
            match take(&mut members, VISIT) {
                Some(Node { value: Json::Text(text), .. }) if visits.contains(&text) => at.visit = Some(text),
                Some(Node { value: Json::Text(text), span }) => {
                    let is_visit = self
                        .trial
                        .schedule
                        .as_ref()
                        .is_some_and(|schedule| schedule.visits.contains_key(&text));
                    let what = if is_visit {
                        format!("the form is not filled in at `{text}`")
                    } else {
                        format!("`{text}` is no visit of the schedule")
                    };
                    let help = named();
                    self.find(&codes::WRONG_VISIT, at.clone(), span, &what, help);
                }
                found => {
                    let span = found.map_or(opening.clone(), |node| node.span);
                    let help = named();
                    self.wrong(at.clone(), span, &format!("an entry of this form needs its `{VISIT}`"), help);
                }
            }
            self.repeat(sheet, &mut at, &mut members);
        }
        let records = match sheet.form.repeating {
            false => vec![Fields { number: None, span: node.span.clone(), fields: members }],
            true => self.records(sheet, &at, opening, members),
        };
        Some(Entry { sheet, at, span: node.span, records })
    }

    /// Which time it is of a visit that takes place more than once.
    fn repeat(&mut self, sheet: &Sheet<'_>, at: &mut At, members: &mut Members) {
        let numbered = numbered_visits(self.trial, sheet.form);
        let is_numbered = at.visit.as_deref().is_none_or(|visit| numbered.contains(&visit));
        if numbered.is_empty() || !is_numbered {
            return;
        }
        let Some(node) = take(members, REPEAT) else { return };
        let number = match &node.value {
            Json::Number(text) => text.parse::<u32>().ok().filter(|number| *number > 0),
            _ => None,
        };
        let Some(number) = number else {
            let help = format!("write the number of the cycle, from 1: `\"{REPEAT}\": 2`");
            let at = At { field: Some(REPEAT.to_owned()), ..at.clone() };
            self.find(
                &codes::NOT_OF_THE_TYPE,
                at,
                node.span,
                "this is not the number of a cycle or of an event",
                help,
            );
            return;
        };
        let visit = at.visit.as_ref().and_then(|visit| self.trial.schedule.as_ref()?.visits.get(visit));
        at.repeat = Some(number);
        let of_visit = visit.and_then(|visit| visit.cycles.as_ref());
        let of_form = at.visit.as_ref().and_then(|visit| sheet.cycles.get(visit));
        let is_other = |cycles: &&CycleNumbers| !cycles.contains(number);
        let (what, help) = if let Some(cycles) = of_visit.filter(is_other) {
            (format!("cycle {number} does not have this visit"), format!("it takes place in {cycles}"))
        } else if let Some(cycles) = of_form.filter(is_other) {
            (format!("the form is not filled in in cycle {number}"), format!("it is filled in in {cycles}"))
        } else {
            return;
        };
        let at = At { field: Some(REPEAT.to_owned()), ..at.clone() };
        self.find(&codes::WRONG_VISIT, at, node.span, &what, help);
    }

    /// The records of a form that has many.
    fn records(
        &mut self,
        sheet: &Sheet<'_>,
        at: &At,
        opening: Range<usize>,
        mut members: Members,
    ) -> Vec<Fields> {
        let help = format!("put the fields of each record into `\"{RECORDS}\": [{{…}}]`");
        let found = take(&mut members, RECORDS);
        for (name, span, _) in members {
            let message = match sheet.item(&name) {
                Some(_) => format!("`{name}` is a field of each record, not of the entry"),
                None => format!("there is no `{name}` beside the records"),
            };
            let at = At { field: Some(name), ..at.clone() };
            self.find(&codes::NOT_ON_THE_FORM, at, span, &message, help.clone());
        }
        let items = match found {
            Some(Node { value: Json::List(items), .. }) => items,
            found => {
                let span = found.map_or(opening, |node| node.span);
                self.wrong(
                    at.clone(),
                    span,
                    &format!("this form has many records, in a list `{RECORDS}`"),
                    help,
                );
                return Vec::new();
            }
        };
        let mut records = Vec::new();
        for (number, item) in (1..).zip(items) {
            match item.value {
                Json::Object(fields) => {
                    records.push(Fields { number: Some(number), span: item.span, fields });
                }
                _ => {
                    let at = At { record: Some(number), ..at.clone() };
                    self.wrong(at, item.span, "this record is not an object", "write its fields: `{…}`");
                }
            }
        }
        records
    }

    fn confirmed(&mut self, node: Node) -> Vec<Confirmation> {
        let shape = "write `{\"form\": \"VS\", \"visit\": \"baseline\", \"check\": \"VS.SYSBP_VSORRES.plausible\", \
                     \"value\": \"190 mm[Hg]\", \"reason\": \"measured twice\"}`";
        let Json::List(items) = node.value else {
            self.wrong(At::default(), node.span, "`confirmed` is not a list", shape);
            return Vec::new();
        };
        let mut all = Vec::new();
        for item in items {
            let span = item.span.clone();
            match confirmation(item) {
                Some(one) => all.push(one),
                None => self.wrong(At::default(), span, "this confirms no query", shape),
            }
        }
        all
    }
}

/// Form, check, value and reason are needed, the reason in words.
fn confirmation(node: Node) -> Option<Confirmation> {
    let Json::Object(mut members) = node.value else { return None };
    let mut text = |name: &str| match take(&mut members, name) {
        None => Some(None),
        Some(Node { value: Json::Text(text), .. }) => Some(Some(text)),
        Some(_) => None,
    };
    let at =
        At { participant: text("participant")?, form: text("form")?, visit: text("visit")?, ..At::default() };
    let (check, value, reason) = (text("check")??, text("value")??, text("reason")??);
    let record = match take(&mut members, "record") {
        None => None,
        Some(Node { value: Json::Number(number), .. }) => Some(number.parse().ok()?),
        Some(_) => return None,
    };
    let repeat = match take(&mut members, "repeat") {
        None => None,
        Some(Node { value: Json::Number(number), .. }) => Some(number.parse().ok()?),
        Some(_) => return None,
    };
    let is_whole = members.is_empty() && at.form.is_some() && !reason.trim().is_empty();
    is_whole.then_some(Confirmation { at: At { repeat, record, ..at }, check, value })
}

/// `VS at Baseline, record 2: `; nothing where nothing is known.
pub(super) fn place(trial: &Trial, at: &At) -> String {
    let Some(form) = &at.form else { return String::new() };
    let visit = at.visit.as_ref().map(|visit| {
        let time = at.repeat.map(|number| format!(" ({number})")).unwrap_or_default();
        format!(" at {}{time}", visit_label(trial, visit))
    });
    let record = at.record.map(|number| format!(", record {number}"));
    let field = at.field.as_ref().map(|field| format!(", {field}"));
    [Some(form.clone()), visit, record, field, Some(": ".to_owned())].into_iter().flatten().collect()
}

pub(super) fn listed<T: std::fmt::Display>(names: impl IntoIterator<Item = T>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
