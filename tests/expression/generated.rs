//! Texts that are built together with the trees they must become: a second way from a rule to its tree.

use proptest::prelude::*;

use crate::tree::*;

/// A text and the print of its tree.
type Pair = (String, String);

fn pick(choices: &'static [(&'static str, &'static str)]) -> impl Strategy<Value = Pair> + Clone {
    prop::sample::select(choices).prop_map(|(text, tree)| (text.to_owned(), tree.to_owned()))
}

fn name() -> impl Strategy<Value = Pair> + Clone {
    pick(&[
        ("hba1c", "hba1c"),
        ("t2dm", "t2dm"),
        ("severe asthma", "severe·asthma"),
        ("ae with grade >= 3", "(with ae (>= grade 3))"),
    ])
}

fn phrase() -> impl Strategy<Value = Pair> + Clone {
    pick(&[
        ("at consent", "(at consent)"),
        ("before first dose", "(before first·dose)"),
        ("within 14 days before randomization", "(within 14d before randomization)"),
        (
            "within the longer of (90 days, 5 half_lives of drug) before consent",
            "(within (longer 90d 5t½(drug)) before consent)",
        ),
        ("for at least 3 months before randomization", "(for 3mo before randomization)"),
        ("from onset of t2dm to 2 weeks after surgery", "(from-to onset-of-t2dm 2w-after-surgery)"),
        ("over the 3 weeks before randomization", "(over 3w before randomization)"),
    ])
}

fn literal() -> impl Strategy<Value = Pair> + Clone {
    pick(&[
        ("7.5 %", "7.5%"),
        ("100,000 /uL", "100000/uL"),
        ("-3", "-3"),
        ("1.5 x ULN", "1.5xULN"),
        ("5 mg/dL (442 umol/L)", "5mg/dL=442umol/L"),
    ])
}

/// A measure, perhaps selected, perhaps with a time.
fn measure() -> impl Strategy<Value = Pair> + Clone {
    let head = pick(&[
        ("", ""),
        ("latest ", "latest"),
        ("highest ", "highest"),
        ("last 2 consecutive ", "last-2-consecutive"),
        ("count of ", "count"),
        ("number of days with ", "days-with"),
        ("longest run of days without ", "longest-run-without"),
    ]);
    (head, name(), prop::option::of(phrase())).prop_map(|((head, head_tree), (text, tree), phrase)| {
        let tree = if head.is_empty() { tree } else { format!("({head_tree} {tree})") };
        timed((format!("{head}{text}"), tree), phrase)
    })
}

fn timed((text, tree): Pair, phrase: Option<Pair>) -> Pair {
    match phrase {
        Some((words, phrase)) => (format!("{text} {words}"), format!("(timed {tree} {phrase})")),
        None => (text, tree),
    }
}

/// A value: measures and literals with `^`, `* /`, `+ -` in their order of binding.
fn value() -> impl Strategy<Value = Pair> + Clone {
    let atom = prop_oneof![3 => measure(), 1 => literal().prop_filter("no sign", |(text, _)| !text.starts_with('-'))];
    let leaf = atom.clone();
    leaf.prop_recursive(3, 12, 2, move |inner| {
        let grouped = inner.prop_map(|(text, tree)| (format!("({text})"), format!("({tree})")));
        let factor = prop_oneof![atom.clone(), grouped];
        let product = (factor.clone(), prop::option::of((pick(&[("*", "*"), ("/", "/")]), factor)))
            .prop_map(|(left, right)| joined(left, right));
        (product.clone(), prop::option::of((pick(&[("+", "+"), ("-", "-")]), product)))
            .prop_map(|(left, right)| joined(left, right))
    })
}

fn joined((left, left_tree): Pair, right: Option<(Pair, Pair)>) -> Pair {
    match right {
        Some(((sign, sign_tree), (right, right_tree))) => {
            (format!("{left} {sign} {right}"), format!("({sign_tree} {left_tree} {right_tree})"))
        }
        None => (left, left_tree),
    }
}

