//! Birth, and when findings, exposures and events began and ended.

use jiff::civil::Date;

use super::{ADULT, Draft, ends, is_some_day, number_in};
use crate::logic::space::{About, Kind};
use crate::logic::typical::Choice;
use crate::model::{
    AttributeTest, Comparator, Direction, Duration, Fact, FactDetail, FactValue, Finding, Mode, Moment,
};
use crate::time::{add_days, shift};

/// Something that was there for some days.
#[derive(Clone, Debug)]
pub(super) struct Spell {
    pub name: String,
    pub from: Date,
    /// Absent: it goes on.
    pub to: Option<Date>,
    /// It is recorded as of one day.
    pub is_day: bool,
    pub details: Vec<FactDetail>,
    pub dose: Option<FactValue>,
}

impl Spell {
    pub fn on(name: &str, day: Date) -> Self {
        Self {
            name: name.to_owned(),
            from: day,
            to: Some(day),
            is_day: true,
            details: Vec::new(),
            dose: None,
        }
    }

    pub fn fact(&self) -> Fact {
        if self.is_day && self.dose.is_none() {
            return Fact::Happened {
                name: self.name.clone(),
                on: self.from.to_string(),
                details: self.details.clone(),
            };
        }
        Fact::Lasted {
            name: self.name.clone(),
            from: Some(self.from.to_string()),
            to: self.to.map(|to| to.to_string()),
            dose: self.dose.clone(),
            details: self.details.clone(),
        }
    }

    /// Whether it started, ended, or else was there, on some of these days.
    fn is_then(&self, mode: Mode, days: (Option<Date>, Option<Date>)) -> bool {
        match mode {
            Mode::Started => Self { to: Some(self.from), ..self.clone() }.touches(days),
            Mode::Ended => self.to.is_some_and(|end| Self { from: end, ..self.clone() }.touches(days)),
            Mode::Present | Mode::Ever | Mode::Throughout => self.touches(days),
        }
    }

    fn touches(&self, (from, to): (Option<Date>, Option<Date>)) -> bool {
        to.is_none_or(|to| self.from <= to) && from.is_none_or(|from| self.to.is_none_or(|end| end >= from))
    }
}

type Days = (Option<Date>, Option<Date>);

/// An occurrence that is wanted, or not.
pub(super) struct Asked<'t> {
    finding: &'t Finding,
    /// The version in whose words it is asked: it says what belongs to a class.
    side: usize,
    mode: Mode,
    days: Days,
    holds: bool,
}

