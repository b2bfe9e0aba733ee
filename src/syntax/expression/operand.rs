//! What stands between two signs: findings, measures, lists, judgements.

use super::{Node, Reader, Rule, child, has, is_name};
use crate::ast::{
    AttestationVerb, Expr, ExprKind, Finding, Mode, Moment, Name, Point, Quantifier, Selector, TimePhrase,
};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::{Span, Spanned};

/// Most time phrases, or leading words, of one operand.
pub(super) const MOST_PHRASES: usize = 8;

impl<'a> Reader<'a, '_> {
    /// The operand itself, without the words before it that reach further (`not`, `within … :`).
    pub(super) fn primary(&mut self, node: Node<'a>) -> Option<Expr> {
        let span = self.span(&node);
        let kind = match node.as_rule() {
            Rule::not_stated => ExprKind::NotStated,
            Rule::unspecified => ExprKind::Unspecified(self.text_in(&node)?),
            Rule::text_only => ExprKind::TextOnly { because: self.text_in(&node)? },
            Rule::attested => self.attested(&node)?,
            Rule::table => match self.built(&node) {
                Some(built) => return built,
                None => return self.table(node),
            },
            Rule::points => self.points(node)?,
            Rule::time_between => {
                if let Some(several) = child(&node, Rule::first_of) {
                    self.composite(&node, several);
                    return None;
                }
                let [from, to] = self.two_moments(&node)?;
                ExprKind::TimeBetween { from, to }
            }
            Rule::timed => return self.timed(node),
            Rule::call => self.call(node)?,
            Rule::literal => return self.literal(node),
            Rule::bare_limit => return self.bare_limit(node),
            Rule::age => ExprKind::Age,
            Rule::finding => return self.finding(node),
            Rule::paren => self.paren(node)?.kind,
            _ => return None,
        };
        Some(Expr::new(kind, span))
    }

    fn paren(&mut self, node: Node<'a>) -> Option<Expr> {
        let span = self.span(&node);
        let inner = self.expression(child(&node, Rule::expression)?)?;
        Some(Expr::new(ExprKind::Parenthesised(Box::new(inner)), span))
    }

    fn text_in(&self, node: &Node<'a>) -> Option<Spanned<String>> {
        let mut children = node.clone().into_inner();
        children
            .find(|part| matches!(part.as_rule(), Rule::long_text | Rule::short_text))
            .map(|part| self.text(&part))
    }

    fn two_moments(&mut self, node: &Node<'a>) -> Option<[Moment; 2]> {
        let moments = node.clone().into_inner().filter(|part| part.as_rule() == Rule::moment);
        let moments: Option<Vec<Moment>> = moments.map(|part| self.moment(part)).collect();
        <[Moment; 2]>::try_from(moments?).ok()
    }

    fn attested(&mut self, node: &Node<'a>) -> Option<ExprKind> {
        let word = child(node, Rule::verb)?;
        let verb = match word.as_str() {
            "attested" => AttestationVerb::Attested,
            "agreed" => AttestationVerb::Agreed,
            "approved" => AttestationVerb::Approved,
            _ => AttestationVerb::Declined,
        };
        let verb = Spanned::new(verb, self.span(&word));
        Some(ExprKind::Attested { verb, by: self.name_in(node)?, question: self.text_in(node) })
    }

    fn call(&mut self, node: Node<'a>) -> Option<ExprKind> {
        let function = self.name_in(&node)?;
        let arguments = node.into_inner().filter(|part| part.as_rule() == Rule::expression);
        let arguments: Option<Vec<Expr>> = arguments.map(|part| self.expression(part)).collect();
        Some(ExprKind::Call { function, arguments: arguments? })
    }

    /// `points of (2 for elderly, 1 for anemia present)`.
    fn points(&mut self, node: Node<'a>) -> Option<ExprKind> {
        let points = node.into_inner().filter(|part| part.as_rule() == Rule::point);
        let points: Option<Vec<Point>> = points.map(|part| self.point(part)).collect();
        Some(ExprKind::Points(points?))
    }

    fn point(&mut self, node: Node<'a>) -> Option<Point> {
        let (mut worth, mut truth) = (None, None);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::number | Rule::bad_number => worth = Some(self.number(&part)),
                Rule::when => self.instead_of(
                    &codes::WORD_FOR_SYMBOL,
                    self.span(&part),
                    "points are given `for` something".to_owned(),
                    "for",
                ),
                Rule::expression => truth = Some(self.expression(part)?),
                _ => {}
            }
        }
        Some(Point { worth: worth?, truth: truth? })
    }

    // ---- findings, measures and lists with their words and phrases ------------------------------------------

    /// `no latest hba1c present PHRASE`: words before, core, word behind, phrases; each takes in what stands inside.
    fn timed(&mut self, node: Node<'a>) -> Option<Expr> {
        let whole = self.span(&node);
        let mut no: Option<Span> = None;
        let mut leads: Vec<Node<'a>> = Vec::new();
        let mut core: Option<Expr> = None;
        let mut phrases = 0;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::no => no = Some(self.span(&part)),
                Rule::lead => leads.push(part),
                Rule::mode => {
                    let mode = self.mode(&part);
                    core = Some(occurs(core?, mode));
                }
                Rule::phrase => {
                    let phrase = self.phrase(part)?;
                    phrases += 1;
                    if phrases > MOST_PHRASES {
                        self.too_many(phrase.span, "time phrases");
                        return None;
                    }
                    core = Some(with_phrase(core?, phrase));
                }
                _ => {
                    let built = match part.as_rule() {
                        Rule::quantified => self.quantified(part)?,
                        Rule::paren => self.paren(part)?,
                        _ => self.core(part)?,
                    };
                    core = Some(self.with_leads(&leads, built)?);
                }
            }
        }
        let inner = core?;
        Some(match no {
            Some(no) => Expr::new(ExprKind::No(Box::new(inner)), no.to(whole)),
            None => inner,
        })
    }

    pub(super) fn too_many(&mut self, span: Span, what: &str) {
        self.say(
            Diagnostic::new(&codes::TOO_DEEP, span, format!("more than {MOST_PHRASES} {what} at one place"))
                .help("a finding or measure needs one or two; remove the others"),
        );
    }

    /// `latest`, `ever`, `taking` before what they speak of; the nearest first.
    fn with_leads(&mut self, leads: &[Node<'a>], core: Expr) -> Option<Expr> {
        if let Some(beyond) = leads.get(MOST_PHRASES) {
            let span = self.span(beyond);
            self.too_many(span, "such words");
            return None;
        }
        let mut expr = core;
        for lead in leads.iter().rev() {
            let span = self.span(lead);
            let inner = lead.clone().into_inner().next()?;
            expr = match inner.as_rule() {
                Rule::ever => before(expr, Spanned::new(Mode::Ever, span)),
                Rule::taking => before(expr, Spanned::new(Mode::Taking, span)),
                _ => {
                    let selector = Spanned::new(self.selector(inner)?, span);
                    let whole = span.to(expr.span);
                    Expr::new(ExprKind::Select { selector, of: Box::new(expr) }, whole)
                }
            };
        }
        Some(expr)
    }

    fn selector(&mut self, node: Node<'a>) -> Option<Selector> {
        if let Some(consecutive) = child(&node, Rule::consecutive) {
            let count = child(&consecutive, Rule::count_word)?;
            return Some(Selector::Consecutive(self.count(&count)));
        }
        Some(match node.as_str().trim_end() {
            "latest" => Selector::Latest,
            "earliest" => Selector::Earliest,
            "any" => Selector::Any,
            "every" => Selector::Every,
            "highest" => Selector::Highest,
            "lowest" => Selector::Lowest,
            "mean" => Selector::Mean,
            _ => Selector::Median,
        })
    }

    pub(super) fn mode(&self, node: &Node<'a>) -> Spanned<Mode> {
        let mode = match node.as_str() {
            "present" => Mode::Present,
            "performed" => Mode::Performed,
            "started" => Mode::Started,
            "ended" => Mode::Ended,
            _ => Mode::Ever,
        };
        Spanned::new(mode, self.span(node))
    }

    fn core(&mut self, node: Node<'a>) -> Option<Expr> {
        let span = self.span(&node);
        let kind = match node.as_rule() {
            Rule::finding => return self.finding(node),
            Rule::age => ExprKind::Age,
            Rule::duration_of => ExprKind::Duration(Box::new(self.finding(child(&node, Rule::finding)?)?)),
            Rule::change => {
                let relative = has(&node, Rule::percent);
                let of = self.inner(&node)?;
                let [from, to] = self.two_moments(&node)?;
                ExprKind::Change { relative, of, from, to }
            }
            Rule::area_under => {
                let of = self.inner(&node)?;
                let [from, to] = self.two_moments(&node)?;
                ExprKind::AreaUnder { of, from, to }
            }
            Rule::day_count => self.day_count(&node)?,
            Rule::count_of => ExprKind::Count(self.inner(&node)?),
            Rule::dose_of => ExprKind::Dose(self.inner(&node)?),
            Rule::incidence_of => ExprKind::Incidence(self.inner(&node)?),
            Rule::history_of => {
                let of = self.inner(&node)?;
                self.say(
                    Diagnostic::new(
                        &codes::WORD_FOR_SYMBOL,
                        span,
                        "`history of` can mean past disease, or past and present",
                    )
                    .help(format!(
                        "write `ever {0}` for both, or `{0} ended before …` for what is over",
                        self.words(of.span)
                    )),
                );
                ExprKind::Occurs { mode: Spanned::new(Mode::Ever, span), of }
            }
            _ => return None,
        };
        Some(Expr::new(kind, span))
    }

    /// `number of days with seizure`, `longest run of days without seizure`.
    fn day_count(&mut self, node: &Node<'a>) -> Option<ExprKind> {
        let without = has(node, Rule::without);
        if let Some(written) = child(node, Rule::bad_run) {
            let rest = if without || has(node, Rule::with) { "" } else { " with" };
            self.instead_of(
                &codes::WORD_FOR_SYMBOL,
                self.span(&written),
                format!("`{}` does not say what is counted", written.as_str()),
                &format!("longest run of days{rest}"),
            );
        }
        Some(ExprKind::Days {
            longest_run: !has(node, Rule::day_total),
            without,
            of: Box::new(self.finding(child(node, Rule::finding)?)?),
        })
    }

    /// `taking metformin`, `seizure started` behind `count of` and its like.
    fn inner(&mut self, node: &Node<'a>) -> Option<Box<Expr>> {
        let inner = child(node, Rule::inner)?;
        self.timed(inner).map(Box::new)
    }

    pub(super) fn finding(&mut self, node: Node<'a>) -> Option<Expr> {
        let span = self.span(&node);
        let mut names: Vec<Name> = Vec::new();
        let mut other_than = Vec::new();
        let mut tests: Vec<Expr> = Vec::new();
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::other_than => {
                    let left_out = part.into_inner().filter(is_name);
                    other_than = left_out.map(|name| self.name(&name)).collect();
                }
                Rule::with_test => tests.push(self.with_test(part)?),
                _ if is_name(&part) => names.push(self.name(&part)),
                _ => {}
            }
        }
        let with = match tests.len() {
            0 => None,
            1 => tests.pop().map(Box::new),
            _ => {
                let span = tests.first()?.span.to(tests.last()?.span);
                Some(Box::new(Expr::new(ExprKind::And(tests), span)))
            }
        };
        let name = names.pop()?;
        Some(Expr::new(ExprKind::Finding(Finding { qualifiers: names, name, other_than, with }), span))
    }

    fn with_test(&mut self, node: Node<'a>) -> Option<Expr> {
        let inner =
            node.into_inner().find(|part| matches!(part.as_rule(), Rule::paren | Rule::finding_test))?;
        if inner.as_rule() == Rule::paren {
            return self.paren(inner);
        }
        let span = self.span(&inner);
        let mut names: Vec<Name> = Vec::new();
        let mut operator = None;
        let mut right = None;
        for part in inner.into_inner() {
            match part.as_rule() {
                Rule::compare_op => operator = Some(self.operator(&part, false)?),
                Rule::literal => right = Some(self.literal(part)?),
                _ if is_name(&part) => names.push(self.name(&part)),
                _ => {}
            }
        }
        let first = names.first()?.span;
        let last = names.pop()?;
        let left_span = first.to(last.span);
        let finding = Finding { qualifiers: names, name: last, other_than: Vec::new(), with: None };
        let left = Expr::new(ExprKind::Finding(finding), left_span);
        Some(match (operator, right) {
            (Some(operator), Some(right)) => {
                Expr::new(ExprKind::Compare { left: Box::new(left), operator, right: Box::new(right) }, span)
            }
            _ => left,
        })
    }

    // ---- lists and tables -------------------------------------------------------------------------------------

    fn quantified(&mut self, node: Node<'a>) -> Option<Expr> {
        let span = self.span(&node);
        let mut quantifier = None;
        let mut list = Vec::new();
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::quantifier => quantifier = Some(self.quantifier(part)?),
                Rule::expression => list.push(self.expression(part)?),
                _ => {}
            }
        }
        Some(Expr::new(ExprKind::Quantified { quantifier: quantifier?, list, predicate: None }, span))
    }

    fn quantifier(&mut self, node: Node<'a>) -> Option<Spanned<Quantifier>> {
        let span = self.span(&node);
        let first = node.clone().into_inner().next()?;
        let count = child(&node, Rule::count_word).map(|word| self.count(&word));
        let quantifier = match first.as_rule() {
            Rule::each | Rule::every => Quantifier::Each,
            Rule::any => Quantifier::Any,
            Rule::at_least => Quantifier::AtLeast(count?),
            Rule::at_most => Quantifier::AtMost(count?),
            Rule::exactly => Quantifier::Exactly(count?),
            Rule::none => Quantifier::None,
            _ => self.bad_quantifier(&first),
        };
        if first.as_rule() == Rule::every {
            self.instead_of(
                &codes::WORD_FOR_SYMBOL,
                span,
                "`every of` is written `each of`".into(),
                "each of",
            );
        }
        Some(Spanned::new(quantifier, span))
    }

    /// A name or a quoted text, as a name.
    pub(super) fn name_or_text(&mut self, node: Node<'a>) -> Option<Name> {
        let inner = node.into_inner().next()?;
        Some(match inner.as_rule() {
            Rule::long_text | Rule::short_text => self.text(&inner),
            Rule::integer => Spanned::new(inner.as_str().to_owned(), self.span(&inner)),
            _ => self.name(&inner),
        })
    }
}

