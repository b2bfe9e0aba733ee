//! Comparisons that must never happen, and what the author is told.

use trialc::units::{Analyte, ConversionErrorKind as Kind, UnitErrorKind, advise, commensurable, parse};

use crate::unit;

fn refused(from: &str, to: &str, analyte: &Analyte) -> Kind {
    let error = commensurable(&unit(from), &unit(to), analyte).expect_err(&format!("{from} -> {to}"));
    assert!(error.message.contains(&format!("`{from}`")), "{}", error.message);
    assert!(error.message.contains(&format!("`{to}`")), "{}", error.message);
    let back = commensurable(&unit(to), &unit(from), analyte).expect_err("refused both ways");
    assert_eq!(back.kind, error.kind, "{from} -> {to}");
    error.kind
}

#[test]
fn units_of_different_kinds_never_meet() {
    let cases = [
        ("mmol/L", "10*9/L", Kind::DifferentKinds),
        ("mg/dL", "umol/L", Kind::NoMolarMass),
        ("mg", "mmol", Kind::NoMolarMass),
        ("meq/L", "mmol/L", Kind::NoValence),
        ("mg/g", "mg/mmol", Kind::NoMolarMass),
        ("[IU]", "[arb'U]", Kind::ArbitraryUnit),
        ("[IU]", "U", Kind::ArbitraryUnit),
        ("[IU]/mL", "nmol/L", Kind::ArbitraryUnit),
        ("copies/mL", "IU/mL", Kind::ArbitraryUnit),
        ("copies/mL", "/mL", Kind::ArbitraryUnit),
        ("mg/dL", "nmol/L", Kind::NoMolarMass),
        ("ug/mL{FEU}", "ug/mL{DDU}", Kind::ArbitraryUnit),
        ("{INR}", "%", Kind::ArbitraryUnit),
        ("%", "mmol/mol", Kind::DifferentRatios),
        ("mg/g", "%", Kind::DifferentRatios),
        ("L/L", "%", Kind::DifferentRatios),
        ("mg/g", "mmol/mol", Kind::DifferentRatios),
        ("mg/kg", "mg", Kind::BodySize),
        ("mg/kg", "%", Kind::BodySize),
        ("mg/kg/d", "Bq", Kind::BodySize),
        ("mg/m2", "kg/m2", Kind::BodySize),
        ("mL/min/{1.73_m2}", "mL/min", Kind::BodySize),
        ("mg/kg.d", "mg/kg/d", Kind::MisplacedTime),
        ("x ULN", "U/L", Kind::LimitOfNormal),
        ("x ULN", "x LLN", Kind::LimitOfNormal),
        ("mm[Hg]", "mm", Kind::DifferentKinds),
        ("pg", "pg/mL", Kind::DifferentKinds),
    ];
    for (from, to, kind) in cases {
        assert_eq!(refused(from, to, &Analyte::default()), kind, "{from} -> {to}");
    }
}

#[test]
fn a_refusal_reads_like_a_sentence() {
    let message = |from, to| {
        let error = commensurable(&unit(from), &unit(to), &Analyte::new("creatinine")).expect_err("refused");
        format!("{} / {}", error.message, error.help.unwrap_or_default())
    };
    assert_eq!(
        message("mg/dL", "umol/L"),
        "`mg/dL` measures mass concentration, `umol/L` measures molar concentration: they meet only through a molar \
         mass, and none is known for creatinine / write the value in `umol/L`, or give the measure its formula"
    );
    assert_eq!(
        message("IU/mL", "nmol/L"),
        "`IU/mL` measures international units per volume, `nmol/L` measures molar concentration: `[IU]` is defined for \
         one substance and one method, and converts to nothing else / write the value in `nmol/L`, or in a unit of the \
         same kind"
    );
    assert_eq!(
        message("mg/kg.d", "mg/kg/d"),
        "`mg/kg.d` measures mass times time per body weight, `mg/kg/d` measures dose rate per body weight: after `/`, a \
         dot multiplies, so `mg/kg.d` is times the time, not per time / did you mean `mg/kg/d`?"
    );
}

