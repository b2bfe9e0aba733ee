// The value of a term, for the results that have been chosen: `{ amount, evidence, lacking, of }`. `lacking` would narrow it down,
// `of` is the measure or drug that it is a value of.

const TIME_WORDS = { minute: "minutes", hour: "hours", day: "days", week: "weeks", month: "months", year: "years" };

const foundOf = (amount, { evidence = [], lacking = [], of = null } = {}) => ({ amount, evidence, lacking, of });

/** So many completed units, perhaps only within limits. */
const timePassed = ([low, high], unit) => new Amount(whole(low), whole(high), scaleOfTime(unit));
const fewestToMost = ([low, high]) => (low === high ? `${low}` : `${low} to ${high}`);

Object.assign(Evaluator.prototype, {
  /** The value of a term inside a computation: measured values in the unit of their measure. */
  term(term, scope) {
    const found = this.side(term, scope);
    return term.value === "measured" ? { ...found, amount: this.inOwnUnit(term.measure, found.amount) } : found;
  },

  /** The value of one side of a comparison: a measured value as it was recorded. */
  side(term, scope) {
    const broken = (why) => lacking("rule", term.text, why, `repair the rule: ${term.text}`);
    switch (term.value) {
      case "constant": {
        const scale = term.unit ? scaleOfUnit(this.units.ofRule(term.unit.ucum)) : NUMBER;
        return foundOf(Amount.exact(ruleNumber(term.number), scale));
      }
      case "measured":
        return this.measured(term.measure, term.select, term.window, scope);
      case "limit":
        return this.limit(term, scope);
      case "age":
        return this.age(term.at, term.unit, scope);
      case "duration_of":
        return this.durationOf(term.finding, term.at, term.unit, scope);
      case "time_between": {
        const [from, to] = this.bothMoments(term.from, term.to, scope);
        return foundOf(timePassed(completed(from, to, "day"), "day"));
      }
      case "change":
        return this.change(term, scope);
      case "area_under":
        return this.area(term, scope);
      case "count":
        return this.count(term, scope);
      case "days":
        return this.daysCounted(term, scope);
      case "dose":
        return this.dose(term.finding, term.window, scope);
      case "arithmetic": {
        const parts = attemptAll([term.left, term.right].map((part) => () => this.term(part, scope)));
        return this.computed(term, () => parts[0].amount.compute(term.operator, parts[1].amount, this.units), parts);
      }
      case "call": {
        const parts = attemptAll(term.arguments.map((part) => () => this.term(part, scope)));
        return this.computed(
          term,
          () =>
            callFunction(
              term.function,
              parts.map((part) => part.amount),
              this.units,
            ),
          parts,
        );
      }
      case "negative": {
        const found = this.term(term.of, scope);
        return { ...found, amount: found.amount.negative() };
      }
      case "table":
        return this.table(term.by, term.rows, scope);
      case "span":
        throw broken("a length of time stands where a number is needed");
      case "attribute":
        throw broken(`\`${term.name}\` is not a number`);
      default:
        throw broken("a proportion of participants is no value of one person");
    }
  },

  computed(term, compute, parts) {
    let amount;
    try {
      amount = compute();
    } catch (error) {
      if (!(error instanceof NotComputed)) throw error;
      const why = `\`${term.text}\` cannot be computed: ${error.message}`;
      throw lacking("rule", term.text, why, `look at the values of: ${term.text}`);
    }
    const evidence = [];
    for (const part of parts) {
      // What one part shows twice stays; what another has shown does not come again.
      evidence.push(...part.evidence.filter((one) => !evidence.some((other) => same(one, other))));
    }
    return foundOf(amount, { evidence, lacking: parts.flatMap((part) => part.lacking) });
  },

  /** The two days, or what is missing for them. */
  bothMoments(from, to, scope) {
    const [start, end] = [this.at(from, scope), this.at(to, scope)];
    const open = [...start.missing, ...end.missing];
    if (open.length) throw new Lacking(open);
    return [start.range, end.range];
  },

  measured(measure, termSelect, termWindow, scope) {
    const [select, window] = scope.leafOf(termSelect, termWindow);
    const formula = this.formulaOfLeaves(measure, select, scope);
    if (formula) {
      const found = this.term(formula, scope.with({ leaf: { select, window } }));
      return { ...found, amount: this.inOwnUnit(measure, found.amount), of: measure };
    }
    const days = this.days(window, scope);
    const bound = scope.find({ measure, select, window }) ?? { missing: this.noValue(measure, days) };
    const { amount, evidence } = this.ofBound(measure, bound, days);
    const censored = amount.value() ? [] : [this.censored(measure)];
    const lacking = bound.computed?.lacking?.length ? bound.computed.lacking : censored;
    return foundOf(amount, { evidence, lacking, of: measure });
  },

  censored(measure) {
    const words = this.measureLabel(measure);
    const why = `the value of ${words} is only known within limits, which does not settle this`;
    return missing("value", measure, why, `record the number of ${words}`);
  },

  /** `factor` times the limit of normal that came with the result of this comparison. */
  limit({ factor, limit, measure }, scope) {
    const words = this.measureLabel(measure);
    const [name, end] = limit === "uln" ? ["upper", "high"] : ["lower", "low"];
    const not = (why) =>
      lacking(
        "reference_limit",
        measure,
        why,
        `record the laboratory's ${name} limit of normal with the value of ${words}`,
      );
    const bound = scope.resultOf(measure);
    if (!bound) throw not(`there is no result of ${words} to which a limit of normal belongs`);
    if (bound.missing) throw new Lacking([bound.missing]);
    if (!bound.result) throw not(`a value of ${words} computed from several results has no limit of normal`);
    const value = bound.result[end];
    if (!value) throw not(`the ${name} limit of normal of ${words} (${rangeText(bound.result.on)}) is not recorded`);
    const scale = this.recordedScale(measure, bound.result.unit, false);
    return foundOf(Amount.exact(multiply(value, ruleNumber(factor)), scale), { of: measure });
  },

  age(moment, unit, scope) {
    const at = this.at(moment, scope);
    const { born } = scope.person;
    if (!born) throw new Lacking([...at.missing, notBorn()]);
    if (at.missing.length) throw new Lacking(at.missing);
    const passed = completed(born, at.range, unit);
    const evidence = { ...evidenceOf("age", "age", fewestToMost(passed)), unit: TIME_WORDS[unit] };
    evidence.on = rangeText(at.range);
    evidence.from = rangeText(born);
    const why = `the date of birth is only known as ${rangeText(born)}, the age is ${passed[0]} or ${passed[1]}`;
    const lacking = passed[0] === passed[1] ? [] : [missing("date", "born", why, "record the full date of birth")];
    return foundOf(timePassed(passed, unit), { evidence: [evidence], lacking });
  },

  durationOf(finding, moment, unit, scope) {
    const onset = this.onset(finding, scope);
    const at = this.at(moment, scope);
    const open = [...onset.missing, ...at.missing];
    if (open.length) throw new Lacking(open);
    const passed = completed(onset.range, at.range, unit);
    const words = this.findingLabel(finding.name);
    const evidence = { ...evidenceOf(finding.name, words, fewestToMost(passed)), unit: TIME_WORDS[unit] };
    evidence.on = rangeText(at.range);
    evidence.from = rangeText(onset.range);
    const why = `of the day on which ${words} began only ${rangeText(onset.range)} is known`;
    const ask = `record the full date on which ${words} began`;
    const lacking = passed[0] === passed[1] ? [] : [missing("date", finding.name, why, ask)];
    return foundOf(timePassed(passed, unit), { evidence: [evidence], lacking });
  },

  // ---- over time ------------------------------------------------------------------------------------------------------------

  change({ relative, measure, from, to }, scope) {
    const valueAt = (moment) => () => {
      const at = this.at(moment, scope);
      const days = new Days(at.range, at.range, "", { missing: at.missing, isNever: at.isNever });
      const bound = scope.find({ measure, moment }) ?? { missing: this.noValue(measure, days) };
      return this.commonAmount(measure, bound, null);
    };
    const [first, last] = attemptAll([valueAt(from), valueAt(to)]);
    const evidence = [...first.evidence, ...last.evidence];
    try {
      const change = last.amount.compute("subtract", first.amount, this.units);
      if (!relative) return foundOf(change.with({ isDifference: true }), { evidence, of: measure });
      const share = change
        .compute("divide", first.amount, this.units)
        .to(null, this.units, 0)
        .amount.scaled(whole(100));
      return foundOf(share.with({ scale: scaleOfUnit(this.units.ofRule("%")) }), { evidence });
    } catch (error) {
      if (!(error instanceof NotComputed)) throw error;
      throw lacking("rule", measure, error.message, `look at the values of \`${measure}\``);
    }
  },

  /** The area under the straight lines between the values, in the measure's unit times days. */
  area({ measure, from, to }, scope) {
    const days = new Days(...this.bothMoments(from, to, scope), "");
    const values = this.recordedSeries(measure, days, scope).sort((a, b) => orderOfRanges(a.on, b.on));
    const words = this.measureLabel(measure);
    const not = (why) => lacking("value", measure, why, `record the values of ${words} with their dates`);
    if (values.length < 2)
      throw not(`the area under ${words} needs two values or more, and ${values.length} is recorded`);
    const evidence = [];
    const points = values.map((value) => {
      if (!isExact(value.on) || !value.isSure) {
        throw not(`a value of ${words} is dated ${rangeText(value.on)}, which is not enough for an area`);
      }
      const found = this.commonAmount(measure, value.bound, days);
      evidence.push(...found.evidence);
      return { day: value.on.earliest, amount: found.amount };
    });
    try {
      const day = scaleOfUnit(this.units.ofRule("d"));
      const parts = points.slice(1).map((point, place) => {
        const width = Amount.exact(whole(point.day - points[place].day), day);
        const half = points[place].amount.compute("add", point.amount, this.units).scaled(fraction(1n, 2n));
        return half.compute("multiply", width, this.units);
      });
      return foundOf(
        parts.reduce((area, part) => area.compute("add", part, this.units)),
        { evidence },
      );
    } catch (error) {
      if (!(error instanceof NotComputed)) throw error;
      throw not(error.message);
    }
  },

  // ---- tables -----------------------------------------------------------------------------------------------------------------

  /** The row of a table for this person; where the person's place is open, everything that the possible rows say. */
  table(by, rows, scope) {
    const { possible, evidence, lacking } =
      by === "age" ? this.rowsByAge(rows, scope) : this.rowsByCode(by, rows, scope);
    if (possible.length === 0) {
      const shown = evidence.map((one) => one.value).join(", ");
      const why = `the table has no row for this person (${shown})`;
      throw new Lacking([missing("rule", "table", why, "say in the protocol what counts for this person")]);
    }
    let found = null;
    for (const row of possible) {
      const next = this.side(row.value, scope);
      if (!found) {
        found = next;
        continue;
      }
      const unit = found.amount.unit();
      const amount = unit ? this.converted(found.of ?? "", next.amount, unit).amount : next.amount;
      found = { ...found, amount: found.amount.hull(amount) };
    }
    return { ...found, evidence: [...found.evidence, ...evidence], lacking: [...found.lacking, ...lacking] };
  },

  rowsByAge(rows, scope) {
    const at = this.event(this.decision, "once", scope);
    const { born } = scope.person;
    if (!born || at.missing.length) {
      return { possible: rows, evidence: [], lacking: born ? at.missing : [notBorn()] };
    }
    const ages = rows.filter((row) => row.for === "ages");
    const possible = ages.filter((row) => {
      const [low, high] = completed(born, at.range, row.unit);
      for (let age = low; age <= Math.min(high, low + 400); age += 1) if (isInRow(row, whole(age))) return true;
      return false;
    });
    const shown = evidenceOf("age", "age", fewestToMost(completed(born, at.range, ages[0]?.unit ?? "year")));
    shown.on = rangeText(at.range);
    shown.from = rangeText(born);
    const why = `the date of birth is only known as ${rangeText(born)}`;
    const lacking = possible.length > 1 ? [missing("date", "born", why, "record the full date of birth")] : [];
    return { possible, evidence: [shown], lacking };
  },

  rowsByCode(name, rows, scope) {
    const tried = attempt(() => this.attribute(name, scope));
    if (tried.missing) return { possible: rows, evidence: [], lacking: tried.missing };
    const value = asciiLower(tried.found);
    const possible = rows.filter((row) => row.for === "codes" && row.codes.some((code) => asciiLower(code) === value));
    return { possible, evidence: [evidenceOf(name, name, tried.found)], lacking: [] };
  },

  /** Sex, country or arm. */
  attribute(name, scope) {
    const { facts } = scope.person;
    const not = (why, ask) => lacking("attribute", name, why, ask);
    switch (name) {
      case "sex":
        if (facts.sex === "female" || facts.sex === "male") return facts.sex;
        if (facts.sex === "other") {
          throw not(
            "the sex is recorded as other, and the rule speaks of female or male",
            "record which of the two the rule means for this person",
          );
        }
        throw not("the sex is not recorded", "record the sex");
      case "country":
        if (isText(facts.country)) return facts.country;
        throw not("the country is not recorded", "record the country");
      case "arm": {
        const arm = this.arm ?? facts.arm;
        if (isText(arm)) return arm;
        throw not("the arm is not known yet", "allocate, or screen for each arm");
      }
      default:
        throw not(`\`${name}\` is not recorded of a person`, "repair the rule");
    }
  },
});

const notBorn = () => missing("attribute", "born", "the date of birth is not recorded", "record the date of birth");

function isInRow({ from, to, below }, age) {
  const isAtLeast = !from || order(age, ruleNumber(from)) >= 0;
  const isAtMost = !to || order(age, ruleNumber(to)) <= 0;
  return isAtLeast && isAtMost && (!below || isLess(age, ruleNumber(below)));
}
