//! Records of forms worked out from the model alone: right ones, and copies with one fault of a known kind.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value as Json, json};
use trialc::compile::compile;
use trialc::emit;
use trialc::model::*;
use trialc::source::{LoadError, Loader};

struct Files(BTreeMap<String, String>);

impl Loader for Files {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        self.0.get(path).cloned().ok_or(LoadError::Missing { suggestion: None })
    }
}

pub fn compiled(text: &str) -> Trial {
    let files = Files(BTreeMap::from([("trial.trial".to_owned(), text.to_owned())]));
    let compilation = compile(&files, "trial.trial").expect("the file is in memory");
    compilation.trial.unwrap_or_else(|| panic!("{:#?}", compilation.diagnostics))
}

pub fn small() -> Trial {
    compiled(include_str!("../support/casebook.trial"))
}

/// Every protocol under `protocols/` with its name, the small one of the tests, and a generated one.
pub fn studies() -> Vec<(String, Trial)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("protocols");
    let mut all = vec![("small".to_owned(), small())];
    let mut folders: Vec<_> =
        fs::read_dir(root).expect("protocols").map(|entry| entry.expect("a folder").path()).collect();
    folders.sort();
    for folder in folders.into_iter().filter(|folder| folder.join("trial.trial").is_file()) {
        let text = fs::read_to_string(folder.join("trial.trial")).expect("a protocol");
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        all.push((name, compiled(&text)));
    }
    all.push(("generated".to_owned(), compiled(&crate::generated::protocol(6_000))));
    all
}

/// The two schemas of each form.
pub struct Schemas(BTreeMap<String, (jsonschema::Validator, jsonschema::Validator)>);

impl Schemas {
    pub fn of(trial: &Trial) -> Self {
        let artifacts = (emit::find("forms").expect("a target").emit)(trial);
        let read = |path: String| -> Json {
            let found = artifacts.iter().find(|artifact| artifact.path == path).expect("a schema");
            serde_json::from_slice(&found.content).expect("JSON")
        };
        let both = |name: &String| {
            let new =
                jsonschema::draft202012::new(&read(format!("forms/{name}.schema.json"))).expect("compiles");
            let old = jsonschema::draft7::options()
                .should_validate_formats(false)
                .build(&read(format!("forms/draft-07/{name}.schema.json")))
                .expect("compiles");
            (name.clone(), (new, old))
        };
        Self(trial.forms.keys().map(both).collect())
    }

    /// Both drafts must say the same.
    pub fn accept(&self, form: &str, entry: &Json) -> bool {
        let (new, old) = &self.0[form];
        let verdicts = (new.is_valid(entry), old.is_valid(entry));
        assert_eq!(verdicts.0, verdicts.1, "{form}: the drafts disagree on {entry:#}");
        verdicts.0
    }

    /// What the schema in the draft of 2020-12 objects to.
    pub fn objections(&self, form: &str, entry: &Json) -> Vec<String> {
        self.0[form].0.iter_errors(entry).map(|error| error.to_string()).collect()
    }
}

/// What is answered wherever there is a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    First,
    Last,
}

pub const MOODS: [Mood; 2] = [Mood::First, Mood::Last];
pub const DAY: &str = "2011-02-28";

/// A filled form: its name and the entry.
#[derive(Clone, Debug)]
pub struct Filled<'a> {
    pub name: &'a str,
    pub form: &'a Form,
    pub visit: Option<&'a str>,
    pub entry: Json,
}

/// Every form of the trial at every visit that the participant's arm has.
pub fn casebook(trial: &Trial, mood: Mood) -> Vec<Filled<'_>> {
    let mut all = whole_casebook(trial, mood);
    let arm = all.iter().find_map(|filled| {
        let fields = filled.entry.as_object()?;
        let (_, arm) = fields.iter().find(|(name, _)| name.ends_with("_ARMCD"))?;
        arm.as_str().filter(|arm| trial.arms.contains_key(*arm)).map(str::to_owned)
    });
    let Some(arm) = arm else { return all };
    let open = |arms: &[String]| arms.is_empty() || arms.contains(&arm);
    let visit_arms = |visit: &str| -> &[String] {
        let schedule = trial.schedule.as_ref().expect("a schedule");
        &schedule.visits[visit].arms
    };
    all.retain(|filled| open(&filled.form.arms) && filled.visit.is_none_or(|visit| open(visit_arms(visit))));
    all
}

