// Recorded results: which lie in a window, which of them a word such as `latest` means, and quantities computed from others.

/** Beyond so many results of one day, which of them are among the last few is left open. */
const MOST_TIED = 8;

const one = (bound) => ({ kind: "one", bound });
const oneOfBounds = (options, otherwise) => ({ kind: "one_of", options, otherwise });
const boundsIn = (values) => values.map((value) => value.bound);

Object.assign(Evaluator.prototype, {
  /** What the record offers for a need. */
  offer(need, scope) {
    if (need.event !== undefined) return this.offerOccurrence(need.event, need.occurrence, scope);
    if (need.moment) {
      const [values, days] = this.valuesAt(need.measure, need.moment, scope);
      if (values.length === 0) return one({ missing: this.noValue(need.measure, days) });
      return this.extremeDay(need.measure, "value", values, days, isLater);
    }
    return this.offerMeasure(need.measure, need.select, need.window, scope);
  },

  offerMeasure(measure, select, window, scope) {
    const [values, days] = this.series(measure, window, scope);
    if (values.length === 0) return one({ missing: this.noValue(measure, days) });
    if (typeof select === "object") return this.lastFew(measure, select.consecutive, values, days);
    switch (select) {
      case "latest":
        return this.extremeDay(measure, "latest", values, days, isLater);
      case "earliest":
        return this.extremeDay(measure, "earliest", values, days, isEarlier);
      case "any":
      case "every": {
        const [sure, perhaps] = [true, false].map((isSure) =>
          boundsIn(values.filter((value) => value.isSure === isSure)),
        );
        return { kind: select, sure, perhaps, none: this.noValue(measure, days) };
      }
      case "highest":
      case "lowest":
        return this.extremeValue(measure, values, days, select === "highest");
      default:
        return this.middle(measure, select, values, days);
    }
  },

  offerOccurrence(event, occurrence, scope) {
    const recorded = this.person.named(event).map((entry) => ({ day: entry.start }));
    // The event as such: still to come, or simply not recorded.
    if (recorded.length === 0) return one({ day: this.event(event, "once", scope).range });
    const none = missing("event", event, `no \`${event}\` is recorded`, `record the dates of \`${event}\``);
    return { kind: occurrence === "each" ? "every" : "any", sure: recorded, perhaps: [], none };
  },

  /** The values of which none is surely followed (or preceded) by another. */
  extremeDay(measure, what, values, days, isBeyond) {
    const sureDays = values.filter((value) => value.isSure).map((value) => value.on);
    const otherwise = sureDays.length === 0 ? this.noValue(measure, days) : null;
    const candidates = values.filter((value) => !sureDays.some((other) => isBeyond(other, value.on)));
    const oneDay = candidates[0]?.on;
    const isSettled = candidates.every((value) => value.isSure && isExact(value.on) && sameRange(value.on, oneDay));
    const chosen = isSettled ? this.oneOfDay(measure, what, candidates) : null;
    return chosen ? one(chosen) : oneOfBounds(boundsIn(candidates), otherwise);
  },

  /** The value of a day; of several different ones each is tried, one in each run. Null where there is none. */
  oneOfDay(measure, what, values) {
    const different = [];
    for (const value of values)
      if (!different.some((other) => saysTheSame(other.bound, value.bound))) different.push(value);
    if (different.length < 2) return different[0]?.bound ?? null;
    const { on } = different[0];
    const tie = () => this.tie(measure, on, different);
    return different[this.choices.take(`${what} ${measure} on ${rangeText(on)}`, different.length, tie)].bound;
  },

  tie(measure, on, values) {
    const words = values.map((value) => this.boundInWords(measure, value.bound));
    return { measure, on: rangeText(on), values: words, decides: false };
  },

  boundInWords(measure, bound) {
    if (bound.result) {
      const { value, unit } = bound.result;
      return unit === null ? valueText(value) : `${valueText(value)} ${unit}`;
    }
    const tried = attempt(() => this.ofBound(measure, bound, null));
    return tried.found ? tried.found.amount.shown() : tried.missing[0].why;
  },

  /** The last `count` values: all must do. Values whose place in the order is open may be among them. */
  lastFew(measure, count, values, days) {
    const sureCount = values.filter((value) => value.isSure).length;
    if (sureCount < count) {
      const none = this.noValue(measure, days);
      none.why = `${count} values of ${this.measureLabel(measure)} are needed, and ${sureCount} are recorded`;
      return { kind: "every", sure: [], perhaps: boundsIn(values), none };
    }
    const surelyLater = (value) => values.filter((other) => other.isSure && other.on.earliest > value.on.latest).length;
    const perhapsLater = (value) => values.filter((other) => other.on.latest >= value.on.earliest).length - 1;
    const isIn = (value) => value.isSure && perhapsLater(value) < count;
    const surelyIn = values.filter(isIn);
    // Values tied on the day at which the count is cut off: each selection of them is tried.
    const cut = values.filter((value) => !isIn(value) && surelyLater(value) < count);
    const isTie = cut.every((value) => value.isSure && isExact(value.on) && sameRange(value.on, cut[0].on));
    const none = this.noValue(measure, days);
    if (isTie && cut.length && cut.length <= MOST_TIED) {
      const selections = selectionsOf(cut.length, count - surelyIn.length);
      const { on } = cut[0];
      const key = `last ${count} ${measure} on ${rangeText(on)}: ${count - surelyIn.length}`;
      const taken = this.choices.take(key, selections.length, () => this.tie(measure, on, cut));
      const chosen = [...selections[taken].map((index) => cut[index]), ...surelyIn];
      return { kind: "every", sure: boundsIn(chosen), perhaps: [], none };
    }
    if (surelyIn.length === 0) return oneOfBounds(boundsIn(cut), null);
    return { kind: "every", sure: boundsIn(surelyIn), perhaps: boundsIn(cut), none };
  },

  /** The highest or the lowest, over all units in which the values were recorded. */
  extremeValue(measure, values, days, isHighest) {
    const tried = values.map((value) => ({
      value,
      ...attempt(() => this.commonAmount(measure, value.bound, days).amount),
    }));
    const all = tried.filter(({ found }) => found).map(({ value, found }) => ({ value, amount: found }));
    const unreadable = tried.filter(({ missing }) => missing);
    if (all.length === 0) return one({ missing: unreadable[0].missing[0] });
    // What cannot be read may be any number: the highest is then no lower than what can be read.
    const anyNumber = all[0].amount.with({ low: null, high: null });
    const lacking = [];
    for (const { value, missing } of unreadable) {
      all.push({ value, amount: anyNumber });
      pushNew(lacking, missing.slice(0, 1));
    }
    const isBeyond = (a, b) =>
      isHighest ? Boolean(a.low && b.high) && isLess(b.high, a.low) : Boolean(a.high && b.low) && isLess(a.high, b.low);
    const candidates = all.filter(
      ({ amount }) => !all.some((other) => other.value.isSure && isBeyond(other.amount, amount)),
    );
    const first = candidates[0].amount.value();
    const isEqual = candidates.every(
      ({ value, amount }) => value.isSure && first && amount.value() && equals(first, amount.value()),
    );
    // Equal values differ at most in their limits of normal, like tied values of one day.
    if (isEqual)
      return one(
        this.oneOfDay(
          measure,
          "extreme",
          candidates.map(({ value }) => value),
        ),
      );
    if (candidates.every(({ value }) => value.isSure))
      return one(this.beyondAll(measure, candidates, lacking, days, isHighest));
    const hasSure = values.some((value) => value.isSure);
    return oneOfBounds(
      candidates.map(({ value }) => value.bound),
      hasSure ? null : this.noValue(measure, days),
    );
  },

  /** The highest or lowest of results of which some are only limits: that of 51 and `>50` is 51 or more. */
  beyondAll(measure, candidates, lacking, days, isHighest) {
    const furthest = (ends, isInner) => {
      const known = ends.filter((end) => end);
      if (known.length === 0 || (!isInner && known.length < ends.length)) return null;
      return isHighest ? greatest(known) : least(known);
    };
    const low = furthest(
      candidates.map(({ amount }) => amount.low),
      isHighest,
    );
    const high = furthest(
      candidates.map(({ amount }) => amount.high),
      !isHighest,
    );
    const readable = candidates.map(({ value }) => attempt(() => this.commonAmount(measure, value.bound, days)));
    const evidence = readable.flatMap(({ found }) => found?.evidence ?? []);
    return { computed: { amount: candidates[0].amount.with({ low, high }), evidence, lacking } };
  },

  middle(measure, select, values, days) {
    const unsure = values.find((value) => !value.isSure);
    if (unsure) {
      const why = `a value of ${this.measureLabel(measure)} dated ${rangeText(unsure.on)} may lie in the window or not`;
      const ask = `complete the dates of the values of \`${measure}\``;
      return one({ missing: days.missing[0] ?? missing("date", measure, why, ask) });
    }
    const tried = attempt(() => values.map((value) => this.commonAmount(measure, value.bound, days)));
    if (tried.missing) return one({ missing: tried.missing[0] });
    const amount = middleOf(
      tried.found.map((found) => found.amount),
      select,
    );
    if (amount) return one({ computed: { amount, evidence: tried.found.flatMap((found) => found.evidence) } });
    const why = `a value of ${this.measureLabel(measure)} is only known as a limit`;
    return one({ missing: missing("value", measure, why, `record the numbers of \`${measure}\``) });
  },

  /** A value in the unit that all values of the measure are brought to. */
  commonAmount(measure, bound, days) {
    const { amount, evidence } = this.ofBound(measure, bound, days);
    return { amount: this.inOwnUnit(measure, amount), evidence };
  },

  /** Brought to the measure's declared unit; what a formula gives as a pure number is in its unit already. */
  inOwnUnit(measure, amount) {
    const quantity = this.measure(measure);
    if (quantity?.type !== "quantity") return amount;
    const isDerived = quantity.formula_of !== null;
    if (!quantity.unit) return isDerived ? amount : this.converted(measure, amount, null).amount;
    const unit = this.units.ofRule(quantity.unit.ucum);
    if (isDerived && amount.scale.kind === "number") return amount.with({ scale: scaleOfUnit(unit) });
    return this.converted(measure, amount, unit).amount;
  },

  converted(measure, amount, unit) {
    try {
      return amount.to(unit, this.units, this.units.of(measure).analyte);
    } catch (refusal) {
      if (!(refusal instanceof NotComputed)) throw refusal;
      const ask = unit
        ? `record the value of \`${measure}\` with its unit, in \`${unit.written}\` or one that converts to it`
        : `record the value of \`${measure}\` as a pure number`;
      throw lacking("unit", measure, refusal.message, ask);
    }
  },

  // ---- series -------------------------------------------------------------------------------------------------------------

  /** The values of a measure in the window, in the order of the record, each surely or perhaps. */
  series(measure, window, scope) {
    const days = this.days(window, scope);
    return [this.valuesIn(measure, days, scope), days];
  },

  valuesIn(measure, days, scope) {
    const formula = this.formulaOf(measure, scope);
    return formula ? this.computedSeries(measure, formula, days, scope) : this.recordedSeries(measure, days, scope);
  },

  recordedSeries(measure, days, scope) {
    const { state, specimen } = this.measure(measure) ?? {};
    const agrees = (declared, recorded) =>
      !declared || recorded === null || asciiLower(declared) === asciiLower(recorded.trim());
    const fitting = scope.person
      .resultsOf(measure)
      .filter((result) => agrees(state, result.state) && agrees(specimen, result.specimen));
    const dated = fitting.map((result) => ({ on: result.on, truth: days.hold(result.on), bound: { result } }));
    return dated
      .filter(({ truth }) => truth !== FALSE)
      .map(({ on, truth, bound }) => ({ on, isSure: truth === TRUE, bound }));
  },

  valuesAt(measure, moment, scope) {
    const { range, missing, isNever } = this.at(moment, scope);
    // A visit that may fall on any of several days has its values on all of them.
    const isWide = moment.of.anchor === "visit" && missing.length === 0;
    const [from, to] = isWide ? [exactDay(range.earliest), exactDay(range.latest)] : [range, range];
    const days = new Days(from, to, "", { missing, isNever });
    return [this.valuesIn(measure, days, scope), days];
  },

  noValue(measure, days) {
    const words = this.measureLabel(measure);
    const when = days.inWords() && ` ${days.inWords()}`;
    const [anchor] = days.missing;
    const found = anchor
      ? missing("event", anchor.item, anchor.why, `${anchor.ask}; then a value of ${words}${when} is needed`)
      : missing("value", measure, `no value of ${words} is recorded${when}`, `record a value of ${words}${when}`);
    if (days.from && days.from.earliest !== FIRST_DAY) found.from = dayText(days.from.earliest);
    if (days.to && days.to.latest !== LAST_DAY) found.by = dayText(days.to.latest);
    return found;
  },

  /** The number of a recorded result, with the unit it was recorded in. */
  amountOf(measure, result) {
    const words = this.measureLabel(measure);
    const not = (why) => lacking("unreadable", measure, why, `record the number of ${words}`);
    const { value } = result;
    if (value.unknown !== undefined) throw this.unreadable(measure, result);
    if (value.word !== undefined) throw not(`\`${value.word}\` is not a number (${words})`);
    const declared = this.measure(measure);
    if (declared?.type === "score" && value.number) {
      const points = toSafeInteger(value.number);
      if (points === null || points < declared.low || points > declared.high) {
        throw not(
          `${words} goes from ${declared.low} to ${declared.high}, and ${numberText(value.number)} is recorded`,
        );
      }
    }
    const scale = this.recordedScale(measure, result.unit, this.units.of(measure).expects);
    return new Amount(value.number ?? value.above ?? null, value.number ?? value.below ?? null, scale);
  },

  /** A result that is there, and of which nobody knows the value. */
  unreadable(measure, { on, value }) {
    const words = this.measureLabel(measure);
    const [day, because] = [rangeText(on), value.unknown === null ? "" : `: ${value.unknown}`];
    const why = `a result of ${words} is recorded on ${day}, and its value is not known${because}`;
    return lacking("unreadable", measure, why, `record the value of ${words} on ${day}`);
  },

  recordedScale(measure, unit, expectsUnit) {
    const written = unit?.trim();
    if (!written) {
      return expectsUnit
        ? scaleUnknown(`the value of ${this.measureLabel(measure)} is recorded without a unit`)
        : NUMBER;
    }
    const found = this.units.find(written);
    if (found) return scaleOfUnit(found);
    return scaleUnknown(
      `\`${written}\`, the unit recorded with ${this.measureLabel(measure)}, is not one that this worksheet can convert`,
    );
  },

  /** The amount and the evidence of what is bound. */
  ofBound(measure, bound, days) {
    if (bound.result) {
      return {
        amount: this.amountOf(measure, bound.result),
        evidence: [this.resultShown(measure, bound.result, days)],
      };
    }
    if (bound.computed) return bound.computed;
    throw bound.missing
      ? new Lacking([bound.missing])
      : lacking("rule", measure, "a day is no value", "repair the rule");
  },

  /** A result with its window. A result on an anchor's own day is inside, and said to be. */
  resultShown(measure, result, days) {
    const evidence = evidenceOf(measure, this.measureLabel(measure), valueText(result.value));
    if (result.unit !== null) evidence.unit = result.unit;
    evidence.on = rangeText(result.on);
    const window = days?.shown(result.on);
    if (window) evidence.window = window;
    if (result.source !== null) evidence.source = result.source;
    const isBounded = days?.from && days.to && !sameRange(days.from, days.to);
    if (isBounded && isExact(result.on) && isExact(days.to) && sameRange(days.to, result.on)) {
      evidence.remarks = ["on the last day of the window; the time of day is not looked at"];
    }
    return evidence;
  },

  // ---- derived quantities ---------------------------------------------------------------------------------------------------

  /** The formula of a derived quantity, unless the record only holds the quantity itself and lacks a leaf. */
  formulaOf(measure, scope) {
    const formula = this.measure(measure)?.formula_of ?? null;
    if (!formula) return null;
    const isRecorded = scope.person.resultsOf(measure).length > 0;
    return isRecorded && this.leaves(formula).some((name) => scope.person.resultsOf(name).length === 0)
      ? null
      : formula;
  },

  /** The formula, where each of its leaves is chosen by itself (the latest weight, the latest height). */
  formulaOfLeaves(measure, select, scope) {
    return select === "latest" || select === "earliest" ? this.formulaOf(measure, scope) : null;
  },

  /** Measures at the bottom of a formula. */
  leaves(formula) {
    const [pending, seen, leaves] = [[formula], new Set(), []];
    while (pending.length) {
      const { measures } = mentionsOf({ rule: "is", value: pending.pop() });
      for (const name of [...measures].sort(byCodePoint)) {
        if (seen.has(name)) continue;
        seen.add(name);
        const inner = this.measure(name)?.formula_of;
        if (inner) pending.push(inner);
        else leaves.push(name);
      }
    }
    return leaves;
  },

  /** The derived quantity on every day of the window on which all of its leaves were measured. */
  computedSeries(measure, formula, days, scope) {
    const leaves = this.leaves(formula);
    const onAll = (is) => leaves.every((name) => scope.person.resultsOf(name).some((result) => is(result.on)));
    const [dates, others] = [[], []];
    for (const { on } of leaves.flatMap((name) => scope.person.resultsOf(name))) {
      if (days.hold(on) === FALSE || [...dates, ...others].some((other) => sameRange(other, on))) continue;
      (onAll((other) => sameRange(other, on)) ? dates : others).push(on);
    }
    dates.sort(orderOfRanges);
    others.sort(orderOfRanges);
    // Days that are known in part may be one day: whether the quantity can be computed there is open.
    const meet = (a, b) => a.earliest <= b.latest && b.earliest <= a.latest;
    const words = this.measureLabel(measure);
    const perhaps = others
      .filter((on) => !isExact(on) && onAll((other) => meet(other, on)))
      .map((on) => {
        const why = `what ${words} is computed from is dated ${rangeText(on)}, and may have been measured on one day`;
        const ask = `complete the dates of what ${words} is computed from`;
        return { on, isSure: false, bound: { missing: missing("date", measure, why, ask) } };
      });
    const values = dates.map((on) => {
      const inner = this.firstChoice(formula, scope.with({ day: on, leaf: null }));
      const tried = attempt(() => {
        const found = this.term(formula, inner);
        return {
          amount: this.inOwnUnit(measure, found.amount),
          evidence: found.evidence,
          lacking: found.lacking ?? [],
        };
      });
      const bound = tried.found
        ? { computed: tried.found }
        : { missing: tried.missing[0] ?? this.noValue(measure, days) };
      return { on, isSure: isExact(on) && days.hold(on) === TRUE, bound };
    });
    // A leaf that was not measured then is no value; one that cannot be read is a value that nobody knows.
    return [...values.filter(({ bound }) => bound.missing?.kind !== "value"), ...perhaps];
  },

  /** Binds each leaf to its value of the day; ties are tried like all others. */
  firstChoice(formula, scope) {
    const needs = new Map();
    this.needs(formula, scope, needs);
    return [...needs.values()].reduce((scope, need) => {
      if (!need.window) return scope;
      const [values, days] = this.series(need.measure, need.window, scope);
      return scope.bind(
        need,
        this.oneOfDay(need.measure, "value", values) ?? { missing: this.noValue(need.measure, days) },
      );
    }, scope);
  },
});

