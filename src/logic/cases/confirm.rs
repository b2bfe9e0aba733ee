//! Facts of a boundary participant, and whether the checker gives the verdict that is wanted; if not, why.

use super::Wanted;
use crate::eligibility::{DecisionVerdict, Eligibility, Parts, Screener, Truth, record_of};
use crate::logic::compare::Engine;
use crate::logic::person::{DECIDED, Draft, in_words, limit_in_words, number_in, number_of, shown, steps_of};
use crate::logic::space::{About, Kind};
use crate::logic::typical::Choice;
use crate::logic::written;
use crate::model::{
    Clause, Comparator, Decision, Example, Fact, FactValue, Origin, Rule, Term, Trial, Value,
};
use crate::number::Exact;

/// What the facts of a participant are held to.
pub(super) struct Judge<'e, 't> {
    pub trial: &'t Trial,
    pub screener: &'e Screener<'e>,
    pub decision: &'t Decision,
}

/// How near a value comes.
enum Hit {
    /// The very number, beside its limit.
    Exact,
    /// The very number, which a solver chose elsewhere.
    ExactAndFar,
    /// Within a usual step of the limit.
    Near,
    Far,
}

/// A participant whom the checker confirms.
pub(super) struct Confirmed {
    pub facts: Vec<Fact>,
    /// The value that decides, in words.
    pub words: String,
    /// It lies at its limit.
    pub is_just: bool,
}

impl<'t> Judge<'_, 't> {
    /// Facts for which the checker gives the verdict; or why there are none.
    pub fn confirmed(
        &self,
        engine: &Engine<'t>,
        chosen: &[Choice],
        wanted: &Wanted<'_>,
    ) -> Result<Confirmed, String> {
        let about = &engine.space.variables[wanted.variable];
        if matches!(about.kind, Kind::Ordered(_))
            && matches!(chosen[wanted.variable], Choice::Cell(_) | Choice::Upper(_))
            && number_in(engine, wanted.variable, chosen[wanted.variable]).is_none()
        {
            return Err(format!("{} can have no such value", about.words));
        }
        let mut said = None;
        let mut near = None;
        for decided in DECIDED {
            let draft = Draft::of(engine, self.trial, 0, self.decision, self.screener, (chosen, decided));
            let mut facts = draft.about(wanted.variable).facts();
            if let Some(arm) = wanted.arm {
                facts.insert(0, Fact::Attribute { name: "arm".to_owned(), value: arm.to_owned() });
            }
            if let Some(fact) = facts.iter().find(|fact| written::fact(fact).is_none()) {
                said.get_or_insert(format!(
                    "{} has no finite decimals, and an example cannot write it",
                    named(fact)
                ));
                continue;
            }
            let example =
                Example { label: String::new(), facts, expect: Vec::new(), origin: Origin::default() };
            let record = record_of(self.trial, &example)?;
            let verdict = self.screener.screen(&record, None);
            let Some(found) = verdict.decision(wanted.event) else {
                return Err("there is no such decision".to_owned());
            };
            if !is_wanted(found, wanted) {
                said.get_or_insert_with(|| why_not(found, wanted));
                continue;
            }
            let choice = chosen[wanted.variable];
            let hit = self.hit(engine, choice, wanted, &example);
            let is_just = matches!(hit, Hit::Exact | Hit::Near);
            let words = match hit {
                Hit::Exact | Hit::ExactAndFar => in_words(engine, wanted.variable, choice),
                // A number that no values of the parts make is told by its limit.
                Hit::Near | Hit::Far => limit_in_words(engine, wanted.variable, choice),
            };
            let confirmed = Confirmed { facts: example.facts, words, is_just };
            if is_just {
                return Ok(confirmed);
            }
            near.get_or_insert(confirmed);
        }
        near.ok_or_else(|| said.unwrap_or_default())
    }

    /// How near the value comes to the number that was chosen and to its limit, as the checker finds it.
    fn hit(&self, engine: &Engine<'t>, choice: Choice, wanted: &Wanted<'_>, example: &Example) -> Hit {
        let about = &engine.space.variables[wanted.variable];
        let (Kind::Ordered(family), Some(number), Some(at)) = (
            &about.kind,
            number_in(engine, wanted.variable, choice),
            number_of(engine, wanted.variable, choice),
        ) else {
            return Hit::Exact;
        };
        let term = |value: Value| Term { text: String::new(), value, origin: Origin::default() };
        let left = match &about.about {
            About::Measured { measure, select, window } => {
                let window = (*window).clone();
                term(Value::Measured { measure: (*measure).to_owned(), select: *select, window })
            }
            About::Term { term } => (*term).clone(),
            // Days and shares are placed so that they come out.
            _ => return Hit::Exact,
        };
        let unit = engine.space.families[*family].unit.clone();
        let Ok(record) = record_of(self.trial, example) else { return Hit::Far };
        let parts = Parts { screener: self.screener, decision: self.decision, arm: wanted.arm, as_of: None };
        let holds = |operator: Comparator, number: &Exact| {
            let constant =
                Value::Constant { number: number.clone(), unit: unit.clone(), number_text: String::new() };
            let rule =
                Rule::Compare { left: left.clone(), operator, right: term(constant), unit: unit.clone() };
            let clause = Clause { text: String::new(), rule, origin: Origin::default() };
            parts.truth(&clause, &record) == Truth::True
        };
        let Some(step) = steps_of(engine, wanted.variable, *family).into_iter().next() else {
            return Hit::Far;
        };
        let is_near = holds(Comparator::AtLeast, &(&at - &step)) && holds(Comparator::AtMost, &(&at + &step));
        match holds(Comparator::Equal, &number) {
            true if is_near => Hit::Exact,
            true => Hit::ExactAndFar,
            false if is_near => Hit::Near,
            false => Hit::Far,
        }
    }
}

