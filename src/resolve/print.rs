//! The whole protocol as one text, with what each amendment did beside the statement.
//!
//! A statement that no amendment touched is copied with its comments, letter for letter; of a changed one each part is
//! copied from the file that says it.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::amend::{Action, in_words};
use super::program::Program;
use crate::ast::{Collection, Item, Keyword, NameOrRange, Property, Value};
use crate::source::{FileId, Sources, Span};
use crate::syntax;
use crate::syntax::schema::{self, Head};

/// The text of the protocol with all amendments carried out; it compiles to the same trial. Not laid out.
pub fn resolved(program: &Program, sources: &Sources) -> String {
    let mut files: Vec<FileId> = program.own.iter().map(|item| item.span.file).collect();
    files.sort_unstable();
    files.dedup();
    let mut written = HashMap::default();
    for file in files {
        for item in syntax::parse(file, &sources.get(file).text).file.items {
            remember(item, &mut written);
        }
    }
    let printer = Printer { program, sources, written };
    let mut text = String::new();
    let mut libraries = program.libraries.iter().copied().collect::<Vec<_>>().join(", ");
    if !libraries.is_empty() {
        libraries = format!("use {libraries}\n");
    }
    for item in &program.own {
        printer.item(item, &mut text);
        text.push('\n');
        if item.keyword.value == Keyword::Trial {
            text.push('\n');
            text.push_str(&std::mem::take(&mut libraries));
        }
    }
    text.insert_str(0, &libraries);
    printer.removed(&mut text);
    text
}

/// The statements as they were written, by their places.
type Written = HashMap<(FileId, u32), Item, FixedState>;

fn remember(item: Item, written: &mut Written) {
    for inner in &item.items {
        remember(inner.clone(), written);
    }
    written.insert((item.span.file, item.span.start), item);
}

struct Printer<'a> {
    program: &'a Program,
    sources: &'a Sources,
    written: Written,
}

