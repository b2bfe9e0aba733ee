//! Writes XML, balanced by construction and with nothing in it that XML 1.0 forbids.

use std::borrow::Cow;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

pub(super) struct Xml {
    // Writing to memory cannot fail, so that results of the writer are not looked at.
    writer: Writer<Vec<u8>>,
}

/// An attribute that may be absent.
pub(super) type Attribute<'a> = (&'a str, Option<Cow<'a, str>>);

pub(super) fn some<'a>(key: &'a str, value: impl Into<Cow<'a, str>>) -> Attribute<'a> {
    (key, Some(value.into()))
}

impl Xml {
    pub fn document() -> Self {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        let _ = writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        Self { writer }
    }

    pub fn finish(self) -> Vec<u8> {
        let mut content = self.writer.into_inner();
        content.push(b'\n');
        content
    }

    fn start<'n>(name: &'n str, attributes: &[Attribute<'_>]) -> BytesStart<'n> {
        let mut start = BytesStart::new(name);
        for (key, value) in attributes {
            if let Some(value) = value {
                start.push_attribute((*key, line(value).as_str()));
            }
        }
        start
    }

    pub fn empty(&mut self, name: &str, attributes: &[Attribute<'_>]) {
        let _ = self.writer.write_event(Event::Empty(Self::start(name, attributes)));
    }

    pub fn within(&mut self, name: &str, attributes: &[Attribute<'_>], inside: impl FnOnce(&mut Self)) {
        let _ = self.writer.write_event(Event::Start(Self::start(name, attributes)));
        inside(self);
        let _ = self.writer.write_event(Event::End(BytesEnd::new(name)));
    }

    pub fn text(&mut self, name: &str, attributes: &[Attribute<'_>], text: &str) {
        let _ = self.writer.write_event(Event::Start(Self::start(name, attributes)));
        let _ = self.writer.write_event(Event::Text(BytesText::new(&legal(text))));
        let _ = self.writer.write_event(Event::End(BytesEnd::new(name)));
    }
}

/// Characters that XML 1.0 has no way to write become the replacement character; line ends are `\n`, as every reader
/// would make them.
pub(super) fn legal(text: &str) -> String {
    let known = |sign: char| match sign {
        '\n' | '\t' => sign,
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        sign if sign < ' ' => '\u{fffd}',
        sign => sign,
    };
    text.replace("\r\n", "\n").replace('\r', "\n").chars().map(known).collect()
}

/// The same in one line: readers turn line ends of attributes to spaces.
fn line(text: &str) -> String {
    legal(text).replace(['\n', '\t'], " ")
}
