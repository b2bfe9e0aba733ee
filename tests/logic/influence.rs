//! What a criterion decides beside the others, and whom all of them leave.

use trialc::logic::{Engine, Influence, Side};

use crate::protocol::{compiled, shown, trial};

const NCT01719640: &str = include_str!("../../protocols/nct01719640/trial.trial");

#[test]
fn every_criterion_of_the_first_trial_but_one_excludes_somebody_whom_the_evaluator_confirms() {
    let trial = compiled(NCT01719640);
    let mut engine = Engine::of_one(&trial);
    for code in trial.decisions["randomization"].criteria.keys() {
        let influence = engine.influence(Side::New, "randomization", code).expect("a criterion of the trial");
        match influence {
            Influence::Decides(witness) => assert!(witness.is_confirmed(), "{code}: {}", shown(&witness)),
            other => {
                assert_eq!(code, "E3");
                assert_eq!(other, Influence::Never { given: vec!["I8".into()] });
            }
        }
    }
}

#[test]
fn somebody_is_eligible_in_the_first_trial_and_the_evaluator_confirms_it() {
    let trial = compiled(NCT01719640);
    let somebody = Engine::of_one(&trial).somebody(Side::New, "randomization").expect("it decides");
    assert!(somebody.expect("nothing conflicts").is_confirmed());
}

#[test]
fn a_criterion_is_superfluous_only_beside_all_that_make_it_so() {
    let criteria = "
      include I1 \"Sex\": sex is female
      include I2 \"A limit of her own\": latest creatinine within 28 days before randomization <= by sex (1.5 mg/dL for male, 1.4 mg/dL for female)
      exclude E1 \"INR\": latest inr within 14 days before randomization > 3
      exclude E2 \"Creatinine\": latest creatinine within 28 days before randomization > 1.45 mg/dL";
    let with = trial(criteria);
    let mut engine = Engine::of_one(&with);
    let never = Influence::Never { given: vec!["I1".into(), "I2".into()] };
    assert_eq!(engine.influence(Side::New, "randomization", "E2"), Some(never));
    // Men may have 1.5 mg/dL.
    let without = trial(&criteria.replace("include I1 \"Sex\": sex is female", ""));
    let found = Engine::of_one(&without).influence(Side::New, "randomization", "E2");
    assert!(matches!(&found, Some(Influence::Decides(witness)) if witness.is_confirmed()), "{found:?}");
}
