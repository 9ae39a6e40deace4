"""cmake/function_order.txt names functions of the programs in BUILD/bin.

A few may be missing: another compiler may inline them."""

import subprocess
import sys
from pathlib import Path

from tree import ROOT, finish, relative

LIST = ROOT / "cmake" / "function_order.txt"
MOST_ABSENT = 0.1  # of the names


def defined(program):
    command = ["nm", "--defined-only", "--format=just-symbols", str(program)]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def main(folder):
    lines = LIST.read_text(encoding="ascii").splitlines()
    names = [line for line in lines if line and not line.startswith("#")]
    there = defined(folder / "sallyport") | defined(folder / "sallyportd")
    absent = [f"{relative(LIST)}: no program has {name}" for name in names if name not in there]
    if not names:
        finish([f"{relative(LIST)}: names nothing"], "")
    if len(absent) > MOST_ABSENT * len(names):
        finish([*absent, f"{len(absent)} of {len(names)} are no longer there: run ./x order"], "")
    finish([], f"{relative(LIST)}: {len(names) - len(absent)} of {len(names)} are in the programs")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
