//! What the reader makes of a sound text: the conventions on which everything behind it relies.

use trialc::ast::{
    Attribute, ExprKind, Fact, FactValue, FieldType, Item, Keyword, NameOrRange, PlanPhrase, Value,
    VisitTarget,
};
use trialc::source::FileId;
use trialc::syntax;

fn items(text: &str) -> Vec<Item> {
    let parsed = syntax::parse(FileId(0), text);
    assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
    parsed.file.items
}

fn item(text: &str) -> Item {
    let mut items = items(text);
    assert_eq!(items.len(), 1, "{items:#?}");
    items.remove(0)
}

fn value<'a>(item: &'a Item, key: &str) -> &'a Value {
    &item.property(key).unwrap_or_else(|| panic!("no `{key}` in {item:#?}")).value.value
}

fn body(item: &Item) -> &Value {
    &item.body.as_ref().expect("a body").value
}

fn names(value: &Value) -> Vec<String> {
    let Value::Names(names) = value else { panic!("{value:?}") };
    names
        .iter()
        .map(|name| match name {
            NameOrRange::Name(name) => name.value.clone(),
            NameOrRange::Range { from, to } => format!("{}..{}", from.value, to.value),
        })
        .collect()
}

#[test]
fn parts_of_a_head_become_properties() {
    let outcome = item("outcome primary hba1c_change \"HbA1c [1y]\" { value: hba1c at month_12 }");
    assert_eq!(names(value(&outcome, "tier")), ["primary"]);
    assert_eq!(outcome.name.as_ref().map(|name| name.value.as_str()), Some("hba1c_change"));
    assert_eq!(outcome.prose.as_ref().map(|prose| prose.value.as_str()), Some("HbA1c [1y]"));

    let randomize = item("randomize main at randomization { ratio: 1:2 }");
    assert_eq!(names(value(&randomize, "at")), ["randomization"]);
    assert_eq!(value(&randomize, "ratio"), &Value::Ratio(vec![1, 2]));

    let eligibility = item("eligibility for randomization \"Entry\" { checked: at consent, randomization }");
    assert_eq!(names(value(&eligibility, "for")), ["randomization"]);
    assert_eq!(names(value(&eligibility, "checked")), ["consent", "randomization"]);
    assert!(eligibility.name.is_none());
}

#[test]
fn visits_share_a_timing_and_name_themselves() {
    let schedule =
        item("schedule { epoch a { visits m3, m6: every 3 months after randomization, -7/+14 days } }");
    let visits = &schedule.items[0].items[0];
    assert_eq!(visits.keyword.value, Keyword::Visits);
    assert_eq!(names(value(visits, "names")), ["m3", "m6"]);
    let Value::Visit(timing) = body(visits) else { panic!() };
    assert!(matches!(timing.target, VisitTarget::Every { .. }));
    assert!(timing.window.is_some());
}

#[test]
fn uses_name_libraries_or_files() {
    assert_eq!(names(body(&item("use std.labs, std.vitals"))), ["std.labs", "std.vitals"]);
    assert!(
        matches!(body(&item("use \"labs.trial\"")), Value::Texts(texts) if texts[0].value == "labs.trial")
    );
}

#[test]
fn a_short_body_is_read_as_its_keyword_says() {
    assert!(matches!(body(&item("measure dose: [IU]/d")), Value::Units(units) if units[0].value == "[IU]/d"));
    assert!(
        matches!(body(&item("measure moca: {score}")), Value::Units(units) if units[0].value == "{score}")
    );
    assert!(matches!(body(&item("event a: on or after b")), Value::Timing(_)));
    assert!(matches!(body(&item("derive a: b / c")), Value::Expression(_)));
    assert!(matches!(body(&item("score mmse: 0 to 30")), Value::Levels(levels) if levels[0].to.is_some()));
    assert_eq!(names(body(&item("intervention insulin: drug"))), ["drug"]);
    assert_eq!(names(body(&item("arm a \"A\": experimental"))), ["experimental"]);
}

