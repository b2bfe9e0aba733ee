// The names of the rules, made ready for looking up: aliases, codes, classes and their members.

/** One spelling for `HbA1c`, `hba1c`, `GLP-1 receptor agonists` and `glp_1_receptor_agonists`. */
const folded = (text) => text.trim().toLowerCase().replace(/[ -]/g, "_");
const foldedCode = (text) => text.trim().toLowerCase().replace(/[. ]/g, "");
const spaced = (name) => name.replaceAll("_", " ");

/** The declaration of this name, if the table has one. */
const declared = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);
/** The words of a declaration, or its name. */
const labelIn = (table, name) => declared(table, name)?.label || name;

/** One word for everything by which an allergy is called. */
const ALLERGY = "allergy";

/** The words of a text, in small letters, without the mark of the plural. */
function wordsOf(text) {
  const words = text.split(/[^\p{Alphabetic}\p{N}]+/u).filter((word) => word);
  return words.map((word) => {
    const small = word.toLowerCase();
    if (["allerg", "hypersensitiv", "intoleran", "anaphyla"].some((beginning) => small.startsWith(beginning)))
      return ALLERGY;
    const one = small.endsWith("s") ? small.slice(0, -1) : "";
    return new TextEncoder().encode(one).length > 3 && !one.endsWith("s") ? one : small;
  });
}

class Vocabulary {
  constructor(document) {
    this.document = document;
    /** Lower-case spellings to the measure's name. */
    this.measures = new Map();
    /** Lower-case spellings to the name of a concept, event or visit. */
    this.things = new Map();
    /** `system:code` to the concepts that list it. */
    this.codes = new Map();
    /** A concept with everything that counts as it, itself included. */
    this.below = new Map();
    this.domains = new Map();
    /** First words of names to whole names, for finding them in other people's words. */
    this.phrases = new Map();
    /** Codes that are all that a concept means. */
    this.whole = new Map();
    // Proper names first: they win over another item's synonym.
    for (const name of Object.keys(document.measures)) this.measures.set(folded(name), name);
    for (const table of [document.concepts, document.events, document.visits]) {
      for (const name of Object.keys(table)) keep(this.things, folded(name), name);
    }
    for (const [name, measure] of Object.entries(document.measures)) {
      for (const alias of [...measure.also, measure.label]) keep(this.measures, folded(alias), name);
      if (measure.loinc) keep(this.measures, folded(`loinc:${measure.loinc.code}`), name);
    }
    for (const [name, concept] of Object.entries(document.concepts)) this.concept(name, concept);
    for (const name of Object.keys(document.events)) keep(this.domains, name, "event");
  }

  concept(name, concept) {
    this.domains.set(name, concept.domain);
    const aliases = [...concept.also, ...concept.brands, concept.label];
    for (const alias of aliases) keep(this.things, folded(alias), name);
    for (const phrase of [...aliases, spaced(name)].map(wordsOf)) {
      if (phrase.length) gather(this.phrases, phrase[0], { phrase, name });
    }
    for (const [system, codes] of Object.entries(concept.codes)) {
      for (const { code } of codes) {
        const key = foldedCode(`${system}:${code}`);
        if (codes.length === 1 && concept.members.length === 0 && !concept.open_list) gather(this.whole, key, name);
        gather(this.codes, key, name);
      }
    }
    const below = new Set();
    const collect = (name) => {
      if (below.has(name)) return;
      below.add(name);
      for (const member of declared(this.document.concepts, name)?.members ?? []) collect(member);
    };
    collect(name);
    this.below.set(name, below);
  }

  /** The measure that a record calls so. */
  findMeasure(written) {
    return this.measures.get(folded(written));
  }

  /** The concept, event or visit that a record calls so. */
  findThing(written) {
    return this.things.get(folded(written));
  }

  /** Every concept that lists this code. In ICD-10 and ATC a code stands for all that begin with it. */
  findCode(written) {
    const code = foldedCode(written);
    const colon = code.indexOf(":");
    if (colon < 0) return [];
    const [system, rest] = [code.slice(0, colon), code.slice(colon + 1)];
    const shortest = system === "icd10" || system === "atc" ? Math.min(rest.length, 1) : rest.length;
    const found = new Set();
    for (let length = rest.length; length >= shortest; length -= 1) {
      for (const name of this.codes.get(code.slice(0, colon + 1 + length)) ?? []) found.add(name);
    }
    return [...found];
  }

  /** What it is said there was none of: by its name, or by a code that is all that it means. */
  findAbsent(written) {
    const name = this.findThing(written);
    return name !== undefined ? [name] : (this.whole.get(foldedCode(written)) ?? []);
  }

  /** Concepts whose names stand in these words. Words about an allergy may be about any. */
  mentioned(text) {
    const words = wordsOf(text);
    const found = new Set();
    words.forEach((word, place) => {
      for (const { phrase, name } of this.phrases.get(word) ?? []) {
        if (phrase.every((one, offset) => words[place + offset] === one)) found.add(name);
      }
    });
    if (words.includes(ALLERGY)) {
      for (const { phrase, name } of [...this.phrases.values()].flat()) if (phrase.includes(ALLERGY)) found.add(name);
    }
    return [...found].sort(byCodePoint);
  }

  /** Whether what is called `name` counts as `of`. */
  isA(name, of) {
    return name === of || Boolean(this.below.get(of)?.has(name));
  }
}

function keep(map, key, value) {
  if (!map.has(key)) map.set(key, value);
}

function gather(map, key, value) {
  if (map.has(key)) map.get(key).push(value);
  else map.set(key, [value]);
}

const byCodePoint = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
