#!/usr/bin/env bash
# The files for REDCap, judged by linkml-redcap's schema of the data dictionary (linkml's validator), and by the rules of import that
# REDCap's own help states and no published tool checks: they are written out below, with logic evaluated on records.
# Usage: tests/oracles/redcap.sh FOLDER, with one folder of outputs for each study in it.
source "$(dirname "$0")/_tools.sh"
built=${1:?"the folder of what was built"}

python=$(python_tools redcap-python python3 linkml-redcap==0.1.2 linkml==1.12.1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "redcap: $*" >&2; exit 1; }

cat >"$work/judge.py" <<'PY'
"""Everything that REDCap would object to in a folder of its files: one line each."""
import csv
import datetime
import pathlib
import re
import sys

from linkml.validator import validate
import linkml_redcap

folder = pathlib.Path(sys.argv[1])
found = []
HEADERS = [
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
    "Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
]
SLOTS = [
    "variable_field_name", "form_name", "section_header", "field_type", "field_label",
    "choices_calculations_slider_labels", "field_note", "text_validation_type_or_show_slider_number",
    "text_validation_min", "text_validation_max", "identifier", "branching_logic", "required_field", "custom_alignment",
    "question_number", "matrix_group_name", "matrix_ranking", "field_annotation",
]


def table(name, headers):
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, strict=True))
    if rows[0] != headers:
        found.append(f"{name}: the columns are {rows[0]}")
    for row in rows[1:]:
        if len(row) != len(headers):
            found.append(f"{name}: {len(row)} cells in {row}")
    return rows[1:]


fields = [dict(zip(SLOTS, row)) for row in table("data_dictionary", HEADERS)]
schema = pathlib.Path(linkml_redcap.__file__).parent / "data_dictionary/schema/redcap_data_dictionary.yaml"
instance = {"fields": [{slot: cell for slot, cell in field.items() if cell} for field in fields]}
for result in validate(instance, str(schema), "DataDictionary").results:
    found.append(f"linkml-redcap: {result.message}")

# The dictionary: the record first, each name once and not one of REDCap's own, the fields of a form together.
names = [field["variable_field_name"] for field in fields]
forms = list(dict.fromkeys(field["form_name"] for field in fields))
if fields[0]["field_type"] != "text" or fields[0]["branching_logic"]:
    found.append("the first field is no record identifier")
for name in {name for name in names if names.count(name) > 1}:
    found.append(f"{name} is there twice")
for name in names:
    if name in {f"{form}_complete" for form in forms} or name.startswith("redcap_") or len(name) > 100:
        found.append(f"{name} is a name of REDCap's own, or too long")
order = [field["form_name"] for field in fields]
if [form for form, after in zip(order, order[1:] + [""]) if form != after] != forms:
    found.append("the fields of a form are not together")

# Choices: `code, label | code, label`, each code once.
codes = {}
for field in fields:
    name, choices = field["variable_field_name"], field["choices_calculations_slider_labels"]
    if (field["field_type"] in ("radio", "dropdown")) != bool(choices):
        found.append(f"{name}: choices and type {field['field_type']} do not go together")
    if choices:
        pairs = [part.strip().split(",", 1) for part in choices.split("|")]
        own = [pair[0].strip() for pair in pairs]
        if any(len(pair) != 2 or not re.fullmatch(r"[A-Za-z0-9_]+", pair[0]) for pair in pairs) or len(set(own)) != len(own):
            found.append(f"{name}: choices {choices}")
        codes[name] = set(own)
    kind = field["text_validation_type_or_show_slider_number"]
    if kind and field["field_type"] != "text":
        found.append(f"{name}: a validation of {field['field_type']}")
    limits = [field["text_validation_min"], field["text_validation_max"]]
    if any(limits):
        if kind not in ("integer", "number") or not all(re.fullmatch(r"-?\d*(\.\d+)?", limit) for limit in limits):
            found.append(f"{name}: limits {limits} of {kind or 'no type'}")
        elif all(limits) and float(limits[0]) > float(limits[1]):
            found.append(f"{name}: limits {limits} the wrong way round")

# Events: REDCap makes the unique name of the label.
events = table("events", ["event_name", "arm_num", "unique_event_name", "custom_event_label"])
uniques = {}
for label, arm, unique, _ in events:
    made = re.sub(r"[^a-z0-9_]", "", label.lower().replace(" ", "_"))[:18].rstrip("_") + f"_arm_{arm}"
    if made in uniques or unique:
        found.append(f"event {label}: its unique name is taken or written by hand")
    uniques[made] = label
mapped = set()
for arm, event, form in table("instrument_event_mapping", ["arm_num", "unique_event_name", "form"]):
    mapped.add((event, form))
    if event not in uniques or form not in forms or arm != "1":
        found.append(f"mapping: {event} or {form} is not there")
for form in set(forms) - {form for _, form in mapped}:
    found.append(f"{form} is filled in nowhere")
for event, form, _ in table("repeating_instruments_and_events", ["event_name", "form_name", "custom_form_label"]):
    if event not in uniques or form and (event, form) not in mapped:
        found.append(f"repeats: {event} or {form} is not there")

# Logic, read by a reader of its own and evaluated.
TOKEN = re.compile(r"\s*(\[[a-z0-9_-]+\]|'[^']*'|<>|<=|>=|[=<>(),]|-?\d+(?:\.\d+)?|[a-z]+)")


