//! From a record to verdicts: each criterion in every combination of tied values, the worst one standing.

use std::cell::RefCell;
use std::collections::BTreeMap;

use indexmap::IndexMap;
use jiff::civil::Date;

use super::document::EligibilityDocument;
use super::evaluate::{Evaluator, Scope};
use super::evidence::{Choices, Missing, MissingKind, Outcome, Tie, Trace};
use super::person::Person;
use super::record::Record;
use super::verdict::{
    ArmVerdict, Ask, Awaited, Because, CriterionVerdict, DecisionVerdict, Eligibility, FORMAT, Provisional,
    Status, Verdict,
};
use super::vocabulary::Vocabulary;
use crate::diagnostics::did_you_mean;
use crate::model::{Criterion, Decision};
use crate::time::{add_days, day_after};

/// Beyond so many combinations of tied values a criterion is unknown.
const MOST_COMBINATIONS: usize = 1000;
/// How many days ahead a provisional verdict is looked at.
const DAYS_AHEAD: i64 = 366;

/// The rules of a trial, ready to screen many records.
#[derive(Debug)]
pub struct Screener<'a> {
    pub(super) document: &'a EligibilityDocument,
    pub(super) words: Vocabulary<'a>,
}

/// The verdicts for one record. `as_of` is taken for events still to come: the decision's own event, and those that
/// follow it; without it their dates are unknown.
pub fn screen(document: &EligibilityDocument, record: &Record, as_of: Option<Date>) -> Verdict {
    Screener::of(document).screen(record, as_of)
}

impl<'a> Screener<'a> {
    pub fn of(document: &'a EligibilityDocument) -> Self {
        Self { document, words: Vocabulary::of(document) }
    }

    /// As [`screen`].
    pub fn screen(&self, record: &Record, as_of: Option<Date>) -> Verdict {
        let person = Person::of(record, &self.words, as_of);
        let decisions = self.document.decisions.values();
        let decisions = decisions.map(|decision| self.decide(decision, record, &person, as_of)).collect();
        let mut notes = person.notes.clone();
        notes.extend(self.unused_answers(record));
        Verdict {
            format: FORMAT,
            trial: self.document.trial.name.clone(),
            protocol_version: self.document.trial.version.as_ref().map(|version| version.label.clone()),
            person: record.person.id.clone(),
            as_of,
            decisions,
            notes,
        }
    }

