//! JSON with places and with numbers as they are written. A number never passes through a binary float, and
//! every value knows where it stands, so that a message can point at it.
//!
//! What is read lies on a [`Tape`]: one value behind the other in the order of the text, each with the place of what
//! follows it. Texts stay in the text that was read. One tape serves for one document after the other, so that a
//! million of them are read in the room of the largest; a [`Json`] is a place on it.

mod read;

use std::ops::Range;

pub use read::{Fault, first_object_has};

/// What was read last.
#[derive(Debug, Default)]
pub struct Tape {
    nodes: Vec<Node>,
    /// Texts whose escapes are resolved, one behind the other.
    resolved: String,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    sort: Sort,
    /// The byte at which it begins.
    at: u32,
    /// The byte behind it; of a [`Sort::Resolved`] text where it ends in [`Tape::resolved`]; of an object the signs of its
    /// keys, one upon the other; of a list nothing.
    end: u32,
    /// Of a list or object the node behind all that it holds; of a [`Sort::Resolved`] text where it begins there; of a
    /// [`Sort::Text`] that is a key the next key, or the end of the object.
    next: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Null,
    True,
    False,
    Number,
    /// A text that stands in quotation marks as it is.
    Text,
    /// A text with escapes.
    Resolved,
    /// Its items follow.
    List,
    /// A key and its value follow, and the next key.
    Object,
}

