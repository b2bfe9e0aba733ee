//! What a conversion gives, and the facts it names.

use trialc::units::{Activity, Analyte, Fraction, Scale, convert_difference, molar_mass};

use crate::{close, converted, exact, shared, unit};

fn of(name: &str, formula: &str) -> Analyte {
    Analyte::new(name).with_formula(formula).expect("a formula")
}

fn hba1c() -> Analyte {
    Analyte::new("HbA1c").with_scale(Scale::HbA1c)
}

/// value, unit, wanted unit, wanted value in four significant figures
fn check(analyte: &Analyte, cases: &[(&str, &str, &str, &str)]) {
    for (value, from, to, wanted) in cases {
        let result =
            converted(value, from, to, analyte).unwrap_or_else(|error| panic!("{from} -> {to}: {error}"));
        assert_eq!(result.shown(), *wanted, "{value} {from} -> {to}");
    }
}

#[test]
fn mass_and_amount_meet_through_the_molar_mass() {
    check(
        &of("creatinine", "C4H7N3O"),
        &[("1", "mg/dL", "umol/L", "88.4"), ("88.4", "umol/L", "mg/dL", "1")],
    );
    check(
        &of("glucose", "C6H12O6"),
        &[("126", "mg/dL", "mmol/L", "6.994"), ("126", "mg%", "mmol/L", "6.994")],
    );
    check(&of("LDL cholesterol", "C27H46O"), &[("100", "mg/dL", "mmol/L", "2.586")]);
    check(&of("triglycerides", "C57H104O6"), &[("500", "mg/dL", "mmol/L", "5.647")]);
    check(&of("bilirubin", "C33H36N4O6"), &[("1.2", "mg/dL", "umol/L", "20.52")]);
    check(&of("urate", "C5H4N4O3"), &[("6", "mg/dL", "umol/L", "356.9")]);
    check(&of("urea nitrogen", "N2"), &[("20", "mg/dL", "mmol/L", "7.139")]);
    check(&of("urea", "CH4N2O"), &[("20", "mg/dL", "mmol/L", "3.33")]);
    check(&of("testosterone", "C19H28O2"), &[("50", "ng/dL", "nmol/L", "1.734")]);
    check(&of("25-hydroxyvitamin D", "C27H44O2"), &[("20", "ng/mL", "nmol/L", "49.92")]);
    let haemoglobin = Analyte::new("haemoglobin (monomer)").with_molar_mass(exact("16114.5"));
    check(&haemoglobin, &[("10", "g/dL", "mmol/L", "6.206")]);
}

#[test]
fn glucose_of_126_mg_per_dl_is_not_exactly_7_mmol_per_l() {
    let result = converted("126", "mg/dL", "mmol/L", &of("glucose", "C6H12O6")).expect("converts");
    assert!(result.value < exact("7.0"));
    assert!(!result.rounded);
}

#[test]
fn the_fact_behind_a_factor_is_named() {
    let result = converted("1", "mg/dL", "umol/L", &of("creatinine", "C4H7N3O")).expect("converts");
    assert_eq!(result.by[0].text, "molar mass of creatinine 113.120 g/mol (C4H7N3O)");
    assert!(result.by[0].source.is_some_and(|source| source.contains("IUPAC")));
    assert_eq!(result.factor.expect("a multiplication").to_significant(6), "88.4017");
}

#[test]
fn equivalents_meet_moles_through_the_valence() {
    let calcium = of("calcium", "Ca").with_valence(2);
    check(
        &calcium,
        &[
            ("10", "mg/dL", "mmol/L", "2.495"),
            ("10", "mg/dL", "meq/L", "4.99"),
            ("1", "meq/L", "mmol/L", "0.5"),
        ],
    );
    check(&of("potassium", "K").with_valence(1), &[("1", "meq/L", "mmol/L", "1")]);
}

#[test]
fn the_substance_below_the_bar_has_its_own_mass() {
    let uacr = Analyte::new("albumin-to-creatinine ratio").per("creatinine", "C4H7N3O").expect("a formula");
    check(&uacr, &[("30", "mg/g", "mg/mmol", "3.394"), ("3", "mg/mmol", "mg/g", "26.52")]);
    assert!(converted("30", "mg/g", "mmol/g", &uacr).is_err(), "albumin itself has no molar mass here");
}

#[test]
fn hba1c_follows_the_master_equation() {
    check(&hba1c(), &[("48", "mmol/mol", "%", "6.543"), ("7.5", "%", "mmol/mol", "58.46")]);
    let there = converted("7.5", "%", "mmol/mol", &hba1c()).expect("converts").value;
    let back =
        trialc::units::convert(&there, &unit("mmol/mol"), &unit("%"), &hba1c()).expect("converts").value;
    assert_eq!(back, exact("7.5"));
}

#[test]
fn a_change_of_hba1c_uses_the_slope_alone() {
    let change = |value, from, to| {
        convert_difference(&exact(value), &unit(from), &unit(to), &hba1c()).expect("converts").shown()
    };
    assert_eq!(change("1", "%", "mmol/mol"), "10.93");
    assert_eq!(change("10.93", "mmol/mol", "%"), "0.9999");
}

