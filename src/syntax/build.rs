//! From statements to items and properties.

use std::ops::Range;

use super::expression;
use super::mistakes::Mistakes;
use super::scan::Piece;
use super::schema::{self, ItemRow, ValueKind};
use super::token::{Remark, Tokens};
use super::value::Place;
use crate::ast::{Item, Keyword, Property, Value};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::{Span, Spanned};

mod stray;

/// Bytes of a text from which on its halves are read at once.
const SHARED: usize = 2_000;

/// Reads the pieces of one text.
pub(super) struct Reader<'a, 'm> {
    pub text: &'a str,
    pub mistakes: &'m mut Mistakes,
    remarks: &'m [Remark],
    /// Remarks that are documentation of an item.
    used: Vec<Range<usize>>,
    /// Where texts begin that are never closed, in order.
    unclosed: &'m [usize],
    /// Items that stand in a block where they cannot: they are read as if they stood outside, so that their names
    /// are known.
    hoisted: Vec<Item>,
}

/// What the statements of a block are.
#[derive(Default)]
struct Content {
    properties: Vec<Property>,
    items: Vec<Item>,
}

/// The items of a file.
pub(super) fn items(tokens: &mut Tokens<'_>, pieces: &[Piece], mistakes: &mut Mistakes) -> Vec<Item> {
    let Tokens { text, remarks, unclosed, .. } = tokens;
    let mut reader = Reader { text, mistakes, remarks, used: Vec::new(), unclosed, hoisted: Vec::new() };
    let mut content = Content::default();
    reader.pieces(pieces, None, &mut content);
    content.items.append(&mut reader.hoisted);
    for range in reader.used {
        remarks[range].iter_mut().for_each(|remark| remark.used = true);
    }
    content.items
}