#[test]
fn what_is_given_is_a_plan_or_a_block_of_its_phrases() {
    let arm = item("arm a { gives p: 5 mg, oral, twice daily, for 4 weeks }");
    let given = &arm.items[0];
    assert_eq!(
        (given.keyword.value, given.name.as_ref().map(|name| name.value.as_str())),
        (Keyword::Gives, Some("p"))
    );
    let Value::Plan(short) = body(given) else { panic!() };
    let arm = item(
        "arm a { gives p { dose: 5 mg; route: oral; frequency: twice daily; for: 4 weeks; on: day_1; from: b; until: c; days: 1, 8 of 28; cap: 250 mg; text: \"…\" } }",
    );
    let block = &arm.items[0];
    assert_eq!(short.len(), 4);
    assert!(matches!((value(block, "dose"), &short[0]), (Value::Quantity(a), PlanPhrase::Dose(b)) if a == b));
    assert_eq!(names(value(block, "route")), ["oral"]);
    assert_eq!(value(block, "frequency"), &Value::Plan(vec![short[2].clone()]));
    assert!(matches!((value(block, "for"), &short[3]), (Value::Duration(a), PlanPhrase::For(b)) if a == b));
    assert!(matches!(value(block, "on"), Value::Plan(phrases) if matches!(phrases[..], [PlanPhrase::On(_)])));
    assert!(
        matches!(value(block, "from"), Value::Plan(phrases) if matches!(phrases[..], [PlanPhrase::From(_)]))
    );
    assert!(
        matches!(value(block, "until"), Value::Plan(phrases) if matches!(phrases[..], [PlanPhrase::Until(_)]))
    );
    assert!(
        matches!(value(block, "days"), Value::Plan(phrases) if matches!(&phrases[..], [PlanPhrase::Days { days, of: 28 }] if *days == [1, 8]))
    );
    assert!(matches!(value(&item("arm a { gives p { dose: auc 5 } }").items[0], "dose"), Value::Plan(_)));
    assert_eq!(value(&item("arm a { gives p { dose: not stated } }").items[0], "dose"), &Value::NotStated);
}

#[test]
fn an_arm_can_stand_inside_its_allocation_and_without_one() {
    assert_eq!(item("randomize main at r { arm a: experimental }").items[0].keyword.value, Keyword::Arm);
    assert_eq!(item("arm a: experimental").keyword.value, Keyword::Arm);
}

#[test]
fn a_washout_is_a_duration_with_or_without_at_least() {
    let text = "sequence ab { period one { gives a: 5 mg } washout: at least 14 days period two { gives b: 5 mg } washout: 14 days }";
    let sequence = item(text);
    let keywords: Vec<Keyword> = sequence.items.iter().map(|item| item.keyword.value).collect();
    assert_eq!(keywords, [Keyword::Period, Keyword::Washout, Keyword::Period, Keyword::Washout]);
    assert!(matches!(body(&sequence.items[1]), Value::Duration(_)));
    assert_eq!(body(&sequence.items[1]), body(&sequence.items[3]));
}

#[test]
fn every_property_can_be_not_stated_and_a_criterion_can_be_unspecified() {
    let randomize = item("randomize main at r { ratio: not stated; strata: not stated }");
    assert_eq!(
        (value(&randomize, "ratio"), value(&randomize, "strata")),
        (&Value::NotStated, &Value::NotStated)
    );
    let eligibility = item("eligibility for r { include I1 \"Fit\": unspecified \"fit enough\" }");
    assert!(matches!(body(&eligibility.items[0]), Value::Unspecified(text) if text.value == "fit enough"));
}

#[test]
fn ages_may_be_open_on_either_side() {
    let ages = |text: &str| value(&item(&format!("trial t \"T\" {{ ages: {text} }}")), "ages").clone();
    assert!(
        matches!(ages("40 to 65 years"), Value::Range(range) if range.high.unit.as_ref().is_some_and(|unit| unit.value == "years"))
    );
    assert!(matches!(ages("18 years and over"), Value::OpenRange { low: Some(_), high: None, .. }));
    assert!(matches!(ages("under 18 years"), Value::OpenRange { low: None, high: Some(_), below: true }));
    assert!(matches!(ages("up to 65 years"), Value::OpenRange { low: None, high: Some(_), below: false }));
}

