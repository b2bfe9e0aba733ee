// Counts a funnel anew: the way of a population through any criteria in any order, from its cells alone. It is the
// counterpart of src/population/attrition.rs and counts.rs in plain JavaScript; tests/oracles/funnel.sh holds them
// against each other.
"use strict";

// A number of people is {least, most}; both are the same where it is exact.
function countOf(entry) {
  if (typeof entry === "number") return { least: entry, most: entry };
  return { least: entry.least, most: entry.most === undefined ? Infinity : entry.most };
}

function emptySum() {
  return { least: 0, bounded: 0, endless: 0 };
}

function addTo(sum, count) {
  sum.least += count.least;
  if (count.most === Infinity) sum.endless += 1;
  else sum.bounded += count.most;
}

// One question: a decision over all its arms (arm is null), or one of its arms (its place). Of each cell it keeps the
// arms that are open, each with the criteria that are not met and those that are unknown in it.
function questionOf(data, decision, arm) {
  const belongs = new Map();
  decision.criteria.forEach((criterion, place) => {
    for (const column of criterion.columns) {
      const limit = column.arm === undefined ? null : decision.arms.findIndex((one) => one.name === column.arm);
      belongs.set(column.column, { place, limit });
    }
  });
  const concerned = decision.criteria.map((criterion) =>
    criterion.columns.some((column) => {
      const { limit } = belongs.get(column.column);
      return arm === null || limit === null || limit === arm;
    }));
  const all = emptySum();
  const cells = [];
  const armsAsked = arm === null ? decision.arms.map((_, place) => place) : [arm];
  for (const entry of decision.cells) {
    const people = countOf(entry.people);
    addTo(all, people);
    const closed = entry.closed || [];
    let open = armsAsked.filter((place) => !closed.includes(place));
    if (arm !== null && open.length === 0) continue;
    if (open.length === 0) open = [null];
    const of = (columns, one) =>
      columns.map((column) => belongs.get(column)).filter((it) => it.limit === null || it.limit === one).map((it) => it.place);
    const views = open.map((one) => ({ notMet: of(entry.not_met, one), unknown: of(entry.unknown, one) }));
    const touched = (columns) => new Set(
      columns.map((column) => belongs.get(column)).filter((it) => arm === null || it.limit === null || it.limit === arm).map((it) => it.place));
    cells.push({ people, views, notMet: touched(entry.not_met), unknown: touched(entry.unknown) });
  }
  return { people: data.people, below: data.suppressed_below, arm, concerned, cells, all };
}

// How many people the cells of a sum are, knowing also how many everybody is.
function counted(question, sum) {
  const { all, people, below } = question;
  if (below !== null && people < below) return { least: 0, most: people };
  const othersMost = all.endless > sum.endless ? Infinity : all.bounded - sum.bounded;
  const most = sum.endless > 0 ? Infinity : sum.bounded;
  return {
    least: Math.max(sum.least, people - othersMost, 0),
    most: Math.min(most, people - (all.least - sum.least)),
  };
}

// Until which step people are certainly in, and until which possibly, in the arm in which they get farthest.
function until(cell, stepOf, without) {
  let best = { definite: 0, possible: 0 };
  for (const view of cell.views) {
    const first = (criteria) => {
      let step = stepOf.steps;
      for (const place of criteria) {
        if (place !== without && stepOf[place] < step) step = stepOf[place];
      }
      return step;
    };
    const possible = first(view.notMet);
    const definite = Math.min(possible, first(view.unknown));
    best = { definite: Math.max(best.definite, definite), possible: Math.max(best.possible, possible) };
  }
  return best;
}

function verdictOf(reached, steps) {
  if (reached.definite === steps) return "eligible";
  return reached.possible === steps ? "undetermined" : "ineligible";
}

const COSTS = ["not_met", "unknown", "lost_alone", "lost_partly", "open_alone", "open_partly", "gained_definite", "gained_possible"];

