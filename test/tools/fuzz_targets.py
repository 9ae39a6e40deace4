"""Whatever parses bytes of a stranger has a fuzz target, and every target has a corpus.

A header that declares a function which parses, in whatever module, must be included by a target, itself or
through others: bytes come from the network, from our other processes, from the state's files and the user's.
"""

import re

from tree import ROOT, files, finish, includes, relative, without_comments_and_strings

FUZZ = ROOT / "test" / "fuzz"
PARSES = re.compile(
    r"\b(?:parse|decode|peek)(?:_\w+)?\s*\(|\bfrom_(?:der|bytes|hex|base64)\s*\(|class \w*Parser\b"
    r"|\bload(?:_\w+)?\s*\((?:ByteView|std::string_view|const Secret&)"
)
OF_TESTS = re.compile(r"_test$|test_support$|harness$|_samples$")
ELSEWHERE = {
    "proto/admin_json.hpp": "what the admin API's messages read JSON with",
    "supervisor/config_readers.hpp": "what parse_config() reads values with",
}


def reach(path, found):
    """Adds the headers of ours that a file includes, and those that they include."""
    for _, name in includes(path):
        header = name.strip('"')
        if (ROOT / "src" / header).is_file() and header not in found:
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
    for name in ELSEWHERE.keys() & fuzzed:
        yield f"{name} is reached: it needs no exception"
    for header in files("src", suffixes=(".hpp",)):
        name = str(header.relative_to(ROOT / "src"))
        if OF_TESTS.search(header.stem) or name in fuzzed or name in ELSEWHERE:
            continue
        if PARSES.search(without_comments_and_strings(header.read_text())):
            yield f"{relative(header)} parses, and no fuzz target includes it"


if __name__ == "__main__":
    finish(list(problems()), "every parser has a fuzz target, every target a corpus")