#[test]
fn attributes_flags_and_codes_of_concepts() {
    let event = item("event ae \"AE\" { repeats; with: grade 1 to 5, related_to infusion, serious }");
    assert_eq!(value(&event, "repeats"), &Value::Flag);
    let Value::Attributes(attributes) = value(&event, "with") else { panic!() };
    assert!(matches!(
        &attributes[..],
        [Attribute::Ordinal { low: 1, high: 5, .. }, Attribute::Related { .. }, Attribute::Flag(_)]
    ));
    let measure = item("measure a { loinc: 4548-4 \"Hemoglobin A1c\"; units: umol/L, mg/L }");
    assert!(
        matches!(value(&measure, "loinc"), Value::Codes(codes) if codes[0].code.value == "4548-4" && codes[0].display.is_some())
    );
    assert!(matches!(value(&measure, "units"), Value::Units(units) if units.len() == 2));
}

#[test]
fn outcomes_compare_arms_and_treat_events() {
    let outcome = item(
        "outcome primary a \"A\" { compare: (x1, x2) versus c, \"mean difference\"; events: rescue treatment_policy, death not stated; time_frame: 1 year after r }",
    );
    let Value::Comparison { arms, summary } = value(&outcome, "compare") else { panic!() };
    assert_eq!(arms.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(summary.as_ref().map(|text| text.value.as_str()), Some("mean difference"));
    let Value::Strategies(strategies) = value(&outcome, "events") else { panic!() };
    assert_eq!(strategies[0].1.as_ref().map(|name| name.value.as_str()), Some("treatment_policy"));
    assert_eq!(strategies[1].1, None);
    assert!(
        matches!(value(&outcome, "time_frame"), Value::Visit(timing) if matches!(timing.target, VisitTarget::Offset { .. }))
    );
}

#[test]
fn a_schedule_has_clocks_cycles_and_collections() {
    let text = "schedule {
      clock study: day 1 is randomization
      epoch a { cycle main: every 28 days from first_dose for 6 cycles { visit d1: day 1 ±2 days  visit d15: day 15 } }
      collect hba1c, c_peptide at screening, month_3 to month_12
      collect pregnancy_test at screening when sex is female
      collect adverse_event from consent to month_12
    }";
    let schedule = item(text);
    assert!(matches!(body(&schedule.items[0]), Value::Clock { day: 1, is } if is.value == "randomization"));
    let cycle = &schedule.items[1].items[0];
    assert!(matches!(body(cycle), Value::Cycle(plan) if plan.count == Some(6)));
    assert_eq!(cycle.items.len(), 2);
    let Value::Collection(first) = body(&schedule.items[2]) else { panic!() };
    assert_eq!((first.what.len(), first.at.len()), (2, 2));
    assert!(matches!(&first.at[1].visit, NameOrRange::Range { .. }));
    let Value::Collection(second) = body(&schedule.items[3]) else { panic!() };
    assert!(second.when.is_some());
    let Value::Collection(third) = body(&schedule.items[4]) else { panic!() };
    assert!(third.throughout.as_ref().is_some_and(|(_, to)| to.is_some()));
}

#[test]
fn fields_have_types() {
    let form = item(
        "form VS \"Vital signs\" { collects: pulse; field a \"A\": choice of (x1 \"X\", y1) { required } field b: number in mg/dL field c { label: \"C\"; range: 4 to 15 % } }",
    );
    assert!(matches!(body(&form.items[0]), Value::FieldType(FieldType::Choice(levels)) if levels.len() == 2));
    assert_eq!(value(&form.items[0], "required"), &Value::Flag);
    assert!(
        matches!(body(&form.items[1]), Value::FieldType(FieldType::Number(Some(unit))) if unit.value == "mg/dL")
    );
    assert!(form.items[2].body.is_none());
}

