//! One person of the tables as a record, as `trialc screen` reads them: the way by which people are screened of whom the
//! tables alone cannot say all.

use jiff::civil::Date;

use super::tables::{
    Day, Days, Happening, List, Naming, Period, Population, ResultRow, ResultValue, WhyUnknown,
};
use crate::eligibility::record::{Coverage, Entry, Measurement, PersonFacts, RecordedValue};
use crate::eligibility::{Record, recorded};
use crate::time::{DateRange, add_days};

impl Population {
    /// Everything that is known of a person, by the place in `people`.
    pub fn record(&self, person: usize) -> Record {
        let subject = &self.people[person];
        let mut record = Record {
            person: PersonFacts {
                id: Some(subject.id.to_string()),
                sex: subject.sex,
                born: subject.born.map(range_of),
                ..PersonFacts::default()
            },
            measurements: self.results.of(person).iter().map(|row| self.measurement(&row)).collect(),
            coverage: self.periods.of(person).iter().map(|period| self.coverage_of(*period)).collect(),
            ..Record::default()
        };
        for happening in self.happenings.of(person) {
            let list = match self.namings[usize::from(happening.naming)].list {
                List::Findings => &mut record.findings,
                List::Exposures => &mut record.exposures,
                List::Procedures => &mut record.procedures,
                List::Events => &mut record.events,
            };
            list.push(entry(&self.namings[usize::from(happening.naming)], happening));
        }
        if let Some(more) = u32::try_from(person).ok().and_then(|person| self.beyond.get(&person)) {
            record.add(more.clone());
        }
        record.add(self.everybody.clone());
        record
    }

    fn measurement(&self, row: &ResultRow) -> Measurement {
        let unknown = |why: WhyUnknown| RecordedValue::Unknown(Some(why.in_words().to_owned()));
        // A double that is no number is a result of which the number is not known.
        let number = |value: f64, of: fn(crate::number::Exact) -> RecordedValue| {
            recorded(value).map_or_else(|| unknown(WhyUnknown::NotReadable), of)
        };
        Measurement {
            measure: self.measures[usize::from(row.measure)].clone(),
            codes: Vec::new(),
            value: match row.value {
                ResultValue::Number(value) => number(value, RecordedValue::Number),
                ResultValue::Below(value) => number(value, RecordedValue::Below),
                ResultValue::Above(value) => number(value, RecordedValue::Above),
                ResultValue::Level(level) => RecordedValue::Level(self.levels[usize::from(level)].clone()),
                ResultValue::Unknown(why) => unknown(why),
            },
            unit: row.unit.map(|unit| self.units[usize::from(unit)].clone()),
            on: range_of(row.on),
            low: recorded(row.low),
            high: recorded(row.high),
            state: None,
            specimen: None,
            source: None,
        }
    }

    fn coverage_of(&self, period: Period) -> Coverage {
        let end = |day: Day, open: Day| (day != open).then(|| DateRange::exactly(date_of(day)));
        Coverage {
            of: self.covered[usize::from(period.of)].clone(),
            from: end(period.from, Day::MIN),
            to: end(period.to, Day::MAX),
        }
    }
}

/// A row of a table as an entry of a record.
pub(super) fn entry(naming: &Naming, happening: &Happening) -> Entry {
    let mut names = naming.certain.iter().cloned();
    let unsure = match naming.list {
        List::Exposures => "it was ordered or dispensed; taking is not recorded",
        List::Findings | List::Procedures | List::Events => "it is recorded as provisional",
    };
    let (on, from, to) = match (happening.start, happening.end) {
        (start, end) if start == end => (Some(start), None, None),
        (start, Days::NEVER) => (None, Some(start), None),
        (start, end) => (None, Some(start).filter(|start| *start != Days::ANY), Some(end)),
    };
    Entry {
        name: names.next().unwrap_or_default(),
        also: names.collect(),
        perhaps: naming.perhaps.clone(),
        other_than: naming.other_than.clone(),
        unsure: happening.is_unsure.then(|| unsure.to_owned()),
        on: on.map(range_of),
        from: from.map(range_of),
        to: to.map(range_of),
        ..Entry::default()
    }
}

/// A day on the calendar; before and after all of its days stand its ends.
pub(super) fn date_of(day: Day) -> Date {
    let end = if day < 0 { Date::MIN } else { Date::MAX };
    add_days(jiff::civil::date(1970, 1, 1), day.into()).unwrap_or(end)
}

fn range_of(days: Days) -> DateRange {
    DateRange { earliest: date_of(days.earliest), latest: date_of(days.latest) }
}
