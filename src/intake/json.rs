//! JSON with places and with numbers as they are written. A number never passes through a binary float, and
//! every value knows where it stands, so that a message can point at it.

use std::borrow::Cow;

/// Deeper nesting is no record.
const DEEPEST: usize = 64;

/// A value and the byte at which it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Json<'t> {
    pub at: usize,
    pub is: Is<'t>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Is<'t> {
    Null,
    Flag(bool),
    /// As it is written: `9.10` is not `9.1`.
    Number(&'t str),
    Text(Cow<'t, str>),
    List(Vec<Json<'t>>),
    Object(Vec<(Cow<'t, str>, Json<'t>)>),
}

/// Why a text is not JSON, and at which byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub at: usize,
    pub message: String,
}

impl<'t> Json<'t> {
    /// A member of an object; `None` for everything else, and for `null`.
    pub fn get(&self, name: &str) -> Option<&Json<'t>> {
        let Is::Object(members) = &self.is else { return None };
        let found = members.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value).filter(|value| value.is != Is::Null)
    }

    pub fn text(&self) -> Option<&str> {
        match &self.is {
            Is::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What stands here, for messages: `a list`.
    pub fn kind(&self) -> &'static str {
        match &self.is {
            Is::Null => "null",
            Is::Flag(_) => "true or false",
            Is::Number(_) => "a number",
            Is::Text(_) => "a text",
            Is::List(_) => "a list",
            Is::Object(_) => "an object",
        }
    }
}

/// Reads one value; nothing but blanks may follow it.
///
/// # Errors
/// At the first byte that is not JSON (RFC 8259), where a key stands twice, and where values are nested too deeply.
pub fn read(text: &str) -> Result<Json<'_>, Fault> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.document()?;
    reader.blanks();
    match reader.at == text.len() {
        true => Ok(value),
        false => Err(reader.fault("something follows the end of this value")),
    }
}

/// Reads values that follow each other.
///
/// # Errors
/// As [`read`].
pub fn read_all(text: &str) -> Result<Vec<Json<'_>>, Fault> {
    let mut reader = Reader { text, at: 0 };
    let mut all = Vec::new();
    loop {
        reader.blanks();
        if reader.at == text.len() {
            return Ok(all);
        }
        all.push(reader.document()?);
    }
}

/// Whether the first object of a text, perhaps inside a list, has this key among its own. Reads no further than that.
pub fn first_object_has(text: &str, wanted: &str) -> bool {
    let mut reader = Reader { text, at: 0 };
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
            Ok(key) if key == wanted => return true,
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
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn fault(&self, message: impl Into<String>) -> Fault {
        Fault { at: self.at, message: message.into() }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
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

    fn document(&mut self) -> Result<Json<'t>, Fault> {
        self.blanks();
        self.value(0)
    }

    fn value(&mut self, depth: usize) -> Result<Json<'t>, Fault> {
        self.blanks();
        let at = self.at;
        if depth > DEEPEST {
            return Err(self.fault(format!("values are nested more than {DEEPEST} deep")));
        }
        let is = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Is::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => Is::Number(self.number()?),
            Some(_) => self.word()?,
            None => return Err(self.fault("the text ends where a value is expected")),
        };
        Ok(Json { at, is })
    }

    fn word(&mut self) -> Result<Is<'t>, Fault> {
        for (word, is) in [("null", Is::Null), ("true", Is::Flag(true)), ("false", Is::Flag(false))] {
            if self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(is);
            }
        }
        Err(self.fault("this is no JSON value"))
    }

    fn object(&mut self, depth: usize) -> Result<Is<'t>, Fault> {
        self.at += 1;
        let mut members = Vec::new();
        self.blanks();
        if self.takes(b'}') {
            return Ok(Is::Object(members));
        }
        loop {
            self.blanks();
            if self.peek() != Some(b'"') {
                return Err(self.fault("a key in quotation marks is expected"));
            }
            let key = self.string()?;
            self.blanks();
            if !self.takes(b':') {
                return Err(self.fault("`:` is expected behind a key"));
            }
            let value = self.value(depth + 1)?;
            members.push((key, value));
            self.blanks();
            if self.takes(b'}') {
                return match repeated(&members) {
                    Some((key, second)) => Err(Fault {
                        at: second.at,
                        message: format!("the key `{}` stands twice in one object", super::clean(key)),
                    }),
                    None => Ok(Is::Object(members)),
                };
            }
            if !self.takes(b',') {
                return Err(self.fault("`,` or `}` is expected"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Is<'t>, Fault> {
        self.at += 1;
        let mut items = Vec::new();
        self.blanks();
        if self.takes(b']') {
            return Ok(Is::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.blanks();
            if self.takes(b']') {
                return Ok(Is::List(items));
            }
            if !self.takes(b',') {
                return Err(self.fault("`,` or `]` is expected"));
            }
        }
    }

    fn number(&mut self) -> Result<&'t str, Fault> {
        let begins = self.at;
        self.takes(b'-');
        let whole = self.digits();
        if whole == 0 || (whole > 1 && self.text.as_bytes()[self.at - whole] == b'0') {
            return Err(Fault { at: begins, message: "this is no JSON number".into() });
        }
        if self.takes(b'.') && self.digits() == 0 {
            return Err(Fault { at: begins, message: "digits are missing behind the point".into() });
        }
        if self.takes(b'e') || self.takes(b'E') {
            let _ = self.takes(b'+') || self.takes(b'-');
            if self.digits() == 0 {
                return Err(Fault { at: begins, message: "digits are missing in the exponent".into() });
            }
        }
        Ok(&self.text[begins..self.at])
    }

    fn digits(&mut self) -> usize {
        let begins = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        self.at - begins
    }

    fn string(&mut self) -> Result<Cow<'t, str>, Fault> {
        if !self.takes(b'"') {
            return Err(self.fault("a text in quotation marks is expected"));
        }
        let begins = self.at;
        let mut unescaped: Option<String> = None;
        let mut piece = begins;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let rest = &self.text[piece..self.at];
                    self.at += 1;
                    return Ok(match unescaped {
                        Some(text) => Cow::Owned(text + rest),
                        None => Cow::Borrowed(rest),
                    });
                }
                Some(b'\\') => {
                    let text = unescaped.get_or_insert_default();
                    text.push_str(&self.text[piece..self.at]);
                    let letter = self.escaped()?;
                    unescaped.get_or_insert_default().push(letter);
                    piece = self.at;
                }
                Some(0..=0x1f) => return Err(self.fault("a control character stands inside a text")),
                Some(_) => self.at += 1,
                None => return Err(Fault { at: begins - 1, message: "this text has no end".into() }),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, Fault> {
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
            _ => return Err(Fault { at: begins, message: "JSON has no such escape".into() }),
        };
        Ok(plain)
    }

    fn code_point(&mut self, begins: usize) -> Result<char, Fault> {
        let wrong = || Fault { at: begins, message: "this escape is no character".into() };
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
        let digits = self.text.as_bytes().get(self.at..self.at + 4)?;
        let mut code = 0;
        for digit in digits {
            code = code * 16 + char::from(*digit).to_digit(16)?;
        }
        self.at += 4;
        Some(code)
    }
}

