//! Divides a file into statements, each of which is then read for itself: a bad one never spoils its neighbours.
//!
//! The scanner knows where a line goes on, which words can begin a statement in a block, and where a brace is most
//! likely missing. It reads no value.

use std::ops::Range;

use super::schema::{self, ValueKind};
use super::token::{Kind, Remark, Token, Tokens};
use super::{Mistakes, words};
use crate::ast::Keyword;
use crate::diagnostics::{Diagnostic, codes};

/// Deepest nesting of blocks that is read.
const DEEPEST: usize = 128;

/// Bytes of an annotation in a unit (`{score}`); what is longer is a block.
const LONGEST_ANNOTATION: usize = 64;

/// A statement, taken apart at its colon and its block.
#[derive(Debug)]
pub(super) struct Piece {
    /// The documentation comments right above, by their index.
    pub docs: Range<usize>,
    /// Everything before the block, without blanks around it.
    pub text: Range<usize>,
    /// The first colon outside parentheses.
    pub colon: Option<usize>,
    pub block: Option<Block>,
    /// Stands on the line of the bare item before, with nothing between.
    pub glued: bool,
}

#[derive(Debug)]
pub(super) struct Block {
    pub open: usize,
    /// Behind the closing brace, or where the block is taken to end.
    pub end: usize,
    pub pieces: Vec<Piece>,
}

impl Piece {
    /// What stands before the colon.
    pub fn head(&self) -> Range<usize> {
        self.text.start..self.colon.unwrap_or(self.text.end)
    }

    /// What stands behind the colon.
    pub fn body(&self) -> Option<Range<usize>> {
        self.colon.map(|colon| colon + 1..self.text.end)
    }
}

/// The statements of a file.
pub(super) fn pieces(tokens: &Tokens<'_>, mistakes: &mut Mistakes) -> Vec<Piece> {
    let balance = tokens.list.iter().fold(0i64, |balance, token| match token.kind {
        Kind::OpenBrace => balance + 1,
        Kind::CloseBrace => balance - 1,
        _ => balance,
    });
    let mut scanner = Scanner {
        text: &tokens.text,
        tokens: &tokens.list,
        remarks: &tokens.remarks,
        at: 0,
        indent: 0,
        next_remark: 0,
        unclosed: balance,
        frames: Vec::new(),
        mistakes,
    };
    scanner.block()
}

/// Whether a line begins like an item, a property or the end of a block.
pub(super) fn looks_like_statement(line: &str) -> bool {
    let length = line.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let (word, rest) = line.split_at(length);
    if word.is_empty() {
        return line.starts_with('}');
    }
    let known =
        |keyword: Keyword| schema::row(keyword).properties.iter().any(|property| property.name == word);
    match Keyword::from_text(word) {
        Some(_) => rest.starts_with([' ', ':', '{']),
        None => rest.trim_start().starts_with(':') && Keyword::ALL.iter().any(|keyword| known(*keyword)),
    }
}

/// A block that is open.
struct Frame {
    keyword: Option<Keyword>,
    /// Blanks before the line on which its item begins.
    indent: usize,
    /// Something in it was indented more than its item.
    indented: bool,
}

struct Scanner<'a, 'm> {
    text: &'a str,
    tokens: &'a [Token],
    remarks: &'a [Remark],
    at: usize,
    /// Blanks before the line that is read.
    indent: usize,
    next_remark: usize,
    /// Opening braces of the file that have no closing one, as far as not yet reported; negative: the contrary.
    unclosed: i64,
    frames: Vec<Frame>,
    mistakes: &'m mut Mistakes,
}

