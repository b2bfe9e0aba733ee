//! What variables have to do with each other: only what holds of every record.

use std::collections::{BTreeMap, BTreeSet};

use super::encode::Encoder;
use super::key::Keys;
use super::space::{About, Cut, Kind, Place, Space, Variable};
use crate::model::{
    AttributeTest, Comparator, Concept, Direction, Finding, Mode, Moment, Offset, Selector, Window,
};
use crate::time::day_range;

/// What two variables have to do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Related {
    /// Where the first holds, so does the second.
    Implies(usize, usize),
    /// The first, where it is known, is the second.
    Equal(usize, usize),
    /// The first is at most the second.
    AtMost(usize, usize),
    /// One length of time, in calendar months and in days.
    Lengths { months: usize, days: usize },
}

/// Every known relation.
pub(super) fn relations(space: &Space<'_>) -> Vec<Related> {
    let extensions = Extensions::of(space);
    let mut found = Vec::new();
    occurrences(space, &extensions, &mut found);
    results(space, &mut found);
    lengths(space, &mut found);
    found
}

/// Adds every known relation to the circuit.
pub(super) fn relate(space: &Space<'_>, encoder: &mut Encoder) {
    for related in relations(space) {
        match related {
            Related::Implies(one, two) => implies(encoder, one, two),
            Related::Equal(one, two) => equal(encoder, one, two),
            Related::AtMost(one, two) => at_most(encoder, one, two),
            Related::Lengths { months, days } => same_length(space, encoder, months, days),
        }
    }
}

/// Who is known to have the one is known to have the other; who is known to be without the other is without the one.
fn implies(encoder: &mut Encoder, one: usize, two: usize) {
    let (first, second) = (encoder.values[one].clone(), encoder.values[two].clone());
    let both = [first.known, first.wires[0]];
    encoder.circuit.imply(&both, second.known);
    encoder.circuit.imply(&both, second.wires[0]);
    let neither = [second.known, !second.wires[0]];
    encoder.circuit.imply(&neither, first.known);
    encoder.circuit.imply(&neither, !first.wires[0]);
}

/// The value of the narrower window, where there is one, is that of the wider.
fn equal(encoder: &mut Encoder, narrow: usize, wide: usize) {
    let (one, two) = (encoder.values[narrow].clone(), encoder.values[wide].clone());
    encoder.circuit.imply(&[one.known], two.known);
    for (mine, theirs) in one.wires.iter().zip(&two.wires) {
        encoder.circuit.imply(&[one.known, *mine], *theirs);
        encoder.circuit.imply(&[one.known, *theirs], *mine);
    }
}

/// Where both are known: of several results some may not convert, so that the highest is not known where the latest is.
fn at_most(encoder: &mut Encoder, less: usize, more: usize) {
    let (one, two) = (encoder.values[less].clone(), encoder.values[more].clone());
    for (mine, theirs) in one.wires.iter().zip(&two.wires) {
        encoder.circuit.imply(&[one.known, two.known, *mine], *theirs);
    }
}

fn same_length(space: &Space<'_>, encoder: &mut Encoder, months: usize, days: usize) {
    let (Kind::Ordered(in_months), Kind::Ordered(in_days)) =
        (&space.variables[months].kind, &space.variables[days].kind)
    else {
        return;
    };
    let (one, two) = (encoder.values[months].clone(), encoder.values[days].clone());
    encoder.circuit.imply(&[one.known], two.known);
    encoder.circuit.imply(&[two.known], one.known);
    for (place, cut) in encoder.cuts[*in_months].clone().iter().enumerate() {
        let Some((shortest, longest)) = days_of(cut) else { continue };
        for (other, length) in encoder.cuts[*in_days].clone().iter().enumerate() {
            let Some(limit) = length.at.to_i64() else { continue };
            if shortest >= limit {
                encoder.circuit.imply(&[one.known, one.wires[place]], two.wires[other]);
            }
            if limit >= longest {
                encoder.circuit.imply(&[one.known, two.wires[other]], one.wires[place]);
            }
        }
    }
}

/// The fewest days that a length of so many months or more has, and the days from which on every length has so many: 120 and 123 for
/// four months.
pub(super) fn days_of(cut: &Cut) -> Option<(i64, i64)> {
    let by = crate::model::Duration::Months(cut.at.to_i64()?);
    let (least, most) = day_range(&Offset { direction: Direction::After, by });
    // Beyond a length of time is a day later at least.
    Some((least + i64::from(cut.above), most + i64::from(cut.above)))
}