/// A key that an object has twice, with its second value: which of them would count is anybody's guess.
fn repeated<'m, 't>(members: &'m [(Cow<'t, str>, Json<'t>)]) -> Option<(&'m str, &'m Json<'t>)> {
    /// Fewer keys are compared pair by pair.
    const FEW: usize = 24;
    if members.len() <= FEW {
        let twice = |place: usize| members[..place].iter().any(|(key, _)| *key == members[place].0);
        return (1..members.len())
            .find(|place| twice(*place))
            .map(|place| (&*members[place].0, &members[place].1));
    }
    let mut keys: Vec<(&str, &Json<'t>)> = members.iter().map(|(key, value)| (key.as_ref(), value)).collect();
    keys.sort_by_key(|(key, value)| (*key, value.at));
    keys.windows(2).find(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn same(json: &Json<'_>, value: &Value) -> bool {
        match (&json.is, value) {
            (Is::Null, Value::Null) => true,
            (Is::Flag(one), Value::Bool(other)) => one == other,
            (Is::Number(one), Value::Number(other)) => {
                serde_json::from_str::<Value>(one).is_ok_and(|one| one == Value::Number(other.clone()))
            }
            (Is::Text(one), Value::String(other)) => one == other,
            (Is::List(ones), Value::Array(others)) => {
                ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| same(one, other))
            }
            (Is::Object(ones), Value::Object(others)) => {
                ones.len() == others.len()
                    && ones.iter().all(|(key, one)| others.get(key.as_ref()).is_some_and(|o| same(one, o)))
            }
            _ => false,
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e9..1e9).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_reads_what_another_reader_reads(value in any_json(), pretty in any::<bool>()) {
            let text = match pretty {
                true => serde_json::to_string_pretty(&value).unwrap(),
                false => value.to_string(),
            };
            let read = read(&text);
            prop_assert!(read.as_ref().is_ok_and(|json| same(json, &value)), "{text}: {read:?}");
        }

        #[test]
        fn it_refuses_what_another_reader_refuses(text in "[\\[\\]{}:,\"\\\\ \n\u{1}aenrtulsf0-9.+Eéu-]{0,24}") {
            let other = serde_json::from_str::<Value>(&text);
            match read(&text) {
                Ok(json) => prop_assert!(other.is_ok_and(|value| same(&json, &value)), "{text}"),
                // Another reader keeps the last of two keys.
                Err(fault) => {
                    prop_assert!(fault.at <= text.len());
                    prop_assert!(other.is_err() || fault.message.contains("twice"), "{text}: {fault:?}");
                }
            }
        }
    }

    #[test]
    fn numbers_and_places_are_as_written() {
        let json = read("{\"a\": [1, 9.10]}").unwrap();
        let Is::List(items) = &json.get("a").unwrap().is else { panic!() };
        assert_eq!((items[1].at, &items[1].is), (10, &Is::Number("9.10")));
        assert_eq!(read(r#""\ud83d\ude00""#).unwrap().text(), Some("😀"));
        assert!(read(r#""\ud83d""#).is_err());
    }

    #[test]
    fn nesting_ends_somewhere() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(read(&deep(DEEPEST)).is_ok());
        assert!(read(&deep(1_000_000)).unwrap_err().message.contains("nested"));
    }

    #[test]
    fn the_first_object_is_looked_at_and_no_other() {
        assert!(first_object_has(" [ {\"a\": {\"b\": 1}, \"resourceType\": 1", "resourceType"));
        assert!(!first_object_has("{\"a\": {\"resourceType\": 1}}", "resourceType"));
        assert!(!first_object_has("{\"a\": 1} {\"resourceType\": 1}", "resourceType"));
    }
}
