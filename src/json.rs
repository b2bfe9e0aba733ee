//! A small JSON reader that keeps where each part stands and how each number is written, so that an error in a file of
//! dates or of filled forms can be shown at its place, and no value passes through a float.

use std::ops::Range;

/// What is not JSON, and where: a range of bytes of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    pub span: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

impl JsonError {
    fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None }
    }

    fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

/// A JSON value and its place in the text, in bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub span: Range<usize>,
    pub value: Json,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Text(String),
    List(Vec<Node>),
    /// Members in the order of the text, each with the place of its name.
    Object(Vec<(String, Range<usize>, Node)>),
    Bool(bool),
    /// As it is written; it is a number of JSON.
    Number(String),
}

/// Nothing that people write by hand is nested deeper.
const DEEPEST: usize = 8;

/// Reads one JSON value that is the whole text.
///
/// # Errors
/// At the first place that is not JSON.
pub fn read(text: &str) -> Result<Node, JsonError> {
    let mut reader = Reader { text, at: 0 };
    let node = reader.value(0)?;
    reader.blanks();
    if reader.at < text.len() {
        return Err(JsonError::new(reader.at..text.len(), "there is more text after the end of the object")
            .help("keep one object in the file: `{…}`"));
    }
    Ok(node)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{feff}']).len();
    }

    fn takes(&mut self, wanted: char) -> bool {
        self.blanks();
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    /// The error that something else stands here.
    fn expected(&self, what: &str) -> JsonError {
        let end = self.at + self.peek().map_or(0, char::len_utf8);
        let found = match self.peek() {
            Some(character) => format!("found `{character}`"),
            None => "the file ends here".to_owned(),
        };
        JsonError::new(self.at..end, format!("expected {what}, {found}"))
    }

    fn value(&mut self, depth: usize) -> Result<Node, JsonError> {
        self.blanks();
        let start = self.at;
        if depth > DEEPEST {
            return Err(JsonError::new(start..start + 1, "too many brackets inside one another"));
        }
        let value = match self.peek() {
            Some('{') => self.object(depth)?,
            Some('[') => self.list(depth)?,
            Some('"') => Json::Text(self.string()?),
            Some(first) if first.is_ascii_alphanumeric() || first == '-' => {
                let rest = self.rest();
                let end = rest
                    .find(|next: char| !(next.is_ascii_alphanumeric() || "+-._".contains(next)))
                    .unwrap_or(rest.len());
                let word = rest[..end].to_owned();
                let json = match word.as_str() {
                    "null" => Json::Null,
                    "true" => Json::Bool(true),
                    "false" => Json::Bool(false),
                    // Raw, for a number may be larger than any that a machine holds.
                    _ if serde_json::from_str::<&serde_json::value::RawValue>(&word).is_ok() => {
                        Json::Number(word)
                    }
                    _ => {
                        return Err(JsonError::new(start..start + end, format!("`{word}` is not JSON"))
                            .help(format!("write it in double quotes: `\"{word}\"`")));
                    }
                };
                self.at += end;
                json
            }
            _ => return Err(self.expected("a value")),
        };
        Ok(Node { span: start..self.at, value })
    }

    fn object(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.takes('{');
        let mut members: Vec<(String, Range<usize>, Node)> = Vec::new();
        if self.takes('}') {
            return Ok(Json::Object(members));
        }
        loop {
            self.blanks();
            let start = self.at;
            if self.peek() != Some('"') {
                return Err(self.expected("a name in double quotes"));
            }
            let name = self.string()?;
            let span = start..self.at;
            if members.iter().any(|(known, ..)| *known == name) {
                return Err(JsonError::new(span, format!("`{name}` is written twice")).help(
                    "keep one of the two; several dates go into a list: `[\"2011-02-01\", \"2011-02-08\"]`",
                ));
            }
            if !self.takes(':') {
                return Err(self.expected("`:` after the name"));
            }
            members.push((name, span, self.value(depth + 1)?));
            if self.takes('}') {
                return Ok(Json::Object(members));
            }
            if !self.takes(',') {
                return Err(self.expected("`,` or `}`"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.takes('[');
        let mut items = Vec::new();
        if self.takes(']') {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.takes(']') {
                return Ok(Json::List(items));
            }
            if !self.takes(',') {
                return Err(self.expected("`,` or `]`"));
            }
        }
    }

    /// The text between double quotes, its escapes resolved.
    fn string(&mut self) -> Result<String, JsonError> {
        let start = self.at;
        let mut escaped = false;
        let end = self.rest().char_indices().skip(1).find_map(|(at, character)| {
            let closes = character == '"' && !escaped;
            escaped = character == '\\' && !escaped;
            (closes || character == '\n').then_some((at, closes))
        });
        let Some((end, true)) = end else {
            let line = self.rest().find('\n').map_or(self.text.len(), |at| start + at);
            return Err(JsonError::new(start..line, "this text has no closing `\"`"));
        };
        let span = start..start + end + 1;
        let text = serde_json::from_str(&self.text[span.clone()]).map_err(|_| {
            JsonError::new(span.clone(), "this text has a `\\` or a character that JSON does not know")
        })?;
        self.at = span.end;
        Ok(text)
    }
}
