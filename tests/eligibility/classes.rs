//! Classes, their members and their codes: what counts as what, and what only may.

use trialc::eligibility::Status::{Met, NotMet, Unknown};
use trialc::model::{Clause, Domain, Finding, Mode};

use super::support::*;

#[test]
fn members_count_as_their_class_and_exceptions_do_not() {
    let protocol = Protocol::new()
        .concept(
            "malignancy",
            class(Domain::Condition, "Malignancy", &["lung_cancer", "basal_cell_carcinoma"]),
        )
        .concept("lung_cancer", concept(Domain::Condition, "Lung cancer"))
        .concept("basal_cell_carcinoma", concept(Domain::Condition, "Basal cell carcinoma"))
        .include(
            "X",
            occurs(
                Finding { other_than: vec!["basal_cell_carcinoma".into()], ..finding("malignancy") },
                Mode::Ever,
                until_decision(),
            ),
        );
    let all = r#""coverage": [{"of": "conditions"}]"#;
    let case =
        |name: &str| with(&format!(r#""findings": [{{"name": "{name}", "on": "2001-05-01"}}], {all}"#));
    table(
        &protocol,
        &[
            ("a member", &case("lung_cancer"), Met),
            ("by its label", &case("Lung cancer"), Met),
            ("the exception", &case("basal_cell_carcinoma"), NotMet),
            ("the class, and not which of its members", &case("malignancy"), Unknown),
            (
                "no malignancy at all is no lung cancer either",
                &with(r#""absences": [{"name": "malignancy"}]"#),
                NotMet,
            ),
            (
                "each member of a closed list is absent",
                &with(r#""absences": [{"name": "lung_cancer"}, {"name": "basal_cell_carcinoma"}]"#),
                NotMet,
            ),
            ("one member is absent", &with(r#""absences": [{"name": "lung_cancer"}]"#), Unknown),
        ],
    );
}

/// Malignancies as they are coded: of the skin, of which basal cell carcinoma is one, of the lung, and others.
fn coded_malignancies() -> Protocol {
    let with_codes = |of, codes: &[&str]| codes.iter().fold(of, |of, code| listing("icd10", code, of));
    let of = |label: &str, members: &[&str]| class(Domain::Condition, label, members);
    let members = ["skin_cancer", "lung_cancer", "renal_cancer"];
    Protocol::new()
        .concept("malignancy", with_codes(of("Malignancy", &members), &["C"]))
        .concept(
            "skin_cancer",
            with_codes(of("Skin cancer", &["basal_cell_carcinoma", "melanoma"]), &["C43", "C44"]),
        )
        .concept("basal_cell_carcinoma", with_codes(of("Basal cell carcinoma", &[]), &["C44"]))
        .concept("melanoma", of("Melanoma", &[]))
        .concept("lung_cancer", with_codes(of("Lung cancer", &[]), &["C34"]))
        .concept("renal_cancer", of("Renal cancer", &[]))
}

fn other_than(class: &str, others: &[&str]) -> Clause {
    let others = others.iter().map(|other| (*other).to_owned()).collect();
    occurs(Finding { other_than: others, ..finding(class) }, Mode::Ever, until_decision())
}

#[test]
fn what_is_left_out_is_left_open_where_only_its_class_is_recorded() {
    let case = |entry: &str| {
        with(&format!(
            r#""findings": [{{{entry}, "on": "2001-05-01"}}], "coverage": [{{"of": "conditions"}}]"#
        ))
    };
    let coded = |code: &str| case(&format!(r#""code": "icd10:{code}""#));
    table(
        &coded_malignancies().include("X", other_than("malignancy", &["basal_cell_carcinoma"])),
        &[
            ("the code of what is left out", &coded("C44"), NotMet),
            ("a code below it", &coded("C44.3"), NotMet),
            ("the code of another member", &coded("C34"), Met),
            ("a code below that", &coded("C34.1"), Met),
            ("the code of the class, which says no more", &coded("C"), Unknown),
            ("a code between the class and what is left out", &coded("C4"), Unknown),
            ("a code of the class that nothing lists and that is another", &coded("C71.1"), Met),
            ("one of the codes of a class between that is another", &coded("C43.1"), Met),
            ("the name of a class between", &case(r#""name": "skin_cancer""#), Unknown),
            ("a class between, and which", &case(r#""name": "skin_cancer", "also": ["melanoma"]"#), Met),
            ("the name of another", &case(r#""name": "renal_cancer""#), Met),
            (
                "a class of what is left out that it was not",
                &case(r#""name": "malignancy", "other_than": ["skin_cancer"]"#),
                Met,
            ),
            (
                "only a member of what is left out that it was not",
                &case(r#""name": "skin_cancer", "other_than": ["melanoma"]"#),
                Unknown,
            ),
        ],
    );
    table(
        &coded_malignancies().include("X", other_than("malignancy", &["renal_cancer"])),
        &[
            ("a code that nothing tells from what is left out, for it lists none", &coded("C64"), Unknown),
            ("the near miss: a code of another member", &coded("C34.1"), Met),
        ],
    );
    table(
        &coded_malignancies().include("X", other_than("lung_cancer", &["basal_cell_carcinoma"])),
        &[
            ("the code of the class", &coded("C34"), Unknown),
            ("what is unspecified of it", &coded("C34.9"), Unknown),
            ("a special one of it", &coded("C34.1"), Met),
        ],
    );
    table(
        &coded_malignancies()
            .include("X", other_than("malignancy", &["basal_cell_carcinoma", "lung_cancer"])),
        &[
            ("known to be none of those that are left out", &coded("C71.1"), Met),
            (
                "known not to be the first of them",
                &case(r#""name": "malignancy", "other_than": ["basal_cell_carcinoma"]"#),
                Unknown,
            ),
        ],
    );
}

#[test]
fn an_open_class_says_what_is_to_be_asked() {
    let protocol =
        coded_malignancies().include("X", other_than("malignancy", &["basal_cell_carcinoma", "lung_cancer"]));
    let record =
        with(r#""findings": [{"name": "malignancy", "on": "2001-05-01", "other_than": ["lung_cancer"]}]"#);
    let verdict = protocol.screen(&record, None);
    let missing = &verdict.decisions[0].criterion("X").expect("criterion X").because[0].missing[0];
    assert_eq!(
        missing.why,
        "`malignancy` of 2001-05-01 is recorded, which may be `basal_cell_carcinoma`: this does not count as `malignancy` here"
    );
    assert_eq!(
        missing.ask,
        "record which `malignancy` of 2001-05-01 it was, or that it was other than `basal_cell_carcinoma`"
    );
}

#[test]
fn a_recorded_class_leaves_its_members_possible() {
    let protocol = Protocol::new()
        .concept("malignancy", class(Domain::Condition, "Malignancy", &["lung_cancer"]))
        .concept("lung_cancer", concept(Domain::Condition, "Lung cancer"))
        .include("X", ever("lung_cancer"));
    let all = r#""coverage": [{"of": "conditions"}]"#;
    table(
        &protocol,
        &[
            (
                "some malignancy",
                &with(&format!(r#""findings": [{{"name": "malignancy", "on": "2001"}}], {all}"#)),
                Unknown,
            ),
            (
                "lung cancer",
                &with(&format!(r#""findings": [{{"name": "lung_cancer", "on": "2001"}}], {all}"#)),
                Met,
            ),
            (
                "a stroke",
                &with(&format!(r#""findings": [{{"name": "stroke", "on": "2001"}}], {all}"#)),
                NotMet,
            ),
        ],
    );
}

#[test]
fn an_open_list_says_yes_by_its_members_and_no_only_by_name() {
    let mut drugs = class(Domain::DrugClass, "Drugs that interfere", &["metformin"]);
    drugs.open_list = true;
    let protocol = Protocol::new().concept("interfering", drugs).include("X", ever("interfering"));
    table(
        &protocol,
        &[
            ("a member", &with(r#""exposures": [{"name": "metformin", "from": "2010"}]"#), Met),
            (
                "all drugs are listed, and none is a known member",
                &with(r#""coverage": [{"of": "drugs"}]"#),
                Unknown,
            ),
            ("metformin was never taken", &with(r#""absences": [{"name": "metformin"}]"#), Unknown),
            ("somebody says that there was none", &with(r#""absences": [{"name": "interfering"}]"#), NotMet),
        ],
    );
}

#[test]
fn codes_find_their_concepts() {
    let mut t2dm = concept(Domain::Condition, "Type 2 diabetes mellitus");
    let code = |code: &str| {
        vec![trialc::model::ConceptCode { code: code.into(), display: None, origin: Default::default() }]
    };
    t2dm.codes.insert("icd10".into(), code("E11"));
    t2dm.codes.insert("snomed".into(), code("44054006"));
    let protocol = Protocol::new().concept("t2dm", t2dm).include("X", ever("t2dm"));
    let case = |code: &str| {
        with(&format!(
            r#""findings": [{{"code": "{code}", "on": "2001"}}], "coverage": [{{"of": "conditions"}}]"#
        ))
    };
    table(
        &protocol,
        &[
            ("the code itself", &case("snomed:44054006"), Met),
            ("a more exact code of ICD-10", &case("icd10:E11.9"), Met),
            ("another code of ICD-10", &case("icd10:E10.9"), NotMet),
            ("SNOMED codes have no prefixes", &case("snomed:440540061"), NotMet),
        ],
    );
}

/// What is asked for is said in words that fit one thing, several and a class.
#[test]
fn a_class_and_a_plural_read_as_well_as_a_single_thing() {
    let protocol = || {
        Protocol::new()
            .concept("metformin", concept(Domain::Drug, "Metformin"))
            .concept("insulins", class(Domain::DrugClass, "Insulins and analogues", &["insulin_glargine"]))
            .concept("insulin_glargine", concept(Domain::Drug, "Insulin glargine"))
            .concept("brain_metastases", concept(Domain::Condition, "Brain metastases"))
            .concept("operations", class(Domain::Procedure, "Operations of the heart", &["bypass"]))
            .concept("bypass", concept(Domain::Procedure, "Bypass"))
    };
    let asked = |name: &str, domain: Domain| {
        let finding = Finding { domain, ..finding(name) };
        let rule = occurs(finding, Mode::Ever, until_decision());
        let verdict = protocol().include("X", rule).screen(&with(r#""findings": []"#), None);
        let missing = &verdict.decisions[0].criteria[0].because[0].missing[0];
        (missing.why.clone(), missing.ask.clone())
    };
    for (name, domain, said) in [
        ("metformin", Domain::Drug, "the person received Metformin"),
        ("insulins", Domain::DrugClass, "the person received any of Insulins and analogues"),
        ("brain_metastases", Domain::Condition, "the person had Brain metastases"),
        ("operations", Domain::Procedure, "the person had Operations of the heart"),
    ] {
        let (why, ask) = asked(name, domain);
        assert_eq!(why, format!("nothing says whether {said}"));
        assert!(ask.starts_with(&format!("record whether {said} ")), "{ask}");
        assert!(ask.ends_with(", also where the answer is no"), "{ask}");
    }
}