    fn unused_answers(&self, record: &Record) -> Vec<String> {
        if record.answers.is_empty() {
            return Vec::new();
        }
        let mut known: Vec<&str> = Vec::new();
        let mut computed: Vec<&str> = Vec::new();
        for decision in self.document.decisions.values() {
            for (code, criterion) in &decision.criteria {
                let mut mentions = super::mentions::Mentions::default();
                mentions.clause(&criterion.rule);
                known.extend(mentions.answers);
                computed.push(code);
            }
        }
        let unused = record.answers.keys().filter(|key| !known.contains(&key.as_str()));
        let note = |key: &String| {
            let of_key = |one: &&str| one.split_once('.').is_some_and(|(whole, _)| whole == key);
            let parts: Vec<&str> = known.iter().copied().filter(of_key).collect();
            if !parts.is_empty() {
                return format!("`{key}` asks several questions: answer {}", parts.join(", "));
            }
            if computed.contains(&key.as_str()) {
                return format!("the answer to `{key}` is not used: `{key}` is decided from the record");
            }
            let near =
                did_you_mean(key, known.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
            format!("no criterion asks for `{key}`{}", near.unwrap_or_default())
        };
        unused.map(note).collect()
    }

    fn decide(
        &self,
        decision: &Decision,
        record: &Record,
        person: &Person<'_>,
        as_of: Option<Date>,
    ) -> DecisionVerdict {
        let mut verdict = self.decide_once(decision, record, person, as_of);
        if let (Some(today), Some(_), Eligibility::Eligible) = (as_of, &verdict.provisional, verdict.verdict)
        {
            let until = self.holds_until(decision, record, today);
            if let Some(provisional) = &mut verdict.provisional {
                provisional.holds_until = until;
            }
        }
        verdict
    }

    /// The last day in a row, from `today` on, on which the verdict is the same with the same record.
    fn holds_until(&self, decision: &Decision, record: &Record, today: Date) -> Option<Date> {
        let mut last = today;
        for days in 1..=DAYS_AHEAD {
            let day = add_days(today, days)?;
            let person = Person::of(record, &self.words, Some(day));
            if self.decide_once(decision, record, &person, Some(day)).verdict != Eligibility::Eligible {
                return Some(last);
            }
            last = day;
        }
        debug_assert!(day_after(today) <= last);
        None
    }

    fn decide_once(
        &self,
        decision: &Decision,
        record: &Record,
        person: &Person<'_>,
        as_of: Option<Date>,
    ) -> DecisionVerdict {
        let arms = self.arms_in_question(decision, record);
        let mut awaited = BTreeMap::new();
        let mut criteria = Vec::with_capacity(decision.criteria.len());
        let mut by_arm: IndexMap<String, Vec<(String, Status)>> =
            arms.iter().map(|arm| ((*arm).to_owned(), Vec::new())).collect();
        for (code, criterion) in &decision.criteria {
            let mut judge = |arm: Option<&str>| {
                let (mut line, waiting) = self.judge(code, criterion, decision, person, arm, as_of);
                awaited.extend(waiting);
                line.arm = arm.filter(|_| !criterion.arms.is_empty()).map(str::to_owned);
                line
            };
            if criterion.arms.is_empty() {
                let line = judge(record.person.arm.as_deref());
                for lines in by_arm.values_mut() {
                    lines.push((code.clone(), line.status));
                }
                criteria.push(line);
                continue;
            }
            let concerned: Vec<&str> =
                arms.iter().copied().filter(|arm| criterion.arms.iter().any(|one| one == arm)).collect();
            for arm in &concerned {
                let line = judge(Some(*arm));
                if let Some(lines) = by_arm.get_mut(*arm) {
                    lines.push((code.clone(), line.status));
                }
                criteria.push(line);
            }
            if concerned.is_empty() {
                criteria.push(line_of(code, criterion, Status::NotApplicable));
            }
        }
        summarised(decision, criteria, by_arm, awaited)
    }

    /// The arms of which a verdict is asked: the person's own, or all that are open at the decision; none where no
    /// criterion is limited to arms.
    pub(crate) fn arms_in_question<'s>(&'s self, decision: &Decision, record: &'s Record) -> Vec<&'s str> {
        if decision.criteria.values().all(|criterion| criterion.arms.is_empty()) {
            return Vec::new();
        }
        if let Some(arm) = &record.person.arm {
            return vec![arm];
        }
        let allocated =
            self.document.allocations.values().filter(|allocation| allocation.at == decision.event);
        let open: Vec<&str> = allocated.flat_map(|allocation| &allocation.arms).map(String::as_str).collect();
        if open.is_empty() { self.document.arms.keys().map(String::as_str).collect() } else { open }
    }

    /// One criterion for one person and arm.
    pub(super) fn judge(
        &self,
        code: &str,
        criterion: &Criterion,
        decision: &Decision,
        person: &Person<'_>,
        arm: Option<&str>,
        as_of: Option<Date>,
    ) -> (CriterionVerdict, BTreeMap<String, Date>) {
        let evaluator = Evaluator {
            document: self.document,
            words: &self.words,
            person,
            decision: &decision.event,
            arm,
            as_of,
            choices: RefCell::new(Choices::default()),
            awaited: RefCell::new(BTreeMap::new()),
            looking_for: RefCell::new(Vec::new()),
        };
        let mut worst: Option<(Status, Trace<'_>)> = None;
        let mut ties: Vec<Tie> = Vec::new();
        let mut decides = false;
        let mut is_complete = false;
        for _ in 0..MOST_COMBINATIONS {
            let trace = evaluator.clause(&criterion.rule, &Scope::of(person));
            let status = Status::of(criterion.kind, trace.truth);
            for tie in evaluator.choices.borrow().ties() {
                if !ties.contains(&tie) {
                    ties.push(tie);
                }
            }
            decides |= worst.as_ref().is_some_and(|(other, _)| *other != status);
            if worst.as_ref().is_none_or(|(other, _)| status < *other) {
                worst = Some((status, trace));
            }
            if !evaluator.choices.borrow_mut().advance() {
                is_complete = true;
                break;
            }
        }
        let mut line = line_of(code, criterion, Status::Unknown);
        if let Some((status, trace)) = worst {
            line.because = because(trace);
            line.status = status;
        }
        if !is_complete && line.status != Status::NotMet {
            let why = format!("more than {MOST_COMBINATIONS} combinations of values of the same days");
            let missing = Missing::new(MissingKind::Value, code, why, "keep one value of each day");
            line.status = Status::Unknown;
            line.because = vec![Because {
                clause: criterion.rule.text.clone(),
                truth: super::truth::Truth::Unknown,
                compared: None,
                evidence: Vec::new(),
                missing: vec![missing],
            }];
        }
        for tie in &mut ties {
            tie.decides = decides;
        }
        line.ties = ties;
        let awaited =
            evaluator.awaited.borrow().iter().map(|(event, day)| ((*event).to_owned(), *day)).collect();
        (line, awaited)
    }
}

fn line_of(code: &str, criterion: &Criterion, status: Status) -> CriterionVerdict {
    CriterionVerdict {
        code: code.to_owned(),
        kind: criterion.kind,
        prose: criterion.prose.clone(),
        computability: criterion.computability,
        arm: None,
        status,
        because: Vec::new(),
        ties: Vec::new(),
    }
}

fn because(trace: Trace<'_>) -> Vec<Because> {
    let mut because: Vec<Because> = Vec::new();
    for leaf in trace.into_leaves() {
        let Outcome { evidence, compared, missing, .. } = leaf.outcome;
        let one = Because { clause: leaf.clause.to_owned(), truth: leaf.truth, compared, evidence, missing };
        if !because.contains(&one) {
            because.push(one);
        }
    }
    because
}

fn verdict_of<'s>(lines: impl Iterator<Item = (&'s str, Status)> + Clone) -> ArmVerdict {
    let of = |wanted: Status| -> Vec<String> {
        let mut codes: Vec<String> = Vec::new();
        for (code, _) in lines.clone().filter(|(_, status)| *status == wanted) {
            if !codes.iter().any(|one| one == code) {
                codes.push(code.to_owned());
            }
        }
        codes
    };
    let (reasons, open) = (of(Status::NotMet), of(Status::Unknown));
    let verdict = match (reasons.is_empty(), open.is_empty()) {
        (false, _) => Eligibility::Ineligible,
        (true, false) => Eligibility::Undetermined,
        (true, true) => Eligibility::Eligible,
    };
    ArmVerdict { verdict, reasons, open }
}

