//! The page of a code for a terminal: the few marks of Markdown that the pages use, prose wrapped to the width.

use unicode_width::UnicodeWidthStr;

use super::Look;
use crate::diagnostics::{Code, Severity};

/// The page under a line with the code's id, name and severity.
pub fn render(look: Look, code: &Code) -> String {
    let width = look.width.clamp(40, 100);
    let ink = |style: &str, text: &str| {
        if look.color { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
    };
    let severity = match code.severity {
        Severity::Error => ink("1;31", "error"),
        Severity::Warning => ink("1;33", "warning"),
        Severity::Info => ink("1;36", "info"),
    };
    let mut out = format!("{severity}[{}] {}\n\n", code.id, code.name);
    let mut paragraph = String::new();
    let mut in_code = false;
    for line in code.page.lines() {
        let ends_paragraph =
            in_code || line.trim().is_empty() || line.starts_with("```") || line.starts_with('#');
        if !ends_paragraph {
            if line.starts_with("- ") {
                wrap(&mut out, &paragraph, width);
                paragraph.clear();
            }
            paragraph.push_str(line.trim());
            paragraph.push(' ');
            continue;
        }
        wrap(&mut out, &paragraph, width);
        paragraph.clear();
        if line.starts_with("```") {
            in_code = !in_code;
        } else if in_code {
            out.push_str(format!("    {}", ink("36", line)).trim_end());
            out.push('\n');
        } else if let Some(title) = line.strip_prefix('#') {
            out.push_str(&ink("1", title.trim_start_matches(['#', ' '])));
            out.push('\n');
        } else {
            out.push('\n');
        }
    }
    wrap(&mut out, &paragraph, width);
    out
}

fn wrap(out: &mut String, paragraph: &str, width: usize) {
    let mut column = 0;
    for word in paragraph.split_whitespace() {
        if column > 0 && column + 1 + word.width() > width {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += word.width();
    }
    if column > 0 {
        out.push('\n');
    }
}
