//! Codes that their terminologies have retired, as far as a published list was at hand.

pub(super) struct Retired {
    /// What took its place.
    pub instead: Option<&'static str>,
    /// Who says so.
    pub source: &'static str,
}

/// "Alterations in ATC classification valid from January 2017", WHO Collaborating Centre for Drug Statistics
/// Methodology, Oslo, December 2016.
const ATC_2017: [(&str, &str); 8] = [
    ("A10BX04", "A10BJ01"),
    ("A10BX07", "A10BJ02"),
    ("A10BX09", "A10BK01"),
    ("A10BX10", "A10BJ03"),
    ("A10BX11", "A10BK02"),
    ("A10BX12", "A10BK03"),
    ("A10BX13", "A10BJ04"),
    ("A10BX14", "A10BJ05"),
];

/// "ATC level alterations", implemented in the ATC/DDD index of 2024, same publisher.
const ATC_2024: [(&str, &str); 25] = [
    ("L04AA02", "L04AG01"),
    ("L04AA10", "L04AH01"),
    ("L04AA13", "L04AK01"),
    ("L04AA18", "L04AH02"),
    ("L04AA21", "L04AG02"),
    ("L04AA23", "L04AG03"),
    ("L04AA25", "L04AJ01"),
    ("L04AA26", "L04AG04"),
    ("L04AA27", "L04AE01"),
    ("L04AA29", "L04AF01"),
    ("L04AA31", "L04AK02"),
    ("L04AA33", "L04AG05"),
    ("L04AA34", "L04AG06"),
    ("L04AA35", "L04AG07"),
    ("L04AA36", "L04AG08"),
    ("L04AA37", "L04AF02"),
    ("L04AA38", "L04AE02"),
    ("L04AA39", "L04AG09"),
    ("L04AA42", "L04AE03"),
    ("L04AA43", "L04AJ02"),
    ("L04AA44", "L04AF03"),
    ("L04AA45", "L04AF04"),
    ("L04AA46", "L04AF05"),
    ("L04AA47", "L04AG10"),
    ("L01XY02", "L01FY01"),
];

/// LOINC Users' Guide, "Calculating Mod 10 Check Digits": fourteen terms with wrong check digits, all deprecated.
const LOINC: [&str; 14] = [
    "11491-6", "11501-6", "5895-7", "5896-5", "5897-3", "5928-1", "6028-3", "6415-5", "6580-7", "6645-7",
    "6646-5", "6647-3", "6648-1", "6649-9",
];

pub(super) fn find(terminology: &str, code: &str) -> Option<Retired> {
    let new =
        |table: &[(&str, &'static str)]| table.iter().find(|(old, _)| *old == code).map(|(_, new)| *new);
    match terminology {
        "atc" => {
            let by = |instead: &'static str, source| Retired { instead: Some(instead), source };
            new(&ATC_2017)
                .map(|instead| by(instead, "since the ATC index of 2017"))
                .or_else(|| new(&ATC_2024).map(|instead| by(instead, "since the ATC index of 2024")))
        }
        "loinc" if LOINC.contains(&code) => Some(Retired { instead: None, source: "deprecated in LOINC" }),
        _ => None,
    }
}
