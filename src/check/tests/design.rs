//! Lints on arms, outcomes, times and dates, each beside a trial on which it is silent.

use serde_json::{Value, json};

use crate::check::testing::Sheet;
use crate::model::{Enrollment, Identifier, QualifiedDate, Stated};

fn none() -> Vec<&'static str> {
    Vec::new()
}

fn product(kind: &str, label: &str) -> Value {
    json!({ "label": label, "type": kind, "description": null, "substance": null, "route": null })
}

fn given(product: &str, change: Value) -> Value {
    let mut all = json!({ "product": product, "dose": "missing", "cap": null, "route": "missing", "frequency": "missing",
        "on": null, "from": null, "lasting": null, "until": null, "days": null, "text": null });
    for (key, value) in change.as_object().expect("an object") {
        all[key] = value.clone();
    }
    all
}

fn dose(number: &str, unit: &str) -> Value {
    json!({ "is": { "amount": { "number": number, "unit": { "ucum": unit, "written": unit } } } })
}

fn moment(event: &str) -> Value {
    json!({ "of": { "anchor": "event", "name": event, "occurrence": "once" } })
}

fn before(days: i64, event: &str) -> Value {
    let mut from = moment(event);
    from["offset"] = json!({ "direction": "before", "by": { "days": days } });
    json!({ "from": from, "to": moment(event), "text": format!("within {days} days before {event}") })
}

fn at_event(event: &str) -> Value {
    json!({ "from": moment(event), "to": moment(event), "text": format!("at {event}") })
}

fn occurs(name: &str, domain: &str, window: &Value) -> Value {
    json!({ "rule": "occurs", "finding": { "name": name, "domain": domain }, "mode": "present", "window": window })
}

fn drug(half_life: Option<i64>) -> Value {
    json!({ "domain": "drug", "label": "Drug", "codes": { "rxnorm": [{ "code": "1", "display": null }] },
        "half_life": half_life.map(|days| json!({ "days": days })) })
}

