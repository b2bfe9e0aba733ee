// When something is: anchors, windows, and the events that are still to come.

/** A window on the calendar. An end that is null is open; a day of which nothing is known is any day. */
class Days {
  constructor(from, to, text, { missing = [], isNever = false, isBackward = false } = {}) {
    Object.assign(this, { from, to, text, missing, isNever, isBackward });
  }

  /** The first and the last day that can belong to the window. */
  widest() {
    return [this.from ? this.from.earliest : FIRST_DAY, this.to ? this.to.latest : LAST_DAY];
  }

  /** The first and the last day that surely belong to it; backwards when no day does. */
  narrowest() {
    return [this.from ? this.from.latest : FIRST_DAY, this.to ? this.to.earliest : LAST_DAY];
  }

  isEmpty() {
    const [first, last] = this.widest();
    return this.isNever || first > last;
  }

  /** Whether a day lies in the window. */
  hold(day) {
    return this.between(day.earliest, day.latest, day.earliest, day.latest);
  }

  /** Whether something that lasts touches a day of the window. */
  touch(start, end) {
    return this.between(end.earliest, start.latest, start.earliest, end.latest);
  }

  /** Surely when it is there from `sureFrom` on and until `sureTo`; perhaps when from `least` or until `most`. */
  between(sureFrom, sureTo, least, most) {
    if (this.isEmpty()) return FALSE;
    const { from, to } = this;
    if ((!from || sureFrom >= from.latest) && (!to || sureTo <= to.earliest)) return TRUE;
    return (!from || most >= from.earliest) && (!to || least <= to.latest) ? UNKNOWN : FALSE;
  }

  /** Days from a day to the nearer edge, negative outside; null where an end is not known to the day. */
  toEdge(range) {
    const ends = [this.from, this.to];
    if (!isExact(range) || ends.some((end) => end && !isExact(end))) return null;
    return daysInside(range.earliest, ...ends.map((end) => end && end.earliest));
  }

  /** `within 14 days before randomization (2011-06-17 to 2011-07-01)` */
  inWords() {
    const [from, to] = [knownDay(this.from), knownDay(this.to)];
    const bare = this.text === "";
    let days;
    if (from && to && sameRange(from, to)) days = bare ? `on ${rangeText(from)}` : rangeText(from);
    else if (from && to) days = `${bare ? "from " : ""}${rangeText(from)} to ${rangeText(to)}`;
    else if (from) days = `from ${rangeText(from)}`;
    else if (to) days = `up to ${rangeText(to)}`;
    else return this.text;
    return bare ? days : `${this.text} (${days})`;
  }

  /** The window of a fact, as evidence; nothing for one that is open and says nothing. */
  shown(on) {
    if (this.text === "" && !this.from && !this.to) return undefined;
    const [from, to] = [knownDay(this.from), knownDay(this.to)];
    const window = { text: this.text };
    if (from) window.from = rangeText(from);
    if (to) window.to = rangeText(to);
    const edge = on ? this.toEdge(on) : null;
    if (edge !== null) window.days_to_edge = edge;
    return window;
  }
}

const knownDay = (range) => (range && !sameRange(range, ANY_DAY) ? range : null);

const knownAt = (range) => ({ range, missing: [], isNever: false });
const unknownAt = (missing, changes = {}) => ({ range: ANY_DAY, missing: [missing], isNever: false, ...changes });

/** With its range changed, if it has one. */
function changedAt(at, change) {
  const range = sameRange(at.range, ANY_DAY) ? null : change(at.range);
  return { ...at, range: range ?? ANY_DAY };
}

const isForward = (offset) => offset.direction === "after";

