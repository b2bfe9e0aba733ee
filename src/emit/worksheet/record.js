// Records of people: what docs/schemas/record.schema.json describes, and nothing else. Nothing is required and nothing has a
// default: what is absent is unknown.

const SEXES = ["female", "male", "other", "unknown"];
const ANSWERS = ["yes", "no", "unknown"];
const LISTS = ["findings", "exposures", "procedures", "events"];

/** The record in a text. Throws `Unreadable` with the place and the reason when it is none. */
function readRecord(text) {
  const record = readJson(text);
  checkRecord(record, "the record");
  return record;
}

function refuse(where, why) {
  throw new Unreadable(`${where}: ${why}`);
}

const isText = (value) => typeof value === "string";

function textOrNull(value, where) {
  if (value !== null && !isText(value)) refuse(where, "a text is expected");
}

function dateOrNull(value, where) {
  if (value !== null) date(value, where);
}

function date(value, where) {
  if (!isText(value) || !readDate(value)) {
    refuse(where, "write a date as 2011-06-28, or 2011-06 or 2011 where no more is known");
  }
}

function texts(value, where) {
  if (!Array.isArray(value) || !value.every(isText)) refuse(where, "a list of texts is expected");
}

function number(value, where) {
  const written = value instanceof JsonNumber ? value.text : value;
  if (!isText(written) || !readNumber(written)) refuse(where, "a number is expected");
}

function numberOrNull(value, where) {
  if (value !== null) number(value, where);
}

function oneOf(choices) {
  return (value, where) => {
    if (!choices.includes(value)) refuse(where, `write one of: ${choices.join(", ")}`);
  };
}

function listOf(check) {
  return (value, where) => {
    if (!Array.isArray(value)) refuse(where, "a list is expected");
    value.forEach((one, place) => check(one, `${where}, number ${place + 1}`));
  };
}

function mapOf(check) {
  return (value, where) => {
    if (!isObject(value)) refuse(where, "an object `{ … }` is expected");
    for (const [key, one] of Object.entries(value)) check(one, `${where}, \`${key}\``);
  };
}

function objectOf(fields, required = []) {
  return (value, where) => {
    if (!isObject(value)) refuse(where, "an object `{ … }` is expected");
    for (const [key, one] of Object.entries(value)) {
      if (!Object.hasOwn(fields, key))
        refuse(where, `there is no \`${key}\` here; known: ${Object.keys(fields).join(", ")}`);
      fields[key](one, `${where}, \`${key}\``);
    }
    for (const key of required) if (!(key in value)) refuse(where, `\`${key}\` is missing`);
  };
}

const checkResult = objectOf(
  {
    measure: (value, where) => isText(value) || refuse(where, "a text is expected"),
    codes: texts,
    value: (value, where) => {
      if (value === null) return;
      if (isObject(value) && isText(value.unknown) && Object.keys(value).length === 1) return;
      if (!(value instanceof JsonNumber) && !(isText(value) && value.trim()))
        refuse(where, "a number or a text is expected; null where the value is not known");
      if (value instanceof JsonNumber) number(value, where);
    },
    unit: textOrNull,
    on: date,
    low: numberOrNull,
    high: numberOrNull,
    state: textOrNull,
    specimen: textOrNull,
    source: textOrNull,
  },
  ["measure"],
);

const checkDose = objectOf({ value: number, unit: textOrNull }, ["value"]);

const checkEntry = objectOf({
  name: (value, where) => isText(value) || refuse(where, "a text is expected"),
  also: texts,
  perhaps: texts,
  other_than: texts,
  code: textOrNull,
  codes: texts,
  text: textOrNull,
  unsure: textOrNull,
  on: dateOrNull,
  from: dateOrNull,
  to: dateOrNull,
  qualifiers: mapOf(oneOf(ANSWERS)),
  dose: (value, where) => value === null || checkDose(value, where),
  attributes: mapOf((value, where) => {
    const isWhole = value instanceof JsonNumber && /^-?[0-9]{1,18}$/.test(value.text);
    if (!isWhole && typeof value !== "boolean" && !isText(value))
      refuse(where, "true, false, a whole number or a text is expected");
  }),
  source: textOrNull,
});

const checkRecord = objectOf({
  person: objectOf({
    id: textOrNull,
    sex: (value, where) => value === null || oneOf(SEXES)(value, where),
    born: dateOrNull,
    country: textOrNull,
    arm: textOrNull,
  }),
  recorded: (value, where) => {
    if (value === null) return;
    if (!isText(value) || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value) || !readDate(value)) {
      refuse(where, "write the day as 2011-06-28");
    }
  },
  measurements: listOf(checkResult),
  findings: listOf(checkEntry),
  exposures: listOf(checkEntry),
  procedures: listOf(checkEntry),
  events: listOf(checkEntry),
  absences: listOf(
    objectOf(
      {
        name: (value, where) => isText(value) || refuse(where, "a text is expected"),
        from: dateOrNull,
        to: dateOrNull,
      },
      ["name"],
    ),
  ),
  coverage: listOf(
    objectOf(
      { of: (value, where) => isText(value) || refuse(where, "a text is expected"), from: dateOrNull, to: dateOrNull },
      ["of"],
    ),
  ),
  answers: mapOf(oneOf(ANSWERS)),
  persons: mapOf((value, where) => checkRecord(value, where)),
});

/** A number of a record, as a fraction; null where there is none. */
function recordedNumber(value) {
  return value === undefined || value === null ? null : readNumber(value instanceof JsonNumber ? value.text : value);
}

/** What a result says: `{ number }`, `{ below }` for `<0.5`, `{ above }` for `>120`, `{ word }`, or `{ unknown }` with the reason or
 * null: there is a result, and nobody knows its value. */
function readValue(written) {
  if (written === undefined || written === null) return { unknown: null };
  if (isObject(written)) return { unknown: written.unknown };
  if (written instanceof JsonNumber) return { number: readNumber(written.text) };
  const text = written.trim();
  const first = text[0];
  const sign = "<≤".includes(first) ? "below" : ">≥".includes(first) ? "above" : "number";
  const found = readNumber(sign === "number" ? text : text.slice(1).replace(/^=+/, ""));
  return found ? { [sign]: found } : { word: text };
}

function valueText(value) {
  if (value.word !== undefined) return value.word;
  if (value.unknown !== undefined) return "not known";
  if (value.below) return `<${numberText(value.below)}`;
  return value.above ? `>${numberText(value.above)}` : numberText(value.number);
}
