//! Formulas: the same operations in doubles, on the scales that the evaluator would give them.

use super::{Compiler, Leaf, Tree, take_of};
use crate::eligibility::{Amount, Scale, Truth, leaf_of};
use crate::model::{ArithmeticOperator, Comparator, Selector, Term, UnitRef, Value, Window};
use crate::number::Exact;
use crate::population::evaluate::classes::is_of_class;
use crate::population::evaluate::formula::{Computed, Ends, Input, Node};
use crate::population::evaluate::gate::Affine;
use crate::population::evaluate::results::{Reading, Test};
use crate::units::Analyte;

/// What a measured value or leaf of a formula is asked for, and in which window.
type Around<'a> = Option<(Selector, &'a Window)>;

/// A formula while it is compiled.
struct Formula {
    inputs: Vec<Input>,
    recorded: Vec<u16>,
    is_never: bool,
}

impl<'a> Compiler<'a, '_> {
    pub(super) fn computed(
        &mut self,
        value: &'a Term,
        tests: &[(Comparator, &'a Term)],
        unit: Option<&'a UnitRef>,
    ) -> Option<Tree> {
        let mut formula = Formula { inputs: Vec::new(), recorded: Vec::new(), is_never: false };
        let (node, scale) = self.node(value, None, &mut formula)?;
        if formula.is_never {
            // One of its values is never there, and nothing recorded can stand in for the formula.
            return formula.recorded.is_empty().then_some(Tree::Known(Truth::Unknown));
        }
        let of = match &value.value {
            Value::Measured { measure, .. } => Some(measure.as_str()),
            _ => None,
        };
        let cases = self.cases(tests, None)?;
        let tests = cases.amounts.iter().map(|limits| match limits {
            Some(limits) => self.gates(of, &scale, tests, limits, unit, Test::of),
            None => Some(None),
        });
        let tests = tests.collect::<Option<Vec<_>>>()?;
        let Formula { inputs, recorded, .. } = formula;
        let computed = Computed { inputs, node, recorded, case_of: cases.case_of, tests };
        Some(self.leaf(Leaf::Computed(computed)))
    }

    fn node(&mut self, term: &'a Term, around: Around<'a>, formula: &mut Formula) -> Option<(Node, Scale)> {
        if is_of_class(term) {
            return self.node_of_class(term);
        }
        match &term.value {
            Value::Measured { measure, select, window } => {
                let (select, window) = leaf_of(around, *select, window);
                if !matches!(select, Selector::Latest | Selector::Earliest) {
                    return None;
                }
                match self.formula_of(measure) {
                    Some(inner) => {
                        formula.recorded.extend(self.places_of(measure));
                        let (node, scale) = self.node(inner, Some((select, window)), formula)?;
                        let own = |number: Exact| {
                            self.parts.in_own_unit(measure, Amount::exact(number, scale.clone()))
                        };
                        let line = Affine::of(own)?;
                        Some((along(&line, node), own(Exact::one())?.scale))
                    }
                    None => self.input(measure, select, window, formula),
                }
            }
            Value::Arithmetic { left, operator, right } => {
                let left = self.node(left, around, formula)?;
                let right = self.node(right, around, formula)?;
                arithmetic(*operator, left, right)
            }
            Value::Call { function, arguments } => {
                let nodes = arguments.iter().map(|one| self.node(one, around, formula));
                let nodes = nodes.collect::<Option<Vec<_>>>()?;
                call(function, nodes)
            }
            Value::Negative { of } => {
                let (node, scale) = self.node(of, around, formula)?;
                Some((Node::Negative(Box::new(node)), scale))
            }
            _ => None,
        }
    }

    fn node_of_class(&self, term: &Term) -> Option<(Node, Scale)> {
        let mut scale = None;
        let mut classes = Vec::new();
        for record in self.representatives {
            let Some(amount) = self.parts.value(term, record) else {
                classes.push(None);
                continue;
            };
            let (low, high) = (amount.low.as_ref()?.to_f64(), amount.high.as_ref()?.to_f64());
            if *scale.get_or_insert_with(|| amount.scale.clone()) != amount.scale {
                return None;
            }
            classes.push(Some(Ends::around(low, high)?));
        }
        Some((Node::OfClass(classes), scale?))
    }

    fn input(
        &mut self,
        measure: &'a str,
        select: Selector,
        window: &'a Window,
        formula: &mut Formula,
    ) -> Option<(Node, Scale)> {
        let scale = self.own_scale(measure)?;
        let own = self.own_readings(measure);
        let readings = own.into_iter().map(|reading| match reading {
            Reading::Read(line) => Reading::Read((line.slope.to_f64(), line.offset.to_f64())),
            Reading::Unknown => Reading::Unknown,
            Reading::ByRecord => Reading::ByRecord,
        });
        let readings = readings.collect();
        let place = formula.inputs.len();
        match self.slot(measure, window, take_of(select))? {
            Ok(slot) => formula.inputs.push(Input { slot, score: self.score(measure), readings }),
            Err(_) => {
                formula.is_never = true;
                formula.inputs.push(Input { slot: 0, score: None, readings });
            }
        }
        Some((Node::Value(place), scale))
    }
}

fn along(line: &Affine, node: Node) -> Node {
    if line.slope == Exact::one() && line.offset.is_zero() {
        return node;
    }
    Node::Line(Box::new(node), line.slope.to_f64(), line.offset.to_f64())
}

/// A ratio or an age that is computed with goes on as a pure number, as it does in [`Amount::compute`].
fn settled((node, scale): (Node, Scale)) -> (Node, Scale) {
    match scale {
        Scale::Ratio { factor, .. } => {
            (along(&Affine { slope: factor, offset: Exact::zero() }, node), Scale::Number)
        }
        Scale::Time(_) => (node, Scale::Number),
        scale => (node, scale),
    }
}

/// A number brought to the scale of another.
fn brought(node: Node, from: &Scale, to: &Scale) -> Option<Node> {
    if from == to {
        return Some(node);
    }
    let Scale::Unit(unit) = to else { return None };
    let line = Affine::of(|number| {
        Some(Amount::exact(number, from.clone()).to(Some(unit), &Analyte::default()).ok()?.amount)
    })?;
    Some(along(&line, node))
}

fn arithmetic(
    operator: ArithmeticOperator,
    left: (Node, Scale),
    right: (Node, Scale),
) -> Option<(Node, Scale)> {
    use ArithmeticOperator::{Add, Divide, Multiply, Power, Subtract};
    let sample = |scale: &Scale, number: i64| Amount::exact(Exact::from(number), scale.clone());
    if operator == Power {
        let ((base, scale), (power, of_power)) = (settled(left), settled(right));
        if of_power != Scale::Number {
            return None;
        }
        let scale = match scale {
            Scale::Number => Scale::Number,
            // A unit takes whole powers: one for everybody.
            scale => {
                let Node::OfClass(classes) = &power else { return None };
                let whole = classes.iter().flatten().next()?;
                let whole = (whole.low.round() as i64).clamp(-8, 8);
                let is_whole = |ends: &Ends| {
                    (ends.low - whole as f64).abs() < 1e-9 && (ends.high - whole as f64).abs() < 1e-9
                };
                if !classes.iter().flatten().all(is_whole) {
                    return None;
                }
                sample(&scale, 2).compute(Power, &Amount::number(Exact::from(whole))).ok()?.scale
            }
        };
        return Some((Node::Power(Box::new(base), Box::new(power)), scale));
    }
    let scale = sample(&left.1, 2).compute(operator, &sample(&right.1, 3)).ok()?.scale;
    let ((left, of_left), (right, of_right)) = (settled(left), settled(right));
    let right = match operator {
        Add | Subtract => brought(right, &of_right, &of_left)?,
        _ => right,
    };
    let (left, right) = (Box::new(left), Box::new(right));
    let node = match operator {
        Add => Node::Add(left, right),
        Subtract => Node::Subtract(left, right),
        Multiply => Node::Multiply(left, right),
        Divide => Node::Divide(left, right),
        Power => return None,
    };
    Some((node, scale))
}

fn call(function: &str, nodes: Vec<(Node, Scale)>) -> Option<(Node, Scale)> {
    let samples: Vec<Amount> =
        nodes.iter().map(|(_, scale)| Amount::exact(Exact::from(2), scale.clone())).collect();
    let scale = Amount::call(function, &samples).ok()?.scale;
    let nodes: Vec<(Node, Scale)> = nodes.into_iter().map(settled).collect();
    let (_, first) = nodes.first()?.clone();
    let mut nodes = nodes
        .into_iter()
        .map(|(node, scale)| brought(node, &scale, &first))
        .collect::<Option<Vec<Node>>>()?;
    let mut only = || Some(Box::new(nodes.pop()?));
    let node = match function {
        "min" => Node::Least(nodes),
        "max" => Node::Most(nodes),
        "abs" => Node::Size(only()?),
        "sqrt" => Node::Root(only()?),
        "ln" => Node::Logarithm(only()?),
        "log10" => Node::DecimalLogarithm(only()?),
        "exp" => Node::Exponential(only()?),
        _ => return None,
    };
    Some((node, scale))
}