fn summarised(
    decision: &Decision,
    criteria: Vec<CriterionVerdict>,
    by_arm: IndexMap<String, Vec<(String, Status)>>,
    awaited: BTreeMap<String, Date>,
) -> DecisionVerdict {
    let overall = verdict_of(criteria.iter().map(|line| (line.code.as_str(), line.status)));
    let arms: IndexMap<String, ArmVerdict> = by_arm
        .into_iter()
        .map(|(arm, lines)| {
            let verdict = verdict_of(lines.iter().map(|(code, status)| (code.as_str(), *status)));
            (arm, verdict)
        })
        .collect();
    let verdict = arms.values().map(|arm| arm.verdict).max().unwrap_or(overall.verdict);
    let awaiting: Vec<Awaited> =
        awaited.into_iter().map(|(event, taken_as)| Awaited { event, taken_as }).collect();
    DecisionVerdict {
        decision: decision.event.clone(),
        label: decision.label.clone(),
        verdict,
        provisional: (!awaiting.is_empty()).then_some(Provisional { awaiting, holds_until: None }),
        arms,
        reasons: overall.reasons,
        open: overall.open,
        to_ask: to_ask(&criteria),
        criteria,
    }
}

/// Every question once, with the criteria that wait for it.
fn to_ask(criteria: &[CriterionVerdict]) -> Vec<Ask> {
    let mut asks: Vec<Ask> = Vec::new();
    for criterion in criteria.iter().filter(|criterion| criterion.status == Status::Unknown) {
        for missing in criterion.because.iter().flat_map(|because| &because.missing) {
            let known = asks.iter_mut().find(|ask| ask.ask == missing.ask && ask.item == missing.item);
            match known {
                Some(ask) if ask.criteria.contains(&criterion.code) => {}
                Some(ask) => ask.criteria.push(criterion.code.clone()),
                None => asks.push(Ask {
                    kind: missing.kind,
                    item: missing.item.clone(),
                    ask: missing.ask.clone(),
                    from: missing.from,
                    by: missing.by,
                    criteria: vec![criterion.code.clone()],
                }),
            }
        }
    }
    asks
}
