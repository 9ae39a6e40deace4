"""Whatever parses bytes of a stranger has a fuzz target, and every target has a corpus.

A header of proto that declares a parse function must be included by a target, itself or through others.
"""

import re

from tree import ROOT, files, finish, includes, relative, without_comments_and_strings

FUZZ = ROOT / "test" / "fuzz"
PARSES = re.compile(r"\b(?:parse(?:_\w+)?|decode)\s*\(|class \w*Parser\b")
MACHINERY = {
    "proto/codec.hpp": "the form of every message between our processes, reached through each of them",
    "proto/admin_json.hpp": "what the admin API's messages read JSON with",
    "proto/fields.hpp": "the header tables, reached through the messages of CONNECT",
}


def reach(path, found):
    """Adds the proto headers that a file includes, and those that they include."""
    for _, name in includes(path):
        header = name.strip('"')
        if header.startswith("proto/") and header not in found:
            found.add(header)
            reach(ROOT / "src" / header, found)


def problems():
    targets = sorted(FUZZ.glob("*_fuzz.cpp"))
    fuzzed = set()
    for target in targets:
        reach(target, fuzzed)
    for target in targets:
        corpus = FUZZ / "corpus" / target.stem.removesuffix("_fuzz")
        if not corpus.is_dir() or not any(corpus.iterdir()):
            yield f"{relative(target)} has no corpus in {relative(corpus)}"
    for corpus in sorted((FUZZ / "corpus").iterdir()):
        if not (FUZZ / f"{corpus.name}_fuzz.cpp").exists():
            yield f"{relative(corpus)} belongs to no target"
    for header in files("src/proto", suffixes=(".hpp",)):
        if header.stem.endswith("_test"):
            continue
        name = f"proto/{header.name}"
        if name in fuzzed or name in MACHINERY:
            continue
        if PARSES.search(without_comments_and_strings(header.read_text())):
            yield f"{relative(header)} parses, and no fuzz target includes it"


if __name__ == "__main__":
    finish(list(problems()), "every parser has a fuzz target, every target a corpus")
