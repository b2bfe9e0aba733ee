#!/usr/bin/env bash
# ODM-XML, judged by the schemas of 1.3.2 and 2.0 that odmlib holds (xmllint, no network), by odmlib's checker of references
# between identifiers, and by lxml, which evaluates every formal expression on clinical data.
# Usage: tests/oracles/odm.sh FOLDER, with one folder of outputs for each study in it.
source "$(dirname "$0")/_tools.sh"
built=${1:?"the folder of what was built"}

debian_tools xmllint=libxml2-utils
python=$(python_tools odm-python python3 odmlib==0.2.1 lxml==6.0.2)
schemas=$("$python/python" -c 'import odmlib, pathlib; print(pathlib.Path(odmlib.__file__).parent / "schemas/odm")')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "odm: $*" >&2; exit 1; }

declare -A xsd=([1.3.2]="$schemas/1.3.2/ODM1-3-2.xsd" [2.0]="$schemas/2.0/ODM.xsd")
for version in 1.3.2 2.0; do [ -f "${xsd[$version]}" ] || fail "odmlib has no schema of $version"; done
# The schemas import a copy of xml.xsd that lies beside them: nothing is fetched.
valid() { xmllint --nonet --noout --schema "${xsd[$1]}" "$2" >"$work/said" 2>&1; }

cat >"$work/references.py" <<'PY'
"""Dangling references and expressions that do not work, in ODM files: one line each."""
import sys
import lxml.etree as et
from odmlib import odm_loader, loader
from odmlib.oid_generator import create_oid_checker

version, path = sys.argv[1:3]
package = {"1.3.2": "odm_1_3_2", "2.0": "odm_2_0"}[version]
namespace = {"1.3.2": "http://www.cdisc.org/ns/odm/v1.3", "2.0": "http://www.cdisc.org/ns/odm/v2.0"}[version]
found = []
reader = loader.ODMLoader(odm_loader.XMLODMLoader(model_package=package, ns_uri=namespace))
reader.open_odm_document(path)
odm = reader.load_odm()
try:
    odm.verify_oids(create_oid_checker(package))
except Exception as error:
    found.append(f"references: {error}")

# What odmlib leaves out: timing constraints refer to visits.
root = et.parse(path).getroot()
o = {"odm": namespace}
defined = {element.get("OID") for element in root.iter() if element.get("OID")}
for constraint in root.iterfind(".//odm:RelativeTimingConstraint", o):
    for end in ("PredecessorOID", "SuccessorOID"):
        if constraint.get(end) not in defined:
            found.append(f"references: {end} {constraint.get(end)}")

# Every expression is evaluated on a record in which nothing is answered. An exception must then hold: what is asked only
# under a condition is not collected. A check must hold too: nothing is compared.
record = et.fromstring(
    f'<ClinicalData xmlns="{namespace}"><SubjectData><StudyEventData StudyEventOID="SE.none"><FormData>'
    "<ItemGroupData/></FormData></StudyEventData></SubjectData></ClinicalData>"
).find(".//odm:ItemGroupData", o)
expressions = 0
for expression in root.iterfind(".//odm:FormalExpression", o):
    code = expression.text if version == "1.3.2" else expression.findtext("odm:Code", namespaces=o)
    expressions += 1
    try:
        if record.xpath(code, namespaces=o) is not True:
            found.append(f"not true of an empty record: {code}")
    except et.XPathError as error:
        found.append(f"no XPath ({error}): {code}")

# Skip logic on answers: in each form, an item that is asked only for one answer of another is collected for that answer.
if version == "1.3.2":
    conditions = {condition.get("OID"): condition for condition in root.iterfind(".//odm:ConditionDef", o)}
    for reference in root.iterfind(".//odm:ItemRef[@CollectionExceptionConditionOID]", o):
        code = conditions[reference.get("CollectionExceptionConditionOID")].findtext("odm:FormalExpression", namespaces=o)
        asked = et.fromstring(
            f'<ClinicalData xmlns="{namespace}"><StudyEventData StudyEventOID="SE.none"><ItemGroupData/></StudyEventData></ClinicalData>'
        )
        group = asked.find(".//odm:ItemGroupData", o)
        import re
        visit = re.search(r"StudyEventOID = '([^']+)'", code)
        if visit:
            asked.find(".//odm:StudyEventData", o).set("StudyEventOID", visit.group(1))
        answers = dict(re.findall(r"ItemOID='([^']+)'\]/@Value = '([^']+)'", code)[::-1])
        for item, value in answers.items():
            et.SubElement(group, f"{{{namespace}}}ItemData", ItemOID=item, Value=value)
        if group.xpath(code, namespaces=o) is not False:
            found.append(f"asked for {answers}, and yet not collected: {code}")

print(f"{path}: {len(defined)} definitions, {expressions} expressions")
if found:
    print("\n".join(found), file=sys.stderr)
    sys.exit(1)
PY
whole() { "$python/python" "$work/references.py" "$1" "$2" 2>"$work/said"; }

studies=0
for study in "$built"/*/; do
  for version in 1.3.2 2.0; do
    file=$study/odm/odm-$version.xml
    [ -f "$file" ] || fail "there is no $file"
    valid "$version" "$file" || { cat "$work/said" >&2; fail "$file is not valid"; }
    whole "$version" "$file" || { cat "$work/said" >&2; fail "$file refers to nothing"; }
  done
  [ -f "$study/odm/losses.md" ] || fail "$study has no loss report"
  studies=$((studies + 1))
done
[ "$studies" -gt 0 ] || fail "nothing was built in $built"

# Each judge must be able to object: a wrong word, a reference to nothing, a condition the wrong way round.
sample=$built/nct01719640/odm
for version in 1.3.2 2.0; do
  sed 's/Mandatory="Yes"/Mandatory="Perhaps"/' "$sample/odm-$version.xml" >"$work/broken.xml"
  ! valid "$version" "$work/broken.xml" || fail "the schema of $version takes a wrong word"
  sed 's/\(<ItemRef ItemOID="IT.SV.SVSTDAT\)"/\1X"/' "$sample/odm-$version.xml" >"$work/broken.xml"
  ! cmp -s "$sample/odm-$version.xml" "$work/broken.xml" || fail "nothing was broken"
  ! whole "$version" "$work/broken.xml" >/dev/null || fail "a reference to nothing is taken in $version"
  sed 's/>not(\(odm:ItemData\[@ItemOID=[^)]*IT.SV.SVOCCUR[^)]*\))</>\1</' "$sample/odm-$version.xml" >"$work/broken.xml"
  ! cmp -s "$sample/odm-$version.xml" "$work/broken.xml" || fail "no condition was turned round in $version"
  ! whole "$version" "$work/broken.xml" >/dev/null || fail "a condition the wrong way round is taken in $version"
done
echo "odm: $studies studies judged; wrong words, dangling references and conditions the wrong way round are refused"
