// Filled forms, held to the book: the checks of `trialc validate-record`, finding for finding.

const VISITS = "SV";
const ARM = "_ARMCD";
const plain = (text) => text.replace(/\.$/, "");

class Checker {
  constructor(book) {
    this.book = book;
    book.byName = new Map(book.forms.map((form) => [form.name, form]));
    this.visits = new Map(book.visits.map((visit) => [visit.name, visit]));
    this.windows = new Windows(book);
    this.conditions = new Conditions(book);
    for (const form of book.forms) {
      form.byName = new Map(form.items.map((item) => [item.name, item]));
      form.unitItems = new Map(form.items.filter((item) => item.unit_item).map((item) => [item.unit_item, item.name]));
    }
  }

  /** Everything that is found in a record; `today` is a day or null. Queries that are confirmed carry their reason. What could not be
   * decided is in `undecided` afterwards. */
  check(record, today) {
    const findings = [];
    this.undecided = new Set();
    this.conditions.start();
    const found = (one) => findings.push({ check: null, value: null, ...one });
    const { entries, confirmed } = new Entries(this.book, record, found);
    this.twice(entries, found);
    const people = this.people(entries);
    this.known = people;
    for (const entry of entries) {
      const start = findings.length;
      const person = people.get(entry.at.participant) ?? nobody();
      const isTheirs = this.arms(entry, person, found) && !this.notTheirs(entry, person, found);
      for (const one of entry.records) new Judge(this, entry, one, person, today, found, isTheirs).all();
      for (const demand of entry.form.demands) if (demand.unique) this.copies(entry, demand, found);
      for (const finding of findings.slice(start)) finding.source = entry.source;
    }
    this.missed(entries, people, found);
    for (const finding of findings) {
      finding.isQuery = [CODES.implausible, CODES.query, CODES.version, CODES.formMissing].includes(finding.code);
      const reason = finding.isQuery ? confirmed.find((one) => isOf(one, finding)) : undefined;
      finding.confirmed = reason ?? null;
    }
    return findings;
  }

  twice(entries, found) {
    const seen = new Set();
    for (const { form, at } of entries) {
      const isWhole = at.participant !== undefined && (at.visit !== undefined || form.visits.length === 0);
      // Which time it is of a visit that takes place more than once has to be said to be the same.
      if (!isWhole || (at.repeat === undefined && this.visits.get(at.visit)?.repeats)) continue;
      const key = JSON.stringify([form.name, at.participant, at.visit ?? null, at.repeat ?? null]);
      if (seen.has(key)) {
        found({ code: CODES.twice, at: { ...at }, what: "the form is filled in twice for one participant", help: "Keep one." });
      }
      seen.add(key);
    }
  }

  /** The days and the arm of each participant. */
  people(entries) {
    const people = new Map();
    const own = entries.filter(({ at }) => at.participant !== undefined);
    for (const { form, at, records } of own) {
      if (!people.has(at.participant)) people.set(at.participant, nobody());
      const person = people.get(at.participant);
      for (const { fields } of records) {
        for (const [name, value] of Object.entries(fields)) {
          const day = typeof value === "string" && isDay(value) ? readDate(value).earliest : null;
          const event = form.byName.get(name)?.event ?? null;
          if (event !== null && day !== null) person.events.set(event, Math.min(day, person.events.get(event) ?? day));
          const number = this.numberOf(at);
          if (form.name === VISITS && name === "SVSTDAT" && at.visit !== undefined && day !== null && number !== null) {
            if (!person.visits.has(at.visit)) person.visits.set(at.visit, new Map());
            keepFirst(person.visits.get(at.visit), number, day);
          }
          if (name.endsWith(ARM) && person.arm === null && this.book.arms.some(([arm]) => arm === value)) person.arm = value;
        }
      }
    }
    if (this.conditions.all === null) return people;
    for (const { form, at, records } of own) {
      const person = people.get(at.participant);
      const day = this.dayOf(at, person);
      for (const { fields } of records) person.facts.push(...new Told(this.book, form, fields, day).facts());
      // That a visit took place is told by its own form.
      if (form.name === VISITS && at.visit !== undefined && day !== null) {
        person.facts.push({ kind: "listed", list: "events", entry: { name: at.visit, on: dayText(day) } });
      }
    }
    return people;
  }

