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
    const shortest = isOfBeginnings(system) ? Math.min(rest.length, 1) : rest.length;
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

  /** Whether nothing that counts as the one counts as the other. */
  areApart(one, other) {
    const [ones, others] = [this.below.get(one), this.below.get(other)];
    if (ones && others) return ![...ones].some((name) => others.has(name));
    return !this.isA(one, other) && !this.isA(other, one);
  }

  /** Whether a code of the class is known to be none of `other`: in ICD-10 and ATC one that stands neither above nor below the
   * codes of `other`, and that is not the code by which the class itself is called, or what is unspecified of it (`.9`). */
  isOtherCode(written, of, other) {
    const folded = foldedCode(written);
    const colon = folded.indexOf(":");
    const [system, code] = [folded.slice(0, Math.max(colon, 0)), folded.slice(colon + 1)];
    if (!isOfBeginnings(system) || !this.isKnownIn(system, other)) return false;
    const below = (name) => [...(this.below.get(name) ?? [])];
    const listedBy = (name) => below(name).flatMap((one) => this.listedIn(system, one));
    if (listedBy(other).some((one) => code.startsWith(one) || one.startsWith(code))) return false;
    const classes = below(of).filter((name) => name === of || this.isA(other, name));
    // Of several codes each is a part of the class; the only one is the class itself.
    const isWhole = (name) => {
      const [only, ...more] = this.listedIn(system, name);
      if (only === undefined || more.length || !code.startsWith(only)) return false;
      return code === only || (system === "icd10" && only.length >= CATEGORY && code[only.length] === "9");
    };
    return listedBy(of).some((one) => code.startsWith(one)) && !classes.some(isWhole);
  }

  /** The codes that a concept itself lists in a system. */
  listedIn(system, name) {
    const codes = declared(declared(this.document.concepts, name)?.codes ?? {}, system) ?? [];
    return codes.map(({ code }) => foldedCode(code));
  }

  /** Whether all that counts as this can be told by a code of the system. */
  isKnownIn(system, name, depth = 0) {
    if (this.listedIn(system, name).length) return true;
    const concept = declared(this.document.concepts, name);
    if (!concept || concept.open_list || depth >= DEEPEST_CLASS || concept.members.length === 0) return false;
    return concept.members.every((member) => this.isKnownIn(system, member, depth + 1));
  }
}

/** Letters of a category of ICD-10 (`C34`): behind it stands `9` for what is unspecified. */
const CATEGORY = 3;

/** Whether a code of this system stands for all codes that begin with it, and each code has one place. */
const isOfBeginnings = (system) => system === "icd10" || system === "atc";

function keep(map, key, value) {
  if (!map.has(key)) map.set(key, value);
}

function gather(map, key, value) {
  if (map.has(key)) map.get(key).push(value);
  else map.set(key, [value]);
}

const byCodePoint = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
