//! The standard library, written in the language itself: names, units, molar masses, codes and plausible ranges of what
//! protocols speak of. It never gives a protocol's windows or limits.
//!
//! The texts hold some hundreds of items of which a protocol uses a few, so a compilation parses an [`excerpt`]: the
//! same text with everything else blanked, in which every byte keeps its place. NOTICE.md beside this file
//! acknowledges the terminologies.

mod split;

use std::collections::{BTreeSet, HashMap};
use std::iter::repeat;
use std::sync::OnceLock;

use foldhash::fast::FixedState;
use split::Entry;

macro_rules! libraries {
    ($($name:literal)*) => {
        /// The libraries, as `use` names them.
        pub const NAMES: &[&str] = &[$(concat!("std.", $name),)*];

        const PATHS: &[&str] = &[$(concat!("std/", $name, ".trial"),)*];

    };
}

libraries! { "labs" "vitals" "demographics" "diabetes" "scores" "drugs" "drug_classes" "conditions" "procedures" }

/// In the order of [`NAMES`].
const TEXTS: [&str; NAMES.len()] = [
    concat!(
        include_str!("labs/blood.trial"),
        include_str!("labs/chemistry.trial"),
        include_str!("labs/metabolism.trial"),
        include_str!("labs/other.trial"),
    ),
    include_str!("vitals.trial"),
    include_str!("demographics.trial"),
    include_str!("diabetes.trial"),
    include_str!("scores.trial"),
    include_str!("drugs.trial"),
    include_str!("drug_classes.trial"),
    include_str!("conditions.trial"),
    include_str!("procedures.trial"),
];

/// The whole text of a library.
pub fn text(name: &str) -> Option<&'static str> {
    position(name).map(|library| TEXTS[library])
}

/// The path under which messages show a library: `std/labs.trial`.
pub fn path(name: &str) -> Option<&'static str> {
    position(name).map(|library| PATHS[library])
}

/// The names that a library declares, in the order of its text; empty for an unknown library.
pub fn declared(name: &str) -> Vec<&'static str> {
    let index = index();
    position(name)
        .map_or_else(Vec::new, |library| index.libraries[library].iter().map(|item| item.name).collect())
}

/// The library that declares this item, for the hint "add `use std.labs`".
pub fn home_of(item: &str) -> Option<&'static str> {
    index().homes.get(item).map(|&(library, _)| NAMES[library])
}

/// The items that go by another name: first those whose title or other name (`also:`) it is, whatever its case and
/// blanks, then those whose name has all its words (`direct_bilirubin`, `qtc`), shorter names first.
pub fn called(word: &str) -> Vec<&'static str> {
    let plain = |text: &str| text.to_lowercase().replace(['_', '-', ' '], "");
    let wanted = plain(word);
    let index = index();
    let items = || index.libraries.iter().zip(TEXTS).flat_map(|(items, text)| items.iter().zip(repeat(text)));
    let titled = |(item, text): &(&Entry<'static>, &str)| {
        split::titles(&text[item.span.clone()]).any(|title| plain(title) == wanted)
    };
    let mut found: Vec<&'static str> = items().filter(titled).map(|(item, _)| item.name).collect();
    let word = word.to_lowercase();
    let words: Vec<&str> = word.split('_').filter(|word| word.len() > 2).collect();
    let has_all = |name: &str| {
        words.iter().all(|word| {
            name.split('_')
                .any(|part| part == *word || part.strip_prefix(word).is_some_and(|rest| rest.len() == 1))
        })
    };
    let mut near: Vec<&'static str> =
        items().map(|(item, _)| item.name).filter(|name| !words.is_empty() && has_all(name)).collect();
    near.sort_by_key(|name| name.len());
    near.retain(|name| !found.contains(name));
    found.extend(near);
    found
}

/// An item of the library with a code of a terminology: the names that it goes by, and the code's own text.
pub struct Coded {
    pub code: &'static str,
    /// Title and other names.
    pub names: Vec<&'static str>,
    pub display: Option<&'static str>,
}

/// Every code of a terminology (`loinc`, `snomed`, `icd10`, `rxnorm`, `atc`, …) that the library has, in its order.
pub fn coded(terminology: &str) -> Vec<Coded> {
    let items = index().libraries.iter().zip(TEXTS).flat_map(|(items, text)| items.iter().zip(repeat(text)));
    let texts = items.map(|(item, text)| &text[item.span.clone()]);
    texts
        .flat_map(|item| {
            split::codes(item, terminology).map(move |(code, display)| Coded {
                code,
                names: split::titles(item).collect(),
                display,
            })
        })
        .collect()
}

/// Reads the table of contents, which is needed once in a run: worth doing beside something else.
pub fn prepare() {
    index();
}

/// The library items among these words, and every item that they need, in whichever library.
pub fn closure(words: &BTreeSet<&str>) -> BTreeSet<&'static str> {
    close(words.iter().filter_map(|word| index().homes.get_key_value(*word).map(|(name, _)| *name)).collect())
}

/// The items that are wanted of the library that declares them, and every item that they need, in whichever library.
pub fn wanted(is_wanted: &dyn Fn(&'static str, &'static str) -> bool) -> BTreeSet<&'static str> {
    let homes = index().homes.iter();
    close(
        homes
            .filter(|(item, (library, _))| is_wanted(NAMES[*library], item))
            .map(|(item, _)| *item)
            .collect(),
    )
}

/// The text of a library in which only these items are left. Everything else is blanked with spaces, byte for byte, so
/// that places in the excerpt are places in the text. Empty for an unknown library, and where none of its items is left.
pub fn excerpt(name: &str, kept: &BTreeSet<&'static str>) -> String {
    let Some(library) = position(name) else { return String::new() };
    let index = index();
    if !index.libraries[library].iter().any(|item| kept.contains(item.name)) {
        return String::new();
    }
    let text = TEXTS[library];
    let mut excerpt = String::with_capacity(text.len());
    let mut at = 0;
    for item in index.libraries[library].iter().filter(|item| kept.contains(item.name)) {
        blank(&text[at..item.span.start], &mut excerpt);
        excerpt.push_str(&text[item.span.clone()]);
        at = item.span.end;
    }
    blank(&text[at..], &mut excerpt);
    excerpt
}

struct Index {
    /// The items of each library.
    libraries: Vec<Vec<Entry<'static>>>,
    /// For each item, its library and its place in it.
    homes: HashMap<&'static str, (usize, usize), FixedState>,
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut libraries: Vec<Vec<Entry<'static>>> = TEXTS.iter().map(|text| split::split(text)).collect();
        let mut homes = HashMap::default();
        for (library, items) in libraries.iter().enumerate() {
            for (place, item) in items.iter().enumerate() {
                homes.entry(item.name).or_insert((library, place));
            }
        }
        for item in libraries.iter_mut().flatten() {
            item.words.retain(|word| homes.contains_key(word));
        }
        Index { libraries, homes }
    })
}

fn position(name: &str) -> Option<usize> {
    NAMES.iter().position(|library| *library == name)
}

fn close(mut items: BTreeSet<&'static str>) -> BTreeSet<&'static str> {
    let index = index();
    let mut open: Vec<&'static str> = items.iter().copied().collect();
    while let Some(item) = open.pop() {
        let Some(&(library, place)) = index.homes.get(item) else { continue };
        for &need in &index.libraries[library][place].words {
            if items.insert(need) {
                open.push(need);
            }
        }
    }
    items
}

/// Spaces for everything but the ends of lines.
fn blank(text: &str, into: &mut String) {
    into.extend(text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
}

#[cfg(test)]
mod tests;
