// Numbers with units of which perhaps only a range is known: `low` and `high` are both possible, null is unbounded.

/** What a number counts. */
const NUMBER = { kind: "number" };
const scaleOfUnit = (unit) => ({ kind: "unit", unit });
const scaleOfTime = (time) => ({ kind: "time", time });
const scaleUnknown = (why) => ({ kind: "unknown", why });
const TIME_CODES = { minute: "min", hour: "h", day: "d", week: "wk", month: "mo", year: "a" };

function sameScale(a, b) {
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case "number":
      return true;
    case "unknown":
      return a.why === b.why;
    case "time":
      return a.time === b.time;
    case "unit":
      return a.unit.code === b.unit.code;
    default:
      return a.unit.code === b.unit.code && equals(a.factor, b.factor);
  }
}

const sameEnd = (a, b) => (a && b ? equals(a, b) : a === b);

class Amount {
  constructor(low, high, scale, isDifference = false) {
    this.low = low;
    this.high = high;
    this.scale = scale;
    this.isDifference = isDifference;
  }

  static exact(value, scale = NUMBER) {
    return new Amount(value, value, scale);
  }

  with(changes) {
    const { low, high, scale, isDifference } = { ...this, ...changes };
    return new Amount(low, high, scale, isDifference);
  }

  equals(other) {
    return (
      sameEnd(this.low, other.low) &&
      sameEnd(this.high, other.high) &&
      sameScale(this.scale, other.scale) &&
      this.isDifference === other.isDifference
    );
  }

  /** The number, when it is known exactly; else null. */
  value() {
    return this.low && this.high && equals(this.low, this.high) ? this.low : null;
  }

  unit() {
    return this.scale.unit ?? null;
  }

  /** The smallest amount that holds both, which are on one scale. */
  hull(other) {
    const low = this.low && other.low && least([this.low, other.low]);
    const high = this.high && other.high && greatest([this.high, other.high]);
    return this.with({ low: low || null, high: high || null });
  }

  /** Short decimals as they are, five significant figures of everything else. */
  shown() {
    const [low, high] = [this.low && shortNumber(this.low, 5), this.high && shortNumber(this.high, 5)];
    if (low && high) return low === high ? low : `${low} to ${high}`;
    if (low) return `${low} or more`;
    return high ? `${high} or less` : "any number";
  }

  /** Brought to a unit; to a pure number where `unit` is null. With the facts that this rests on. */
  to(unit, units, analyte) {
    const { scale } = this;
    const unchanged = (scale) => ({ amount: this.with({ scale }), by: [] });
    switch (scale.kind) {
      case "unknown":
        throw new NotComputed(scale.why);
      case "number":
        if (!unit) return unchanged(scale);
        if (unit.plain) return unchanged(scaleOfUnit(unit));
        if (!unit.number) throw new NotComputed(`a pure number has no value in \`${unit.written}\``);
        return { amount: this.scaled(divide(ONE, unit.number)).with({ scale: scaleOfUnit(unit) }), by: [] };
      case "time":
        if (!unit) return unchanged(scale);
        return this.converted(units.ofRule(TIME_CODES[scale.time]), unit, units, analyte);
      case "unit":
        if (unit) return this.converted(scale.unit, unit, units, analyte);
        if (scale.unit.plain) return unchanged(NUMBER);
        if (!scale.unit.number) throw new NotComputed(`\`${scale.unit.written}\` is no pure number`);
        return { amount: this.scaled(scale.unit.number).with({ scale: NUMBER }), by: [] };
      default: {
        const number = this.scaled(scale.factor).with({ scale: NUMBER });
        if (!unit) return { amount: number, by: [] };
        // `mg/g` keeps what it is a ratio of; `%` and its like take the number alone.
        try {
          return this.converted(scale.unit, unit, units, analyte);
        } catch (refusal) {
          if (!(refusal instanceof NotComputed)) throw refusal;
          try {
            return number.to(unit, units, analyte);
          } catch {
            throw refusal;
          }
        }
      }
    }
  }

  converted(from, to, units, analyte) {
    let by = [];
    const end = (value, side) => {
      if (!value) return null;
      const found = units.convert(value, from, to, analyte, this.isDifference);
      by = found.by;
      return found.bounds[side];
    };
    let [low, high] = [end(this.low, 0), end(this.high, 1)];
    if (low && high && isLess(high, low)) [low, high] = [high, low];
    return { amount: new Amount(low, high, scaleOfUnit(to), this.isDifference), by };
  }

