#!/usr/bin/env bash
# The live page of a funnel in Chromium: criteria are switched and moved with keyboard and pointer, and each number must be the
# one that trialc counts for that choice and order. The picture is drawn too. Usage: tests/oracles/funnel.sh
source "$(dirname "$0")/_tools.sh"

debian_tools chromium=chromium
node=$(node_tools funnel-node playwright-core@1.65.1)
scripts=$(node_tools scripts eslint@9.39.1 @eslint/js@9.39.1 globals@16.5.0)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "funnel: $*" >&2; exit 1; }

trial=tests/population/trial.trial
# It says on which days its trial is: `3000 people, --event …`.
said=$(cargo run --release --quiet --example population -- 3000 "$work/data") || fail "no population"
cat >"$work/trialc" <<EOF
#!/usr/bin/env bash
cd "$PWD"
exec cargo run --release --quiet -- screen $trial --data "$work/data" ${said#*people, } \\
  --codes "$work/data/codes.csv" --coverage drugs --coverage conditions --coverage procedures "\$@"
EOF
chmod +x "$work/trialc"
judge() { node "$(dirname "$0")/_funnel.mjs" "$node" "$(command -v chromium)" "$work/trialc" "$@"; }

"$work/trialc" --out "$work/all" >/dev/null || fail "trialc does not write a funnel"
"$work/trialc" --out "$work/withheld" --suppress-below 5 >/dev/null || fail "trialc does not write a funnel with numbers withheld"
node "$(dirname "$0")/_scripts.mjs" "$scripts" "$work/all/funnel.html" || fail "a script of the page is not in order"
judge "$work/all" || fail "the page and trialc differ"
judge "$work/withheld" --suppress-below 5 || fail "the page and trialc differ where numbers are withheld"

# Each judge must be able to object: to a page with another number in its data, and to one with another script.
for broken in number script; do
  cp -r "$work/all" "$work/$broken"
done
node -e '
  const fs = require("fs");
  const [number, script] = process.argv.slice(1);
  const change = (file, from, to) => {
    const text = fs.readFileSync(file, "utf8"), changed = text.replace(from, to);
    if (text === changed) throw new Error(`nothing to break in ${file}`);
    fs.writeFileSync(file, changed);
  };
  change(number, /"unknown":\[[^\]]*\],"people":(\d+)/, (all, people) => all.replace(/\d+$/, String(Number(people) + 1)));
  change(script, "possible = first(view.notMet)", "possible = first(view.unknown)");
' "$work/number/funnel.html" "$work/script/funnel.html" || fail "cannot break the page"
for broken in number script; do
  ! judge "$work/$broken" >"$work/said" 2>&1 || fail "a page with another $broken is accepted"
done
echo "funnel: page and picture agree with trialc; pages with another number or script are refused"
