//! The formatter: one layout, the same meaning, every comment kept.

use trialc::format::{Refusal, format};

fn formatted(text: &str) -> String {
    format(text).unwrap_or_else(|refusal| match refusal {
        Refusal::Faults(faults) => {
            let at = faults[0].primary.span.range().start;
            let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
            panic!("{} in {:?}", faults[0].message, text[line..].lines().next())
        }
        Refusal::Changed => panic!("{refusal}\n{text}"),
    })
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
fn the_library_and_the_studies_are_formatted() {
    let mut files = Vec::new();
    for folder in ["src/library", "src/cli/scaffold", "protocols"] {
        collect(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    assert!(files.len() > 10, "{files:?}");
    for file in files {
        // The transcription of the record holds its faults word by word.
        if file.ends_with("verbatim.trial") {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("the file can be read");
        assert_eq!(formatted(&text), text, "run `trialc fmt {}`", file.display());
    }
}

/// The cases of `tests/layout`: their names, and the blocks of each.
fn cases() -> Vec<(String, Vec<String>)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/layout");
    let mut pages: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|page| page.expect("a page").path())
        .collect();
    pages.sort();
    let mut cases: Vec<(String, Vec<String>)> = Vec::new();
    for page in pages {
        let text = std::fs::read_to_string(&page).expect("the page can be read");
        let mut block: Option<String> = None;
        for line in text.lines() {
            match (&mut block, line) {
                (None, "```trial") => block = Some(String::new()),
                (None, _) => {
                    if let Some(name) = line.strip_prefix("## ") {
                        cases.push((name.to_owned(), Vec::new()));
                    }
                }
                (Some(_), "```") => {
                    let (_, blocks) = cases.last_mut().expect("a case has a name");
                    blocks.push(block.take().expect("it is open"));
                }
                (Some(block), _) => {
                    block.push_str(line);
                    block.push('\n');
                }
            }
        }
    }
    cases
}

#[test]
fn every_case_of_the_layout_is_laid_out_as_it_says() {
    let cases = cases();
    assert!(cases.len() >= 10, "{} cases", cases.len());
    for (name, blocks) in &cases {
        let (before, after) = match blocks.as_slice() {
            [same] => (same, same),
            [before, after] => (before, after),
            _ => panic!("{name}: {} blocks", blocks.len()),
        };
        assert!(blocks.len() == 1 || before != after, "{name}: nothing to lay out");
        assert_eq!(&formatted(before), after, "{name}");
        assert_eq!(&formatted(after), after, "{name}, again");
    }
}

mod relaid {
    use super::formatted;
    use proptest::prelude::*;
    use trialc::source::FileId;
    use trialc::syntax::parse;

    const SOURCES: [&str; 5] = [
        include_str!("../protocols/nct01719640/trial.trial"),
        include_str!("../protocols/oncology/trial.trial"),
        include_str!("../protocols/crossover/trial.trial"),
        include_str!("../src/cli/scaffold/trial.trial"),
        include_str!("../src/library/demographics.trial"),
    ];

    /// The source with other blanks where it has some, outside of texts and comments: these hold the rest of a line.
    fn relaid(source: &str, choices: &[u8]) -> String {
        let mut choice = choices.iter().cycle();
        let mut out = String::new();
        let mut in_long_text = false;
        for line in source.lines() {
            let keeps = in_long_text || line.contains("\"\"\"");
            in_long_text ^= line.matches("\"\"\"").count() % 2 == 1;
            if keeps {
                out.push_str(line);
                out.push('\n');
                continue;
            }
            let mut in_text = false;
            let mut rest = line;
            while let Some(sign) = rest.chars().next() {
                if !in_text && rest.starts_with("//") {
                    out.push_str(rest);
                    break;
                }
                in_text ^= sign == '"';
                if sign == ' ' && !in_text {
                    out.push_str([" ", "   ", "\t", " \t "][usize::from(choice.next().unwrap() % 4)]);
                } else {
                    out.push(sign);
                }
                rest = &rest[sign.len_utf8()..];
            }
            out.push_str(["\n", " \n", "\r\n", "\n"][usize::from(choice.next().unwrap() % 4)]);
            // Behind an item's documentation an empty line would cut it off.
            if line.is_empty() && choice.next().unwrap().is_multiple_of(2) {
                out.push_str("\n \n// a note\n\n");
            }
        }
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_text_laid_out_at_random_gets_the_one_layout(
            choices in prop::collection::vec(any::<u8>(), 1..400),
            number in 0..SOURCES.len(),
        ) {
            let ugly = relaid(SOURCES[number], &choices);
            let once = formatted(&ugly);
            prop_assert_eq!(&formatted(&once), &once);
            let (before, after) = (parse(FileId(0), &ugly), parse(FileId(0), &once));
            prop_assert!(before.file == after.file);
            prop_assert_eq!(before.comments.len(), after.comments.len());
            // Without the added notes, it is the source again.
            let without = once.replace("\n// a note\n", "");
            let bare = |text: &str| text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(bare(&without.replace("  // a note\n", "")), bare(SOURCES[number]));
        }
    }
}
