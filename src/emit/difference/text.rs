//! The report at a terminal: short, meaning first.

use unicode_width::UnicodeWidthStr;

use super::{Group, Report, counted, is_cross, tally};
use crate::amend::{Change, ChangeKind, EffectKind, Part, PopulationStanding};
use crate::wording::listed;

/// Changes of forms that keep collected data are counted, not listed, when there are more.
const FEW: usize = 4;

/// The report, wrapped to this many columns, with colors for a terminal that has them.
pub fn text(report: &Report<'_>, width: usize, color: bool) -> String {
    let mut page = Page { out: String::new(), width: width.clamp(40, 140), color };
    let (from, to) = report.versions();
    page.heading(&report.difference.new.title);
    page.plain(&if from == to { format!("both: {from}") } else { format!("{from} → {to}") });
    page.plain(&summary(report));
    if report.difference.is_empty() {
        return page.out;
    }
    for group in report.groups() {
        page.blank();
        page.heading(group.title);
        match group.title {
            "Trial population" => population(report, &group, &mut page),
            "Schedule of Activities" => schedule(report, &group, &mut page),
            "Case report forms" => forms(&group, &mut page),
            _ => group.changes.iter().for_each(|change| page.change(change)),
        }
    }
    editorial(report, &mut page);
    asked(report, &mut page);
    participants(report, &mut page);
    page.out
}

fn summary(report: &Report<'_>) -> String {
    let difference = report.difference;
    if difference.is_empty() {
        return "nothing differs, in meaning or in words".to_owned();
    }
    let meaning = difference.of_meaning().count();
    let editorial = difference.editorial().count();
    let participants = difference.changes.iter().filter(|change| change.impact.participants).count();
    let data = difference.changes.iter().filter(|change| change.impact.data).count();
    if meaning == 0 {
        return format!("no change of meaning; {} editorial", editorial);
    }
    let mut text = counted(meaning, "change of meaning", "changes of meaning");
    let mut weighty = Vec::new();
    if participants > 0 {
        weighty.push(format!("{participants} for participants"));
    }
    if data > 0 {
        weighty.push(format!("{data} for the data"));
    }
    if !weighty.is_empty() {
        text.push_str(&format!(", substantial {}", listed(&weighty, "and")));
    }
    format!("{text}; {editorial} editorial")
}

fn population(report: &Report<'_>, group: &Group<'_>, page: &mut Page) {
    for decision in &report.difference.decisions {
        let standings = decision.criteria.iter().map(|criterion| criterion.standing);
        page.indented(&format!("{}: {}", decision.label, tally(standings)));
        if let Some(population) = &decision.population {
            page.marked(weight(population.standing), &population.sentence);
            for blocked in &population.blocked {
                page.marked(ChangeKind::Changed, &blocked.sentence);
            }
        }
    }
    group.changes.iter().for_each(|change| page.change(change));
}

/// The mark before a sentence about everybody.
fn weight(standing: PopulationStanding) -> ChangeKind {
    match standing {
        PopulationStanding::Broader => ChangeKind::Broader,
        PopulationStanding::Narrower => ChangeKind::Narrower,
        _ => ChangeKind::Changed,
    }
}

/// Visits one by one, then what is done at them: one line for each row and sort of change.
fn schedule(report: &Report<'_>, group: &Group<'_>, page: &mut Page) {
    let (crosses, others): (Vec<&Change>, Vec<&Change>) =
        group.changes.iter().copied().partition(|change| is_cross(change));
    others.iter().for_each(|change| page.change(change));
    let mut told: Vec<(&str, ChangeKind)> = Vec::new();
    for cross in &crosses {
        let key = (cross.subject.name.as_str(), cross.kind);
        if cross.kind == ChangeKind::Changed {
            page.change(cross);
            continue;
        }
        if told.contains(&key) {
            continue;
        }
        told.push(key);
        let same = crosses.iter().filter(|other| (other.subject.name.as_str(), other.kind) == key);
        let visits: Vec<String> = same
            .filter_map(|other| other.subject.within.as_deref())
            .map(|name| report.visit_label(name))
            .collect();
        let label = report.activity_label(&cross.subject.name);
        let word = if cross.kind == ChangeKind::Added { "now also at" } else { "no longer at" };
        page.marked(cross.kind, &format!("{label}: {word} {}", listed(&visits, "and")));
    }
}

/// What breaks collected data in full; the rest where it is little.
fn forms(group: &Group<'_>, page: &mut Page) {
    let (breaking, keeping): (Vec<&Change>, Vec<&Change>) =
        group.changes.iter().copied().partition(|change| change.has(EffectKind::BreaksData));
    for change in breaking {
        page.marked(
            ChangeKind::Removed,
            &format!("{} Breaks collected data: {}.", change.sentence, because(change)),
        );
    }
    if keeping.len() <= FEW {
        keeping.iter().for_each(|change| page.change(change));
    } else {
        let forms: Vec<String> = keeping
            .iter()
            .map(|change| change.subject.within.clone().unwrap_or_else(|| change.subject.name.clone()))
            .fold(Vec::new(), |mut forms, form| {
                if !forms.contains(&form) {
                    forms.push(form);
                }
                forms
            });
        page.marked(
            ChangeKind::Changed,
            &format!(
                "{} that keep collected data, on {}",
                counted(keeping.len(), "change", "changes"),
                listed(&forms, "and")
            ),
        );
    }
}