impl<'a> Scanner<'a, '_> {
    fn token(&self, at: usize) -> Option<Token> {
        self.tokens.get(at).copied()
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.token(at).map(|token| token.kind)
    }

    fn word(&self, at: usize) -> &'a str {
        match self.token(at) {
            Some(token) if token.kind == Kind::Word => &self.text[token.start()..token.end()],
            _ => "",
        }
    }

    fn context(&self) -> Option<Keyword> {
        self.frames.last().and_then(|frame| frame.keyword)
    }

    /// Whether the block belongs to something that is not known.
    fn in_unknown(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.keyword.is_none())
    }

    fn advance(&mut self) {
        if let Some(token) = self.token(self.at)
            && token.first
        {
            self.indent = self.indent_of(token);
        }
        self.at += 1;
    }

    /// Blanks before a token that is the first of its line.
    fn indent_of(&self, token: Token) -> usize {
        let before = &self.text.as_bytes()[..token.start()];
        before.iter().rev().take_while(|byte| matches!(**byte, b' ' | b'\t')).count()
    }

    // ---- blocks ---------------------------------------------------------------------------------------------------

    /// The statements up to the end of the innermost open block, or of the file.
    fn block(&mut self) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        while let Some(token) = self.token(self.at) {
            match token.kind {
                Kind::Semicolon => self.advance(),
                Kind::CloseBrace if self.frames.is_empty() => self.stray_brace(token),
                Kind::CloseBrace if self.is_stray(token) => self.stray_brace(token),
                Kind::CloseBrace => return pieces,
                _ if self.ends_block(token) => return pieces,
                _ => {
                    let glued = !token.first
                        && pieces.last().is_some_and(|piece| {
                            piece.block.is_none()
                                && piece.colon.is_none()
                                && looks_like_statement(&self.text[piece.text.clone()])
                                && self.at > 0
                                && self.tokens[self.at - 1].kind != Kind::Semicolon
                        });
                    let mut piece = self.statement();
                    piece.glued = glued;
                    pieces.push(piece);
                }
            }
        }
        pieces
    }

    fn stray_brace(&mut self, token: Token) {
        let span = self.mistakes.span(token.start()..token.end());
        self.mistakes.push(
            Diagnostic::new(&codes::STRAY_TEXT, span, "this `}` closes nothing")
                .label("no block is open here")
                .help("remove it, or add the `{` that is missing before it"),
        );
        self.unclosed += 1;
        self.advance();
    }

    /// A brace too many, which by its place on the line cannot belong to the open block.
    fn is_stray(&self, token: Token) -> bool {
        let Some(frame) = self.frames.last() else { return true };
        self.unclosed < 0 && token.first && self.indent_of(token) > frame.indent
    }

    /// Whether a line shows that the open block was never closed: it stands further left than a block's content, and
    /// what it begins belongs to a block further out.
    fn ends_block(&mut self, token: Token) -> bool {
        let Some(frame) = self.frames.last() else { return false };
        if self.unclosed <= 0 || !token.first || token.kind == Kind::CloseBrace {
            return false;
        }
        let indent = self.indent_of(token);
        if indent > frame.indent {
            if let Some(frame) = self.frames.last_mut() {
                frame.indented = true;
            }
            return false;
        }
        let Some(keyword) = Keyword::from_text(self.word(self.at)) else { return false };
        let row = schema::row(keyword);
        let outside =
            row.stands_in(None) || self.frames.iter().rev().skip(1).any(|outer| row.stands_in(outer.keyword));
        outside && self.has_head(self.at) && (frame.indented || !row.stands_in(frame.keyword))
    }

    /// Whether a closing brace belongs to a block further out than the innermost.
    fn closes_outer(&self, token: Token) -> bool {
        let Some((frame, outer)) = self.frames.split_last() else { return false };
        if self.unclosed <= 0 || !token.first {
            return false;
        }
        let indent = self.indent_of(token);
        indent < frame.indent && outer.iter().any(|outer| outer.indent == indent)
    }

    /// Reads a block from its opening brace on.
    fn braces(&mut self, keyword: Option<Keyword>, indent: usize) -> Block {
        let open = self.tokens[self.at].start();
        if self.frames.len() >= DEEPEST {
            return self.skip_block(open);
        }
        self.advance();
        self.frames.push(Frame { keyword, indent, indented: false });
        let pieces = self.block();
        let closed =
            self.token(self.at).filter(|token| token.kind == Kind::CloseBrace && !self.closes_outer(*token));
        self.frames.pop();
        let end = match closed {
            Some(token) => {
                self.advance();
                token.end()
            }
            None => {
                self.never_closed(open);
                self.at.checked_sub(1).and_then(|last| self.token(last)).map_or(open + 1, |last| last.end())
            }
        };
        Block { open, end, pieces }
    }

    fn never_closed(&mut self, open: usize) {
        self.unclosed -= 1;
        let span = self.mistakes.span(open..open + 1);
        let mut diagnostic = Diagnostic::new(&codes::UNCLOSED_BLOCK, span, "this block is never closed")
            .label("opened here")
            .help("add a `}` on a line of its own where the block ends");
        if let Some(next) = self.token(self.at) {
            let next = self.mistakes.span(next.start()..next.end());
            diagnostic = diagnostic.and(next, "the block seems to end before this");
        }
        self.mistakes.push(diagnostic);
    }

    /// Leaves out a block that is nested too deep.
    fn skip_block(&mut self, open: usize) -> Block {
        let span = self.mistakes.span(open..open + 1);
        self.mistakes.push(
            Diagnostic::new(
                &codes::TOO_DEEP,
                span,
                format!("blocks are nested more than {DEEPEST} deep here"),
            )
            .help("an item needs four blocks around it at most: look for a `}` that is missing before"),
        );
        let mut depth = 0usize;
        let mut end = open + 1;
        while let Some(token) = self.token(self.at) {
            match token.kind {
                Kind::OpenBrace => depth += 1,
                Kind::CloseBrace => depth -= 1,
                _ => {}
            }
            end = token.end();
            self.advance();
            if depth == 0 {
                break;
            }
        }
        Block { open, end, pieces: Vec::new() }
    }

    // ---- statements -----------------------------------------------------------------------------------------------

    fn statement(&mut self) -> Piece {
        let first = self.at;
        let start = self.tokens[first].start();
        let docs = self.docs_before(start);
        let leader = self.word(first);
        let keyword = Keyword::from_text(leader).filter(|_| !self.is_key(first));
        let kind = match keyword {
            Some(_) => None,
            None => self.context().and_then(|context| schema::property(context, leader)).map(|row| row.kind),
        };
        let mut piece =
            Piece { docs, text: start..self.tokens[first].end(), colon: None, block: None, glued: false };
        let mut depth = 0usize;
        self.advance();
        let indent = self.indent;
        // What begins with no word is no statement: it ends with its line, and a bullet before its item.
        let starts_wrong = !matches!(self.tokens[first].kind, Kind::Word);
        while let Some(token) = self.token(self.at) {
            match token.kind {
                _ if starts_wrong
                    && (token.first || self.is_key(self.at) || self.has_strong_head(self.at)) =>
                {
                    break;
                }
                Kind::Semicolon | Kind::CloseBrace => break,
                _ if token.first && self.line_ends(self.at, depth) => break,
                _ if !token.first && depth == 0 && self.begins_inline(first, keyword, kind, &piece) => break,
                Kind::OpenBrace => match self.annotation(self.at, &piece) {
                    Some(end) => {
                        while self.token(self.at).is_some_and(|token| token.end() <= end) {
                            self.advance();
                        }
                        piece.text.end = end;
                        continue;
                    }
                    None => {
                        let owner = keyword.or_else(|| schema::keyword_like(leader));
                        piece.block = Some(self.braces(owner, indent));
                        break;
                    }
                },
                Kind::OpenParen => depth += 1,
                Kind::CloseParen => depth = depth.saturating_sub(1),
                Kind::Colon if depth == 0 && piece.colon.is_none() => piece.colon = Some(token.start()),
                _ => {}
            }
            piece.text.end = token.end();
            self.advance();
        }
        piece
    }

    /// The documentation right above a place.
    fn docs_before(&mut self, start: usize) -> Range<usize> {
        while self.remarks.get(self.next_remark).is_some_and(|remark| (remark.start as usize) < start) {
            self.next_remark += 1;
        }
        let end = self.next_remark;
        let mut first = end;
        let mut below = start;
        while let Some(remark) = first.checked_sub(1).and_then(|at| self.remarks.get(at))
            && remark.doc
            && self.text[remark.end as usize..below].trim().is_empty()
        {
            below = remark.start as usize;
            first -= 1;
        }
        first..end
    }

    /// Whether a word and a colon are a property of this block.
    fn is_key(&self, at: usize) -> bool {
        self.kind(at + 1) == Some(Kind::Colon)
            && self.context().is_some_and(|context| schema::property(context, self.word(at)).is_some())
    }

    /// Whether the statement ends before this token, which is the first of its line.
    fn line_ends(&self, at: usize, depth: usize) -> bool {
        let before = self.tokens[at - 1];
        let goes_on = depth > 0 || self.is_open_end(at - 1);
        if goes_on {
            let key = self.kind(at) == Some(Kind::Word) && self.kind(at + 1) == Some(Kind::Colon);
            let unknown_key = key && depth == 0 && before.kind != Kind::Word && before.kind != Kind::Colon;
            return self.is_key(at) || unknown_key || (self.has_strong_head(at) && !self.in_unknown());
        }
        match self.kind(at) {
            Some(Kind::Operator) => self.is_bullet(at),
            Some(Kind::Colon | Kind::Comma | Kind::CloseParen | Kind::Text) => false,
            Some(Kind::OpenBrace) => false,
            Some(Kind::Word) => {
                let word = self.word(at);
                let absence = word == "no" && self.context() == Some(Keyword::Example);
                let key = self.kind(at + 1) == Some(Kind::Colon);
                absence || key || !words::CONNECTIVES.contains(&word)
            }
            _ => true,
        }
    }

    /// Whether a sign at the start of a line is meant as a bullet or as a comment of another language.
    fn is_bullet(&self, at: usize) -> bool {
        let Some((sign, next)) = self.token(at).zip(self.token(at + 1)) else { return false };
        let doubled = next.kind == Kind::Operator && next.start == sign.end;
        let text = &self.text[sign.start()..next.end()];
        doubled && matches!(text, "--" | "/*" | "**") || self.is_key(at + 1) || self.has_strong_head(at + 1)
    }

    /// Whether the line goes on behind this token.
    fn is_open_end(&self, at: usize) -> bool {
        match self.tokens[at].kind {
            Kind::Operator | Kind::Comma | Kind::Colon | Kind::OpenParen => true,
            // A fact is a line of its own, and `18 years and over` is complete.
            Kind::Word if self.context() == Some(Keyword::Example) => false,
            Kind::Word if self.word(at) == "over" && at > 0 && self.word(at - 1) == "and" => false,
            Kind::Word => words::LEADING.contains(&self.word(at)),
            _ => false,
        }
    }

    /// Whether another statement begins inside the line.
    fn begins_inline(
        &self,
        first: usize,
        item: Option<Keyword>,
        kind: Option<ValueKind>,
        piece: &Piece,
    ) -> bool {
        let at = self.at;
        if self.kind(at) != Some(Kind::Word) || self.is_open_end(at - 1) {
            return false;
        }
        if self.kind(at + 1) == Some(Kind::Colon) && (item.is_none() || piece.colon.is_some()) {
            let simple = kind.is_some_and(|kind| piece.colon.is_some() && !kind.may_hold_colon());
            if self.is_key(at) || simple {
                return true;
            }
        }
        let Some(keyword) = Keyword::from_text(self.word(at)) else { return false };
        if self.context().is_none() && !self.frames.is_empty()
            || !schema::row(keyword).stands_in(self.context())
        {
            return false;
        }
        let bare = item.is_some() && piece.colon.is_none();
        if bare && at == first + 1 {
            return false;
        }
        let ends = |at: usize| self.token(at).is_none_or(|token| token.first);
        match self.kind(at + 1) {
            Some(Kind::Word) => {
                matches!(self.kind(at + 2), Some(Kind::Colon | Kind::OpenBrace | Kind::Text))
                    || bare && ends(at + 2) && !ends(at + 1)
                    || matches!(keyword, Keyword::Include | Keyword::Exclude | Keyword::Outcome)
            }
            Some(Kind::Text) => true,
            Some(Kind::Colon | Kind::OpenBrace) => !schema::row(keyword).needs_name(),
            _ => false,
        }
    }

    /// Whether an item begins here: its keyword, and something that can follow it.
    fn has_head(&self, at: usize) -> bool {
        Keyword::from_text(self.word(at)).is_some()
            && matches!(
                self.kind(at + 1),
                Some(Kind::Word | Kind::Number | Kind::Text | Kind::OpenBrace | Kind::Colon)
            )
    }

    /// The same, where a value might go on: with more of a head, and of an item that may stand here or further out.
    fn has_strong_head(&self, at: usize) -> bool {
        let Some(keyword) = Keyword::from_text(self.word(at)) else { return false };
        let row = schema::row(keyword);
        if !row.stands_in(None) && !self.frames.iter().any(|frame| row.stands_in(frame.keyword)) {
            return false;
        }
        match self.kind(at + 1) {
            Some(Kind::Text | Kind::OpenBrace) => true,
            Some(Kind::Colon) => !row.needs_name(),
            Some(Kind::Word | Kind::Number) => {
                matches!(keyword, Keyword::Include | Keyword::Exclude | Keyword::Outcome | Keyword::Collect)
                    || matches!(self.kind(at + 2), None | Some(Kind::Colon | Kind::OpenBrace | Kind::Text))
                    || self.token(at + 2).is_some_and(|token| token.first)
                    || matches!(self.word(at + 1), "for") && keyword == Keyword::Eligibility
                    || matches!(self.word(at + 2), "at") && keyword == Keyword::Randomize
            }
            _ => false,
        }
    }

    /// The end of an annotation of a unit (`{score}`), which looks like a block.
    fn annotation(&self, at: usize, piece: &Piece) -> Option<usize> {
        // The facts of an example have no colon, and no blocks either.
        let is_fact = self.frames.last().is_some_and(|frame| frame.keyword == Some(Keyword::Example));
        if piece.colon.is_none() && !is_fact {
            return None;
        }
        let open = self.tokens[at].start();
        let before = self.tokens[at - 1];
        let glued = before.end() == open;
        let unit = glued
            || matches!(before.kind, Kind::Colon | Kind::Comma | Kind::Number | Kind::Operator)
            || self.word(at - 1) == "in";
        let bytes = &self.text.as_bytes()[open + 1..];
        let length = bytes.iter().take(LONGEST_ANNOTATION).position(|byte| !is_annotation(*byte))?;
        (unit && length > 0 && bytes[length] == b'}').then_some(open + 1 + length + 1)
    }
}

fn is_annotation(byte: u8) -> bool {
    !matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'"' | b':' | b';' | b'{' | b'}')
}

impl ValueKind {
    /// Whether a word before a colon can stand inside the value (`within 28 days before randomization: …`).
    fn may_hold_colon(self) -> bool {
        matches!(self, ValueKind::Expression | ValueKind::Collection | ValueKind::Timing)
    }
}
