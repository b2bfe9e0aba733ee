//! The words and signs of a file, with what Word and the web put between them set right.
//!
//! Texts are found here, so that nothing behind can take a brace or a colon of the approved wording for its own.
//! What is wrong with a sign in itself (a curly quote, a text without end) is reported here, and repaired in a copy of
//! the text of the same length, so that every later reader sees a well-formed text at unchanged places.

use std::borrow::Cow;

use super::{Mistakes, scan};
use crate::diagnostics::{Diagnostic, codes};

/// Bytes of a bracketed part of a unit; what is longer is none.
const LONGEST_UNIT: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A letter, then letters, digits and `_`.
    Word,
    /// Begins with a digit.
    Number,
    Text,
    OpenBrace,
    CloseBrace,
    OpenParen,
    CloseParen,
    Colon,
    Semicolon,
    Comma,
    /// A sign that stands between two values: the line goes on behind and before it.
    Operator,
    Other,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub kind: Kind,
    /// First on its line.
    pub first: bool,
    pub start: u32,
    pub end: u32,
}

impl Token {
    pub fn start(&self) -> usize {
        self.start as usize
    }

    pub fn end(&self) -> usize {
        self.end as usize
    }
}

/// A comment; `doc` when it begins with `///`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Remark {
    pub start: u32,
    pub end: u32,
    pub doc: bool,
    /// Belongs to an item as its documentation.
    pub used: bool,
}

pub(crate) struct Tokens<'a> {
    /// The text with its bad signs replaced; every place is as in the author's.
    pub text: Cow<'a, str>,
    pub list: Vec<Token>,
    pub remarks: Vec<Remark>,
    /// Where the texts begin that are never closed: what they swallowed is not known.
    pub unclosed: Vec<usize>,
}

pub(crate) fn tokens<'a>(text: &'a str, mistakes: &mut Mistakes) -> Tokens<'a> {
    let mut lexer = Lexer {
        text,
        at: 0,
        first: true,
        line_end: 0,
        list: Vec::with_capacity(text.len() / 5),
        remarks: Vec::new(),
        repairs: Vec::new(),
        unclosed: Vec::new(),
        mistakes,
    };
    lexer.run();
    let Lexer { list, remarks, repairs, unclosed, .. } = lexer;
    let text = if repairs.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(repaired(text, repairs)) };
    Tokens { text, list, remarks, unclosed }
}

/// A sign in place of as many bytes or more, which are filled with blanks.
struct Repair {
    start: usize,
    end: usize,
    sign: &'static str,
    /// The blanks stand before the sign.
    at_end: bool,
}

/// Puts each replacement in place of as many bytes.
fn repaired(text: &str, mut repairs: Vec<Repair>) -> String {
    repairs.sort_by_key(|repair| repair.start);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for Repair { start, end, sign, at_end } in repairs {
        if start < done {
            continue;
        }
        out.push_str(&text[done..start]);
        // The blanks stand on the inner side of a quote, so that a text begins and ends where the author's does.
        let blanks = std::iter::repeat_n(' ', end - start - sign.len());
        if at_end {
            out.extend(blanks);
            out.push_str(sign);
        } else {
            out.push_str(sign);
            out.extend(blanks);
        }
        done = end;
    }
    out.push_str(&text[done..]);
    out
}

struct Lexer<'a, 'm> {
    text: &'a str,
    at: usize,
    first: bool,
    /// Where the line ends that was last asked for; right as long as `at` is before.
    line_end: usize,
    list: Vec<Token>,
    remarks: Vec<Remark>,
    repairs: Vec<Repair>,
    unclosed: Vec<usize>,
    mistakes: &'m mut Mistakes,
}

