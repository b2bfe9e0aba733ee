//! Kleene's strong three-valued logic (1952).

use serde::{Deserialize, Serialize};

/// What is known of a statement. Ordered: false, unknown, true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    False,
    Unknown,
    True,
}

impl Truth {
    /// True when all are; false when one is.
    pub fn all(of: impl IntoIterator<Item = Self>) -> Self {
        of.into_iter().min().unwrap_or(Truth::True)
    }

    /// True when one is; false when all are.
    pub fn any(of: impl IntoIterator<Item = Self>) -> Self {
        of.into_iter().max().unwrap_or(Truth::False)
    }

    /// Both are.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// True when at least `low` and at most `high` of the statements are, whatever the unknown ones turn out to be.
    pub fn count(of: impl IntoIterator<Item = Self>, low: Option<u32>, high: Option<u32>) -> Self {
        let (mut surely, mut perhaps) = (0u32, 0u32);
        for truth in of {
            match truth {
                Truth::True => surely += 1,
                Truth::Unknown => perhaps += 1,
                Truth::False => {}
            }
        }
        let most = surely + perhaps;
        let (low, high) = (low.unwrap_or(0), high.unwrap_or(u32::MAX));
        if surely >= low && most <= high {
            Truth::True
        } else if most < low || surely > high {
            Truth::False
        } else {
            Truth::Unknown
        }
    }

    /// The value that all agree on; unknown when they do not, or when there is none.
    pub fn common(of: impl IntoIterator<Item = Self>) -> Self {
        let mut of = of.into_iter();
        let Some(first) = of.next() else { return Truth::Unknown };
        if of.all(|other| other == first) { first } else { Truth::Unknown }
    }

    pub fn is_known(self) -> bool {
        self != Truth::Unknown
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
            Truth::True => Truth::False,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Truth::True } else { Truth::False }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, False, True, Unknown};

    /// Everything that three statements can turn out to be once nothing is unknown.
    fn completions(of: &[Truth]) -> Vec<Vec<bool>> {
        of.iter().fold(vec![Vec::new()], |rows, truth| {
            let choices: &[bool] = match truth {
                False => &[false],
                True => &[true],
                Unknown => &[false, true],
            };
            let extended = |row: &Vec<bool>| {
                choices.iter().map(|choice| [row.as_slice(), &[*choice]].concat()).collect::<Vec<_>>()
            };
            rows.iter().flat_map(extended).collect()
        })
    }

    fn agreed(rows: &[Vec<bool>], test: impl Fn(&[bool]) -> bool) -> Truth {
        Truth::common(rows.iter().map(|row| Truth::from(test(row))))
    }

    #[test]
    fn connectives_say_what_every_completion_says() {
        let values = [False, Unknown, True];
        for a in values {
            for b in values {
                for c in values {
                    let of = [a, b, c];
                    let rows = completions(&of);
                    assert_eq!(Truth::all(of), agreed(&rows, |row| row.iter().all(|one| *one)), "{of:?}");
                    assert_eq!(Truth::any(of), agreed(&rows, |row| row.iter().any(|one| *one)), "{of:?}");
                    for low in 0..=4u32 {
                        for high in low..=4u32 {
                            let counted = |row: &[bool]| {
                                let held = row.iter().filter(|one| **one).count() as u32;
                                held >= low && held <= high
                            };
                            let said = Truth::count(of, Some(low), Some(high));
                            assert_eq!(said, agreed(&rows, counted), "{low} to {high} of {of:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_at_all_is_all_true_and_none_true() {
        assert_eq!(Truth::all([]), True);
        assert_eq!(Truth::any([]), False);
        assert_eq!(Truth::common([]), Unknown);
    }
}
