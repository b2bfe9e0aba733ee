//! The few lines of a file that a message shows, long ones cut around the words that it underlines.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use unicode_width::UnicodeWidthChar;

use super::is_control;
use crate::source::{Position, Source};

/// Lines shown above and below an underlined one.
const CONTEXT: usize = 1;
/// A span of more lines is shown by its first line alone: what matters is where it begins.
const MOST_LINES: usize = 4;

/// Excerpts of one file, laid out as a small text of its own, in which every label has its place.
#[derive(Debug)]
pub struct Excerpt {
    path: String,
    text: String,
    groups: Vec<Group>,
    /// Byte ranges in `text`, in the order of the spans given.
    pub labels: Vec<Range<usize>>,
    /// Where each label begins in the file.
    starts: Vec<(usize, Position)>,
}

/// Consecutive lines.
#[derive(Debug)]
struct Group {
    /// Counted from 1.
    first_line: usize,
    line_count: usize,
    text: Range<usize>,
}

impl Excerpt {
    /// Lines that need more than `width` columns are cut.
    pub fn new(source: &Source, spans: &[Range<usize>], width: usize) -> Self {
        let spans: Vec<_> = spans.iter().map(|span| clip(source, span)).collect();
        let mut excerpt = Self {
            path: source.path.clone(),
            text: String::new(),
            groups: Vec::new(),
            labels: vec![0..0; spans.len()],
            starts: Vec::new(),
        };
        for lines in line_groups(source, &spans) {
            let begin = excerpt.text.len();
            for line in lines.clone() {
                excerpt.push_line(source, line, &spans, width);
            }
            excerpt.groups.push(Group {
                first_line: lines.start,
                line_count: lines.len(),
                text: begin..excerpt.text.len(),
            });
        }
        let starts = excerpt.labels.iter().zip(&spans);
        excerpt.starts = starts.map(|(label, span)| (label.start, source.position(span.start))).collect();
        excerpt
    }

    fn push_line(&mut self, source: &Source, number: usize, spans: &[Range<usize>], width: usize) {
        let offset = source.line_start(number);
        let line = source.line(number);
        let within = offset..offset + line.len();
        let ends: Vec<(usize, bool, usize)> = spans
            .iter()
            .enumerate()
            .flat_map(|(index, span)| [(index, true, span.start), (index, false, span.end)])
            .filter(|(_, _, at)| within.contains(at) || *at == within.end)
            .map(|(index, is_start, at)| (index, is_start, at - offset))
            .collect();
        let shown = window(line, &ends, width);

        let base = self.text.len();
        let mut map = Vec::new();
        if shown.start > 0 {
            self.text.push('…');
        }
        for (at, c) in line[shown.clone()].char_indices() {
            map.push((shown.start + at, self.text.len()));
            self.text.push(if is_control(c) { char::REPLACEMENT_CHARACTER } else { c });
        }
        map.push((shown.end, self.text.len()));
        if shown.end < line.len() {
            self.text.push('…');
        }
        if self.text.len() == base && !ends.is_empty() {
            // An empty line that is underlined needs something to stand on.
            self.text.push(' ');
        }
        self.text.push('\n');
        for (index, is_start, at) in ends {
            let nearest = map.partition_point(|(original, _)| *original < at).min(map.len() - 1);
            let place = map[nearest].1;
            if is_start {
                self.labels[index] = place..place;
            } else {
                self.labels[index].end = place.max(self.labels[index].start);
            }
        }
    }
}

/// The span within the file, on character boundaries, its first line alone when it covers many.
fn clip(source: &Source, span: &Range<usize>) -> Range<usize> {
    let mut end = span.end.min(source.text.len());
    while !source.text.is_char_boundary(end) {
        end -= 1;
    }
    let mut start = span.start.min(end);
    while !source.text.is_char_boundary(start) {
        start -= 1;
    }
    // Line ends behind the words have no width to underline.
    let words = source.text[start..end].trim_end().len();
    if words > 0 {
        end = start + words;
    }
    let first = source.position(start).line;
    let end_of_line = |line: usize| source.line_start(line) + source.line(line).len();
    if source.position(end).line - first >= MOST_LINES {
        start..end_of_line(first).max(start)
    } else {
        start..end.min(end_of_line(source.position(end).line)).max(start)
    }
}

/// Runs of lines to be shown, each with its context, near ones joined.
fn line_groups(source: &Source, spans: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut lines: Vec<Range<usize>> = spans
        .iter()
        .map(|span| {
            let first = source.position(span.start).line.saturating_sub(CONTEXT).max(1);
            let end = source.position(span.end).line;
            let mut last = (end + CONTEXT).min(source.line_count());
            if last > end && last == source.line_count() && source.line(last).is_empty() {
                // What follows the last line end is no line.
                last -= 1;
            }
            first..last + 1
        })
        .collect();
    lines.sort_by_key(|range| (range.start, range.end));
    let mut groups: Vec<Range<usize>> = Vec::new();
    for range in lines {
        match groups.last_mut() {
            Some(last) if range.start <= last.end + 2 => last.end = last.end.max(range.end),
            _ => groups.push(range),
        }
    }
    groups
}

/// The part of a line to show: all of it if it fits, else a window around what is underlined.
fn window(line: &str, ends: &[(usize, bool, usize)], width: usize) -> Range<usize> {
    let columns = |text: &str| text.chars().map(|c| c.width().unwrap_or(1)).sum::<usize>();
    // Cheap test first: no character takes more columns than bytes.
    if line.len() <= width || columns(line) <= width {
        return 0..line.len();
    }
    let width = width.saturating_sub(2).max(10);
    let low = ends.iter().map(|(_, _, at)| *at).min().unwrap_or(0);
    let high = ends.iter().map(|(_, _, at)| *at).max().unwrap_or(0);
    let spare = width.saturating_sub(columns(&line[low..high])) / 2;
    let mut start = low;
    let mut used = 0;
    for (at, c) in line[..low].char_indices().rev() {
        used += c.width().unwrap_or(1);
        if used > spare {
            break;
        }
        start = at;
    }
    let mut end = start;
    let mut used = 0;
    for (at, c) in line[start..].char_indices() {
        used += c.width().unwrap_or(1);
        if used > width {
            break;
        }
        end = start + at + c.len_utf8();
    }
    start..end
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_before: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let at = span.offset();
        let group =
            self.groups.iter().find(|group| group.text.contains(&at)).ok_or(MietteError::OutOfBounds)?;
        // Without context, miette asks for the place to print in the frame: that of the file itself.
        let start = self.starts.iter().find(|(label, _)| context_before == 0 && *label == at);
        let (line, column) = match start {
            Some((_, position)) => (position.line - 1, position.column - 1),
            None => (group.first_line - 1, 0),
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.path.clone(),
            self.text[group.text.clone()].as_bytes(),
            (group.text.start, group.text.len()).into(),
            line,
            column,
            group.line_count,
        )))
    }
}
