// Comparisons, ranges and lists of codes.

const SYMBOLS = { less: "<", at_most: "<=", equal: "=", not_equal: "!=", at_least: ">=", greater: ">" };
const FLIPPED = {
  less: "greater",
  at_most: "at_least",
  at_least: "at_most",
  greater: "less",
  equal: "equal",
  not_equal: "not_equal",
};
const DAY_TESTS = {
  less: "before",
  at_most: "on or before",
  equal: "on",
  not_equal: "not on",
  at_least: "on or after",
  greater: "after",
};

Object.assign(Evaluator.prototype, {
  compare(left, operator, right, unit, scope) {
    return this.forEachChoice([left, right], [], scope, (scope) =>
      this.tested(left, [{ operator, limit: right }], unit, scope),
    );
  },

  between(value, low, high, unit, scope) {
    const tests = [
      { operator: "at_least", limit: low },
      { operator: "at_most", limit: high },
    ];
    return this.forEachChoice([value, low, high], [], scope, (scope) => this.tested(value, tests, unit, scope));
  },

  /** A value against one limit or two. */
  tested(value, tests, unit, scope) {
    return unlessLacking(() => {
      const span = this.spanOfTime(value, tests);
      if (span) return this.timeHasPassed(span, scope);
      const beside = (term, other) => () => this.sideBeside(term, other, scope);
      const sides = [beside(value, tests[0].limit), ...tests.map(({ limit }) => beside(limit, value))];
      const [found, ...limits] = attemptAll(sides);
      const compared = attempt(() => this.inOneScale(value, found, tests, limits, unit));
      if (compared.missing) return unknownFor(compared.missing, found.evidence);
      return this.judged(value, found, tests, limits, compared.found);
    });
  },

  /** The value and its limits in one unit. A result and its own limit come in one unit, whatever it is. */
  inOneScale(value, found, tests, limits, unit) {
    const isOwnLimit = tests.every(
      ({ limit }) => limit.value === "limit" && value.value === "measured" && limit.measure === value.measure,
    );
    if (isOwnLimit) {
      const bare = (amount) => amount.with({ scale: NUMBER });
      return { amount: bare(found.amount), limits: limits.map((limit) => bare(limit.amount)), by: null, isOwnLimit };
    }
    const of = found.of ?? limits.find((limit) => limit.of !== null)?.of ?? "";
    const target = unit
      ? this.units.ofRule(unit.ucum)
      : (limits.map((limit) => commonUnit(found.amount, limit.amount)).find((unit) => unit) ?? null);
    const converted = this.converted(of, found.amount, target);
    const { isDifference } = found.amount;
    const inUnit = limits.map((limit) => this.converted(of, limit.amount.with({ isDifference }), target).amount);
    return { amount: converted.amount, limits: inUnit, by: converted.by, isOwnLimit };
  },

  judged(value, found, tests, limits, { amount, limits: inUnit, by, isOwnLimit }) {
    const truth = allOf(tests.map(({ operator }, place) => amount.compare(operator, inUnit[place])));
    let [...evidence] = found.evidence;
    if (value.value === "measured" && evidence.length === 1 && by) evidence = [normalised(evidence[0], amount, by)];
    const unit = isOwnLimit ? evidence[0]?.unit : unitOf(amount);
    const compared = { value: amount.shown(), test: testInWords(tests, inUnit, unit) };
    if (unit !== undefined) compared.unit = unit;
    const margin = marginOf(amount, tests, inUnit);
    if (margin !== null) compared.margin = margin;
    const open = truth === UNKNOWN ? [...found.lacking, ...limits.flatMap((limit) => limit.lacking)] : [];
    return outcomeOf(truth, [...evidence, ...limits.flatMap((limit) => limit.evidence)], open, compared);
  },

  /** A side of a comparison; a literal length of time is counted in the units of the other side. */
  sideBeside(term, other, scope) {
    const unit = term.value === "span" ? unitOfTime(other) : null;
    if (!unit) return this.side(term, scope);
    const number = durationIn(term.duration, unit);
    if (number) return foundOf(Amount.exact(number, scaleOfTime(unit)));
    const why = `\`${term.text}\` mixes calendar and elapsed time with \`${other.text}\``;
    throw lacking("rule", term.text, why, "repair the rule");
  },

  /** `time from A to B` against literal lengths of time; null for another comparison. */
  spanOfTime(value, tests) {
    if (value.value === "time_between") {
      if (!tests.every(({ limit }) => limit.value === "span")) return null;
      return { time: value, tests: tests.map(({ operator, limit }) => ({ operator, duration: limit.duration })) };
    }
    const isFlipped = value.value === "span" && tests.length === 1 && tests[0].limit.value === "time_between";
    if (!isFlipped) return null;
    return { time: tests[0].limit, tests: [{ operator: FLIPPED[tests[0].operator], duration: value.duration }] };
  },

  /** The lengths are added to the first day on the calendar. */
  timeHasPassed({ time, tests }, scope) {
    const [from, to] = this.bothMoments(time.from, time.to, scope);
    // The later of two days is the greater length of time.
    const amountOf = ({ earliest, latest }) => new Amount(whole(earliest), whole(latest), NUMBER);
    const [truths, words, margins] = [[], [], []];
    for (const { operator, duration } of tests) {
      const due = movedRange(from, { direction: "after", by: duration });
      if (!due) return outcomeOf(UNKNOWN);
      truths.push(amountOf(to).compare(operator, amountOf(due)));
      words.push(`${DAY_TESTS[operator]} ${rangeText(due)}`);
      if (!isExact(to) || !isExact(due)) continue;
      const after = to.earliest - due.earliest;
      if (operator === "at_least" || operator === "greater") margins.push(after);
      if (operator === "at_most" || operator === "less") margins.push(-after);
    }
    const truth = allOf(truths);
    const passed = timePassed(completed(from, to, "day"), "day").shown();
    const evidence = {
      ...evidenceOf("time", time.text, passed),
      unit: "days",
      from: rangeText(from),
      to: rangeText(to),
    };
    const compared = { value: passed, unit: "days", test: `ends ${words.join(" and ")}` };
    if (margins.length) compared.margin = String(Math.min(...margins));
    const why = `the dates ${rangeText(from)} and ${rangeText(to)} are not known exactly enough`;
    const open = truth === UNKNOWN ? [missing("date", "time", why, "complete the two dates")] : [];
    return outcomeOf(truth, [evidence], open, compared);
  },

  /** A coded value is one of a list. */
  isOneOf(value, codes, scope) {
    return this.forEachChoice([value], [], scope, (scope) =>
      unlessLacking(() => {
        const { code, evidence } = this.code(value, scope);
        const truth = truthOf(codes.some((one) => asciiLower(one) === asciiLower(code)));
        return outcomeOf(truth, [evidence], [], { value: code, test: `is ${codes.join(" or ")}` });
      }),
    );
  },

  code(term, scope) {
    if (term.value === "attribute") {
      const code = this.attribute(term.name, scope);
      return { code, evidence: evidenceOf(term.name, term.name, code) };
    }
    if (term.value !== "measured") {
      throw lacking("rule", term.text, `\`${term.text}\` is not a coded value`, "repair the rule");
    }
    const [select, window] = scope.leafOf(term.select, term.window);
    const days = this.days(window, scope);
    const bound = scope.find({ measure: term.measure, select, window });
    if (!bound?.result) throw new Lacking([bound?.missing ?? this.noValue(term.measure, days)]);
    const evidence = this.resultShown(term.measure, bound.result, days);
    if (bound.result.value.unknown !== undefined) throw this.unreadable(term.measure, bound.result);
    return { code: this.level(term.measure, valueText(bound.result.value)), evidence };
  },

  /** The level that a recorded word stands for. */
  level(measure, text) {
    const recorded = text.trim();
    const declared = this.measure(measure);
    const is = (word) => typeof word === "string" && asciiLower(word) === asciiLower(recorded);
    const none = (known) => {
      const words = this.measureLabel(measure);
      const why = `\`${recorded}\` is recorded for ${words}, which is none of: ${known}`;
      return lacking("unreadable", measure, why, `record ${words} as one of: ${known}`);
    };
    if (declared?.type === "score") {
      const points = declared.labels.find((level) => is(level.label))?.value ?? recorded;
      const number = /^[-+]?[0-9]{1,15}$/.test(points) ? Number(points) : null;
      if (number === null || number < declared.low || number > declared.high)
        throw none(`${declared.low} to ${declared.high}`);
      return String(number);
    }
    if (declared?.type !== "coded") return recorded;
    const found = declared.levels.find((level) => is(level.value)) ?? declared.levels.find((level) => is(level.label));
    if (!found) throw none(declared.levels.map((level) => level.value).join(", "));
    return found.value;
  },
});

