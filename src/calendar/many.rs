//! Many participants at once: a table of what has happened, and the visits of each.
//!
//! The dates are those of [`super::calendar`]; what needs a look at the whole network (days on which everything else can
//! still be kept) is told for one participant, not for many.

use indexmap::IndexMap;
use jiff::civil::Date;
use rayon::prelude::*;

use super::dates::{Dates, InputError};
use super::plan::Planner;
use super::settle::settled;
use super::status::{Reckoned, reckon};
use super::{ClosedDays, Status};
use crate::model::Trial;
use crate::tabular::harmless;

/// Participants that one thread works through at a time.
const CHUNK: usize = 256;

/// Participants by their key, in the order in which they are first named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People(IndexMap<String, Dates>);

impl People {
    /// Reads a table with the columns `participant`, `event` and `date`, in any order and among others. An event is one of
    /// the trial's, a visit (`d15@2` in a cycle), or `arm` with the arm's name as its date; a date may be `missed` for a
    /// visit. Empty dates are passed over: they have not happened.
    ///
    /// # Errors
    /// Each line that cannot be understood, at its place.
    pub fn read(trial: &Trial, text: &str) -> Result<Self, Vec<InputError>> {
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
        let headings = reader.headers().map_err(|error| vec![unreadable(&error, text)])?;
        let column = |name: &str| {
            let found = headings
                .iter()
                .position(|heading| heading.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name));
            found.ok_or_else(|| {
                let end = text.find('\n').unwrap_or(text.len());
                let error = InputError::new(0..end, format!("the table has no column `{name}`"));
                vec![error.help("begin the table with the line `participant,event,date`")]
            })
        };
        let [participant, event, date] = [column("participant")?, column("event")?, column("date")?];
        let (mut people, mut errors) = (IndexMap::<String, Dates>::new(), Vec::new());
        let mut record = csv::StringRecord::new();
        loop {
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    errors.push(unreadable(&error, text));
                    break;
                }
            }
            let cell = |at: usize| record.get(at).unwrap_or("");
            let (key, name, value) = (cell(participant), cell(event), cell(date));
            let start = record.position().map_or(0, |position| position.byte() as usize);
            let span = || start..text[start..].find('\n').map_or(text.len(), |end| start + end);
            // Cells stand behind each other with a comma between them; where there are blanks or quotation marks, the line is meant.
            let place = |at: usize| {
                let from = start + at + record.range(at).map_or(0, |range| range.start);
                let cell = from..from + cell(at).len();
                if text.get(cell.clone()) == record.get(at) { cell } else { span() }
            };
            if key.is_empty() || name.is_empty() {
                if !(key.is_empty() && name.is_empty() && value.is_empty()) {
                    let what = if key.is_empty() { "participant" } else { "event" };
                    errors.push(InputError::new(span(), format!("this line has no {what}")));
                }
                continue;
            }
            let dates = match people.get_mut(key) {
                Some(dates) => dates,
                None => people.entry(key.to_owned()).or_default(),
            };
            if value.is_empty() {
                continue;
            }
            if let Err(error) = dates.put(trial, (name, place(event)), (value, place(date))) {
                errors.push(error);
            }
        }
        if errors.is_empty() {
            let sorted = people.into_iter().map(|(key, dates)| (key, dates.sorted()));
            Ok(Self(sorted.collect()))
        } else {
            Err(errors)
        }
    }

    /// The dates of one participant.
    pub fn get(&self, key: &str) -> Option<&Dates> {
        self.0.get(key)
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Key and dates of each, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Dates)> {
        self.0.iter().map(|(key, dates)| (key.as_str(), dates))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every visit of every participant: one line each, under a line of headings. The columns are stable.
    pub fn to_csv(&self, trial: &Trial, as_of: Option<Date>, horizon: u32, closed: &ClosedDays) -> String {
        let parts = self.parts(trial, as_of, horizon, |key, visits, text: &mut String| {
            let key = harmless(key);
            for visit in visits {
                line(&key, visit, closed, text);
            }
        });
        let headings =
            "participant,visit,number,target,earliest,latest,status,actual,days_outside,open_day\n";
        let mut text = String::with_capacity(headings.len() + parts.iter().map(String::len).sum::<usize>());
        text.push_str(headings);
        parts.iter().for_each(|part| text.push_str(part));
        text
    }

    /// How often each visit has each status.
    pub fn counts(&self, trial: &Trial, as_of: Option<Date>, horizon: u32) -> Counts {
        let parts = self.parts(
            trial,
            as_of,
            horizon,
            |_, visits, counts: &mut IndexMap<String, [u64; STATUSES.len()]>| {
                for visit in visits {
                    let name = visit.instance.visit;
                    let of = match counts.get_mut(name) {
                        Some(of) => of,
                        None => counts.entry(name.to_owned()).or_default(),
                    };
                    of[STATUSES
                        .iter()
                        .position(|status| *status == visit.status)
                        .expect("every status is listed")] += 1;
                }
            },
        );
        let schedule = trial.schedule.iter().flat_map(|schedule| schedule.visits.keys());
        let visits = schedule.map(|name| {
            let mut sum = [0; STATUSES.len()];
            for part in parts.iter().filter_map(|part| part.get(name)) {
                sum.iter_mut().zip(part).for_each(|(sum, count)| *sum += count);
            }
            (name.clone(), sum)
        });
        Counts { participants: self.len(), visits: visits.collect() }
    }

    /// What `each` makes of every participant's visits, by chunks in their order.
    fn parts<Part: Default + Send>(
        &self,
        trial: &Trial,
        as_of: Option<Date>,
        horizon: u32,
        each: impl Fn(&str, &[Reckoned<'_>], &mut Part) + Sync,
    ) -> Vec<Part> {
        let people: Vec<(&String, &Dates)> = self.0.iter().collect();
        people
            .par_chunks(CHUNK)
            .map(|chunk| {
                let mut part = Part::default();
                for (key, dates) in chunk {
                    let dates = settled(trial, dates);
                    let mut planner = Planner::new(trial, &dates);
                    let instances = planner.instances(horizon);
                    let visits: Vec<Reckoned<'_>> =
                        instances.into_iter().map(|instance| reckon(&mut planner, instance, as_of)).collect();
                    each(key, &visits, &mut part);
                }
                part
            })
            .collect()
    }
}

/// The statuses in the order of a visit's life.
const STATUSES: [Status; 10] = [
    Status::DoneInWindow,
    Status::DoneEarly,
    Status::DoneLate,
    Status::Done,
    Status::Due,
    Status::Booked,
    Status::Planned,
    Status::Missed,
    Status::Waiting,
    Status::NotApplicable,
];

/// Statuses of the visits of many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    pub participants: usize,
    /// By visit, in the order of the schedule; statuses in the order of [`STATUSES`].
    visits: IndexMap<String, [u64; STATUSES.len()]>,
}

impl Counts {
    /// How often this visit has this status.
    pub fn of(&self, visit: &str, status: Status) -> u64 {
        let at = STATUSES.iter().position(|one| *one == status).expect("every status is listed");
        self.visits.get(visit).map_or(0, |counts| counts[at])
    }

    /// A table for a terminal; statuses that nobody has are left out.
    pub fn to_text(&self) -> String {
        let used: Vec<usize> =
            (0..STATUSES.len()).filter(|at| self.visits.values().any(|counts| counts[*at] > 0)).collect();
        let headings =
            std::iter::once("Visit".to_owned()).chain(used.iter().map(|at| STATUSES[*at].text().to_owned()));
        let mut rows: Vec<Vec<String>> = vec![headings.collect()];
        rows.extend(self.visits.iter().map(|(visit, counts)| {
            let cells =
                used.iter().map(|at| if counts[*at] == 0 { String::new() } else { counts[*at].to_string() });
            std::iter::once(visit.clone()).chain(cells).collect()
        }));
        let widths: Vec<usize> = (0..=used.len())
            .map(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0))
            .collect();
        let mut text = format!("{} participants\n\n", self.participants);
        for row in rows {
            let first = format!("{:<width$}", row[0], width = widths[0]);
            let others = row[1..].iter().zip(&widths[1..]).map(|(cell, width)| format!("  {cell:>width$}"));
            text.push_str(std::iter::once(first).chain(others).collect::<String>().trim_end());
            text.push('\n');
        }
        text
    }
}

