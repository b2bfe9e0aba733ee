// A record made ready for questions: its names in those of the rules, its dates as ranges, its silence as silence.

const NEVER_ENDS = { earliest: LAST_DAY, latest: LAST_DAY };

const rangeOf = (text) => (text === undefined || text === null ? null : readDate(text));

class Person {
  constructor(record, words, asOf) {
    this.facts = record.person ?? {};
    this.born = rangeOf(this.facts.born);
    this.answers = record.answers ?? {};
    this.results = new Map();
    this.entries = [];
    this.covers = [];
    this.others = new Map();
    /** What the record says in words that the rules do not know. */
    this.unused = [];
    for (const measurement of record.measurements ?? []) this.addResult(measurement, words);
    const born = this.born ? this.born.earliest : FIRST_DAY;
    const knownBy = record.recorded ? readDate(record.recorded).earliest : (asOf ?? LAST_DAY);
    const lifetime = { earliest: born, latest: Math.max(knownBy, born) };
    const domains = {
      findings: ["condition"],
      exposures: ["drug", "drug_class"],
      procedures: ["procedure"],
      events: [],
    };
    for (const list of LISTS) {
      for (const entry of record[list] ?? []) this.addEntry(entry, words, lifetime, domains[list]);
    }
    this.addAbsences(record, words);
    for (const [name, other] of Object.entries(record.persons ?? {})) {
      const person = new Person(other, words, asOf);
      this.unused.push(...person.unused.map((one) => `${name}: ${one}`));
      this.others.set(name, person);
    }
  }

  addResult(measurement, words) {
    const names = new Set();
    for (const written of [measurement.measure, ...(measurement.codes ?? [])]) {
      const name = words.findMeasure(written);
      if (name !== undefined) names.add(name);
    }
    if (names.size === 0) this.unused.push(measurement.measure);
    const result = {
      value: readValue(measurement.value),
      unit: measurement.unit ?? null,
      on: rangeOf(measurement.on) ?? ANY_DAY,
      low: recordedNumber(measurement.low),
      high: recordedNumber(measurement.high),
      state: measurement.state ?? null,
      specimen: measurement.specimen ?? null,
      source: measurement.source ?? null,
    };
    for (const name of names) gather(this.results, name, result);
  }

  addEntry(entry, words, lifetime, domains) {
    const codes = [...(entry.code === undefined || entry.code === null ? [] : [entry.code]), ...(entry.codes ?? [])];
    const written = entry.name ?? "";
    const named = (list) => [...new Set(list.map((one) => words.findThing(one)).filter((name) => name !== undefined))];
    const names = named([written, ...(entry.also ?? [])]);
    // Names that it may have: what was recorded is broader, or its code is not listed and its words speak of these.
    let perhaps = named(entry.perhaps ?? []).filter((name) => !names.includes(name));
    const otherThan = named(entry.other_than ?? []);
    const isDrug = (name) => ["drug", "drug_class"].includes(words.domains.get(name));
    for (const name of codes.flatMap((code) => words.findCode(code))) {
      // An allergy's code may be that of the drug: a finding is never the taking of one.
      const isAllergy = domains[0] === "condition" && isDrug(name);
      if (!isAllergy && !names.includes(name)) names.push(name);
    }
    if (names.length === 0 && perhaps.length === 0) {
      const text = entry.text ?? null;
      const isNamed = written !== "" || (entry.also ?? []).length > 0 || (entry.perhaps ?? []).length > 0;
      if (text !== null) perhaps = words.mentioned(text);
      // It is recorded that something was, not what.
      else if (!isNamed && codes.length === 0) perhaps = [...words.below.keys()];
      perhaps = perhaps.filter((name) => domains.includes(words.domains.get(name)));
      if (perhaps.length === 0) {
        this.unused.push(written || codes[0] || text || (entry.also ?? [])[0] || (entry.perhaps ?? [])[0] || "");
        return;
      }
    }
    this.entries.push({ entry, codes, names, perhaps, otherThan, ...this.extent(entry, lifetime) });
  }

