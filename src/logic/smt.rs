//! The logic of a trial as SMT-LIB 2.7, for solvers that others have written: numbers stay numbers, and each question carries the
//! answer that was found here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::compare::Engine;
use super::said::quoted;
use crate::model::{CriterionKind, Trial};

/// Every criterion of a trial on complete data, with the questions that `check` asks of them: whether somebody is eligible, whether
/// each criterion can be failed by somebody who passes all others, and each pair of criteria whether one implies the other. Before
/// each question stands its answer (`:status`), so that a solver that disagrees says so. Where something is computed from
/// something else, the order of the values alone cannot tell that somebody is left: that answer is `unknown`.
///
/// Criteria that are limited to arms are asked for each arm.
pub fn smt2(trial: &Trial) -> String {
    let mut engine = Engine::with_formulas(vec![trial]);
    let mut text = format!("(set-logic {})\n", engine.said().logic());
    let name = trial.header.name.as_str();
    let _ = writeln!(text, "(set-info :source |trialc, criteria of {}|)", quoted(name));
    let said = engine.said();
    for number in 0..engine.space.variables.len() {
        text.push_str(&said.declared(number));
    }
    text.push_str("; what the variables have to do with each other\n");
    for (_, relation) in said.relations() {
        text.push_str(&relation);
    }
    let events: Vec<&str> = trial.decisions.keys().map(String::as_str).collect();
    for (number, event) in events.into_iter().enumerate() {
        decision(&mut engine, number, event, &mut text);
    }
    text.push_str("(exit)\n");
    text
}

fn decision(engine: &mut Engine<'_>, number: usize, event: &str, text: &mut String) {
    let Some((_, decided)) = engine.decided(0, event) else { return };
    let decided = decided.clone();
    let arms: Vec<Option<&str>> =
        if decided.arms.is_empty() { vec![None] } else { decided.arms.iter().copied().map(Some).collect() };
    let mut names: BTreeMap<(usize, Option<&str>), String> = BTreeMap::new();
    let connected = engine.said().connected();
    let mut computed: BTreeSet<&str> = BTreeSet::new();
    let _ = writeln!(text, "; ---- criteria for {}", quoted(event));
    for (place, read) in decided.criteria.iter().enumerate() {
        for (at, (arm, formula)) in read.formulas.iter().enumerate() {
            let name = format!("d{number}_c{place}_{at}");
            let mut variables = Vec::new();
            formula.variables(&mut variables);
            if variables.iter().any(|variable| connected.contains(variable)) {
                computed.insert(read.code);
            }
            let includes = read.criterion.kind == CriterionKind::Include;
            let said = engine.said();
            let (passes, fails) = (said.formula(formula, includes), said.formula(formula, !includes));
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
            let status = match engine.complete.circuit.solve(&goal) {
                Err(_) => "unsat",
                Ok(()) if yes.iter().chain(no).any(|code| computed.contains(code)) => "unknown",
                Ok(()) => "sat",
            };
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
