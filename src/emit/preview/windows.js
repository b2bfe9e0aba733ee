// Windows of visits from days on which something took place: the meaning of `calendar::actual_window`.

const isNothing = (by) => ["days", "months", "minutes"].some((unit) => by[unit] === 0);
const moveBy = (day, { direction, by }) => (day === null ? null : shift(day, direction === "before" ? -1 : 1, by));
const anchorOf = ({ timing }) => timing.moment ?? timing.anchor;
const sameMoment = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Whether a visit takes place in the cycle of this number. */
function hasCycle({ cycles }, number) {
  return (
    cycles === null ||
    cycles.some(({ first, last, step }) => number >= first && (last === null || number <= last) && (number - first) % Math.max(step, 1) === 0)
  );
}

/** A day that is not there: of an event, of a visit, of `d1 of cycle 2`. */
const NO_DAY = Symbol("no day");

class Windows {
  constructor(book) {
    this.book = book;
    this.plans = new Map(book.visits.map(({ name, plan }) => [name, plan]));
    this.repeating = new Map();
  }

  /** The days of events, those that are one of several with them once that cannot change any more. */
  settled({ events, visits }) {
    const known = new Map(events);
    const dayOf = (moment) => {
      const { of } = moment;
      let day;
      if (of.anchor === "event") day = known.get(of.name);
      else if (of.anchor === "visit") day = [...(visits.get(of.name) ?? [])].sort(([a], [b]) => a - b)[0]?.[1];
      if (day === undefined) return null;
      return moment.offset ? moveBy(day, moment.offset) : day;
    };
    const dateOf = ({ first, of }) => {
      const days = of.map((moment) => ({ day: dayOf(moment), isCounted: Boolean(moment.offset) }));
      const there = days.filter(({ day }) => day !== null);
      if (!first) return there.length === days.length && days.length > 0 ? Math.max(...days.map(({ day }) => day)) : null;
      if (there.length === 0) return null;
      const [{ day, isCounted }] = there.sort((a, b) => a.day - b.day || a.isCounted - b.isCounted);
      return !isCounted || there.length === days.length ? day : null;
    };
    for (let found = true; found; ) {
      found = false;
      for (const [name, oneOf] of this.book.one_of) {
        if (known.has(name)) continue;
        const day = dateOf(oneOf);
        if (day === null) continue;
        known.set(name, day);
        found = true;
        break;
      }
    }
    return known;
  }

  /** First and last day of a visit, `{ waitsFor }`, or null where the schedule leaves no day. */
  of(person, visit, number) {
    const planned = new Planned(this.plans, this.settled(person), person.visits);
    const window = planned.window(visit, number);
    return window === NO_DAY ? { waitsFor: planned.awaited(visit, number) } : window;
  }
}

/** One participant's windows. */
class Planned {
  constructor(plans, events, visits) {
    Object.assign(this, { plans, events, visits });
  }

  held(visit, number) {
    return this.visits.get(visit)?.get(number);
  }

  window(visit, number) {
    const plan = this.plans.get(visit);
    const base = this.base(plan, visit, number);
    if (base === NO_DAY) return NO_DAY;
    const { day, cycles } = base;
    const away = (offset) => joined(cycles, offset).reduce(moveBy, day);
    const { timing } = plan;
    let [earliest, latest] = [null, null];
    if (timing.timing === "target") {
      const target = away(timing.offset);
      earliest = moveBy(target, { direction: "before", by: timing.early });
      latest = moveBy(target, { direction: "after", by: timing.late });
    } else if (timing.timing === "range") {
      [earliest, latest] = [away(timing.from), away(timing.to)];
      if (earliest !== null && latest !== null && earliest > latest) [earliest, latest] = [latest, earliest];
    } else {
      earliest = latest = away({ direction: "after", by: { days: 0 } });
    }
    if (earliest === null || latest === null) return NO_DAY;
    for (const { anchor, low, high } of plan.constraints) {
      const from = this.moment(anchor, visit, number);
      if (from === NO_DAY) continue;
      const [first, last] = [low, high].map((offset) => (offset ? moveBy(from, offset) : null));
      if (first !== null) earliest = Math.max(earliest, first);
      if (last !== null) latest = Math.min(latest, last);
    }
    return earliest <= latest ? { earliest, latest } : null;
  }

  /** The day that a visit counts from, and the time of the cycles in between. */
  base(plan, visit, number) {
    const { repeat } = plan;
    if (repeat !== null && !this.isInCycle(anchorOf(plan), repeat)) return this.cycleStart(plan, visit, number);
    const day = this.moment(anchorOf(plan), visit, number);
    return day === NO_DAY ? NO_DAY : { day, cycles: null };
  }

