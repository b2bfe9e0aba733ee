//! Statements with three truth values as SQL. SQL's own logic is Kleene's, with NULL for unknown; what is the same for
//! everybody is worked out here.

use crate::eligibility::Truth;

/// What a statement says of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// The same of everybody.
    Always(Truth),
    Sql(String),
}

pub(super) const UNKNOWN: Says = Says::Always(Truth::Unknown);

impl Says {
    pub fn of(truth: bool) -> Self {
        Says::Always(truth.into())
    }

    pub fn sql(text: impl Into<String>) -> Self {
        Says::Sql(text.into())
    }

    /// As an expression that can stand beside any operator.
    pub fn text(&self) -> String {
        match self {
            Says::Always(Truth::True) => "TRUE".into(),
            Says::Always(Truth::False) => "FALSE".into(),
            Says::Always(Truth::Unknown) => "CAST(NULL AS BOOLEAN)".into(),
            Says::Sql(text) => text.clone(),
        }
    }

    pub fn not(self) -> Self {
        match self {
            Says::Always(truth) => Says::Always(!truth),
            Says::Sql(text) => match text.strip_prefix("(NOT ").and_then(|rest| rest.strip_suffix(')')) {
                Some(inner) if is_whole(inner) => Says::Sql(inner.to_owned()),
                _ => Says::Sql(format!("(NOT {text})")),
            },
        }
    }

    pub fn all(of: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(of, "AND", Truth::False, Truth::True)
    }

    pub fn any(of: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(of, "OR", Truth::True, Truth::False)
    }

    fn joined(of: impl IntoIterator<Item = Self>, word: &str, decides: Truth, none: Truth) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut is_open = false;
        for one in of {
            match one {
                Says::Always(truth) if truth == decides => return Says::Always(decides),
                Says::Always(Truth::Unknown) => is_open = true,
                Says::Always(_) => {}
                Says::Sql(text) if texts.contains(&text) => {}
                Says::Sql(text) => texts.push(text),
            }
        }
        match (texts.len(), is_open) {
            (0, true) => UNKNOWN,
            (0, false) => Says::Always(none),
            (1, false) => Says::Sql(texts.remove(0)),
            _ => {
                if is_open {
                    texts.push(UNKNOWN.text());
                }
                Says::Sql(format!("({})", texts.join(&format!(" {word} "))))
            }
        }
    }

    /// At least `low` and at most `high` of them.
    pub fn count(of: &[Self], low: Option<u32>, high: Option<u32>) -> Self {
        let mut known = (0u32, 0u32);
        let (mut surely, mut most): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        for one in of {
            match one {
                Says::Always(Truth::True) => known = (known.0 + 1, known.1 + 1),
                Says::Always(Truth::Unknown) => known.1 += 1,
                Says::Always(Truth::False) => {}
                Says::Sql(text) => {
                    surely.push(format!("CASE WHEN {text} THEN 1 ELSE 0 END"));
                    most.push(format!("CASE WHEN NOT {text} THEN 0 ELSE 1 END"));
                }
            }
        }
        let sum = |parts: Vec<String>, known: u32| {
            let mut parts = parts;
            if known > 0 || parts.is_empty() {
                parts.push(known.to_string());
            }
            format!("({})", parts.join(" + "))
        };
        if surely.is_empty() {
            let truths = of.iter().map(|one| match one {
                Says::Always(truth) => *truth,
                Says::Sql(_) => Truth::Unknown,
            });
            return Says::Always(Truth::count(truths, low, high));
        }
        let (surely, most) = (sum(surely, known.0), sum(most, known.1));
        let (mut holds, mut fails) = (Vec::new(), Vec::new());
        if let Some(low) = low {
            holds.push(format!("{surely} >= {low}"));
            fails.push(format!("{most} < {low}"));
        }
        if let Some(high) = high {
            holds.push(format!("{most} <= {high}"));
            fails.push(format!("{surely} > {high}"));
        }
        if holds.is_empty() {
            return Says::of(true);
        }
        Says::Sql(format!(
            "CASE WHEN {} THEN TRUE WHEN {} THEN FALSE END",
            holds.join(" AND "),
            fails.join(" OR ")
        ))
    }

    /// `then` where the condition holds, `otherwise` where it does not, and where it is unknown what both say.
    pub fn choose(condition: Self, then: Self, otherwise: Self) -> Self {
        match condition {
            Says::Always(Truth::True) => then,
            Says::Always(Truth::False) => otherwise,
            Says::Always(Truth::Unknown) => Self::common([then, otherwise]),
            Says::Sql(condition) => {
                let both = Self::common([then.clone(), otherwise.clone()]).text();
                let (then, otherwise) = (then.text(), otherwise.text());
                Says::Sql(format!(
                    "CASE WHEN {condition} THEN {then} WHEN NOT {condition} THEN {otherwise} ELSE {both} END"
                ))
            }
        }
    }

    /// What all of them say, else unknown.
    pub fn common(of: impl IntoIterator<Item = Self> + Clone) -> Self {
        let holds = Self::all(of.clone());
        let fails = Self::all(of.into_iter().map(Self::not));
        match (&holds, &fails) {
            (Says::Always(Truth::True), _) => holds,
            (_, Says::Always(Truth::True)) => Says::of(false),
            (Says::Always(_), Says::Always(_)) => UNKNOWN,
            _ => Says::Sql(format!(
                "CASE WHEN {} THEN TRUE WHEN {} THEN FALSE END",
                holds.text(),
                fails.text()
            )),
        }
    }
}

