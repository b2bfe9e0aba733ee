// The worksheet page in a headless Chromium, filled in by its labels as a person would, against `trialc screen`.
// Usage: node _worksheet_page.mjs TOOLS PAGE TRIALC STUDY WORK
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [tools, pageFile, trialc, study, work] = process.argv.slice(2);
const { chromium } = createRequire(`${resolve(tools)}/`)("playwright-core");
const chrome = execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
const switches =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

function fail(why) {
  console.error(`worksheet: ${why}`);
  process.exit(1);
}

const browser = await chromium.launch({ executablePath: chrome, args: switches.split(" ") });
const context = await browser.newContext({ acceptDownloads: true, viewport: { width: 1366, height: 850 } });
const requests = [];
context.on("request", (request) => requests.push(request.url()));

async function open(file) {
  const page = await context.newPage();
  page.on("pageerror", (error) => fail(`the page throws: ${error.stack}`));
  page.on("console", (message) => message.type() === "error" && fail(`the page complains: ${message.text()}`));
  await page.goto(`file://${resolve(file)}`);
  return page;
}

/** The statuses of the page, by the code of the criterion, and the verdict. */
const shown = (page) =>
  page.evaluate(
    () =>
      new Promise((done) =>
        // The page decides in the next frame.
        requestAnimationFrame(() =>
          requestAnimationFrame(() => {
            const lines = [...document.querySelectorAll("[data-criterion]")];
            done({
              verdict: document.querySelector("[data-verdict] .badge").textContent.replace(/^\S+ /, ""),
              statuses: Object.fromEntries(lines.map((line) => [line.dataset.criterion, line.dataset.status])),
            });
          }),
        ),
      ),
  );

async function saved(page) {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save" }).click(),
  ]);
  return readFileSync(await download.path(), "utf8");
}

