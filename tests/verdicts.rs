//! Verdicts for people to read: the page and the summary.

#[path = "support/snippet.rs"]
mod snippet;

use snippet::compile_snippet;
use trialc::eligibility::{
    Eligibility, EligibilityDocument, Screener, Standing, Verdict, nearest_first, read_records,
    render_summary_text, summaries,
};
use trialc::emit::screening;

const RULES: &str = "eligibility for randomization \"Entry\" {
  include I1 \"HbA1c 7 to 9 %\": latest hba1c within 14 days before randomization in 7 to 9 %
  include I2 \"Adults\": age at randomization >= 18 years
  exclude E1 \"Stroke\": stroke ever
}
";

fn document(rules: &str) -> EligibilityDocument {
    EligibilityDocument::of(&compile_snippet(rules).trial.expect("it compiles"))
}

fn verdicts(document: &EligibilityDocument, people: &str) -> Vec<Verdict> {
    let screener = Screener::of(document);
    let records = read_records(people).expect("records");
    records.iter().map(|record| screener.screen(record, None)).collect()
}

/// A record of a person born in 1980 who is randomised on 2020-06-01.
fn person(id: &str, rest: &str) -> String {
    format!(
        r#"{{"person": {{"id": "{id}", "born": "1980-03-02"}}, "events": [{{"name": "randomization", "on": "2020-06-01"}}]{rest}}}"#
    ) + "\n"
}

const HBA1C: &str = r#", "measurements": [{"measure": "hba1c", "value": 60, "unit": "mmol/mol", "on": "2020-05-25", "source": "report 4711"}]"#;
const NO_STROKE: &str = r#", "absences": [{"name": "stroke"}]"#;

