//! What a protocol's codes are in a vocabulary. The ids are invented, but for those that every database shares.

use trialc::omop::{AncestorRow, ConceptRow, ConceptSets, ListedCode, RelationshipRow};

use super::document;

const RULES: &str = r#"
condition ulcer "Peptic ulcer" { snomed: 13200003; icd10: K27 }
condition bleeding "Bleeding" { snomed: 131148009 }
drug metformin "Metformin" { rxnorm: 6809 }
eligibility for randomization {
  exclude E1 "Ulcer": ulcer ever
  exclude E2 "Bleeding": bleeding ever
  exclude E3 "Metformin": taking metformin within 30 days before randomization
  include I1 "HbA1c": latest hba1c within 30 days before randomization < 8 %
  exclude E4 "In hospital": hospital_admission present within 30 days before randomization
}
"#;

fn concept<'r>(id: i64, vocabulary: &'r str, code: &'r str) -> ConceptRow<'r> {
    ConceptRow { id, vocabulary, code, is_standard: !vocabulary.starts_with("ICD") }
}

fn maps_to(from: i64, to: i64) -> RelationshipRow<'static> {
    RelationshipRow { from, to, relationship: "Maps to", is_valid: true }
}

fn is_above(ancestor: i64, descendant: i64) -> AncestorRow {
    AncestorRow { ancestor, descendant }
}

fn listed(code: &str, name: &str) -> ListedCode {
    ListedCode { code: code.into(), name: name.into() }
}

fn certain(sets: &ConceptSets, name: &str) -> Vec<i64> {
    sets.things[name].certain.iter().copied().collect()
}

fn perhaps(sets: &ConceptSets, name: &str) -> Vec<i64> {
    sets.things[name].perhaps.iter().copied().collect()
}

#[test]
fn a_code_is_its_concept_and_all_below_it_and_what_is_above_may_be_it() {
    let sets = ConceptSets::of(
        &document(RULES),
        &[],
        Some("v5.0".into()),
        [concept(1, "SNOMED", "13200003"), concept(2, "SNOMED", "999"), concept(3, "LOINC", "13200003")],
        [],
        [is_above(1, 1), is_above(1, 2), is_above(10, 1), is_above(11, 10), is_above(11, 2)],
    );
    assert_eq!(certain(&sets, "ulcer"), [1, 2]);
    // 11 is above 2, which is a special ulcer: a row of 11 need not be an ulcer, and it may be one only through what is above 1.
    assert_eq!(perhaps(&sets, "ulcer"), [10]);
    assert!(certain(&sets, "bleeding").is_empty());
}

#[test]
fn a_code_that_is_not_standard_is_what_it_maps_to() {
    let relationships = [
        maps_to(20, 1),
        RelationshipRow { is_valid: false, ..maps_to(20, 7) },
        RelationshipRow { relationship: "Is a", ..maps_to(20, 8) },
    ];
    let sets = ConceptSets::of(
        &document(RULES),
        &[],
        None,
        [concept(20, "ICD10CM", "K27.9"), concept(21, "ICD10", "K28"), concept(22, "ICD10CM", "K2")],
        relationships,
        [is_above(1, 2), is_above(10, 1)],
    );
    // K27.9 begins with K27; K28 does not, and K2 is broader.
    assert_eq!(certain(&sets, "ulcer"), [1, 2, 20]);
    assert_eq!(perhaps(&sets, "ulcer"), [10]);
}

#[test]
fn of_a_code_that_is_mapped_to_several_each_part_may_be_it() {
    // K27.4, ulcer with haemorrhage: its parts are recorded as two rows.
    let concepts = [concept(20, "ICD10CM", "K27.4"), concept(5, "SNOMED", "131148009")];
    let both = [maps_to(20, 1), maps_to(20, 5)];
    let sets = ConceptSets::of(&document(RULES), &[], None, concepts, both, []);
    assert_eq!((certain(&sets, "ulcer"), perhaps(&sets, "ulcer")), (vec![20], vec![1, 5]));
    assert_eq!(certain(&sets, "bleeding"), [5]);
    // Where one of them is an ulcer anyhow, the other one is bleeding and no more.
    let concepts = concepts.into_iter().chain([concept(1, "SNOMED", "13200003")]);
    let sets = ConceptSets::of(&document(RULES), &[], None, concepts, both, []);
    assert_eq!((certain(&sets, "ulcer"), perhaps(&sets, "ulcer")), (vec![1, 20], vec![]));
}

