"""The lanes of our own SQL: what `trialc build --emit sql:duckdb,sql:spark` wrote, run by DuckDB and by Spark on Parquet."""
import tempfile
import time

import duckdb
import numpy as np
import pyarrow.parquet as pq
from circe_lane import CRITERIA, Clock

TABLES = ["person", "observation_period", "measurement", "condition_occurrence", "drug_exposure", "visit_occurrence", "death"]
# Tables that these data do not have, as far as the statement reads them.
EMPTY = {
    "observation": "person_id BIGINT, observation_concept_id INTEGER, observation_source_concept_id INTEGER, observation_date DATE, "
                   "value_as_number DOUBLE, value_as_concept_id INTEGER, unit_concept_id INTEGER, unit_source_value VARCHAR, "
                   "qualifier_concept_id INTEGER",
    "procedure_occurrence": "person_id BIGINT, procedure_concept_id INTEGER, procedure_source_concept_id INTEGER, "
                            "procedure_date DATE, procedure_end_date DATE",
}
LETTER = {"include": {"met": "T", "not_met": "F", "unknown": "U"}, "exclude": {"met": "F", "not_met": "T", "unknown": "U"}}


def letters_of(ids, statuses):
    """The status of a criterion as the truth of its rule: an exclusion that is met is one whose rule is false."""
    letters = {}
    for code in CRITERIA:
        kind = LETTER["include" if code.startswith("I") else "exclude"]
        words, at = np.unique(np.asarray(statuses[code], dtype=str), return_inverse=True)
        column = np.empty(len(ids), "U1")
        column[np.asarray(ids) - 1] = np.array([kind.get(word, "?") for word in words])[at]
        letters[code] = column
    return letters


def on_duckdb(folder, statement, threads, rounds=3):
    times, letters = [], None
    for _ in range(rounds):
        base = duckdb.connect()
        base.execute(f"SET threads = {threads}")
        for table in TABLES:
            base.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{folder}/{table}.parquet')")
        for table, columns in EMPTY.items():
            base.execute(f"CREATE TABLE {table} ({columns})")
        clock = Clock()
        base.execute(f"CREATE TABLE answers AS {statement}")
        clock.pause()
        times.append((clock.wall, clock.cpu))
        if letters is None:
            texts = ", ".join(f'CAST("{code}" AS VARCHAR) AS "{code}"' for code in CRITERIA)
            rows = base.execute(f"SELECT person_id, {texts} FROM answers").fetchnumpy()
            letters = letters_of(rows["person_id"], rows)
        base.close()
    return min(times), letters


def on_spark(folder, statement, threads, rounds=3):
    from pyspark.sql import SparkSession

    spark = (SparkSession.builder.master(f"local[{threads}]").config("spark.ui.enabled", "false")
             .config("spark.sql.shuffle.partitions", str(2 * threads)).config("spark.driver.memory", "6g")
             .config("spark.log.level", "ERROR").getOrCreate())
    for table in TABLES:
        spark.read.parquet(f"{folder}/{table}.parquet").createOrReplaceTempView(table)
    for table, columns in EMPTY.items():
        spark.createDataFrame([], columns.replace("VARCHAR", "STRING")).createOrReplaceTempView(table)
    times = []
    # The first round warms the virtual machine.
    for _ in range(rounds + 1):
        begin = time.perf_counter()
        spark.sql(statement).write.format("noop").mode("overwrite").save()
        times.append(time.perf_counter() - begin)
    with tempfile.TemporaryDirectory() as answers:
        spark.sql(statement).write.mode("overwrite").parquet(answers)
        rows = pq.read_table(answers, columns=["person_id", *CRITERIA])
    letters = letters_of(rows["person_id"].to_numpy(), {code: rows[code].to_numpy() for code in CRITERIA})
    spark.stop()
    return (min(times[1:]), None), letters
