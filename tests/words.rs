//! No word of a rule vanishes: put into a rule anywhere, it changes what the rule means, or it is reported.

#[path = "support/snippet.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod snippet;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;
use trialc::diagnostics::Diagnostic;
use trialc::lower::lower;
use trialc::resolve::{self, Scope};
use trialc::source::{Source, Sources};

const ITEMS: &str = r#"
condition mi "Myocardial infarction"
condition stroke "Stroke"
drug steroid "Steroid"
procedure surgery "Surgery"
procedure dialysis "Dialysis"
event seizure "Seizure" { repeats; with: grade 1 to 5, serious }
person mother "Mother"
measure psa "PSA": ng/mL
measure serology "Serology" { values: negative, positive }
score severity "Severity" { values: I, II, III }
define recent_stroke "Recent stroke": stroke started within 6 months before consent
define any_stroke "Stroke": ever stroke
"#;

/// Rules in one protocol.
const CHUNK: usize = 600;

/// Rules that mean something, together with all kinds of words.
const RULES: &[&str] = &[
    "psa at consent > 4 ng/mL",
    "latest psa within 28 days before consent > 4 ng/mL",
    "each of (alt, ast) within 28 days before consent is <= 2 x ULN",
    "psa within 28 days before consent in 2 to 4 ng/mL",
    "serology at consent is positive",
    "severity at consent is II or III",
    "severity at consent >= II",
    "sex is female",
    "age at consent >= 18 years",
    "mi present at consent",
    "mi started within 6 months before consent",
    "mi ended before consent",
    "surgery performed within 4 weeks before consent",
    "ever mi",
    "taking steroid within 30 days before consent",
    "taking steroid for at least 30 days before consent",
    "no mi within 6 months before consent",
    "no taking any of (steroid, metformin) within 30 days before consent",
    "symptomatic mi present at consent",
    "diabetes_mellitus other than t1dm present at consent",
    "seizure with grade >= 3 within 6 months before consent",
    "seizure with (grade >= 3 and serious) within 6 months before consent",
    "count of seizure within 28 days before consent >= 2",
    "count of mi within 28 days before consent >= 2",
    "number of days with seizure within 28 days before consent >= 2",
    "longest run of days without seizure within 28 days before consent >= 2 days",
    "dose of steroid within 28 days before consent > 10 mg/d",
    "duration of mi at consent >= 1 year",
    "age at onset of mi >= 18 years",
    "time from consent to randomization <= 28 days",
    "change of psa from consent to randomization <= 1 ng/mL",
    "psa rises over its last 3 values before consent",
    "psa differs by at most 1 ng/mL from its first value over the 3 months before consent",
    "dose of steroid differs by at most 10 % from its first value over the 3 months before consent",
    "weight at consent / height at consent ^ 2 > 30 kg/m2",
    "at least 2 of (mi started before consent, ever stroke, any_stroke)",
    "any of (mi, stroke) started within 6 months before consent",
    "points of (2 for ever mi, 1 for ever stroke) >= 2",
    "recent_stroke",
    "within 28 days before consent: (psa > 4 ng/mL or mi present)",
    "for mother: (mi present at consent)",
    "psa at consent <= 4 ng/mL instead <= 6 ng/mL when ever mi",
    "attested by investigator \"Fit?\"",
    "mi started within 14 days after first seizure",
    "mi present at onset of stroke",
    "mi present at 14 days before consent or psa at consent > by sex (4 ng/mL for male, 3 ng/mL for female)",
];

/// Words and groups of words that a clinician may write.
const WORDS: &[&str] = &[
    "latest",
    "highest",
    "mean",
    "any",
    "every",
    "each",
    "no",
    "not",
    "ever",
    "taking",
    "present",
    "performed",
    "started",
    "ended",
    "first",
    "last",
    "severe",
    "recent",
    "daily",
    "at least",
    "the",
    "its",
    "stable",
    "at consent",
    "before consent",
    "within 7 days before consent",
    "for at least 7 days before consent",
    "other than stroke",
    "with serious",
    "count of",
    "x ULN",
    "days",
    "is",
];

