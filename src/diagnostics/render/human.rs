//! The graphical report for a person at a terminal, drawn by miette.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use super::excerpt::Excerpt;
use super::{Look, without_controls};
use crate::diagnostics::{Diagnostic, Label, Severity};
use crate::source::{FileId, Sources};

/// Columns that the frame takes beside the text of the source.
const FRAME: usize = 8;

pub fn render(look: Look, sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        report(&mut out, look, sources, diagnostic);
        out.push('\n');
    }
    out
}

/// The message with the excerpts of its own file, a note per other file, and the help at the end.
fn report(out: &mut String, look: Look, sources: &Sources, diagnostic: &Diagnostic) {
    let home = diagnostic.primary.span.file;
    let mut labels = vec![&diagnostic.primary];
    labels.extend(diagnostic.secondary.iter().filter(|label| label.span.file == home));
    let mut elsewhere: Vec<&Label> = Vec::new();
    elsewhere.extend(diagnostic.secondary.iter().filter(|label| label.span.file != home));

    let title = format!("{}[{}]:", diagnostic.severity.text(), diagnostic.code.id);
    let mut parts = vec![Part::new(look, sources, home, title, &diagnostic.message, &labels)];
    for label in elsewhere {
        let text = if label.text.is_empty() { "see also" } else { &label.text };
        let bare = Label { span: label.span, text: String::new() };
        parts.push(Part::new(look, sources, label.span.file, "note:".to_owned(), text, &[&bare]));
    }
    if let Some(last) = parts.last_mut() {
        last.help = diagnostic.help.as_deref().map(without_controls);
    }
    for (index, part) in parts.iter_mut().enumerate() {
        part.severity = if index == 0 { diagnostic.severity } else { Severity::Info };
        part.draw(out, look);
    }
}

/// One heading with one excerpt, as miette wants it.
#[derive(Debug)]
struct Part {
    severity: Severity,
    /// `error[U01]:`.
    title: String,
    message: String,
    labels: Vec<LabeledSpan>,
    excerpt: Excerpt,
    help: Option<String>,
}

impl Part {
    fn new(
        look: Look,
        sources: &Sources,
        file: FileId,
        title: String,
        message: &str,
        labels: &[&Label],
    ) -> Self {
        let spans: Vec<_> = labels.iter().map(|label| label.span.range()).collect();
        let excerpt = Excerpt::new(sources.get(file), &spans, look.width.saturating_sub(FRAME).max(20));
        let labels = labels
            .iter()
            .zip(&excerpt.labels)
            .enumerate()
            .map(|(index, (label, place))| {
                let text = Some(without_controls(&label.text)).filter(|text| !text.is_empty());
                let place = (place.start, place.len());
                if index == 0 {
                    LabeledSpan::new_primary_with_span(text, place)
                } else {
                    LabeledSpan::new_with_span(text, place)
                }
            })
            .collect();
        let message = without_controls(message);
        Self { severity: Severity::Info, title, message, labels, excerpt, help: None }
    }

    fn draw(&self, out: &mut String, look: Look) {
        let mut theme = match (look.unicode, look.color) {
            (true, true) => GraphicalTheme::unicode(),
            (true, false) => GraphicalTheme::unicode_nocolor(),
            (false, true) => GraphicalTheme::ascii(),
            (false, false) => GraphicalTheme::none(),
        };
        // miette puts a sign before the message; ours says the severity and the code.
        theme.characters.error.clone_from(&self.title);
        theme.characters.warning.clone_from(&self.title);
        theme.characters.advice.clone_from(&self.title);
        let mut text = String::new();
        let drawn = GraphicalReportHandler::new_themed(theme)
            .with_width(look.width.max(40))
            .with_links(false)
            .with_context_lines(1)
            .with_wrap_lines(true)
            // A unit such as `mg/dL` stays on one line: it is copied from here.
            .with_word_separator(textwrap::WordSeparator::AsciiSpace)
            .render_report(&mut text, self);
        if drawn.is_err() {
            // Drawing fails only where an excerpt does not hold its own labels; the message must still be read.
            text = format!("  {} {}\n", self.title, self.message);
        }
        out.push_str(text.strip_prefix("  ").unwrap_or(&text));
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Part {}

impl miette::Diagnostic for Part {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
