//! The words that a findings form of each CDASH domain speaks with. The questions are ours, not CDASH's.

/// Texts of a form that records measurements and examinations.
#[derive(Clone, Copy, Debug)]
pub(super) struct Findings {
    pub domain: &'static str,
    pub label: &'static str,
    pub performed: &'static str,
    pub date: &'static str,
    /// Present where the time of day matters.
    pub time: Option<&'static str>,
}

static FINDINGS: &[Findings] = &[
    Findings {
        domain: "VS",
        label: "Vital signs",
        performed: "Were the vital signs taken at this visit?",
        date: "Day on which they were taken",
        time: None,
    },
    Findings {
        domain: "PE",
        label: "Physical examination",
        performed: "Was the participant examined at this visit?",
        date: "Day of the examination",
        time: None,
    },
    Findings {
        domain: "EG",
        label: "Electrocardiogram",
        performed: "Was an electrocardiogram recorded at this visit?",
        date: "Day of the recording",
        time: Some("Time of the recording"),
    },
    Findings {
        domain: "LB",
        label: "Laboratory tests",
        performed: "Were samples for the laboratory taken at this visit?",
        date: "Day on which the samples were taken",
        time: None,
    },
    Findings {
        domain: "PC",
        label: "Drug concentrations",
        performed: "Was a sample for drug concentrations taken?",
        date: "Day on which the sample was taken",
        time: Some("Time at which the sample was taken"),
    },
    Findings {
        domain: "CV",
        label: "Heart function",
        performed: "Was heart function tested at this visit?",
        date: "Day of the test",
        time: None,
    },
    Findings {
        domain: "RE",
        label: "Lung function",
        performed: "Was lung function tested at this visit?",
        date: "Day of the test",
        time: None,
    },
    Findings {
        domain: "QS",
        label: "Scores and questionnaires",
        performed: "Were the scores taken at this visit?",
        date: "Day on which they were taken",
        time: None,
    },
    Findings {
        domain: "SC",
        label: "Participant characteristics",
        performed: "Were these characteristics recorded at this visit?",
        date: "Day on which they were recorded",
        time: None,
    },
    Findings {
        domain: "RP",
        label: "Reproductive history",
        performed: "Was the reproductive history taken at this visit?",
        date: "Day on which it was taken",
        time: None,
    },
    Findings {
        domain: "FA",
        label: "Further findings",
        performed: "Were these findings recorded at this visit?",
        date: "Day that the findings speak of",
        time: None,
    },
];

/// The texts of a domain; those of further findings for one that has none.
pub(super) fn findings(domain: &str) -> Findings {
    let found = FINDINGS.iter().find(|texts| texts.domain == domain);
    *found.unwrap_or(&FINDINGS[FINDINGS.len() - 1])
}

/// The order of forms in a casebook: who takes part, may they, their past, what is measured, what is given, what happens.
static ORDER: &[&str] = &[
    "SV", "DM", "SC", "DS", "IEW", "IE", "MHQ", "MH", "CMQ", "CM", "PRQ", "RP", "APQ", "VS", "PE", "EG",
    "LB", "PC", "CV", "RE", "QS", "FA", "PR", "EX", "DA", "AE", "CE", "PRLOG",
];

/// Place of a default form in the casebook, by its name without a suffix (`EX_INSULIN` is an `EX`).
pub(super) fn order(form: &str) -> usize {
    let stem = form.split('_').next().unwrap_or(form);
    ORDER.iter().position(|known| *known == stem).unwrap_or(ORDER.len())
}
