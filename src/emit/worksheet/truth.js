// Kleene's strong three-valued logic (1952).

const FALSE = "false";
const UNKNOWN = "unknown";
const TRUE = "true";

const truthOf = (holds) => (holds ? TRUE : FALSE);
const notTruth = (truth) => (truth === TRUE ? FALSE : truth === FALSE ? TRUE : UNKNOWN);
/** True when all are; false when one is. */
const allOf = (truths) => (truths.includes(FALSE) ? FALSE : truths.includes(UNKNOWN) ? UNKNOWN : TRUE);
/** True when one is; false when all are. */
const anyOf = (truths) => (truths.includes(TRUE) ? TRUE : truths.includes(UNKNOWN) ? UNKNOWN : FALSE);
const both = (a, b) => allOf([a, b]);

/** True when at least `low` and at most `high` are, whatever the unknown ones turn out to be. */
function countOf(truths, low, high) {
  const surely = truths.filter((truth) => truth === TRUE).length;
  const most = surely + truths.filter((truth) => truth === UNKNOWN).length;
  const [fewest, highest] = [low ?? 0, high ?? Infinity];
  if (surely >= fewest && most <= highest) return TRUE;
  return most < fewest || surely > highest ? FALSE : UNKNOWN;
}

/** The value that all agree on; unknown when they do not, or when there is none. */
const commonOf = (truths) => (truths.length && truths.every((truth) => truth === truths[0]) ? truths[0] : UNKNOWN);
