//! A participant with these values, written as facts of an example.

use jiff::civil::{Date, date};

use super::compare::Engine;
use super::space::{About, Kind, Place, Variable};
use super::typical::Choice;
use crate::eligibility::{Parts, Screener, record_of};
use crate::model::{
    Anchor, Answer, Decision, Direction, Duration, Example, Fact, FactValue, Finding, Mode, Moment, Origin,
    QuantityMeasure, Trial, UnitRef, Value, Window,
};
use crate::number::Exact;
use crate::time::network::{Network, Point};
use crate::time::{add_days, shift};

mod course;
mod doses;
mod results;
mod together;

/// Days on which the decision may be: in the middle of a month, so that months can be counted to and fro. The first comes after long
/// months, the others after shorter ones: six months are 184 days, 182 or 181.
pub(super) const DECIDED: [Date; 3] = [date(2025, 9, 16), date(2025, 6, 16), date(2025, 3, 16)];
/// Days between events that the protocol puts in no relation.
const APART: i64 = 14;
/// Age of a participant of whom no criterion asks it, in months.
const ADULT: i64 = 40 * 12;

/// A participant in the making.
pub(super) struct Draft<'e, 't> {
    engine: &'e Engine<'t>,
    trial: &'t Trial,
    side: usize,
    decision: &'t Decision,
    screener: &'e Screener<'e>,
    chosen: &'e [Choice],
    decided: Date,
    /// Days of the trial's events, in the order in which they were placed.
    events: Vec<(String, Date)>,
    born: Option<Date>,
    course: Vec<course::Spell>,
    absences: Vec<Fact>,
    results: Vec<results::Placed>,
    /// The variable whose number is to come out as it is chosen.
    focus: Option<usize>,
}

