"""The house as its source files, for the laws to read."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]

LAYERS = (
    "cli", "worker", "app", "adapters", "hints", "web", "orders", "funding", "hooks", "catalogue",
    "suppliers", "people", "jobs", "ledger", "upstreams", "db", "kernel",
)  # fmt: skip
"""From the top down: each may import only what stands after it."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file. ``module``: its dotted name."""

    module: str
    text: str
    tree: ast.Module
    is_package: bool = False

    @property
    def room(self) -> str:
        """``konter.orders.place`` stands in ``orders``; ``konter.settings`` is its own."""
        return self.module.split(".")[1] if "." in self.module else ""

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """The whole tree, walked once for all laws."""
        return tuple(ast.walk(self.tree))


def source(module: str, text: str) -> Source:
    """A file that exists only in a test of the laws."""
    return Source(module, text, ast.parse(text))


@cache
def sources(folder: str) -> tuple[Source, ...]:
    """Every Python file under ``folder`` (``src/konter``, ``tests``), in order."""
    base = ROOT / folder
    anchor = ROOT / "src" if folder.startswith("src") else ROOT
    found = []
    gc.disable()  # a finaliser that runs while CPython 3.11 builds a tree can break it off
    for path in sorted(base.rglob("*.py")):
        words = path.relative_to(anchor).with_suffix("").parts
        is_package = words[-1] == "__init__"
        text = path.read_text()
        module = ".".join(words[:-1] if is_package else words)
        found.append(Source(module, text, ast.parse(text), is_package))
    gc.enable()
    return tuple(found)


def house() -> tuple[Source, ...]:
    return sources("src/konter")


def functions(file: Source) -> Iterator[tuple[str, Function]]:
    """Every function with its name as one would say it: ``konter.orders.place.Desk.close``."""

    def walk(node: ast.AST, name: str) -> Iterator[tuple[str, Function]]:
        for child in statements_in(node):
            if isinstance(child, Function | ast.ClassDef):
                inner = f"{name}.{child.name}"
                if isinstance(child, Function):
                    yield inner, child
                yield from walk(child, inner)
            else:
                yield from walk(child, name)

    yield from walk(file.tree, file.module)


def statements_in(node: ast.AST) -> Iterator[ast.AST]:
    """Its children but for expressions, in which no function, class or import can stand."""
    return (child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr))


def dotted(node: ast.expr) -> str:
    """``a.b.c`` of such an expression, else nothing."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            before = dotted(value)
            return f"{before}.{attr}" if before else attr
        case _:
            return ""
