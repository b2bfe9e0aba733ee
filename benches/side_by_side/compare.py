"""Runs every lane, counts the wrong answers of each engine, and prints one table. Called by `run`.

Every engine says T, F or U for each person and criterion. An answer is wrong where it differs from trialc's; before that is
taken as the measure, trialc itself is held against `truth.py`, which computes the answers once more from the rules alone.
"""
import csv
import json
import os
import resource
import subprocess
import sys
import time

import numpy as np

import truth

CRITERIA = truth.CRITERIA
EXCLUDED = {"E1", "E2", "E3"}
# The last one closes the library's list of GLP-1 receptor agonists, which is open.
COVERED = [word for what in ("conditions", "drugs", "procedures", "glp1_agonists") for word in ("--coverage", what)]
EVENT = ["--event", "randomization=2026-06-30"]
THREADS, ROUNDS = 2, 3


def busy():
    """What else the machine does: its load, and processes that take more than a fifth of a core."""
    def ticks():
        found = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                text = open(f"/proc/{pid}/stat").read()
            except OSError:
                continue
            name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
            found[pid] = (name, int(rest[11]) + int(rest[12]))
        return found

    before = ticks()
    time.sleep(1)
    after, hertz = ticks(), os.sysconf("SC_CLK_TCK")
    running = [(now - before[pid][1], name) for pid, (name, now) in after.items() if pid in before and int(pid) != os.getpid()]
    names = [name for used, name in sorted(running, reverse=True) if used > hertz / 5]
    return os.getloadavg()[0], names