impl<'e, 't> Draft<'e, 't> {
    pub fn of(
        engine: &'e Engine<'t>,
        trial: &'t Trial,
        side: usize,
        decision: &'t Decision,
        screener: &'e Screener<'e>,
        (chosen, decided): (&'e [Choice], Date),
    ) -> Self {
        Self {
            engine,
            trial,
            side,
            decision,
            screener,
            chosen,
            decided,
            events: Vec::new(),
            born: None,
            course: Vec::new(),
            absences: Vec::new(),
            results: Vec::new(),
            focus: None,
        }
    }

    /// The number of this variable is to come out as it is chosen, before that of any other.
    pub fn about(self, variable: usize) -> Self {
        Self { focus: Some(variable), ..self }
    }

    /// Everything that is recorded of the participant.
    pub fn facts(mut self) -> Vec<Fact> {
        self.place_events();
        self.date_births_and_onsets();
        self.take_course();
        self.take_results();
        self.written()
    }

    /// Variables of the decision that this version speaks of, about the participant.
    fn variables(&self) -> impl Iterator<Item = (usize, &'e Variable<'t>, Choice)> + use<'e, 't> {
        let (engine, chosen) = (self.engine, self.chosen);
        let all = engine.space.variables.iter().enumerate();
        all.filter(|(_, variable)| !variable.of.contains("person "))
            .map(move |(number, variable)| (number, variable, chosen[number]))
    }

    // ---- time ----------------------------------------------------------------------------------------

    fn day_of(&self, event: &str) -> Option<Date> {
        self.events.iter().find(|(name, _)| name == event).map(|(_, day)| *day)
    }

    /// The event of a moment that is nothing else.
    fn plain_event<'m>(&self, moment: &'m Moment, place: Place<'m>) -> Option<&'m str> {
        match &moment.of {
            _ if moment.offset.is_some() => None,
            Anchor::Event { name, .. } => Some(name),
            Anchor::Decision => Some(place.decision),
            _ => None,
        }
    }

    /// The decision first, then what lengths of time say, then the order of the protocol.
    fn place_events(&mut self) {
        self.events.push((self.decision.event.clone(), self.decided));
        let lengths: Vec<(&str, &str, Duration)> = self
            .variables()
            .filter_map(|(number, variable, choice)| {
                let About::Between { from, to } = &variable.about else { return None };
                let Kind::Ordered(family) = variable.kind else { return None };
                let number = number_in(self.engine, number, choice)?.to_i64()?;
                let is_months = self.engine.space.families[family].unit.as_ref()?.ucum == "months";
                let by = if is_months { Duration::Months(number) } else { Duration::Days(number) };
                Some((self.plain_event(from, variable.place)?, self.plain_event(to, variable.place)?, by))
            })
            .collect();
        for _ in 0..lengths.len() {
            for (from, to, _) in &lengths {
                // What is asked in months and in days is as long as the longer of the two.
                let same =
                    lengths.iter().filter(|(start, end, _)| start == from && end == to).map(|(.., by)| by);
                let placed = match (self.day_of(from), self.day_of(to)) {
                    (None, Some(end)) => {
                        let days = same.filter_map(|by| shift(end, Direction::Before, by));
                        days.map(|day| (*from, day.date)).min()
                    }
                    (Some(start), None) => {
                        let days = same.filter_map(|by| shift(start, Direction::After, by));
                        days.map(|day| (*to, day.date)).max()
                    }
                    _ => None,
                };
                self.events.extend(placed.map(|(name, day)| (name.to_owned(), day)));
            }
        }
        let network = Network::of(self.trial).ok();
        let at = |name: &str| self.trial.events.get_index_of(name);
        let own = at(&self.decision.event);
        let mut more = Vec::new();
        for name in self.anchors() {
            if self.day_of(name).is_some() || more.iter().any(|(other, _)| other == name) {
                continue;
            }
            let apart = match (at(name), own) {
                (Some(place), Some(own)) => (place as i64 - own as i64) * APART,
                _ => -APART,
            };
            let bounds = network.as_ref().map(|network| {
                network.bounds(&Point::event(self.decision.event.as_str()), &Point::event(name))
            });
            let (low, high) = bounds.unwrap_or((None, None));
            let apart = high.map_or(apart, |high| apart.min(high));
            let apart = low.map_or(apart, |low| apart.max(low));
            more.extend(add_days(self.decided, apart).map(|day| (name.to_owned(), day)));
        }
        self.events.extend(more);
    }

    /// Events from which something is counted, in the order of the protocol.
    fn anchors(&self) -> Vec<&'t str> {
        let mut found: Vec<&str> = self.decision.checked.iter().map(String::as_str).collect();
        for (_, variable, _) in self.variables() {
            for moment in moments(&variable.about) {
                if let Anchor::Event { name, .. } = &moment.of {
                    found.push(name);
                }
            }
        }
        let is_own = |event: &crate::model::Event| event.when.is_none() && event.one_of.is_none();
        let events =
            self.trial.events.iter().filter(|(name, event)| is_own(event) && found.contains(&name.as_str()));
        events.map(|(name, _)| name.as_str()).collect()
    }

    /// A day, by what is known so far.
    fn day(&self, moment: &Moment) -> Option<Date> {
        let example = self.example(self.so_far());
        let record = record_of(self.trial, &example).ok()?;
        self.parts().moment(moment, &record)?.day()
    }

    /// First and last day of a window; absent where it is open. `None` where it has no days that are known.
    fn days(&self, window: &Window) -> Option<(Option<Date>, Option<Date>)> {
        let example = self.example(self.so_far());
        let record = record_of(self.trial, &example).ok()?;
        let extent = self.parts().window(window, &record);
        if extent.is_never || extent.is_backward {
            return None;
        }
        let day = |end: Option<crate::time::DateRange>| match end {
            None => Some(None),
            Some(end) => end.day().map(Some),
        };
        Some((day(extent.from)?, day(extent.to)?))
    }

