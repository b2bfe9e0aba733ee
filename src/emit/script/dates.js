// Calendar days as whole numbers, dates of which only the month or the year is known, and lengths of time.
// Calendar and elapsed time never convert into each other. A month clamps to the end of a shorter one.

const MINUTES_PER_DAY = 1440;

/** The day's number, 1 January 1970 being 0 (Gregorian throughout). */
function dayNumber(year, month, day) {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

/** Year, month and day of a day's number. */
function civil(number) {
  const z = number + 719468;
  const era = Math.floor(z / 146097);
  const dayOfEra = z - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * month + 2) / 5) + 1;
  const calendarMonth = month < 10 ? month + 3 : month - 9;
  return { year: yearOfEra + era * 400 + (calendarMonth <= 2 ? 1 : 0), month: calendarMonth, day };
}

const FIRST_DAY = dayNumber(-9999, 1, 1);
const LAST_DAY = dayNumber(9999, 12, 31);
const ANY_DAY = { earliest: FIRST_DAY, latest: LAST_DAY };

function monthLength(year, month) {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
}

const pad = (number, width) => String(number).padStart(width, "0");

function dayText(number) {
  const { year, month, day } = civil(number);
  const shown = year < 0 ? `-${pad(-year, 6)}` : pad(year, 4);
  return `${shown}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** The day, or null when it lies outside the calendar. */
const inCalendar = (number) => (number >= FIRST_DAY && number <= LAST_DAY ? number : null);
const dayBefore = (day) => Math.max(FIRST_DAY, day - 1);
const dayAfter = (day) => Math.min(LAST_DAY, day + 1);

/** Calendar months later, clamped to the end of a shorter month; null outside the calendar. */
function addMonths(number, months) {
  const { year, month, day } = civil(number);
  const index = year * 12 + (month - 1) + months;
  if (!Number.isSafeInteger(index)) return null;
  const [reachedYear, reachedMonth] = [Math.floor(index / 12), index - Math.floor(index / 12) * 12 + 1];
  if (reachedYear < -9999 || reachedYear > 9999) return null;
  return dayNumber(reachedYear, reachedMonth, Math.min(day, monthLength(reachedYear, reachedMonth)));
}

/** A day moved by a length of time; null outside the calendar. `sign` is 1 for after, -1 for before. */
function shift(day, sign, by) {
  const [[kind, size]] = Object.entries(by);
  switch (kind) {
    case "months":
      return addMonths(day, sign * size);
    case "days":
      return inCalendar(day + sign * size);
    case "minutes":
      return inCalendar(day + sign * Math.trunc(size / MINUTES_PER_DAY));
    default: {
      const reached = size.map((choice) => shift(day, sign, choice));
      if (reached.length === 0 || reached.includes(null)) return null;
      const distances = reached.map((one) => sign * (one - day));
      const wanted = kind === "longest" ? Math.max(...distances) : Math.min(...distances);
      return day + sign * wanted;
    }
  }
}

/** Part days counted as whole ones. */
function wholeDaysUp(by) {
  const [[kind, size]] = Object.entries(by);
  if (kind === "minutes") {
    const part = size % MINUTES_PER_DAY === 0 ? 0 : Math.sign(size);
    return { days: Math.trunc(size / MINUTES_PER_DAY) + part };
  }
  return kind === "longest" || kind === "shortest" ? { [kind]: size.map(wholeDaysUp) } : by;
}

// ---- dates of which perhaps only a range is known ---------------------------------------------------------------------

const exactDay = (day) => ({ earliest: day, latest: day });
const isExact = (range) => range.earliest === range.latest;
const sameRange = (a, b) => a.earliest === b.earliest && a.latest === b.latest;
const firstOf = (a, b) => ({ earliest: Math.min(a.earliest, b.earliest), latest: Math.min(a.latest, b.latest) });
const lastOf = (a, b) => ({ earliest: Math.max(a.earliest, b.earliest), latest: Math.max(a.latest, b.latest) });
const orderOfRanges = (a, b) => a.earliest - b.earliest || a.latest - b.latest;

/** Reads `2011`, `2011-06` and `2011-06-28`; null for anything else. */
function readDate(text) {
  const parts = /^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?$/.exec(text);
  if (!parts) return null;
  const [year, month, day] = parts.slice(1).map((part) => (part === undefined ? null : Number(part)));
  if (month === null) return { earliest: dayNumber(year, 1, 1), latest: dayNumber(year, 12, 31) };
  if (month < 1 || month > 12) return null;
  const length = monthLength(year, month);
  if (day === null) return { earliest: dayNumber(year, month, 1), latest: dayNumber(year, month, length) };
  return day >= 1 && day <= length ? exactDay(dayNumber(year, month, day)) : null;
}

/** As it was written where it is a day, a month or a year; else both ends, as far as there are any. */
function rangeText({ earliest, latest }) {
  if (earliest === latest) return dayText(earliest);
  if (earliest === FIRST_DAY && latest === LAST_DAY) return "some day";
  if (latest === LAST_DAY) return `${dayText(earliest)} or later`;
  if (earliest === FIRST_DAY) return `${dayText(latest)} or earlier`;
  const [from, to] = [civil(earliest), civil(latest)];
  if (from.day === 1 && from.year === to.year && to.day === monthLength(to.year, to.month)) {
    if (from.month === to.month) return `${pad(from.year, 4)}-${pad(from.month, 2)}`;
    if (from.month === 1 && to.month === 12) return pad(from.year, 4);
  }
  return `${dayText(earliest)} to ${dayText(latest)}`;
}

/** A range moved by an offset of the rules. Hours that are no whole days leave two days possible. */
function movedRange(range, offset) {
  const sign = offset.direction === "after" ? 1 : -1;
  const up = wholeDaysUp(offset.by);
  const ends = [range.earliest, range.latest].flatMap((day) => [shift(day, sign, offset.by), shift(day, sign, up)]);
  return ends.includes(null) ? null : { earliest: Math.min(...ends), latest: Math.max(...ends) };
}

/** The most calendar months that can be added to `from` without passing `to`. */
function completedMonths(from, to) {
  const [a, b] = [civil(from), civil(to)];
  const apart = (b.year - a.year) * 12 + b.month - a.month;
  const reached = addMonths(from, apart);
  return reached !== null && reached <= to ? apart : apart - 1;
}

function completedBetween(from, to, unit) {
  const days = to - from;
  switch (unit) {
    case "minute":
      return days * MINUTES_PER_DAY;
    case "hour":
      return days * 24;
    case "day":
      return days;
    case "week":
      return Math.floor(days / 7);
    case "month":
      return completedMonths(from, to);
    default:
      return Math.floor(completedMonths(from, to) / 12);
  }
}

/** Completed units from one date to another, the fewest and the most that are possible. */
function completed(from, to, unit) {
  const least = completedBetween(from.latest, to.earliest, unit);
  const most = completedBetween(from.earliest, to.latest, unit);
  if (unit !== "hour" && unit !== "minute") return [least, most];
  const perDay = unit === "hour" ? 24 : MINUTES_PER_DAY;
  return [least > 0 ? least - perDay : least, most + perDay - 1];
}

/** Days from a day to the nearer end of a window, negative outside; null when both ends are open. */
function daysInside(day, from, to) {
  const distances = [from === null ? null : day - from, to === null ? null : to - day].filter((one) => one !== null);
  return distances.length ? Math.min(...distances) : null;
}
