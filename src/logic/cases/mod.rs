//! Participants at the boundaries of each criterion, just in and just out, all else satisfied.

mod confirm;
mod test;

use self::confirm::{Confirmed, Judge};
use self::test::Test;
use super::circuit::Wire;
use super::compare::{Engine, Read, Side};
use super::question::{Asked, Fault, Solver};
use super::solved::Solved;
use super::space::{About, Kind};
use super::typical::{Choice, settle, wires_of};
use crate::eligibility::{EligibilityDocument, Screener};
use crate::model::{Anchor, Example, Expectation, Origin, Trial};
use crate::number::Exact;

/// Boundary participants of a trial, in the order of its criteria.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cases {
    /// Each has the verdict that the checker gives.
    pub examples: Vec<Example>,
    /// Parts of criteria that no participant here shows, and why.
    pub missing: Vec<NoCase>,
}

/// A side of a boundary without a participant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoCase {
    pub code: String,
    /// The author's words for the value.
    pub of: String,
    /// It should have passed the criterion; or have failed it.
    pub passes: bool,
    pub why: String,
}

/// For every test in every criterion two participants between whom that test decides: one who is eligible and one who fails this
/// criterion alone; where a number decides, at its limit. The same on every run, and each confirmed by the checker.
pub fn cases(trial: &Trial) -> Cases {
    of_engine(&mut Engine::of_one(trial), trial)
}

/// The same, with a solver that is asked where quantities are computed from others: whom it finds, the checker confirms. And how often
/// it was asked.
///
/// # Errors
/// When the solver cannot be run, or fails.
pub fn cases_with<'t>(trial: &'t Trial, solver: Box<dyn Solver + 't>) -> Result<(Cases, Asked), Fault> {
    let mut engine = Engine::of_one_with_solver(trial, solver);
    let found = of_engine(&mut engine, trial);
    Ok((found, engine.asked().unwrap_or(Ok(Asked::default()))?))
}

fn of_engine<'t>(engine: &mut Engine<'t>, trial: &'t Trial) -> Cases {
    let mut found = Cases::default();
    for event in trial.decisions.keys() {
        of_decision(engine, trial, event, &mut found);
    }
    found
}

fn of_decision<'t>(engine: &mut Engine<'t>, trial: &'t Trial, event: &str, found: &mut Cases) {
    let Some((_, decided)) = engine.decided(engine.side(Side::Old), event) else { return };
    let Some(decision) = trial.decisions.get(event) else { return };
    let decided = decided.clone();
    let document = EligibilityDocument::of(trial);
    let screener = Screener::of(&document);
    let judge = Judge { trial, screener: &screener, decision };
    for read in &decided.criteria {
        for (arm, formula) in &read.formulas {
            // What holds in several arms is shown in each of them, what holds in all in the first.
            let in_arm =
                arm.filter(|_| read.formulas.len() > 1).map_or(String::new(), |arm| format!(" in arm {arm}"));
            let arm = arm.or(decided.arms.first().copied());
            let others = decided.criteria.iter().filter(|other| other.code != read.code);
            let others: Vec<(&Read<'_>, Wire)> =
                others.map(|other| (other, engine.passes(true, 0, event, other.code, arm).yes)).collect();
            let own = engine.passes(true, 0, event, read.code, arm);
            for test in Test::all(formula) {
                let decides = test.decides(engine, formula);
                for passes in [true, false] {
                    let wanted = Wanted {
                        event,
                        code: read.code,
                        passes,
                        arm: arm.filter(|_| !decided.arms.is_empty()),
                        variable: test.variable(),
                    };
                    let side = Boundary {
                        test: &test,
                        goal: vec![decides, if passes { own.yes } else { own.no }],
                        others: &others,
                        in_arm: &in_arm,
                    };
                    match side.shown(engine, &judge, &wanted) {
                        Ok(example) if found.examples.iter().any(|other| other.facts == example.facts) => {}
                        Ok(example) => found.examples.push(example),
                        Err(why) => found.missing.push(NoCase {
                            code: format!("{}{in_arm}", read.code),
                            of: engine.space.variables[test.variable()].words.clone(),
                            passes,
                            why,
                        }),
                    }
                }
            }
        }
    }
}

