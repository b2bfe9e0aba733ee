// One answer against the type, list and limits of its question. Numbers are exact, as everywhere.

/** A day that the calendar has. */
const isDay = (text) => /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) && readDate(text) !== null;
const isPartialDate = (text) => isDay(text) || (/^[0-9]{4}(-[0-9]{2})?$/.test(text) && readDate(text) !== null);
const isTime = (text) => /^([01][0-9]|2[0-3]):[0-5][0-9]$/.test(text);

/** A number as JSON writes it, from what a person types: `007,5` is none, `07.5` is 7.5. */
function plainNumber(text) {
  const parts = /^([-−–]?)0*([0-9]+(?:\.[0-9]+)?|\.[0-9]+)$/.exec(text.trim());
  if (!parts) return null;
  const digits = parts[2].startsWith(".") ? `0${parts[2]}` : parts[2];
  return new JsonNumber((parts[1] ? "-" : "") + digits);
}

/** Value and unit of a quantity, where it has both and nothing else. */
function quantity(value) {
  if (!isObject(value) || Object.keys(value).length !== 2) return null;
  return value.value instanceof JsonNumber && typeof value.unit === "string" ? value : null;
}

/** The answer as people write it; the record's confirmations hold it so. */
function written(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return value;
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return "[…]";
  const measured = quantity(value);
  return measured ? `${measured.value.text} ${measured.unit}` : "{…}";
}

const CODES = {
  shape: "Q01",
  unknown: "Q02",
  visit: "Q03",
  missing: "Q04",
  notAsked: "Q05",
  type: "Q06",
  list: "Q07",
  limit: "Q08",
  implausible: "Q09",
  failed: "Q10",
  query: "Q11",
  twice: "Q12",
  version: "Q13",
  notTheirs: "Q14",
  formMissing: "Q15",
};

const fault = (code, what, help) => ({ code, what, help });
const ofType = (what, help) => fault(CODES.type, what, help);
const NUMBER_HELP = "Write digits, with a point before decimals: 7.5";
const DAY_HELP = "Write year, month and day: 2011-02-28";
const PARTIAL_HELP = "Write as much of it as is known: 2011, 2011-02 or 2011-02-28";
const CORRECT = "correct it from the source";

const limitOf = (limits, unit) => limits.find((limit) => (limit.unit ?? null) === unit) ?? null;
const unitName = (item, unit) => item.units.find(([code]) => code === unit)?.[1] ?? unit ?? "";

function isOutside(limit, value) {
  return isLess(value, ruleNumber(limit.low)) || isLess(ruleNumber(limit.high), value);
}

function beyond(item, value, unit) {
  const limit = limitOf(item.hard, unit);
  if (!limit || !isOutside(limit, value)) return null;
  const side = isLess(value, ruleNumber(limit.low)) ? "below" : "above";
  const span = `${limit.low} to ${limit.high} ${unitName(item, unit)}`.trim();
  return fault(CODES.limit, `this is ${side} the limit of the field`, `The field takes ${span}: ${CORRECT}.`);
}

function numberFault(item, number, unit) {
  const value = readNumber(number.text);
  return value ? beyond(item, value, unit) : ofType("this number is too large or too small to be one", NUMBER_HELP);
}

/** What is wrong with an answer by itself; null where nothing is. */
function faultOf(item, value) {
  if (value === null) return ofType("this is no answer", "Leave it empty where there is no answer.");
  const isText = typeof value === "string";
  switch (item.kind) {
    case "text":
      return isText && value ? null : ofType("this is not a text", "Leave it empty where there is no answer.");
    case "integer": {
      if (!(value instanceof JsonNumber)) return ofType("this is not a whole number", "Write digits: 3");
      const number = readNumber(value.text);
      if (number && number.bottom !== 1n) return ofType("this is not a whole number", "Write it without decimals.");
      return numberFault(item, value, null);
    }
    case "number": {
      if (item.units.length === 0) {
        return value instanceof JsonNumber ? numberFault(item, value, null) : ofType("this is not a number", NUMBER_HELP);
      }
      const measured = quantity(value);
      if (!measured) {
        const hasNone = value instanceof JsonNumber || (isObject(value) && !("unit" in value));
        return ofType(hasNone ? "this number has no unit" : "this is not a number with its unit", NUMBER_HELP);
      }
      if (!readNumber(measured.value.text)) return numberFault(item, measured.value, measured.unit);
      if (!item.units.some(([code]) => code === measured.unit)) {
        const units = item.units.map(([, name]) => name).join(", ");
        return fault(CODES.list, `${measured.unit} is no unit of the field`, `Choose one of ${units}.`);
      }
      return numberFault(item, measured.value, measured.unit);
    }
    case "date":
      return isText && isDay(value) ? null : ofType("this is not a day of the calendar", DAY_HELP);
    case "partial_date":
      return isText && isPartialDate(value) ? null : ofType("this is not a date", PARTIAL_HELP);
    case "time":
      return isText && isTime(value) ? null : ofType("this is not a time of day", "Write hours and minutes: 07:30");
    default: {
      const isOne = isText && item.choices.some(([code]) => code === value);
      const answers = item.choices.map(([code, label]) => (code === label ? code : `${code} (${label})`)).join(", ");
      return isOne ? null : fault(CODES.list, "this is none of the answers", `Choose one of ${answers}.`);
    }
  }
}

/** The soft limits that a right answer lies outside of, in words; null where it does not. */
function implausible(item, value) {
  if (item.kind !== "number") return null;
  const measured = quantity(value);
  const unit = measured ? measured.unit : null;
  const number = measured ? measured.value : value;
  if (!(number instanceof JsonNumber)) return null;
  const limit = limitOf(item.soft, unit);
  if (!limit || !isOutside(limit, readNumber(number.text))) return null;
  return `${limit.low} to ${limit.high} ${unitName(item, unit)}`.trim();
}
