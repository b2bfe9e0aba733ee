// Units from the table that the compiler worked out (src/eligibility/unit_table.rs): what a spelling means, and how units convert.
// A unit that is not in the table is not guessed at.

/** Why an amount cannot be computed, in a clinician's words. */
class NotComputed extends Error {}

/** The table of the document, read once. */
class Units {
  constructor(table) {
    this.table = table;
    this.units = table.units.map((unit) => ({
      ...unit,
      slope: ruleNumber(unit.slope),
      zero: ruleNumber(unit.zero ?? "0"),
      number: unit.number ? ruleNumber(unit.number) : null,
    }));
    this.byCode = new Map(this.units.map((unit) => [unit.code, unit]));
    this.analytes = table.analytes.map(({ links }) => {
      const read = ({ group, slope, zero, by }) => [group, { slope: ruleNumber(slope), zero: ruleNumber(zero), by }];
      return new Map(links.map(read));
    });
    this.composed = new Map(
      table.composed.map(({ of, unit, factor }) => [of, { unit, factor: factor && ruleNumber(factor) }]),
    );
  }

  /** The unit that is written so, as UCUM or in everyday words; null when the table does not have it. */
  find(written) {
    const text = written.trim();
    const unit =
      this.byCode.get(text) ??
      this.byCode.get(
        text
          .split("/")
          .map((part) => this.part(part))
          .join("/"),
      );
    return unit ? { ...unit, written: text } : null;
  }

  /** The UCUM code of what stands between two bars of a unit. */
  part(written) {
    let text = plainSigns(written).trim().replace(/\s+/g, " ");
    const ten = /^[xX*]? ?(?:10(?:\^|\*\*?|[eE])|1[eE])\+?([0-9]{1,3})$/.exec(text);
    if (ten) text = `10*${ten[1]}`;
    if (Object.hasOwn(this.table.words, text)) return this.table.words[text];
    // UCUM has the litre as `l` and as `L`.
    return /^[dcmunpf]?l$/.test(text) ? `${text.slice(0, -1)}L` : text;
  }

  /** A unit of the rules: the table has all of them. */
  ofRule(code) {
    const unit = this.byCode.get(code);
    if (!unit) throw new Error(`the rules use the unit \`${code}\`, which their table lacks`);
    return { ...unit, written: code };
  }

  /** What the table says of a measure's units. */
  of(measure) {
    return Object.hasOwn(this.table.measures, measure)
      ? this.table.measures[measure]
      : { analyte: 0, accepted: [], expects: false };
  }

  /**
   * The value in another unit, as lower and upper bound, and the facts that this rests on. Equal bounds but where a logarithm
   * stands between the two.
   */
  convert(value, from, to, analyte, isDifference) {
    if (from.code === to.code) return { bounds: [value, value], by: [] };
    const route = this.route(from, to, analyte);
    if (!route) {
      throw new NotComputed(
        `\`${from.written}\` and \`${to.written}\` measure different things, or nothing here converts between them`,
      );
    }
    const { slope, zero, by } = route;
    const straight = (x) => add(multiply(x, slope), zero);
    const exactly = (x) => ({ bounds: [x, x], by });
    if (!from.log && !to.log) {
      const factor = by.length === 0 && isZero(zero) && !equals(slope, ONE);
      const steps = factor ? [`1 ${from.written} is ${toSignificant(slope, 6)} ${to.written}`] : by;
      const converted = isDifference ? multiply(value, slope) : straight(value);
      return { bounds: [converted, converted], by: steps };
    }
    if (from.log && to.log) {
      if (isDifference) return exactly(value);
      const step = roundedLog10(slope);
      return step.isRounded ? { bounds: widened(add(value, step.value)), by } : exactly(add(value, step.value));
    }
    if (isDifference) {
      throw new NotComputed(
        `a change of \`${from.written}\` has no meaning in \`${to.written}\`: one of them is a logarithm`,
      );
    }
    const bent = from.log ? roundedPowerOfTen(value) : roundedLog10(straight(value));
    if (!bent)
      throw new NotComputed(`${toSignificant(value, 4)} \`${from.written}\` has no value in \`${to.written}\``);
    const result = from.log ? straight(bent.value) : bent.value;
    return bent.isRounded ? { bounds: widened(result), by } : exactly(result);
  }

  /** `to = slope · from + zero` between the quantities behind two units; null when they do not convert. */
  route(from, to, analyte) {
    let line = { slope: divide(from.slope, to.slope), zero: divide(subtract(from.zero, to.zero), to.slope), by: [] };
    if (from.group === to.group) return line;
    const links = this.analytes[analyte];
    const [here, there] = [links.get(from.group), links.get(to.group)];
    if (!here || !there) return null;
    // From the unit to its group, on to the one that the analyte's groups have in common, and back down.
    const ascend = { slope: multiply(from.slope, here.slope), zero: add(multiply(from.zero, here.slope), here.zero) };
    const base = { slope: multiply(to.slope, there.slope), zero: add(multiply(to.zero, there.slope), there.zero) };
    line = {
      slope: divide(ascend.slope, base.slope),
      zero: divide(subtract(ascend.zero, base.zero), base.slope),
      by: [...here.by, ...there.by],
    };
    return line;
  }

  /** `a.b` or `a/b`: the unit, and for two of one kind the factor that makes their ratio a pure number. */
  compose(a, sign, b) {
    const found = this.composed.get(`(${a})${sign}(${b})`);
    if (!found) throw new NotComputed(`\`${a}\` and \`${b}\` are not among the units that this rule computes with`);
    return { unit: this.ofRule(found.unit), factor: found.factor };
  }
}

/** Without typography: `µ` is `u`, `10⁹` is `10^9`. */
function plainSigns(text) {
  const raised = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const digits = (signs) => [...signs].map((sign) => raised.indexOf(sign)).join("");
  return text
    .replace(/[µμ]/g, "u")
    .replace(/10([⁰¹²³⁴-⁹]+)/, (_, signs) => `10^${digits(signs)}`)
    .replace(/[⁰¹²³⁴-⁹]+/g, digits)
    .replace(/×/g, "x")
    .replace(/[−–⁻]/g, "-");
}

/** The decimal logarithm to 12 significant digits, exact for powers of ten; null when there is none. */
function roundedLog10(value) {
  const bounds = log10Bounds(value);
  if (!bounds) return null;
  return equals(...bounds)
    ? { value: bounds[0], isRounded: false }
    : { value: twelveDigits(bounds[0]), isRounded: true };
}

/** Ten to this power to 12 significant digits, exact for whole powers; null beyond every quantity. */
function roundedPowerOfTen(exponent) {
  if (isLess(whole(300), absolute(exponent))) return null;
  const exactly = toSafeInteger(exponent);
  if (exactly !== null) return { value: power(whole(10), exactly), isRounded: false };
  return { value: twelveDigits(powerBounds(whole(10), exponent)[0]), isRounded: true };
}

function twelveDigits(value) {
  const scale = power(whole(10), 11 - magnitude(value));
  const scaled = multiply(value, scale);
  return divide(whole(divideRounded(scaled.top, scaled.bottom)), scale);
}

/** Moved outwards by one part in 10^11, more than a rounding to 12 significant digits can be off. */
function widened(value) {
  const part = divide(absolute(value), whole(100_000_000_000n));
  return [subtract(value, part), add(value, part)];
}
