//! `funnel.svg`: for each decision and arm a column of bars that grow shorter, the certain ones inside the possible
//! ones. Lengths are whole tenths of a pixel, so that the picture is the same to the byte everywhere.

use std::fmt::Write as _;

use super::document::{Counts, Decision, Document};
use super::shown;
use crate::population::Count;

type Tenths = u64;

const STYLE: &str = "
text { font-family: 'Source Sans 3', 'Source Sans Pro', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif;
  font-size: 13px; fill: #1a1c20; font-variant-numeric: tabular-nums; }
.title { font-size: 19px; font-weight: 700; }
.part { font-size: 15px; font-weight: 700; }
.soft { fill: #5a616b; font-size: 12px; }
.head { fill: #5a616b; font-size: 12px; }
.code { font-weight: 700; }
.number { text-anchor: end; font-weight: 600; }
.share, .lost { text-anchor: end; fill: #5a616b; font-size: 12px; }
.end { text-anchor: end; }
.rule { stroke: #e7eaee; }
.strong { stroke: #39424e; stroke-width: 1.5; }
.possible { fill: #b9cde6; }
.definite { fill: #1f4e8c; }
.between { fill: #eef3f9; }
.between-definite { fill: #d5e0ee; }
";

const WIDTH: Tenths = 11_400;
const MARGIN: Tenths = 280;
const CODE: Tenths = MARGIN;
const PROSE: Tenths = MARGIN + 560;
/// So many letters of a wording fit between its column and the bars.
const LETTERS: usize = 54;
const BARS: Tenths = 4_240;
const LONGEST: Tenths = 2_880;
const DEFINITE: Tenths = 8_400;
const POSSIBLE: Tenths = 9_760;
const LOST: Tenths = WIDTH - MARGIN;
const ROW: Tenths = 380;
const BAR: Tenths = 220;

pub(super) fn picture(document: &Document<'_>) -> String {
    let mut drawing = Drawing::default();
    let mut y = 440;
    drawing.text(MARGIN, y, "title", "Attrition");
    y += 230;
    drawing.text(MARGIN, y, "", &shown::shortened(&document.trial.title, 130));
    y += 190;
    let mut about = vec![format!("{} people", shown::number(document.people))];
    about.extend(document.trial.ids.iter().cloned());
    if let Some(below) = document.suppressed_below {
        about.push(format!("numbers below {below} are withheld: where they matter, a range is shown"));
    }
    drawing.text(MARGIN, y, "soft", &about.join(" · "));
    for decision in &document.decisions {
        for counts in &decision.funnels {
            y = funnel(&mut drawing, y + 460, document, decision, counts);
        }
    }
    drawing.finish(y + 260)
}

/// Draws one funnel from `y` downwards; gives the lower end.
fn funnel(
    drawing: &mut Drawing,
    y: Tenths,
    document: &Document<'_>,
    decision: &Decision<'_>,
    counts: &Counts<'_>,
) -> Tenths {
    let number = |count: Count| shown::count(count, document.suppressed_below);
    let everybody = counts.everybody;
    let heading: Vec<String> =
        std::iter::once(decision.heading().to_owned()).chain(counts.of_arm(decision)).collect();
    drawing.text(MARGIN, y, "part", &shown::shortened(&heading.join(" · "), 110));
    let outcome = [
        ("eligible", counts.eligible),
        ("undetermined", counts.undetermined),
        ("ineligible", counts.ineligible),
    ];
    let outcome =
        outcome.map(|(word, count)| format!("{} {word} ({})", number(count), shown::share(count, everybody)));
    drawing.text(MARGIN, y + 200, "soft", &outcome.join(" · "));
    let head = y + 480;
    drawing.text(CODE, head, "head", "Criterion");
    drawing.rect(BARS, head - 85, 100, 100, "definite");
    drawing.text(BARS + 150, head, "head", "certainly still in");
    drawing.rect(BARS + 1_260, head - 85, 100, 100, "possible");
    drawing.text(BARS + 1_410, head, "head", "possibly still in");
    drawing.text(DEFINITE, head, "head end", "Certainly in");
    drawing.text(POSSIBLE, head, "head end", "Possibly in");
    drawing.text(LOST, head, "head end", "Lost: certain, possible");
    drawing.line(MARGIN, head + 90, LOST, "strong");
    let mut top = head + 130;
    let mut above: Option<(Tenths, Tenths, u64)> = None;
    let mut row =
        |code: &str, prose: &str, definite: Count, possible: Count, lost: Option<(Count, Count)>| {
            let baseline = top + 235;
            let bar = top + (ROW - BAR) / 2;
            let title = match lost {
                None => prose.to_owned(),
                Some(_) => format!(
                    "{code} {prose}: {} certainly, {} possibly still in",
                    number(definite),
                    number(possible)
                ),
            };
            drawing.open(&title);
            drawing.text(CODE, baseline, "code", &shown::shortened(code, 8));
            drawing.text(PROSE, baseline, "", &shown::shortened(prose, LETTERS));
            let times = shown::magnified(possible, everybody);
            let length = |count| shown::length(count, everybody, times, LONGEST, 10);
            let lengths = (length(definite), length(possible), times);
            if let Some(above) = above.filter(|above| above.2 == times) {
                let from = bar + BAR - ROW;
                drawing.slope(above.1, lengths.1, from, bar, "between");
                drawing.slope(above.0, lengths.0, from, bar, "between-definite");
            }
            drawing.rect(BARS, bar, lengths.1, BAR, "possible");
            drawing.rect(BARS, bar, lengths.0, BAR, "definite");
            if times > 1 {
                drawing.text(BARS + LONGEST, baseline, "share", &format!("× {}", shown::number(times)));
            }
            drawing.text(DEFINITE - 520, baseline, "number", &number(definite));
            drawing.text(DEFINITE, baseline, "share", &shown::share(definite, everybody));
            drawing.text(POSSIBLE - 520, baseline, "number", &number(possible));
            drawing.text(POSSIBLE, baseline, "share", &shown::share(possible, everybody));
            if let Some((definite, possible)) = lost {
                let minus = |count: Count| {
                    if count.most == 0 { "0".to_owned() } else { format!("−{}", number(count)) }
                };
                drawing.text(LOST - 760, baseline, "lost", &minus(definite));
                drawing.text(LOST, baseline, "lost", &minus(possible));
            }
            drawing.close();
            above = Some(lengths);
            top += ROW;
        };
    row("", "Everybody", everybody, everybody, None);
    for step in &counts.steps {
        let prose = &decision.criterion(&step.criterion).prose;
        row(
            &step.criterion,
            prose,
            step.definite,
            step.possible,
            Some((step.definite_lost, step.possible_lost)),
        );
    }
    drawing.line(MARGIN, top + 40, LOST, "strong");
    let is_magnified = counts.steps.iter().any(|step| shown::magnified(step.possible, everybody) > 1);
    if is_magnified {
        top += 220;
        drawing.text(MARGIN, top, "soft", "× 10: short bars are drawn ten times as long, and so on.");
    }
    top + 40
}

#[derive(Default)]
struct Drawing(String);

impl Drawing {
    fn text(&mut self, x: Tenths, y: Tenths, class: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        let class = if class.is_empty() { String::new() } else { format!(r#" class="{class}""#) };
        let _ = writeln!(self.0, r#"<text{class} x="{}" y="{}">{}</text>"#, px(x), px(y), escaped(text));
    }

    fn rect(&mut self, x: Tenths, y: Tenths, width: Tenths, height: Tenths, class: &str) {
        if width > 0 {
            let [x, y, width, height] = [x, y, width, height].map(px);
            let _ = writeln!(
                self.0,
                r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}"/>"#
            );
        }
    }

    fn line(&mut self, x1: Tenths, y: Tenths, x2: Tenths, class: &str) {
        let [x1, x2, y] = [x1, x2, y].map(px);
        let _ = writeln!(self.0, r#"<line class="{class}" x1="{x1}" y1="{y}" x2="{x2}" y2="{y}"/>"#);
    }

    /// From the end of one bar to that of the next.
    fn slope(&mut self, above: Tenths, below: Tenths, from: Tenths, to: Tenths, class: &str) {
        let [left, above, below] = [BARS, BARS + above, BARS + below].map(px);
        let [from, to] = [from, to].map(px);
        let _ = writeln!(
            self.0,
            r#"<polygon class="{class}" points="{left},{from} {above},{from} {below},{to} {left},{to}"/>"#
        );
    }

    /// A group with a title, which a browser shows under the pointer and a screen reader reads.
    fn open(&mut self, title: &str) {
        let _ = writeln!(self.0, "<g><title>{}</title>", escaped(title));
    }

    fn close(&mut self) {
        self.0.push_str("</g>\n");
    }

    fn finish(self, height: Tenths) -> String {
        let (width, height) = (px(WIDTH), px(height));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"title\" width=\"{width}\" \
             height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n<title id=\"title\">Attrition</title>\n\
             <style>{STYLE}</style>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n{}</svg>\n",
            self.0
        )
    }
}

/// `12.5`, `12` without a decimal where there is none.
fn px(tenths: Tenths) -> String {
    match tenths % 10 {
        0 => format!("{}", tenths / 10),
        rest => format!("{}.{rest}", tenths / 10),
    }
}

/// As text of XML 1.0, which has no control characters.
fn escaped(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
