//! Mistakes that leave little doubt about what was meant, each with what to write instead.

use super::operand::with_phrase;
use super::tree::Chain;
use super::{Node, Reader, Rule, child, has, is_name};
use crate::ast::{ArithmeticOperator, Comparator, Expr, ExprKind, Quantifier, Quantity};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::{Span, Spanned};

impl<'a> Reader<'a, '_> {
    /// `time from randomization to progression or death`: the composite needs a name, by which it is followed.
    pub(super) fn composite(&mut self, node: &Node<'a>, several: Node<'a>) {
        let span = self.span(&several);
        let from = child(node, Rule::moment).map_or("randomization", |moment| moment.as_str().trim());
        let names: Vec<&str> = several.into_inner().filter(is_name).map(|name| name.as_str()).collect();
        let (event, either) = (names.join("_or_"), names.join(" or "));
        self.say(
            Diagnostic::new(&codes::COMPOSITE, span, format!("`{either}` is an event of its own, which needs a name"))
                .label("time is counted to one event")
                .help(format!(
                    "declare it, `event {event} \"…\": first ({either}) after {from}`, and count to it: `time from {from} to {event}`"
                )),
        );
    }

    // ---- and, or, not --------------------------------------------------------------------------------------

    /// Which connective a node stands for; `and/or` and signs for words are reported.
    pub(super) fn connecting_word(&mut self, node: &Node<'a>) -> Rule {
        let span = self.span(node);
        let text = node.as_str();
        match node.as_rule() {
            Rule::and_or => {
                self.say(
                    Diagnostic::new(&codes::MIXED_AND_OR, span, format!("`{text}` does not say which is meant"))
                        .label("one is enough, or are all needed?")
                        .help("write `or` where one is enough (both are then allowed too), `and` where all are needed"),
                );
                Rule::or
            }
            rule => {
                let word = if rule == Rule::and { "and" } else { "or" };
                if text != word {
                    self.instead_of(
                        &codes::WORD_FOR_SYMBOL,
                        span,
                        format!("`{text}` is written `{word}`"),
                        word,
                    );
                }
                rule
            }
        }
    }

    pub(super) fn not_word(&mut self, node: &Node<'a>) {
        let text = node.as_str();
        if text != "not" {
            let span = self.span(node);
            let good = if text == "!" { "not " } else { "not" };
            self.instead_of(&codes::WORD_FOR_SYMBOL, span, format!("`{text}` is written `not`"), good);
        }
    }

    /// `a and b or c`: shows both readings.
    pub(super) fn mixed(&mut self, parts: &[Expr], words: &[(Rule, Span)]) {
        let Some(&(first, first_span)) = words.first() else { return };
        let Some(at) = words.iter().position(|(word, _)| *word != first) else { return };
        let other_span = words[at].1;
        let (one, two) = if first == Rule::and { ("and", "or") } else { ("or", "and") };
        let (Some(a), Some(b), Some(c)) = (parts.get(at - 1), parts.get(at), parts.get(at + 1)) else {
            return;
        };
        let [a, b, c] = [a, b, c].map(|part| self.short(part.span));
        self.say(
            Diagnostic::new(&codes::MIXED_AND_OR, other_span, "`and` and `or` are mixed without parentheses")
                .label(format!("`{two}` here"))
                .and(first_span, format!("`{one}` here"))
                .help(format!("write `({a} {one} {b}) {two} {c}` or `{a} {one} ({b} {two} {c})`")),
        );
    }

    /// `within … : a or b`: does the time hold for `b` too?
    pub(super) fn scope_of_one(&mut self, parts: &[Expr], words: &[(Rule, Span)]) {
        for (part, (word, at)) in parts.iter().zip(words) {
            let body = match &part.kind {
                ExprKind::Within { body, .. }
                | ExprKind::OfPerson { body, .. }
                | ExprKind::Proportion(body) => body,
                _ => continue,
            };
            if matches!(body.kind, ExprKind::Parenthesised(_)) {
                continue;
            }
            let word = if *word == Rule::and { "and" } else { "or" };
            let head = Span { end: body.span.start, ..part.span };
            let (head_text, body_text) = (self.short(head), self.short(body.span));
            self.say(
                Diagnostic::new(
                    &codes::MIXED_AND_OR,
                    *at,
                    format!("does `{head_text}` hold for what follows `{word}` too?"),
                )
                .and(head, "how far does this reach?")
                .help(format!(
                    "write `{head_text} ({body_text} {word} …)` or `{head_text} ({body_text}) {word} …`"
                )),
            );
        }
    }

    /// `no hba1c > 7`.
    pub(super) fn no_before_comparison(&mut self, no: &Expr, of: &Expr) {
        let at = Span { end: of.span.start, ..no.span };
        let words = self.short(of.span);
        self.say(
            Diagnostic::new(&codes::SYNTAX, at, "`no` stands before a finding, not before a comparison")
                .help(format!("write `not {words} …`"))
                .fix(at, "not "),
        );
    }

    /// `differs by 10 %`: exactly, or at most?
    pub(super) fn missing_at_most(&mut self, node: &Node<'a>, tolerance: &Quantity) {
        if has(node, Rule::at_most) {
            return;
        }
        let at = tolerance.number.span;
        self.say(
            Diagnostic::new(&codes::SYNTAX, at, "a tolerance is an upper limit")
                .help(format!("write `at most {}`", tolerance.number_text))
                .fix(at, format!("at most {}", tolerance.number_text)),
        );
    }

    /// `5 mg / dL`: a quantity whose unit has blanks.
    pub(super) fn split_unit(
        &mut self,
        left: &Expr,
        operator: Spanned<ArithmeticOperator>,
        right: &Expr,
    ) -> Option<Expr> {
        if let (ExprKind::Quantity(ten), ExprKind::Quantity(power)) = (&left.kind, &right.kind) {
            return self.bare_power(operator, ten, power, left.span.to(right.span));
        }
        let (ExprKind::Quantity(quantity), ExprKind::Finding(finding)) = (&left.kind, &right.kind) else {
            return None;
        };
        let unit = quantity.unit.as_ref()?;
        if operator.value != ArithmeticOperator::Divide || finding.name.span != right.span {
            return None;
        }
        let together = format!("{}/{}", unit.value, finding.name.value);
        crate::units::parse(&together).ok()?;
        let at = unit.span.to(right.span);
        let message = "a unit has no blank inside".into();
        self.instead_of(&codes::SYNTAX, at, message, &together);
        let unit = Some(Spanned::new(together, at));
        let kind = ExprKind::Quantity(Quantity { unit, ..quantity.clone() });
        Some(Expr::new(kind, left.span.to(right.span)))
    }

    /// `10^9 /L`: a power of ten is a unit and needs a number before it.
    fn bare_power(
        &mut self,
        operator: Spanned<ArithmeticOperator>,
        ten: &Quantity,
        power: &Quantity,
        span: Span,
    ) -> Option<Expr> {
        let unit = power.unit.as_ref()?;
        if operator.value != ArithmeticOperator::Power || ten.unit.is_some() {
            return None;
        }
        let unit = format!("x{}^{}{}", ten.number_text, power.number_text, unit.value);
        let message = "a power of ten belongs to the unit and needs a number before it".into();
        self.instead_of(&codes::BAD_VALUE, span, message, &format!("1 {unit}"));
        let kind = ExprKind::Quantity(Quantity {
            number: Spanned::new(crate::number::Exact::one(), span),
            number_text: "1".into(),
            unit: Some(Spanned::new(unit, span)),
            also: None,
        });
        Some(Expr::new(kind, span))
    }

    /// The words at a span on one line, shortened.
    pub(super) fn short(&self, span: Span) -> String {
        one_line(self.words(span), 40)
    }

    // ---- comparisons ------------------------------------------------------------------------------------------

    pub(super) fn bad_comparator(&mut self, text: &str, span: Span) -> Option<Comparator> {
        let signs: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
        let good = match signs.as_str() {
            "=>" | ">=" | "≥=" | ">≥" | ">==" | "=≥" => Some((">=", Comparator::AtLeast)),
            "=<" | "<=" | "≤=" | "<≤" | "<==" | "=≤" => Some(("<=", Comparator::AtMost)),
            "==" | "===" => Some(("=", Comparator::Equal)),
            "<>" | "!==" | "≠=" | "=!" => Some(("!=", Comparator::NotEqual)),
            _ => None,
        };
        let message = format!("`{text}` is no comparison");
        match good {
            Some((good, comparator)) => {
                self.instead_of(&codes::BAD_COMPARISON, span, message, good);
                Some(comparator)
            }
            None => {
                self.say(
                    Diagnostic::new(&codes::BAD_COMPARISON, span, message)
                        .help("comparisons are `<`, `<=`, `=`, `!=`, `>=` and `>`"),
                );
                None
            }
        }
    }

    /// `greater than`: read as `>`, and reported.
    pub(super) fn word_comparator(&mut self, text: &str, span: Span) -> Comparator {
        let words: Vec<&str> = text.split_whitespace().collect();
        let equal = words.contains(&"equal");
        let (sign, comparator) = match words.as_slice() {
            ["at", "least"] | ["no" | "not", "less" | "fewer", ..] => (">=", Comparator::AtLeast),
            ["at", "most"] | ["no" | "not", ..] => ("<=", Comparator::AtMost),
            ["greater" | "more" | "higher" | "older" | "longer", ..] if equal => (">=", Comparator::AtLeast),
            ["less" | "lower" | "fewer" | "younger" | "shorter", ..] if equal => ("<=", Comparator::AtMost),
            ["greater" | "more" | "higher" | "older" | "longer" | "above" | "exceeds" | "exceeding", ..] => {
                (">", Comparator::Greater)
            }
            ["less" | "lower" | "fewer" | "younger" | "shorter" | "below" | "under", ..] => {
                ("<", Comparator::Less)
            }
            _ => ("=", Comparator::Equal),
        };
        let message = format!("`{}` is written `{sign}`", words.join(" "));
        self.instead_of(&codes::WORD_FOR_SYMBOL, span, message, sign);
        comparator
    }

    /// `hba1c is > 7 %` needs no `is`; `each of (alt, ast) > 3 x ULN` needs one.
    pub(super) fn needless_or_missing_is(&mut self, sign: &Node<'a>, left: &Expr, list: bool) {
        let is = child(sign, Rule::is);
        match (is, list) {
            (Some(_), false) if has(sign, Rule::word_comparator) => {}
            (Some(is), false) => {
                let at = self.span(&is);
                let rest = self.span(sign);
                let gap = Span { end: rest.end, ..at };
                let words = self.words(Span { start: at.end, ..rest }).trim_start();
                self.say(
                    Diagnostic::new(&codes::BAD_COMPARISON, at, "`is` is not needed before a comparison")
                        .help(format!(
                            "write `{} {words} …`; `is` stands behind lists and before codes",
                            self.short(left.span)
                        ))
                        .fix(gap, words),
                );
            }
            (None, true) => {
                let at = self.span(sign);
                self.say(
                    Diagnostic::new(
                        &codes::BAD_COMPARISON,
                        at,
                        "does each value of the list compare, or the list as a whole?",
                    )
                    .help(format!("write `is` before it: `{} is {} …`", self.short(left.span), sign.as_str()))
                    .fix(at, format!("is {}", sign.as_str())),
                );
            }
            _ => {}
        }
    }

    /// `age at consent >= 18 years and <= 65 years`: the second comparison has no left side.
    pub(super) fn compared_again(&mut self, expr: Expr, chain: &mut Chain<'a>) -> Option<Expr> {
        use Comparator::{AtLeast, AtMost, Greater, Less};
        let node = chain.sign()?;
        let operator = self.operator(&node, false)?;
        let right = self.sum(chain)?;
        let whole = expr.span.to(right.span);
        let at = operator.span.to(right.span);
        let said = Diagnostic::new(
            &codes::BAD_COMPARISON,
            at,
            format!("what is compared with `{}`?", self.short(right.span)),
        );
        let ExprKind::Compare { left, operator: first, right: bound } = &expr.kind else {
            self.say(said.help("write the finding or measure before this comparison again"));
            return None;
        };
        let (value, two) = (self.words(left.span), self.words(right.span));
        let one = match (&bound.kind, &right.kind) {
            (ExprKind::Quantity(one), ExprKind::Quantity(two)) if one.unit == two.unit => {
                one.number_text.as_str()
            }
            _ => self.words(bound.span),
        };
        let (low, high) = if first.value == AtLeast {
            (one, two)
        } else {
            (self.words(right.span), self.words(bound.span))
        };
        let and = has(&node, Rule::and);
        let range = match (first.value, operator.value) {
            (AtLeast, AtMost) if and => Some(format!("{value} in {low} to {high}")),
            (AtMost, AtLeast) if and => Some(format!("{value} in {low} to {high}")),
            (Less | AtMost, Greater | AtLeast) if and => None,
            _ => Some(format!(
                "{} {} {value} {}",
                self.words(expr.span),
                if and { "and" } else { "or" },
                self.words(at)
            )),
        };
        let said = match range {
            Some(good) => said.help(format!("write `{}`", one_line(&good, 120))).fix(whole, good),
            None => said.help(format!("write `{}` before it again", self.short(left.span))),
        };
        self.say(said);
        let again = ExprKind::Compare { left: left.clone(), operator, right: Box::new(right) };
        let parts = vec![expr, Expr::new(again, at)];
        Some(Expr::new(if and { ExprKind::And(parts) } else { ExprKind::Or(parts) }, whole))
    }

    /// `7 < hba1c < 9`.
    pub(super) fn chained_comparison(
        &mut self,
        span: Span,
        parts: [&Expr; 3],
        signs: [Spanned<Comparator>; 2],
    ) {
        use Comparator::{AtLeast, AtMost, Greater, Less};
        let [low, value, high] = match signs.map(|sign| sign.value) {
            [Less | AtMost, Less | AtMost] => [parts[0], parts[1], parts[2]],
            [Greater | AtLeast, Greater | AtLeast] => [parts[2], parts[1], parts[0]],
            _ => {
                self.say(
                    Diagnostic::new(
                        &codes::BAD_COMPARISON,
                        signs[1].span,
                        "a second comparison follows without a connecting word",
                    )
                    .help("join two comparisons with `and` or `or`"),
                );
                return;
            }
        };
        let [low, value, high] = [low, value, high].map(|part| self.words(part.span));
        let both = signs.iter().all(|sign| matches!(sign.value, AtMost | AtLeast));
        let said = Diagnostic::new(&codes::BAD_COMPARISON, span, "two comparisons share one value");
        let range = format!("{value} in {low} to {high}");
        self.say(if both {
            said.help(format!("write `{range}`")).fix(span, range)
        } else {
            said.help(format!(
                "write `{range}` where both ends belong to it, else two comparisons with `and`"
            ))
        });
    }

    /// `0.3-2.0 ng/mL` behind `in`: a difference that was meant as a range.
    pub(super) fn dashed_range(&mut self, expr: &Expr) -> Option<(Expr, Expr)> {
        let ExprKind::Arithmetic { left, operator, right } = &expr.kind else { return None };
        let literals =
            matches!(left.kind, ExprKind::Quantity(_)) && matches!(right.kind, ExprKind::Quantity(_));
        if operator.value != ArithmeticOperator::Subtract || !literals {
            return None;
        }
        let gap = Span { start: left.span.end, end: right.span.start, ..operator.span };
        self.say(
            Diagnostic::new(
                &codes::WORD_FOR_SYMBOL,
                operator.span,
                format!("`{}` between two numbers is a minus", self.words(operator.span)),
            )
            .help(format!(
                "write `{} to {}`; both ends are included",
                self.words(left.span),
                self.words(right.span)
            ))
            .fix(gap, " to "),
        );
        Some(((**left).clone(), (**right).clone()))
    }

    pub(super) fn range_without_end(&mut self, low: &Expr) {
        let words = self.words(low.span);
        let other = super::foreign::by_sex(words, low.span).or_else(|| super::foreign::sentence(self.slice));
        if let Some(other) = other {
            self.say(other);
            return;
        }
        self.say(
            Diagnostic::new(&codes::SYNTAX, low.span, "a range needs two ends")
                .label("only one end is here")
                .help(format!("write `in {} to …`, or compare with `>=` or `<=`", self.short(low.span))),
        );
    }

    // ---- time phrases ---------------------------------------------------------------------------------------------

    /// A time phrase behind a fixed value or a group: it belongs behind the finding or measure.
    pub(super) fn misplaced(&mut self, expr: Expr, subject: Span, chain: &mut Chain<'a>) -> Option<Expr> {
        let node = chain.sign()?;
        let span = self.span(&node);
        let phrase = self.phrase(child(&node, Rule::phrase)?)?;
        let words = self.words(span);
        let said = Diagnostic::new(&codes::TIME_PHRASE_PLACE, span, "this time stands behind a fixed value");
        if matches!(expr.kind, ExprKind::Parenthesised(_)) {
            let good = format!("{words}: {}", self.words(expr.span));
            let whole = expr.span.to(span);
            self.say(
                Diagnostic::new(&codes::TIME_PHRASE_PLACE, span, "a time for a whole group stands before it")
                    .help(format!("write `{words}: {}`", self.short(expr.span)))
                    .fix(whole, good),
            );
            return Some(Expr::new(ExprKind::Within { phrase, body: Box::new(expr) }, whole));
        }
        if let Some(help) = self.time_compared(&expr, words) {
            self.say(
                Diagnostic::new(&codes::TIME_PHRASE_PLACE, span, "this compares a length of time").help(help),
            );
            return Some(expr);
        }
        if subject == expr.span || !takes_phrase(&expr) {
            self.say(said.help("write it behind the finding or measure that it speaks of"));
            return Some(expr);
        }
        let whole = expr.span.to(span);
        let behind = self.subject_end(&expr, subject);
        let (before, rest) = (Span { end: behind, ..whole }, Span { start: behind, ..expr.span });
        let good = format!("{} {words} {}", self.words(before), self.words(rest).trim_start());
        self.say(
            said.and(before, "it belongs behind this")
                .help(format!("write `{} {words} {}`", self.short(before), self.short(rest)))
                .fix(whole, good),
        );
        Some(move_phrase(expr, phrase))
    }

    /// Where the finding, measure or list ends of which a comparison speaks.
    fn subject_end(&self, expr: &Expr, subject: Span) -> u32 {
        match &expr.kind {
            ExprKind::Quantified { list, .. } => {
                let from = list.last().map_or(subject.end, |last| last.span.end);
                let text = self.words(Span { start: from, ..subject });
                text.find(')').map_or(subject.end, |at| from + at as u32 + 1)
            }
            _ => subject.end,
        }
    }

    // ---- others -------------------------------------------------------------------------------------------------------

    pub(super) fn tight_division(&mut self, node: &Node<'a>) {
        let span = self.span(node);
        self.say(
            Diagnostic::new(&codes::SYNTAX, span, "a division needs blanks on both sides")
                .label("without them `/` belongs to a unit")
                .help("write ` / `")
                .fix(self.with_blanks(span), " / "),
        );
    }

    /// The span with the blanks around it.
    pub(super) fn with_blanks(&self, span: Span) -> Span {
        let range = span.range();
        let at = range.start.saturating_sub(self.slice.start)..range.end.saturating_sub(self.slice.start);
        let before = self.slice.text.get(..at.start).unwrap_or("");
        let behind = self.slice.text.get(at.end..).unwrap_or("");
        let left = before.len() - before.trim_end_matches([' ', '\t']).len();
        let right = behind.len() - behind.trim_start_matches([' ', '\t']).len();
        self.slice.span(at.start - left..at.end + right)
    }

    /// `hba1c > not …`: words that reach far cannot stand inside a value.
    pub(super) fn prefix_inside_value(&mut self, word: &Node<'a>, behind: &Expr) {
        let span = self.span(word);
        self.say(
            Diagnostic::new(
                &codes::SYNTAX,
                span,
                format!("`{}` cannot stand inside a value", self.short(span)),
            )
            .help(format!(
                "write it before the whole comparison, or put parentheses around it and `{}`",
                self.short(behind.span)
            )),
        );
    }

    pub(super) fn say_stray(&mut self, span: Span) {
        let at = span.range().start.saturating_sub(self.slice.start);
        if let Some((before, behind)) = self.slice.text.split_at_checked(at)
            && let Some(behind) = behind.strip_prefix("to ")
            && before.trim_end().ends_with("time")
        {
            let end = behind.split(|sign: char| !super::words::is_word(sign)).next().unwrap_or_default();
            self.say(
                Diagnostic::new(&codes::STRAY_TEXT, span, "time is counted from one event to another")
                    .help(format!("write both: `time from randomization to {end}`")),
            );
            return;
        }
        self.say(
            Diagnostic::new(&codes::STRAY_TEXT, span, format!("`{}` does not belong here", self.short(span)))
                .help("remove it, or join it to what stands before with `and` or `or`"),
        );
    }

    /// `all of`, `either of`, `2 of`.
    pub(super) fn bad_quantifier(&mut self, node: &Node<'a>) -> Quantifier {
        let span = self.span(node);
        let words: Vec<&str> = node.as_str().split_whitespace().collect();
        let (good, quantifier) = match words.as_slice() {
            ["all" | "both"] => ("each", Quantifier::Each),
            ["either" | "some"] | ["one", "or", "more"] | ["1", "or", "more"] => ("any", Quantifier::Any),
            [count, rest @ ..] => {
                let number =
                    super::literal::number_of_word(count).or_else(|| count.parse().ok()).unwrap_or(1);
                if rest.is_empty() {
                    self.say(
                        Diagnostic::new(
                            &codes::WORD_FOR_SYMBOL,
                            span,
                            format!("`{count} of` does not say whether more are allowed"),
                        )
                        .help(format!(
                            "write `at least {number} of`, `exactly {number} of` or `at most {number} of`"
                        )),
                    );
                } else {
                    let good = format!("at least {number}");
                    let message = format!("`{}` is written `{good}`", words.join(" "));
                    self.instead_of(&codes::WORD_FOR_SYMBOL, span, message, &good);
                }
                return Quantifier::AtLeast(number);
            }
            [] => return Quantifier::Any,
        };
        let message = format!("`{} of` is written `{good} of`", words.join(" "));
        self.instead_of(&codes::WORD_FOR_SYMBOL, span, message, good);
        quantifier
    }
}