/// What is expected of a participant.
struct Wanted<'a> {
    event: &'a str,
    code: &'a str,
    passes: bool,
    arm: Option<&'a str>,
    /// The variable of the test.
    variable: usize,
}

/// One side of a boundary.
struct Boundary<'a, 't> {
    test: &'a Test,
    /// The test decides, and the criterion is passed or failed.
    goal: Vec<Wire>,
    /// The other criteria, and that they are passed.
    others: &'a [(&'a Read<'t>, Wire)],
    in_arm: &'a str,
}

impl<'t> Boundary<'_, 't> {
    /// A participant on this side, at the limit where there is one; or why there is none.
    fn shown(
        &self,
        engine: &mut Engine<'t>,
        judge: &Judge<'_, 't>,
        wanted: &Wanted<'_>,
    ) -> Result<Example, String> {
        let typical = engine.typical(wanted.event);
        let in_step = ages_in_step(engine);
        let mut near: Option<Example> = None;
        let mut why = None;
        for place in self.test.places(engine) {
            let beside = place.map_or(Vec::new(), |place| wires_of(&engine.complete, wanted.variable, place));
            let others = self.others.iter().map(|(_, passes)| *passes);
            let goal: Vec<Wire> = others.chain(self.goal.iter().copied()).chain(beside).collect();
            let with_ages: Vec<Wire> = goal.iter().chain(&in_step).copied().collect();
            let found = [&with_ages, &goal]
                .into_iter()
                .find_map(|goal| settle(&engine.space, &mut engine.complete, goal, typical.as_deref()));
            let Some(mut chosen) = found else { continue };
            if let Some(place) = place {
                chosen[wanted.variable] = place;
            }
            let found = match judge.confirmed(engine, &chosen, wanted) {
                Ok(found) if found.is_just => Some((chosen, found)),
                // A solver may know of somebody nearer to the limit.
                Ok(found) => {
                    let nearer = self.solved(engine, judge, wanted, (&goal, place), &mut None);
                    let nearer = nearer.map(|(_, nearer)| nearer).filter(|nearer| nearer.is_just);
                    Some((chosen, nearer.unwrap_or(found)))
                }
                Err(said) => {
                    why.get_or_insert(self.since_when(engine, wanted).unwrap_or(said));
                    self.solved(engine, judge, wanted, (&goal, place), &mut why)
                }
            };
            let Some((chosen, found)) = found else { continue };
            let is_just = found.is_just;
            let example = self.example(judge, wanted, found, typical.as_deref() == Some(&chosen));
            if is_just {
                return Ok(example);
            }
            near.get_or_insert(example);
        }
        match (near, why) {
            (Some(example), _) => Ok(example),
            (None, Some(why)) => Err(why),
            (None, None) => Err(self.nobody(engine, wanted)),
        }
    }

    /// A participant with the values of a solver, where there is one.
    fn solved(
        &self,
        engine: &mut Engine<'t>,
        judge: &Judge<'_, 't>,
        wanted: &Wanted<'_>,
        (goal, place): (&[Wire], Option<Choice>),
        why: &mut Option<String>,
    ) -> Option<(Vec<Choice>, Confirmed)> {
        let beside = place.map(|place| (wanted.variable, place));
        let found = engine.by_solver(wanted.event, goal, beside, |engine, chosen| {
            let confirmed = judge.confirmed(engine, chosen, wanted).ok()?;
            Some((chosen.to_vec(), confirmed))
        });
        match found {
            Solved::Somebody(found) => Some(found),
            Solved::Nobody => {
                *why = Some("by the formulas of what is computed there is nobody".to_owned());
                None
            }
            Solved::Unknown | Solved::NotAsked => None,
        }
    }

    fn example(
        &self,
        judge: &Judge<'_, 't>,
        wanted: &Wanted<'_>,
        found: Confirmed,
        is_typical: bool,
    ) -> Example {
        let label = match is_typical {
            true => "Meets every criterion".to_owned(),
            false => {
                let just = if found.is_just { "just " } else { "" };
                let side = if wanted.passes { "in" } else { "out" };
                format!("{}, {just}{side}{}: {}", wanted.code, self.in_arm, found.words)
            }
        };
        Example {
            label: plain(&label),
            facts: found.facts,
            expect: vec![Expectation {
                decision: (judge.trial.decisions.len() > 1).then(|| wanted.event.to_owned()),
                verdict: if wanted.passes { "eligible" } else { "ineligible" }.to_owned(),
                by: if wanted.passes { Vec::new() } else { vec![wanted.code.to_owned()] },
                origin: Origin::default(),
            }],
            origin: Origin::default(),
        }
    }

    /// Of somebody without a finding, the other criteria that ask how long it has lasted, or at which age it began.
    fn since_when(&self, engine: &Engine<'_>, wanted: &Wanted<'_>) -> Option<String> {
        let About::Occurs { finding, .. } = &engine.space.variables[wanted.variable].about else {
            return None;
        };
        let asks = |variable: &usize| match &engine.space.variables[*variable].about {
            About::Duration { finding: other, .. } => other.name == finding.name,
            About::Age { at } => {
                matches!(&at.of, Anchor::Onset { finding: other } if other.name == finding.name)
            }
            _ => false,
        };
        let (read, _) = self.others.iter().find(|(read, _)| {
            let mut variables = Vec::new();
            read.formulas.iter().for_each(|(_, formula)| formula.variables(&mut variables));
            variables.iter().any(asks)
        })?;
        (!wanted.passes).then(|| {
            format!(
                "{} (“{}”) asks when {} began: who is without cannot pass that",
                read.code,
                collapsed(&read.criterion.prose),
                finding.name.replace('_', " ")
            )
        })
    }

    /// Why the rules leave nobody on this side.
    fn nobody(&self, engine: &mut Engine<'_>, wanted: &Wanted<'_>) -> String {
        let others: Vec<Wire> = self.others.iter().map(|(_, passes)| *passes).collect();
        let conflict = engine.complete.circuit.conflict_beside(&self.goal, &others).unwrap_or_default();
        let each: Vec<String> = conflict
            .iter()
            .map(|place| {
                let read = self.others[*place].0;
                format!("{} (“{}”)", read.code, collapsed(&read.criterion.prose))
            })
            .collect();
        match (each.as_slice(), wanted.passes) {
            ([], _) => format!("nothing else in {} leaves the decision to this", wanted.code),
            ([one], true) => format!("{one} lets nobody in for whom this would decide"),
            ([one], false) => format!("{one} keeps out everybody whom this would keep out alone"),
            (each, true) => format!("together, {} let nobody in for whom this would decide", listed(each)),
            (each, false) => {
                format!("together, {} keep out everybody whom this would keep out alone", listed(each))
            }
        }
    }
}

