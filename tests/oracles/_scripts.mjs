// Every script of the pages by ESLint: names that nobody declares or uses, keys written twice, statements that cannot be reached. Usage: node _scripts.mjs FOLDER-OF-TOOLS PAGE.html…; prints what it finds, and fails then.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [tools, ...pages] = process.argv.slice(2);
const require = createRequire(`${tools}/node_modules/`);
const { Linter } = require("eslint");
const { configs } = require("@eslint/js");
const { browser } = require("globals");

const linter = new Linter();
// What the scripts of one page know of each other.
const shared = { trialc: "readonly", trialcForms: "readonly" };
const config = [
  configs.recommended,
  {
    languageOptions: { sourceType: "script", ecmaVersion: 2022, globals: { ...browser, ...shared } },
    rules: { "no-control-regex": "off", eqeqeq: "error", "no-var": "error" },
  },
];

// Pages share files of scripts: what one page does not use is superfluous only if no page does.
const unused = new Map();
let scripts = 0;
let found = 0;
/** The scripts of a page, which know each other's names, at the lines where they stand. */
const scriptsOf = (page) => {
  const parts = readFileSync(page, "utf8").split(/<script>([\s\S]*?)<\/script>/);
  scripts += (parts.length - 1) / 2;
  return parts.map((part, place) => (place % 2 ? part : part.replace(/[^\n]/g, ""))).join("");
};
const say = (where, { message, ruleId }) => {
  found += 1;
  console.log(`${where}: ${message} (${ruleId})`);
};
for (const page of pages) {
  for (const one of linter.verify(scriptsOf(page), config)) {
    const where = `${page}:${one.line}`;
    if (one.ruleId !== "no-unused-vars") say(where, one);
    else unused.set(one.message, [...(unused.get(one.message) ?? []), { page, where, one }]);
  }
}
for (const [message, places] of unused) {
  const name = /'([^']+)'/.exec(message)[1];
  const mentions = pages.filter((page) => readFileSync(page, "utf8").includes(name));
  const without = new Set(places.map(({ page }) => page));
  if (mentions.every((page) => without.has(page))) say(places[0].where, places[0].one);
}
if (scripts === 0) console.log("there is no script in these pages");
process.exit(scripts > 0 && found === 0 ? 0 : 1);
