//! Lints on approved wording, each beside a wording on which it is silent.

use serde_json::json;

use crate::check::testing::Sheet;
use crate::model::Computability;

/// What is told of a wording whose rule is answered by hand.
fn of_text(kind: &str, prose: &str) -> Vec<String> {
    let rule = |sheet: &mut Sheet| {
        sheet.rule("text only", json!({ "rule": "text", "key": "C", "because": "free text" }))
    };
    let mut sheet = match kind {
        "include" => Sheet::new().include("C", prose, rule),
        _ => Sheet::new().exclude("C", prose, rule),
    };
    let decision = sheet.trial.decisions.get_mut("randomization").expect("a decision");
    decision.criteria["C"].computability = Computability::TextOnly;
    sheet.told().iter().map(|(code, words)| format!("{code} {words}")).collect()
}

fn nothing() -> Vec<String> {
    Vec::new()
}

#[test]
fn words_that_join_are_asked_for() {
    assert_eq!(of_text("exclude", "Bleeding and/or thrombosis"), ["L05 and/or"]);
    assert_eq!(of_text("exclude", "Bleeding or thrombosis"), nothing());
    assert_eq!(of_text("exclude", "INR >1.5, PTT>40, PT >15."), ["L06 >1.5, PTT>40, PT >15"]);
    assert_eq!(of_text("exclude", "INR >1.5, PTT>40 or PT >15."), nothing());
    assert_eq!(of_text("exclude", "At least two of: INR >1.5, PTT>40, PT >15."), nothing());
    assert_eq!(of_text("include", "INR <1.5, PTT<40, PT <15."), nothing(), "an inclusion means all of them");
}

#[test]
fn limits_by_sex_need_their_comparison_and_are_alternatives() {
    let prose = "Creatinine > 1.5 mg/dl (males) and 1.4 mg/dl (females)";
    assert_eq!(of_text("exclude", prose), ["L07 and", "N03 1.4 mg/dl"]);
    assert_eq!(of_text("exclude", "Creatinine > 1.5 mg/dl (males) or > 1.4 mg/dl (females)"), nothing());
    assert_eq!(of_text("exclude", "Creatinine > 1.5 mg/dl and urea > 50 mg/dl"), nothing());
}

#[test]
fn hyphens_between_values_are_open_and_between_years_are_not() {
    assert_eq!(of_text("include", "C-peptide 0.3-2.0 ng/mL"), ["N02 0.3-2.0 ng/mL"]);
    assert_eq!(of_text("include", "C-peptide ≥ 0.3 and ≤ 2.0 ng/mL"), nothing());
    assert_eq!(of_text("include", "Aged 40-65 years"), nothing());
}

#[test]
fn functions_of_organs_name_no_analyte() {
    assert_eq!(of_text("exclude", "Abnormal liver function >1.5 x ULN")[0], "C03 liver function");
    assert_eq!(of_text("exclude", "Proteinuria > 300 mg/day"), ["C03 Proteinuria"]);
    assert_eq!(of_text("exclude", "Renal dysfunction, creatinine > 1.5 mg/dL"), nothing());
    assert_eq!(of_text("exclude", "Kidney function (creatinine > 1.5 mg/dL)"), nothing());
}

#[test]
fn vague_words_need_a_measure() {
    assert_eq!(of_text("exclude", "Subjects with respiratory insufficiency"), ["C04 insufficiency"]);
    assert_eq!(of_text("exclude", "Subjects with FEV1 below 50 %, severe"), nothing());
    assert_eq!(of_text("exclude", "Severe heart failure (NYHA class III or IV)"), nothing());
}

#[test]
fn examples_open_a_list() {
    assert_eq!(of_text("exclude", "Interfering drugs such as sulfonylureas"), ["C05 such as"]);
    assert_eq!(of_text("exclude", "DPP-IV inhibitors (i.e. sitagliptin, Januvia)"), ["C05 i.e"]);
    assert_eq!(of_text("exclude", "The study drug (i.e. placebo)"), nothing());
}

#[test]
fn definitions_need_their_year() {
    let of = |prose| of_text("include", prose);
    assert_eq!(
        of("Type 2 diabetes as defined by the Expert Committee on Diabetes"),
        ["C07 Expert Committee on Diabetes"]
    );
    assert_eq!(of("Type 2 diabetes as defined by the Expert Committee on Diabetes (2003)"), nothing());
    assert_eq!(of("Progression according to RECIST 1.1"), nothing());
    assert_eq!(of("Coagulopathy defined by INR > 1.5"), nothing());
    assert_eq!(of("As defined by the investigator"), nothing());
}

#[test]
fn histories_say_how_far_back_they_look() {
    assert_eq!(of_text("exclude", "History of anorexia"), ["T07 History of"]);
    assert_eq!(of_text("exclude", "History of anorexia within 5 years before consent"), nothing());
}

#[test]
fn exceptions_contradictions_and_double_negatives_are_seen() {
    assert_eq!(
        of_text("exclude", "A positive test is acceptable only if vaccinated"),
        ["L09 acceptable only if"]
    );
    assert_eq!(
        of_text("exclude", "Hyperlipidemia despite medical therapy (LDL > 130 mg/dL, treated or untreated)"),
        ["L04 treated or untreated"]
    );
    assert_eq!(of_text("include", "Participants who are not unwilling to fast"), ["L14 not unwilling"]);
    assert_eq!(of_text("include", "Participants who are willing to fast"), nothing());
}

#[test]
fn slips_of_the_keyboard_are_seen_in_their_place() {
    assert_eq!(of_text("exclude", "interfere with thesafe completion of the trial"), ["X01 thesafe"]);
    assert_eq!(of_text("exclude", "anticoagulant therapy(warfarin)"), ["X01 therapy(warfarin"]);
}

#[test]
fn a_catch_all_names_the_criteria_that_it_swallows() {
    let rule = |key: &'static str| {
        move |sheet: &mut Sheet| {
            let rule = json!({ "rule": "attested", "key": key, "verb": "attested", "by": "investigator", "question": "?" });
            sheet.rule("attested by investigator", rule)
        }
    };
    let general = "Any medical condition that, in the opinion of the investigator, is a risk";
    let special = "Any infectious condition that the investigator judges a risk";
    let both = Sheet::new().exclude("E28", special, rule("E28")).exclude("E33", general, rule("E33"));
    assert_eq!(both.codes(), ["L10"]);
    assert_eq!(Sheet::new().exclude("E33", general, rule("E33")).codes(), Vec::<&str>::new());
}

#[test]
fn an_acronym_is_explained_where_it_is_first_used() {
    let rule = |sheet: &mut Sheet| sheet.compare(("inr", crate::model::Comparator::Less, "1.5", ""));
    let late = Sheet::new().include("I1", "Stable on SMT", rule);
    let late = late.include("I2", "On standard medical therapy (SMT)", |sheet| {
        sheet.compare(("weight", crate::model::Comparator::Less, "90", "kg"))
    });
    assert_eq!(late.told(), [("C09", "SMT")]);
    let early = Sheet::new().include("I1", "On standard medical therapy (SMT)", rule);
    let early = early.include("I2", "Stable on SMT", |sheet| {
        sheet.compare(("weight", crate::model::Comparator::Less, "90", "kg"))
    });
    assert_eq!(early.codes(), Vec::<&str>::new());
}
