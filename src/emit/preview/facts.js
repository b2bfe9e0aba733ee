// What filled forms tell of a participant, as a record that conditions of the protocol are decided on: the meaning of
// `entries::facts`. Only right answers count; what cannot be right stands in the record as not known.

/** What one record of a form tells; `day` is that of its visit, or null. */
class Told {
  constructor(book, form, fields, day) {
    Object.assign(this, { book, form, fields, day });
  }

  has(field) {
    return field !== null && Object.hasOwn(this.fields, field);
  }

  /** An answer that can be one. */
  right(field) {
    const item = this.form.byName.get(field);
    return item && this.has(field) && !faultOf(item, this.fields[field]) ? this.fields[field] : undefined;
  }

  text(field) {
    const value = field === null ? undefined : this.right(field);
    return typeof value === "string" ? value : undefined;
  }

  facts() {
    return this.form.tells.flatMap(([field, tells]) => {
      const [kind, of] = typeof tells === "string" ? [tells, null] : Object.entries(tells)[0];
      if (kind === "logged") return this.logged(of);
      const fact = this.fact(field, kind, of);
      return fact === undefined ? [] : [fact];
    });
  }

  /** One occurrence, of each thing that the record of the log is of. */
  logged({ which, things, always, days, details }) {
    const named = things.filter(([name]) => name === this.text(which));
    const all = always === null ? named : [...named, always];
    return all.map(([name, list]) => ({ kind: "listed", list, entry: { name, ...this.occurrence(days, details) } }));
  }

  fact(field, kind, of) {
    if (kind === "result") return this.has(field) ? { kind, result: this.result(field, of) } : undefined;
    const text = this.text(field);
    if (text === undefined) return undefined;
    switch (kind) {
      case "sex":
        return { F: { kind, said: "female" }, M: { kind, said: "male" } }[text];
      case "born":
      case "country":
        return { kind, said: text };
      case "arm":
        // A sequence is in several arms, one after the other.
        return this.book.arms.some(([arm]) => arm === text) ? { kind, said: text } : undefined;
      case "event":
        return { kind: "listed", list: "events", entry: { name: of, on: text } };
      case "answer":
        return { Y: { kind, key: of, answer: "yes" }, N: { kind, key: of, answer: "no" } }[text];
      case "occurred":
        return this.occurred(text, of);
      default:
        throw new Error(`the book holds a fact \`${kind}\``);
    }
  }

  occurred(text, { name, list, which, days, details }) {
    if (text === "N") return this.day === null ? undefined : { kind: "absent", absence: { name, to: dayText(this.day) } };
    if (text !== "Y") return undefined;
    const one = this.text(which);
    const entry = { name, ...this.occurrence(days, details) };
    if (one !== undefined && one !== "OTHER") entry.also = [one];
    return { kind: "listed", list, entry };
  }

  /** Days, qualifiers, attributes and dose of something that occurred. */
  occurrence({ start, end, ongoing }, details) {
    const entry = {};
    // Days without knowing whether it is over would say that it still goes on.
    const [isOngoing, from, to] = [this.text(ongoing), this.text(start), this.text(end)];
    if (isOngoing === "Y" || (isOngoing === "N" && to !== undefined)) {
      if (from !== undefined) entry.from = from;
      if (isOngoing === "N") entry.to = to;
    }
    const told = (list, read) => {
      const pairs = list.map(([name, field]) => [name, read(field)]).filter(([, value]) => value !== undefined);
      return pairs.length > 0 ? Object.fromEntries(pairs) : undefined;
    };
    const qualifiers = told(details.qualifiers, (field) => ({ Y: "yes", N: "no", U: "unknown" })[this.text(field)]);
    if (qualifiers) entry.qualifiers = qualifiers;
    const attributes = told(details.attributes, (field) => this.attribute(field));
    if (attributes) entry.attributes = attributes;
    const dose = this.dose(details);
    if (dose) entry.dose = dose;
    return entry;
  }

  /** A grade, or yes or no. */
  attribute(field) {
    const value = this.right(field);
    if (value instanceof JsonNumber) return new trialc.JsonNumber(toDecimal(readNumber(value.text)));
    return { Y: true, N: false }[value];
  }

  /** A dose has its unit with it, or in a text beside it. */
  dose({ dose, unit }) {
    const amount = amountOf(dose === null ? undefined : this.right(dose));
    if (!amount) return undefined;
    const known = amount.unit ?? this.text(unit) ?? null;
    return known === null ? { value: amount.value } : { value: amount.value, unit: known };
  }

  result(field, { measure, day, low, high }) {
    const result = { measure, value: null };
    const on = this.has(day) ? this.text(day) : this.day === null ? undefined : dayText(this.day);
    if (on !== undefined) result.on = on;
    const value = this.right(field);
    if (value === undefined) return result;
    const number = amountOf(value);
    if (number) {
      result.value = number.value;
      if (number.unit !== null) result.unit = number.unit;
    } else if (typeof value === "string") {
      result.value = value;
    }
    // A limit counts in the unit of its value.
    for (const [end, name] of [["low", low], ["high", high]]) {
      const limit = amountOf(name === null ? undefined : this.right(name));
      if (limit && limit.unit === (result.unit ?? null)) result[end] = limit.value;
    }
    return result;
  }
}

