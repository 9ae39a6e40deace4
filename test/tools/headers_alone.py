"""Every header compiles alone: BUILD_FOLDER is where compile_commands.json is.

A header that is the first include of its own source is proven by the build; the others are compiled here.
"""

import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tree import ROOT, files, finish, includes, relative


def flags_by_module(build):
    """For each folder of src/ the compiler and flags that one of its sources is compiled with."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = Path(entry["file"])
        if ROOT / "src" not in source.parents:
            continue
        words = shlex.split(entry["command"])
        words = words[1:] if words[0].endswith("ccache") else words
        found.setdefault(source.parent.name, without_precompiled(words[: words.index("-o")]))
    return found


def without_precompiled(words):
    """The flags less those that bring in precompiled headers: all that are handed through by -Xclang."""
    return [word for before, word in zip(["", *words], words) if "-Xclang" not in (before, word)]


def compiled_by_its_source(header):
    source = header.with_suffix(".cpp")
    own = f'"{header.parent.name}/{header.name}"'
    return source.exists() and next((name for _, name in includes(source)), None) == own


def compile_alone(header, flags):
    command = [*flags, "-Wno-pragma-once-outside-header", "-fsyntax-only", "-x", "c++", str(header)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"{relative(header)} does not compile alone:\n{done.stderr}"


def main(build):
    flags = flags_by_module(build)
    any_flags = next(iter(flags.values()))
    todo, problems = [], []
    for header in files("src", suffixes=(".hpp",)):
        module = header.parent.name
        if not compiled_by_its_source(header):
            # A module of headers only has no command of its own; what it may see is in the build tree.
            own = flags.get(module) or [*any_flags, f"-I{build}/include/{module}"]
            todo.append((header, own))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        problems += filter(None, pool.map(lambda job: compile_alone(*job), todo))
    finish(problems, f"{len(todo)} headers compiled alone")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