def timed(command, rounds=ROUNDS, **options):
    """(wall, CPU) of the fastest of some rounds of a whole command."""
    times = []
    for _ in range(rounds):
        before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
        wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append((wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    return min(times)


def letters_of_verdicts(people, count):
    """Of `verdicts.csv` or of the JSON of single verdicts: the truth of each rule."""
    columns = {code: np.full(count, "?") for code in CRITERIA}
    words = {"met": "T", "not_met": "F", "unknown": "U"}
    opposite = {"T": "F", "F": "T", "U": "U"}
    for id, statuses in people:
        for code in CRITERIA:
            letter = words.get(statuses[code], "?")
            columns[code][id - 1] = opposite.get(letter, "?") if code in EXCLUDED else letter
    return columns


def wrong(answers, right):
    """How many answers differ; of these, how many decide what is unknown; and how many contradict what is known."""
    differ = sum(int((answers[code] != right[code]).sum()) for code in CRITERIA)
    guessed = sum(int(((right[code] == "U") & (answers[code] != "U")).sum()) for code in CRITERIA)
    against = sum(int(((right[code] != "U") & (answers[code] != "U") & (answers[code] != right[code])).sum()) for code in CRITERIA)
    return differ, guessed, against


def in_child(folder, lane, *arguments):
    """A lane in a process of its own, so that no engine's memory or threads are another's."""
    out = f"{folder}/answers.{lane}.npz"
    command = [sys.executable, os.path.abspath(__file__), "--lane", lane, out, folder, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    times = json.loads(done.stdout.strip().splitlines()[-1])
    with np.load(out) as saved:
        return tuple(times), {code: saved[code] for code in CRITERIA}


def lane(name, out, folder, *arguments):
    import circe_lane
    import sql_lane
    if name == "circe":
        times, letters = circe_lane.run(folder, THREADS)
    elif name in ("duckdb", "by_hand"):
        times, letters = sql_lane.on_duckdb(folder, open(arguments[0]).read().rstrip().rstrip(";"), THREADS)
    else:
        times, letters = sql_lane.on_spark(folder, open(arguments[0]).read().rstrip().rstrip(";"), THREADS)
    np.savez(out, **letters)
    print(json.dumps(times))


class Table:
    def __init__(self, people):
        self.rows, self.people = [], people

    def add(self, lane, engine, times, people, errors, base=None, bar=None):
        wall, cpu = times
        ratio = ""
        if base:
            # By person: a slow engine may have had fewer of them.
            base_wall, base_cpu, base_people = base
            ratio = f"{wall / people / (base_wall / base_people):.1f}x"
            if cpu and base_cpu:
                ratio += f" ({cpu / people / (base_cpu / base_people):.1f}x CPU)"
        answers = people * len(CRITERIA)
        said = "not asked" if errors is None else (
            "none" if errors[0] == 0 else f"{errors[0]:,} of {answers:,} ({errors[1]:,} decide the unknown, {errors[2]:,} contradict)")
        self.rows.append([lane, engine, f"{people:,}", said, f"{wall:.3g} s", f"{cpu:.3g} s" if cpu else "", f"{people / wall:,.0f}", ratio, bar or ""])
        print("  ".join(self.rows[-1]), flush=True)

    def missing(self, lane, engine, why):
        self.rows.append([lane, engine, "", f"could not be had: {why}", "", "", "", "", ""])
        print("  ".join(self.rows[-1]), flush=True)

    def text(self):
        head = ["lane", "engine", "people", "wrong answers", "wall", "CPU", "people in a second", "trialc is faster by", "bar"]
        line = lambda cells: "| " + " | ".join(cells) + " |"
        return "\n".join([line(head), "|" + "---|" * len(head), *map(line, self.rows)])


def records(trialc, here, data, tools, work, table, slow):
    """The lanes of FHIR; slow engines take the first `slow` people."""
    people_file = f"{data}/people.ndjson"
    people = sum(1 for _ in open(people_file))
    command = [trialc, "screen", f"{here}/trial.trial", people_file, *EVENT, *COVERED]
    verdicts = json.loads(subprocess.run([*command, "--format", "json"], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)
    statuses = ((int(one["person"]), {line["code"]: line["status"] for line in one["decisions"][0]["criteria"]}) for one in verdicts)
    ours = letters_of_verdicts(statuses, people)
    right = {code: letters[:people] for code, letters in truth.answers(data).items()}
    cql = lambda lane, most: json.loads(subprocess.run(
        ["node", f"{here}/cql_lane.mjs", tools, people_file, f"{work}/cql.csv", lane, str(most)],
        check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])
    few = min(people, slow)
    many, one = cql("many", few), cql("one", 200)
    cql_letters = {code: np.full(few, "?") for code in CRITERIA}
    for row in open(f"{work}/cql.csv").read().splitlines()[1:]:
        id, *letters = row.split(",")
        for code, letter in zip(CRITERIA, letters):
            cql_letters[code][int(id) - 1] = letter
    errors = wrong(cql_letters, {code: letters[:few] for code, letters in ours.items()})
    own = json.loads(subprocess.run([os.environ["ONE_RECORD"], f"{here}/trial.trial", people_file], check=True, stdout=subprocess.PIPE, text=True).stdout)
    ours_one, ours_many = (own["seconds"], None), timed(command)
    table.add("FHIR, one record after the other, warm, one thread", "trialc", ours_one, own["people"], None)
    table.add("", "cql-execution", (one["seconds"], one["cpu"]), one["people"], None, (*ours_one, own["people"]), "100x")
    table.add("FHIR, many people", "trialc", ours_many, people, wrong(ours, right))
    table.add("", "cql-execution", (many["seconds"], many["cpu"]), many["people"], errors, (*ours_many, people), "100x")
    return ours


def tables(trialc, here, data, work, table, of_records):
    """The lanes of OMOP."""
    right = truth.answers(data)
    people = len(right["I1"])
    options = [*EVENT, *COVERED, "--codes", f"{here}/codes.csv"]
    command = [trialc, "screen", f"{here}/trial.trial", "--data", data, *options]
    subprocess.run([*command, "--out", work, "--format", "csv"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(f"{work}/verdicts.csv") as file:
        ours = letters_of_verdicts(((int(row["person_id"]), row) for row in csv.DictReader(file)), people)
    base = (*timed(command), people)
    table.add("OMOP, Parquet", "trialc", base[:2], people, wrong(ours, right))
    if of_records:
        several = len(of_records["I1"])
        same = wrong(of_records, {code: letters[:several] for code, letters in ours.items()})
        print(f"the first {several:,} people from FHIR and from OMOP: {same[0]} answers differ", flush=True)
    (circe, circe_answers), circe_letters = in_child(data, "circe")
    table.add("", "Circe (duckcdm) on DuckDB, to its cohort", circe, people, wrong(circe_letters, ours), base, "8x")
    built = subprocess.run([trialc, "build", f"{here}/trial.trial", "--out", work, "--emit", "sql:duckdb,sql:spark", *options, "--vocabulary", data],
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if built.returncode != 0:
        # Said in the table, not passed over.
        table.missing("our SQL", "DuckDB, Spark", built.stderr.strip().splitlines()[0] if built.stderr.strip() else "not built")
    else:
        for engine, lane_name in [("DuckDB", "duckdb"), ("Spark local[2]", "spark")]:
            times, letters = in_child(data, lane_name, f"{work}/eligibility.{lane_name}.sql")
            # The bar of this lane is beside Circe, not beside trialc: ours writes each person's answers, and so does Circe's here.
            beside = lambda times: f"Circe's SQL takes {circe_answers[0] / times[0]:.1f}x"
            bar = f"{beside(times)} (5x)" if lane_name == "duckdb" else None
            table.add("our SQL", engine, times, people, wrong(letters, ours), base, bar)
            if lane_name == "duckdb":
                by_hand, hand_letters = in_child(data, "by_hand", f"{here}/by_hand.sql")
                table.add("by hand, two values", "DuckDB", by_hand, people, wrong(hand_letters, ours), None,
                          f"{beside(by_hand)}; ours takes {times[0] / by_hand[0]:.2f}x (1.5x)")
                table.add("Circe's SQL, to the answers", "DuckDB", circe_answers, people, None)
    limits(data, table, people, base)


def limits(data, table, people, base):
    import pyarrow as pa
    import pyarrow.parquet as pq
    pa.set_cpu_count(THREADS)
    needed = {
        "person": ["person_id", "gender_concept_id", "year_of_birth", "month_of_birth", "day_of_birth"],
        "measurement": ["person_id", "measurement_concept_id", "measurement_date", "value_as_number", "unit_concept_id"],
        "condition_occurrence": ["person_id", "condition_concept_id", "condition_start_date", "condition_end_date"],
        "drug_exposure": ["person_id", "drug_concept_id", "drug_exposure_start_date", "drug_exposure_end_date"],
        "visit_occurrence": ["person_id", "visit_concept_id", "visit_start_date", "visit_end_date"],
    }
    paths = [f"{data}/{name}.parquet" for name in needed]
    size = sum(os.path.getsize(path) for path in paths)
    read = timed(["cat", *paths])
    table.add("limit", f"reading {size / 1e6:.0f} MB", read, people, None)
    times = []
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        for name, columns in needed.items():
            pq.read_table(f"{data}/{name}.parquet", columns=columns)
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    table.add("limit", "decoding the columns (pyarrow)", min(times), people, None)


def main(arguments):
    here = os.path.dirname(os.path.abspath(__file__))
    anyway = "--even-under-load" in arguments
    slow = next((int(one.split("=")[1]) for one in arguments if one.startswith("--slow-people=")), 10_000)
    trialc, tools, people, work = [one for one in arguments if not one.startswith("--")]
    load, names = busy()
    # What built the programs a moment ago still stands in the average: it sinks while nothing runs.
    patience = time.monotonic() + 240
    while load > 0.5 and not names and not anyway and time.monotonic() < patience:
        time.sleep(10)
        load, names = busy()
    if (load > 0.5 or names) and not anyway:
        seen = ", ".join(names[:5]) or "no single busy process"
        sys.exit(f"the machine is busy: load {load:.2f}, {seen}. Numbers measured now would mean nothing: wait, or say "
                 "--even-under-load and do not quote them.")
    data = f"{work}/{people}"
    if not os.path.exists(f"{data}/done"):
        subprocess.run([sys.executable, f"{here}/population.py", people, data, str(min(int(people), 10_000))], check=True)
        open(f"{data}/done", "w").close()
    table = Table(int(people))
    of_records = None if "--no-records" in arguments else records(trialc, here, data, tools, work, table, slow)
    if "--no-tables" not in arguments:
        tables(trialc, here, data, work, table, of_records)
    processor = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown processor")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"\n{processor}, {os.cpu_count()} cores, {memory:.0f} GB; {THREADS} threads, the best of {ROUNDS}; "
          f"load before the first lane {load:.2f}{', busy: ' + ', '.join(names[:5]) if names else ''}\n")
    print(table.text())


if __name__ == "__main__":
    if sys.argv[1] == "--lane":
        lane(*sys.argv[2:])
    else:
        main(sys.argv[1:])
