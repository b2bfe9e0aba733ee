#!/usr/bin/env bash
# The scripts of every page that is built, by ESLint: a name that nobody declares stops a page only when somebody comes there.
# Usage: tests/oracles/scripts.sh FOLDER.
source "$(dirname "$0")/_tools.sh"
built=${1:?"the folder of what was built"}
here=$(dirname "$0")

fail() { echo "scripts: $*" >&2; exit 1; }
debian_tools node=nodejs npm=npm
tools=$(node_tools scripts eslint@9.39.1 @eslint/js@9.39.1 globals@16.5.0)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mapfile -t pages < <(grep -l --recursive --include='*.html' '<script>' "$built" | sort)
[ ${#pages[@]} -gt 0 ] || fail "no page in $built has a script"
node "$here/_scripts.mjs" "$tools" "${pages[@]}" || fail "a script of a page is not in order"

# The judge must be able to object: twins with a name that nobody declares, and one that nobody uses.
twin() { # what, from, to
  sed "s/$2/$3/" "${pages[0]}" >"$work/twin.html"
  ! cmp -s "${pages[0]}" "$work/twin.html" || fail "$1: the twin cannot be made"
  ! node "$here/_scripts.mjs" "$tools" "$work/twin.html" "${pages[@]:1}" >"$work/said" || fail "$1: nobody notices"
  grep -q "twin.html.*$4" "$work/said" || fail "$1: something else was found"
}
twin "a name that nobody declares" 'const isObject = ' 'const isAnObject = ' "'isObject' is not defined"
twin "a name that nobody uses" '^"use strict";$' '"use strict"; const superfluous = 1;' "'superfluous' is assigned a value but never used"
echo "scripts: those of ${#pages[@]} pages are in order, and two slips are noticed"
