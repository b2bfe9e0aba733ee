//! ODM-XML 1.3.2 and 2.0. The schemas of CDISC judge them in `tests/oracles/odm.sh`.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::support::{build, compiled, file, hostile, small, studies, together};

/// Element names in their order; panics on text that is not well-formed.
fn elements(text: &str) -> Vec<String> {
    let mut reader = Reader::from_str(text);
    let mut names = Vec::new();
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Eof => return names,
            Event::Start(start) | Event::Empty(start) => {
                for attribute in start.attributes() {
                    let attribute = attribute.expect("well-formed attributes");
                    attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).expect("known entities");
                }
                names.push(String::from_utf8_lossy(start.name().as_ref()).into_owned());
            }
            Event::Text(text) => {
                text.decode().expect("UTF-8");
            }
            _ => {}
        }
    }
}

/// The part of the text from the element with this identifier to its end.
fn element<'a>(text: &'a str, name: &str, oid: &str) -> &'a str {
    let begin = text.find(&format!("<{name} OID=\"{oid}\"")).unwrap_or_else(|| panic!("no {name} {oid}"));
    let end = text[begin..].find(&format!("</{name}>")).expect("it has an end");
    &text[begin..begin + end]
}

#[test]
fn the_small_study_in_both_versions() {
    insta::assert_snapshot!("odm", together(&build("odm", &small())));
}

#[test]
fn what_is_asked_only_then_is_not_collected_otherwise() {
    let built = build("odm", &small());
    for (path, value) in [("odm/odm-1.3.2.xml", "/@Value"), ("odm/odm-2.0.xml", "/odm:Value")] {
        let text = file(&built, path);
        let condition = element(&text, "ConditionDef", "COND.VS.VSREASND");
        let asked = format!("odm:ItemData[@ItemOID=&apos;IT.VS.VSPERF&apos;]{value} = &apos;N&apos;");
        assert!(condition.contains(&format!("not({asked})")), "{condition}");
        // What is always asked has no condition.
        assert!(!text.contains("OID=\"COND.VS.VSPERF\""));
    }
}

#[test]
fn a_range_is_hard_and_a_plausible_range_soft_in_each_unit() {
    let built = build("odm", &small());
    let old = file(&built, "odm/odm-1.3.2.xml");
    let weight = element(&old, "ItemDef", "IT.VS.WEIGHT_VSORRES");
    // In kilograms and grams; 30 kg is no exact number of pounds.
    assert_eq!(weight.matches("SoftHard=\"Hard\"").count(), 4, "{weight}");
    assert!(file(&built, "odm/losses.md").contains("- VS.WEIGHT_VSORRES: hard limits in [lb_av]"));
    assert!(
        weight.contains("<CheckValue>30</CheckValue>") && weight.contains("<CheckValue>250000</CheckValue>")
    );
    let sbp = element(&old, "ItemDef", "IT.VS.SYSBP_VSORRES");
    assert_eq!(sbp.matches("SoftHard=\"Hard\"").count(), 0, "{sbp}");
    assert_eq!(sbp.matches("Comparator=\"GE\" SoftHard=\"Soft\"").count(), 2, "{sbp}");
    let new = file(&built, "odm/odm-2.0.xml");
    assert!(
        new.contains("ItemOID=\"IT.VS.SYSBP_VSORRES\"")
            && new.contains("UnitsItemOID=\"IT.VS.SYSBP_VSORRESU\"")
    );
}

#[test]
fn a_form_that_repeats_is_a_group_that_repeats() {
    let built = build("odm", &small());
    let old = file(&built, "odm/odm-1.3.2.xml");
    assert!(old.contains("<ItemGroupDef OID=\"IG.AE\" Name=\"Adverse events\" Repeating=\"Yes\""));
    assert!(old.contains("<ItemGroupDef OID=\"IG.VS\" Name=\"Vital signs\" Repeating=\"No\""));
    let new = file(&built, "odm/odm-2.0.xml");
    assert!(new.contains("<ItemGroupDef OID=\"IG.AE\" Name=\"Adverse events\" Repeating=\"Simple\""));
    assert!(new.contains("<ItemGroupDef OID=\"F.VS\" Name=\"Vital signs\" Repeating=\"No\""));
}

