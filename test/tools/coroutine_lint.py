"""A statement with co_await stays dull (STYLE.md, doc/coroutines.md).

Refused: a capturing lambda that is a coroutine; co_await inside braces that initialise something; co_await
in one statement with ?:. The examples below are checked first, so that the lint cannot go blind.
"""

import re
from dataclasses import dataclass, field

from tree import files, finish, relative, without_comments_and_strings

GOOD = [
    "Task<int> f() { auto a = co_await g(x); if (auto r = co_await h()) { co_return *r; } co_return a; }",
    "void f() { spawn([](Stream s) -> Task<void> { co_await s.close(); }(std::move(s))); }",
    "void f() { auto g = [&] { spawn([](int n) -> Task<int> { co_return n; }(1)); }; }",
    "Task<void> f() { try { while (co_await more()) { use(x[i], y ? 1 : 2); } } catch (E& e) { log(e); } }",
    "struct S { Task<void> f() const override { co_await g(); } int a[3] = {1, 2, 3}; };",
    "namespace a::b { template <class T> Task<T> f() noexcept { for (auto& x : xs) { co_await x(); } } }",
    "Task<void> f() { switch (x) { case 1: { co_await g(); break; } default: co_await h(); } }",
    "auto f() -> Task<void> { Point p{1, 2}; [[maybe_unused]] auto q = co_await g(p); }",
]
BAD = [
    "void f() { auto g = [&]() -> Task<void> { co_await h(); }; }",
    "void f() { auto g = [this, x = 1] mutable -> Task<int> { if (x) { co_return 1; } co_return 2; }; }",
    "Task<void> f() { Point p{co_await x(), 1}; }",
    "Task<void> f() { g(Point{1, co_await x()}); }",
    "Task<void> f() { auto p = Point{.x = co_await x()}; }",
    "Task<void> f() { return_it({co_await x()}); }",
    "Task<void> f() { auto a = c ? co_await x() : y; }",
    "Task<void> f() { g(co_await x(c ? 1 : 2)); }",
]

PAIRS = {"(": ")", "[": "]", "{": "}"}
BLOCK_WORDS = {"else", "do", "try", "const", "noexcept", "override", "final", "mutable"}
TYPE_WORDS = {"namespace", "struct", "class", "enum", "union", "extern"}
AWAITING = {"co_await", "co_return", "co_yield"}


@dataclass
class Node:
    """A token, or a pair of brackets with what is between them."""

    text: str
    line: int
    inside: list = field(default_factory=list)
    kind: str = ""  # of braces: block, initialiser, lambda or capturing lambda

    def tokens(self, through=("", "initialiser")):
        """The tokens in it, not those in braces of other kinds: they are statements of their own."""
        yield self
        for node in self.inside:
            if node.kind in through:
                yield from node.tokens(through)


def read_nodes(text):
    """The code as a tree of brackets, with its braces' kinds."""
    top = Node("{", 0, kind="block")
    path = [top]
    for number, line in enumerate(without_comments_and_strings(text).split("\n"), 1):
        if line.lstrip().startswith("#"):
            continue
        for word in re.findall(r"[A-Za-z_]\w*|->|::|\S", line):
            node = Node(word, number)
            if len(path) > 1 and word == PAIRS[path[-1].text]:
                path.pop()
                continue
            if word == "{":
                node.kind = kind_of(path[-1])
            path[-1].inside.append(node)
            if word in PAIRS:
                path.append(node)
    return top


def statement_so_far(outer):
    """The nodes of `outer` since its last statement's end."""
    head = []
    for node in reversed(outer.inside):
        if node.text == ";" or node.kind == "block":
            break
        head.insert(0, node)
    return head


def kind_of(outer):
    """What the brace that now opens within `outer` is."""
    head = statement_so_far(outer)
    words = [node.text for node in head]
    introducer = lambda_introducer(head)
    if introducer is not None:
        return "capturing lambda" if introducer.inside else "lambda"
    if outer.kind not in ("block", "lambda", "capturing lambda"):
        return "initialiser"
    if not words or words[-1] in {"(", ":", *BLOCK_WORDS} or TYPE_WORDS & set(words[:4]):
        return "block"
    if re.search(r"\( (const )?(noexcept )?-> [\w:<>,&* ]+$", " ".join(words)):
        return "block"  # a function with a trailing return type
    return "initialiser"


def lambda_introducer(head):
    """The [captures] if what follows it in `head` is only a lambda's parameters and return type."""
    for index in range(len(head) - 1, -1, -1):
        if head[index].text == "[":
            before = head[index - 1].text if index else ";"
            rest = " ".join(node.text for node in head[index + 1 :])
            subscript = re.match(r"[\w(\[\"]", before) and before not in ("return", "co_return")
            attribute = head[index].inside and head[index].inside[0].text == "["
            if not subscript and not attribute and re.fullmatch(
                r"(\( ?)?((mutable|noexcept) ?)*(-> [\w:<>,&*( ]+)?", rest
            ):
                return head[index]
    return None


def statements(outer):
    """The statements directly in `outer`, each a list of nodes."""
    statement = []
    for node in outer.inside:
        statement.append(node)
        if node.text == ";" or node.kind == "block":
            yield statement
            statement = []
    yield statement


def lint(text):
    """(line, problem) for each bad place."""
    todo, problems = [read_nodes(text)], []
    while todo:
        outer = todo.pop()
        todo += outer.inside
        inner = [node for node in outer.tokens() if node is not outer]
        if outer.kind == "initialiser" and any(node.text == "co_await" for node in inner):
            problems.append((outer.line, "co_await inside initialising braces"))
        if outer.kind == "capturing lambda":
            body = outer.tokens(through=("", "initialiser", "block"))
            if any(node.text in AWAITING for node in body):
                problems.append((outer.line, "a capturing lambda is a coroutine"))
        if outer.kind in ("block", "lambda", "capturing lambda"):
            for statement in statements(outer):
                here = [node for node in statement if node.kind in ("", "initialiser")]
                flat = {token.text for node in here for token in node.tokens()}
                if {"co_await", "?"} <= flat:
                    problems.append((statement[0].line, "co_await in one statement with ?:"))
    return sorted(problems)


def main():
    for example in GOOD:
        assert not lint(example), f"refused: {example}: {lint(example)}"
    for example in BAD:
        assert lint(example), f"not refused: {example}"
    sources = files("src")
    problems = [
        f"{relative(path)}:{line}: {problem}" for path in sources for line, problem in lint(path.read_text())
    ]
    finish(problems, f"{len(sources)} files: every co_await is dull")


if __name__ == "__main__":
    main()
