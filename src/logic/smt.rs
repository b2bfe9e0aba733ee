//! The logic of a trial as SMT-LIB 2.7, for solvers that others have written: numbers stay numbers, and each question carries the
//! answer that was found here.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::compare::Engine;
use super::read::Formula;
use super::relate::{Related, days_of, relations};
use super::space::{Family, Kind};
use crate::model::{CriterionKind, Trial};
use crate::number::Exact;

/// Every criterion of a trial on complete data, with the questions that `check` asks of them: whether somebody is eligible, whether
/// each criterion can be failed by somebody who passes all others, and each pair of criteria whether one implies the other. Before
/// each question stands its answer (`:status`), so that a solver that disagrees says so.
///
/// Criteria that are limited to arms are asked for each arm.
pub fn smt2(trial: &Trial) -> String {
    let mut engine = Engine::of_one(trial);
    let mut text = String::from("(set-logic ALL)\n");
    let name = trial.header.name.as_str();
    let _ = writeln!(text, "(set-info :source |trialc, criteria of {}|)", quoted(name));
    declare(&engine, &mut text);
    let events: Vec<&str> = trial.decisions.keys().map(String::as_str).collect();
    for (number, event) in events.into_iter().enumerate() {
        decision(&mut engine, number, event, &mut text);
    }
    text.push_str("(exit)\n");
    text
}

/// Without the signs that end a quoted symbol.
fn quoted(words: &str) -> String {
    words.replace(['|', '\\'], "/")
}

fn declare(engine: &Engine<'_>, text: &mut String) {
    for (number, variable) in engine.space.variables.iter().enumerate() {
        let _ = writeln!(
            text,
            "; v{number}: {}",
            variable.words.split_whitespace().collect::<Vec<_>>().join(" ")
        );
        match &variable.kind {
            Kind::Truth => {
                let _ = writeln!(text, "(declare-const v{number} Bool)");
            }
            Kind::Coded { levels, open } => {
                let last = levels.len() + usize::from(*open);
                let _ = writeln!(
                    text,
                    "(declare-const v{number} Int)\n(assert (and (<= 0 v{number}) (< v{number} {last})))"
                );
            }
            Kind::Ordered(family) => {
                let family = &engine.space.families[*family];
                // Multiples of a grid are counted in whole numbers.
                let sort = if family.grid.is_some() { "Int" } else { "Real" };
                let _ = writeln!(text, "(declare-const v{number} {sort})");
                for (operator, end) in [(">=", &family.low), ("<=", &family.high)] {
                    if let Some(end) = end {
                        let _ =
                            writeln!(text, "(assert ({operator} {} {}))", scaled(family, number), real(end));
                    }
                }
            }
        }
    }
    text.push_str("; what the variables have to do with each other\n");
    for related in relations(&engine.space) {
        let space = &engine.space;
        let value = |number: usize| match space.variables[number].kind {
            Kind::Ordered(family) => scaled(&space.families[family], number),
            _ => format!("v{number}"),
        };
        let _ = match related {
            Related::Implies(one, two) => writeln!(text, "(assert (=> v{one} v{two}))"),
            Related::Equal(one, two) => writeln!(text, "(assert (= {} {}))", value(one), value(two)),
            Related::AtMost(one, two) => writeln!(text, "(assert (<= {} {}))", value(one), value(two)),
            Related::Lengths { months, days } => {
                // Of whole months, the fewest and the most days; what lies between two counts of months lies between their days.
                lengths(engine, months, days, text);
                Ok(())
            }
        };
    }
}

fn lengths(engine: &Engine<'_>, months: usize, days: usize, text: &mut String) {
    let cuts = |number: usize| match engine.space.variables[number].kind {
        Kind::Ordered(family) => engine.complete.cuts[family].clone(),
        _ => Vec::new(),
    };
    for cut in cuts(months) {
        let Some((least, most)) = days_of(&cut) else { continue };
        let sign = if cut.above { ">" } else { ">=" };
        let long = format!("({sign} v{months} {})", real(&cut.at));
        let _ = writeln!(text, "(assert (=> {long} (>= v{days} {})))", real(&Exact::from(least)));
        let _ = writeln!(text, "(assert (=> (>= v{days} {}) {long}))", real(&Exact::from(most)));
    }
}

/// The value of an ordered variable.
fn scaled(family: &Family, number: usize) -> String {
    match &family.grid {
        Some(grid) => format!("(* {} (to_real v{number}))", real(grid)),
        None => format!("v{number}"),
    }
}

fn real(number: &Exact) -> String {
    let size = number.abs();
    let rational = size.as_rational();
    let text = if size.is_integer() {
        format!("{}.0", rational.numer())
    } else {
        format!("(/ {}.0 {}.0)", rational.numer(), rational.denom())
    };
    if number.is_negative() { format!("(- {text})") } else { text }
}

