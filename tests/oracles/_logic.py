"""Asks z3 every question of SMT-LIB files and compares its answers with those that the files state (:status)."""

import re
import sys

import z3


def questions(path):
    """The stated answers, in order."""
    with open(path, encoding="utf-8") as file:
        return re.findall(r"^\(set-info :status (sat|unsat|unknown)\)$", file.read(), re.MULTILINE)


def answers(path):
    """What z3 says, in order."""
    context = z3.Context()
    with open(path, encoding="utf-8") as file:
        # The stated answers are not told to z3.
        text = re.sub(r"^\(set-info :status .*$", "", file.read(), flags=re.MULTILINE)
    said = z3.Z3_eval_smtlib2_string(context.ref(), text)
    other = [line for line in said.splitlines() if line.strip() not in ("sat", "unsat", "unknown")]
    if other:
        sys.exit(f"{path}: {other[0]}")
    return said.split()


def main():
    asked = different = opened = 0
    for path in sys.argv[1:]:
        stated, said = questions(path), answers(path)
        if not stated or len(stated) != len(said):
            sys.exit(f"{path}: {len(stated)} questions, {len(said)} answers")
        asked += len(stated)
        opened += stated.count("unknown")
        for number, (one, other) in enumerate(zip(stated, said), 1):
            # What is computed from something else is left open here, and z3 may say either.
            if one != other and one != "unknown":
                different += 1
                print(f"{path}: question {number}: {one} is stated, z3 says {other}")
    print(f"{asked} questions in {len(sys.argv) - 1} files, {opened} left open, {different} answered differently")
    if different:
        sys.exit(1)


main()
