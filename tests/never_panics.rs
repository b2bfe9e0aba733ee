//! No input makes the compiler panic: random text, words of the language in random order, and a whole protocol with
//! random damage. Whatever was found can be shown in every format.

use proptest::prelude::*;
use trialc::compile::compile;
use trialc::diagnostics::render::{Format, Look, render};
use trialc::source::{LoadError, Loader};

const WHOLE: &str = include_str!("../src/cli/scaffold/trial.trial");

struct Only<'a>(&'a str);

impl Loader for Only<'_> {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        if path == "main.trial" {
            Ok(self.0.to_owned())
        } else {
            Err(LoadError::Missing { suggestion: None })
        }
    }
}

/// Compiles, shows everything, and holds the result to what every result is.
fn survives(text: &str) {
    let compilation = compile(&Only(text), "main.trial").expect("the main file is in memory");
    for format in [Format::Human, Format::Plain, Format::Json, Format::Github, Format::Sarif] {
        render(format, Look { width: 80, ..Look::default() }, &compilation.sources, &compilation.diagnostics);
    }
    if compilation.trial.is_none() {
        assert!(compilation.has_errors(), "no trial and no reason");
    }
    for found in &compilation.diagnostics {
        let source = compilation.sources.get(found.primary.span.file);
        let range = found.primary.span.range();
        assert!(source.text.get(range).is_some(), "{} underlines no whole characters", found.code.id);
    }
}

/// Words, signs and names of the language, cut out of the protocol.
fn words() -> Vec<&'static str> {
    let mut words: Vec<&str> =
        WHOLE.split_inclusive([' ', '\n', '(', ')', ',', ':', '{', '}', '"']).collect();
    words.extend([
        "not ", "unless ", "by sex ", "(", ")", "\"\"\"", "≥", "−3 ", "1e999", "0.", "x ULN", "\u{202e}",
        "\r",
    ]);
    words.sort_unstable();
    words.dedup();
    words
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        survives(&text);
    }

    #[test]
    fn any_words(words in prop::collection::vec(prop::sample::select(words()), 0..120)) {
        survives(&words.concat());
    }

    #[test]
    fn a_protocol_with_something_cut_out_and_something_put_in(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40), 1..6),
        word in prop::sample::select(words()),
    ) {
        let mut text: Vec<char> = WHOLE.chars().collect();
        for (place, length) in cuts {
            let at = place.index(text.len() + 1);
            let end = (at + length).min(text.len());
            text.splice(at..end, word.chars());
        }
        survives(&text.into_iter().collect::<String>());
    }
}