/// What counts as a concept: its own name, its members' at any depth, and their codes.
struct Extensions<'t> {
    of: BTreeMap<(usize, &'t str), BTreeSet<String>>,
}

impl<'t> Extensions<'t> {
    fn of(space: &Space<'t>) -> Self {
        let mut found = BTreeMap::new();
        for variable in &space.variables {
            let About::Occurs { finding, .. } = &variable.about else { continue };
            for name in std::iter::once(&finding.name).chain(&finding.other_than) {
                found
                    .entry((variable.place.side, name.as_str()))
                    .or_insert_with(|| extension(space, variable.place.side, name));
            }
        }
        Self { of: found }
    }

    /// Whether everything that counts as `part` counts as `whole`.
    fn is_within(&self, part: (usize, &'t str), whole: (usize, &'t str)) -> bool {
        if part.1 == whole.1 && part.0 == whole.0 {
            return true;
        }
        match (self.of.get(&part), self.of.get(&whole)) {
            (Some(part), Some(whole)) => part.is_subset(whole),
            _ => false,
        }
    }
}

fn extension(space: &Space<'_>, side: usize, name: &str) -> BTreeSet<String> {
    let trial = space.trials[side];
    let mut found = BTreeSet::new();
    let mut waiting = vec![name];
    while let Some(name) = waiting.pop() {
        let own = match trial.concepts.get(name) {
            // Codes are listed below; the name alone means the same in both trials.
            Some(_) => name.to_owned(),
            None if space.differs(name) => format!("{name}#{side}"),
            None => name.to_owned(),
        };
        if !found.insert(own) {
            continue;
        }
        let Some(concept) = trial.concepts.get(name) else { continue };
        found.extend(codes(concept));
        waiting.extend(concept.members.iter().map(String::as_str));
    }
    found
}

fn codes(concept: &Concept) -> impl Iterator<Item = String> {
    concept
        .codes
        .iter()
        .flat_map(|(system, codes)| codes.iter().map(move |one| format!("{system}:{}", one.code)))
}

// ---- findings ----------------------------------------------------------------------------------------------

