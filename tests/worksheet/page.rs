//! The page itself, read as text: the judge in `tests/oracles/worksheet.sh` fills it in.

use serde_json::Value;
use trialc::eligibility::EligibilityDocument;
use trialc::emit::{self, worksheet};
use trialc::model::Trial;

use super::protocols;

fn page_of(trial: &Trial) -> String {
    worksheet::page(&EligibilityDocument::of(trial))
}

/// What stands between a tag and its end, each time.
fn inside<'t>(page: &'t str, start: &str, end: &str) -> Vec<&'t str> {
    let parts = page.split(start).skip(1);
    parts.map(|part| part.split_once(end).expect("the tag is closed").0).collect()
}

fn rules_in(page: &str) -> Value {
    let blocks = inside(page, "<script type=\"application/json\" id=\"rules\">", "</script>");
    let [rules] = blocks.as_slice() else { panic!("{} blocks of rules", blocks.len()) };
    serde_json::from_str(rules).expect("the rules are JSON")
}

/// As the page writes a text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[test]
fn every_criterion_stands_on_the_page_with_its_wording() {
    for name in ["nct01719640", "oncology", "crossover"] {
        let trial = protocols::study(name);
        let page = page_of(&trial);
        for (decision, criteria) in &trial.decisions {
            for (code, criterion) in &criteria.criteria {
                let place =
                    format!("data-decision=\"{decision}\" data-criterion=\"{code}\" data-status=\"unknown\"");
                assert_eq!(page.matches(&place).count(), 1, "{name} {code}");
                assert!(page.contains(&escaped(&criterion.prose)), "{name} {code}: {}", criterion.prose);
            }
        }
    }
}

#[test]
fn the_rules_on_the_page_are_those_of_the_document_in_its_order() {
    let trial = protocols::study("nct01719640");
    let document = EligibilityDocument::of(&trial);
    let rules = rules_in(&page_of(&trial));
    assert_eq!(rules["document"], serde_json::to_value(&document).expect("a document is JSON"));
    let codes: Vec<&String> = trial.decisions["randomization"].criteria.keys().collect();
    assert_eq!(rules["order"][0]["criteria"], serde_json::to_value(codes).expect("codes are JSON"));
}

#[test]
fn the_page_is_the_same_each_time_and_asks_nobody_for_anything() {
    let trial = protocols::study("nct01719640");
    let page = page_of(&trial);
    assert_eq!(page, page_of(&trial));
    for word in [
        "http://",
        "https://",
        "src=",
        "@import",
        "url(",
        "<link",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "eval(",
        "fetch(",
    ] {
        let own = page.replace(&rules_in_text(&page), "");
        assert!(!own.contains(word), "the page holds `{word}`");
    }
    let policy = inside(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    assert!(policy[0].starts_with("default-src 'none'; style-src 'sha256-"), "{}", policy[0]);
    assert_eq!(policy[0].matches("'sha256-").count(), 3, "one style, two scripts: {}", policy[0]);
    assert!(!policy[0].contains("unsafe"), "{}", policy[0]);
}

fn rules_in_text(page: &str) -> String {
    inside(page, "id=\"rules\">", "</script>")[0].to_owned()
}

/// A protocol whose every text tries to become mark-up.
const HOSTILE: &str = r##"
trial hostile "</title><script>alert(1)</script>" { version: "<img src=x onerror=alert(2)>" }
event consent "</script><script>alert(3)</script>"
event randomization "Randomization": on or after consent
condition stroke "<b onmouseover=alert(4)>Stroke</b>" { also: "<!--" }
measure load "<svg/onload=alert(5)>": mg/dL
eligibility for randomization "' autofocus onfocus=alert(6) x='" {
  include I1 "</bdi></p><script>alert(7)</script>": attested by investigator "]]></script><script>alert(8)//"
  exclude E1 "&lt;script&gt; <!-- <script>": ever stroke
  exclude E2 "load": load within 7 days before randomization > 1 mg/dL
}
schedule { epoch one "One" { visit first: on randomization } collect load at first }
"##;

#[test]
fn a_hostile_protocol_becomes_text() {
    let mut trial = protocols::trial_of(HOSTILE).expect("the hostile protocol compiles");
    // The language has no sign for a quote inside quotes; a model may come from elsewhere.
    trial.decisions["randomization"].label = Some("\" autofocus onfocus=alert(6) x=\"".into());
    let page = page_of(&trial);
    let plain = page_of(&protocols::study("nct01719640"));
    let count = |page: &str, tag: &str| page.to_lowercase().matches(tag).count();
    for tag in ["<script", "</script", "<img", "<svg", "<b ", "</title", "<!--"] {
        assert_eq!(count(&page, tag), count(&plain, tag), "`{tag}` comes of a text of the protocol");
    }
    // An attribute cannot be left either.
    let own = page.replace(&rules_in_text(&page), "");
    assert!(!own.contains("\" autofocus"), "a text leaves its attribute");
    let rules = rules_in(&page);
    assert_eq!(rules["document"]["trial"]["title"], "</title><script>alert(1)</script>");
    assert_eq!(rules["document"]["events"]["consent"]["label"], "</script><script>alert(3)</script>");
}

#[test]
fn a_trial_without_criteria_has_no_worksheet() {
    let target = emit::find("worksheet").expect("the target is there");
    let empty = protocols::trial_of("trial t \"Nothing to decide\"\n").expect("it compiles");
    assert_eq!((target.emit)(&empty), []);
    let names: Vec<String> =
        (target.emit)(&protocols::study("nct01719640")).into_iter().map(|artifact| artifact.path).collect();
    assert_eq!(names, ["worksheet.html"]);
}
