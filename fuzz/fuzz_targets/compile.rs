//! No text makes the compiler panic, and every message can be shown. Seeds: `protocols` and `src/library`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trialc::compile::compile;
use trialc::diagnostics::render::{Format, Look, render};
use trialc::source::{LoadError, Loader};

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

fuzz_target!(|text: &str| {
    let compilation = compile(&Only(text), "main.trial").expect("the main file is in memory");
    for format in [Format::Human, Format::Plain, Format::Json, Format::Github, Format::Sarif] {
        render(format, Look::default(), &compilation.sources, &compilation.diagnostics);
    }
    assert_eq!(compilation.trial.is_none(), compilation.has_errors());
});
