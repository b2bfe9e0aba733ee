//! Checks across the fields of a form, and between a form and the protocol's dates.

use std::collections::{HashMap, HashSet};

use crate::model::{CheckKind, Field, FieldKind, Form, FormCheck, Trial};

use super::field::{NO, YES};

/// Of two tests on one form, the first cannot be the greater: whether it must be smaller, and whether that is certain.
static ORDERED: &[(&str, &str, bool, bool)] = &[
    ("DIABP_VSORRES", "SYSBP_VSORRES", true, true),
    ("DIABP_VSORRES", "MAP_VSORRES", false, false),
    ("MAP_VSORRES", "SYSBP_VSORRES", false, false),
    ("BILDIR_LBORRES", "BILI_LBORRES", false, false),
    ("HDL_LBORRES", "CHOL_LBORRES", false, false),
    ("LDL_LBORRES", "CHOL_LBORRES", false, false),
    ("ALB_LBORRES", "PROT_LBORRES", false, false),
    ("NEUT_LBORRES", "WBC_LBORRES", false, false),
    ("LYM_LBORRES", "WBC_LBORRES", false, false),
    ("FEV1_REORRES", "FVC_REORRES", false, false),
];

/// Adds to a finished form everything that its fields must agree on.
pub(super) fn add(trial: &Trial, name: &str, form: &mut Form) {
    let consent = consent(trial);
    let by_name = form.fields.iter().map(|field| (field.name.as_str(), field)).collect();
    let mut checks = Checks { form: name, fields: &form.fields, by_name, found: Vec::new() };
    checks.dates(form, consent);
    checks.spans();
    checks.dependent();
    checks.ordered();
    if form.repeating {
        checks.unique();
    }
    let found = checks.found;
    let mut known: HashSet<String> = form.checks.iter().map(|check| check.id.clone()).collect();
    form.checks.extend(found.into_iter().filter(|check| known.insert(check.id.clone())));
}

/// The event before which nothing of the trial is done.
fn consent(trial: &Trial) -> Option<&str> {
    let speaks = |text: &str| text.to_lowercase().contains("consent");
    let named =
        trial.events.get_key_value("consent").or_else(|| trial.events.iter().find(|(name, _)| speaks(name)));
    named
        .or_else(|| trial.events.iter().find(|(_, event)| speaks(&event.label)))
        .map(|(name, _)| name.as_str())
}

struct Checks<'a> {
    form: &'a str,
    fields: &'a [Field],
    by_name: HashMap<&'a str, &'a Field>,
    found: Vec<FormCheck>,
}

impl Checks<'_> {
    fn add(&mut self, field: &str, rule: &str, message: String, hard: bool, check: CheckKind) {
        let id = format!("{}.{field}.{rule}", self.form);
        self.found.push(FormCheck { id, message, check, hard });
    }

    fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    fn label(&self, name: &str) -> String {
        self.by_name.get(name).map_or(name, |field| &field.label).to_owned()
    }

    fn dates(&mut self, form: &Form, consent: Option<&str>) {
        let past = matches!(form.domain.as_str(), "MH" | "CM" | "PR" | "DM" | "DS" | "AP");
        for field in self.fields {
            if !matches!(field.kind, FieldKind::Date | FieldKind::PartialDate) {
                continue;
            }
            let name = field.name.clone();
            let message = format!("{}: the date lies in the future.", field.label);
            self.add(&name, "not_in_future", message, false, CheckKind::NotInFuture { field: name.clone() });
            if let Some(event) = consent.filter(|_| !past) {
                let message = format!("{}: the date lies before {}.", field.label, event.replace('_', " "));
                let check = CheckKind::NotBeforeEvent { field: name.clone(), event: event.to_owned() };
                self.add(&name, "not_before_consent", message, form.domain == "EX", check);
            }
            let of_visit = ["DAT", "STDAT"].iter().any(|end| name == format!("{}{end}", form.domain));
            if of_visit && !form.visits.is_empty() && !form.repeating && !past {
                let message = format!("{}: the date lies outside the visit's window.", field.label);
                self.add(&name, "in_window", message, false, CheckKind::InWindow { field: name.clone() });
            }
        }
    }

    /// Begin before end; ongoing exactly when there is no end.
    fn spans(&mut self) {
        for field in self.fields {
            let Some(stem) = field.name.strip_suffix("ENDAT") else { continue };
            let (start, ongoing) = (format!("{stem}STDAT"), format!("{stem}ONGO"));
            let name = field.name.clone();
            if self.has(&start) {
                let message = format!("{}: it lies before the first day.", field.label);
                let check = CheckKind::NotAfter { first: start, second: name.clone() };
                self.add(&name, "not_before_start", message, true, check);
            }
            if self.has(&ongoing) {
                let message = format!("{}: there is one exactly when it is over.", field.label);
                let check = CheckKind::PresentWhen {
                    field: name.clone(),
                    other: ongoing,
                    one_of: vec![NO.to_owned()],
                };
                self.add(&name, "present_when_ended", message, true, check);
            }
        }
    }

    /// Done, and then there is a value; not done, and then there is a reason and no value.
    fn dependent(&mut self) {
        for field in self.fields {
            let [condition] = field.when.as_slice() else { continue };
            let name = field.name.clone();
            let check = CheckKind::PresentWhen {
                field: name.clone(),
                other: condition.field.clone(),
                one_of: condition.one_of.clone(),
            };
            let performed = condition.field.ends_with("PERF") || condition.field.ends_with("OCCUR");
            match condition.one_of.as_slice() {
                [no] if no == NO && performed => {
                    let message = "What was not done has a reason; what was done has none.".to_owned();
                    self.add(&name, "present_when_not_done", message, true, check);
                }
                [yes] if yes == YES && performed && field.measure.is_some() => {
                    let asked = if field.only.is_empty() { "" } else { "where it is asked, " };
                    let message =
                        format!("{}: {asked}there is a value exactly when it was done.", field.label);
                    self.add(&name, "present_when_done", message, false, check);
                }
                _ => {}
            }
        }
    }

    fn ordered(&mut self) {
        for (first, second, strictly, hard) in ORDERED {
            if !self.has(first) || !self.has(second) {
                continue;
            }
            let (low, high) = (self.label(first), self.label(second));
            let (first, second) = ((*first).to_owned(), (*second).to_owned());
            let name = first.clone();
            if *strictly {
                let message = format!("{low} is not lower than {high}.");
                self.add(&name, "lower", message, *hard, CheckKind::Less { first, second });
            } else {
                let rule = format!("at_most_{second}");
                let message = format!("{low} is higher than {high}.");
                self.add(&name, &rule, message, *hard, CheckKind::NotAfter { first, second });
            }
        }
    }

    /// No two records say the same.
    fn unique(&mut self) {
        let keys = ["TESTCD", "TERM", "TRT", "STDAT", "DAT"];
        let of_record = |field: &&Field| {
            let name = &field.name;
            name.len() <= 8 && keys.iter().any(|key| name.get(2..) == Some(*key))
        };
        let fields: Vec<String> =
            self.fields.iter().filter(of_record).map(|field| field.name.clone()).collect();
        let Some(first) = fields.first().cloned() else { return };
        let message = "Two records say the same: is one of them a copy?".to_owned();
        self.add(&first, "unique", message, false, CheckKind::Unique { fields });
    }
}
