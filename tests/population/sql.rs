//! The SQL of the eligibility criteria: what stands in it, for which rules it is not written, and that no word of a protocol
//! gets out of its comment or its quotes. Engines run it in `tests/oracles/sql.sh`.

use trialc::eligibility::EligibilityDocument;
use trialc::eligibility::record::{Coverage, CoveredDomain, Entry};
use trialc::emit::sql::{DIALECTS, DUCKDB, Options, POSTGRES, SPARK, emit};
use trialc::omop::{ConceptSets, ListedCode};

use crate::document;

fn listed(codes: &[(&str, &str)]) -> Vec<ListedCode> {
    codes.iter().map(|(code, name)| ListedCode { code: (*code).into(), name: (*name).into() }).collect()
}

fn sets(document: &EligibilityDocument) -> ConceptSets {
    let codes = [
        ("omop:3004410", "hba1c"),
        ("omop:3016723", "creatinine"),
        ("omop:3006923", "alt"),
        ("omop:201826", "t2dm"),
        ("omop:1503297", "metformin"),
    ];
    ConceptSets::of(document, &listed(&codes), None, [], [], [])
}

fn options(document: &EligibilityDocument) -> Options {
    let mut options = Options { sets: sets(document), ..Options::default() };
    options.assumptions.events = ["consent", "randomization"]
        .into_iter()
        .map(|name| Entry { name: name.into(), on: Some("2020-06-30".parse().unwrap()), ..Entry::default() })
        .collect();
    options
}

/// The statement of a dialect and the report of losses, for the criteria of one eligibility list.
fn built(criteria: &str, change: impl Fn(&mut Options)) -> (String, String) {
    let document = document(&format!("eligibility for randomization {{\n{criteria}\n}}\n"));
    let mut options = options(&document);
    change(&mut options);
    let artifacts = emit(&document, &options, &[&DUCKDB]);
    let text = |place: usize| String::from_utf8(artifacts[place].content.clone()).unwrap();
    assert_eq!(artifacts[0].path, "eligibility.duckdb.sql");
    assert_eq!(artifacts[1].path, "eligibility.sql.losses.md");
    (text(0), text(1))
}

#[test]
fn a_limit_stands_in_every_unit_and_a_result_is_never_converted() {
    let (text, losses) = built(
        "include I1 \"HbA1c of 7.5 % or more\": latest hba1c within 28 days before randomization >= 7.5 %",
        |_| (),
    );
    // 7.5 % is 58.46… mmol/mol by the master equation of NGSP and IFCC; the double on which the comparison turns.
    // The spelling gives the number of the unit, its number the limit.
    let limit_of = |unit: &str| {
        let (_, after) = text.split_once(&format!("('{unit}', ")).unwrap_or_default();
        let number = after.split(')').next().unwrap_or_default();
        let (_, after) = text.split_once(&format!("\n    ({number}, ")).unwrap_or_default();
        after.split(')').next().unwrap_or_default().to_owned()
    };
    assert_eq!(limit_of("%"), "7.5e0", "{text}");
    assert!(limit_of("mmol/mol").starts_with("58.46"), "{text}");
    assert!(text.contains("r.on_day >= DATE '2020-06-02' AND r.on_day <= DATE '2020-06-30'"), "{text}");
    assert!(text.contains("-- I1, included where: HbA1c of 7.5 % or more"), "{text}");
    assert!(!text.contains("* 0.09148"), "no result is converted");
    assert!(losses.contains("Every criterion is computed."), "{losses}");
}

