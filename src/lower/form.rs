//! Forms as the author declared them, before the defaults are worked out.

use super::Lowering;
use super::env::Env;
use super::finding::Sought;
use super::measure::number_of;
use super::unit::refer;
use crate::ast::{self, ExprKind, Item, Keyword, Name, NameOrRange, Value};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{DeclaredField, DeclaredForm, DeclaredRange, FieldCondition, FieldKind, Level, Named};
use crate::resolve::Space;

impl Lowering<'_> {
    pub(super) fn declared_forms(&mut self) -> Named<DeclaredForm> {
        let own = self.own_named(Keyword::Form);
        own.into_iter().map(|(name, item)| (name, self.declared_form(item))).collect()
    }

    fn declared_form(&mut self, item: &Item) -> DeclaredForm {
        let collects = self.names(item, "collects");
        let collects: Vec<String> =
            collects.into_iter().filter(|name| self.is_collectable(name)).map(|name| name.value).collect();
        let at = self.visits_of(item, "at");
        let fields: Vec<&Item> = item.items_of(Keyword::Field).collect();
        let names: Vec<&str> =
            fields.iter().filter_map(|field| Some(field.name.as_ref()?.value.as_str())).collect();
        DeclaredForm {
            label: item.prose.as_ref().map(|prose| prose.value.clone()),
            collects,
            at,
            fields: fields.iter().filter_map(|field| self.field(field, &names)).collect(),
            origin: item.head_span().into(),
        }
    }

    /// A measure, finding, procedure or event; reports another name.
    pub(super) fn is_collectable(&mut self, name: &Name) -> bool {
        match self.scope.get(Space::Thing, &name.value).map(|entity| entity.keyword()) {
            Some(Keyword::Measure | Keyword::Score | Keyword::Derive) => self.measure(&name.value).is_some(),
            Some(Keyword::Event) => true,
            Some(Keyword::Condition | Keyword::Drug | Keyword::DrugClass | Keyword::Procedure) => {
                self.concept(&name.value);
                true
            }
            Some(other) => {
                let is = other.text();
                self.report(
                    Diagnostic::new(&codes::WRONG_SORT, name.span, format!("a {is} cannot be collected"))
                        .label(format!("`{}` is a {is}", name.value))
                        .help("collect measures, conditions, drugs, procedures and events"),
                );
                false
            }
            None if self.scope.get(Space::Form, &name.value).is_some() => true,
            None => {
                self.unknown_in_rule(name, Sought::Anything);
                false
            }
        }
    }

    fn field(&mut self, item: &Item, fields: &[&str]) -> Option<DeclaredField> {
        let name = item.name.as_ref()?;
        let mut field = DeclaredField {
            name: name.value.clone(),
            label: item.prose.as_ref().map(|prose| prose.value.clone()).or_else(|| self.text(item, "label")),
            kind: None,
            range: None,
            required: self.flag(item, "required").then_some(true),
            when: None,
            only: None,
            help: self.text(item, "help"),
            order: number_of(item, "order").and_then(|order| order.to_i64()),
            origin: item.head_span().into(),
        };
        let written = item.body.as_ref().or(item.property("type").map(|property| &property.value));
        if let Some(Value::FieldType(kind)) = written.map(|written| &written.value) {
            field.kind = self.field_kind(kind);
        }
        if let Some(property) = item.property("range")
            && let Value::Range(range) = &property.value.value
        {
            let unit = range.high.unit.as_ref().or(range.low.unit.as_ref());
            let unit = match unit {
                Some(unit) => Some(refer(&self.unit(unit)?)),
                None => None,
            };
            let (low, high) = (range.low.number.value.clone(), range.high.number.value.clone());
            if low > high {
                self.report(
                    Diagnostic::new(
                        &codes::EMPTY_RANGE,
                        property.value.span,
                        "the range ends before it begins",
                    )
                    .label("no value lies in it")
                    .help("write the lower value first"),
                );
            } else {
                field.range = Some(DeclaredRange { low, high, unit });
            }
        }
        if let Some(property) = item.property("when")
            && let Value::Expression(condition) = &property.value.value
        {
            match of_field(condition, fields) {
                Some(condition) => field.when = Some(condition),
                None => field.only = self.truth(condition, &Env { unanchored: true, ..Env::default() }),
            }
        }
        Some(field)
    }

    fn field_kind(&mut self, written: &ast::FieldType) -> Option<FieldKind> {
        Some(match written {
            ast::FieldType::Text => FieldKind::Text,
            ast::FieldType::Integer => FieldKind::Integer { low: None, high: None },
            ast::FieldType::Number(unit) => {
                let units = match unit {
                    Some(unit) => vec![self.unit_ref(unit)?],
                    None => Vec::new(),
                };
                FieldKind::Number { units, plausible: None, range: None, precision: None }
            }
            ast::FieldType::Date => FieldKind::Date,
            ast::FieldType::PartialDate => FieldKind::PartialDate,
            ast::FieldType::Time => FieldKind::Time,
            ast::FieldType::YesNo => FieldKind::YesNo,
            ast::FieldType::Choice(levels) => FieldKind::Choice {
                levels: levels
                    .iter()
                    .map(|level| Level {
                        value: level.value.value.clone(),
                        label: level.label.as_ref().map(|label| label.value.clone()),
                    })
                    .collect(),
            },
            ast::FieldType::Measure(name) => {
                self.use_measure(name)?;
                return None;
            }
        })
    }

    /// Visits of a list in which ranges stand for all visits between.
    pub(super) fn visits_of(&mut self, item: &Item, key: &str) -> Vec<String> {
        let written: Vec<NameOrRange> = item
            .properties_of(key)
            .filter_map(|property| match &property.value.value {
                Value::Names(names) => Some(names.clone()),
                _ => None,
            })
            .flatten()
            .collect();
        self.visits(&written)
    }
}

/// `when: position is supine` speaks of a field of the same form.
fn of_field(condition: &ast::Expr, fields: &[&str]) -> Option<FieldCondition> {
    match &condition.kind {
        ExprKind::Parenthesised(inner) => of_field(inner, fields),
        ExprKind::Is { value, negated: false, one_of } => match &value.kind {
            ExprKind::Finding(finding) if fields.contains(&finding.name.value.as_str()) => {
                Some(FieldCondition {
                    field: finding.name.value.clone(),
                    one_of: one_of.iter().map(|name| name.value.clone()).collect(),
                })
            }
            _ => None,
        },
        _ => None,
    }
}
