//! The one table of codes. A code is stable: it is never reused and never changes its meaning. Families follow
//! the questions a reviewer asks: G grammar, B names and files, K kinds of value, U units, N numbers, T time,
//! L logic, C concepts and wording, A arms, S schedule, F forms, O outcomes, P population, R registry, X text,
//! E examples.

use super::Severity::{self, Error, Info, Warning};

/// A kind of finding, with the page that `trialc explain` shows.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    /// Stable, short: `U01`.
    pub id: &'static str,
    /// Stable, readable: `missing-unit`.
    pub name: &'static str,
    pub severity: Severity,
    /// Markdown: what it finds, why it matters, an example that raises it, what to write instead.
    pub page: &'static str,
}

impl Code {
    /// The page's first line, without the mark of a heading.
    pub fn title(&self) -> &'static str {
        self.page.lines().next().unwrap_or(self.name).trim_start_matches(['#', ' '])
    }
}

macro_rules! codes {
    ($($constant:ident $id:literal $name:literal $severity:ident;)*) => {
        $(pub static $constant: Code = Code {
            id: $id,
            name: $name,
            severity: $severity,
            page: include_str!(concat!("pages/", $id, ".md")),
        };)*

        /// Every code, in the order of the families.
        pub static ALL: &[&Code] = &[$(&$constant,)*];
    };
}

/// The code of this id or name, whatever the case.
pub fn find(wanted: &str) -> Option<&'static Code> {
    ALL.iter()
        .copied()
        .find(|code| code.id.eq_ignore_ascii_case(wanted) || code.name.eq_ignore_ascii_case(wanted))
}

codes! {
    // ---- G: grammar -----------------------------------------------------------------------------
    SYNTAX "G01" "syntax" Error;
    MISSING_COLON "G02" "missing-colon" Error;
    UNCLOSED_BLOCK "G03" "unclosed-block" Error;
    UNCLOSED_QUOTE "G04" "unclosed-quote" Error;
    UNKNOWN_KEYWORD "G05" "unknown-keyword" Error;
    UNKNOWN_PROPERTY "G06" "unknown-property" Error;
    BAD_COMPARISON "G07" "bad-comparison" Error;
    DECIMAL_COMMA "G08" "decimal-comma" Error;
    CURLY_QUOTES "G09" "curly-quotes" Error;
    STRAY_TEXT "G10" "stray-text" Error;
    MISSING_NAME "G11" "missing-name" Error;
    BAD_NAME "G12" "bad-name" Error;
    BAD_VALUE "G13" "bad-value" Error;
    MIXED_AND_OR "G14" "mixed-and-or" Error;
    TOO_DEEP "G15" "too-deep" Error;
    NOT_TEXT "G16" "not-text" Error;
    UNCLOSED_PARENTHESIS "G17" "unclosed-parenthesis" Error;
    MISPLACED "G18" "misplaced-item" Error;
    WORD_FOR_SYMBOL "G19" "word-of-prose" Error;
}
