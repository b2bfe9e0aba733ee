//! A look at brackets and quotes before the grammar: one unclosed parenthesis would spoil every other message, and
//! nesting without limit would exhaust the stack.

use super::foreign;
use crate::diagnostics::{Diagnostic, codes};
use crate::syntax::Slice;

/// Deepest nesting of parentheses that is read.
const DEEPEST: usize = 64;

pub(super) fn check(slice: Slice<'_>) -> Result<(), Box<Diagnostic>> {
    let mut open: Vec<usize> = Vec::new();
    let bytes = slice.text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = after_text(slice, at)?,
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at = slice.text[at..].find(['\n', '\r']).map_or(bytes.len(), |end| at + end);
            }
            b'(' => {
                open.push(at);
                if open.len() > DEEPEST {
                    return Err(Box::new(
                        Diagnostic::new(
                            &codes::TOO_DEEP,
                            slice.span(at..at + 1),
                            format!("parentheses are nested more than {DEEPEST} deep here"),
                        )
                        .help("give the inner parts names of their own with `define` or `derive`, and use the names"),
                    ));
                }
                at += 1;
            }
            b')' => {
                if open.pop().is_none() {
                    let span = slice.span(at..at + 1);
                    return Err(Box::new(
                        Diagnostic::new(&codes::STRAY_TEXT, span, "this `)` closes nothing")
                            .label("no `(` before it is open")
                            .help("remove it, or add the `(` that is missing before it"),
                    ));
                }
                at += 1;
            }
            b'=' | b'-' | 0xE2 => {
                let arrow = foreign::arrow_at(slice.text, at).map(|arrow| at..at + arrow.len());
                if let Some(said) = arrow.clone().and_then(|arrow| foreign::consequence(slice, arrow)) {
                    return Err(Box::new(said));
                }
                at = arrow.map_or(at + 1, |arrow| arrow.end);
            }
            _ => at += 1,
        }
    }
    let Some(at) = open.first() else { return Ok(()) };
    let end = slice.text.trim_end().len();
    Err(Box::new(
        Diagnostic::new(&codes::UNCLOSED_PARENTHESIS, slice.span(*at..at + 1), "this `(` is never closed")
            .label("opened here")
            .and(slice.span(end..end), "the text ends here without `)`")
            .help("add the `)` where the group ends"),
    ))
}

/// The byte behind the text that begins here.
fn after_text(slice: Slice<'_>, start: usize) -> Result<usize, Box<Diagnostic>> {
    let rest = &slice.text[start..];
    let (end, until) = if let Some(inner) = rest.strip_prefix("\"\"\"") {
        (inner.find("\"\"\"").map(|at| at + 6), rest.len())
    } else {
        let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
        (rest[1..line].find('"').map(|at| at + 2), line)
    };
    match end {
        Some(length) => Ok(start + length),
        None => Err(Box::new(
            Diagnostic::new(
                &codes::UNCLOSED_QUOTE,
                slice.span(start..start + until),
                "this quoted text is never closed",
            )
            .help("close it with `\"` on the same line; a text of several lines stands between `\"\"\"` and `\"\"\"`"),
        )),
    }
}
