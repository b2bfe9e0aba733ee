//! Tables by sex, age or country: every person has exactly one row.

use super::Lowering;
use super::env::Env;
use super::term::{Sort, Typed};
use super::time::time_unit;
use crate::ast::{self, Expr, Quantity, TableKeys};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Axis, TableKey, TableRow, Term, TimeUnit, Value};
use crate::number::Exact;
use crate::source::{Span, Spanned};

impl Lowering<'_> {
    pub(super) fn table(
        &mut self,
        expr: &Expr,
        by: &Spanned<ast::Axis>,
        rows: &[ast::TableRow],
        env: &Env<'_>,
    ) -> Option<Typed> {
        let mut lowered = Vec::new();
        let mut literals = Vec::new();
        let mut keys: Vec<(TableKey, Span)> = Vec::new();
        for row in rows {
            let value = self.value(&row.value, env)?;
            let key = self.table_key(by.value, &row.keys, row.span)?;
            keys.push((key.clone(), row.span));
            lowered.push(TableRow { key, value: value.term.clone() });
            literals.push(value);
        }
        self.check_rows(by.value, &keys, expr.span);
        let axis = match by.value {
            ast::Axis::Age => Axis::Age,
            ast::Axis::Sex => Axis::Sex,
            ast::Axis::Country => Axis::Country,
        };
        self.table_rows.insert(expr.span, literals);
        let term = Term {
            text: self.words(expr.span),
            value: Value::Table { by: axis, rows: lowered },
            origin: expr.span.into(),
        };
        Some(Typed { term, sort: Sort::Table, span: expr.span })
    }

    /// Fits each row to what the table is compared with. A unit written on some rows counts for them alone.
    pub(super) fn fit_table(&mut self, typed: Typed, against: &Typed) -> Option<Term> {
        let literals = self.table_rows.shift_remove(&typed.term.origin.0?)?;
        let Value::Table { by, rows } = typed.term.value else { return None };
        let fitted: Vec<Option<TableRow>> = rows
            .into_iter()
            .zip(literals)
            .map(|(row, literal)| Some(TableRow { key: row.key, value: self.fit(literal, against, None)? }))
            .collect();
        let rows = fitted.into_iter().collect::<Option<Vec<_>>>()?;
        Some(Term { value: Value::Table { by, rows }, ..typed.term })
    }

    fn table_key(&mut self, by: ast::Axis, keys: &TableKeys, span: Span) -> Option<TableKey> {
        match (by, keys) {
            (ast::Axis::Age, TableKeys::Ages { from, below, to }) => {
                let mut unit = None;
                let [from, below, to] = [from, below, to].map(|end| self.age(end.as_ref(), &mut unit));
                Some(TableKey::Ages {
                    from: from?,
                    to: to?,
                    below: below?,
                    unit: unit.unwrap_or(TimeUnit::Year),
                })
            }
            (ast::Axis::Sex | ast::Axis::Country, TableKeys::Names(names)) => {
                let mut codes_ = Vec::new();
                for name in names {
                    if by == ast::Axis::Sex && !matches!(name.value.as_str(), "female" | "male") {
                        self.report(
                            Diagnostic::new(
                                &codes::UNKNOWN_LEVEL,
                                name.span,
                                format!("`{}` is not a sex", name.value),
                            )
                            .label("female or male")
                            .help("write `for female` or `for male`"),
                        );
                        return None;
                    }
                    codes_.push(name.value.clone());
                }
                Some(TableKey::Codes { codes: codes_ })
            }
            (by, _) => {
                let (for_whom, help) = match by {
                    ast::Axis::Age => (
                        "this row says no ages, and its table goes by age",
                        "write the ages, as in `for under 18 years`, `for 12 to 17 years` or `for 18 years and over`",
                    ),
                    ast::Axis::Sex => (
                        "this row says no sex, and its table goes by sex",
                        "write `for female` or `for male`; where it depends on age too, a value can be a table itself, \
                         as in `by age (…) for female`",
                    ),
                    ast::Axis::Country => (
                        "this row names no country, and its table goes by country",
                        "write the code of the country, as in `for FR`",
                    ),
                };
                self.report(
                    Diagnostic::new(&codes::WRONG_SORT, span, for_whom)
                        .label("another sort of row")
                        .help(help),
                );
                None
            }
        }
    }

    /// `Some(None)` for an open end.
    fn age(&mut self, quantity: Option<&Quantity>, unit: &mut Option<TimeUnit>) -> Option<Option<Exact>> {
        let Some(quantity) = quantity else { return Some(None) };
        if let Some(written) = &quantity.unit {
            match time_unit(&written.value) {
                Some(read) => *unit = Some(read),
                None => {
                    self.report(
                        Diagnostic::new(
                            &codes::UNIT_MISMATCH,
                            written.span,
                            format!("`{}` is not a time", written.value),
                        )
                        .label("years, months, weeks or days")
                        .help("write ages in completed years, as in `for 12 to 17 years`"),
                    );
                    return None;
                }
            }
        }
        Some(Some(quantity.number.value.clone()))
    }

    fn check_rows(&mut self, by: ast::Axis, keys: &[(TableKey, Span)], span: Span) {
        match by {
            ast::Axis::Sex => {
                for sex in ["female", "male"] {
                    let holding: Vec<Span> =
                        keys.iter().filter(|(key, _)| has_code(key, sex)).map(|(_, span)| *span).collect();
                    match holding.as_slice() {
                        [] if !self.concerned.some_of_sex(sex) => {}
                        [] => self.gap(span, &format!("the table has no row for {sex} participants")),
                        [first, second, ..] => self.overlap(*first, *second, sex),
                        [_] => {}
                    }
                }
            }
            ast::Axis::Country => {
                let mut seen: Vec<(&String, Span)> = Vec::new();
                let mut twice = Vec::new();
                for (key, span) in keys {
                    let TableKey::Codes { codes } = key else { continue };
                    for code in codes {
                        if let Some((_, first)) = seen.iter().find(|(other, _)| *other == code) {
                            twice.push((*first, *span, code.clone()));
                        }
                        seen.push((code, *span));
                    }
                }
                for (first, second, code) in twice {
                    self.overlap(first, second, &code);
                }
            }
            ast::Axis::Age => self.check_ages(keys, span),
        }
    }

    /// Rows by age must follow each other without hole: `12 to 17` is followed by `18` in the same unit.
    fn check_ages(&mut self, keys: &[(TableKey, Span)], span: Span) {
        let mut rows: Vec<(Option<Exact>, Option<Exact>, TimeUnit, Span)> = keys
            .iter()
            .filter_map(|(key, span)| match key {
                TableKey::Ages { from, to, below, unit } => {
                    // The first completed unit after the row.
                    let end = below.clone().or_else(|| to.as_ref().map(|to| to + &Exact::one()));
                    Some((from.clone(), end, *unit, *span))
                }
                TableKey::Codes { .. } => None,
            })
            .collect();
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        let Some(first) = rows.first() else { return };
        if let Some(from) = first.0.as_ref().filter(|from| !from.is_zero())
            && self.concerned.some_under(from, first.2)
        {
            self.gap(span, &format!("the table has no row for ages under {from}"));
        }
        for pair in rows.windows(2) {
            let [one, two] = pair else { continue };
            if one.2 != two.2 {
                continue;
            }
            match (&one.1, &two.0) {
                (Some(end), Some(from)) if end < from => {
                    let (start, stop) =
                        (self.concerned.some_under(from, two.2), self.concerned.some_from(end, one.2));
                    if start && stop {
                        self.gap(
                            one.3.to(two.3),
                            &format!("the table has no row for ages from {end} to under {from}"),
                        );
                    }
                }
                (Some(end), Some(from)) if end > from => self.overlap(one.3, two.3, &format!("age {from}")),
                (None, Some(from)) | (Some(from), None) => self.overlap(one.3, two.3, &format!("age {from}")),
                _ => {}
            }
        }
        if let Some((_, Some(end), unit, _)) = rows.last()
            && self.concerned.some_from(end, *unit)
        {
            self.gap(span, &format!("the table has no row for ages of {end} and over"));
        }
    }

    fn gap(&mut self, span: Span, message: &str) {
        self.report(
            Diagnostic::new(&codes::TABLE_GAP, span, message)
                .label("some participants have no row")
                .help("add the missing row, or limit the criterion to those who have one with `when`"),
        );
    }

    fn overlap(&mut self, first: Span, second: Span, who: &str) {
        self.report(
            Diagnostic::new(&codes::TABLE_OVERLAP, second, format!("two rows speak of {who}"))
                .label("the second")
                .and(first, "the first")
                .help("leave one row for each participant"),
        );
    }
}

fn has_code(key: &TableKey, code: &str) -> bool {
    matches!(key, TableKey::Codes { codes } if codes.iter().any(|other| other == code))
}
