//! Many verdicts at a glance: how many of each, who is lost by which criterion, and who is nearest to being eligible.

use std::borrow::Cow;
use std::fmt::Write as _;

use indexmap::IndexMap;

use super::plain::one_line;
use super::verdict::{DecisionVerdict, Eligibility, Status, Verdict};

/// At most so many people are listed under each heading of the text.
const MOST_LISTED: usize = 12;

/// How near a person is to being eligible. The first in this order are to be looked at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Undetermined, and one item would settle it.
    OneItemMissing,
    Eligible,
    Undetermined,
    Ineligible,
}

impl Standing {
    pub const ALL: [Self; 4] = [Self::OneItemMissing, Self::Eligible, Self::Undetermined, Self::Ineligible];

    pub fn heading(self) -> &'static str {
        match self {
            Standing::OneItemMissing => "One item from a verdict",
            Standing::Eligible => "Eligible",
            Standing::Undetermined => "Undetermined",
            Standing::Ineligible => "Ineligible",
        }
    }

    fn of(decision: &DecisionVerdict) -> Self {
        match decision.verdict {
            Eligibility::Eligible => Standing::Eligible,
            Eligibility::Ineligible => Standing::Ineligible,
            Eligibility::Undetermined if decision.to_ask.len() == 1 => Standing::OneItemMissing,
            Eligibility::Undetermined => Standing::Undetermined,
        }
    }
}

impl Verdict {
    /// The decision at which the person stands: the first for which they are not eligible, else the last.
    pub fn current(&self) -> Option<&DecisionVerdict> {
        let open = |decision: &&DecisionVerdict| decision.verdict != Eligibility::Eligible;
        self.decisions.iter().find(open).or(self.decisions.last())
    }

    /// `None` where the protocol decides nothing.
    pub fn standing(&self) -> Option<Standing> {
        self.current().map(Standing::of)
    }
}

/// The verdicts, nearest to being eligible first: by their standing, then by how many items are missing or criteria
/// failed, then as they came.
pub fn nearest_first(verdicts: &[Verdict]) -> Vec<&Verdict> {
    let mut ordered: Vec<&Verdict> = verdicts.iter().collect();
    ordered.sort_by_key(|verdict| {
        let lacking = verdict.current().map_or(0, |decision| match decision.verdict {
            Eligibility::Eligible => 0,
            Eligibility::Undetermined => decision.to_ask.len(),
            Eligibility::Ineligible => decision.reasons.len(),
        });
        (verdict.standing(), lacking)
    });
    ordered
}

/// One decision over all people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionSummary<'v> {
    pub decision: &'v str,
    pub label: Option<&'v str>,
    pub eligible: usize,
    /// Of the eligible: the verdict rests on events that have not happened.
    pub provisional: usize,
    pub undetermined: usize,
    /// Of the undetermined: one item would settle it.
    pub one_item: usize,
    pub ineligible: usize,
    /// In the order of the protocol.
    pub criteria: Vec<CriterionSummary<'v>>,
    /// What is to be asked of how many people, the most frequent first.
    pub asked: Vec<(&'v str, usize)>,
}

/// What one criterion does to everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CriterionSummary<'v> {
    pub code: &'v str,
    pub prose: &'v str,
    pub not_met: usize,
    /// It is the only criterion that these people fail, and none of theirs is open.
    pub alone: usize,
    pub unknown: usize,
}

/// Sums up each decision, in the order of the protocol.
pub fn summaries(verdicts: &[Verdict]) -> Vec<DecisionSummary<'_>> {
    let mut by_decision: IndexMap<&str, Vec<&DecisionVerdict>> = IndexMap::new();
    for decision in verdicts.iter().flat_map(|verdict| &verdict.decisions) {
        by_decision.entry(&decision.decision).or_default().push(decision);
    }
    by_decision.into_values().map(|decisions| summary_of(&decisions)).collect()
}

fn summary_of<'v>(decisions: &[&'v DecisionVerdict]) -> DecisionSummary<'v> {
    let count =
        |wanted: &dyn Fn(&DecisionVerdict) -> bool| decisions.iter().filter(|one| wanted(one)).count();
    let is = |verdict: Eligibility| move |one: &DecisionVerdict| one.verdict == verdict;
    let mut criteria: IndexMap<&str, CriterionSummary<'v>> = IndexMap::new();
    let mut asked: IndexMap<&str, usize> = IndexMap::new();
    for decision in decisions {
        for line in &decision.criteria {
            // A criterion limited to arms has a line for each of them.
            criteria.entry(&line.code).or_insert(CriterionSummary {
                code: &line.code,
                prose: &line.prose,
                not_met: 0,
                alone: 0,
                unknown: 0,
            });
        }
        for (code, found) in &mut criteria {
            let has =
                |status| decision.criteria.iter().any(|line| line.code == *code && line.status == status);
            found.not_met += usize::from(has(Status::NotMet));
            found.unknown += usize::from(has(Status::Unknown));
            let is_only = decision.open.is_empty() && decision.reasons.iter().all(|reason| reason == code);
            found.alone += usize::from(is_only && has(Status::NotMet));
        }
        if decision.verdict == Eligibility::Undetermined {
            for ask in &decision.to_ask {
                *asked.entry(&ask.ask).or_default() += 1;
            }
        }
    }
    let mut asked: Vec<(&str, usize)> = asked.into_iter().collect();
    asked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    DecisionSummary {
        decision: &decisions[0].decision,
        label: decisions[0].label.as_deref(),
        eligible: count(&is(Eligibility::Eligible)),
        provisional: count(&|one| one.verdict == Eligibility::Eligible && one.provisional.is_some()),
        undetermined: count(&is(Eligibility::Undetermined)),
        one_item: count(&|one| Standing::of(one) == Standing::OneItemMissing),
        ineligible: count(&is(Eligibility::Ineligible)),
        criteria: criteria.into_values().collect(),
        asked,
    }
}

