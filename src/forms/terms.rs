//! Submission values of CDISC's SDTM terminology for what a plan of treatment says: routes (codelist C66729, ROUTE) and frequencies
//! (C71113, FREQ), as of the SDTM Controlled Terminology of 2026-03-27.

use crate::model::{Duration, Frequency};

/// A term as it is submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    pub value: String,
    /// The codelist has it. Both lists are extensible: what they lack is the sponsor's own term.
    pub is_standard: bool,
}

/// Routes whose submission value is not their name in capitals. `ENDOCERVICAL` and `ENDOTRACHEAL` are the terms of which CDISC lists the
/// protocol's word as a synonym.
const SPELLED_OTHERWISE: &[(&str, &str)] = &[
    ("electro_osmosis", "ELECTRO-OSMOSIS"),
    ("extra_amniotic", "EXTRA-AMNIOTIC"),
    ("inhaled", "RESPIRATORY (INHALATION)"),
    ("intra_abdominal", "INTRA-ABDOMINAL"),
    ("intra_amniotic", "INTRA-AMNIOTIC"),
    ("intra_arterial", "INTRA-ARTERIAL"),
    ("intra_articular", "INTRA-ARTICULAR"),
    ("intracervical", "ENDOCERVICAL"),
    ("intracoronal_dental", "INTRACORONAL, DENTAL"),
    ("intratracheal", "ENDOTRACHEAL"),
    ("intratumoral", "INTRATUMOR"),
    ("otic", "AURICULAR (OTIC)"),
];

/// Routes of the language that the codelist does not have.
const NOT_LISTED: &[&str] = &[
    "intracanalicular",
    "intracranial",
    "intracutaneous",
    "intraepicardial",
    "intralingual",
    "intraomentum",
    "intrarenal",
    "ocular",
    "subgingival",
    "transendocardial",
];

/// What is submitted for a route of the language: a term of the codelist, or the name in capitals where it has none.
pub fn route(name: &str) -> Submitted {
    let otherwise = SPELLED_OTHERWISE.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    let value = otherwise.map_or_else(|| name.to_uppercase().replace('_', " "), str::to_owned);
    Submitted { value, is_standard: !NOT_LISTED.contains(&name) }
}

/// Weeks of which the codelist has `EVERY n WEEKS`.
const EVERY_WEEKS: &[i64] = &[2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 16];
/// Days, months and hours of which it has `QnD`, `QnM`, `QnH`.
const EVERY_DAYS: &[i64] = &[3, 4, 5, 6];
const EVERY_MONTHS: &[i64] = &[2, 3, 4, 6];
const EVERY_HOURS: &[i64] =
    &[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 36, 48, 72, 96];

/// What is submitted for a frequency, with words beside it.
pub fn frequency(frequency: &Frequency) -> (Submitted, String) {
    let listed = |value: &str, words: &str| {
        (Submitted { value: value.to_owned(), is_standard: true }, words.to_owned())
    };
    let made = |value: String, is_standard: bool, words: String| (Submitted { value, is_standard }, words);
    match frequency {
        Frequency::Once => listed("ONCE", "Once"),
        Frequency::TimesDaily(1) => listed("QD", "Once daily"),
        Frequency::TimesDaily(2) => listed("BID", "Twice daily"),
        Frequency::TimesDaily(3) => listed("TID", "3 times daily"),
        Frequency::TimesDaily(4) => listed("QID", "4 times daily"),
        Frequency::TimesDaily(times) => {
            made(format!("{times} TIMES PER DAY"), (5..=9).contains(times), format!("{times} times daily"))
        }
        Frequency::TimesWeekly(1) => listed("1 TIME PER WEEK", "Once weekly"),
        Frequency::TimesWeekly(times) => {
            made(format!("{times} TIMES PER WEEK"), (2..=7).contains(times), format!("{times} times weekly"))
        }
        Frequency::Every(Duration::Days(7)) => listed("EVERY WEEK", "Every week"),
        Frequency::Every(Duration::Days(days)) if days % 7 == 0 => {
            let weeks = days / 7;
            let is_standard = EVERY_WEEKS.contains(&weeks);
            made(format!("EVERY {weeks} WEEKS"), is_standard, format!("Every {weeks} weeks"))
        }
        Frequency::Every(Duration::Days(1)) => listed("QD", "Once daily"),
        Frequency::Every(Duration::Days(2)) => listed("QOD", "Every other day"),
        Frequency::Every(Duration::Days(days)) => {
            made(format!("Q{days}D"), EVERY_DAYS.contains(days), format!("Every {days} days"))
        }
        Frequency::Every(Duration::Months(1)) => listed("QM", "Every month"),
        Frequency::Every(Duration::Months(12)) => listed("PA", "Every year"),
        Frequency::Every(Duration::Months(months)) => {
            made(format!("Q{months}M"), EVERY_MONTHS.contains(months), format!("Every {months} months"))
        }
        Frequency::Every(Duration::Minutes(60)) => listed("QH", "Every hour"),
        Frequency::Every(Duration::Minutes(45)) => listed("Q45MIN", "Every 45 minutes"),
        Frequency::Every(Duration::Minutes(minutes)) if minutes % 60 == 0 => {
            let hours = minutes / 60;
            made(format!("Q{hours}H"), EVERY_HOURS.contains(&hours), format!("Every {hours} hours"))
        }
        Frequency::Every(Duration::Minutes(minutes)) => {
            made(format!("EVERY {minutes} MINUTES"), false, format!("Every {minutes} minutes"))
        }
        Frequency::Every(Duration::Longest(_) | Duration::Shortest(_)) => {
            made("AS PLANNED".to_owned(), false, "As planned".to_owned())
        }
    }
}