#[test]
fn only_days_that_some_window_can_hold_are_read_and_results_without_a_day() {
    let one = "include I1 \"HbA1c\": latest hba1c within 28 days before randomization >= 7.5 %";
    let (text, _) = built(one, |_| ());
    let days = "(measurement_date >= DATE '2020-06-02' AND measurement_date <= DATE '2020-06-30' OR measurement_date IS NULL)";
    assert!(text.contains(days), "{text}");
    // The wider of two windows of one measure; that of another measure is its own.
    let (text, _) = built(
        &format!(
            "{one}\ninclude I2 \"HbA1c before\": every hba1c within 90 days before randomization < 12 %\n\
             include I3 \"ALT\": latest alt within 7 days before randomization < 100 U/L"
        ),
        |_| (),
    );
    assert!(text.contains("(measurement_date >= DATE '2020-04-01' AND"), "{text}");
    assert!(
        text.contains("3006923)) AND (measurement_date >= DATE '2020-06-23' AND measurement_date <= DATE '2020-06-30' OR"),
        "{text}"
    );
    // A window without a beginning, or one that hangs on a day of each person, reads all.
    let open = "include I2 \"HbA1c ever\": any hba1c before randomization >= 7.5 %";
    let (text, _) = built(&format!("{one}\n{open}"), |_| ());
    assert!(!text.contains("measurement_date >= "), "{text}");
    assert!(
        text.contains("WHEN r.on_day IS NULL THEN 16000001"),
        "a result without a day may be the latest: {text}"
    );
}

#[test]
fn what_was_over_before_all_windows_is_not_read() {
    let taken = "exclude E1 \"Metformin\": taking metformin within 3 months before randomization";
    let (text, _) = built(taken, |_| ());
    let ended = "AND COALESCE(COALESCE(verbatim_end_date, drug_exposure_end_date) >= DATE '2020-03-30' \
                 OR COALESCE(verbatim_end_date, drug_exposure_end_date) < drug_exposure_start_date, TRUE)";
    assert!(text.contains(ended), "{text}");
    let (text, _) = built(&format!("{taken}\nexclude E2 \"Ever\": ever metformin"), |_| ());
    assert!(!text.contains("drug_exposure_end_date) >= "), "{text}");
}

#[test]
fn limits_by_sex_are_tried_for_each_sex_and_nobody_is_looked_up_for_a_row() {
    let one = "exclude E1 \"Creatinine\": latest creatinine within 90 days before randomization > ";
    let is_looked_up = |text: &str| text.contains("JOIN persons p ON p.person_id = r.person_id");
    let (text, _) = built(&format!("{one}by sex (1.5 mg/dL for male, 1.4 mg/dL for female)"), |_| ());
    assert!(!is_looked_up(&text), "{text}");
    // Whose sex is not known is above both limits, or above none.
    let of_person = "CASE p.sex WHEN 'male' THEN m.creatinine_1_male WHEN 'female' THEN m.creatinine_1_female ELSE CASE WHEN m.creatinine_1_male = m.creatinine_1_female THEN m.creatinine_1_male END END AS creatinine_1";
    assert!(text.contains(of_person), "{text}");
    // Between two limits of each sex: what lies within those of men need not lie within those of women.
    let (text, _) = built(
        "include I1 \"Creatinine\": latest creatinine within 90 days before randomization in \
         by sex (0.7 mg/dL for male, 0.5 mg/dL for female) to by sex (1.3 mg/dL for male, 1.1 mg/dL for female)",
        |_| (),
    );
    assert!(!is_looked_up(&text), "{text}");
    assert!(text.contains("ELSE m.creatinine_1_open END AS creatinine_1"), "{text}");
    // By age it goes by the day of birth, which is everybody's own.
    let (text, _) =
        built(&format!("{one}by age (1.2 mg/dL for 0 to 17 years, 1.5 mg/dL for 18 years and over)"), |_| ());
    assert!(is_looked_up(&text), "{text}");
}

#[test]
fn ages_ask_who_was_born_early_enough() {
    let (text, _) = built("include I1 \"Adults\": age at randomization >= 18 years", |_| ());
    assert!(text.contains("p.born_last <= DATE '2002-06-30'"), "{text}");
    // Born on 29 February, somebody completes a year on 28 February.
    let leap = |options: &mut Options| {
        for event in &mut options.assumptions.events {
            event.on = Some("2021-02-28".parse().unwrap());
        }
    };
    let (text, _) = built("include I1 \"A year\": age at randomization >= 1 year", leap);
    assert!(text.contains("p.born_last <= DATE '2020-02-29'"), "{text}");
}