fn whole_casebook(trial: &Trial, mood: Mood) -> Vec<Filled<'_>> {
    let mut all = Vec::new();
    for (name, form) in &trial.forms {
        let visits: Vec<Option<&str>> = match form.visits.as_slice() {
            [] => vec![None],
            visits => visits.iter().map(|visit| Some(visit.as_str())).collect(),
        };
        for visit in visits {
            all.push(Filled { name, form, visit, entry: entry(trial, form, visit, mood) });
        }
    }
    all
}

impl Filled<'_> {
    /// Of the first or last visit of its form: those between differ in nothing but what is asked.
    pub fn is_at_an_end(&self) -> bool {
        let visits = &self.form.visits;
        self.visit.is_none_or(|visit| {
            visits.first().is_some_and(|first| first == visit)
                || visits.last().is_some_and(|last| last == visit)
        })
    }
}

/// All of it as one record.
pub fn record(filled: &[Filled<'_>]) -> Json {
    let mut forms: Map<String, Json> = Map::new();
    for one in filled {
        let list = forms.entry(one.name).or_insert_with(|| json!([]));
        list.as_array_mut().expect("a list").push(one.entry.clone());
    }
    json!({ "forms": forms })
}

fn entry(trial: &Trial, form: &Form, visit: Option<&str>, mood: Mood) -> Json {
    let mut entry = Map::from_iter([("SUBJID".to_owned(), json!("0012"))]);
    if let Some(visit) = visit {
        entry.insert("VISIT".to_owned(), json!(visit));
        let visit = &trial.schedule.as_ref().expect("a schedule").visits[visit];
        if visit.is_numbered() {
            let is_filled_in = |number: &u32| visit.has_cycle(*number);
            let first = (1..).find(is_filled_in).expect("it takes place");
            entry.insert("REPEAT".to_owned(), json!(first));
        }
    }
    let fields = fields(form, visit, mood);
    if form.repeating {
        entry.insert("records".to_owned(), json!([fields]));
    } else {
        entry.extend(fields);
    }
    Json::Object(entry)
}

/// Every field that is asked, filled in so that no hard check objects.
fn fields(form: &Form, visit: Option<&str>, mood: Mood) -> Map<String, Json> {
    let mut filled = Map::new();
    for field in &form.fields {
        if is_asked(field, &filled, visit) {
            filled.insert(field.name.clone(), answer(field, mood, false));
        }
    }
    for check in form.checks.iter().filter(|check| check.hard) {
        match &check.check {
            CheckKind::Less { second, .. } | CheckKind::NotAfter { second, .. }
                if filled.contains_key(second) =>
            {
                let field = form.fields.iter().find(|field| field.name == *second).expect("a field");
                if matches!(field.kind, FieldKind::Number { .. }) {
                    filled.insert(second.clone(), answer(field, mood, true));
                }
            }
            CheckKind::PresentWhen { field, other, one_of } => {
                let field = form.fields.iter().find(|known| known.name == *field).expect("a field");
                let holds = is_one_of(&filled, other, one_of);
                if !holds {
                    filled.remove(&field.name);
                } else if is_asked(field, &filled, visit) {
                    filled.insert(field.name.clone(), answer(field, mood, false));
                }
            }
            CheckKind::Agrees { field, yes_when } if filled.contains_key(field) => {
                let met =
                    yes_when.iter().all(|condition| is_one_of(&filled, &condition.field, &condition.one_of));
                filled.insert(field.clone(), json!(if met { "Y" } else { "N" }));
            }
            _ => {}
        }
    }
    filled
}

fn is_one_of(filled: &Map<String, Json>, field: &str, one_of: &[String]) -> bool {
    filled.get(field).and_then(Json::as_str).is_some_and(|given| one_of.iter().any(|value| value == given))
}

pub fn is_asked(field: &Field, filled: &Map<String, Json>, visit: Option<&str>) -> bool {
    // A record that says itself which sex it is of.
    let sex = filled.get("SEX").and_then(Json::as_str);
    let is_other = field.only.iter().any(|scope| match (scope.when.text.as_str(), sex) {
        ("sex is female", Some(sex)) => sex != "F",
        ("sex is male", Some(sex)) => sex != "M",
        _ => false,
    });
    if is_other {
        return false;
    }
    let here = match (&field.visits, visit) {
        (Some(visits), Some(visit)) => visits.iter().any(|other| other == visit),
        (Some(visits), None) => !visits.is_empty(),
        _ => true,
    };
    here && field.when.iter().all(|condition| is_one_of(filled, &condition.field, &condition.one_of))
}

pub fn answer(field: &Field, mood: Mood, high: bool) -> Json {
    match &field.kind {
        FieldKind::Text => json!("some words"),
        FieldKind::Integer { low, high } => json!(low.or(*high).unwrap_or(7)),
        FieldKind::Number { units, range, plausible, .. } => {
            let limits = range.as_ref().or(plausible.as_ref());
            let (low, top) = limits.map_or((1.0, 2.0), |(low, high)| (low.to_f64(), high.to_f64()));
            let value = if high { top } else { low };
            match units.first() {
                Some(unit) => json!({ "value": value, "unit": unit.ucum }),
                None => json!(value),
            }
        }
        FieldKind::Date => json!(DAY),
        FieldKind::PartialDate => json!("2011-02"),
        FieldKind::Time => json!("07:30"),
        FieldKind::YesNo => json!(if mood == Mood::First { "Y" } else { "N" }),
        FieldKind::Choice { levels } => {
            let level = if mood == Mood::First { levels.first() } else { levels.last() };
            json!(level.expect("a list has values").value)
        }
    }
}

// ---- faults ----------------------------------------------------------------------------------------

/// One thing wrong with an entry.
#[derive(Clone, Debug)]
pub struct Fault {
    pub what: String,
    /// The code under which it must be found.
    pub code: &'static str,
    /// Whether the form's JSON Schema refuses it too.
    pub by_schema: bool,
    pub entry: Json,
}

/// Copies of a right entry with one fault of each kind that it has room for.
pub fn faults(good: &Filled<'_>) -> Vec<Fault> {
    let mut all: Vec<Fault> = Vec::new();
    let fields_of = |entry: &Json| -> Map<String, Json> {
        let part = if good.form.repeating { &entry["records"][0] } else { entry };
        part.as_object().expect("fields").clone()
    };
    let mut with =
        |what: String, code: &'static str, by_schema: bool, change: &dyn Fn(&mut Map<String, Json>)| {
            let mut entry = good.entry.clone();
            let part = if good.form.repeating { &mut entry["records"][0] } else { &mut entry };
            change(part.as_object_mut().expect("fields"));
            all.push(Fault { what, code, by_schema, entry });
        };
    let filled = fields_of(&good.entry);
    with("an unknown field".into(), "Q02", true, &|fields| drop(fields.insert("NOSUCH".into(), json!("x"))));
    for field in &good.form.fields {
        let name = &field.name;
        let is_never = field.visits.as_ref().is_some_and(Vec::is_empty);
        if !filled.contains_key(name) {
            // What nobody is ever asked stands in the schema of an open form all the same.
            if is_never {
                continue;
            }
            let mut here = filled.clone();
            here.remove(name);
            let elsewhere = field.visits.is_some()
                && good.visit.is_some_and(|visit| {
                    field.visits.as_ref().is_some_and(|visits| visits.iter().all(|one| one != visit))
                });
            let is_other_sex = field.only.iter().any(|scope| scope.when.text.starts_with("sex is "));
            let code = match () {
                () if elsewhere => "Q03",
                () if is_other_sex && here.contains_key("SEX") => "Q14",
                () => "Q05",
            };
            with(format!("{name} though it is not asked"), code, true, &|fields| {
                fields.insert(name.clone(), answer(field, Mood::First, false));
            });
            continue;
        }
        if field.required && field.only.is_empty() {
            with(format!("no {name}"), "Q04", true, &|fields| drop(fields.remove(name)));
        }
        let mut wrong = |what: &str, code: &'static str, by_schema: bool, value: Json| {
            with(format!("{name} is {what}"), code, by_schema, &|fields| {
                fields.insert(name.clone(), value.clone());
            });
        };
        wrong("null", "Q06", true, Json::Null);
        match &field.kind {
            FieldKind::Text => wrong("empty", "Q06", true, json!("")),
            FieldKind::Integer { high, .. } => {
                wrong("half", "Q06", true, json!(1.5));
                if let Some(high) = high {
                    wrong("too high", "Q08", true, json!(high + 1));
                }
            }
            FieldKind::Number { units, range, plausible, .. } => {
                wrong("a text", "Q06", true, json!("12"));
                let beyond = |value: f64| match units.first() {
                    Some(unit) => json!({ "value": value, "unit": unit.ucum }),
                    None => json!(value),
                };
                if units.is_empty() {
                    wrong("with a unit", "Q06", true, json!({ "value": 1, "unit": "1" }));
                } else {
                    wrong("without unit", "Q06", true, json!({ "value": 1 }));
                    wrong("in a wrong unit", "Q07", true, json!({ "value": 1, "unit": "[foz_us]" }));
                }
                if let Some((low, high)) = range {
                    wrong("too high", "Q08", true, beyond(high.to_f64() + 0.5));
                    wrong("too low", "Q08", true, beyond(low.to_f64() - 0.5));
                } else if let Some((_, high)) = plausible {
                    wrong("implausible", "Q09", false, beyond(high.to_f64() + 0.5));
                }
            }
            FieldKind::Date => {
                wrong("in month 13", "Q06", true, json!("2011-13-01"));
                wrong("without a day", "Q06", true, json!("2011-02"));
                wrong("on a day that is none", "Q06", false, json!("2011-02-30"));
            }
            FieldKind::PartialDate => {
                wrong("in month 13", "Q06", true, json!("2011-13"));
                wrong("on a day that is none", "Q06", false, json!("2011-02-30"));
            }
            FieldKind::Time => wrong("after midnight", "Q06", true, json!("24:01")),
            FieldKind::YesNo | FieldKind::Choice { .. } => {
                wrong("no value of the list", "Q07", true, json!("MAYBE NOT"));
            }
        }
    }
    for check in &good.form.checks {
        let code = if check.hard { "Q10" } else { "Q11" };
        match &check.check {
            CheckKind::Less { first, second } | CheckKind::NotAfter { first, second }
                if filled.contains_key(first) && filled.contains_key(second) =>
            {
                let (low, high) = (filled[first].clone(), filled[second].clone());
                let swapped = match low.is_string() {
                    true => (json!("2011-02-28"), json!("2011-02-27")),
                    false => (high, low),
                };
                if low_unit(&swapped.0) != low_unit(&swapped.1) {
                    continue;
                }
                with(format!("{} fails", check.id), code, false, &|fields| {
                    fields.insert(first.clone(), swapped.0.clone());
                    fields.insert(second.clone(), swapped.1.clone());
                });
            }
            CheckKind::Agrees { field, .. } if filled.contains_key(field) => {
                let other = if filled[field] == "Y" { "N" } else { "Y" };
                // What follows from other answers of the record, its schema knows too.
                with(format!("{} fails", check.id), code, check.hard, &|fields| {
                    fields.insert(field.clone(), json!(other));
                });
            }
            _ => {}
        }
    }
    let mut nobody = good.entry.clone();
    nobody["SUBJID"] = json!("");
    all.push(Fault { what: "no participant".into(), code: "Q01", by_schema: true, entry: nobody });
    if let Some(number) = good.entry.get("REPEAT") {
        for (what, wrong) in
            [("nought", json!(0)), ("half", json!(1.5)), ("a text", json!(number.to_string()))]
        {
            let mut entry = good.entry.clone();
            entry["REPEAT"] = wrong;
            all.push(Fault { what: format!("REPEAT is {what}"), code: "Q06", by_schema: true, entry });
        }
    } else {
        let mut numbered = good.entry.clone();
        numbered["REPEAT"] = json!(1);
        all.push(Fault {
            what: "REPEAT of what takes place once".into(),
            code: "Q02",
            by_schema: true,
            entry: numbered,
        });
    }
    if good.visit.is_some() {
        let mut elsewhere = good.entry.clone();
        elsewhere["VISIT"] = json!("no_such_visit");
        all.push(Fault { what: "another visit".into(), code: "Q03", by_schema: true, entry: elsewhere });
    }
    all
}

fn low_unit(value: &Json) -> Option<&Json> {
    value.get("unit")
}
