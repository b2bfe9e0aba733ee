//! Variables, what they have to do with each other, and formulas over them, in SMT-LIB: numbers stay numbers.

use std::collections::BTreeSet;

use super::encode::Encoder;
use super::read::{Definition, Expression, Formula};
use super::relate::{Related, days_of, relations};
use super::space::{Cut, Kind, Space};
use crate::number::Exact;

/// The words for one space.
pub(super) struct Said<'s, 't> {
    space: &'s Space<'t>,
    cuts: &'s [Vec<Cut>],
    definitions: &'s [Definition],
    /// Variables that are computed with. They are real numbers, whatever their decimals: whole numbers would make of a product a
    /// question that nobody decides. That only adds people, so that `unsat` stays true.
    relaxed: BTreeSet<usize>,
}

impl<'s, 't> Said<'s, 't> {
    pub fn of(space: &'s Space<'t>, encoder: &'s Encoder, definitions: &'s [Definition]) -> Self {
        let mut computed = Vec::new();
        for definition in definitions {
            computed.push(definition.variable);
            values(&definition.is, &mut computed);
        }
        Self { space, cuts: &encoder.cuts, definitions, relaxed: computed.into_iter().collect() }
    }

    /// `QF_NIRA` where something is computed, else `QF_LIRA`.
    pub fn logic(&self) -> &'static str {
        if self.definitions.is_empty() { "QF_LIRA" } else { "QF_NIRA" }
    }

    /// Variables that are computed with, so that their exact values matter.
    pub fn is_computed_with(&self, variable: usize) -> bool {
        self.relaxed.contains(&variable)
    }

    /// The constant of a variable, and the values that it can have.
    pub fn declared(&self, number: usize) -> String {
        let variable = &self.space.variables[number];
        let words = variable.words.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut text = format!("; v{number}: {words}\n");
        match &variable.kind {
            Kind::Truth => text.push_str(&format!("(declare-const v{number} Bool)\n")),
            Kind::Coded { levels, open } => {
                let last = levels.len() + usize::from(*open);
                text.push_str(&format!(
                    "(declare-const v{number} Int)\n(assert (and (<= 0 v{number}) (< v{number} {last})))\n"
                ));
            }
            Kind::Ordered(family) => {
                let family = &self.space.families[*family];
                // Multiples of a grid are counted in whole numbers.
                let is_whole = family.grid.is_some() && !self.relaxed.contains(&number);
                let sort = if is_whole { "Int" } else { "Real" };
                text.push_str(&format!("(declare-const v{number} {sort})\n"));
                for (operator, end) in [(">=", &family.low), ("<=", &family.high)] {
                    if let Some(end) = end {
                        text.push_str(&format!(
                            "(assert ({operator} {} {}))\n",
                            self.value(number),
                            real(end)
                        ));
                    }
                }
            }
        }
        text
    }

    /// The value of a variable.
    pub fn value(&self, number: usize) -> String {
        let Kind::Ordered(family) = self.space.variables[number].kind else { return format!("v{number}") };
        match &self.space.families[family].grid {
            Some(grid) if !self.relaxed.contains(&number) => {
                format!("(* {} (to_real v{number}))", real(grid))
            }
            _ => format!("v{number}"),
        }
    }

    /// That the variable lies at a cut or beyond.
    pub fn beyond(&self, variable: usize, cut: &Cut) -> String {
        let sign = if cut.above { ">" } else { ">=" };
        format!("({sign} {} {})", self.value(variable), real(&cut.at))
    }

    /// Every relation, with the variables that it is between.
    pub fn relations(&self) -> Vec<(Vec<usize>, String)> {
        let mut found = Vec::new();
        for related in relations(self.space) {
            let (one, two) = match related {
                Related::Implies(one, two) | Related::Equal(one, two) | Related::AtMost(one, two) => {
                    (one, two)
                }
                Related::Lengths { months, days } => (months, days),
            };
            let text = match related {
                Related::Implies(one, two) => format!("(assert (=> v{one} v{two}))\n"),
                Related::Equal(one, two) => format!("(assert (= {} {}))\n", self.value(one), self.value(two)),
                Related::AtMost(one, two) => {
                    format!("(assert (<= {} {}))\n", self.value(one), self.value(two))
                }
                Related::Lengths { months, days } => self.lengths(months, days),
            };
            found.push((vec![one, two], text));
        }
        for definition in self.definitions {
            let mut variables = vec![definition.variable];
            definition.is.variables(&mut variables);
            found.push((variables, self.definition(definition)));
        }
        found
    }

    /// Variables that have anything to do with a computed quantity.
    pub fn connected(&self) -> BTreeSet<usize> {
        if self.definitions.is_empty() {
            return BTreeSet::new();
        }
        let from = self.definitions.iter().map(|definition| definition.variable).collect();
        closure(from, &self.relations())
    }

    /// Of whole months, the fewest and the most days; what lies between two counts of months lies between their days.
    fn lengths(&self, months: usize, days: usize) -> String {
        let Kind::Ordered(family) = self.space.variables[months].kind else { return String::new() };
        let mut text = String::new();
        for cut in &self.cuts[family] {
            let Some((least, most)) = days_of(cut) else { continue };
            let long = self.beyond(months, cut);
            text.push_str(&format!("(assert (=> {long} (>= v{days} {})))\n", real(&Exact::from(least))));
            text.push_str(&format!("(assert (=> (>= v{days} {}) {long}))\n", real(&Exact::from(most))));
        }
        text
    }

    // ---- computed quantities ---------------------------------------------------------------------------

    fn definition(&self, definition: &Definition) -> String {
        let mut given = Vec::new();
        let value = self.expression(&definition.is, &mut given);
        let equal = format!("(= {} {value})", self.value(definition.variable));
        match given.len() {
            0 => format!("(assert {equal})\n"),
            _ => format!("(assert (=> (and true {}) {equal}))\n", given.join(" ")),
        }
    }

    /// `given`: what must hold for the expression to have a value.
    fn expression(&self, expression: &Expression, given: &mut Vec<String>) -> String {
        let mut pair = |parts: &[Expression; 2]| {
            let [one, two] = parts;
            [self.expression(one, given), self.expression(two, given)]
        };
        match expression {
            Expression::Number(number) => real(number),
            Expression::Of(variable) => self.value(*variable),
            Expression::Completed(variable, count) => match count {
                1 => format!("(to_real v{variable})"),
                count => format!("(to_real (div v{variable} {count}))"),
            },
            Expression::Sum(parts) => format!("(+ {})", pair(parts).join(" ")),
            Expression::Product(parts) => format!("(* {})", pair(parts).join(" ")),
            Expression::Quotient(parts) => {
                let [above, below] = pair(parts);
                given.push(format!("(not (= {below} 0.0))"));
                format!("(/ {above} {below})")
            }
            Expression::Power(of, power) => {
                let base = self.expression(of, given);
                format!("(* 1.0 {})", vec![base.as_str(); *power as usize].join(" "))
            }
            Expression::Least(parts) => {
                let [one, two] = pair(parts);
                format!("(ite (<= {one} {two}) {one} {two})")
            }
            Expression::Greatest(parts) => {
                let [one, two] = pair(parts);
                format!("(ite (>= {one} {two}) {one} {two})")
            }
            Expression::Rows(rows) => {
                let each: Vec<(String, String)> = rows
                    .iter()
                    .map(|(belongs, value)| (self.formula(belongs, true), self.expression(value, given)))
                    .collect();
                let any: Vec<&str> = each.iter().map(|(belongs, _)| belongs.as_str()).collect();
                given.push(format!("(or false {})", any.join(" ")));
                // Who belongs to several rows has a value only if they agree.
                let mut text = each.last().map_or_else(|| "0.0".to_owned(), |(_, value)| value.clone());
                for (place, (belongs, value)) in each.iter().enumerate() {
                    for (other, also) in &each[place + 1..] {
                        given.push(format!("(or (not {belongs}) (not {other}) (= {value} {also}))"));
                    }
                }
                for (belongs, value) in each.iter().rev().skip(1) {
                    text = format!("(ite {belongs} {value} {text})");
                }
                text
            }
        }
    }

    // ---- formulas --------------------------------------------------------------------------------------

    /// That a formula surely holds (`yes`), or surely does not: on complete data one of them, but where a table has no row for a
    /// person.
    pub fn formula(&self, formula: &Formula, yes: bool) -> String {
        let list = |word: &str, of: &[Formula], none: &str| match of {
            [] => none.to_owned(),
            [one] => self.formula(one, yes),
            of => {
                let each: Vec<String> = of.iter().map(|part| self.formula(part, yes)).collect();
                format!("({word} {})", each.join(" "))
            }
        };
        let turned = |text: String| if yes { text } else { format!("(not {text})") };
        match formula {
            Formula::Known(value) => (*value == yes).to_string(),
            Formula::Unknown => "false".to_owned(),
            Formula::Holds(variable) => turned(format!("v{variable}")),
            Formula::Beyond(variable, cut) => turned(self.beyond(*variable, cut)),
            Formula::OneOf(variable, wanted) => {
                let Kind::Coded { levels, .. } = &self.space.variables[*variable].kind else {
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
            Formula::Not(of) => self.formula(of, !yes),
            Formula::All(of) if yes => list("and", of, "true"),
            Formula::All(of) => list("or", of, "false"),
            Formula::Any(of) if yes => list("or", of, "false"),
            Formula::Any(of) => list("and", of, "true"),
            Formula::Count { of, low, high } => {
                let sum = |yes: bool| {
                    let each: Vec<String> =
                        of.iter().map(|part| format!("(ite {} 1 0)", self.formula(part, yes))).collect();
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
                let (one, two) = (self.formula(then, yes), self.formula(otherwise, yes));
                let (is, is_not) = (self.formula(condition, true), self.formula(condition, false));
                format!("(or (and {is} {one}) (and {is_not} {two}) (and {one} {two}))")
            }
            Formula::Rows(rows) => {
                let without: Vec<String> =
                    rows.iter().map(|(belongs, _)| self.formula(belongs, false)).collect();
                let each = without.iter().zip(rows);
                let each: Vec<String> = each
                    .map(|(without, (_, asked))| format!("(or {without} {})", self.formula(asked, yes)))
                    .collect();
                format!("(and (not (and true {})) {})", without.join(" "), each.join(" "))
            }
        }
    }
}

/// Variables whose value an expression takes; those that it counts down stay whole numbers.
fn values(expression: &Expression, found: &mut Vec<usize>) {
    match expression {
        Expression::Number(_) | Expression::Completed(..) => {}
        Expression::Of(variable) => found.push(*variable),
        Expression::Sum(parts)
        | Expression::Product(parts)
        | Expression::Quotient(parts)
        | Expression::Least(parts)
        | Expression::Greatest(parts) => parts.iter().for_each(|part| values(part, found)),
        Expression::Power(of, _) => values(of, found),
        Expression::Rows(rows) => rows.iter().for_each(|(_, value)| values(value, found)),
    }
}

/// These variables and all that they have to do with.
pub(super) fn closure(from: BTreeSet<usize>, relations: &[(Vec<usize>, String)]) -> BTreeSet<usize> {
    let mut near = from;
    loop {
        let before = near.len();
        for (variables, _) in relations {
            if variables.iter().any(|variable| near.contains(variable)) {
                near.extend(variables.iter().copied());
            }
        }
        if near.len() == before {
            return near;
        }
    }
}

/// Without the signs that end a quoted symbol.
pub(super) fn quoted(words: &str) -> String {
    words.replace(['|', '\\'], "/")
}

pub(super) fn real(number: &Exact) -> String {
    let size = number.abs();
    let rational = size.to_rational();
    let text = if size.is_integer() {
        format!("{}.0", rational.numer())
    } else {
        format!("(/ {}.0 {}.0)", rational.numer(), rational.denom())
    };
    if number.is_negative() { format!("(- {text})") } else { text }
}
