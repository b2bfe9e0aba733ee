//! Conditions, drugs, procedures and events: which rows are what is meant, and whether it happened in a window.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::covered::Cover;
use super::moments::{Day, Missing, RowDay, Span, Test};
use super::says::{Says, UNKNOWN};
use super::{NotSaid, Writer};
use crate::model::{Comparator, Domain, Finding, Mode, Term, Tolerance, Value, Window};
use crate::omop::Ids;

pub(super) const START: RowDay<'static> =
    RowDay { earliest: "e.start_first", latest: "e.start_last", is_exact: false };
pub(super) const END: RowDay<'static> =
    RowDay { earliest: "e.end_first", latest: "e.end_last", is_exact: false };

/// The day of an event that is the same for everybody.
const EVENT_OF_DEATH: &str = "death";

/// When a finding began, or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    Onset,
    End,
}

/// A level (2 yes, 1 perhaps) or a number over the rows of one person, with alias `e`.
#[derive(Clone, Debug)]
pub(super) struct EntryColumn {
    pub name: String,
    pub words: String,
    /// An aggregate.
    pub sql: String,
}

/// Where rows are looked for, and the first day of the window that asks for them: what was over before says nothing.
#[derive(Clone, Debug)]
pub(super) struct EntriesSince {
    sources: BTreeSet<&'static str>,
    /// None where every row counts.
    since: Option<Date>,
}

/// The day on which a finding began or ended, over all rows of a person.
#[derive(Clone, Debug)]
pub(super) struct EdgeColumn {
    pub name: String,
    pub key: String,
    pub words: String,
    pub edge: Edge,
    pub meant: Meant,
}

/// An exposure or condition that is asked for on every day of a window.
#[derive(Clone, Debug)]
pub(super) struct Throughout {
    pub name: String,
    pub words: String,
    pub span: Span,
    pub meant: Meant,
    /// What covers it: none where nothing does.
    pub cover: Option<Cover>,
    /// Only whether a day was without is asked.
    pub only_false: bool,
}

/// Which rows are meant, as conditions over `e`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meant {
    /// TRUE for a row that is it.
    pub sure: Option<String>,
    /// For a row that is it or may be it.
    pub possible: String,
    /// Rows that a qualifier or an attribute leaves open are never sure.
    pub is_open: bool,
    /// The tables in which such rows stand.
    sources: BTreeSet<&'static str>,
}

impl Meant {
    pub fn sure(&self) -> Option<&str> {
        self.sure.as_deref().filter(|_| !self.is_open)
    }
}

/// Ids, by the tables in which they are looked for.
type BySource<'s> = BTreeMap<&'s [&'s str], BTreeSet<i64>>;

/// Where rows of a domain stand.
fn sources(domain: Domain) -> &'static [&'static str] {
    match domain {
        Domain::Condition => &["condition", "observation"],
        Domain::Drug | Domain::DrugClass => &["drug"],
        Domain::Procedure => &["procedure", "visit", "observation"],
        Domain::Event => &["event"],
    }
}

impl<'a> Writer<'a> {
    /// What counts as a name: itself and its members.
    fn below(&self, name: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut pending = vec![name.to_owned()];
        while let Some(name) = pending.pop() {
            if let Some(concept) = self.document.concepts.get(&name) {
                pending.extend(concept.members.iter().filter(|member| !found.contains(*member)).cloned());
            }
            found.insert(name);
        }
        found
    }

    pub(super) fn is_a(&self, name: &str, of: &str) -> bool {
        name == of || self.below(of).contains(name)
    }

    pub(super) fn domain(&self, name: &str) -> Option<Domain> {
        match self.document.concepts.get(name) {
            Some(concept) => Some(concept.domain),
            None => self.document.events.contains_key(name).then_some(Domain::Event),
        }
    }