/// The criteria of a protocol as JSON without the author's words, and the lines with errors.
fn meanings(rules: &[String]) -> (Vec<Value>, BTreeSet<usize>) {
    let mut text = String::from("eligibility for randomization {\n");
    for (number, rule) in rules.iter().enumerate() {
        writeln!(text, "include C{number} \"W\" {{ rule: {rule} }}").unwrap();
    }
    text.push_str("}\n");
    let main = format!("use \"prelude.trial\"\nuse \"items.trial\"\nuse \"{}\"\n", snippet::FILE);
    let prelude = snippet::prelude_for(ITEMS);
    let texts =
        snippet::Texts::new(&[("prelude.trial", &prelude), ("items.trial", ITEMS), (snippet::FILE, &text)]);
    let (mut sources, mut diagnostics) = (Sources::default(), Vec::new());
    let main = sources.add(Source::new("main.trial", main));
    let program = resolve::gather(&mut sources, &texts, main, &mut diagnostics);
    let scope = Scope::of(&program, &mut diagnostics);
    let lowered = lower(&program, &scope, &sources);
    diagnostics.extend(lowered.diagnostics);
    let line = |found: &Diagnostic| {
        let span = found.primary.span;
        let source = sources.get(span.file);
        assert_eq!(source.path, snippet::FILE, "{found:#?}");
        source.position(span.range().start).line - 2
    };
    let faulty: BTreeSet<usize> = diagnostics.iter().filter(|found| found.is_error()).map(line).collect();
    let criteria = &lowered.trial.decisions["randomization"].criteria;
    let meaning = |number: usize| {
        let Some(criterion) = criteria.get(&format!("C{number}")) else { return Value::Null };
        let mut rule = serde_json::to_value(&criterion.rule).expect("a rule is JSON");
        without_words(&mut rule);
        rule
    };
    ((0..rules.len()).map(meaning).collect(), faulty)
}

/// Without `text`, and without how a number is written.
fn without_words(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !matches!(name.as_str(), "text" | "number_text" | "written"));
            members.values_mut().for_each(without_words);
        }
        Value::Array(all) => all.iter_mut().for_each(without_words),
        _ => {}
    }
}

/// Places between the words of a rule.
fn gaps(rule: &str) -> Vec<usize> {
    let mut quoted = false;
    let mut gaps = vec![0];
    for (at, sign) in rule.char_indices() {
        quoted ^= sign == '"';
        if sign == ' ' && !quoted {
            gaps.push(at + 1);
        }
    }
    gaps.push(rule.len());
    gaps
}

#[test]
fn a_word_put_into_a_rule_changes_its_meaning_or_is_reported() {
    let base: Vec<String> = RULES.iter().map(|rule| (*rule).to_owned()).collect();
    let (means, faulty) = meanings(&base);
    let wrong: Vec<&str> = faulty.iter().map(|number| RULES[*number]).collect();
    assert!(wrong.is_empty(), "these rules have errors: {wrong:#?}");
    let mut put = Vec::new();
    for (number, rule) in RULES.iter().enumerate() {
        for at in gaps(rule) {
            for word in WORDS {
                let (before, after) = rule.split_at(at);
                put.push((number, *word, format!("{} {word} {after}", before.trim_end()).trim().to_owned()));
            }
        }
    }
    let rules: Vec<String> = put.iter().map(|(_, _, rule)| rule.clone()).collect();
    let mut found = Vec::new();
    let mut faulty = BTreeSet::new();
    for chunk in rules.chunks(CHUNK) {
        let before = found.len();
        let (means, wrong) = meanings(chunk);
        found.extend(means);
        faulty.extend(wrong.into_iter().map(|line| before + line));
    }
    let mut vanished = BTreeSet::new();
    for (place, (number, word, rule)) in put.iter().enumerate() {
        if !faulty.contains(&place) && found[place] == means[*number] && !says_the_same(word, rule) {
            vanished.insert(format!("{word}: {rule}"));
        }
    }
    let told = faulty.len();
    assert!(told < put.len(), "all {told} are told, so that nothing was compared");
    assert!(
        vanished.is_empty(),
        "{} of {} words vanish:\n{}",
        vanished.len(),
        put.len(),
        Vec::from_iter(vanished).join("\n")
    );
}

/// Words that may be said or left out, and why.
fn says_the_same(word: &str, rule: &str) -> bool {
    match word {
        // An article, a verb.
        "the" | "is" => true,
        // Without a word it is the latest value.
        "latest" => true,
        // Whichever occurrence; what is counted or absent is what was there; an event starts.
        "any" => true,
        "present" => rule.starts_with("count of") || rule.starts_with("no "),
        "started" => rule.starts_with("seizure"),
        // At any time of the window, which is what a count does without it; said twice it says no more.
        "ever" => rule.starts_with("count of") || rule.contains("ever ever") || rule.contains("ever mi ever"),
        // The onset of several is the first.
        "first" => rule.contains("first onset of"),
        _ => false,
    }
}
