"""The answers computed once more, from the rules in trial.trial and docs/eligibility.md alone, with whole numbers.

answers(FOLDER) gives one letter for each person and criterion: T, F or U for the rule as it is written (an exclusion that is
T excludes). Values have two decimals, so that a limit lies between two hundredths of each unit:
HbA1c 7.5 to 9.5 % is 58.461 to 80.323 mmol/mol (% = 0.09148 x mmol/mol + 2.152, Hoelzel et al. 2004); creatinine of
113.120 g/mol (C4H7N3O, IUPAC 2021 abridged masses): 1.5 mg/dL is 132.602, 1.4 mg/dL is 123.762 umol/L.
"""
import datetime as dt
from fractions import Fraction

import numpy as np
import pyarrow.parquet as pq

DAY = (dt.date(2026, 6, 30) - dt.date(1970, 1, 1)).days
CRITERIA = ["I1", "I2", "I3", "E1", "E2", "E3"]
FALSE, UNKNOWN, TRUE = 0, 1, 2
LETTERS = np.array(["F", "U", "T"])


def hundredths(limit):
    return Fraction(limit) * 100


def ifcc(percent):
    return (Fraction(percent) - Fraction("2.152")) / Fraction("0.09148")


def molar(mg_dl):
    return Fraction(mg_dl) * 10_000 / Fraction("113.12")


def column(table, name):
    values = table[name].combine_chunks()
    if str(values.type) == "date32[day]":
        values = values.cast("int32")
    return values.to_numpy(zero_copy_only=False)


def latest(folder, people, concept, days, judge, worst):
    """What the latest result says; of those of one day the worst, `worst` (FALSE or TRUE) before UNKNOWN. A row without a
    value is a result that nobody knows: no older one takes its place."""
    names = ["person_id", "measurement_concept_id", "measurement_date", "value_as_number", "unit_concept_id"]
    table = pq.read_table(f"{folder}/measurement.parquet", columns=names, filters=[("measurement_concept_id", "=", concept)])
    person, when = column(table, "person_id") - 1, column(table, "measurement_date")
    value, unit = column(table, "value_as_number"), column(table, "unit_concept_id")
    inside = (when >= DAY - days) & (when <= DAY)
    person, when, value, unit = person[inside], when[inside], value[inside], unit[inside]
    last = np.full(people, -1)
    np.maximum.at(last, person, when)
    of_last = when == last[person]
    person, value, unit = person[of_last], value[of_last], unit[of_last]
    said = np.where(np.isnan(value), UNKNOWN, judge(person, np.rint(np.nan_to_num(value) * 100).astype(np.int64), unit))
    has = lambda truth: np.bincount(person[said == truth], minlength=people) > 0
    better = TRUE if worst == FALSE else FALSE
    result = np.full(people, UNKNOWN)
    result[has(better)] = better
    result[has(UNKNOWN)] = UNKNOWN
    result[has(worst)] = worst
    return result


def by_unit(unit, answers):
    said = np.full(len(unit), UNKNOWN)
    for concept, truth in answers.items():
        said = np.where(unit == concept, truth, said)
    return said


def in_range(whole, low, high):
    low, high = hundredths(low), hundredths(high)
    # Of whole numbers: at least the ceiling of the lower limit, at most the floor of the upper one.
    return np.where((whole >= -(-low.numerator // low.denominator)) & (whole <= high.numerator // high.denominator), TRUE, FALSE)


def above(whole, limit):
    limit = hundredths(limit)
    return np.where(whole > limit.numerator // limit.denominator, TRUE, FALSE)


def during(folder, table, key, concepts, people, prefix, since):
    """Has anything of these begun up to the day and not ended before `since`?"""
    names = ["person_id", key, f"{prefix}_start_date", f"{prefix}_end_date"]
    rows = pq.read_table(f"{folder}/{table}.parquet", columns=names, filters=[(key, "in", concepts)])
    start, end = column(rows, f"{prefix}_start_date"), column(rows, f"{prefix}_end_date")
    hit = (start <= DAY) & (end >= since)
    return np.where(np.bincount(column(rows, "person_id")[hit] - 1, minlength=people) > 0, TRUE, FALSE)


def answers(folder):
    person = pq.read_table(f"{folder}/person.parquet")
    people = len(person)
    year, month, day = (column(person, f"{part}_of_birth") for part in ("year", "month", "day"))
    age = 2026 - year - ((month > 6) | ((month == 6) & (day > 30)))
    sex = column(person, "gender_concept_id")

    def creatinine(of, whole, unit):
        male = by_unit(unit, {8840: above(whole, "1.5"), 8749: above(whole, molar("1.5"))})
        female = by_unit(unit, {8840: above(whole, "1.4"), 8749: above(whole, molar("1.4"))})
        either = np.where(male == female, male, UNKNOWN)
        return np.where(sex[of] == 8507, male, np.where(sex[of] == 8532, female, either))

    columns = {
        "I1": np.where((age >= 18) & (age <= 75), TRUE, FALSE),
        "I2": latest(folder, people, 3004410, 90, lambda _, whole, unit: by_unit(unit, {
            8554: in_range(whole, "7.5", "9.5"), 9579: in_range(whole, ifcc("7.5"), ifcc("9.5"))}), FALSE),
        "I3": during(folder, "condition_occurrence", "condition_concept_id", [201826, 4193704], people, "condition", -10**6),
        "E1": latest(folder, people, 3016723, 90, creatinine, TRUE),
        "E2": during(folder, "drug_exposure", "drug_concept_id", [793143, 40170911, 45774435], people, "drug_exposure", DAY - 90),
        "E3": during(folder, "visit_occurrence", "visit_concept_id", [9201], people, "visit", DAY - 14),
    }
    return {code: LETTERS[values] for code, values in columns.items()}