#[test]
fn a_medicine_has_dose_route_and_frequency_or_says_that_they_are_not_stated() {
    let with = |change: Value| {
        Sheet::new()
            .intervention("x", product("drug", "X"))
            .arm("a", "experimental", &[given("x", change)])
            .found()
            .iter()
            .map(|found| found.message.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(with(json!({})), ["`x` is given without dose, route and frequency"]);
    assert_eq!(
        with(json!({ "dose": dose("5", "mg"), "route": { "is": "oral" } })),
        ["`x` is given without frequency"]
    );
    assert_eq!(with(json!({ "dose": "not_stated" })), Vec::<String>::new());
    let whole = json!({ "dose": dose("5", "mg"), "route": { "is": "oral" }, "frequency": { "is": "once" } });
    assert_eq!(with(whole), Vec::<String>::new());
}

#[test]
fn doses_of_two_arms_are_of_one_kind_and_one_magnitude() {
    let arms = |number: &str, unit: &str| {
        let stated = |dose: Value| json!({ "dose": dose, "route": "not_stated", "frequency": "not_stated" });
        Sheet::new()
            .intervention("x", product("drug", "X"))
            .arm("a", "experimental", &[given("x", stated(dose("50", "mg")))])
            .arm("b", "experimental", &[given("x", stated(dose(number, unit)))])
            .codes()
    };
    assert_eq!(arms("5", "mg/kg"), ["U08"]);
    assert_eq!(arms("50", "ug"), ["U09"]);
    assert_eq!(arms("25", "mg"), none());
    assert_eq!(arms("25000", "ug"), none());
}

#[test]
fn cells_are_no_drug_and_a_comparator_does_not_give_them() {
    let arms = |kind: &str, label: &str, arm: &str| {
        let silent = json!({ "dose": "not_stated" });
        Sheet::new()
            .intervention("x", product(kind, label))
            .arm("a", arm, &[given("x", silent)])
            .arm("b", "no_intervention", &[])
            .codes()
    };
    assert_eq!(arms("drug", "Autologous mesenchymal stem cells", "experimental"), ["A04"]);
    assert_eq!(arms("biological", "infusion of BMMNCs", "active_comparator"), ["A03"]);
    assert_eq!(arms("biological", "infusion of BMMNCs", "experimental"), none());
    assert_eq!(arms("drug", "Metformin", "active_comparator"), none());
}

#[test]
fn an_unused_intervention_and_a_forbidden_or_assumed_therapy_are_told() {
    let unused = Sheet::new().intervention("x", product("drug", "X"));
    assert_eq!(unused.told(), [("A02", "x")]);
    let window = before(90, "randomization");
    let needed = Sheet::new().concept("metformin", drug(None)).include("I", "", |sheet| {
        sheet.rule(
            "taking metformin within 90 days before randomization",
            occurs("metformin", "drug", &window),
        )
    });
    assert_eq!(needed.codes(), ["A05"]);
    let background = json!({ "label": "Usual care", "gives": [given("metformin", json!({}))] });
    let place = |trial: &mut crate::model::Trial, name: String, part: crate::model::Background, _| {
        trial.backgrounds.insert(name, part);
    };
    assert_eq!(needed.with("usual", background.clone(), place).codes(), none());
    let forbidden = Sheet::new().concept("metformin", drug(None)).exclude("E", "", |sheet| {
        sheet.rule(
            "taking metformin within 90 days before randomization",
            occurs("metformin", "drug", &window),
        )
    });
    assert_eq!(forbidden.codes(), none());
    let place = |trial: &mut crate::model::Trial, name: String, part: crate::model::Background, _| {
        trial.backgrounds.insert(name, part);
    };
    assert_eq!(forbidden.with("usual", background, place).codes(), ["A08"]);
}

#[test]
fn a_drug_is_washed_out_for_five_half_lives() {
    let washed = |window: &Value| {
        let text = format!("taking x {}", window["text"].as_str().unwrap_or_default());
        let sheet = Sheet::new().concept("x", drug(Some(20)));
        let sheet = sheet.exclude("E", "", |sheet| sheet.rule(&text, occurs("x", "drug", window)));
        sheet.told().iter().map(|(code, words)| format!("{code} {words}")).collect::<Vec<_>>()
    };
    assert_eq!(washed(&at_event("randomization")), ["T08 at randomization"]);
    assert_eq!(washed(&before(7, "randomization")), ["T10 within 7 days before randomization"]);
    assert_eq!(washed(&before(100, "randomization")), Vec::<String>::new());
}

#[test]
fn an_event_of_some_arms_anchors_nothing_before_allocation() {
    let with = |event: &str| {
        let window = before(90, event);
        Sheet::new()
            .arm("a", "experimental", &[])
            .arm("b", "no_intervention", &[])
            .event("infusion", &["a"])
            .concept("fever", json!({ "domain": "condition", "label": "Fever", "codes": { "snomed": [{ "code": "386661006", "display": null }] } }))
            .exclude("E9", "", |sheet| sheet.rule(&format!("fever present within 90 days before {event}"), occurs("fever", "condition", &window)))
            .told()
            .iter()
            .map(|(code, words)| format!("{code} {words}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(with("infusion"), ["T04 infusion"]);
    assert_eq!(with("randomization"), Vec::<String>::new());
}

#[test]
fn wording_and_rule_count_from_one_event() {
    let with = |prose: &str| {
        let window = before(14, "consent");
        let concept = json!({ "domain": "procedure", "label": "Admission", "codes": { "snomed": [{ "code": "32485007", "display": null }] } });
        let sheet = Sheet::new().concept("admission", concept);
        let sheet = sheet.exclude("E21", prose, |sheet| {
            sheet.rule(
                "admission present within 14 days before consent",
                occurs("admission", "procedure", &window),
            )
        });
        sheet.told().iter().map(|(code, words)| format!("{code} {words}")).collect::<Vec<_>>()
    };
    assert_eq!(with("Admission in the 14 days prior to enrollment"), ["T05 enrollment"]);
    assert_eq!(with("Admission in the 14 days prior to enrollment (before consent)"), Vec::<String>::new());
    assert_eq!(with("Admission in the 14 days prior to consent"), Vec::<String>::new());
    assert_eq!(with("Able to give consent; admission of any sort"), Vec::<String>::new());
    assert_eq!(with("Admission in the 21 days prior to consent"), ["X02 within 14 days before consent"]);
}

fn outcome(tier: &str, label: &str, change: Value) -> Value {
    let mut all = json!({ "tier": tier, "label": label, "value": "not_stated", "time_frame": "not_stated", "compare": "missing",
        "among": "missing", "missing": "missing", "events": [], "query": null });
    for (key, value) in change.as_object().expect("an object") {
        all[key] = value.clone();
    }
    all
}

#[test]
fn an_outcome_has_anchor_metric_tier_and_one_measure() {
    let with = |tier: &str, label: &str, change: Value| {
        Sheet::new().outcome("o", outcome(tier, label, change)).codes()
    };
    let frame = |anchor: Value| json!({ "is": { "offset": { "direction": "after", "by": { "months": 12 } }, "anchor": anchor, "text": "1 year" } });
    assert_eq!(with("primary", "HbA1c", json!({})), none());
    assert_eq!(with("primary", "HbA1c", json!({ "time_frame": frame(Value::Null) })), ["O01"]);
    assert_eq!(with("primary", "HbA1c", json!({ "time_frame": frame(moment("randomization")) })), none());
    assert_eq!(with("primary", "HbA1c", json!({ "value": "missing" })), ["O02"]);
    assert_eq!(with("primary", "Incidence and severity of events", json!({})), ["O03"]);
    assert_eq!(with("unstated", "HbA1c", json!({})), ["O04"]);
    let compare = json!({ "is": { "groups": [["a"], ["b"]], "summary": null } });
    assert_eq!(with("primary", "HbA1c", json!({ "compare": compare })), ["O07"]);
    let events = json!([{ "event": "death", "strategy": "not_stated" }]);
    assert_eq!(with("primary", "HbA1c", json!({ "compare": compare, "events": events })), none());
}

#[test]
fn an_outcome_about_an_event_of_one_arm_does_not_compare_two() {
    let with = |arms: &[&str]| {
        Sheet::new()
            .arm("a", "experimental", &[])
            .arm("b", "no_intervention", &[])
            .event("infusion", arms)
            .outcome("o", outcome("primary", "Adverse events related to the infusion", json!({})))
            .codes()
    };
    assert_eq!(with(&["a"]), ["O05"]);
    assert_eq!(with(&[]), none());
}

#[test]
fn numbers_of_participants_have_a_reason_and_divide() {
    let with = |count: u64, basis: &str, ratio: Stated<Vec<u64>>, reason: Stated<String>| {
        let mut sheet = Sheet::new()
            .header(|header| {
                header.enrollment = Stated::Is(Enrollment { count, basis: Some(basis.to_owned()) });
                header.sample_size = reason;
            })
            .arm("a", "experimental", &[])
            .arm("b", "no_intervention", &[])
            .outcome("o", outcome("primary", "HbA1c", json!({})));
        sheet.trial.allocations["main"].ratio = ratio;
        sheet.codes()
    };
    assert_eq!(with(22, "actual", Stated::Missing, Stated::Missing), ["P02", "P01"]);
    assert_eq!(with(22, "actual", Stated::NotStated, Stated::NotStated), none());
    assert_eq!(with(50, "planned", Stated::Is(vec![2, 1]), Stated::NotStated), ["P01"]);
    assert_eq!(with(51, "planned", Stated::Is(vec![2, 1]), Stated::NotStated), none());
    assert_eq!(with(50, "actual", Stated::Is(vec![2, 1]), Stated::NotStated), none());
}

#[test]
fn dates_come_in_order_and_registration_before_the_start() {
    let with = |dates: [&str; 4]| {
        let mut sheet = Sheet::new();
        let [started, primary, completed, registered] = dates.map(|date| {
            let origin = sheet.group(date, crate::model::Rule::All { of: vec![] }).origin;
            Some(QualifiedDate { date: date.to_owned(), basis: None, origin })
        });
        let sheet = sheet.header(|header| {
            header.started = started;
            header.primary_completion = primary;
            header.completed = completed;
            header.registered = registered;
        });
        let frame = json!({ "is": { "offset": { "direction": "after", "by": { "months": 12 } }, "anchor": moment("randomization"), "text": "1 year" } });
        let sheet = sheet.outcome("o", outcome("primary", "HbA1c", json!({ "time_frame": frame })));
        // That there is no visit for the outcome is another matter.
        let told = sheet.told().into_iter().filter(|(code, _)| *code != "S01");
        told.map(|(code, words)| format!("{code} {words}")).collect::<Vec<_>>()
    };
    let nothing = Vec::<String>::new();
    assert_eq!(with(["2011-01", "2014-01", "2014-02", "2011-01-20"]), nothing);
    assert_eq!(with(["2011-01", "2014-01", "2014-02", "2012-11-01"]), ["R02 2012-11-01"]);
    assert_eq!(with(["2011-01", "2014-01", "2013-01", "2011-01"]), ["R03 2013-01"]);
    assert_eq!(with(["2011-01", "2014-01", "2015-01", "2011-01"]), ["R03 2015-01"]);
    assert_eq!(with(["2011-01", "2011-06", "2011-06", "2011-01"]), ["R03 2011-06"]);
}

#[test]
fn a_registered_trial_has_the_fields_of_the_registry() {
    let with = |scheme: &str| {
        let id = Identifier { scheme: scheme.to_owned(), value: "X".to_owned() };
        Sheet::new().header(|header| header.ids = vec![id]).codes()
    };
    assert_eq!(with("clinicaltrials_gov"), ["R01"]);
    assert_eq!(with("organization"), none());
}

#[test]
fn one_thing_has_one_name() {
    let concept = |code: &str| json!({ "domain": "condition", "label": code, "codes": { "snomed": [{ "code": code, "display": null }] } });
    let two = |one: &str, other: &str| {
        Sheet::new()
            .header(|_| {})
            .concept("apoplexy", concept(one))
            .concept("stroke", concept(other))
            .codes()
    };
    assert_eq!(two("230690007", "230690007"), ["C02"]);
    assert_eq!(two("230690007", "22298006"), none());
}

#[test]
fn hba1c_is_not_stable_over_two_weeks() {
    let over = |days: i64| {
        let measure = json!({ "text": "hba1c", "value": "measured", "measure": "hba1c", "select": "any", "window": before(days, "randomization") });
        let rule = json!({ "rule": "steady", "measure": measure, "tolerance": { "tolerance": "absolute", "number": "3", "unit": null }, "reference": "earliest" });
        Sheet::new().include("I", "", |sheet| sheet.rule("hba1c differs …", rule)).codes()
    };
    assert_eq!(over(14), ["T09"]);
    assert_eq!(over(90), none());
}

#[test]
fn a_response_is_not_what_everybody_has_at_entry() {
    let with = |limit: &'static str| {
        let value = json!({ "text": "hba1c", "value": "measured", "measure": "hba1c", "select": "latest", "window": at_event("randomization") });
        let right = json!({ "text": "8 %", "value": "constant", "number": "8", "unit": { "ucum": "%", "written": "%" }, "number_text": "8" });
        let rule = json!({ "text": "hba1c < 8 %", "rule": "compare", "left": value, "operator": "less", "right": right, "unit": { "ucum": "%", "written": "%" } });
        let value = json!({ "is": { "text": "proportion with …", "value": "proportion", "of": rule } });
        let mut sheet = Sheet::new()
            .include("I1", "", |sheet| sheet.compare(("hba1c", crate::model::Comparator::AtMost, limit, "%")))
            .outcome("responders", outcome("primary", "HbA1c below 8 %", json!({ "value": value })));
        // The comparison inside is what is underlined.
        let origin = sheet.trial.outcomes["responders"].origin;
        if let Stated::Is(term) = &mut sheet.trial.outcomes["responders"].value
            && let crate::model::Value::Proportion { of } = &mut term.value
        {
            of.origin = origin;
        }
        sheet.codes()
    };
    assert_eq!(with("7"), ["O06"]);
    assert_eq!(with("9"), none());
}
