//! Signs: their plain spelling, and the blanks between two of them on a line.

use super::Mark;
use crate::syntax::token::Kind;

/// What a place stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Around {
    Parentheses,
    /// The braces around properties and items.
    Block,
    /// The braces of a unit, such as `{score}`, which hold no blanks.
    Annotation,
}

/// The sign as every keyboard has it.
pub(super) fn plain(sign: &str, kind: Option<Kind>) -> &str {
    match (sign, kind) {
        ("≥" | "⩾", Some(Kind::Operator)) => ">=",
        ("≤" | "⩽", Some(Kind::Operator)) => "<=",
        ("≠", Some(Kind::Operator)) => "!=",
        ("−", Some(Kind::Operator)) => "-",
        _ => sign,
    }
}

/// What stands between two neighbours on a line; `apart` when the author left a blank.
pub(super) fn gap(
    text: &str,
    before: &Mark,
    mark: &Mark,
    apart: bool,
    around: Option<Around>,
) -> &'static str {
    let word = |mark: &Mark| &text[mark.start..mark.end];
    let compares = |mark: &Mark| {
        mark.kind == Some(Kind::Operator)
            && matches!(word(mark), "<" | ">" | "=" | "≤" | "≥" | "⩽" | "⩾" | "≠")
    };
    let (Some(left), Some(right)) = (before.kind, mark.kind) else { return "  " };
    let blank = |wanted: bool| if wanted { " " } else { "" };
    match (left, right) {
        (_, _) if around == Some(Around::Annotation) => blank(apart),
        (Kind::OpenBrace, Kind::CloseBrace) => blank(apart),
        (_, Kind::Semicolon | Kind::Comma) => "",
        (Kind::OpenParen, _) | (_, Kind::CloseParen) => "",
        (Kind::Semicolon, _) => " ",
        // `1:1` is a ratio; every other colon belongs to the word before it.
        (Kind::Colon, Kind::Number) if follows_number(&text[..before.start]) => "",
        (_, Kind::Colon) => "",
        (Kind::Colon, _) => " ",
        // `100,000` is one number.
        (Kind::Comma, _) => blank(apart || right != Kind::Number),
        (Kind::OpenBrace, _) | (_, Kind::CloseBrace) if around == Some(Around::Block) => " ",
        (Kind::Text, Kind::OpenBrace | Kind::Word) | (Kind::CloseParen, Kind::OpenBrace) => " ",
        // Two signs of one comparison: what the author wrote is kept.
        (Kind::Operator, Kind::Operator) => blank(apart),
        _ if compares(before) || compares(mark) => " ",
        _ => blank(apart),
    }
}

/// Whether a text ends with a number alone, as in `1:2`; `d1` is a name.
fn follows_number(text: &str) -> bool {
    let text = text.trim_end();
    let word = text.rfind(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').map_or(0, |at| at + 1);
    let word = &text[text.ceil_char_boundary(word)..];
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}
