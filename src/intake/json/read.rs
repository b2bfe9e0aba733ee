//! Reading JSON (RFC 8259) onto a tape.

use super::{Json, Node, Sort, Tape};

/// Deeper nesting is no record.
pub(super) const DEEPEST: usize = 64;

/// A text of so many bytes has a value or a key, as records have them: that much room saves moving what is read.
const BYTES_OF_A_NODE: usize = 8;

/// Why a text is not JSON, and at which byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub at: usize,
    pub message: String,
}

/// What is read, or a fault: in a box, so that what is nearly always well costs one word.
type Read<T> = Result<T, Box<Fault>>;

pub(super) fn one(tape: &mut Tape, text: &str) -> Read<()> {
    let mut reader = Reader::of(text, tape)?;
    reader.tape.nodes.reserve(text.len() / BYTES_OF_A_NODE);
    reader.value(0)?;
    reader.blanks();
    match reader.at == text.len() {
        true => Ok(()),
        false => Err(reader.fault("something follows the end of this value")),
    }
}

pub(super) fn all(tape: &mut Tape, text: &str) -> Read<()> {
    let mut reader = Reader::of(text, tape)?;
    loop {
        reader.blanks();
        if reader.at == text.len() {
            return Ok(());
        }
        reader.value(0)?;
    }
}

/// Whether the first object of a text, perhaps inside a list, has this key among its own. Reads no further than that.
pub fn first_object_has(text: &str, wanted: &str) -> bool {
    let mut tape = Tape::default();
    let Ok(mut reader) = Reader::of(text, &mut tape) else { return false };
    reader.blanks();
    if reader.takes(b'[') {
        reader.blanks();
    }
    if !reader.takes(b'{') {
        return false;
    }
    loop {
        reader.blanks();
        match reader.string() {
            Ok(key) if reader.tape.bytes_of(text, key) == wanted.as_bytes() => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
        reader.blanks();
        if !reader.takes(b':') || reader.value(1).is_err() {
            return false;
        }
        reader.blanks();
        if !reader.takes(b',') {
            return false;
        }
        // What was read is not what is looked for.
        reader.tape.nodes.clear();
    }
}

struct Reader<'t, 'p> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    tape: &'p mut Tape,
}

impl<'t, 'p> Reader<'t, 'p> {
    /// Begins a text, on an empty tape.
    fn of(text: &'t str, tape: &'p mut Tape) -> Read<Self> {
        tape.nodes.clear();
        tape.resolved.clear();
        // Places on a tape are kept short.
        match u32::try_from(text.len()) {
            Ok(_) => Ok(Self { text, bytes: text.as_bytes(), at: 0, tape }),
            Err(_) => Err(fault_at(0, "this text is longer than 4 GB")),
        }
    }