fn comparison() -> impl Strategy<Value = Pair> + Clone {
    let signs = pick(&[("<", "<"), ("<=", "<="), ("≥", ">="), ("!=", "!="), ("=", "=")]);
    let compared = (value(), signs, literal()).prop_map(|((left, a), (sign, s), (right, b))| {
        (format!("{left} {sign} {right}"), format!("({s} {a} {b})"))
    });
    let ranged = (measure(), literal(), literal()).prop_map(|((left, a), (low, b), (high, c))| {
        (format!("{left} in {low} to {high}"), format!("(in {a} {b} {c})"))
    });
    let coded = (measure(), pick(&[("is III or IV", "is|III IV"), ("is not positive", "is-not|positive")]))
        .prop_map(|((left, a), (words, tree))| {
            let (head, codes) = tree.split_once('|').unwrap_or_default();
            (format!("{left} {words}"), format!("({head} {a} {codes})"))
        });
    let found = (
        pick(&[("", ""), ("no ", "no")]),
        name(),
        pick(&[("present", "present"), ("started", "started"), ("ended", "ended")]),
        prop::option::of(phrase()),
    )
        .prop_map(|((no, no_tree), (text, tree), (mode, mode_tree), phrase)| {
            let (text, tree) = timed((format!("{text} {mode}"), format!("({mode_tree} {tree})")), phrase);
            if no.is_empty() { (text, tree) } else { (format!("{no}{text}"), format!("({no_tree} {tree})")) }
        });
    let listed = (
        pick(&[("each of", "each"), ("at least 2 of", "at-least-2"), ("none of", "none")]),
        name(),
        name(),
        prop::option::of(phrase()),
        literal(),
    )
        .prop_map(|((words, head), (a, a_tree), (b, b_tree), phrase, (limit, limit_tree))| {
            let (text, _) = timed((format!("{words} ({a}, {b})"), String::new()), phrase.clone());
            let tree = format!("({head} [{a_tree} {b_tree}] (> it {limit_tree}))");
            let tree = phrase.map_or(tree.clone(), |(_, phrase)| format!("(timed {tree} {phrase})"));
            (format!("{text} is > {limit}"), tree)
        });
    prop_oneof![3 => compared, 1 => ranged, 1 => coded, 2 => found, 1 => listed]
}

fn truth() -> impl Strategy<Value = Pair> {
    comparison().prop_recursive(4, 24, 4, |inner| {
        let grouped = inner.clone().prop_map(|(text, tree)| (format!("({text})"), format!("({tree})")));
        let single = prop_oneof![2 => comparison(), 2 => grouped.clone()];
        let denied = single.clone().prop_map(|(text, tree)| (format!("not {text}"), format!("(not {tree})")));
        let scoped = (phrase(), grouped.clone()).prop_map(|((words, phrase), (text, tree))| {
            (format!("{words}: {text}"), format!("(scope {phrase} {tree})"))
        });
        let part = prop_oneof![4 => single, 1 => denied, 1 => scoped];
        let chain = (pick(&[("and", "and"), ("or", "or")]), prop::collection::vec(part, 1..4)).prop_map(
            |((word, head), parts)| {
                let (texts, trees): (Vec<String>, Vec<String>) = parts.into_iter().unzip();
                let tree =
                    if trees.len() == 1 { trees[0].clone() } else { format!("({head} {})", trees.join(" ")) };
                (texts.join(&format!(" {word} ")), tree)
            },
        );
        (chain.clone(), prop::option::of((pick(&[("unless", "unless"), ("when", "when")]), chain)))
            .prop_map(|(left, right)| joined(left, right))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn a_rule_becomes_the_tree_it_was_made_with((text, expected) in truth()) {
        prop_assert_eq!(tree(&text), expected, "{}", text);
    }

    #[test]
    fn line_ends_instead_of_blanks_around_signs_change_nothing((text, expected) in truth()) {
        let mut broken = text.clone();
        for word in [" and ", " or ", " unless ", " when ", " within ", " in ", " is ", " <= ", " + "] {
            broken = broken.replace(word, &format!(" // note\n  {}", word.trim_start()));
        }
        prop_assert_eq!(tree(&broken), expected, "{}", broken);
    }
}
