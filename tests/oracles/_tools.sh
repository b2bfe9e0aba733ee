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
