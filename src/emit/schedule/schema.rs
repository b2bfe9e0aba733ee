//! The schema of the design (ICH M11 section 1.2): who comes in, where participants are allocated, and what each arm is
//! given in which epoch.

mod columns;

use self::columns::{Clockwork, Columns, Course};
use super::svg::{Anchored, BOXES, Drawing, Tenths, shortened, wrapped};
use super::table::epoch_title;
use crate::model::{Administration, Allocation, Schedule, Stated, Trial, VisitTiming};
use crate::time::network::{Network, Point};
use crate::wording::{Wording, given};

const WIDTH: Tenths = 11_000;
const MARGIN: Tenths = 240;
const BOX: Tenths = 1360;
const GAP: Tenths = 260;
const LINE: Tenths = 165;
const TOP: Tenths = 720;
const HEADER: Tenths = 260;
/// How far the frame of a row reaches beyond the columns.
const FRAME: Tenths = 80;
/// About the width of a letter, and of a bold one.
const LETTER: Tenths = 66;
const BOLD: Tenths = 72;

/// What one arm or sequence shows.
struct Row {
    title: String,
    given: Given,
    /// Epochs, of those behind the allocation, that this arm does not have.
    without: Vec<usize>,
}

enum Given {
    /// To an arm: what, and in which epochs, the first and the last, where that is known.
    ToArm { lines: Vec<String>, span: Option<(usize, usize)> },
    /// One period after the other.
    InPeriods { periods: Vec<Period>, course: Option<Course> },
}

struct Period {
    title: String,
    lines: Vec<String>,
    washout: Option<String>,
}

/// An allocation, or the arms that are in none.
struct Block<'a> {
    allocation: Option<&'a Allocation>,
    rows: Vec<Row>,
}

/// Where the rows stand.
struct Plan {
    columns: Columns,
    /// Titles over columns, from the first epoch to the last.
    headings: Vec<(usize, usize, String)>,
    left: Tenths,
    right: Tenths,
    /// Each period has its epoch.
    is_known: bool,
}

/// `None` for a trial without arms and sequences.
pub(super) fn svg(trial: &Trial) -> Option<String> {
    let wording = Wording::of(trial);
    let schedule = trial.schedule.as_ref();
    let clockwork = Clockwork::of(trial);
    let first = trial.allocations.values().find(|allocation| !allocation.arms.is_empty());
    let (before, after) = epochs(trial, schedule, clockwork.as_ref(), first);
    let allocated: Vec<&String> = trial.allocations.values().flat_map(|one| &one.arms).collect();
    let row = |name: &String| row(trial, wording, clockwork.as_ref(), &after, name);
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
    let leads = MARGIN + before.len() as Tenths * (BOX + GAP);
    // The node, where somebody is allocated; from where ways lead to the arms; where these begin.
    let (node, way, left) = match first {
        Some(_) => (leads + 330, leads + 890, leads + 1190),
        None if before.is_empty() => (leads, leads, leads),
        None => (leads, leads, leads + GAP),
    };
    let mut y = TOP;
    for (number, block) in blocks.iter().enumerate() {
        let plan = plan(schedule, &after, block, (left, WIDTH - MARGIN));
        y += header(&mut drawing, &plan, y) + 90;
        let start = y;
        let mut middles = Vec::new();
        for row in &block.rows {
            let height = draw(&mut drawing, row, &plan, y);
            middles.push(y + height / 2);
            y += height + 150;
        }
        let middle = (start + y - 150) / 2;
        if number == 0 {
            let end = if first.is_some() { node - 250 } else { way };
            lead_in(&mut drawing, schedule, &before, middle, end);
        }
        if block.allocation.is_some() || (number == 0 && !before.is_empty()) {
            branch(&mut drawing, wording, block, &middles, (node, way, left, middle));
        }
        y += 200;
    }
    Some(drawing.finish(WIDTH, y))
}

