//! Findings point at the words that made them: what changed on a form was written where something is measured, collected or asked for.

use trialc::amend::{compare, findings};
use trialc::diagnostics::Diagnostic;

use crate::support::{BASE, trial};

/// Behind the files of the new version.
const OLD_FILES: usize = 1000;

/// The findings of these edits with this code: the words that are underlined, `-` before those of the old version.
fn underlined(code: &str, edits: &[(&str, &str)]) -> Vec<String> {
    let mut text = BASE.to_owned();
    for (from, to) in edits {
        assert_eq!(text.matches(from).count(), 1, "`{from}` stands once in the protocol");
        text = text.replace(from, to);
    }
    let (old, new) = (trial(BASE), trial(&text));
    let main = new.header.origin.0.expect("it was written").file;
    let found = findings(&old, &new, &compare(&old, &new), &[], OLD_FILES);
    let words = |one: &Diagnostic| {
        let span = one.primary.span;
        let is_old = span.file.0 as usize >= OLD_FILES;
        let (file, text) =
            if is_old { (span.file.0 - OLD_FILES as u32, BASE) } else { (span.file.0, text.as_str()) };
        assert_eq!(file, main.0, "{}: not in the protocol itself", one.message);
        let words = &text[span.start as usize..span.end as usize];
        let sign = if is_old { "-" } else { "" };
        format!("{sign}{}", words.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    found.iter().filter(|one| one.code.id == code).map(words).collect()
}

#[test]
fn a_field_is_shown_where_what_it_records_was_changed() {
    let collected = "collect pregnancy_test at screening_visit when sex is female";
    let pregnancy =
        "  exclude E3 \"Pregnancy\": latest pregnancy_test within 7 days before randomization is positive\n";
    let stroke = "  exclude E1 \"Stroke within 6 months before consent\": stroke started within 6 months before consent\n";
    for (edits, expected) in [
        (
            &[(collected, "collect pregnancy_test at screening_visit when age at consent < 50 years")][..],
            "pregnancy_test",
        ),
        (
            &[(pregnancy, ""), ("  collect pregnancy_test at screening_visit when sex is female\n", "")],
            "-pregnancy_test",
        ),
        (&[(stroke, ""), ("collect stroke, exenatide at", "collect exenatide at")], "-stroke"),
    ] {
        let found = underlined("D03", edits);
        assert!(found.iter().any(|words| words.starts_with(expected)), "{expected}: {found:#?}");
        assert!(!found.iter().any(|words| words.contains("trial base")), "{found:#?}");
    }
}

#[test]
fn a_field_of_the_author_is_shown_on_the_form() {
    let found = underlined("D03", &[("range: 0 to 60", "range: 5 to 60")]);
    assert_eq!(found, ["field rest \"Minutes at rest\""]);
    assert_eq!(underlined("D03", &[("range: 0 to 60", "range: 0 to 90")]), [""; 0], "data still fit");
}

#[test]
fn a_measure_that_is_recorded_otherwise_is_shown_where_it_is_declared() {
    let own = |precision: u32| {
        format!(
            "measure marker \"Marker\" {{ unit: mg/dL; plausible: 0 to 90; precision: {precision} }}\nevent consent \"Signing of informed consent\""
        )
    };
    let collect = "collect height, systolic_bp, diastolic_bp at screening_visit";
    let with = |precision: u32| {
        BASE.replace("event consent \"Signing of informed consent\"", &own(precision))
            .replace(collect, &format!("collect marker at baseline\n  {collect}"))
    };
    let (old, new) = (with(2), with(1));
    let (before, after) = (trial(&old), trial(&new));
    let found = findings(&before, &after, &compare(&before, &after), &[], OLD_FILES);
    let told: Vec<&str> = found
        .iter()
        .filter(|one| one.code.id == "D03")
        .map(|one| &new[one.primary.span.start as usize..one.primary.span.end as usize])
        .collect();
    assert_eq!(told.len(), 1, "{found:#?}");
    assert!(told[0].starts_with("measure marker"), "{told:?}");
}