/// Whether the outermost signs of a text belong together, so that it can stand without what enclosed it.
fn is_whole(text: &str) -> bool {
    let is_word = |text: &str| text.chars().all(|sign| sign.is_alphanumeric() || sign == '_' || sign == '.');
    if is_word(text) {
        return true;
    }
    let mut depth = 0i32;
    for (at, sign) in text.char_indices() {
        match sign {
            '(' => depth += 1,
            ')' => depth -= 1,
            '\'' | '"' | '`' => return false,
            _ => {}
        }
        if depth == 0 && at + 1 < text.len() {
            return false;
        }
    }
    depth == 0 && text.starts_with('(')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str) -> Says {
        Says::sql(text)
    }

    #[test]
    fn what_everybody_shares_is_worked_out_and_the_rest_is_left_to_the_engine() {
        assert_eq!(Says::all([says("a"), Says::of(false)]), Says::of(false));
        assert_eq!(Says::all([says("a"), Says::of(true)]), says("a"));
        assert_eq!(Says::any([says("a"), says("b"), says("a")]), says("(a OR b)"));
        // Unknown decides nothing, and does not vanish either: a false `a` makes all false.
        assert_eq!(Says::all([says("a"), UNKNOWN]), says("(a AND CAST(NULL AS BOOLEAN))"));
        assert_eq!(Says::all([]), Says::of(true));
        assert_eq!(says("a").not().not(), says("a"));
        assert_eq!(says("(a OR b)").not().not(), says("(a OR b)"));
        assert_eq!(says("(NOT a) AND (NOT b)").not(), says("(NOT (NOT a) AND (NOT b))"));
    }

    #[test]
    fn counts_fold_what_is_known_of_everybody() {
        assert_eq!(Says::count(&[Says::of(true), UNKNOWN], Some(1), None), Says::of(true));
        assert_eq!(Says::count(&[Says::of(true), UNKNOWN], Some(2), None), UNKNOWN);
        let counted = Says::count(&[says("a"), Says::of(true)], Some(2), None);
        assert_eq!(
            counted,
            says(
                "CASE WHEN (CASE WHEN a THEN 1 ELSE 0 END + 1) >= 2 THEN TRUE WHEN (CASE WHEN NOT a THEN 0 ELSE 1 END + 1) < 2 THEN FALSE END"
            )
        );
    }

    #[test]
    fn a_choice_with_an_open_condition_says_what_both_sides_say() {
        assert_eq!(Says::choose(UNKNOWN, Says::of(true), Says::of(true)), Says::of(true));
        assert_eq!(Says::choose(UNKNOWN, Says::of(true), Says::of(false)), UNKNOWN);
        assert_eq!(Says::choose(Says::of(false), Says::of(true), says("b")), says("b"));
    }
}
