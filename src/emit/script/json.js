// JSON whose numbers stay as they are written: a value never passes through a float.

/** A number as it stands in the text. */
class JsonNumber {
  constructor(text) {
    this.text = text;
  }
}

const isObject = (value) =>
  value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof JsonNumber);

class Unreadable extends Error {}

/** Deeper nesting is no record. */
const DEEPEST = 120;

/** Reads one JSON value. Objects have no prototype, so that no name of a record means anything to the language. */
function readJson(text) {
  let at = text.startsWith("\ufeff") ? 1 : 0;
  const place = () => {
    const before = text.slice(0, at).split("\n");
    return `line ${before.length}, column ${before[before.length - 1].length + 1}`;
  };
  const fail = (why) => {
    throw new Unreadable(`${place()}: ${why}`);
  };
  const blank = () => {
    while (at < text.length && " \t\r\n".includes(text[at])) at += 1;
  };
  const expect = (sign) => {
    if (text[at] !== sign) fail(`\`${sign}\` is expected here`);
    at += 1;
  };
  const token = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at += found[0].length;
    return found?.[0];
  };
  const string = () => {
    const found = token(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
    if (found === undefined) fail("this text has no end, or a sign that JSON does not allow");
    return JSON.parse(found);
  };
  const value = (depth) => {
    if (depth > DEEPEST) fail("this is nested too deeply");
    blank();
    if (text[at] === "{") return object(depth);
    if (text[at] === "[") return list(depth);
    if (text[at] === '"') return string();
    const word = token(/true|false|null/y);
    if (word) return JSON.parse(word);
    const number = token(/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y);
    return number === undefined ? fail("this is no JSON") : new JsonNumber(number);
  };
  const object = (depth) => {
    const found = Object.create(null);
    at += 1;
    blank();
    if (text[at] === "}") {
      at += 1;
      return found;
    }
    for (;;) {
      blank();
      const key = string();
      if (key in found) fail(`\`${key}\` stands here twice`);
      blank();
      expect(":");
      found[key] = value(depth + 1);
      blank();
      if (text[at] === "}") break;
      expect(",");
    }
    at += 1;
    return found;
  };
  const list = (depth) => {
    const found = [];
    at += 1;
    blank();
    if (text[at] === "]") {
      at += 1;
      return found;
    }
    for (;;) {
      found.push(value(depth + 1));
      blank();
      if (text[at] === "]") break;
      expect(",");
    }
    at += 1;
    return found;
  };
  const found = value(0);
  blank();
  if (at < text.length) fail("a file of this page holds one record, and something follows it");
  return found;
}

/** Writes what `readJson` reads, in lines for people. */
function writeJson(value, indent = "") {
  if (value instanceof JsonNumber) return value.text;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((one) => writeJson(one, inner))
    : Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${writeJson(one, inner)}`);
  const [open, close] = isList ? "[]" : "{}";
  if (parts.length === 0) return open + close;
  const line = `${open}${parts.join(", ")}${close}`;
  if (indent && line.length + indent.length < 110 && !line.includes("\n")) return line;
  return `${open}\n${parts.map((part) => inner + part).join(",\n")}\n${indent}${close}`;
}