  /** Which time it is of a visit: 1 for one that takes place once, null where nobody has said it. */
  numberOf(at) {
    return this.visits.get(at.visit)?.repeats ? (at.repeat ?? null) : 1;
  }

  /** The day of the visit at which something stands. */
  dayOf(at, person) {
    return person.visits.get(at.visit)?.get(this.numberOf(at)) ?? null;
  }

  /** Whether a form is filled in at its visit by this participant, as far as conditions go. */
  applies(form, at, person) {
    const numbers = this.conditions.ofForm(form, at.visit);
    return { ...this.conditions.holds(at.participant, person, this.dayOf(at, person), numbers), words: this.conditions.words(numbers) };
  }

  leaveOpen(what, words, missing) {
    this.undecided.add(`whether ${what} (only if ${words})${missing.length > 0 ? `: ${missing[0]}` : ""}`);
  }

  labelOf(visit) {
    return this.visits.get(visit)?.label ?? "";
  }

  /** An entry of a form that is none of this participant's. Says whether it is one. */
  notTheirs(entry, person, found) {
    const { form, at } = entry;
    const { truth, missing, words } = this.applies(form.name, at, person);
    if (truth === null) this.leaveOpen(`${form.name} is filled in at ${this.labelOf(at.visit)}`, words, missing);
    if (truth !== false || saysThatItWasNotDone(entry)) return false;
    const what = `this is filled in only if ${words}, and that is not so for this participant`;
    const help = "Remove the entry, or correct the answers on which the condition rests.";
    found({ code: CODES.notTheirs, at: { ...at }, what, help });
    return true;
  }

  /** Forms that are not there though their visit took place and they are for this participant. */
  missed(entries, people, found) {
    const held = entries.filter(({ form, at, records }) => {
      const tookPlace = records.some(({ fields }) => fields.SVOCCUR === "Y");
      return form.name === VISITS && tookPlace && at.participant !== undefined && at.visit !== undefined;
    });
    for (const { at, source } of held) {
      const person = people.get(at.participant);
      const isSame = (one) => one === undefined || at.repeat === undefined || one === at.repeat;
      const isThere = ({ form, at: other }, name) =>
        form.name === name && other.participant === at.participant && other.visit === at.visit && isSame(other.repeat);
      for (const form of this.book.forms) {
        const isExpected = form.visits.includes(at.visit) && !form.repeating && form.name !== VISITS && form.items.length > 0;
        if (!isExpected || entries.some((entry) => isThere(entry, form.name))) continue;
        const say = `${form.name} is missing at ${this.labelOf(at.visit)}`;
        if (at.repeat !== undefined && !isFilledIn(form, at.visit, at.repeat)) continue;
        if (at.repeat === undefined && form.cycles.some(([visit]) => visit === at.visit)) {
          this.undecided.add(`whether ${say}: which time it is (REPEAT) is not recorded`);
          continue;
        }
        const lists = [form.arms, this.visits.get(at.visit)?.arms ?? []].filter((arms) => arms.length > 0);
        if (person.arm !== null && lists.some((arms) => !arms.includes(person.arm))) continue;
        if (person.arm === null && lists.length > 0) {
          this.undecided.add(`whether ${say}: the arm is not recorded`);
          continue;
        }
        const { truth, missing, words } = this.applies(form.name, at, person);
        if (truth === null) this.leaveOpen(say, words, missing);
        if (truth !== true) continue;
        const because = words ? ` (${words})` : "";
        const where = { ...at, form: form.name };
        const what = `the visit took place, and the form is not there${because}`;
        const help = "Fill it in, or confirm with a reason that there is nothing to fill in.";
        found({ code: CODES.formMissing, at: where, check: `${form.name}.entry`, value: "", what, help, source });
      }
    }
  }

