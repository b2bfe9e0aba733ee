//! Units as people write them: `mmHg` for UCUM's `mm[Hg]`.

use crate::model::UnitRef;

/// UCUM symbols that nobody writes by hand, with what is written instead. Longer ones go first.
static PLAIN: &[(&str, &str)] = &[
    ("mm[Hg]", "mmHg"),
    ("cm[H2O]", "cmH2O"),
    ("[degF]", "°F"),
    ("Cel", "°C"),
    ("[lb_av]", "lb"),
    ("[oz_av]", "oz"),
    ("[in_i]", "in"),
    ("[ft_i]", "ft"),
    ("[iU]", "IU"),
    ("[IU]", "IU"),
    ("[pH]", "pH"),
    ("10*12/", "10¹²/"),
    ("10*9/", "10⁹/"),
    ("10*6/", "10⁶/"),
    ("10*3/", "10³/"),
    ("ug", "µg"),
    ("umol", "µmol"),
    ("uL", "µL"),
    ("ukat", "µkat"),
    ("uU", "µU"),
];

/// The author's own spelling, or a plain one where the author wrote UCUM. Annotations in braces are words already.
pub(crate) fn plain(unit: &UnitRef) -> String {
    if unit.written != unit.ucum {
        return unit.written.clone();
    }
    let mut text = unit.ucum.clone();
    for (symbol, written) in PLAIN {
        text = text.replace(symbol, written);
    }
    text.replace(['{', '}'], "").replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::plain;
    use crate::model::UnitRef;

    fn shown(ucum: &str, written: &str) -> String {
        plain(&UnitRef { ucum: ucum.to_owned(), written: written.to_owned() })
    }

    #[test]
    fn ucum_becomes_plain_and_the_authors_spelling_stays() {
        assert_eq!(shown("mm[Hg]", "mm[Hg]"), "mmHg");
        assert_eq!(shown("10*9/L", "10*9/L"), "10⁹/L");
        assert_eq!(shown("[IU]/kg/d", "[IU]/kg/d"), "IU/kg/d");
        assert_eq!(shown("umol/L", "umol/L"), "µmol/L");
        assert_eq!(shown("{pack_years}", "{pack_years}"), "pack years");
        assert_eq!(shown("mm[Hg]", "mm Hg"), "mm Hg");
        assert_eq!(shown("mg/dL", "mg/dL"), "mg/dL");
    }
}