const isLater = (a, b) => a.earliest > b.latest;
const isEarlier = (a, b) => a.latest < b.earliest;
const asciiLower = (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Whether two values of a day say the same. */
function saysTheSame(a, b) {
  if (a.result && b.result) {
    const [x, y] = [a.result, b.result];
    return (
      valueKey(x.value) === valueKey(y.value) && x.unit === y.unit && sameEnd(x.low, y.low) && sameEnd(x.high, y.high)
    );
  }
  return Boolean(a.computed && b.computed) && a.computed.amount.equals(b.computed.amount);
}

function valueKey(value) {
  if (value.word !== undefined) return `word ${value.word}`;
  if (value.unknown !== undefined) return `unknown ${value.unknown === null ? "" : `because ${value.unknown}`}`;
  return `${Object.keys(value)[0]} ${valueText(value)}`;
}

/** Mean or median of amounts on one scale; null where one of them has no known limit. */
function middleOf(amounts, select) {
  if (amounts.some(({ low, high }) => !low || !high)) return null;
  const middle = (ends) => {
    if (select !== "median") return divide(ends.reduce(add), whole(ends.length));
    const sorted = [...ends].sort(order);
    return divide(add(sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]), whole(2));
  };
  return amounts[0].with({ low: middle(amounts.map(({ low }) => low)), high: middle(amounts.map(({ high }) => high)) });
}

/** All ways to take `wanted` of `count` things, by their indices. */
function selectionsOf(count, wanted) {
  if (wanted === 0) return [[]];
  if (wanted > count) return [];
  return [
    ...selectionsOf(count - 1, wanted),
    ...selectionsOf(count - 1, wanted - 1).map((chosen) => [...chosen, count - 1]),
  ];
}
