//! Two other UCUM engines as oracles. Both are written by others from the same standard, so where two of the three
//! disagree, one is wrong or the standard leaves it open. What is left open is listed in [`EXPLAINED`].

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::select;
use trialc::number::Exact;
use trialc::units::pure;

use crate::exact;

/// Symbols with what may stand before them: metric units take prefixes, others do not.
const METRIC: &[&str] = &[
    "m", "s", "g", "rad", "K", "C", "cd", "mol", "L", "Pa", "J", "W", "V", "N", "Hz", "bar", "eq", "U",
    "kat", "cal",
];
const PLAIN: &[&str] =
    &["d", "h", "min", "wk", "a", "[in_i]", "[lb_av]", "[oz_av]", "%", "10*3", "10*-6", "[ppth]", "deg"];
const PREFIXES: &[&str] = &["", "k", "d", "c", "m", "u", "n", "p", "M", "G"];

/// How the engines differ, and why that is no fault of ours. Every other difference fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Explained {
    /// A binary float cannot hold the size: beyond 1e±250 an engine gives zero, infinity or an error. Ours is exact.
    FloatRange,
    /// Our reader caps the powers of a whole unit; no quantity has as many.
    Cap,
    /// `/m.s`: ucum-units divides by all that follows, octofhir-ucum and we by the metre alone, as "from left to right
    /// with equal precedence" (UCUM §7.5) says.
    LeadingSlash,
}

/// A reason, the engine that it is about, and when it holds.
type Excuse = (Explained, &'static str, fn(&Case<'_>) -> bool);

const EXPLAINED: &[Excuse] = &[
    (Explained::FloatRange, "both", |case| {
        case.ours.is_some_and(|ours| ours.magnitude().abs() > 250)
            && case.theirs.is_none_or(|value| !value.is_finite() || value == 0.0)
    }),
    (Explained::Cap, "both", |case| [case.from, case.to].iter().any(|text| is_capped(text))),
    (Explained::LeadingSlash, "ucum-units", |case| {
        [case.from, case.to].iter().any(|text| text.starts_with('/') && text.contains('.'))
            || [case.from, case.to].iter().any(|text| text.matches('/').count() > 1 && text.starts_with('/'))
    }),
];

/// One conversion as we and one of the two see it.
struct Case<'a> {
    engine: &'a str,
    from: &'a str,
    to: &'a str,
    ours: Option<&'a Exact>,
    theirs: Option<f64>,
}

fn explanation(case: &Case<'_>) -> Option<Explained> {
    let fits = |(_, engine, holds): &&Excuse| (*engine == "both" || *engine == case.engine) && holds(case);
    EXPLAINED.iter().find(fits).map(|(reason, ..)| *reason)
}

/// More powers than our reader takes: each symbol counts once and each digit of a power as often as it says.
fn is_capped(text: &str) -> bool {
    let powers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse::<u32>().ok());
    powers.max().is_some_and(|power| power > 30)
}

/// One factor: a symbol, perhaps with a prefix, a power and an annotation.
fn factor() -> impl Strategy<Value = String> {
    let metric = (select(PREFIXES), select(METRIC)).prop_map(|(prefix, symbol)| format!("{prefix}{symbol}"));
    let symbol = prop_oneof![3 => metric, 1 => select(PLAIN).prop_map(str::to_owned)];
    let power = prop_oneof![4 => Just(String::new()), 1 => (2i32..4).prop_map(|n| n.to_string()), 1 => (-3i32..0).prop_map(|n| n.to_string())];
    let note = prop_oneof![6 => Just(""), 1 => select(&["{creat}", "{cells}", "{wet}"][..])];
    (symbol, power, note).prop_map(|(symbol, power, note)| {
        // A power of ten has its power already.
        let power = if symbol.ends_with(|c: char| c.is_ascii_digit()) || symbol == "%" {
            String::new()
        } else {
            power
        };
        format!("{symbol}{power}{note}")
    })
}

fn expression() -> impl Strategy<Value = String> {
    let grouped =
        (factor(), select(&[".", "/"][..]), factor()).prop_map(|(a, sign, b)| format!("({a}{sign}{b})"));
    let part = prop_oneof![5 => factor(), 1 => grouped];
    (prop::collection::vec((select(&[".", "/"][..]), part), 1..5), any::<bool>()).prop_map(
        |(parts, slash_first)| {
            let mut text = String::new();
            for (index, (sign, part)) in parts.iter().enumerate() {
                if index > 0 {
                    text.push_str(sign);
                } else if slash_first && *sign == "/" {
                    text.push('/');
                }
                text.push_str(part);
            }
            text
        },
    )
}

/// The same unit with each prefix exchanged, so that the two always convert into each other.
fn exchanged(text: &str, with: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    let flush = |word: &mut String, out: &mut String| {
        let head: String = word.chars().take_while(|c| c.is_ascii_alphabetic()).collect();
        let tail = word[head.len()..].to_owned();
        let bare =
            METRIC.iter().find(|symbol| PREFIXES.iter().any(|prefix| format!("{prefix}{symbol}") == head));
        match bare {
            // `cd` is the candela and `Pa` the pascal: what has two readings stays as it is.
            Some(symbol) if !AMBIGUOUS.contains(&head) => out.push_str(&format!("{with}{symbol}{tail}")),
            _ => out.push_str(word),
        }
        word.clear();
    };
    let mut quiet = 0;
    for sign in text.chars() {
        match sign {
            '[' | '{' => {
                if quiet == 0 {
                    flush(&mut word, &mut out);
                }
                quiet += 1;
                out.push(sign);
            }
            ']' | '}' => {
                quiet -= 1;
                out.push(sign);
            }
            _ if quiet > 0 => out.push(sign),
            '.' | '/' | '(' | ')' => {
                flush(&mut word, &mut out);
                out.push(sign);
            }
            _ => word.push(sign),
        }
    }
    flush(&mut word, &mut out);
    out
}