    fn parts(&self) -> Parts<'_> {
        Parts { screener: self.screener, decision: self.decision, arm: None, as_of: None }
    }

    fn example(&self, facts: Vec<Fact>) -> Example {
        Example { label: String::new(), facts, expect: Vec::new(), origin: Origin::default() }
    }

    /// Birth, events and the course of findings.
    fn so_far(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        if let Some(born) = self.born {
            facts.push(Fact::Attribute { name: "born".to_owned(), value: born.to_string() });
        }
        facts.extend(self.events.iter().map(|(name, day)| Fact::Happened {
            name: name.clone(),
            on: day.to_string(),
            details: Vec::new(),
        }));
        facts.extend(self.course.iter().filter(|spell| self.knows(&spell.name)).map(course::Spell::fact));
        facts
    }

    fn knows(&self, name: &str) -> bool {
        let is_concept = |trial: &&Trial| trial.concepts.contains_key(name);
        is_concept(&self.trial) || !self.engine.space.trials.iter().any(is_concept)
    }

    /// The end of a window where something is placed that only has to lie in it.
    fn some_day(&self, (from, to): (Option<Date>, Option<Date>)) -> Date {
        to.or(from).unwrap_or(self.decided)
    }

    // ---- writing -------------------------------------------------------------------------------------

    fn written(self) -> Vec<Fact> {
        let mut facts = Vec::new();
        for (number, variable, choice) in self.variables() {
            let About::Attribute { name } = variable.about else { continue };
            let (Choice::Level(level), Kind::Coded { levels, .. }) = (choice, &variable.kind) else {
                continue;
            };
            // A country that no criterion speaks of; an arm that none speaks of is no arm.
            let value = match levels.get(level) {
                Some(value) => value.clone(),
                None if name == "country" => "ZZ".to_owned(),
                None => continue,
            };
            debug_assert!(number < self.chosen.len());
            facts.push(Fact::Attribute { name: name.to_owned(), value });
        }
        let mut events = self.events.clone();
        events.sort_by_key(|(_, day)| *day);
        let course = self.so_far();
        facts.extend(course.iter().filter(|fact| matches!(fact, Fact::Attribute { .. })).cloned());
        facts.extend(events.into_iter().map(|(name, day)| Fact::Happened {
            name,
            on: day.to_string(),
            details: Vec::new(),
        }));
        // What this version has no word for cannot be recorded in it.
        facts.extend(self.course.iter().filter(|spell| self.knows(&spell.name)).map(course::Spell::fact));
        facts.extend(self.results.iter().map(results::Placed::fact));
        facts.extend(self.absences.iter().cloned());
        for (_, variable, choice) in self.variables() {
            let (About::Answer { keys }, Choice::Holds(holds)) = (&variable.about, choice) else { continue };
            if let Some(key) = keys[self.side] {
                let answer = if holds { Answer::Yes } else { Answer::No };
                facts.push(Fact::Answer { criterion: key.to_owned(), answer });
            }
        }
        facts
    }
}

/// The moments that a variable is counted from.
fn moments<'t>(about: &About<'t>) -> Vec<&'t Moment> {
    let ends = |window: &'t Window| [&window.from, &window.to].into_iter().flatten().collect::<Vec<_>>();
    match about {
        About::Measured { window, .. }
        | About::Ratio { window, .. }
        | About::Count { window, .. }
        | About::Occurs { window, .. } => ends(window),
        About::Age { at } | About::Duration { at, .. } => vec![at],
        About::Between { from, to } => vec![from, to],
        About::Steady { term, .. } | About::Term { term } => of_term(term),
        About::Answer { .. } | About::Attribute { .. } | About::Difference { .. } | About::Opaque => {
            Vec::new()
        }
    }
}

fn of_term(term: &crate::model::Term) -> Vec<&Moment> {
    use crate::model::Value;
    match &term.value {
        Value::Measured { window, .. }
        | Value::Count { window, .. }
        | Value::Days { window, .. }
        | Value::Dose { window, .. } => [&window.from, &window.to].into_iter().flatten().collect(),
        Value::Change { from, to, .. }
        | Value::AreaUnder { from, to, .. }
        | Value::TimeBetween { from, to } => {
            vec![from, to]
        }
        Value::Age { at, .. } | Value::DurationOf { at, .. } => vec![at],
        Value::Arithmetic { left, right, .. } => [of_term(left), of_term(right)].concat(),
        Value::Call { arguments, .. } => arguments.iter().flat_map(of_term).collect(),
        Value::Negative { of } => of_term(of),
        _ => Vec::new(),
    }
}

