// The lane of CQL: compiles cql/*.cql with @cqframework/cql and runs them with cql-execution and cql-exec-fhir.
// usage: node cql_lane.mjs TOOLS PEOPLE.ndjson ANSWERS.csv one|many MOST
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [tools, people, answers, lane, most] = process.argv.slice(2);
const here = new URL(".", import.meta.url);
const require = createRequire(pathToFileURL(`${tools}/package.json`));
const { CqlTranslator, LibraryManager, ModelManager, createLibrarySourceProvider, createModelInfoProvider, createUcumService, stringAsSource } =
  await import(pathToFileURL(`${tools}/node_modules/@cqframework/cql/cql-to-elm.mjs`));
const { SystemModelInfoProvider } = await import(pathToFileURL(`${tools}/node_modules/@cqframework/cql/cql.mjs`));
const cql = require("cql-execution");
const fhir = require("cql-exec-fhir");

const models = {
  FHIR: `${tools}/node_modules/cql-exec-fhir/lib/modelInfos/fhir-modelinfo-4.0.1.xml`,
};
function compiled() {
  const modelManager = new ModelManager();
  modelManager.modelInfoLoader.registerModelInfoProvider(new SystemModelInfoProvider());
  modelManager.modelInfoLoader.registerModelInfoProvider(createModelInfoProvider((name) =>
    models[name] ? stringAsSource(readFileSync(models[name], "utf8")) : null));
  // Only whether a unit exists is asked while compiling.
  const ucum = require("@lhncbc/ucum-lhc").UcumLhcUtils.getInstance();
  const valid = (unit) => (ucum.validateUnitString(unit).status === "valid" ? null : `${unit} is no unit`);
  const never = () => { throw new Error("not asked while compiling"); };
  const libraryManager = new LibraryManager(modelManager, undefined, undefined, createUcumService(never, valid, never, never));
  libraryManager.librarySourceLoader.registerProvider(createLibrarySourceProvider((name) =>
    stringAsSource(readFileSync(new URL(`cql/${name}.cql`, here), "utf8"))));
  const elm = (name) => {
    const translator = CqlTranslator.fromText(readFileSync(new URL(`cql/${name}.cql`, here), "utf8"), libraryManager);
    const errors = translator.errors.asJsReadonlyArrayView();
    if (errors.length > 0) throw new Error(`${name}.cql: ${errors.map((error) => error.message).join("; ")}`);
    return JSON.parse(translator.toJson());
  };
  return { criteria: elm("Criteria"), helpers: elm("FHIRHelpers") };
}

const { criteria, helpers } = compiled();
const library = new cql.Library(criteria, new cql.Repository({ FHIRHelpers: helpers }));
const executor = new cql.Executor(library, new cql.CodeService({}));
const CRITERIA = ["I1", "I2", "I3", "E1", "E2", "E3"];
const text = (truth) => (truth === true ? "T" : truth === false ? "F" : "U");

// One source for all: making it reads FHIR's model from XML, which takes longer than ten people. It is no part of any time.
const source = fhir.PatientSource.FHIRv401();

// From the text of bundles to the answers, as trialc is measured.
async function answer(lines) {
  source.reset();
  source.loadBundles(lines.map((line) => JSON.parse(line)));
  const { patientResults } = await executor.exec(source);
  return Object.entries(patientResults).map(([id, results]) => [id, ...CRITERIA.map((name) => text(results[name]))]);
}

const lines = readFileSync(people, "utf8").trimEnd().split("\n").slice(0, Number(most));
const rows = [];
let seconds = Infinity, cpu = 0;
const count = lines.length;
if (lane === "one") {
  // Warm: the best of ten rounds over the same records, one by one; node compiles what is hot in the first of them.
  for (let round = 0; round < 10; round += 1) {
    const begin = performance.now(), used = process.cpuUsage();
    for (const line of lines) await answer([line]);
    const took = (performance.now() - begin) / 1000, { user, system } = process.cpuUsage(used);
    if (took < seconds) [seconds, cpu] = [took, (user + system) / 1e6];
  }
} else {
  for (let round = 0; round < 3; round += 1) {
    const begin = performance.now(), used = process.cpuUsage();
    rows.length = 0;
    // In batches: all bundles at once need more memory than node takes.
    for (let at = 0; at < lines.length; at += 500) rows.push(...await answer(lines.slice(at, at + 500)));
    const took = (performance.now() - begin) / 1000, { user, system } = process.cpuUsage(used);
    if (took < seconds) [seconds, cpu] = [took, (user + system) / 1e6];
  }
  writeFileSync(answers, ["person_id," + CRITERIA.join(","), ...rows.map((row) => row.join(","))].join("\n") + "\n");
}
console.log(JSON.stringify({ seconds, cpu, people: count }));