    fn fault(&self, message: impl Into<String>) -> Box<Fault> {
        fault_at(self.at, message)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn takes(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn push(&mut self, sort: Sort, at: usize) {
        self.tape.nodes.push(Node { sort, at: short(at), end: short(self.at), next: 0 });
    }

    fn value(&mut self, depth: usize) -> Read<()> {
        self.blanks();
        if depth > DEEPEST {
            return Err(self.fault(format!("values are nested more than {DEEPEST} deep")));
        }
        match self.peek() {
            Some(b'"') => {
                let text = self.string()?;
                self.tape.nodes.push(text);
            }
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'-' | b'0'..=b'9') => {
                let at = self.at;
                self.number()?;
                self.push(Sort::Number, at);
            }
            Some(_) => self.word()?,
            None => return Err(self.fault("the text ends where a value is expected")),
        }
        Ok(())
    }

    fn word(&mut self) -> Read<()> {
        for (word, sort) in [("null", Sort::Null), ("true", Sort::True), ("false", Sort::False)] {
            if self.bytes[self.at..].starts_with(word.as_bytes()) {
                let at = self.at;
                self.at += word.len();
                self.push(sort, at);
                return Ok(());
            }
        }
        Err(self.fault("this is no JSON value"))
    }

    /// Writes where a list or object ends.
    fn close(&mut self, place: usize) {
        let next = short(self.tape.nodes.len());
        let node = &mut self.tape.nodes[place];
        (node.end, node.next) = (short(self.at), next);
    }

    fn object(&mut self, depth: usize) -> Read<()> {
        let place = self.tape.nodes.len();
        self.push(Sort::Object, self.at);
        self.at += 1;
        self.blanks();
        if self.takes(b'}') {
            self.close(place);
            return Ok(());
        }
        // A bit for each key, by its length and two of its letters: as long as no two meet, no key stands twice.
        let (mut seen, mut meet) = (0u64, false);
        loop {
            self.blanks();
            if self.peek() != Some(b'"') {
                return Err(self.fault("a key in quotation marks is expected"));
            }
            let key = self.string()?;
            let sign = match self.tape.bytes_of(self.text, key) {
                name @ [first, .., last] => usize::from(*first) + 7 * usize::from(*last) + 13 * name.len(),
                name => name.len(),
            };
            let bit = 1u64 << (sign & 63);
            meet |= seen & bit != 0;
            seen |= bit;
            self.tape.nodes.push(key);
            self.blanks();
            if !self.takes(b':') {
                return Err(self.fault("`:` is expected behind a key"));
            }
            self.value(depth + 1)?;
            self.blanks();
            if self.takes(b'}') {
                self.close(place);
                return if meet { self.distinct(place) } else { Ok(()) };
            }
            if !self.takes(b',') {
                return Err(self.fault("`,` or `}` is expected"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Read<()> {
        let place = self.tape.nodes.len();
        self.push(Sort::List, self.at);
        self.at += 1;
        self.blanks();
        if self.takes(b']') {
            self.close(place);
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            self.blanks();
            if self.takes(b']') {
                self.close(place);
                return Ok(());
            }
            if !self.takes(b',') {
                return Err(self.fault("`,` or `]` is expected"));
            }
        }
    }

    /// Whether an object has each key once: which of two values would count is anybody's guess.
    fn distinct(&self, place: usize) -> Read<()> {
        match repeated(Json { text: self.text, tape: self.tape, place }) {
            Some((key, at)) => {
                let key = crate::intake::clean(key);
                Err(fault_at(at, format!("the key `{key}` stands twice in one object")))
            }
            None => Ok(()),
        }
    }

    fn number(&mut self) -> Read<()> {
        let begins = self.at;
        self.takes(b'-');
        let whole = self.digits();
        if whole == 0 || (whole > 1 && self.bytes[self.at - whole] == b'0') {
            return Err(fault_at(begins, "this is no JSON number"));
        }
        if self.takes(b'.') && self.digits() == 0 {
            return Err(fault_at(begins, "digits are missing behind the point"));
        }
        if self.takes(b'e') || self.takes(b'E') {
            let _ = self.takes(b'+') || self.takes(b'-');
            if self.digits() == 0 {
                return Err(fault_at(begins, "digits are missing in the exponent"));
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let begins = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        self.at - begins
    }

    /// A text, read and not yet on the tape.
    fn string(&mut self) -> Read<Node> {
        if !self.takes(b'"') {
            return Err(self.fault("a text in quotation marks is expected"));
        }
        let begins = self.at - 1;
        self.at = plain_until(self.bytes, self.at);
        if self.takes(b'"') {
            return Ok(Node { sort: Sort::Text, at: short(begins), end: short(self.at), next: 0 });
        }
        let resolved = self.tape.resolved.len();
        let mut piece = begins + 1;
        loop {
            self.at = plain_until(self.bytes, self.at);
            match self.peek() {
                Some(b'"') => {
                    self.tape.resolved.push_str(&self.text[piece..self.at]);
                    self.at += 1;
                    let end = short(self.tape.resolved.len());
                    return Ok(Node { sort: Sort::Resolved, at: short(begins), end, next: short(resolved) });
                }
                Some(b'\\') => {
                    self.tape.resolved.push_str(&self.text[piece..self.at]);
                    let letter = self.escaped()?;
                    self.tape.resolved.push(letter);
                    piece = self.at;
                }
                Some(_) => return Err(self.fault("a control character stands inside a text")),
                None => return Err(fault_at(begins, "this text has no end")),
            }
        }
    }

    fn escaped(&mut self) -> Read<char> {
        let begins = self.at;
        self.at += 1;
        let letter = self.peek().ok_or_else(|| self.fault("the text ends in an escape"))?;
        self.at += 1;
        let plain = match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.code_point(begins),
            _ => return Err(fault_at(begins, "JSON has no such escape")),
        };
        Ok(plain)
    }

    fn code_point(&mut self, begins: usize) -> Read<char> {
        let wrong = || fault_at(begins, "this escape is no character");
        let first = self.four().ok_or_else(wrong)?;
        let code = match first {
            0xd800..=0xdbff => {
                let second = match self.takes(b'\\') && self.takes(b'u') {
                    true => self.four().filter(|code| (0xdc00..=0xdfff).contains(code)),
                    false => None,
                };
                0x10000 + ((first - 0xd800) << 10) + (second.ok_or_else(wrong)? - 0xdc00)
            }
            code => code,
        };
        char::from_u32(code).ok_or_else(wrong)
    }

    fn four(&mut self) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + 4)?;
        let mut code = 0;
        for digit in digits {
            code = code * 16 + char::from(*digit).to_digit(16)?;
        }
        self.at += 4;
        Some(code)
    }
}

#[cold]
fn fault_at(at: usize, message: impl Into<String>) -> Box<Fault> {
    Box::new(Fault { at, message: message.into() })
}

/// A place of a text that is known to be no longer than that.
fn short(place: usize) -> u32 {
    place as u32
}

/// The first byte from here on that is not simply part of a text: a quotation mark, a backslash, a control character. Eight
/// bytes at a time: of each it is asked whether it is zero after a subtraction that only these bytes do not survive.
fn plain_until(bytes: &[u8], mut at: usize) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*eight);
        let is_zero = |word: u64| word.wrapping_sub(EACH) & !word;
        let control = word.wrapping_sub(EACH * 0x20) & !word;
        let quote = is_zero(word ^ (EACH * u64::from(b'"')));
        let backslash = is_zero(word ^ (EACH * u64::from(b'\\')));
        let found = (control | quote | backslash) & HIGH;
        if found != 0 {
            // A borrow can only mark bytes behind the first that is found.
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        at += 1;
    }
    at
}

/// A key that an object has twice, with the place of its second value.
fn repeated(object: Json<'_>) -> Option<(&str, usize)> {
    /// Fewer keys are compared pair by pair.
    const FEW: usize = 24;
    let super::Is::Object(members) = object.is() else { return None };
    let mut keys: Vec<(&str, usize)> = members.map(|(key, value)| (key, value.at())).collect();
    if keys.len() <= FEW {
        let twice = |place: &usize| keys[..*place].iter().any(|(key, _)| *key == keys[*place].0);
        return (1..keys.len()).find(twice).map(|place| keys[place]);
    }
    keys.sort_unstable();
    keys.windows(2).find(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1])
}
