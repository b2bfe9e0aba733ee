//! One question for a solver that knows arithmetic, and what it answers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::circuit::{FALSE, TRUE, Wire};
use super::encode::Encoder;
use super::read::Definition;
use super::said::{Said, closure, real};
use super::space::{Kind, Space};
use super::typical::Choice;
use crate::number::Exact;

/// A program that answers questions in SMT-LIB. It is never needed, and believed only where it says that nobody exists: whom it finds
/// is screened by the evaluator.
pub trait Solver {
    /// What it prints when it is given this; `None` where its time is over.
    ///
    /// # Errors
    /// When the program cannot be run or fails.
    fn ask(&mut self, question: &str) -> Result<Option<String>, Fault>;
}

/// Why a solver is of no use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It cannot be started: what the machine says.
    CannotRun(String),
    /// It ended without an answer: how, and what it said of it.
    Ended(String),
    /// What it says is no answer.
    NoAnswer(String),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::CannotRun(why) | Fault::Ended(why) | Fault::NoAnswer(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Fault {}

/// How often a solver was asked, and how often it could say something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub nobody: usize,
    pub somebody: usize,
    /// It says that it does not know.
    pub unknown: usize,
    /// Its time was over before it said anything.
    pub late: usize,
}

/// What a solver says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Nobody,
    Somebody,
    Unknown,
}

/// Something that must hold together, in a space where it is known how quantities are computed.
pub(super) struct Question<'q, 't> {
    pub space: &'q Space<'t>,
    pub encoder: &'q Encoder,
    pub definitions: &'q [Definition],
}

/// The inputs of a circuit: each with its variable, and in SMT-LIB.
type Inputs = BTreeMap<Wire, (usize, String)>;

/// What a variable is in an answer.
pub(super) type Model = BTreeMap<usize, (Choice, Option<Exact>)>;

impl Question<'_, '_> {
    /// Whether the goal has to do with a quantity that is computed: otherwise no solver knows more.
    pub fn is_for_a_solver(&self, goal: &[Wire]) -> bool {
        let near = self.near(goal);
        self.definitions.iter().any(|definition| near.contains(&definition.variable))
    }

    /// Asks whether the goal can be met.
    pub fn ask(&self, solver: &mut dyn Solver, asked: &mut Asked, goal: &[Wire]) -> Result<Answer, Fault> {
        let text = format!("{}(check-sat)\n", self.text(goal, &self.near(goal)));
        let Some(said) = solver.ask(&text)? else {
            asked.late += 1;
            return Ok(Answer::Unknown);
        };
        // cvc5 says why it does not know: `unknown (TIMEOUT)`.
        let (word, reason) = said.trim().split_once(' ').unwrap_or((said.trim(), ""));
        let is_reason =
            reason.is_empty() || (word == "unknown" && matches!(read(reason), Some(Tree::List(_))));
        let (answer, count) = match word {
            _ if !is_reason => return Err(not_an_answer(&said)),
            "unsat" => (Answer::Nobody, &mut asked.nobody),
            "sat" => (Answer::Somebody, &mut asked.somebody),
            "unknown" | "timeout" => (Answer::Unknown, &mut asked.unknown),
            _ => return Err(not_an_answer(&said)),
        };
        *count += 1;
        Ok(answer)
    }

    /// Places among these that cannot be met together and with the goal, none of which can be left out. `None` where they can, or
    /// where the solver does not know.
    pub fn conflict(
        &self,
        solver: &mut dyn Solver,
        asked: &mut Asked,
        goal: &[Wire],
        among: &[Wire],
    ) -> Result<Option<Vec<usize>>, Fault> {
        let mut is_nobody = |of: &[usize]| {
            let wires: Vec<Wire> = goal.iter().copied().chain(of.iter().map(|place| among[*place])).collect();
            Ok(self.ask(solver, asked, &wires)? == Answer::Nobody)
        };
        // Those that have to do with what is computed are enough more often than not.
        let all: Vec<usize> = (0..among.len()).collect();
        let near: Vec<usize> =
            all.iter().copied().filter(|place| self.is_for_a_solver(&[among[*place]])).collect();
        let mut set = match is_nobody(&near)? {
            true => near,
            false if near.len() < all.len() && is_nobody(&all)? => all,
            false => return Ok(None),
        };
        let mut at = set.len();
        while at > 0 {
            at -= 1;
            let without: Vec<usize> =
                set.iter().enumerate().filter(|(number, _)| *number != at).map(|(_, place)| *place).collect();
            if is_nobody(&without)? {
                set = without;
            }
        }
        Ok(Some(set))
    }