#[test]
fn only_the_broadest_codes_have_ancestors_that_may_be_it() {
    // K27 and K27.9: above `an ulcer that bled` stands `a bleeding`, which is no ulcer.
    let concepts = [concept(20, "ICD10CM", "K27"), concept(21, "ICD10CM", "K27.4")];
    let relationships = [maps_to(20, 1), maps_to(21, 2)];
    let ancestors = [is_above(10, 1), is_above(10, 2), is_above(5, 2), is_above(1, 2)];
    let sets = ConceptSets::of(&document(RULES), &[], None, concepts, relationships, ancestors);
    assert_eq!((certain(&sets, "ulcer"), perhaps(&sets, "ulcer")), (vec![1, 2, 20, 21], vec![10]));
}

#[test]
fn a_measure_is_its_codes_and_no_more_special_test() {
    let sets = ConceptSets::of(
        &document(RULES),
        &[listed("omop:77", "hba1c"), listed("loinc:17856-6", "hba1c")],
        None,
        [
            concept(3_004_410, "LOINC", "4548-4"),
            concept(3_005_673, "LOINC", "17856-6"),
            concept(4, "LOINC", "4548-5"),
        ],
        [],
        [is_above(3_004_410, 99)],
    );
    assert_eq!(sets.measures["hba1c"].iter().copied().collect::<Vec<_>>(), [77, 3_004_410, 3_005_673]);
}

#[test]
fn listed_ids_need_no_vocabulary_and_stays_in_hospital_have_theirs() {
    let listed = [
        listed("omop:1503297", "metformin"),
        listed("OMOP: 40164929", "metformin"),
        listed("omop:x", "ulcer"),
    ];
    let document = document(RULES);
    let sets = ConceptSets::of(&document, &listed, None, [], [], []);
    assert_eq!(certain(&sets, "metformin"), [1_503_297, 40_164_929]);
    assert_eq!(certain(&sets, "hospital_admission"), [262, 8717, 9201, 32037]);
    assert_eq!(sets.units[&8713], "g/dL");
    let nameless = sets.nameless(&document);
    assert_eq!(nameless.measures, ["hba1c"]);
    assert_eq!(nameless.things, ["ulcer", "bleeding"]);
}

#[test]
fn units_of_the_vocabulary_are_added_and_the_rest_is_nobodys() {
    let rows = [
        concept(5_000_001, "UCUM", "mg/mL{plasma}"),
        concept(8713, "UCUM", "wrong"),
        concept(0, "SNOMED", "13200003"),
    ];
    let sets = ConceptSets::of(&document(RULES), &[], None, rows, [], []);
    assert_eq!(sets.units[&5_000_001], "mg/mL{plasma}");
    assert_eq!(sets.units[&8713], "g/dL");
    assert!(certain(&sets, "ulcer").is_empty(), "0 is no concept");
}

#[test]
fn a_member_without_an_id_is_seen_through_its_class_only_where_descendants_are_known() {
    let rules = r#"
drug one "One" { rxnorm: 1 }
drug another "Another" { rxnorm: 2 }
drug_class both "Both" { atc: Z01; members: one, another }
eligibility for randomization {
  exclude E1 "Both": taking both within 30 days before randomization
  exclude E2 "One": taking one ever
}
"#;
    let document = document(rules);
    let atc = [concept(5, "ATC", "Z01")];
    let known = ConceptSets::of(&document, &[], Some("v5.0".into()), atc, [], [is_above(5, 6)]);
    assert_eq!(known.nameless(&document).things, ["one"], "a rule asks for it");
    let unknown = ConceptSets::of(&document, &[listed("omop:5", "both")], None, [], [], []);
    assert_eq!(unknown.nameless(&document).things, ["one", "another"]);
}

