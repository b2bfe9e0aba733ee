//! Results of measures, each on a day on which it is the one that is asked for.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::together::{Ask, together};
use super::{Draft, End, ends, is_share, number_in, places_of_two_figures, quantity_of, steps_of, whole};
use crate::eligibility::{Truth, record_of};
use crate::logic::space::{About, Kind};
use crate::logic::typical::Choice;
use crate::model::{
    Clause, Comparator, Fact, FactValue, MeasureKind, Origin, Rule, Selector, Term, UnitRef, Value, Window,
};
use crate::number::Exact;
use crate::time::add_days;

/// A result.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Placed {
    pub measure: String,
    pub on: Date,
    pub value: FactValue,
    pub normal: Option<(Exact, Exact)>,
}

impl Placed {
    pub fn fact(&self) -> Fact {
        Fact::Measured {
            measure: self.measure.clone(),
            value: self.value.clone(),
            on: self.on.to_string(),
            normal: self.normal.clone(),
        }
    }
}

/// Results with their days, and the unit that they are in.
type Chosen = (Vec<(Date, Exact)>, Option<UnitRef>);

/// A computed quantity that must come out between two ends.
struct Sought<'t> {
    measure: &'t str,
    select: Selector,
    window: &'t Window,
    family: usize,
    /// The ends between which it has to come out.
    room: (End, End),
    /// Where it is wanted first: within a usual step of its limit.
    near: Option<(End, End)>,
}

