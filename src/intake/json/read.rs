//! Reading JSON (RFC 8259) onto a tape.

use super::{Json, Node, Sort, Tape, folded, sign_of};

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
    let behind = reader.value(0, 0)?;
    let at = reader.blanks(behind);
    match at == text.len() {
        true => Ok(()),
        false => Err(fault(at, "something follows the end of this value")),
    }
}

pub(super) fn all(tape: &mut Tape, text: &str) -> Read<()> {
    let mut reader = Reader::of(text, tape)?;
    let mut at = 0;
    loop {
        at = reader.blanks(at);
        if at == text.len() {
            return Ok(());
        }
        at = reader.value(at, 0)?;
    }
}

/// Whether the first object of a text, perhaps inside a list, has this key among its own. Reads no further than that.
pub fn first_object_has(text: &str, wanted: &str) -> bool {
    let mut tape = Tape::default();
    Reader::of(text, &mut tape).and_then(|mut reader| reader.first_object_has(wanted)).unwrap_or(false)
}

/// Each reads what begins at a byte, and returns the byte behind it.
struct Reader<'t, 'p> {
    text: &'t str,
    bytes: &'t [u8],
    tape: &'p mut Tape,
}

impl<'t, 'p> Reader<'t, 'p> {
    /// Begins a text, on an empty tape.
    fn of(text: &'t str, tape: &'p mut Tape) -> Read<Self> {
        tape.nodes.clear();
        tape.resolved.clear();
        // Places on a tape are kept short.
        match u32::try_from(text.len()) {
            Ok(_) => Ok(Self { text, bytes: text.as_bytes(), tape }),
            Err(_) => Err(fault(0, "this text is longer than 4 GB")),
        }
    }

    fn first_object_has(&mut self, wanted: &str) -> Read<bool> {
        let mut at = self.blanks(0);
        if self.is(at, b'[') {
            at = self.blanks(at + 1);
        }
        if !self.is(at, b'{') {
            return Ok(false);
        }
        loop {
            at = self.blanks(at + 1);
            let key = self.tape.nodes.len();
            let behind = self.string(at)?;
            if self.tape.says(self.text, self.tape.nodes[key], wanted) {
                return Ok(true);
            }
            at = self.blanks(behind);
            if !self.is(at, b':') {
                return Ok(false);
            }
            let behind = self.value(at + 1, 1)?;
            at = self.blanks(behind);
            if !self.is(at, b',') {
                return Ok(false);
            }
            // What was read is not what is looked for.
            self.tape.nodes.clear();
        }
    }