impl<'t> Draft<'_, 't> {
    // ---- birth and onset -----------------------------------------------------------------------------

    pub(super) fn date_births_and_onsets(&mut self) {
        let mut latest: Option<Date> = None;
        let mut earliest: Option<Date> = None;
        // The last day of birth with which everybody is as old as they must be, not as they are chosen to be; and that of the age that
        // is to come out as it is chosen.
        let (mut young_enough, mut focus): (Option<Date>, Option<Date>) = (None, None);
        let mut at_onset: Vec<(&'t Finding, i64, Option<i64>)> = Vec::new();
        for (number, variable, choice) in self.variables() {
            let (About::Age { at }, Kind::Ordered(family)) = (&variable.about, &variable.kind) else {
                continue;
            };
            let Some((low, high)) = self.span_of(*family, number, choice) else { continue };
            if let crate::model::Anchor::Onset { finding } = &at.of {
                at_onset.push((finding, low, high));
                continue;
            }
            let Some(day) = self.moment_day(at, variable.place.decision) else { continue };
            let by = |count: i64| self.length(*family, count);
            let young = shift(day, Direction::Before, &by(low)).map(|found| found.date);
            latest = latest.into_iter().chain(young).min();
            if self.focus == Some(number) {
                focus = young;
            }
            let least =
                self.least_of(*family, choice).and_then(|least| shift(day, Direction::Before, &by(least)));
            young_enough = young_enough.into_iter().chain(least.map(|found| found.date)).min();
            let old = high.and_then(|high| shift(day, Direction::Before, &by(high + 1)));
            earliest = earliest.into_iter().chain(old.and_then(|found| add_days(found.date, 1))).max();
        }
        let default =
            shift(self.decided, Direction::Before, &Duration::Months(ADULT)).map(|found| found.date);
        let fits = |day: &Date| {
            earliest.is_none_or(|earliest| *day >= earliest) && young_enough.is_none_or(|last| *day <= last)
        };
        let chosen = latest.or_else(|| earliest.max(default).or(default));
        // Ages at two moments differ by less than their limits may.
        let mut born = focus.filter(fits).or(chosen.filter(fits)).or(earliest.filter(fits)).or(chosen);
        // First and last day on which a finding may have begun, by how long it has lasted.
        let mut onsets: Vec<(&'t Finding, Option<Date>, Option<Date>)> = Vec::new();
        for (number, variable, choice) in self.variables() {
            let (About::Duration { finding, at }, Kind::Ordered(family)) = (&variable.about, &variable.kind)
            else {
                continue;
            };
            self.born = born;
            let Some((low, high)) = self.span_of(*family, number, choice) else { continue };
            let Some(day) = self.moment_day(at, variable.place.decision) else { continue };
            let last = shift(day, Direction::Before, &self.length(*family, low)).map(|found| found.date);
            let first = high.and_then(|high| shift(day, Direction::Before, &self.length(*family, high + 1)));
            let first = first.and_then(|found| add_days(found.date, 1));
            match onsets.iter_mut().find(|(known, ..)| known.name == finding.name) {
                Some((_, start, end)) => {
                    *start = (*start).max(first);
                    *end = end.iter().copied().chain(last).min();
                }
                None => onsets.push((finding, first, last)),
            }
        }
        for (finding, low, high) in at_onset {
            let after = |day: Option<Date>, months: i64| {
                day.and_then(|day| shift(day, Direction::After, &Duration::Months(months)))
                    .map(|found| found.date)
            };
            let before = |day: Option<Date>, months: i64| {
                day.and_then(|day| shift(day, Direction::Before, &Duration::Months(months)))
                    .map(|found| found.date)
            };
            if !onsets.iter().any(|(known, ..)| known.name == finding.name) {
                onsets.push((finding, None, None));
            }
            let Some((_, first, last)) = onsets.iter_mut().find(|(known, ..)| known.name == finding.name)
            else {
                continue;
            };
            // Old enough at the last possible onset, and at the first one not too old: born otherwise, where the other ages leave room.
            if last.is_some() && after(born, low) > *last {
                born = before(*last, low)
                    .filter(|day| earliest.is_none_or(|earliest| *day >= earliest))
                    .or(born);
            }
            let too_late = high.and_then(|high| after(born, high + 1));
            if let (Some(first), Some(high)) = (*first, high)
                && too_late.is_some_and(|day| day <= first)
            {
                let later = before(Some(first), high);
                born = later.filter(|day| latest.is_none_or(|latest| *day <= latest)).or(born);
            }
            let end = high.and_then(|high| after(born, high + 1)).and_then(|day| add_days(day, -1));
            *first = (*first).max(after(born, low));
            *last = last.iter().copied().chain(end).min();
        }
        self.born = born;
        let onsets = onsets.into_iter().filter_map(|(finding, first, last)| Some((finding, last.or(first)?)));
        let onsets: Vec<(&'t Finding, Date)> = onsets.collect();
        for (finding, day) in onsets {
            let mut spell =
                Spell { to: None, is_day: false, ..Spell::on(&self.name_for(finding, self.side, &[]), day) };
            spell.details = details_for(finding, &spell.name, &[]);
            self.course.push(spell);
        }
    }

    /// The lowest and the highest whole number of a cell.
    fn span_of(&self, family: usize, variable: usize, choice: Choice) -> Option<(i64, Option<i64>)> {
        let (Choice::Cell(cell) | Choice::Upper(cell)) = choice else { return None };
        let (_, high) = ends(self.engine, family, cell);
        let low = number_in(self.engine, variable, choice)?.to_i64()?;
        let high = high.and_then(|(at, closed)| Some(at.to_i64()? - i64::from(!closed)));
        Some((low, high))
    }

    /// The lowest whole number that belongs to a cell; `None` where it has no lower end.
    fn least_of(&self, family: usize, choice: Choice) -> Option<i64> {
        let (Choice::Cell(cell) | Choice::Upper(cell)) = choice else { return None };
        let (low, _) = ends(self.engine, family, cell);
        let (at, closed) = low?;
        Some(at.to_i64()? + i64::from(!closed))
    }

    fn length(&self, family: usize, count: i64) -> Duration {
        match self.engine.space.families[family].unit.as_ref().map(|unit| unit.ucum.as_str()) {
            Some("months") => Duration::Months(count),
            Some("hours") => Duration::Minutes(count * 60),
            Some("minutes") => Duration::Minutes(count),
            _ => Duration::Days(count),
        }
    }

    pub(super) fn moment_day(&self, at: &Moment, decision: &str) -> Option<Date> {
        match &at.of {
            crate::model::Anchor::Decision if at.offset.is_none() => self.day_of(decision),
            _ => self.day(at),
        }
    }

    // ---- findings ------------------------------------------------------------------------------------

    pub(super) fn take_course(&mut self) {
        let asked: Vec<Asked<'t>> = self
            .variables()
            .filter_map(|(_, variable, choice)| {
                let (About::Occurs { finding, mode, window }, Choice::Holds(holds)) =
                    (&variable.about, choice)
                else {
                    return None;
                };
                let side = variable.place.side;
                Some(Asked { finding, side, mode: *mode, days: self.days(window)?, holds })
            })
            .collect();
        let denied: Vec<&Asked<'t>> = asked.iter().filter(|one| !one.holds).collect();
        for one in asked.iter().filter(|one| one.holds) {
            if self.course.iter().any(|spell| self.shows(spell, one)) {
                continue;
            }
            let name = self.name_for(one.finding, one.side, &denied);
            let details = details_for(one.finding, &name, &denied);
            let spell = self
                .candidates(&name, one, &denied)
                .into_iter()
                .map(|spell| Spell { details: details.clone(), ..spell })
                .find(|spell| self.shows(spell, one) && !denied.iter().any(|other| self.shows(spell, other)));
            let spell =
                spell.unwrap_or_else(|| Spell { details, ..Spell::on(&name, self.some_day(one.days)) });
            self.course.push(spell);
        }
        self.take_doses();
        self.take_counts();
        for one in denied {
            // What the other version means by the name is not said in the words of this one.
            if one.side == self.side || !self.engine.space.differs(&one.finding.name) {
                self.deny(one.finding, one.days);
            }
        }
    }

    /// Whether a spell makes an occurrence true.
    fn shows(&self, spell: &Spell, asked: &Asked<'_>) -> bool {
        let timely = match asked.mode {
            Mode::Throughout => {
                let (from, to) = asked.days;
                let from = from.or(self.born).unwrap_or(Date::MIN);
                spell.from <= from && spell.to.is_none_or(|end| to.is_some_and(|to| end >= to))
            }
            mode => spell.is_then(mode, asked.days),
        };
        timely && self.is_meant(spell, asked.finding, asked.side)
    }

    fn is_meant(&self, spell: &Spell, finding: &Finding, side: usize) -> bool {
        let flag = |name: &str| {
            spell
                .details
                .iter()
                .any(|one| matches!(one, FactDetail::Flag { name: own, holds: true } if own == name))
        };
        let passes = |test: &AttributeTest| {
            match test {
            AttributeTest::Flag { attribute } => flag(attribute),
            AttributeTest::Ordinal { attribute, operator, value } => spell.details.iter().any(|one| {
                matches!(one, FactDetail::Degree { name, value: degree } if name == attribute && operator.holds(degree.cmp(value)))
            }),
        }
        };
        self.is_a(&spell.name, &finding.name, side)
            // The class itself may be what is left out of it, unless that is said.
            && !finding.other_than.iter().any(|other| {
                let said = |one: &FactDetail| matches!(one, FactDetail::OtherThan { name } if name == other);
                (spell.name == finding.name && !spell.details.iter().any(said))
                    || self.is_a(&spell.name, other, side)
                    || (spell.name != finding.name && self.is_a(other, &spell.name, side))
            })
            && finding.qualifiers.iter().all(|qualifier| flag(qualifier))
            && finding.with.iter().all(passes)
    }

    /// Whether a thing of this name belongs to a class, as a version says.
    fn is_a(&self, name: &str, of: &str, side: usize) -> bool {
        let mut waiting = vec![of];
        let mut seen: Vec<&str> = Vec::new();
        while let Some(next) = waiting.pop() {
            if next == name {
                return true;
            }
            if !seen.contains(&next) {
                seen.push(next);
                let members = self.engine.space.trials[side]
                    .concepts
                    .get(next)
                    .into_iter()
                    .flat_map(|concept| &concept.members);
                waiting.extend(members.map(String::as_str));
            }
        }
        false
    }

    /// What is recorded: the thing itself, or of a class a member that nobody wants absent.
    pub(super) fn name_for(&self, finding: &Finding, side: usize, denied: &[&Asked<'_>]) -> String {
        let concepts = &self.engine.space.trials[side].concepts;
        let mut names: Vec<String> = vec![finding.name.clone()];
        let mut at = 0;
        while at < names.len() {
            if let Some(concept) = concepts.get(&names[at]) {
                names.extend(
                    concept.members.iter().filter(|one| !names.contains(one)).cloned().collect::<Vec<_>>(),
                );
            }
            at += 1;
        }
        let is_class = |name: &String| concepts.get(name).is_some_and(|concept| !concept.members.is_empty());
        let is_free = |name: &&String| {
            !finding.other_than.iter().any(|other| self.is_a(name, other, side))
                && !denied.iter().any(|one| {
                    one.finding.qualifiers.is_empty()
                        && one.finding.with.is_empty()
                        && self.is_a(name, &one.finding.name, one.side)
                        && !one.finding.other_than.iter().any(|other| self.is_a(name, other, one.side))
                })
        };
        let usable = |name: &&String| is_free(name) && !is_class(name);
        if !finding.other_than.is_empty() && !names.iter().any(|name| usable(&name)) {
            return finding.name.clone();
        }
        names
            .iter()
            .find(usable)
            .or_else(|| names.iter().find(|name| !is_class(name)))
            .unwrap_or(&names[0])
            .clone()
    }

    /// Spells that would show an occurrence, the plainest first.
    fn candidates(&self, name: &str, asked: &Asked<'_>, denied: &[&Asked<'_>]) -> Vec<Spell> {
        let (from, to) = asked.days;
        if !is_some_day(asked.mode) {
            let from = from.or(self.born).unwrap_or(self.decided);
            return vec![Spell { from, to, is_day: false, ..Spell::on(name, from) }];
        }
        let mut days = vec![self.some_day(asked.days)];
        days.extend(from);
        for (start, end) in denied.iter().map(|one| one.days) {
            days.extend(start.and_then(|start| add_days(start, -1)));
            days.extend(end.and_then(|end| add_days(end, 1)));
        }
        let long_ago = days[0].checked_sub(jiff::Span::new().days(10)).ok();
        days.extend(long_ago);
        let mut spells: Vec<Spell> = days.iter().map(|day| Spell::on(name, *day)).collect();
        // Begun long before, and still there.
        let begun = from.and_then(|from| add_days(from, -1)).or(self.born);
        spells.extend(begun.map(|begun| Spell {
            from: begun,
            to: Some(days[0]),
            is_day: false,
            ..Spell::on(name, begun)
        }));
        spells
    }

    /// Says that there was none: for good, or where something of the kind is recorded, at this time; beside something of the kind at this
    /// time, that there was no other.
    fn deny(&mut self, finding: &Finding, days: Days) {
        let mut kin = self.course.iter().filter(|spell| self.is_a(&spell.name, &finding.name, self.side));
        if kin.clone().any(|spell| spell.touches(days)) {
            let absence = Fact::Absent { other: true, name: finding.name.clone(), from: None, to: None };
            if !self.absences.contains(&absence) {
                self.absences.push(absence);
            }
            return;
        }
        let near = kin.next().is_some();
        let text = |day: Option<Date>| day.map(|day| day.to_string());
        let (from, to) = if near { (text(days.0), text(days.1)) } else { (None, None) };
        // An absence without its beginning is one since birth.
        let from = match (&from, &to) {
            (None, Some(_)) => self.born.map(|born| born.to_string()),
            _ => from,
        };
        let absence = Fact::Absent { other: false, name: finding.name.clone(), from, to };
        if !self.absences.contains(&absence) {
            self.absences.push(absence);
        }
    }

    // ---- doses and counts ----------------------------------------------------------------------------

    /// As many on days of their own as are counted.
    fn take_counts(&mut self) {
        let mut found = Vec::new();
        let mut denied = Vec::new();
        for (number, variable, choice) in self.variables() {
            let About::Count { finding, mode, window } = &variable.about else { continue };
            let (Some(days), Some(count)) = (self.days(window), number_in(self.engine, number, choice))
            else {
                continue;
            };
            let count = count.to_i64().unwrap_or_default().clamp(0, 400);
            let name = self.name_for(finding, self.side, &[]);
            let last = self.some_day(days);
            let there = self
                .course
                .iter()
                .filter(|spell| self.is_meant(spell, finding, self.side) && spell.is_then(*mode, days))
                .count();
            for nth in i64::try_from(there).unwrap_or(0)..count {
                let Some(day) = add_days(last, -nth) else { continue };
                found.push(Spell { details: details_for(finding, &name, &[]), ..Spell::on(&name, day) });
            }
            if count == 0 {
                denied.push((*finding, days));
            }
        }
        self.course.extend(found);
        for (finding, days) in denied {
            self.deny(finding, days);
        }
    }
}

/// Qualifiers and attributes that make a finding what is wanted, and not what is not.
fn details_for(finding: &Finding, name: &str, denied: &[&Asked<'_>]) -> Vec<FactDetail> {
    let mut details: Vec<FactDetail> =
        finding.qualifiers.iter().map(|name| FactDetail::Flag { name: name.clone(), holds: true }).collect();
    // The class itself counts where it is said what it was not.
    if name == finding.name {
        details.extend(finding.other_than.iter().map(|other| FactDetail::OtherThan { name: other.clone() }));
    }
    let mut ordinals: Vec<(&str, Vec<(Comparator, i64)>)> = Vec::new();
    for test in &finding.with {
        match test {
            AttributeTest::Flag { attribute } => {
                details.push(FactDetail::Flag { name: attribute.clone(), holds: true })
            }
            AttributeTest::Ordinal { attribute, operator, value } => {
                match ordinals.iter_mut().find(|(name, _)| name == attribute) {
                    Some((_, tests)) => tests.push((*operator, *value)),
                    None => ordinals.push((attribute, vec![(*operator, *value)])),
                }
            }
        }
    }
    for (attribute, tests) in ordinals {
        let candidates = tests.iter().flat_map(|(_, value)| [*value, value - 1, value + 1]);
        let fitting = candidates
            .filter(|value| tests.iter().all(|(operator, limit)| operator.holds(value.cmp(limit))))
            .min();
        details.extend(fitting.map(|value| FactDetail::Degree { name: attribute.to_owned(), value }));
    }
    for other in denied.iter().filter(|other| other.finding.name == finding.name) {
        for qualifier in &other.finding.qualifiers {
            let is_said =
                details.iter().any(|one| matches!(one, FactDetail::Flag { name, .. } if name == qualifier));
            if !is_said {
                details.push(FactDetail::Flag { name: qualifier.clone(), holds: false });
            }
        }
    }
    details
}