#[test]
fn a_visit_is_scheduled_unless_its_event_need_never_happen() {
    let text = file(&build("odm", &small()), "odm/odm-1.3.2.xml");
    let kind = |visit: &str| {
        let event = element(&text, "StudyEventDef", &format!("SE.{visit}"));
        event
            .split("Type=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .map(str::to_owned)
            .expect("a type")
    };
    assert_eq!(kind("week_2"), "Scheduled");
    assert_eq!(kind("stopped"), "Unscheduled");
    assert_eq!(kind("throughout"), "Common");
}

/// Day 15 is 14 days after day 1; the visit of day 1 is the day of the event itself.
#[test]
fn the_time_of_a_visit_is_a_constraint_where_it_is_one_distance() {
    let text = file(&build("odm", &small()), "odm/odm-2.0.xml");
    let timing = element(&text, "RelativeTimingConstraint", "TIMING.week_2");
    for wanted in [
        "PredecessorOID=\"SE.baseline\"",
        "TimepointRelativeTarget=\"P14D\"",
        "TimepointPreWindow=\"P2D\"",
        "TimepointPostWindow=\"P2D\"",
    ] {
        assert!(timing.contains(wanted), "{wanted} is missing: {timing}");
    }
    assert!(!text.contains("TIMING.stopped"), "an event of any day is no distance");
    let losses = file(&build("odm", &small()), "odm/losses.md");
    assert!(losses.contains("Early end"), "{losses}");
}

#[test]
fn the_file_has_the_day_of_its_protocol_and_never_that_of_its_making() {
    let dated = |version: &str| {
        let text = format!(
            "trial t \"T\" {{ {version} }}\nevent consent \"Consent\"\nschedule {{ clock s: day 1 is consent\nepoch e {{ visit v: day 1 }} }}\n"
        );
        file(&build("odm", &compiled(&text)), "odm/odm-1.3.2.xml")
    };
    assert!(dated("version: \"1\" dated 2026-02-01").contains("CreationDateTime=\"2026-02-01T00:00:00\""));
    assert!(dated("version: \"1\" dated 2026-02").contains("CreationDateTime=\"2026-02-01T00:00:00\""));
    assert!(dated("").contains("CreationDateTime=\"1970-01-01T00:00:00\""));
}

#[test]
fn no_word_of_a_protocol_breaks_the_file() {
    let built = build("odm", &hostile());
    for path in ["odm/odm-1.3.2.xml", "odm/odm-2.0.xml"] {
        let text = file(&built, path);
        assert_eq!(elements(&text), elements(&file(&build("odm", &named()), path)), "{path}");
        let forbidden = |sign: char| (sign < ' ' && !"\n\t".contains(sign)) || sign == '\u{fffe}';
        assert!(!text.contains(forbidden), "{path} holds a character that XML forbids");
    }
    let text = file(&built, "odm/odm-1.3.2.xml");
    assert!(text.contains("]]&gt; &lt;!-- &amp; &amp;amp; &lt;/Question&gt;"));
}

/// The hostile study with harmless words: it has the same elements.
fn named() -> trialc::model::Trial {
    let mut trial = hostile();
    for form in trial.forms.values_mut() {
        form.label = "Form".to_owned();
        form.instructions = Some("Told".to_owned());
        for field in &mut form.fields {
            field.label = "Question".to_owned();
            field.help = Some("Help".to_owned());
        }
    }
    trial
}

#[test]
fn the_loss_report_names_form_and_field() {
    let losses = file(&build("odm", &small()), "odm/losses.md");
    assert!(losses.contains("- VS.WEIGHT_VSORRES: Only if the participant is female"), "{losses}");
    assert!(
        losses.contains("- VS.VSDAT: Day on which they were taken: the date lies in the future."),
        "{losses}"
    );
    // What is carried is not told as lost.
    assert!(!losses.contains("is not lower than"), "{losses}");
}

#[test]
fn the_same_protocol_gives_the_same_bytes() {
    for (study, trial) in studies() {
        assert_eq!(build("odm", &trial), build("odm", &trial), "{study}");
        let old = elements(&file(&build("odm", &trial), "odm/odm-1.3.2.xml"));
        assert!(old.len() > 1_000, "{study}: {} elements", old.len());
    }
}