    fn peek(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn is(&self, at: usize, byte: u8) -> bool {
        self.peek(at) == Some(byte)
    }

    fn blanks(&self, mut at: usize) -> usize {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek(at) {
            at += 1;
        }
        at
    }

    fn push(&mut self, sort: Sort, at: usize, end: usize) -> usize {
        self.tape.nodes.push(Node { sort, at: short(at), end: short(end), next: 0 });
        end
    }

    fn value(&mut self, at: usize, depth: usize) -> Read<usize> {
        let at = self.blanks(at);
        if depth > DEEPEST {
            return Err(fault(at, format!("values are nested more than {DEEPEST} deep")));
        }
        match self.peek(at) {
            Some(b'"') => self.string(at),
            Some(b'{') => self.object(at, depth),
            Some(b'[') => self.list(at, depth),
            Some(b'-' | b'0'..=b'9') => {
                let end = self.number(at)?;
                Ok(self.push(Sort::Number, at, end))
            }
            Some(_) => self.word(at),
            None => Err(fault(at, "the text ends where a value is expected")),
        }
    }

    fn word(&mut self, at: usize) -> Read<usize> {
        for (word, sort) in [("null", Sort::Null), ("true", Sort::True), ("false", Sort::False)] {
            if self.bytes[at..].starts_with(word.as_bytes()) {
                return Ok(self.push(sort, at, at + word.len()));
            }
        }
        Err(fault(at, "this is no JSON value"))
    }

    /// Begins a list or object: its node, which waits for its end.
    fn open(&mut self, sort: Sort, at: usize) -> usize {
        let place = self.tape.nodes.len();
        self.push(sort, at, 0);
        place
    }

    /// Writes where a list or object ends, and the signs of its keys.
    fn close(&mut self, place: usize, signs: u64) {
        let next = short(self.tape.nodes.len());
        let node = &mut self.tape.nodes[place];
        (node.end, node.next) = (folded(signs), next);
    }

    fn object(&mut self, at: usize, depth: usize) -> Read<usize> {
        let place = self.open(Sort::Object, at);
        let mut at = self.blanks(at + 1);
        if self.is(at, b'}') {
            self.close(place, 0);
            return Ok(at + 1);
        }
        // As long as no two signs meet, no key stands twice.
        let (mut seen, mut meet) = (0u64, false);
        loop {
            if !self.is(at, b'"') {
                return Err(fault(at, "a key in quotation marks is expected"));
            }
            let key = self.tape.nodes.len();
            let behind = self.string(at)?;
            let sign = sign_of(self.tape.bytes_of(self.text, self.tape.nodes[key]));
            meet |= seen & sign != 0;
            seen |= sign;
            at = self.blanks(behind);
            if !self.is(at, b':') {
                return Err(fault(at, "`:` is expected behind a key"));
            }
            let behind = self.value(at + 1, depth + 1)?;
            self.follow(key);
            at = self.blanks(behind);
            match self.peek(at) {
                Some(b',') => at = self.blanks(at + 1),
                Some(b'}') => {
                    self.close(place, seen);
                    if meet {
                        self.distinct(place)?;
                    }
                    return Ok(at + 1);
                }
                _ => return Err(fault(at, "`,` or `}` is expected")),
            }
        }
    }

    /// Writes behind a key where the next one stands.
    fn follow(&mut self, key: usize) {
        let next = short(self.tape.nodes.len());
        let node = &mut self.tape.nodes[key];
        if node.sort == Sort::Text {
            node.next = next;
        }
    }

    fn list(&mut self, at: usize, depth: usize) -> Read<usize> {
        let place = self.open(Sort::List, at);
        let mut at = self.blanks(at + 1);
        if self.is(at, b']') {
            self.close(place, 0);
            return Ok(at + 1);
        }
        loop {
            let behind = self.value(at, depth + 1)?;
            at = self.blanks(behind);
            match self.peek(at) {
                Some(b',') => at += 1,
                Some(b']') => {
                    self.close(place, 0);
                    return Ok(at + 1);
                }
                _ => return Err(fault(at, "`,` or `]` is expected")),
            }
        }
    }

    /// Whether an object has each key once: which of two values would count is anybody's guess.
    fn distinct(&self, place: usize) -> Read<()> {
        match repeated(Json { text: self.text, tape: self.tape, place }) {
            Some((key, at)) => {
                let key = crate::intake::clean(key);
                Err(fault(at, format!("the key `{key}` stands twice in one object")))
            }
            None => Ok(()),
        }
    }

    fn number(&self, begins: usize) -> Read<usize> {
        let whole = begins + usize::from(self.is(begins, b'-'));
        let mut at = self.digits(whole);
        if at == whole || (at > whole + 1 && self.bytes[whole] == b'0') {
            return Err(fault(begins, "this is no JSON number"));
        }
        if self.is(at, b'.') {
            let fraction = at + 1;
            at = self.digits(fraction);
            if at == fraction {
                return Err(fault(begins, "digits are missing behind the point"));
            }
        }
        if let Some(b'e' | b'E') = self.peek(at) {
            let exponent = at + 1 + usize::from(matches!(self.peek(at + 1), Some(b'+' | b'-')));
            at = self.digits(exponent);
            if at == exponent {
                return Err(fault(begins, "digits are missing in the exponent"));
            }
        }
        Ok(at)
    }

    fn digits(&self, mut at: usize) -> usize {
        while let Some(b'0'..=b'9') = self.peek(at) {
            at += 1;
        }
        at
    }

    fn string(&mut self, begins: usize) -> Read<usize> {
        if !self.is(begins, b'"') {
            return Err(fault(begins, "a text in quotation marks is expected"));
        }
        let at = plain_until(self.bytes, begins + 1);
        if self.is(at, b'"') {
            return Ok(self.push(Sort::Text, begins, at + 1));
        }
        self.resolved(begins, at)
    }

    /// A text in which there is something else at a byte than a letter that stands for itself.
    fn resolved(&mut self, begins: usize, mut at: usize) -> Read<usize> {
        let next = short(self.tape.resolved.len());
        let mut piece = begins + 1;
        loop {
            match self.peek(at) {
                Some(b'"') => {
                    self.tape.resolved.push_str(&self.text[piece..at]);
                    let end = short(self.tape.resolved.len());
                    self.tape.nodes.push(Node { sort: Sort::Resolved, at: short(begins), end, next });
                    return Ok(at + 1);
                }
                Some(b'\\') => {
                    self.tape.resolved.push_str(&self.text[piece..at]);
                    let (letter, behind) = self.escaped(at)?;
                    self.tape.resolved.push(letter);
                    piece = behind;
                }
                Some(_) => return Err(fault(at, "a control character stands inside a text")),
                None => return Err(fault(begins, "this text has no end")),
            }
            at = plain_until(self.bytes, piece);
        }
    }

    /// The letter that an escape means, and the byte behind it.
    fn escaped(&self, begins: usize) -> Read<(char, usize)> {
        let behind = begins + 2;
        let letter = self.peek(begins + 1).ok_or_else(|| fault(begins + 1, "the text ends in an escape"))?;
        let plain = match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                return self.code_point(behind).ok_or_else(|| fault(begins, "this escape is no character"));
            }
            _ => return Err(fault(begins, "JSON has no such escape")),
        };
        Ok((plain, behind))
    }

    fn code_point(&self, at: usize) -> Option<(char, usize)> {
        let (first, behind) = (self.four(at)?, at + 4);
        if !(0xd800..=0xdbff).contains(&first) {
            return Some((char::from_u32(first)?, behind));
        }
        // Half of a pair, of which the other half must follow.
        let is_followed = self.bytes.get(behind..behind + 2) == Some(b"\\u");
        let second = self.four(behind + 2).filter(|code| is_followed && (0xdc00..=0xdfff).contains(code))?;
        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        Some((char::from_u32(code)?, behind + 6))
    }

    fn four(&self, at: usize) -> Option<u32> {
        let digits = self.bytes.get(at..at + 4)?;
        digits.iter().try_fold(0, |code, digit| Some(code * 16 + char::from(*digit).to_digit(16)?))
    }
}

#[cold]
fn fault(at: usize, message: impl Into<String>) -> Box<Fault> {
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