impl Printer<'_> {
    fn item(&self, item: &Item, text: &mut String) {
        self.before(item, text);
        if !self.provenance(item).is_empty() {
            text.push('\n');
        }
        for (name, action) in self.provenance(item) {
            text.push_str(&format!("// {} by {name}\n", in_the_past(action)));
        }
        let written = self.written.get(&(item.span.file, item.span.start));
        if written == Some(item) && item.property("amends").is_none() {
            text.push_str(self.sources.text(item.span));
            return;
        }
        self.head(item, text);
        match (item.body.as_ref(), written) {
            (Some(body), Some(written)) => match &body.value {
                Value::Collection(collection) => self.collection(collection, written, text),
                _ => text.push_str(&format!(": {}", self.sources.text(body.span))),
            },
            (Some(body), None) => text.push_str(&format!(": {}", self.sources.text(body.span))),
            (None, _) => {}
        }
        let properties: Vec<&Property> =
            item.properties.iter().filter(|property| !is_said_elsewhere(item, property)).collect();
        if properties.is_empty() && item.items.is_empty() {
            // Without a body there would be nothing behind the head.
            if item.body.is_none() && schema::row(item.keyword.value).has_block() {
                text.push_str(" { }");
            }
            return;
        }
        text.push_str(" {\n");
        for property in properties {
            let key = &property.key.value;
            match property.value.value {
                Value::Flag => text.push_str(&format!("{key}\n")),
                _ => text.push_str(&format!("{key}: {}\n", self.sources.text(property.value.span))),
            }
        }
        for inner in &item.items {
            self.item(inner, text);
            text.push('\n');
        }
        text.push('}');
    }

    /// Comments and empty lines above a statement.
    fn before(&self, item: &Item, text: &mut String) {
        let source = &self.sources.get(item.span.file).text;
        let start = item.span.range().start;
        let line = source[..start].rfind('\n').map_or(0, |at| at + 1);
        if !source[line..start].trim().is_empty() {
            return;
        }
        let mut from = line;
        while from > 0 {
            let above = source[..from - 1].rfind('\n').map_or(0, |at| at + 1);
            let words = source[above..from].trim();
            if !words.is_empty() && !words.starts_with("//") {
                break;
            }
            from = above;
        }
        text.push_str(&source[from..line]);
    }

    /// The amendments that touched a statement, from the first to the last.
    fn provenance(&self, item: &Item) -> Vec<(String, Action)> {
        let statement = in_words(item);
        let mut found = Vec::new();
        for (head, touched) in &self.program.amended {
            let own = touched.iter().filter(|touched| {
                touched.statement == statement
                    && (touched.action != Action::Added || touched.span.file == item.span.file)
            });
            found.extend(own.map(|touched| (self.name_of(*head), touched.action)));
        }
        found
    }

    fn name_of(&self, head: Span) -> String {
        let own = self.program.own.iter().find(|item| item.head_span() == head);
        own.and_then(|item| item.name.as_ref())
            .map_or_else(|| "an amendment".to_owned(), |name| name.value.clone())
    }

    fn removed(&self, text: &mut String) {
        for (head, touched) in &self.program.amended {
            for gone in touched.iter().filter(|touched| touched.action == Action::Removed) {
                text.push_str(&format!("// {} removed `{}`\n", self.name_of(*head), gone.statement));
            }
        }
    }

    fn head(&self, item: &Item, text: &mut String) {
        text.push_str(item.keyword.value.text());
        let row = schema::row(item.keyword.value);
        let names = |key: &str| item.property(key).map(|property| self.names(property)).unwrap_or_default();
        match row.head {
            Head::ForEvent => text.push_str(&format!(" for {}", names("for"))),
            Head::TierAndName => text.push_str(&format!(" {}", names("tier"))),
            Head::Names => text.push_str(&format!(" {}", names("names"))),
            _ => {}
        }
        if let Some(name) = &item.name {
            text.push_str(&format!(" {}", name.value));
        }
        if row.head == Head::NameAtEvent {
            text.push_str(&format!(" at {}", names("at")));
        }
        if let Some(prose) = &item.prose {
            text.push_str(&format!(" {}", self.sources.text(prose.span)));
        }
    }

    fn names(&self, property: &Property) -> String {
        match &property.value.value {
            Value::Names(names) => names.iter().map(in_text).collect::<Vec<_>>().join(", "),
            _ => self.sources.text(property.value.span).to_owned(),
        }
    }

    /// What is still collected, and whatever is said behind the visits.
    fn collection(&self, collection: &Collection, written: &Item, text: &mut String) {
        let what: Vec<&str> = collection.what.iter().map(|name| name.value.as_str()).collect();
        text.push_str(&format!(" {}", what.join(", ")));
        let Some(Value::Collection(before)) = written.body.as_ref().map(|body| &body.value) else { return };
        if !collection.at.is_empty() {
            let visits = collection.at.iter().map(|at| match &at.rounds {
                Some(rounds) => format!("{} of {}", in_text(&at.visit), self.sources.text(rounds.span)),
                None => in_text(&at.visit),
            });
            text.push_str(&format!(" at {}", visits.collect::<Vec<_>>().join(", ")));
        }
        let end_of = |visit: &NameOrRange| match visit {
            NameOrRange::Name(name) => name.span.end,
            NameOrRange::Range { to, .. } => to.span.end,
        };
        let said = before
            .at
            .iter()
            .map(|at| end_of(&at.visit).max(at.rounds.as_ref().map_or(0, |rounds| rounds.span.end)))
            .chain(before.what.iter().map(|name| name.span.end))
            .max();
        if let Some(said) = said {
            let rest = Span { start: said, ..written.span };
            text.push_str(self.sources.text(rest));
        }
    }
}

fn in_text(name: &NameOrRange) -> String {
    match name {
        NameOrRange::Name(name) => name.value.clone(),
        NameOrRange::Range { from, to } => format!("{} to {}", from.value, to.value),
    }
}

/// Whether the property is said between keyword and wording, or is true no longer: a whole protocol amends no other file.
fn is_said_elsewhere(item: &Item, property: &Property) -> bool {
    let key = property.key.value.as_str();
    if item.keyword.value == Keyword::Amendment {
        return key == "amends";
    }
    match schema::row(item.keyword.value).head {
        Head::ForEvent => key == "for",
        Head::TierAndName => key == "tier",
        Head::Names => key == "names",
        Head::NameAtEvent => key == "at",
        _ => false,
    }
}

fn in_the_past(action: Action) -> &'static str {
    match action {
        Action::Added => "added",
        Action::Replaced => "replaced",
        Action::Revised => "revised",
        Action::Removed => "taken from",
    }
}