impl<'t> Draft<'_, 't> {
    pub(super) fn take_results(&mut self) {
        let mut sought: Vec<Sought<'t>> = Vec::new();
        let mut steady = Vec::new();
        let mut ratios = Vec::new();
        let shared = self.shared();
        for (number, variable, choice) in self.variables() {
            match (&variable.about, &variable.kind, choice) {
                (About::Measured { measure, .. }, Kind::Ordered(_), _) if shared.contains_key(measure) => {
                    let (results, unit) = &shared[measure];
                    for (on, value) in results {
                        self.put(measure, *on, quantity_of(value.clone(), unit.clone()), None);
                    }
                }
                (
                    About::Measured { measure, select, window },
                    Kind::Ordered(family),
                    Choice::Cell(cell) | Choice::Upper(cell),
                ) => {
                    if self.formula(measure).is_some() {
                        let room = ends(self.engine, *family, cell);
                        let near = (self.focus == Some(number))
                            .then(|| {
                                near_limit(&room, steps_of(self.engine, number, *family).first()?, choice)
                            })
                            .flatten();
                        sought.push(Sought { measure, select: *select, window, family: *family, room, near });
                        continue;
                    }
                    let (Some(value), Some(days)) =
                        (number_in(self.engine, number, choice), self.days(window))
                    else {
                        continue;
                    };
                    let unit = self.engine.space.families[*family].unit.clone();
                    self.put(measure, self.day_for(*select, days), quantity_of(value, unit), None);
                }
                (
                    About::Measured { measure, select, window },
                    Kind::Coded { levels, .. },
                    Choice::Level(level),
                ) => {
                    let (Some(word), Some(days)) = (levels.get(level), self.days(window)) else { continue };
                    let word = self.level(measure, word);
                    self.put(measure, self.day_for(*select, days), FactValue::Level(word), None);
                }
                (
                    About::Ratio { measure, select, window, upper },
                    Kind::Ordered(family),
                    Choice::Cell(cell) | Choice::Upper(cell),
                ) => {
                    let (Some(ratio), Some(days)) =
                        (number_in(self.engine, number, choice), self.days(window))
                    else {
                        continue;
                    };
                    let cell = ends(self.engine, *family, cell);
                    ratios.push((measure, self.day_for(*select, days), ratio, cell, *upper));
                }
                (About::Steady { term, tolerance }, Kind::Ordered(family), choice) => {
                    if let Value::Measured { measure, window, .. } = &term.value {
                        steady.push((measure.as_str(), window, self.is_steady(*family, choice, tolerance)));
                    }
                }
                (About::Term { term }, Kind::Ordered(family), choice) => {
                    if let Some(change) = number_in(self.engine, number, choice) {
                        let unit = self.engine.space.families[*family].unit.clone();
                        self.put_change(term, &change, unit.as_ref());
                    }
                }
                _ => {}
            }
        }
        // A limit of normal is found once the value is known.
        for (measure, on, ratio, cell, upper) in ratios {
            self.put_ratio(measure, on, (&ratio, &cell), upper);
        }
        for one in sought {
            self.compute(one);
        }
        for (measure, window, is_steady) in steady {
            self.put_steady(measure, window, is_steady);
        }
    }

    /// Results of measures that several questions are about, where these can be chosen so that all come out.
    fn shared(&self) -> BTreeMap<&'t str, Chosen> {
        let mut asked: BTreeMap<&'t str, (Vec<Ask>, Option<UnitRef>, bool)> = BTreeMap::new();
        for (number, variable, choice) in self.variables() {
            let (
                About::Measured { measure, select, window },
                Kind::Ordered(family),
                Choice::Cell(cell) | Choice::Upper(cell),
            ) = (&variable.about, &variable.kind, choice)
            else {
                continue;
            };
            let (Some(value), Some(days)) = (number_in(self.engine, number, choice), self.days(window))
            else {
                continue;
            };
            let (low, high) = ends(self.engine, *family, cell);
            let unit = self.engine.space.families[*family].unit.clone();
            let entry = asked.entry(*measure).or_insert_with(|| (Vec::new(), unit.clone(), true));
            entry.2 &= entry.1.as_ref().map(|one| &one.ucum) == unit.as_ref().map(|one| &one.ucum);
            entry.0.push(Ask {
                select: *select,
                days,
                on: self.day_for(*select, days),
                low,
                high,
                number: value,
                is_focus: self.focus == Some(number),
            });
        }
        let several = asked.into_iter().filter(|(measure, (asks, _, is_one_unit))| {
            asks.len() > 1 && *is_one_unit && self.formula(measure).is_none()
        });
        let chosen = several.filter_map(|(measure, (asks, unit, _))| {
            Some((measure, (together(&asks, self.range_of(measure).as_ref())?, unit)))
        });
        chosen.collect()
    }

    /// The day on which a result is the one that is meant.
    fn day_for(&self, select: Selector, (from, to): (Option<Date>, Option<Date>)) -> Date {
        match select {
            Selector::Earliest => from.or(to),
            _ => to.or(from),
        }
        .unwrap_or(self.decided)
    }

    fn put(&mut self, measure: &str, on: Date, value: FactValue, normal: Option<(Exact, Exact)>) {
        let placed = Placed { measure: measure.to_owned(), on, value, normal };
        let same_day =
            self.results.iter_mut().find(|other| other.measure == placed.measure && other.on == on);
        match same_day {
            Some(other) if other.value == placed.value => {
                if placed.normal.is_some() {
                    other.normal = placed.normal;
                }
            }
            // Another value of that day: the day before, which lies in most windows as well.
            Some(_) => {
                let before = add_days(on, -1).unwrap_or(on);
                if !self.results.iter().any(|other| other.measure == measure && other.on == before) {
                    self.results.push(Placed { on: before, ..placed });
                }
            }
            None => self.results.push(placed),
        }
    }

    /// The word of a level as the protocol spells it.
    fn level(&self, measure: &str, word: &str) -> String {
        let declared = self.trial.measures.get(measure).map(|measure| &measure.kind);
        match declared {
            Some(MeasureKind::Coded { levels, .. }) => levels
                .iter()
                .find(|level| level.value.eq_ignore_ascii_case(word))
                .map_or_else(|| word.to_owned(), |level| level.value.clone()),
            _ => word.to_owned(),
        }
    }

    fn unit_of(&self, measure: &str) -> Option<UnitRef> {
        self.trial.measures.get(measure)?.quantity()?.unit.clone()
    }

    fn formula(&self, measure: &str) -> Option<&'t Term> {
        self.trial.measures.get(measure)?.quantity()?.formula_of.as_deref()
    }

    /// What a measure can be: its plausible range; without one, a share of a whole lies between 0 and 100 %.
    fn range_of(&self, measure: &str) -> Option<(Exact, Exact)> {
        let quantity = self.trial.measures.get(measure)?.quantity()?;
        quantity.plausible.clone().or_else(|| is_share(self.engine, measure).then(whole))
    }

    /// The value that is chosen where another question is about the same measure: the protocol's own order of magnitude.
    fn asked_of(&self, measure: &str) -> Option<Exact> {
        let own = self.unit_of(measure).map(|unit| unit.ucum);
        self.variables().find_map(|(number, variable, choice)| {
            let (About::Measured { measure: name, .. }, Kind::Ordered(family)) =
                (&variable.about, &variable.kind)
            else {
                return None;
            };
            let unit = self.engine.space.families[*family].unit.as_ref().map(|unit| unit.ucum.clone());
            (*name == measure && unit == own).then(|| number_in(self.engine, number, choice)).flatten()
        })
    }

    /// A plausible value of a measure of which nothing is asked: a third of the way up the plausible range, or where that spans orders
    /// of magnitude, in the middle of them. Without a range, what is chosen for another question about it, or the middle of a whole.
    fn usual(&self, measure: &str) -> Exact {
        const WIDE: i64 = 100;
        match measure {
            "weight" => return Exact::from(70),
            "height" => return Exact::from(170),
            _ => {}
        }
        let kind = self.trial.measures.get(measure).map(|measure| &measure.kind);
        let between = match kind {
            Some(MeasureKind::Quantity(quantity)) => quantity.plausible.clone(),
            Some(MeasureKind::Score { low, high, .. }) => Some((Exact::from(*low), Exact::from(*high))),
            _ => None,
        };
        let Some((low, high)) = between else {
            let middle = if self.range_of(measure).is_some() { 50 } else { 100 };
            return self.asked_of(measure).unwrap_or_else(|| Exact::from(middle));
        };
        let wide = &low.clone().max(Exact::zero()) * &Exact::from(WIDE);
        let usual = if wide < high && high > Exact::one() {
            high.sqrt_bounds().map(|(root, _)| root)
        } else {
            (&(&low + &low) + &high).checked_div(&Exact::from(3))
        };
        let usual = usual.unwrap_or(low);
        // As people write it: two significant figures.
        usual.to_significant(2).parse().unwrap_or(usual)
    }

    /// A value that is this share of its limit of normal.
    fn put_ratio(&mut self, measure: &str, on: Date, (ratio, cell): (&Exact, &(End, End)), upper: bool) {
        let unit = self.unit_of(measure);
        let known = self.results.iter().find(|other| other.measure == measure && other.on == on);
        let known = known.and_then(|other| match &other.value {
            FactValue::Quantity { number, .. } => Some((number.clone(), other.normal.clone())),
            FactValue::Level(_) => None,
        });
        let usual = self.below(measure, self.usual(measure), ratio);
        let limit = match &known {
            // A limit as a laboratory gives it, with few figures, of which the value is a share as it is wanted.
            Some((value, _)) => {
                value.checked_div(ratio).map_or(usual, |limit| limit_near(&limit, value, cell))
            }
            None => usual,
        };
        let value = &limit * ratio;
        let normal = match (&known, upper) {
            (Some((_, Some((low, _)))), true) => (low.clone(), limit.clone()),
            (Some((_, Some((_, high)))), false) => (limit.clone(), high.clone()),
            (_, true) => (Exact::zero(), limit.clone()),
            (_, false) => (limit.clone(), &limit.clone().max(value.clone()) + &limit),
        };
        match self.results.iter_mut().find(|other| other.measure == measure && other.on == on) {
            Some(other) => other.normal = Some(normal),
            None => self.put(measure, on, quantity_of(value, unit), Some(normal)),
        }
    }

    /// This value, or as much less as it takes for so many times it to be plausible.
    fn below(&self, measure: &str, value: Exact, times: &Exact) -> Exact {
        let most = self.range_of(measure).and_then(|(_, high)| high.checked_div(times));
        match most.filter(|most| *times > Exact::one() && *most < value) {
            Some(most) => floor_to_figures(&most).unwrap_or(value),
            None => value,
        }
    }

    /// This value, moved as far as it takes for a value so much higher (or lower) to be plausible.
    fn beside(&self, measure: &str, value: Exact, by: &Exact) -> Exact {
        let Some((low, high)) = self.range_of(measure) else { return value };
        let (least, most) = (&low - by, &high - by);
        if value > most && most >= low {
            most
        } else if value < least && least <= high {
            least
        } else {
            value
        }
    }

    /// Two values whose difference is asked for.
    fn put_change(&mut self, term: &'t Term, change: &Exact, unit: Option<&UnitRef>) {
        let Value::Change { relative, measure, from, to } = &term.value else { return };
        let own = self.unit_of(measure);
        if !relative && unit.map(|unit| &unit.ucum) != own.as_ref().map(|unit| &unit.ucum) {
            return;
        }
        let (Some(first), Some(last)) = (self.day(from), self.day(to)) else { return };
        let known = self.results.iter().find(|other| other.measure == *measure && other.on == first);
        let base = match known.map(|other| &other.value) {
            Some(FactValue::Quantity { number, .. }) => number.clone(),
            _ if *relative => {
                let share = change.checked_div(&Exact::from(100)).unwrap_or_else(Exact::zero);
                self.below(measure, self.usual(measure), &(&Exact::one() + &share))
            }
            _ => self.beside(measure, self.usual(measure), change),
        };
        let share = change.checked_div(&Exact::from(100)).unwrap_or_else(Exact::zero);
        let end = if *relative { &base + &(&base * &share) } else { &base + change };
        self.put(measure, first, quantity_of(base, own.clone()), None);
        self.put(measure, last, quantity_of(end, own), None);
    }

    /// Two values in the window that are alike, or not.
    fn put_steady(&mut self, measure: &str, window: &Window, is_steady: bool) {
        let Some((Some(from), to)) = self.days(window) else { return };
        let own = self.unit_of(measure);
        let inside = |day: Date| day >= from && to.is_none_or(|to| day <= to);
        let known = self.results.iter().find(|other| other.measure == measure && inside(other.on));
        let value = match known.map(|other| &other.value) {
            Some(FactValue::Quantity { number, .. }) => number.clone(),
            _ => {
                let usual = self.usual(measure);
                self.put(
                    measure,
                    self.some_day((Some(from), to)),
                    quantity_of(usual.clone(), own.clone()),
                    None,
                );
                usual
            }
        };
        let first = match is_steady {
            true => value,
            false => value.checked_div(&Exact::from(4)).unwrap_or(value),
        };
        self.put(measure, from, quantity_of(first, own), None);
    }

    // ---- computed quantities -------------------------------------------------------------------------

    /// Values of the measures that a quantity is computed from, until it lies where it is wanted. One of them is moved, the others
    /// are as they are known or usual.
    fn compute(&mut self, sought: Sought<'t>) {
        let before = self.results.clone();
        if let Some(near) = &sought.near {
            let near = Sought { room: near.clone(), near: None, ..sought };
            self.find_parts(&near);
            if self.lies(&near) {
                return;
            }
            self.results = before;
        }
        self.find_parts(&sought);
    }

    fn find_parts(&mut self, sought: &Sought<'t>) {
        let Some(days) = self.days(sought.window) else { return };
        let on = self.day_for(sought.select, days);
        let leaves = self.leaves(sought.measure);
        let mut free = Vec::new();
        for leaf in &leaves {
            let is_there =
                self.results.iter().any(|other| other.measure == *leaf && is_within(other.on, days));
            if !is_there {
                free.push(leaf.clone());
                let usual = quantity_of(self.usual(leaf), self.unit_of(leaf));
                self.put(leaf, on, usual, None);
            }
        }
        if self.lies(sought) {
            return;
        }
        let fixed: Vec<String> = leaves.into_iter().filter(|leaf| !free.contains(leaf)).collect();
        for leaf in free.iter().chain(&fixed) {
            if self.bisect(leaf, on, sought) {
                return;
            }
        }
    }

    /// Measures at the bottom of a formula, in the order in which it names them.
    fn leaves(&self, measure: &str) -> Vec<String> {
        fn walk(term: &Term, found: &mut Vec<String>) {
            match &term.value {
                Value::Measured { measure, .. } if !found.contains(measure) => found.push(measure.clone()),
                Value::Arithmetic { left, right, .. } => {
                    [left, right].into_iter().for_each(|part| walk(part, found))
                }
                Value::Call { arguments, .. } => arguments.iter().for_each(|part| walk(part, found)),
                Value::Negative { of } => walk(of, found),
                Value::Table { rows, .. } => rows.iter().for_each(|row| walk(&row.value, found)),
                _ => {}
            }
        }
        let mut waiting = vec![measure.to_owned()];
        let (mut seen, mut found): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        while let Some(next) = waiting.pop() {
            if seen.contains(&next) {
                continue;
            }
            match self.formula(&next) {
                Some(formula) => walk(formula, &mut waiting),
                None => found.push(next.clone()),
            }
            seen.push(next);
        }
        found.sort_by_key(|name| self.trial.measures.get_index_of(name));
        found
    }

    /// Whether the computed quantity lies beyond the lower end of its cell, and below the upper.
    fn sides(&self, sought: &Sought<'t>) -> (bool, bool) {
        let (low, high) = sought.room.clone();
        let unit = self.engine.space.families[sought.family].unit.clone();
        let holds = |operator: Comparator, at: &Exact| {
            let term = |value: Value| Term { text: String::new(), value, origin: Origin::default() };
            let left = term(Value::Measured {
                measure: sought.measure.to_owned(),
                select: sought.select,
                window: sought.window.clone(),
            });
            let number =
                Value::Constant { number: at.clone(), unit: unit.clone(), number_text: String::new() };
            let rule = Rule::Compare { left, operator, right: term(number), unit: unit.clone() };
            self.is_true(&Clause { text: String::new(), rule, origin: Origin::default() })
        };
        let above = low.is_none_or(|(at, closed)| {
            holds(if closed { Comparator::AtLeast } else { Comparator::Greater }, &at)
        });
        let below = high.is_none_or(|(at, closed)| {
            holds(if closed { Comparator::AtMost } else { Comparator::Less }, &at)
        });
        (above, below)
    }

    fn lies(&self, sought: &Sought<'t>) -> bool {
        self.sides(sought) == (true, true)
    }

    fn is_true(&self, clause: &Clause) -> bool {
        let mut facts = self.so_far();
        facts.extend(self.results.iter().map(Placed::fact));
        for (_, variable, choice) in self.variables() {
            if let (About::Attribute { name: "sex" }, Choice::Level(level)) = (&variable.about, choice) {
                let value = if level == 0 { "female" } else { "male" };
                facts.push(Fact::Attribute { name: "sex".to_owned(), value: value.to_owned() });
            }
        }
        let example = self.example(facts);
        let Ok(record) = record_of(self.trial, &example) else { return false };
        self.parts().truth(clause, &record) == Truth::True
    }

    /// Moves a leaf from its value towards an end of its plausible range, only as far as the quantity needs to lie where it is
    /// wanted.
    fn bisect(&mut self, leaf: &str, on: Date, sought: &Sought<'t>) -> bool {
        const HALVINGS: usize = 16;
        let days = self.days(sought.window);
        let place = self.results.iter().position(|other| {
            other.measure == leaf && (other.on == on || days.is_some_and(|days| is_within(other.on, days)))
        });
        let Some(place) = place else { return false };
        let before = self.results[place].value.clone();
        let FactValue::Quantity { number: start, .. } = before.clone() else { return false };
        let unit = self.unit_of(leaf);
        let ranges = match self.range_of(leaf) {
            Some(range) => vec![range],
            // Near to what is usual first.
            None => vec![
                (start.checked_div(&Exact::from(4)).unwrap_or_else(Exact::one), &start * &Exact::from(4)),
                (Exact::one(), Exact::from(1000)),
            ],
        };
        let set = |draft: &mut Self, value: &Exact| {
            draft.results[place].value = quantity_of(value.clone(), unit.clone())
        };
        let is_too_low = !self.sides(sought).0;
        for end in ranges.into_iter().flat_map(|(low, high)| [high, low]) {
            set(self, &end);
            let (above, below) = self.sides(sought);
            let is_beyond = if is_too_low { above } else { below };
            if !is_beyond {
                continue;
            }
            let (mut near, mut far) = (start.clone(), end.clone());
            let mut best = (above && below).then_some(end);
            for _ in 0..HALVINGS {
                let Some(middle) = (&near + &far).checked_div(&Exact::from(2)) else { break };
                // As few figures as will do.
                let middle: Exact = middle.to_significant(4).parse().unwrap_or(middle);
                set(self, &middle);
                let (above, below) = self.sides(sought);
                if above && below {
                    best = Some(middle.clone());
                }
                if if is_too_low { above } else { below } { far = middle } else { near = middle }
            }
            if let Some(best) = best {
                set(self, &best);
                return true;
            }
        }
        self.results[place].value = before;
        false
    }
}

