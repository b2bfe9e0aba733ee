//! Concept ids that every database of the OMOP CDM 5.4 shares, whatever vocabulary it was loaded with.
//!
//! Sources: the OMOP CDM 5.4 specification and the OHDSI standardised vocabularies (Athena). Held by `tests/population` against
//! the CONCEPT table of Eunomia's Synthea27Nj (vocabulary v5.0 09-APR-22): the units, and visit 9201. The others stand with the same meaning in
//! public repositories on GitHub:
//!
//! - 8507, 8532, the operators 4171754, 4171755, 4171756 and 4172704, 4033240, 32037: OHDSI/ETL-German-FHIR-Core,
//!   `src/main/resources/SOURCE_TO_CONCEPT_MAP.csv`;
//! - 4172703, 262: OHDSI/DataQualityDashboard, `inst/csv/OMOP_CDMv5.4_Field_Level.csv` and `OMOP_CDMv5.4_Table_Level.csv`;
//! - 32899, 32825: answerdigital/oxford-omop-data-mapper, `docs/transformation-documentation/ConditionOccurrence_condition_status_concept_id.md` and
//!   `DrugExposure_drug_type_concept_id.md`;
//! - 8717 (of the Place of Service), 32833, 32838, 32869: OHDSI/ETL-LambdaBuilder, `docs/IBM_CCAE_MDCR/Vocab Updates/STCM_JNJ_TRU_DPOS.txt`,
//!   `docs/OPTUM_PANTHER/Optum_Panther_Procedure_STEM.md`, `docs/CPRD/CPRD_Therapy_STEM.md`, `docs/IBM_MDCD/MDCD_stem_drug_claims.md`;
//! - 38000175, 38000176, 38000177: omoponfhir/omoponfhir-omopv5-dstu2-mapping, `OmopMedicationStatement.java`;
//! - 32837, 32839: sierra-moxon/linkml-map-example, `src/linkml_map_example/datamodel/linkml_map_example.py` (`VisitProvenanceEnum`), which lists the
//!   type concepts by name;
//! - 8521: omoponfhir/omoponfhir-omopv5-r4-mapping, `OmopConceptMapping.java`, and the Gender vocabulary that the documentation of OHDSI/omock
//!   ("Subsetting concepts") prints. It is no standard concept: it says that neither of the other two was recorded;
//! - 9189, 9190, 9191, 4126681: JorgeHRE/Local_Oncology_Assistant, `tests/test_post_etl_value_as_concept.py` (Athena v5.0 29-AUG-26);
//! - 45884084, 45877985 and, again, 9191, 4126681: OHDSI/CureIdRegistry, `Cohort curation scripts/01_CURE_ID_Cohort.sql`; 45878583: EHDEN/ETL-UK-Biobank,
//!   `docs/observation.md`; 45880296: omoponfhir/omoponfhir-omopv5-r4-mapping, `OmopObservation.java`;
//! - 45877994, 45878245: all-of-us/raw-data-repository, `rdr_service/etl/raw_sql/finalize_cdm_data.sql`, for true and false.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// "No matching concept": what was recorded has no id in the vocabulary.
pub const NO_CONCEPT: i64 = 0;

/// `gender_concept_id`; every other one leaves the sex unknown.
pub mod gender {
    pub const MALE: i64 = 8507;
    pub const FEMALE: i64 = 8532;
    pub const OTHER: i64 = 8521;
}

/// `operator_concept_id` of a result (vocabulary Meas Value Operator, SNOMED CT).
pub mod operator {
    pub const LESS: i64 = 4_171_756;
    pub const AT_MOST: i64 = 4_171_754;
    pub const EQUAL: i64 = 4_172_703;
    pub const AT_LEAST: i64 = 4_171_755;
    pub const GREATER: i64 = 4_172_704;
}

