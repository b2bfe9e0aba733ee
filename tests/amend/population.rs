//! Who is eligible under one version only, shown by participants whom the checker confirms.

use trialc::amend::{Difference, PopulationStanding, Standing, compare};
use trialc::compile::compile;
use trialc::source::{LoadError, Loader};

use crate::support::{BASE, changed, trial};

const HBA1C: [(&str, &str); 2] =
    [("HbA1c of 7.5 to 9.5 %", "HbA1c of 7.5 to 10 %"), ("in 7.5 to 9.5 %", "in 7.5 to 10 %")];

fn standing(difference: &Difference, code: &str) -> Standing {
    let criteria = &difference.decisions[0].criteria;
    criteria.iter().find(|one| one.new_code.as_deref() == Some(code)).expect("it is there").standing
}

#[test]
fn a_higher_limit_lets_more_people_in_and_a_lower_one_fewer() {
    let wider = changed(&HBA1C);
    assert_eq!(standing(&wider, "I2"), Standing::Broader);
    let population = wider.decisions[0].population.as_ref().expect("it is compared");
    assert_eq!(population.standing, PopulationStanding::Broader);
    assert!(population.gained.is_some() && population.lost.is_none() && population.blocked.is_empty());
    let tighter = changed(&[("in 7.5 to 9.5 %", "in 7.5 to 9 %")]);
    assert_eq!(standing(&tighter, "I2"), Standing::Narrower);
    assert!(
        tighter.decisions[0]
            .population
            .as_ref()
            .is_some_and(|all| all.lost.is_some() && all.gained.is_none())
    );
}

#[test]
fn a_range_that_moves_lets_some_in_and_keeps_others_out() {
    let moved = changed(&[("in 7.5 to 9.5 %", "in 8 to 10 %")]);
    assert_eq!(standing(&moved, "I2"), Standing::Incomparable);
    let population = moved.decisions[0].population.as_ref().expect("it is compared");
    assert!(population.gained.is_some() && population.lost.is_some());
}

#[test]
fn another_spelling_of_the_same_rule_is_no_change_of_meaning() {
    let split = changed(&[(
        "age at consent in 18 to 75 years",
        "age at consent >= 18 years and age at consent <= 75 years",
    )]);
    assert_eq!(standing(&split, "I1"), Standing::Reworded);
    assert_eq!(split.of_meaning().count(), 0);
    assert!(split.decisions[0].population.is_none(), "nothing is left to ask");
}

#[test]
fn a_question_in_other_words_is_left_to_a_person() {
    let asked = changed(&[("\"Is the person otherwise unsuitable?\"", "\"Is the person unsuitable?\"")]);
    assert_eq!(standing(&asked, "E4"), Standing::Changed);
    let sentence = asked.decisions[0].population.as_ref().map(|population| population.sentence.as_str());
    assert_eq!(
        sentence,
        Some("The same people are eligible. What the new words of E4 change, only a person can say.")
    );
    // What else changes is told beside it.
    let both = changed(&[
        ("\"Is the person otherwise unsuitable?\"", "\"Is the person unsuitable?\""),
        ("in 7.5 to 9.5 %", "in 7.5 to 10 %"),
    ]);
    let population = both.decisions[0].population.as_ref().expect("it is compared");
    assert_eq!(population.standing, PopulationStanding::Broader);
    assert_eq!(population.left_to_a_person, ["E4"]);
}

#[test]
fn another_member_of_a_class_excludes_more() {
    let more =
        changed(&[("members: exenatide, liraglutide", "members: exenatide, liraglutide, semaglutide")]);
    assert_eq!(standing(&more, "E2"), Standing::Narrower, "{:#?}", more.decisions[0].criteria);
}

