//! What differs between two protocols, for those who read it: at a terminal, as the Summary of Changes of an amendment
//! (Markdown), as a page, and for programs.

mod document;
mod html;
mod markdown;
mod matrix;
mod text;
mod words;

pub use document::{FORMAT, document};
pub use html::page;
pub use markdown::markdown;
pub use text::text;

use super::Artifact;
use crate::amend::{Change, ChangeKind, Difference, EffectKind, OutOfWindow, Part, Standing};
use crate::model::Trial;

/// A difference with all that its reports show.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    pub old: &'a Trial,
    pub new: &'a Trial,
    pub difference: &'a Difference,
    /// Visits of participants that fall out of their windows; absent where no participants were given.
    pub participants: Option<&'a [OutOfWindow]>,
}

/// The reports as files, beside the outputs of an amendment.
pub fn artifacts(report: &Report<'_>) -> Vec<Artifact> {
    vec![
        Artifact::new("changes.md", markdown(report)),
        Artifact::new("changes.html", page(report)),
        Artifact::new("changes.json", document(report)),
    ]
}

/// The headings of a report, meaning first.
const SECTIONS: [&str; 9] = [
    "Trial population",
    "Objectives and estimands",
    "Trial design",
    "Trial intervention",
    "Schedule of Activities",
    "Case report forms",
    "Definitions",
    "Title page and synopsis",
    "Sites",
];

/// The changes of meaning under one heading.
struct Group<'a> {
    title: &'static str,
    changes: Vec<&'a Change>,
}

impl<'a> Report<'a> {
    /// Changes of meaning by their headings, and what is split or merged, once; empty ones are left out.
    fn groups(&self) -> Vec<Group<'a>> {
        let of = |title: &'static str| {
            let is_told =
                |change: &&Change| !change.is_editorial() || (is_together(change) && change.from.is_some());
            let under = |change: &&Change| change.subject.part.section() == title && is_told(change);
            Group { title, changes: self.difference.changes.iter().filter(under).collect() }
        };
        SECTIONS.into_iter().map(of).filter(|group| !group.changes.is_empty()).collect()
    }

    /// Changes of words, codes and order.
    fn editorial(&self) -> Vec<&'a Change> {
        self.difference.editorial().filter(|change| !is_together(change)).collect()
    }

    /// Changes that ask something, each with its reason.
    fn asking(&self, kind: EffectKind) -> Vec<(&'a Change, &'a str)> {
        let asks = |change: &'a Change| {
            let effects = change.effects.iter().filter(move |effect| effect.kind == kind);
            effects.map(move |effect| (change, effect.because.as_str()))
        };
        self.difference.changes.iter().flat_map(asks).collect()
    }

    /// The author's reason for a change, from the summary of the amendment that the old version does not have.
    fn rationale(&self, change: &Change) -> Option<&'a str> {
        let amendments =
            self.new.amendments.iter().filter(|(name, _)| !self.old.amendments.contains_key(*name));
        let mut lines = amendments.flat_map(|(_, amendment)| &amendment.summary).filter(|line| {
            line.subject == change.subject.name
                && line.of.as_deref().is_none_or(|of| of == change.subject.part.word())
        });
        lines.find_map(|line| line.rationale.as_deref())
    }

    fn visit_label(&self, name: &str) -> String {
        let visit = |trial: &'a Trial| trial.schedule.as_ref().and_then(|schedule| schedule.visits.get(name));
        visit(self.new)
            .or_else(|| visit(self.old))
            .map_or_else(|| name.to_owned(), |visit| visit.label.clone())
    }

    fn activity_label(&self, name: &str) -> String {
        let row =
            |trial: &'a Trial| trial.schedule.as_ref().and_then(|schedule| schedule.activities.get(name));
        row(self.new).or_else(|| row(self.old)).map_or_else(|| name.to_owned(), |row| row.label.clone())
    }

    /// `version 1.0 of 2018-04-25 → version 2.0`; the titles where there are no versions.
    fn versions(&self) -> (String, String) {
        let said = |edition: &crate::amend::Edition| {
            edition.version_in_words().unwrap_or_else(|| "no version stated".to_owned())
        };
        (said(&self.difference.old), said(&self.difference.new))
    }
}

/// The meaning stands in other criteria than before, all together.
fn is_together(change: &Change) -> bool {
    matches!(change.kind, ChangeKind::Split | ChangeKind::Merged)
}

/// `1 broader, 2 new, 40 unchanged`, what changed first.
fn tally(standings: impl Iterator<Item = Standing>) -> String {
    const ORDER: [Standing; 11] = [
        Standing::Broader,
        Standing::Narrower,
        Standing::Incomparable,
        Standing::Changed,
        Standing::Added,
        Standing::Removed,
        Standing::Split,
        Standing::Merged,
        Standing::SameWhenComplete,
        Standing::Reworded,
        Standing::Unchanged,
    ];
    let all: Vec<Standing> = standings.collect();
    let parts = ORDER.into_iter().filter_map(|wanted| {
        let count = all.iter().filter(|standing| **standing == wanted).count();
        (count > 0).then(|| format!("{count} {}", wanted.word()))
    });
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "no criteria".to_owned() } else { parts.join(", ") }
}

/// `1 change`, `7 changes`.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A cross of the Schedule of Activities that came, went or changed.
fn is_cross(change: &Change) -> bool {
    change.subject.part == Part::Activity && change.subject.within.is_some()
}
