//! Flat tables by a map.

use trialc::eligibility::{EligibilityDocument, Screener, Status};
use trialc::omop::Assumptions;
use trialc::population::read::{Folder as _, Map, Memory, Report, mapped};

use super::document;

const RULES: &str = r#"
eligibility for randomization {
  include I1 "HbA1c": latest hba1c within 30 days before randomization < 8 %
  exclude E1 "Stroke": stroke ever
  exclude E2 "Metformin": taking metformin within 30 days before randomization
  include I2 "Creatinine": latest creatinine within 30 days before randomization <= 1.5 x ULN
  include I3 "Women": sex is female
}
"#;

const MAP: &str = r#"
[people]
file = "patients.csv"
person = "id"
sex = "sex"
sexes = { M = "male", F = "female" }
born = "birth"

[[results]]
file = "hba1c.csv"
person = "id"
measure = "hba1c"
value = "result"
unit = "%"
date = "taken"

[[results]]
file = "laboratory.csv"
person = "patient"
measure_column = "test"
names = { CREA = "creatinine" }
value = "value"
unit_column = "unit"
date = "date"
high = "to"

[[findings]]
file = "diagnoses.csv"
person = "id"
name_column = "code"
names = { "I63.9" = "stroke" }
date = "day"

[[drugs]]
file = "drugs.csv"
person = "id"
name = "metformin"
start = "from"
end = "to"

[[events]]
file = "visits.csv"
person = "id"
name = "randomization"
date = "day"
"#;

fn tables() -> Memory {
    Memory::default()
        .with("patients.csv", "id;sex;birth\n1;F;1980-03-02\n2;M;1975\n3;x;\n")
        .with("hba1c.csv", "id,result,taken\n1,7.9,2020-05-20\n2,<4,2020-05\n3,8.1,2020-05-20\n")
        .with(
            "laboratory.csv",
            "patient,test,value,unit,date,to\n1,CREA,1.5,mg/dL,2020-05-20,1.0\n1,NA,140,mmol/L,2020-05-20,\n\
             2,CREA,160,umol/L,2020-05-20,100\n9,CREA,1,mg/dL,2020-05-20,1\n",
        )
        .with("diagnoses.csv", "id,code,day\n1,J45,2010-01-01\n2,I63.9,2010\n")
        .with("drugs.csv", "id,from,to\n1,2020-01-01,2020-04-01\n2,2020-05-01,\n3,2020-05-20,2020-05-10\n")
        .with("visits.csv", "id,day\n1,2020-06-01\n2,2020-06-01\n3,2020-06-01\n")
}

fn statuses(document: &EligibilityDocument, memory: &Memory, map: &str) -> (Vec<String>, Report) {
    let map = Map::read("map.toml", map, document).expect("a map");
    let mut additions = trialc::intake::Additions::default();
    for of in ["conditions", "drugs"] {
        additions.coverage(of).unwrap();
    }
    let declared = additions.of_everybody();
    let assumptions = Assumptions { coverage: declared.coverage, ..Assumptions::default() };
    let (population, report) = mapped(memory, document, &map, &assumptions).expect("the tables can be read");
    let screener = Screener::of(document);
    let letter = |status: Status| match status {
        Status::Met => 'y',
        Status::NotMet => 'n',
        Status::Unknown => '?',
        Status::NotApplicable => '-',
    };
    let of = |person: usize| {
        let verdict = screener.screen(&population.record(person), None);
        verdict.decisions[0].criteria.iter().map(|criterion| letter(criterion.status)).collect()
    };
    ((0..population.people.len()).map(of).collect(), report)
}