#[test]
fn an_example_holds_facts_and_an_expectation() {
    let text = "example \"One\" {
      sex: female; born: 1970-03-02; country: \"CN\"; arm: combined
      consent on 2011-02-01
      hba1c 9.6 % on 2011-06-28
      pregnancy_test negative on 2011-06
      t2dm from 2001-05
      metformin from 2010-01-01 to 2011-02-01
      no stroke
      no mi from 2001 to 2002
      no other mi from 2003 to 2004
      no other from 2001
      answer I1: yes
      expect: ineligible by I8, E3
    }";
    let example = item(text);
    assert_eq!(example.prose.as_ref().map(|prose| prose.value.as_str()), Some("One"));
    let facts: Vec<&Fact> = example
        .items
        .iter()
        .filter(|item| item.keyword.value == Keyword::Fact)
        .map(|item| match body(item) {
            Value::Fact(fact) => fact,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(facts.len(), 14);
    assert!(
        matches!(facts[2], Fact::Attribute { name, value } if name.value == "country" && value.value == "CN")
    );
    assert!(matches!(facts[4], Fact::Observed { value: None, .. }));
    assert!(matches!(facts[5], Fact::Observed { value: Some(FactValue::Quantity(_)), .. }));
    assert!(
        matches!(facts[6], Fact::Observed { value: Some(FactValue::Level(_)), on, .. } if on.value.day.is_none())
    );
    assert!(matches!(facts[7], Fact::Lasting { to: None, .. }));
    assert!(matches!(facts[8], Fact::Lasting { to: Some(_), .. }));
    assert!(matches!(facts[9], Fact::Absent { from: None, .. }));
    assert!(matches!(facts[10], Fact::Absent { other: false, from: Some(_), to: Some(_), .. }));
    assert!(matches!(facts[11], Fact::Absent { other: true, name, to: Some(_), .. } if name.value == "mi"));
    // A thing that is called so.
    assert!(matches!(facts[12], Fact::Absent { other: false, name, to: None, .. } if name.value == "other"));
    assert!(matches!(facts[13], Fact::Answer { answer, .. } if answer.value == "yes"));
    let expect = example.items.last().expect("an expectation");
    assert!(
        matches!(body(expect), Value::Expectation { verdict, by, .. } if verdict.value == "ineligible" && by.len() == 2)
    );
}

#[test]
fn documentation_belongs_to_the_item_below_and_comments_are_kept_aside() {
    let text = "// a remark\n\n/// Of the liver.\n/// Second line.\nmeasure alt: U/L // behind\n/// Lost.\n// between\nevent a\n";
    let parsed = syntax::parse(FileId(0), text);
    assert!(parsed.diagnostics.is_empty());
    assert_eq!(parsed.file.items[0].docs, ["Of the liver.", "Second line."]);
    assert!(parsed.file.items[1].docs.is_empty());
    let comments: Vec<&str> = parsed.comments.iter().map(|comment| comment.text.as_str()).collect();
    assert_eq!(comments, ["// a remark", "// behind", "/// Lost.", "// between"]);
}

#[test]
fn a_statement_goes_on_where_it_must_and_only_there() {
    let text = "eligibility for r {
      include I1 \"A\":
        latest hba1c
          within 14 days before r
          > 7 %
        and sex is female
      include I2 \"B\": stroke ever
      include I3 \"C\": (
        sex is male

        or sex is female
      )
    }";
    let eligibility = item(text);
    assert_eq!(eligibility.items.len(), 3);
    let Value::Expression(first) = body(&eligibility.items[0]) else { panic!() };
    assert!(matches!(&first.kind, ExprKind::And(parts) if parts.len() == 2));
}

#[test]
fn the_same_protocol_on_one_line_and_on_many_is_the_same_tree() {
    let long = "arm a \"A\": experimental {\n  description: \"D\"\n  gives p: 5 mg,\n    oral\n}\nevent b\n  : on c\n";
    let short = "arm a \"A\": experimental { description: \"D\"; gives p: 5 mg, oral }; event b: on c";
    assert_eq!(items(long), items(short));
    assert_ne!(items(long), items(&short.replace("oral", "topical")));
}