  /** Times an exact factor. */
  scaled(factor) {
    if (isZero(factor)) return this.with({ low: ZERO, high: ZERO });
    const [low, high] = [this.low && multiply(this.low, factor), this.high && multiply(this.high, factor)];
    return isNegative(factor) ? this.with({ low: high, high: low }) : this.with({ low, high });
  }

  negative() {
    return this.scaled(whole(-1));
  }

  /** What is known of `this operator other`, both on one scale. */
  compare(operator, other) {
    const below = (a, b, strictly) => Boolean(a && b) && (isLess(a, b) || (!strictly && equals(a, b)));
    switch (operator) {
      case "less":
        if (below(this.high, other.low, true)) return TRUE;
        return below(other.high, this.low, false) ? FALSE : UNKNOWN;
      case "at_most":
        if (below(this.high, other.low, false)) return TRUE;
        return below(other.high, this.low, true) ? FALSE : UNKNOWN;
      case "at_least":
        return other.compare("at_most", this);
      case "greater":
        return other.compare("less", this);
      case "equal": {
        const [a, b] = [this.value(), other.value()];
        if (a && b) return equals(a, b) ? TRUE : FALSE;
        return below(this.high, other.low, true) || below(other.high, this.low, true) ? FALSE : UNKNOWN;
      }
      default:
        return notTruth(this.compare("equal", other));
    }
  }

  /** A ratio or an age that is computed with goes on as a pure number. */
  settled() {
    if (this.scale.kind === "ratio") return this.scaled(this.scale.factor).with({ scale: NUMBER });
    return this.scale.kind === "time" ? this.with({ scale: NUMBER }) : this;
  }

  /** `this operator other`. */
  compute(operator, other, units) {
    for (const { scale } of [this, other]) if (scale.kind === "unknown") throw new NotComputed(scale.why);
    const [a, b] = [this.settled(), other.settled()];
    switch (operator) {
      case "add":
      case "subtract":
        return a.plus(operator === "subtract", b, units);
      case "multiply": {
        const isNumber = (amount) => amount.scale.kind === "number";
        const scale = isNumber(a)
          ? b.scale
          : isNumber(b)
            ? a.scale
            : scaleOfUnit(units.compose(inFull(a.scale), ".", inFull(b.scale)).unit);
        return corners(a, b, multiply).with({ scale });
      }
      case "divide":
        return a.over(b, units);
      default:
        return a.raised(b, units);
    }
  }

  plus(isSubtraction, other, units) {
    let b = other;
    if (!sameScale(this.scale, b.scale)) {
      if (this.scale.kind !== "unit" || b.scale.kind !== "unit") throw notAdded(this.scale, b.scale);
      const to = this.scale.unit;
      const zero = b.scaled(ZERO).to(to, units, 0).amount.value();
      const converted = b.to(to, units, 0).amount;
      if (!zero || !isZero(zero)) {
        throw new NotComputed(`values on scales with different zero points cannot be added (\`${to.written}\`)`);
      }
      b = converted;
    }
    if (isSubtraction) b = b.negative();
    const sum = (x, y) => (x && y ? add(x, y) : null);
    return this.with({ low: sum(this.low, b.low), high: sum(this.high, b.high) });
  }

  over(b, units) {
    if ((!b.low || !isLess(ZERO, b.low)) && (!b.high || !isNegative(b.high))) {
      throw new NotComputed("this would divide by zero");
    }
    const quotient = corners(this, b, divide);
    if (b.scale.kind === "number") return quotient.with({ scale: this.scale });
    if (this.scale.kind === "number") {
      return quotient.with({ scale: scaleOfUnit(units.compose("1", "/", inFull(b.scale)).unit) });
    }
    const { unit, factor } = units.compose(inFull(this.scale), "/", inFull(b.scale));
    return quotient.with({ scale: factor ? { kind: "ratio", unit, factor } : scaleOfUnit(unit) });
  }

  raised(exponent, units) {
    if (exponent.scale.kind !== "number") throw new NotComputed("an exponent must be a pure number");
    const value = exponent.value();
    const times = value && toSafeInteger(value);
    if (times === null || Math.abs(times) > 8) return this.brokenPower(exponent);
    let result = Amount.exact(ONE);
    for (let count = 0; count < Math.abs(times); count += 1) result = result.compute("multiply", this, units);
    // A square is never negative, whatever the sign of its root.
    if (times % 2 === 0 && (!result.low || isNegative(result.low))) result = result.with({ low: ZERO });
    return times < 0 ? Amount.exact(ONE).compute("divide", result, units) : result;
  }