  isInCycle({ of }, { cycle }) {
    return of.anchor === "visit" && this.plans.get(of.name)?.repeat?.cycle === cycle;
  }

  /** The visit on day 1 of the cycle of this number, for visits that count from the same anchor. */
  dayOne(plan, number) {
    for (const [name, other] of this.plans) {
      if (other.repeat?.cycle !== plan.repeat.cycle || !sameMoment(anchorOf(other), anchorOf(plan))) continue;
      const { timing } = other;
      const isOnAnchor = timing.timing === "on_event" || (timing.timing === "target" && isNothing(timing.offset.by));
      if (isOnAnchor && hasCycle(other, number)) return name;
    }
    return null;
  }

  begun(plan, number) {
    const first = this.dayOne(plan, number);
    return first === null ? undefined : this.held(first, number);
  }

  /** Day 1 of the cycle: the actual one, or that of the cycle before and a cycle's length. */
  cycleStart(plan, visit, number) {
    const isItself = this.dayOne(plan, number) === visit;
    const anchor = this.moment(anchorOf(plan), null, 1);
    const begunFirst = this.begun(plan, 1);
    const isOwnFirst = isItself && number === 1;
    const first = anchor === NO_DAY && !isOwnFirst && begunFirst !== undefined ? begunFirst : anchor;
    if (number === 1) return first === NO_DAY ? NO_DAY : { day: first, cycles: null };
    if (!isItself) {
      const actual = this.begun(plan, number);
      if (actual !== undefined) return { day: actual, cycles: null };
    }
    let [earlier, from] = [1, first];
    for (let known = number - 1; known >= 1; known -= 1) {
      const day = this.begun(plan, known);
      if (day === undefined) continue;
      [earlier, from] = [known, day];
      break;
    }
    if (from === NO_DAY) return NO_DAY;
    const awaited = isItself ? number - 1 : number;
    const name = this.dayOne(plan, awaited);
    if (name !== null && this.held(name, awaited) === undefined) return NO_DAY;
    return { day: from, cycles: times(plan.repeat.every, number - earlier) };
  }

  /** The visit that an anchor means: of the same cycle, where both are in it; else the last that took place. */
  sameCycle(visit, number, name) {
    const cycle = (of) => this.plans.get(of)?.repeat?.cycle;
    if (cycle(name) === undefined) return 1;
    if (visit !== null && cycle(visit) === cycle(name)) return number;
    const held = [...(this.visits.get(name)?.keys() ?? [])];
    return held.length > 0 ? Math.max(...held) : 1;
  }

  moment(moment, visit, number) {
    const day = this.anchor(moment.of, visit, number);
    if (day === NO_DAY || !moment.offset) return day;
    return moveBy(day, moment.offset) ?? NO_DAY;
  }

  anchor({ anchor, name, occurrence }, visit, number) {
    if (anchor === "visit") return this.held(name, visit === null ? 1 : this.sameCycle(visit, number, name)) ?? NO_DAY;
    if (anchor !== "event") return NO_DAY;
    // Of an event that repeats, the forms tell the first day only; a later one may still come.
    const isTold = ["once", "first"].includes(occurrence) || (["any", "each"].includes(occurrence) && number === 1);
    return isTold ? (this.events.get(name) ?? NO_DAY) : NO_DAY;
  }

  /** What a visit counts from, which has no day. */
  awaited(visit, number) {
    const plan = this.plans.get(visit);
    const { of } = anchorOf(plan);
    if (plan.repeat !== null && number > 1 && !this.isInCycle(anchorOf(plan), plan.repeat)) {
      const before = this.dayOne(plan, number) === visit ? number - 1 : number;
      const first = this.dayOne(plan, before);
      if (first !== null && this.held(first, before) === undefined) return `${first} of cycle ${before}`;
    }
    if (of.anchor === "event") return of.occurrence === "last" && this.events.has(of.name) ? `a later ${of.name}` : of.name;
    if (of.anchor === "visit") return of.name;
    if (of.anchor === "onset") return `onset of ${of.finding.name}`;
    return of.anchor === "end" ? `end of ${of.finding.name}` : "the decision";
  }
}

/** The time of whole cycles and then an offset. Months are added at once, so that they never chain. */
function joined(cycles, offset) {
  if (cycles === null) return [offset];
  if ("months" in cycles && "months" in offset.by && offset.direction === "after") {
    return [{ direction: "after", by: { months: cycles.months + offset.by.months } }];
  }
  return [{ direction: "after", by: cycles }, offset];
}

/** A length of time so many times. */
function times(by, count) {
  const [[kind, size]] = Object.entries(by);
  return { [kind]: Array.isArray(size) ? size.map((one) => times(one, count)) : size * count };
}
