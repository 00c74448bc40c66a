"""The texts that rooms make at run time and pages show: what is wrong with a field, why an act was
refused, how a bill or a payment stands. Read from the source, f-strings with their blanks.

A blank is ``%(1)s``, ``%(2)s``, …, or ``%(t1)s`` where a text of ours is filled in (``OURS``).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

SOURCE = Path(__file__).parents[1] / "src/konter"

SAYING: Final = {"_refuse": 1, "Unfit": 0, "Need": 1, "__init__": 0}
"""Calls that say a text, and which argument it is; of errors it is the first."""

TABLES: Final = {
    "web/errors.py": ("MESSAGES",),
    "web/body.py": ("TYPE_NAMES", "WORDS", "_or"),
    "web/payment_view.py": None,
    "web/api/wallet.py": None,
    "orders/bills.py": None,
    "orders/bill_words.py": None,
}
"""Tables (and what functions answer) whose every text pages may show; None: all of that file."""

OURS: Final = frozenset({"label", "unfit", "_either", "first", "second"})
"""What stands in an f-string and is a text of ours itself."""

BLANK_OF_FACT: Final = re.compile(r"%\(\d+\)s")

SILENT: Final = ("cli", "upstreams", "db", "doctor", "cli.py", "settings.py", "setting_kinds.py")
"""Rooms and files that speak to an operator's terminal, in English."""


def said_below() -> set[str]:
    """Every such text of all rooms."""
    trees = {
        name: nodes for name, nodes in every_node().items() if name.split("/")[0] not in SILENT
    }
    errors = _errors(list(trees.values()))
    found: set[str] = set()
    for name, nodes in trees.items():
        file = _File(nodes, trees, errors)
        found.update(file.faults())
        if name in TABLES:
            found.update(file.tables(TABLES[name]))
    return {text for text in found if re.search("[A-Za-z]", BLANK_OF_FACT.sub("", text))}


@cache
def every_node() -> dict[str, list[ast.AST]]:
    """By file, all nodes of its tree, the module first: walked once, since that takes long."""
    return {
        str(path.relative_to(SOURCE)): list(ast.walk(ast.parse(path.read_text())))
        for path in sorted(SOURCE.rglob("*.py"))
    }