  /** A power that is no small whole number: it only rises or only falls, so that its ends are among those of the corners. */
  brokenPower(exponent) {
    if (this.scale.kind !== "number") throw new NotComputed("only a pure number can be raised to a broken power");
    if (!this.low || !this.high || !exponent.low || !exponent.high) throw noLimit();
    const ends = [this.low, this.high].flatMap((base) =>
      [exponent.low, exponent.high].map((by) => {
        const bounds = powerBounds(base, by);
        if (!bounds) throw new NotComputed(`\`${toSignificant(base, 6)} ^ ${toSignificant(by, 6)}\` has no value`);
        return bounds;
      }),
    );
    return new Amount(least(ends.map(([low]) => low)), greatest(ends.map(([, high]) => high)), NUMBER);
  }

  /** A function that rises throughout, by the bounds of its value at either end. */
  risen(boundsOf) {
    const at = (end) => {
      if (!end) return [null, null];
      const bounds = boundsOf(end);
      if (!bounds) throw new NotComputed(`the function has no value at ${toSignificant(end, 6)}`);
      return bounds;
    };
    return this.with({ low: at(this.low)[0], high: at(this.high)[1] });
  }

  extreme(other, largest) {
    const pick = (a, b, openWins) => {
      if (a && b) return largest ? greatest([a, b]) : least([a, b]);
      return openWins ? null : a || b;
    };
    return this.with({ low: pick(this.low, other.low, !largest), high: pick(this.high, other.high, largest) });
  }
}

/** `min max sqrt ln log10 exp abs`. */
function callFunction(name, amounts, units) {
  if (amounts.length === 0) throw new NotComputed(`\`${name}\` needs a value`);
  const first = amounts[0].settled();
  const rising = { sqrt: rootBounds, ln: lnBounds, log10: log10Bounds, exp: expBounds };
  switch (name) {
    case "min":
    case "max":
      return amounts.slice(1).reduce((best, amount) => {
        let next = amount.settled();
        if (!sameScale(best.scale, next.scale)) {
          if (best.scale.kind !== "unit" || next.scale.kind !== "unit") throw notAdded(best.scale, next.scale);
          next = next.to(best.scale.unit, units, 0).amount;
        }
        return best.extreme(next, name === "max");
      }, first);
    case "abs": {
      const { low, high } = first;
      const nearest = low && !isNegative(low) ? low : high && isNegative(high) ? absolute(high) : ZERO;
      return first.extreme(first.negative(), true).with({ low: nearest });
    }
    default:
      if (!Object.hasOwn(rising, name)) throw new NotComputed(`\`${name}\` is not a function`);
      if (first.scale.kind !== "number") throw new NotComputed(`\`${name}\` takes a pure number`);
      return first.risen(rising[name]);
  }
}

function corners(a, b, of) {
  if (!a.low || !a.high || !b.low || !b.high) throw noLimit();
  const all = [of(a.low, b.low), of(a.low, b.high), of(a.high, b.low), of(a.high, b.high)];
  if (all.includes(null)) throw new NotComputed("this would divide by zero");
  return a.with({ low: least(all), high: greatest(all) });
}

const noLimit = () => new NotComputed("one of the values has no known limit");

function notAdded(a, b) {
  const name = (scale) =>
    scale.unit
      ? `\`${scale.unit.written}\``
      : scale.kind === "time"
        ? `\`${TIME_CODES[scale.time]}\``
        : "a pure number";
  return new NotComputed(`${name(a)} and ${name(b)} cannot be added or compared`);
}

function inFull(scale) {
  if (scale.kind === "number") return "1";
  return scale.kind === "time" ? TIME_CODES[scale.time] : scale.unit.code;
}

/** A decimal of at most six signs as it is, so many significant figures of everything else. */
function shortNumber(value, figures) {
  const text = toDecimal(value);
  return text !== null && text.length <= 6 ? text : toSignificant(value, figures);
}

/** A literal length of time as a number of these units; null where calendar and elapsed time would mix. */
function durationIn(duration, unit) {
  const [[kind, size]] = Object.entries(duration);
  const perUnit = { minute: 1n, hour: 60n, day: 1440n, week: 10080n };
  switch (kind) {
    case "months":
      return unit === "year" ? fraction(BigInt(size), 12n) : unit === "month" ? whole(size) : null;
    case "days":
      return unit in perUnit ? fraction(BigInt(size) * 1440n, perUnit[unit]) : null;
    case "minutes":
      return unit in perUnit ? fraction(BigInt(size), perUnit[unit]) : null;
    default: {
      const each = size.map((choice) => durationIn(choice, unit));
      return each.length === 0 || each.includes(null) ? null : kind === "longest" ? greatest(each) : least(each);
    }
  }
}