def evaluate(text, record, event=""):
    tokens, at = [], 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if not match:
            raise ValueError(f"not understood at {text[at:at + 20]!r}")
        tokens.append(match.group(1))
        at = match.end()
    tokens.append("")
    place = 0

    def take(wanted=None):
        nonlocal place
        token = tokens[place]
        if wanted and token != wanted:
            raise ValueError(f"{wanted} is expected, not {token!r}")
        place += 1
        return token

    def value():
        token = take()
        if token == "[event-name]":
            return event
        if token.startswith("["):
            if token[1:-1] not in names:
                raise ValueError(f"there is no field {token}")
            return record.get(token[1:-1], "")
        if token.startswith("'"):
            return token[1:-1]
        if token == "datediff":
            take("("); first = value(); take(","); second = value(); take(",")
            take("'d'"); take(","); take("true"); take(")")
            try:
                first, second = (datetime.date(2026, 1, 1) if day == "today" else datetime.date.fromisoformat(day) for day in (first, second))
            except ValueError:
                return ""
            return str((second - first).days)
        if re.fullmatch(r"-?\d+(\.\d+)?", token):
            return token
        raise ValueError(f"no value: {token!r}")

    def comparison():
        if tokens[place] == "(":
            take("("); result = either(); take(")")
            return result
        begin = tokens[place]
        left, sign, right_token = value(), take(), tokens[place]
        right = value()
        for field, constant in ((begin, right_token), (right_token, begin)):
            own = codes.get(field[1:-1]) if field.startswith("[") else None
            if own is not None and constant.startswith("'") and constant != "''" and constant[1:-1] not in own:
                raise ValueError(f"{field} has no answer {constant}")
            if field == "[event-name]" and constant[1:-1] not in uniques:
                raise ValueError(f"there is no event {constant}")
        if sign in ("=", "<>"):
            try:
                same = float(left) == float(right)
            except ValueError:
                same = left == right
            return same == (sign == "=")
        try:
            left, right = float(left), float(right)
        except ValueError:
            return False
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]

    def both():
        result = comparison()
        while tokens[place] == "and":
            take()
            result = comparison() and result
        return result

    def either():
        result = both()
        while tokens[place] == "or":
            take()
            result = both() or result
        return result

    result = either()
    take("")
    return result


logic = 0
for field in fields:
    text = field["branching_logic"]
    if not text:
        continue
    logic += 1
    answers = dict(re.findall(r"\[([a-z0-9_]+)\] = '([^']+)'", text)[::-1])
    visit = re.search(r"\[event-name\] = '([^']+)'", text)
    try:
        if evaluate(text, {}):
            found.append(f"{field['variable_field_name']} is shown to everyone: {text}")
        if not evaluate(text, answers, visit.group(1) if visit else ""):
            found.append(f"{field['variable_field_name']} is not shown for {answers}: {text}")
    except ValueError as error:
        found.append(f"{field['variable_field_name']}: {error}: {text}")
rules = table("data_quality_rules", ["rule_name", "rule_logic", "real_time_execution"])
for name, text, when in rules:
    try:
        if evaluate(text, {}) or when != "y" or not name:
            found.append(f"rule {name}: it speaks of an empty record")
    except ValueError as error:
        found.append(f"rule {name}: {error}: {text}")
table("codes", ["form", "field", "redcap_code", "submission_value"])

print(f"{folder}: {len(fields)} fields, {len(uniques)} events, {logic} conditions, {len(rules)} rules")
if found:
    print("\n".join(found[:40]), file=sys.stderr)
    sys.exit(1)
PY
judge() { "$python/python" "$work/judge.py" "$1" 2>"$work/said"; }

studies=0
for study in "$built"/*/; do
  [ -f "$study/redcap/data_dictionary.csv" ] && [ -f "$study/redcap/losses.md" ] || fail "$study has no data dictionary or loss report"
  judge "$study/redcap" || { cat "$work/said" >&2; fail "$study is refused"; }
  studies=$((studies + 1))
done
[ "$studies" -gt 0 ] || fail "nothing was built in $built"

# The judge must be able to object.
sample=$built/nct01719640/redcap
refused() { # file, from, to, whose word the objection is
  rm -rf "$work/broken" && cp -r "$sample" "$work/broken"
  sed -i "s/$2/$3/" "$work/broken/$1.csv"
  ! cmp -s "$sample/$1.csv" "$work/broken/$1.csv" || fail "nothing was broken in $1: $2"
  ! judge "$work/broken" >/dev/null || fail "$1 is taken with $3 for $2"
  grep -q "$4" "$work/said" || { cat "$work/said" >&2; fail "$1: another objection than $4"; }
}
refused data_dictionary ',date_ymd,' ',date_of_day,' linkml-redcap
refused data_dictionary '^svstdat,' 'SVSTDAT,' linkml-redcap
refused data_dictionary "\[svoccur\] = 'Y'" "[svoccur] = 'yes'" 'has no answer'
refused data_dictionary "\[svoccur\] = 'Y'" "[svoccurs] = 'Y'" 'there is no field'
refused data_dictionary "\[svoccur\] = 'Y'" "[svoccur] <> 'Y'" 'is shown to everyone'
refused instrument_event_mapping 'infusion_arm_1' 'infusions_arm_1' 'is not there'
refused events '^Infusion,1,,' 'Infusions,1,,' 'is not there'
refused data_quality_rules " <> ''" " = ''" 'speaks of an empty record'
echo "redcap: $studies studies judged; wrong types, names, logic, events and rules are refused"