  /** Finds a form or visit of other arms than the participant's. Says whether it is none. */
  arms({ form, at }, { arm }, found) {
    if (arm === null) return true;
    const arms = [form.arms, this.visits.get(at.visit)?.arms ?? []].find((list) => list.length > 0 && !list.includes(arm));
    if (!arms) return true;
    const what = `this is filled in only in ${arms.join(", ")}, and the participant is in ${arm}`;
    found({ code: CODES.visit, at: { ...at }, value: arm, what, help: "Remove the entry, or correct the arm." });
    return false;
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

  /** Whether conditions of the protocol keep a question from the participant of the record that was checked last. */
  isKept(form, at, field) {
    const person = this.known.get(at.participant);
    if (!person) return false;
    const time = this.timeOf(form, at);
    const numbers = [...this.conditions.ofForm(form.name, at.visit), ...this.conditions.ofField(form.name, field, at.visit, time)];
    return this.conditions.holds(at.participant, person, this.dayOf(at, person), numbers).truth === false;
  }

  /** Whether a question is asked of this record. Of some cycles, it is where nobody has said which cycle this is. */
  isAsked(form, fields, at, item) {
    const given = new Given(form, fields, at.visit ?? null, this.timeOf(form, at), null);
    return item.asked.every((truth) => given.holds(truth) === true || (isOfTime(truth) && given.holds(truth) === null));
  }

  /** Which time it is of its visit, where a form is filled in at it; that it is not is told once. */
  timeOf(form, at) {
    return at.repeat !== undefined && isFilledIn(form, at.visit, at.repeat) ? at.repeat : null;
  }

  /** First and last day of a visit as text, where the record tells the day of its anchor. */
  due(record, participant, visit, number) {
    const { entries } = new Entries(this.book, record, () => {});
    const person = this.people(entries).get(participant);
    const window = person && this.visits.has(visit) ? this.windows.of(person, visit, number) : null;
    return window && window.waitsFor === undefined ? [dayText(window.earliest), dayText(window.latest)] : null;
  }
}

function nobody() {
  return { events: new Map(), visits: new Map(), arm: null, facts: [] };
}

const keepFirst = (map, key, value) => map.has(key) || map.set(key, value);

/** A site that says of something that is not for this participant that it was not done is right. */
function saysThatItWasNotDone({ records }) {
  const isDone = ([name]) => name.endsWith("PERF") || name.endsWith("OCCUR");
  const answers = records.flatMap(({ fields }) => Object.entries(fields)).filter(isDone);
  return answers.length > 0 && answers.every(([, value]) => value === "N");
}

/** The confirmation is of this query and of the value as it is now. */
function isOf(one, { at, check, value }) {
  return (
    one.check === check &&
    one.value === value &&
    (one.participant === undefined || one.participant === at.participant) &&
    one.form === at.form &&
    one.visit === at.visit &&
    (one.repeat === undefined ? undefined : Number(one.repeat.text)) === (at.repeat ?? undefined) &&
    (one.record === undefined ? undefined : Number(one.record.text)) === (at.record ?? undefined)
  );
}

/** One record of an entry against its form. */
class Judge {
  constructor(checker, { form, at }, { number, fields }, person, today, found, isTheirs) {
    const given = new Given(form, fields, at.visit ?? null, checker.timeOf(form, at), today);
    Object.assign(this, { checker, form, fields, person, given, found, isTheirs, wrong: new Set(), kept: new Set() });
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

  /** Whether an item is asked, as far as its visits and times (null: nobody can tell) and its conditions go. */
  isAsked(item) {
    const holds = (truths) => this.given.holds({ all: truths });
    const atTime = this.given.visit === null ? true : holds(item.asked.filter(isOfTime));
    return { atTime, met: holds(item.asked.filter((truth) => !isOfTime(truth))) === true };
  }

  asked() {
    for (const item of this.form.items) {
      if (item.depends.some((field) => this.wrong.has(field))) {
        this.wrong.add(item.name);
        continue;
      }
      const { atTime, met } = this.isAsked(item);
      const atVisit = atTime !== false;
      const isThere = this.given.has(item.name);
      if (atTime === null && met && this.at.repeat === undefined) {
        const where = `${item.name} of ${this.form.name} is asked at ${this.checker.labelOf(this.given.visit)}`;
        this.checker.undecided.add(`whether ${where}: which time it is (REPEAT) is not recorded`);
      }
      if (isThere && !(atVisit && met)) {
        this.wrong.add(item.name);
        if (atVisit) this.say(CODES.notAsked, item.name, "this is not asked after these answers", "Remove the answer.");
        else this.say(CODES.visit, item.name, ...this.elsewhere(item));
      }
      if (atVisit && met && !this.isOfThem(item, isThere)) {
        // A question that is kept from them and has no answer is not missed by any check.
        (isThere ? this.wrong : this.kept).add(item.name);
        if (isThere) {
          const words = this.checker.conditions.words(this.laidOn(item.name));
          const what = `this is asked only if ${words}, and that is not so for this participant`;
          this.say(CODES.notTheirs, item.name, what, "Remove the answer, or correct those on which the condition rests.");
        }
        continue;
      }
      // Nobody can tell whether it is missed.
      if (atTime === null && !isThere && met) this.kept.add(item.name);
      if (atTime === null) continue;
      const isVisitKnown = this.given.visit !== null || !item.asked.some(isOfTime);
      if (!isThere && atVisit && met && item.required && isVisitKnown) {
        this.wrong.add(item.name);
        this.say(CODES.missing, item.name, "there is no answer", "Answer it.");
      }
    }
  }

  /** What is said of an answer to a question that is asked at other visits, or in other cycles of this one. */
  elsewhere(item) {
    if (item.visits.includes(this.given.visit) && this.given.time !== null) return [`this is not asked in cycle ${this.given.time}`, "Remove the answer."];
    return ["this is not asked at this visit", `It is asked at ${item.visits.join(", ")}.`];
  }

  /** The conditions of the protocol under which a field is asked here. */
  laidOn(field) {
    return this.checker.conditions.ofField(this.form.name, field, this.given.visit, this.given.time);
  }

  /** Whether a question is this participant's. Where nobody can tell, it is not missed, and an answer to it stands. */
  isOfThem(item, isThere) {
    const { checker, given, at, form } = this;
    const isOpen = given.visit === null && form.visits.length > 0 && checker.conditions.isConditional(form.name, item.name);
    if (!this.isTheirs || isOpen) return isThere;
    const numbers = this.laidOn(item.name);
    const { truth, missing } = checker.conditions.holds(at.participant, this.person, checker.dayOf(at, this.person), numbers);
    if (truth !== null) return truth;
    const where = given.visit === null ? "" : ` at ${checker.labelOf(given.visit)}`;
    checker.leaveOpen(`${item.name} of ${form.name} is asked${where}`, checker.conditions.words(numbers), missing);
    return isThere;
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
    const truth = demand.by ?? demand.where_asked;
    if (truth) {
      const isAside = (field) => this.wrong.has(field) || this.kept.has(field);
      if (itemsOf(truth).some((item) => isAside(this.given.fieldOf(item)))) return null;
      const holds = this.given.holds(truth);
      if (holds === null && this.given.today === null && asksToday(truth)) {
        this.checker.undecided.add("whether dates lie in the future: the day of the check is not given (`--as-of`)");
      }
      return holds;
    }
    if (demand.in_window !== undefined) {
      const day = this.day(demand.in_window);
      if (day === null || !isDay(day) || this.given.visit === null) return null;
      const window = this.window();
      if (!window) return null;
      const number = readDate(day).earliest;
      return window.earliest <= number && number <= window.latest;
    }
    if (demand.not_before) {
      const [day, on] = [this.day(demand.not_before.field), this.person.events.get(demand.not_before.event)];
      if (day === null) return null;
      if (on === undefined) this.checker.undecided.add(`whether dates lie after ${demand.not_before.event}, which is not recorded`);
      return on === undefined ? null : inCommon(day, dayText(on)) >= 0;
    }
    return true;
  }

  /** First and last day of the visit; null where they are not known. */
  window() {
    const { checker, at, given } = this;
    const number = checker.numberOf(at);
    const window = number === null ? { waitsFor: "which time it is (REPEAT)" } : checker.windows.of(this.person, given.visit, number);
    if (window === null || window.waitsFor === undefined) return window;
    checker.undecided.add(`whether ${checker.labelOf(given.visit)} lies in its window: ${window.waitsFor} is not recorded`);
    return null;
  }

  day(field) {
    return this.wrong.has(field) ? null : this.given.text(field);
  }
}