impl Lexer<'_, '_> {
    fn run(&mut self) {
        while let Some(sign) = self.text[self.at..].chars().next() {
            let start = self.at;
            match sign {
                '\n' | '\r' => {
                    self.at += 1;
                    self.first = true;
                }
                ' ' | '\t' | '\u{c}' => self.at += 1,
                '/' if self.rest().starts_with("//") => self.remark(),
                '"' => self.text_in_quotes(),
                '“' | '”' | '„' | '«' | '‘' | '’' | '\'' | '`' => self.curly(sign),
                'a'..='z' | 'A'..='Z' => self.word(Kind::Word),
                '0'..='9' => self.word(Kind::Number),
                '{' => self.sign(Kind::OpenBrace, 1),
                '}' => self.sign(Kind::CloseBrace, 1),
                '(' => self.sign(Kind::OpenParen, 1),
                ')' => self.sign(Kind::CloseParen, 1),
                ':' => self.sign(Kind::Colon, 1),
                ';' => self.sign(Kind::Semicolon, 1),
                ',' => self.sign(Kind::Comma, 1),
                '[' => {
                    // A unit such as `[IU]`, whose signs mean nothing here.
                    let inside = self
                        .rest()
                        .bytes()
                        .take(LONGEST_UNIT)
                        .position(|byte| matches!(byte, b']' | b'\n' | b' ' | b'"'));
                    let closed = inside.filter(|at| self.rest().as_bytes()[*at] == b']');
                    self.sign(Kind::Other, closed.map_or(1, |at| at + 1));
                }
                '<' | '>' | '=' | '!' | '≤' | '≥' | '≠' | '⩽' | '⩾' | '+' | '-' | '−' | '–' | '±' | '*'
                | '/' | '^' | '×' | '&' | '|' => self.sign(Kind::Operator, sign.len_utf8()),
                _ if sign.is_whitespace() => {
                    self.at += sign.len_utf8();
                    self.repair(start, self.at, " ");
                }
                '\u{feff}' if start == 0 => {
                    self.at += sign.len_utf8();
                    self.repair(start, self.at, " ");
                }
                _ if is_invisible(sign) => self.invisible(sign, " "),
                _ => self.sign(Kind::Other, sign.len_utf8()),
            }
        }
    }

    fn repair(&mut self, start: usize, end: usize, sign: &'static str) {
        self.repairs.push(Repair { start, end, sign, at_end: false });
    }