#[test]
fn without_a_day_a_code_or_coverage_nothing_is_known() {
    let criteria = "exclude E1 \"No diabetes\": t2dm present at randomization";
    let unknown = "w.unknown AS \"E1\"";
    // Absence is known only where the data are declared to be complete.
    let (text, _) = built(criteria, |_| ());
    assert!(!text.contains(" THEN FALSE"), "{text}");
    let cover = |options: &mut Options| {
        options.assumptions.coverage = vec![Coverage { of: CoveredDomain::Conditions, from: None, to: None }];
    };
    let (text, _) = built(criteria, cover);
    assert!(text.contains("ELSE FALSE END"), "{text}");
    // A name without a concept id is never absent.
    let (text, losses) = built(criteria, |options| {
        cover(options);
        options.sets.things.clear();
    });
    assert!(text.contains(unknown), "{text}");
    assert!(losses.contains("## Names without a concept id") && losses.contains("- t2dm"), "{losses}");
}

#[test]
fn what_cannot_be_said_is_not_computed_and_says_why() {
    let (text, losses) =
        built("include I1 \"Twice\": 2 * latest alt within 28 days before randomization < 100 U/L", |_| ());
    assert!(text.contains("w.not_computed AS \"I1\""), "{text}");
    assert!(text.contains("w.undetermined AS \"verdict_randomization\""), "it counts as unknown: {text}");
    assert!(losses.contains("| I1 | Twice |"), "{losses}");
    // An answer is not in the tables of a database: unknown, as the checker says of them.
    let (text, losses) = built("include I1 \"Able\": attested by investigator \"Able?\"", |_| ());
    assert!(text.contains("w.unknown AS \"I1\""), "{text}");
    assert!(losses.contains("Every criterion is computed."), "{losses}");
}

/// What was begun for a rule before it turned out that it cannot be said is taken back.
#[test]
fn what_is_not_computed_leaves_nothing_behind() {
    let rule = "t2dm ever and not taking metformin within 28 days before randomization and latest hba1c within 28 days before randomization >= 7 % and \
                2 * latest alt within 28 days before randomization < 100 U/L";
    let (alone, losses) = built(&format!("include I1 \"All three\": {rule}"), |_| ());
    assert!(alone.contains("w.not_computed AS \"I1\""), "{losses}");
    for trace in
        ["t2dm", "201826", "hba1c", "3004410", "alt_1", "3006923", "condition_occurrence", "measurement"]
    {
        assert!(!alone.contains(trace), "`{trace}` stands in {alone}");
    }
    // Beside rules that ask for some of it, what they ask for is there alone.
    let cover = |options: &mut Options| {
        let of = [CoveredDomain::Conditions, CoveredDomain::Drugs];
        options.assumptions.coverage = of.map(|of| Coverage { of, from: None, to: None }).to_vec();
    };
    let others = "exclude E1 \"HbA1c above 12 %\": latest hba1c within 28 days before randomization > 12 %\n\
                  exclude E2 \"Diabetes long ago\": t2dm ended within 1 year before randomization";
    let (beside, _) = built(&format!("include I1 \"All three\": {rule}\n{others}"), cover);
    let (by_itself, _) = built(others, cover);
    let parts = |text: &str| text[..text.find("criteria AS").expect("the criteria")].to_owned();
    assert_eq!(parts(&beside), parts(&by_itself));
}

#[test]
fn ties_of_one_day_are_tried_together_where_two_comparisons_share_the_result() {
    let one = "exclude E1 \"One\": latest hba1c within 28 days before randomization > 9 %";
    let (text, _) = built(one, |_| ());
    assert!(
        text.contains("r.day_4 + CASE") && text.contains("MAX(t.hba1c_1) % 4"),
        "the worst of the day is in the same number: {text}"
    );
    assert!(!text.contains("Every combination"), "{text}");
    let two = "exclude E1 \"Two\": latest hba1c within 28 days before randomization > 9 % and latest hba1c within 28 days before randomization < 12 %";
    let (text, _) = built(two, |_| ());
    assert!(text.contains("Every combination of the results that can be meant is tried"), "{text}");
}

