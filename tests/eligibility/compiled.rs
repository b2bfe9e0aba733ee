//! From the author's words to verdicts: protocols as text, compiled and screened.

use std::collections::BTreeMap;
use std::path::Path;

use trialc::compile::{Compilation, compile};
use trialc::eligibility::Status::{self, Met, NotMet, Unknown};
use trialc::eligibility::{Eligibility, EligibilityDocument, Record, run_examples, screen};
use trialc::source::{LoadError, Loader};

use super::support::{measurements, with};

const DECLARATIONS: &str = r#"
trial demo "Demonstration" { version: "1" }
use std.labs, std.vitals, std.demographics, std.diabetes, std.scores, std.drugs, std.drug_classes, std.conditions, std.procedures
event consent "Signing of informed consent"
event randomization "Randomization": on or after consent
event dose "Dose of the study drug" { repeats }
event adverse_event "Adverse event" { repeats; with: grade 1 to 5, serious }
person mother "The participant's mother"
define childbearing "Of childbearing potential": sex is female and not ever hysterectomy
"#;

struct Texts(BTreeMap<String, String>);

impl Loader for Texts {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        self.0.get(path).cloned().ok_or(LoadError::Missing { suggestion: None })
    }
}

fn compiled(text: &str) -> Compilation {
    let texts = Texts(BTreeMap::from([("trial.trial".to_owned(), text.to_owned())]));
    compile(&texts, "trial.trial").expect("the file is there")
}

/// The errors of a compilation, one on each line.
fn errors(compilation: &Compilation) -> String {
    let errors = compilation.diagnostics.iter().filter(|one| one.is_error());
    let lines: Vec<String> = errors
        .map(|one| {
            let text = compilation.sources.text(one.primary.span);
            format!("{} {} `{text}` ({})", one.code.id, one.message, one.primary.text)
        })
        .collect();
    lines.join("\n")
}

/// The status of a criterion, written as its kind and its body, for records.
fn cases(criterion: &str, cases: &[(&str, &str, Status)]) {
    let (kind, body) = criterion.split_once(' ').expect("a kind and a body");
    let text =
        format!("{DECLARATIONS}\neligibility for randomization {{\n  {kind} X \"Wording\": {body}\n}}\n");
    let compilation = compiled(&text);
    let trial = compilation.trial.as_ref().unwrap_or_else(|| panic!("{criterion}: {}", errors(&compilation)));
    let document = EligibilityDocument::of(trial);
    for (what, record, expected) in cases {
        let record = Record::read(record).unwrap_or_else(|error| panic!("{error}: {record}"));
        let verdict = screen(&document, &record, None);
        let line = verdict.decisions[0].criterion("X").expect("criterion X");
        assert_eq!(line.status, *expected, "{criterion}: {what}: {:#?}", line.because);
    }
}

