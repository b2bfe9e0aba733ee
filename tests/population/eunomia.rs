//! Eunomia's Synthea27Nj (OHDSI, Apache-2.0): 28 invented people in the OMOP CDM 5.4. Skipped where the file is not there.

use std::collections::BTreeMap;
use std::fs;

use trialc::omop::{Assumptions, ListedCode, standard};
use trialc::population::read::{Memory, Words, concept_sets, omop};
use trialc::population::screen;

use super::{document, input};

const PLACES: [&str; 2] = ["data/Synthea27Nj_5.4.zip", "/work/shared/data/patients/Synthea27Nj_5.4.zip"];

/// The files of a zip (APPNOTE 4.3): its directory at the end says where each begins.
fn unzipped(zip: &[u8]) -> Memory {
    let word = |at: usize| usize::from(u16::from_le_bytes([zip[at], zip[at + 1]]));
    let long = |at: usize| word(at) | word(at + 2) << 16;
    let end = (0..zip.len() - 21).rev().find(|at| zip[*at..].starts_with(b"PK\x05\x06")).expect("a zip");
    let (count, mut at) = (word(end + 10), long(end + 16));
    let mut memory = Memory::default();
    for _ in 0..count {
        assert!(zip[at..].starts_with(b"PK\x01\x02"));
        let (method, packed, size, from) = (word(at + 10), long(at + 20), long(at + 24), long(at + 42));
        let name = String::from_utf8(zip[at + 46..at + 46 + word(at + 28)].to_vec()).unwrap();
        let begins = from + 30 + word(from + 26) + word(from + 28);
        let bytes = &zip[begins..begins + packed];
        let content = match method {
            0 => bytes.to_vec(),
            _ => miniz_oxide::inflate::decompress_to_vec(bytes).expect("it can be unpacked"),
        };
        assert_eq!(content.len(), size, "{name}");
        memory = memory.with(&name, content);
        at += 46 + word(at + 28) + word(at + 30) + word(at + 32);
    }
    memory
}

fn eunomia() -> Option<Memory> {
    let found = PLACES.iter().find_map(|place| fs::read(place).ok());
    if found.is_none() {
        eprintln!("skipped: {} is not there", PLACES[0]);
    }
    found.map(|zip| unzipped(&zip))
}

const RULES: &str = r#"
condition bronchitis "Acute bronchitis" { snomed: 10509002 }
eligibility for randomization {
  include I1 "Adults": age at randomization >= 18 years
  include I2 "HbA1c": latest hba1c within 1 year before randomization < 8 %
  exclude E1 "Bronchitis": bronchitis ever
  exclude E2 "In hospital": hospital_admission present within 30 days before randomization
  include I3 "Creatinine": latest creatinine within 1 year before randomization <= 1.5 mg/dL
}
"#;

#[test]
fn its_people_are_read_with_its_own_vocabulary() {
    let Some(memory) = eunomia() else { return };
    let document = document(RULES);
    let sets = concept_sets(&document, &[], Words::InData(&memory)).unwrap();
    assert_eq!(sets.vocabulary.as_deref(), Some("v5.0 09-APR-22*"));
    assert!(!sets.has_descendants, "its CONCEPT_ANCESTOR is empty");
    let ids = |name: &str| sets.measures[name].iter().copied().collect::<Vec<_>>();
    assert_eq!(ids("hba1c"), [3_004_410]);
    assert_eq!(ids("creatinine"), [3_016_723]);
    assert_eq!(sets.things["bronchitis"].certain.iter().copied().collect::<Vec<_>>(), [260_139]);
    let mut additions = trialc::intake::Additions::default();
    additions.event("randomization=2020-01-01").unwrap();
    additions.coverage("conditions").unwrap();
    let declared = additions.of_everybody();
    let assumptions =
        Assumptions { coverage: declared.coverage, events: declared.events, ..Assumptions::default() };
    let (population, report) = omop(&input(&memory, &document, &sets, &assumptions)).unwrap();
    assert_eq!(population.people.len(), 28);
    assert_eq!(report.malformed(), 0, "{}", report.render_text(50));
    let rows: BTreeMap<&str, u64> =
        report.tables.iter().map(|table| (table.table.as_str(), table.rows)).collect();
    assert_eq!(
        (rows["measurement"], rows["condition_occurrence"], rows["observation"]),
        (10_040, 470, 8_099)
    );
    let screened = screen(&document, &population, None);
    assert_eq!((screened.len(), screened[0].people), (1, 28));
    let met = |column: usize| screened[0].met[column][0].count_ones();
    // Counted in its CSV: adults on that day, and people who never had bronchitis.
    assert_eq!((screened[0].columns[0].code.as_str(), met(0)), ("I1", ADULTS));
    assert_eq!((screened[0].columns[2].code.as_str(), met(2)), ("E1", WITHOUT_BRONCHITIS));
}

const ADULTS: u32 = 22;
const WITHOUT_BRONCHITIS: u32 = 18;

#[test]
fn ids_that_every_database_shares_are_those_of_its_vocabulary() {
    let Some(memory) = eunomia() else { return };
    let file = trialc::population::read::table(&memory, "concept").unwrap().expect("it has concepts");
    let mut text = vec![0; usize::try_from(file.parts[0].data.size()).unwrap()];
    assert_eq!(file.parts[0].data.read_at(0, &mut text).unwrap(), text.len());
    let mut rows = csv::Reader::from_reader(text.as_slice());
    let concepts: BTreeMap<i64, (String, String, String)> = rows
        .records()
        .map(|row| row.unwrap())
        .map(|row| (row[0].parse().unwrap(), (row[1].into(), row[3].into(), row[6].into())))
        .collect();
    // As the vocabulary spells units, and as UCUM does.
    let folded = |code: &str| {
        let code =
            code.replace("[U]", "U").replace("[iU]", "[IU]").replace("10*-3.", "m").replace("10*-6.", "u");
        let code = code.replace("10*3.U", "kU").replace("[degC]", "Cel").replace("[lb_us]", "[lb_av]");
        let code =
            code.replace("{1.73_m2}", "1.73").replace("(173.10*-2.m2)", "1.73").replace("1.73.m2", "1.73");
        code.replace(['[', ']', '{', '}'], "").to_lowercase()
    };
    for (id, ucum) in standard::units() {
        let (name, vocabulary, code) =
            concepts.get(id).unwrap_or_else(|| panic!("{id} is not in the vocabulary"));
        assert_eq!((vocabulary.as_str(), folded(code)), ("UCUM", folded(ucum)), "{id} {name}");
    }
    assert_eq!(concepts[&9201].0, "Inpatient Visit");
}

#[test]
fn ids_of_codes_that_the_user_adds_are_found_beside_those_of_the_protocol() {
    let Some(memory) = eunomia() else { return };
    let document = document(RULES);
    let listed = [ListedCode { code: "loinc:2160-0".into(), name: "creatinine".into() }];
    let sets = concept_sets(&document, &listed, Words::Given(&memory)).unwrap();
    assert!(sets.measures["creatinine"].contains(&3_016_723));
}
