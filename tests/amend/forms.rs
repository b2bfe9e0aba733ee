//! Fields, and whether collected data still fit.

use trialc::amend::{EffectKind, Part};

use crate::support::changed;

/// The sentences of these edits about the form of vital signs, with what becomes of collected data.
fn said(edits: &[(&str, &str)]) -> Vec<String> {
    let difference = changed(edits);
    let of_form = difference.changes.iter().filter(|change| {
        change.subject.part == Part::Field && change.subject.within.as_deref() == Some("VS")
    });
    let fate = |change: &trialc::amend::Change| match () {
        () if change.has(EffectKind::BreaksData) => "BREAKS",
        () if change.has(EffectKind::KeepsData) => "keeps",
        () => "-",
    };
    of_form.map(|change| format!("{} {}", fate(change), change.sentence)).collect()
}

#[test]
fn fields_that_come_and_go() {
    let remark = "  field remark \"Remark\": text\n";
    assert_eq!(said(&[(remark, "")]), ["BREAKS Field VSREMARK “Remark” on VS is dropped."]);
    let more = format!("{remark}  field cuff \"Size of the cuff\": text\n");
    assert_eq!(
        said(&[(remark, &more)]),
        ["keeps Field VSCUFF “Size of the cuff” on VS is new and may stay empty."]
    );
    let required = format!("{remark}  field cuff \"Size of the cuff\": text {{ required }}\n");
    assert_eq!(
        said(&[(remark, &required)]),
        ["BREAKS Field VSCUFF “Size of the cuff” on VS is new and must be answered."]
    );
}

#[test]
fn ranges_types_and_levels() {
    for (from, to, expected) in [
        (
            "range: 0 to 60",
            "range: 0 to 30",
            "BREAKS Field VSREST on VS: the range is tightened from 0 to 60 to 0 to 30.",
        ),
        (
            "range: 0 to 60",
            "range: 0 to 90",
            "keeps Field VSREST on VS: the range is loosened from 0 to 60 to 0 to 90.",
        ),
        (
            "range: 0 to 60",
            "range: 5 to 90",
            "BREAKS Field VSREST on VS: the range is shifted from 0 to 60 to 5 to 90.",
        ),
        ("\"Remark\": text", "\"Remark\": date", "BREAKS Field VSREMARK on VS takes a date instead of text."),
        (", supine \"Supine\"", "", "BREAKS Field VSPOSITN on VS no longer offers supine."),
        (
            "supine \"Supine\"",
            "supine \"Supine\", standing \"Standing\"",
            "keeps Field VSPOSITN on VS also offers standing.",
        ),
        (
            "\"Remark\": text",
            "\"Remarks\": text",
            "keeps Field VSREMARK on VS asks “Remarks” instead of “Remark”.",
        ),
        (
            "\"Remark\": text",
            "\"Remark\": text { required }",
            "BREAKS Field VSREMARK on VS must be answered now.",
        ),
    ] {
        assert_eq!(said(&[(from, to)]), [expected]);
    }
}

/// A worksheet of criteria belongs to a version of the protocol: an answer stays an answer.
#[test]
fn forms_of_criteria_follow_the_criteria_and_break_nothing() {
    let difference =
        changed(&[("exclude E4 ", "exclude E5 \"Any malignancy\": ever malignancy\n  exclude E4 ")]);
    let of_criteria: Vec<_> = difference
        .changes
        .iter()
        .filter(|change| ["IE", "IEW"].contains(&change.subject.name.as_str()))
        .collect();
    assert!(!of_criteria.is_empty());
    assert!(of_criteria.iter().all(|change| !change.has(EffectKind::BreaksData)), "{of_criteria:#?}");
}
