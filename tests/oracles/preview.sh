#!/usr/bin/env bash
# The preview of the forms: its checker, in Node, against `entries::validate` on right casebooks and every fault, finding by finding; and
# the page in a headless Chromium, filled in by its labels, against `trialc validate-record`. Usage: tests/oracles/preview.sh FOLDER.
source "$(dirname "$0")/_tools.sh"
page_judge preview "${1:-}"

for study in "$built"/*/; do
  [ -d "$study/forms" ] || continue
  [ -s "$study/preview.html" ] || fail "$study has forms and no preview"
done

# What `validate` finds in casebooks of every protocol, and in each with a fault.
PREVIEW_CASES="$work/cases" cargo test --quiet --test entries preview_cases -- --ignored --nocapture >"$work/said" 2>&1 ||
  { cat "$work/said" >&2; fail "the cases cannot be written"; }
agree() { node "$here/_preview_agreement.mjs" "$1" 10000 "$work"/cases/*.ndjson; }
agree "$sample" || fail "the checker of the page finds otherwise than validate"

# The judge must be able to object.
slip "windows end a day later" 'number <= window.latest' 'number <= window.latest + 1'
slip "a limit is outside itself" 'isLess(ruleNumber(limit.high), value)' '!isLess(value, ruleNumber(limit.high))'
slip "equal is less" 'order_ < 0 : order_ <= 0' 'order_ <= 0 : order_ <= 0'
slip "a confirmation is for ever" 'one.value === value &&' ''
slip "what is not known is not so" 'truth === null || one.truth === null ? null : true' 'truth === null || one.truth === null ? false : true'
slip "results of later days are known" 'if (on.earliest > day) return null' 'if (on.earliest > day + 30) return null'
slip "a cycle counts from the one before" 'if (actual !== undefined) return { day: actual, cycles: null }' 'if (actual === null) return null'
slip "a year ends before its months" 'Math.min(left.length, right.length)' 'Math.max(left.length, right.length)'

# The page of the small protocol of the tests, filled in by hand.
cargo build --quiet --release
target/release/trialc build tests/support/casebook.trial --out "$work/small" --emit preview >"$work/said" 2>&1 ||
  { cat "$work/said" >&2; fail "the small protocol is not built"; }
node "$here/_preview_page.mjs" "$tools" "$work/small/preview.html" target/release/trialc tests/support/casebook.trial "$work" ||
  fail "the page works otherwise than it should"
echo "preview: findings agree, the page agrees with trialc validate-record, and $slips slips are noticed"