  /** The days on which an entry can have begun and ended. */
  extent(entry, lifetime) {
    // Nobody began anything before birth.
    const on = rangeOf(entry.on);
    if (on) return { start: on, end: on, isOngoing: false };
    const [from, to] = [rangeOf(entry.from), rangeOf(entry.to)];
    if (from && to) {
      if (from.earliest > to.latest) return { start: lifetime, end: lifetime, isOngoing: false };
      const start = { earliest: from.earliest, latest: Math.min(from.latest, to.latest) };
      return { start, end: { earliest: Math.max(to.earliest, from.earliest), latest: to.latest }, isOngoing: false };
    }
    if (from) return { start: from, end: NEVER_ENDS, isOngoing: true };
    if (to) {
      const start = { earliest: Math.min(lifetime.earliest, to.earliest), latest: to.latest };
      return { start, end: to, isOngoing: false };
    }
    return { start: lifetime, end: { earliest: lifetime.earliest, latest: LAST_DAY }, isOngoing: false };
  }

  addAbsences(record, words) {
    const period = ({ from, to }) => ({
      from: rangeOf(from)?.latest ?? FIRST_DAY,
      to: rangeOf(to)?.earliest ?? LAST_DAY,
    });
    for (const absence of record.absences ?? []) {
      const names = words.findAbsent(absence.name);
      if (names.length === 0) this.unused.push(absence.name);
      for (const name of names) this.covers.push({ name, isAbsence: true, ...period(absence) });
    }
    const domains = {
      conditions: ["condition"],
      drugs: ["drug", "drug_class"],
      procedures: ["procedure"],
      events: ["event"],
    };
    for (const coverage of record.coverage ?? []) {
      if (Object.hasOwn(domains, coverage.of)) {
        for (const domain of domains[coverage.of]) this.covers.push({ domain, isAbsence: false, ...period(coverage) });
        continue;
      }
      const name = words.findThing(coverage.of);
      if (name === undefined) this.unused.push(coverage.of);
      else this.covers.push({ name, isAbsence: false, ...period(coverage) });
    }
  }

  resultsOf(measure) {
    return this.results.get(measure) ?? [];
  }

  /** Entries under exactly this name that are certain. */
  named(name) {
    return this.entries.filter(({ names, entry }) => names.includes(name) && (entry.unsure ?? null) === null);
  }

  /** Whether an occurrence on any of these days would be in the record. An open list is covered by its own name only. */
  isCovered(name, isOpen, words, from, to) {
    const first = Math.max(from, this.born ? this.born.earliest : FIRST_DAY);
    const speaks = (cover) =>
      cover.name !== undefined ? words.isA(name, cover.name) : !isOpen && words.domains.get(name) === cover.domain;
    return fills(
      this.covers.filter(speaks).map((cover) => [cover.from, cover.to]),
      first,
      to,
    );
  }

  absencesOf(name, words) {
    return this.covers.filter((cover) => cover.isAbsence && cover.name !== undefined && words.isA(name, cover.name));
  }

  /** Whether somebody said that this never happened on any day of an entry that says it did. */
  isDenied(name, words, entry) {
    return this.absencesOf(name, words).some(
      (cover) => entry.start.latest <= cover.to && entry.end.earliest >= cover.from,
    );
  }

  /** Whether somebody said that this never happens, without a period. */
  isDeniedForGood(name, words) {
    return this.absencesOf(name, words).some((cover) => cover.from === FIRST_DAY && cover.to === LAST_DAY);
  }

  /** The last day up to which it is known that there was nothing, from `from` on; null where none is. */
  knownUntil(name, words, from) {
    const about = this.covers.filter((cover) => cover.name !== undefined && words.isA(name, cover.name));
    const ends = about.filter((cover) => cover.from <= from && cover.to >= from && cover.to !== LAST_DAY);
    return ends.length ? Math.max(...ends.map((cover) => cover.to)) : null;
  }
}

/** Whether the intervals leave no day out between `from` and `to`. */
function fills(intervals, from, to) {
  const sorted = intervals.filter(([start, end]) => start <= end).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let next = from;
  for (const [start, end] of sorted) {
    if (start > next) return false;
    if (end >= to) return true;
    next = Math.max(next, dayAfter(end));
  }
  return false;
}
