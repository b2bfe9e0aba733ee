// Doses of exposures, and stability over time.

Object.assign(Evaluator.prototype, {
  /** The recorded doses of an exposure on days of the window. */
  doses(finding, days, scope) {
    const taken = [];
    for (const entry of scope.person.entries) {
      const meant = this.isMeant(entry, finding);
      const truth = both(meant.truth, days.touch(entry.start, entry.end));
      if (truth === FALSE) continue;
      if (meant.truth === UNKNOWN) throw new Lacking(meant.missing);
      const { dose } = entry.entry;
      if (!dose) throw new Lacking([this.noDose(finding, days)]);
      taken.push({
        amount: Amount.exact(recordedNumber(dose.value), this.doseScale(finding, dose.unit ?? null)),
        evidence: this.entryShown(entry, finding, days),
        start: entry.start,
        end: entry.end,
        isSure: truth === TRUE,
      });
    }
    return taken;
  },

  doseScale(finding, unit) {
    if (unit === null) return scaleUnknown(`the dose of ${this.findingLabel(finding.name)} is recorded without a unit`);
    const found = this.units.find(unit);
    return found
      ? scaleOfUnit(found)
      : scaleUnknown(`\`${unit}\`, the unit of the dose, is not one that this worksheet can convert`);
  },

  noDose(finding, days) {
    const [words, when] = [this.findingLabel(finding.name), days.inWords()];
    return missing(
      "detail",
      finding.name,
      `no dose of ${words} is recorded ${when}`.trimEnd(),
      `record the dose of ${words} ${when}`.trimEnd(),
    );
  },

  /** The dose that was taken last in the window. */
  dose(finding, window, scope) {
    const days = this.days(window, scope);
    const taken = this.doses(finding, days, scope);
    const isFollowed = (dose) =>
      taken.some(
        (other) => other.isSure && other.start.earliest > dose.start.latest && other.end.earliest >= dose.end.latest,
      );
    const last = taken.filter((dose) => !isFollowed(dose));
    if (last.length === 0) throw new Lacking([this.noDose(finding, days)]);
    const found = ({ amount, evidence }) => foundOf(amount, { evidence: [evidence], of: finding.name });
    const [first] = last;
    if (last.every((dose) => dose.amount.equals(first.amount)) && last.some((dose) => dose.isSure)) return found(first);
    if (!last.every((dose) => dose.isSure && isExact(dose.start))) {
      const words = this.findingLabel(finding.name);
      const why = `several doses of ${words} are recorded for the same time`;
      const ask = `record from when to when each dose of ${words} was taken`;
      throw new Lacking([days.missing[0] ?? missing("date", finding.name, why, ask)]);
    }
    const on = rangeText(first.start);
    const tie = () => ({ measure: finding.name, on, values: last.map((dose) => dose.amount.shown()), decides: false });
    return found(last[this.choices.take(`dose of ${finding.name} from ${on}`, last.length, tie)]);
  },

  /** No value differs from the reference value by more than the tolerance. */
  steady(term, tolerance, reference, scope) {
    const each = (run) => this.forEachChoice([], [term.window], scope, (scope) => unlessLacking(() => run(scope)));
    switch (term.value) {
      case "measured":
        return each((scope) => this.steadyMeasure(term.measure, term.window, tolerance, reference, scope));
      case "dose":
        return each((scope) => this.steadyDose(term.finding, term.window, tolerance, reference, scope));
      default:
        return unknownFor([missing("rule", term.text, `\`${term.text}\` has no values over time`, "repair the rule")]);
    }
  },

  steadyMeasure(measure, window, tolerance, reference, scope) {
    const [series, days] = this.series(measure, window, scope);
    const values = [...series].sort((a, b) => orderOfRanges(a.on, b.on));
    const words = this.measureLabel(measure);
    const sure = values.filter((value) => value.isSure).length;
    if (sure < 2) {
      const why = `two values of ${words} or more ${days.inWords()} are needed to see whether they are stable, and ${sure} is recorded`;
      return unknownFor([
        missing("value", measure, why, `record the values of ${words} ${days.inWords()}`),
        ...days.missing,
      ]);
    }
    const evidence = [];
    const amounts = values.map(({ on, isSure, bound }) => {
      const found = this.commonAmount(measure, bound, days);
      evidence.push(...found.evidence);
      return { on, isSure, amount: found.amount };
    });
    const outcome = this.withinTolerance(measure, amounts, tolerance, reference);
    outcome.evidence.push(...evidence);
    return datesOpen(outcome, measure, `the values of ${words} are stable`, words);
  },

  /** The same dose on every day of the window, but for the tolerance. */
  steadyDose(finding, window, tolerance, reference, scope) {
    const days = this.days(window, scope);
    const onEveryDay = this.occurs(finding, "throughout", window, scope);
    if (onEveryDay.truth !== TRUE) return onEveryDay;
    const taken = this.doses(finding, days, scope);
    if (taken.length === 0) throw new Lacking([this.noDose(finding, days)]);
    const unit = taken[0].amount.unit();
    const amounts = taken.map(({ start, isSure, amount }) => ({
      on: start,
      isSure,
      amount: this.converted(finding.name, amount, unit).amount,
    }));
    amounts.sort((a, b) => orderOfRanges(a.on, b.on));
    const outcome = this.withinTolerance(finding.name, amounts, tolerance, reference);
    outcome.evidence.push(...taken.map((one) => one.evidence));
    const words = this.findingLabel(finding.name);
    return datesOpen(outcome, finding.name, `the dose of ${words} is stable`, words);
  },

  withinTolerance(item, values, tolerance, reference) {
    const truths = [];
    let largest = null;
    for (const base of this.references(item, values, reference)) {
      const ofBase = [];
      let allowed;
      for (const { isSure, amount } of values) {
        let distance;
        try {
          allowed ??= this.allowed(item, base, tolerance);
          distance = callFunction("abs", [amount.compute("subtract", base, this.units)], this.units);
        } catch (error) {
          if (!(error instanceof NotComputed)) throw error;
          const why = `the values of \`${item}\` cannot be compared with each other`;
          throw lacking("value", item, why, `look at the values of \`${item}\``);
        }
        const near = distance.compare("at_most", allowed);
        ofBase.push(!isSure && near === FALSE ? UNKNOWN : near);
        const size = distance.value();
        if (size) largest = largest ? greatest([largest, size]) : size;
      }
      truths.push(allOf(ofBase));
    }
    const unitWritten = tolerance.unit ? ` ${tolerance.unit.written}` : "";
    const text = tolerance.tolerance === "percent" ? `${tolerance.percent} %` : `${tolerance.number}${unitWritten}`;
    let compared = null;
    if (largest) {
      compared = { value: Amount.exact(largest).shown(), test: `differs by at most ${text}` };
      const unit = values.length ? unitOf(values[0].amount) : undefined;
      if (unit !== undefined) compared.unit = unit;
    }
    return outcomeOf(commonOf(truths), [], [], compared);
  },

  /** How far a value may lie from this one. */
  allowed(item, base, tolerance) {
    if (tolerance.tolerance === "percent") {
      return callFunction("abs", [base], this.units).scaled(divide(ruleNumber(tolerance.percent), whole(100)));
    }
    const scale = tolerance.unit ? scaleOfUnit(this.units.ofRule(tolerance.unit.ucum)) : base.scale;
    const allowed = Amount.exact(ruleNumber(tolerance.number), scale).with({ isDifference: true });
    return this.converted(item, allowed, base.unit()).amount;
  },

  /** The values that the others are held against: several where dates leave open which is meant. */
  references(item, values, reference) {
    const amounts = values.map((value) => value.amount);
    const unlessNone = (run) => {
      try {
        return [run()];
      } catch (error) {
        if (error instanceof NotComputed) return [];
        throw error;
      }
    };
    switch (reference) {
      case "highest":
        return unlessNone(() => callFunction("max", amounts, this.units));
      case "lowest":
        return unlessNone(() => callFunction("min", amounts, this.units));
      case "mean":
      case "median":
        return [middleOf(amounts, reference)].filter((amount) => amount);
      default:
    }
    const isBeyond = reference === "latest" ? isLater : isEarlier;
    const first = values.filter(({ on }) => !values.some((other) => other.isSure && isBeyond(other.on, on)));
    const on = first[0]?.on;
    const isSettled = first.every((value) => value.isSure && isExact(value.on) && sameRange(value.on, on));
    const different = [];
    for (const { amount } of first) if (!different.some((other) => other.equals(amount))) different.push(amount);
    if (!isSettled || different.length < 2) return different;
    const tie = () => ({
      measure: item,
      on: rangeText(on),
      values: different.map((amount) => amount.shown()),
      decides: false,
    });
    return [different[this.choices.take(`reference ${item} on ${rangeText(on)}`, different.length, tie)]];
  },
});

/** Says that dates keep it unknown when nothing else does. */
function datesOpen(outcome, item, what, words) {
  if (outcome.truth === UNKNOWN && outcome.missing.length === 0) {
    const why = `whether ${what} depends on dates that are only partly known`;
    outcome.missing.push(missing("date", item, why, `complete the dates of ${words}`));
  }
  return outcome;
}