/** A number of a form as the evaluator takes it. */
function amountOf(value) {
  if (value instanceof JsonNumber) return { value: new trialc.JsonNumber(value.text), unit: null };
  const measured = value === undefined ? null : quantity(value);
  return measured && { value: new trialc.JsonNumber(measured.value.text), unit: measured.unit };
}

/** The record on a day: results of later days are not known yet. Without the day no result counts. */
function recordOn(facts, day) {
  const record = { person: {}, measurements: [], findings: [], exposures: [], procedures: [], events: [], absences: [], answers: {} };
  const said = new Map();
  for (const fact of facts) {
    switch (fact.kind) {
      case "result": {
        const known = knownBy(fact.result, day);
        if (known) record.measurements.push(known);
        break;
      }
      case "listed":
        record[fact.list].push(fact.entry);
        break;
      case "absent":
        record.absences.push(fact.absence);
        break;
      case "answer": {
        const before = record.answers[fact.key] ?? fact.answer;
        record.answers[fact.key] = before === fact.answer ? before : "unknown";
        break;
      }
      default:
        said.set(fact.kind, [...(said.get(fact.kind) ?? []), fact.said]);
    }
  }
  // Where entries say different things, nobody knows which holds.
  for (const [kind, all] of said) if (all.every((one) => one === all[0])) record.person[kind] = all[0];
  return record;
}

function knownBy(result, day) {
  if (day === null) return null;
  const on = result.on === undefined ? { earliest: -Infinity, latest: Infinity } : readDate(result.on);
  if (on.earliest > day) return null;
  return on.latest <= day ? result : { ...result, value: null };
}

/** Conditions of the protocol, decided for one participant after the other. */
class Conditions {
  constructor(book) {
    const { conditions } = book;
    this.all = conditions;
    this.screener = conditions === null ? null : new trialc.Screener(conditions.rules);
    this.decided = new Map();
    this.visits = new Map(conditions?.visits ?? []);
  }

  /** What was decided on another record is forgotten. */
  start() {
    this.decided.clear();
  }

  words(laid) {
    return laid.map(({ condition }) => this.all.words[condition]).join(" and ");
  }

  /** Conditions of a visit and of a form at it, by their numbers. */
  ofForm(form, visit) {
    if (this.all === null || visit === undefined) return [];
    const own = this.all.forms.filter((one) => one.form === form && one.visit === visit).map(({ condition }) => condition);
    return [...(this.visits.has(visit) ? [this.visits.get(visit)] : []), ...own].map((condition) => ({ condition, isSure: true }));
  }

  /** All that are laid on a question at a visit. Which time it is decides of some; where nobody has said it, they are not sure. */
  ofField(form, field, visit, time) {
    if (this.all === null) return [];
    const isHere = (one) =>
      one.form === form &&
      one.field === field &&
      (one.visits.length === 0 || one.visits.includes(visit)) &&
      (one.cycles === null || time === null || hasCycle(one, time));
    return this.all.fields.filter(isHere).map(({ condition, cycles }) => ({ condition, isSure: cycles === null || time !== null }));
  }

  isConditional(form, field) {
    return this.all !== null && this.all.fields.some((one) => one.form === form && one.field === field);
  }

  /** Whether all of these hold on the day: true, false, or null with what would have to be known. */
  holds(participant, person, day, laid) {
    const whole = { truth: true, missing: [] };
    for (const { condition, isSure } of laid) {
      const decided = this.on(participant, person, day)[condition];
      // It may be laid on another time than this one.
      const one = isSure || decided.truth !== false ? decided : { truth: null, missing: [`which time it is (REPEAT) is not recorded`] };
      whole.truth = whole.truth === false || one.truth === false ? false : whole.truth === null || one.truth === null ? null : true;
      whole.missing.push(...one.missing);
    }
    if (whole.truth !== null) whole.missing = [];
    return whole;
  }

  on(participant, person, day) {
    const key = JSON.stringify([participant ?? null, day]);
    if (!this.decided.has(key)) {
      const [{ criteria }] = this.screener.screen(recordOn(person.facts, day), day).decisions;
      this.decided.set(key, criteria.map(decidedOf));
    }
    return this.decided.get(key);
  }
}

function decidedOf({ status, because, ties }) {
  const isTied = (ties ?? []).some((tie) => tie.decides);
  const truth = isTied || status === "unknown" ? null : status === "met";
  const missing = truth === null ? [...new Set(because.flatMap((part) => part.missing ?? []).map(({ why }) => why))] : [];
  if (truth === null && missing.length === 0) missing.push("two values of one day speak for both");
  return { truth, missing };
}
