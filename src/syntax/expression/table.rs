//! Values by age, sex or country: `by sex (1.5 mg/dL for male, 1.4 mg/dL for female)`.

use super::{Node, Reader, Rule, child, has};
use crate::ast::{Axis, Expr, ExprKind, Quantity, TableKeys, TableRow};
use crate::diagnostics::{Diagnostic, codes};
use crate::number::Exact;
use crate::source::{Span, Spanned};

impl<'a> Reader<'a, '_> {
    pub(super) fn table(&mut self, node: Node<'a>) -> Option<Expr> {
        let span = self.span(&node);
        let mut by: Option<Spanned<Axis>> = None;
        let mut rows = Vec::new();
        for part in node.into_inner() {
            match (part.as_rule(), &by) {
                (Rule::axis, _) => by = Some(self.axis(&part)?),
                (Rule::row, Some(by)) => rows.push(self.row(part, by.value)?),
                _ => {}
            }
        }
        Some(Expr::new(ExprKind::Table { by: by?, rows }, span))
    }

    fn axis(&mut self, node: &Node<'a>) -> Option<Spanned<Axis>> {
        let span = self.span(node);
        let axis = match node.as_str() {
            "age" => Axis::Age,
            "sex" => Axis::Sex,
            "country" => Axis::Country,
            other => {
                let help = match crate::diagnostics::did_you_mean(other, ["age", "sex", "country"]) {
                    Some(near) => format!("did you mean `by {near}`?"),
                    None => "a table goes `by age (…)`, `by sex (…)` or `by country (…)`; for other distinctions use \
                             `instead … when …`"
                        .to_owned(),
                };
                let message = format!("a table cannot go by `{other}`");
                self.say(Diagnostic::new(&codes::BAD_VALUE, span, message).help(help));
                return None;
            }
        };
        Some(Spanned::new(axis, span))
    }

    fn row(&mut self, node: Node<'a>, by: Axis) -> Option<TableRow> {
        let span = self.span(&node);
        let (for_, mark) = (child(&node, Rule::bad_for), child(&node, Rule::row_mark));
        let (mut value, mut value_words, mut key) = (None, "", None);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::row_value => {
                    value_words = part.as_str().trim();
                    value = Some(self.row_value(part)?);
                }
                Rule::ages | Rule::bad_ages | Rule::keys => key = Some(self.key(part, by, for_.as_ref())?),
                _ => {}
            }
        }
        let Key { keys, at, meant } = key?;
        let words = meant.as_deref().unwrap_or_else(|| self.words(at)).trim().to_owned();
        match (for_, mark) {
            (_, Some(_)) => {
                let message = "a row has its value first, and then for whom".to_owned();
                self.instead_of(
                    &codes::WORD_FOR_SYMBOL,
                    span,
                    message,
                    &format!("{value_words} for {words}"),
                );
            }
            (Some(for_), _) => {
                let said = self.span(&for_);
                let message =
                    format!("for whom a value is meant stands behind `for`, not behind `{}`", for_.as_str());
                self.instead_of(&codes::WORD_FOR_SYMBOL, said.to(at), message, &format!("for {words}"));
            }
            (None, None) => {
                if let Some(good) = meant {
                    let message = format!("`{}` is written `{good}`", self.words(at));
                    self.instead_of(&codes::WORD_FOR_SYMBOL, at, message, &good);
                }
            }
        }
        Some(TableRow { value: value?, keys, span })
    }

    /// For whom a row is meant.
    fn key(&mut self, node: Node<'a>, by: Axis, word: Option<&Node<'a>>) -> Option<Key> {
        let at = self.span(&node);
        match node.as_rule() {
            Rule::bad_ages => self.ages_in_other_words(node, at),
            Rule::ages => {
                let is_open = word.is_some_and(|word| word.as_str() == "from");
                let keys = self.ages(node)?;
                Some(match keys {
                    // `from 18 years`: whoever is that old, or older.
                    TableKeys::Ages { from: Some(from), below: None, to: Some(to) }
                        if is_open && from == to =>
                    {
                        let meant = Some(format!("{} and over", self.words(at)));
                        Key { keys: TableKeys::Ages { from: Some(from), below: None, to: None }, at, meant }
                    }
                    keys => Key { keys, at, meant: None },
                })
            }
            _ => {
                let names = node.into_inner().filter(|key| key.as_rule() == Rule::key);
                let mut names: Vec<_> = names.filter_map(|key| self.name_or_text(key)).collect();
                let mut is_other = false;
                if by == Axis::Sex {
                    for name in &mut names {
                        if let Some(sex) = sex_of(&name.value) {
                            name.value = sex.to_owned();
                            is_other = true;
                        }
                    }
                }
                let meant = is_other
                    .then(|| names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(" or "));
                Some(Key { keys: TableKeys::Names(names), at, meant })
            }
        }
    }

    /// `>= 18 years`, `18 years or more`: ages count in completed years.
    fn ages_in_other_words(&mut self, node: Node<'a>, at: Span) -> Option<Key> {
        let sign = child(&node, Rule::bad_age_sign).map(|sign| sign.as_str()).unwrap_or_default();
        let sign = sign.split_whitespace().next().unwrap_or_default();
        let is_under = has(&node, Rule::bad_under);
        let quantity = child(&node, Rule::quantity)?;
        let words = quantity.as_str().trim();
        let age = self.quantity(quantity)?;
        let (keys, meant) = match sign {
            ">" | "over" | "above" | "older" | "aged" => {
                let unit = age.unit.as_ref().map_or("years", |unit| unit.value.as_str());
                let next = &age.number.value + &Exact::one();
                let said = self.words(at).trim();
                self.say(
                    Diagnostic::new(
                        &codes::WORD_FOR_SYMBOL,
                        at,
                        format!("does `{said}` include {words}, or begin at {next} {unit}?"),
                    )
                    .help(format!("write `{words} and over` or `{next} {unit} and over`")),
                );
                return None;
            }
            "younger" => {
                (TableKeys::Ages { from: None, below: Some(age), to: None }, format!("under {words}"))
            }
            _ if is_under || matches!(sign, "<=" | "≤" | "up") => {
                (TableKeys::Ages { from: None, below: None, to: Some(age) }, format!("0 to {words}"))
            }
            _ => (TableKeys::Ages { from: Some(age), below: None, to: None }, format!("{words} and over")),
        };
        Some(Key { keys, at, meant: Some(meant) })
    }

    /// `for 6 months to under 2 years`: a row counts in one unit, so that it is clear which birthday ends it.
    fn same_unit_of_age(&mut self, first: &Quantity, last: &Quantity) {
        let (Some(one), Some(two)) = (&first.unit, &last.unit) else { return };
        if one.value.trim_end_matches('s') == two.value.trim_end_matches('s') {
            return;
        }
        let whole = first.number.span.to(two.span);
        let said = Diagnostic::new(&codes::BAD_VALUE, two.span, "the ends of this row have different units")
            .and(one.span, "another unit here");
        let under = if self.words(whole).contains("under") { "under " } else { "" };
        let factors = months(&one.value).zip(months(&two.value)).filter(|_| !under.is_empty());
        self.say(match factors {
            Some((a, b)) => {
                let in_months = |number: &Exact, factor: i64| number * &Exact::from(factor);
                let good = format!(
                    "{} to {under}{} months",
                    in_months(&first.number.value, a),
                    in_months(&last.number.value, b)
                );
                said.help(format!("write `{good}`")).fix(whole, good)
            }
            None => said.help(
                "write both ends in the same unit, the second perhaps with `under`: `6 to under 24 months`",
            ),
        });
    }

    fn ages(&mut self, node: Node<'a>) -> Option<TableKeys> {
        let under = has(&node, Rule::under);
        let over = has(&node, Rule::over_word);
        let mut ends = Vec::new();
        for part in node.into_inner().filter(|part| part.as_rule() == Rule::quantity) {
            ends.push(self.quantity(part)?);
        }
        let last = ends.pop()?;
        let first = ends.pop();
        if let Some(first) = &first {
            self.same_unit_of_age(first, &last);
        }
        Some(match (first, under) {
            (None, true) => TableKeys::Ages { from: None, below: Some(last), to: None },
            (None, false) if over => TableKeys::Ages { from: Some(last), below: None, to: None },
            (None, false) => TableKeys::Ages { from: Some(last.clone()), below: None, to: Some(last) },
            (first, true) => TableKeys::Ages { from: first, below: Some(last), to: None },
            (first, false) => TableKeys::Ages { from: first, below: None, to: Some(last) },
        })
    }
}

/// Months in a unit of age, if it has a whole number of them.
fn months(unit: &str) -> Option<i64> {
    match unit.trim_end_matches('s') {
        "month" => Some(1),
        "year" => Some(12),
        _ => None,
    }
}

/// For whom a row is meant, and how that is written where it was written otherwise.
struct Key {
    keys: TableKeys,
    at: Span,
    meant: Option<String>,
}

/// A sex in other words. `boys` says an age too, and is asked.
fn sex_of(word: &str) -> Option<&'static str> {
    match word.to_lowercase().as_str() {
        "men" | "man" | "males" | "m" => Some("male"),
        "women" | "woman" | "females" | "f" => Some("female"),
        _ => None,
    }
}
