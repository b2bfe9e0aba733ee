//! No text makes the reader panic, run out of stack or run for long; spans stay inside the text.

use proptest::prelude::*;
use trialc::ast::*;
use trialc::diagnostics::Diagnostic;
use trialc::syntax::expression;

use crate::tree::*;

/// Reads the text with every entry; each must return a value or say why not, and underline parts of the text.
fn read_all(text: &str) {
    let check = |read: &dyn Fn(&mut Vec<Diagnostic>) -> bool| {
        let mut diagnostics = Vec::new();
        let read = read(&mut diagnostics);
        assert!(read || !diagnostics.is_empty(), "neither read nor reported: {text:?}");
        for said in &diagnostics {
            let spans = std::iter::once(said.primary.span)
                .chain(said.secondary.iter().map(|label| label.span))
                .chain(said.fix.as_ref().map(|fix| fix.span));
            for span in spans {
                assert!(text.get(span.range()).is_some(), "{:?} is no part of {text:?}", span.range());
            }
            let words = format!("{} {}", said.message, said.help.as_deref().unwrap_or(""));
            for term in ["Rule", "pest", "SOI", "EOI", "Some(", "None"] {
                assert!(!words.contains(term) || text.contains(term), "{words}");
            }
        }
    };
    let s = slice(text);
    check(&|d| expression::expression(s, d).is_some());
    check(&|d| expression::quantity(s, d).is_some());
    check(&|d| expression::range(s, d).is_some());
    check(&|d| expression::duration(s, d).is_some());
    check(&|d| expression::moment(s, d).is_some());
    check(&|d| expression::timing(s, d).is_some());
    check(&|d| expression::visit(s, d).is_some());
    check(&|d| expression::window(s, d).is_some());
    check(&|d| expression::cycle(s, d).is_some());
    check(&|d| expression::plan(s, d).is_some());
}

const TOKENS: &[&str] = &[
    "and",
    "or",
    "not",
    "no",
    "unless",
    "when",
    "instead",
    "in",
    "to",
    "is",
    "at",
    "least",
    "most",
    "one",
    "of",
    "within",
    "before",
    "after",
    "from",
    "until",
    "since",
    "for",
    "over",
    "the",
    "by",
    "sex",
    "age",
    "each",
    "any",
    "every",
    "stable",
    "differs",
    "rises",
    "apart",
    "its",
    "first",
    "value",
    "other",
    "than",
    "with",
    "present",
    "started",
    "ended",
    "ever",
    "taking",
    "x",
    "ULN",
    "latest",
    "hba1c",
    "male",
    "count",
    "number",
    "longest",
    "run",
    "without",
    "duration",
    "change",
    "percent",
    "dose",
    "14",
    "days",
    "7.5",
    "7,5",
    "%",
    "mg/dL",
    "months",
    "half_lives",
    "drug",
    "(",
    ")",
    ",",
    ":",
    "<",
    ">=",
    "=>",
    "=",
    "+",
    "-",
    "±",
    "*",
    "/",
    "^",
    "\"a text\"",
    "attested",
    "investigator",
    "not stated",
    "text only because",
    "daily",
    "every",
    "day",
    "-28",
    "prior to",
    "between",
    "and/or",
    "\n",
    "// note\n",
    "é",
    "longer",
    "consent",
    "all",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_reported(text in "\\PC{0,40}") {
        read_all(&text);
    }

    #[test]
    fn any_row_of_words_is_read_or_reported(words in prop::collection::vec(prop::sample::select(TOKENS), 0..16), blanks in any::<bool>()) {
        read_all(&words.join(if blanks { " " } else { "" }));
    }
}

#[test]
fn a_chain_of_ten_thousand_is_flat() {
    let text = vec!["ever a"; 10_000].join(" and ");
    let mut diagnostics = Vec::new();
    let tree = expression::expression(slice(&text), &mut diagnostics).expect("a tree");
    assert!(matches!(&tree.kind, ExprKind::And(parts) if parts.len() == 10_000));
    assert!(diagnostics.is_empty());
}

#[test]
fn a_long_calculation_is_refused_and_not_overflowed() {
    let text = vec!["a"; 10_000].join(" + ");
    assert!(slips(&text).starts_with("G15"));
    let inner = vec!["a"; 90].join(" + ");
    let nested = format!("{}{inner}{}", "(".repeat(60), format!(" + {inner})").repeat(60));
    assert!(slips(&nested).starts_with("G15"));
}

#[test]
fn parentheses_nest_to_64() {
    let nested = |depth: usize| format!("{}ever a and b > 3{}", "(".repeat(depth), ")".repeat(depth));
    assert!(tree(&nested(64)).contains("(and (ever a) (> b 3))"));
    assert!(slips(&nested(65)).starts_with("G15 parentheses are nested more than 64 deep"));
    let mixed = format!("{}a > 3{}", "not within 3 days before e: each of (".repeat(64), ")".repeat(64));
    assert!(tree(&mixed).contains("(> a 3)"));
    let calls = format!("{}1{}", "min(2 * ".repeat(64), ") + 1".repeat(64));
    assert!(tree(&calls).contains("(min"));
}

#[test]
fn words_without_end_are_refused() {
    for words in ["not ", "no ", "ever ", "- ", "within 3 days before e: ", "latest ", "taking "] {
        assert!(slips(&format!("{}a", words.repeat(5_000))).starts_with('G'), "{words}");
    }
    for words in
        [" unless a", " within 3 days before e", " instead < 3 when a", " < 3", " stable", " is a", "^ 2"]
    {
        assert!(slips(&format!("a{}", words.repeat(5_000))).starts_with('G'), "{words}");
    }
    assert!(slips(&format!("a > {}", "9".repeat(100_000))).starts_with("G13"));
}
