#!/usr/bin/env bash
# Calendars of participants as iCalendar, judged by icalendar and vobject (Python), each of which misses what the other
# finds. Usage: tests/oracles/ics.sh FOLDER, with one folder of outputs for each study in it. The calendars are made here,
# by the program in TRIALC or target/release/trialc.
source "$(dirname "$0")/_tools.sh"
built=${1:?"the folder of what was built"}
trialc=${TRIALC:-target/release/trialc}
[ -x "$trialc" ] || { echo "ics: there is no program $trialc; set TRIALC" >&2; exit 1; }
[ -d "$built" ] || { echo "ics: there is no folder $built" >&2; exit 1; }

python=$(python_tools ics-python python3 icalendar==7.3.0 vobject==0.9.9)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "ics: $*" >&2; exit 1; }

cat >"$work/judge.py" <<'PY'
"""Reads one calendar with both libraries and holds its events to RFC 5545: all-day, a UID each, no rule, no person."""
import datetime
import sys

import icalendar
import vobject

path = sys.argv[1]
raw = open(path, "rb").read()
assert raw.endswith(b"END:VCALENDAR\r\n"), "lines end with CR LF"
for line in raw.split(b"\r\n"):
    assert len(line) <= 75, f"a line of {len(line)} octets"
    assert b"\n" not in line, "a bare line feed"

calendar = icalendar.Calendar.from_ical(raw)
assert not calendar.errors, calendar.errors
assert calendar["VERSION"] == "2.0" and calendar["PRODID"]
events = [part for part in calendar.walk("VEVENT")]
assert events, "no events"
for event in events:
    assert not event.errors, event.errors
    for name in ("UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "STATUS"):
        assert name in event, f"{name} is missing"
    for name in ("RRULE", "ATTENDEE", "ORGANIZER", "CONTACT"):
        assert name not in event, f"{name} has no place here"
    start, end = event.decoded("DTSTART"), event.decoded("DTEND")
    assert type(start) is datetime.date and type(end) is datetime.date, "an all-day event has dates"
    assert start < end, "the end is exclusive and later"
    assert event.decoded("DTSTAMP").tzinfo is not None, "DTSTAMP is in UTC"
    assert event["STATUS"] in ("TENTATIVE", "CONFIRMED")
    int(event["SEQUENCE"])
uids = [str(event["UID"]) for event in events]
assert len(set(uids)) == len(uids), "a UID twice"

component = vobject.readOne(raw.decode("utf-8"))
component.validate(raiseException=True)
again = sorted(event.uid.value for event in component.vevent_list)
assert again == sorted(uids), "the two libraries read different events"
for uid in sorted(uids):
    print(uid)
PY

judged=0
judge() { "$python/python" "$work/judge.py" "$1" >"$work/said" 2>&1; }
plan() { # study, file, dates…
  "$trialc" calendar "protocols/$1/trial.trial" "${@:3}" --as-of 2026-09-01 --format ics --key 0001 >"$2" || true
  judge "$2" || { cat "$work/said" >&2; fail "$1: the calendar is refused"; }
  judged=$((judged + 1))
}
plan crossover "$work/crossover.ics" consent=2026-07-01 randomization=2026-07-15 first_dose=2026-07-15 period_1_start=2026-07-15
cp "$work/said" "$work/uids"
plan oncology "$work/oncology.ics" consent=2026-07-01 randomization=2026-07-15 first_dose=2026-07-16 c_d1=2026-07-16

# UIDs stay when dates move.
plan crossover "$work/later.ics" consent=2026-07-01 randomization=2026-07-20 first_dose=2026-07-20 period_1_start=2026-07-21
diff "$work/said" "$work/uids" >&2 || fail "the UIDs of moved visits have changed"

# Each rule can be broken: a judge that takes any of these judges nothing.
broken=0
refused() { # name, sed expression, option of sed
  sed ${3:-} "$2" "$work/crossover.ics" >"$work/broken.ics"
  ! cmp -s "$work/crossover.ics" "$work/broken.ics" || fail "the copy for '$1' is not broken"
  ! judge "$work/broken.ics" || fail "taken: $1"
  broken=$((broken + 1))
}
refused "a day that is none" '0,/^DTSTART;VALUE=DATE:........./s//DTSTART;VALUE=DATE:20260231\r/'
refused "an event without a UID" '0,/^UID:/{/^UID:/d}'
refused "two events with one UID" 's/\(BEGIN:VEVENT.*END:VEVENT\r\n\)/\1\1/' -z
refused "an event that is not closed" '0,/^END:VEVENT/{/^END:VEVENT/d}'
refused "a repeating event" '0,/^STATUS:/s//RRULE:FREQ=DAILY\r\nSTATUS:/'
refused "an event with an attendee" '0,/^STATUS:/s//ATTENDEE:mailto:someone@example.org\r\nSTATUS:/'
refused "an event at a time of the day" '0,/^DTSTART;VALUE=DATE:\([0-9]*\)/s//DTSTART:\1T090000Z/'
refused "lines that end as on Unix" 's/\r$//'
echo "ics: $judged calendars taken, $broken broken ones refused"