function screened(text) {
  writeFileSync(`${work}/saved.json`, text);
  const [verdict] = JSON.parse(
    execFileSync(trialc, ["screen", `${study}/trial.trial`, `${work}/saved.json`, "--format", "json"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  const [decision] = verdict.decisions;
  return {
    verdict: decision.verdict,
    statuses: Object.fromEntries(decision.criteria.map(({ code, status }) => [code, status])),
  };
}

function same(what, a, b) {
  const order = (value) => JSON.stringify([value.verdict, Object.entries(value.statuses).sort()]);
  if (order(a) !== order(b)) fail(`${what}:\n${JSON.stringify(a)}\n${JSON.stringify(b)}`);
}

/** The choice of a list that a spelling of a unit means. */
const choiceOf = (page, unit) =>
  page.evaluate((unit) => {
    const { units } = JSON.parse(document.getElementById("rules").textContent);
    return new trialc.Units(units).find(unit).code;
  }, unit);

/** Fills the page in from a record, field by field. */
async function fill(page, record) {
  const item = (name) => page.locator(`[data-item="${name}"]`);
  await page.getByRole("textbox", { name: "Participant's number" }).fill(record.person.id);
  await page.getByRole("radio", { name: record.person.sex === "male" ? "Male" : "Female", exact: true }).check();
  await page.getByRole("textbox", { name: "Date of birth" }).fill(record.person.born);
  for (const { name, on } of record.events) await item(name).getByLabel("Date").fill(on);
  const filled = new Map();
  for (const { measure, value, unit, on, low, high } of record.measurements) {
    const place = filled.get(measure) ?? 0;
    filled.set(measure, place + 1);
    const rows = item(measure).locator(".row");
    if ((await rows.count()) <= place) await item(measure).getByRole("button", { name: "Add a result" }).click();
    const row = rows.nth(place);
    const field = row.getByLabel("Value", { exact: true });
    if (await field.evaluate((element) => element.tagName === "SELECT")) await field.selectOption(String(value));
    else await field.fill(String(value));
    if (unit && (await row.getByLabel("Unit", { exact: true }).count()))
      await row.getByLabel("Unit", { exact: true }).selectOption(await choiceOf(page, unit));
    await row.getByLabel("Date", { exact: true }).fill(on);
    if (low !== undefined && (await row.getByLabel("Normal from").count()))
      await row.getByLabel("Normal from").fill(String(low));
    if (high !== undefined && (await row.getByLabel("to", { exact: true }).count()))
      await row.getByLabel("to", { exact: true }).fill(String(high));
  }
  for (const entry of [...(record.findings ?? []), ...(record.exposures ?? []), ...(record.procedures ?? [])]) {
    await item(entry.name).getByRole("radio", { name: "Yes" }).check();
    const row = item(entry.name).locator(".row").first();
    for (const [key, label] of [
      ["on", "On"],
      ["from", "From"],
      ["to", "To (empty: goes on)"],
      ["source", "Source"],
    ]) {
      if (entry[key]) await row.getByLabel(label, { exact: true }).fill(entry[key]);
    }
    if (entry.dose) {
      await row.getByLabel("Dose", { exact: true }).fill(String(entry.dose.value));
      await row.getByLabel("Unit of the dose").selectOption(await choiceOf(page, entry.dose.unit));
    }
  }
  for (const { name } of record.absences) {
    if (await item(name).count()) await item(name).getByRole("radio", { name: "No", exact: true }).check();
  }
  for (const [key, answer] of Object.entries(record.answers)) {
    await item(key)
      .getByRole("radio", { name: answer === "yes" ? "Yes" : "No", exact: true })
      .check();
  }
}

let compared = 0;
for (const name of ["eligible", "creatinine_too_high_for_a_woman"]) {
  const record = JSON.parse(readFileSync(`${study}/participants/${name}.json`, "utf8"));
  const page = await open(pageFile);
  const empty = await shown(page);
  if (empty.verdict !== "undetermined") fail(`an empty page says ${empty.verdict}`);
  await fill(page, record);
  const expected = name === "eligible" ? "eligible" : "ineligible";
  const after = await shown(page);
  const text = await saved(page);
  same(`${name}, as it was filled in`, after, screened(text));
  same(`${name}, and its own file`, after, screened(JSON.stringify(record)));
  if (after.verdict !== expected) fail(`${name} is ${after.verdict}`);

  // A unit that measures the same in other numbers: the number stays, the verdict goes.
  const unit = page.locator('[data-item="hba1c"] .row').last().getByLabel("Unit", { exact: true });
  await unit.selectOption("mmol/mol");
  const switched = await shown(page);
  same(`${name}, HbA1c in mmol/mol`, switched, screened(await saved(page)));
  if (switched.statuses.I8 !== "not_met") fail(`HbA1c of 8 mmol/mol leaves I8 ${switched.statuses.I8}`);
  await page.locator('[data-item="hba1c"] .row').last().getByLabel("Value", { exact: true }).fill("66");
  const converted = await shown(page);
  if (converted.statuses.I8 !== "met") fail(`HbA1c of 66 mmol/mol leaves I8 ${converted.statuses.I8}`);
  same(`${name}, HbA1c of 66 mmol/mol`, converted, screened(await saved(page)));

  // What was saved comes back the same.
  writeFileSync(`${work}/again.json`, text);
  const other = await open(pageFile);
  await other.setInputFiles("#load", `${work}/again.json`);
  await other.waitForFunction(() => document.getElementById("message").textContent.includes("loaded"));
  same(`${name}, loaded`, await shown(other), after);
  if ((await saved(other)) !== text) fail(`${name} is saved otherwise than it was loaded`);

  // The keyboard reaches everything, and every field has a name.
  const unnamed = await page.evaluate(
    () =>
      [...document.querySelectorAll("input, select, button")].filter(
        (field) => !field.labels?.length && !field.getAttribute("aria-label") && !field.textContent.trim(),
      ).length,
  );
  if (unnamed) fail(`${unnamed} fields have no label`);
  compared += 5;
}

// A record that is none is refused, and says where.
writeFileSync(`${work}/broken.json`, '{"person": {"id": "<img src=x onerror=alert(1)>", "weight": 80}}');
const page = await open(pageFile);
await page.setInputFiles("#load", `${work}/broken.json`);
await page.waitForFunction(() => document.getElementById("message").textContent.includes("not loaded"));
// A hostile record becomes text.
writeFileSync(
  `${work}/hostile.json`,
  JSON.stringify({
    person: { id: "<img src=x onerror=alert(1)>" },
    findings: [{ name: "</script><script>alert(1)</script>", source: "<b>" }],
    answers: { __proto__x: "yes", constructor: "no" },
  }),
);
await page.setInputFiles("#load", `${work}/hostile.json`);
await page.waitForFunction(() => document.getElementById("message").textContent.includes("is loaded"));
if (await page.locator("main img, main b:not(#who), main script").count()) fail("a hostile record becomes mark-up");
const printed = await page.pdf({ preferCSSPageSize: true });
if (printed.length < 5000) fail("nothing is printed");

const strangers = requests.filter((url) => !url.startsWith("file://") && !url.startsWith("blob:"));
if (strangers.length) fail(`the page asks elsewhere: ${strangers.join(", ")}`);
await browser.close();
console.log(`worksheet: ${compared} verdicts of the page are those of trialc screen`);