/// The largest number with two significant figures that is not above this one.
fn floor_to_figures(value: &Exact) -> Option<Exact> {
    let step = Exact::from(10).pow(-places_of_two_figures(value)?)?;
    value.checked_div(&step).map(|count| &count.floor() * &step)
}

/// The ends within a step of the limit of a cell at which somebody is just in or just out.
fn near_limit((low, high): &(End, End), step: &Exact, choice: Choice) -> Option<(End, End)> {
    match (low, high) {
        (Some((at, closed)), _) if matches!(choice, Choice::Cell(_)) => {
            Some((Some((at.clone(), *closed)), Some((at + step, true))))
        }
        (_, Some((at, closed))) => Some((Some((at - step, true)), Some((at.clone(), *closed)))),
        _ => None,
    }
}

/// The limit nearest to this one that has few decimals, and of which the value is a share in the cell.
fn limit_near(limit: &Exact, value: &Exact, (low, high): &(End, End)) -> Exact {
    if limit.to_decimal().is_some() {
        return limit.clone();
    }
    let fits = |limit: &Exact| {
        value.checked_div(limit).is_some_and(|share| {
            low.as_ref().is_none_or(|(at, closed)| share > *at || (*closed && share == *at))
                && high.as_ref().is_none_or(|(at, closed)| share < *at || (*closed && share == *at))
        })
    };
    // Two decimals are usual.
    let candidates =
        [2, 3, 4, 5, 6].into_iter().filter_map(|places| Exact::from(10).pow(-places)).flat_map(|step| {
            let below = limit.checked_div(&step).map(|count| &count.floor() * &step);
            let above = below.as_ref().map(|below| below + &step);
            [below, above]
        });
    let found = candidates.flatten().find(fits);
    found.unwrap_or_else(|| limit.to_significant(6).parse().unwrap_or_else(|_| limit.clone()))
}

fn is_within(day: Date, (from, to): (Option<Date>, Option<Date>)) -> bool {
    from.is_none_or(|from| day >= from) && to.is_none_or(|to| day <= to)
}