#[test]
fn a_class_without_codes_is_its_members() {
    let rules = |code: &str| {
        format!(
            r#"
drug one "One" {{ rxnorm: 1 }}
drug another "Another" {{ rxnorm: 2 }}
drug_class both "Both" {{ {code}members: one, another }}
eligibility for randomization {{
  exclude E1 "Both": taking both within 30 days before randomization
}}
"#
        )
    };
    let nameless = |code: &str, listed: &[ListedCode]| {
        let document = document(&rules(code));
        let sets = ConceptSets::of(&document, listed, None, [], [], []);
        sets.nameless(&document).things.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let (one, another) = (listed("omop:1", "one"), listed("omop:2", "another"));
    assert!(nameless("", &[one.clone(), another.clone()]).is_empty());
    assert_eq!(nameless("", std::slice::from_ref(&one)), ["another"]);
    assert_eq!(nameless("atc: Z01; ", &[one, another]), ["both"], "rows may have the code of the class");
}

const MALIGNANCIES: &str = r#"
condition tumour "Malignancy" { snomed: 363346000; icd10: C; members: skin, lung, kidney }
condition skin "Skin cancer" { snomed: 372130007; members: basal, melanoma }
condition basal "Basal cell carcinoma" { snomed: 254701007; icd10: C44 }
condition melanoma "Melanoma" { icd10: C43 }
condition lung "Lung cancer" { icd10: C34 }
condition kidney "Kidney cancer" { snomed: 93849006 }
eligibility for randomization {
  exclude E1 "Malignancy": tumour other than (basal) ever
  exclude E2 "Malignancy": tumour other than (kidney) ever
}
"#;

fn known_other(sets: &ConceptSets, than: &str) -> Vec<i64> {
    sets.others.get(than).into_iter().flatten().copied().collect()
}

#[test]
fn what_lies_beside_what_a_rule_leaves_out_is_something_else_and_the_class_itself_is_not() {
    let (tumour, skin, basal, of_nose, basal_of_nose, brain) = (1, 2, 3, 4, 5, 6);
    let sets = ConceptSets::of(
        &document(MALIGNANCIES),
        &[],
        Some("v5.0".into()),
        [
            concept(tumour, "SNOMED", "363346000"),
            concept(skin, "SNOMED", "372130007"),
            concept(basal, "SNOMED", "254701007"),
        ],
        [],
        [
            is_above(tumour, skin),
            is_above(tumour, basal),
            is_above(tumour, of_nose),
            is_above(tumour, basal_of_nose),
            is_above(tumour, brain),
            is_above(skin, basal),
            is_above(skin, of_nose),
            is_above(skin, basal_of_nose),
            is_above(of_nose, basal_of_nose),
            is_above(basal, basal_of_nose),
        ],
    );
    // The class, the class between, and a cancer of the skin of the nose may each be a basal cell carcinoma.
    assert_eq!(known_other(&sets, "basal"), [brain]);
    // The vocabulary does not say where cancer of the kidney stands.
    assert!(known_other(&sets, "kidney").is_empty());
}

#[test]
fn a_code_beside_those_of_what_is_left_out_is_something_else() {
    let concepts = [
        concept(20, "ICD10", "C"),
        concept(21, "ICD10", "C4"),
        concept(22, "ICD10CM", "C44.31"),
        concept(23, "ICD10CM", "C43.1"),
        concept(24, "ICD10CM", "C71.1"),
        concept(25, "ICD10CM", "C80.1"),
        concept(1, "SNOMED", "363346000"),
    ];
    // C80.1 is mapped to the class itself: it says no more.
    let sets =
        ConceptSets::of(&document(MALIGNANCIES), &[], None, concepts, [maps_to(25, 1), maps_to(24, 6)], []);
    assert_eq!(known_other(&sets, "basal"), [23, 24]);
    // Cancer of the kidney has no such code: any of them may be it.
    assert!(known_other(&sets, "kidney").is_empty());
}

#[test]
fn nothing_is_looked_for_where_no_rule_leaves_anything_out() {
    let rules = MALIGNANCIES.replace(" other than (basal)", "").replace(" other than (kidney)", "");
    let concepts = [concept(20, "ICD10", "C"), concept(24, "ICD10CM", "C71.1")];
    assert!(ConceptSets::of(&document(&rules), &[], None, concepts, [], []).others.is_empty());
}