Object.assign(Evaluator.prototype, {
  days(window, scope) {
    const open = [];
    let isNever = false;
    const end = (moment) => {
      if (!moment) return null;
      const at = this.at(moment, scope);
      open.push(...at.missing);
      isNever ||= at.isNever;
      return at.range;
    };
    let [from, to] = [end(window.from), end(window.to)];
    const isBackward = Boolean(from && to && from.earliest > to.latest);
    if (isBackward) open.push(backward(window, from, to));
    const missing = open.filter((one, place) => place === 0 || !same(one, open[place - 1]));
    if (scope.day) {
      from = from ? lastOf(from, scope.day) : scope.day;
      to = to ? firstOf(to, scope.day) : scope.day;
    }
    return new Days(from, to, window.text, { missing, isNever, isBackward });
  },

  at(moment, scope) {
    const at = this.anchor(moment.of, scope);
    return moment.offset ? changedAt(at, (range) => movedRange(range, moment.offset)) : at;
  },

  anchor(anchor, scope) {
    switch (anchor.anchor) {
      case "decision":
        return this.event(this.decision, "once", scope);
      case "event":
        return this.event(anchor.name, anchor.occurrence, scope);
      case "visit":
        return this.visit(anchor.name, scope);
      case "onset":
        return this.onset(anchor.finding, scope);
      default:
        return this.edgeOf(anchor.finding, scope, (entry) => entry.end, lastOf, "ended");
    }
  },

  event(name, occurrence, scope) {
    const bound = scope.find({ event: name, occurrence });
    if (bound?.day) return knownAt(bound.day);
    const event = declared(this.document.events, name);
    if (event && this.arm !== null && event.arms.length && !event.arms.includes(this.arm)) {
      const why = `\`${name}\` does not happen in arm \`${this.arm}\``;
      return unknownAt(missing("event", name, why, `say what counts in arm \`${this.arm}\` instead`));
    }
    // Another person's record speaks of the participant's trial only where it says so itself.
    const own = scope.person.named(name);
    const recorded = (own.length ? own : this.person.named(name)).map((entry) => entry.start);
    if (recorded.length) return this.recordedEvent(name, occurrence, recorded);
    const found = event ? (this.firstTime(name, event, scope) ?? this.oneOf(name, event, scope)) : null;
    if (found) return found;
    if (name !== this.decision && this.person.isDeniedForGood(name, this.words)) {
      const why = `\`${name}\` is known never to have happened`;
      return unknownAt(missing("event", name, why, `say what counts without \`${name}\``), { isNever: true });
    }
    const day = this.expected(name, scope);
    if (day !== null) {
      this.awaited.set(name, day);
      return knownAt(exactDay(day));
    }
    const words = labelIn(this.document.events, name);
    const why = `\`${name}\` (${words}) has no date in the record`;
    return unknownAt(missing("event", name, why, `record when this happened, or is planned: ${words}`));
  },

  recordedEvent(name, occurrence, recorded) {
    const [first, ...rest] = recorded;
    let chosen = first;
    if (occurrence === "last") chosen = rest.reduce(lastOf, first);
    else if (occurrence === "first") chosen = rest.reduce(firstOf, first);
    else if (!rest.every((one) => sameRange(one, first))) {
      const why = `\`${name}\` happens once, and is recorded on ${recorded.length} days`;
      const range = {
        earliest: Math.min(...recorded.map((one) => one.earliest)),
        latest: Math.max(...recorded.map((one) => one.latest)),
      };
      return unknownAt(missing("contradiction", name, why, `keep the true date of \`${name}\``), { range });
    }
    if (this.asOf !== null && chosen.earliest > this.asOf) this.awaited.set(name, chosen.earliest);
    return knownAt(chosen);
  },

  /** The earliest day that an event still to come can have; null for an event that may lie in the past. */
  expected(name, scope) {
    if (this.asOf === null) return null;
    if (name === this.decision) return this.asOf;
    const event = declared(this.document.events, name);
    if (!event || this.lookingFor.includes(name)) return null;
    return this.whileLookingFor(name, () => {
      let earliest = null;
      for (const { low, anchor } of event.constraints) {
        if (!low || !isForward(low) || anchor.of.anchor !== "event" || !this.isToCome(anchor.of.name)) continue;
        const at = this.at(anchor, scope);
        const day = at.missing.length ? null : shift(at.range.earliest, 1, low.by);
        if (day !== null) earliest = Math.max(earliest ?? FIRST_DAY, day, this.asOf);
      }
      return earliest;
    });
  },

  whileLookingFor(name, run) {
    this.lookingFor.push(name);
    try {
      return run();
    } finally {
      this.lookingFor.pop();
    }
  },

  /** Whether an event is the decision's own or comes after it. */
  isToCome(name) {
    const pending = [name];
    const seen = new Set();
    while (pending.length) {
      const next = pending.pop();
      if (next === this.decision) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      for (const { low, anchor } of declared(this.document.events, next)?.constraints ?? []) {
        if (low && isForward(low) && anchor.of.anchor === "event") pending.push(anchor.of.name);
      }
    }
    return false;
  },

  /** A visit is where it was recorded, else where the schedule puts it. */
  visit(name, scope) {
    const [recorded] = this.person.named(name);
    if (recorded) return knownAt(recorded.start);
    const open = () => {
      const ask = `record the date of the visit: ${labelIn(this.document.visits, name)}`;
      return unknownAt(missing("event", name, `the visit \`${name}\` has no date in the record`, ask));
    };
    const visit = declared(this.document.visits, name);
    if (!visit || visit.repeats || this.lookingFor.includes(name)) return open();
    const { timing } = visit;
    return this.whileLookingFor(name, () => {
      switch (timing.timing) {
        case "target":
          return changedAt(this.at(timing.anchor, scope), (range) => {
            const target = movedRange(range, timing.offset);
            const first = target && movedRange(target, { direction: "before", by: timing.early });
            const last = target && movedRange(target, { direction: "after", by: timing.late });
            return first && last && { earliest: first.earliest, latest: last.latest };
          });
        case "range":
          return changedAt(this.at(timing.anchor, scope), (range) => {
            const [from, to] = [movedRange(range, timing.from), movedRange(range, timing.to)];
            return from && to && { earliest: from.earliest, latest: to.latest };
          });
        default:
          return this.at(timing.moment, scope);
      }
    });
  },

  /** When a finding began. */
  onset(finding, scope) {
    return this.edgeOf(finding, scope, (entry) => entry.start, firstOf, "began");
  },

  /** When a finding began, or ended. */
  edgeOf(finding, scope, edge, choose, verb) {
    let [sure, perhaps] = [null, null];
    for (const entry of scope.person.entries) {
      const { truth } = this.isMeant(entry, finding);
      const day = edge(entry);
      if (truth === TRUE) sure = sure ? choose(sure, day) : day;
      if (truth === UNKNOWN) perhaps = perhaps ? choose(perhaps, day) : day;
    }
    if (!sure || sure.earliest === LAST_DAY) {
      const words = this.findingLabel(finding.name);
      const why = `when ${words} ${verb} is not recorded`;
      return unknownAt(missing("date", finding.name, why, `record when ${words} ${verb}`));
    }
    if (!perhaps) return knownAt(sure);
    const chosen = choose(sure, perhaps);
    return knownAt({
      earliest: Math.min(chosen.earliest, sure.earliest),
      latest: Math.max(chosen.latest, sure.latest),
    });
  },

  /** The first day on which the rule of a derived event holds; null for an event that has no rule. */
  firstTime(name, event, scope) {
    const clause = event.when;
    if (!clause || this.lookingFor.includes(name)) return null;
    return this.whileLookingFor(name, () => {
      let perhaps = null;
      for (const day of this.daysOfMention(clause, scope)) {
        const { truth } = this.clause(clause, scope.with({ day }));
        if (truth === FALSE) continue;
        perhaps = Math.min(perhaps ?? LAST_DAY, day.earliest);
        if (truth === TRUE) return knownAt({ earliest: perhaps, latest: day.latest });
      }
      const why = `no day is recorded on which \`${name}\` is reached: ${clause.text}`;
      const ask = `record the values that show: ${labelIn(this.document.events, name)}`;
      return unknownAt(missing("event", name, why, ask));
    });
  },

  /**
   * `first of (…)` and `last of (…)`. Of the first, an event that is not recorded may have come before those that are; of the last, each
   * must have happened. Null for an event that stands for itself.
   */
  oneOf(name, event, scope) {
    const several = event.one_of;
    if (!several || this.lookingFor.includes(name)) return null;
    const all = this.whileLookingFor(name, () => several.of.map((moment) => this.at(moment, scope)));
    const never = all.filter((at) => at.isNever).length;
    const isNever = several.first ? never === all.length : never > 0;
    const counted = all.filter((at) => isNever || !at.isNever);
    if (counted.length === 0) return null;
    const range = counted.map((at) => at.range).reduce(several.first ? firstOf : lastOf);
    return { range, missing: counted.flatMap((at) => at.missing), isNever };
  },

  /** The days on which anything is recorded of what a rule mentions, in their order. */
  daysOfMention(clause, scope) {
    const { measures, things } = mentionsOf(clause);
    const days = [...measures].flatMap((measure) => scope.person.resultsOf(measure)).map((result) => result.on);
    for (const { names, perhaps, start } of scope.person.entries) {
      const isMentioned = [...names, ...perhaps].some((name) =>
        [...things].some((thing) => this.words.isA(name, thing)),
      );
      if (isMentioned) days.push(start);
    }
    days.sort((a, b) => a.latest - b.latest || a.earliest - b.earliest);
    return days.filter((day, place) => place === 0 || !sameRange(day, days[place - 1]));
  },
});

