"""How big things are, and what they allow themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tests.laws.imports import imports
from tests.laws.tree import Source, dotted, functions

ADAPTERS = ("konter.upstreams.providers.", "konter.upstreams.gateways.")


def long_functions(files: Iterable[Source], wall: int = 60) -> dict[str, int]:
    """Functions of more than ``wall`` lines."""
    return _over(
        wall,
        {
            name: (node.end_lineno or node.lineno) - node.lineno + 1
            for file in files
            for name, node in functions(file)
        },
    )


def long_modules(files: Iterable[Source], wall: int = 500, adapter: int = 400) -> dict[str, int]:
    """Files of more than ``wall`` lines; an adapter's of more than ``adapter``."""
    files = list(files)
    adapters = [f for f in files if f.module.startswith(ADAPTERS)]
    return _over(wall, {f.module: f.lines for f in files}) | _over(
        adapter, {f.module: f.lines for f in adapters}
    )


def busy_files(files: Iterable[Source], wall: int = 12) -> dict[str, int]:
    """Files that import more than ``wall`` of ours; the composition root is excepted."""
    files = list(files)
    known = frozenset(file.module for file in files)
    return _over(
        wall,
        {
            file.module: len({found.target for found in imports(file, known)})
            for file in files
            if file.module != "konter.app"
        },
    )


def wide_functions(files: Iterable[Source], most: int = 7, positional: int = 4) -> dict[str, int]:
    """Functions with more than ``most`` parameters, or more than ``positional`` by position."""
    found = {}
    for file in files:
        for name, node in functions(file):
            by_position = [*node.args.posonlyargs, *node.args.args]
            if by_position and by_position[0].arg in ("self", "cls"):
                by_position = by_position[1:]
            count = len(by_position) + len(node.args.kwonlyargs)
            if count > most or len(by_position) > positional:
                found[name] = count
    return found


def broad_excepts(files: Iterable[Source]) -> list[str]:
    """Handlers that catch everything, ``suppress(Exception)`` included."""
    found = []
    for file in files:
        for node in file.nodes:
            if isinstance(node, ast.ExceptHandler) and (
                node.type is None or _catches_all([node.type])
            ):
                found.append(f"{file.module}:{node.lineno}")
            if (
                isinstance(node, ast.Call)
                and dotted(node.func).endswith("suppress")
                and _catches_all(node.args)
            ):
                found.append(f"{file.module}:{node.lineno}")
    return found


WIRE = ("konter.db.", "konter.upstreams.", "konter.web.body", "konter.web.request")


def uses_of_any(files: Iterable[Source]) -> set[str]:
    """Files that name ``typing.Any`` outside wire parsing and ``db``.

    The web framework's own generics (``Request[Any, Any, Any]``) and the keyword arguments that it
    passes and we ignore (``**_: Any``) say nothing about our data, so they do not count.
    """
    found = set()
    for file in files:
        if file.module.startswith(WIRE):
            continue
        framework = {id(inner) for node in file.nodes for inner in _of_framework(node)}
        for node in file.nodes:
            named = isinstance(node, ast.Name | ast.Attribute) and dotted(node)
            if named in ("Any", "typing.Any") and id(node) not in framework:
                found.add(file.module)
    return found


def _of_framework(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Subscript) and dotted(node.value) == "Request":
        yield from ast.walk(node.slice)
    if isinstance(node, ast.arguments) and node.kwarg and node.kwarg.annotation:
        yield node.kwarg.annotation


def doubles(files: Iterable[Source]) -> list[str]:
    """Mocks, and attributes replaced behind somebody's back."""
    found = []
    for file in files:
        for node in file.nodes:
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Attribute):
                names = [dotted(node)]
            elif isinstance(node, ast.arg):
                names = [node.arg]
            if any(_is_double(name) for name in names):
                found.append(f"{file.module}:{getattr(node, 'lineno', 0)}")
    return found


def _is_double(name: str) -> bool:
    return (
        name in ("unittest.mock", "mock", "pytest_mock", "mocker")
        or name.startswith(("unittest.mock.", "mock."))
        or name.endswith((".MagicMock", "monkeypatch.setattr", "monkeypatch.setitem"))
    )


def _catches_all(kinds: Iterable[ast.expr]) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id in ("Exception", "BaseException")
        for kind in kinds
        for node in ast.walk(kind)
    )


def _over(wall: int, sizes: dict[str, int]) -> dict[str, int]:
    return {name: size for name, size in sizes.items() if size > wall}
