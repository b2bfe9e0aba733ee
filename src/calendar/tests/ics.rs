use super::*;
use crate::model::Version;

fn draft(version: Option<&str>) -> Draft {
    let text = "1 month after dose, ±7 days";
    let mut draft = Draft::new("t")
        .event("dose")
        .event("withdrawal")
        .visit("a", "base", target(event("dose"), after(days(0)), days(0), days(0), "day 1"))
        .visit("a", "month_1", target(event("dose"), after(months(1)), days(7), days(7), text))
        .visit("a", "leave", on(event("withdrawal"), "on withdrawal"));
    draft.0.header.version = version.map(|label| Version { label: label.to_owned(), dated: None });
    draft
}

fn ics(version: Option<&str>, pairs: &[&str], as_of: Option<&str>) -> String {
    plan(&draft(version), pairs, as_of).to_ics("P-0042")
}

#[test]
fn each_visit_with_days_is_an_all_day_event() {
    let text = ics(Some("2.1"), &["dose=2024-01-31", "base=2024-01-31"], Some("2024-02-10"));
    assert_eq!(
        text.replace("\r\n ", "").replace("\r\n", "\n"),
        "BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//trialc//visit calendar//EN
CALSCALE:GREGORIAN
BEGIN:VEVENT
UID:t-base-P-0042@trialc
DTSTAMP:20240210T000000Z
SEQUENCE:2001
DTSTART;VALUE=DATE:20240131
DTEND;VALUE=DATE:20240201
SUMMARY:base
DESCRIPTION:day 1\\; clinic\\; done in window
STATUS:CONFIRMED
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
UID:t-month_1-P-0042@trialc
DTSTAMP:20240210T000000Z
SEQUENCE:2001
DTSTART;VALUE=DATE:20240222
DTEND;VALUE=DATE:20240308
SUMMARY:month 1\\, target 2024-02-29
DESCRIPTION:1 month after dose\\, ±7 days\\; clinic\\; planned\\; 1 month after 2024-01-31 is 2024-02-29\\, the last day of its month
STATUS:TENTATIVE
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
"
    );
}

#[test]
fn a_visit_keeps_its_uid_when_it_moves_and_a_later_version_has_a_larger_number() {
    let lines = |text: &str, of: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with(of)).map(str::to_owned).collect()
    };
    let (one, two) =
        (ics(Some("2"), &["dose=2024-01-31"], None), ics(Some("2.1"), &["dose=2024-02-01"], None));
    assert_eq!(lines(&one, "UID"), lines(&two, "UID"));
    assert_ne!(lines(&one, "DTSTART"), lines(&two, "DTSTART"));
    assert_eq!(
        (lines(&one, "SEQUENCE")[0].as_str(), lines(&two, "SEQUENCE")[0].as_str()),
        ("SEQUENCE:2000", "SEQUENCE:2001")
    );
    assert_eq!(lines(&ics(None, &["dose=2024-01-31"], None), "SEQUENCE")[0], "SEQUENCE:0");
}

#[test]
fn missed_visits_and_those_without_dates_are_left_out() {
    assert!(!ics(None, &["dose=2024-01-31"], None).contains("leave"));
    assert!(!ics(None, &["dose=2024-01-31", "month_1=missed"], None).contains("month_1"));
    assert!(ics(None, &["dose=2024-01-31", "withdrawal=2024-02-02"], None).contains("UID:t-leave"));
}

#[test]
fn no_line_is_longer_than_75_octets_and_no_character_is_cut() {
    let mut long = draft(None);
    long.0.schedule.as_mut().unwrap().visits["base"].label = "±é漢".repeat(40);
    let text = plan(&long, &["dose=2024-01-31"], None).to_ics("P");
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    assert!(text.split("\r\n").any(|line| line.len() > 72), "lines are filled");
    assert!(text.replace("\r\n ", "").contains(&"±é漢".repeat(40)));
    assert!(!text.replace("\r\n", "").contains('\n'), "every line ends with CR and LF");
}
