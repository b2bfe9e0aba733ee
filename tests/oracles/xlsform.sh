#!/usr/bin/env bash
# XLSForms, judged by pyxform, which reads the workbooks, and by the ODK Validate that it brings (Java), which reads every condition
# and constraint of the forms made of them. Usage: tests/oracles/xlsform.sh FOLDER, with one folder of outputs for each study in it.
source "$(dirname "$0")/_tools.sh"
built=${1:?"the folder of what was built"}

debian_tools java=default-jre-headless
python=$(python_tools xlsform-python python3 pyxform==4.5.0)
validate=$("$python/python" -c 'import pyxform, pathlib; print(pathlib.Path(pyxform.__file__).parent / "validators/odk_validate/bin/ODK_Validate.jar")')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "xlsform: $*" >&2; exit 1; }
[ -f "$validate" ] || fail "pyxform brings no ODK Validate"

cat >"$work/convert.py" <<'PY'
"""Makes an XForm of each workbook; says what pyxform objects to or warns of, and how many questions there are."""
import pathlib
import sys

from pyxform.xls2xform import convert

into, failed, questions = pathlib.Path(sys.argv[1]), False, 0
for path in map(pathlib.Path, sys.argv[2:]):
    try:
        result = convert(path, validate=False)
    except Exception as error:
        print(f"{path.name}: {error}", file=sys.stderr)
        failed = True
        continue
    for warning in result.warnings:
        print(f"{path.name}: {warning}", file=sys.stderr)
        failed = True
    questions += result.xform.count("<bind ")
    (into / f"{path.stem}.xml").write_text(result.xform, encoding="utf-8")
print(f"{len(sys.argv) - 2} forms, {questions} questions")
sys.exit(failed)
PY
judge() { # folder of workbooks
  rm -rf "$work/xforms" && mkdir "$work/xforms"
  "$python/python" "$work/convert.py" "$work/xforms" "$1"/*.xlsx 2>"$work/said" || return 1
  # One call for all forms: most of its time is Java's beginning.
  java -Djava.awt.headless=true -jar "$validate" "$work"/xforms/*.xml >"$work/said" 2>&1 || return 1
  ! grep -qi "error\|invalid" "$work/said"
}

studies=0
for study in "$built"/*/; do
  forms=("$study"/xlsform/*.xlsx)
  [ "${#forms[@]}" -gt 3 ] && [ -f "$study/xlsform/losses.md" ] || fail "$study has ${#forms[@]} workbooks, or no loss report"
  judge "$study/xlsform" || { cat "$work/said" >&2; fail "$study is refused"; }
  studies=$((studies + 1))
done
[ "$studies" -gt 0 ] || fail "nothing was built in $built"

# Each judge must be able to object.
cat >"$work/break.py" <<'PY'
"""Copies a workbook with one text for another in its survey."""
import sys

import openpyxl

source, target, old, new = sys.argv[1:]
book = openpyxl.load_workbook(source)
changed = 0
for row in book["survey"].iter_rows():
    for cell in row:
        if isinstance(cell.value, str) and old in cell.value:
            cell.value = cell.value.replace(old, new)
            changed += 1
book.save(target)
sys.exit(0 if changed else 1)
PY
sample=$built/nct01719640/xlsform
refused() { # form, from, to
  rm -rf "$work/broken" && mkdir "$work/broken"
  "$python/python" "$work/break.py" "$sample/$1.xlsx" "$work/broken/$1.xlsx" "$2" "$3" || fail "nothing was broken in $1: $2"
  ! judge "$work/broken" >/dev/null || fail "$1 is taken with $3 for $2"
}
refused VS "\${VSPERF} = 'Y'" "\${VSPERFORMED} = 'Y'"
refused VS 'select_one VSPERF' 'select_one NOTHING'
refused VS "\${VSPERF} = 'Y'" "\${VSPERF} = = 'Y'"
refused VS '. < ${SYSBP_VSORRES}' '. < max(${SYSBP_VSORRES}'
echo "xlsform: $studies studies judged; missing questions and answers and broken expressions are refused"