/// That ages at different moments go together as they do in weeks that lie near each other: who is 81 at one is no child at another.
/// It is wished for, not taken for granted: moments may lie years apart.
fn ages_in_step(engine: &mut Engine<'_>) -> Vec<Wire> {
    let variables = engine.space.variables.iter().enumerate();
    let ages: Vec<(usize, usize, String)> = variables
        .filter_map(|(number, variable)| match (&variable.about, &variable.kind) {
            (About::Age { at }, Kind::Ordered(family))
                if !matches!(at.of, Anchor::Onset { .. } | Anchor::End { .. }) =>
            {
                Some((number, *family, variable.of.clone()))
            }
            _ => None,
        })
        .collect();
    let mut wires = Vec::new();
    for (one, family, of) in &ages {
        for (two, other, other_of) in &ages {
            let unit =
                |family: usize| engine.space.families[family].unit.as_ref().map(|unit| unit.ucum.clone());
            if one == two || of != other_of || unit(*family) != unit(*other) {
                continue;
            }
            let cuts = &engine.complete.cuts;
            for (place, cut) in cuts[*family].iter().enumerate() {
                // The highest limit that lies a step below: nobody is that much younger at the other moment.
                let below = cuts[*other].iter().rposition(|low| &low.at + &Exact::one() <= cut.at);
                if let Some(below) = below {
                    let values = &engine.complete.values;
                    wires.push((values[*one].wires[place], values[*two].wires[below]));
                }
            }
        }
    }
    let circuit = &mut engine.complete.circuit;
    wires.into_iter().map(|(older, still)| circuit.any([!older, still])).collect()
}

fn listed(each: &[String]) -> String {
    match each {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => each.concat(),
    }
}

fn collapsed(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A label in quotes holds none.
fn plain(label: &str) -> String {
    collapsed(&label.replace('"', "'"))
}