fn occurrences(space: &Space<'_>, extensions: &Extensions<'_>, found: &mut Vec<Related>) {
    let all: Vec<(usize, &Variable<'_>, &Finding, Mode, &Window)> = space
        .variables
        .iter()
        .enumerate()
        .filter_map(|(number, variable)| match &variable.about {
            About::Occurs { finding, mode, window } => Some((number, variable, *finding, *mode, *window)),
            _ => None,
        })
        .collect();
    let sets: Vec<Option<&BTreeSet<String>>> = all
        .iter()
        .map(|(_, variable, finding, ..)| extensions.of.get(&(variable.place.side, finding.name.as_str())))
        .collect();
    for (first, (narrow, one, finding, mode, window)) in all.iter().enumerate() {
        for (second, (wide, two, other, other_mode, other_window)) in all.iter().enumerate() {
            let is_part = first != second
                && match (sets[first], sets[second]) {
                    (Some(part), Some(whole)) => part.is_subset(whole),
                    _ => finding.name == other.name && one.place.side == two.place.side,
                };
            let is_within = is_part
                && one.of == two.of
                && mode_implies(*mode, *other_mode)
                && narrows((one.place.side, finding), (two.place.side, other), extensions)
                && match (mode, other_mode) {
                    // What is so on every day of a time is so on every day within it, if it has any.
                    (Mode::Throughout, Mode::Throughout) => {
                        is_inside(space, (two.place, other_window), (one.place, window))
                    }
                    _ => is_inside(space, (one.place, window), (two.place, other_window)),
                };
            if is_within {
                found.push(Related::Implies(*narrow, *wide));
            }
        }
    }
}

fn mode_implies(one: Mode, two: Mode) -> bool {
    let plain = |mode: Mode| if mode == Mode::Ever { Mode::Present } else { mode };
    let (one, two) = (plain(one), plain(two));
    one == two || (two == Mode::Present && matches!(one, Mode::Started | Mode::Ended))
}

/// Whether the qualifiers and tests of one leave no room that those of the other do not.
fn narrows<'t>(
    (side, one): (usize, &'t Finding),
    (other_side, two): (usize, &'t Finding),
    extensions: &Extensions<'t>,
) -> bool {
    two.qualifiers.iter().all(|qualifier| one.qualifiers.contains(qualifier))
        && two.other_than.iter().all(|other| {
            one.other_than.iter().any(|own| extensions.is_within((other_side, other), (side, own)))
        })
        && two.with.iter().all(|wanted| one.with.iter().any(|own| test_implies(own, wanted)))
}

fn test_implies(own: &AttributeTest, wanted: &AttributeTest) -> bool {
    match (own, wanted) {
        (
            AttributeTest::Ordinal { attribute, operator, value },
            AttributeTest::Ordinal { attribute: other, operator: wanted, value: limit },
        ) => {
            use Comparator::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
            // The least and the greatest whole number that pass.
            let ends = |operator: Comparator, value: i64| match operator {
                Less => (i64::MIN, value.saturating_sub(1)),
                AtMost => (i64::MIN, value),
                Equal => (value, value),
                AtLeast => (value, i64::MAX),
                Greater => (value.saturating_add(1), i64::MAX),
                NotEqual => (i64::MIN, i64::MAX),
            };
            let (low, high) = ends(*operator, *value);
            let (least, most) = ends(*wanted, *limit);
            let passes = match wanted {
                NotEqual => low > *limit || high < *limit || (*operator == NotEqual && value == limit),
                _ => low >= least && high <= most,
            };
            attribute == other && passes
        }
        _ => own == wanted,
    }
}

// ---- time --------------------------------------------------------------------------------------------------

/// Whether every day of one window is a day of the other, on every calendar.
fn is_inside(space: &Space<'_>, one: (Place<'_>, &Window), two: (Place<'_>, &Window)) -> bool {
    let start = match (&one.1.from, &two.1.from) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(mine), Some(theirs)) => is_not_before(space, (one.0, mine), (two.0, theirs)),
    };
    start
        && match (&one.1.to, &two.1.to) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(mine), Some(theirs)) => is_not_before(space, (two.0, theirs), (one.0, mine)),
        }
}

/// Whether `late` is on the day of `early` or later, whatever the dates: both count from one anchor.
fn is_not_before(space: &Space<'_>, late: (Place<'_>, &Moment), early: (Place<'_>, &Moment)) -> bool {
    if !is_same_anchor(space, (late.0, late.1), (early.0, early.1)) {
        return false;
    }
    let days = |moment: &Moment| moment.offset.as_ref().map_or((0, 0), day_range);
    days(late.1).0 >= days(early.1).1 || signed(late.1) == signed(early.1) || in_order(early.1, late.1)
}

fn is_same_anchor(space: &Space<'_>, one: (Place<'_>, &Moment), two: (Place<'_>, &Moment)) -> bool {
    let key = |(place, moment): (Place<'_>, &Moment)| {
        Keys { space, side: place.side, decision: place.decision }.anchor(&moment.of)
    };
    key(one) == key(two)
}

fn signed(moment: &Moment) -> Option<(Direction, String)> {
    moment.offset.as_ref().map(|offset| (offset.direction, super::key::duration(&offset.by)))
}

/// Offsets of calendar months keep their order.
fn in_order(early: &Moment, late: &Moment) -> bool {
    let months = |offset: &Option<Offset>| match offset {
        None => Some(0),
        Some(Offset { direction, by: crate::model::Duration::Months(months) }) => {
            Some(if *direction == Direction::Before { -months } else { *months })
        }
        _ => None,
    };
    months(&early.offset).zip(months(&late.offset)).is_some_and(|(early, late)| early <= late)
}

// ---- results -----------------------------------------------------------------------------------------------

