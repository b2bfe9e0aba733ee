"""cvc5 as a program that reads SMT-LIB from standard input and prints its answers: the package of PyPI has only the library."""

import sys

import cvc5


def main():
    solver = cvc5.Solver(cvc5.TermManager())
    # Steps for one question; what takes more is `unknown`.
    if len(sys.argv) > 1 and sys.argv[1].isdigit():
        solver.setOption("rlimit-per", sys.argv[1])
    symbols = cvc5.SymbolManager(solver)
    parser = cvc5.InputParser(solver, symbols)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, sys.stdin.read(), "standard input")
    while not (command := parser.nextCommand()).isNull():
        sys.stdout.write(command.invoke(solver, symbols))


main()
