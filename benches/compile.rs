//! How fast protocols compile, and whether the time grows with their size: the first trial, and generated ones of
//! 1 and 2 MB. Beside them, on the same bytes and in the same run, two floors: a pest grammar of nothing but
//! tokens, walked once, and a scan for line ends.
//!
//! `cargo bench --bench compile`

#[path = "../tests/support/generated.rs"]
mod generated;

use std::hint::black_box;
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::BytesCount;
use pest::Parser;
use trialc::compile::compile;
use trialc::source::{FileId, LoadError, Loader};
use trialc::{check, emit, syntax};

const FIRST: &str = include_str!("../protocols/nct01719640/trial.trial");
static ONE: LazyLock<String> = LazyLock::new(|| generated::protocol(1_000_000));
static TWO: LazyLock<String> = LazyLock::new(|| generated::protocol(2_000_000));

const TEXTS: &[&str] = &["first", "1 MB", "2 MB"];

fn text(name: &str) -> &'static str {
    match name {
        "first" => FIRST,
        "1 MB" => &ONE,
        _ => &TWO,
    }
}

struct Only(&'static str);

impl Loader for Only {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        if path == "main.trial" {
            Ok(self.0.to_owned())
        } else {
            Err(LoadError::Missing { suggestion: None })
        }
    }
}

mod tokens {
    /// Words, numbers, texts, comments and signs, one after the other.
    #[derive(pest_derive::Parser)]
    #[grammar_inline = r##"
        file = { SOI ~ (token | NEWLINE | " ")* ~ EOI }
        token = _{ text | comment | word | number | sign }
        text = @{ "\"" ~ (!"\"" ~ ANY)* ~ "\"" }
        comment = @{ "//" ~ (!NEWLINE ~ ANY)* }
        word = @{ ASCII_ALPHA ~ (ASCII_ALPHANUMERIC | "_")* }
        number = @{ ASCII_DIGIT+ ~ ("." ~ ASCII_DIGIT+)? }
        sign = @{ ANY }
    "##]
    pub struct Tokens;
}

fn main() {
    // What is measured must be what is meant.
    for name in TEXTS {
        let compilation = compile(&Only(text(name)), "main.trial").expect("the text is in memory");
        assert!(compilation.trial.is_some(), "{name} does not compile");
    }
    divan::main();
}

#[divan::bench(args = TEXTS, max_time = 3)]
fn a_line_scan(bencher: Bencher, name: &str) {
    let text = text(name);
    bencher
        .counter(BytesCount::of_str(text))
        .bench(|| memchr::memchr_iter(b'\n', black_box(text).as_bytes()).count());
}

#[divan::bench(args = TEXTS, max_time = 3)]
fn b_token_walk(bencher: Bencher, name: &str) {
    let text = text(name);
    bencher.counter(BytesCount::of_str(text)).bench(|| {
        let pairs =
            tokens::Tokens::parse(tokens::Rule::file, black_box(text)).expect("everything is a token");
        pairs.flatten().count()
    });
}

#[divan::bench(args = TEXTS, max_time = 3)]
fn c_parse(bencher: Bencher, name: &str) {
    let text = text(name);
    bencher.counter(BytesCount::of_str(text)).bench(|| syntax::parse(FileId(0), black_box(text)));
}

#[divan::bench(args = TEXTS, max_time = 3)]
fn d_lints(bencher: Bencher, name: &str) {
    let text = text(name);
    let trial = compile(&Only(text), "main.trial").ok().and_then(|compilation| compilation.trial);
    let trial = trial.expect("main has looked");
    bencher.counter(BytesCount::of_str(text)).bench(|| check::check(black_box(&trial)));
}

#[divan::bench(args = TEXTS, max_time = 3)]
fn e_compile(bencher: Bencher, name: &str) {
    let text = text(name);
    bencher.counter(BytesCount::of_str(text)).bench(|| compile(&Only(black_box(text)), "main.trial"));
}

#[divan::bench(max_time = 3)]
fn f_compile_and_build_the_first_trial(bencher: Bencher) {
    bencher.counter(BytesCount::of_str(FIRST)).bench(|| {
        let compilation = compile(&Only(black_box(FIRST)), "main.trial").expect("the text is in memory");
        let trial = compilation.trial.expect("main has looked");
        let built =
            emit::TARGETS.iter().filter(|target| target.default).flat_map(|target| (target.emit)(&trial));
        built.map(|artifact| artifact.content.len()).sum::<usize>()
    });
}
