//! A compact print of trees, for reading in assertions: `(> (timed (latest hba1c) (within 14d before randomization)) 9.5%)`.

use trialc::ast::*;
use trialc::diagnostics::Diagnostic;
use trialc::source::FileId;
use trialc::syntax::{Slice, expression};

pub fn slice(text: &str) -> Slice<'_> {
    Slice::new(FileId(0), text, 0)
}

/// The tree of a text in which nothing is wrong.
#[track_caller]
pub fn tree(text: &str) -> String {
    good(text, expression::expression, |tree| expr(&tree))
}

/// Reads a text in which nothing is wrong and prints what was read.
#[track_caller]
pub fn good<T>(
    text: &str,
    read: impl Fn(Slice<'_>, &mut Vec<Diagnostic>) -> Option<T>,
    print: impl Fn(T) -> String,
) -> String {
    let mut diagnostics = Vec::new();
    let tree = read(slice(text), &mut diagnostics);
    assert!(diagnostics.is_empty(), "`{text}` is reported:\n{}", said(text, &diagnostics));
    print(tree.unwrap_or_else(|| panic!("`{text}` is neither read nor reported")))
}

/// What is said about an expression: code, message, the underlined words in `⟦⟧`, help, and the text after the fix.
#[track_caller]
pub fn slips(text: &str) -> String {
    bad(text, expression::expression)
}

#[track_caller]
pub fn bad<T>(text: &str, read: impl Fn(Slice<'_>, &mut Vec<Diagnostic>) -> Option<T>) -> String {
    let mut diagnostics = Vec::new();
    let tree = read(slice(text), &mut diagnostics);
    assert!(!diagnostics.is_empty(), "nothing is said about `{text}` (read: {})", tree.is_some());
    said(text, &diagnostics)
}

pub fn said(text: &str, diagnostics: &[Diagnostic]) -> String {
    let mut lines = Vec::new();
    for said in diagnostics {
        let range = said.primary.span.range();
        let marked = format!("{}⟦{}⟧{}", &text[..range.start], &text[range.clone()], &text[range.end..]);
        lines.push(format!("{} {}", said.code.id, said.message));
        lines.push(format!("  {}", marked.replace('\n', "⏎")));
        if let Some(help) = &said.help {
            lines.push(format!("  help: {help}"));
        }
        if let Some(fix) = &said.fix {
            let range = fix.span.range();
            lines.push(
                format!("  fix:  {}{}{}", &text[..range.start], fix.replacement, &text[range.end..])
                    .replace('\n', "⏎"),
            );
        }
    }
    lines.join("\n")
}

// ---- expressions ----------------------------------------------------------------------------------------------

fn list(head: &str, parts: impl IntoIterator<Item = String>) -> String {
    let mut out = format!("({head}");
    for part in parts {
        out.push(' ');
        out.push_str(&part);
    }
    out + ")"
}

pub fn expr(tree: &Expr) -> String {
    let one = |head: &str, of: &Expr| list(head, [expr(of)]);
    match &tree.kind {
        ExprKind::Quantity(value) => quantity(value),
        ExprKind::Limit { factor, limit } => {
            format!("{}x{:?}", factor.value, limit.value).to_uppercase().replace('X', "x")
        }
        ExprKind::Finding(finding) => self::finding(finding),
        ExprKind::Select { selector, of } => one(&self::selector(selector.value), of),
        ExprKind::Age => "age".into(),
        ExprKind::Duration(of) => one("duration", of),
        ExprKind::TimeBetween { from, to } => list("time", [moment(from), moment(to)]),
        ExprKind::Change { relative, of, from, to } => {
            list(if *relative { "percent-change" } else { "change" }, [expr(of), moment(from), moment(to)])
        }
        ExprKind::AreaUnder { of, from, to } => list("area", [expr(of), moment(from), moment(to)]),
        ExprKind::Count(of) => one("count", of),
        ExprKind::Days { longest_run, without, of } => {
            let count = if *longest_run { "longest-run" } else { "days" };
            one(&format!("{count}-{}", if *without { "without" } else { "with" }), of)
        }
        ExprKind::Dose(of) => one("dose", of),
        ExprKind::Incidence(of) => one("incidence", of),
        ExprKind::Proportion(of) => one("proportion", of),
        ExprKind::Call { function, arguments } => list(&function.value, arguments.iter().map(expr)),
        ExprKind::Timed { of, phrase } => list("timed", [expr(of), self::phrase(&phrase.value)]),
        ExprKind::Within { phrase, body } => list("scope", [self::phrase(&phrase.value), expr(body)]),
        ExprKind::OfPerson { person, body } => list("person", [person.value.clone(), expr(body)]),
        ExprKind::Occurs { mode, of } => one(&format!("{:?}", mode.value).to_lowercase(), of),
        ExprKind::No(of) => one("no", of),
        ExprKind::Compare { left, operator, right } => {
            list(comparator(operator.value), [expr(left), expr(right)])
        }
        ExprKind::In { value, negated, low, high } => {
            list(if *negated { "not-in" } else { "in" }, [expr(value), expr(low), expr(high)])
        }
        ExprKind::Is { value, negated, one_of } => list(
            if *negated { "is-not" } else { "is" },
            std::iter::once(expr(value)).chain(one_of.iter().map(|name| name.value.clone())),
        ),
        ExprKind::Differs { value, at_most, reference } => {
            list("differs", [expr(value), quantity(at_most), self::selector(reference.value)])
        }
        ExprKind::Trend { value, falls, values, apart } => list(
            if *falls { "falls" } else { "rises" },
            [expr(value), values.value.to_string()]
                .into_iter()
                .chain(apart.as_ref().map(|apart| format!("apart-{}", duration(&apart.value)))),
        ),
        ExprKind::Stable(of) => one("stable", of),
        ExprKind::It => "it".into(),
        ExprKind::Quantified { quantifier, list: members, predicate } => {
            let head = match quantifier.value {
                Quantifier::Each => "each".into(),
                Quantifier::Any => "any".into(),
                Quantifier::AtLeast(count) => format!("at-least-{count}"),
                Quantifier::AtMost(count) => format!("at-most-{count}"),
                Quantifier::Exactly(count) => format!("exactly-{count}"),
                Quantifier::None => "none".into(),
            };
            let members = members.iter().map(expr).collect::<Vec<_>>().join(" ");
            let predicate = predicate.as_ref().map(|predicate| expr(predicate));
            list(&head, std::iter::once(format!("[{members}]")).chain(predicate))
        }
        ExprKind::Arithmetic { left, operator, right } => {
            let sign = match operator.value {
                ArithmeticOperator::Add => "+",
                ArithmeticOperator::Subtract => "-",
                ArithmeticOperator::Multiply => "*",
                ArithmeticOperator::Divide => "/",
                ArithmeticOperator::Power => "^",
            };
            list(sign, [expr(left), expr(right)])
        }
        ExprKind::Negative(of) => one("neg", of),
        ExprKind::Not(of) => one("not", of),
        ExprKind::And(parts) => list("and", parts.iter().map(expr)),
        ExprKind::Or(parts) => list("or", parts.iter().map(expr)),
        ExprKind::Unless { body, exception } => list("unless", [expr(body), expr(exception)]),
        ExprKind::When { body, guard } => list("when", [expr(body), expr(guard)]),
        ExprKind::Instead { body, operator, right, guard } => {
            list("instead", [expr(body), comparator(operator.value).into(), expr(right), expr(guard)])
        }
        ExprKind::Attested { verb, by, question } => list(
            &format!("{:?}", verb.value).to_lowercase(),
            std::iter::once(by.value.clone())
                .chain(question.as_ref().map(|text| format!("{:?}", text.value))),
        ),
        ExprKind::Points(points) => {
            list("points", points.iter().map(|point| format!("{}:{}", point.worth.value, expr(&point.truth))))
        }
        ExprKind::Table { by, rows } => {
            let rows = rows.iter().map(|row| format!("{}:{}", keys(&row.keys), expr(&row.value)));
            list(&format!("by-{:?}", by.value).to_lowercase(), rows)
        }
        ExprKind::Parenthesised(of) => format!("({})", expr(of)),
        ExprKind::TextOnly { because } => list("text-only", [format!("{:?}", because.value)]),
        ExprKind::NotStated => "not-stated".into(),
        ExprKind::Unspecified(text) => list("unspecified", [format!("{:?}", text.value)]),
        ExprKind::Error => "error".into(),
    }
}

fn finding(finding: &Finding) -> String {
    let names: Vec<&str> =
        finding.qualifiers.iter().chain([&finding.name]).map(|name| name.value.as_str()).collect();
    let mut out = names.join("·");
    if !finding.other_than.is_empty() {
        let names: Vec<&str> = finding.other_than.iter().map(|name| name.value.as_str()).collect();
        out = format!("{out}∖{{{}}}", names.join(" "));
    }
    match &finding.with {
        Some(with) => list("with", [out, expr(with)]),
        None => out,
    }
}

fn keys(keys: &TableKeys) -> String {
    match keys {
        TableKeys::Names(names) => names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join("|"),
        TableKeys::Ages { from, below, to } => {
            let part = |sign: &str, end: &Option<Quantity>| {
                end.as_ref().map(|end| format!("{sign}{}", quantity(end)))
            };
            [part("≥", from), part("<", below), part("≤", to)].into_iter().flatten().collect()
        }
    }
}

fn selector(selector: Selector) -> String {
    match selector {
        Selector::Consecutive(count) => format!("last-{count}-consecutive"),
        other => format!("{other:?}").to_lowercase(),
    }
}

fn comparator(comparator: Comparator) -> &'static str {
    match comparator {
        Comparator::Less => "<",
        Comparator::AtMost => "<=",
        Comparator::Equal => "=",
        Comparator::NotEqual => "!=",
        Comparator::AtLeast => ">=",
        Comparator::Greater => ">",
    }
}

pub fn quantity(value: &Quantity) -> String {
    let unit = value.unit.as_ref().map(|unit| unit.value.clone()).unwrap_or_default();
    match &value.also {
        Some(also) => format!("{}{unit}={}", value.number.value, quantity(also)),
        None => format!("{}{unit}", value.number.value),
    }
}

// ---- times ----------------------------------------------------------------------------------------------------

pub fn duration(duration: &DurationExpr) -> String {
    match duration {
        DurationExpr::Simple { number, unit } => {
            let unit = match unit.value {
                TimeUnit::Minute => "min",
                TimeUnit::Hour => "h",
                TimeUnit::Day => "d",
                TimeUnit::Week => "w",
                TimeUnit::Month => "mo",
                TimeUnit::Year => "y",
            };
            format!("{}{unit}", number.value)
        }
        DurationExpr::HalfLives { number, of } => format!("{}t½({})", number.value, of.value),
        DurationExpr::Longer(parts) => list("longer", parts.iter().map(self::duration)),
        DurationExpr::Shorter(parts) => list("shorter", parts.iter().map(self::duration)),
    }
}

pub fn moment(moment: &Moment) -> String {
    let mut out = moment.name.value.clone();
    if let Some(part) = moment.part {
        out = format!("{}-of-{out}", if part == MomentPart::End { "end" } else { "onset" });
    }
    if let Some(occurrence) = &moment.occurrence {
        out = format!("{}·{out}", format!("{:?}", occurrence.value).to_lowercase());
    }
    match &moment.offset {
        Some((by, side)) => format!("{}-{}-{out}", duration(by), direction(*side)),
        None => out,
    }
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Before => "before",
        Direction::After => "after",
        Direction::Either => "around",
        Direction::Unclear => "of?",
    }
}

