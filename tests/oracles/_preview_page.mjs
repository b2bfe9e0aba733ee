// The preview page in a headless Chromium, filled in by its labels as a site would, against `trialc validate-record`.
// Usage: node _preview_page.mjs TOOLS PAGE TRIALC PROTOCOL WORK
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [tools, pageFile, trialc, protocol, work] = process.argv.slice(2);
const { chromium } = createRequire(`${resolve(tools)}/`)("playwright-core");
const chrome = execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
const switches =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

function fail(why) {
  console.error(`preview: ${why}`);
  process.exit(1);
}

const browser = await chromium.launch({ executablePath: chrome, args: switches.split(" ") });
const context = await browser.newContext({ acceptDownloads: true, viewport: { width: 1366, height: 900 } });
const requests = [];
context.on("request", (request) => requests.push(request.url()));

async function open() {
  const page = await context.newPage();
  page.on("pageerror", (error) => fail(`the page throws: ${error.stack}`));
  page.on("console", (message) => message.type() === "error" && fail(`the page complains: ${message.text()}`));
  await page.goto(`file://${resolve(pageFile)}`);
  return page;
}

let checked = 0;
function same(what, a, b) {
  const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
  if (one !== other) fail(`${what}:\n${one}\n${other}`);
  checked += 1;
}

async function saved(page) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save" }).click()]);
  return readFileSync(await download.path(), "utf8");
}

/** Code and field of everything that is found in a record, sorted. */
function validated(text) {
  writeFileSync(`${work}/record.json`, text);
  const ended = spawnSync(trialc, ["validate-record", protocol, `${work}/record.json`, "--format", "json"], { encoding: "utf8" });
  return JSON.parse(ended.stdout)
    .map(({ code, field }) => `${code} ${field}`)
    .sort();
}

/** The same of the messages that are in sight. */
const inSight = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll(".message-box:not(.confirmed)")]
      .filter((box) => box.checkVisibility())
      .map((box) => `${box.dataset.code} ${box.closest("[data-field]")?.dataset.field ?? null}`)
      .sort(),
  );

const row = (page, field) => page.locator(`[data-field="${field}"]`);
const visible = (page, field) => row(page, field).isVisible();
const pick = (page, field, words) => row(page, field).getByRole("radio", { name: words }).click();
const type = (page, field, text) => row(page, field).locator("input[type=text], textarea").first().fill(text);
async function go(page, visit, form) {
  const head = page.locator(`.visit[data-visit="${visit}"]`);
  if ((await head.getAttribute("aria-expanded")) !== "true") await head.click();
  await page.locator(`.to-form[data-form="${form}"]`).click();
}

const page = await open();

// Without a number nothing is saved.
await page.getByRole("button", { name: "Save" }).click();
await page.waitForFunction(() => document.getElementById("message").textContent.includes("no number"));
await page.getByRole("textbox", { name: "Participant" }).fill("001");

// Skip logic: what is asked follows the answers, and an answer that is hidden comes back.
await go(page, "baseline", "VS");
same("before any answer", [await visible(page, "VSDAT"), await visible(page, "VSREASND")], [false, false]);
await pick(page, "VSPERF", "No");
same("not done", [await visible(page, "VSDAT"), await visible(page, "VSREASND")], [false, true]);
await type(page, "VSREASND", "refused");
await pick(page, "VSPERF", "Yes");
same("done", [await visible(page, "VSDAT"), await visible(page, "VSREASND")], [true, false]);
await pick(page, "VSPERF", "No");
same("the reason is back", await row(page, "VSREASND").locator("textarea").inputValue(), "refused");
await pick(page, "VSPERF", "Yes");

// What is asked at this visit alone.
same("weight at baseline", await visible(page, "WEIGHT_VSORRES"), true);

