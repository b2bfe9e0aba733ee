//! From a flat chain of operands and signs to a tree. Tightest first: `^`; `* /`; `+ -`; comparison; `not` and
//! `within … :`; `and` or `or`; `unless` and `when`.

use std::collections::VecDeque;

use super::operand::{lists, occurs, said_of, with_phrase};
use super::{Node, Reader, Rule, child, depth, has};
use crate::ast::{Comparator, Expr, ExprKind, Name, Quantity, Selector, TimePhrase};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::{Span, Spanned};

/// A chain of more tokens than this may be so deep that its depth is looked at before it goes into another.
const LONG_CHAIN: usize = 9;
/// Most words that reach to the right (`not`, `within … :`) before one operand.
const MOST_PREFIXES: usize = 8;

/// An operand with the words before it, or what stands between or behind operands.
pub(super) enum Token<'a> {
    Operand(Operand<'a>),
    Sign(Node<'a>),
}

pub(super) struct Operand<'a> {
    /// From the outermost to the nearest.
    pub prefixes: Vec<Node<'a>>,
    pub expr: Expr,
    pub span: Span,
}

pub(super) struct Chain<'a> {
    pub tokens: VecDeque<Token<'a>>,
}

impl<'a> Chain<'a> {
    /// The rule of the next sign, if a sign is next.
    pub(super) fn next_sign(&self) -> Option<Rule> {
        match self.tokens.front() {
            Some(Token::Sign(node)) => Some(node.as_rule()),
            _ => None,
        }
    }

    pub(super) fn sign(&mut self) -> Option<Node<'a>> {
        match self.tokens.pop_front() {
            Some(Token::Sign(node)) => Some(node),
            Some(other) => {
                self.tokens.push_front(other);
                None
            }
            None => None,
        }
    }

    pub(super) fn take(&mut self, rule: Rule) -> Option<Node<'a>> {
        if self.next_sign() == Some(rule) { self.sign() } else { None }
    }
}

