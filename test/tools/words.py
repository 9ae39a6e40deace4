"""Words that may not occur in the tree: unfinished places, authors, and paths of one machine."""

import re
import subprocess

from tree import ROOT, finish, relative

FORBIDDEN = {
    r"\b(TODO|FIXME|XXX|HACK)\b": "finish it, or open an issue",
    r"@author|\bauthor:|written by|co-authored-by": "the history tells who wrote it",
    r"generated (by|with)|\bchat ?bot|language model|\bAI\b": "the history tells how it came about",
    r"/work/|/root/|/home/\w": "a path of one machine",
    r"not implemented|placeholder|lorem ipsum": "build it or leave it out",
    r"<<<<<<< |>>>>>>> ": "an unfinished merge",
}
SKIPPED = {"LICENSE", "test/tools/words.py"}
BINARY = re.compile(r"test/fuzz/corpus/|\.(png|gz|der|bin)$")


def tracked_or_new():
    """The files that git knows or would add; without git, all but the build."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.splitlines()]
    return [path for path in ROOT.rglob("*") if ".git" not in path.parts and "build" not in path.parts]


def problems():
    for path in tracked_or_new():
        name = relative(path)
        if name in SKIPPED or BINARY.search(name) or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for pattern, instead in FORBIDDEN.items():
                if found := re.search(pattern, line):
                    yield f"{name}:{number}: '{found[0]}': {instead}"


if __name__ == "__main__":
    finish(list(problems()), "no forbidden word")
