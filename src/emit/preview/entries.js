// From a record to its entries; what is not one is found, and not guessed at.

const MEMBERS = ["format", "trial", "version", "forms", "confirmed"];

class Entries {
  constructor(book, record, found) {
    Object.assign(this, { book, found, entries: [], confirmed: [] });
    this.read(record);
  }

  say(code, at, what, help) {
    this.found({ code, at, what, help });
  }

  read(record) {
    if (!isObject(record)) return this.say(CODES.shape, {}, "this is not a record of forms", "A record is an object with forms.");
    for (const name of Object.keys(record)) {
      if (!MEMBERS.includes(name)) {
        this.say(CODES.shape, {}, `${name} is no part of a record of forms`, `A record has ${MEMBERS.join(", ")}.`);
      }
    }
    const { book } = this;
    if (Object.hasOwn(record, "format") && record.format !== book.format) {
      this.say(CODES.shape, {}, "this is another format", `This page reads ${book.format}.`);
    }
    if (Object.hasOwn(record, "trial") && record.trial !== book.trial) {
      this.say(CODES.shape, {}, "the record is of another trial", `This page is of ${book.trial}.`);
    }
    if (Object.hasOwn(record, "version") && record.version !== book.version) {
      const here = book.version ? `version ${book.version}` : "no version";
      this.say(CODES.version, {}, `the record was made with another version; this protocol has ${here}`, "Look it through.");
    }
    if (Object.hasOwn(record, "confirmed")) this.readConfirmed(record.confirmed);
    if (!isObject(record.forms)) {
      return this.say(CODES.shape, {}, "the record has no forms", "It holds a list of entries for each form.");
    }
    for (const [name, list] of Object.entries(record.forms)) {
      const form = book.byName.get(name);
      if (!form) {
        this.say(CODES.unknown, {}, `the protocol has no form ${name}`, "Remove it, or load the record into its own protocol.");
      } else if (!Array.isArray(list)) {
        this.say(CODES.shape, { form: name }, "this is not a list of entries", "A form has a list of entries.");
      } else {
        for (const entry of list) this.readEntry(form, entry);
      }
    }
  }

  readConfirmed(list) {
    const shape = "It names form, check, value and reason.";
    if (!Array.isArray(list)) return this.say(CODES.shape, {}, "confirmed is not a list", shape);
    for (const one of list) {
      if (isConfirmation(one)) this.confirmed.push(one);
      else this.say(CODES.shape, {}, "this confirms no query", shape);
    }
  }

  readEntry(form, entry) {
    const at = { form: form.name };
    if (!isObject(entry)) return this.say(CODES.shape, at, "this entry is not an object", "An entry has SUBJID and fields.");
    const members = { ...entry };
    if (typeof members.SUBJID === "string" && members.SUBJID) at.participant = members.SUBJID;
    else this.say(CODES.shape, { ...at }, "there is no participant's number", "Write it at the top of the page.");
    delete members.SUBJID;
    if (form.visits.length > 0) {
      if (form.visits.includes(members.VISIT)) {
        at.visit = members.VISIT;
      } else if (typeof members.VISIT === "string") {
        this.say(CODES.visit, { ...at }, `the form is not filled in at ${members.VISIT}`, `It is filled in at ${form.visits.join(", ")}.`);
      } else {
        this.say(CODES.shape, { ...at }, "there is no visit", `The form is filled in at ${form.visits.join(", ")}.`);
      }
      delete members.VISIT;
      this.readRepeat(form, at, members);
    }
    const records = form.repeating ? this.readRecords(at, members) : [{ number: null, fields: members }];
    this.entries.push({ form, at, records, source: entry });
  }

  /** Which time it is of a visit that takes place more than once. */
  readRepeat(form, at, members) {
    const { visits } = this.book;
    const numbered = visits.filter(({ name, repeats }) => repeats && form.visits.includes(name));
    const isNumbered = at.visit === undefined || numbered.some(({ name }) => name === at.visit);
    if (numbered.length === 0 || !isNumbered || !Object.hasOwn(members, "REPEAT")) return;
    const written = members.REPEAT;
    delete members.REPEAT;
    const number = written instanceof JsonNumber && /^[1-9][0-9]*$/.test(written.text) ? Number(written.text) : null;
    if (number === null || number > 4294967295) {
      const what = "this is not the number of a cycle or of an event";
      return this.say(CODES.type, { ...at, field: "REPEAT" }, what, "Write the number of the cycle, from 1.");
    }
    at.repeat = number;
    const visit = visits.find(({ name }) => name === at.visit);
    const help = "Correct the number of the cycle.";
    if (visit && !hasCycle(visit.plan, number)) {
      this.say(CODES.visit, { ...at, field: "REPEAT" }, `cycle ${number} does not have this visit`, help);
    } else if (!isFilledIn(form, at.visit, number)) {
      this.say(CODES.visit, { ...at, field: "REPEAT" }, `the form is not filled in in cycle ${number}`, help);
    }
  }

  readRecords(at, members) {
    for (const name of Object.keys(members)) {
      if (name !== "records") {
        this.say(CODES.unknown, { ...at, field: name }, `there is no ${name} beside the records`, "Fields stand in records.");
      }
    }
    if (!Array.isArray(members.records)) {
      this.say(CODES.shape, { ...at }, "this form has many records", "They stand in a list, records.");
      return [];
    }
    const records = [];
    members.records.forEach((fields, place) => {
      if (isObject(fields)) records.push({ number: place + 1, fields });
      else this.say(CODES.shape, { ...at, record: place + 1 }, "this record is not an object", "A record has fields.");
    });
    return records;
  }
}

/** Whether a form is filled in at a visit in the cycle of this number. */
function isFilledIn(form, visit, number) {
  const cycles = form.cycles.find(([name]) => name === visit)?.[1] ?? null;
  return hasCycle({ cycles }, number);
}

function isConfirmation(one) {
  if (!isObject(one)) return false;
  const known = ["participant", "form", "visit", "check", "value", "reason"];
  return (
    Object.entries(one).every(([name, value]) =>
      ["record", "repeat"].includes(name) ? value instanceof JsonNumber && /^[0-9]+$/.test(value.text) : known.includes(name) && typeof value === "string",
    ) && ["form", "check", "value", "reason"].every((name) => Object.hasOwn(one, name)) && one.reason.trim() !== ""
  );
}