/// A number of a cell, with as few decimals as will do: the lowest that belongs to it, or where it has no lower end, the nearest to
/// its upper end.
pub(super) fn number_in(engine: &Engine<'_>, variable: usize, choice: Choice) -> Option<Exact> {
    let (Choice::Cell(_) | Choice::Upper(_), Kind::Ordered(_)) =
        (choice, &engine.space.variables[variable].kind)
    else {
        return None;
    };
    match engine.given.get(&variable) {
        Some(given) => Some(given.clone()),
        None => number_of(engine, variable, choice),
    }
}

/// The same, whatever a solver has chosen.
pub(super) fn number_of(engine: &Engine<'_>, variable: usize, choice: Choice) -> Option<Exact> {
    let (Choice::Cell(cell) | Choice::Upper(cell), Kind::Ordered(family)) =
        (choice, &engine.space.variables[variable].kind)
    else {
        return None;
    };
    let is_upper = matches!(choice, Choice::Upper(_));
    let (low, high) = ends(engine, *family, cell);
    // A share of a whole is never more than the whole, nor less than nothing.
    let room = match &engine.space.variables[variable].about {
        About::Measured { measure, .. } if is_share(engine, measure) => Some(whole()),
        _ => None,
    };
    let is_in = |value: &Exact| {
        room.as_ref().is_none_or(|(least, most)| value >= least && value <= most)
            && low.as_ref().is_none_or(|(at, closed)| value > at || (*closed && value == at))
            && high.as_ref().is_none_or(|(at, closed)| value < at || (*closed && value == at))
    };
    for step in steps_of(engine, variable, *family) {
        let nearest = |at: &Exact| at.checked_div(&step).map(|count| &count.floor() * &step);
        let candidates = match (&low, &high) {
            (_, Some((at, _))) if is_upper => nearest(at).map(|below| [below.clone(), &below - &step]),
            (Some((at, _)), _) => nearest(at).map(|below| [below.clone(), &below + &step]),
            (None, Some((at, _))) => nearest(at).map(|below| [below.clone(), &below - &step]),
            (None, None) => Some([Exact::one(), Exact::zero()]),
        };
        if let Some(found) = candidates.into_iter().flatten().find(is_in) {
            return Some(found);
        }
    }
    let (low, high) = (low?.0, high?.0);
    (&low + &high).checked_div(&Exact::from(2))
}

/// Nothing and all of a whole, in per cent.
fn whole() -> (Exact, Exact) {
    (Exact::zero(), Exact::from(100))
}

/// Whether a measure without a plausible range counts per cent, and every limit that the protocols set to it lies between 0 and 100.
fn is_share(engine: &Engine<'_>, measure: &str) -> bool {
    let space = &engine.space;
    let quantities = || space.trials.iter().filter_map(|trial| trial.measures.get(measure)?.quantity());
    let counts = |quantity: &QuantityMeasure| {
        quantity.plausible.is_none() && quantity.unit.as_ref().is_some_and(|unit| unit.ucum == "%")
    };
    let (least, most) = whole();
    let limits = space.variables.iter().filter_map(|variable| match (&variable.about, &variable.kind) {
        (About::Measured { measure: name, .. }, Kind::Ordered(family)) if *name == measure => Some(*family),
        _ => None,
    });
    quantities().next().is_some()
        && quantities().all(counts)
        && limits.flat_map(|family| &space.families[family].cuts).all(|cut| cut.at >= least && cut.at <= most)
}

/// An end of a cell, and whether it belongs to it.
type End = Option<(Exact, bool)>;

