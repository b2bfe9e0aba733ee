//! From the tree with bound names to the typed model: units known, times anchored, definitions expanded.
//!
//! Lowering reports what keeps a part from having a meaning and leaves that part out, so that the rest is still
//! checked. What has a meaning but is hardly meant is the business of [`crate::check`].

mod amendment;
mod arithmetic;
mod collect;
mod comparison;
mod concept;
mod concerned;
mod days;
mod detail;
mod eligibility;
mod env;
mod example;
mod finding;
mod fit;
mod form;
mod header;
mod measure;
mod occurrence;
mod outcome;
mod points;
mod property;
mod rule;
mod schedule;
mod table;
mod term;
mod time;
mod treatment;
mod trend;
mod unit;
mod window;
mod words;

use indexmap::IndexMap;

use self::concerned::Concerned;
use self::env::Keys;
use self::term::Typed;
use crate::ast::{Item, Keyword};
use crate::diagnostics::Diagnostic;
use crate::model::{Concept, DeclaredForm, Measure, Named, Trial};
use crate::resolve::{Program, Scope};
use crate::source::{Sources, Span};

/// Version of the language that this compiler reads.
pub const LANGUAGE: u32 = 1;

/// The model of what has a meaning, and what has none.
#[derive(Debug)]
pub struct Lowered {
    /// Without its forms, which follow from the rest and from what is declared of them.
    pub trial: Trial,
    pub declared: Named<DeclaredForm>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Lowers a whole program.
pub fn lower(program: &Program, scope: &Scope<'_>, sources: &Sources) -> Lowered {
    let mut lowering = Lowering {
        scope,
        program,
        sources,
        diagnostics: Vec::new(),
        measures: IndexMap::new(),
        concepts: IndexMap::new(),
        lowering_measures: Vec::new(),
        expanding: Vec::new(),
        keys: Vec::new(),
        asking: String::new(),
        table_rows: IndexMap::new(),
        concerned: Concerned::default(),
    };
    let (trial, declared) = lowering.trial();
    Lowered { trial, declared, diagnostics: lowering.diagnostics }
}

struct Lowering<'a> {
    scope: &'a Scope<'a>,
    program: &'a Program,
    sources: &'a Sources,
    diagnostics: Vec<Diagnostic>,
    /// Measures lowered so far, by need; `None` for one that has no meaning.
    measures: IndexMap<String, Option<Measure>>,
    /// Conditions, drugs and procedures lowered so far.
    concepts: IndexMap<String, Concept>,
    /// Derived measures whose formula is being lowered: a second visit is a cycle.
    lowering_measures: Vec<String>,
    /// Definitions that are being expanded.
    expanding: Vec<String>,
    /// Where the keys of answers come from, the innermost last.
    keys: Vec<Keys>,
    /// The wording that an answer without its own question answers.
    asking: String,
    /// Values of the rows of tables that wait for what they are compared with, by the table's place.
    table_rows: IndexMap<Span, Vec<Typed>>,
    /// Whom the criterion that is being lowered concerns.
    concerned: Concerned,
}

impl<'a> Lowering<'a> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The author's words at a span, on one line and without comments.
    fn words(&self, span: Span) -> String {
        let text = self.sources.text(span);
        let lines = text.lines().map(|line| match comment_start(line) {
            Some(at) => &line[..at],
            None => line,
        });
        lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
    }

    /// The author's own items of a keyword, at any depth.
    fn own(&self, keyword: Keyword) -> Vec<&'a Item> {
        fn collect<'a>(items: &'a [Item], keyword: Keyword, found: &mut Vec<&'a Item>) {
            for item in items {
                if item.keyword.value == keyword {
                    found.push(item);
                }
                collect(&item.items, keyword, found);
            }
        }
        let mut found = Vec::new();
        collect(&self.program.own, keyword, &mut found);
        found
    }

    /// The author's own items of a keyword with their names, the nameless left out.
    fn own_named(&self, keyword: Keyword) -> Vec<(String, &'a Item)> {
        let named = |item: &'a Item| Some((item.name.as_ref()?.value.clone(), item));
        self.own(keyword).into_iter().filter_map(named).collect()
    }

    fn trial(&mut self) -> (Trial, Named<DeclaredForm>) {
        let header = self.header();
        let sites = self.sites();
        let events = self.events();
        let persons = self.persons();
        self.declare_concepts();
        for keyword in [Keyword::Measure, Keyword::Score, Keyword::Derive] {
            for (name, _) in self.own_named(keyword) {
                self.measure(&name);
            }
        }
        let definitions = self.definitions();
        let interventions = self.interventions();
        let backgrounds = self.backgrounds();
        let allocations = self.allocations();
        let arms = self.arms();
        let sequences = self.sequences();
        let decisions = self.decisions();
        let outcomes = self.outcomes();
        let schedule = self.schedule();
        let declared = self.declared_forms();
        let examples = self.examples(&decisions);
        let amendments = self.amendments();
        self.complete_concepts();
        let measures: Named<Measure> = std::mem::take(&mut self.measures)
            .into_iter()
            .filter_map(|(name, measure)| Some((name, measure?)))
            .collect();
        let trial = Trial {
            language: LANGUAGE,
            header,
            sites,
            events,
            concepts: std::mem::take(&mut self.concepts),
            persons,
            measures,
            definitions,
            interventions,
            backgrounds,
            allocations,
            arms,
            sequences,
            decisions,
            outcomes,
            schedule,
            forms: Named::new(),
            examples,
            amendments,
        };
        (trial, declared)
    }
}

/// Where a comment begins that is not inside a quoted text.
fn comment_start(line: &str) -> Option<usize> {
    let mut quoted = false;
    let bytes = line.as_bytes();
    for at in 0..bytes.len() {
        match bytes[at] {
            b'"' => quoted = !quoted,
            b'/' if !quoted && bytes.get(at + 1) == Some(&b'/') => return Some(at),
            _ => {}
        }
    }
    None
}

/// The wording of an item, or its name with blanks.
fn label_of(item: &Item) -> String {
    match (&item.prose, &item.name) {
        (Some(prose), _) => prose.value.clone(),
        (None, Some(name)) => spelled(&name.value),
        (None, None) => item.keyword.value.text().to_owned(),
    }
}

/// A name as words: `hospital_admission` is `Hospital admission`.
fn spelled(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
