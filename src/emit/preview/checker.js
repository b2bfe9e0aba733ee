// Filled forms, held to the book: the checks of `trialc validate-record`, finding for finding.

const ARM = "_ARMCD";
const plain = (text) => text.replace(/\.$/, "");

class Checker {
  constructor(book) {
    this.book = book;
    book.byName = new Map(book.forms.map((form) => [form.name, form]));
    this.visits = new Map(book.visits.map((visit) => [visit.name, visit]));
    for (const form of book.forms) {
      form.byName = new Map(form.items.map((item) => [item.name, item]));
      form.unitItems = new Map(form.items.filter((item) => item.unit_item).map((item) => [item.unit_item, item.name]));
    }
  }

  /** Everything that is found in a record; `today` is a day or null. Queries that are confirmed carry their reason. */
  check(record, today) {
    const findings = [];
    const found = (one) => findings.push({ check: null, value: null, ...one });
    const { entries, confirmed } = new Entries(this.book, record, found);
    this.twice(entries, found);
    const people = this.people(entries);
    for (const entry of entries) {
      const start = findings.length;
      const person = people.get(entry.at.participant) ?? { events: new Map(), visits: new Map(), arm: null };
      this.arms(entry, person, found);
      for (const one of entry.records) new Judge(this, entry, one, person, today, found).all();
      for (const demand of entry.form.demands) if (demand.unique) this.copies(entry, demand, found);
      for (const finding of findings.slice(start)) finding.source = entry.source;
    }
    for (const finding of findings) {
      finding.isQuery = [CODES.implausible, CODES.query, CODES.version].includes(finding.code);
      const reason = finding.isQuery ? confirmed.find((one) => isOf(one, finding)) : undefined;
      finding.confirmed = reason ?? null;
    }
    return findings;
  }

  twice(entries, found) {
    const seen = new Set();
    for (const { form, at } of entries) {
      const isWhole = at.participant !== undefined && (at.visit !== undefined || form.visits.length === 0);
      if (!isWhole || this.visits.get(at.visit)?.repeats) continue;
      const key = JSON.stringify([form.name, at.participant, at.visit ?? null]);
      if (seen.has(key)) {
        found({ code: CODES.twice, at: { ...at }, what: "the form is filled in twice for one participant", help: "Keep one." });
      }
      seen.add(key);
    }
  }

  /** The days and the arm of each participant. */
  people(entries) {
    const people = new Map();
    for (const { form, at, records } of entries) {
      if (at.participant === undefined) continue;
      if (!people.has(at.participant)) people.set(at.participant, { events: new Map(), visits: new Map(), arm: null });
      const person = people.get(at.participant);
      for (const { fields } of records) {
        for (const [name, value] of Object.entries(fields)) {
          const day = typeof value === "string" && isDay(value) ? readDate(value).earliest : null;
          const event = form.byName.get(name)?.event ?? null;
          if (event !== null && day !== null) person.events.set(event, Math.min(day, person.events.get(event) ?? day));
          if (form.name === "SV" && name === "SVSTDAT" && at.visit !== undefined && day !== null && !person.visits.has(at.visit)) {
            person.visits.set(at.visit, day);
          }
          if (name.endsWith(ARM) && person.arm === null && this.book.arms.some(([arm]) => arm === value)) person.arm = value;
        }
      }
    }
    return people;
  }

  /** A form or visit of other arms than the participant's. */
  arms({ form, at }, { arm }, found) {
    if (arm === null) return;
    const arms = [form.arms, this.visits.get(at.visit)?.arms ?? []].find((list) => list.length > 0 && !list.includes(arm));
    if (!arms) return;
    const what = `this is filled in only in ${arms.join(", ")}, and the participant is in ${arm}`;
    found({ code: CODES.visit, at: { ...at }, value: arm, what, help: "Remove the entry, or correct the arm." });
  }

  /** Records that agree with an earlier one in all of these fields. */
  copies({ at, records }, demand, found) {
    const seen = new Map();
    for (const { number, fields } of records) {
      const values = demand.unique.map((name) => (Object.hasOwn(fields, name) ? written(fields[name]) : null));
      if (values.includes(null)) continue;
      const key = JSON.stringify(values);
      if (!seen.has(key)) {
        seen.set(key, number);
        continue;
      }
      const first = seen.get(key);
      found({
        code: demand.hard ? CODES.failed : CODES.query,
        at: { ...at, record: number, field: demand.unique[0] },
        check: demand.id,
        value: `record ${first}`,
        what: `${demand.message} It says the same as record ${first}`,
        help: "Remove the copy, or confirm that it happened twice.",
      });
    }
  }

  /** Whether a question is asked of this record at this visit. */
  isAsked(form, fields, visit, item) {
    const given = new Given(form, fields, visit, null);
    return item.asked.every((truth) => given.holds(truth) === true);
  }

  /** First and last day of a visit as text, where the record tells the day of its anchor. */
  due(record, participant, visit) {
    const { entries } = new Entries(this.book, record, () => {});
    const person = this.people(entries).get(participant);
    const window = person ? this.window(visit, person) : null;
    return window && [dayText(window.earliest), dayText(window.latest)];
  }

