//! The reports of one amendment, looked at and accepted.

use trialc::amend::{compare, out_of_window};
use trialc::calendar::People;
use trialc::emit::difference::{Report, document, markdown, page, text};

use crate::support::{BASE, trial};

/// An amendment with a change of every sort.
fn amended() -> String {
    let edits = [
        ("version: \"1.0\" dated 2024-01-10", "version: \"2.0\" dated 2024-09-01"),
        ("enrollment: 60 planned", "enrollment: 90 planned"),
        ("HbA1c of 7.5 to 9.5 %", "HbA1c of 7.5 to 10 %"),
        ("in 7.5 to 9.5 %", "in 7.5 to 10 %"),
        ("members: exenatide, liraglutide", "members: exenatide, liraglutide, semaglutide"),
        ("exclude E3 \"Pregnancy\"", "exclude E3 \"Positive pregnancy test\""),
        ("  exclude E4 ", "  exclude E5 \"Any malignancy\": ever malignancy\n  exclude E4 "),
        ("day 29 ±7 days", "day 29 ±3 days"),
        ("    visit week_12 ", "    visit week_8 \"Week 8\": day 57 ±7 days\n    visit week_12 "),
        ("baseline, week_4, week_12", "baseline, week_8, week_12"),
        ("collect stroke, exenatide at", "collect stroke, exenatide, creatinine at"),
        ("pill: 5 mg", "pill: 10 mg"),
        (
            "change of hba1c from baseline to week_12\n  time_frame: 12 weeks",
            "change of hba1c from baseline to week_8\n  time_frame: 8 weeks",
        ),
        ("range: 0 to 60", "range: 5 to 60"),
    ];
    edits.iter().fold(BASE.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "`{from}` stands once");
        text.replace(from, to)
    })
}

fn with_report(each: impl Fn(&Report<'_>)) {
    let (old, new) = (trial(BASE), trial(&amended()));
    let difference = compare(&old, &new);
    let dates = "participant,event,date\n001,consent,2024-03-01\n001,randomization,2024-03-11\n001,week_4,2024-04-02\n";
    let people = People::read(&old, dates).expect("the table is in order");
    let participants = out_of_window(&old, &new, &people, None, 3);
    each(&Report { old: &old, new: &new, difference: &difference, participants: Some(&participants) });
}

#[test]
fn the_report_at_a_terminal() {
    with_report(|report| insta::assert_snapshot!("terminal", text(report, 100, false)));
}

#[test]
fn the_summary_of_changes() {
    with_report(|report| insta::assert_snapshot!("summary_of_changes", markdown(report)));
}

#[test]
fn the_report_for_programs_is_what_its_schema_says() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../docs/schemas/difference.schema.json"))
            .expect("a schema is JSON");
    assert!(jsonschema::meta::is_valid(&schema), "a schema follows its own standard");
    let validator = jsonschema::validator_for(&schema).expect("a schema compiles");
    let objections = |json: &serde_json::Value| -> Vec<String> {
        validator.iter_errors(json).map(|error| format!("{error} at {}", error.instance_path())).collect()
    };
    with_report(|report| {
        let json: serde_json::Value = serde_json::from_str(&document(report)).expect("JSON");
        assert_eq!(objections(&json), [""; 0]);
        let mut broken = json.clone();
        broken["changes"][0]["kind"] = "improved".into();
        assert!(!objections(&broken).is_empty(), "the schema judges");
    });
    let same = trial(BASE);
    let difference = compare(&same, &same);
    let report = Report { old: &same, new: &same, difference: &difference, participants: None };
    let json: serde_json::Value = serde_json::from_str(&document(&report)).expect("JSON");
    assert_eq!(objections(&json), [""; 0]);
}

/// The page is looked at; what is tested is that it is whole, needs nothing and takes no word of the author for a mark.
#[test]
fn the_page_is_complete_in_itself() {
    with_report(|report| {
        let page = page(report);
        for place in [
            "population",
            "outcomes",
            "design",
            "schedule",
            "forms",
            "definitions",
            "consent",
            "participants",
            "editorial",
            "codes",
        ] {
            assert!(page.contains(&format!("<section id=\"{place}\">")), "{place}");
            assert!(page.contains(&format!("href=\"#{place}\"")), "{place}");
        }
        assert!(page.contains("<del>9.5</del> <ins>10</ins>"), "old and new words in one");
        assert!(
            !page.contains("http://") && !page.contains("https://") && !page.contains("<script"),
            "nothing is fetched or run"
        );
    });
    let (old, new) = (trial(BASE), trial(&BASE.replace("\"Pregnancy\"", "\"<script>alert(1)</script>\"")));
    let difference = compare(&old, &new);
    let report = Report { old: &old, new: &new, difference: &difference, participants: None };
    let (page, summary) = (page(&report), markdown(&report));
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"));
    assert!(!summary.contains("<script>") || summary.contains("\\<script>"), "{summary}");
}

#[test]
fn nothing_is_said_of_two_equal_versions() {
    let same = trial(BASE);
    let difference = compare(&same, &same);
    let report = Report { old: &same, new: &same, difference: &difference, participants: None };
    assert!(text(&report, 100, false).contains("nothing differs, in meaning or in words"));
    assert!(markdown(&report).contains("Nothing differs"));
}
