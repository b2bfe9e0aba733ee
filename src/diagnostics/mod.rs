//! What the compiler says: one plain [`Diagnostic`] value, one table of [`codes`], many small renderers.
//!
//! A diagnostic is written for a clinician: the message names what is wrong in the author's words, the primary
//! label underlines those words, and the help says what to write instead.

pub mod codes;
pub mod render;

pub use codes::Code;
use serde::Serialize;

use crate::source::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never fails a build.
    Info,
    /// Probably not what was meant.
    Warning,
    /// No output can be trusted until it is repaired.
    Error,
}

impl Severity {
    pub fn text(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A place in the source and what is to be seen there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// The longest word that a message repeats, in bytes: twice the longest that a lexicon has.
const LONGEST_WORD: usize = 100;

/// A text whose endless words are cut, so that a message never repeats a whole damaged file.
fn readable(text: String) -> String {
    let endless = |word: &&str| word.len() > LONGEST_WORD;
    if text.len() <= LONGEST_WORD || !text.split(char::is_whitespace).any(|word| endless(&word)) {
        return text;
    }
    let cut = |word: &str| {
        let head: String = word.chars().take(40).collect();
        let tail: String = word[head.len()..].chars().rev().take(10).collect();
        format!("{head}…{}", tail.chars().rev().collect::<String>())
    };
    let words = text.split_inclusive(char::is_whitespace);
    words.map(|word| if endless(&word) { cut(word) } else { word.to_owned() }).collect()
}

/// A text that would put the matter right when it replaces a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub span: Span,
    pub replacement: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: &'static Code,
    pub severity: Severity,
    pub message: String,
    pub primary: Label,
    pub secondary: Vec<Label>,
    /// What to write instead, in one or two sentences.
    pub help: Option<String>,
    /// Present when the fix is certain enough for an editor to offer it.
    pub fix: Option<Fix>,
    /// The declared name that the matter is about, where it is that nothing collects or uses it: a statement that could not be
    /// read may, as far as its text has the name.
    pub unused: Option<String>,
}

impl Diagnostic {
    /// A diagnostic of the code's own severity that underlines `span`.
    pub fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity,
            message: readable(message.into()),
            primary: Label { span, text: String::new() },
            secondary: Vec::new(),
            help: None,
            fix: None,
            unused: None,
        }
    }

    /// The text beside the underlined words.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = readable(text.into());
        self
    }

    /// Another place that belongs to the matter.
    #[must_use]
    pub fn and(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: readable(text.into()) });
        self
    }

    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(readable(text.into()));
        self
    }

    #[must_use]
    pub fn fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }

    /// Says that nothing collects or uses what has this name.
    #[must_use]
    pub fn unused(mut self, name: impl Into<String>) -> Self {
        self.unused = Some(name.into());
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Sorts by place, then code, and drops exact repetitions, so that output never depends on the order of checks.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        (a.primary.span, a.code.id, &a.message).cmp(&(b.primary.span, b.code.id, &b.message))
    });
    diagnostics.dedup();
}

/// The question whether another name was meant, where one is near.
pub fn near_name<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    did_you_mean(wrong, candidates).map(|near| format!("did you mean `{near}`?"))
}

/// Longer words are no slip of a name.
const LONGEST_SLIP: usize = 80;

