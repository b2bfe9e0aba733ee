//! Calculations: `^` binds before `* /`, these before `+ -`.

use super::tree::{Chain, Token};
use super::{Node, Reader, Rule};
use crate::ast::{ArithmeticOperator, Expr, ExprKind};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::{Span, Spanned};

/// Most signs of one sort that may follow each other where each takes in the one before.
const MOST_SIGNS: usize = 100;

impl<'a> Reader<'a, '_> {
    pub(super) fn sum(&mut self, chain: &mut Chain<'a>) -> Option<Expr> {
        let mut expr = self.product(chain)?;
        let mut signs = 0;
        while let Some(rule @ (Rule::plus | Rule::minus)) = chain.next_sign() {
            let node = chain.sign()?;
            signs += 1;
            self.not_too_long(signs, &node)?;
            let operator =
                if rule == Rule::plus { ArithmeticOperator::Add } else { ArithmeticOperator::Subtract };
            let right = self.product(chain)?;
            expr = self.arithmetic(expr, operator, &node, right);
        }
        Some(expr)
    }

    fn product(&mut self, chain: &mut Chain<'a>) -> Option<Expr> {
        let mut expr = self.power(chain)?;
        let mut signs = 0;
        while let Some(rule @ (Rule::multiply | Rule::divide | Rule::bad_divide)) = chain.next_sign() {
            let node = chain.sign()?;
            signs += 1;
            self.not_too_long(signs, &node)?;
            let operator = if rule == Rule::multiply {
                ArithmeticOperator::Multiply
            } else {
                ArithmeticOperator::Divide
            };
            if rule == Rule::bad_divide {
                self.tight_division(&node);
            }
            let right = self.power(chain)?;
            expr = self.arithmetic(expr, operator, &node, right);
        }
        Some(expr)
    }

    fn power(&mut self, chain: &mut Chain<'a>) -> Option<Expr> {
        let (minuses, base) = self.single(chain)?;
        let mut parts = vec![base];
        let mut signs = Vec::new();
        while let Some(node) = chain.take(Rule::power) {
            signs.push(node.clone());
            self.not_too_long(signs.len(), &node)?;
            let (inner, exponent) = self.single(chain)?;
            parts.push(negative(inner, exponent));
        }
        let mut expr = parts.pop()?;
        while let (Some(left), Some(node)) = (parts.pop(), signs.pop()) {
            expr = self.arithmetic(left, ArithmeticOperator::Power, &node, expr);
        }
        Some(negative(minuses, expr))
    }

    /// An operand with the minus signs before it.
    fn single(&mut self, chain: &mut Chain<'a>) -> Option<(Vec<Span>, Expr)> {
        match chain.tokens.pop_front()? {
            Token::Operand(operand) => {
                if let Some(word) = operand.prefixes.iter().find(|node| node.as_rule() != Rule::minus_prefix)
                {
                    self.prefix_inside_value(word, &operand.expr);
                    return None;
                }
                let minuses = operand.prefixes.iter().map(|node| self.span(node)).collect();
                Some((minuses, operand.expr))
            }
            Token::Sign(node) => {
                let span = self.span(&node);
                self.say_stray(span);
                None
            }
        }
    }

    fn arithmetic(&mut self, left: Expr, operator: ArithmeticOperator, node: &Node<'a>, right: Expr) -> Expr {
        let operator = Spanned::new(operator, self.span(node));
        let span = left.span.to(right.span);
        if let Some(whole) = self.split_unit(&left, operator, &right) {
            return whole;
        }
        Expr::new(ExprKind::Arithmetic { left: Box::new(left), operator, right: Box::new(right) }, span)
    }

    fn not_too_long(&mut self, signs: usize, node: &Node<'a>) -> Option<()> {
        if signs <= MOST_SIGNS {
            return Some(());
        }
        let span = self.span(node);
        self.say(
            Diagnostic::new(
                &codes::TOO_DEEP,
                span,
                format!("more than {MOST_SIGNS} signs in one calculation"),
            )
            .help("split the calculation with `derive`"),
        );
        None
    }
}

fn negative(minuses: Vec<Span>, expr: Expr) -> Expr {
    minuses.into_iter().rev().fold(expr, |expr, minus| {
        let span = minus.to(expr.span);
        Expr::new(ExprKind::Negative(Box::new(expr)), span)
    })
}