/** What a window that ends before it begins asks for: the true dates of its anchors. */
function backward(window, from, to) {
  const name = ({ of }) => {
    if (of.anchor === "event" || of.anchor === "visit") return `\`${of.name}\``;
    return of.anchor === "decision" ? "the decision" : `\`${of.finding.name}\``;
  };
  const [first, last] = [name(window.from), name(window.to)];
  const words = window.text || "the time that is asked about";
  const why = `by the record, \`${words}\` ends on ${rangeText(to)} before it begins on ${rangeText(from)}`;
  const ask = first === last ? `correct the date of ${first}` : `correct the dates of ${first} and ${last}`;
  return missing("contradiction", first.replace(/^`+|`+$/g, ""), why, ask);
}

/** The measures, and the concepts and events, that a rule speaks of. */
function mentionsOf(clause) {
  const found = { measures: new Set(), things: new Set() };
  walkClause(clause, {
    measure: (name) => found.measures.add(name),
    finding: ({ name, other_than }) => [name, ...other_than].forEach((one) => found.things.add(one)),
    event: (name) => found.things.add(name),
  });
  return found;
}

/**
 * Visits every clause, term, measure, finding and event of a rule, in their order. A visitor of clauses that returns false keeps what is
 * inside from being visited.
 */
function walkClause(clause, visitors) {
  const { clause: onClause, term: onTerm, measure: onMeasure, finding: onFinding, event: onEvent } = visitors;
  const inner = (part) => walkClause(part, visitors);
  const finding = (one) => onFinding?.(one);
  const window = ({ from, to }) => [from, to].forEach((one) => one && moment(one));
  const moment = ({ of }) => {
    if (of.anchor === "event") onEvent?.(of.name);
    if (of.finding) finding(of.finding);
  };
  const term = (one) => {
    onTerm?.(one);
    if (one.measure) onMeasure?.(one.measure);
    if (one.finding) finding(one.finding);
    if (one.window) window(one.window);
    for (const at of [one.at, one.from, one.to]) if (at) moment(at);
    for (const part of [one.left, one.right, ...(one.arguments ?? []), ...(one.rows ?? []).map((row) => row.value)]) {
      if (part) term(part);
    }
    if (one.value === "negative") term(one.of);
  };
  if (onClause?.(clause) === false) return;
  switch (clause.rule) {
    case "all":
    case "any":
    case "count":
      clause.of.forEach(inner);
      break;
    case "not":
    case "of_person":
      inner(clause.of);
      break;
    case "choose":
      [clause.condition, clause.then, clause.otherwise].forEach(inner);
      break;
    case "compare":
      [clause.left, clause.right].forEach(term);
      break;
    case "between":
      [clause.value, clause.low, clause.high].forEach(term);
      break;
    case "is":
      term(clause.value);
      break;
    case "steady":
    case "trend":
      term(clause.measure);
      break;
    case "occurs":
      finding(clause.finding);
      window(clause.window);
      break;
    default:
  }
}
