// Exact numbers: fractions of whole numbers without limit, in lowest terms. No value of a rule or of a person is ever a float.

const ZERO = { top: 0n, bottom: 1n };
const ONE = { top: 1n, bottom: 1n };
/** Longest decimal exponent that is read, so that `1e999999999` cannot exhaust the memory. */
const MAX_EXPONENT = 400;

function gcd(a, b) {
  while (b !== 0n) [a, b] = [b, a % b];
  return a < 0n ? -a : a;
}

/** The fraction in lowest terms; null when the bottom is zero. */
function fraction(top, bottom) {
  if (bottom === 0n) return null;
  if (bottom < 0n) [top, bottom] = [-top, -bottom];
  const common = gcd(top, bottom);
  return common === 1n ? { top, bottom } : { top: top / common, bottom: bottom / common };
}

const whole = (value) => ({ top: BigInt(value), bottom: 1n });
const add = (a, b) => fraction(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom);
const negative = (a) => ({ top: -a.top, bottom: a.bottom });
const subtract = (a, b) => add(a, negative(b));
const multiply = (a, b) => fraction(a.top * b.top, a.bottom * b.bottom);
/** Null when b is zero. */
const divide = (a, b) => fraction(a.top * b.bottom, a.bottom * b.top);
const absolute = (a) => (a.top < 0n ? negative(a) : a);
const isZero = (a) => a.top === 0n;
const isNegative = (a) => a.top < 0n;
/** Negative, zero or positive, as a is less than, equal to or greater than b. */
function order(a, b) {
  const difference = a.top * b.bottom - b.top * a.bottom;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
const isLess = (a, b) => order(a, b) < 0;
const equals = (a, b) => a.top === b.top && a.bottom === b.bottom;
const least = (values) => values.reduce((a, b) => (isLess(b, a) ? b : a));
const greatest = (values) => values.reduce((a, b) => (isLess(a, b) ? b : a));

/** A whole power; null for zero to a negative power or an exponent beyond 400. */
function power(a, exponent) {
  if (Math.abs(exponent) > MAX_EXPONENT || (exponent < 0 && isZero(a))) return null;
  const size = BigInt(Math.abs(exponent));
  const raised = { top: a.top ** size, bottom: a.bottom ** size };
  return exponent < 0 ? fraction(raised.bottom, raised.top) : raised;
}

/** Reads `7`, `7.5`, `-0.3`, `100,000`, `1.2e-3` and `1/3`; null when the text is no number. */
function readNumber(text) {
  const cleaned = text.trim().replace(/[−–]/g, "-").replaceAll(",", "");
  const bar = cleaned.indexOf("/");
  if (bar >= 0) {
    const [above, below] = [readNumber(cleaned.slice(0, bar)), readNumber(cleaned.slice(bar + 1))];
    return above && below ? divide(above, below) : null;
  }
  const parts = /^([-+]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([-+]?[0-9]+))?$/.exec(cleaned);
  if (!parts || !(parts[2] || parts[3])) return null;
  const exponent = Number(parts[4] ?? 0);
  if (Math.abs(exponent) > MAX_EXPONENT) return null;
  const decimals = parts[3] ?? "";
  const shift = exponent - decimals.length;
  const digits = BigInt(parts[2] + decimals);
  const ten = 10n ** BigInt(Math.abs(shift));
  const value = shift < 0 ? fraction(digits, ten) : whole(digits * ten);
  return parts[1] === "-" ? negative(value) : value;
}

/** A number that the rules hold: it is one, or the rules are broken. */
function ruleNumber(text) {
  const value = readNumber(text);
  if (!value) throw new Error(`the rules hold \`${text}\`, which is no number`);
  return value;
}

/** The value as a JavaScript number, when it is whole and fits; else null. */
function toSafeInteger(a) {
  return a.bottom === 1n && a.top <= BigInt(Number.MAX_SAFE_INTEGER) && -a.top <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(a.top)
    : null;
}

function divideRounded(top, bottom) {
  const [size, sign] = top < 0n ? [-top, -1n] : [top, 1n];
  return sign * ((2n * size + bottom) / (2n * bottom));
}

/** Rounded half away from zero to so many decimals, trailing zeros kept. */
function withDigits(a, places) {
  const scaled = divideRounded(a.top * 10n ** BigInt(places), a.bottom);
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(places + 1, "0");
  const sign = scaled < 0n ? "-" : "";
  return places === 0 ? sign + digits : `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** The finite decimal expansion; null when there is none. */
function toDecimal(a) {
  let [rest, twos, fives] = [a.bottom, 0, 0];
  while (rest % 2n === 0n) [rest, twos] = [rest / 2n, twos + 1];
  while (rest % 5n === 0n) [rest, fives] = [rest / 5n, fives + 1];
  return rest === 1n ? withDigits(a, Math.max(twos, fives)) : null;
}

/** The power of ten of the first significant figure: 0 for 7.5, 2 for 126, -3 for 0.004. */
function magnitude(a) {
  if (isZero(a)) return 0;
  const size = absolute(a);
  let places = size.top.toString().length - size.bottom.toString().length;
  const reaches = (places) =>
    places >= 0 ? size.top >= size.bottom * 10n ** BigInt(places) : size.top * 10n ** BigInt(-places) >= size.bottom;
  while (!reaches(places)) places -= 1;
  while (reaches(places + 1)) places += 1;
  return places;
}

/** At most so many significant figures, trailing zeros dropped. */
function toSignificant(a, figures) {
  if (isZero(a)) return "0";
  const places = figures - 1 - magnitude(a);
  if (places >= 0) {
    const text = withDigits(a, places);
    return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  }
  const unit = 10n ** BigInt(-places);
  return (divideRounded(a.top, a.bottom * unit) * unit).toString();
}

/** A decimal where it ends, else a fraction. */
const numberText = (a) => toDecimal(a) ?? `${a.top}/${a.bottom}`;
