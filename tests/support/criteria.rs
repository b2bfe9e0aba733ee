//! Protocols whose criteria belong to one decision, so that each is looked at beside all others.

use std::fmt::Write as _;

/// One decision with so many criteria, of the kinds that protocols have: limits of a measure from both sides, by sex, findings in
/// windows, ages, alternatives.
pub fn one_decision(count: usize) -> String {
    let mut text = String::from(
        "trial generated \"Generated\" { enrollment: not stated }\nevent consent \"Consent\"\nevent randomization \"Randomization\": on or after consent\n",
    );
    for part in 0..count.div_ceil(6) {
        let _ = writeln!(
            text,
            "measure marker_{part} \"Marker {part}\" {{ unit: mg/dL; units: g/L; kind: mass; plausible: 0.1 to 900 }}\ncondition disease_{part} \"Disease {part}\" {{ snomed: {} }}",
            100_000 + part
        );
    }
    text.push_str("eligibility for randomization {\n");
    for number in 0..count {
        let part = number / 6;
        let rule = match number % 6 {
            0 => format!(
                "include I{number} \"Limits\": latest marker_{part} within 14 days before randomization in 7.5 to 9.5 mg/dL"
            ),
            1 => format!(
                "exclude E{number} \"Limit\": latest marker_{part} within 28 days before randomization > {} mg/dL",
                20 + part
            ),
            2 => format!(
                "exclude E{number} \"By sex\": highest marker_{part} within 28 days before randomization > by sex (50 mg/dL for male, 40 mg/dL for female)"
            ),
            3 => format!(
                "exclude E{number} \"Disease\": disease_{part} started within {} months before randomization",
                3 + part % 9
            ),
            4 => format!(
                "include I{number} \"Age or disease\": age at consent >= {} years or not disease_{part} present at consent",
                18 + part % 30
            ),
            _ => format!(
                "exclude E{number} \"Two of three\": at least 2 of (disease_{part} present at randomization, lowest marker_{part} within 28 days before randomization < 1 mg/dL, sex is male)"
            ),
        };
        let _ = writeln!(text, "  {rule}");
    }
    text.push_str("}\n");
    text
}

/// The next version of such a protocol: every twelfth criterion lets others in.
#[allow(dead_code, reason = "not everybody who shares this module compares versions")]
pub fn next_version(text: &str) -> String {
    let wider = ("7.5 to 9.5 mg/dL", "7.5 to 10 mg/dL");
    let mut place = 0;
    let lines = text.lines().map(|line| {
        if !line.contains(wider.0) {
            return format!("{line}\n");
        }
        place += 1;
        if place % 2 == 1 { format!("{}\n", line.replace(wider.0, wider.1)) } else { format!("{line}\n") }
    });
    lines.collect()
}
