"""The lane of OHDSI Circe: the six criteria as a cohort definition, its SQL made by duckcdm, run by DuckDB on Parquet.

A cohort definition has no "latest value", no third truth value and no birthdays; what it says comes as near to trial.trial as
it can: some HbA1c of the last 90 days within the limits, in either unit; no creatinine above them; ages by year of birth.
"""
import time

import duckdb
import numpy as np
from duckcdm.circe import build_cohort_query
from duckcdm.sqlrender import render, translate

DAY = "2026-06-30"
TABLES = ["person", "observation_period", "measurement", "condition_occurrence", "drug_exposure", "visit_occurrence", "death",
          "concept", "concept_ancestor", "concept_relationship"]
CRITERIA = ["I1", "I2", "I3", "E1", "E2", "E3"]
EXCLUDED = {"E1", "E2", "E3"}


def concept(id):
    return {"CONCEPT_ID": id, "CONCEPT_NAME": "", "STANDARD_CONCEPT": "S", "INVALID_REASON": "V", "CONCEPT_CODE": "",
            "DOMAIN_ID": "", "VOCABULARY_ID": ""}


def concept_set(id, name, concepts):
    items = [{"concept": concept(one), "isExcluded": False, "includeDescendants": True, "includeMapped": False} for one in concepts]
    return {"id": id, "name": name, "expression": {"items": items}}


def window(before, after, of_end=False):
    edge = lambda days, sign: {"Days": days, "Coeff": sign} if days is not None else {"Coeff": sign}
    return {"Start": edge(before, -1), "End": edge(after, 1), "UseEventEnd": of_end}


def counted(criteria, at_least, start, end=None):
    correlated = {"Criteria": criteria, "StartWindow": start, "Occurrence": {"Type": 2 if at_least else 0, "Count": at_least}}
    return correlated | ({"EndWindow": end} if end else {})


def group(kind, criteria=(), demographic=(), groups=()):
    return {"Type": kind, "CriteriaList": list(criteria), "DemographicCriteriaList": list(demographic), "Groups": list(groups)}


def measured(codes, value, unit):
    return {"Measurement": {"CodesetId": codes, "ValueAsNumber": value, "Unit": [concept(unit)]}}


def no_creatinine_above(sex, mg_dl, umol_l):
    above = lambda value, unit: counted(measured(1, {"Value": value, "Op": "gt"}, unit), 0, window(90, 0))
    return group("ALL", [above(mg_dl, 8840), above(umol_l, 8749)], [{"Gender": [concept(sex)]}])


def definition():
    between = lambda low, high: {"Value": low, "Extent": high, "Op": "bt"}
    rules = {
        "I1": group("ALL", demographic=[{"Age": between(18, 75)}]),
        "I2": group("ANY", [counted(measured(0, between(7.5, 9.5), 8554), 1, window(90, 0)),
                            counted(measured(0, between(58.461, 80.323), 9579), 1, window(90, 0))]),
        "I3": group("ALL", [counted({"ConditionOccurrence": {"CodesetId": 2}}, 1, window(None, 0))]),
        "E1": group("ANY", groups=[no_creatinine_above(8507, 1.5, 132.602), no_creatinine_above(8532, 1.4, 123.762)]),
        "E2": group("ALL", [counted({"DrugExposure": {"CodesetId": 3}}, 0, window(None, 0), {
            "Start": {"Days": 90, "Coeff": -1}, "End": {"Coeff": 1}, "UseEventEnd": True})]),
        "E3": group("ALL", [counted({"VisitOccurrence": {"CodesetId": 4}}, 0, window(None, 0), {
            "Start": {"Days": 14, "Coeff": -1}, "End": {"Coeff": 1}, "UseEventEnd": True})]),
    }
    return {
        "ConceptSets": [concept_set(0, "HbA1c", [3004410]), concept_set(1, "Creatinine", [3016723]), concept_set(2, "T2DM", [201826]),
                        concept_set(3, "GLP-1", [1583722]), concept_set(4, "Inpatient", [9201])],
        "PrimaryCriteria": {
            "CriteriaList": [{"ObservationPeriod": {"UserDefinedPeriod": {"StartDate": DAY, "EndDate": DAY}}}],
            "ObservationWindow": {"PriorDays": 0, "PostDays": 0}, "PrimaryCriteriaLimit": {"Type": "First"}},
        "QualifiedLimit": {"Type": "First"}, "ExpressionLimit": {"Type": "First"},
        "InclusionRules": [{"name": code, "expression": rules[code]} for code in CRITERIA],
        "EndStrategy": {"DateOffset": {"DateField": "StartDate", "Offset": 0}}, "CensoringCriteria": [],
        "CollapseSettings": {"CollapseType": "ERA", "EraPad": 0}, "CensorWindow": {}}


# What the script has found of each rule, as our own SQL says it: one row for each person, one column for each criterion.
ANSWERS = "CREATE TABLE answers AS SELECT p.person_id, {columns} FROM person p LEFT JOIN (SELECT person_id, {rules} " \
    "FROM inclusion_events GROUP BY person_id) r ON r.person_id = p.person_id".format(
        columns=", ".join(f"COALESCE(r.rule_{n}, FALSE) AS rule_{n}" for n in range(len(CRITERIA))),
        rules=", ".join(f"BOOL_OR(inclusion_rule_id = {n}) AS rule_{n}" for n in range(len(CRITERIA))))


def run(folder, threads, rounds=3):
    """Of the fastest of some rounds the (wall, CPU) seconds of the script alone, which ends with who is in the cohort, and
    those until the answers of each person and criterion are written too; and the letters of these."""
    sql = build_cohort_query(definition(), cdm_schema="main", vocabulary_schema="main", target_table="main.cohort",
                             result_schema="main", cohort_id=1, generate_stats=False)
    statements = [one for one in translate(render(sql), "duckdb").split(";") if one.strip()]
    scripts, wholes, letters = [], [], None
    for _ in range(rounds):
        base = duckdb.connect()
        base.execute(f"SET threads = {threads}")
        for table in TABLES:
            base.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{folder}/{table}.parquet')")
        base.execute("CREATE TABLE cohort (cohort_definition_id INTEGER, subject_id BIGINT, cohort_start_date DATE, cohort_end_date DATE)")
        script, answers, are_written = Clock(), Clock(), False
        answers.pause()
        for statement in statements:
            # The script drops its temporary tables at the end: which rule holds for whom is written before.
            if not are_written and "inclusion_events" in statement and statement.strip().upper().startswith("DELETE"):
                script.pause()
                answers.go_on()
                base.execute(ANSWERS)
                answers.pause()
                script.go_on()
                are_written = True
            base.execute(statement)
        script.pause()
        scripts.append((script.wall, script.cpu))
        wholes.append((script.wall + answers.wall, script.cpu + answers.cpu))
        if letters is None:
            rows = base.execute("SELECT * FROM answers").fetchnumpy()
            letters = {}
            for rule, code in enumerate(CRITERIA):
                holds = np.zeros(len(rows["person_id"]), bool)
                holds[rows["person_id"] - 1] = rows[f"rule_{rule}"]
                letters[code] = np.where(holds != (code in EXCLUDED), "T", "F")
        base.close()
    return (min(scripts), min(wholes)), letters


class Clock:
    """Wall and CPU time of all threads of this process."""

    def __init__(self):
        self.wall = self.cpu = 0.0
        self.go_on()

    def go_on(self):
        self.begin = (time.perf_counter(), time.process_time())

    def pause(self):
        self.wall += time.perf_counter() - self.begin[0]
        self.cpu += time.process_time() - self.begin[1]
