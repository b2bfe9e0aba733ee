//! The protocols that the benchmarks compile are sound, and larger ones are only longer.

#[path = "support/generated.rs"]
mod generated;

use trialc::compile::compile;
use trialc::diagnostics::render::{Format, Look, render};
use trialc::source::{LoadError, Loader};

struct Only(String);

impl Loader for Only {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        if path == "main.trial" { Ok(self.0.clone()) } else { Err(LoadError::Missing { suggestion: None }) }
    }
}

#[test]
fn a_generated_protocol_compiles_without_a_fault() {
    for size in [5_000, 100_000] {
        let text = generated::protocol(size);
        assert!((size..size + 5_000).contains(&text.len()), "{} bytes, {size} asked for", text.len());
        let compilation = compile(&Only(text), "main.trial").expect("the text is in memory");
        let said = render(Format::Plain, Look::default(), &compilation.sources, &compilation.diagnostics);
        assert!(!compilation.has_errors(), "{}", said.chars().take(2_000).collect::<String>());
        assert!(compilation.trial.is_some());
    }
}