/// Both ends of a cell. The plausible limits are ends only where no cut is: below all cuts the nearest to the first cut is taken.
fn ends(engine: &Engine<'_>, family: usize, cell: usize) -> (End, End) {
    let cuts = &engine.complete.cuts[family];
    let low = cell.checked_sub(1).map(|place| (cuts[place].at.clone(), !cuts[place].above));
    let high = cuts.get(cell).map(|cut| (cut.at.clone(), cut.above));
    match (low, high) {
        (None, None) => {
            let of = &engine.space.families[family];
            (of.low.clone().map(|low| (low, true)), of.high.clone().map(|high| (high, true)))
        }
        ends => ends,
    }
}

/// Distances of neighbouring values as they are reported, the usual one first.
pub(super) fn steps_of(engine: &Engine<'_>, variable: usize, family: usize) -> Vec<Exact> {
    const MOST_PLACES: i32 = 9;
    let of = &engine.space.families[family];
    if let Some(grid) = &of.grid {
        return vec![grid.clone()];
    }
    if of.unit.as_ref().is_some_and(|unit| unit.ucum == "months" || unit.ucum == "days") {
        return vec![Exact::one()];
    }
    let about = &engine.space.variables[variable];
    let declared = match &about.about {
        About::Measured { measure, .. } => engine.space.trials[about.place.side].measures.get(*measure),
        _ => None,
    };
    let declared = declared.and_then(|measure| measure.quantity()?.precision);
    let written = of.cuts.iter().filter_map(|cut| cut.at.to_decimal());
    let written = written.map(|text| Exact::decimals_of(&text)).filter(|places| *places <= 3).max();
    let written = written.map_or(0, |places| places as i32);
    // A dose is told with two figures (2,100 mg beside 2,000 mg), and no step is longer than that: 1.1 beside 1, not 2.
    let is_dose = matches!(&about.about, About::Term { term } if matches!(&term.value, Value::Dose { .. }));
    let figures = of.cuts.iter().filter_map(|cut| places_of_two_figures(&cut.at));
    let usual = match (declared, is_dose) {
        (Some(places), _) => places as i32,
        (None, true) if written == 0 => {
            let exact = of.cuts.iter().filter_map(|cut| places_written(&cut.at)).max();
            figures.max().unwrap_or(0).max(exact.unwrap_or(0))
        }
        (None, _) => figures.max().unwrap_or(0).max(written),
    };
    (usual..=usual.max(MOST_PLACES)).filter_map(|places| Exact::from(10).pow(-places)).collect()
}

/// Decimal places of the second figure: 1 of 3.5, −2 of 2,000. `None` of zero.
fn places_of_two_figures(number: &Exact) -> Option<i32> {
    const FURTHEST: i32 = 12;
    let size = number.clone().max(-number.clone());
    let reaches = |places: &i32| Exact::from(10).pow(1 - places).is_some_and(|least| size >= least);
    (-FURTHEST..=3).find(reaches)
}

/// Decimal places of the last figure that is not zero, of a whole number: −3 of 2,000. `None` of zero.
fn places_written(number: &Exact) -> Option<i32> {
    let text = number.to_decimal()?;
    let text = text.trim_start_matches('-');
    let zeros = text.len() - text.trim_end_matches('0').len();
    (zeros < text.len() && !text.contains('.')).then(|| -(zeros as i32))
}

/// A number as people write it.
pub(super) fn shown(number: &Exact) -> String {
    number.to_decimal().unwrap_or_else(|| number.to_significant(6))
}

/// `Body mass index above 35 kg/m2`: the end of a cell that has one, else as [`in_words`].
pub(super) fn limit_in_words(engine: &Engine<'_>, variable: usize, choice: Choice) -> String {
    let (Choice::Cell(cell) | Choice::Upper(cell), Kind::Ordered(family)) =
        (choice, &engine.space.variables[variable].kind)
    else {
        return in_words(engine, variable, choice);
    };
    let (low, high) = ends(engine, *family, cell);
    let is_upper = matches!(choice, Choice::Upper(_));
    let end = match (&low, &high) {
        (_, Some((at, closed))) if is_upper || low.is_none() => {
            Some((if *closed { "at most" } else { "below" }, at.clone()))
        }
        (Some((at, closed)), _) => Some((if *closed { "at least" } else { "above" }, at.clone())),
        _ => None,
    };
    match end {
        Some((word, at)) => said_of(engine, variable, choice, Some((word, at))),
        None => in_words(engine, variable, choice),
    }
}

