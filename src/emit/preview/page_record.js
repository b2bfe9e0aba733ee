// The record in the making: what is typed, as `trialc validate-record` reads it.

/** Nobody comes so often. */
const MOST_TIMES = 10000;

class Casebook {
  constructor(book) {
    this.book = book;
    this.clear();
  }

  clear() {
    this.participant = "";
    /** Entries by their form, in the order of the book. */
    this.forms = new Map();
    this.confirmed = [];
    /** What cannot be shown in a form, and is kept. */
    this.strange = [];
    /** Answers to questions that are not asked any more, should they be asked again. */
    this.aside = new WeakMap();
  }

  list(form) {
    return this.forms.get(form.name) ?? [];
  }

  /** The entries of a form at a visit: one, or one for each time that the visit takes place. */
  entries(form, visit) {
    return this.list(form).filter((entry) => form.visits.length === 0 || entry.VISIT === visit);
  }

  add(form, visit) {
    const entry = Object.create(null);
    entry.SUBJID = this.participant;
    if (form.visits.length > 0) entry.VISIT = visit;
    const about = this.book.visits.find(({ name }) => name === visit);
    if (about?.repeats) entry.REPEAT = new JsonNumber(String(this.nextTime(form, about)));
    if (form.repeating) entry.records = [];
    this.forms.set(form.name, [...this.list(form), entry]);
    return entry;
  }

  /** The number of the first time of a visit that is not filled in, of those that its cycles have. */
  nextTime(form, { name, plan }) {
    const taken = new Set(this.entries(form, name).map(({ REPEAT: number }) => number?.text));
    const has = (number) => hasCycle(plan, number) && isFilledIn(form, name, number);
    let number = 1;
    while (taken.has(String(number)) || (number < MOST_TIMES && !has(number))) number += 1;
    return number;
  }

  remove(form, entry) {
    this.forms.set(
      form.name,
      this.list(form).filter((one) => one !== entry),
    );
  }

  setParticipant(number) {
    this.participant = number;
    for (const list of this.forms.values()) for (const entry of list) entry.SUBJID = number;
  }

  record() {
    const record = { format: this.book.format, trial: this.book.trial };
    if (this.book.version !== null) record.version = this.book.version;
    record.forms = {};
    for (const form of this.book.forms) {
      const filled = this.list(form).filter(isFilled);
      if (filled.length > 0) record.forms[form.name] = filled;
    }
    if (this.confirmed.length > 0) record.confirmed = this.confirmed;
    return record;
  }

  /** Takes a record in. Throws what is `Unreadable`; nothing has changed then. */
  load(text) {
    const record = readJson(text);
    const refuse = (why) => {
      throw new Unreadable(why);
    };
    if (!isObject(record) || !isObject(record.forms)) refuse("It is not a record of forms.");
    if (record.trial !== undefined && record.trial !== this.book.trial) refuse("It is of another trial.");
    const numbers = new Set();
    const forms = new Map();
    const strange = [];
    for (const [name, list] of Object.entries(record.forms)) {
      const form = this.book.byName.get(name);
      if (!Array.isArray(list) || !list.every(isObject)) refuse(`${name} is not a list of entries.`);
      for (const entry of list) numbers.add(entry.SUBJID);
      if (form?.repeating && !list.every((entry) => Array.isArray(entry.records) && entry.records.every(isObject))) {
        refuse(`${name} has many records, and they are not in a list.`);
      }
      const isKnown = (entry) => form && (form.visits.length === 0 || form.visits.includes(entry.VISIT));
      forms.set(name, list.filter(isKnown));
      for (const entry of list) if (!isKnown(entry)) strange.push({ name, visit: entry.VISIT });
    }
    if (numbers.size > 1) refuse("It holds several participants; this page shows one.");
    const [participant] = [...numbers];
    if (numbers.size === 1 && typeof participant !== "string") refuse("Its participant has no number.");
    const confirmed = Array.isArray(record.confirmed) ? record.confirmed : [];
    this.clear();
    Object.assign(this, { forms, strange, confirmed, participant: participant ?? "" });
  }
}

/** Something was entered. */
function isFilled(entry) {
  if (Array.isArray(entry.records)) return entry.records.length > 0;
  return Object.keys(entry).some((name) => !["SUBJID", "VISIT", "REPEAT"].includes(name));
}

/** What is typed becomes what the record holds; null for nothing. */
function typedValue(item, text, unit) {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (item.kind === "text") return text;
  if (item.kind !== "number" && item.kind !== "integer") return trimmed;
  const value = plainNumber(trimmed) ?? trimmed;
  return item.units.length > 0 ? { value, unit } : value;
}

/** What stands in the field for a value of the record. */
function shownValue(value) {
  if (value === undefined || value === null) return "";
  if (value instanceof JsonNumber) return value.text;
  if (typeof value === "object") return shownValue(value.value);
  return String(value);
}