    fn repair_end(&mut self, start: usize, end: usize, sign: &'static str) {
        self.repairs.push(Repair { start, end, sign, at_end: true });
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Where this line ends.
    fn line_end(&mut self) -> usize {
        if self.line_end <= self.at {
            self.line_end = self.rest().find(['\n', '\r']).map_or(self.text.len(), |end| self.at + end);
        }
        self.line_end
    }

    fn sign(&mut self, kind: Kind, length: usize) {
        self.push(kind, self.at, self.at + length);
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.list.push(Token { kind, first: self.first, start: start as u32, end: end as u32 });
        self.first = false;
        self.at = end;
    }

    fn word(&mut self, kind: Kind) {
        let start = self.at;
        loop {
            self.at +=
                self.rest().bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
            // An invisible sign inside a word does not end it: nobody can see that it does.
            let mut next = self.rest().chars();
            match (next.next().filter(|sign| is_invisible(*sign)), next.next()) {
                (Some(sign), Some(after)) if after.is_ascii_alphanumeric() => {
                    const FILLERS: [&str; 5] = ["", "_", "__", "___", "____"];
                    self.invisible(sign, FILLERS[sign.len_utf8()]);
                }
                _ => break,
            }
        }
        self.push(kind, start, self.at);
    }

    fn remark(&mut self) {
        let end = self.line_end();
        let doc = self.rest().starts_with("///") && !self.rest().starts_with("////");
        let length = self.text[self.at..end].trim_end().len();
        self.remarks.push(Remark { start: self.at as u32, end: (self.at + length) as u32, doc, used: false });
        self.at = end;
    }

    fn text_in_quotes(&mut self) {
        let start = self.at;
        if self.rest().starts_with("\"\"\"") {
            match self.text[start + 3..].find("\"\"\"") {
                Some(length) => self.push(Kind::Text, start, start + 3 + length + 3),
                None => self.endless_long_text(),
            }
            return;
        }
        let line_end = self.line_end();
        if let Some(length) = self.text[start + 1..line_end].find('"') {
            self.push(Kind::Text, start, start + 1 + length + 1);
            return;
        }
        // Closed by a curly quote, or not at all.
        if let Some(length) = self.text[start + 1..line_end].find(['”', '“']) {
            let quote = start + 1 + length;
            let end = quote + '”'.len_utf8();
            self.report_curly(start, end);
            self.repair_end(quote, end, "\"");
            self.push(Kind::Text, start, end);
            return;
        }
        self.unclosed.push(start);
        let line = &self.text[start..line_end];
        let kept = line.trim_end().trim_end_matches(['{', ':', ';', ',']).trim_end().len().max(1);
        let span = self.mistakes.span(start..start + kept);
        self.mistakes.push(
            Diagnostic::new(&codes::UNCLOSED_QUOTE, span, "this quoted text is never closed")
                .label("the line ends without a second `\"`")
                .help("close it with `\"` on the same line; a text of several lines stands between `\"\"\"` and `\"\"\"`"),
        );
        // One letter of the wording gives way to the quote that is missing.
        let last = self.text[start..start + kept].char_indices().last().map_or(0, |(at, _)| at);
        let sign = if last == 0 { " " } else { "\"" };
        self.repair_end(start + last, start + kept, sign);
        if last == 0 {
            self.at = start + kept;
        } else {
            self.push(Kind::Text, start, start + kept);
        }
    }

    /// A text in three quotes without end: it is taken to end before the next line that looks like an item, a property
    /// or a closing brace.
    fn endless_long_text(&mut self) {
        let start = self.at;
        let mut end = self.text.len();
        let mut line_start = self.line_end();
        while line_start < self.text.len() {
            let line = self.text[line_start + 1..].split('\n').next().unwrap_or("");
            if scan::looks_like_statement(line.trim_start()) {
                end = line_start;
                break;
            }
            line_start += 1 + line.len();
        }
        let kept = self.text[start..end].trim_end().len();
        let span = self.mistakes.span(start..start + 3);
        self.mistakes.push(
            Diagnostic::new(&codes::UNCLOSED_QUOTE, span, "this text of several lines is never closed")
                .label("opened here")
                .help("close it with `\"\"\"` where the text ends"),
        );
        let last = self.text[start..start + kept].char_indices().last().map_or(0, |(at, _)| at);
        if kept <= 5 {
            self.repair(start, start + 3, " ");
            self.at = start + 3;
            return;
        }
        // The three quotes become one on either side, and the line ends between blanks.
        self.repair(start, start + 3, "\"");
        self.repair_end(start + last, start + kept, "\"");
        let inner = start + 3..start + last;
        for (at, _) in self.text[inner.clone()].match_indices(['\n', '\r', '"']) {
            self.repair(inner.start + at, inner.start + at + 1, " ");
        }
        self.push(Kind::Text, start, start + kept);
    }

    /// A quote of a word processor; a text between two of them is read as a text.
    fn curly(&mut self, sign: char) {
        let start = self.at;
        let line_end = self.line_end();
        let inside = start + sign.len_utf8();
        let closers: &[char] = match sign {
            '“' | '”' | '„' => &['”', '“', '„', '"'],
            '«' => &['»', '«'],
            '‘' | '’' => &['’', '‘'],
            other => &[other],
        };
        match self.text[inside..line_end].find(closers) {
            Some(length) => {
                let close = inside + length;
                let width = self.text[close..].chars().next().map_or(1, char::len_utf8);
                let end = close + width;
                self.report_curly(start, end);
                self.repair(start, inside, "\"");
                self.repair_end(close, end, "\"");
                for (at, _) in self.text[inside..close].match_indices('"') {
                    self.repair(inside + at, inside + at + 1, "'");
                }
                self.push(Kind::Text, start, end);
            }
            None if matches!(sign, '“' | '”' | '„' | '«') => {
                let span = self.mistakes.span(start..inside);
                self.mistakes.push(
                    Diagnostic::new(
                        &codes::CURLY_QUOTES,
                        span,
                        format!("the quote `{sign}` opens no text here"),
                    )
                    .help("write texts between straight quotes: `\"…\"`"),
                );
                self.repair(start, inside, " ");
                self.at = inside;
            }
            None => self.sign(Kind::Other, sign.len_utf8()),
        }
    }

    fn report_curly(&mut self, start: usize, end: usize) {
        let quoted = &self.text[start..end];
        let inner =
            quoted.trim_matches(['“', '”', '„', '«', '»', '‘', '’', '\'', '`', '"']).replace('"', "'");
        let span = self.mistakes.span(start..end);
        self.mistakes.push(
            Diagnostic::new(&codes::CURLY_QUOTES, span, "a text stands between straight quotes")
                .label("these quotes are not `\"`")
                .help("write `\"` at both ends; word processors make other quotes of it")
                .fix(span, format!("\"{inner}\"")),
        );
    }

    fn invisible(&mut self, sign: char, filler: &'static str) {
        let start = self.at;
        self.at += sign.len_utf8();
        let span = self.mistakes.span(start..self.at);
        self.mistakes.push(
            Diagnostic::new(
                &codes::STRAY_TEXT,
                span,
                format!("an invisible sign stands here (U+{:04X})", sign as u32),
            )
            .help("remove it; it came with a copy from another document")
            .fix(span, ""),
        );
        self.repair(start, self.at, filler);
    }
}

/// Signs without a width of their own, which nobody sees in a text.
fn is_invisible(sign: char) -> bool {
    matches!(sign, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
        || sign.is_control() && !sign.is_whitespace()
}
