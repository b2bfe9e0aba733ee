// Which result of which measure a comparison speaks of: every choice that the record leaves open is tried.
//
// A need is `{ measure, select, window }`, `{ measure, moment }` (the value at a moment) or `{ event, occurrence }`. What is bound to it
// is `{ result }`, `{ computed }` (an amount with its evidence), `{ day }` or `{ missing }`.

const keys = new WeakMap();

/** Needs that ask for the same have one key. */
function keyOf(need) {
  let key = keys.get(need);
  if (key === undefined) keys.set(need, (key = JSON.stringify(need)));
  return key;
}

Object.assign(Evaluator.prototype, {
  /** Evaluates `body` for the results that the terms speak of, and combines what comes of each. */
  forEachChoice(terms, windows, scope, body) {
    const needs = new Map();
    for (const window of windows) windowNeeds(window, needs);
    for (const term of terms) this.needs(term, scope, needs);
    return this.chooseAll([...needs.values()], scope, body);
  },

  chooseAll(needs, scope, body) {
    if (needs.length === 0) return body(scope);
    const [need, ...rest] = needs;
    if (scope.find(need)) return this.chooseAll(rest, scope, body);
    const take = (bound) => this.chooseAll(rest, scope.bind(need, bound), body);
    const offer = this.offer(need, scope);
    switch (offer.kind) {
      case "one":
        return take(offer.bound);
      case "one_of":
        return agreement(offer.options.map(take), offer.otherwise, need);
      default: {
        const [sure, perhaps] = [offer.sure.map(take), offer.perhaps.map(take)];
        if (sure.length === 0) {
          const outcome = together(UNKNOWN, [], perhaps);
          outcome.missing.push(offer.none);
          return outcome;
        }
        return dated(together(combined(offer.kind, sure, perhaps), sure, perhaps), need);
      }
    }
  },

  /** Everything in the term of which the record can hold several. */
  needs(term, scope, needs) {
    switch (term.value) {
      case "measured": {
        const [select, window] = scope.leafOf(term.select, term.window);
        windowNeeds(window, needs);
        const formula = this.formulaOfLeaves(term.measure, select, scope);
        if (formula) this.needs(formula, scope.with({ leaf: { select, window } }), needs);
        else addNeed(needs, { measure: term.measure, select, window });
        break;
      }
      case "change":
        for (const moment of [term.from, term.to]) {
          momentNeeds(moment, needs);
          addNeed(needs, { measure: term.measure, moment });
        }
        break;
      case "age":
      case "duration_of":
        momentNeeds(term.at, needs);
        break;
      case "time_between":
      case "area_under":
        momentNeeds(term.from, needs);
        momentNeeds(term.to, needs);
        break;
      case "count":
      case "days":
      case "dose":
        windowNeeds(term.window, needs);
        break;
      case "arithmetic":
        this.needs(term.left, scope, needs);
        this.needs(term.right, scope, needs);
        break;
      case "call":
        for (const argument of term.arguments) this.needs(argument, scope, needs);
        break;
      case "negative":
        this.needs(term.of, scope, needs);
        break;
      case "table":
        for (const row of term.rows) this.needs(row.value, scope, needs);
        break;
      default:
    }
  },
});

function addNeed(needs, need) {
  keep(needs, keyOf(need), need);
}

function windowNeeds(window, needs) {
  for (const moment of [window.from, window.to]) if (moment) momentNeeds(moment, needs);
}

function momentNeeds({ of }, needs) {
  const isSeveral = of.anchor === "event" && (of.occurrence === "any" || of.occurrence === "each");
  if (isSeveral) addNeed(needs, { event: of.name, occurrence: of.occurrence });
}

/** The values that may not count can make `any` true and `every` false, or leave them as they are. */
function combined(kind, sure, perhaps) {
  const truths = (outcomes) => outcomes.map((outcome) => outcome.truth);
  const [combine, decisive, neutral] = kind === "any" ? [anyOf, TRUE, FALSE] : [allOf, FALSE, TRUE];
  const surely = combine(truths(sure));
  if (surely === decisive) return surely;
  return combine([surely, truths(perhaps).every((truth) => truth === neutral) ? neutral : UNKNOWN]);
}

/** One of several possibilities holds: only what all of them say is known. */
function agreement(outcomes, otherwise, need) {
  const truth = otherwise ? UNKNOWN : commonOf(outcomes.map((outcome) => outcome.truth));
  const outcome = together(truth, outcomes, []);
  if (truth === UNKNOWN && otherwise) outcome.missing.push(otherwise);
  return dated(outcome, need);
}

/** Says that dates keep it unknown when nothing else does. */
function dated(outcome, need) {
  if (outcome.truth === UNKNOWN && outcome.missing.length === 0) {
    const item = need.measure ?? need.event;
    const why = `which value of \`${item}\` counts depends on dates that are only partly known`;
    outcome.missing.push(missing("date", item, why, `complete the dates of the values of \`${item}\``));
  }
  return outcome;
}

/** One outcome out of many: the evidence of those that bear it out. */
function together(truth, sure, perhaps) {
  const outcome = outcomeOf(truth);
  const bearing = (one) => truth === UNKNOWN || one.truth === truth;
  for (const one of [...sure, ...(truth === UNKNOWN ? perhaps : [])].filter(bearing)) {
    pushNew(outcome.evidence, one.evidence);
    pushNew(outcome.missing, one.missing);
    outcome.compared ??= one.compared;
  }
  if (truth !== UNKNOWN) outcome.missing = [];
  return outcome;
}
