//! A criterion that becomes several, and several that become one: told as what they are, where they are that to everybody.

use trialc::amend::{
    Change, ChangeKind, CriterionDifference, Difference, EffectKind, PopulationStanding, Standing,
};

use crate::support::changed;

const HBA1C: &str = "  include I2 \"HbA1c of 7.5 to 9.5 % within 14 days before randomization\":
    latest hba1c within 14 days before randomization in 7.5 to 9.5 %
";

fn with(criteria: &str) -> Difference {
    changed(&[(HBA1C, criteria)])
}

fn standings(difference: &Difference) -> Vec<String> {
    let name = |one: &CriterionDifference| one.new_code.clone().or(one.old_code.clone()).unwrap_or_default();
    let criteria = difference.decisions[0].criteria.iter().filter(|one| one.standing != Standing::Unchanged);
    criteria.map(|one| format!("{} {}", name(one), one.standing.word())).collect()
}

fn of_criteria(difference: &Difference) -> Vec<&Change> {
    difference.changes.iter().filter(|change| change.subject.part.word() == "criterion").collect()
}

const LOW: &str =
    "  include I2 \"HbA1c of at least 7.5 %\": latest hba1c within 14 days before randomization >= 7.5 %\n";

#[test]
fn a_range_in_two_criteria_is_split_and_lets_the_same_people_in() {
    let two = with(&format!(
        "{LOW}  include I3 \"HbA1c of at most 9.5 %\": latest hba1c within 14 days before randomization <= 9.5 %\n"
    ));
    assert_eq!(standings(&two), ["I2 split", "I3 split"]);
    let changes = of_criteria(&two);
    assert_eq!(changes[0].sentence, "Criterion I2 is split: I2 and I3 together decide what I2 decided.");
    assert!(changes.iter().all(|change| change.kind == ChangeKind::Split && change.is_editorial()));
    assert!(changes[0].has(EffectKind::Codes), "yes to I2 on collected forms said more");
    let population = two.decisions[0].population.as_ref().expect("it is compared");
    assert_eq!(population.standing, PopulationStanding::Same);
    assert!(population.blocked.is_empty(), "I3 does not stand in the way of I2");
    let codes: Vec<String> = two.criterion_rows().into_iter().map(|row| row.code).collect();
    assert!(
        codes.contains(&"I2A".to_owned()) && codes.contains(&"I3".to_owned()),
        "each is another question: {codes:?}"
    );
}

/// Near misses: what is there together is not what was there.
#[test]
fn a_part_that_decides_more_or_less_is_new() {
    for (high, days, why) in [
        ("9", 14, "more people are kept out"),
        ("10", 14, "between 9.5 and 10 % nobody is kept out"),
        ("9.5", 28, "a value of another time may be there where the first is not"),
    ] {
        let two = with(&format!(
            "{LOW}  include I3 \"HbA1c of at most {high} %\": latest hba1c within {days} days before randomization <= {high} %\n"
        ));
        assert_eq!(standings(&two), ["I2 broader", "I3 added"], "{why}");
    }
}

#[test]
fn what_was_included_may_be_excluded_in_part() {
    let two = with(&format!(
        "{LOW}  exclude E9 \"HbA1c above 9.5 %\": latest hba1c within 14 days before randomization > 9.5 %\n"
    ));
    assert_eq!(standings(&two), ["I2 split", "E9 split"]);
}

#[test]
fn the_parts_may_have_codes_of_their_own() {
    let two = with(
        "  include I5 \"Not too low\": latest hba1c within 14 days before randomization >= 7.5 %
  include I6 \"Not too high\": latest hba1c within 14 days before randomization <= 9.5 %
",
    );
    let sentences: Vec<&str> = of_criteria(&two).iter().map(|change| change.sentence.as_str()).collect();
    assert!(
        sentences.iter().any(|said| said.contains("I5 and I6 together decide what I2 decided")),
        "{sentences:?}"
    );
    assert_eq!(two.of_meaning().filter(|change| change.subject.part.word() == "criterion").count(), 0);
}

#[test]
fn alternatives_that_each_exclude_may_stand_alone_and_what_is_new_beside_them_is_new() {
    let stroke = "  exclude E1 \"Stroke within 6 months before consent\": stroke started within 6 months before consent\n";
    let both = "  exclude E1 \"Stroke or myocardial infarction within 6 months before consent\":
    stroke started within 6 months before consent or myocardial_infarction started within 6 months before consent
";
    let apart = "  exclude E1 \"Stroke within 6 months before consent\": stroke started within 6 months before consent
  exclude E5 \"Myocardial infarction within 6 months before consent\": myocardial_infarction started within 6 months before consent
  exclude E6 \"Heart failure\": heart_failure ever
";
    let old = crate::support::trial(&crate::support::BASE.replace(stroke, both));
    let new = crate::support::trial(&crate::support::BASE.replace(stroke, apart));
    let split = trialc::amend::compare(&old, &new);
    assert_eq!(standings(&split), ["E1 split", "E5 split", "E6 added"]);
    // The other way round they are merged, and E6 is dropped.
    let merged = trialc::amend::compare(&new, &old);
    assert_eq!(standings(&merged), ["E1 merged", "E5 merged", "E6 removed"]);
    let sentence = &of_criteria(&merged)[0].sentence;
    assert_eq!(sentence, "Criteria E1 and E5 are merged: E1 decides what they decided together.");
}

#[test]
fn the_code_of_a_part_that_is_gone_may_be_given_to_something_new() {
    let two = format!(
        "{LOW}  include I3 \"HbA1c of at most 9.5 %\": latest hba1c within 14 days before randomization <= 9.5 %\n"
    );
    let woman = "  include I3 \"Woman\": sex is female\n";
    let trial = |criteria: &str| crate::support::trial(&crate::support::BASE.replace(HBA1C, criteria));
    let merged = trialc::amend::compare(&trial(&two), &trial(&format!("{HBA1C}{woman}")));
    let said: Vec<&str> = of_criteria(&merged).iter().map(|change| change.sentence.as_str()).collect();
    let together = "Criteria I2 and I3 are merged: I2 decides what they decided together.";
    assert_eq!(said, [together, "Inclusion criterion I3 is new: “Woman”.", together]);
}