fn stretch(head: &str, by: &DurationExpr, side: Direction, anchor: Option<&Moment>) -> String {
    let anchor = anchor.map_or("nothing".into(), moment);
    list(head, [duration(by), direction(side).into(), anchor])
}

pub fn phrase(phrase: &TimePhrase) -> String {
    match phrase {
        TimePhrase::At(at) => list("at", [moment(at)]),
        TimePhrase::Before(at) => list("before", [moment(at)]),
        TimePhrase::After(at) => list("after", [moment(at)]),
        TimePhrase::Since(at) => list("since", [moment(at)]),
        TimePhrase::Until(at) => list("until", [moment(at)]),
        TimePhrase::Within { duration, direction, anchor } => {
            stretch("within", duration, *direction, anchor.as_ref())
        }
        TimePhrase::AtLeast { duration, direction, anchor } => {
            stretch("at-least", duration, *direction, Some(anchor))
        }
        TimePhrase::For { duration, direction, anchor } => {
            stretch("for", duration, *direction, anchor.as_ref())
        }
        TimePhrase::Over { duration, direction, anchor } => {
            stretch("over", duration, *direction, anchor.as_ref())
        }
        TimePhrase::FromTo { from, to } => list("from-to", [moment(from), moment(to)]),
    }
}

pub fn constraint(constraint: &Constraint) -> String {
    let side = |after: bool| if after { "after" } else { "before" };
    match constraint {
        Constraint::On(at) => list("on", [moment(at)]),
        Constraint::Order { after, or_same_day, than } => {
            list(&format!("{}{}", if *or_same_day { "on-or-" } else { "" }, side(*after)), [moment(than)])
        }
        Constraint::Bound { at_least, by, after, than } => list(
            if *at_least { "at-least" } else { "at-most" },
            [duration(by), side(*after).into(), moment(than)],
        ),
        Constraint::Between { low, high, after, than } => {
            list("between", [duration(low), duration(high), side(*after).into(), moment(than)])
        }
        Constraint::FirstTime(truth) => list("first", [expr(truth)]),
        Constraint::OneOf { first, of } => {
            list(if *first { "first-of" } else { "last-of" }, of.iter().map(moment))
        }
    }
}

