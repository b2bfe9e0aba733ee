#!/usr/bin/env bash
# The JSON Schemas of the forms, judged by check-jsonschema (Python), ajv (Node) and react-jsonschema-form, which renders the
# draft-07 twins. Usage: tests/oracles/forms.sh FOLDER, with one folder of outputs for each study in it.
source "$(dirname "$0")/_tools.sh"
built=${1:?"the folder of what was built"}

python=$(python_tools forms-python python3 check-jsonschema==0.39.0)
node=$(node_tools forms-node ajv-cli@5.0.0 ajv-formats@2.1.1 react@19.2.0 react-dom@19.2.0 \
  @rjsf/core@6.1.2 @rjsf/utils@6.1.2 @rjsf/validator-ajv8@6.1.2)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

metaschema() { "$python/check-jsonschema" --quiet --check-metaschema "$@"; }
compiles() { # spec, files…
  local spec=$1 file arguments=()
  shift
  for file in "$@"; do arguments+=(-s "$file"); done
  "$node/node_modules/.bin/ajv" compile --spec="$spec" --strict=false -c "$node/node_modules/ajv-formats" "${arguments[@]}" \
    >"$work/ajv" 2>&1 || { cat "$work/ajv" >&2; return 1; }
}
accepts() { # schema, entry
  "$python/check-jsonschema" --quiet --schemafile "$1" "$2" >"$work/said" 2>&1 || return 1
  "$node/node_modules/.bin/ajv" validate --spec=draft2020 --strict=false -c "$node/node_modules/ajv-formats" \
    -s "$1" -d "$2" >"$work/said" 2>&1
}
refuses() { # schema, entry: both judges must refuse
  ! "$python/check-jsonschema" --quiet --schemafile "$1" "$2" >"$work/said" 2>&1 &&
    ! "$node/node_modules/.bin/ajv" validate --spec=draft2020 --strict=false -c "$node/node_modules/ajv-formats" \
      -s "$1" -d "$2" >"$work/said" 2>&1
}
fail() { echo "forms: $*" >&2; exit 1; }

cat >"$node/render.mjs" <<'JS'
// Renders each draft-07 twin with every condition open as far as answers go, and looks for an input for each field.
import { readFileSync, readdirSync } from "node:fs";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import FormModule from "@rjsf/core";
import validatorModule from "@rjsf/validator-ajv8";
const Form = FormModule.default ?? FormModule;
const validator = validatorModule.default ?? validatorModule;
const [folder, breakIt] = process.argv.slice(2);
let forms = 0, inputs = 0, missing = [];
for (const file of readdirSync(`${folder}/draft-07`).sort()) {
  const name = file.replace(".schema.json", "");
  const schema = JSON.parse(readFileSync(`${folder}/draft-07/${file}`));
  const uiSchema = JSON.parse(readFileSync(`${folder}/ui/${name}.json`));
  const repeating = schema.properties.records !== undefined;
  const record = repeating ? schema.properties.records.items : schema;
  if (breakIt) delete record.properties[Object.keys(record.properties).at(-1)];
  // Answers that hold each condition in turn; a field is found when one of them shows it.
  const wanted = new Set((uiSchema.records?.items ?? uiSchema)["ui:order"]);
  const answers = [{}];
  for (const { if: condition } of record.allOf ?? []) {
    const answer = {};
    for (const [field, rule] of Object.entries(condition?.properties ?? {})) {
      if (rule === false) continue;
      answer[field] = rule.const ?? rule.enum[0];
    }
    answers.push(answer);
  }
  const seen = new Set();
  for (const answer of answers) {
    const formData = repeating ? { records: [answer] } : answer;
    const html = renderToStaticMarkup(createElement(Form, { schema, uiSchema, validator, formData }));
    const prefix = repeating ? "root_records_0_" : "root_";
    for (const field of wanted) {
      if (html.includes(`id="${prefix}${field}"`) || html.includes(`id="${prefix}${field}-0"`) || html.includes(`id="${prefix}${field}_value"`)) seen.add(field);
    }
  }
  for (const field of wanted) if (!seen.has(field)) missing.push(`${name}.${field}`);
  forms += 1;
  inputs += seen.size;
}
console.log(`${folder}: ${forms} forms, ${inputs} fields rendered`);
if (missing.length) { console.error("not rendered: " + missing.join(", ")); process.exit(1); }
JS

