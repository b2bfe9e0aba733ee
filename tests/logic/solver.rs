//! Solvers that know arithmetic, as far as the library goes: what they are asked, and how little they are believed.

use std::cell::RefCell;
use std::rc::Rc;

use trialc::logic::{Asked, Engine, Fault, Relation, Solver, cases, cases_with, smt2};

use crate::protocol::{said, trial};

const BMI: &str =
    "include I1 \"Heavy for the height\": latest bmi within 14 days before randomization > 40 kg/m2\n";
const TALL: &str = "include I3 \"Tall\": latest height within 14 days before randomization > 160 cm\n";

fn light(kg: u32) -> String {
    format!("include I2 \"Light\": latest weight within 14 days before randomization < {kg} kg\n")
}

/// Says what it is told to, one answer after the other, and keeps the questions.
#[derive(Clone, Default)]
struct Told {
    answers: Rc<RefCell<Vec<Option<&'static str>>>>,
    asked: Rc<RefCell<Vec<String>>>,
}

impl Told {
    fn of(answers: &[Option<&'static str>]) -> Self {
        let answers = answers.iter().rev().copied().collect();
        Self { answers: Rc::new(RefCell::new(answers)), ..Self::default() }
    }
}

impl Solver for Told {
    fn ask(&mut self, question: &str) -> Result<Option<String>, Fault> {
        self.asked.borrow_mut().push(question.to_owned());
        let answer = self.answers.borrow_mut().pop().expect("no more is asked");
        Ok(answer.map(str::to_owned))
    }
}

/// What is said of everybody when the limit of weight is raised, and what came of asking.
fn raised(from: u32, to: u32, solver: &Told) -> (Relation, Option<Result<Asked, Fault>>) {
    let (old, new) = (trial(&[BMI, TALL, &light(from)].concat()), trial(&[BMI, TALL, &light(to)].concat()));
    let mut engine = Engine::with_solver(&old, &new, Box::new(solver.clone()));
    let relation = engine.population("randomization").expect("both decide");
    (relation, engine.asked())
}

#[test]
fn what_is_computed_is_said_in_full_and_nothing_is_claimed_of_it() {
    let text = smt2(&trial(&[BMI, TALL, &light(60)].concat()));
    assert!(text.contains("(set-logic QF_NIRA)"), "{text}");
    assert!(text.contains("(= v0 (* 10000.0 (/ v2 (* 1.0 v1 v1))))"), "metres from centimetres: {text}");
    assert!(!text.contains(":status sat)"), "only a solver knows whether somebody is left: {text}");
    let text = smt2(&trial(&[TALL, &light(60)].concat()));
    assert!(text.contains("(set-logic QF_LIRA)") && !text.contains(":status unknown)"), "{text}");
}

#[test]
fn formulas_of_age_sex_and_a_laboratory_value_are_said_and_roots_are_not() {
    let rule = |bound: &str| {
        smt2(&trial(&format!(
            "include I1 \"x\": (140 - age at randomization) * (latest weight within 14 days before randomization / 1 kg) / \
             (72 * (latest creatinine within 14 days before randomization / 1 mg/dL)) * by sex (0.85 for female, 1 for male) {bound}\n"
        )))
    };
    let text = rule(">= 60");
    assert!(text.contains("(set-logic QF_NIRA)"), "{text}");
    assert!(text.contains("(to_real (div ") && text.contains("(ite "), "{text}");
    let root = smt2(&trial(
        "include I1 \"x\": sqrt(latest weight within 14 days before randomization / 1 kg) > 8\n",
    ));
    assert!(root.contains("(set-logic QF_LIRA)"), "a root is left to the evaluator: {root}");
}

#[test]
fn nobody_is_believed() {
    // Once for those who are gained, with nobody lost.
    let solver = Told::of(&[Some("unsat\n")]);
    let (relation, asked) = raised(60, 100, &solver);
    assert_eq!(relation, Relation::SameWhenComplete);
    assert_eq!(asked, Some(Ok(Asked { nobody: 1, ..Asked::default() })));
    let question = solver.asked.borrow()[0].clone();
    assert!(question.ends_with("(check-sat)\n") && question.contains("(set-logic QF_NIRA)"), "{question}");
}

#[test]
fn somebody_is_screened_and_shown_with_the_values_of_the_solver() {
    let model = "sat\n((v0 40.1) (v1 165.0) (v2 (/ 1093 10)))\n";
    let (relation, asked) = raised(105, 115, &Told::of(&[Some("sat"), Some(model)]));
    let Relation::Broader { gained } = &relation else { panic!("{}", said(&relation)) };
    assert!(gained.is_confirmed(), "{gained:#?}");
    let words = format!("{:?}", gained.facts);
    assert!(words.contains("weight"), "{words}");
    assert!(matches!(asked, Some(Ok(_))));
}

#[test]
fn somebody_whom_the_evaluator_does_not_know_is_not_shown() {
    // 59 kg at 170 cm are no body mass index of 41.
    let model = "sat\n((v0 41.0) (v1 170.0) (v2 59.0))\n";
    let (relation, _) = raised(58, 60, &Told::of(&[Some("sat"), Some(model)]));
    let Relation::Broader { gained } = &relation else { panic!("{}", said(&relation)) };
    assert!(!gained.is_confirmed(), "{gained:#?}");
}

#[test]
fn unknown_and_time_that_is_over_say_nothing() {
    let without = {
        let (old, new) =
            (trial(&[BMI, TALL, &light(60)].concat()), trial(&[BMI, TALL, &light(100)].concat()));
        Engine::of(&old, &new).population("randomization").expect("both decide")
    };
    for (answer, unknown, late) in
        [(Some("unknown\n"), 1, 0), (Some("unknown (TIMEOUT)\n"), 1, 0), (None, 0, 1)]
    {
        let (relation, asked) = raised(60, 100, &Told::of(&[answer]));
        assert_eq!(said(&relation), said(&without));
        assert_eq!(asked, Some(Ok(Asked { unknown, late, ..Asked::default() })));
    }
}

#[test]
fn what_is_no_answer_is_a_fault_and_not_believed() {
    for answer in
        ["", "unsatisfiable\n", "(error \"line 3\")\nunsat\n", "sat unsat", "unsat (TIMEOUT)", "unknown why"]
    {
        let (relation, asked) = raised(60, 100, &Told::of(&[Some(answer)]));
        assert!(matches!(relation, Relation::Broader { .. }), "{answer}: {}", said(&relation));
        assert!(matches!(asked, Some(Err(_))), "{answer}: {asked:?}");
    }
    // A model of something else.
    for model in ["sat\n((v0 41.0)", "sat\n((v7 1.0))", "sat\n(model)", "unsat"] {
        let (relation, asked) = raised(60, 100, &Told::of(&[Some("sat"), Some(model)]));
        assert!(matches!(relation, Relation::Broader { .. }), "{model}");
        assert!(matches!(asked, Some(Err(_))), "{model}: {asked:?}");
    }
}

#[test]
fn nobody_is_asked_where_nothing_is_computed() {
    let solver = Told::default();
    let (old, new) = (trial(&[TALL, &light(60)].concat()), trial(&[TALL, &light(100)].concat()));
    let mut engine = Engine::with_solver(&old, &new, Box::new(solver.clone()));
    assert!(matches!(engine.population("randomization"), Some(Relation::Broader { .. })));
    assert_eq!(solver.asked.borrow().len(), 0);
}

/// Finds 78 U/L of AST and 40 U/L of ALT, whatever it is asked.
struct Enzymes;

impl Solver for Enzymes {
    fn ask(&mut self, question: &str) -> Result<Option<String>, Fault> {
        if !question.contains("(get-value ") {
            return Ok(Some("sat\n".to_owned()));
        }
        let values = question.lines().filter_map(|line| {
            let (name, words) = line.strip_prefix("; ")?.split_once(": ")?;
            let value = match words {
                "Aspartate aminotransferase" => "78.0",
                "Alanine aminotransferase" => "40.0",
                _ => "1.95",
            };
            name.starts_with('v').then(|| format!("({name} {value})"))
        });
        Ok(Some(format!("sat\n({})\n", values.collect::<Vec<_>>().join(" "))))
    }
}

#[test]
fn a_boundary_of_a_formula_is_shown_with_the_values_of_a_solver_where_the_checker_confirms_them() {
    let trial = trial(
        "include I1 \"De Ritis ratio\": (latest ast within 14 days before randomization / 1 U/L) / (latest alt within 14 days before randomization / 1 U/L) < 2\n",
    );
    assert_eq!(cases(&trial).examples.len(), 0, "nobody is put together without one");
    let (found, asked) = cases_with(&trial, Box::new(Enzymes)).expect("it answers");
    let labels: Vec<&str> = found.examples.iter().map(|example| example.label.as_str()).collect();
    assert_eq!(labels.len(), 1, "{labels:?}: 1.95 is in, and is not believed to be out");
    assert!(labels[0].starts_with("I1, just in: "), "{labels:?}");
    assert!(asked.somebody > 0);
    let missing: Vec<bool> = found.missing.iter().map(|one| one.passes).collect();
    assert_eq!(missing, [false]);
    // Whom the formulas leave out, nobody looks for.
    let (found, _) = cases_with(&trial, Box::new(Told::of(&[Some("unsat\n"); 6]))).expect("it answers");
    assert_eq!(found.missing.len(), 1, "{:#?}", found.missing);
    assert!(found.missing[0].why.contains("by the formulas"), "{:#?}", found.missing);
    assert!(cases_with(&trial, Box::new(Told::of(&[Some("hello\n")]))).is_err());
}