/// `X present`. Behind a list it is said of each member.
pub(super) fn occurs(expr: Expr, mode: Spanned<Mode>) -> Expr {
    let whole = expr.span.to(mode.span);
    said_of(expr, whole, |subject| ExprKind::Occurs { mode, of: Box::new(subject) })
}

/// `ever X`, `taking X`. Before a list it is said of each member.
fn before(expr: Expr, mode: Spanned<Mode>) -> Expr {
    let whole = mode.span.to(expr.span);
    said_of(expr, whole, |subject| ExprKind::Occurs { mode, of: Box::new(subject) })
}

/// Makes a statement of an expression; where that is a list without a statement, the statement becomes the list's,
/// and is said of each member. Time phrases of the list stay outside.
pub(super) fn said_of(expr: Expr, whole: Span, make: impl FnOnce(Expr) -> ExprKind) -> Expr {
    match expr.kind {
        ExprKind::Quantified { quantifier, list, predicate: None } => {
            let subject = Expr::new(ExprKind::It, quantifier.span);
            let predicate = Some(Box::new(Expr::new(make(subject), whole)));
            Expr::new(ExprKind::Quantified { quantifier, list, predicate }, whole)
        }
        ExprKind::Quantified { quantifier, list, predicate: Some(inner) } if is_mode(&inner) => {
            let predicate = Some(Box::new(Expr::new(make(*inner), whole)));
            Expr::new(ExprKind::Quantified { quantifier, list, predicate }, whole)
        }
        ExprKind::Timed { of, phrase } if lists(&of) => {
            let of = Box::new(said_of(*of, whole, make));
            Expr::new(ExprKind::Timed { of, phrase }, whole)
        }
        kind => Expr::new(make(Expr::new(kind, expr.span)), whole),
    }
}

fn is_mode(predicate: &Expr) -> bool {
    matches!(&predicate.kind, ExprKind::Occurs { of, .. } if matches!(of.kind, ExprKind::It))
}

/// Whether this is a list without a statement, perhaps with time phrases.
pub(super) fn lists(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Quantified { predicate, .. } => predicate.is_none(),
        ExprKind::Timed { of, .. } => lists(of),
        _ => false,
    }
}

pub(super) fn with_phrase(expr: Expr, phrase: Spanned<TimePhrase>) -> Expr {
    let whole = expr.span.to(phrase.span);
    Expr::new(ExprKind::Timed { of: Box::new(expr), phrase }, whole)
}
