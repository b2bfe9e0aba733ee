//! What an amendment says of itself: its number, date, reasons and the author's summary of changes.

use super::property::iso;
use super::{Lowering, label_of};
use crate::ast::{Item, Keyword, Value};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{AmendedStatement, Amendment, Named, SummaryLine, Version};
use crate::resolve::Action;

impl Lowering<'_> {
    pub(super) fn amendments(&mut self) -> Named<Amendment> {
        let mut amendments = Named::new();
        for (name, item) in self.own_named(Keyword::Amendment) {
            let number = match item.property("number").map(|property| &property.value.value) {
                Some(Value::Integer(number)) => Some(*number),
                _ => None,
            };
            let statements = self.program.amended.iter().find(|(head, _)| *head == item.head_span());
            let statements = statements.map(|(_, statements)| statements.as_slice()).unwrap_or_default();
            let statements = statements.iter().map(|touched| AmendedStatement {
                action: in_words(touched.action).to_owned(),
                statement: touched.statement.clone(),
                name: touched.name.clone(),
                origin: touched.span.into(),
            });
            let summary = item.items_of(Keyword::Change).filter_map(|line| self.summary_line(line)).collect();
            let amendment = Amendment {
                label: label_of(item),
                number,
                amends: self.text(item, "amends"),
                dated: self.date(item, "dated"),
                version: version_of(item),
                scope: self.word(item, "scope"),
                reason: self.word(item, "reason"),
                further_reasons: self.words_of(item, "further_reasons"),
                rationale: self.text(item, "rationale"),
                substantial: self.truth_value(item, "substantial"),
                summary,
                statements: statements.collect(),
                origin: item.head_span().into(),
            };
            if amendments.contains_key(&name) {
                self.report(
                    Diagnostic::new(
                        &codes::DUPLICATE_NAME,
                        item.name_span(),
                        format!("`{name}` is already the name of another amendment"),
                    )
                    .label("the second")
                    .help("give each amendment a name of its own, such as `amendment_2`"),
                );
                continue;
            }
            amendments.insert(name, amendment);
        }
        amendments
    }

    fn summary_line(&mut self, item: &Item) -> Option<SummaryLine> {
        let subject = item.name.as_ref()?.value.clone();
        let sort = self.body_word(item).or_else(|| self.word(item, "sort"));
        let Some(prose) = &item.prose else {
            self.report(
                Diagnostic::new(
                    &codes::MISSING_PROPERTY,
                    item.head_span(),
                    format!("the summary does not say what changed in `{subject}`"),
                )
                .label("in words?")
                .help(format!("write it in quotes: `change {subject} \"…\"`")),
            );
            return None;
        };
        Some(SummaryLine {
            of: self.word(item, "of"),
            sort,
            text: prose.value.clone(),
            rationale: self.text(item, "rationale"),
            origin: item.head_span().into(),
            subject,
        })
    }
}

/// `version: "2.0" dated 2018-04-25` of a header or an amendment.
pub(super) fn version_of(item: &Item) -> Option<Version> {
    match &item.property("version")?.value.value {
        Value::Version { label, dated } => {
            Some(Version { label: label.value.clone(), dated: dated.as_ref().map(|date| iso(date.value)) })
        }
        _ => None,
    }
}

fn in_words(action: Action) -> &'static str {
    match action {
        Action::Added => "added",
        Action::Replaced => "replaced",
        Action::Revised => "revised",
        Action::Removed => "removed",
    }
}