impl<'a> Reader<'a, '_> {
    /// The tree of a node of rule `expression`.
    pub(super) fn expression(&mut self, node: Node<'a>) -> Option<Expr> {
        match self.built(&node) {
            Some(built) => built,
            None => self.chained(node),
        }
    }

    pub(super) fn chained(&mut self, node: Node<'a>) -> Option<Expr> {
        let mut chain = self.chain(node)?;
        let long = chain.tokens.len() > LONG_CHAIN;
        let expr = self.conditional(&mut chain)?;
        self.nothing_left(&chain)?;
        if long { depth::within_limit(expr, self.diagnostics) } else { Some(expr) }
    }

    /// A truth whose last time phrase belongs to the whole: `first anc >= 1,000 /uL after nadir`.
    pub(super) fn truth(&mut self, node: Node<'a>) -> Option<Expr> {
        let mut chain = self.chain(node)?;
        let mut phrases = VecDeque::new();
        while chain.tokens.len() > 1
            && matches!(chain.tokens.back(), Some(Token::Sign(node)) if node.as_rule() == Rule::misplaced)
        {
            if let Some(Token::Sign(node)) = chain.tokens.pop_back() {
                phrases.push_front(node);
            }
        }
        let mut expr = self.conditional(&mut chain)?;
        self.nothing_left(&chain)?;
        for node in phrases {
            let phrase = self.phrase(node.into_inner().next()?)?;
            expr = with_phrase(expr, phrase);
        }
        Some(expr)
    }

    /// The value of a table's row.
    pub(super) fn row_value(&mut self, node: Node<'a>) -> Option<Expr> {
        let mut chain = self.chain(node)?;
        let expr = self.sum(&mut chain)?;
        self.nothing_left(&chain)?;
        Some(expr)
    }

    fn chain(&mut self, node: Node<'a>) -> Option<Chain<'a>> {
        let mut tokens = VecDeque::new();
        for part in node.into_inner() {
            tokens.push_back(match part.as_rule() {
                Rule::operand | Rule::row_operand => Token::Operand(self.operand(part)?),
                _ => Token::Sign(part),
            });
        }
        Some(Chain { tokens })
    }

    fn operand(&mut self, node: Node<'a>) -> Option<Operand<'a>> {
        let span = self.span(&node);
        let mut prefixes = Vec::new();
        let mut expr = None;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::not | Rule::scope | Rule::person_scope | Rule::proportion | Rule::minus_prefix => {
                    prefixes.push(part);
                }
                _ => expr = Some(self.primary(part)?),
            }
        }
        if let Some(beyond) = prefixes.get(MOST_PREFIXES) {
            let at = self.span(beyond);
            self.say(
                Diagnostic::new(
                    &codes::TOO_DEEP,
                    at,
                    format!("more than {MOST_PREFIXES} such words in a row"),
                )
                .help("say it with fewer, or give the inner part a name with `define`"),
            );
            return None;
        }
        Some(Operand { prefixes, expr: expr?, span })
    }

    fn nothing_left(&mut self, chain: &Chain<'a>) -> Option<()> {
        let Some(token) = chain.tokens.front() else { return Some(()) };
        let span = match token {
            Token::Operand(operand) => operand.span,
            Token::Sign(node) => self.span(node),
        };
        match super::foreign::sentence(self.slice) {
            Some(sentence) => self.say(sentence),
            None => self.say_stray(span),
        }
        None
    }

    // ---- unless, when -------------------------------------------------------------------------------------

    fn conditional(&mut self, chain: &mut Chain<'a>) -> Option<Expr> {
        let mut expr = self.connective(chain)?;
        let mut signs = 0;
        while let Some(word @ (Rule::unless | Rule::when)) = chain.next_sign() {
            let node = chain.sign()?;
            signs += 1;
            if signs > super::operand::MOST_PHRASES {
                let span = self.span(&node);
                self.too_many(span, "exceptions and conditions");
                return None;
            }
            let body = Box::new(expr);
            let other = Box::new(self.connective(chain)?);
            let span = body.span.to(other.span);
            expr = Expr::new(
                if word == Rule::unless {
                    ExprKind::Unless { body, exception: other }
                } else {
                    ExprKind::When { body, guard: other }
                },
                span,
            );
        }
        Some(expr)
    }

    // ---- and, or --------------------------------------------------------------------------------------------

    fn connective(&mut self, chain: &mut Chain<'a>) -> Option<Expr> {
        let mut parts = vec![self.negation(chain, false)?];
        let mut words: Vec<(Rule, Span)> = Vec::new();
        while let Some(Rule::and | Rule::or | Rule::and_or) = chain.next_sign() {
            let node = chain.sign()?;
            let word = self.connecting_word(&node);
            words.push((word, self.span(&node)));
            parts.push(self.negation(chain, false)?);
        }
        let Some(&(first, _)) = words.first() else { return parts.pop() };
        self.scope_of_one(&parts, &words);
        let span = parts.first()?.span.to(parts.last()?.span);
        if words.iter().any(|(word, _)| *word != first) {
            self.mixed(&parts, &words);
        }
        Some(Expr::new(if first == Rule::and { ExprKind::And(parts) } else { ExprKind::Or(parts) }, span))
    }

    // ---- not, within … :, for mother: ---------------------------------------------------------------------------

    fn negation(&mut self, chain: &mut Chain<'a>, guard: bool) -> Option<Expr> {
        let mut outer = Vec::new();
        if let Some(Token::Operand(operand)) = chain.tokens.front_mut() {
            let tight =
                operand.prefixes.iter().rev().take_while(|node| node.as_rule() == Rule::minus_prefix).count();
            let inner = operand.prefixes.split_off(operand.prefixes.len() - tight);
            outer = std::mem::replace(&mut operand.prefixes, inner);
            if !outer.is_empty() {
                operand.span = operand.expr.span;
            }
        }
        let mut expr = self.comparison(chain, guard)?;
        for node in outer.into_iter().rev() {
            let span = self.span(&node).to(expr.span);
            let body = Box::new(expr);
            let kind = match node.as_rule() {
                Rule::not => {
                    self.not_word(&node);
                    ExprKind::Not(body)
                }
                Rule::scope => {
                    let phrase = self.phrase(child(&node, Rule::phrase)?)?;
                    ExprKind::Within { phrase, body }
                }
                Rule::person_scope => ExprKind::OfPerson { person: self.name_in(&node)?, body },
                Rule::proportion => ExprKind::Proportion(body),
                _ => ExprKind::Negative(body),
            };
            expr = Expr::new(kind, span);
        }
        Some(expr)
    }

    // ---- comparison ----------------------------------------------------------------------------------------------

    /// As the `guard` of another limit it ends before the next `instead`, which belongs to the limit again.
    fn comparison(&mut self, chain: &mut Chain<'a>, guard: bool) -> Option<Expr> {
        let mut expr = self.sum(chain)?;
        let subject = expr.span;
        let mut signs = 0;
        while let Some(rule) = chain.next_sign() {
            signs += 1;
            if signs > super::operand::MOST_PHRASES {
                let span = expr.span;
                self.too_many(span, "comparisons");
                return None;
            }
            expr = match rule {
                Rule::compare_op => self.compare(expr, chain)?,
                Rule::in_op => self.within_range(expr, chain)?,
                Rule::between_op => self.between(expr, chain)?,
                Rule::instead_op if !guard => self.exception_limit(expr, chain)?,
                Rule::and_compare => self.compared_again(expr, chain)?,
                Rule::misplaced => self.misplaced(expr, subject, chain)?,
                Rule::is_codes
                | Rule::is_mode
                | Rule::is_stable
                | Rule::stable_tail
                | Rule::differs_by
                | Rule::trend => self.completed(expr, chain)?,
                _ => break,
            };
        }
        Some(expr)
    }

    fn compare(&mut self, left: Expr, chain: &mut Chain<'a>) -> Option<Expr> {
        let node = chain.sign()?;
        let list = lists(&left);
        let operator = self.operator(&node, list)?;
        if let ExprKind::No(of) = &left.kind {
            self.no_before_comparison(&left, of);
        }
        self.needless_or_missing_is(&node, &left, list);
        if let ExprKind::Compare { left: first, operator: inner, right } = &left.kind {
            let third = self.sum(chain)?;
            self.chained_comparison(
                left.span.to(third.span),
                [&**first, &**right, &third],
                [*inner, operator],
            );
            return Some(left);
        }
        let right = Box::new(self.sum(chain)?);
        let whole = left.span.to(right.span);
        Some(said_of(left, whole, |left| ExprKind::Compare { left: Box::new(left), operator, right }))
    }

    fn within_range(&mut self, value: Expr, chain: &mut Chain<'a>) -> Option<Expr> {
        let node = chain.sign()?;
        let negated = has(&node, Rule::not);
        let list = lists(&value);
        self.needless_or_missing_is(&node, &value, list);
        if let Some(words) = child(&node, Rule::range_words) {
            let at = self.span(&child(&node, Rule::in_)?).to(self.span(&words));
            self.instead_of(
                &codes::WORD_FOR_SYMBOL,
                at,
                format!("`{}` is written `in`", self.words(at)),
                "in",
            );
        }
        let low = self.sum(chain)?;
        if chain.take(Rule::to).is_none() {
            if let Some((low, high)) = self.dashed_range(&low) {
                let whole = value.span.to(high.span);
                return Some(said_of(value, whole, |value| in_range(value, negated, low, high)));
            }
            self.range_without_end(&low);
            return None;
        }
        let high = self.sum(chain)?;
        let whole = value.span.to(high.span);
        Some(said_of(value, whole, |value| in_range(value, negated, low, high)))
    }

    fn between(&mut self, value: Expr, chain: &mut Chain<'a>) -> Option<Expr> {
        let node = chain.sign()?;
        let negated = has(&node, Rule::not);
        let low = self.sum(chain)?;
        if chain.take(Rule::and).or_else(|| chain.take(Rule::to)).is_none() {
            self.range_without_end(&low);
            return None;
        }
        let high = self.sum(chain)?;
        let span = self.span(&node).to(high.span);
        let good = format!(
            "{}in {} to {}",
            if negated { "not " } else { "" },
            self.words(low.span),
            self.words(high.span)
        );
        let message = "`between` does not say whether the ends belong to it".into();
        self.instead_of(&codes::WORD_FOR_SYMBOL, span, message, &good);
        let whole = value.span.to(high.span);
        Some(said_of(value, whole, |value| in_range(value, negated, low, high)))
    }

    /// `… instead < 3.0 mg/dL when ever gilbert_syndrome`.
    fn exception_limit(&mut self, body: Expr, chain: &mut Chain<'a>) -> Option<Expr> {
        let node = chain.sign()?;
        let operator = self.operator(&node, false)?;
        let right = self.sum(chain)?;
        let at = self.span(&node).to(right.span);
        if !has_limit(&body) {
            self.say(
                Diagnostic::new(&codes::SYNTAX, at, "`instead` gives a comparison another limit")
                    .and(body.span, "this is no comparison")
                    .help("for another time write two rules: `no a other than b within … and no b within …`"),
            );
            return None;
        }
        if chain.take(Rule::when).is_none() {
            self.say(Diagnostic::new(&codes::SYNTAX, at, "for whom does this other limit hold?").help(
                format!("add `when` and a condition: `{} when ever gilbert_syndrome`", self.words(at)),
            ));
            return None;
        }
        let guard = self.negation(chain, true)?;
        let whole = body.span.to(guard.span);
        Some(inside_list(body, whole, |body| ExprKind::Instead {
            body: Box::new(body),
            operator,
            right: Box::new(right),
            guard: Box::new(guard),
        }))
    }

    /// `is III or IV`, `is present`, `stable`, `differs by …`.
    fn completed(&mut self, value: Expr, chain: &mut Chain<'a>) -> Option<Expr> {
        let node = chain.sign()?;
        let whole = value.span.to(self.span(&node));
        match node.as_rule() {
            Rule::is_codes => {
                let negated = has(&node, Rule::not);
                let codes = node.into_inner().filter(|part| part.as_rule() == Rule::code);
                let one_of: Vec<Name> = codes.filter_map(|code| self.name_or_text(code)).collect();
                Some(said_of(value, whole, |value| ExprKind::Is { value: Box::new(value), negated, one_of }))
            }
            Rule::is_mode => {
                let mode = self.mode(&child(&node, Rule::mode)?);
                let negated = has(&node, Rule::not);
                let list = lists(&value);
                if !list {
                    let at = self.span(&node);
                    let good = format!("{}{}", if negated { "not " } else { "" }, self.words(mode.span));
                    if negated {
                        self.say(
                            Diagnostic::new(
                                &codes::WORD_FOR_SYMBOL,
                                at,
                                "a negation stands before what it denies",
                            )
                            .help(format!(
                                "write `not {} {}`",
                                self.words(value.span),
                                self.words(mode.span)
                            )),
                        );
                    } else {
                        let message = format!("`is` is not needed before `{good}`");
                        self.instead_of(&codes::WORD_FOR_SYMBOL, at, message, &good);
                    }
                }
                let said = self.with_following_phrases(occurs(value, mode), chain)?;
                let whole = whole.to(said.span);
                Some(if negated { Expr::new(ExprKind::Not(Box::new(said)), whole) } else { said })
            }
            Rule::differs_by => {
                let at_most: Quantity = self.quantity(child(&node, Rule::quantity)?)?;
                self.missing_at_most(&node, &at_most);
                let reference = child(&node, Rule::reference)?;
                let reference = Spanned::new(reference_value(reference.as_str()), self.span(&reference));
                let value = self.with_following_phrases(value, chain)?;
                let whole = whole.to(value.span);
                Some(said_of(value, whole, |value| ExprKind::Differs {
                    value: Box::new(value),
                    at_most,
                    reference,
                }))
            }
            Rule::trend => {
                let falls = self.trend_falls(&child(&node, Rule::trend_verb)?);
                let count = child(&node, Rule::count_word)?;
                let values = Spanned::new(self.count(&count), self.span(&count));
                let apart = match child(&node, Rule::apart) {
                    Some(apart) => {
                        let span = self.span(&apart);
                        Some(Spanned::new(self.duration(child(&apart, Rule::duration)?)?, span))
                    }
                    None => None,
                };
                let value = self.with_following_phrases(value, chain)?;
                let whole = whole.to(value.span);
                Some(said_of(value, whole, |value| ExprKind::Trend {
                    value: Box::new(value),
                    falls,
                    values,
                    apart,
                }))
            }
            _ => {
                let value = self.with_following_phrases(value, chain)?;
                let whole = whole.to(value.span);
                Some(said_of(value, whole, |value| ExprKind::Stable(Box::new(value))))
            }
        }
    }

    /// Whether the values fall; `increases` and `decreases` may also mean a change from a first value to a last one.
    fn trend_falls(&mut self, verb: &Node<'a>) -> bool {
        let falls = matches!(verb.as_str(), "falls" | "decreases");
        if matches!(verb.as_str(), "increases" | "decreases") {
            let message =
                format!("`{}` does not say whether each value counts, or the last one", verb.as_str());
            self.instead_of(
                &codes::WORD_FOR_SYMBOL,
                self.span(verb),
                message,
                if falls { "falls" } else { "rises" },
            );
        }
        falls
    }

    /// Time phrases behind `stable` or `differs …` say over which time the values are looked at.
    fn with_following_phrases(&mut self, mut value: Expr, chain: &mut Chain<'a>) -> Option<Expr> {
        while let Some(node) = chain.take(Rule::misplaced) {
            let phrase: Spanned<TimePhrase> = self.phrase(child(&node, Rule::phrase)?)?;
            value = with_phrase(value, phrase);
        }
        Some(value)
    }

    // ---- operators ----------------------------------------------------------------------------------------------------

    /// The comparison that a node with a comparator, or words for one, stands for.
    pub(super) fn operator(&mut self, node: &Node<'a>, list: bool) -> Option<Spanned<Comparator>> {
        if let Some(sign) = child(node, Rule::comparator) {
            let span = self.span(&sign);
            let good = match sign.as_str() {
                "<" => Comparator::Less,
                "<=" | "≤" | "⩽" => Comparator::AtMost,
                "=" => Comparator::Equal,
                "!=" | "≠" => Comparator::NotEqual,
                ">=" | "≥" | "⩾" => Comparator::AtLeast,
                ">" => Comparator::Greater,
                _ => return self.bad_comparator(sign.as_str(), span).map(|good| Spanned::new(good, span)),
            };
            return Some(Spanned::new(good, span));
        }
        let words = child(node, Rule::word_comparator)?;
        // The `is` of `is at least` goes with it, but behind a list it must stay.
        let span = if has(node, Rule::is) && !list { self.span(node) } else { self.span(&words) };
        Some(Spanned::new(self.word_comparator(words.as_str(), span), span))
    }
}

