"""Invents people in the shape of OMOP CDM 5.4 as Parquet, and the first of them as FHIR R4 bundles.

usage: population.py PEOPLE FOLDER [BUNDLES]

The data are as untidy as those of hospitals: 15 % of the HbA1c in mmol/mol, 30 % of the creatinine in umol/L, 2 % of the
HbA1c without a unit, 1 % of all results without a value, several results on one day. The same numbers give the same rows.
"""
import datetime as dt
import json
import os
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DAY = (dt.date(2026, 6, 30) - dt.date(1970, 1, 1)).days
HBA1C, CREATININE, T2DM, T2DM_PLAIN = 3004410, 3016723, 201826, 4193704
GLP1 = {793143: "A10BJ06", 40170911: "A10BJ02", 45774435: "A10BJ05"}
OTHER_LABS = [3004501, 3024171, 3027018, 3012888, 3004249, 3025315, 3038553, 3009542]
OTHER_CONDITIONS = [320128, 432867, 4229440, 317009, 255573]
OTHER_DRUGS = [1503297, 1308216, 1539403, 1125315]
PERCENT, IFCC, MG_DL, UMOL_L = 8554, 9579, 8840, 8749
UCUM = {PERCENT: "%", IFCC: "mmol/mol", MG_DL: "mg/dL", UMOL_L: "umol/L"}
PER_PERSON = 20


def days(values):
    return pa.array(values.astype(np.int32), pa.date32())


def write(folder, name, columns):
    pq.write_table(pa.table(columns), f"{folder}/{name}.parquet", compression="zstd", row_group_size=1_000_000)


