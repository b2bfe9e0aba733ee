//! A calendar for other calendars: iCalendar (RFC 5545), one all-day event for each visit.
//!
//! The file holds no personal data: what tells participants apart is a key of the caller's choice, which is a part
//! of every UID. A visit keeps its UID when dates move, and SEQUENCE grows with the version of the protocol, so
//! that importing the file again replaces the events. There is no clock: DTSTAMP is the day of the calendar.

use jiff::civil::Date;

use super::{Calendar, Status, VisitEntry};

/// Longest line in octets, without its end (RFC 5545 section 3.1).
const LINE: usize = 75;

impl Calendar {
    /// Visits that are planned, due or booked as tentative events over their windows, visits that took place as
    /// confirmed events on their day. Visits without dates, missed visits and those of other arms are left out.
    /// `key` tells participants apart and should not identify anybody.
    pub fn to_ics(&self, key: &str) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: &str| text.push_str(&folded(&format!("{name}:{value}")));
        line("BEGIN", "VCALENDAR");
        line("VERSION", "2.0");
        line("PRODID", "-//trialc//visit calendar//EN");
        line("CALSCALE", "GREGORIAN");
        let stamp = self.as_of.map_or_else(|| "19700101".to_owned(), compact);
        let sequence = self.version.as_deref().map_or(0, sequence).to_string();
        for visit in &self.visits {
            let Some((first, last, status)) = days(visit) else { continue };
            let Ok(after) = last.tomorrow() else { continue };
            let number = visit.number.map(|number| format!("-{number}")).unwrap_or_default();
            line("BEGIN", "VEVENT");
            line("UID", &escaped(&format!("{}-{}{number}-{key}@trialc", self.trial, visit.name)));
            line("DTSTAMP", &format!("{stamp}T000000Z"));
            line("SEQUENCE", &sequence);
            line("DTSTART;VALUE=DATE", &compact(first));
            line("DTEND;VALUE=DATE", &compact(after));
            line("SUMMARY", &escaped(&summary(visit)));
            line("DESCRIPTION", &escaped(&description(visit)));
            line("STATUS", status);
            line("TRANSP", "TRANSPARENT");
            line("END", "VEVENT");
        }
        line("END", "VCALENDAR");
        text
    }
}

/// First and last day of the event, and whether it is certain.
fn days(visit: &VisitEntry) -> Option<(Date, Date, &'static str)> {
    match visit.status {
        Status::Planned | Status::Due => {
            Some((visit.earliest?, visit.latest?, "TENTATIVE")).filter(|(a, b, _)| a <= b)
        }
        Status::Booked => Some((visit.actual?, visit.actual?, "TENTATIVE")),
        status if status.is_done() => Some((visit.actual?, visit.actual?, "CONFIRMED")),
        _ => None,
    }
}

fn summary(visit: &VisitEntry) -> String {
    let target = match (visit.status, visit.target) {
        (Status::Planned | Status::Due, Some(target)) if visit.earliest != visit.latest => {
            format!(", target {target}")
        }
        _ => String::new(),
    };
    format!("{}{target}", visit.title())
}

fn description(visit: &VisitEntry) -> String {
    let day = visit.day.map(|day| format!("day {day}"));
    let open = visit.open_day.map(|day| format!("open on {day}"));
    let parts =
        [Some(visit.timing.clone()), day, open, Some(visit.contact.clone()), Some(visit.status_text())];
    parts.into_iter().flatten().chain(visit.remarks()).collect::<Vec<_>>().join("; ")
}

/// 2.1 comes to 2001, so that a later version has a larger number.
fn sequence(version: &str) -> u64 {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let mut next = || numbers.next().and_then(|part| part.parse::<u64>().ok()).unwrap_or(0);
    next().min(1_000_000) * 1000 + next().min(999)
}

fn compact(day: Date) -> String {
    day.to_string().replace('-', "")
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n").replace('\r', "")
}

/// Broken into lines of at most 75 octets, never inside a character; each further line begins with a blank.
fn folded(line: &str) -> String {
    let mut text = String::new();
    let mut width = 0;
    for character in line.chars() {
        if width + character.len_utf8() > LINE {
            text.push_str("\r\n ");
            width = 1;
        }
        text.push(character);
        width += character.len_utf8();
    }
    text.push_str("\r\n");
    text
}
