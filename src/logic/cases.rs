//! Participants at the boundaries of each criterion, just in and just out, all else satisfied.

use super::circuit::Wire;
use super::compare::{Engine, Side};
use super::person::{DECIDED, Draft, in_words};
use super::read::Formula;
use super::space::Kind;
use super::typical::{Choice, settle, wires_of};
use crate::eligibility::{Eligibility, EligibilityDocument, Screener, record_of};
use crate::model::{Example, Expectation, Fact, Origin, Trial};

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
    let mut engine = Engine::of_one(trial);
    let mut found = Cases::default();
    for event in trial.decisions.keys() {
        of_decision(&mut engine, trial, event, &mut found);
    }
    found
}

fn of_decision(engine: &mut Engine<'_>, trial: &Trial, event: &str, found: &mut Cases) {
    let Some((_, decided)) = engine.decided(engine.side(Side::Old), event) else { return };
    let decided = decided.clone();
    let codes: Vec<&str> = decided.criteria.iter().map(|read| read.code).collect();
    let typical = engine.typical(event);
    let document = EligibilityDocument::of(trial);
    let screener = Screener::of(&document);
    let each =
        decided.criteria.iter().flat_map(|read| read.formulas.iter().map(move |formula| (read, formula)));
    for (read, (arm, formula)) in each {
        // What holds in several arms is shown in each of them, what holds in all in the first.
        let in_arm =
            arm.filter(|_| read.formulas.len() > 1).map_or(String::new(), |arm| format!(" in arm {arm}"));
        let arm = arm.or(decided.arms.first().copied());
        let mut others = Vec::new();
        for code in codes.iter().filter(|code| **code != read.code) {
            others.push(engine.passes(true, 0, event, code, arm).yes);
        }
        let own = engine.passes(true, 0, event, read.code, arm);
        for leaf in 0..leaves(formula) {
            let Some((variable, cells)) = at_leaf(engine, formula, leaf) else { continue };
            let sides = [true, false].map(|value| {
                let mut counter = leaf;
                let fixed = replaced(formula, &mut counter, value);
                engine.complete.formula(&engine.space, &fixed).yes
            });
            let circuit = &mut engine.complete.circuit;
            let one = circuit.all([sides[0], !sides[1]]);
            let two = circuit.all([!sides[0], sides[1]]);
            let decides = circuit.any([one, two]);
            for passes in [true, false] {
                let verdict = if passes { own.yes } else { own.no };
                let base: Vec<Wire> = others.iter().copied().chain([decides, verdict]).collect();
                let goals = cells.iter().map(|cell| {
                    let wires = cell.map_or(Vec::new(), |cell| wires_of(&engine.complete, variable, cell));
                    base.iter().copied().chain(wires).collect::<Vec<Wire>>()
                });
                let goals: Vec<Vec<Wire>> = goals.collect();
                let words = engine.space.variables[variable].words.clone();
                let missing = |why: String| NoCase {
                    code: format!("{}{in_arm}", read.code),
                    of: words.clone(),
                    passes,
                    why,
                };
                let chosen = goals.iter().zip(&cells).find_map(|(goal, cell)| {
                    let mut chosen = settle(&engine.space, &mut engine.complete, goal, typical.as_deref())?;
                    if let Some(cell) = cell {
                        chosen[variable] = *cell;
                    }
                    Some(chosen)
                });
                let Some(chosen) = chosen else {
                    found.missing.push(missing("the other criteria leave nobody".to_owned()));
                    continue;
                };
                let is_typical = typical.as_ref() == Some(&chosen);
                let label = match is_typical {
                    true => "Meets every criterion".to_owned(),
                    false => {
                        let side = if passes { "just in" } else { "just out" };
                        let shown = in_words(engine, variable, chosen[variable]);
                        format!("{}, {side}{in_arm}: {shown}", read.code)
                    }
                };
                let wanted =
                    Wanted { event, code: read.code, passes, arm: arm.filter(|_| !decided.arms.is_empty()) };
                match confirmed(engine, trial, &screener, &chosen, &wanted) {
                    Ok(facts) if found.examples.iter().any(|other| other.facts == facts) => {}
                    Ok(facts) => {
                        let expect = vec![expectation(trial, &wanted)];
                        let label = plain(&label);
                        found.examples.push(Example { label, facts, expect, origin: Origin::default() });
                    }
                    Err(why) => found.missing.push(missing(why)),
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
}

fn expectation(trial: &Trial, wanted: &Wanted<'_>) -> Expectation {
    Expectation {
        decision: (trial.decisions.len() > 1).then(|| wanted.event.to_owned()),
        verdict: if wanted.passes { "eligible" } else { "ineligible" }.to_owned(),
        by: if wanted.passes { Vec::new() } else { vec![wanted.code.to_owned()] },
        origin: Origin::default(),
    }
}

/// Facts for which the checker gives the verdict; or what it says.
fn confirmed(
    engine: &Engine<'_>,
    trial: &Trial,
    screener: &Screener<'_>,
    chosen: &[Choice],
    wanted: &Wanted<'_>,
) -> Result<Vec<Fact>, String> {
    let Some(decision) = engine.space.trials[0].decisions.get(wanted.event) else {
        return Err("there is no such decision".to_owned());
    };
    let mut said = String::new();
    for decided in DECIDED {
        let mut facts =
            Draft::of(engine, engine.space.trials[0], 0, decision, screener, (chosen, decided)).facts();
        if let Some(arm) = wanted.arm {
            facts.insert(0, Fact::Attribute { name: "arm".to_owned(), value: arm.to_owned() });
        }
        if facts.iter().any(|fact| super::written::fact(fact).is_none()) {
            said = "a value here cannot be written in an example".to_owned();
            continue;
        }
        let example = Example { label: String::new(), facts, expect: Vec::new(), origin: Origin::default() };
        let record = record_of(trial, &example)?;
        let verdict = screener.screen(&record, None);
        let Some(found) = verdict.decision(wanted.event) else {
            return Err("there is no such decision".to_owned());
        };
        let is_wanted = match wanted.passes {
            true => found.verdict == Eligibility::Eligible,
            false => found.verdict == Eligibility::Ineligible && found.reasons == [wanted.code],
        };
        if is_wanted {
            return Ok(example.facts);
        }
        let by = if found.reasons.is_empty() { &found.open } else { &found.reasons };
        said = match unsayable(trial, &example.facts) {
            Some(why) if found.verdict == Eligibility::Undetermined => why,
            _ => format!("the checker says {} by {}", found.verdict.text(), by.join(", ")),
        };
    }
    Err(said)
}

/// What an example has no words for: that there is nothing of a class but one of its members.
fn unsayable(trial: &Trial, facts: &[Fact]) -> Option<String> {
    let label =
        |name: &str| trial.concepts.get(name).map_or(name, |concept| concept.label.as_str()).to_owned();
    let belongs = |name: &str, class: &str| {
        let (mut waiting, mut seen) = (vec![class], Vec::new());
        while let Some(next) = waiting.pop() {
            if next == name {
                return class != name;
            }
            if !seen.contains(&next) {
                seen.push(next);
                let members = trial.concepts.get(next).into_iter().flat_map(|concept| &concept.members);
                waiting.extend(members.map(String::as_str));
            }
        }
        false
    };
    facts.iter().find_map(|absent| {
        let Fact::Absent { name: class, .. } = absent else { return None };
        let there = facts.iter().find_map(|fact| match fact {
            Fact::Happened { name, .. } | Fact::Lasted { name, .. } if belongs(name, class) => Some(name),
            _ => None,
        })?;
        Some(format!("an example has no words for no {} other than {}", label(class), label(there)))
    })
}

/// A label in quotes holds none.
fn plain(label: &str) -> String {
    label.replace('"', "'").split_whitespace().collect::<Vec<_>>().join(" ")
}

// ---- leaves of a formula -------------------------------------------------------------------------------------

fn leaves(formula: &Formula) -> usize {
    match formula {
        Formula::Known(_) | Formula::Unknown => 0,
        Formula::Holds(_) | Formula::Beyond(..) | Formula::OneOf(..) => 1,
        Formula::Not(of) => leaves(of),
        Formula::All(of) | Formula::Any(of) | Formula::Count { of, .. } => of.iter().map(leaves).sum(),
        Formula::Choose(parts) => parts.iter().map(leaves).sum(),
        Formula::Rows(rows) => rows.iter().map(|(belongs, asked)| leaves(belongs) + leaves(asked)).sum(),
    }
}

/// The leaf with this number.
fn leaf_of<'f>(formula: &'f Formula, number: &mut usize) -> Option<&'f Formula> {
    match formula {
        Formula::Known(_) | Formula::Unknown => None,
        Formula::Holds(_) | Formula::Beyond(..) | Formula::OneOf(..) => {
            if *number == 0 {
                return Some(formula);
            }
            *number -= 1;
            None
        }
        Formula::Not(of) => leaf_of(of, number),
        Formula::All(of) | Formula::Any(of) | Formula::Count { of, .. } => {
            of.iter().find_map(|part| leaf_of(part, number))
        }
        Formula::Choose(parts) => parts.iter().find_map(|part| leaf_of(part, number)),
        Formula::Rows(rows) => rows
            .iter()
            .find_map(|(belongs, asked)| leaf_of(belongs, number).or_else(|| leaf_of(asked, number))),
    }
}

/// The formula with one leaf fixed. `number` counts down to it.
fn replaced(formula: &Formula, number: &mut usize, value: bool) -> Formula {
    let each = |of: &[Formula], number: &mut usize| {
        of.iter().map(|part| replaced(part, number, value)).collect::<Vec<_>>()
    };
    match formula {
        Formula::Known(_) | Formula::Unknown => formula.clone(),
        Formula::Holds(_) | Formula::Beyond(..) | Formula::OneOf(..) => {
            let is_it = *number == 0;
            *number = number.wrapping_sub(1);
            if is_it { Formula::Known(value) } else { formula.clone() }
        }
        Formula::Not(of) => Formula::Not(Box::new(replaced(of, number, value))),
        Formula::All(of) => Formula::All(each(of, number)),
        Formula::Any(of) => Formula::Any(each(of, number)),
        Formula::Count { of, low, high } => Formula::Count { of: each(of, number), low: *low, high: *high },
        Formula::Choose(parts) => {
            let [one, two, three] = parts.as_ref();
            Formula::Choose(Box::new([one, two, three].map(|part| replaced(part, number, value))))
        }
        Formula::Rows(rows) => Formula::Rows(
            rows.iter()
                .map(|(belongs, asked)| {
                    let belongs = replaced(belongs, number, value);
                    (belongs, replaced(asked, number, value))
                })
                .collect(),
        ),
    }
}

/// The variable of a leaf, and where participants are looked for: beside the cut that it asks for, then anywhere.
fn at_leaf(engine: &Engine<'_>, formula: &Formula, number: usize) -> Option<(usize, Vec<Option<Choice>>)> {
    let mut counter = number;
    match leaf_of(formula, &mut counter)? {
        Formula::Beyond(variable, cut) => {
            let Kind::Ordered(family) = engine.space.variables[*variable].kind else { return None };
            let place = engine.complete.cuts[family].binary_search(cut).ok()?;
            let cells = [Some(Choice::Upper(place)), Some(Choice::Cell(place + 1)), None];
            Some((*variable, cells.to_vec()))
        }
        Formula::Holds(variable) | Formula::OneOf(variable, _) => Some((*variable, vec![None])),
        _ => None,
    }
}