/// Results of one measure in windows that lie in each other.
fn results(space: &Space<'_>, found: &mut Vec<Related>) {
    struct Result<'t> {
        number: usize,
        place: Place<'t>,
        name: String,
        select: Selector,
        window: &'t Window,
        is_ratio: bool,
    }
    let mut groups: BTreeMap<(String, String, bool), Vec<Result<'_>>> = BTreeMap::new();
    for (number, variable) in space.variables.iter().enumerate() {
        let (measure, select, window, is_ratio) = match &variable.about {
            About::Measured { measure, select, window } => (*measure, *select, *window, false),
            About::Ratio { measure, select, window, upper } => {
                let key = if *upper { "upper" } else { "lower" };
                let name = format!("{key} {measure}");
                let result =
                    Result { number, place: variable.place, name, select: *select, window, is_ratio: true };
                groups.entry((variable.of.clone(), result.name.clone(), true)).or_default().push(result);
                continue;
            }
            _ => continue,
        };
        let name = Keys { space, side: variable.place.side, decision: variable.place.decision }.name(measure);
        let derived =
            space.trials[variable.place.side].measures.get(measure).and_then(|measure| measure.quantity());
        // The leaves of a computed quantity are each chosen by themselves.
        if derived.is_some_and(|quantity| quantity.formula_of.is_some()) {
            continue;
        }
        let result = Result { number, place: variable.place, name: name.clone(), select, window, is_ratio };
        groups.entry((variable.of.clone(), name, false)).or_default().push(result);
    }
    for group in groups.values() {
        for one in group {
            for two in group {
                if one.number == two.number
                    || !is_inside(space, (one.place, one.window), (two.place, two.window))
                {
                    continue;
                }
                let same = |mine: &Option<Moment>, theirs: &Option<Moment>| match (mine, theirs) {
                    (None, None) => true,
                    (Some(mine), Some(theirs)) => {
                        is_not_before(space, (one.place, mine), (two.place, theirs))
                            && is_not_before(space, (two.place, theirs), (one.place, mine))
                    }
                    _ => false,
                };
                let is_same_value = match (one.select, two.select) {
                    (Selector::Latest, Selector::Latest) => same(&one.window.to, &two.window.to),
                    (Selector::Earliest, Selector::Earliest) => same(&one.window.from, &two.window.from),
                    _ => false,
                };
                if is_same_value {
                    found.push(Related::Equal(one.number, two.number));
                } else if !one.is_ratio {
                    found.extend(within(space, (one.number, one.select), (two.number, two.select)));
                }
            }
        }
    }
}

/// A value lies between the lowest and the highest of a window that holds it.
fn within(
    space: &Space<'_>,
    (inner, select): (usize, Selector),
    (outer, around): (usize, Selector),
) -> Option<Related> {
    let families = [inner, outer].map(|number| match space.variables[number].kind {
        Kind::Ordered(family) => Some(family),
        _ => None,
    });
    // Means are kept on a scale of their own.
    if families[0].is_none() || families[0] != families[1] {
        return None;
    }
    match (select, around) {
        (
            Selector::Latest
            | Selector::Earliest
            | Selector::Highest
            | Selector::Lowest
            | Selector::Consecutive(_),
            Selector::Highest,
        ) => Some(Related::AtMost(inner, outer)),
        (
            Selector::Latest
            | Selector::Earliest
            | Selector::Highest
            | Selector::Lowest
            | Selector::Consecutive(_),
            Selector::Lowest,
        ) => Some(Related::AtMost(outer, inner)),
        _ => None,
    }
}

// ---- lengths of time ---------------------------------------------------------------------------------------

/// Four months are 120 to 123 days.
fn lengths(space: &Space<'_>, found: &mut Vec<Related>) {
    let of = |number: usize| match (&space.variables[number].about, &space.variables[number].kind) {
        (About::Between { from, to }, Kind::Ordered(family)) => Some((*from, *to, *family)),
        _ => None,
    };
    for one in 0..space.variables.len() {
        let Some((from, to, family)) = of(one) else { continue };
        if space.families[family].unit.as_ref().is_none_or(|unit| unit.ucum != "months") {
            continue;
        }
        for two in 0..space.variables.len() {
            let Some((other_from, other_to, other)) = of(two) else { continue };
            let places = (space.variables[one].place, space.variables[two].place);
            let same = |a: &Moment, b: &Moment| {
                is_same_anchor(space, (places.0, a), (places.1, b)) && signed(a) == signed(b)
            };
            let is_days = space.families[other].unit.as_ref().is_some_and(|unit| unit.ucum == "days");
            let same_scope = space.variables[one].of == space.variables[two].of;
            if is_days && same_scope && same(from, other_from) && same(to, other_to) {
                found.push(Related::Lengths { months: one, days: two });
            }
        }
    }
}