    /// Values that meet a goal that can be met; `None` where the solver gives none in time, or none that can be written. `within`: a
    /// variable and two ends between which it is wanted; `None` then also where there is nobody.
    pub fn model(
        &self,
        solver: &mut dyn Solver,
        goal: &[Wire],
        within: Option<&(usize, Exact, Exact)>,
    ) -> Result<Option<Model>, Fault> {
        let mut near = self.near(goal);
        near.extend(within.map(|(variable, ..)| *variable));
        let names: Vec<String> = near.iter().map(|variable| format!("v{variable}")).collect();
        let mut text = String::from("(set-option :produce-models true)\n");
        text.push_str(&self.text(goal, &near));
        if let Some((variable, low, high)) = within {
            let value = Said::of(self.space, self.encoder, self.definitions).value(*variable);
            let _ = writeln!(text, "(assert (<= {} {value} {}))", real(low), real(high));
        }
        let _ = writeln!(text, "(check-sat)\n(get-value ({}))", names.join(" "));
        let Some(said) = solver.ask(&text)? else { return Ok(None) };
        let Some(values) = said.trim_start().strip_prefix("sat") else {
            // It may give up the second time, and who is wanted so near may not be.
            let said = said.trim_start();
            return if said.starts_with("unknown") || (within.is_some() && said.starts_with("unsat")) {
                Ok(None)
            } else {
                Err(not_an_answer(said))
            };
        };
        let listed = read(values).ok_or_else(|| not_an_answer(&said))?;
        let Tree::List(pairs) = listed else { return Err(not_an_answer(&said)) };
        let mut model = Model::new();
        for pair in &pairs {
            let Tree::List(parts) = pair else { return Err(not_an_answer(&said)) };
            let [Tree::Word(name), value] = parts.as_slice() else { return Err(not_an_answer(&said)) };
            let number = name.strip_prefix('v').and_then(|number| number.parse().ok());
            let Some(variable) = number.filter(|number| near.contains(number)) else {
                return Err(not_an_answer(&said));
            };
            let Some(chosen) = self.chosen(variable, value) else { return Ok(None) };
            model.insert(variable, chosen);
        }
        Ok((model.len() == near.len()).then_some(model))
    }

    fn chosen(&self, variable: usize, value: &Tree) -> Option<(Choice, Option<Exact>)> {
        match &self.space.variables[variable].kind {
            Kind::Truth => match value {
                Tree::Word(word) if word == "true" => Some((Choice::Holds(true), None)),
                Tree::Word(word) if word == "false" => Some((Choice::Holds(false), None)),
                _ => None,
            },
            Kind::Coded { .. } => {
                let place = usize::try_from(number(value)?.to_i64()?).ok()?;
                (place < self.encoder.values[variable].wires.len()).then_some((Choice::Level(place), None))
            }
            Kind::Ordered(family) => {
                let said = Said::of(self.space, self.encoder, self.definitions);
                let is_real = said.is_computed_with(variable);
                let value = number(value)?;
                let value = match &self.space.families[*family].grid {
                    Some(grid) if !is_real => &value * grid,
                    _ => value,
                };
                let cuts = &self.encoder.cuts[*family];
                let cell =
                    cuts.iter().take_while(|cut| value > cut.at || (!cut.above && value == cut.at)).count();
                Some((Choice::Cell(cell), is_real.then_some(value)))
            }
        }
    }

    /// The variables of a goal and all that they have to do with.
    fn near(&self, goal: &[Wire]) -> BTreeSet<usize> {
        let parts = self.encoder.circuit.parts();
        let inputs = self.inputs();
        let mut near = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<Wire> = goal.iter().map(|wire| wire.positive()).collect();
        while let Some(wire) = waiting.pop() {
            if !seen.insert(wire) {
                continue;
            }
            match parts.get(&wire) {
                Some(of) => waiting.extend(of.iter().map(|part| part.positive())),
                None => near.extend(inputs.get(&wire).map(|(variable, _)| *variable)),
            }
        }
        closure(near, &Said::of(self.space, self.encoder, self.definitions).relations())
    }

    /// What each input of the circuit says: the variable, and in SMT-LIB.
    fn inputs(&self) -> Inputs {
        let said = Said::of(self.space, self.encoder, self.definitions);
        let mut inputs = BTreeMap::new();
        for (variable, values) in self.encoder.values.iter().enumerate() {
            for (place, wire) in
                values.wires.iter().enumerate().filter(|(_, wire)| **wire != TRUE && **wire != FALSE)
            {
                let text = match &self.space.variables[variable].kind {
                    Kind::Truth => format!("v{variable}"),
                    Kind::Ordered(family) => said.beyond(variable, &self.encoder.cuts[*family][place]),
                    Kind::Coded { .. } => format!("(= v{variable} {place})"),
                };
                inputs.insert(*wire, (variable, text));
            }
        }
        inputs
    }

