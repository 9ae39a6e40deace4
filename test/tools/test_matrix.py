"""Every test that doc/test-matrix.md names is there: `FILE::NAME` is test_NAME in test/e2e/test_FILE.py."""

import re

from tree import ROOT, finish

PAGE = ROOT / "doc" / "test-matrix.md"
ENTRY = re.compile(r"`([a-z_0-9]+)::([a-z_0-9]+)`")


def problems(entries):
    for file, name in sorted(entries):
        path = ROOT / "test" / "e2e" / f"test_{file}.py"
        if not path.exists() or f"def test_{name}(" not in path.read_text():
            yield f"{PAGE.name} names {file}::{name}, which is not there"


if __name__ == "__main__":
    found = set(ENTRY.findall(PAGE.read_text()))
    finish(list(problems(found)), f"{len(found)} tests of the matrix are there")