/// The verdicts of many people as text for a terminal: counts, reasons, and the nearest people.
pub fn render_summary_text(verdicts: &[Verdict]) -> String {
    let mut text = String::new();
    for summary in summaries(verdicts) {
        decision_text(&mut text, &summary, verdicts.len());
    }
    let ordered = nearest_first(verdicts);
    for standing in Standing::ALL {
        let people: Vec<&&Verdict> =
            ordered.iter().filter(|verdict| verdict.standing() == Some(standing)).collect();
        if people.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{} ({})", standing.heading(), people.len());
        for verdict in people.iter().take(MOST_LISTED) {
            let _ = writeln!(text, "  {}{}", person(verdict), lacking(verdict));
        }
        if people.len() > MOST_LISTED {
            let _ = writeln!(text, "  … and {} more", people.len() - MOST_LISTED);
        }
    }
    text
}

fn person(verdict: &Verdict) -> Cow<'_, str> {
    one_line(verdict.person.as_deref().unwrap_or("a person without an id"))
}

/// What keeps a person from being eligible, in a few words.
fn lacking(verdict: &Verdict) -> String {
    let Some(decision) = verdict.current() else { return String::new() };
    let at = if verdict.decisions.len() > 1 { format!(" for {}", decision.decision) } else { String::new() };
    match Standing::of(decision) {
        Standing::Eligible if decision.provisional.is_some() => format!("{at}, provisionally"),
        Standing::Eligible => at,
        Standing::OneItemMissing => {
            format!(
                "{at}: {} [{}]",
                one_line(&decision.to_ask[0].ask),
                decision.to_ask[0].criteria.join(", ")
            )
        }
        Standing::Undetermined => {
            format!("{at}: {} items missing, for {}", decision.to_ask.len(), few(&decision.open))
        }
        Standing::Ineligible => format!("{at} by {}", few(&decision.reasons)),
    }
}

/// Some codes, and how many more there are.
fn few(codes: &[String]) -> String {
    const SHOWN: usize = 6;
    let listed = codes.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match codes.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{listed} and {more} more"),
        _ => listed,
    }
}

fn decision_text(text: &mut String, summary: &DecisionSummary<'_>, people: usize) {
    const PROSE: usize = 52;
    if !text.is_empty() {
        text.push('\n');
    }
    let label = summary.label.map(|label| format!(" ({label})")).unwrap_or_default();
    let _ = writeln!(text, "{people} people, {}{label}", summary.decision);
    let note = |count: usize, words: &str| match count {
        0 => String::new(),
        count => format!("  ({count} {words})"),
    };
    let _ = writeln!(
        text,
        "  eligible      {:>6}{}",
        summary.eligible,
        note(summary.provisional, "provisionally")
    );
    let _ = writeln!(
        text,
        "  undetermined  {:>6}{}",
        summary.undetermined,
        note(summary.one_item, "one item from a verdict")
    );
    let _ = writeln!(text, "  ineligible    {:>6}", summary.ineligible);
    let counted: Vec<&CriterionSummary<'_>> =
        summary.criteria.iter().filter(|one| one.not_met + one.unknown > 0).collect();
    if !counted.is_empty() {
        let width = counted.iter().map(|one| one.code.chars().count()).max().unwrap_or(0);
        let _ = writeln!(text, "\n  {:>7}  {:>8}  {:>7}", "not met", "by alone", "unknown");
        for one in counted {
            let mut prose: String = one.prose.chars().take(PROSE).collect();
            if one.prose.chars().count() > PROSE {
                prose.push('…');
            }
            let (not_met, alone, unknown) = (one.not_met, one.alone, one.unknown);
            let _ = writeln!(text, "  {not_met:>7}  {alone:>8}  {unknown:>7}  {:width$}  {prose}", one.code);
        }
    }
    if !summary.asked.is_empty() {
        text.push_str("\n  Asked most often\n");
        for (ask, count) in summary.asked.iter().take(5) {
            let _ = writeln!(text, "  {count:>7}  {}", one_line(ask));
        }
    }
}