/// The epochs before the first allocation, and those behind it; where nobody is allocated, before the first dose and behind it.
fn epochs(
    trial: &Trial,
    schedule: Option<&Schedule>,
    clockwork: Option<&Clockwork<'_>>,
    allocation: Option<&Allocation>,
) -> (Vec<String>, Vec<String>) {
    let Some(schedule) = schedule else { return (Vec::new(), Vec::new()) };
    let names: Vec<String> = schedule.epochs.keys().cloned().collect();
    let Some(allocation) = allocation else {
        let periods = trial.sequences.values().flat_map(|sequence| sequence.periods.values());
        let gives =
            trial.arms.values().flat_map(|arm| &arm.gives).chain(periods.flat_map(|period| &period.gives));
        let starts = gives.filter_map(|given| given.from.as_ref().or(given.on.as_ref()));
        let split = starts.filter_map(|start| clockwork?.first_from(&names, start)).min().unwrap_or(0);
        return (names[..split].to_vec(), names[split..].to_vec());
    };
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
    clockwork: Option<&Clockwork<'_>>,
    after: &[String],
    name: &str,
) -> Row {
    let lines =
        |gives: &[Administration]| -> Vec<String> { gives.iter().map(|one| given(trial, one)).collect() };
    let has = |epoch: &String| {
        let epoch = trial.schedule.as_ref().and_then(|schedule| schedule.epochs.get(epoch));
        epoch.is_none_or(|epoch| epoch.arms.is_empty() || epoch.arms.iter().any(|arm| arm == name))
    };
    let without = (0..after.len()).filter(|at| !has(&after[*at])).collect();
    let Some(sequence) = trial.sequences.get(name) else {
        let gives = trial.arms.get(name).map_or(&[][..], |arm| &arm.gives);
        let span = clockwork.and_then(|clockwork| clockwork.span(after, gives));
        return Row { title: wording.arm(name), given: Given::ToArm { lines: lines(gives), span }, without };
    };
    let periods = sequence.periods.values().map(|period| Period {
        title: period.label.clone(),
        lines: lines(&period.gives),
        washout: period.washout.as_ref().map(|washout| format!("at least {}", wording.duration(washout))),
    });
    let titled: Vec<(&str, &[Administration])> =
        sequence.periods.values().map(|period| (period.label.as_str(), &period.gives[..])).collect();
    let epochs = clockwork.and_then(|clockwork| clockwork.periods(after, &titled));
    let washouts = sequence.periods.values().map(|period| period.washout.is_some()).collect();
    let course = epochs.map(|epochs| Course { epochs, washouts });
    Row {
        title: sequence.label.clone(),
        given: Given::InPeriods { periods: periods.collect(), course },
        without,
    }
}

/// The columns of a block. Where it is not known in which epoch a period lies, all epochs are one column.
fn plan(
    schedule: Option<&Schedule>,
    after: &[String],
    block: &Block<'_>,
    (left, right): (Tenths, Tenths),
) -> Plan {
    let room = (left + FRAME, right - FRAME);
    let known = |row: &Row| !matches!(row.given, Given::InPeriods { course: None, .. });
    let title =
        |epoch: &String| schedule.map_or_else(|| epoch.clone(), |schedule| epoch_title(schedule, epoch));
    let whole: Vec<Course> = block.rows.iter().filter_map(Row::in_one_epoch).collect();
    let is_known = !after.is_empty() && block.rows.iter().all(known);
    let (mut courses, mut spans) = (Vec::new(), Vec::new());
    for row in &block.rows {
        match &row.given {
            Given::InPeriods { course: Some(course), .. } => courses.push(course),
            Given::ToArm { span: Some(span), .. } => spans.push(*span),
            _ => {}
        }
    }
    let columns = match is_known {
        true => Columns::of(after.len(), &courses, &spans, room),
        false => Columns::of(1, &whole.iter().collect::<Vec<_>>(), &[], room),
    };
    let headings = match is_known {
        true => after.iter().enumerate().map(|(at, epoch)| (at, at, title(epoch))).collect(),
        false if after.is_empty() => Vec::new(),
        false => vec![(0, 0, after.iter().map(title).collect::<Vec<_>>().join(", "))],
    };
    Plan { columns, headings, left, right, is_known }
}

impl Row {
    /// Its periods as if all lay in one epoch.
    fn in_one_epoch(&self) -> Option<Course> {
        let Given::InPeriods { periods, .. } = &self.given else { return None };
        let washouts = periods.iter().map(|period| period.washout.is_some()).collect();
        Some(Course { epochs: vec![0; periods.len()], washouts })
    }
}

/// Draws the titles of the epochs, and says how high they are.
fn header(drawing: &mut Drawing, plan: &Plan, y: Tenths) -> Tenths {
    let each: Vec<(Tenths, Tenths, Vec<String>)> = plan
        .headings
        .iter()
        .filter_map(|(first, last, title)| {
            let (begin, end) = plan.columns.epochs(*first, *last)?;
            let most = ((end - begin - 40) / BOLD).max(4) as usize;
            let lines = wrapped(title, most).iter().map(|line| shortened(line, most)).collect();
            Some((begin, end, lines))
        })
        .collect();
    let most = each.iter().map(|(.., lines)| lines.len()).max().unwrap_or(1) as Tenths;
    let height = HEADER + (most - 1) * LINE;
    for (begin, end, lines) in each {
        drawing.rect(begin, y, end - begin, height, "epoch", 20);
        let first = y + (height - lines.len() as Tenths * LINE) / 2 + 128;
        for (number, line) in lines.iter().enumerate() {
            let at = first + number as Tenths * LINE;
            drawing.text((begin + end) / 2, at, "head", Anchored::Middle, line);
        }
    }
    height
}

