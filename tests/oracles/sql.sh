#!/usr/bin/env bash
# The SQL of the eligibility criteria, run by DuckDB, PostgreSQL and Spark on invented people, against the evaluator: every
# person, every criterion, every verdict.
. "$(dirname "$0")/_tools.sh"

people=${PEOPLE:-5000}
here=$(dirname "$0")
work=$(mktemp -d)
python=$(python_tools sql python3 duckdb==2.0.1 psycopg2-binary==2.9.13 pyspark==3.5.3)/python
debian_tools java=openjdk-17-jre-headless initdb=postgresql

# The programs of PostgreSQL stand outside the path on Debian.
server=$(command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb | tail -1)
server=$(dirname "$(readlink -f "$server")")
export PGHOST=$work PGPORT=54329 PGUSER=judge
# Compiling hundreds of expressions for a few seconds of work costs more than it gives.
export PGOPTIONS='-c jit=off'
# PostgreSQL does not run as root.
as_server=()
if [ "$(id -u)" -eq 0 ]; then
  as_server=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  chown postgres "$work"
fi
stop() {
  "${as_server[@]}" "$server/pg_ctl" -D "$work/server" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap stop EXIT
"${as_server[@]}" "$server/initdb" -D "$work/server" -U judge -A trust >/dev/null
"${as_server[@]}" "$server/pg_ctl" -D "$work/server" -w -l "$work/server.log" \
  -o "-c listen_addresses='' -c unix_socket_directories='$work' -c port=$PGPORT -c fsync=off" start >/dev/null

population() { cargo run --release --quiet --example population -- "$@"; }
mkdir "$work/tables"
population "$people" "$work/tables"

# build PROTOCOL CODES OUT: everything is declared complete, as the evaluator is told.
build() {
  cargo run --release --quiet -- build "$1" --emit sql:duckdb,sql:postgres,sql:spark --out "$3" --codes "$2" \
    --vocabulary "$work/tables" --event consent=2020-06-01 --event randomization=2020-06-30 --coverage conditions \
    --coverage procedures --coverage events --coverage "drugs in observation_period" >"$work/said" 2>&1 ||
    { cat "$work/said"; return 1; }
}
build tests/population/trial.trial "$work/tables/codes.csv" "$work/population"
build tests/population/shapes.trial tests/population/shapes.codes.csv "$work/shapes"
build protocols/nct01719640/trial.trial tests/population/nct01719640.codes.csv "$work/nct01719640"
for name in population shapes nct01719640; do
  sed -n '/^## Not computed/,/^## Unknown/p' "$work/$name/eligibility.sql.losses.md"
done
population verdicts "$people" tests/population/trial.trial "$work/population/expected.csv"
population verdicts "$people" tests/population/shapes.trial "$work/shapes/expected.csv"
population verdicts "$people" protocols/nct01719640/trial.trial "$work/nct01719640/expected.csv"

# A twin with a comparison turned around must be refused.
"$python" "$here/_sql.py" break "$work/population/eligibility.duckdb.sql" "$work/population/broken.sql"

for engine in duckdb postgres spark; do
  more=()
  [ "$engine" = duckdb ] && more=("$work/population/broken.sql" "$work/population/broken.csv")
  "$python" "$here/_sql.py" run "$engine" "$work/tables" \
    "$work/population/eligibility.$engine.sql" "$work/population/$engine.csv" \
    "$work/shapes/eligibility.$engine.sql" "$work/shapes/$engine.csv" \
    "$work/nct01719640/eligibility.$engine.sql" "$work/nct01719640/$engine.csv" "${more[@]}" 2>"$work/errors" ||
    { tail -40 "$work/errors"; exit 1; }
  for name in population shapes nct01719640; do
    "$python" "$here/_sql.py" compare "$work/$name/expected.csv" "$work/$name/$engine.csv"
  done
done
if "$python" "$here/_sql.py" compare "$work/population/expected.csv" "$work/population/broken.csv"; then
  echo "the statement with a comparison turned around was not refused"
  exit 1
fi
echo "the statement with a comparison turned around was refused, as it must be"