def main(people, folder, bundles):
    os.makedirs(folder, exist_ok=True)
    rng = np.random.default_rng(20261122)
    ids = np.arange(1, people + 1, dtype=np.int64)
    sex = np.where(rng.random(people) < 0.5, 8507, 8532).astype(np.int32)
    sex[rng.random(people) < 0.002] = 0
    born = (DAY - np.clip(rng.normal(52, 20, people), 0, 100) * 365.2425 - rng.integers(0, 365, people)).astype(np.int32)
    date = born.astype("datetime64[D]")
    month_start = date.astype("datetime64[M]")
    year = date.astype("datetime64[Y]").astype(int) + 1970
    month = month_start.astype(int) % 12 + 1
    day = (date - month_start.astype("datetime64[D]")).astype(int) + 1
    zeros = np.zeros(people, np.int32)
    write(folder, "person", dict(
        person_id=ids, gender_concept_id=sex, year_of_birth=year.astype(np.int32), month_of_birth=month.astype(np.int32),
        day_of_birth=day.astype(np.int32), race_concept_id=zeros, ethnicity_concept_id=zeros))
    write(folder, "observation_period", dict(
        observation_period_id=ids, person_id=ids, observation_period_start_date=days(np.full(people, DAY - 3 * 365)),
        observation_period_end_date=days(np.full(people, DAY + 30)), period_type_concept_id=np.full(people, 32817, np.int32)))

    rows = people * PER_PERSON
    of = np.repeat(ids, PER_PERSON)
    labs = np.array([HBA1C, CREATININE, *OTHER_LABS], np.int32)
    lab = rng.choice(labs, rows, p=[.15, .15, .15, .1, .1, .1, .1, .05, .05, .05])
    when = (DAY - np.minimum(rng.exponential(200, rows), 1095)).astype(np.int32) + rng.integers(0, 10, rows).astype(np.int32)
    value = rng.normal(100, 15, rows)
    unit = np.zeros(rows, np.int32)
    diabetic = rng.random(people) < 0.18
    is_hba1c = lab == HBA1C
    usual = np.where(diabetic, rng.normal(8, 1.2, people), rng.normal(5.5, 0.4, people))
    percent = usual[of[is_hba1c] - 1] + rng.normal(0, 0.3, is_hba1c.sum())
    ifcc = rng.random(is_hba1c.sum()) < 0.15
    value[is_hba1c] = np.where(ifcc, (percent - 2.152) / 0.09148, percent)
    units = np.where(ifcc, IFCC, PERCENT).astype(np.int32)
    units[rng.random(len(units)) < 0.02] = 0
    unit[is_hba1c] = units
    is_creatinine = lab == CREATININE
    mg_dl = np.exp(rng.normal(-0.05, 0.3, is_creatinine.sum()))
    molar = rng.random(len(mg_dl)) < 0.3
    value[is_creatinine] = np.where(molar, mg_dl * 88.4, mg_dl)
    unit[is_creatinine] = np.where(molar, UMOL_L, MG_DL)
    value = np.round(value, 2)
    missing = rng.random(rows) < 0.01
    write(folder, "measurement", dict(
        measurement_id=np.arange(1, rows + 1, dtype=np.int64), person_id=of, measurement_concept_id=lab, measurement_date=days(when),
        measurement_type_concept_id=np.full(rows, 32817, np.int32), value_as_number=pa.array(value, mask=missing),
        value_as_concept_id=np.zeros(rows, np.int32), unit_concept_id=unit, operator_concept_id=np.zeros(rows, np.int32),
        measurement_source_concept_id=np.zeros(rows, np.int32), range_low=pa.nulls(rows, pa.float64()),
        range_high=pa.nulls(rows, pa.float64()), unit_source_value=pa.nulls(rows, pa.string()),
        visit_occurrence_id=pa.nulls(rows, pa.int64())))

    def events(name, key, of, concept, start, end, kind, **others):
        order = np.argsort(of, kind="stable")
        of, concept, start, end = of[order], concept[order], start[order], end[order]
        prefix = {"visit_occurrence": "visit", "condition_occurrence": "condition", "drug_exposure": "drug_exposure"}[name]
        write(folder, name, {
            f"{name}_id": np.arange(1, len(of) + 1, dtype=np.int64), "person_id": of, key: concept,
            f"{prefix}_start_date": days(start), f"{prefix}_end_date": days(end), kind: np.full(len(of), 32817, np.int32),
            **{other: pa.nulls(len(of), type) for other, type in others.items()}})
        return of, concept, start, end

    with_t2dm, others = ids[diabetic], rng.choice(ids, people * 3)
    concept = np.concatenate([rng.choice([T2DM, T2DM_PLAIN], len(with_t2dm), p=[.85, .15]), rng.choice(OTHER_CONDITIONS, len(others))])
    start = DAY - rng.integers(1, 1095, len(concept))
    conditions = events("condition_occurrence", "condition_concept_id", np.concatenate([with_t2dm, others]), concept.astype(np.int32), start, start, "condition_type_concept_id", stop_reason=pa.string(), visit_occurrence_id=pa.int64(), condition_status_concept_id=pa.int32(), condition_source_concept_id=pa.int32())
    glp1 = rng.choice(with_t2dm, int(len(with_t2dm) * 0.25))
    others = rng.choice(ids, people * 3)
    concept = np.concatenate([rng.choice(list(GLP1), len(glp1)), rng.choice(OTHER_DRUGS, len(others))])
    start = DAY - rng.integers(1, 720, len(concept))
    drugs = events("drug_exposure", "drug_concept_id", np.concatenate([glp1, others]), concept.astype(np.int32), start, start + 30, "drug_type_concept_id", stop_reason=pa.string(), visit_occurrence_id=pa.int64(), refills=pa.int32(), quantity=pa.float64(), days_supply=pa.int32(), verbatim_end_date=pa.date32(), drug_source_concept_id=pa.int32())
    visits = people * 5
    concept = rng.choice([9201, 9202, 9203], visits, p=[.06, .84, .1]).astype(np.int32)
    start = DAY - rng.integers(0, 1095, visits)
    stays = events("visit_occurrence", "visit_concept_id", rng.choice(ids, visits), concept, start, start + np.where(concept == 9201, 4, 0), "visit_type_concept_id")
    vocabulary(folder)
    write(folder, "death", dict(person_id=pa.array([], pa.int64()), death_date=pa.array([], pa.date32())))
    if bundles:
        fhir(f"{folder}/people.ndjson", bundles, sex, date, (of, lab, when, value, unit, missing), conditions, drugs, stays)


