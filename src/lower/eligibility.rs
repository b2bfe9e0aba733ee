//! Decisions with their criteria, and named truths.

use super::concerned::Concerned;
use super::env::{Env, Keys};
use super::header::origins;
use super::{Lowering, label_of};
use crate::ast::{Expr, ExprKind, Item, Keyword, Name, Value};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{
    Clause, Computability, Criterion, CriterionKind, Decision, Definition, HAS_ERRORS, Named, Rule,
};
use crate::resolve::Space;

impl Lowering<'_> {
    /// Named truths; each is lowered once by itself, so that a fault shows even where nobody uses it.
    pub(super) fn definitions(&mut self) -> Named<Definition> {
        let mut definitions = Named::new();
        for (name, item) in self.own_named(Keyword::Define) {
            let written = item.property("rule").map(|property| &property.value).or(item.body.as_ref());
            let Some(written) = written else { continue };
            if let Value::Expression(body) = &written.value {
                self.expanding.push(name.clone());
                self.keys.push(Keys::of(&name, body));
                self.asking = label_of(item);
                self.truth(body, &Env::derivation());
                self.keys.pop();
                self.expanding.pop();
            }
            definitions.insert(name, Definition { label: label_of(item), text: self.words(written.span) });
        }
        definitions
    }

    pub(super) fn decisions(&mut self) -> Named<Decision> {
        let mut decisions: Named<Decision> = Named::new();
        for item in self.own(Keyword::Eligibility) {
            let Some(event) = self.name(item, "for") else {
                self.report(
                    Diagnostic::new(&codes::MISSING_PROPERTY, item.head_span(), "the decision is missing")
                        .label("eligibility for what?")
                        .help("write what the criteria decide on: `eligibility for randomization { … }`"),
                );
                continue;
            };
            if !self.is_event(&event) {
                continue;
            }
            let checked = self.names(item, "checked");
            let checked: Vec<String> = checked
                .into_iter()
                .filter(|name| self.is_event_or_visit(name))
                .map(|name| name.value)
                .collect();
            let mut criteria = Named::new();
            for inner in &item.items {
                let kind = match inner.keyword.value {
                    Keyword::Include => CriterionKind::Include,
                    Keyword::Exclude => CriterionKind::Exclude,
                    _ => continue,
                };
                let Some(name) = &inner.name else { continue };
                let criterion = self.criterion(kind, &name.value, inner);
                criteria.entry(name.value.clone()).or_insert(criterion);
            }
            match decisions.get_mut(&event.value) {
                // Criteria may be divided over several blocks and files.
                Some(decision) => {
                    for (code, criterion) in criteria {
                        decision.criteria.entry(code).or_insert(criterion);
                    }
                }
                None => {
                    let decision = Decision {
                        event: event.value.clone(),
                        label: item.prose.as_ref().map(|prose| prose.value.clone()),
                        checked,
                        criteria,
                        origin: item.head_span().into(),
                    };
                    decisions.insert(event.value, decision);
                }
            }
        }
        decisions
    }

    pub(super) fn is_event(&mut self, name: &Name) -> bool {
        if self.scope.get(Space::Thing, &name.value).is_some_and(|entity| entity.keyword() == Keyword::Event)
        {
            return true;
        }
        self.no_event(name, false);
        false
    }

    pub(super) fn is_event_or_visit(&mut self, name: &Name) -> bool {
        if self.scope.get(Space::Thing, &name.value).is_some_and(|entity| entity.keyword() == Keyword::Event)
            || self.scope.get(Space::Visit, &name.value).is_some()
        {
            return true;
        }
        self.no_event(name, true);
        false
    }

    fn no_event(&mut self, name: &Name, visits: bool) {
        let events = self
            .scope
            .all(Space::Thing)
            .filter(|(_, entity)| entity.keyword() == Keyword::Event)
            .map(|(name, _)| name);
        let mut candidates: Vec<&str> = events.collect();
        if visits {
            candidates.extend(self.scope.all(Space::Visit).map(|(name, _)| name));
        }
        let noun = if visits { "event or visit" } else { "event" };
        let otherwise = format!("declare it: `event {} \"…\"`", name.value);
        let found = self.scope.unknown(&codes::UNDECLARED_EVENT, name, noun, &candidates, &otherwise);
        self.report(found);
    }

    fn criterion(&mut self, kind: CriterionKind, code: &str, item: &Item) -> Criterion {
        let prose = label_of(item);
        if item.prose.is_none() {
            self.report(
                Diagnostic::new(
                    &codes::MISSING_PROPERTY,
                    item.head_span(),
                    format!("`{code}` has no approved wording"),
                )
                .label("the protocol's own words are missing")
                .help(format!(
                    "write the protocol's words behind the code: `{} {code} \"…\": …`",
                    item.keyword.value.text()
                )),
            );
        }
        let written = item.property("rule").map(|property| &property.value).or(item.body.as_ref());
        let rule = match written.map(|written| &written.value) {
            Some(Value::Expression(rule)) => {
                self.keys.push(Keys::of(code, rule));
                self.asking = prose.clone();
                let clause = self.criterion_rule(kind, rule);
                self.keys.pop();
                clause
            }
            Some(Value::Unspecified(text)) => {
                let rule = Rule::Text { key: code.to_owned(), because: text.value.clone() };
                Some(Clause { text: text.value.clone(), rule, origin: text.span.into() })
            }
            Some(_) => None,
            None => {
                self.report(
                    Diagnostic::new(&codes::MISSING_PROPERTY, item.head_span(), format!("`{code}` has no rule"))
                        .label("when is it met?")
                        .help("write the rule after a colon; what no data can decide is `attested by investigator`, and what is not formalised is `text only because \"…\"`"),
                );
                None
            }
        };
        // A rule with faults is kept as its wording, so that the wording is still looked at.
        let rule = rule.unwrap_or_else(|| Clause {
            text: prose.clone(),
            rule: Rule::Text { key: code.to_owned(), because: HAS_ERRORS.to_owned() },
            origin: item.head_span().into(),
        });
        Criterion {
            kind,
            computability: computability(&rule),
            rule,
            prose,
            arms: self.arm_names(item, "arms"),
            category: self.word(item, "category"),
            query: self.text(item, "query"),
            origin: item.head_span().into(),
            origins: origins(item),
        }
    }

    /// `unless` and `when` at the top, by what the criterion is.
    fn criterion_rule(&mut self, kind: CriterionKind, expr: &Expr) -> Option<Clause> {
        let env = Env::default();
        let text = self.words(expr.span);
        let not = |clause: Clause| Clause {
            text: format!("not ({})", clause.text),
            origin: clause.origin,
            rule: Rule::Not { of: Box::new(clause) },
        };
        let rule = match &expr.kind {
            ExprKind::Parenthesised(inner) => return self.criterion_rule(kind, inner),
            ExprKind::Unless { body, exception } => {
                let body = self.criterion_rule(kind, body);
                let exception = self.truth(exception, &env);
                match kind {
                    CriterionKind::Include => Rule::Any { of: vec![body?, exception?] },
                    CriterionKind::Exclude => Rule::All { of: vec![body?, not(exception?)] },
                }
            }
            ExprKind::When { body, guard } => {
                let guard = self.truth(guard, &env);
                let around = self.concerned.clone();
                if let Some(guard) = &guard {
                    self.concerned = around.clone().both(Concerned::when(guard));
                }
                let body = self.criterion_rule(kind, body);
                self.concerned = around;
                match kind {
                    CriterionKind::Include => Rule::Any { of: vec![not(guard?), body?] },
                    CriterionKind::Exclude => Rule::All { of: vec![guard?, body?] },
                }
            }
            _ => return self.truth(expr, &env),
        };
        Some(Clause { text, rule, origin: expr.span.into() })
    }
}

/// How much of a rule is decided from recorded data.
fn computability(rule: &Clause) -> Computability {
    let (mut data, mut answers, mut texts) = (0, 0, 0);
    count(rule, &mut data, &mut answers, &mut texts);
    match (data, answers, texts) {
        (0, 0, _) => Computability::TextOnly,
        (0, _, _) => Computability::Attested,
        (_, 0, 0) => Computability::Computed,
        _ => Computability::Partly,
    }
}

fn count(clause: &Clause, data: &mut usize, answers: &mut usize, texts: &mut usize) {
    match &clause.rule {
        Rule::All { of } | Rule::Any { of } | Rule::Count { of, .. } => {
            of.iter().for_each(|part| count(part, data, answers, texts));
        }
        Rule::Not { of } | Rule::OfPerson { of, .. } => count(of, data, answers, texts),
        Rule::Choose { condition, then, otherwise } => {
            [condition, then, otherwise].into_iter().for_each(|part| count(part, data, answers, texts));
        }
        Rule::Attested { .. } => *answers += 1,
        Rule::Text { .. } => *texts += 1,
        _ => *data += 1,
    }
}
