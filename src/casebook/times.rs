//! Numbers of cycles as the carriers write them.

use crate::model::{CycleNumbers, CycleRun};

/// So many numbers are written one by one.
pub const LISTED: usize = 50;

/// Numbers of cycles in a syntax with `=`, `>=`, `<=`, `and`, `or`: one by one where there are few, else run by run. `step` writes that
/// a number is so many steps behind the first; `None` where the syntax has no way to.
pub fn numbers(
    value: &str,
    cycles: &CycleNumbers,
    step: impl Fn(&str, u32, u32) -> Option<String>,
) -> Option<String> {
    let parts: Vec<String> = match cycles.listed(LISTED) {
        Some(numbers) => numbers.iter().map(|number| format!("{value} = {number}")).collect(),
        None => cycles.0.iter().map(|run| run_of(value, run, &step)).collect::<Option<_>>()?,
    };
    (!parts.is_empty()).then(|| parts.join(" or "))
}

fn run_of(value: &str, run: &CycleRun, step: &impl Fn(&str, u32, u32) -> Option<String>) -> Option<String> {
    let from = format!("{value} >= {}", run.first);
    let to = run.last.map(|last| format!("{value} <= {last}"));
    let step = match run.step {
        0 | 1 => None,
        by => Some(step(value, run.first, by)?),
    };
    let parts: Vec<String> = std::iter::once(from).chain(to).chain(step).collect();
    Some(if parts.len() > 1 { format!("({})", parts.join(" and ")) } else { parts.concat() })
}

/// `(${REPEAT} - 2) mod 2 = 0`, as XPath and FHIRPath have it.
pub fn modulo(value: &str, first: u32, by: u32) -> Option<String> {
    Some(format!("({value} - {first}) mod {by} = 0"))
}
