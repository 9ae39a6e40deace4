"""The binaries of BUILD/bin are hardened: PIE, full RELRO, stack protector, no executable stack."""

import re
import subprocess
import sys
from pathlib import Path

from tree import finish

PROGRAMS = ("sallyportd", "sallyport", "sallyportctl")


def readelf(path, option):
    done = subprocess.run(
        ["readelf", "--wide", option, str(path)], capture_output=True, text=True, check=True
    )
    return done.stdout


def problems(path):
    header, segments = readelf(path, "--file-header"), readelf(path, "--segments")
    dynamic, symbols = readelf(path, "--dynamic"), readelf(path, "--dyn-syms")
    if not re.search(r"Type:\s+DYN", header) or not re.search(r"\(FLAGS_1\).*\bPIE\b", dynamic):
        yield "is not position-independent"
    if "GNU_RELRO" not in segments:
        yield "has no RELRO segment"
    if not re.search(r"\(FLAGS\).*BIND_NOW|\(FLAGS_1\).*\bNOW\b", dynamic):
        yield "binds symbols lazily: RELRO is partial"
    if "__stack_chk_fail" not in symbols:
        yield "has no stack protector"
    stack = re.search(r"GNU_STACK\s+(?:0x\S+\s+){5}(\S+)", segments)
    if not stack or "E" in stack[1]:
        yield "has an executable stack"
    if re.search(r"\((RPATH|RUNPATH)\)", dynamic):
        yield "looks for libraries in a folder of its own"


def main(folder):
    paths = [folder / name for name in PROGRAMS]
    found = [f"{path} was not built" for path in paths if not path.exists()]
    found += [f"{path} {problem}" for path in paths if path.exists() for problem in problems(path)]
    finish(found, f"{len(paths)} programs are hardened")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