// The counts of a question with these criteria (their places) in this order.
function attrition(question, chosen) {
  const steps = chosen.length;
  const stepOf = question.concerned.map(() => Infinity);
  chosen.forEach((place, step) => { stepOf[place] = step; });
  stepOf.steps = steps;
  const everybody = emptySum();
  const leaves = { definite: [], possible: [] };
  for (let step = 0; step <= steps; step += 1) {
    leaves.definite.push(emptySum());
    leaves.possible.push(emptySum());
  }
  const verdicts = { eligible: emptySum(), undetermined: emptySum(), ineligible: emptySum() };
  const costs = question.concerned.map(() => Object.fromEntries(COSTS.map((name) => [name, emptySum()])));
  for (const cell of question.cells) {
    addTo(everybody, cell.people);
    const reached = until(cell, stepOf, null);
    addTo(leaves.definite[reached.definite], cell.people);
    addTo(leaves.possible[reached.possible], cell.people);
    const verdict = verdictOf(reached, steps);
    addTo(verdicts[verdict], cell.people);
    for (const place of new Set([...cell.notMet, ...cell.unknown])) {
      const fails = cell.notMet.has(place), isOpen = cell.unknown.has(place);
      const add = (applies, name) => { if (applies) addTo(costs[place][name], cell.people); };
      add(fails, "not_met");
      add(isOpen, "unknown");
      if (stepOf[place] === Infinity) continue;
      const without = verdictOf(until(cell, stepOf, place), steps);
      add(verdict === "ineligible" && without === "eligible", "lost_alone");
      add(verdict === "ineligible" && fails, "lost_partly");
      add(verdict === "undetermined" && without === "eligible", "open_alone");
      add(verdict === "undetermined" && isOpen, "open_partly");
      add(verdict !== "eligible" && without === "eligible", "gained_definite");
      add(verdict === "ineligible" && without !== "ineligible", "gained_possible");
    }
  }
  const total = question.arm === null
    ? { least: question.people, most: question.people }
    : counted(question, everybody);
  const still = (sums, step) => {
    const sum = emptySum();
    for (const later of sums.slice(step + 1)) {
      sum.least += later.least;
      sum.bounded += later.bounded;
      sum.endless += later.endless;
    }
    return counted(question, sum);
  };
  return {
    everybody: total,
    steps: chosen.map((place, step) => ({
      criterion: place,
      definite: still(leaves.definite, step),
      possible: still(leaves.possible, step),
      definite_lost: counted(question, leaves.definite[step]),
      possible_lost: counted(question, leaves.possible[step]),
    })),
    eligible: counted(question, verdicts.eligible),
    undetermined: counted(question, verdicts.undetermined),
    ineligible: counted(question, verdicts.ineligible),
    costs: costs.map((cost) => Object.fromEntries(COSTS.map((name) => [name, counted(question, cost[name])]))),
  };
}

// The order in which each criterion takes the most of those who are possibly still in.
function costliestFirst(question, chosen) {
  const order = [], left = [...chosen];
  while (left.length > 0) {
    let best = 0, most = -1;
    left.forEach((place, at) => {
      const step = attrition(question, [...order, place]).steps[order.length];
      const lost = middle(step.possible_lost) + middle(step.definite_lost) / (question.people + 1);
      if (lost > most) [best, most] = [at, lost];
    });
    order.push(...left.splice(best, 1));
  }
  return order;
}

// Numbers as people read them; shown.rs writes them the same way.
function middle(count) {
  return count.least + Math.floor((count.most - count.least) / 2);
}

function isExact(count) {
  return count.least === count.most;
}

function shownNumber(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

function shownCount(count, below) {
  if (isExact(count)) return shownNumber(count.least);
  if (below !== null && count.most < below) return `<${below}`;
  return `${shownNumber(count.least)}–${shownNumber(count.most)}`;
}

function shownLost(count, below) {
  return count.most === 0 ? "0" : `−${shownCount(count, below)}`;
}

function shownShare(count, everybody) {
  const part = middle(count), whole = middle(everybody);
  if (whole === 0) return "";
  const tenths = Math.floor((part * 2000 + whole) / (2 * whole));
  if (tenths === 0 && part > 0) return "<0.1 %";
  if (tenths >= 1000 && part < whole) return ">99.9 %";
  const about = isExact(count) && isExact(everybody) ? "" : "≈";
  return `${about}${Math.floor(tenths / 10)}.${tenths % 10} %`;
}

// By how much the bars of a step are lengthened, so that those of a long tail can be told apart.
function magnified(possible, everybody) {
  const part = middle(possible), whole = middle(everybody);
  let times = 1;
  while (part > 0 && part * times * 20 <= whole && times < 1e9) times *= 10;
  return times;
}

function barLength(count, everybody, times, longest, least) {
  const part = middle(count);
  if (part === 0) return 0;
  const length = Math.floor((longest * times * part) / Math.max(middle(everybody), 1));
  return Math.min(Math.max(length, least), longest);
}
