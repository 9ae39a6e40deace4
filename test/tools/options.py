"""Man pages and --help tell the same options: doc/NAME.SECTION.scd beside BUILD/bin/NAME.

A program without a page is skipped; with no page at all the test counts as skipped.
"""

import re
import subprocess
import sys
from pathlib import Path

from tree import ROOT, finish

SKIPPED = 77
OPTION = re.compile(r"(?<![\w-])--[a-z0-9][a-z0-9-]*")


def helped(program):
    """Options of the program and of its commands, one level down."""
    def text(*words):
        command = [str(program), *words, "--help"]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout

    top = text()
    commands = re.findall(r"^  ([a-z][a-z-]*)\s", top.partition("Subcommands:")[2], re.M)
    return set(OPTION.findall(top + "".join(text(command) for command in commands)))


def problems(page, program):
    written, real = set(OPTION.findall(page.read_text().replace("\\", ""))), helped(program)
    for option in sorted(real - written):
        yield f"{page.name} does not tell {option}"
    for option in sorted(written - real):
        yield f"{page.name} tells {option}, which {program.name} does not have"


def main(folder):
    pages = sorted((ROOT / "doc").glob("*.[18].scd"))
    if not pages:
        print("no man page yet")
        sys.exit(SKIPPED)
    found = [line for page in pages for line in problems(page, folder / page.name.split(".")[0])]
    finish(found, f"{len(pages)} man pages tell every option")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
