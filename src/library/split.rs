//! Finds the items of a library text and the words that each uses, without parsing it.
//!
//! The libraries follow a simple rule, held by a test: an item begins at the left margin with its keyword and its
//! name, and what belongs to it either is indented or stands inside its braces.

use std::ops::Range;

/// One item of a library text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    pub keyword: &'a str,
    pub name: &'a str,
    /// From its documentation comment to its last line, without that line's end.
    pub span: Range<usize>,
    /// Words outside texts and comments that are not keys of properties, the item's own name left out.
    pub words: Vec<&'a str>,
}

/// The items of a text, in its order. What stands at the left margin without being an item (comments) belongs to none.
pub(super) fn split(text: &str) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut docs: Option<usize> = None;
    let mut scanner = Scanner { text, at: 0, depth: 0 };
    while scanner.at < text.len() {
        let start = scanner.at;
        let first = text.as_bytes()[start];
        let is_indented = first == b' ' || first == b'}' || first == b'\n' || first == b'\t';
        if scanner.depth == 0 && text[start..].starts_with("///") {
            docs.get_or_insert(start);
            scanner.skip_line();
            continue;
        }
        let starts_item = scanner.depth == 0 && first.is_ascii_lowercase();
        let mut words = Vec::new();
        scanner.read_line(&mut words);
        let end = text[start..scanner.at].trim_end().len() + start;
        if starts_item {
            let mut words = words.into_iter();
            if let (Some((keyword, _)), Some((name, _))) = (words.next(), words.next()) {
                let span = docs.take().unwrap_or(start)..end;
                let words =
                    words.filter(|(word, is_key)| !is_key && *word != name).map(|(word, _)| word).collect();
                entries.push(Entry { keyword, name, span, words });
            }
        } else if is_indented
            && end > start
            && let Some(entry) = entries.last_mut()
        {
            entry.span.end = end;
            let name = entry.name;
            entry.words.extend(
                words.into_iter().filter(|(word, is_key)| !is_key && *word != name).map(|(word, _)| word),
            );
        }
        docs = None;
    }
    for entry in &mut entries {
        entry.words.sort_unstable();
        entry.words.dedup();
    }
    entries
}

/// The title of an item and what else it is called (`also:`), from its text.
pub(super) fn titles(item: &str) -> impl Iterator<Item = &str> {
    let declaration = item.lines().find(|line| !line.starts_with("///")).unwrap_or_default();
    let title = declaration.split('"').nth(1);
    let also = item.split_once(" also: ").map_or("", |(_, rest)| rest.lines().next().unwrap_or_default());
    let also = also.split([';', '}']).next().unwrap_or_default();
    title.into_iter().chain(also.split('"').skip(1).step_by(2))
}

/// The codes of a terminology that an item has (`loinc: 4548-4 "…"`), each with its text.
pub(super) fn codes<'a>(
    item: &'a str,
    terminology: &str,
) -> impl Iterator<Item = (&'a str, Option<&'a str>)> + use<'a> {
    let key = format!("{terminology}: ");
    let starts_word = |at: usize| !item[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let mut found = Vec::new();
    let lines = item.match_indices(&key).filter(|(at, _)| starts_word(*at));
    for (at, _) in lines {
        let mut rest = &item[at + key.len()..];
        loop {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || ".-/".contains(c)));
            let (code, behind) = rest.split_at(end.unwrap_or(rest.len()));
            if code.is_empty() {
                break;
            }
            let quoted = behind.strip_prefix(" \"").and_then(|text| text.split_once('"'));
            found.push((code, quoted.map(|(display, _)| display)));
            match quoted.map_or(behind, |(_, behind)| behind).strip_prefix(", ") {
                Some(next) => rest = next,
                None => break,
            }
        }
    }
    found.into_iter()
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// Open braces and parentheses.
    depth: usize,
}

impl<'a> Scanner<'a> {
    fn skip_line(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.find('\n').map_or(rest.len(), |end| end + 1);
    }

    /// Reads to the end of the line, or of the text in quotes that begins on it. A word comes with whether it is the
    /// key of a property.
    fn read_line(&mut self, words: &mut Vec<(&'a str, bool)>) {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'\n' => {
                    self.at += 1;
                    return;
                }
                b'/' if self.text[self.at..].starts_with("//") => return self.skip_line(),
                b'"' => self.skip_text(),
                b'{' | b'(' => {
                    self.depth += 1;
                    self.at += 1;
                }
                b'}' | b')' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.at += 1;
                }
                b'a'..=b'z' | b'A'..=b'Z' => {
                    let length = bytes[self.at..]
                        .iter()
                        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
                        .count();
                    let word = &self.text[self.at..self.at + length];
                    self.at += length;
                    words.push((word, bytes.get(self.at) == Some(&b':')));
                }
                _ => self.at += 1,
            }
        }
    }

    fn skip_text(&mut self) {
        let quote = if self.text[self.at..].starts_with("\"\"\"") { "\"\"\"" } else { "\"" };
        let inside = self.at + quote.len();
        let rest = &self.text[inside..];
        self.at = inside + rest.find(quote).map_or(rest.len(), |end| end + quote.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&str> {
        split(text).iter().map(|entry| entry.name).collect()
    }

    #[test]
    fn items_begin_at_the_margin_with_keyword_and_name() {
        let text = "// Blood\nmeasure alt \"ALT\" {\n  unit: U/L\n}\n\nscore mmse: 0 to 30\ndrug metformin { atc: A10BA02 }\n";
        assert_eq!(names(text), ["alt", "mmse", "metformin"]);
    }

    #[test]
    fn an_item_spans_its_documentation_and_its_closing_brace_and_nothing_more() {
        let text = "/// Of the liver.\nmeasure alt {\n  unit: U/L\n}\n\n// Kidney\nmeasure urea: mg/dL\n";
        let items = split(text);
        assert_eq!(&text[items[0].span.clone()], "/// Of the liver.\nmeasure alt {\n  unit: U/L\n}");
        assert_eq!(&text[items[1].span.clone()], "measure urea: mg/dL");
    }

    #[test]
    fn a_comment_between_separates_documentation_from_the_item() {
        let text = "/// Lost.\n// Kidney\nmeasure urea: mg/dL\n";
        assert_eq!(&text[split(text)[0].span.clone()], "measure urea: mg/dL");
    }

    #[test]
    fn what_looks_like_an_item_in_a_text_or_a_block_is_none() {
        let text = "measure a {\n  source: \"\"\"\nmeasure b: mg/dL\n{\"\"\"\nunit: mg\n}\nmeasure c: mg // measure d {\nmeasure e: mg";
        assert_eq!(names(text), ["a", "c", "e"]);
    }

    #[test]
    fn an_item_may_go_on_over_indented_lines() {
        let text = "derive bmi \"BMI\":\n  weight\n  / height ^ 2\nmeasure weight: kg\n";
        let items = split(text);
        assert_eq!(items[0].words, ["height", "weight"]);
        assert_eq!(names(text), ["bmi", "weight"]);
    }

    #[test]
    fn words_leave_out_keys_texts_comments_and_the_own_name() {
        let text = "drug_class statins \"the statins\" {\n  atc: C10AA // simvastatin\n  members: atorvastatin, statins; also: \"pravastatin\"\n}\n";
        assert_eq!(split(text)[0].words, ["C10AA", "atorvastatin"]);
    }
}
