//! What rules mean: the model behind the words.

#[path = "support/snippet.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod snippet;

use serde_json::{Value, json};
use trialc::compile::Compilation;

/// One criterion, and what the other items of the test declare.
fn compiled(kind: &str, rule: &str, items: &str) -> Compilation {
    let text = format!("{items}\neligibility for randomization {{\n  {kind} C1 \"Wording\": {rule}\n}}\n");
    snippet::compile_snippet(&text)
}

fn codes(compilation: &Compilation) -> Vec<&'static str> {
    let errors = compilation.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    errors.map(|diagnostic| diagnostic.code.id).collect()
}

/// The rule of the model as JSON.
fn of(kind: &str, rule: &str, items: &str) -> Value {
    let compilation = compiled(kind, rule, items);
    assert_eq!(codes(&compilation), Vec::<&str>::new(), "{rule}: {:#?}", compilation.diagnostics);
    let trial = compilation.trial.expect("no error, so there is a trial");
    serde_json::to_value(&trial.decisions["randomization"].criteria["C1"].rule).expect("the model serialises")
}

fn rule(text: &str) -> Value {
    of("include", text, "")
}

fn fails(text: &str) -> Vec<&'static str> {
    codes(&compiled("include", text, ""))
}

fn moment(name: &str) -> Value {
    json!({ "of": { "anchor": "event", "name": name, "occurrence": "once" } })
}

fn shifted(name: &str, direction: &str, by: Value) -> Value {
    json!({
        "offset": { "direction": direction, "by": by },
        "of": { "anchor": "event", "name": name, "occurrence": "once" },
    })
}

fn window(rule: &Value) -> (Value, Value) {
    (rule["window"]["from"].clone(), rule["window"]["to"].clone())
}

#[test]
fn a_window_is_closed_and_holds_the_anchors_own_day() {
    let within = rule("stroke started within 14 days before consent");
    assert_eq!(window(&within), (shifted("consent", "before", json!({ "days": 14 })), moment("consent")));
    let before = rule("stroke started before consent");
    assert_eq!(window(&before), (Value::Null, shifted("consent", "before", json!({ "days": 1 }))));
    let since = rule("stroke started since consent");
    assert_eq!(window(&since), (moment("consent"), Value::Null));
    let around = rule("stroke started within 2 weeks before or after consent");
    let two_weeks = |direction| shifted("consent", direction, json!({ "days": 14 }));
    assert_eq!(window(&around), (two_weeks("before"), two_weeks("after")));
}

#[test]
fn calendar_and_elapsed_time_stay_apart() {
    let months = rule("stroke started within 6 months before consent");
    assert_eq!(months["window"]["from"]["offset"]["by"], json!({ "months": 6 }));
    let hours = rule("stroke started within 36 hours before consent");
    assert_eq!(hours["window"]["from"]["offset"]["by"], json!({ "minutes": 36 * 60 }));
    let longer = rule("taking metformin within the longer of (90 days, 3 months) before consent");
    assert_eq!(
        longer["window"]["from"]["offset"]["by"],
        json!({ "longest": [{ "days": 90 }, { "months": 3 }] })
    );
    assert_eq!(fails("stroke started within 1.5 months before consent"), ["T14"]);
    assert_eq!(fails("stroke started within 10 days before 3 months before consent"), ["T16"]);
}

#[test]
fn the_nearest_phrase_counts_and_one_around_a_group_reaches_all_of_it() {
    let group =
        rule("within 28 days before consent: (latest alt > 40 U/L or latest ast at screening > 40 U/L)");
    let windows: Vec<&Value> =
        group["of"].as_array().expect("two").iter().map(|part| &part["left"]["window"]).collect();
    assert_eq!(windows[0]["from"]["offset"]["by"], json!({ "days": 28 }));
    assert_eq!(windows[1]["from"], moment("screening"));
    // One with a window beside one without is no guess.
    assert_eq!(fails("latest alt at screening > 40 U/L or latest ast > 40 U/L"), ["T01"]);
}

#[test]
fn unless_and_when_mean_what_the_kind_of_criterion_makes_of_them() {
    let unless = "stroke started within 6 months before consent unless sex is female";
    let include = of("include", unless, "");
    assert_eq!((&include["rule"], &include["of"][1]["rule"]), (&json!("any"), &json!("is")));
    let exclude = of("exclude", unless, "");
    assert_eq!((&exclude["rule"], &exclude["of"][1]["rule"]), (&json!("all"), &json!("not")));
    let when = "latest alt at screening < 40 U/L when sex is female";
    let include = of("include", when, "");
    assert_eq!((&include["rule"], &include["of"][0]["rule"]), (&json!("any"), &json!("not")));
    let exclude = of("exclude", when, "");
    assert_eq!((&exclude["rule"], &exclude["of"][0]["rule"]), (&json!("all"), &json!("is")));
}

#[test]
fn each_of_a_list_is_compared_by_itself() {
    let each = rule("each of (alt, ast) at screening is <= 2.5 x ULN");
    assert_eq!(each["rule"], "all");
    let measures: Vec<&Value> =
        each["of"].as_array().expect("two").iter().map(|part| &part["left"]["measure"]).collect();
    assert_eq!(measures, ["alt", "ast"]);
    // The limit is that of the same result.
    assert_eq!(each["of"][1]["right"]["measure"], "ast");
    let two = rule("at least 2 of (stroke ever, sex is female, age at consent > 60 years)");
    assert_eq!((&two["rule"], &two["low"], &two["high"]), (&json!("count"), &json!(2), &Value::Null));
}

