"""A folder is a module and includes only what it may: levels point strictly downwards.

The compiler enforces MAY_USE of CMakeLists.txt; this test holds MAY_USE against the table of ARCHITECTURE.md
and looks at how includes are written.
"""

from tree import CODE, ROOT, files, finish, includes, modules, programs, relative

LEVELS = [
    {"base"},
    {"proto", "tls", "sys", "flow"},
    {"net", "tunnel"},
    {"store", "auth"},
    {"supervisor", "keeper", "authenticator", "gateway", "client", "admin"},
]
# Not every downward edge is allowed below the programs.
ALLOWED = {
    "net": {"base", "proto", "tls", "flow"},
    "tunnel": {"base", "proto", "tls", "sys", "flow"},
    "store": {"base", "proto", "flow", "net"},
    "auth": {"base", "proto", "flow", "net"},
}


def level_of(module):
    return next(number for number, names in enumerate(LEVELS) if module in names)


def allowed_for(module):
    below = set().union(*LEVELS[: level_of(module)])
    return ALLOWED.get(module, below)


def edges(declared):
    for module, uses in declared.items():
        if not any(module in names for names in LEVELS):
            yield f"CMakeLists.txt: {module} has no level"
            continue
        for used in uses["MAY_USE"]:
            if used not in allowed_for(module):
                yield f"CMakeLists.txt: {module} may not use {used}"
    for folder in sorted((ROOT / "src").iterdir()):
        if folder.name != "programs" and any(folder.glob("*.?pp")) and folder.name not in declared:
            yield f"src/{folder.name} is no module of CMakeLists.txt"


def spelling(declared):
    for path in files("src"):
        module = path.relative_to(ROOT / "src").parts[0]
        if module == "programs":
            usable = {"base", *programs().get(path.stem, [])}
        else:
            usable = {module, *declared.get(module, {"MAY_USE": []})["MAY_USE"]}
        if path.stem.endswith("_test"):
            usable |= {"test"}
        for number, name in includes(path):
            where = f"{relative(path)}:{number}: {name}"
            folder, slash, _ = name[1:-1].partition("/")
            if ".." in name:
                yield f"{where} climbs out of its folder"
            elif name[0] == '"' and not slash:
                yield f"{where} does not begin with a module's folder"
            elif name[0] == '"' and folder not in usable:
                yield f"{where} is not in MAY_USE of {module}"
            elif name[0] == "<" and folder in declared and name[1:-1].endswith(CODE):
                yield f"{where} is ours: quotes"


if __name__ == "__main__":
    found = modules()
    finish([*edges(found), *spelling(found)], f"{len(found)} modules: every include points downwards")
