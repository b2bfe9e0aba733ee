//! What one row of a result says of a comparison.

/// True, false, or unknown, over the columns of `r` and `p`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OfRow {
    /// True where the one holds, false where the other does; they never hold both.
    Settled { yes: String, no: String },
    /// By the sex of the person; `open` where it is not known.
    BySex { male: Box<Self>, female: Box<Self>, open: Box<Self> },
    /// A text that is TRUE, FALSE or NULL.
    Text(String),
}

impl OfRow {
    /// Which nobody knows.
    pub const UNKNOWN: &str = "NULL";

    pub fn settled(yes: impl Into<String>, no: impl Into<String>) -> Self {
        OfRow::Settled { yes: yes.into(), no: no.into() }
    }

    /// TRUE, FALSE or NULL.
    pub fn text(&self) -> String {
        match self {
            OfRow::Settled { yes, no } => format!("CASE WHEN {yes} THEN TRUE WHEN {no} THEN FALSE END"),
            OfRow::BySex { male, female, open } => by_sex(&male.text(), &female.text(), &open.text()),
            OfRow::Text(text) => text.clone(),
        }
    }

    pub fn not(self) -> Self {
        match self {
            OfRow::Settled { yes, no } => OfRow::Settled { yes: no, no: yes },
            other => OfRow::Text(format!("(NOT {})", other.text())),
        }
    }

    pub fn all(mut of: Vec<Self>) -> Self {
        if of.len() == 1 {
            return of.remove(0);
        }
        let mut ends = Vec::new();
        for one in &of {
            match one {
                OfRow::Settled { yes, no } => ends.push((format!("({yes})"), format!("({no})"))),
                _ => {
                    let texts: Vec<String> = of.iter().map(Self::text).collect();
                    return OfRow::Text(format!("({})", texts.join(" AND ")));
                }
            }
        }
        let (yes, no): (Vec<String>, Vec<String>) = ends.into_iter().unzip();
        OfRow::settled(yes.join(" AND "), no.join(" OR "))
    }

    /// As a number, for MIN and MAX: 2 true, 1 unknown, 0 false; the other way round where it is not upward. Of each row it is
    /// worked out in one step: engines take a decision inside of a decision for a second pass over all rows.
    pub fn level(&self, upward: bool) -> String {
        let (most, least) = if upward { (2, 0) } else { (0, 2) };
        match self {
            OfRow::Settled { yes, no } => {
                format!("CASE WHEN {yes} THEN {most} WHEN {no} THEN {least} ELSE 1 END")
            }
            OfRow::BySex { male, female, open } => {
                let [male, female, open] = [male, female, open].map(|one| one.level(upward));
                by_sex(&male, &female, &open)
            }
            OfRow::Text(text) if text == Self::UNKNOWN => "1".into(),
            OfRow::Text(text) => {
                format!("CASE {text} WHEN TRUE THEN {most} WHEN FALSE THEN {least} ELSE 1 END")
            }
        }
    }
}

fn by_sex(male: &str, female: &str, open: &str) -> String {
    format!("CASE p.sex WHEN 'male' THEN {male} WHEN 'female' THEN {female} ELSE {open} END")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_settled_comparisons_are_settled_together_and_others_are_left_to_the_engine() {
        let (a, b) = (OfRow::settled("a", "x"), OfRow::settled("b", "y"));
        let both = OfRow::all(vec![a.clone(), b.clone().not()]);
        assert_eq!(both.level(true), "CASE WHEN (a) AND (y) THEN 2 WHEN (x) OR (b) THEN 0 ELSE 1 END");
        let text = OfRow::Text("t".into());
        assert_eq!(
            OfRow::all(vec![a.clone(), text]).text(),
            "(CASE WHEN a THEN TRUE WHEN x THEN FALSE END AND t)"
        );
        let unknown = OfRow::Text(OfRow::UNKNOWN.into());
        let by_sex = OfRow::BySex { male: a.into(), female: unknown.into(), open: b.into() };
        assert_eq!(
            by_sex.level(false),
            "CASE p.sex WHEN 'male' THEN CASE WHEN a THEN 0 WHEN x THEN 2 ELSE 1 END WHEN 'female' THEN 1 ELSE CASE WHEN b THEN 0 WHEN y THEN 2 ELSE 1 END END"
        );
    }
}