// Hard: refused.
await type(page, "VSDAT", "2026-02-30");
await type(page, "SYSBP_VSORRES", "120");
await type(page, "DIABP_VSORRES", "130");
await type(page, "WEIGHT_VSORRES", "700");
same("what is wrong", await inSight(page), ["Q06 VSDAT", "Q08 WEIGHT_VSORRES", "Q10 DIABP_VSORRES"]);
await page.getByRole("button", { name: "Save" }).click();
await page.waitForFunction(() => document.getElementById("message").textContent.includes("Not saved: 3 answers"));
await row(page, "WEIGHT_VSORRES").getByRole("combobox").selectOption("g");
same("700 g are below the limit", (await inSight(page)).includes("Q08 WEIGHT_VSORRES"), true);
await type(page, "WEIGHT_VSORRES", "70000");
await type(page, "DIABP_VSORRES", "80");
await type(page, "VSDAT", "2026-03-02");
same("all is right", await inSight(page), []);

// Soft: confirmed with a reason, asked anew when the value changes.
await type(page, "SYSBP_VSORRES", "390");
same("a value that hardly anybody has", await inSight(page), ["Q09 SYSBP_VSORRES"]);
same("saved all the same", validated(await saved(page)), ["Q09 SYSBP_VSORRES"]);
await row(page, "SYSBP_VSORRES").getByRole("button", { name: "Confirm" }).click();
same("no reason, no confirmation", await inSight(page), ["Q09 SYSBP_VSORRES"]);
await row(page, "SYSBP_VSORRES").getByRole("textbox", { name: "Reason" }).fill("measured three times");
await row(page, "SYSBP_VSORRES").getByRole("button", { name: "Confirm" }).click();
same("confirmed", await inSight(page), []);
same("and validate-record takes it", validated(await saved(page)), []);
await type(page, "SYSBP_VSORRES", "391");
same("another value", await inSight(page), ["Q09 SYSBP_VSORRES"]);
await type(page, "SYSBP_VSORRES", "120");

// Windows, from the day that another form holds.
await go(page, "", "DS");
await type(page, "RANDMZTN_DSSTDAT", "2026-03-02");
await pick(page, "WITHDRWL_DSYN", "No");
await go(page, "week_2", "SV");
same("when it is due", (await page.locator("#due").textContent()).trim(), "2026-03-14 to 2026-03-18");
await pick(page, "SVOCCUR", "Yes");
await type(page, "SVSTDAT", "2026-03-19");
same("a day late, and a form is missing", await inSight(page), ["Q11 SVSTDAT", "Q15 null"]);
await page.getByRole("textbox", { name: "Day of the check" }).fill("2026-03-10");
same("and in the future", await inSight(page), ["Q11 SVSTDAT", "Q11 SVSTDAT", "Q15 null"]);
await page.getByRole("textbox", { name: "Day of the check" }).fill("");
await type(page, "SVSTDAT", "2026-03-18");
same("in time", await inSight(page), ["Q15 null"]);
await go(page, "week_2", "VS");
same("no weight at week 2", await visible(page, "WEIGHT_VSORRES"), false);
await pick(page, "VSPERF", "No");
await type(page, "VSREASND", "refused");
await go(page, "week_2", "SV");
same("the form is there", await inSight(page), []);

// Conditions of the protocol, decided by what another form tells: first nobody knows, then it is so, then it is not.
const open_ = () => page.locator("#open-points").textContent();
same("weight is left open", (await open_()).includes("WEIGHT_VSORRES of VS is asked at Baseline"), true);
await go(page, "baseline", "DM");
await type(page, "BRTHDAT", "1980");
await pick(page, "SEX", /^Female/);
same("weight is decided", (await open_()).includes("WEIGHT_VSORRES"), false);
await go(page, "baseline", "VS");
same("of a woman", await inSight(page), []);
await go(page, "baseline", "DM");
await pick(page, "SEX", /^Male/);
await go(page, "baseline", "VS");
same("of a man", await inSight(page), ["Q14 WEIGHT_VSORRES"]);
await type(page, "WEIGHT_VSORRES", "");
same("and then it is not asked", await visible(page, "WEIGHT_VSORRES"), false);