fn decision(engine: &mut Engine<'_>, number: usize, event: &str, text: &mut String) {
    let Some((_, decided)) = engine.decided(0, event) else { return };
    let decided = decided.clone();
    let arms: Vec<Option<&str>> =
        if decided.arms.is_empty() { vec![None] } else { decided.arms.iter().copied().map(Some).collect() };
    let mut names: BTreeMap<(usize, Option<&str>), String> = BTreeMap::new();
    let _ = writeln!(text, "; ---- criteria for {}", quoted(event));
    for (place, read) in decided.criteria.iter().enumerate() {
        for (at, (arm, formula)) in read.formulas.iter().enumerate() {
            let name = format!("d{number}_c{place}_{at}");
            let includes = read.criterion.kind == CriterionKind::Include;
            let (passes, fails) = (written(engine, formula, includes), written(engine, formula, !includes));
            let _ = writeln!(text, "; {}\n(define-fun {name} () Bool {passes})", read.code);
            let _ = writeln!(text, "(define-fun {name}_fails () Bool {fails})");
            names.insert((place, *arm), name);
        }
    }
    for arm in arms {
        let own: Vec<(&str, &String)> = decided
            .criteria
            .iter()
            .enumerate()
            .filter_map(|(place, read)| {
                Some((read.code, names.get(&(place, None)).or_else(|| names.get(&(place, arm)))?))
            })
            .collect();
        let mut ask = |what: &str, yes: &[&str], no: &[&str], text: &mut String| {
            let mut goal = Vec::new();
            for code in yes {
                goal.push(engine.passes(true, 0, event, code, arm).yes);
            }
            for code in no {
                goal.push(engine.passes(true, 0, event, code, arm).no);
            }
            let status = if engine.complete.circuit.solve(&goal).is_ok() { "sat" } else { "unsat" };
            let name = |code: &&str| {
                own.iter().find(|(own, _)| own == code).map_or("true", |(_, name)| name.as_str())
            };
            let _ = writeln!(text, "; {what}\n(push 1)");
            for code in yes {
                let _ = writeln!(text, "(assert {})", name(code));
            }
            for code in no {
                let _ = writeln!(text, "(assert {}_fails)", name(code));
            }
            let _ = writeln!(text, "(set-info :status {status})\n(check-sat)\n(pop 1)");
        };
        let codes: Vec<&str> = own.iter().map(|(code, _)| *code).collect();
        let scope = arm.map_or(String::new(), |arm| format!(" in arm {}", quoted(arm)));
        ask(&format!("somebody is eligible{scope}"), &codes, &[], text);
        for code in &codes {
            let others: Vec<&str> = codes.iter().copied().filter(|other| other != code).collect();
            ask(&format!("{code} excludes somebody alone{scope}"), &others, &[code], text);
        }
        // Each criterion against the next, both ways: a chain through all of them.
        for pair in codes.windows(2) {
            ask(&format!("{} without {}{scope}", pair[0], pair[1]), &[pair[0]], &[pair[1]], text);
            ask(&format!("{} without {}{scope}", pair[1], pair[0]), &[pair[1]], &[pair[0]], text);
        }
    }
}

/// That a formula surely holds (`yes`), or surely does not: on complete data one of them, but where a table has no row for a person.
fn written(engine: &Engine<'_>, formula: &Formula, yes: bool) -> String {
    let list = |word: &str, of: &[Formula], none: &str| match of {
        [] => none.to_owned(),
        [one] => written(engine, one, yes),
        of => format!(
            "({word} {})",
            of.iter().map(|part| written(engine, part, yes)).collect::<Vec<_>>().join(" ")
        ),
    };
    let turned = |text: String| if yes { text } else { format!("(not {text})") };
    match formula {
        Formula::Known(value) => (*value == yes).to_string(),
        Formula::Unknown => "false".to_owned(),
        Formula::Holds(variable) => turned(format!("v{variable}")),
        Formula::Beyond(variable, cut) => {
            let Kind::Ordered(family) = engine.space.variables[*variable].kind else {
                return "false".to_owned();
            };
            let sign = if cut.above { ">" } else { ">=" };
            turned(format!(
                "({sign} {} {})",
                scaled(&engine.space.families[family], *variable),
                real(&cut.at)
            ))
        }
        Formula::OneOf(variable, wanted) => {
            let Kind::Coded { levels, .. } = &engine.space.variables[*variable].kind else {
                return "false".to_owned();
            };
            let places = levels.iter().enumerate().filter(|(_, level)| wanted.contains(*level));
            let each: Vec<String> = places.map(|(place, _)| format!("(= v{variable} {place})")).collect();
            turned(match each.as_slice() {
                [] => "false".to_owned(),
                [one] => one.clone(),
                each => format!("(or {})", each.join(" ")),
            })
        }
        Formula::Not(of) => written(engine, of, !yes),
        Formula::All(of) if yes => list("and", of, "true"),
        Formula::All(of) => list("or", of, "false"),
        Formula::Any(of) if yes => list("or", of, "false"),
        Formula::Any(of) => list("and", of, "true"),
        Formula::Count { of, low, high } => {
            let sum = |yes: bool| {
                let each: Vec<String> =
                    of.iter().map(|part| format!("(ite {} 1 0)", written(engine, part, yes))).collect();
                format!("(+ 0 0 {})", each.join(" "))
            };
            let (least, most) = (sum(true), format!("(- {} {})", of.len(), sum(false)));
            let (low, high) = (low.unwrap_or(0), high.unwrap_or(u32::MAX));
            match yes {
                true => format!("(and (<= {low} {least}) (<= {most} {high}))"),
                false => format!("(or (< {most} {low}) (< {high} {least}))"),
            }
        }
        Formula::Choose(parts) => {
            let [condition, then, otherwise] = parts.as_ref();
            let (one, two) = (written(engine, then, yes), written(engine, otherwise, yes));
            let (is, is_not) = (written(engine, condition, true), written(engine, condition, false));
            format!("(or (and {is} {one}) (and {is_not} {two}) (and {one} {two}))")
        }
        Formula::Rows(rows) => {
            let without: Vec<String> =
                rows.iter().map(|(belongs, _)| written(engine, belongs, false)).collect();
            let each = without.iter().zip(rows);
            let each: Vec<String> = each
                .map(|(without, (_, asked))| format!("(or {without} {})", written(engine, asked, yes)))
                .collect();
            format!("(and (not (and true {})) {})", without.join(" "), each.join(" "))
        }
    }
}
