#!/usr/bin/env bash
# The eligibility worksheet: its checker, in Node, against the compiler's evaluator on many rules and people, status by status; and the page
# in a headless Chromium, filled in by its labels, against `trialc screen`. Usage: tests/oracles/worksheet.sh FOLDER.
source "$(dirname "$0")/_tools.sh"
built=${1:?"the folder of what was built"}
here=$(dirname "$0")

fail() { echo "worksheet: $*" >&2; exit 1; }
debian_tools node=nodejs npm=npm chromium=chromium
tools=$(node_tools worksheet playwright-core@1.56.1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sample=$built/nct01719640/worksheet.html
for study in "$built"/*/; do
  [ -f "$study/eligibility.json" ] || continue
  [ -s "$study/worksheet.html" ] || fail "$study has rules and no worksheet"
done
[ -s "$sample" ] || fail "there is no $sample"

# What the evaluator says of generated rules and people, and of protocols with people invented for them.
mkdir "$work/cases"
WORKSHEET_CASES="$work/cases" cargo test --quiet --test eligibility --test worksheet worksheet_cases -- --ignored --nocapture \
  >"$work/said" 2>&1 || { cat "$work/said" >&2; fail "the cases cannot be written"; }
agree() { node "$here/_worksheet_agreement.mjs" "$@" "$work"/cases/*.ndjson; }
agree "$sample" 20000 || fail "the checker of the page decides otherwise than the evaluator"

# The judge must be able to object: twins of the checker, each with one slip.
slips=0
slip() { # what, from, to
  node -e 'const [page, from, to] = process.argv.slice(1), fs = require("fs"), text = fs.readFileSync(page, "utf8");
    if (!text.includes(from)) { console.error("there is no " + from); process.exit(1); }
    process.stdout.write(text.replace(from, () => to));' "$sample" "$2" "$3" >"$work/twin.html" || fail "$1: the slip cannot be made"
  ! agree "$work/twin.html" 20000 >"$work/said" 2>&1 || fail "$1: nobody notices"
  slips=$((slips + 1))
}
slip "an open window end" 'day.earliest, day.latest, day.earliest, day.latest' 'day.earliest + 1, day.latest, day.earliest + 1, day.latest'
slip "silence is no" 'return unknownFor([this.notCovered(finding, days, scope)]);' 'return known(FALSE);'
slip "the first of tied values" 'isComplete = !evaluator.choices.advance();' 'isComplete = true;'
slip "HbA1c without its zero point" 'add(multiply(x, slope), zero)' 'multiply(x, slope)'

# The page, filled in by hand.
cargo build --quiet --release
node "$here/_worksheet_page.mjs" "$tools" "$sample" target/release/trialc protocols/nct01719640 "$work" ||
  fail "the page decides otherwise than trialc screen"
echo "worksheet: statuses agree, the page agrees with trialc screen, and $slips slips are noticed"
