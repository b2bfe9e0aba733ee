//! What a command was given and could not use: every page of the family W holds a command that raises its code and one that does not,
//! with the files that they read. Both are run beside a small study.

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use program::run;
use trialc::diagnostics::codes::{self, Code};

/// The study beside which the commands are given.
const TRIAL: &str = r#"trial walk "A walk" { enrollment: 20 planned }
event consent "Consent"
event randomization "Randomization": 0 to 14 days after consent
eligibility for randomization { include I1 "Adults": age at consent >= 18 years }
schedule {
  epoch treatment { visit month_1 "Month 1": 1 month after randomization, ±7 days }
}
"#;

/// The same without a schedule.
const CRITERIA: &str = r#"trial walk "A walk" { enrollment: 20 planned }
event consent "Consent"
eligibility for consent { include I1 "Adults": age at consent >= 18 years }
"#;

const PERSON: &str = r#"{"person": {"id": "invented-01", "born": "1970-03-02"}, "events": [{"name": "consent", "on": "2020-04-20"}]}"#;

fn study(home: &Path) {
    let files = [
        ("trial.trial", TRIAL),
        ("criteria.trial", CRITERIA),
        ("person.json", PERSON),
        ("dates.json", r#"{"events": {"consent": "2020-04-20"}}"#),
        ("dates.csv", "participant,event,date\n001,consent,2020-04-20\n"),
    ];
    for (name, text) in files {
        fs::write(home.join(name), text).unwrap();
    }
}

/// The blocks of a page: what stands behind the three marks, and the text.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let fenced = page.split("```").skip(1).step_by(2);
    fenced.filter_map(|block| block.split_once('\n')).collect()
}

fn faults(code: &Code) -> Vec<String> {
    let home = tempfile::tempdir().unwrap();
    study(home.path());
    let mut commands = Vec::new();
    for (head, text) in blocks(code.page) {
        match head.split_once(' ') {
            Some((_, file)) => fs::write(home.path().join(file), text).unwrap(),
            None => commands.push(text.split_whitespace().skip(1).collect::<Vec<&str>>()),
        }
    }
    let [example, repair] = commands.as_slice() else {
        return vec![format!("{}: {} commands, not an example and its repair", code.id, commands.len())];
    };
    let mark = format!("error[{}]: ", code.id);
    let mut faults = Vec::new();
    let raised = run(home.path(), example);
    if raised.err.matches("error").count() != 1 || !raised.err.starts_with(&mark) || raised.code == Some(0) {
        faults.push(format!("{}: the example ends with {:?} and says {}", code.id, raised.code, raised.err));
    }
    let repaired = run(home.path(), repair);
    if repaired.code == Some(2) || repaired.out.is_empty() || repaired.err.contains("error[W") {
        faults
            .push(format!("{}: the repair ends with {:?} and says {}", code.id, repaired.code, repaired.err));
    }
    faults
}

#[test]
fn the_command_of_a_page_raises_its_code_and_the_repair_does_not() {
    let pages: Vec<_> = codes::ALL.iter().filter(|code| code.id.starts_with('W')).collect();
    assert_eq!(pages.len(), 10);
    let faults: Vec<String> = pages.into_iter().flat_map(|code| faults(code)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The reader's own words are underlined where it cannot go on.
#[test]
fn a_record_is_shown_at_the_word_that_is_wrong() {
    let cases = [
        (r#"{"person": "a"}"#, r#""a""#, "the text \"a\" cannot stand here"),
        (r#"{"person": {"sex": "f"}}"#, r#""f""#, "`f` is not a value for this"),
        ("\u{feff}{\"people\": []}", r#""people""#, "a record has no `people` here"),
        ("{\"person\": {\n  \"id\": 7\n}}", "7", "the number `7` cannot stand here"),
        ("{\"person\": {", "{", "the text ends inside of an object"),
    ];
    let home = tempfile::tempdir().unwrap();
    study(home.path());
    for (text, word, message) in cases {
        fs::write(home.path().join("p.json"), text).unwrap();
        let ended = run(home.path(), &["screen", "trial.trial", "p.json"]);
        assert_eq!(ended.code, Some(2), "{text}");
        assert!(ended.err.contains(message), "{text}: {}", ended.err);
        let lines: Vec<&str> = ended.err.lines().collect();
        let under =
            lines.iter().position(|line| line.contains('·')).unwrap_or_else(|| panic!("{}", ended.err));
        let (above, marks) = (lines[under - 1], lines[under]);
        let underlined: String = above
            .chars()
            .zip(marks.chars().chain(std::iter::repeat(' ')))
            .filter(|(_, mark)| "─┬╰".contains(*mark))
            .map(|(letter, _)| letter)
            .collect();
        assert_eq!(underlined.trim(), word.trim(), "{}", ended.err);
    }
}

/// A name that a table writes otherwise than it reads cannot be found in its line: the line is shown.
#[test]
fn a_name_in_a_table_of_codes_is_shown_where_it_stands() {
    let home = tempfile::tempdir().unwrap();
    study(home.path());
    let shown = |row: &str| {
        fs::write(home.path().join("codes.csv"), format!("code,name\n{row}\n")).unwrap();
        let ended = run(home.path(), &["screen", "trial.trial", "person.json", "--codes", "codes.csv"]);
        assert_eq!(ended.code, Some(2), "{row}: {}", ended.out);
        ended.err
    };
    let plain = shown("loinc:4548-4,hba1c");
    assert!(plain.contains("codes.csv:2:14]"), "{plain}");
    let doubled = shown("loinc:4548-4,\"a \"\"new\"\" one\"");
    assert!(doubled.contains("codes.csv:2:1]") && doubled.contains("`a \"new\" one`"), "{doubled}");
}
