//! What an example says of a fact behind its date: qualifiers and attributes.

use super::Lowering;
use super::concept::domain;
use crate::ast::{self, Keyword, Name};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Domain, FactDetail};
use crate::resolve::Space;

impl<'a> Lowering<'a> {
    /// A result has no qualifiers and no attributes.
    pub(super) fn no_details(&mut self, measure: &Name, details: &[ast::FactDetail]) {
        for detail in details {
            let (ast::FactDetail::Degree { name, .. }
            | ast::FactDetail::Flag { name, .. }
            | ast::FactDetail::OtherThan { name }) = detail;
            let message = format!("`{}` does not belong to a result of `{}`", name.value, measure.value);
            self.report(
                Diagnostic::new(&codes::WRONG_SORT, name.span, message)
                    .label("a result has limits of normal")
                    .help("give the laboratory's limits, as in `alt 25 U/L on 2011-06-10, normal 7 to 40`, or leave this out"),
            );
        }
    }

    /// Qualifiers of a finding and attributes of an event.
    pub(super) fn details(&mut self, of: &Name, details: &[ast::FactDetail]) -> Vec<FactDetail> {
        details.iter().filter_map(|detail| self.detail(of, detail)).collect()
    }

    fn detail(&mut self, of: &Name, detail: &ast::FactDetail) -> Option<FactDetail> {
        match detail {
            ast::FactDetail::OtherThan { name } => {
                self.is_left_out(of, name)?;
                Some(FactDetail::OtherThan { name: name.value.clone() })
            }
            ast::FactDetail::Degree { name, value } => {
                let item = self.event_item(of, name)?;
                let ast::Attribute::Ordinal { low, high, .. } = self.attribute(name, of, item)? else {
                    let message = format!("`{}` of `{}` has no degrees", name.value, of.value);
                    self.report(
                        Diagnostic::new(&codes::WRONG_SORT, name.span, message)
                            .label("it is so or not")
                            .help(format!("write `{0}` or `not {0}`", name.value)),
                    );
                    return None;
                };
                if !(low..=high).contains(value) {
                    let message = format!("{value} is not a {} of `{}`", name.value, of.value);
                    self.report(
                        Diagnostic::new(&codes::UNKNOWN_LEVEL, name.span, message)
                            .label(format!("from {low} to {high}"))
                            .help(format!("write a whole number from {low} to {high}")),
                    );
                    return None;
                }
                Some(FactDetail::Degree { name: name.value.clone(), value: *value })
            }
            ast::FactDetail::Flag { name, holds } => {
                let is_event = self
                    .scope
                    .get(Space::Thing, &of.value)
                    .is_some_and(|entity| entity.keyword() == Keyword::Event);
                if is_event {
                    let item = self.event_item(of, name)?;
                    if let ast::Attribute::Ordinal { low, .. } = self.attribute(name, of, item)? {
                        self.report(
                            Diagnostic::new(
                                &codes::MISPLACED_RULE,
                                name.span,
                                format!("which {}?", name.value),
                            )
                            .label("its number is missing")
                            .help(format!("write the number: `{} {low}`", name.value)),
                        );
                        return None;
                    }
                } else if self.qualifiers(std::slice::from_ref(name)).is_empty() {
                    return None;
                }
                Some(FactDetail::Flag { name: name.value.clone(), holds: *holds })
            }
        }
    }

    /// What a recorded class is known not to be: another condition, drug or procedure.
    fn is_left_out(&mut self, of: &Name, other: &Name) -> Option<()> {
        let domain_of = |name: &str| {
            let entity = self.scope.get(Space::Thing, name)?;
            domain(entity.keyword()).filter(|domain| *domain != Domain::Event)
        };
        let Some(own) = domain_of(&of.value) else {
            self.report(
                Diagnostic::new(&codes::WRONG_SORT, other.span, format!("`{}` is no class", of.value))
                    .label("nothing can be left out of it")
                    .help("say it of a condition, drug or procedure: `malignancy other than basal_cell_carcinoma from 2019`"),
            );
            return None;
        };
        self.use_concept(
            other,
            &[Keyword::Condition, Keyword::Drug, Keyword::DrugClass, Keyword::Procedure],
        )?;
        let is_drug = |domain: Domain| matches!(domain, Domain::Drug | Domain::DrugClass);
        let fits = domain_of(&other.value).is_some_and(|two| two == own || is_drug(own) && is_drug(two));
        if !fits || of.value == other.value {
            self.report(
                Diagnostic::new(
                    &codes::WRONG_SORT,
                    other.span,
                    format!("`{}` cannot be what `{}` is other than", other.value, of.value),
                )
                .label("no member of it")
                .help(format!("name what the recorded `{}` might have been, and was not", of.value)),
            );
            return None;
        }
        Some(())
    }

    /// The declaration of the event that an attribute is said of.
    fn event_item(&mut self, of: &Name, attribute: &Name) -> Option<&'a ast::Item> {
        let entity =
            self.scope.get(Space::Thing, &of.value).filter(|entity| entity.keyword() == Keyword::Event);
        let Some(entity) = entity else {
            self.report(
                Diagnostic::new(&codes::WRONG_SORT, attribute.span, format!("`{}` has no attributes", of.value))
                    .label("only events have attributes")
                    .help("declare an event with them: `event adverse_event { repeats; with: grade 1 to 5, serious }`"),
            );
            return None;
        };
        Some(entity.item)
    }
}
