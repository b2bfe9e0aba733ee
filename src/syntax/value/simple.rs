//! Codes, units, levels, attributes, comparisons, strategies, clocks and what is collected.

use std::ops::Range;

use super::{Node, Place, Reader, Rule, Slice};
use crate::ast::{Attribute, Code, CollectVisit, Collection, Level, NameOrRange, RoundRun, Value};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::Spanned;
use crate::syntax::expression;

impl Reader<'_, '_> {
    pub(super) fn codes(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let nodes =
            self.parse(Rule::codes, &range, place)?.into_inner().filter(|node| node.as_rule() == Rule::code);
        let codes = nodes.filter_map(|node| {
            let mut inner = node.into_inner();
            let code = self.spanned(&inner.next()?, range.start);
            let display = inner.next().map(|text| self.text_of(&text, range.start));
            Some(Code { code, display })
        });
        Some(Value::Codes(codes.collect()))
    }

    pub(super) fn units(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let nodes =
            self.parse(Rule::units, &range, place)?.into_inner().filter(|node| node.as_rule() == Rule::unit);
        Some(Value::Units(nodes.map(|node| self.spanned(&node, range.start)).collect()))
    }

    /// `0 "Fully active", 1`, `negative, positive`, `0 to 30`.
    pub(super) fn levels(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Vec<Level>> {
        let node = self.parse(Rule::levels, &range, place)?;
        Some(self.levels_of(node, range.start))
    }

    pub(super) fn levels_of(&mut self, node: Node<'_>, start: usize) -> Vec<Level> {
        let nodes: Vec<Node<'_>> = node.into_inner().filter(|node| node.as_rule() == Rule::level).collect();
        nodes.into_iter().filter_map(|node| self.level(node, start)).collect()
    }

    fn level(&mut self, node: Node<'_>, start: usize) -> Option<Level> {
        let mut value = None;
        let mut to = None;
        let mut label = None;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::level_value if value.is_none() => value = Some(self.spanned(&part, start)),
                Rule::level_value => to = Some(self.spanned(&part, start)),
                Rule::level_dash => {
                    let span = self.spanned(&part, start).span;
                    self.mistakes.push(
                        Diagnostic::new(
                            &codes::WORD_FOR_SYMBOL,
                            span,
                            "a range has the word `to`, not a dash",
                        )
                        .help("write `0 to 30`")
                        .fix(span, " to "),
                    );
                }
                Rule::long_text | Rule::short_text => label = Some(self.text_of(&part, start)),
                _ => {}
            }
        }
        let minus = |text: Spanned<String>| text.map(|text| text.replace('−', "-"));
        Some(Level { value: minus(value?), label, to: to.map(minus) })
    }

    /// `grade 1 to 5, related_to infusion, serious`.
    pub(super) fn attributes(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let nodes = self.parse(Rule::attributes, &range, place)?.into_inner();
        let mut attributes = Vec::new();
        for node in nodes.filter(|node| node.as_rule() == Rule::attribute) {
            let parts: Vec<Node<'_>> = node.into_inner().filter(|part| part.as_rule() != Rule::to).collect();
            let name = self.spanned(parts.first()?, range.start);
            attributes.push(match parts.as_slice() {
                [_, low, high] => {
                    let (low, high) = (self.integer(low, range.start)?, self.integer(high, range.start)?);
                    Attribute::Ordinal { name, low, high }
                }
                [_, to] => Attribute::Related { name, to: self.spanned(to, range.start) },
                _ => Attribute::Flag(name),
            });
        }
        Some(Value::Attributes(attributes))
    }

    /// `combined versus insulin, "mean difference"`.
    pub(super) fn comparison(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let mut arms = Vec::new();
        let mut summary = None;
        for node in self.parse(Rule::comparison, &range, place)?.into_inner() {
            match node.as_rule() {
                Rule::group => {
                    let names = node.into_inner().filter(|part| part.as_rule() == Rule::word);
                    arms.push(names.map(|name| self.spanned(&name, range.start)).collect());
                }
                Rule::versus if node.as_str() != "versus" => {
                    let written = self.spanned(&node, range.start);
                    self.mistakes.push(
                        Diagnostic::new(
                            &codes::WORD_FOR_SYMBOL,
                            written.span,
                            format!("`{}` between two arms", written.value),
                        )
                        .help("write `versus`")
                        .fix(written.span, "versus"),
                    );
                }
                Rule::summary => {
                    let node = node.into_inner().next()?;
                    summary = Some(match node.as_rule() {
                        Rule::summary_words => self.spanned(&node, range.start),
                        _ => self.text_of(&node, range.start),
                    });
                }
                _ => {}
            }
        }
        Some(Value::Comparison { arms, summary })
    }

    /// `rescue_therapy treatment_policy, death not stated`.
    pub(super) fn strategies(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        const STRATEGIES: &[&str] =
            &["treatment_policy", "hypothetical", "composite", "while_on_treatment", "principal_stratum"];
        let nodes = self.parse(Rule::strategies, &range, place)?.into_inner();
        let mut strategies = Vec::new();
        for node in nodes.filter(|node| node.as_rule() == Rule::strategy) {
            let mut parts = node.into_inner();
            let event = self.spanned(&parts.next()?, range.start);
            let strategy = match parts.next() {
                Some(part) if part.as_rule() == Rule::word => {
                    let strategy = self.spanned(&part, range.start);
                    let known = STRATEGIES.contains(&strategy.value.as_str());
                    if !known {
                        let word = Spanned::new(strategy.value.as_str(), strategy.span);
                        self.not_one_of(word, STRATEGIES, "a strategy for an intercurrent event");
                    }
                    known.then_some(strategy)
                }
                Some(_) => None,
                None => {
                    self.mistakes.push(
                        Diagnostic::new(
                            &codes::BAD_VALUE,
                            event.span,
                            format!("`{}` has no strategy", event.value),
                        )
                        .label("how is it dealt with?")
                        .help(format!(
                            "write it behind the event: `{} treatment_policy`, or `{} not stated`",
                            event.value, event.value
                        )),
                    );
                    None
                }
            };
            strategies.push((event, strategy));
        }
        Some(Value::Strategies(strategies))
    }

    /// `day 1 is randomization`.
    pub(super) fn clock(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let parts: Vec<Node<'_>> = self.parse(Rule::clock, &range, place)?.into_inner().collect();
        let day = parts.iter().find(|part| part.as_rule() == Rule::integer)?;
        let day = self.integer(day, range.start)?;
        let event = parts.iter().find(|part| part.as_rule() == Rule::word)?;
        Some(Value::Clock { day, is: self.spanned(event, range.start) })
    }

    /// `a, b at x, y to z when TRUTH`, `a from E to E`.
    pub(super) fn collection(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let mut collection = Collection::default();
        for node in self.parse(Rule::collection, &range, place)?.into_inner() {
            match node.as_rule() {
                Rule::collected => {
                    let word = node.into_inner().last()?;
                    collection.what.push(self.spanned(&word, range.start));
                }
                Rule::collect_at => {
                    for visit in node.into_inner().filter(|part| part.as_rule() == Rule::collect_visit) {
                        collection.at.push(self.collect_visit(visit, range.start)?);
                    }
                }
                Rule::collect_from => {
                    let moments: Vec<Node<'_>> =
                        node.into_inner().filter(|part| part.as_rule() == Rule::collect_moment).collect();
                    let mut read = Vec::new();
                    for moment in moments {
                        let slice = self.slice(&moment, range.start);
                        read.push(self.mistakes.with(|said| expression::moment(slice, said))?);
                    }
                    let mut read = read.into_iter();
                    collection.throughout = Some((read.next()?, read.next()));
                }
                Rule::collect_when => {
                    let rest = node.into_inner().last()?;
                    let slice = self.slice(&rest, range.start);
                    collection.when = Some(self.mistakes.with(|said| expression::expression(slice, said))?);
                }
                Rule::collect_per => {
                    let name = node.into_inner().last()?;
                    collection.per = Some(self.spanned(&name, range.start));
                }
                Rule::collect_for => {
                    let names = node.into_inner().filter(|part| part.as_rule() == Rule::word);
                    collection.arms.extend(names.map(|part| self.spanned(&part, range.start)));
                }
                Rule::collect_note => {
                    let text = node.into_inner().last()?;
                    collection.note = Some(self.text_of(&text, range.start));
                }
                _ => {}
            }
        }
        Some(Value::Collection(collection))
    }

    /// `d1 of odd cycles`, `month_3 to month_12`.
    fn collect_visit(&mut self, node: Node<'_>, start: usize) -> Option<CollectVisit> {
        let mut parts = node.into_inner();
        let names: Vec<Spanned<String>> = parts
            .next()?
            .into_inner()
            .filter(|part| part.as_rule() == Rule::word)
            .map(|part| self.spanned(&part, start))
            .collect();
        let visit = match <[_; 2]>::try_from(names) {
            Ok([from, to]) => NameOrRange::Range { from, to },
            Err(names) => NameOrRange::Name(names.into_iter().next()?),
        };
        let parts: Vec<Node<'_>> = parts.collect();
        let of = parts.iter().find(|part| part.as_rule() == Rule::of).map(|of| of.as_span().end());
        let Some(of) = of else { return Some(CollectVisit { visit, rounds: None }) };
        let end = parts.last()?.as_span().end();
        let span = self.mistakes.span(self.trimmed(start + of..start + end));
        let runs = self.runs(&parts, start)?;
        Some(CollectVisit { visit, rounds: Some(Spanned::new(runs, span)) })
    }

    /// `odd`, `1, 3 to 5`, `4 and later`, `every 3`.
    pub(super) fn rounds(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let parts: Vec<Node<'_>> = self.parse(Rule::rounds, &range, place)?.into_inner().collect();
        self.runs(&parts, range.start).map(Value::Rounds)
    }

    /// Runs of cycles; each begins at 1 or later, and ends after it begins.
    fn runs(&mut self, parts: &[Node<'_>], start: usize) -> Option<Vec<RoundRun>> {
        let every = |step: i64, first: i64| RoundRun { first, last: None, step };
        let mut runs = Vec::new();
        for part in parts {
            let numbers = |reader: &mut Self| -> Option<Vec<i64>> {
                let written = part.clone().into_inner().filter(|part| part.as_rule() == Rule::integer);
                written.map(|number| reader.integer(&number, start)).collect()
            };
            match part.as_rule() {
                Rule::odd => runs.push(every(2, 1)),
                Rule::even => runs.push(every(2, 2)),
                Rule::every_few => runs.push(every(*numbers(self)?.first()?, 1)),
                // `every 3 cycles from cycle 2`
                Rule::integer => runs.last_mut()?.first = self.integer(part, start)?,
                Rule::cycle_run => {
                    let numbers = numbers(self)?;
                    let later = part.clone().into_inner().any(|inner| inner.as_rule() == Rule::later);
                    let first = *numbers.first()?;
                    let last = if later { None } else { Some(*numbers.last()?) };
                    runs.push(RoundRun { first, last, step: 1 });
                }
                _ => {}
            }
        }
        let bad = runs
            .iter()
            .any(|run| run.first < 1 || run.step < 1 || run.last.is_some_and(|last| last < run.first));
        if bad {
            let ends = parts.first()?.as_span().start()..parts.last()?.as_span().end();
            let span = self.mistakes.span(start + ends.start..start + ends.end);
            self.mistakes.push(
                Diagnostic::new(&codes::BAD_VALUE, span, "these are no numbers of cycles")
                    .label("cycles are counted from 1, the smaller number first")
                    .help("write for example `1`, `2 to 4`, `5 and later`, `odd`"),
            );
            return None;
        }
        Some(runs)
    }

    /// A node's text as a piece of its own.
    pub(super) fn slice<'n>(&self, node: &Node<'n>, start: usize) -> Slice<'n> {
        Slice::new(self.mistakes.file, node.as_str(), start + node.as_span().start())
    }
}
