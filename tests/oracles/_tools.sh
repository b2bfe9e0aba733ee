# Sourced by the judges: their tools, each set in a folder of its own under target/judges. Nothing is installed twice.
set -euo pipefail
# A tool that cannot be installed must stop its judge, also inside $(…).
shopt -s inherit_errexit
judges=${JUDGES:-$PWD/target/judges}
mkdir -p "$judges"

# python_tools NAME PYTHON PACKAGE==VERSION…: prints the folder of a virtual environment's programs.
python_tools() {
  local place=$judges/$1 python=$2
  shift 2
  if [ "$(cat "$place/.has" 2>/dev/null)" != "$*" ]; then
    rm -rf "$place"
    "$python" -m venv "$place" >&2
    "$place/bin/pip" install --quiet --disable-pip-version-check "$@" >&2
    echo "$*" >"$place/.has"
  fi
  echo "$place/bin"
}

# node_tools NAME PACKAGE@VERSION…: prints the folder that holds node_modules.
node_tools() {
  local place=$judges/$1
  shift
  if [ "$(cat "$place/.has" 2>/dev/null)" != "$*" ]; then
    rm -rf "$place"
    mkdir -p "$place"
    npm install --prefix "$place" --no-audit --no-fund --loglevel=error "$@" >&2
    echo "$*" >"$place/.has"
  fi
  echo "$place"
}

# debian_tools PROGRAM=PACKAGE…: installs the packages whose program is not there.
debian_tools() {
  local pair missing=()
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
  done
  [ ${#missing[@]} -eq 0 ] && return
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# page_judge NAME: what the judges of pages that check have in common: Node, Chromium, a folder to work in, the page of the first trial.
# Sets `built`, `here`, `tools`, `work` and `sample`, and `fail` that names the judge.
page_judge() {
  judge=$1 built=${2:?"the folder of what was built"} slips=0
  here=$(dirname "$0")
  fail() { echo "$judge: $*" >&2; exit 1; }
  debian_tools node=nodejs npm=npm chromium=chromium
  tools=$(node_tools worksheet playwright-core@1.56.1)
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  sample=$built/nct01719640/$judge.html
  [ -s "$sample" ] || fail "there is no $sample"
  mkdir "$work/cases"
}

# slip WHAT FROM TO: the judge must be able to object: a twin of the page's checker with one slip, that `agree` must notice.
slip() {
  node -e 'const [page, from, to] = process.argv.slice(1), fs = require("fs"), text = fs.readFileSync(page, "utf8");
    if (!text.includes(from)) { console.error("there is no " + from); process.exit(1); }
    process.stdout.write(text.replace(from, () => to));' "$sample" "$2" "$3" >"$work/twin.html" || fail "$1: the slip cannot be made"
  ! agree "$work/twin.html" >"$work/said" 2>&1 || fail "$1: nobody notices"
  slips=$((slips + 1))
}