/// The best of `candidates` that `wrong` may be a slip of, if one is close enough to be offered.
pub fn did_you_mean<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if wrong.len() > LONGEST_SLIP {
        return None;
    }
    let flat = |text: &str| text.replace(['_', '-', ' '], "");
    let wrong_lower = wrong.to_lowercase();
    let wrong_flat = flat(&wrong_lower);
    let length = wrong_lower.chars().count();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates.into_iter().filter(|candidate| *candidate != wrong) {
        let allowed = (wrong.len().max(candidate.len()) / 3).max(1);
        let lower = candidate.to_lowercase();
        if means_something_else(&wrong_lower, &lower) {
            continue;
        }
        let distance = if wrong_flat == flat(&lower) {
            0
        } else if length.abs_diff(lower.chars().count()) > allowed {
            // Each change of a letter accounts for one in length at most.
            continue;
        } else {
            strsim::damerau_levenshtein(&wrong_lower, &lower)
        };
        // Who knows a word misses no beginning of it: `neuroblastoma` is no slip of `glioblastoma`.
        let begins = wrong_lower.chars().next() == lower.chars().next();
        if distance <= allowed
            && (begins || distance <= 2)
            && best.is_none_or(|known| (distance, candidate) < known)
        {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Beginnings that turn a word into its opposite or another thing.
const OPPOSITES: &[(&str, &str)] = &[
    ("hypo", "hyper"),
    ("pre", "post"),
    ("ante", "post"),
    ("systolic", "diastolic"),
    ("a", "hyper"),
    ("brady", "tachy"),
];

/// Whether two names are near each other by their letters and apart by their meaning: `hypotension` is no slip of
/// `hypertension`, and `hepatitis_d` none of `hepatitis_b`.
fn means_something_else(one: &str, other: &str) -> bool {
    let words = |text: &'_ str| text.split(['_', '-', ' ']).map(str::to_owned).collect::<Vec<_>>();
    let (one, other) = (words(one), words(other));
    let differ = |pair: &(&String, &String)| pair.0 != pair.1;
    let different: Vec<_> = one.iter().zip(&other).filter(differ).collect();
    if one.len() == other.len()
        && one.len() > 1
        && let [(mine, theirs)] = different.as_slice()
        && mine.chars().count().max(theirs.chars().count()) <= 2
    {
        return true;
    }
    let is_opposite = |mine: &str, theirs: &str| {
        OPPOSITES.iter().any(|(a, b)| {
            let rests = |a: &str, b: &str| mine.strip_prefix(a).zip(theirs.strip_prefix(b));
            let near =
                |(one, other): (&str, &str)| one.len() > 3 && strsim::damerau_levenshtein(one, other) <= 1;
            rests(a, b).is_some_and(near) || rests(b, a).is_some_and(near)
        })
    };
    different.iter().any(|(mine, theirs)| is_opposite(mine, theirs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_with_another_beginning_is_another_word() {
        assert_eq!(did_you_mean("neuroblastoma", ["glioblastoma"]), None);
        assert_eq!(did_you_mean("kreatinine", ["creatinine"]), Some("creatinine"));
        assert_eq!(did_you_mean("glioblastma", ["glioblastoma"]), Some("glioblastoma"));
    }

    #[test]
    fn the_opposite_of_a_word_is_never_offered_as_its_spelling() {
        for (written, known) in [
            ("hypotension", "hypertension"),
            ("hyperkalemia", "hypokalemia"),
            ("symptomatic_hypotension", "symptomatic_hypertension"),
            ("bradycardia", "tachycardia"),
            ("hepatitis_d", "hepatitis_b"),
            ("vitamin_a", "vitamin_d"),
        ] {
            assert_eq!(did_you_mean(written, [known]), None, "{written}");
        }
    }

    #[test]
    fn a_slip_is() {
        for (written, known) in [
            ("hypertensoin", "hypertension"),
            ("hipotension", "hypotension"),
            ("hepatits_b", "hepatitis_b"),
            ("vitamin_b12", "vitamin_b_12"),
            ("randomisation", "randomization"),
        ] {
            assert_eq!(did_you_mean(written, [known]), Some(known), "{written}");
        }
    }

    #[test]
    fn only_an_endless_word_is_cut() {
        let prose = "no measure `hba1c_at_randomization` is declared ".repeat(20);
        assert_eq!(readable(prose.clone()), prose);
        let endless = format!("`{}` is no word here", "ä".repeat(10_000));
        assert_eq!(readable(endless), format!("`{}…{}` is no word here", "ä".repeat(39), "ä".repeat(8)));
    }
}
