//! One entry against its form: what may stand there, what must, and what the answers must agree on.

use std::collections::BTreeSet;
use std::ops::Range;

use super::across::copies;
use super::answers::Given;
use super::conditions::{not_theirs, undecided, words as conditions_in_words};
use super::people::People;
use super::read::{Entry, place};
use super::value::{fault_of, implausible, written};
use super::{At, Finding, Report};
use crate::casebook::{
    Answer, Carried, Demand, Item, Laid, REPEAT, Truth, in_common, visit_label, visits_of,
};
use crate::diagnostics::{Code, codes, did_you_mean};
use crate::eligibility::Truth as Truth3;
use crate::model::{CheckKind, FieldCondition, Trial};

pub(super) fn entry(
    trial: &Trial,
    entry: &Entry<'_>,
    demands: &[Demand<'_>],
    people: &People<'_>,
    today: Option<&str>,
    report: &mut Report,
) {
    let is_of_arm = arms(trial, entry, people, report);
    let is_theirs = is_of_arm && !not_theirs(trial, entry, people, report);
    let visit = entry.at.visit.as_deref();
    // That a cycle does not have the form is told once, at the number of the cycle.
    let is_filled_in = |number: &u32| {
        let cycles = visit.and_then(|visit| entry.sheet.cycles.get(visit));
        cycles.is_none_or(|cycles| cycles.contains(*number))
    };
    let time = entry.at.repeat.filter(is_filled_in);
    for fields in &entry.records {
        let given = Given { sheet: entry.sheet, fields, visit, time };
        let at = At { record: fields.number, ..entry.at.clone() };
        let mut judge = Judge {
            trial,
            given,
            at,
            people,
            is_theirs,
            wrong: BTreeSet::new(),
            kept: BTreeSet::new(),
            report,
        };
        judge.names();
        judge.values();
        judge.asked();
        judge.plausible();
        demands.iter().for_each(|demand| judge.demand(demand, today));
    }
    for demand in demands {
        if let CheckKind::Unique { fields } = &demand.check.check {
            for (number, first, span) in copies(entry, fields) {
                let at = At { record: Some(number), field: fields.first().cloned(), ..entry.at.clone() };
                let message = format!(
                    "{}{} It says the same as record {first}",
                    place(trial, &at),
                    demand.check.message
                );
                report.findings.push(Finding {
                    code: code_of(demand),
                    at,
                    check: Some(demand.check.id.clone()),
                    value: Some(format!("record {first}")),
                    message,
                    help: "remove the copy, or confirm that it happened twice".to_owned(),
                    span,
                });
            }
        }
    }
}

/// Finds a form or visit of other arms than the participant's. Says whether it is none.
fn arms(trial: &Trial, entry: &Entry<'_>, people: &People<'_>, report: &mut Report) -> bool {
    let Some(arm) = people.arm(&entry.at) else { return true };
    let visit = entry.at.visit.as_ref().and_then(|name| trial.schedule.as_ref()?.visits.get(name));
    let of = [Some(&entry.sheet.form.arms), visit.map(|visit| &visit.arms)];
    let Some(arms) =
        of.into_iter().flatten().find(|arms| !arms.is_empty() && !arms.iter().any(|one| one == arm))
    else {
        return true;
    };
    let message = format!(
        "{}this is filled in only in {}, and the participant is in {arm}",
        place(trial, &entry.at),
        arms.join(", ")
    );
    report.findings.push(Finding {
        code: &codes::WRONG_VISIT,
        at: entry.at.clone(),
        check: None,
        value: Some(arm.to_owned()),
        message,
        help: "remove the entry, or correct the arm".to_owned(),
        span: entry.span.start..entry.span.start + 1,
    });
    false
}

fn code_of(demand: &Demand<'_>) -> &'static Code {
    if demand.check.hard { &codes::FAILED_CHECK } else { &codes::CHECK_QUERY }
}

struct Judge<'a, 'r> {
    trial: &'a Trial,
    given: Given<'a>,
    at: At,
    people: &'a People<'a>,
    /// The form is this participant's, as far as is known: where it is not, that is told once.
    is_theirs: bool,
    /// Fields of which something is wrong already: nothing more is said of what depends on them.
    wrong: BTreeSet<&'a str>,
    /// Questions that conditions of the protocol keep from this participant, and that have no answer: no check misses one.
    kept: BTreeSet<&'a str>,
    report: &'r mut Report,
}

impl<'a> Judge<'a, '_> {
    fn find(
        &mut self,
        code: &'static Code,
        field: &str,
        span: Range<usize>,
        message: String,
        help: String,
    ) -> &mut Finding {
        let at = At { field: Some(field.to_owned()), ..self.at.clone() };
        let value = self.given.node(field).map(written);
        let message = format!("{}{message}", place(self.trial, &at));
        self.report.findings.push(Finding { code, at, check: None, value, message, help, span });
        let last = self.report.findings.len() - 1;
        &mut self.report.findings[last]
    }

    fn opening(&self) -> Range<usize> {
        let start = self.given.fields.span.start;
        start..start + 1
    }

    /// The fields of the form, without the units beside them.
    fn items(&self) -> impl Iterator<Item = &'a Item<'a>> + use<'a> {
        self.given.sheet.items.iter().filter(|item| !matches!(item.answer, Answer::Unit { .. }))
    }

    fn names(&mut self) {
        let known: Vec<&str> = self.given.sheet.form.fields.iter().map(|field| field.name.as_str()).collect();
        for (name, span, _) in &self.given.fields.fields {
            if self.given.sheet.never.iter().any(|field| field.name == *name) {
                let help = "remove the answer, or let the schedule collect it".to_owned();
                self.find(
                    &codes::WRONG_VISIT,
                    name,
                    span.clone(),
                    "the schedule collects it at no visit".to_owned(),
                    help,
                );
            } else if !known.contains(&name.as_str()) {
                let help = did_you_mean(name, known.iter().copied()).map_or_else(
                    || "remove it, or declare the field on the form".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                self.find(
                    &codes::NOT_ON_THE_FORM,
                    name,
                    span.clone(),
                    "the form has no such field".to_owned(),
                    help,
                );
            }
        }
    }

    fn values(&mut self) {
        for item in self.items() {
            let Some(node) = self.given.node(&item.name) else { continue };
            let Some(fault) = fault_of(item, node) else { continue };
            let (span, text) = (node.span.clone(), written(node));
            self.wrong.insert(&item.name);
            let message = format!("`{text}`: {} ({})", fault.what, item.label);
            self.find(fault.code, &item.name, span, message, fault.help);
        }
    }

    /// What is asked is answered where it must be; what is not asked has no answer.
    fn asked(&mut self) {
        for item in self.items() {
            if item.field.when.iter().any(|condition| self.wrong.contains(condition.field.as_str())) {
                // What it depends on is to be corrected first.
                self.wrong.insert(&item.name);
                continue;
            }
            let (times, conditions): (Vec<Truth>, Vec<Truth>) =
                item.asked.iter().cloned().partition(Truth::is_of_time);
            let is_of_visits = !times.is_empty();
            // Which visit it is of is told already where it is not known.
            let at_time = match self.given.visit {
                None => Some(true),
                Some(_) => Truth::All(times).holds(&self.given),
            };
            let met = Truth::All(conditions).holds(&self.given) == Some(true);
            let at_visit = at_time != Some(false);
            if at_time.is_none() && met {
                self.of_some_time(item);
            }
            let is_there = self.given.node(&item.name).is_some();
            let is_theirs = !(at_visit && met) || self.condition(item, is_there);
            match (self.given.node(&item.name).map(|node| node.span.clone()), at_visit && met) {
                (Some(span), false) => {
                    self.wrong.insert(&item.name);
                    if at_visit {
                        let because = words(&item.field.when);
                        let help = "remove the answer, or correct the one on which it depends".to_owned();
                        self.find(
                            &codes::NOT_ASKED,
                            &item.name,
                            span,
                            format!("this is asked only when {because} ({})", item.label),
                            help,
                        );
                    } else {
                        let (what, help) = self.elsewhere(item);
                        self.find(&codes::WRONG_VISIT, &item.name, span, what, help);
                    }
                }
                (Some(span), true) if !is_theirs => {
                    self.wrong.insert(&item.name);
                    let because = conditions_in_words(self.people, &numbers(&self.laid_on(&item.field.name)));
                    let message = format!(
                        "this is asked only if {because}, and that is not so for this participant ({})",
                        item.label
                    );
                    let help = "remove the answer, or correct those on which the condition rests".to_owned();
                    self.find(&codes::NOT_FOR_THIS_PARTICIPANT, &item.name, span, message, help);
                }
                (None, true) if !is_theirs => {
                    self.kept.insert(&item.name);
                }
                // Nobody can tell whether it is missed.
                (None, true) if at_time.is_none() => {
                    self.kept.insert(&item.name);
                }
                (None, true) if item.field.required && (self.given.visit.is_some() || !is_of_visits) => {
                    self.wrong.insert(&item.name);
                    let help = format!("add `\"{}\": …`{}", item.name, self.or_say_why(item));
                    let span = self.opening();
                    self.find(
                        &codes::ANSWER_MISSING,
                        &item.name,
                        span,
                        format!("there is no answer to “{}”", item.label),
                        help,
                    );
                }
                _ => {}
            }
        }
    }

    /// What is said of an answer to a question that is asked at other visits, or in other cycles of this one.
    fn elsewhere(&self, item: &Item<'_>) -> (String, String) {
        let cycles = self.given.visit.and_then(|visit| item.field.cycles.get(visit));
        let at = visits_of(self.given.sheet.form, item.field);
        let is_at_visit = self.given.visit.is_some_and(|visit| at.iter().any(|one| one == visit));
        if let (true, Some(cycles), Some(number)) = (is_at_visit, cycles, self.given.time) {
            let what = format!("this is not asked in cycle {number} ({})", item.label);
            return (what, format!("it is asked in {cycles}"));
        }
        let at: Vec<&str> = at.iter().map(|visit| visit_label(self.trial, visit)).collect();
        let what = format!("this is not asked at this visit ({})", item.label);
        (what, format!("it is asked at {}", at.join(", ")))
    }

    /// A question of some cycles, where nobody has said which cycle this is. Of a form that the cycle does not have, that is told.
    fn of_some_time(&mut self, item: &Item<'_>) {
        let Some(visit) = self.given.visit.filter(|_| self.at.repeat.is_none()) else { return };
        let (form, label) = (self.given.sheet.name, visit_label(self.trial, visit));
        let say = format!(
            "whether {} of {form} is asked at {label}: which time it is ({REPEAT}) is not recorded",
            item.name
        );
        self.report.undecided.insert(say);
    }

    /// The conditions of the protocol under which a field is asked here.
    fn laid_on(&self, field: &str) -> Vec<Laid> {
        let Given { sheet, visit, time, .. } = &self.given;
        self.people.conditions.of_field(sheet.name, field, *visit, *time).collect()
    }

    /// Whether a question is this participant's. Where nobody can tell, it is not missed, and an answer to it stands.
    fn condition(&mut self, item: &Item<'_>, is_there: bool) -> bool {
        let conditions = self.laid_on(&item.field.name);
        // A form that is not theirs is told as a whole; which visit it is of is told where it is not known.
        let is_open = !item.field.only.is_empty()
            && self.given.visit.is_none()
            && !self.given.sheet.form.visits.is_empty();
        if !self.is_theirs || is_open {
            return is_there;
        }
        let decided = self.people.all(&self.at, conditions.iter().copied());
        match decided.truth {
            Truth3::True => true,
            Truth3::False => false,
            Truth3::Unknown => {
                let at = self.given.visit.map(|visit| format!(" at {}", visit_label(self.trial, visit)));
                let what =
                    format!("{} of {} is asked{}", item.name, self.given.sheet.name, at.unwrap_or_default());
                let words = conditions_in_words(self.people, &numbers(&conditions));
                self.report.undecided.insert(undecided(&what, &words, &decided.missing));
                is_there
            }
        }
    }

    /// How to say that something was not done, where the form asks that.
    fn or_say_why(&self, item: &Item<'_>) -> String {
        let done = item.field.when.iter().find(|condition| {
            (condition.field.ends_with("PERF") || condition.field.ends_with("OCCUR"))
                && condition.one_of == ["Y"]
        });
        done.map_or(String::new(), |done| format!(", or answer `{}` with `N`", done.field))
    }

    fn plausible(&mut self) {
        for item in self.items() {
            if self.wrong.contains(item.name.as_str()) {
                continue;
            }
            let Some(node) = self.given.node(&item.name) else { continue };
            let Some(limits) = implausible(item, node) else { continue };
            let (span, text) = (node.span.clone(), written(node));
            let check = format!("{}.{}.plausible", self.given.sheet.name, item.name);
            let message = format!("`{text}`: hardly anybody is outside {limits} ({})", item.label);
            let help = "check it against the source: correct it, or confirm it with a reason".to_owned();
            self.find(&codes::IMPLAUSIBLE, &item.name, span, message, help).check = Some(check);
        }
    }

    fn demand(&mut self, demand: &Demand<'_>, today: Option<&str>) {
        let holds = match (&demand.carried, &demand.check.check) {
            (Carried::By(truth) | Carried::WhereAsked(truth), _) => self.truth(truth, today),
            (Carried::ByAsking, _) => Some(true),
            (Carried::Beyond, CheckKind::InWindow { field }) => self.in_window(field),
            (Carried::Beyond, CheckKind::NotBeforeEvent { field, event }) => self.not_before(field, event),
            // Told once for the entry.
            (Carried::Beyond, CheckKind::Unique { .. }) => Some(true),
            (Carried::Beyond, _) => {
                self.report.undecided.insert(format!("{} needs more than the record", demand.check.id));
                Some(true)
            }
        };
        if holds != Some(false) {
            return;
        }
        let fields = spoken_of(&self.given, demand);
        let values: Vec<String> = fields
            .iter()
            .filter_map(|field| Some(format!("{field} {}", written(self.given.node(field)?))))
            .collect();
        let on = self.given.field_of(&demand.on).to_owned();
        let place = std::iter::once(&on).chain(&fields).find_map(|field| self.given.node(field));
        let span = place.map_or_else(|| self.opening(), |node| node.span.clone());
        let shown = if values.is_empty() { String::new() } else { format!(" ({})", values.join(", ")) };
        let help = match demand.check.hard {
            true => "correct the answers from the source",
            false => "check it against the source: correct it, or confirm it with a reason",
        };
        let message = format!("{}{shown}", demand.check.message.trim_end_matches('.'));
        let finding = self.find(code_of(demand), &on, span, message, help.to_owned());
        finding.check = Some(demand.check.id.clone());
        finding.value = Some(values.join(", "));
    }

    /// `None` where today would have to be known, or where an answer is wrong by itself.
    fn truth(&mut self, truth: &Truth, today: Option<&str>) -> Option<bool> {
        let is_aside = |field: &str| self.wrong.contains(field) || self.kept.contains(field);
        if truth.items().iter().any(|item| is_aside(self.given.field_of(item))) {
            return None;
        }
        if let Some(today) = today {
            return truth.clone().on(today, &self.given).holds(&self.given);
        }
        let holds = truth.holds(&self.given);
        if holds.is_none() && truth.asks_today() {
            let say = "whether dates lie in the future: the day of the check is not given (`--as-of`)";
            self.report.undecided.insert(say.to_owned());
        }
        holds
    }

    /// A whole date, rightly given.
    fn day(&self, field: &str) -> Option<String> {
        use crate::casebook::Answers as _;
        if self.wrong.contains(field) { None } else { self.given.text(field) }
    }

    fn in_window(&mut self, field: &str) -> Option<bool> {
        let day = self.day(field)?.parse().ok()?;
        let visit = self.at.visit.clone()?;
        match self.people.window(&self.at, &visit) {
            Ok(Some((earliest, latest))) => Some(earliest <= day && day <= latest),
            Ok(None) => None,
            Err(missing) => {
                let label = visit_label(self.trial, &visit);
                self.report
                    .undecided
                    .insert(format!("whether {label} lies in its window: {missing} is not recorded"));
                None
            }
        }
    }

    fn not_before(&mut self, field: &str, event: &str) -> Option<bool> {
        let day = self.day(field)?;
        match self.people.event(&self.at, event) {
            Some(on) => Some(in_common(&day, &on.to_string()).is_ge()),
            None => {
                self.report
                    .undecided
                    .insert(format!("whether dates lie after {event}, which is not recorded"));
                None
            }
        }
    }
}

fn numbers(laid: &[Laid]) -> Vec<usize> {
    laid.iter().map(|laid| laid.condition).collect()
}

/// The fields that a check speaks of, in its order.
fn spoken_of(given: &Given<'_>, demand: &Demand<'_>) -> Vec<String> {
    let items: Vec<&str> = match (&demand.carried, &demand.check.check) {
        (Carried::By(_), CheckKind::Agrees { field, .. }) => vec![field],
        (Carried::By(truth) | Carried::WhereAsked(truth), _) => truth.items(),
        _ => vec![&demand.on],
    };
    let mut fields: Vec<String> = Vec::new();
    for item in items {
        let field = given.field_of(item);
        if !fields.iter().any(|known| known == field) {
            fields.push(field.to_owned());
        }
    }
    fields
}

/// `VSPERF is Y and POSITION is sitting or supine`.
fn words(when: &[FieldCondition]) -> String {
    let one =
        |condition: &FieldCondition| format!("{} is {}", condition.field, condition.one_of.join(" or "));
    when.iter().map(one).collect::<Vec<_>>().join(" and ")
}
