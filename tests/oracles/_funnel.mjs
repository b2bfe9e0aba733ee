// Plays with the page of a funnel and has trialc count the same. usage: _funnel.mjs TOOLS CHROMIUM TRIALC FOLDER [options of trialc]
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [tools, chromium, trialc, folder, ...options] = process.argv.slice(2);
const { chromium: browsers } = createRequire(pathToFileURL(`${tools}/package.json`))("playwright-core");
const faults = [];
const expect = (holds, text) => { if (!holds) faults.push(text); };

// Numbers as the page shows them, written here once more.
const below = options.includes("--suppress-below") ? Number(options[options.indexOf("--suppress-below") + 1]) : null;
const grouped = (number) => number.toLocaleString("en-US");
function shown(count) {
  if (typeof count === "number") return grouped(count);
  if (below !== null && count.most < below) return `<${below}`;
  return `${grouped(count.least)}–${grouped(count.most)}`;
}
const lost = (count) => (count === 0 ? "0" : `−${shown(count)}`);

function recomputed(order) {
  const out = mkdtempSync(join(tmpdir(), "funnel-"));
  try {
    execFileSync(trialc, ["--out", out, "--order", order.join(","), ...options], { stdio: ["ignore", "ignore", "pipe"] });
    return JSON.parse(readFileSync(join(out, "funnel.json"), "utf8"));
  } finally {
    rmSync(out, { recursive: true });
  }
}

const reported = JSON.parse(readFileSync(join(folder, "funnel.json"), "utf8"));
const browser = await browsers.launch({ executablePath: chromium, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1240, height: 1400 } });
const requests = [];
page.on("request", (request) => requests.push(request.url()));
page.on("console", (message) => { if (message.type() === "error") faults.push(`console: ${message.text()}`); });
page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
await page.goto(pathToFileURL(join(folder, "funnel.html")).href);
expect(await page.locator("body.live").count() === 1, "the page did not come to life");

// What a part of the page shows, by criterion.
const read = (part) => page.evaluate((part) => {
  const section = document.querySelectorAll("section.part")[part];
  const field = (element, name) => element.querySelector(`[data-field="${name}"]`).textContent;
  const rows = [...section.querySelectorAll("li.step")].map((row) => ({
    code: row.querySelector(".code").textContent,
    on: row.querySelector("input").checked,
    cells: ["definite", "possible", "definite_lost", "possible_lost"].map((name) => field(row, name)),
  }));
  const costs = [...section.querySelectorAll("table.costs tbody tr")].map((row) => ({
    code: row.querySelector(".code").textContent,
    cells: [...row.querySelectorAll("td")].map((cell) => cell.textContent),
  }));
  const verdicts = ["eligible", "undetermined", "ineligible"].map((name) => field(section.querySelector(`.outcome .${name}`), "count"));
  return { rows, costs, verdicts };
}, part);

const COSTS = ["not_met", "unknown", "lost_alone", "lost_partly", "open_alone", "open_partly", "gained_definite", "gained_possible"];
async function compare(part, wanted, what) {
  const { rows, costs, verdicts } = await read(part);
  const same = (mine, theirs, where) => expect(mine === theirs, `${what}, ${where}: the page says ${mine}, trialc ${theirs}`);
  ["eligible", "undetermined", "ineligible"].forEach((name, at) => same(verdicts[at], shown(wanted[name]), name));
  const on = rows.filter((row) => row.on);
  same(on.map((row) => row.code).join(), wanted.steps.map((step) => step.criterion).join(), "order");
  wanted.steps.forEach((step, at) => {
    const theirs = [shown(step.definite), shown(step.possible), lost(step.definite_lost), lost(step.possible_lost)];
    same(on[at]?.cells.join(" "), theirs.join(" "), step.criterion);
  });
  for (const row of rows.filter((row) => !row.on)) same(row.cells.join(""), "", `${row.code}, which is off`);
  wanted.costs.forEach((cost, at) => {
    const theirs = COSTS.map((name, place) => (cost.chosen || place < 2 ? shown(cost[name]) : ""));
    same(costs[at].cells.join(" "), theirs.join(" "), `cost of ${cost.criterion}`);
  });
}

let counted = 0;
const funnels = (document) => document.decisions.flatMap((decision) => decision.funnels);
for (const [part, funnel] of funnels(reported).entries()) {
  const tabs = page.locator("nav.parts button");
  if (await tabs.count() > 0) await tabs.nth(part).click();
  const section = page.locator("section.part").nth(part);
  await compare(part, funnel, `part ${part} as reported`);
  const again = async (what) => {
    const order = (await read(part)).rows.filter((row) => row.on).map((row) => row.code);
    await compare(part, funnels(recomputed(order))[part], `part ${part} ${what}`);
    counted += 1;
  };
  const boxes = section.locator("li.step input");
  for (const nth of [1, 4, 7]) await boxes.nth(nth).uncheck();
  await again("with three criteria off");
  const grip = (nth) => section.locator(".grip").nth(nth);
  await grip(0).focus();
  for (const key of ["ArrowDown", "ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
  expect(await page.evaluate(() => document.activeElement.className) === "grip", "the keyboard loses the row that it moves");
  await grip(9).focus();
  await page.keyboard.press("Home");
  await again("moved with the keyboard");
  const [from, to] = [await grip(2).boundingBox(), await grip(11).boundingBox()];
  const code = (await read(part)).rows[2].code;
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2 + 6, { steps: 12 });
  await page.mouse.up();
  const landed = (await read(part)).rows.findIndex((row) => row.code === code);
  expect(landed === 11, `dragged from place 3 to 12, ${code} is at ${landed + 1}`);
  await again("dragged");
  await section.locator("button.costliest").click();
  await again("costliest first");
  await section.locator("button.reported").click();
  await compare(part, funnel, `part ${part} as reported again`);
}
expect(requests.length === 1, `the page asks for more than itself: ${requests.slice(1).join(", ")}`);

// The picture: every text inside, none over another one.
await page.goto(pathToFileURL(join(folder, "funnel.svg")).href);
const overlaps = await page.evaluate(() => {
  const texts = [...document.querySelectorAll("text")].map((text) => ({ words: text.textContent, box: text.getBBox() }));
  const width = document.documentElement.viewBox.baseVal.width;
  const found = texts.filter(({ box }) => box.x < 0 || box.x + box.width > width).map(({ words }) => `${words} leaves the picture`);
  texts.forEach((one, at) => texts.slice(at + 1).forEach((other) => {
    const apart = one.box.x + one.box.width <= other.box.x || other.box.x + other.box.width <= one.box.x
      || one.box.y + one.box.height <= other.box.y + 2 || other.box.y + other.box.height <= one.box.y + 2;
    if (!apart) found.push(`${one.words} lies over ${other.words}`);
  }));
  return found;
});
faults.push(...overlaps);
await browser.close();
if (faults.length > 0) {
  console.error(faults.slice(0, 12).join("\n"));
  process.exit(1);
}
console.log(`${folder}: ${funnels(reported).length} funnels, ${counted} arrangements counted again`);