    /// A condition on rows that have one of the ids of these names, in the tables of their domains.
    fn rows_of<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
        ids: fn(&Ids) -> &BTreeSet<i64>,
        events: bool,
    ) -> Option<String> {
        let mut by_source: BySource<'_> = BTreeMap::new();
        let mut of_event = Vec::new();
        for name in names {
            let Some(domain) = self.domain(name) else { continue };
            if domain == Domain::Event {
                let is_read = self.is_in_table(name);
                of_event.extend(Some(name).filter(|_| events && is_read));
                continue;
            }
            if let Some(found) = self.options.sets.things.get(name) {
                by_source.entry(sources(domain)).or_default().extend(ids(found));
            }
        }
        self.in_rows(by_source, of_event)
    }

    /// A condition on rows that have one of these ids in these tables, or are one of these events.
    fn in_rows(&self, by_source: BySource<'_>, of_event: Vec<&str>) -> Option<String> {
        let mut tests = Vec::new();
        for (sources, ids) in by_source.into_iter().filter(|(_, ids)| !ids.is_empty()) {
            let ids = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
            let place = match sources {
                [one] => format!("e.source = '{one}'"),
                many => format!("e.source IN ({})", self.dialect.texts(many.iter().copied())),
            };
            tests.push(format!("({place} AND (e.concept_id IN ({ids}) OR e.source_concept_id IN ({ids})))"));
        }
        if !of_event.is_empty() {
            tests.push(format!("(e.source = 'event' AND e.event IN ({}))", self.dialect.texts(of_event)));
        }
        match tests.len() {
            0 => None,
            1 => tests.pop(),
            _ => Some(format!("({})", tests.join(" OR "))),
        }
    }

    /// Whether the dates of an event are in a table.
    pub(super) fn is_in_table(&self, event: &str) -> bool {
        let is_literal = self.options.events.iter().any(|(known, _)| known == event);
        !is_literal && (self.options.has_event_table || event == EVENT_OF_DEATH)
    }

    /// Remembers which rows a rule looks for: those of a window, or all of them.
    fn looks_for(&mut self, meant: &Meant, span: Option<&Span>) {
        let from = span.and_then(|span| span.from.as_ref()).and_then(|at| at.earliest.as_ref());
        let since = match from {
            Some(Day::On(date)) => Some(*date),
            _ => None,
        };
        self.written.entries_since.push(EntriesSince { sources: meant.sources.clone(), since });
    }

    /// The day before which no row of a table that was over then says anything; absent where there is none.
    pub(super) fn entries_since(&self, source: &str) -> Option<Date> {
        // An absent day is the least of all.
        let of_source = self.written.entries_since.iter().filter(|one| one.sources.contains(source));
        of_source.map(|one| one.since).min().flatten()
    }

    /// Every id that the rows of `entries` are read for.
    pub(super) fn all_ids(&self, sources_of: &[Domain]) -> BTreeSet<i64> {
        let of_domain = self.options.sets.things.iter().filter(|(name, _)| {
            self.written.asked.contains(name.as_str())
                && self.domain(name).is_some_and(|domain| sources_of.contains(&domain))
        });
        of_domain.flat_map(|(_, ids)| ids.certain.iter().chain(&ids.perhaps).copied()).collect()
    }

    /// Which rows are what a finding means; `None` where none can be.
    pub(super) fn meant(&mut self, finding: &Finding) -> Option<Meant> {
        let below = self.below(&finding.name);
        let document = self.document;
        let broader: Vec<&str> = document
            .concepts
            .keys()
            .map(String::as_str)
            .filter(|name| !below.contains(*name) && self.is_a(&finding.name, name))
            .collect();
        let others: BTreeSet<String> =
            finding.other_than.iter().flat_map(|other| self.below(other)).collect();
        let names = |of: &BTreeSet<String>| of.iter().cloned().collect::<Vec<String>>();
        let mentioned = below.iter().chain(&others).map(String::as_str).chain(broader.iter().copied());
        let where_they_stand =
            mentioned.filter_map(|name| self.domain(name)).flat_map(sources).copied().collect();
        for name in
            names(&below).into_iter().chain(names(&others)).chain(broader.iter().map(|&one| one.to_owned()))
        {
            self.written.asked.insert(name);
        }
        let sure = self.rows_of(below.iter().map(String::as_str), |ids| &ids.certain, true);
        let perhaps = self.rows_of(below.iter().map(String::as_str), |ids| &ids.perhaps, false);
        let broader = self.rows_of(broader, |ids| &ids.certain, false);
        let not = self.rows_of(others.iter().map(String::as_str), |ids| &ids.certain, true);
        let perhaps_not = self.rows_of(others.iter().map(String::as_str), |ids| &ids.perhaps, false);
        let possible: Vec<String> = [sure.clone(), perhaps, broader].into_iter().flatten().collect();
        if possible.is_empty() {
            return None;
        }
        let except = |text: String| match &not {
            Some(not) => format!("({text} AND NOT {not})"),
            None => text,
        };
        let joined =
            if possible.len() == 1 { possible[0].clone() } else { format!("({})", possible.join(" OR ")) };
        let is_suspected = finding.qualifiers.iter().any(|qualifier| qualifier == "suspected");
        let others = self.something_else(finding, &below);
        let sure = sure.filter(|_| others.is_some()).map(|sure| {
            let mut tests = vec![sure];
            tests.extend(others.into_iter().flatten());
            tests.extend(perhaps_not.map(|not| format!("NOT {not}")));
            if !is_suspected {
                tests.push("NOT e.is_unsure".into());
            }
            except(if tests.len() == 1 { tests.remove(0) } else { format!("({})", tests.join(" AND ")) })
        });
        // A database says neither that it was symptomatic nor of which grade: such a row settles nothing.
        let is_open = !finding.qualifiers.is_empty() || !finding.with.is_empty();
        Some(Meant { sure, possible: except(joined), is_open, sources: where_they_stand })
    }

    /// For each of what a finding leaves out: rows that are known to be something else. `None` where none can be.
    fn something_else(&self, finding: &Finding, below: &BTreeSet<String>) -> Option<Vec<String>> {
        let mut tests = Vec::new();
        for other in &finding.other_than {
            let of_other = self.below(other);
            let is_special =
                |name: &&String| **name != finding.name && self.below(name).is_disjoint(&of_other);
            let mut by_source: BySource<'_> = BTreeMap::new();
            for name in below.iter().filter(is_special) {
                if let (Some(domain), Some(ids)) = (self.domain(name), self.options.sets.things.get(name)) {
                    by_source.entry(sources(domain)).or_default().extend(&ids.certain);
                }
            }
            for (known, ids) in &self.options.sets.others {
                if let (true, Some(domain)) = (self.is_a(other, known), self.domain(known)) {
                    by_source.entry(sources(domain)).or_default().extend(ids);
                }
            }
            let test = self.in_rows(by_source, Vec::new())?;
            if !tests.contains(&test) {
                tests.push(test);
            }
        }
        Some(tests)
    }

    /// Whether everything that counts as this, or may be it, can be recognised in the data: else silence says nothing.
    pub(super) fn is_recognised(&self, finding: &Finding) -> bool {
        let does_not_count = |name: &str| finding.other_than.iter().any(|other| self.is_a(name, other));
        self.nameless.iter().all(|name| {
            does_not_count(name) || !(self.is_a(name, &finding.name) || self.is_a(&finding.name, name))
        })
    }

    /// Whether something was declared to be complete: then what cannot be recognised stays open.
    fn has_coverage(&self) -> bool {
        !self.options.coverage.is_empty() || !self.options.in_observation_period.is_empty()
    }

    pub(super) fn occurs(
        &mut self,
        finding: &'a Finding,
        mode: Mode,
        window: &'a Window,
        words: &str,
    ) -> Result<Says, NotSaid> {
        let span = self.span(window)?;
        let backward = self.backward(&span);
        if backward == Test::Is(true) {
            return Ok(UNKNOWN);
        }
        if let Some((_, range)) = self.options.events.iter().find(|(name, _)| *name == finding.name) {
            return self.event_occurs(finding, mode, &span, *range);
        }
        let meant = self.meant(finding);
        let cover = self.cover_of(finding);
        if mode == Mode::Throughout {
            return self.throughout(finding, meant, cover, span, words, false);
        }
        let covered = match cover {
            Some(cover) => self.covered(&cover, &span, words),
            None => Test::Is(false),
        };
        let Some(meant) = meant else {
            // Nothing in the data can be it: known not to be there only where that would be seen.
            return Ok(match (covered, &backward) {
                (Test::Is(true), Test::Is(false)) => Says::of(false),
                (Test::Is(false), _) => UNKNOWN,
                (covered, Test::Is(_)) => Says::sql(format!("CASE WHEN {} THEN FALSE END", covered.text())),
                (covered, backward) => Says::sql(format!(
                    "CASE WHEN {} THEN NULL WHEN {} THEN FALSE END",
                    backward.text(),
                    covered.text()
                )),
            });
        };
        let (surely, possibly) = self.timely(mode, &span);
        self.looks_for(&meant, Some(&span));
        let name = self.column_name(&finding.name);
        let mut cases = String::new();
        if let Some(sure) = meant.sure() {
            let test = Test::all([Test::sql(sure), surely]);
            if test != Test::Is(false) {
                cases.push_str(&format!(" WHEN {} THEN 2", test.text()));
            }
        }
        let test = Test::all([Test::sql(&meant.possible), possibly]);
        cases.push_str(&format!(" WHEN {} THEN 1", test.text()));
        let sql = format!("MAX(CASE{cases} END)");
        self.written.entry_columns.push(EntryColumn { name: name.clone(), words: words.to_owned(), sql });
        let mut cases = String::new();
        if let Test::Sql(backward) = &backward {
            cases.push_str(&format!(" WHEN {backward} THEN NULL"));
        }
        cases.push_str(&format!(" WHEN h.{name} = 2 THEN TRUE WHEN h.{name} = 1 THEN NULL"));
        match covered {
            Test::Is(false) => {}
            Test::Is(true) => cases.push_str(" ELSE FALSE"),
            Test::Sql(covered) => cases.push_str(&format!(" WHEN {covered} THEN FALSE")),
        }
        Ok(self.fact(&finding.name, words, format!("CASE{cases} END")))
    }

    /// Whether the time of a row is the one that is asked for: surely, and possibly.
    fn timely(&self, mode: Mode, span: &Span) -> (Test, Test) {
        match mode {
            Mode::Started => (self.surely_holds(span, START), self.possibly_holds(span, START)),
            Mode::Ended => (self.surely_holds(span, END), self.possibly_holds(span, END)),
            _ => (self.surely_touches(span, START, END), self.possibly_touches(span, START, END)),
        }
    }

    /// An event of which the day is given for everybody.
    fn event_occurs(
        &mut self,
        finding: &Finding,
        mode: Mode,
        span: &Span,
        range: crate::time::DateRange,
    ) -> Result<Says, NotSaid> {
        if mode == Mode::Throughout {
            return Err(NotSaid::new("an event is asked for on every day of a window"));
        }
        let (first, last) = (self.dialect.date(range.earliest), self.dialect.date(range.latest));
        let day = RowDay { earliest: &first, latest: &last, is_exact: true };
        let is_open = !finding.qualifiers.is_empty() || !finding.with.is_empty();
        let literal = |test: Test| match (test, &span.from, &span.to) {
            (Test::Sql(text), from, to) => {
                let is_literal =
                    |at: &Option<super::moments::At>| at.as_ref().is_none_or(super::moments::At::is_literal);
                if is_literal(from) && is_literal(to) {
                    (Test::Sql(text), true)
                } else {
                    (Test::Sql(text), false)
                }
            }
            (known, ..) => (known, true),
        };
        let (surely, _) = literal(self.surely_holds(span, day));
        let (possibly, _) = literal(self.possibly_holds(span, day));
        let covered = match self.cover_of(finding) {
            Some(cover) => self.covered(&cover, span, &finding.name),
            None => Test::Is(false),
        };
        let backward = self.backward(span);
        let sure = if is_open { "FALSE".to_owned() } else { surely.text() };
        Ok(self.fact(
            &finding.name,
            &finding.name,
            format!(
                "CASE WHEN {} THEN NULL WHEN {sure} THEN TRUE WHEN {} THEN NULL WHEN {} THEN FALSE END",
                backward.text(),
                possibly.text(),
                covered.text()
            ),
        ))
    }

    /// On every day of the window.
    fn throughout(
        &mut self,
        finding: &Finding,
        meant: Option<Meant>,
        cover: Option<Cover>,
        span: Span,
        words: &str,
        only_false: bool,
    ) -> Result<Says, NotSaid> {
        let Some(meant) = meant else {
            return match cover {
                // Nothing in the data can be it.
                None => Ok(UNKNOWN),
                Some(_) => Err(NotSaid::new(format!(
                    "`{}` is asked for on every day, and no row can be it",
                    finding.name
                ))),
            };
        };
        if cover.is_none() && (only_false || meant.sure().is_none()) {
            return Ok(UNKNOWN);
        }
        self.looks_for(&meant, None);
        let name = self.column_name(&finding.name);
        self.written.throughouts.push(Throughout {
            name: name.clone(),
            words: words.to_owned(),
            span,
            meant,
            cover,
            only_false,
        });
        Ok(Says::sql(format!("f.{name}")))
    }

    /// How often something occurred, against a number.
    pub(super) fn counted(
        &mut self,
        (finding, mode, window): (&'a Finding, Mode, &'a Window),
        tests: &[(Comparator, &'a Term)],
        words: &str,
    ) -> Result<Says, NotSaid> {
        let mut numbers = Vec::new();
        for (operator, limit) in tests {
            match &limit.value {
                Value::Constant { number, unit: None, .. } => numbers.push((*operator, number)),
                _ => return Err(NotSaid::new(format!("a count is compared with `{}`", limit.text))),
            }
        }
        if self.options.events.iter().any(|(name, _)| *name == finding.name) {
            return Err(NotSaid::new(format!("`{}` is counted, and --event gives its day", finding.name)));
        }
        if self.has_coverage() && !self.is_recognised(finding) {
            return Err(NotSaid::new(format!(
                "`{}` is counted, and some of its names have no concept id",
                finding.name
            )));
        }
        let span = self.span(window)?;
        let backward = self.backward(&span);
        let cover = self.cover_of(finding);
        let covered = match cover {
            Some(cover) => self.covered(&cover, &span, words),
            None => Test::Is(false),
        };
        let (mut surely, mut most) = ("0".to_owned(), "0".to_owned());
        if let Some(meant) = self.meant(finding) {
            self.looks_for(&meant, Some(&span));
            let name = self.column_name(&finding.name);
            let (surely_then, possibly) = self.timely(mode, &span);
            let backward = match &backward {
                Test::Sql(text) => vec![Test::Sql(format!("NOT COALESCE({text}, FALSE)"))],
                Test::Is(is) => vec![Test::Is(!is)],
            };
            let push = |writer: &mut Self, suffix: &str, test: Test| {
                let name = format!("{name}_{suffix}");
                let sql = format!("SUM(CASE WHEN {} THEN 1 ELSE 0 END)", test.text());
                writer.written.entry_columns.push(EntryColumn {
                    name: name.clone(),
                    words: words.to_owned(),
                    sql,
                });
                format!("COALESCE(h.{name}, 0)")
            };
            if let Some(sure) = meant.sure() {
                let tests = [vec![Test::sql(sure), surely_then], backward.clone()].concat();
                surely = push(self, "sure", Test::all(tests));
            }
            let tests = [vec![Test::sql(&meant.possible), possibly], backward].concat();
            most = push(self, "possible", Test::all(tests));
        }
        // Without coverage there may be more.
        let complete = match (&covered, &backward) {
            (_, Test::Is(true)) => Test::Is(false),
            (covered, Test::Is(false)) => covered.clone(),
            (covered, Test::Sql(backward)) => {
                Test::all([covered.clone(), Test::Sql(format!("NOT COALESCE({backward}, FALSE)"))])
            }
        };
        let mut says = Vec::new();
        for (operator, number) in numbers {
            let least = super::people::least_whole(operator, number);
            let (Some(least), upward) = least else {
                return Err(NotSaid::new("a count is compared with a number that no count can be"));
            };
            let reaches = format!(
                "CASE WHEN {surely} >= {least} THEN TRUE WHEN {} AND {most} < {least} THEN FALSE END",
                complete.text()
            );
            says.push(if upward { Says::sql(reaches) } else { Says::sql(reaches).not() });
        }
        let joined = Says::all(says).text();
        Ok(self.fact(&finding.name, words, joined))
    }

    /// The same dose on every day: a database of the CDM records no dose, so that only a day without any can settle it.
    pub(super) fn steady(
        &mut self,
        term: &'a Term,
        tolerance: &Tolerance,
        words: &str,
    ) -> Result<Says, NotSaid> {
        match &term.value {
            Value::Dose { finding, window } => {
                let span = self.span(window)?;
                let backward = self.backward(&span);
                if backward != Test::Is(false) {
                    return Ok(UNKNOWN);
                }
                let meant = self.meant(finding);
                let cover = self.cover_of(finding);
                self.throughout(finding, meant, cover, span, words, true)
            }
            Value::Measured { measure, .. } if !self.has_rows(measure)? => Ok(UNKNOWN),
            _ => {
                let _ = tolerance;
                Err(NotSaid::new("it asks whether results differ by no more than a tolerance"))
            }
        }
    }

    /// The column of `people` for the day on which a finding began or ended; `None` where no row can be it.
    pub(super) fn edge_column(&mut self, finding: &Finding, edge: Edge) -> Result<Option<String>, NotSaid> {
        if self.options.events.iter().any(|(name, _)| *name == finding.name) {
            return Err(NotSaid::new(format!("it speaks of the onset of the event `{}`", finding.name)));
        }
        let Some(meant) = self.meant(finding) else { return Ok(None) };
        if meant.sure().is_none() {
            return Ok(None);
        }
        if self.has_coverage() && !self.is_recognised(finding) {
            return Err(NotSaid::new(format!(
                "it speaks of when `{}` was, and some of its names have no concept id",
                finding.name
            )));
        }
        let key = format!("{edge:?} {finding:?}");
        if let Some(known) = self.written.edges.iter().find(|known| known.key == key) {
            return Ok(Some(known.name.clone()));
        }
        self.looks_for(&meant, None);
        let verb = if edge == Edge::Onset { "onset" } else { "end" };
        let name = self.column_name(&format!("{}_{verb}", finding.name));
        let words = format!("{verb} of {}", finding.name);
        self.written.edges.push(EdgeColumn { name: name.clone(), key, words, edge, meant });
        Ok(Some(name))
    }

    /// Whether something is missing of a day, as a condition that is never NULL.
    pub(super) fn missing_text(missing: &Missing) -> Option<String> {
        match missing {
            Missing::Never => None,
            Missing::Always => Some("TRUE".into()),
            Missing::Where(text) => Some(text.clone()),
        }
    }
}