/// Prefixed symbols that the standard reads as one atom.
static AMBIGUOUS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let all = PREFIXES.iter().flat_map(|prefix| METRIC.iter().map(move |symbol| format!("{prefix}{symbol}")));
    all.filter(|text| octofhir_ucum::find_unit(text).is_some() && !METRIC.contains(&text.as_str())).collect()
});

/// Whether two results agree as far as a binary float goes.
fn agree(ours: &Exact, theirs: f64) -> bool {
    let ours = ours.to_f64();
    (ours - theirs).abs() <= 1e-9 * ours.abs().max(theirs.abs())
}

fn check_conversion(from: &str, to: &str) -> Result<(), TestCaseError> {
    let ours = pure::convert(&exact("7.25"), from, to).ok().flatten();
    let engines = [
        ("octofhir-ucum", octofhir_ucum::convert(7.25, from, to).ok()),
        ("ucum-units", ucum::convert(7.25, from, to).ok()),
    ];
    for (engine, theirs) in engines {
        let alike = match (&ours, theirs) {
            (None, None) => true,
            (Some(ours), Some(theirs)) => agree(ours, theirs),
            _ => false,
        };
        let case = Case { engine, from, to, ours: ours.as_ref(), theirs };
        prop_assert!(
            alike || explanation(&case).is_some(),
            "{engine}: {theirs:?} for 7.25 {from} in {to}; ours {}",
            ours.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string)
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_built_by_the_grammar_is_valid_for_all_three(text in expression()) {
        let ours = pure::validate(&text).is_ok();
        prop_assert!(ours || is_capped(&text), "we refuse {text}");
        prop_assert!(octofhir_ucum::validate(&text).is_ok(), "octofhir-ucum refuses {text}");
        prop_assert!(ucum::validate(&text).is_ok(), "ucum-units refuses {text}");
    }

    #[test]
    fn one_sign_too_many_or_too_few_is_judged_alike(text in expression(), place in 0usize..40, sign in select(&["/", ".", "(", ")", "{", "}", "[", "]", "x", "2", "-", " ", "^", ""][..])) {
        let place = place.min(text.len());
        let spoilt = if sign.is_empty() {
            format!("{}{}", &text[..place], text.get(place + 1..).unwrap_or_default())
        } else {
            format!("{}{sign}{}", &text[..place], &text[place..])
        };
        let ours = pure::validate(&spoilt).is_ok();
        let theirs = [octofhir_ucum::validate(&spoilt).is_ok(), ucum::validate(&spoilt).is_ok()];
        // Each of the two has faults of its own: we are to side with at least one of them.
        prop_assert!(theirs.contains(&ours) || is_capped(&spoilt), "`{spoilt}`: ours {ours}, theirs {theirs:?}");
    }

    #[test]
    fn a_change_of_prefixes_converts_alike(text in expression(), with in select(PREFIXES)) {
        check_conversion(&text, &exchanged(&text, with))?;
    }

    #[test]
    fn units_that_do_not_meet_meet_in_none(a in expression(), b in expression()) {
        check_conversion(&a, &b)?;
    }
}

#[test]
fn the_generator_reaches_what_matters() {
    assert_eq!(exchanged("mg/dL", "u"), "ug/uL");
    assert_eq!(exchanged("kg.m2{wet}/s2", "m"), "mg.mm2{wet}/ms2");
    assert_eq!(exchanged("[in_i]/d", "k"), "[in_i]/d");
    assert!(check_conversion("mg/dL", "g/L").is_ok());
}

#[test]
fn every_explanation_is_needed_and_no_more_is_excused() {
    let reason = |engine, from, to| {
        let ours = pure::convert(&exact("7.25"), from, to).ok().flatten();
        let theirs = match engine {
            "ucum-units" => ucum::convert(7.25, from, to).ok(),
            _ => octofhir_ucum::convert(7.25, from, to).ok(),
        };
        let alike = matches!((&ours, theirs), (Some(ours), Some(theirs)) if agree(ours, theirs));
        (alike, explanation(&Case { engine, from, to, ours: ours.as_ref(), theirs }))
    };
    assert_eq!(reason("ucum-units", "/m.m", "/km.km"), (false, Some(Explained::LeadingSlash)));
    assert_eq!(reason("octofhir-ucum", "/m.m", "/km.km"), (true, None));
    assert_eq!(reason("ucum-units", "m.m", "km.km"), (true, None));
    let (far, near) = ("Gm9.Gm9", "nm9.nm9");
    assert_eq!(reason("ucum-units", far, near).1, Some(Explained::FloatRange));
    assert_eq!(reason("ucum-units", "m31", "km31"), (false, Some(Explained::Cap)));
}
