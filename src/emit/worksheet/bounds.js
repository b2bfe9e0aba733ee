// Roots, logarithms and powers: exact where they are rational, else two neighbours of 30 significant digits with the value
// between them. All in whole numbers, so that every machine finds the same digits.

/** Significant digits of a bound. */
const DIGITS = 30;
/** Binary places of the fixed-point numbers: far more than the digits, so that their roundings never reach these. */
const PLACES = 240n;
/** Binary places that are taken as right. */
const SURE = 160n;
/** Largest exponent of e. */
const MOST_EXPONENT = 900;
/** Roots up to this one are found exactly where they are rational. */
const MOST_ROOT = 8n;
const FIXED_ONE = 1n << PLACES;

const sizeOf = (value) => (value < 0n ? -value : value);
/** The nearest fixed-point number towards zero. */
const fixed = (a) => (a.top << PLACES) / a.bottom;
const bits = (value) => BigInt(sizeOf(value).toString(2).length);
const twoTo = (shift) => (shift < 0n ? fraction(1n, 1n << -shift) : whole(1n << shift));

/** ln of a positive number: value = part · 2^shift with the part near 1, where ln = 2·artanh((part − 1)/(part + 1)). */
function fixedLogarithm(value) {
  const shift = bits(value.top) - bits(value.bottom);
  const part = divide(value, twoTo(shift));
  const near = divide(subtract(part, ONE), add(part, ONE));
  return twiceArtanh(fixed(fraction(1n, 3n))) * shift + twiceArtanh(fixed(near));
}

/** 2·(z + z³/3 + z⁵/5 + …) for |z| ≤ 1/3. */
function twiceArtanh(z) {
  const square = (z * z) >> PLACES;
  let [term, sum, odd] = [z, 0n, 1n];
  while (sizeOf(term) > 1n) {
    sum += term / odd;
    term = (term * square) >> PLACES;
    odd += 2n;
  }
  return sum * 2n;
}

/** e^power = 2^k · (e^(rest / 256))^256 with rest below ln 2. */
function exponential(exponent) {
  const halvings = 8n;
  const ln2 = twiceArtanh(fixed(fraction(1n, 3n)));
  const doublings = exponent / ln2;
  const rest = (exponent - doublings * ln2) >> halvings;
  let [term, sum, count] = [FIXED_ONE, FIXED_ONE, 1n];
  while (sizeOf(term) > 1n) {
    term = ((term * rest) >> PLACES) / count;
    sum += term;
    count += 1n;
  }
  for (let i = 0n; i < halvings; i += 1n) sum = (sum * sum) >> PLACES;
  const value = multiply(fraction(sum, FIXED_ONE), twoTo(doublings));
  const part = divide(value, twoTo(SURE));
  return outwards(subtract(value, part), add(value, part));
}

/** The bounds of a fixed-point number that is right to the places that are sure. */
function boundsOfFixed(value) {
  const part = fraction(1n, 1n << SURE);
  const exactly = fraction(value, FIXED_ONE);
  return outwards(subtract(exactly, part), add(exactly, part));
}

/** Both ends rounded away from each other to the digits that count. */
function outwards(low, high) {
  const scale = power(whole(10), DIGITS - 1 - Math.max(magnitude(low), magnitude(high)));
  const floor = (a) => whole(a.top < 0n ? -((-a.top + a.bottom - 1n) / a.bottom) : a.top / a.bottom);
  const ceiling = (a) => negative(floor(negative(a)));
  return [divide(floor(multiply(low, scale)), scale), divide(ceiling(multiply(high, scale)), scale)];
}

/** The whole root, when there is one; else null. */
function exactRoot(value, root) {
  if (value < 0n) {
    const found = root % 2n === 1n ? exactRoot(-value, root) : null;
    return found === null ? null : -found;
  }
  let [low, high] = [0n, 1n << (bits(value) / root + 1n)];
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** root <= value) low = middle;
    else high = middle - 1n;
  }
  return low ** root === value ? low : null;
}

/** The power itself, where it is rational and short; else null. */
function rationalPower(base, exponent) {
  if (exponent.bottom > MOST_ROOT || sizeOf(exponent.top) > 64n) return null;
  const [top, bottom] = [exactRoot(base.top, exponent.bottom), exactRoot(base.bottom, exponent.bottom)];
  return top === null || bottom === null ? null : power(fraction(top, bottom), Number(exponent.top));
}

/** Bounds of a number to a rational power; null where it has no value or one beyond any quantity. */
function powerBounds(base, exponent) {
  if (isZero(base) && isLess(ZERO, exponent)) return [ZERO, ZERO];
  if (!isLess(ZERO, base)) return null;
  const exactly = rationalPower(base, exponent);
  if (exactly) return [exactly, exactly];
  if (isLess(whole(MOST_EXPONENT), absolute(exponent))) return null;
  const raised = fixed(multiply(fraction(fixedLogarithm(base), FIXED_ONE), exponent));
  return sizeOf(raised) <= FIXED_ONE * BigInt(MOST_EXPONENT) ? exponential(raised) : null;
}

const rootBounds = (a) => powerBounds(a, fraction(1n, 2n));

function lnBounds(a) {
  if (!isLess(ZERO, a)) return null;
  return equals(a, ONE) ? [ZERO, ZERO] : boundsOfFixed(fixedLogarithm(a));
}

function log10Bounds(a) {
  if (!isLess(ZERO, a)) return null;
  const places = magnitude(a);
  const tens = power(whole(10), places);
  if (tens && equals(tens, a)) return [whole(places), whole(places)];
  return boundsOfFixed((fixedLogarithm(a) << PLACES) / fixedLogarithm(whole(10)));
}

function expBounds(a) {
  if (isZero(a)) return [ONE, ONE];
  return isLess(whole(MOST_EXPONENT), absolute(a)) ? null : exponential(fixed(a));
}
