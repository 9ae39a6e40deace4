"""Man pages and --help tell the same options and commands: doc/NAME.SECTION.scd beside BUILD/bin/NAME.

A program without a page is skipped; with no page at all the test counts as skipped.
"""

import re
import subprocess
import sys
from pathlib import Path

from tree import ROOT, finish

SKIPPED = 77
OPTION = re.compile(r"(?<![\w-])--[a-z0-9][a-z0-9-]*")


def helped(program, *words):
    """(options, commands) of the program, or of one of its commands, and of all below."""
    command = [str(program), *words, "--help"]
    text = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout
    options, commands = set(OPTION.findall(text)), {" ".join(words)} - {""}
    for name in re.findall(r"^  ([a-z][a-z-]*)\s", text.partition("Subcommands:")[2], re.M):
        below = helped(program, *words, name)
        options, commands = options | below[0], commands | below[1]
    return options, commands


def problems(page, program):
    text = page.read_text().replace("\\", "")
    written, (real, commands) = set(OPTION.findall(text)), helped(program)
    for option in sorted(real - written):
        yield f"{page.name} does not tell {option}"
    for option in sorted(written - real):
        yield f"{page.name} tells {option}, which {program.name} does not have"
    plain = " ".join(text.replace("*", "").split())
    for command in sorted(commands):
        if f"{program.name} {command}" not in plain:
            yield f"{page.name} does not tell {program.name} {command}"


def main(folder):
    pages = sorted((ROOT / "doc").glob("*.[18].scd"))
    if not pages:
        print("no man page yet")
        sys.exit(SKIPPED)
    found = [line for page in pages for line in problems(page, folder / page.name.split(".")[0])]
    finish(found, f"{len(pages)} man pages tell every option and command")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
