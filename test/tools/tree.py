"""The source tree as the tool tests see it, and how they report."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = (".cpp", ".hpp")


def files(*folders, suffixes=CODE):
    """Files below the folders, in order."""
    return sorted(
        path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in suffixes
    )


def relative(path):
    return str(path.relative_to(ROOT))


def modules():
    """The folders of src/ that are modules: name → what CMakeLists.txt lets it use and link."""
    text = re.sub(r"#.*", "", (ROOT / "CMakeLists.txt").read_text())
    found = {}
    for arguments in re.findall(r"^module\(([^)]*)\)", text, re.M):
        name, *rest = arguments.split()
        found[name] = {"MAY_USE": [], "LIBRARIES": []}
        key = None
        for word in rest:
            if word in found[name]:
                key = word
            else:
                found[name][key].append(word)
    return found


def programs():
    """src/programs: name of the binary → modules it uses."""
    text = (ROOT / "CMakeLists.txt").read_text()
    return {words.split()[0]: words.split()[2:] for words in re.findall(r"^program\(([^)]*)\)", text, re.M)}


def includes(path):
    """(line number, the text between the quotes or brackets with them) of each #include."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*([<"][^>"]+[>"])', line)
        if found:
            yield number, found[1]


_LITERAL = re.compile(
    r"//[^\n]*|/\*.*?\*/"  # comments
    r'|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"'  # raw strings
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",  # characters; not the separators in 1'000
    re.S,
)


def without_comments_and_strings(text):
    """Code only, on the same lines: comments vanish, literals become \"\"."""

    def replace(match):
        keep = '""' if match[0][0] in "R\"'" else " "
        return keep + "\n" * match[0].count("\n")

    return _LITERAL.sub(replace, text)


def finish(problems, good):
    """Prints the problems, or what was found good; ends the program."""
    for problem in problems:
        print(problem)
    if not problems:
        print(good)
    sys.exit(1 if problems else 0)
