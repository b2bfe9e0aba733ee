//! The shell of pages that are complete in themselves and run nothing: to read, print and file.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::policy::policy;

/// A page with this title, these styles and this body, and a line end.
pub(super) fn still_page(title: &str, style: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(&[style], &[]));
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(style)) }
            }
            body { (body) }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}