    fn text(&self, goal: &[Wire], near: &BTreeSet<usize>) -> String {
        let said = Said::of(self.space, self.encoder, self.definitions);
        let mut text = format!("(set-logic {})\n", said.logic());
        for variable in near {
            text.push_str(&said.declared(*variable));
        }
        for (_, relation) in said.relations().iter().filter(|(variables, _)| near.contains(&variables[0])) {
            text.push_str(relation);
        }
        let (parts, inputs) = (self.encoder.circuit.parts(), self.inputs());
        let mut defined = BTreeSet::new();
        for wire in goal {
            self.define(wire.positive(), (&parts, &inputs), &mut defined, &mut text);
        }
        for wire in goal {
            let _ = writeln!(text, "(assert {})", named(*wire));
        }
        text
    }

    /// Gates in an order in which each is known before it is used.
    fn define(
        &self,
        wire: Wire,
        (parts, inputs): (&BTreeMap<Wire, &[Wire]>, &Inputs),
        defined: &mut BTreeSet<Wire>,
        text: &mut String,
    ) {
        if wire == TRUE || !defined.insert(wire) {
            return;
        }
        let value = match parts.get(&wire) {
            Some(of) => {
                for part in *of {
                    self.define(part.positive(), (parts, inputs), defined, text);
                }
                let each: Vec<String> = of.iter().map(|part| named(*part)).collect();
                format!("(and {})", each.join(" "))
            }
            None => inputs.get(&wire).map_or_else(|| "true".to_owned(), |(_, said)| said.clone()),
        };
        let _ = writeln!(text, "(define-fun w{} () Bool {value})", wire.number());
    }
}

fn named(wire: Wire) -> String {
    match wire {
        TRUE => "true".to_owned(),
        FALSE => "false".to_owned(),
        wire if wire.is_negative() => format!("(not w{})", wire.number()),
        wire => format!("w{}", wire.number()),
    }
}

fn not_an_answer(said: &str) -> Fault {
    const MOST: usize = 200;
    let said = said.trim();
    if said.is_empty() {
        return Fault::NoAnswer("it answers nothing".to_owned());
    }
    let line = said.lines().next().unwrap_or(said);
    let cut: String = line.chars().take(MOST).collect();
    let more = if cut.len() < said.len() { " …" } else { "" };
    Fault::NoAnswer(format!("`{cut}{more}` is no answer to a question in SMT-LIB"))
}

// ---- reading what a solver prints ----------------------------------------------------------------------------

/// Words and lists of them.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Tree {
    Word(String),
    List(Vec<Tree>),
}

/// One expression and nothing after it.
fn read(text: &str) -> Option<Tree> {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let mut open: Vec<Vec<Tree>> = vec![Vec::new()];
    for word in spaced.split_whitespace() {
        match word {
            "(" => open.push(Vec::new()),
            ")" => {
                let list = Tree::List(open.pop()?);
                open.last_mut()?.push(list);
            }
            word => open.last_mut()?.push(Tree::Word(word.to_owned())),
        }
    }
    let whole = open.pop().filter(|_| open.is_empty())?;
    let [one] = <[Tree; 1]>::try_from(whole).ok()?;
    Some(one)
}

/// `3`, `2.5`, `1.41?` (cut off), `(- 3)`, `(/ 1 3)`. `None` for roots of equations.
fn number(tree: &Tree) -> Option<Exact> {
    match tree {
        Tree::Word(word) => word.trim_end_matches('?').parse().ok(),
        Tree::List(parts) => match parts.as_slice() {
            [Tree::Word(sign), of] if sign == "-" => Some(&Exact::zero() - &number(of)?),
            [Tree::Word(sign), above, below] if sign == "/" => number(above)?.checked_div(&number(below)?),
            [Tree::Word(sign), of] if sign == "to_real" => number(of),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_solvers_print_them() {
        let of =
            |text: &str| read(text).and_then(|tree| number(&tree)).map(|number| number.to_significant(4));
        assert_eq!(of("3").as_deref(), Some("3"));
        assert_eq!(of("59.5").as_deref(), Some("59.5"));
        assert_eq!(of("(- (/ 1.0 8.0))").as_deref(), Some("-0.125"));
        assert_eq!(of("1.4142?").as_deref(), Some("1.414"));
        assert_eq!(of("(/ 1 0)"), None);
        assert_eq!(of("(root-obj (+ (^ x 2) (- 2)) 2)"), None);
    }

    #[test]
    fn what_is_not_closed_or_goes_on_is_not_read() {
        assert!(read("((v0 true) (v1 (- 3)))").is_some());
        assert!(read("((v0 true)").is_none());
        assert!(read("(v0 true))").is_none());
        assert!(read("(v0) (v1)").is_none());
        assert!(read("").is_none());
    }
}
