// What a verdict rests on, and what it lacks. The shapes are those of docs/schemas/verdict.schema.json.

/** Thrown where a value cannot be had: what is missing for it. */
class Lacking {
  constructor(missing) {
    this.missing = missing;
  }
}

const missing = (kind, item, why, ask) => ({ kind, item, why, ask });
const lacking = (kind, item, why, ask) => new Lacking([missing(kind, item, why, ask)]);

const evidenceOf = (item, label, value) => (value === undefined ? { item, label } : { item, label, value });

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function pushNew(list, items) {
  for (const item of items) if (!list.some((other) => same(other, item))) list.push(item);
}

// ---- outcomes: what became of one comparison or finding -------------------------------------------------------------------

const outcomeOf = (truth, evidence = [], missing = [], compared = null) => ({ truth, evidence, missing, compared });
const known = (truth, evidence) => outcomeOf(truth, evidence);
const unknownFor = (missing, evidence) => outcomeOf(UNKNOWN, evidence, missing);

/** Runs a computation that may lack something; what it lacks makes the outcome unknown. */
function unlessLacking(run) {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof Lacking) return unknownFor(thrown.missing);
    throw thrown;
  }
}

/** The result of a computation, or what it lacks, as `{ found }` or `{ missing }`. */
function attempt(run) {
  try {
    return { found: run() };
  } catch (thrown) {
    if (thrown instanceof Lacking) return { missing: thrown.missing };
    throw thrown;
  }
}

/** Both results; what either lacks, if one does. */
function attemptAll(runs) {
  const tried = runs.map(attempt);
  const open = [];
  for (const one of tried) if (one.missing) pushNew(open, one.missing);
  if (tried.some((one) => one.missing)) throw new Lacking(open);
  return tried.map((one) => one.found);
}

// ---- traces: what became of one clause ------------------------------------------------------------------------------------

const leaf = (clause, outcome) => ({ clause, truth: outcome.truth, parts: [], outcome });
/** A connective, of whose parts those are kept that decide. */
const node = (clause, truth, parts) => ({ clause, truth, parts, outcome: outcomeOf(truth) });
const leavesOf = (trace) => (trace.parts.length ? trace.parts.flatMap(leavesOf) : [trace]);

// ---- ties -----------------------------------------------------------------------------------------------------------------

/** Which of several tied values is taken in this run: an odometer over all combinations. */
class Choices {
  constructor() {
    this.path = [];
  }

  /**
   * Index of the value to take of the tie; the same one whenever the tie comes up again in this run. Where another window holds other
   * values of the same day, that is another tie.
   */
  take(what, of, tie) {
    const shown = tie();
    const key = `${what}, ${of} of ${shown.values.join(", ")}`;
    const place = this.path.find((choice) => choice.key === key);
    if (place) return place.taken;
    this.path.push({ key, of, taken: 0, tie: shown });
    return 0;
  }

  /** Moves to the next combination; false when all have been tried. */
  advance() {
    while (this.path.length) {
      const last = this.path[this.path.length - 1];
      last.taken += 1;
      if (last.taken < last.of) return true;
      this.path.pop();
    }
    return false;
  }
}