/// A text on one line, shortened to about this many characters.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= most {
        return text;
    }
    let start: String = text.chars().take(most - 2).collect();
    format!("{} …", start.trim_end())
}

/// Whether a time phrase behind this can only be meant for what it speaks of.
fn takes_phrase(expr: &Expr) -> bool {
    let subject = match &expr.kind {
        ExprKind::Compare { left, .. } => left,
        ExprKind::In { value, .. } | ExprKind::Is { value, .. } => value,
        ExprKind::Quantified { predicate, .. } => return predicate.is_some(),
        ExprKind::Instead { body, .. } => return takes_phrase(body),
        _ => return false,
    };
    matches!(
        subject.kind,
        ExprKind::Finding(_)
            | ExprKind::Select { .. }
            | ExprKind::Age
            | ExprKind::Duration(_)
            | ExprKind::Count(_)
            | ExprKind::Dose(_)
            | ExprKind::Occurs { .. }
    )
}

/// Puts a phrase to what the comparison speaks of.
fn move_phrase(expr: Expr, phrase: Spanned<crate::ast::TimePhrase>) -> Expr {
    let span = expr.span;
    let kind = match expr.kind {
        ExprKind::Compare { left, operator, right } => {
            ExprKind::Compare { left: Box::new(with_phrase(*left, phrase)), operator, right }
        }
        ExprKind::In { value, negated, low, high } => {
            ExprKind::In { value: Box::new(with_phrase(*value, phrase)), negated, low, high }
        }
        ExprKind::Is { value, negated, one_of } => {
            ExprKind::Is { value: Box::new(with_phrase(*value, phrase)), negated, one_of }
        }
        ExprKind::Instead { body, operator, right, guard } => {
            ExprKind::Instead { body: Box::new(move_phrase(*body, phrase)), operator, right, guard }
        }
        kind => return with_phrase(Expr::new(kind, span), phrase),
    };
    Expr::new(kind, span)
}
