//! Rules, quantities, times and treatment plans: a piece of text into [`crate::ast`].
//!
//! The grammar (`grammar/expression.pest`) keeps a chain of operands and signs flat; `tree` decides what binds to
//! what. Every function returns `None` when nothing could be read, and has then said why; a mistake that leaves no
//! doubt about what was meant is reported and read as meant, so that the rest is checked in the same run.

mod arithmetic;
mod depth;
mod expected;
mod foreign;
mod known;
mod literal;
mod mistakes;
mod operand;
mod plan;
mod prescan;
mod table;
mod terms;
mod time;
mod tree;
mod visit;
mod words;

use std::collections::HashMap;

use pest::Parser;
use pest::iterators::Pair;

use crate::ast::{
    Constraint, CyclePlan, DurationExpr, Expr, Moment, Name, PlanPhrase, Quantity, QuantityRange, Timepoint,
    VisitTiming, WindowAround,
};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::syntax::Slice;

/// The grammar of everything that has a value or a time.
mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/expression.pest"]
    pub struct Grammar;
}

use grammar::{Grammar, Rule};
pub(super) use literal::unquote;

type Node<'a> = Pair<'a, Rule>;

/// A criterion, derivation or outcome value.
pub fn expression(slice: Slice<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Expr> {
    let expr = read(slice, Rule::expression_entry, diagnostics, |reader, node| reader.expression(node))?;
    depth::within_limit(expr, diagnostics)
}

/// `1.5 mg/dL (133 umol/L)`.
pub fn quantity(slice: Slice<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Quantity> {
    read(slice, Rule::quantity_entry, diagnostics, |reader, node| reader.quantity(node))
}

/// `0 to 500 mg/dL`: the unit may stand behind either end.
pub fn range(slice: Slice<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<QuantityRange> {
    read(slice, Rule::range_entry, diagnostics, |reader, node| reader.range(node))
}

/// `14 days`, `5 half_lives of drug`, `the longer of (…)`.
pub fn duration(slice: Slice<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<DurationExpr> {
    read(slice, Rule::duration_entry, diagnostics, |reader, node| reader.duration(node))
}

/// `first dose`, `14 days before surgery`, `onset of t2dm`.
pub fn moment(slice: Slice<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Moment> {
    read(slice, Rule::moment_entry, diagnostics, |reader, node| reader.moment(node))
}

/// When an event takes place: constraints joined by `and`.
pub fn timing(slice: Slice<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<Constraint>> {
    read(slice, Rule::timing_entry, diagnostics, |reader, node| reader.timing(node))
}

/// When a visit takes place, with its window.
pub fn visit(slice: Slice<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<VisitTiming> {
    read(slice, Rule::visit_entry, diagnostics, |reader, node| reader.visit(node))
}

/// `±7 days`, `-7/+14 days`.
pub fn window(slice: Slice<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<WindowAround> {
    read(slice, Rule::window_entry, diagnostics, |reader, node| reader.window(node))
}

/// `±5 min`: the window of times within a day.
pub fn window_in_day(slice: Slice<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<WindowAround> {
    read(slice, Rule::window_entry, diagnostics, |reader, node| {
        reader.is_in_day = true;
        reader.window(node)
    })
}

/// `every 28 days from first_dose for 6 cycles`.
pub fn cycle(slice: Slice<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<CyclePlan> {
    read(slice, Rule::cycle_entry, diagnostics, |reader, node| reader.cycle(node))
}

/// `-30 min, 1 h ±5 min`: times within a day.
pub fn timepoints(slice: Slice<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<Spanned<Timepoint>>> {
    read(slice, Rule::timepoints_entry, diagnostics, |reader, node| reader.timepoints(node))
}

/// The phrases of a treatment plan, or one of them.
pub fn plan(slice: Slice<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<PlanPhrase>> {
    read(slice, Rule::plan_entry, diagnostics, |reader, node| reader.plan(node))
}

fn read<'a, T>(
    slice: Slice<'a>,
    entry: Rule,
    diagnostics: &mut Vec<Diagnostic>,
    build: impl FnOnce(&mut Reader<'a, '_>, Node<'a>) -> Option<T>,
) -> Option<T> {
    if let Err(diagnostic) = prescan::check(slice) {
        diagnostics.push(*diagnostic);
        return None;
    }
    match Grammar::parse(entry, slice.text) {
        Ok(mut pairs) => {
            let inner = pairs.next()?.into_inner().next()?;
            let from = diagnostics.len();
            let mut reader = Reader { slice, diagnostics, built: HashMap::new(), is_in_day: false };
            reader.build_inside_out(&inner);
            let value = build(&mut reader, inner);
            diagnostics[from..].sort_by_key(|said| said.primary.span);
            value
        }
        Err(error) => {
            diagnostics.push(expected::report(slice, entry, &error));
            None
        }
    }
}

/// Builds trees from pairs of one slice and collects what there is to say.
struct Reader<'a, 'd> {
    slice: Slice<'a>,
    diagnostics: &'d mut Vec<Diagnostic>,
    /// What stands in parentheses, by rule and place, until what stands around it takes it in.
    built: HashMap<Place, Option<Expr>>,
    /// Reads times within a day, whose units are UCUM's `min` and `h` as often as words.
    is_in_day: bool,
}

type Place = (Rule, usize, usize);

fn place(node: &Node<'_>) -> Place {
    let span = node.as_span();
    (node.as_rule(), span.start(), span.end())
}

impl<'a> Reader<'a, '_> {
    /// Builds the innermost parentheses first, so that deep nesting needs no deep stack.
    fn build_inside_out(&mut self, node: &Node<'a>) {
        let nested = |inner: &Node<'a>| matches!(inner.as_rule(), Rule::expression | Rule::table);
        let nodes: Vec<Node<'a>> = node.clone().into_inner().flatten().filter(nested).collect();
        for inner in nodes.into_iter().rev() {
            let at = place(&inner);
            let tree = if inner.as_rule() == Rule::table { self.table(inner) } else { self.chained(inner) };
            self.built.insert(at, tree);
        }
    }

    /// What [`Self::build_inside_out`] has built of a node.
    fn built(&mut self, node: &Node<'a>) -> Option<Option<Expr>> {
        self.built.remove(&place(node))
    }

    fn span(&self, node: &Node<'a>) -> Span {
        self.slice.span(node.as_span().start()..node.as_span().end())
    }

    /// The author's words at a span of this slice.
    fn words(&self, span: Span) -> &'a str {
        let range = span.range();
        let start = range.start.saturating_sub(self.slice.start);
        let end = range.end.saturating_sub(self.slice.start);
        self.slice.text.get(start..end).unwrap_or("")
    }

    fn say(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Words that were understood and are not the language's: reported with what to write instead.
    fn instead_of(&mut self, code: &'static Code, span: Span, message: String, replacement: &str) {
        let help = format!("write `{replacement}`");
        self.say(Diagnostic::new(code, span, message).help(help).fix(span, replacement));
    }

    fn name(&mut self, node: &Node<'a>) -> Name {
        let span = self.span(node);
        if node.as_rule() == Rule::bad_name {
            return self.hyphenated_name(node.as_str(), span);
        }
        Spanned::new(node.as_str().to_owned(), span)
    }

    /// The first name among the children.
    fn name_in(&mut self, node: &Node<'a>) -> Option<Name> {
        let found = node.clone().into_inner().find(|child| is_name(child))?;
        Some(self.name(&found))
    }

    fn text(&self, node: &Node<'a>) -> Spanned<String> {
        Spanned::new(literal::unquote(node.as_str()), self.span(node))
    }
}

fn is_name(node: &Node<'_>) -> bool {
    matches!(node.as_rule(), Rule::name | Rule::bad_name)
}

fn child<'a>(node: &Node<'a>, rule: Rule) -> Option<Node<'a>> {
    node.clone().into_inner().find(|child| child.as_rule() == rule)
}

fn has(node: &Node<'_>, rule: Rule) -> bool {
    child(node, rule).is_some()
}