studies=0
for study in "$built"/*/; do
  [ -d "$study/forms" ] || continue
  studies=$((studies + 1))
  new=("$study"/forms/*.schema.json) old=("$study"/forms/draft-07/*.schema.json)
  [ "${#new[@]}" -gt 3 ] && [ "${#new[@]}" = "${#old[@]}" ] || fail "$study has ${#new[@]} schemas and ${#old[@]} twins"
  metaschema "${new[@]}" "${old[@]}" || fail "check-jsonschema objects to $study"
  compiles draft2020 "${new[@]}" || fail "ajv objects to $study in 2020-12"
  compiles draft7 "${old[@]}" || fail "ajv objects to $study in draft-07"
  node "$node/render.mjs" "$study/forms" || fail "react-jsonschema-form leaves out fields of $study"
done
[ "$studies" -gt 0 ] || fail "nothing was built in $built"

# Each judge must be able to object. In the first study a visit that took place has a day; SV is a form of every study with a schedule.
sample=$built/nct01719640/forms
sed 's/"type": "string"/"type": "strange"/' "$sample/DM.schema.json" >"$work/broken.schema.json"
! metaschema "$work/broken.schema.json" >/dev/null 2>&1 || fail "check-jsonschema takes a broken schema"
! compiles draft2020 "$work/broken.schema.json" 2>/dev/null || fail "ajv takes a broken schema"
! node "$node/render.mjs" "$sample" break >/dev/null 2>&1 || fail "react-jsonschema-form is not missed"
visit=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).properties.VISIT.oneOf[0].const' "$sample/SV.schema.json")
entry() { printf '{"SUBJID": "1", "VISIT": "%s", %s}\n' "$1" "$2" >"$work/entry.json"; }
entry "$visit" '"SVOCCUR": "Y", "SVSTDAT": "2011-02-28"'
accepts "$sample/SV.schema.json" "$work/entry.json" || fail "a visit that took place is refused: $(cat "$work/said")"
for wrong in '"SVOCCUR": "Y"' '"SVOCCUR": "N", "SVSTDAT": "2011-02-28"' '"SVOCCUR": "Y", "SVSTDAT": "2011-02"' \
  '"SVOCCUR": "Y", "SVSTDAT": "2011-02-28", "SVWEATHER": "fine"'; do
  entry "$visit" "$wrong"
  refuses "$sample/SV.schema.json" "$work/entry.json" || fail "accepted: $(cat "$work/entry.json")"
done
# Conditions of the protocol that a record decides: a man is not asked what only women are, and somebody whose sex is not recorded
# may be. A schema that has lost the condition is noticed.
cargo build --quiet --release
target/release/trialc build tests/support/casebook.trial --out "$work/small" --emit forms >"$work/said" 2>&1 ||
  { cat "$work/said" >&2; fail "the small protocol is not built"; }
small=$work/small/forms
metaschema "$small"/*.schema.json "$small"/draft-07/*.schema.json || fail "check-jsonschema objects to the small protocol"
node "$node/render.mjs" "$small" || fail "react-jsonschema-form leaves out fields of the small protocol"
person() { printf '{"SUBJID": "1", "VISIT": "baseline", "BRTHDAT": "1980", %s}\n' "$1" >"$work/entry.json"; }
conditions() { # schema
  person '"SEX": "F", "DMFERTIL": "Y"' && accepts "$1" "$work/entry.json" &&
    person '"SEX": "M"' && accepts "$1" "$work/entry.json" &&
    person '"SEX": "M", "DMFERTIL": "Y"' && refuses "$1" "$work/entry.json"
}
conditions "$small/DM.schema.json" || fail "conditions of one form: $(cat "$work/entry.json")"
node -e 'const s = JSON.parse(require("fs").readFileSync(process.argv[1])); for (const one of s.allOf) delete one.if?.not; console.log(JSON.stringify(s))' \
  "$small/DM.schema.json" >"$work/forgetful.schema.json"
! conditions "$work/forgetful.schema.json" || fail "a schema without its condition is not noticed"
entry "no_such_visit" '"SVOCCUR": "Y", "SVSTDAT": "2011-02-28"'
refuses "$sample/SV.schema.json" "$work/entry.json" || fail "a visit that the schedule does not have is accepted"
echo "forms: $studies studies judged; broken schemas, entries, conditions and renderings are refused"