fn is_wanted(found: &DecisionVerdict, wanted: &Wanted<'_>) -> bool {
    match wanted.passes {
        true => found.verdict == Eligibility::Eligible,
        false => found.verdict == Eligibility::Ineligible && found.reasons == [wanted.code],
    }
}

/// Why a participant who could be written is not the one that is wanted, by the first criterion that is otherwise.
fn why_not(found: &DecisionVerdict, wanted: &Wanted<'_>) -> String {
    let because = |code: &str| {
        let lines = found.criteria.iter().filter(|line| line.code == code);
        lines.flat_map(|line| &line.because).collect::<Vec<_>>()
    };
    let also = found.reasons.iter().find(|code| wanted.passes || **code != wanted.code);
    if let Some(code) = also {
        let clause =
            because(code).first().map(|one| format!(" (`{}`)", flat(&one.clause))).unwrap_or_default();
        return format!("who could be written so fails {code} as well{clause}");
    }
    if let Some(code) = found.open.first() {
        let missing = because(code).into_iter().find_map(|one| one.missing.first());
        let why = missing.map(|missing| format!(": {}", missing.why)).unwrap_or_default();
        return format!("of who could be written so, the checker cannot decide {code}{why}");
    }
    let clause =
        because(wanted.code).first().map(|one| format!(" (`{}`)", flat(&one.clause))).unwrap_or_default();
    format!("who could be written so does not fail {}{clause}", wanted.code)
}

fn flat(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn named(fact: &Fact) -> String {
    match fact {
        Fact::Measured { measure, value: FactValue::Quantity { number, .. }, .. } => {
            format!("a value of `{measure}` near {}", shown(number))
        }
        Fact::Measured { measure, .. } => format!("a value of `{measure}`"),
        Fact::Happened { name, .. } | Fact::Lasted { name, .. } => format!("a value of `{name}`"),
        _ => "a value".to_owned(),
    }
}