#[test]
fn no_word_of_a_protocol_leaves_its_comment() {
    let hostile = "*/ ; DROP TABLE person; -- ' it''s {x} $(y)";
    let (text, losses) = built(
        &format!("include I1 \"{hostile}\": latest hba1c within 28 days before randomization >= 7.5 %"),
        |options| options.schema = Some("cdm\"; DROP TABLE x; --.a".into()),
    );
    for line in text.lines().filter(|line| line.contains("DROP TABLE person")) {
        assert!(line.trim_start().starts_with("--"), "{line}");
    }
    assert!(text.contains("FROM \"cdm\"\"; DROP TABLE x; --\".\"a\".person"), "{text}");
    assert!(losses.lines().all(|line| !line.starts_with("*/")), "{losses}");
}

#[test]
fn line_ends_in_the_wording_stay_in_one_comment() {
    let mut document = document(
        "eligibility for randomization { include I1 \"x\": latest hba1c within 28 days before randomization >= 7.5 % }",
    );
    let options = options(&document);
    for decision in document.decisions.values_mut() {
        for criterion in decision.criteria.values_mut() {
            criterion.prose = "a\nDROP TABLE b;\r\u{2028}DROP TABLE c;\u{85}DROP TABLE d;\u{202e}".into();
            criterion.rule.text = "e\nDROP TABLE f".into();
        }
    }
    for dialect in DIALECTS {
        let artifacts = emit(&document, &options, &[dialect]);
        let text = String::from_utf8(artifacts[0].content.clone()).unwrap();
        for line in text.split(['\n', '\r', '\u{2028}', '\u{85}']).filter(|line| line.contains("DROP TABLE"))
        {
            assert!(line.trim_start().starts_with("--"), "{}: {line}", dialect.name);
        }
    }
}

#[test]
fn codes_and_arms_become_names_of_columns_inside_their_quotes() {
    let document = document("eligibility for randomization { include I1 \"x\": sex is female }");
    let mut hostile = document.clone();
    for decision in hostile.decisions.values_mut() {
        let criterion = decision.criteria.shift_remove("I1").unwrap();
        for code in ["a\"b`c", "i1", "I1", &"long ".repeat(40)] {
            decision.criteria.insert(code.to_owned(), criterion.clone());
        }
    }
    let options = options(&hostile);
    let text = |dialect| String::from_utf8(emit(&hostile, &options, &[dialect])[0].content.clone()).unwrap();
    let (postgres, spark) = (text(&POSTGRES), text(&SPARK));
    assert!(postgres.contains("AS \"a\"\"b`c\"") && spark.contains("AS `a\"b``c`"));
    // Spark and DuckDB take no notice of capitals, and PostgreSQL cuts names of more than 63 bytes off.
    assert!(postgres.contains("AS \"i1\"") && postgres.contains("AS \"I1~2\""));
    let named = format!("AS \"{}~2\"", &"long ".repeat(40)[..57]);
    assert!(postgres.contains(&named), "{named}");
}

#[test]
fn the_same_protocol_gives_the_same_bytes() {
    let document = document(include_str!("trial.trial"));
    let options = options(&document);
    let once = emit(&document, &options, &DIALECTS);
    assert_eq!(once, emit(&document, &options, &DIALECTS));
    assert_eq!(once.len(), 4);
}

#[test]
fn a_small_protocol_in_each_dialect() {
    let source = "eligibility for randomization {\n  \
        include I1 \"Adults\": age at consent >= 18 years\n  \
        include I2 \"HbA1c of 7.5 to 10 %\": latest hba1c within 90 days before randomization in 7.5 to 10 %\n  \
        exclude E1 \"ALT above 2.5 x ULN\": latest alt within 1 month before randomization > 2.5 x ULN\n  \
        exclude E2 \"Metformin\": taking metformin within 3 months before randomization\n}\n";
    let document = document(source);
    let mut options = options(&document);
    options.assumptions.in_observation_period = vec![CoveredDomain::Drugs];
    let mut shown = source.to_owned();
    for artifact in emit(&document, &options, &DIALECTS) {
        let text = String::from_utf8(artifact.content).unwrap();
        shown.push_str(&format!("\n==== {}\n\n", artifact.path));
        // The ways to write a unit are many, and the same in each dialect.
        let is_spelling =
            |line: &&str| line.trim_start().starts_with("('") && line.matches("), (").count() > 1;
        text.lines().filter(|line| !is_spelling(line)).for_each(|line| {
            shown.push_str(line);
            shown.push('\n');
        });
    }
    insta::assert_snapshot!(shown);
}