#[test]
fn rows_mean_what_the_map_says() {
    let (statuses, report) = statuses(&document(RULES), &tables(), MAP);
    // HbA1c, stroke, metformin, creatinine, sex.
    assert_eq!(statuses, ["yyyyy", "?n?nn", "ny???"], "{}", report.render_text(50));
    let text = report.render_text(50);
    for said in [
        "patients.csv.sex: the protocol has no such name",
        "patients.csv:4: `x`",
        "laboratory.csv.patient: nobody in table",
        "drugs.csv.to: it ends before it begins",
        "laboratory.csv: 4 rows, 2 used",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
}

#[test]
fn what_a_map_names_must_be_there() {
    let document = document(RULES);
    let refused = |map: &str| {
        let read = Map::read("map.toml", map, &document);
        let read =
            read.and_then(|map| mapped(&tables(), &document, &map, &Assumptions::default()).map(|_| ()));
        let error = read.expect_err("it is refused");
        format!("{}; {}", error.message, error.help.unwrap_or_default())
    };
    for (from, to, said) in [
        (
            "measure = \"hba1c\"",
            "measure = \"hba1\"",
            "the protocol has no measure `hba1`; did you mean `hba1c`?",
        ),
        (
            "file = \"hba1c.csv\"",
            "file = \"hba1.csv\"",
            "there is no file `hba1.csv` in the folder; did you mean `hba1c.csv`?",
        ),
        ("value = \"result\"", "value = \"results\"", "`hba1c.csv` has no column `results`; it has `result`"),
        ("date = \"taken\"", "dates = \"taken\"", "unknown field `dates`"),
        ("measure = \"hba1c\"\n", "", "has neither `measure` nor `measure_column`"),
        ("start = \"from\"", "date = \"from\"", "has both `date` and `end`"),
        ("sexes = { M = \"male\", F = \"female\" }\n", "", "`sexes` does not say what stands in the column"),
        ("\"female\"", "\"woman\"", "woman"),
        ("[people]", "[people", "map.toml: TOML parse error at line 2"),
    ] {
        let map = MAP.replacen(from, to, 1);
        assert_ne!(map, MAP);
        let message = refused(&map);
        assert!(message.contains(said), "{said} is not in {message}");
    }
}

#[test]
fn a_map_may_be_json() {
    let document = document(RULES);
    let json = r#"{"people": {"file": "patients.csv", "person": "id"}, "findings": [
        {"file": "diagnoses.csv", "person": "id", "name_column": "code", "names": {"I63.9": "stroke"}, "date": "day"}]}"#;
    let map = Map::read("map.json", json, &document).expect("a map");
    let (population, _) = mapped(&tables(), &document, &map, &Assumptions::default()).expect("it is read");
    assert_eq!((population.people.len(), population.happenings.rows.len()), (3, 1));
}

/// The same tables with other ids.
fn called(tables: &Memory, ids: [&str; 3]) -> Memory {
    let renamed = |text: &str| -> String {
        let line = |(number, line): (usize, &str)| {
            let end = line.find([',', ';']).expect("several columns");
            let id = match &line[..end] {
                "1" => ids[0],
                "2" => ids[1],
                "3" => ids[2],
                other => other,
            };
            if number == 0 { format!("{line}\n") } else { format!("{id}{}\n", &line[end..]) }
        };
        text.lines().enumerate().map(line).collect()
    };
    tables.files().iter().fold(Memory::default(), |memory, name| {
        let file = tables.open(name).expect("a file");
        let mut bytes = vec![0; file.size() as usize];
        file.read_at(0, &mut bytes).expect("memory is read");
        memory.with(name, renamed(std::str::from_utf8(&bytes).expect("text")))
    })
}

#[test]
fn people_may_be_called_by_texts() {
    let document = document(RULES);
    let (numbers, _) = statuses(&document, &tables(), MAP);
    // A whole number that is written otherwise is another id.
    for ids in [["A-1", "B/2", "ü"], ["1", "01", "x"], ["7.0", "8.0", "9.5"]] {
        let (texts, report) = statuses(&document, &called(&tables(), ids), MAP);
        assert_eq!(texts, numbers, "{ids:?}: {}", report.render_text(50));
    }
    // `7.0` is how a table with empty cells writes 7.
    let (mixed, _) =
        statuses(&document, &tables().with("hba1c.csv", "id,result,taken\n1.0,7.9,2020-05-20\n"), MAP);
    assert_eq!(mixed[0], numbers[0]);
    let (other, report) =
        statuses(&document, &tables().with("hba1c.csv", "id,result,taken\n001,7.9,2020-05-20\n"), MAP);
    assert_eq!(other[0], "?yyyy", "{}", report.render_text(50));
    assert!(report.render_text(50).contains("nobody in table"), "{}", report.render_text(50));
}
