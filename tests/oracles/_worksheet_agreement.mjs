// The checker of a worksheet page against the evaluator. Usage: node _worksheet_agreement.mjs PAGE LEAST CASES.ndjson…
// A file of cases holds lines of rules, each followed by lines of records with their verdicts.
import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";
import vm from "node:vm";

const [page, least, ...files] = process.argv.slice(2);
const scripts = [...readFileSync(page, "utf8").matchAll(/<script>([\s\S]*?)<\/script>/g)];
vm.runInThisContext(scripts[0][1], { filename: "the checker" });
const { Screener, readDate, readRecord } = globalThis.trialc;

/** So many disagreements are enough to be heard. */
const MANY = 20;

let [pairs, statuses, decided, disagreements] = [0, 0, 0, 0];
let [explained, explanations, lastDays] = [0, 0, 0];

/** What must be the same: for each decision its verdict, and each criterion's status. */
function decisions(list) {
  return list.map(({ decision, verdict, provisional, arms, criteria }) => ({
    decision,
    verdict,
    awaiting: provisional?.awaiting ?? [],
    arms: Array.isArray(arms)
      ? Object.fromEntries(arms.map((arm) => [arm.arm, arm.verdict]))
      : Object.fromEntries(Object.entries(arms ?? {}).map(([arm, own]) => [arm, own.verdict])),
    criteria: criteria.map(({ code, arm, status }) => [code, arm ?? null, status]),
  }));
}

/** The explanation, but for the words about a unit: the page knows its table, the evaluator all of UCUM. */
function explanation(criterion) {
  return JSON.stringify([criterion.because, criterion.ties ?? []], (key, value) => {
    if (key === "remarks") return undefined;
    if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
    const sorted = Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
    return value.kind === "unit" && value.why ? { ...sorted, why: "" } : sorted;
  });
}

for (const file of files) {
  let [screener, rules] = [null, null];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const data = JSON.parse(line);
    if (data.document) {
      rules = data;
      screener = new Screener(data);
      continue;
    }
    pairs += 1;
    const asOf = data.as_of ? readDate(data.as_of).earliest : null;
    const said = screener.screen(readRecord(data.record), asOf).decisions;
    const expected = data.verdict.decisions;
    const criteria = expected.flatMap((decision) => decision.criteria);
    statuses += criteria.length;
    decided += criteria.filter(({ status }) => status === "met" || status === "not_met").length;
    if (!isDeepStrictEqual(decisions(said), decisions(expected))) {
      disagreements += 1;
      if (disagreements === MANY) sumUp();
      if (disagreements > 1) continue;
      const wrong = said
        .flatMap((decision) => decision.criteria)
        .find((one, place) => one.status !== criteria[place].status);
      const rule = wrong && rules.document.decisions[said[0].decision].criteria[wrong.code]?.rule;
      console.error(
        `${rules.document.trial.name} ${wrong?.code ?? "a verdict"}\npage: ${JSON.stringify(wrong)}\nrecord: ${data.record}\nrule: ${JSON.stringify(rule)}`,
      );
      continue;
    }
    for (const { decision, provisional } of expected) {
      if (!provisional?.holds_until) continue;
      // The last day: on it the verdict stays, and on the next it does not.
      const day = readDate(provisional.holds_until).earliest;
      const record = readRecord(data.record);
      lastDays += 1;
      const isLast =
        (day === asOf || screener.isEligibleOn(decision, record, day)) &&
        !screener.isEligibleOn(decision, record, day + 1);
      if (!isLast) disagreements += 1;
    }
    const others = said.flatMap((decision) => decision.criteria);
    explanations += criteria.length;
    criteria.forEach((one, place) => {
      const isSame = explanation(one) === explanation(others[place]);
      if (!isSame && explained === explanations - criteria.length + place) {
        console.error(
          `${one.code} is explained otherwise\n${explanation(one)}\n${explanation(others[place])}\n${data.record}`,
        );
      }
      explained += Number(isSame);
    });
  }
}
sumUp();

/** Says what was found, and ends. */
function sumUp() {
  const disagree = `${disagreements} pairs disagree`;
  const met = `${statuses} statuses (${decided} met or not met)`;
  console.log(`worksheet: ${pairs} pairs of rules and a person, ${met}, ${disagree}`);
  console.log(
    `worksheet: ${explained} of ${explanations} explanations are the same to the word, ${lastDays} last days too`,
  );
  const isEnough = pairs >= Number(least) && decided * 5 > statuses;
  process.exit(disagreements === 0 && isEnough && explained === explanations ? 0 : 1);
}