/// Six people: eligible, without anything, with one item missing, failing two criteria, failing one, another with one item.
fn six() -> String {
    [
        person("complete", &format!("{HBA1C}{NO_STROKE}")),
        person("empty", ""),
        person("no-value", NO_STROKE),
        person(
            "two-faults",
            &format!(
                r#"{}, "findings": [{{"name": "stroke", "on": "2010-02-03"}}]"#,
                HBA1C.replace("60", "90")
            ),
        ),
        person("stroke", &format!(r#"{HBA1C}, "findings": [{{"name": "stroke", "on": "2010-02-03"}}]"#)),
        person("not-asked", HBA1C),
    ]
    .concat()
}

#[test]
fn those_whom_one_item_keeps_from_a_verdict_come_first() {
    let document = document(RULES);
    let verdicts = verdicts(&document, &six());
    let order: Vec<(&str, Standing)> = nearest_first(&verdicts)
        .into_iter()
        .map(|verdict| (verdict.person.as_deref().unwrap_or(""), verdict.standing().expect("a decision")))
        .collect();
    assert_eq!(
        order,
        [
            ("no-value", Standing::OneItemMissing),
            ("not-asked", Standing::OneItemMissing),
            ("complete", Standing::Eligible),
            ("empty", Standing::Undetermined),
            ("stroke", Standing::Ineligible),
            ("two-faults", Standing::Ineligible),
        ]
    );
}

#[test]
fn the_counts_are_those_of_the_verdicts() {
    let document = document(RULES);
    let verdicts = verdicts(&document, &six());
    let all = summaries(&verdicts);
    let [summary] = all.as_slice() else { panic!("one decision") };
    let count = |wanted| verdicts.iter().filter(|one| one.decisions[0].verdict == wanted).count();
    assert_eq!(
        (summary.eligible, summary.undetermined, summary.ineligible, summary.one_item),
        (count(Eligibility::Eligible), count(Eligibility::Undetermined), count(Eligibility::Ineligible), 2)
    );
    let of = |code: &str| summary.criteria.iter().find(|one| one.code == code).expect("it is there");
    let found = |code: &str| (of(code).not_met, of(code).alone, of(code).unknown);
    // Stroke excludes two, and it alone one of them.
    assert_eq!((found("I1"), found("I2"), found("E1")), ((1, 0, 2), (0, 0, 0), (2, 1, 2)));
    assert_eq!(summary.asked.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [2, 2]);
    let text = render_summary_text(&verdicts);
    for line in [
        "6 people, randomization (Entry)",
        "undetermined       3  (2 one item from a verdict)",
        "2         1        2  E1  Stroke",
        "  stroke by E1",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
    assert!(!text.contains("Adults"), "a criterion that costs nobody is not counted:\n{text}");
}

#[test]
fn the_page_shows_what_decided() {
    let document = document(RULES);
    let page = screening::page(
        &document,
        &verdicts(&document, &person("two-faults", &HBA1C.replace("60", "90"))),
        10,
    );
    for shown in [
        "✗ </span>ineligible",
        "latest hba1c within 14 days before randomization in 7 to 9 %",
        "<bdi>90 mmol/mol</bdi>",
        "= <bdi>10.385 %</bdi>",
        "on 2020-05-25",
        "2020-05-18 to 2020-06-01",
        "7 days from the edge",
        "report 4711",
        "off by 1.39",
        "40 years",
        "Record whether the person had Stroke ever",
    ] {
        assert!(page.contains(shown), "{shown}:\n{page}");
    }
    assert!(!page.contains("<script") && !page.contains("http"), "a page of its own, without a script");
    assert!(!page.contains("the nearest to being eligible"), "one person needs no list");
}

#[test]
fn a_page_of_many_people_is_cut_off_and_says_so() {
    let document = document(RULES);
    let verdicts = verdicts(&document, &six());
    let whole = screening::page(&document, &verdicts, usize::MAX);
    let cut = screening::page(&document, &verdicts, 2);
    let articles = |page: &str| page.matches("<article").count();
    assert_eq!((articles(&whole), articles(&cut)), (6, 2));
    assert!(
        cut.contains("The evidence of the first 2 follows") && !whole.contains("The evidence of the first")
    );
    for id in ["complete", "empty", "no-value", "two-faults", "stroke", "not-asked"] {
        assert!(cut.contains(&format!("<bdi>{id}</bdi>")), "{id} is in the list");
    }
    for link in cut.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(cut.contains(&format!("id=\"{link}\"")), "{link} leads nowhere");
    }
}

/// Tags of a page, without what they hold.
fn tags(page: &str) -> Vec<String> {
    let names =
        page.split('<').skip(1).map(|rest| rest.split([' ', '>', '\n']).next().unwrap_or("").to_owned());
    names.collect()
}

#[test]
fn what_others_wrote_never_becomes_part_of_the_page() {
    const FOUL: &str = r#"</style><script>alert(1)</script><img src=x onerror=alert(2)> ' " & &lt; --> ]]> `a` \u202Etfel\u202C \u200F"#;
    let rules = |words: &str| {
        let text = format!("\"\"\"{words}\"\"\"");
        let rules = RULES.replace("\"Stroke\"", &text).replace("\"Entry\"", &text);
        format!("trial foul {text} {{ enrollment: not stated; id: other {text} }}\n{rules}")
    };
    let record = |words: &str| {
        let text = serde_json::Value::from(words);
        format!(
            r#"{{"person": {{"id": {text}, "born": "1980-03-02"}},
            "events": [{{"name": "randomization", "on": "2020-06-01"}}],
            "measurements": [{{"measure": "hba1c", "value": {text}, "unit": {text}, "on": "2020-05-25", "source": {text}}},
                {{"measure": {text}, "value": 1, "on": "2020"}}],
            "findings": [{{"name": "stroke", "on": "2020-05-01", "source": {text}, "unsure": {text}, "qualifiers": {{{text}: "yes"}}}},
                {{"codes": [{text}], "text": {text}}}],
            "answers": {{{text}: "yes"}}}}"#
        )
        .replace('\n', " ")
    };
    let foul =
        FOUL.replace("\\u202E", "\u{202e}").replace("\\u202C", "\u{202c}").replace("\\u200F", "\u{200f}");
    let page = |words: &str| {
        let document = document(&rules(words));
        let people = format!("{}\n{}", record(words), person("other", ""));
        screening::page(&document, &verdicts(&document, &people), 10)
    };
    let (foul_page, plain_page) = (page(&foul), page("plain `a` words"));
    assert!(foul_page.contains("&lt;script&gt;alert(1)"), "it is shown as text");
    // The same tags as with harmless words: nothing of the foul text became one.
    assert_eq!(tags(&foul_page), tags(&plain_page));
    for never in ["<script", "<img", "</style><script", "onerror=alert(2)>"] {
        assert!(!foul_page.contains(never), "{never}");
    }
    // Marks that turn the direction of writing end with the element that they stand in.
    let outside =
        foul_page.split("<bdi").skip(1).filter_map(|rest| rest.split_once("</bdi>")).map(|(_, after)| after);
    let (_, body) = foul_page.split_once("<body>").expect("a body");
    for part in outside.chain(body.split("<bdi").next()) {
        assert!(!part.contains('\u{202e}'), "a mark of direction outside <bdi>: {part}");
    }
}