def _errors(trees: list[list[ast.AST]]) -> frozenset[str]:
    """The names of all errors that somebody is told of, by their bases' names: not the Broken."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for nodes in trees
        for node in nodes
        if isinstance(node, ast.ClassDef)
    }
    known = {"KonterError", "Refused", "Unavailable"}
    while more := {name for name, of in bases.items() if of & known} - known - {"Broken"}:
        known |= more
    return frozenset(known)


class _File:
    """One source file, and those that its constants come from."""

    def __init__(
        self, nodes: list[ast.AST], trees: dict[str, list[ast.AST]], errors: frozenset[str]
    ) -> None:
        self._nodes, self._errors = nodes, errors
        self._given: dict[str, list[tuple[ast.expr, range | None]]] = {}
        self._scopes = [
            range(node.lineno, (node.end_lineno or node.lineno) + 1)
            for node in nodes
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        self._functions: dict[str, ast.FunctionDef] = {}
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.module:
                path = node.module.removeprefix("konter.").replace(".", "/") + ".py"
                if path in trees:
                    wanted = {alias.name for alias in node.names}
                    self._know(_body(trees[path]), wanted, outside=True)
            elif isinstance(node, ast.FunctionDef):
                self._functions[node.name] = node
        self._know(nodes, None)

    def faults(self) -> Iterator[str]:
        for node in self._nodes:
            match node:
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args):
                    at = self._place(node.func, name)
                    if at is not None and at < len(args):
                        yield from self._texts(args[at])
                case ast.Dict(values=values):
                    for value in values:
                        if isinstance(value, ast.List) and _is_said(value):
                            yield from self._texts(value)
                case ast.DictComp(value=ast.Name() as value):
                    yield from self._lists(value)
                case ast.Assign(targets=[ast.Subscript() | ast.Tuple()], value=value):
                    for part in ast.walk(value):
                        if isinstance(part, ast.List):
                            yield from self._texts(part)

    def _place(self, func: ast.expr, name: str) -> int | None:
        """Which argument of this call is a text; None: none."""
        if name == "append":
            return 0 if _is_setdefault(func) else None
        return 0 if isinstance(func, ast.Name) and name in self._errors else SAYING.get(name)

    def _lists(self, name: ast.Name) -> Iterator[str]:
        for given in self._values_of(name):
            if isinstance(given, ast.List | ast.Call):
                yield from self._texts(given)

    def tables(self, names: tuple[str, ...] | None) -> Iterator[str]:
        for node in _body(self._nodes):
            match node:
                case (
                    ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as table)
                    | ast.Assign(targets=[ast.Name(id=name)], value=table)
                ):
                    if names is None or name in names:
                        yield from self._table(table)
                case ast.FunctionDef(name=name) if name in (names or ()):
                    yield from self._returned(name, 0)

    def _table(self, table: ast.expr) -> Iterator[str]:
        match table:
            case ast.Dict(values=rows) | ast.Tuple(elts=rows):
                for row in rows:
                    yield from self._told(row)
            case ast.Constant(value=str(text)) if " " in text:
                yield text

    def _told(self, value: ast.expr) -> Iterator[str]:
        """A table's row; of a row with a pattern, what is answered to it."""
        match value:
            case ast.Lambda(body=body):
                yield from self._texts(body)
            case ast.Tuple(elts=elts):
                for one in elts[1:]:
                    yield from self._told(one)
            case _:
                yield from self._texts(value)

    def _texts(self, node: ast.expr, depth: int = 0) -> Iterator[str]:
        """Every text that this expression may be."""
        if depth > 4:
            return
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr(values=values):
                yield _with_blanks(values)
            case ast.Dict(values=parts):
                for part in parts:
                    yield from self._texts(part, depth + 1)
            case ast.ListComp(elt=part) | ast.Call(func=ast.Name(id="list"), args=[part]):
                yield from self._texts(part, depth + 1)
            case ast.List(elts=parts) | ast.BoolOp(values=parts):
                for part in parts:
                    yield from self._texts(part, depth + 1)
            case ast.IfExp(body=body, orelse=other):
                yield from self._texts(body, depth + 1)
                yield from self._texts(other, depth + 1)
            case ast.Name():
                for given in self._values_of(node):
                    yield from self._texts(given, depth + 1)
            case ast.Call(func=ast.Name(id=name)) if name in self._functions:
                yield from self._returned(name, depth)

    def _returned(self, name: str, depth: int) -> Iterator[str]:
        for node in ast.walk(self._functions[name]):
            if isinstance(node, ast.Return) and node.value:
                yield from self._texts(node.value, depth + 1)

    def _values_of(self, name: ast.Name) -> Iterator[ast.expr]:
        """What it was ever set to in its function, in this file, or where it comes from."""
        for value, scope in self._given.get(name.id, []):
            if scope is None or name.lineno in scope:
                yield value

    def _know(
        self, nodes: Sequence[ast.AST], names: set[str] | None, *, outside: bool = False
    ) -> None:
        for node in nodes:
            match node:
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value)
                    | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
                    | ast.NamedExpr(target=ast.Name(id=name), value=value)
                ):
                    if names is None or name in names:
                        scope = None if outside else self._scope_of(value.lineno)
                        self._given.setdefault(name, []).append((value, scope))

    def _scope_of(self, line: int) -> range | None:
        around = [scope for scope in self._scopes if line in scope]
        return min(around, key=len, default=None)


def _body(nodes: list[ast.AST]) -> list[ast.stmt]:
    module = nodes[0]
    assert isinstance(module, ast.Module)
    return module.body


def _is_said(texts: ast.List) -> bool:
    """Said right there: names stand in columns too."""
    return all(isinstance(one, ast.Constant | ast.JoinedStr) for one in texts.elts)


def _is_setdefault(func: ast.expr) -> bool:
    match func:
        case ast.Attribute(value=ast.Call(func=ast.Attribute(attr="setdefault"))):
            return True
    return False


def _with_blanks(values: list[ast.expr]) -> str:
    parts: list[str] = []
    blanks = 0
    for value in values:
        match value:
            case ast.Constant(value=str(text)):
                parts.append(text)
            case ast.FormattedValue(value=fact):
                blanks += 1
                parts.append(f"%({'t' if _name(fact) in OURS else ''}{blanks})s")
    return "".join(parts)


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=func):
            return _name(func)
    return ""