#[test]
fn a_temperature_and_a_rise_of_temperature_convert_differently() {
    check(&Analyte::default(), &[("38.5", "Cel", "[degF]", "101.3"), ("98.6", "[degF]", "Cel", "37")]);
    let rise = |from, to| {
        convert_difference(&exact("1"), &unit(from), &unit(to), &Analyte::default()).expect("converts").value
    };
    assert_eq!(rise("Cel", "[degF]"), exact("1.8"));
    assert_eq!(rise("Cel", "K"), exact("1"));
    assert_eq!(rise("mCel", "Cel"), exact("0.001"));
}

#[test]
fn logarithms_convert_and_their_differences_are_ratios() {
    check(
        &Analyte::default(),
        &[
            ("3", "log10 copies/mL", "copies/mL", "1000"),
            ("1000", "copies/mL", "log10 copies/mL", "3"),
            ("3", "log10 copies/mL", "log10 copies/L", "6"),
            ("7.4", "[pH]", "nmol/L", "39.81"),
            ("40", "nmol/L", "[pH]", "7.398"),
        ],
    );
    let rounded = converted("2.5", "log10 copies/mL", "copies/mL", &Analyte::default()).expect("converts");
    assert!(rounded.rounded);
    assert_eq!(rounded.value, exact("316.227766017"));
    let exactly = converted("3", "log10 copies/mL", "copies/mL", &Analyte::default()).expect("converts");
    assert!(!exactly.rounded);
    let log = unit("log10 copies/mL");
    let fold = |to| convert_difference(&exact("-1"), &log, &unit(to), &Analyte::default());
    assert_eq!(fold("1").expect("a ratio").value, exact("0.1"));
    assert!(fold("copies/mL").is_err());
}

#[test]
fn a_bare_u_is_what_the_measure_says() {
    let insulin = Analyte::new("insulin").with_activity(Activity::International);
    check(&insulin, &[("1.0", "U/day/kg", "[IU]/kg/d", "1"), ("100", "units/mL", "[IU]/L", "100000")]);
    let alt = Analyte::new("ALT").with_activity(Activity::Enzyme);
    check(&alt, &[("1", "U/L", "nkat/L", "16.67"), ("1", "IU/L", "U/L", "1")]);
    let result = converted("1", "IU/L", "U/L", &alt).expect("converts");
    assert_eq!(result.by[0].text, "for ALT, `[IU]` is read as `U`");
}

#[test]
fn a_share_may_be_a_percentage_where_the_measure_says_so() {
    let haematocrit = Analyte::new("haematocrit").with_scale(Scale::Share(Fraction::Volume));
    check(&haematocrit, &[("0.45", "L/L", "%", "45"), ("45", "%", "1", "0.45")]);
    assert!(converted("1", "mmol/mol", "%", &haematocrit).is_err());
}

#[test]
fn units_alone_decide_many() {
    check(
        &Analyte::default(),
        &[
            ("100", "10*3/uL", "10*9/L", "100"),
            ("100", "10*3/uL", "/mm3", "100000"),
            ("1", "m[IU]/L", "u[IU]/mL", "1"),
            ("1", "[IU]/mL", "[IU]/L", "1000"),
            ("1", "ug/kg/min", "mg/kg/h", "0.06"),
            ("1", "wk", "d", "7"),
            ("1", "mo", "d", "30.44"),
            ("1", "a", "d", "365.3"),
            ("470", "ms", "s", "0.47"),
            ("110", "[lb_av]", "kg", "49.9"),
            ("1", "mg%", "mg/L", "10"),
            ("60", "mL/min/1.73m2", "mL/min/m2", "34.68"),
            ("1", "mg/m2", "g/m2", "0.001"),
            ("30", "[lb_av]/[in_i]2", "kg/m2", "21090"),
        ],
    );
    let pressure = converted("120", "mmHg", "kPa", &Analyte::default()).expect("converts");
    assert_eq!(pressure.value, exact("15.99864"));
    let weight = converted("110", "lb", "kg", &Analyte::default()).expect("converts");
    assert_eq!(weight.value, exact("49.8951607"));
}

#[test]
fn molar_masses_come_from_formulas() {
    assert_eq!(molar_mass("C4H7N3O").expect("creatinine"), exact("113.120"));
    assert_eq!(molar_mass("Ca(OH)2").expect("lime"), molar_mass("CaO2H2").expect("lime"));
    for wrong in ["", "c6", "C6H12O6)", "(C6", "Xx", "C-1", "C0", "C123456789", "é", "CH3·OH"] {
        assert!(molar_mass(wrong).is_err(), "{wrong}");
    }
    let Some(table) = shared("analytes_molar_computed.csv") else { return };
    for row in csv::Reader::from_reader(table.as_bytes()).records() {
        let row = row.expect("a row");
        let (name, formula, mass) = (&row[0], &row[1], exact(&row[2]));
        let own = molar_mass(formula).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(close(&own, &mass, 500_000), "{name}: {own} for {mass}");
        let factor = converted("1", &row[4], &row[5], &of(name, formula)).expect("converts").value;
        assert!(close(&factor, &exact(&row[6]), 100_000), "{name}: {factor} for {}", &row[6]);
    }
}
