"""Loads tables of the OMOP CDM 5.4 from CSV into an engine, runs statements on them, and compares their rows.

    _sql.py run ENGINE TABLES STATEMENT OUT [STATEMENT OUT]…   runs each statement, and writes its rows as CSV
    _sql.py compare EXPECTED FOUND                             every person and column; fails where they differ
    _sql.py break STATEMENT OUT                                the same statement with one comparison turned around
"""

import csv
import re
import sys
import time
from pathlib import Path

# Columns that the statements read, with their types: i integer, d date, f double, t text.
TABLES = {
    "person": "person_id:i gender_concept_id:i year_of_birth:i month_of_birth:i day_of_birth:i",
    "measurement": "person_id:i measurement_concept_id:i measurement_source_concept_id:i measurement_date:d operator_concept_id:i "
    "value_as_number:f value_as_concept_id:i unit_concept_id:i unit_source_value:t range_low:f range_high:f",
    "observation": "person_id:i observation_concept_id:i observation_source_concept_id:i observation_date:d value_as_number:f "
    "value_as_concept_id:i unit_concept_id:i unit_source_value:t",
    "condition_occurrence": "person_id:i condition_concept_id:i condition_source_concept_id:i condition_start_date:d "
    "condition_end_date:d condition_status_concept_id:i",
    "drug_exposure": "person_id:i drug_concept_id:i drug_source_concept_id:i drug_exposure_start_date:d drug_exposure_end_date:d "
    "verbatim_end_date:d drug_type_concept_id:i",
    "procedure_occurrence": "person_id:i procedure_concept_id:i procedure_source_concept_id:i procedure_date:d procedure_end_date:d",
    "visit_occurrence": "person_id:i visit_concept_id:i visit_start_date:d visit_end_date:d",
    "observation_period": "person_id:i observation_period_start_date:d observation_period_end_date:d",
    "death": "person_id:i death_date:d",
    "trial_event": "person_id:i event:t event_date:d",
}
COLUMNS = {table: [column.split(":") for column in columns.split()] for table, columns in TABLES.items()}


def header(folder, table):
    """The columns of a CSV file; none where there is no such file."""
    path = Path(folder) / f"{table}.csv"
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return next(csv.reader(file))


def in_duckdb(folder):
    import duckdb

    engine = duckdb.connect()
    engine.execute("SET threads = 2")
    types = {"i": "INTEGER", "d": "DATE", "f": "DOUBLE", "t": "VARCHAR"}
    for table, columns in COLUMNS.items():
        engine.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {types[kind]}' for name, kind in columns)})")
        there = header(folder, table)
        named = [name for name, _ in columns if name in there]
        if named:
            path = Path(folder) / f"{table}.csv"
            engine.execute(
                f"INSERT INTO {table} ({', '.join(named)}) SELECT {', '.join(named)} "
                f"FROM read_csv('{path}', header = true, all_varchar = true)"
            )

    def run(statement):
        found = engine.execute(statement)
        return [column[0] for column in found.description], found.fetchall()

    return run


def in_postgres(folder):
    import psycopg2

    # Host, port and user come from the environment (PGHOST, PGPORT, PGUSER).
    engine = psycopg2.connect(dbname="postgres")
    engine.autocommit = True
    cursor = engine.cursor()
    # value_as_number is numeric in the tables of OHDSI for PostgreSQL, and dates are dates.
    types = {"i": "integer", "d": "date", "f": "numeric", "t": "text"}
    for table, columns in COLUMNS.items():
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        there = header(folder, table)
        known = dict(columns)
        # A column that the statement does not read is loaded as text, so that COPY can take the file as it is.
        defined = {name: types.get(known.get(name), "text") for name in there}
        defined.update({name: types[kind] for name, kind in columns if name not in there})
        cursor.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in defined.items())})")
        if there:
            with (Path(folder) / f"{table}.csv").open() as file:
                cursor.copy_expert(f"COPY {table} ({', '.join(there)}) FROM STDIN WITH (FORMAT csv, HEADER)", file)
        cursor.execute(f"ANALYZE {table}")

    def run(statement):
        cursor.execute(statement)
        return [column[0] for column in cursor.description], cursor.fetchall()

    return run


