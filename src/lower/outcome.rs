//! Outcomes as estimands (ICH E9(R1)).

use super::env::Env;
use super::header::origins;
use super::{Lowering, label_of};
use crate::ast::{self, ExprKind, Item, Keyword, Value};
use crate::model::{
    Comparison, Direction, Duration, IntercurrentEvent, Named, Offset, Outcome, Stated, Term, Tier, TimeFrame,
};

impl Lowering<'_> {
    pub(super) fn outcomes(&mut self) -> Named<Outcome> {
        let own = self.own_named(Keyword::Outcome);
        own.into_iter().map(|(name, item)| (name, self.outcome(item))).collect()
    }

    fn outcome(&mut self, item: &Item) -> Outcome {
        let tier = match self.word(item, "tier").as_deref() {
            Some("primary") => Tier::Primary,
            Some("secondary") => Tier::Secondary,
            Some("exploratory") => Tier::Exploratory,
            _ => Tier::Unstated,
        };
        let value = self.outcome_value(item);
        let time_frame = match (self.time_frame(item), &value) {
            // A value that could not be read may well have named its time.
            (Stated::Missing, Stated::Unspecified(text)) if !is_said_to_be_unspecified(item) => {
                Stated::Unspecified(text.clone())
            }
            (time_frame, _) => time_frame,
        };
        Outcome {
            tier,
            label: label_of(item),
            value,
            time_frame,
            compare: self.comparison_of_arms(item),
            among: self.among(item),
            missing: self.among_text(item, "missing"),
            events: self.intercurrent_events(item),
            query: self.text(item, "query"),
            origin: item.head_span().into(),
            origins: origins(item),
        }
    }

    fn outcome_value(&mut self, item: &Item) -> Stated<Term> {
        let written = item.property("value").map(|property| &property.value).or(item.body.as_ref());
        let Some(written) = written else { return Stated::Missing };
        let expression = match &written.value {
            Value::Expression(expression) => expression,
            Value::NotStated => return Stated::NotStated,
            Value::Unspecified(text) => return Stated::Unspecified(text.value.clone()),
            // It is there, and what is wrong with it has been said.
            _ => return Stated::Unspecified(self.words(written.span)),
        };
        match &expression.kind {
            ExprKind::NotStated => Stated::NotStated,
            ExprKind::Unspecified(text) => Stated::Unspecified(text.value.clone()),
            _ => {
                let env = Env { outcome: true, ..Env::default() };
                match self.value(expression, &env) {
                    Some(value) => Stated::Is(value.term),
                    None => Stated::Unspecified(self.words(expression.span)),
                }
            }
        }
    }

    fn time_frame(&mut self, item: &Item) -> Stated<TimeFrame> {
        self.stated(item, "time_frame", |lowering, property| {
            let span = property.value.span;
            let text = lowering.words(span);
            let frame = |offset, anchor| Some(TimeFrame { offset, anchor, text: text.clone() });
            match &property.value.value {
                Value::Visit(timing) => match &timing.target {
                    ast::VisitTarget::Offset { by, after, anchor } => {
                        let direction = if *after { Direction::After } else { Direction::Before };
                        let offset = lowering.offset(by, direction, span);
                        let anchor = lowering.moment(anchor);
                        frame(offset?, Some(anchor?))
                    }
                    ast::VisitTarget::OffsetRange { high, after, anchor, .. } => {
                        let direction = if *after { Direction::After } else { Direction::Before };
                        let offset = lowering.offset(high, direction, span);
                        let anchor = lowering.moment(anchor);
                        frame(offset?, Some(anchor?))
                    }
                    ast::VisitTarget::On(anchor) => {
                        let anchor = lowering.moment(anchor)?;
                        frame(Offset { direction: Direction::After, by: Duration::Days(0) }, Some(anchor))
                    }
                    _ => None,
                },
                Value::Timing(constraints) => match constraints.as_slice() {
                    [ast::Constraint::On(anchor)] => {
                        let anchor = lowering.moment(anchor)?;
                        frame(Offset { direction: Direction::After, by: Duration::Days(0) }, Some(anchor))
                    }
                    [ast::Constraint::Between { high, after, than, .. }] => {
                        let direction = if *after { Direction::After } else { Direction::Before };
                        let offset = lowering.offset(high, direction, span);
                        let anchor = lowering.moment(than);
                        frame(offset?, Some(anchor?))
                    }
                    _ => None,
                },
                Value::Duration(duration) => {
                    let offset = lowering.offset(duration, Direction::After, span)?;
                    frame(offset, None)
                }
                _ => None,
            }
        })
    }

    fn comparison_of_arms(&mut self, item: &Item) -> Stated<Comparison> {
        self.stated(item, "compare", |lowering, property| match &property.value.value {
            Value::Comparison { arms, summary } => {
                let groups = arms
                    .iter()
                    .map(|group| {
                        group
                            .iter()
                            .filter(|name| lowering.is_arm(name))
                            .map(|name| name.value.clone())
                            .collect()
                    })
                    .collect();
                Some(Comparison { groups, summary: summary.as_ref().map(|summary| summary.value.clone()) })
            }
            _ => None,
        })
    }

    fn among(&mut self, item: &Item) -> Stated<String> {
        self.among_text(item, "among")
    }

    /// A name or a text.
    fn among_text(&mut self, item: &Item, key: &str) -> Stated<String> {
        self.stated(item, key, |lowering, property| match &property.value.value {
            Value::Names(names) => {
                let names: Vec<String> =
                    Self::plain_names(names).into_iter().map(|name| name.value).collect();
                Some(names.join(", "))
            }
            Value::Texts(texts) => {
                Some(texts.iter().map(|text| text.value.as_str()).collect::<Vec<_>>().join("; "))
            }
            Value::Error => None,
            _ => Some(lowering.words(property.value.span)),
        })
    }

    fn intercurrent_events(&mut self, item: &Item) -> Vec<IntercurrentEvent> {
        let mut events = Vec::new();
        for property in item.properties_of("events") {
            let Value::Strategies(strategies) = &property.value.value else { continue };
            for (event, strategy) in strategies {
                if self.is_event_or_visit(event) {
                    let strategy = strategy
                        .as_ref()
                        .map_or(Stated::NotStated, |strategy| Stated::Is(strategy.value.clone()));
                    events.push(IntercurrentEvent { event: event.value.clone(), strategy });
                }
            }
        }
        events
    }
}

/// Whether the author wrote `unspecified "…"` for the outcome's value.
fn is_said_to_be_unspecified(item: &Item) -> bool {
    let written = item.property("value").map(|property| &property.value).or(item.body.as_ref());
    written.is_some_and(|written| match &written.value {
        Value::Unspecified(_) => true,
        Value::Expression(expression) => matches!(expression.kind, ExprKind::Unspecified(_)),
        _ => false,
    })
}