#[test]
fn a_temperature_point_does_not_enter_a_product() {
    for text in ["Cel/h", "Cel2", "mg.Cel", "/[degF]", "[pH]/L"] {
        let error = parse(text).expect_err(text);
        assert_eq!(error.kind, UnitErrorKind::SpecialInProduct, "{text}");
    }
    assert!(parse("Cel/h").expect_err("refused").help.is_some_and(|help| help.contains("`K/h`")));
}

#[test]
fn calendar_time_is_no_unit() {
    for text in ["month", "months", "year", "yrs", "mg/month"] {
        let error = parse(text).expect_err(text);
        assert_eq!(error.kind, UnitErrorKind::CalendarTime, "{text}");
        assert!(error.help.is_some());
    }
}

#[test]
fn false_friends_come_with_the_unit_that_was_meant() {
    let cases = [
        ("K/uL", "10*3/uL"),
        ("C", "Cel"),
        ("F", "[degF]"),
        ("pH", "[pH]"),
        ("ft", "[ft_i]"),
        ("MG", "mg"),
        ("Mg/dL", "mg/dL"),
        ("109/L", "10*9/L"),
        ("103/uL", "10*3/uL"),
        ("1012/L", "10*12/L"),
        ("mL/min/1.73.m2", "mL/min/{1.73_m2}"),
        ("x109/L", "10*9/L"),
        ("10E9/L", "10*9/L"),
        ("u/kg", "U/kg"),
        ("mg/kg.d", "mg/kg/d"),
        ("x 109/L", "10*9/L"),
        ("MG/day", "mg/d"),
        ("K/mcL", "10*3/uL"),
    ];
    for (written, meant) in cases {
        let unit = unit(written);
        let advice = unit.advice().unwrap_or_else(|| panic!("no advice on `{written}`"));
        assert_eq!(advice.replacement.as_deref(), Some(meant), "{written}: {}", advice.message);
    }
    for fine in
        ["mg/dL", "Cel", "10*9/L", "K", "mL/min/{1.73_m2}", "/uL", "100/L", "C/kg", "mg/kg/d", "g.m/s2"]
    {
        assert_eq!(unit(fine).advice(), None, "{fine}");
    }
}

#[test]
fn insulin_in_enzyme_units_is_pointed_out() {
    use trialc::units::Activity;
    let insulin = Analyte::new("insulin").with_activity(Activity::International);
    let advice = advise(&unit("U/day"), &[unit("[IU]/d")], &insulin).expect("advice");
    assert_eq!(advice.replacement.as_deref(), Some("[IU]/d"));
    assert_eq!(
        advice.to_string(),
        "`U` is the enzyme unit (1 umol/min); insulin is measured in international units, `[IU]`; did you mean `[IU]/d`?"
    );
    assert_eq!(advise(&unit("[IU]/d"), &[unit("[IU]/d")], &insulin), None);
    let alt = Analyte::new("ALT").with_activity(Activity::Enzyme);
    assert_eq!(
        advise(&unit("IU/L"), &[unit("U/L")], &alt).expect("advice").replacement.as_deref(),
        Some("U/L")
    );
}

#[test]
fn an_error_points_at_the_fault() {
    let cases = [
        ("mg/", "", "`/` is not followed by a unit", None),
        ("mg/12h", "h", "a number and a unit need a dot between them: `12.h`", None),
        ("mg/foo", "foo", "there is no unit `foo`", None),
        ("MG/DL", "DL", "there is no unit `DL`", Some("did you mean `mg/dL`?")),
        ("mmmol/L", "mmmol", "there is no unit `mmmol`", Some("did you mean `mmol/L`?")),
        ("k[ft_i]", "k[ft_i]", "the unit `[ft_i]` takes no prefix, so `k` cannot stand before it", None),
        ("(mg", "", "`(` is never closed", None),
        ("µg/blob", "blob", "there is no unit `blob`", None),
        ("M/uL", "M", "there is no unit `M`", Some("did you mean `10*6/uL`?")),
        ("k/uL", "k", "there is no unit `k`", Some("did you mean `10*3/uL`?")),
        ("", "", "no unit is written here", None),
    ];
    for (text, underlined, message, help) in cases {
        let error = parse(text).expect_err(text);
        assert_eq!(error.message, message, "{text}");
        assert_eq!(text.get(error.range.clone()), Some(underlined), "{text}: {:?}", error.range);
        if help.is_some() {
            assert_eq!(error.help.as_deref(), help, "{text}");
        }
    }
}