  /** First and last day of a visit; null where they are not known. */
  window(visit, person) {
    const window = this.visits.get(visit)?.window;
    if (!window) return null;
    const anchor = window.event !== null ? person.events.get(window.event) : person.visits.get(window.visit);
    if (anchor === undefined) return null;
    const moved = (steps) =>
      steps.reduce(
        (day, { direction, by }) => (day === null ? null : shift(day, direction === "before" ? -1 : 1, by)),
        anchor,
      );
    const [earliest, latest] = [moved(window.earliest), moved(window.latest)];
    return earliest === null || latest === null ? null : { earliest, latest };
  }
}

/** The confirmation is of this query and of the value as it is now. */
function isOf(one, { at, check, value }) {
  return (
    one.check === check &&
    one.value === value &&
    (one.participant === undefined || one.participant === at.participant) &&
    one.form === at.form &&
    one.visit === at.visit &&
    (one.record === undefined ? undefined : Number(one.record.text)) === (at.record ?? undefined)
  );
}

/** One record of an entry against its form. */
class Judge {
  constructor(checker, { form, at }, { number, fields }, person, today, found) {
    const given = new Given(form, fields, at.visit ?? null, today);
    Object.assign(this, { checker, form, fields, person, given, found, wrong: new Set() });
    this.at = number === null ? at : { ...at, record: number };
  }

  all() {
    this.names();
    this.values();
    this.asked();
    this.plausible();
    for (const demand of this.form.demands) this.demand(demand);
  }

  say(code, field, what, help, more = {}) {
    const value = this.given.has(field) ? written(this.fields[field]) : null;
    this.found({ code, at: { ...this.at, field }, value, what, help, ...more });
  }

  names() {
    for (const name of Object.keys(this.fields)) {
      if (this.form.never.includes(name)) {
        this.say(CODES.visit, name, "the schedule collects it at no visit", "Remove the answer.");
      } else if (!this.form.byName.has(name)) {
        this.say(CODES.unknown, name, "the form has no such field", "Remove it.");
      }
    }
  }

  values() {
    for (const item of this.form.items) {
      if (!this.given.has(item.name)) continue;
      const fault = faultOf(item, this.fields[item.name]);
      if (!fault) continue;
      this.wrong.add(item.name);
      this.say(fault.code, item.name, fault.what, fault.help);
    }
  }

  /** Whether an item is asked, as far as its conditions and its visits go. */
  isAsked(item) {
    const isVisit = (truth) => "at_visit" in truth;
    const holds = (truths) => truths.every((truth) => this.given.holds(truth) === true);
    const atVisit = this.given.visit === null || holds(item.asked.filter(isVisit));
    return { atVisit, met: holds(item.asked.filter((truth) => !isVisit(truth))) };
  }

  asked() {
    for (const item of this.form.items) {
      if (item.depends.some((field) => this.wrong.has(field))) {
        this.wrong.add(item.name);
        continue;
      }
      const { atVisit, met } = this.isAsked(item);
      const isThere = this.given.has(item.name);
      if (isThere && !(atVisit && met)) {
        this.wrong.add(item.name);
        if (atVisit) this.say(CODES.notAsked, item.name, "this is not asked after these answers", "Remove the answer.");
        else this.say(CODES.visit, item.name, "this is not asked at this visit", `It is asked at ${item.visits.join(", ")}.`);
      }
      const isVisitKnown = this.given.visit !== null || !item.asked.some((truth) => "at_visit" in truth);
      if (!isThere && atVisit && met && item.required && isVisitKnown) {
        this.wrong.add(item.name);
        this.say(CODES.missing, item.name, "there is no answer", "Answer it.");
      }
    }
  }

  plausible() {
    for (const item of this.form.items) {
      if (this.wrong.has(item.name) || !this.given.has(item.name)) continue;
      const span = implausible(item, this.fields[item.name]);
      if (span === null) continue;
      const check = `${this.form.name}.${item.name}.plausible`;
      this.say(CODES.implausible, item.name, `hardly anybody is outside ${span}`, "Correct it, or confirm it with a reason.", { check });
    }
  }

  demand(demand) {
    if (this.holdsOf(demand) !== false) return;
    const shown = demand.fields.filter((field) => this.given.has(field));
    const values = shown.map((field) => `${field} ${written(this.fields[field])}`);
    const help = demand.hard ? "Correct the answers from the source." : "Correct it, or confirm it with a reason.";
    this.say(demand.hard ? CODES.failed : CODES.query, demand.on, plain(demand.message), help, {
      check: demand.id,
      value: values.join(", "),
    });
  }

  /** Null where nobody can tell yet, or where an answer is wrong by itself. */
  holdsOf(demand) {
    if (demand.by) {
      const isWrong = itemsOf(demand.by).some((item) => this.wrong.has(this.given.fieldOf(item)));
      return isWrong ? null : this.given.holds(demand.by);
    }
    if (demand.in_window !== undefined) {
      const day = this.day(demand.in_window);
      const window = day !== null && isDay(day) && this.given.visit !== null ? this.checker.window(this.given.visit, this.person) : null;
      if (!window) return null;
      const number = readDate(day).earliest;
      return window.earliest <= number && number <= window.latest;
    }
    if (demand.not_before) {
      const [day, on] = [this.day(demand.not_before.field), this.person.events.get(demand.not_before.event)];
      return day === null || on === undefined ? null : inCommon(day, dayText(on)) >= 0;
    }
    return true;
  }

  day(field) {
    return this.wrong.has(field) ? null : this.given.text(field);
  }
}