/** The unit of calendar time in which a term counts; null where it counts none. */
function unitOfTime(term) {
  switch (term.value) {
    case "age":
    case "duration_of":
      return term.unit;
    case "time_between":
    case "days":
      return "day";
    case "negative":
      return unitOfTime(term.of);
    case "arithmetic":
      return unitOfTime(term.left) ?? unitOfTime(term.right);
    default:
      return null;
  }
}

/** The unit to compare in where the rule names none. */
function commonUnit(a, b) {
  const [one, other] = [a.scale, b.scale];
  const isOther = (scale) => scale.kind === "time" || scale.kind === "ratio";
  if (one.kind === "unit" && (other.kind === "unit" || isOther(other))) return one.unit;
  return other.kind === "unit" && isOther(one) ? other.unit : null;
}

/** The unit as it was written; undefined where there is none. */
function unitOf({ scale }) {
  return scale.unit ? scale.unit.written : scale.kind === "time" ? TIME_WORDS[scale.time] : undefined;
}

/** With the value in the unit of the comparison, where that says more than the record does. */
function normalised(evidence, amount, by) {
  const shown = { ...evidence };
  const unit = amount.scale.kind === "unit" ? amount.scale.unit.written : undefined;
  const value = amount.shown();
  if (evidence.value !== value || evidence.unit !== unit) {
    shown.normalised = unit === undefined ? { value } : { value, unit };
  }
  const remarks = [...(evidence.remarks ?? [])];
  pushNew(remarks, by);
  if (remarks.length) shown.remarks = remarks;
  return shown;
}

function testInWords(tests, limits, unit) {
  const tail = unit === undefined ? "" : ` ${unit}`;
  if (tests.length === 1) return `${SYMBOLS[tests[0].operator]} ${limits[0].shown()}${tail}`;
  return `in ${limits[0].shown()} to ${limits[1].shown()}${tail}`;
}

/** How far the value lies from the limit that it is nearest to failing, or has failed by; null where that means nothing. */
function marginOf(amount, tests, limits) {
  const value = amount.value();
  if (!value) return null;
  const margins = tests.map(({ operator }, place) => {
    const limit = limits[place].value();
    if (!limit) return null;
    if (operator === "less" || operator === "at_most") return subtract(limit, value);
    return operator === "greater" || operator === "at_least" ? subtract(value, limit) : null;
  });
  return margins.includes(null) ? null : shortNumber(least(margins), 3);
}
