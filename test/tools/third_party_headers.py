"""A library's headers appear in the modules that name the library in CMakeLists.txt, and that is one module.

Exceptions are few and listed here with their reason.
"""

import re

from tree import ROOT, files, finish, includes, modules, relative

# The beginning of a header's name → the library's short name of cmake/libraries.cmake.
HEADERS = {
    "boost/json": "json",  # before the rest of Boost
    "boost/": "boost",
    "openssl/": "openssl",
    "intel-ipsec-mb.h": "ipsec-mb",
    "fmt/": "fmt",
    "tl/": "fmt",
    "pugixml": "pugixml",
    "seccomp.h": "seccomp",
    "cap-ng.h": "cap-ng",
    "systemd/": "systemd",
    "toml++/": "tomlplusplus",
    "crypt.h": "crypt",
    "sqlite3.h": "sqlite",
    "libmnl/": "mnl",
    "CLI/": "cli11",
}
EVERYWHERE = {"fmt"}  # text formatting, and Result's expected
SHARED = {
    "boost": "Asio in net, Beast's HTTP parser in proto",
    "openssl": "contexts in tls, the socket's side in net, signing in keeper, one-time passwords in auth, "
    "hashes and random numbers in store",
}
TESTS = re.compile(r"(gtest|gmock|benchmark|rapidcheck)[/.]")
# What the C library and the kernel bring, beside the C++ headers that have no folder and no ending.
SYSTEM = re.compile(r"(sys|linux|netinet|arpa|net|asm)/|[a-z_]+(\.h)?$")


def library_of(header):
    return next((library for start, library in HEADERS.items() if header.startswith(start)), None)


def is_for_tests(path):
    """A test, or a header that nothing else includes than tests and such headers."""
    if path.stem.endswith("_test"):
        return True
    own = f'"{path.parent.name}/{path.name}"'
    users = [file for file in files("src") if any(name == own for _, name in includes(file))]
    return bool(users) and all(is_for_tests(user) for user in users)


def problems():
    declared = modules()
    for library in set(HEADERS.values()) - EVERYWHERE - SHARED.keys():
        users = [name for name, module in declared.items() if library in module["LIBRARIES"]]
        if len(users) > 1:
            yield f"CMakeLists.txt: {library} is used by {', '.join(users)}: one module only"
    for path in files("src"):
        module = path.relative_to(ROOT / "src").parts[0]
        allowed = {"cli11"} if module == "programs" else set(declared[module]["LIBRARIES"])
        for number, name in includes(path):
            header, where = name[1:-1], f"{relative(path)}:{number}: {name}"
            if name[0] == '"' or (TESTS.match(header) and is_for_tests(path)):
                continue
            library = library_of(header)
            if library is None:
                if not SYSTEM.match(header):
                    yield f"{where} belongs to no library that cmake/libraries.cmake names"
            elif library not in allowed | EVERYWHERE:
                yield f"{where} belongs to {library}, which {module} does not name"


if __name__ == "__main__":
    finish(list(problems()), "every library stays in its module")
