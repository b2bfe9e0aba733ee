#!/usr/bin/env bash
# The logic of criteria, judged by z3 and cvc5: every question that is asked of a protocol, and of generated rules, has the answer that
# was found, and both agree. They know numbers, our solver only cuts: they share nothing but the question. Then `--solver z3` and
# `--solver cvc5` themselves.
. "$(dirname "$0")/_tools.sh"

folder=${1:?the folder of what was built}
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=$(python_tools logic python3 z3-solver==4.16.0.0 cvc5==1.4.2)/python
# The package brings the library of cvc5 and no program.
printf '#!/bin/sh\nexec "%s" "%s"\n' "$(realpath "$(dirname "$python")")/python" "$(realpath "$here")/_cvc5.py" >"$work/cvc5"
chmod +x "$work/cvc5"

TRIALC_SMT2=$work cargo test --quiet --test logic smt2 >"$work/said" 2>&1 || { cat "$work/said"; exit 1; }
mapfile -t files < <(find "$folder" -name '*.smt2' | sort)
[ ${#files[@]} -gt 0 ] || { echo "no eligibility.smt2 under $folder"; exit 1; }
mapfile -t generated < <(find "$work" -name '*.smt2' | sort)
[ ${#generated[@]} -gt 0 ] || { echo "no generated rules"; exit 1; }
"$python" "$here/_logic.py" "${files[@]}" "${generated[@]}"

# Both as a child process, in `check --solver`, `diff --solver` and `cases --solver`: what only arithmetic refutes, and the near miss.
for solver in "$(dirname "$python")/z3" "$work/cvc5"; do
  TRIALC_SOLVER=$solver cargo test --quiet --test solver -- --ignored >"$work/said" 2>&1 || { cat "$work/said"; exit 1; }
done

# A twin in which one answer is turned around must be refused.
sed '0,/:status unsat/s//:status sat/; t; ' "${files[0]}" >"$work/broken"
if cmp -s "${files[0]}" "$work/broken"; then
  sed '0,/:status sat/s//:status unsat/' "${files[0]}" >"$work/broken"
fi
if "$python" "$here/_logic.py" "$work/broken" >"$work/said" 2>&1; then
  echo "a broken twin was not noticed"
  exit 1
fi
