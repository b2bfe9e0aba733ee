//! What one row of a result says of a comparison.

/// True, false, or unknown, over the columns of `r` and `p`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OfRow {
    /// True where the one holds, false where the other does; they never hold both.
    Settled {
        yes: String,
        no: String,
    },
    BySex(Box<BySex>),
    /// A text that is TRUE, FALSE or NULL.
    Text(String),
}

/// What a row says by the sex of the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BySex {
    pub male: OfRow,
    pub female: OfRow,
    /// Of a person whose sex is not known: what it says whichever it is.
    pub open: OfRow,
    /// One sex's limit is reached by whatever reaches the other's.
    pub is_nested: bool,
}

impl BySex {
    fn map(self, change: impl Fn(OfRow) -> OfRow) -> Self {
        Self { male: change(self.male), female: change(self.female), open: change(self.open), ..self }
    }

    /// The case of the person's own sex.
    pub fn case(male: &str, female: &str, open: &str) -> String {
        format!("CASE p.sex WHEN 'male' THEN {male} WHEN 'female' THEN {female} ELSE {open} END")
    }
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
            OfRow::BySex(by) => BySex::case(&by.male.text(), &by.female.text(), &by.open.text()),
            OfRow::Text(text) => text.clone(),
        }
    }

    pub fn not(self) -> Self {
        match self {
            OfRow::Settled { yes, no } => OfRow::Settled { yes: no, no: yes },
            OfRow::BySex(by) => OfRow::BySex(Box::new(by.map(Self::not))),
            other => OfRow::Text(format!("(NOT {})", other.text())),
        }
    }

    pub fn all(mut of: Vec<Self>) -> Self {
        if of.len() == 1 {
            return of.remove(0);
        }
        // Together they go by sex as each of them does, so that the person need not be known where rows are read.
        if of.iter().any(|one| matches!(one, OfRow::BySex(_))) {
            let of_each = |pick: fn(&BySex) -> &OfRow| {
                Self::all(
                    of.iter()
                        .map(|one| match one {
                            OfRow::BySex(by) => pick(by).clone(),
                            other => other.clone(),
                        })
                        .collect(),
                )
            };
            let (male, female, open) =
                (of_each(|by| &by.male), of_each(|by| &by.female), of_each(|by| &by.open));
            return OfRow::BySex(Box::new(BySex { male, female, open, is_nested: false }));
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
            OfRow::BySex(by) => {
                let [male, female, open] = [&by.male, &by.female, &by.open].map(|one| one.level(upward));
                BySex::case(&male, &female, &open)
            }
            OfRow::Text(text) if text == Self::UNKNOWN => "1".into(),
            OfRow::Text(text) => {
                format!("CASE {text} WHEN TRUE THEN {most} WHEN FALSE THEN {least} ELSE 1 END")
            }
        }
    }
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
        let by_sex = BySex { male: a, female: unknown, open: b, is_nested: false };
        assert_eq!(
            OfRow::BySex(Box::new(by_sex)).level(false),
            "CASE p.sex WHEN 'male' THEN CASE WHEN a THEN 0 WHEN x THEN 2 ELSE 1 END WHEN 'female' THEN 1 ELSE CASE WHEN b THEN 0 WHEN y THEN 2 ELSE 1 END END"
        );
    }

    #[test]
    fn what_goes_by_sex_goes_by_sex_together_with_others_and_turned_round() {
        let (a, b, c) = (OfRow::settled("a", "x"), OfRow::settled("b", "y"), OfRow::settled("c", "z"));
        let by = BySex { male: a.clone(), female: b.clone(), open: c.clone(), is_nested: true };
        let OfRow::BySex(not) = OfRow::BySex(Box::new(by.clone())).not() else { panic!("by sex") };
        assert_eq!(
            (not.male.text(), not.is_nested),
            ("CASE WHEN x THEN TRUE WHEN a THEN FALSE END".into(), true)
        );
        let OfRow::BySex(both) = OfRow::all(vec![OfRow::BySex(Box::new(by)), c]) else { panic!("by sex") };
        assert_eq!(both.female.level(true), "CASE WHEN (b) AND (c) THEN 2 WHEN (y) OR (z) THEN 0 ELSE 1 END");
        assert!(
            !both.is_nested,
            "within two limits of each sex: what lies within one pair need not lie within the other"
        );
    }
}