/// A box in a row: where it begins and ends, its title and its lines.
struct Part<'a> {
    class: &'static str,
    at: (Tenths, Tenths),
    title: Option<&'a str>,
    lines: Vec<&'a str>,
}

/// What a row shows inside its frame, in the order of time.
fn parts<'a>(row: &'a Row, plan: &Plan) -> Vec<Part<'a>> {
    match &row.given {
        Given::ToArm { lines, .. } if lines.is_empty() => Vec::new(),
        Given::ToArm { lines, span } => {
            let span =
                span.filter(|_| plan.is_known).and_then(|(first, last)| plan.columns.epochs(first, last));
            let class = if span.is_some() { "period" } else { "" };
            let at = span.unwrap_or((plan.left, plan.right));
            vec![Part { class, at, title: None, lines: lines.iter().map(String::as_str).collect() }]
        }
        Given::InPeriods { periods, course } => {
            let whole = row.in_one_epoch().filter(|_| !plan.is_known);
            let Some(course) = whole.as_ref().or(course.as_ref()) else { return Vec::new() };
            let mut parts = Vec::new();
            for (period, (at, washout)) in periods.iter().zip(plan.columns.course(course)) {
                let lines = period.lines.iter().map(String::as_str).collect();
                parts.push(Part { class: "period", at, title: Some(&period.title), lines });
                if let (Some(at), Some(words)) = (washout, &period.washout) {
                    let lines = vec![words.as_str()];
                    parts.push(Part { class: "washout", at, title: Some("Washout"), lines });
                }
            }
            parts
        }
    }
}

/// Draws a row, and says how high it is.
fn draw(drawing: &mut Drawing, row: &Row, plan: &Plan, y: Tenths) -> Tenths {
    let texts: Vec<(Part<'_>, Vec<(&str, String)>)> = parts(row, plan)
        .into_iter()
        .map(|part| {
            let letters = |of: Tenths| ((part.at.1 - part.at.0 - 150) / of).max(8) as usize;
            let title = part.title.iter().map(|title| ("head", shortened(title, letters(BOLD))));
            let lines = part.lines.iter().flat_map(|line| wrapped(line, letters(LETTER)));
            let lines = title.chain(lines.map(|line| ("soft", line))).collect();
            (part, lines)
        })
        .collect();
    let most = texts.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0) as Tenths;
    let is_framed = texts.iter().any(|(part, _)| !part.class.is_empty());
    let (foot, lead) = if is_framed { (170, 180) } else { (60, 90) };
    let height = 330 + most * LINE + foot;
    let (left, right) = (plan.left, plan.right);
    drawing.rect(left, y, right - left, height, "arm", 60);
    for at in row.without.iter().filter(|_| plan.is_known) {
        if let Some((begin, end)) = plan.columns.epochs(*at, *at) {
            drawing.rect(begin, y + 20, end - begin, height - 40, "outside", 40);
        }
    }
    let letters = ((right - left - 200) / BOLD).max(8) as usize;
    drawing.text(left + 100, y + 220, "head", Anchored::Start, &shortened(&row.title, letters));
    for (part, lines) in &texts {
        let (begin, end) = part.at;
        if !part.class.is_empty() {
            drawing.rect(begin, y + 310, end - begin, most * LINE + 110, part.class, 40);
        }
        let inset = if part.class.is_empty() { 100 } else { 90 };
        for (number, (class, line)) in lines.iter().enumerate() {
            let at = y + 310 + lead + number as Tenths * LINE;
            drawing.text(begin + inset, at, class, Anchored::Start, line);
        }
    }
    height
}

/// The epochs that all participants go through before they are allocated.
fn lead_in(
    drawing: &mut Drawing,
    schedule: Option<&Schedule>,
    before: &[String],
    middle: Tenths,
    end: Tenths,
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
        let end = if at + 1 == before.len() { end } else { x + BOX + GAP };
        drawing.way(&[(x + BOX, middle), (end, middle)], "way");
    }
}

/// The allocation's node and the ways to its arms; plain ways where nobody is allocated.
fn branch(
    drawing: &mut Drawing,
    wording: Wording<'_>,
    block: &Block<'_>,
    middles: &[Tenths],
    (node, turn, left, middle): (Tenths, Tenths, Tenths, Tenths),
) {
    for to in middles {
        drawing.way(&[(node, middle), (turn, middle), (turn, *to), (left, *to)], "way");
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
