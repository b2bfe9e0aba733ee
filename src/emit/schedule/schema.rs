//! The schema of the design (ICH M11 section 1.2): who comes in, where participants are allocated, and what each arm is
//! given in which epoch.

use super::svg::{Anchored, BOXES, Drawing, Tenths, shortened, wrapped};
use super::table::epoch_title;
use crate::model::{Allocation, Schedule, Stated, Trial, VisitTiming};
use crate::time::network::{Network, Point};
use crate::wording::{Wording, given};

const WIDTH: Tenths = 11_000;
const MARGIN: Tenths = 240;
const BOX: Tenths = 1360;
const GAP: Tenths = 260;
const LINE: Tenths = 165;
const TOP: Tenths = 720;
const HEADER: Tenths = 260;
/// About the width of a letter.
const LETTER: Tenths = 66;

/// What one arm or sequence shows.
struct Row {
    title: String,
    /// Boxes side by side: periods of a sequence and the washouts between them; one for an arm.
    parts: Vec<Part>,
    /// Epochs, of those behind the allocation, that this arm does not have.
    without: Vec<usize>,
}

struct Part {
    title: Option<String>,
    lines: Vec<String>,
    washout: bool,
}

/// An allocation, or the arms that are in none.
struct Block<'a> {
    allocation: Option<&'a Allocation>,
    rows: Vec<Row>,
}

/// `None` for a trial without arms and sequences.
pub(super) fn svg(trial: &Trial) -> Option<String> {
    let wording = Wording::of(trial);
    let schedule = trial.schedule.as_ref();
    let first = trial.allocations.values().find(|allocation| !allocation.arms.is_empty());
    let (before, after) = epochs(trial, schedule, first);
    let allocated: Vec<&String> = trial.allocations.values().flat_map(|one| &one.arms).collect();
    let row = |name: &String| row(trial, wording, schedule, &after, name);
    let mut blocks: Vec<Block<'_>> = trial
        .allocations
        .values()
        .filter(|allocation| !allocation.arms.is_empty())
        .map(|one| Block { allocation: Some(one), rows: one.arms.iter().map(&row).collect() })
        .collect();
    let lone: Vec<Row> = trial
        .arms
        .keys()
        .chain(trial.sequences.keys())
        .filter(|name| !allocated.contains(name))
        .map(row)
        .collect();
    if !lone.is_empty() {
        blocks.push(Block { allocation: None, rows: lone });
    }
    if blocks.is_empty() {
        return None;
    }
    let mut drawing = Drawing::styled(&format!("Schema of {}", trial.header.title), BOXES);
    drawing.text(MARGIN, 340, "title", Anchored::Start, "Schema");
    drawing.text(MARGIN, 540, "soft", Anchored::Start, &shortened(&trial.header.title, 150));
    let count = before.len() as Tenths;
    let node = MARGIN + count * (BOX + GAP) + 330;
    let left = node + 860;
    let right = WIDTH - MARGIN;
    let mut y = TOP;
    for (number, block) in blocks.iter().enumerate() {
        header(&mut drawing, schedule, &after, (left, right), y);
        y += HEADER + 90;
        let start = y;
        let mut middles = Vec::new();
        for row in &block.rows {
            let height = draw(&mut drawing, row, after.len(), (left, right), y);
            middles.push(y + height / 2);
            y += height + 150;
        }
        let middle = (start + y - 150) / 2;
        if number == 0 {
            lead_in(&mut drawing, schedule, &before, middle, node);
        }
        branch(&mut drawing, wording, block, &middles, (node, left, middle));
        y += 200;
    }
    Some(drawing.finish(WIDTH, y))
}