def in_spark(folder):
    from pyspark.sql import SparkSession
    from pyspark.sql.functions import lit

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "2g")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    types = {"i": "int", "d": "date", "f": "double", "t": "string"}
    for table, columns in COLUMNS.items():
        there = header(folder, table)
        if there:
            rows = session.read.csv(str(Path(folder) / f"{table}.csv"), header=True)
        else:
            rows = session.createDataFrame([], "nothing string")
        chosen = [
            (rows[name] if name in there else lit(None)).cast(types[kind]).alias(name) for name, kind in columns
        ]
        rows.select(*chosen).cache().createOrReplaceTempView(table)

    def run(statement):
        found = session.sql(statement)
        return found.columns, [tuple(row) for row in found.collect()]

    return run


ENGINES = {"duckdb": in_duckdb, "postgres": in_postgres, "spark": in_spark}


def run(engine, folder, pairs):
    begun = time.time()
    execute = ENGINES[engine](folder)
    print(f"{engine}: loaded in {time.time() - begun:.1f} s")
    for statement, out in zip(pairs[::2], pairs[1::2]):
        begun = time.time()
        names, rows = execute(Path(statement).read_text())
        print(f"{engine}: {len(rows)} people in {time.time() - begun:.2f} s by {statement}")
        with open(out, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(names)
            writer.writerows(rows)


def read(path):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["person_id"]: row for row in rows}, list(rows[0]) if rows else []


def verdict(row, columns, arm):
    """The verdict of these statuses, for all criteria without an arm and those of this arm."""
    of = [row[name] for name in columns if "@" not in name or name.endswith(f"@{arm}")]
    return "ineligible" if "not_met" in of else "undetermined" if "unknown" in of else "eligible"


def without(wanted, columns, left_out):
    """What is expected where some criteria are not computed: they count as unknown. One decision, as in the two protocols."""
    statuses = [name for name in columns if name != "person_id" and not name.startswith("verdict_")]
    verdicts = [name for name in columns if name.startswith("verdict_")]
    arms = [name.split("@")[1] for name in verdicts if "@" in name]
    for row in wanted.values():
        known = {name: "unknown" if name in left_out else row[name] for name in statuses}
        for name in verdicts:
            of_arms = arms if arms and "@" not in name else [name.partition("@")[2]]
            each = [verdict(known, statuses, arm) for arm in of_arms]
            row[name] = next(one for one in ("eligible", "undetermined", "ineligible") if one in each)


def compare(expected, found):
    wanted, columns = read(expected)
    got, names = read(found)
    given = {name: {row.get(name) for row in got.values()} for name in names}
    not_computed = {name for name, values in given.items() if "not_computed" in values}
    if not_computed:
        without(wanted, columns, not_computed)
    faults = []
    if set(wanted) != set(got):
        faults.append(f"people differ: {len(wanted)} expected, {len(got)} found")
    if set(columns) != set(names):
        faults.append(f"columns differ: {sorted(set(columns) ^ set(names))}")
    compared = differing = left_out = 0
    seen = {}
    for column in columns:
        if column == "person_id" or column not in names:
            continue
        for person, row in wanted.items():
            status = got.get(person, {}).get(column)
            seen[row[column]] = seen.get(row[column], 0) + 1
            if status == "not_computed":
                left_out += 1
                continue
            compared += 1
            if status != row[column]:
                differing += 1
                if differing <= 10:
                    faults.append(f"person {person}, {column}: {row[column]} expected, {status} found")
    print(
        f"{found}: {len(got)} people, {compared} statuses compared, {differing} differ, {left_out} not computed; "
        + ", ".join(f"{count} {status}" for status, count in sorted(seen.items()))
    )
    if compared == 0:
        faults.append("nothing was compared")
    for fault in faults:
        print(fault)
    return not faults


def break_one(statement, out):
    """Turns the first comparison of a result with a limit around."""
    text = Path(statement).read_text()
    turned = {">=": "<", "<=": ">", ">": "<=", "<": ">="}
    broken, count = re.subn(
        r"(r\.(?:low|high)) (>=|<=|>|<) (r\.limit_\d+)",
        lambda found: f"{found[1]} {turned[found[2]]} {found[3]}",
        text,
        count=2,
    )
    if count == 0:
        sys.exit(f"{statement}: no comparison to break")
    Path(out).write_text(broken)


def main(arguments):
    match arguments:
        case ["run", engine, folder, *pairs] if pairs and len(pairs) % 2 == 0:
            run(engine, folder, pairs)
        case ["compare", expected, found]:
            sys.exit(0 if compare(expected, found) else 1)
        case ["break", statement, out]:
            break_one(statement, out)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