#[test]
fn unless_and_when_are_kleenes() {
    let answer = |x: &str, extra: &str| with(&format!(r#""answers": {{"X.1": "{x}"}}{extra}"#));
    let stroke = r#", "findings": [{"name": "stroke", "on": "2001"}]"#;
    let none = r#", "absences": [{"name": "stroke"}]"#;
    cases(
        "include attested by investigator \"?\" unless ever stroke",
        &[
            ("body", &answer("yes", none).replace("X.1", "X"), Met),
            ("exception", &answer("no", stroke).replace("X.1", "X"), Met),
            ("neither", &answer("no", none).replace("X.1", "X"), NotMet),
            ("no body, exception unknown", &answer("no", "").replace("X.1", "X"), Unknown),
        ],
    );
    cases(
        "exclude attested by investigator \"?\" unless ever stroke",
        &[
            ("body", &answer("yes", none).replace("X.1", "X"), NotMet),
            ("exception", &answer("yes", stroke).replace("X.1", "X"), Met),
            ("exception unknown", &answer("yes", "").replace("X.1", "X"), Unknown),
            ("no body, exception unknown", &answer("no", "").replace("X.1", "X"), Met),
        ],
    );
    cases(
        "include attested by investigator \"?\" when ever stroke",
        &[
            ("asked of those with it", &answer("no", stroke).replace("X.1", "X"), NotMet),
            ("and of nobody else", &answer("no", none).replace("X.1", "X"), Met),
            ("perhaps of this person", &answer("no", "").replace("X.1", "X"), Unknown),
        ],
    );
    cases(
        "exclude attested by investigator \"?\" when ever stroke",
        &[
            ("with it", &answer("yes", stroke).replace("X.1", "X"), NotMet),
            ("without it", &answer("yes", none).replace("X.1", "X"), Met),
        ],
    );
}

#[test]
fn the_rules_of_the_reference_decide_people() {
    cases(
        "include latest hba1c within 14 days before randomization in 7.5 to 9.5 %",
        &[
            ("inside", &measurements(&["hba1c 9.5 % on 2011-06-17"]), Met),
            ("in mmol/mol, just above", &measurements(&["hba1c 81 mmol/mol on 2011-06-17"]), NotMet),
            ("a day too old", &measurements(&["hba1c 9.5 % on 2011-06-16"]), Unknown),
        ],
    );
    cases(
        "exclude latest creatinine within 28 days before randomization > by sex (1.5 mg/dL for male, 1.4 mg/dL for female)",
        &[
            ("a woman above 1.4", &measurements(&["creatinine 1.41 mg/dL on 2011-06-17"]), NotMet),
            ("a woman at 1.4", &measurements(&["creatinine 1.4 mg/dL on 2011-06-17"]), Met),
            (
                "a man at 1.41",
                &measurements(&["creatinine 1.41 mg/dL on 2011-06-17"]).replace("female", "male"),
                Met,
            ),
        ],
    );
    cases(
        "exclude at least one of (alt, ast) within 28 days before randomization is > 1.5 x ULN",
        &[
            ("one above", &measurements(&[r#"alt 61 U/L on 2011-06-17 "high": 40"#]), NotMet),
            (
                "one below, the other unknown",
                &measurements(&[r#"alt 60 U/L on 2011-06-17 "high": 40"#]),
                Unknown,
            ),
            (
                "both below",
                &measurements(&[
                    r#"alt 60 U/L on 2011-06-17 "high": 40"#,
                    r#"ast 10 U/L on 2011-06-17 "high": 40"#,
                ]),
                Met,
            ),
        ],
    );
    cases(
        "include age at consent >= 18 years",
        &[
            ("18 on the day", &with(r#""answers": {}"#).replace("1970-03-02", "1993-02-01"), Met),
            ("18 the day after", &with(r#""answers": {}"#).replace("1970-03-02", "1993-02-02"), NotMet),
        ],
    );
    cases(
        "include age at onset of t2dm >= 35 years",
        &[
            ("35", &with(r#""findings": [{"name": "t2dm", "from": "2005-03-02"}]"#), Met),
            ("34", &with(r#""findings": [{"name": "t2dm", "from": "2005-03-01"}]"#), NotMet),
        ],
    );
    cases(
        "include time from consent to randomization >= 5 months",
        &[
            ("five months to the day", &with(r#""answers": {}"#), Met),
            ("a day short", &with(r#""answers": {}"#).replace("2011-07-01", "2011-06-30"), NotMet),
        ],
    );
    cases(
        "exclude hospital_admission started within 14 days before consent",
        &[
            (
                "14 days before",
                &with(r#""procedures": [{"name": "hospital_admission", "on": "2011-01-18"}]"#),
                NotMet,
            ),
            (
                "15 days before, all procedures listed",
                &with(
                    r#""procedures": [{"name": "hospital_admission", "on": "2011-01-17"}], "coverage": [{"of": "procedures"}]"#,
                ),
                Met,
            ),
            ("nothing known", &with(r#""procedures": []"#), Unknown),
        ],
    );
    cases(
        "include no malignancy other than (basal_cell_carcinoma) ever",
        &[
            (
                "basal cell carcinoma, all malignancies listed",
                &with(
                    r#""findings": [{"name": "basal_cell_carcinoma", "on": "2001"}], "coverage": [{"of": "malignancy"}]"#,
                ),
                Met,
            ),
            ("nothing known", &with(r#""findings": []"#), Unknown),
        ],
    );
    cases(
        "exclude adverse_event with grade >= 3 started within 30 days before randomization",
        &[
            ("grade 3", &with(r#""answers": {}"#).replace(r#""events": ["#, r#""events": [{"name": "adverse_event", "on": "2011-06-20", "attributes": {"grade": 3}}, "#), NotMet),
            ("grade 2", &with(r#""coverage": [{"of": "events"}]"#).replace(r#""events": ["#, r#""events": [{"name": "adverse_event", "on": "2011-06-20", "attributes": {"grade": 2}}, "#), Met),
        ],
    );
    cases(
        "exclude latest bilirubin_total within 28 days before randomization > 1.5 mg/dL instead > 3.0 mg/dL when ever gilbert_syndrome",
        &[
            (
                "2 with Gilbert's",
                &measurements(&["bilirubin_total 2 mg/dL on 2011-06-17"]).replacen(
                    '{',
                    r#"{"findings": [{"name": "gilbert_syndrome", "on": "2001"}], "#,
                    1,
                ),
                Met,
            ),
            (
                "2 without",
                &measurements(&["bilirubin_total 2 mg/dL on 2011-06-17"]).replacen(
                    '{',
                    r#"{"absences": [{"name": "gilbert_syndrome"}], "#,
                    1,
                ),
                NotMet,
            ),
            ("2, nothing known", &measurements(&["bilirubin_total 2 mg/dL on 2011-06-17"]), Unknown),
            ("4", &measurements(&["bilirubin_total 4 mg/dL on 2011-06-17"]), NotMet),
        ],
    );
    cases(
        "include childbearing",
        &[
            ("a woman, nothing known", &with(r#""findings": []"#), Unknown),
            ("a man", &with(r#""findings": []"#).replace("female", "male"), NotMet),
            ("hysterectomy", &with(r#""procedures": [{"name": "hysterectomy", "on": "2001"}]"#), NotMet),
            ("none", &with(r#""absences": [{"name": "hysterectomy"}]"#), Met),
        ],
    );
    cases(
        "include for mother: (ever stroke)",
        &[
            (
                "the mother's",
                &with(r#""persons": {"mother": {"findings": [{"name": "stroke", "on": "1990"}]}}"#),
                Met,
            ),
            ("not said", &with(r#""persons": {}"#), Unknown),
        ],
    );
    cases(
        "include latest bmi within 28 days before randomization <= 35 kg/m2",
        &[
            ("35", &measurements(&["weight 140 kg on 2011-06-28", "height 200 cm on 2011-06-20"]), Met),
            ("more", &measurements(&["weight 140.1 kg on 2011-06-28", "height 2 m on 2011-06-20"]), NotMet),
        ],
    );
    cases(
        "include last 2 consecutive platelets within 28 days before randomization >= 100,000 /uL",
        &[
            (
                "both",
                &measurements(&[
                    "platelets 99 10*9/L on 2011-06-10",
                    "platelets 100 10*9/L on 2011-06-15",
                    "platelets 120000 /uL on 2011-06-20",
                ]),
                Met,
            ),
            (
                "one",
                &measurements(&["platelets 99 10*9/L on 2011-06-15", "platelets 120000 /uL on 2011-06-20"]),
                NotMet,
            ),
        ],
    );
    cases(
        "include metformin present for at least 3 months before randomization",
        &[
            ("since then", &with(r#""exposures": [{"name": "metformin", "from": "2011-04-01"}]"#), Met),
            (
                "a day later",
                &with(
                    r#""exposures": [{"name": "metformin", "from": "2011-04-02"}], "coverage": [{"of": "drugs"}]"#,
                ),
                NotMet,
            ),
        ],
    );
    cases(
        "exclude taking metformin within the longer of (10 days, 5 half_lives of metformin) before randomization",
        &[
            (
                "10 days before",
                &with(r#""exposures": [{"name": "metformin", "from": "2001", "to": "2011-06-21"}]"#),
                NotMet,
            ),
            (
                "11 days",
                &with(
                    r#""exposures": [{"name": "metformin", "from": "2001", "to": "2011-06-20"}], "coverage": [{"of": "drugs"}]"#,
                ),
                Met,
            ),
        ],
    );
}

// ---- whole protocols -------------------------------------------------------------------------------------------------

struct Folder;

impl Loader for Folder {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        std::fs::read_to_string(path).map_err(|_| LoadError::Missing { suggestion: None })
    }
}

fn protocol(folder: &str) -> Compilation {
    compile(&Folder, &format!("protocols/{folder}/trial.trial")).expect("the protocol is there")
}

/// The codes of the errors in an example of these facts.
fn example(facts: &str, expect: &str) -> Vec<&'static str> {
    let text = format!(
        "{DECLARATIONS}\neligibility for randomization {{
           exclude E1 \"ALT > 1.5 x ULN\": latest alt within 28 days before randomization > 1.5 x ULN
           exclude E2 \"Symptomatic ulcer\": symptomatic peptic_ulcer present at randomization
           exclude E3 \"Severe event\": adverse_event with grade >= 3 with serious started within 30 days before randomization
         }}
         example \"Somebody\" {{
           consent on 2011-02-01; randomization on 2011-07-01
           {facts}
           expect: {expect}
         }}\n"
    );
    let compilation = compiled(&text);
    compilation.diagnostics.iter().filter(|one| one.is_error()).map(|one| one.code.id).collect()
}

#[test]
fn an_example_says_limits_of_normal_qualifiers_and_attributes_behind_the_date() {
    let none: [&str; 0] = [];
    for (facts, expect) in [
        ("alt 61 U/L on 2011-06-10, normal 7 to 40", "ineligible by E1"),
        ("alt 60 U/L on 2011-06-10, normal 7 to 40; no peptic_ulcer; no adverse_event", "eligible"),
        ("alt 61 U/L on 2011-06-10", "undetermined by E1"),
        ("peptic_ulcer from 2011-01, symptomatic", "ineligible by E2"),
        ("peptic_ulcer from 2011-01, not symptomatic", "undetermined by E2"),
        ("peptic_ulcer from 2011-01", "undetermined by E2"),
        ("adverse_event on 2011-06-05, grade 3, serious", "ineligible by E3"),
        ("adverse_event on 2011-06-05, grade 3, not serious", "undetermined by E1"),
        ("adverse_event on 2011-06-05, grade 3", "undetermined by E3"),
    ] {
        assert_eq!(example(facts, expect), none, "{facts}");
    }
    for facts in ["alt 61 U/L on 2011-06-10, normal 7 to 40", "peptic_ulcer from 2011-01, symptomatic"] {
        assert_eq!(example(facts, "eligible"), ["E01"], "{facts}");
    }
}

#[test]
fn a_detail_that_does_not_belong_to_its_fact_is_an_error() {
    for (facts, code) in [
        ("alt 61 U/L on 2011-06-10, normal 40 to 7", "N01"),
        ("alt 61 U/L on 2011-06-10, symptomatic", "B06"),
        ("peptic_ulcer from 2011-01, grade 3", "B06"),
        ("peptic_ulcer from 2011-01, symptomatik", "B01"),
        ("adverse_event on 2011-06-05, grade 7", "K03"),
        ("adverse_event on 2011-06-05, grade", "K05"),
    ] {
        assert_eq!(example(facts, "undetermined"), [code], "{facts}");
    }
}

#[test]
fn the_examples_of_the_first_trial_hold() {
    let compilation = protocol("nct01719640");
    let trial = compilation.trial.as_ref().unwrap_or_else(|| panic!("{}", errors(&compilation)));
    let outcomes = run_examples(trial);
    assert!(outcomes.len() >= 10, "{} examples", outcomes.len());
    for outcome in outcomes {
        assert_eq!(outcome.disagreement, None, "{}", outcome.example.label);
    }
}

#[test]
fn the_participants_of_the_first_trial_get_the_verdicts_in_their_names() {
    let compilation = protocol("nct01719640");
    let document = EligibilityDocument::of(
        compilation.trial.as_ref().unwrap_or_else(|| panic!("{}", errors(&compilation))),
    );
    let folder = Path::new("protocols/nct01719640/participants");
    let person = |name: &str| {
        let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).expect("a record");
        let record = Record::read(&text).expect("a record");
        screen(&document, &record, None).decisions[0].clone()
    };
    let eligible = person("eligible");
    assert_eq!(eligible.verdict, Eligibility::Eligible, "{:?} {:?}", eligible.reasons, eligible.open);
    let si = person("eligible_in_si_units");
    assert_eq!(si.verdict, Eligibility::Eligible, "{:?} {:?}", si.reasons, si.open);
    assert_eq!(person("hba1c_too_high").reasons, ["I8", "E3"]);
    let woman = person("creatinine_too_high_for_a_woman");
    assert!(woman.reasons.contains(&"E6".to_owned()), "{:?}", woman.reasons);
    let early = person("at_consent");
    assert_eq!(early.verdict, Eligibility::Undetermined, "{:?}", early.reasons);
    assert!(!early.to_ask.is_empty());
}
