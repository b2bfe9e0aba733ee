//! The formatter: one layout, the same meaning, every comment kept.

use trialc::format::{Refusal, format};

fn formatted(text: &str) -> String {
    format(text).unwrap_or_else(|refusal| panic!("{refusal}\n{text}"))
}

#[test]
fn lines_are_indented_by_the_blocks_around_them() {
    let text = "eligibility   for consent {\n   include I1 \"Adult\":\n age at consent ≥ 18 years\n\n\n\n// next\n  exclude E1 \"Stroke\": (\nstroke ever // both\nor mi ever\n)\n}\n";
    let expected = "eligibility for consent {\n  include I1 \"Adult\":\n    age at consent >= 18 years\n\n  // next\n  exclude E1 \"Stroke\": (\n    stroke ever  // both\n    or mi ever\n  )\n}\n";
    assert_eq!(formatted(text), expected);
}

#[test]
fn words_of_the_protocol_stay_as_they_are() {
    let text = "trial t \"HbA1c  ≥ 7.5\" {\n  sample_size: \"\"\"\n      as  it\n   was\"\"\"\n}\n";
    assert_eq!(formatted(text), text);
}

#[test]
fn a_file_with_faults_is_left_as_it_is() {
    assert!(matches!(format("evnt consent\n"), Err(Refusal::Faults(faults)) if faults.len() == 1));
    assert!(format("event consent\n").is_ok());
}

#[test]
fn formatting_twice_is_formatting_once_on_every_library_and_study() {
    let mut files = Vec::new();
    for folder in ["src/library", "protocols"] {
        collect(std::path::Path::new(folder), &mut files);
    }
    assert!(files.len() > 5, "{files:?}");
    for file in files {
        let text = std::fs::read_to_string(&file).expect("the file can be read");
        match format(&text) {
            Ok(once) => assert_eq!(formatted(&once), once, "{}", file.display()),
            // A transcription word by word holds the record's own faults.
            Err(Refusal::Faults(_)) => assert!(file.ends_with("verbatim.trial"), "{}", file.display()),
            Err(refusal) => panic!("{}: {refusal}", file.display()),
        }
    }
}

fn collect(folder: &std::path::Path, files: &mut Vec<std::path::PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.expect("the folder can be read").path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "trial") {
            files.push(path);
        }
    }
}

#[test]
fn signs_and_blanks_are_plain_and_a_number_stays_one() {
    let before = "eligibility for consent {\n\n  include I1 \"A , b ≤ 3\": ( latest platelets at consent≥100,000 /uL )\n  include I2 \"B\"{rule: any of (a ,b) ever;query: \"−1\"}\n\n}\n";
    let after = "eligibility for consent {\n  include I1 \"A , b ≤ 3\": (latest platelets at consent >= 100,000 /uL)\n  include I2 \"B\" { rule: any of (a, b) ever; query: \"−1\" }\n}\n";
    assert_eq!(formatted(before), after);
}

#[test]
fn the_braces_of_a_unit_hold_no_blanks() {
    let text = "measure m \"M\": {score}/d\nmeasure n \"N\" { unit: 10*3/uL; units: {cells}/uL }\n";
    assert_eq!(formatted(text), text);
    assert_eq!(formatted("measure n \"N\" {unit: mg/dL}\n"), "measure n \"N\" { unit: mg/dL }\n");
}

#[test]
fn every_kind_of_line_end_becomes_one_and_the_last_line_has_one() {
    assert_eq!(
        formatted("event a \"A\"  \r\n\r\n\r\n\tevent b \"B\" // note \t"),
        "event a \"A\"\n\nevent b \"B\"  // note\n"
    );
    assert_eq!(formatted(""), "");
}

#[test]
fn the_library_and_the_study_to_begin_from_are_formatted() {
    let mut files = Vec::new();
    for folder in ["src/library", "src/cli/scaffold"] {
        collect(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    assert!(files.len() > 10, "{files:?}");
    for file in files {
        let text = std::fs::read_to_string(&file).expect("the file can be read");
        assert_eq!(formatted(&text), text, "run `trialc fmt {}`", file.display());
    }
}
