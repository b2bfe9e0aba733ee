//! What only a solver that knows arithmetic can tell of the tests of a decision: L12 and L13 where a quantity is computed from others.

use super::whole::{holds, of_decisions, others, own_arms, superfluous, tests, unsatisfiable};
use crate::check::demands::{Demand, demands};
use crate::diagnostics::{self, Diagnostic};
use crate::logic::{Asked, Fault, Solver, Tests};
use crate::model::{Rule, Trial};

/// What a solver finds beyond what is told of every protocol, and how often it was asked.
///
/// # Errors
/// When the solver cannot be run, or fails.
pub fn check_with(
    trial: &Trial,
    name: &str,
    solver: &mut dyn Solver,
) -> Result<(Vec<Diagnostic>, Asked), Fault> {
    let (mut found, mut asked) = (Vec::new(), Asked::default());
    let (demands, holds) = (demands(trial), holds(trial));
    for (group, holds) in of_decisions(&demands, &holds) {
        let mut logic = Tests::with_formulas(trial, &tests(group, holds));
        let more = of_decision(trial, group, &mut logic, (solver, &mut asked))?;
        found.extend(more.into_iter().map(|one| by_solver(one, name)));
    }
    diagnostics::sort(&mut found);
    Ok((found, asked))
}

fn of_decision(
    trial: &Trial,
    demands: &[Demand<'_>],
    logic: &mut Tests<'_>,
    (solver, asked): (&mut dyn Solver, &mut Asked),
) -> Result<Vec<Diagnostic>, Fault> {
    let own: Vec<usize> = (0..demands.len()).collect();
    for among in own_arms(trial, demands, &own) {
        // What needs no solver is told already.
        if logic.conflict(&among).is_some() {
            return Ok(Vec::new());
        }
        if !among.iter().any(|test| logic.is_computed(*test)) {
            continue;
        }
        if let Some(set) = logic.conflict_by(solver, asked, &among)? {
            return Ok(unsatisfiable(demands, &set).into_iter().collect());
        }
    }
    let mut found = Vec::new();
    let mut pool = own.clone();
    for number in own.into_iter().rev() {
        let demand = &demands[number];
        let is_answered = matches!(demand.clause.rule, Rule::Text { .. } | Rule::Attested { .. });
        if is_answered || !logic.is_computed(number) {
            continue;
        }
        let others = others(demands, &pool, number);
        if logic.implied(number, &others).is_some() {
            pool.retain(|other| *other != number);
            continue;
        }
        if let Some(given) = logic.implied_by(solver, asked, number, &others)? {
            let diagnostic = superfluous(demands, logic, number, &given);
            if diagnostic.is_some() {
                pool.retain(|other| *other != number);
            }
            found.extend(diagnostic);
        }
    }
    Ok(found)
}

/// Says who found it, and on what ground.
fn by_solver(found: Diagnostic, name: &str) -> Diagnostic {
    let ground =
        format!("found by {name}, which takes each computed quantity as what its formula makes of its parts");
    let help = match &found.help {
        Some(help) => format!("{help}; {ground}"),
        None => ground,
    };
    found.help(help)
}
