// What is typed: texts, as they stand in the fields. A record is made of what is whole in it, and a draft of a record that is loaded.

const TEXT_FIELDS = ["value", "unit", "on", "low", "high", "state", "specimen", "source"];
const DATE_FIELDS = ["on", "from", "to"];

const emptyDraft = () => ({
  person: { id: "", sex: "", born: "", country: "", arm: "" },
  recorded: "",
  results: [],
  entries: [],
  absences: [],
  coverage: [],
  answers: Object.create(null),
  persons: Object.create(null),
});

const written = (value) =>
  value === undefined || value === null ? "" : value instanceof JsonNumber ? value.text : String(value);
/** A value that is not known is an empty field. */
const writtenValue = (value) => (isObject(value) ? "" : written(value));
const without = (object, keys) =>
  Object.fromEntries(Object.entries(object).filter(([key, value]) => !keys.includes(key) && value !== null));

/** A draft of a record. Fields that the page does not show are kept in `rest`. */
function draftOf(record) {
  const draft = emptyDraft();
  for (const key of Object.keys(draft.person)) draft.person[key] = written(record.person?.[key]);
  draft.recorded = written(record.recorded);
  draft.results = (record.measurements ?? []).map((result) => ({
    measure: result.measure,
    ...Object.fromEntries(TEXT_FIELDS.map((key) => [key, key === "value" ? writtenValue(result.value) : written(result[key])])),
    unknown: isObject(result.value) ? result.value : null,
    rest: without(result, ["measure", ...TEXT_FIELDS]),
  }));
  for (const list of LISTS) for (const entry of record[list] ?? []) draft.entries.push(draftEntry(list, entry));
  const period = ({ from, to }) => ({ from: written(from), to: written(to) });
  draft.absences = (record.absences ?? []).map((absence) => ({ name: absence.name, ...period(absence) }));
  draft.coverage = (record.coverage ?? []).map((coverage) => ({ of: coverage.of, ...period(coverage) }));
  Object.assign(draft.answers, record.answers ?? {});
  for (const [name, other] of Object.entries(record.persons ?? {})) draft.persons[name] = draftOf(other);
  return draft;
}

function draftEntry(list, entry) {
  return {
    list,
    name: written(entry.name),
    ...Object.fromEntries(DATE_FIELDS.map((key) => [key, written(entry[key])])),
    dose: written(entry.dose?.value),
    doseUnit: written(entry.dose?.unit),
    source: written(entry.source),
    qualifiers: Object.assign(Object.create(null), entry.qualifiers ?? {}),
    attributes: Object.assign(Object.create(null), entry.attributes ?? {}),
    rest: without(entry, ["name", ...DATE_FIELDS, "dose", "source", "qualifiers", "attributes"]),
  };
}

const newResult = (measure, unit) => ({
  ...Object.fromEntries(TEXT_FIELDS.map((key) => [key, ""])),
  measure,
  unit,
  unknown: null,
  rest: {},
});
const newEntry = (list, name) => draftEntry(list, { name });

const isDate = (text) => readDate(text.trim()) !== null;
const isFullDate = (text) => isDate(text) && isExact(readDate(text.trim()));

/** Nothing of it is filled in but perhaps its unit. */
const isBlank = (result) => !result.unknown && TEXT_FIELDS.every((key) => key === "unit" || !result[key].trim());

/** What a row lacks, in words; an empty text where it is whole. A row without its value or date stands: what it decides stays open. */
function wantingOfResult(result) {
  if (isBlank(result)) return "";
  const fault = faultOfResult(result);
  if (fault) return fault;
  if (!result.value.trim()) return "The value is missing: what this result decides stays open.";
  if (!result.on.trim()) return "The date is missing: it may have been any day, and what that decides stays open.";
  return "";
}

/** What cannot be read of a row; such a row does not count. */
function faultOfResult(result) {
  if (result.on.trim() && !isDate(result.on)) return "The date does not read; write 2011-06-28, or 2011-06 or 2011 where no more is known.";
  const limits = [result.low, result.high].filter((text) => text.trim());
  if (!limits.every((text) => readNumber(text))) return "A limit of normal is a number.";
  return "";
}

function wantingOfEntry(entry) {
  const dates = DATE_FIELDS.map((key) => entry[key]).filter((text) => text.trim());
  if (!dates.every(isDate)) return "A date does not read; write 2011-06-28, or 2011-06 or 2011 where no more is known.";
  if (entry.dose.trim() && !readNumber(entry.dose)) return "The dose is a number.";
  return "";
}

/** The record of a draft: what is whole in it. */
function recordOf(draft) {
  const record = {};
  const person = {};
  for (const [key, value] of Object.entries(draft.person)) {
    if (value.trim() && (key !== "born" || isDate(value))) person[key] = value.trim();
  }
  record.person = person;
  if (isFullDate(draft.recorded)) record.recorded = draft.recorded.trim();
  const resultOf = ({ measure, unknown, rest, ...texts }) => {
    const value = texts.value.trim() ? {} : { value: unknown };
    return { measure, ...filled(texts), ...value, ...rest };
  };
  const isThere = (result) => !isBlank(result) && !faultOfResult(result);
  put(record, "measurements", draft.results.filter(isThere).map(resultOf));
  const entries = draft.entries.filter((entry) => !wantingOfEntry(entry));
  for (const list of LISTS)
    put(record, list, entries.filter((entry) => entry.list === list && isSaid(entry)).map(entryOf));
  const isPeriod = ({ from, to }) => [from, to].every((text) => !text.trim() || isDate(text));
  const absences = draft.absences.map(({ name, from, to }) => ({ name, from, to }));
  put(record, "absences", absences.filter(isPeriod).map(filled));
  put(record, "coverage", draft.coverage.filter(isPeriod).map(filled));
  put(record, "answers", { ...draft.answers });
  const others = Object.entries(draft.persons).map(([name, other]) => [name, recordOf(other)]);
  put(
    record,
    "persons",
    Object.fromEntries(others.filter(([, other]) => Object.keys(other).length > 1 || Object.keys(other.person).length)),
  );
  return record;
}

/** An event is said with its date; a finding without any date is known to have been, not when. */
const isSaid = (entry) =>
  entry.list !== "events" || DATE_FIELDS.some((key) => entry[key].trim()) || Object.keys(entry.rest).length > 0;

function entryOf(entry) {
  const { name, on, from, to, source, qualifiers, attributes, rest } = entry;
  const said = filled({ name, on, from, to, source });
  if (entry.dose.trim()) said.dose = filled({ value: entry.dose, unit: entry.doseUnit });
  put(said, "qualifiers", { ...qualifiers });
  put(said, "attributes", { ...attributes });
  return { ...said, ...rest };
}

function filled(texts) {
  const kept = Object.entries(texts).filter(([, text]) => text.trim());
  return Object.fromEntries(kept.map(([key, text]) => [key, text.trim()]));
}

function put(object, key, value) {
  if (Object.keys(value).length) object[key] = value;
}