pub fn constraints(constraints: Vec<Constraint>) -> String {
    constraints.iter().map(constraint).collect::<Vec<_>>().join(" & ")
}

pub fn window(window: &WindowAround) -> String {
    format!("[-{} +{}]", duration(&window.early), duration(&window.late))
}

pub fn visit(visit: VisitTiming) -> String {
    let side = |after: bool| if after { "after" } else { "before" };
    let target = |target: &VisitTarget| match target {
        VisitTarget::Day { from, to, clock } => {
            let to = to.map(|to| format!("..{to}")).unwrap_or_default();
            let clock = clock.as_ref().map(|clock| format!(" of {}", clock.value)).unwrap_or_default();
            format!("day {from}{to}{clock}")
        }
        VisitTarget::Offset { by, after, anchor } => {
            list(&duration(by), [side(*after).into(), moment(anchor)])
        }
        VisitTarget::OffsetEach { by, after, anchors } => {
            let each = list("each", anchors.iter().map(moment));
            list(&duration(by), [side(*after).into(), each])
        }
        VisitTarget::OffsetRange { low, high, after, anchor } => {
            list("range", [duration(low), duration(high), side(*after).into(), moment(anchor)])
        }
        VisitTarget::On(at) => list("on", [moment(at)]),
        VisitTarget::Every { by, anchor, until, lasting } => {
            let until = until.as_ref().map(|until| format!("until {}", moment(until)));
            let lasting = lasting.as_ref().map(|lasting| format!("for {}", duration(lasting)));
            list("every", [duration(by), moment(anchor)].into_iter().chain(until).chain(lasting))
        }
    };
    let mut out = target(&visit.target);
    if let Some(within) = &visit.within {
        out = format!("{out} within {}", target(&within.value));
    }
    if let Some(around) = &visit.window {
        out = format!("{out} {}", window(around));
    }
    for also in &visit.and {
        out = format!("{out} & {}", constraint(also));
    }
    out
}