/// The epochs before the first allocation, and those behind it.
fn epochs(
    trial: &Trial,
    schedule: Option<&Schedule>,
    allocation: Option<&Allocation>,
) -> (Vec<String>, Vec<String>) {
    let Some(schedule) = schedule else { return (Vec::new(), Vec::new()) };
    let names: Vec<String> = schedule.epochs.keys().cloned().collect();
    let Some(allocation) = allocation else { return (Vec::new(), names) };
    let network = Network::of(trial).ok();
    let point = Point::event(&allocation.at);
    let comes_after = |name: &String| {
        let epoch = &schedule.epochs[name];
        epoch.visits.iter().filter_map(|visit| Some((visit, schedule.visits.get(visit)?))).any(
            |(name, visit)| {
                let bounds =
                    network.as_ref().map_or((None, None), |it| it.bounds(&point, &Point::visit(name)));
                let follows =
                    matches!(bounds, (Some(least), most) if least > 0 || least == 0 && most != Some(0));
                // Day 1 of a clock that begins with the allocation is treatment; a visit `on` the allocation is not yet.
                let begins =
                    bounds == (Some(0), Some(0)) && !matches!(visit.timing, VisitTiming::OnEvent { .. });
                follows || begins || !visit.arms.is_empty()
            },
        )
    };
    let split = names.iter().position(comes_after).unwrap_or(names.len());
    (names[..split].to_vec(), names[split..].to_vec())
}

fn row(
    trial: &Trial,
    wording: Wording<'_>,
    schedule: Option<&Schedule>,
    after: &[String],
    name: &str,
) -> Row {
    let part = |title: Option<String>, gives: &[crate::model::Administration]| {
        let lines = gives.iter().map(|one| given(trial, one)).collect();
        Part { title, lines, washout: false }
    };
    let has = |epoch: &String| {
        schedule
            .and_then(|schedule| schedule.epochs.get(epoch))
            .is_none_or(|epoch| epoch.arms.is_empty() || epoch.arms.iter().any(|arm| arm == name))
    };
    let without = (0..after.len()).filter(|at| !has(&after[*at])).collect();
    let Some(sequence) = trial.sequences.get(name) else {
        let arm = trial.arms.get(name);
        let gives = arm.map_or(&[][..], |arm| &arm.gives);
        return Row { title: wording.arm(name), parts: vec![part(None, gives)], without };
    };
    let mut parts = Vec::new();
    for period in sequence.periods.values() {
        parts.push(part(Some(period.label.clone()), &period.gives));
        if let Some(washout) = &period.washout {
            let lines = vec![format!("at least {}", wording.duration(washout))];
            parts.push(Part { title: Some("Washout".to_owned()), lines, washout: true });
        }
    }
    Row { title: sequence.label.clone(), parts, without }
}

fn header(
    drawing: &mut Drawing,
    schedule: Option<&Schedule>,
    after: &[String],
    (left, right): (Tenths, Tenths),
    y: Tenths,
) {
    let Some(schedule) = schedule.filter(|_| !after.is_empty()) else { return };
    for (at, epoch) in after.iter().enumerate() {
        let (x, width) = column(at, after.len(), (left, right));
        drawing.rect(x, y, width, HEADER, "epoch", 20);
        let label = shortened(&epoch_title(schedule, epoch), (width / LETTER) as usize);
        drawing.text(x + width / 2, y + 175, "head", Anchored::Middle, &label);
    }
}

/// Where the column of an epoch begins, and how wide it is: with gaps between them they take all of the room.
fn column(at: usize, count: usize, (left, right): (Tenths, Tenths)) -> (Tenths, Tenths) {
    let gap = 40;
    let begin = |at: usize| left + at as Tenths * (right - left + gap) / count.max(1) as Tenths;
    (begin(at), begin(at + 1) - gap - begin(at))
}