/// The slip that such comparisons exist for.
#[test]
fn a_widening_that_another_criterion_blocks_is_one_sentence() {
    let with_e9 = |limit: &str| {
        BASE.replace(
            "  exclude E4 ",
            &format!("  exclude E9 \"HbA1c > {limit} %\": latest hba1c within 14 days before randomization > {limit} %\n  exclude E4 "),
        )
    };
    let wider = |text: &str| HBA1C.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    let old = trial(&with_e9("9.5"));
    let difference = compare(&old, &trial(&wider(&with_e9("9.5"))));
    let population = difference.decisions[0].population.as_ref().expect("it is compared");
    assert_eq!(population.standing, PopulationStanding::Same);
    let sentences: Vec<&str> = population.blocked.iter().map(|blocked| blocked.sentence.as_str()).collect();
    assert_eq!(
        sentences,
        [
            "I2 lets more people in (the upper limit rises from 9.5 % to 10 %), but E9 “HbA1c > 9.5 %” still excludes them: \
          nobody is gained."
        ]
    );
    // Near miss: both are raised.
    let difference = compare(&old, &trial(&wider(&with_e9("10"))));
    let population = difference.decisions[0].population.as_ref().expect("it is compared");
    assert!(population.blocked.is_empty() && population.gained.is_some());
}

struct Text(String);

impl Loader for Text {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        (path == "trial.trial").then(|| self.0.clone()).ok_or(LoadError::Missing { suggestion: None })
    }
}

/// What the report offers can be pasted into the protocol, which then says the same of it.
#[test]
fn the_examples_of_a_report_compile_and_are_borne_out() {
    let mut seen = 0;
    for (from, to) in [
        ("in 7.5 to 9.5 %", "in 7.5 to 10 %"),
        ("in 7.5 to 9.5 %", "in 8 to 9.2 %"),
        ("age at consent in 18 to 75", "age at consent in 18 to 80"),
        ("stroke started within 6 months", "stroke started within 12 months"),
        ("  exclude E4 ", "  exclude E9 \"Any malignancy\": ever malignancy\n  exclude E4 "),
    ] {
        assert_eq!(BASE.matches(from).count(), 1, "`{from}` stands once");
        let new = BASE.replace(from, to);
        let difference = compare(&trial(BASE), &trial(&new));
        let population = difference.decisions[0].population.as_ref().expect("it is compared");
        for person in [&population.gained, &population.lost].into_iter().flatten() {
            assert!(person.confirmed, "{to}: {person:#?}");
            let example = person.example.as_ref().expect("a confirmed person is an example");
            let compilation =
                compile(&Text(format!("{new}\n{example}")), "trial.trial").expect("it is there");
            let errors: Vec<_> = compilation.diagnostics.iter().filter(|found| found.is_error()).collect();
            assert!(errors.is_empty(), "{to}: {errors:#?}\n{example}");
            seen += 1;
        }
    }
    assert_eq!(seen, 5, "people");
}

/// Only arithmetic knows that nobody weighs less than 100 kg, is taller than 160 cm and has a body mass index over 40.
#[test]
fn a_person_whom_the_checker_does_not_confirm_is_called_possible_with_the_reason() {
    let with = |kg: u32| {
        let criteria = format!(
            "  include I8 \"Heavy for the height\": latest bmi within 14 days before randomization > 40 kg/m2
  include I9 \"Light\": latest weight within 14 days before randomization < {kg} kg
  include I10 \"Tall\": latest height within 14 days before randomization > 160 cm
  exclude E4 "
        );
        trial(&BASE.replace("  exclude E4 ", &criteria))
    };
    let wider = compare(&with(60), &with(100));
    let population = wider.decisions[0].population.as_ref().expect("it is compared");
    let person = population.gained.as_ref().expect("somebody may be gained");
    assert!(!person.confirmed && person.because.is_some() && person.example.is_none(), "{person:#?}");
    assert!(population.sentence.contains("possibly somebody"), "{}", population.sentence);
}

#[test]
fn whom_a_class_takes_in_no_more_is_shown_by_the_member_that_is_gone() {
    let fewer = changed(&[("members: exenatide, liraglutide", "members: exenatide")]);
    let population = fewer.decisions[0].population.as_ref().expect("it is compared");
    let person = population.gained.as_ref().expect("somebody is gained");
    assert!(person.confirmed, "{person:#?}");
}