pub fn cycle(cycle: CyclePlan) -> String {
    let count = cycle.count.map(|count| format!("x{count}"));
    let until = cycle.until.as_ref().map(|until| format!("until {}", moment(until)));
    list("every", [duration(&cycle.every), moment(&cycle.from)].into_iter().chain(count).chain(until))
}

pub fn plan(phrases: Vec<PlanPhrase>) -> String {
    let print = |phrase: &PlanPhrase| match phrase {
        PlanPhrase::Dose(dose) => list("dose", [quantity(dose)]),
        PlanPhrase::DoseNotStated => "dose?".into(),
        PlanPhrase::TargetAuc(auc) => list("auc", [auc.value.to_string()]),
        PlanPhrase::Cap(cap) => list("cap", [quantity(cap)]),
        PlanPhrase::Frequency(Frequency::TimesWeekly(times)) => format!("{times}/w"),
        PlanPhrase::RouteNotStated => "route?".into(),
        PlanPhrase::Route(route) => list("route", [route.value.clone()]),
        PlanPhrase::Frequency(Frequency::Once) => "once".into(),
        PlanPhrase::Frequency(Frequency::TimesDaily(times)) => format!("{times}/d"),
        PlanPhrase::Frequency(Frequency::Every(by)) => list("every", [duration(by)]),
        PlanPhrase::Frequency(Frequency::NotStated) => "frequency?".into(),
        PlanPhrase::On(at) => list("on", [moment(at)]),
        PlanPhrase::From(at) => list("from", [moment(at)]),
        PlanPhrase::For(by) => list("for", [duration(by)]),
        PlanPhrase::Until(at) => list("until", [moment(at)]),
        PlanPhrase::Days { days, of } => format!("{days:?}/{of}"),
        PlanPhrase::Level(level) => format!("level {}", level.value),
        PlanPhrase::Text(text) => format!("{:?}", text.value),
    };
    phrases.iter().map(print).collect::<Vec<_>>().join(" ")
}