/// Draws a row, and says how high it is.
fn draw(
    drawing: &mut Drawing,
    row: &Row,
    epochs: usize,
    (left, right): (Tenths, Tenths),
    y: Tenths,
) -> Tenths {
    let washouts = row.parts.iter().filter(|part| part.washout).count() as Tenths;
    let others = row.parts.len() as Tenths - washouts;
    let narrow = 1240;
    let inner = right - left - 160;
    let wide = (inner - washouts * narrow - (row.parts.len() as Tenths - 1) * 80) / others.max(1);
    let letters = |width: Tenths| ((width - 200) / LETTER).max(8) as usize;
    let texts: Vec<(Tenths, Vec<(&str, String)>)> = row
        .parts
        .iter()
        .map(|part| {
            let width = if part.washout { narrow } else { wide };
            let title = part.title.iter().map(|title| ("head", shortened(title, letters(width))));
            let lines = part.lines.iter().flat_map(|line| wrapped(line, letters(width)));
            (width, title.chain(lines.map(|line| ("soft", line))).collect())
        })
        .collect();
    let most = texts.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0) as Tenths;
    let framed = row.parts.len() > 1;
    let (foot, inset, lead) = if framed { (170, 90, 180) } else { (60, 20, 90) };
    let height = 330 + most * LINE + foot;
    drawing.rect(left, y, right - left, height, "arm", 60);
    for at in &row.without {
        let (x, width) = column(*at, epochs, (left, right));
        drawing.rect(x + 20, y + 20, width - 40, height - 40, "outside", 40);
    }
    drawing.text(left + 100, y + 220, "head", Anchored::Start, &shortened(&row.title, letters(right - left)));
    let mut x = left + 80;
    for (part, (width, lines)) in row.parts.iter().zip(&texts) {
        if framed {
            let class = if part.washout { "washout" } else { "period" };
            drawing.rect(x, y + 310, *width, most * LINE + 110, class, 40);
        }
        for (number, (class, line)) in lines.iter().enumerate() {
            let at = y + 310 + lead + number as Tenths * LINE;
            drawing.text(x + inset, at, class, Anchored::Start, line);
        }
        x += width + 80;
    }
    height
}

/// The epochs that all participants go through before they are allocated.
fn lead_in(
    drawing: &mut Drawing,
    schedule: Option<&Schedule>,
    before: &[String],
    middle: Tenths,
    node: Tenths,
) {
    let Some(schedule) = schedule else { return };
    for (at, epoch) in before.iter().enumerate() {
        let x = MARGIN + at as Tenths * (BOX + GAP);
        let lines = wrapped(&epoch_title(schedule, epoch), (BOX / LETTER) as usize - 3);
        let height = 260 + lines.len() as Tenths * LINE;
        drawing.rect(x, middle - height / 2, BOX, height, "box", 50);
        for (number, line) in lines.iter().enumerate() {
            let y = middle - height / 2 + 240 + number as Tenths * LINE;
            drawing.text(x + BOX / 2, y, "head", Anchored::Middle, line);
        }
        let end = if at + 1 == before.len() { node - 250 } else { x + BOX + GAP };
        drawing.way(&[(x + BOX, middle), (end, middle)], "way");
    }
}

/// The allocation's node and the ways to its arms; plain ways where nobody is allocated.
fn branch(
    drawing: &mut Drawing,
    wording: Wording<'_>,
    block: &Block<'_>,
    middles: &[Tenths],
    (node, left, middle): (Tenths, Tenths, Tenths),
) {
    let turn = node + 560;
    let start = if block.allocation.is_some() { node } else { node - 250 };
    for to in middles {
        drawing.way(&[(start, middle), (turn, middle), (turn, *to), (left, *to)], "way");
    }
    let Some(allocation) = block.allocation else { return };
    drawing.circle(node, middle, 250, "node");
    drawing.text(node, middle + 62, "letter", Anchored::Middle, "R");
    if let Stated::Is(ratio) = &allocation.ratio {
        let ratio: Vec<String> = ratio.iter().map(u64::to_string).collect();
        drawing.text(node, middle + 450, "head", Anchored::Middle, &ratio.join(":"));
    }
    let at = wrapped(&wording.named(&allocation.at), 14);
    for (number, line) in at.iter().enumerate() {
        let y = middle - 330 - LINE * (at.len() - 1 - number) as Tenths;
        drawing.text(node, y, "soft", Anchored::Middle, line);
    }
}
