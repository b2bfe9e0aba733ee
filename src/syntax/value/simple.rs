//! Codes, units, levels, attributes, comparisons, strategies, clocks and what is collected.

use std::ops::Range;

use super::{Node, Place, Reader, Rule, Slice};
use crate::ast::{Attribute, Code, Collection, Level, NameOrRange, Value};
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
        let mut collection = Collection { what: Vec::new(), at: Vec::new(), throughout: None, when: None };
        for node in self.parse(Rule::collection, &range, place)?.into_inner() {
            match node.as_rule() {
                Rule::collected => {
                    let word = node.into_inner().last()?;
                    collection.what.push(self.spanned(&word, range.start));
                }
                Rule::collect_at => {
                    for visit in node.into_inner().filter(|part| part.as_rule() == Rule::name_or_range) {
                        let names: Vec<Spanned<String>> = visit
                            .into_inner()
                            .filter(|part| part.as_rule() == Rule::word)
                            .map(|part| self.spanned(&part, range.start))
                            .collect();
                        collection.at.push(match <[_; 2]>::try_from(names) {
                            Ok([from, to]) => NameOrRange::Range { from, to },
                            Err(names) => NameOrRange::Name(names.into_iter().next()?),
                        });
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
                _ => {}
            }
        }
        Some(Value::Collection(collection))
    }

    /// A node's text as a piece of its own.
    pub(super) fn slice<'n>(&self, node: &Node<'n>, start: usize) -> Slice<'n> {
        Slice::new(self.mistakes.file, node.as_str(), start + node.as_span().start())
    }
}