/// `HbA1c 9.6 %`, `no stroke`, `age 66 years`.
pub(super) fn in_words(engine: &Engine<'_>, variable: usize, choice: Choice) -> String {
    said_of(engine, variable, choice, None)
}

/// `limit`: a word such as `above` and the number that is said instead of the chosen one.
fn said_of(
    engine: &Engine<'_>,
    variable: usize,
    choice: Choice,
    limit: Option<(&'static str, Exact)>,
) -> String {
    let of = &engine.space.variables[variable];
    let trial = engine.space.trials[of.place.side];
    let label = |name: &str| {
        let measure = trial.measures.get(name).map(|measure| measure.label.clone());
        measure
            .or_else(|| trial.concepts.get(name).map(|concept| concept.label.clone()))
            .unwrap_or_else(|| name.replace('_', " "))
    };
    let person = of.of.trim_end_matches(": ").rsplit("person ").next().filter(|_| of.of.contains("person "));
    let whose = person.map_or(String::new(), |person| format!("{person}: "));
    let text = match (choice, &of.kind, &of.about) {
        (Choice::Holds(holds), _, About::Occurs { finding, .. }) => {
            let no = if holds { "" } else { "no " };
            format!("{no}{}", of_finding(finding, &label(&finding.name)))
        }
        (Choice::Holds(holds), _, About::Answer { .. }) => {
            format!("{} {}", if holds { "yes to" } else { "no to" }, of.words)
        }
        (Choice::Holds(holds), ..) => format!("{}{}", if holds { "" } else { "not: " }, of.words),
        (Choice::Level(level), Kind::Coded { levels, .. }, about) => {
            let word = levels.get(level).map_or("another", String::as_str);
            match about {
                About::Measured { measure, .. } => format!("{} {word}", label(measure)),
                _ => format!("{} {word}", of.words),
            }
        }
        (choice, Kind::Ordered(family), about) => {
            let chosen = || number_in(engine, variable, choice).unwrap_or_else(Exact::zero);
            let (word, number) = limit.unwrap_or_else(|| ("", chosen()));
            let unit = engine.space.families[*family].unit.as_ref().map(|unit| unit.written.as_str());
            match about {
                About::Age { .. } | About::Duration { .. } | About::Between { .. } => {
                    format!("{}{} {}", of.words, spaced(word), in_time(&number, unit.unwrap_or_default()))
                }
                About::Measured { measure, .. } | About::Ratio { measure, .. } => {
                    format!("{}{} {}", label(measure), spaced(word), quantity(&number, unit))
                }
                _ => format!("{}{} {}", of.words, spaced(word), quantity(&number, unit)),
            }
        }
        (_, _, _) => of.words.clone(),
    };
    format!("{whose}{text}")
}

fn spaced(word: &str) -> String {
    if word.is_empty() { String::new() } else { format!(" {word}") }
}

fn quantity(number: &Exact, unit: Option<&str>) -> String {
    unit.map_or_else(|| shown(number), |unit| format!("{} {unit}", shown(number)))
}

fn in_time(number: &Exact, unit: &str) -> String {
    let count = number.to_i64().unwrap_or_default();
    match unit {
        "months" if count % 12 == 0 => format!("{} years", count / 12),
        "months" if count > 24 => format!("{} years and {} months", count / 12, count % 12),
        _ => format!("{count} {unit}"),
    }
}

fn of_finding(finding: &Finding, label: &str) -> String {
    let mut words: Vec<&str> = finding.qualifiers.iter().map(String::as_str).collect();
    words.push(label);
    words.join(" ").replace('_', " ")
}

/// A number of a fact.
fn quantity_of(number: Exact, unit: Option<UnitRef>) -> FactValue {
    FactValue::Quantity { number, unit }
}

/// Modes that ask for some day only.
fn is_some_day(mode: Mode) -> bool {
    mode != Mode::Throughout
}