/// `drug_type_concept_id` of what was prescribed, ordered, claimed or dispensed: nobody says that it was taken
/// (vocabulary Type Concept, and Drug Type before 2020).
pub const DRUGS_NOT_SEEN_TAKEN: &[i64] = &[
    32825,      // EHR dispensing record
    32833,      // EHR order
    32837,      // EHR planned dispensing record
    32838,      // EHR prescription
    32839,      // EHR prescription issue record
    32869,      // Pharmacy claim
    38_000_175, // Prescription dispensed in pharmacy
    38_000_176, // Prescription dispensed through mail order
    38_000_177, // Prescription written
];

/// `condition_status_concept_id` of a diagnosis that is not yet one.
pub const PRELIMINARY_DIAGNOSIS: &[i64] = &[
    32899,     // Preliminary diagnosis (Condition Status)
    4_033_240, // Preliminary diagnosis (SNOMED CT)
];

/// `visit_concept_id` of stays in hospital.
pub const INPATIENT_VISITS: &[i64] = &[
    262,   // Emergency Room and Inpatient Visit
    8717,  // Inpatient Hospital
    9201,  // Inpatient Visit
    32037, // Intensive Care
];

/// What a stay in hospital is: `Hospital admission` of SNOMED CT.
pub const HOSPITAL_ADMISSION: (&str, &str) = ("snomed", "32485007");

/// `unit_concept_id` to UCUM. With a vocabulary of the user's, its UCUM concepts are added.
pub fn units() -> &'static BTreeMap<i64, String> {
    &UNITS
}

static UNITS: LazyLock<BTreeMap<i64, String>> = LazyLock::new(|| {
    let lines = include_str!("units.tsv").lines().filter(|line| !line.starts_with('#'));
    let pair = |line: &str| {
        let (id, ucum) = line.split_once('\t')?;
        Some((id.parse().ok()?, ucum.to_owned()))
    };
    lines.filter_map(pair).collect()
});

/// `value_as_concept_id` to the word of the answer, as a FHIR `Observation` with the same code gives it
/// (LOINC answers, SNOMED CT qualifiers, Meas Value).
pub const ANSWERS: &[(i64, &str)] = &[
    (9189, "negative"),
    (9190, "not detected"),
    (9191, "positive"),
    (4_126_681, "detected"),
    (45_877_985, "detected"),
    (45_877_994, "yes"),
    (45_878_245, "no"),
    (45_878_583, "negative"),
    (45_880_296, "not detected"),
    (45_884_084, "positive"),
];

/// The name that codes of protocols have for the vocabulary of an OMOP concept.
pub fn system_of(vocabulary_id: &str) -> Option<&'static str> {
    Some(match vocabulary_id {
        "LOINC" => "loinc",
        "SNOMED" => "snomed",
        "ICD10" | "ICD10CM" | "ICD10GM" => "icd10",
        "ICD10PCS" => "icd10pcs",
        "ICD9CM" => "icd9",
        "ATC" => "atc",
        "RxNorm" => "rxnorm",
        "MedDRA" => "meddra",
        "CVX" => "cvx",
        "NDC" => "ndc",
        "CPT4" => "cpt",
        "OPS" => "ops",
        _ => return None,
    })
}

/// Systems in which a code stands for all that begin with it.
pub fn is_hierarchy_of_beginnings(system: &str) -> bool {
    matches!(system, "icd10" | "atc")
}

#[cfg(test)]
mod tests {
    use super::{ANSWERS, UNITS};
    use crate::units;

    #[test]
    fn every_unit_of_the_table_is_ucum_and_no_everyday_spelling() {
        let lines = include_str!("units.tsv").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(UNITS.len(), lines, "each line is an id and a code, each id once");
        let wrong: Vec<_> = UNITS.iter().filter(|(_, ucum)| units::parse(ucum).is_err()).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn ids_stand_once() {
        let mut ids: Vec<i64> = ANSWERS.iter().map(|(id, _)| *id).collect();
        ids.dedup();
        assert_eq!(ids.len(), ANSWERS.len());
        assert!(ids.is_sorted());
    }
}
