"""Asks z3 and cvc5 every question of SMT-LIB files and compares their answers with those that the files state (:status), and with each
other. cvc5 says `unknown` of what it does not settle within its steps; z3 has to settle everything."""

import os
import re
import subprocess
import sys

import z3

# Steps that cvc5 may take for one question: the same on every machine, under every load. With five times as many it thinks for minutes and
# settles no more; with a limit of time, what follows a question that took too long is often left open too.
LIMIT = 20_000
# Of the questions, cvc5 may leave one in so many open.
OPEN_AT_MOST = 100


def asked(path):
    """The questions without the stated answers, and these in order."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    stated = re.findall(r"^\(set-info :status (sat|unsat|unknown)\)$", text, re.MULTILINE)
    return re.sub(r"^\(set-info :status .*$", "", text, flags=re.MULTILINE), stated


def words(path, name, said):
    """The answers in order; anything else is a fault."""
    answers = [line.strip() for line in said.splitlines() if line.strip()]
    answers = [re.sub(r"^unknown \(\w+\)$", "unknown", answer) for answer in answers]
    other = [answer for answer in answers if answer not in ("sat", "unsat", "unknown")]
    if other:
        sys.exit(f"{path}: {name} says {other[0]}")
    return answers


def by_z3(path, text):
    # The context must outlive the question.
    context = z3.Context()
    return words(path, "z3", z3.Z3_eval_smtlib2_string(context.ref(), text))


def by_cvc5(path, text):
    driver = os.path.join(os.path.dirname(__file__), "_cvc5.py")
    ended = subprocess.run([sys.executable, driver, str(LIMIT)], input=text, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"{path}: cvc5 refuses it: {(ended.stderr or ended.stdout).strip().splitlines()[-1]}")
    return words(path, "cvc5", ended.stdout)


def main():
    count = different = opened = late = arithmetic = 0
    for path in sys.argv[1:]:
        text, stated = asked(path)
        each = {"z3": by_z3(path, text), "cvc5": by_cvc5(path, text)}
        for name, said in each.items():
            if not stated or len(stated) != len(said):
                sys.exit(f"{path}: {len(stated)} questions, {len(said)} answers of {name}")
        count += len(stated)
        opened += stated.count("unknown")
        late += each["cvc5"].count("unknown")
        arithmetic += len(stated) if "(set-logic QF_NIRA)" in text else 0
        for number, (one, first, second) in enumerate(zip(stated, each["z3"], each["cvc5"]), 1):
            # What is computed from something else is left open here, and a solver may say either.
            wrong = [name for name, said in (("z3", first), ("cvc5", second)) if one not in (said, "unknown") and said != "unknown"]
            if one != "unknown" and first == "unknown":
                wrong.append("z3")
            if wrong or (first != second and "unknown" not in (first, second)):
                different += 1
                print(f"{path}: question {number}: {one} is stated, z3 says {first}, cvc5 says {second}")
    print(
        f"{count} questions in {len(sys.argv) - 1} files ({arithmetic} with products of values), {opened} left open here, "
        f"{late} by cvc5, {different} answered differently"
    )
    if different:
        sys.exit(1)
    if late * OPEN_AT_MOST > count:
        sys.exit(f"cvc5 settles too few: {late} of {count} are open")


main()
