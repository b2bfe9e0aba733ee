//! What was written: the tree of one file, with spans and comments, nothing resolved.
//!
//! Every item has the same shape (keyword, name, approved wording, body, properties, items inside); which
//! properties it may have, and how each is read, is said once in [`crate::syntax::schema`]. Equality ignores
//! spans, so the formatter can compare the tree of its output with the tree of its input.

mod expr;
mod value;

pub use expr::*;
pub use value::*;

use crate::source::{Span, Spanned};

/// A name as the author wrote it.
pub type Name = Spanned<String>;

/// What prose puts behind a drug, where the language has `taking` before it.
pub const WORDS_FOR_TAKING: [&str; 6] = ["taken", "received", "given", "used", "administered", "prescribed"];

/// One parsed file. Parsing never fails: what could not be read is missing here and reported beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    pub items: Vec<Item>,
}

/// A statement: `keyword name "approved wording": body { properties and items }`.
#[derive(Clone, Debug)]
pub struct Item {
    pub keyword: Spanned<Keyword>,
    pub name: Option<Name>,
    /// The approved wording, the record's or protocol's own.
    pub prose: Option<Spanned<String>>,
    /// The body after the colon, in the short form. Its reading depends on the keyword.
    pub body: Option<Spanned<Value>>,
    /// Properties of the block, and the keyworded parts of the head (`at randomization` is property `at`).
    pub properties: Vec<Property>,
    pub items: Vec<Item>,
    /// Documentation comments (`///`) above the item, without the slashes.
    pub docs: Vec<String>,
    /// From keyword to the end of the block or body.
    pub span: Span,
}

/// `key: value` inside a block, or a flag without value (`repeats`).
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    pub key: Spanned<String>,
    pub value: Spanned<Value>,
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        let Self { keyword, name, prose, body, properties, items, docs, span: _ } = self;
        (keyword, name, prose, body) == (&other.keyword, &other.name, &other.prose, &other.body)
            && (properties, items, docs) == (&other.properties, &other.items, &other.docs)
    }
}

impl Item {
    /// Keyword, name and wording: what a message underlines when it speaks of the whole item.
    pub fn head_span(&self) -> Span {
        let end = self.prose.as_ref().map(|prose| prose.span).or(self.name.as_ref().map(|name| name.span));
        end.map_or(self.keyword.span, |end| self.keyword.span.to(end))
    }

    pub fn name_span(&self) -> Span {
        self.name.as_ref().map_or(self.keyword.span, |name| name.span)
    }

    /// The first property of this key.
    pub fn property(&self, key: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.key.value == key)
    }

    pub fn properties_of<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |property| property.key.value == key)
    }

    pub fn items_of(&self, keyword: Keyword) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.keyword.value == keyword)
    }
}

macro_rules! keywords {
    ($($(#[$doc:meta])* $variant:ident $text:literal;)*) => {
        /// What an item declares.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Keyword { $($(#[$doc])* $variant,)* }

        impl Keyword {
            pub const ALL: &'static [Keyword] = &[$(Keyword::$variant,)*];

            pub fn text(self) -> &'static str {
                match self { $(Keyword::$variant => $text,)* }
            }

            pub fn from_text(text: &str) -> Option<Self> {
                match text { $($text => Some(Keyword::$variant),)* _ => None }
            }
        }
    };
}

keywords! {
    /// The trial's header: identity, design, dates.
    Trial "trial";
    /// Takes in a library (`std.labs`) or another file (`"labs.trial"`).
    Use "use";
    /// A place where the trial runs.
    Site "site";
    /// Something that can happen to a participant.
    Event "event";
    /// A diagnosis, sign or symptom.
    Condition "condition";
    /// A substance.
    Drug "drug";
    /// A set of substances.
    DrugClass "drug_class";
    /// Something done to a participant.
    Procedure "procedure";
    /// Another person of whom criteria speak (mother, partner, carer).
    Person "person";
    /// A quantity or coded result.
    Measure "measure";
    /// An ordinal score or scale.
    Score "score";
    /// A quantity computed from others.
    Derive "derive";
    /// A named truth, used by name in rules.
    Define "define";
    Intervention "intervention";
    /// Therapy that every participant has beside the arms' interventions.
    Background "background";
    /// A named treatment plan that several arms share.
    Regimen "regimen";
    /// An allocation: when, in which ratio, to which arms.
    Randomize "randomize";
    Arm "arm";
    /// What an arm, background therapy, regimen or period gives.
    Gives "gives";
    /// A crossover sequence of periods.
    Sequence "sequence";
    Period "period";
    Washout "washout";
    /// A decision and its criteria.
    Eligibility "eligibility";
    Include "include";
    Exclude "exclude";
    Outcome "outcome";
    Schedule "schedule";
    Clock "clock";
    Epoch "epoch";
    Visit "visit";
    Visits "visits";
    /// A repeating segment of visits.
    Cycle "cycle";
    /// Times within a day at which something is done again and again.
    Timepoints "timepoints";
    Collect "collect";
    Form "form";
    Field "field";
    Example "example";
    /// A statement inside an example: something recorded of the person.
    Fact "fact";
    Expect "expect";
    /// A later version of the protocol: what it is based on, why, and the author's summary of what changed.
    Amendment "amendment";
    /// A line of the summary of changes.
    Change "change";
    /// Statements that take the place of those of the same name.
    Replace "replace";
    /// Statements of which only the parts that are given change.
    Revise "revise";
    /// Statements that are no longer there.
    Remove "remove";
}

/// A comment that is not documentation, for the formatter.
#[derive(Clone, Debug, PartialEq)]
pub struct Comment {
    pub text: String,
    pub span: Span,
}