fn because(change: &Change) -> &str {
    let effect = change.effects.iter().find(|effect| effect.kind == EffectKind::BreaksData);
    effect.map_or("", |effect| effect.because.as_str())
}

fn editorial(report: &Report<'_>, page: &mut Page) {
    let all = report.editorial();
    if all.is_empty() {
        return;
    }
    page.blank();
    page.heading("Editorial");
    for kind in [
        ChangeKind::Renumbered,
        ChangeKind::Reworded,
        ChangeKind::Reordered,
        ChangeKind::Added,
        ChangeKind::Removed,
        ChangeKind::Changed,
    ] {
        let of_kind: Vec<&&Change> = all.iter().filter(|change| change.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let said = |change: &&&Change| match (kind, &change.from, &change.to) {
            (ChangeKind::Renumbered, Some(from), Some(to)) => format!("{from} is now {to}"),
            _ => match change.subject.part {
                Part::Criterion => change.subject.name.clone(),
                Part::Field => {
                    format!("{} on {}", change.subject.name, change.subject.within.as_deref().unwrap_or(""))
                }
                part => format!("{} {}", part.word(), change.subject.name),
            },
        };
        let mut parts: Vec<String> = of_kind.iter().map(said).collect();
        parts.dedup();
        const MOST: usize = 12;
        let more = parts.len().saturating_sub(MOST);
        parts.truncate(MOST);
        if more > 0 {
            parts.push(format!("{more} more"));
        }
        page.indented(&format!("{}: {}", kind.word(), parts.join(", ")));
    }
}

/// What the changes ask of those who run the trial.
fn asked(report: &Report<'_>, page: &mut Page) {
    let consent = report.asking(EffectKind::Consent);
    if consent.is_empty() {
        return;
    }
    page.blank();
    page.heading("Ask participants again");
    let mut told: Vec<&str> = Vec::new();
    for (_, because) in consent {
        if !told.contains(&because) {
            told.push(because);
            page.marked(ChangeKind::Changed, because);
        }
    }
}

fn participants(report: &Report<'_>, page: &mut Page) {
    let Some(fallen) = report.participants else { return };
    page.blank();
    page.heading("Participants in flight");
    if fallen.is_empty() {
        page.indented("every visit that was in its window still is");
        return;
    }
    for one in fallen {
        let number = one.number.map(|number| format!(" {number}")).unwrap_or_default();
        let on = one.on.map(|day| format!(" on {day}")).unwrap_or_default();
        let window = |window: (Option<jiff::civil::Date>, Option<jiff::civil::Date>)| match window {
            (Some(first), Some(last)) if first == last => first.to_string(),
            (Some(first), Some(last)) => format!("{first} to {last}"),
            _ => "no window".to_owned(),
        };
        page.marked(
            ChangeKind::Removed,
            &format!(
                "{}: {}{number}{on}: {}; {} becomes {}",
                one.participant,
                one.label,
                one.why.word(),
                window(one.old_window),
                window(one.new_window)
            ),
        );
    }
}

struct Page {
    out: String,
    width: usize,
    color: bool,
}

impl Page {
    fn ink(&self, style: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn blank(&mut self) {
        self.out.push('\n');
    }

    fn heading(&mut self, text: &str) {
        let text = self.ink("1", &clean(text));
        self.out.push_str(&text);
        self.out.push('\n');
    }

    fn plain(&mut self, text: &str) {
        self.wrap(text, "", "");
    }

    fn indented(&mut self, text: &str) {
        self.wrap(text, "  ", "    ");
    }

    fn change(&mut self, change: &Change) {
        self.marked(change.kind, &change.sentence);
    }

    fn marked(&mut self, kind: ChangeKind, text: &str) {
        let (mark, style) = match kind {
            ChangeKind::Added => ("+", "32"),
            ChangeKind::Removed => ("−", "31"),
            ChangeKind::Broader | ChangeKind::Loosened => (">", "33"),
            ChangeKind::Narrower | ChangeKind::Tightened => ("<", "33"),
            _ => ("~", "33"),
        };
        let mark = self.ink(style, mark);
        self.wrap(text, &format!("  {mark} "), "    ");
    }

    /// Words of a text in lines, the first behind `first`, the others behind `then`.
    fn wrap(&mut self, text: &str, first: &str, then: &str) {
        let text = clean(text);
        self.out.push_str(first);
        let mut column = then.width();
        let mut begins = true;
        for word in text.split_whitespace() {
            if !begins && column + 1 + word.width() > self.width {
                self.out.push('\n');
                self.out.push_str(then);
                column = then.width();
            } else if !begins {
                self.out.push(' ');
                column += 1;
            }
            self.out.push_str(word);
            column += word.width();
            begins = false;
        }
        self.out.push('\n');
    }
}

/// Without what could steer a terminal.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|sign| {
            !sign.is_control() && !matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
        .collect()
}
