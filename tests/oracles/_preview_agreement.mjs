// The checker of a preview page against `validate`. Usage: node _preview_agreement.mjs PAGE LEAST CASES.ndjson…
// A file of cases holds a line with a book of forms, then lines of records with what is found in them.
import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import vm from "node:vm";

const [page, least, ...files] = process.argv.slice(2);
const scripts = [...readFileSync(page, "utf8").matchAll(/<script>([\s\S]*?)<\/script>/g)];
// The last script is the page at work, which needs a page.
for (const [, script] of scripts.slice(0, -1)) vm.runInThisContext(script, { filename: "the checker" });
const { Checker, readJson } = globalThis.trialcForms;

/** So many disagreements are enough to be heard. */
const MANY = 10;

let [records, findings, undecided, disagreements] = [0, 0, 0, 0];
const seen = new Map();

function key({ code, at, check, value }) {
  const { participant, form, visit, repeat, record, field } = at;
  return JSON.stringify([code, participant, form, visit, repeat, record, field, check, value].map((one) => one ?? null));
}

for (const file of files) {
  let checker = null;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const data = JSON.parse(line);
    if (data.book) {
      checker = new Checker(data.book);
      continue;
    }
    records += 1;
    const said = checker.check(readJson(data.record), data.today).filter((one) => !one.confirmed);
    const [mine, theirs] = [said.map(key).sort(), data.findings.map((one) => JSON.stringify(one)).sort()];
    findings += theirs.length;
    for (const [code] of data.findings) seen.set(code, (seen.get(code) ?? 0) + 1);
    // What is not decided is not decided in both.
    const open = [[...checker.undecided].sort(), data.undecided];
    undecided += data.undecided.length;
    mine.push(...open[0]);
    theirs.push(...open[1]);
    if (mine.join("\n") === theirs.join("\n")) continue;
    disagreements += 1;
    if (disagreements <= MANY) {
      console.error(`${file}, today ${data.today}:\n${data.record}`);
      console.error(`  only the page: ${mine.filter((one) => !theirs.includes(one)).join("\n    ")}`);
      console.error(`  only validate: ${theirs.filter((one) => !mine.includes(one)).join("\n    ")}`);
    }
  }
}
const codes = [...seen].sort().map(([code, count]) => `${code} ${count}`);
console.log(`${records} records, ${findings} findings (${codes.join(", ")}), ${undecided} points not decided, ${disagreements} disagreements`);
if (records < Number(least) || seen.size < 15) {
  console.error("there are not enough cases");
  process.exit(1);
}
process.exit(disagreements === 0 ? 0 : 1);
