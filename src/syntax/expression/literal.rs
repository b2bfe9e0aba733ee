//! Numbers, quantities and limits of normal.

use super::{Node, Reader, Rule, child, has};
use crate::ast::{Expr, ExprKind, Limit, Name, Quantity, QuantityRange};
use crate::diagnostics::{Diagnostic, codes};
use crate::number::Exact;
use crate::source::{Span, Spanned};

/// Longest number that is read, in characters.
const LONGEST: usize = 60;

impl<'a> Reader<'a, '_> {
    /// A number as written; what is not a number is reported and read as it was probably meant.
    pub(super) fn number(&mut self, node: &Node<'a>) -> Spanned<Exact> {
        let span = self.span(node);
        let text = node.as_str();
        if text.len() > LONGEST {
            self.say(
                Diagnostic::new(&codes::BAD_VALUE, span, "this number is too long to be meant")
                    .help(format!("numbers have at most {LONGEST} characters")),
            );
            return Spanned::new(Exact::zero(), span);
        }
        if node.as_rule() != Rule::bad_number
            && let Ok(number) = text.parse()
        {
            return Spanned::new(number, span);
        }
        Spanned::new(self.bad_number(text, span), span)
    }

    fn bad_number(&mut self, text: &str, span: Span) -> Exact {
        if let Some((mantissa, power)) = text.split_once(['e', 'E']) {
            self.say(
                Diagnostic::new(&codes::BAD_VALUE, span, format!("`{text}` is the notation of a computer"))
                    .help(format!(
                        "write `{mantissa} x10^{power}` with the rest of the unit, or the number in full"
                    )),
            );
            return text.replace('−', "-").parse().unwrap_or_else(|_| Exact::zero());
        }
        let commas = text.matches(',').count();
        let points = text.matches('.').count();
        let meant = match (commas, points) {
            (1, 0) => Some(text.replace(',', ".")),
            (1, 1) if text.find(',') > text.find('.') => Some(text.replace('.', "").replace(',', ".")),
            (0, 1) if text.trim_start_matches(['-', '−', '–']).starts_with('.') => {
                Some(text.replace('.', "0."))
            }
            _ => None,
        };
        let exact = meant.as_deref().and_then(|meant| meant.parse::<Exact>().ok());
        match (meant, exact) {
            (Some(meant), Some(exact)) if commas > 0 => {
                self.say(
                    Diagnostic::new(&codes::DECIMAL_COMMA, span, format!("`{text}` has a decimal comma"))
                        .label("decimals stand behind a point")
                        .help(format!("write `{meant}`; in a list put a blank behind each comma"))
                        .fix(span, meant),
                );
                exact
            }
            (Some(meant), Some(exact)) => {
                let message = format!("`{text}` begins with its decimal point, which is easily overlooked");
                self.instead_of(&codes::BAD_VALUE, span, message, &meant);
                exact
            }
            _ => {
                self.say(
                    Diagnostic::new(&codes::BAD_VALUE, span, format!("`{text}` is not a number")).help(
                        "a number has one decimal point; commas only group thousands: `100,000`, `7.5`",
                    ),
                );
                Exact::zero()
            }
        }
    }

    /// A whole number in the range of days and counts.
    pub(super) fn integer(&mut self, node: &Node<'a>) -> i64 {
        let text = node.as_str().replace(['−', '–'], "-");
        match text.parse::<i64>() {
            Ok(number) if number.unsigned_abs() <= 1_000_000 => number,
            _ => {
                let span = self.span(node);
                self.say(
                    Diagnostic::new(&codes::BAD_VALUE, span, format!("`{text}` is too large here"))
                        .help("days and counts go up to 1,000,000"),
                );
                0
            }
        }
    }

    /// `2`, `two`.
    pub(super) fn count(&mut self, node: &Node<'a>) -> u32 {
        let text = node.as_str();
        if let Some(number) = number_of_word(text) {
            return number;
        }
        text.parse().ok().filter(|number| *number <= 1_000_000).unwrap_or_else(|| {
            let span = self.span(node);
            self.say(
                Diagnostic::new(&codes::BAD_VALUE, span, format!("`{text}` is too large a count"))
                    .help("counts go up to 1,000,000"),
            );
            1
        })
    }

    pub(super) fn quantity(&mut self, node: Node<'a>) -> Option<Quantity> {
        let mut quantity: Option<Quantity> = None;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::number | Rule::bad_number => {
                    let number = self.number(&part);
                    let number_text = part.as_str().to_owned();
                    quantity = Some(Quantity { number, number_text, unit: None, also: None });
                }
                Rule::unit => {
                    let unit = self.unit(&part);
                    if let Some(quantity) = &mut quantity {
                        quantity.unit = Some(unit);
                    }
                }
                Rule::also => {
                    let other = self.quantity(part)?;
                    if let Some(quantity) = &mut quantity {
                        quantity.also = Some(Box::new(other));
                    }
                }
                _ => {}
            }
        }
        quantity
    }

    pub(super) fn unit(&self, node: &Node<'a>) -> Spanned<String> {
        Spanned::new(node.as_str().to_owned(), self.span(node))
    }

    pub(super) fn range(&mut self, node: Node<'a>) -> Option<QuantityRange> {
        let mut ends = Vec::new();
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::quantity => ends.push(self.quantity(part)?),
                Rule::range_to => self.range_to(&part),
                _ => {}
            }
        }
        let high = ends.pop()?;
        Some(QuantityRange { low: ends.pop()?, high })
    }

    /// The word between two ends; a dash there is reported.
    pub(super) fn range_to(&mut self, node: &Node<'a>) {
        let Some(dash) = child(node, Rule::bad_dash) else { return };
        let span = self.span(&dash);
        let around = self.with_blanks(span);
        self.say(
            Diagnostic::new(
                &codes::WORD_FOR_SYMBOL,
                span,
                format!("`{}` between two ends is written `to`", dash.as_str()),
            )
            .help("write `to` with blanks around it; both ends are included")
            .fix(around, " to "),
        );
    }

    /// A number with or without unit, or a multiple of a limit of normal.
    pub(super) fn literal(&mut self, node: Node<'a>) -> Option<Expr> {
        let span = self.span(&node);
        if let Some(quantity) = child(&node, Rule::quantity) {
            let quantity = self.quantity(quantity)?;
            return Some(Expr::new(ExprKind::Quantity(quantity), span));
        }
        let number_node = child(&node, Rule::number).or_else(|| child(&node, Rule::bad_number))?;
        let factor = self.number(&number_node);
        let limit_node = match child(&node, Rule::glued_limit) {
            Some(glued) => child(&glued, Rule::limit)?,
            None => child(&node, Rule::limit).or_else(|| child(&node, Rule::lone_limit))?,
        };
        let limit = self.limit(&limit_node);
        let good = format!("{} x {}", number_node.as_str(), limit_text(limit.value));
        // Blanks of any sort and number stand between words.
        if !self.words(span).replace('×', "x").split_whitespace().eq(good.split(' ')) {
            let message = format!("`{}` is not how a multiple of a limit is written", self.words(span));
            self.instead_of(&codes::WORD_FOR_SYMBOL, span, message, &good);
        }
        Some(Expr::new(ExprKind::Limit { factor, limit }, span))
    }

    /// `ULN`, `x LLN`: once the limit.
    pub(super) fn bare_limit(&mut self, node: Node<'a>) -> Option<Expr> {
        let span = self.span(&node);
        let limit_node = child(&node, Rule::limit)?;
        let limit = self.limit(&limit_node);
        let good = limit_text(limit.value);
        if limit_node.as_str() != good {
            let message = format!("`{}` is written `{good}` here", limit_node.as_str());
            self.instead_of(&codes::WORD_FOR_SYMBOL, limit.span, message, good);
        }
        let factor = Spanned::new(Exact::one(), if has(&node, Rule::times) { span } else { limit.span });
        Some(Expr::new(ExprKind::Limit { factor, limit }, span))
    }

    fn limit(&self, node: &Node<'a>) -> Spanned<Limit> {
        let text = node.as_str().to_ascii_lowercase();
        let lower = text.contains("lower") || text.contains("lln");
        Spanned::new(if lower { Limit::Lln } else { Limit::Uln }, self.span(node))
    }

    /// `c-peptide`: read as `c_peptide`.
    pub(super) fn hyphenated_name(&mut self, text: &str, span: Span) -> Name {
        let name = text.replace(['-', '‐', '‑'], "_");
        self.say(
            Diagnostic::new(&codes::BAD_NAME, span, format!("`{text}` cannot be a name"))
                .label("a name has letters, digits and `_`")
                .help(format!("write `{name}`; where a difference is meant put blanks around the minus"))
                .fix(span, name.clone()),
        );
        Spanned::new(name, span)
    }
}

pub(super) fn limit_text(limit: Limit) -> &'static str {
    match limit {
        Limit::Uln => "ULN",
        Limit::Lln => "LLN",
    }
}

/// The number that a word stands for.
pub(super) fn number_of_word(text: &str) -> Option<u32> {
    let words =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    if matches!(text, "a" | "an") {
        return Some(1);
    }
    words.iter().position(|word| *word == text).map(|at| at as u32 + 1)
}

/// The text between quotes; a text of several lines loses its common indentation and its first and last line end.
pub(in crate::syntax) fn unquote(text: &str) -> String {
    let Some(inner) = text.strip_prefix("\"\"\"").and_then(|rest| rest.strip_suffix("\"\"\"")) else {
        return text.trim_matches('"').to_owned();
    };
    let lines: Vec<&str> = inner.lines().collect();
    let indent = lines
        .iter()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches([' ', '\t']).len())
        .min()
        .unwrap_or(0);
    let mut kept: Vec<&str> = Vec::with_capacity(lines.len());
    for (number, line) in lines.iter().enumerate() {
        kept.push(if number == 0 { line.trim_start() } else { line.get(indent..).unwrap_or("") }.trim_end());
    }
    kept.join("\n").trim_matches('\n').to_owned()
}
