//! Just enough SVG: lines, rectangles, diamonds, text, groups. Lengths are whole tenths of a pixel.

use std::fmt::Write as _;

pub(super) type Tenths = i64;

const STYLE: &str = "
text { font-family: 'Source Sans 3', 'Source Sans Pro', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif;
  font-size: 12.5px; fill: #1a1c20; }
.title { font-size: 19px; font-weight: 700; }
.soft, .tick { fill: #5a616b; }
.tick { font-size: 11.5px; }
.head { font-weight: 700; }
.said { font-size: 11px; fill: #5a616b; paint-order: stroke; stroke: #fff; stroke-width: 3px; stroke-linejoin: round; }
.event { font-style: italic; }
.epoch { fill: #dde4ec; }
.row { stroke: #e7eaee; }
.grid { stroke: #dfe3e9; }
.zero { stroke: #39424e; stroke-width: 1.4; }
.window { fill: #9db8d9; }
.some { fill: #cfdcec; stroke: #6f90b8; }
.moving { fill: #e9eef5; stroke: #6f90b8; stroke-dasharray: 3 2; }
.again { fill: #cfdcec; }
.target { fill: #1f4e8c; }
";

/// Of schemas and of strips of a day.
pub(super) const BOXES: &str = ".box { fill: #eef1f5; stroke: #b9c3cf; }
.arm { fill: #fff; stroke: #6f90b8; stroke-width: 1.4; }
.period { fill: #e3ecf6; stroke: #9db8d9; }
.washout { fill: #f6f7f9; stroke: #b9c3cf; stroke-dasharray: 4 3; }
.way { fill: none; stroke: #39424e; stroke-width: 1.6; }
.node { fill: #1f4e8c; }
.letter { fill: #fff; font-size: 17px; font-weight: 700; }
.outside { fill: #f6f7f9; }
.taken { fill: #1f4e8c; }
.dose { stroke: #b23a2e; stroke-width: 1.6; }
.said-dose { fill: #b23a2e; font-weight: 700; }
";

#[derive(Clone, Copy)]
pub(super) enum Anchored {
    Start,
    Middle,
    End,
}

#[derive(Default)]
pub(super) struct Drawing {
    title: String,
    /// Rules beside [`STYLE`].
    style: &'static str,
    behind: String,
    body: String,
}

impl Drawing {
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), ..Self::default() }
    }

    /// A drawing that uses further rules.
    pub fn styled(title: &str, style: &'static str) -> Self {
        Self { style, ..Self::new(title) }
    }

    pub fn line(&mut self, x1: Tenths, y1: Tenths, x2: Tenths, y2: Tenths, class: &str) {
        let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(px);
        let _ = writeln!(self.body, r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#);
    }

    pub fn rect(&mut self, x: Tenths, y: Tenths, width: Tenths, height: Tenths, class: &str, radius: Tenths) {
        let [x, y, width, height] = [x, y, width, height].map(px);
        let round = if radius > 0 { format!(r#" rx="{}""#, px(radius)) } else { String::new() };
        let _ = writeln!(
            self.body,
            r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}"{round}/>"#
        );
    }

    pub fn diamond(&mut self, x: Tenths, y: Tenths, radius: Tenths, class: &str) {
        let [top, right, bottom, left] = [(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)]
            .map(|(x, y)| format!("{},{}", px(x), px(y)));
        let _ = writeln!(self.body, r#"<polygon class="{class}" points="{top} {right} {bottom} {left}"/>"#);
    }

    pub fn circle(&mut self, x: Tenths, y: Tenths, radius: Tenths, class: &str) {
        let [x, y, radius] = [x, y, radius].map(px);
        let _ = writeln!(self.body, r#"<circle class="{class}" cx="{x}" cy="{y}" r="{radius}"/>"#);
    }

    /// A line through several points.
    pub fn way(&mut self, points: &[(Tenths, Tenths)], class: &str) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", px(*x), px(*y))).collect();
        let _ = writeln!(self.body, r#"<polyline class="{class}" points="{}"/>"#, points.join(" "));
    }

    pub fn text(&mut self, x: Tenths, y: Tenths, class: &str, anchored: Anchored, text: &str) {
        let anchor = match anchored {
            Anchored::Start => "",
            Anchored::Middle => r#" text-anchor="middle""#,
            Anchored::End => r#" text-anchor="end""#,
        };
        let (x, y, text) = (px(x), px(y), escaped(text));
        let _ = writeln!(self.body, r#"<text class="{class}" x="{x}" y="{y}"{anchor}>{text}</text>"#);
    }

    /// A group with a title, which a browser shows under the pointer and a screen reader reads.
    pub fn open_group(&mut self, id: &str, title: &str) {
        let _ = writeln!(self.body, r#"<g id="{}"><title>{}</title>"#, escaped(id), escaped(title));
    }

    pub fn close_group(&mut self) {
        self.body.push_str("</g>\n");
    }

    /// Puts another drawing under this one.
    pub fn behind(&mut self, other: Self) {
        self.behind.push_str(&other.body);
    }

    pub fn finish(self, width: Tenths, height: Tenths) -> String {
        let (width, height) = (px(width), px(height));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"title\" width=\"{width}\" \
             height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n<title id=\"title\">{}</title>\n\
             <style>{STYLE}{}</style>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n{}{}</svg>\n",
            escaped(&self.title),
            self.style,
            self.behind,
            self.body,
        )
    }
}

/// `12.5`, `12` without a decimal where there is none.
fn px(tenths: Tenths) -> String {
    let (whole, rest) = (tenths / 10, (tenths % 10).abs());
    let sign = if tenths < 0 && whole == 0 { "-" } else { "" };
    if rest == 0 { format!("{whole}") } else { format!("{sign}{whole}.{rest}") }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Lines of at most so many letters, broken at blanks; a longer word stands alone.
pub(super) fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
