//! What occurs: conditions, drugs, procedures and events, narrowed by qualifiers and attributes.

use super::Lowering;
use super::concept::domain;
use crate::ast::{self, Expr, ExprKind, Item, Keyword, Name, Value};
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::model::{AttributeTest, Comparator, Domain, Finding};
use crate::resolve::Space;

/// Words that narrow a finding; each must be recorded with it.
pub(super) const QUALIFIERS: [&str; 15] = [
    "active",
    "acute",
    "asymptomatic",
    "chronic",
    "confirmed",
    "controlled",
    "documented",
    "known",
    "metastatic",
    "recurrent",
    "severe",
    "suspected",
    "symptomatic",
    "treated",
    "uncontrolled",
];

/// What a name in a rule must be, by the words around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sought {
    Anything,
    /// Behind `ever`, `taking`, before `present`.
    Occurrence,
    /// In a comparison.
    Value,
}

const MEASURES: [Keyword; 3] = [Keyword::Measure, Keyword::Score, Keyword::Derive];
const FINDINGS: [Keyword; 5] =
    [Keyword::Condition, Keyword::Drug, Keyword::DrugClass, Keyword::Procedure, Keyword::Event];

impl Lowering<'_> {
    pub(super) fn finding(&mut self, written: &ast::Finding) -> Option<Finding> {
        let domain = self.finding_domain(&written.name)?;
        let qualifiers = self.qualifiers(&written.qualifiers);
        let other_than = written
            .other_than
            .iter()
            .filter(|name| self.use_concept(name, &FINDINGS[..4]).is_some())
            .map(|name| name.value.clone())
            .collect();
        let with = match &written.with {
            Some(tests) => self.attribute_tests(tests, &written.name, domain)?,
            None => Vec::new(),
        };
        Some(Finding { name: written.name.value.clone(), domain, qualifiers, other_than, with })
    }

    fn finding_domain(&mut self, name: &Name) -> Option<Domain> {
        let Some(entity) = self.scope.get(Space::Thing, &name.value) else {
            self.unknown_in_rule(name, Sought::Occurrence);
            return None;
        };
        let Some(domain) = domain(entity.keyword()) else {
            let is = entity.keyword().text();
            let help = match entity.keyword() {
                Keyword::Measure | Keyword::Score | Keyword::Derive => {
                    format!(
                        "compare its value instead, as in `latest {} at {} > …`",
                        name.value,
                        self.usual_event()
                    )
                }
                Keyword::Define => format!("write `{}` by itself: it is already a truth", name.value),
                _ => "name a condition, drug, procedure or event here".to_owned(),
            };
            self.report(
                Diagnostic::new(
                    &codes::WRONG_SORT,
                    name.span,
                    format!("`{}` is a {is}, not something that occurs", name.value),
                )
                .label(format!("declared as `{is}`"))
                .and(entity.item.name_span(), "here")
                .help(help),
            );
            return None;
        };
        if domain != Domain::Event {
            self.concept(&name.value);
        }
        Some(domain)
    }

    /// A name in a rule that is declared nowhere.
    pub(super) fn unknown_in_rule(&mut self, name: &Name, sought: Sought) {
        if ast::WORDS_FOR_TAKING.contains(&name.value.as_str()) {
            let found = Diagnostic::new(
                &codes::UNDECLARED,
                name.span,
                format!("`{}` is no finding: of a drug the language says `taking`", name.value),
            );
            self.report(found.label("behind the drug").help(
                "write `taking` before the drug, as in `no taking metformin within 30 days before consent`",
            ));
            return;
        }
        let of_sort = |keyword: Keyword| match sought {
            Sought::Anything => true,
            Sought::Occurrence => FINDINGS.contains(&keyword),
            Sought::Value => MEASURES.contains(&keyword),
        };
        let declared = self.scope.all(Space::Thing).filter(|(_, entity)| of_sort(entity.keyword()));
        let mut candidates: Vec<&str> = declared.map(|(name, _)| name).collect();
        if sought != Sought::Occurrence {
            candidates.extend(["sex", "age", "country"]);
        }
        let written = &name.value;
        let (noun, otherwise) = match sought {
            Sought::Anything => (
                "measure, finding or event",
                format!(
                    "declare it, as in `condition {written} \"…\"`, `measure {written} \"…\": mg/dL` or `event {written} \"…\"`"
                ),
            ),
            Sought::Occurrence => (
                "condition, drug, procedure or event",
                format!(
                    "declare it, as in `condition {written} \"…\"`, `drug {written} \"…\"`, `procedure {written} \"…\"` or `event {written} \"…\"`"
                ),
            ),
            Sought::Value => (
                "measure",
                format!(
                    "declare it with its unit, as in `measure {written} \"…\": mg/dL`, or with its values, as in `measure {written} \"…\" {{ values: negative, positive }}`"
                ),
            ),
        };
        if let Some(treatment) = self.scope.get(Space::Treatment, written) {
            let kind = treatment.keyword().text();
            let found = Diagnostic::new(
                &codes::UNDECLARED,
                name.span,
                format!("`{written}` is what participants of this trial receive"),
            );
            self.report(
                found
                    .label(format!("a rule speaks of a {noun}"))
                    .and(treatment.item.name_span(), format!("declared as `{kind}`"))
                    .help(format!(
                        "say with a name of its own what somebody had before: `drug earlier_{written} \"…\"` and `taking earlier_{written} …`, or `procedure earlier_{written} \"…\"` and `earlier_{written} performed …`"
                    )),
            );
            return;
        }
        let found = self.scope.unknown(&codes::UNDECLARED, name, noun, &candidates, &otherwise);
        self.report(found);
    }

    pub(super) fn qualifiers(&mut self, written: &[Name]) -> Vec<String> {
        let mut qualifiers: Vec<String> = Vec::new();
        for name in written {
            if name.value == "untreated" || QUALIFIERS.contains(&name.value.as_str()) {
                qualifiers.push(name.value.clone());
                continue;
            }
            if matches!(name.value.as_str(), "had" | "has" | "have" | "having") {
                let message = format!("`{}` is not needed before a finding", name.value);
                let found = Diagnostic::new(&codes::UNKNOWN_NAME, name.span, message);
                self.report(found.help("leave it out").fix(name.span, ""));
                continue;
            }
            let mut found = Diagnostic::new(
                &codes::UNKNOWN_NAME,
                name.span,
                format!("`{}` is not a qualifier", name.value),
            );
            found = match did_you_mean(&name.value, QUALIFIERS.into_iter().chain(["untreated"])) {
                Some(other) => found.label(format!("did you mean `{other}`?")).fix(name.span, other),
                None => found.label("two names stand side by side"),
            };
            self.report(found.help(format!(
                "the qualifiers are {}, untreated; a name of several words is written with `_`, and two findings are joined by `and` or `or`",
                QUALIFIERS.join(", ")
            )));
        }
        qualifiers
    }

    fn attribute_tests(&mut self, tests: &Expr, event: &Name, domain: Domain) -> Option<Vec<AttributeTest>> {
        let entity = self.scope.get(Space::Thing, &event.value)?;
        if domain != Domain::Event {
            self.report(
                Diagnostic::new(&codes::WRONG_SORT, tests.span, format!("`{}` has no attributes", event.value))
                    .label("only events have attributes")
                    .help("declare an event with them: `event adverse_event { repeats; with: grade 1 to 5, serious }`"),
            );
            return None;
        }
        let mut found = Vec::new();
        self.attribute_test(tests, event, entity.item, &mut found)?;
        Some(found)
    }

    fn attribute_test(
        &mut self,
        test: &Expr,
        event: &Name,
        item: &Item,
        found: &mut Vec<AttributeTest>,
    ) -> Option<()> {
        match &test.kind {
            ExprKind::Parenthesised(inner) => self.attribute_test(inner, event, item, found),
            ExprKind::And(all) => {
                all.iter().try_for_each(|test| self.attribute_test(test, event, item, found))
            }
            ExprKind::Finding(name) => {
                let attribute = self.attribute(&name.name, event, item)?;
                self.bare(name, "an attribute")?;
                if matches!(attribute, ast::Attribute::Ordinal { .. }) {
                    return self.bad_attribute_test(test, event);
                }
                found.push(AttributeTest::Flag { attribute: name.name.value.clone() });
                Some(())
            }
            ExprKind::Compare { left, operator, right } => {
                let (ExprKind::Finding(name), ExprKind::Quantity(value)) = (&left.kind, &right.kind) else {
                    return self.bad_attribute_test(test, event);
                };
                let attribute = self.attribute(&name.name, event, item)?;
                self.bare(name, "an attribute")?;
                let ast::Attribute::Ordinal { low, high, .. } = attribute else {
                    return self.bad_attribute_test(test, event);
                };
                if let Some(unit) = &value.unit {
                    self.report(
                        Diagnostic::new(
                            &codes::IDLE_WORD,
                            unit.span,
                            format!("`{}` says nothing: a {} is a number", unit.value, name.name.value),
                        )
                        .label("no unit here")
                        .help(format!("write `{} {}`", name.name.value, value.number_text)),
                    );
                    return None;
                }
                let number = value.number.value.to_i64().filter(|number| (low..=high).contains(number));
                let Some(number) = number else {
                    let message =
                        format!("`{}` is not a {} of `{}`", value.number_text, name.name.value, event.value);
                    self.report(
                        Diagnostic::new(&codes::UNKNOWN_LEVEL, right.span, message)
                            .label(format!("from {low} to {high}"))
                            .help(format!("write a whole number from {low} to {high}")),
                    );
                    return None;
                };
                found.push(AttributeTest::Ordinal {
                    attribute: name.name.value.clone(),
                    operator: comparator(operator.value),
                    value: number,
                });
                Some(())
            }
            _ => self.bad_attribute_test(test, event),
        }
    }

    fn bad_attribute_test(&mut self, test: &Expr, event: &Name) -> Option<()> {
        self.report(
            Diagnostic::new(
                &codes::MISPLACED_RULE,
                test.span,
                format!("this is not a test of an attribute of `{}`", event.value),
            )
            .label("after `with` stand attributes")
            .help("write attributes joined by `and`, as in `with grade >= 3 and serious`"),
        );
        None
    }

    pub(super) fn attribute(&mut self, name: &Name, event: &Name, item: &Item) -> Option<ast::Attribute> {
        let declared: Vec<ast::Attribute> = item
            .properties_of("with")
            .filter_map(|property| match &property.value.value {
                Value::Attributes(attributes) => Some(attributes.clone()),
                _ => None,
            })
            .flatten()
            .collect();
        let written = |attribute: &ast::Attribute| match attribute {
            ast::Attribute::Ordinal { name, .. }
            | ast::Attribute::Related { name, .. }
            | ast::Attribute::Flag(name) => name.value.clone(),
        };
        if let Some(found) = declared.iter().find(|attribute| written(attribute) == name.value) {
            return Some(found.clone());
        }
        let names: Vec<String> = declared.iter().map(written).collect();
        let found = Diagnostic::new(
            &codes::UNKNOWN_NAME,
            name.span,
            format!("`{}` has no attribute `{}`", event.value, name.value),
        );
        let found = match did_you_mean(&name.value, names.iter().map(String::as_str)) {
            Some(other) => found.label(format!("did you mean `{other}`?")).fix(name.span, other),
            None => found.label("not among its attributes"),
        };
        self.report(found.and(item.name_span(), "the event").help(match names.as_slice() {
            [] => format!("declare it: `event {} {{ with: {} 1 to 5 }}`", event.value, name.value),
            names => format!("its attributes are {}", names.join(", ")),
        }));
        None
    }
}

pub(super) fn comparator(written: ast::Comparator) -> Comparator {
    match written {
        ast::Comparator::Less => Comparator::Less,
        ast::Comparator::AtMost => Comparator::AtMost,
        ast::Comparator::Equal => Comparator::Equal,
        ast::Comparator::NotEqual => Comparator::NotEqual,
        ast::Comparator::AtLeast => Comparator::AtLeast,
        ast::Comparator::Greater => Comparator::Greater,
    }
}

pub(super) fn is_qualifier(word: &str) -> bool {
    word == "untreated" || QUALIFIERS.contains(&word) || matches!(word, "had" | "has" | "have" | "having")
}
