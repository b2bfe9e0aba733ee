#!/usr/bin/env bash
# The eligibility worksheet: its checker, in Node, against the compiler's evaluator on many rules and people, status by status; and the page
# in a headless Chromium, filled in by its labels, against `trialc screen`. Usage: tests/oracles/worksheet.sh FOLDER.
source "$(dirname "$0")/_tools.sh"
page_judge worksheet "${1:-}"

for study in "$built"/*/; do
  [ -f "$study/eligibility.json" ] || continue
  [ -s "$study/worksheet.html" ] || fail "$study has rules and no worksheet"
done

# What the evaluator says of generated rules and people, and of protocols with people invented for them.
WORKSHEET_CASES="$work/cases" cargo test --quiet --test eligibility --test worksheet worksheet_cases -- --ignored --nocapture \
  >"$work/said" 2>&1 || { cat "$work/said" >&2; fail "the cases cannot be written"; }
agree() { node "$here/_worksheet_agreement.mjs" "$1" 20000 "$work"/cases/*.ndjson; }
agree "$sample" || fail "the checker of the page decides otherwise than the evaluator"

# The judge must be able to object.
slip "an open window end" 'day.earliest, day.latest, day.earliest, day.latest' 'day.earliest + 1, day.latest, day.earliest + 1, day.latest'
slip "silence is no" 'return unknownFor([this.notCovered(finding, days, scope)]);' 'return known(FALSE);'
slip "the first of tied values" 'isComplete = !evaluator.choices.advance();' 'isComplete = true;'
slip "silent days are free" 'return parts.filter(([start, end]) => !this.isCovered(name, scope, start, end));' 'return [];'
slip "runs that meet are two" 'start <= dayAfter(before[1])' 'start < dayAfter(before[1])'
slip "a day nearer is far enough" 'reached <= counted[0]' 'reached <= counted[0] + 1'
slip "HbA1c without its zero point" 'add(multiply(x, slope), zero)' 'multiply(x, slope)'

# The page, filled in by hand.
cargo build --quiet --release
node "$here/_worksheet_page.mjs" "$tools" "$sample" target/release/trialc protocols/nct01719640 "$work" ||
  fail "the page decides otherwise than trialc screen"
echo "worksheet: statuses agree, the page agrees with trialc screen, and $slips slips are noticed"