def vocabulary(folder):
    """As much of the vocabulary as concept sets need."""
    codes = [
        (HBA1C, "Hemoglobin A1c/Hemoglobin.total in Blood", "Measurement", "LOINC", "4548-4"),
        (CREATININE, "Creatinine [Mass/volume] in Serum or Plasma", "Measurement", "LOINC", "2160-0"),
        (T2DM, "Type 2 diabetes mellitus", "Condition", "SNOMED", "44054006"),
        (T2DM_PLAIN, "Type 2 diabetes mellitus without complication", "Condition", "SNOMED", "313436004"),
        (1583722, "GLP-1 receptor agonists", "Drug", "ATC", "A10BJ"),
        (793143, "semaglutide", "Drug", "RxNorm", "1991302"), (40170911, "liraglutide", "Drug", "RxNorm", "475968"),
        (45774435, "dulaglutide", "Drug", "RxNorm", "1551291"), (9201, "Inpatient Visit", "Visit", "Visit", "IP"),
        (PERCENT, "percent", "Unit", "UCUM", "%"), (IFCC, "millimole per mole", "Unit", "UCUM", "mmol/mol"),
        (MG_DL, "milligram per deciliter", "Unit", "UCUM", "mg/dL"), (UMOL_L, "micromole per liter", "Unit", "UCUM", "umol/L"),
        (8507, "MALE", "Gender", "Gender", "M"), (8532, "FEMALE", "Gender", "Gender", "F")]
    ids = [code[0] for code in codes]
    pairs = [(one, one) for one in ids] + [(T2DM, T2DM_PLAIN)] + [(1583722, drug) for drug in GLP1]
    none = pa.array([None] * len(codes), pa.string())
    day = pa.array([DAY] * len(codes), pa.date32())
    write(folder, "concept", dict(
        concept_id=pa.array(ids, pa.int64()), concept_name=[c[1] for c in codes], domain_id=[c[2] for c in codes],
        vocabulary_id=[c[3] for c in codes], concept_class_id=["x"] * len(codes),
        standard_concept=["C" if c[3] == "ATC" else "S" for c in codes], concept_code=[c[4] for c in codes],
        valid_start_date=day, valid_end_date=day, invalid_reason=none))
    write(folder, "concept_ancestor", dict(
        ancestor_concept_id=pa.array([a for a, _ in pairs], pa.int64()), descendant_concept_id=pa.array([b for _, b in pairs], pa.int64()),
        min_levels_of_separation=pa.array([int(a != b) for a, b in pairs], pa.int32()),
        max_levels_of_separation=pa.array([int(a != b) for a, b in pairs], pa.int32())))
    write(folder, "concept_relationship", dict(
        concept_id_1=pa.array([], pa.int64()), concept_id_2=pa.array([], pa.int64()), relationship_id=pa.array([], pa.string()),
        invalid_reason=pa.array([], pa.string())))


def fhir(path, count, sex, born, results, conditions, drugs, stays):
    def text(day):
        return (dt.date(1970, 1, 1) + dt.timedelta(int(day))).isoformat()

    people = [[] for _ in range(count + 1)]
    of, lab, when, value, unit, missing = results
    loinc = {HBA1C: "4548-4", CREATININE: "2160-0"}
    for row in range(count * PER_PERSON):
        quantity = {"value": float(value[row])}
        if unit[row] in UCUM:
            quantity |= {"unit": UCUM[unit[row]], "system": "http://unitsofmeasure.org", "code": UCUM[unit[row]]}
        observation = {"resourceType": "Observation", "status": "final", "effectiveDateTime": text(when[row]),
                       "code": {"coding": [{"system": "http://loinc.org", "code": loinc.get(int(lab[row]), f"{lab[row]}-0")}]}}
        if not missing[row]:
            observation["valueQuantity"] = quantity
        people[of[row]].append(observation)
    first = lambda table: np.searchsorted(table[0], count, side="right")
    for of, concept, start, _ in zip(*(column[:first(conditions)] for column in conditions)):
        code = "44054006" if concept in (T2DM, T2DM_PLAIN) else f"{concept}"
        people[of].append({"resourceType": "Condition", "onsetDateTime": text(start), "code": {"coding": [{"system": "http://snomed.info/sct", "code": code}]},
                           "verificationStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"}]},
                           "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}})
    for of, concept, start, end in zip(*(column[:first(drugs)] for column in drugs)):
        people[of].append({"resourceType": "MedicationStatement", "status": "completed", "effectivePeriod": {"start": text(start), "end": text(end)},
                           "medicationCodeableConcept": {"coding": [{"system": "http://www.whocc.no/atc", "code": GLP1.get(int(concept), "A10BA02")}]}})
    for of, concept, start, end in zip(*(column[:first(stays)] for column in stays)):
        kind = {9201: "IMP", 9202: "AMB", 9203: "EMER"}[int(concept)]
        people[of].append({"resourceType": "Encounter", "status": "finished", "period": {"start": text(start), "end": text(end)},
                           "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": kind}})
    with open(path, "w") as out:
        for person in range(1, count + 1):
            patient = {"resourceType": "Patient", "id": str(person), "birthDate": str(born[person - 1])}
            gender = {8507: "male", 8532: "female"}.get(int(sex[person - 1]))
            if gender:
                patient["gender"] = gender
            entries = [{"resource": patient}]
            for number, resource in enumerate(people[person]):
                resource["id"] = f"{person}-{number}"
                resource["subject"] = {"reference": f"Patient/{person}"}
                entries.append({"resource": resource})
            out.write(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0)