impl<'a> Reader<'a, '_> {
    fn pieces(&mut self, pieces: &[Piece], context: Option<Keyword>, content: &mut Content) {
        if let Some(middle) = self.middle(pieces) {
            self.both_halves(pieces.split_at(middle), context, content);
            return;
        }
        let mut at = 0;
        while let Some(piece) = pieces.get(at) {
            at += 1;
            // A criterion without a colon whose rule stands on the next line.
            if let Some(next) = pieces.get(at)
                && self.is_bare_rule(piece)
                && self.is_foreign(next, context)
            {
                let joined = Piece {
                    docs: piece.docs.clone(),
                    text: piece.text.start..next.text.end,
                    colon: None,
                    block: None,
                    glued: piece.glued,
                };
                self.piece(&joined, context, content);
                at += 1;
                continue;
            }
            self.piece(piece, context, content);
        }
    }

    /// Where statements are divided to be read by two at once: about half of the text on either side, and never between
    /// two statements that may belong together. None where it is not worth it.
    fn middle(&self, pieces: &[Piece]) -> Option<usize> {
        let start = |piece: &Piece| piece.text.start;
        let (first, last) = (pieces.first()?, pieces.last()?);
        let end = last.block.as_ref().map_or(last.text.end, |block| block.end);
        let length = end.saturating_sub(start(first));
        if length < SHARED {
            return None;
        }
        let half = pieces.partition_point(|piece| start(piece) < start(first) + length / 2);
        (half.max(1)..pieces.len()).find(|at| !self.is_bare_rule(&pieces[at - 1]))
    }

    fn both_halves(
        &mut self,
        (one, two): (&[Piece], &[Piece]),
        context: Option<Keyword>,
        content: &mut Content,
    ) {
        let mut mistakes = Mistakes::new(self.mistakes.file);
        let mut other = Reader {
            text: self.text,
            mistakes: &mut mistakes,
            remarks: self.remarks,
            used: Vec::new(),
            unclosed: self.unclosed,
            hoisted: Vec::new(),
        };
        let mut more = Content::default();
        rayon::join(|| self.pieces(one, context, content), || other.pieces(two, context, &mut more));
        content.properties.append(&mut more.properties);
        content.items.append(&mut more.items);
        self.used.append(&mut other.used);
        self.hoisted.append(&mut other.hoisted);
        self.mistakes.append(mistakes);
    }

    /// Whether a statement is the head of an item that says one thing, without it.
    fn is_bare_rule(&self, piece: &Piece) -> bool {
        let keyword = Keyword::from_text(self.first_word(piece.text.clone()));
        piece.colon.is_none()
            && piece.block.is_none()
            && matches!(
                keyword,
                Some(Keyword::Include | Keyword::Exclude | Keyword::Define | Keyword::Derive)
            )
    }

    /// Whether a statement begins with a word that begins none.
    fn is_foreign(&self, piece: &Piece, context: Option<Keyword>) -> bool {
        let word = self.first_word(piece.text.clone());
        let property = context.is_some_and(|context| schema::property(context, word).is_some());
        let candidates = schema::items_in(context).map(Keyword::text);
        !word.is_empty()
            && piece.block.is_none()
            && piece.colon.is_none()
            && Keyword::from_text(word).is_none()
            && !property
            && crate::diagnostics::did_you_mean(word, candidates).is_none()
    }

    fn piece(&mut self, piece: &Piece, context: Option<Keyword>, content: &mut Content) {
        let joined = self.with_braced_values(piece);
        let piece = joined.as_ref().unwrap_or(piece);
        let word = self.first_word(piece.text.clone());
        let alone =
            piece.head().len() == word.len() || self.text[piece.head()].trim_end().len() == word.len();
        let property = context.and_then(|context| schema::property(context, word));
        if let Some(row) = property
            && alone
            && (piece.colon.is_some() || row.kind == ValueKind::Flag)
        {
            self.property(piece, row.kind, word, content);
            return;
        }
        if let Some(keyword) = Keyword::from_text(word).filter(|keyword| *keyword != Keyword::Fact) {
            let row = schema::row(keyword);
            let misread = alone
                && piece.colon.is_some()
                && context.is_some()
                && row.needs_name()
                && !row.stands_in(context);
            if !misread {
                self.place_item(piece, keyword, context, content);
                return;
            }
        }
        if let Some(row) = property {
            self.property_without_colon(piece, row.kind, word, content);
            return;
        }
        if context == Some(Keyword::Example) {
            if let Some(fact) = self.fact_item(piece) {
                content.items.push(fact);
            }
            return;
        }
        self.unknown(piece, word, alone, context, content);
    }

    /// `… in {a, b}`: what looks like a block is a list of values, which the rule before it is read with.
    fn with_braced_values(&self, piece: &Piece) -> Option<Piece> {
        let block = piece.block.as_ref()?;
        let body = self.text[piece.body()?].trim_end();
        let asks = ["in", "one of"].iter().any(|words| {
            body.strip_suffix(words).is_some_and(|before| before.ends_with(char::is_whitespace))
        });
        let listed = self.text[block.open..block.end].strip_prefix('{')?.strip_suffix('}')?;
        let plain = |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | ',' | ' ' | '"' | '.');
        (asks && listed.chars().all(plain)).then(|| Piece {
            docs: piece.docs.clone(),
            text: piece.text.start..block.end,
            colon: piece.colon,
            block: None,
            glued: piece.glued,
        })
    }

    /// Letters, digits and `_` at the start of a range.
    fn first_word(&self, range: Range<usize>) -> &'a str {
        let text: &'a str = &self.text[range];
        let length = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        &text[..length]
    }

    // ---- properties -----------------------------------------------------------------------------------------------

    fn property(&mut self, piece: &Piece, kind: ValueKind, word: &str, content: &mut Content) {
        let start = piece.text.start;
        let key = Spanned::new(word.to_owned(), self.mistakes.span(start..start + word.len()));
        let value = match piece.body() {
            None => Spanned::new(Value::Flag, key.span),
            Some(body) => self.value(body, Place { name: word, kind, key: key.span, body: false }),
        };
        self.no_block(piece, word);
        content.properties.push(Property { key, value });
    }

    fn no_block(&mut self, piece: &Piece, word: &str) {
        if let Some(block) = &piece.block {
            let span = self.mistakes.span(block.open..block.open + 1);
            self.mistakes.push(
                Diagnostic::new(&codes::STRAY_TEXT, span, format!("`{word}` has no block"))
                    .label("this block belongs to nothing")
                    .help(format!("end `{word}` with its line, or remove the braces")),
            );
        }
    }

    fn property_without_colon(&mut self, piece: &Piece, kind: ValueKind, word: &str, content: &mut Content) {
        let start = piece.text.start;
        let end = start + word.len();
        let key = Spanned::new(word.to_owned(), self.mistakes.span(start..end));
        let place = Place { name: word, kind, key: key.span, body: false };
        let rest = self.trimmed(end..piece.text.end);
        if rest.is_empty() {
            self.value(rest, place);
            return;
        }
        if kind == ValueKind::Flag && !["yes", "no"].contains(&&self.text[rest.clone()]) {
            self.stray(rest, place);
            content.properties.push(Property { value: Spanned::new(Value::Flag, key.span), key });
            return;
        }
        let signs = self.text[rest.clone()].bytes().take_while(|byte| matches!(byte, b'=' | b':')).count();
        let body = rest.start + signs..rest.end;
        let shown = self.first_words(self.trimmed(body.clone()));
        let example = format!("{word}: {}", &self.text[shown]);
        if signs > 0 {
            self.equals_for_colon(rest.start..rest.start + signs, &example);
        } else {
            self.missing_colon(key.span, end, &example);
        }
        let value = self.value(body, place);
        content.properties.push(Property { key, value });
    }

    /// `=` where a colon belongs.
    fn equals_for_colon(&mut self, range: Range<usize>, example: &str) {
        let span = self.mistakes.span(range.clone());
        let before = &self.text[..range.start];
        let blanks = before.len() - before.trim_end().len();
        let fix = self.mistakes.span(range.start - blanks..range.end);
        self.mistakes.push(
            Diagnostic::new(
                &codes::MISSING_COLON,
                span,
                format!("`{}` where a colon belongs", &self.text[range]),
            )
            .help(format!("write `{example}`"))
            .fix(fix, ":"),
        );
    }

    // ---- items ----------------------------------------------------------------------------------------------------

    /// Puts an item where it belongs.
    fn place_item(
        &mut self,
        piece: &Piece,
        keyword: Keyword,
        context: Option<Keyword>,
        content: &mut Content,
    ) {
        let row = schema::row(keyword);
        if piece.glued {
            let start = piece.text.start;
            let span = self.mistakes.span(start..start + keyword.text().len());
            self.mistakes.push(
                Diagnostic::new(&codes::STRAY_TEXT, span, "a second item on the line")
                    .label("the item before has not ended")
                    .help("begin it on a new line, or put `;` between the two")
                    .fix(self.mistakes.span(start..start), "; "),
            );
        }
        let fits = row.stands_in(context);
        if !fits {
            self.misplaced(piece, row, context);
        }
        let item = self.item(piece, keyword);
        if !fits && context.is_some() && row.top_level {
            self.hoisted.push(item);
        } else {
            content.items.push(item);
        }
    }

    fn item(&mut self, piece: &Piece, keyword: Keyword) -> Item {
        let row = schema::row(keyword);
        let start = piece.text.start;
        // A misspelt keyword is as long as it was written.
        let word = self.first_word(piece.text.clone()).len();
        let keyword_span = self.mistakes.span(start..start + word);
        let end = piece.block.as_ref().map_or(piece.text.end, |block| block.end);
        let mut item = Item {
            keyword: Spanned::new(keyword, keyword_span),
            name: None,
            prose: None,
            body: None,
            properties: Vec::new(),
            items: Vec::new(),
            docs: self.docs(piece.docs.clone()),
            span: self.mistakes.span(start..end),
        };
        match row.body {
            Some(kind @ (ValueKind::Collection | ValueKind::Libraries)) => {
                let colon = piece.colon.filter(|colon| self.text[start + word..*colon].trim().is_empty());
                let body = colon.map_or(start + word, |colon| colon + 1)..piece.text.end;
                let place = Place { name: keyword.text(), kind, key: keyword_span, body: true };
                item.body = Some(self.value(body, place));
            }
            _ => self.head_and_body(piece, row, start + word, &mut item),
        }
        if let Some(block) = &piece.block {
            if row.has_block() {
                let mut content = Content::default();
                self.pieces(&block.pieces, Some(keyword), &mut content);
                item.properties.append(&mut content.properties);
                item.items = content.items;
                self.repeated(&item);
            } else {
                self.no_block(piece, keyword.text());
            }
        }
        item
    }

    fn head_and_body(&mut self, piece: &Piece, row: &'static ItemRow, from: usize, item: &mut Item) {
        let keyword = item.keyword.value;
        let head_end = piece.colon.unwrap_or(piece.text.end);
        let head = self.head(from..head_end, row, item.keyword.span);
        item.name = head.name;
        item.prose = head.prose;
        item.properties = head.properties;
        let mut body = piece.body();
        if let Some(rest) = head.rest {
            body = self.after_head(piece, row, rest, item).or(body);
        }
        let Some(body) = body else {
            let swallowed = item
                .prose
                .as_ref()
                .is_some_and(|prose| self.unclosed.binary_search(&prose.span.range().start).is_ok());
            if swallowed && row.body.is_some() && piece.block.is_none() {
                item.body = Some(Spanned::new(Value::Error, item.head_span()));
            }
            return;
        };
        let place_of = |kind| Place { name: keyword.text(), kind, key: item.head_span(), body: true };
        match row.body {
            Some(_) if self.trimmed(body.clone()).is_empty() && piece.block.is_some() => {
                self.idle_colon(piece)
            }
            Some(kind) => item.body = Some(self.value(body, place_of(kind))),
            None => self.no_body(row, self.trimmed(body), item),
        }
    }

    /// What follows a head without a colon before it: a body whose colon is missing, or stray words.
    fn after_head(
        &mut self,
        piece: &Piece,
        row: &'static ItemRow,
        rest: Range<usize>,
        item: &Item,
    ) -> Option<Range<usize>> {
        let keyword = row.keyword.text();
        let first = self.text[rest.clone()].chars().next()?;
        if piece.colon.is_none() && (row.body.is_some()) {
            let full = rest.start..piece.text.end;
            let key = item.head_span();
            if first == '=' {
                let example =
                    format!("{}: {}", self.head_shown(item), self.shown(rest.start + 1..piece.text.end));
                self.equals_for_colon(rest.start..rest.start + 1, &example);
                return Some(rest.start + 1..piece.text.end);
            }
            if first != '"' && first != ',' && self.plausible_body(row, &full) {
                let example = format!("{}: {}", self.head_shown(item), self.shown(full.clone()));
                self.missing_colon(key, key.range().end, &example);
                return Some(full);
            }
        }
        let words = self.first_words(rest.clone());
        let span = self.mistakes.span(words.clone());
        let text = &self.text[words];
        let found = match first {
            '"' if item.prose.is_some() => {
                Diagnostic::new(&codes::STRAY_TEXT, span, format!("this `{keyword}` has two wordings"))
                    .label("the second")
                    .help("join the two texts; a question to the sponsor is a property: `query: \"…\"`")
            }
            '"' if !row.has_prose() => {
                Diagnostic::new(&codes::STRAY_TEXT, span, format!("`{keyword}` has no wording"))
                    .help("remove the text")
            }
            _ => Diagnostic::new(
                &codes::STRAY_TEXT,
                span,
                format!("`{text}` does not belong to the head of `{keyword}`"),
            )
            .label("not expected here")
            .help(format!("{}; begin the next statement on a new line", self.shape(row))),
        };
        self.mistakes.push(found);
        None
    }

    /// How an item of this sort is written.
    fn shape(&self, row: &ItemRow) -> String {
        let keyword = row.keyword.text();
        let head = match row.head {
            schema::Head::Bare => keyword.to_owned(),
            schema::Head::Prose => format!("{keyword} \"…\""),
            schema::Head::Name => format!("{keyword} name"),
            schema::Head::NameAndProse => format!("{keyword} name \"…\""),
            schema::Head::TierAndName => format!("{keyword} primary name \"…\""),
            schema::Head::NameAtEvent => format!("{keyword} name at event"),
            schema::Head::ForEvent => format!("{keyword} for event"),
            schema::Head::Names => format!("{keyword} name, name"),
        };
        match (row.body.is_some(), row.has_block()) {
            (true, _) => format!("write `{head}: …`"),
            (false, true) => format!("write `{head} {{ … }}`"),
            (false, false) => format!("write `{head}`"),
        }
    }

    /// Whether words behind a head can be a body whose colon is missing.
    fn plausible_body(&self, row: &ItemRow, range: &Range<usize>) -> bool {
        let text = &self.text[range.clone()];
        match row.body {
            Some(ValueKind::Choice(words)) => {
                let text = text.trim();
                words.contains(&text) || (text.len() > 3 && words.iter().any(|word| word.starts_with(text)))
            }
            Some(_) => {
                text.chars().next().is_some_and(|sign| sign.is_alphanumeric() || "(-±[%".contains(sign))
            }
            None => false,
        }
    }

    /// Keyword and name of an item, its wording shortened.
    fn head_shown(&self, item: &Item) -> String {
        let name = item.name.as_ref().map_or(String::new(), |name| format!(" {}", name.value));
        let prose = if item.prose.is_some() { " \"…\"" } else { "" };
        format!("{}{name}{prose}", item.keyword.value.text())
    }

    fn shown(&self, range: Range<usize>) -> &str {
        let range = self.first_words(self.trimmed(range));
        &self.text[range]
    }

    fn idle_colon(&mut self, piece: &Piece) {
        let Some(colon) = piece.colon else { return };
        let span = self.mistakes.span(colon..colon + 1);
        self.mistakes.push(
            Diagnostic::new(&codes::STRAY_TEXT, span, "nothing stands between this colon and the block")
                .help("remove the colon, or write a body behind it")
                .fix(span, ""),
        );
    }

    /// A body of an item that has none; a text is taken for its wording.
    fn no_body(&mut self, row: &ItemRow, body: Range<usize>, item: &mut Item) {
        let keyword = row.keyword.text();
        let text = &self.text[body.clone()];
        let is_text = text.len() > 1 && text.starts_with('"') && text.ends_with('"');
        let words = if body.is_empty() { item.keyword.span.range() } else { self.first_words(body.clone()) };
        let span = self.mistakes.span(words);
        if is_text && row.has_prose() && item.prose.is_none() {
            self.mistakes.push(
                Diagnostic::new(
                    &codes::STRAY_TEXT,
                    span,
                    format!("the wording of a `{keyword}` stands without a colon"),
                )
                .help(format!("remove the `:`; {}", self.shape(row))),
            );
            item.prose = Some(Spanned::new(expression::unquote(text), span));
            return;
        }
        self.mistakes.push(
            Diagnostic::new(&codes::BAD_VALUE, span, format!("`{keyword}` has no short form"))
                .label("nothing is expected behind a colon here")
                .help(self.shape(row)),
        );
    }

    fn repeated(&mut self, item: &Item) {
        for (at, property) in item.properties.iter().enumerate() {
            let name = property.key.value.as_str();
            let single = schema::property(item.keyword.value, name).is_some_and(|row| !row.repeatable);
            let Some(first) = item.properties[..at].iter().find(|earlier| earlier.key.value == name) else {
                continue;
            };
            // What could not be read of the first is told already, such as a rule without its word.
            if single && !matches!(first.value.value, Value::Error) {
                self.mistakes.push(
                    Diagnostic::new(
                        &codes::REPEATED_PROPERTY,
                        property.key.span,
                        format!("`{name}` is said twice"),
                    )
                    .label("the second")
                    .and(first.key.span, "the first")
                    .help("keep one of the two"),
                );
            }
        }
    }

    /// Something recorded in an example.
    fn fact_item(&mut self, piece: &Piece) -> Option<Item> {
        let range = piece.text.clone();
        let word = self.first_word(range.clone()).len().max(1);
        let first = range.start + self.text[range.start..].chars().next().map_or(1, char::len_utf8);
        let keyword = self.mistakes.span(range.start..first.max(range.start + word));
        let place = Place { name: "example", kind: ValueKind::Fact, key: keyword, body: true };
        let body = self.value(range.clone(), place);
        self.no_block(piece, "a fact");
        let docs = self.docs(piece.docs.clone());
        matches!(body.value, Value::Fact(_)).then(|| Item {
            keyword: Spanned::new(Keyword::Fact, keyword),
            name: None,
            prose: None,
            body: Some(body),
            properties: Vec::new(),
            items: Vec::new(),
            docs,
            span: self.mistakes.span(range),
        })
    }

    /// The documentation above an item, without the slashes.
    fn docs(&mut self, range: Range<usize>) -> Vec<String> {
        let text = self.text;
        self.used.push(range.clone());
        self.remarks[range]
            .iter()
            .map(|remark| {
                let line = &text[remark.start as usize + 3..remark.end as usize];
                line.strip_prefix(' ').unwrap_or(line).to_owned()
            })
            .collect()
    }

    fn span_at(&self, start: usize, length: usize) -> Span {
        self.mistakes.span(start..start + length)
    }
}
