//! Protocols of any size, for growth and speed: the same kinds of items as in a real one, in the same proportions,
//! under names of their own.

use std::fmt::Write;

/// A protocol of at least so many bytes that compiles without an error.
pub fn protocol(bytes: usize) -> String {
    let mut text = String::from(
        "trial generated \"Generated\" {\n  version: \"1\"\n  enrollment: not stated\n  sponsor: \"Nobody\"\n}\n\
         event consent \"Consent\"\nevent randomization \"Randomization\": 1 to 28 days after consent\n",
    );
    let mut part = 0;
    while text.len() < bytes {
        add_part(&mut text, part);
        part += 1;
    }
    text
}

/// Things, what is measured, and criteria about them.
fn add_part(text: &mut String, part: usize) {
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "\n// Part {part}\n\
         condition disease_{part} \"Disease number {part}\" {{ snomed: {code}; also: \"D{part}\" }}\n\
         drug agent_{part} \"Agent number {part}\" {{ rxnorm: {code}; half_life: 6 hours }}\n\
         procedure scan_{part} \"Scan number {part}\" {{ snomed: {code} }}\n\
         measure marker_{part} \"Marker number {part}\" {{\n  unit: mg/dL\n  units: g/L\n  kind: mass\n  plausible: 0.1 to 900\n}}\n\
         event visit_{part} \"Visit number {part}\": on or after consent\n\
         eligibility for visit_{part} \"Stage {part}\" {{\n  checked: at consent, visit_{part}\n",
        code = 100_000 + part,
    );
    for (code, (prose, rule)) in [
        (
            "Marker of 7.5 to 9.5 mg/dL within 14 days before the visit",
            "latest marker_# within 14 days before visit_# in 7.5 to 9.5 mg/dL",
        ),
        (
            "Disease for at least 12 months before the visit, treated with the agent",
            "disease_# present for at least 12 months before visit_# and taking agent_# within 30 days before visit_#",
        ),
        (
            "Age 18 to 75 years at signing of informed consent",
            "age at consent in 18 to 75 years",
        ),
        (
            "No scan within 6 months before the visit, unless the marker was below 100 mg/dL within 28 days before it",
            "no scan_# within 6 months before visit_# unless highest marker_# within 28 days before visit_# < 100 mg/dL",
        ),
        (
            "Able to follow the protocol",
            "attested by investigator \"Is the participant able to follow the protocol?\"",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let _ = writeln!(text, "  include I{part}_{code} \"{prose}\":\n    {}", rule.replace('#', &part.to_string()));
    }
    text.push_str("}\n");
}
