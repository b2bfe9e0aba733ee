use super::*;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::render::{Format, Look, render};
use crate::source::{Source, Sources};

fn trial() -> Draft {
    let repeat = cycle(days(28), None, None);
    Draft::new("t")
        .arms("randomization", &["combined", "insulin"])
        .event("consent")
        .event("randomization")
        .event_with("dose", |it| it.repeats = true)
        .visit(
            "a",
            "month_1",
            target(event("randomization"), after(months(1)), days(7), days(7), "1 month after randomization"),
        )
        .visit_with(
            "a",
            "d1",
            target(event("randomization"), after(days(0)), days(0), days(0), "day 1"),
            |it| it.repeat = repeat,
        )
}

fn read(text: &str) -> Result<Dates, String> {
    Dates::read(&trial().0, text).map_err(|errors| {
        let mut sources = Sources::default();
        let file = sources.add(Source::new("dates.json", text));
        let found: Vec<Diagnostic> = errors.iter().map(|error| error.diagnostic(file)).collect();
        render(Format::Human, Look::default(), &sources, &found)
    })
}

#[test]
fn a_file_of_dates_says_what_has_happened() {
    let text = r#"{
        "arm": "combined",
        "events": {"consent": "2011-02-01", "dose": ["2011-03-08", "2011-03-01"], "randomization": null},
        "visits": {"month_1": "missed", "d1": ["2011-03-01", null, "2011-04-26"], "d1@2": "2011-03-29"}
    }"#;
    let read = read(text).unwrap();
    let pairs = [
        "arm=combined",
        "consent=2011-02-01",
        "dose=2011-03-08",
        "dose=2011-03-01",
        "month_1=missed",
        "d1@1=2011-03-01",
        "d1@2=2011-03-29",
        "d1@3=2011-04-26",
    ];
    let mut told = dates(&trial().0, &pairs);
    told.events.insert("randomization".to_owned(), Vec::new());
    assert_eq!(read, told);
    assert_eq!(read.events["dose"], [date("2011-03-01"), date("2011-03-08")]);
    assert_eq!(read.visits["d1"][&2], Attendance::Done(date("2011-03-29")));
}

#[test]
fn every_error_is_shown_at_its_place() {
    assert_eq!(
        read("{\"events\": {\"consnet\": \"2011-02-01\",\n  \"randomization\": \"2011-02-30\"},\n \"visit\": {},\n \"consent\": \"2011-02-01\"}").unwrap_err(),
        "error[W06]: `consnet` is not an event of this trial
   ╭─[dates.json:1:13]
 1 │ {\"events\": {\"consnet\": \"2011-02-01\",
   ·             ─────────
 2 │   \"randomization\": \"2011-02-30\"},
   ╰────
  help: did you mean `consent`?

error[W06]: `2011-02-30` is not a day
   ╭─[dates.json:2:20]
 1 │ {\"events\": {\"consnet\": \"2011-02-01\",
 2 │   \"randomization\": \"2011-02-30\"},
   ·                    ────────────
 3 │  \"visit\": {},
   ╰────
  help: write year, month and day, as in `2011-02-01`

error[W06]: `visit` is not a part of a file of dates
   ╭─[dates.json:3:2]
 2 │   \"randomization\": \"2011-02-30\"},
 3 │  \"visit\": {},
   ·  ───────
 4 │  \"consent\": \"2011-02-01\"}
   ╰────
  help: did you mean `visits`?

error[W06]: `consent` is not a part of a file of dates
   ╭─[dates.json:4:2]
 3 │  \"visit\": {},
 4 │  \"consent\": \"2011-02-01\"}
   ·  ─────────
   ╰────
  help: dates of events stand together: `\"events\": {\"consent\": \"2011-02-01\"}`

"
    );
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (text, message) in [
        ("[]", "a file of dates is an object in braces"),
        ("{\"events\": {\"consent\": \"2011-02\"}}", "`2011-02` is not a day"),
        ("{\"events\": {\"consent\": 20110201}}", "this is not a date"),
        ("{\"events\": {\"consent\": 2011-02-01}}", "`2011-02-01` is not JSON"),
        ("{\"events\": {\"consent\": \"missed\"}}", "`missed` is not a day"),
        (
            "{\"events\": {\"consent\": [\"2011-02-01\", \"2011-02-02\"]}}",
            "`consent` happens once, but has 2 dates",
        ),
        (
            "{\"events\": {\"consent\": \"2011-02-01\", \"consent\": \"2011-02-01\"}}",
            "`consent` is written twice",
        ),
        ("{\"events\": [\"2011-02-01\"]}", "names and their dates belong here, in braces"),
        ("{\"visits\": {\"month_1@2\": \"2011-02-01\"}}", "`month_1` takes place once: it is in no cycle"),
        ("{\"visits\": {\"d1@0\": \"2011-02-01\"}}", "this is not the number of a cycle"),
        (
            "{\"visits\": {\"d1\": [\"2011-02-01\"], \"d1@1\": \"2011-02-02\"}}",
            "`d1` has two dates for the same visit",
        ),
        (
            "{\"visits\": {\"month_1\": [\"2011-02-01\"]}}",
            "`month_1` takes place once, but has a list of dates",
        ),
        ("{\"arm\": \"combine\"}", "`combine` is not an arm of this trial"),
        ("{\"arm\": \"combined\"", "expected `,` or `}`, the file ends here"),
        ("{\"arm: \"combined\"}", "expected `:` after the name, found `c`"),
        ("{\"arm\": \"combined}", "this text has no closing `\"`"),
        ("{} {}", "there is more text after the end of the object"),
        ("{\"events\": {\"consent\": [[[[[[[[[[[]]]]]]]]]]]}}", "too many brackets inside one another"),
        ("", "expected a value, the file ends here"),
    ] {
        let error = read(text).expect_err(text);
        assert!(error.contains(message), "{text}: {error}");
    }
    for text in
        ["{}", " {\"events\": {}, \"visits\": {}} ", "{\"arm\": []}", "{\"events\": {\"consent\": null}}"]
    {
        read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}

#[test]
fn a_pair_of_the_command_line_names_an_event_a_visit_or_an_arm() {
    let trial = trial().0;
    let refuse = |pair: &str| Dates::default().add(&trial, pair).expect_err(pair).to_string();
    assert_eq!(refuse("consent"), "`consent` has no `=`; write a name and its date: `consent=2011-02-01`");
    assert_eq!(
        refuse("month=2011-02-01"),
        "`month` is not an event or a visit of this trial; did you mean `month_1`?"
    );
    assert_eq!(refuse("arm=insuline"), "`insuline` is not an arm of this trial; did you mean `insulin`?");
    assert_eq!(
        refuse("consent=today"),
        "`today` is not a day; write year, month and day, as in `2011-02-01`"
    );
    let mut dates = dates(&trial, &["consent=2011-02-01"]);
    assert!(dates.add(&trial, "consent=2011-02-02").is_err(), "consent happens once");
}