fn in_range(value: Expr, negated: bool, low: Expr, high: Expr) -> ExprKind {
    ExprKind::In { value: Box::new(value), negated, low: Box::new(low), high: Box::new(high) }
}

fn reference_value(word: &str) -> Selector {
    match word {
        "first" | "earliest" => Selector::Earliest,
        "last" | "latest" => Selector::Latest,
        "highest" => Selector::Highest,
        "lowest" => Selector::Lowest,
        "mean" => Selector::Mean,
        _ => Selector::Median,
    }
}

/// Applies `make` to a statement; where it is said of each member of a list, inside the list.
fn inside_list(expr: Expr, whole: Span, make: impl FnOnce(Expr) -> ExprKind) -> Expr {
    match expr.kind {
        ExprKind::Quantified { quantifier, list, predicate: Some(inner) } => {
            let predicate = Some(Box::new(Expr::new(make(*inner), whole)));
            Expr::new(ExprKind::Quantified { quantifier, list, predicate }, whole)
        }
        ExprKind::Timed { of, phrase } => {
            let of = Box::new(inside_list(*of, whole, make));
            Expr::new(ExprKind::Timed { of, phrase }, whole)
        }
        kind => Expr::new(make(Expr::new(kind, expr.span)), whole),
    }
}

/// Whether this compares with a limit that another can replace.
fn has_limit(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Compare { .. } | ExprKind::In { .. } | ExprKind::Instead { .. } => true,
        ExprKind::Quantified { predicate: Some(predicate), .. } => has_limit(predicate),
        ExprKind::Timed { of, .. } => has_limit(of),
        _ => false,
    }
}
