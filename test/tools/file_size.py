"""Files stay small enough to read: 400 lines are the aim, 600 fail; no line is longer than 110 columns."""

from tree import ROOT, files, finish, relative

AIM, LIMIT, COLUMNS = 400, 600, 110


def problems():
    sources = files("src", "test", "cmake", suffixes=(".cpp", ".hpp", ".py", ".cmake"))
    for path in [*sources, ROOT / "x", ROOT / "CMakeLists.txt"]:
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > LIMIT:
            yield f"{relative(path)} has {len(lines)} lines"
        elif len(lines) > AIM:
            print(f"warning: {relative(path)} has {len(lines)} lines, more than {AIM}")
        for number, line in enumerate(lines, 1):
            # clang-format lays tests out too; what it leaves longer there is a peer's text, word for word.
            if len(line) > COLUMNS and not path.stem.endswith("_test"):
                yield f"{relative(path)}:{number} has {len(line)} columns"


if __name__ == "__main__":
    finish(list(problems()), f"no file has more than {LIMIT} lines")