fn line(key: &str, visit: &Reckoned<'_>, closed: &ClosedDays, text: &mut String) {
    quoted(key, text);
    text.push(',');
    text.push_str(visit.instance.visit);
    text.push(',');
    if let Some(number) = visit.number() {
        text.push_str(&number.to_string());
    }
    for date in [visit.plan.target, visit.plan.earliest, visit.plan.latest] {
        text.push(',');
        dated(date, text);
    }
    text.push(',');
    text.push_str(visit.status.text());
    text.push(',');
    dated(visit.actual, text);
    text.push(',');
    if let Some(days) = visit.days_outside {
        text.push_str(&days.to_string());
    }
    text.push(',');
    if let (Status::Planned | Status::Due, Some(first), Some(last)) =
        (visit.status, visit.plan.earliest, visit.plan.latest)
        && !closed.is_empty()
        && first <= last
    {
        dated(closed.nearest(visit.plan.target, first, last), text);
    }
    text.push('\n');
}

/// RFC 4180: in quotes where it must be.
fn quoted(cell: &str, text: &mut String) {
    if cell.contains(['"', ',', '\n', '\r']) {
        text.push('"');
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(cell);
    }
}

/// `2024-02-01`; beyond four digits of the year as jiff writes it.
fn dated(date: Option<Date>, text: &mut String) {
    let Some(date) = date else { return };
    let (year, month, day) = (date.year(), date.month(), date.day());
    if !(0..=9999).contains(&year) {
        text.push_str(&date.to_string());
        return;
    }
    let digit = |number: i16| char::from(b'0' + (number % 10) as u8);
    let (month, day) = (i16::from(month), i16::from(day));
    text.extend([
        digit(year / 1000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        '-',
        digit(month / 10),
        digit(month),
        '-',
        digit(day / 10),
        digit(day),
    ]);
}

fn unreadable(error: &csv::Error, text: &str) -> InputError {
    let start = error.position().map_or(0, |position| (position.byte() as usize).min(text.len()));
    let end = text[start..].find('\n').map_or(text.len(), |end| start + end);
    InputError::new(start..end, format!("this line of the table cannot be read: {error}"))
        .help("write `participant,event,date` in the first line and one event in each line below")
}