#[test]
fn ages_and_durations_count_completed_units_of_the_limit() {
    let years = rule("age at consent >= 18 years");
    assert_eq!((&years["left"]["value"], &years["left"]["unit"]), (&json!("age"), &json!("year")));
    let weeks = rule("age at consent < 6 weeks");
    assert_eq!(weeks["left"]["unit"], "week");
    let duration = rule("duration of t2dm at consent in 3 to 20 years");
    assert_eq!(
        (&duration["value"]["value"], &duration["value"]["unit"]),
        (&json!("duration_of"), &json!("year"))
    );
    assert_eq!(fails("age at consent >= 18"), ["U01"]);
    assert_eq!(fails("age at consent >= 18 kg"), ["U02"]);
    assert_eq!(fails("age within 3 months before consent >= 18 years"), ["T01"]);
}

#[test]
fn a_comparison_is_made_in_the_unit_of_the_limit() {
    let creatinine = rule("latest creatinine at consent > 133 umol/L");
    assert_eq!(creatinine["unit"]["ucum"], "umol/L");
    let range = rule("latest hba1c at consent in 7.5 to 9.5 %");
    assert_eq!((&range["low"]["unit"]["ucum"], &range["unit"]["ucum"]), (&json!("%"), &json!("%")));
    assert_eq!(fails("latest creatinine at consent > 1.5"), ["U01"]);
    assert_eq!(fails("latest creatinine at consent > 1.5 mg/dL (150 umol/L)"), ["U14"]);
    assert_eq!(fails("latest hba1c at consent in 9.5 to 7.5 %"), ["N01"]);
}

#[test]
fn a_derived_quantity_brings_its_unit() {
    let items = "measure daily_insulin \"Daily insulin\": [IU]/d\nderive by_weight \"By weight\": daily_insulin / weight";
    let ratio = of("include", "by_weight at consent <= 1.0 [IU]/kg/d", items);
    assert_eq!(ratio["left"]["measure"], "by_weight");
    assert_eq!(codes(&compiled("include", "by_weight at consent <= 1.0 [IU]/d", items)), ["U02"]);
}

#[test]
fn ordered_values_compare_by_their_order() {
    let items = "score class \"Class\" { values: I, II, III, IV }";
    let at_least = of("exclude", "class at consent >= III", items);
    assert_eq!((&at_least["rule"], &at_least["one_of"]), (&json!("is"), &json!(["III", "IV"])));
    assert_eq!(codes(&compiled("exclude", "class at consent >= V", items)), ["K03"]);
    let unordered = "measure group \"Group\" { values: red, green }";
    assert_eq!(codes(&compiled("exclude", "group at consent >= green", unordered)), ["K06"]);
}

#[test]
fn absence_is_said_and_never_assumed() {
    let no = rule("no stroke within 6 months before consent");
    assert_eq!((&no["rule"], &no["of"]["mode"]), (&json!("not"), &json!("present")));
    let never = rule("no stroke");
    assert_eq!((&never["of"]["mode"], &never["of"]["window"]["from"]), (&json!("ever"), &Value::Null));
    assert_eq!(fails("stroke within 6 months before consent"), ["K04"]);
}

#[test]
fn answers_have_keys_that_stay() {
    let one = rule("attested by investigator \"Able?\"");
    assert_eq!(one["key"], "C1");
    let two = rule("attested by investigator \"Able?\" and agreed by participant \"Willing?\"");
    assert_eq!((&two["of"][0]["key"], &two["of"][1]["key"]), (&json!("C1.1"), &json!("C1.2")));
    // A definition is asked once, wherever it is used.
    let items = "define able \"Able to comply\": attested by investigator \"Able?\"";
    let used = of("include", "able and sex is female", items);
    assert_eq!(used["of"][0]["key"], "able");
}

#[test]
fn a_question_inside_a_time_phrase_says_the_time() {
    let asked = |rule: &Value| rule["of"][1]["question"].as_str().unwrap().to_owned();
    let time = "within 28 days before randomization";
    let inside = |question: &str| {
        asked(&self::rule(&format!("{time}: (stroke started or attested by investigator \"{question}\")")))
    };
    assert_eq!(inside("Any event like it?"), "Any event like it? (within 28 days before randomization)");
    let said = format!("Any event like it {time}?");
    assert_eq!(inside(&said), said, "the author says it already");
    let beside = format!("stroke started {time} or attested by investigator \"Any event like it?\"");
    assert_eq!(asked(&self::rule(&beside)), "Any event like it?", "it is not inside");
}

#[test]
fn instead_replaces_the_limit_for_some() {
    let rule = rule("latest alt at screening <= 40 U/L instead < 80 U/L when sex is female");
    assert_eq!(rule["rule"], "choose");
    assert_eq!((&rule["condition"]["rule"], &rule["then"]["operator"]), (&json!("is"), &json!("less")));
    assert_eq!(rule["otherwise"]["operator"], "at_most");
}

#[test]
fn tables_have_one_row_for_everybody() {
    let table = rule("latest creatinine at consent < by sex (1.5 mg/dL for male, 1.4 mg/dL for female)");
    assert_eq!(table["right"]["rows"].as_array().map(Vec::len), Some(2));
    assert_eq!(table["right"]["rows"][0]["value"]["unit"]["ucum"], "mg/dL");
    assert_eq!(fails("latest creatinine at consent < by sex (1.5 mg/dL for male)"), ["N09"]);
    assert_eq!(
        fails("latest weight at consent > by age (10 kg for under 12 years, 30 kg for 11 years and over)"),
        ["N10"]
    );
}
