// Results that rise or fall from one to the next.

Object.assign(Evaluator.prototype, {
  trend({ measure: term, direction, values: wanted, apart }, scope) {
    if (term.value !== "measured") {
      const why = `\`${term.text}\` has no results that follow each other`;
      return unknownFor([missing("rule", term.text, why, "repair the rule")]);
    }
    const asked = { isRising: direction === "rising", wanted, apart: apart ?? null };
    return this.forEachChoice([], [term.window], scope, (scope) =>
      this.trendOf(term.measure, term.window, asked, scope),
    );
  },

  trendOf(measure, window, { isRising, wanted, apart }, scope) {
    const [series, days] = this.series(measure, window, scope);
    const sure = series.filter((value) => value.isSure && isExact(value.on));
    const open = series.filter((value) => !(value.isSure && isExact(value.on)));
    const dates = [...new Set(sure.map((value) => value.on.earliest))].sort((a, b) => a - b);
    const { counted, passedOver } = lastApart(dates, wanted, apart);
    const isComplete = counted.length === wanted;
    // A result of which nobody knows whether it is among the last.
    const unplaced = open.find((value) => !isComplete || value.on.latest >= counted[0]);
    const lacks = [];
    if (!isComplete) lacks.push(this.tooFew(measure, wanted, apart, counted.length, days));
    if (unplaced) lacks.push(this.unplaced(measure, unplaced, days));
    // The latest first, as ties are tried.
    const chosen = counted
      .toReversed()
      .map((day) => {
        const bound = this.oneOfDay(
          measure,
          "value",
          sure.filter((value) => value.on.earliest === day),
        );
        return attempt(() => this.commonAmount(measure, bound, days));
      })
      .reverse();
    const evidence = chosen.flatMap((one) => one.found?.evidence ?? []);
    if (passedOver > 0 && evidence.length > 0) {
      const last = evidence.at(-1);
      const many = `${passedOver} results that lie nearer to the next are passed over`;
      const remark = passedOver === 1 ? "one result that lies nearer to the next is passed over" : many;
      evidence[evidence.length - 1] = { ...last, remarks: [...(last.remarks ?? []), remark] };
    }
    if (lacks.length) return unknownFor([...lacks, ...days.missing], evidence);
    const amounts = chosen.map((one) => one.found?.amount ?? null);
    const truth = followEachOther(amounts, isRising ? "greater" : "less");
    const openValues = truth === UNKNOWN ? chosen.flatMap((one) => one.missing ?? []) : [];
    if (truth === UNKNOWN && openValues.length === 0) openValues.push(this.censored(measure));
    let compared = null;
    if (!amounts.includes(null)) {
      compared = {
        value: amounts.map((amount) => amount.shown()).join(", "),
        test: isRising ? "each above the one before" : "each below the one before",
      };
      const unit = unitOf(amounts[0]);
      if (unit !== undefined) compared.unit = unit;
    }
    return outcomeOf(truth, evidence, openValues, compared);
  },

  tooFew(measure, wanted, apart, recorded, days) {
    const found = this.noValue(measure, days);
    const daysApart = apart ? ", so far apart," : " of different days";
    const are = recorded === 1 ? "is" : "are";
    found.why = `${wanted} values of ${this.measureLabel(measure)}${daysApart} are needed, and ${recorded} ${are} recorded`;
    return found;
  },

  unplaced(measure, value, days) {
    const words = this.measureLabel(measure);
    const when = `whether a value of ${words} dated ${rangeText(value.on)} is among the last ${days.inWords()}`;
    const ask = `complete the dates of the values of \`${measure}\``;
    return missing("date", measure, `${when.trimEnd()} is not known`, ask);
  },
});

/** Going back from the last day, those that lie far enough before the next one that counts, and how many between them do not. */
function lastApart(dates, wanted, apart) {
  const counted = [];
  let [passed, passedOver] = [0, 0];
  for (const day of dates.toReversed()) {
    if (counted.length === wanted) break;
    const reached = counted.length && apart ? shift(day, 1, apart) : day;
    if (counted.length === 0 || (reached !== null && reached <= counted[0])) {
      counted.unshift(day);
      passedOver = passed;
    } else passed += 1;
  }
  return { counted, passedOver };
}

/** Each value against all before it: two that stand the wrong way round decide, whatever lies between them. */
function followEachOther(amounts, operator) {
  let truth = TRUE;
  for (const [place, later] of amounts.entries()) {
    for (const [before, earlier] of amounts.slice(0, place).entries()) {
      const stands = later && earlier ? later.compare(operator, earlier) : UNKNOWN;
      if (stands === FALSE) return FALSE;
      // What lies between two values says how those stand that follow each other.
      if (stands === UNKNOWN && before + 1 === place) truth = UNKNOWN;
    }
  }
  return truth;
}
