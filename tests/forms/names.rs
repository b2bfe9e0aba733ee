//! Field names: unique, after CDASH, at most eight characters behind a test's code.

use proptest::prelude::*;
use trialc::model::*;

use crate::support::*;

fn sound(forms: &Named<Form>) -> Result<(), String> {
    for (form, content) in forms {
        let mut seen = std::collections::BTreeSet::new();
        for field in &content.fields {
            if !seen.insert(&field.name) {
                return Err(format!("{form}.{} twice", field.name));
            }
            let (test, variable) = field.name.rsplit_once('_').unwrap_or(("X", &field.name));
            for part in [test, variable] {
                let letters = part.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
                if part.is_empty()
                    || part.len() > 8
                    || !letters
                    || part.starts_with(|c: char| c.is_ascii_digit())
                {
                    return Err(format!("{form}.{}: `{part}`", field.name));
                }
            }
            for condition in &field.when {
                if !content.fields.iter().any(|other| other.name == condition.field) {
                    return Err(format!("{form}.{} depends on {}", field.name, condition.field));
                }
            }
        }
    }
    Ok(())
}

#[test]
fn measures_of_like_names_get_different_fields() {
    let mut draft = Draft::new();
    let names = ["tumor_marker_alpha_one", "tumor_marker_alpha_two", "tumor_markers_alpha_one"];
    for name in names {
        draft.measure(name, quantity(name, &["ng/mL"], None));
        draft.collect(name, ActivityKind::Measure, &["baseline"]);
    }
    let forms = draft.forms();
    sound(&forms).unwrap();
    let results = fields(&forms, "LB").iter().filter(|name| name.ends_with("LBORRES")).count();
    assert_eq!(results, names.len());
}

#[test]
fn two_measures_of_one_test_share_no_field() {
    let mut draft = Draft::new();
    draft.measure("glucose", quantity("Glucose", &["mg/dL"], None));
    draft.measure("fasting_glucose", quantity("Fasting glucose", &["mg/dL"], None));
    draft.collect("glucose", ActivityKind::Measure, &["baseline"]);
    draft.collect("fasting_glucose", ActivityKind::Measure, &["baseline"]);
    let forms = draft.forms();
    sound(&forms).unwrap();
    assert_eq!(
        field(&forms, "LB", "GLUC_LBORRES").measure.as_deref(),
        Some("glucose"),
        "the terminology's code"
    );
    assert_eq!(field(&forms, "LB", "FSTNGLCS_LBORRES").measure.as_deref(), Some("fasting_glucose"));
}

fn names() -> impl Strategy<Value = Vec<String>> {
    let word = "[a-z][a-z0-9]{0,11}";
    let name = prop::collection::vec(word, 1..4).prop_map(|words| words.join("_"));
    prop::collection::btree_set(name, 1..40).prop_map(|names| names.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_things_are_called_their_fields_are_unique_and_short(names in names(), codes in names()) {
        let mut draft = Draft::new();
        for (at, name) in names.iter().enumerate() {
            match at % 4 {
                0 => {
                    draft.measure(name, quantity(name, &["ng/mL"], None));
                    draft.collect(name, ActivityKind::Measure, &["baseline"]);
                }
                1 => { draft.concept(name, concept(Domain::Condition, name, &[])); }
                2 => { draft.concept(name, concept(Domain::Drug, name, &[])); }
                _ => { draft.event(name, event(name)); }
            }
        }
        for (code, name) in codes.iter().zip(names.iter().cycle()) {
            let rule = match draft.trial.concepts.get(name).map(|concept| concept.domain) {
                Some(domain) => {
                    let mut finding = finding(name, domain);
                    finding.qualifiers = vec!["symptomatic".into(), "asymptomatic".into()];
                    occurs(finding, Mode::Present, within_before(14, name))
                }
                None => ever("stroke"),
            };
            draft.exclude(code, "E", rule);
        }
        let forms = draft.derive().forms;
        prop_assert_eq!(sound(&forms), Ok(()));
        let answers = forms["IEW"].fields.iter().filter(|field| field.name.ends_with("_IEORRES")).count();
        prop_assert_eq!(answers, codes.len());
    }
}
