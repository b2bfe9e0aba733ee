//! Spans: what stands at a part's span reads as that part, and no span begins or ends with a blank.

use trialc::ast::*;
use trialc::syntax::expression;

use crate::tree::*;

/// The parts of a tree that stand in the text as wholes, with the text that each must read as.
fn parts<'a>(tree: &'a Expr, out: &mut Vec<&'a Expr>) {
    out.push(tree);
    match &tree.kind {
        ExprKind::Select { of, .. }
        | ExprKind::Duration(of)
        | ExprKind::Change { of, .. }
        | ExprKind::AreaUnder { of, .. }
        | ExprKind::Count(of)
        | ExprKind::Days { of, .. }
        | ExprKind::Dose(of)
        | ExprKind::Incidence(of)
        | ExprKind::Proportion(of)
        | ExprKind::Within { body: of, .. }
        | ExprKind::OfPerson { body: of, .. }
        | ExprKind::Occurs { of, .. }
        | ExprKind::No(of)
        | ExprKind::Is { value: of, .. }
        | ExprKind::Negative(of)
        | ExprKind::Not(of)
        | ExprKind::Parenthesised(of) => parts(of, out),
        // A time behind `stable` or `differs …` belongs to the measure before.
        ExprKind::Differs { value, .. } | ExprKind::Trend { value, .. } | ExprKind::Stable(value)
            if !matches!(value.kind, ExprKind::Timed { .. }) =>
        {
            parts(value, out);
        }
        // A list's statement stands behind its time phrase, so the list with its statement is no run of words.
        ExprKind::Timed { of, .. } if !matches!(of.kind, ExprKind::Quantified { .. }) => parts(of, out),
        ExprKind::Call { arguments, .. } => arguments.iter().for_each(|part| parts(part, out)),
        ExprKind::Compare { left, right, .. } | ExprKind::Arithmetic { left, right, .. } => {
            parts(left, out);
            parts(right, out);
        }
        ExprKind::In { value, low, high, .. } => {
            [value, low, high].into_iter().for_each(|part| parts(part, out))
        }
        ExprKind::Quantified { list, .. } => list.iter().for_each(|part| parts(part, out)),
        ExprKind::And(list) | ExprKind::Or(list) => list.iter().for_each(|part| parts(part, out)),
        ExprKind::Unless { body, exception } => {
            [body, exception].into_iter().for_each(|part| parts(part, out))
        }
        ExprKind::When { body, guard } | ExprKind::Instead { body, guard, .. } => {
            parts(body, out);
            parts(guard, out);
        }
        ExprKind::Points(points) => points.iter().for_each(|point| parts(&point.truth, out)),
        ExprKind::Table { rows, .. } => rows.iter().for_each(|row| parts(&row.value, out)),
        _ => {}
    }
}

fn check(text: &str) {
    // Blanks, line ends and comments around the text and a start inside a file must not matter.
    let before = "  // a note\n\t";
    let file = format!("{before}{text}  // the end\n ");
    let mut diagnostics = Vec::new();
    let within = trialc::syntax::Slice::new(trialc::source::FileId(7), &file, 1_000);
    let Some(tree) = expression::expression(within, &mut diagnostics) else {
        panic!("{text}: {diagnostics:?}")
    };
    assert_eq!(expr(&tree), self::tree(text), "{text}");
    let mut found = Vec::new();
    parts(&tree, &mut found);
    for part in found {
        let range = part.span.start as usize - 1_000..part.span.end as usize - 1_000;
        let words = &file[range];
        assert_eq!(words, words.trim(), "{text}");
        assert_eq!(expr(part), self::tree(words), "`{words}` in `{text}`");
    }
}

#[test]
fn what_stands_at_a_span_reads_as_that_part() {
    let cases =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/expression/cases/rules.txt"));
    let cases = cases.expect("the file of cases");
    let texts: Vec<&str> = cases.lines().filter_map(|line| line.strip_prefix("rule> ")).collect();
    assert!(texts.len() > 80);
    texts.into_iter().filter(|text| !text.contains('⏎')).for_each(check);
}

#[test]
fn names_moments_and_units_are_underlined_exactly() {
    let text = "latest  hba1c within 14 days before  first dose > 7.5  mg/dL";
    let mut diagnostics = Vec::new();
    let tree = expression::expression(slice(text), &mut diagnostics).expect("a tree");
    let ExprKind::Compare { left, operator, right } = &tree.kind else { panic!("{tree:?}") };
    let ExprKind::Timed { of, phrase } = &left.kind else { panic!("{left:?}") };
    let ExprKind::Select { selector, .. } = &of.kind else { panic!("{of:?}") };
    let TimePhrase::Within { duration: DurationExpr::Simple { number, unit }, anchor: Some(anchor), .. } =
        &phrase.value
    else {
        panic!("{phrase:?}")
    };
    let ExprKind::Quantity(quantity) = &right.kind else { panic!("{right:?}") };
    let spans = [
        (selector.span, "latest"),
        (phrase.span, "within 14 days before  first dose"),
        (number.span, "14"),
        (unit.span, "days"),
        (anchor.span, "first dose"),
        (anchor.name.span, "dose"),
        (operator.span, ">"),
        (quantity.number.span, "7.5"),
        (quantity.unit.as_ref().expect("a unit").span, "mg/dL"),
        (right.span, "7.5  mg/dL"),
    ];
    for (span, words) in spans {
        assert_eq!(&text[span.range()], words);
    }
}

#[test]
fn line_ends_and_comments_may_stand_between_signs_and_words() {
    let text = "latest hba1c // the central laboratory's\n  within 14 days before randomization\n  in 7.5\n  to 9.5 %\n and ever a";
    assert_eq!(
        tree(text),
        "(and (in (timed (latest hba1c) (within 14d before randomization)) 7.5 9.5%) (ever a))"
    );
    // But a unit, a qualifier or a selected measure stands on its own line: nothing else may join by accident.
    assert_eq!(slips("a > 5\nmg").lines().next(), Some("G10 `mg` does not belong here"));
    assert_eq!(slips("ever symptomatic\nulcer").lines().next(), Some("G10 `ulcer` does not belong here"));
}