// Many records; partial dates.
await go(page, "", "AE");
await page.getByRole("button", { name: "Add a record" }).click();
await type(page, "AETERM", "Headache");
await type(page, "AESTDAT", "2026-03");
await page.getByRole("button", { name: "Add a record" }).click();
const second = page.locator(".record").nth(1);
await second.locator('[data-field="AETERM"]').locator("input, textarea").fill("Headache");
await second.locator('[data-field="AESTDAT"] input').fill("2026-03");
const found = await inSight(page);
same("a copy is asked about", found.filter((one) => one.startsWith("Q11")), ["Q11 AETERM"]);
const text = await saved(page);
same("the page and validate-record see the same", found, validated(text));
await second.getByRole("button", { name: "Remove record 2" }).click();
same("it is gone", (await inSight(page)).filter((one) => one.startsWith("Q11")), []);
const left = await saved(page);

// What was saved comes back the same.
writeFileSync(`${work}/again.json`, left);
const other = await open();
await other.setInputFiles("#load", `${work}/again.json`);
await other.waitForFunction(() => document.getElementById("message").textContent.includes("is loaded"));
same("saved as it was loaded", await saved(other), left);

// Files that are none, and words that other programs take for commands.
for (const [what, wrong] of [
  ["no JSON", "{"],
  ["another trial", '{"trial": "other", "forms": {}}'],
  ["two participants", '{"forms": {"DM": [{"SUBJID": "1", "VISIT": "baseline"}, {"SUBJID": "2", "VISIT": "baseline"}]}}'],
]) {
  writeFileSync(`${work}/wrong.json`, wrong);
  await other.setInputFiles("#load", `${work}/wrong.json`);
  await other.waitForFunction(() => document.getElementById("message").textContent.includes("is not loaded"));
  same(`${what}: nothing has changed`, await saved(other), left);
}
const hostile = "<img src=x onerror=alert(1)></script>";
writeFileSync(
  `${work}/hostile.json`,
  JSON.stringify({ forms: { VS: [{ SUBJID: hostile, VISIT: "baseline", VSPERF: "Y", [hostile]: hostile, VSREASON: hostile }], [hostile]: [{ SUBJID: hostile }] } }),
);
await other.setInputFiles("#load", `${work}/hostile.json`);
await other.waitForFunction(() => document.getElementById("message").textContent.includes("is loaded"));
await go(other, "baseline", "VS");
same("a field that the form does not have is shown", (await inSight(other)).includes(`Q02 ${hostile}`), true);
if (await other.locator("main img, main script").count()) fail("a hostile record becomes mark-up");

// Every field has a name, and the paper has every form with its CDASH names and no answer.
const unnamed = await page.evaluate(
  () =>
    [...document.querySelectorAll("input, select, textarea, button")].filter(
      (field) => !field.labels?.length && !field.getAttribute("aria-label") && !field.getAttribute("aria-labelledby") && !field.textContent.trim(),
    ).length,
);
same("fields without a label", unnamed, 0);
await page.emulateMedia({ media: "print" });
const paper = await page.evaluate(() => ({
  isDesk: document.querySelector(".desk").checkVisibility(),
  forms: [...document.querySelectorAll(".paper section.form")].filter((one) => one.checkVisibility()).map((one) => one.id),
  text: document.querySelector(".paper").innerText,
  inputs: document.querySelectorAll(".paper input").length,
}));
same("on paper", [paper.isDesk, paper.inputs, paper.forms.includes("VS"), /VSORRES/.test(paper.text), /Headache/.test(paper.text)], [false, 0, true, true, false]);
const printed = await page.pdf({ preferCSSPageSize: true });
if (printed.length < 20000) fail("hardly anything is printed");

const strangers = requests.filter((url) => !url.startsWith("file://") && !url.startsWith("blob:"));
if (strangers.length) fail(`the page asks elsewhere: ${strangers.join(", ")}`);
await browser.close();
console.log(`preview: ${checked} things hold of the page, and its records are those of trialc validate-record`);