/// A value.
#[derive(Clone, Copy, Debug)]
pub struct Json<'j> {
    text: &'j str,
    tape: &'j Tape,
    place: usize,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Is<'j> {
    Null,
    Flag(bool),
    /// As it is written: `9.10` is not `9.1`.
    Number(&'j str),
    Text(&'j str),
    List(Items<'j>),
    Object(Members<'j>),
}

/// A bit for a name, by its length and two of its letters: names with different signs are different names.
fn sign_of(name: &[u8]) -> u64 {
    let sum = match name {
        [first, .., last] => usize::from(*first) + 7 * usize::from(*last) + 13 * name.len(),
        _ => name.len(),
    };
    1 << (sum & 63)
}

/// Signs in half of the room.
fn folded(signs: u64) -> u32 {
    (signs | signs >> 32) as u32
}

impl Tape {
    /// Reads one value; nothing but blanks may follow it.
    ///
    /// # Errors
    /// At the first byte that is not JSON (RFC 8259), where a key stands twice, where values are nested too deeply, and
    /// where the text is longer than 4 GB.
    pub fn read<'j>(&'j mut self, text: &'j str) -> Result<Json<'j>, Fault> {
        read::one(self, text).map_err(|fault| *fault)?;
        Ok(Json { text, tape: self, place: 0 })
    }

    /// Reads values that follow each other.
    ///
    /// # Errors
    /// As [`Tape::read`].
    pub fn read_all<'j>(&'j mut self, text: &'j str) -> Result<Items<'j>, Fault> {
        read::all(self, text).map_err(|fault| *fault)?;
        Ok(Items { text, tape: self, places: 0..self.nodes.len() })
    }

    #[inline]
    fn behind(&self, place: usize) -> usize {
        match self.nodes[place] {
            Node { sort: Sort::List | Sort::Object, next, .. } => next as usize,
            _ => place + 1,
        }
    }

    /// The key behind a key and its value.
    #[inline]
    fn next_key(&self, key: usize) -> usize {
        match self.nodes[key] {
            Node { sort: Sort::Text, next, .. } => next as usize,
            _ => self.behind(key + 1),
        }
    }

    /// Whether a text is this one. Most differ in length already.
    #[inline]
    fn says(&self, text: &str, node: Node, wanted: &str) -> bool {
        let may_be = node.sort != Sort::Text || (node.end - node.at) as usize == wanted.len() + 2;
        may_be && self.bytes_of(text, node) == wanted.as_bytes()
    }

    /// The bytes of a text, none of everything else: names are compared without asking where letters begin.
    #[inline]
    fn bytes_of<'j>(&'j self, text: &'j str, node: Node) -> &'j [u8] {
        match node.sort {
            Sort::Text => &text.as_bytes()[node.at as usize + 1..node.end as usize - 1],
            Sort::Resolved => &self.resolved.as_bytes()[node.next as usize..node.end as usize],
            _ => &[],
        }
    }

    fn text_of<'j>(&'j self, text: &'j str, node: Node) -> Option<&'j str> {
        match node.sort {
            Sort::Text => Some(&text[node.at as usize + 1..node.end as usize - 1]),
            Sort::Resolved => Some(&self.resolved[node.next as usize..node.end as usize]),
            _ => None,
        }
    }
}

impl<'j> Json<'j> {
    fn node(self) -> Node {
        self.tape.nodes[self.place]
    }

    /// The byte at which it begins.
    pub fn at(self) -> usize {
        self.node().at as usize
    }

    pub fn is(self) -> Is<'j> {
        let node = self.node();
        match node.sort {
            Sort::Null => Is::Null,
            Sort::True => Is::Flag(true),
            Sort::False => Is::Flag(false),
            Sort::Number => Is::Number(&self.text[node.at as usize..node.end as usize]),
            Sort::Text | Sort::Resolved => Is::Text(self.text().unwrap_or_default()),
            Sort::List => Is::List(Items { text: self.text, tape: self.tape, places: self.inside() }),
            Sort::Object => Is::Object(Members { text: self.text, tape: self.tape, places: self.inside() }),
        }
    }

    fn inside(self) -> Range<usize> {
        self.place + 1..self.tape.behind(self.place)
    }

    /// A member of an object; `None` for everything else, and for `null`.
    pub fn get(self, name: &str) -> Option<Json<'j>> {
        if !self.may_have(name) {
            return None;
        }
        let is_it = |key: &usize| self.tape.says(self.text, self.tape.nodes[*key], name);
        let found = self.places_of_keys().find(is_it)?;
        Some(Json { place: found + 1, ..self }).filter(|value| !value.is_null())
    }

    /// What is asked for is mostly not there, and the signs of the keys say so.
    #[inline]
    fn may_have(self, name: &str) -> bool {
        let node = self.node();
        node.sort == Sort::Object && node.end & folded(sign_of(name.as_bytes())) != 0
    }

    /// Several members in one pass, each as [`Json::get`] finds it.
    pub fn members<const N: usize>(self, names: [&str; N]) -> [Option<Json<'j>>; N] {
        let mut found = [None; N];
        for key in self.places_of_keys() {
            let node = self.tape.nodes[key];
            if let Some(place) = names.iter().position(|name| self.tape.says(self.text, node, name)) {
                found[place] = Some(Json { place: key + 1, ..self }).filter(|value| !value.is_null());
            }
        }
        found
    }

    /// The members of an object whose names begin so, each with the rest of its name. Those that are `null` are left out.
    pub fn beginning(self, name: &str) -> impl Iterator<Item = (&'j str, Json<'j>)> {
        let members = self.places_of_keys().filter_map(move |key| {
            let node = self.tape.nodes[key];
            let (key_name, name) = (self.tape.bytes_of(self.text, node), name.as_bytes());
            // Most differ in their first letter already.
            if key_name.first() != name.first() || !key_name.starts_with(name) {
                return None;
            }
            let rest = self.tape.text_of(self.text, node)?.get(name.len()..)?;
            Some((rest, Json { place: key + 1, ..self }))
        });
        members.filter(|(_, value)| !value.is_null())
    }

    /// Where the keys of an object stand; none of everything else.
    #[inline]
    fn places_of_keys(self) -> impl Iterator<Item = usize> {
        let mut places = if self.is_object() { self.inside() } else { 0..0 };
        std::iter::from_fn(move || {
            let key = places.start;
            (key < places.end).then(|| {
                places.start = self.tape.next_key(key);
                key
            })
        })
    }

    pub fn is_null(self) -> bool {
        self.node().sort == Sort::Null
    }

    pub fn is_object(self) -> bool {
        self.node().sort == Sort::Object
    }

    pub fn text(self) -> Option<&'j str> {
        self.tape.text_of(self.text, self.node())
    }

    /// What stands here, for messages: `a list`.
    pub fn kind(self) -> &'static str {
        match self.node().sort {
            Sort::Null => "null",
            Sort::True | Sort::False => "true or false",
            Sort::Number => "a number",
            Sort::Text | Sort::Resolved => "a text",
            Sort::List => "a list",
            Sort::Object => "an object",
        }
    }
}

/// Values that follow each other.
#[derive(Clone, Debug)]
pub struct Items<'j> {
    text: &'j str,
    tape: &'j Tape,
    places: Range<usize>,
}

impl Items<'_> {
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

impl<'j> Iterator for Items<'j> {
    type Item = Json<'j>;

    fn next(&mut self) -> Option<Json<'j>> {
        let place = self.places.start;
        (place < self.places.end).then(|| {
            self.places.start = self.tape.behind(place);
            Json { text: self.text, tape: self.tape, place }
        })
    }
}

/// Keys and values of an object, in the order of the text.
#[derive(Clone, Debug)]
pub struct Members<'j> {
    text: &'j str,
    tape: &'j Tape,
    places: Range<usize>,
}

impl<'j> Iterator for Members<'j> {
    type Item = (&'j str, Json<'j>);

    fn next(&mut self) -> Option<(&'j str, Json<'j>)> {
        let key = self.places.start;
        (key < self.places.end).then(|| {
            self.places.start = self.tape.next_key(key);
            let name = self.tape.text_of(self.text, self.tape.nodes[key]).unwrap_or_default();
            (name, Json { text: self.text, tape: self.tape, place: key + 1 })
        })
    }
}

#[cfg(test)]
mod tests;
