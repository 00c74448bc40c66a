"""Who imports whom, and the table of who may: stricter than layers alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.laws.tree import LAYERS, Function, Source, statements_in

BELOW = {room: frozenset(LAYERS[place + 1 :]) for place, room in enumerate(LAYERS)}
CONTRACT = "upstreams.contract"
BILLER_CONTRACT = "upstreams.biller_contract"
GATEWAY_CONTRACT = "upstreams.gateway_contract"

MAY_IMPORT: dict[str, frozenset[str]] = {
    "kernel": frozenset(),
    "setting_kinds": frozenset({"kernel"}),
    "setting_areas": frozenset({"kernel", "setting_kinds"}),
    "settings": frozenset({"kernel", "setting_areas", "setting_kinds"}),
    "show_settings": frozenset({"kernel", "setting_kinds", "settings"}),
    "db": frozenset({"kernel"}),
    "upstreams": frozenset({"kernel"}),
    "ledger": frozenset({"kernel", "db"}),
    "jobs": frozenset({"kernel", "db"}),
    "people": frozenset({"kernel", "db", "ledger", "jobs"}),
    "suppliers": frozenset(
        {"kernel", "db", "ledger.read", "jobs", CONTRACT, BILLER_CONTRACT, GATEWAY_CONTRACT}
    ),
    "catalogue": frozenset(
        {"kernel", "db", "ledger.read", "jobs", "people", "suppliers"}
        | {CONTRACT, BILLER_CONTRACT, GATEWAY_CONTRACT}
    ),
    "hooks": frozenset({"kernel", "db", "jobs", "people", "suppliers", CONTRACT, GATEWAY_CONTRACT}),
    "funding": BELOW["funding"],
    "orders": BELOW["orders"],
    "web": BELOW["web"] - {"upstreams"},
    "hints": frozenset({"db", "jobs", "orders"}),
    "adapters": frozenset({"kernel", "settings", "upstreams"}),
    "app": BELOW["app"] | {"settings", "show_settings"},
    "worker": BELOW["worker"] | {"settings"},
    "cli": BELOW["cli"] | {"settings", "show_settings"},
}
"""Rooms, or files of rooms, that each room may name. A room may always name itself."""

ONLY_BY: dict[str, frozenset[str]] = {
    "upstreams.providers": frozenset({"adapters"}),
    "upstreams.gateways": frozenset({"adapters"}),
    "ledger.post": frozenset({"ledger", "funding", "orders"}),
}
"""Files that only these rooms may name, whatever else stands in the table."""


@dataclass(frozen=True)
class Import:
    importer: str
    target: str
    line: int
    inside_function: bool

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.target}"


def imports(file: Source, known: frozenset[str]) -> list[Import]:
    """Every import of ours in a file, TYPE_CHECKING and function bodies included.

    ``known``: all modules, to tell ``from konter.ledger import post`` (a module) from a name.
    """
    found = []
    for node, inside in _with_depth(file.tree, False):
        for target in _targets(node, file, known):
            found.append(Import(file.module, target, node.lineno, inside))
    return found


def forbidden(files: Iterable[Source]) -> list[str]:
    """Every import that the table does not allow, in words."""
    files = list(files)
    known = frozenset(file.module for file in files)
    return sorted(
        f"{found}: {reason}"
        for file in files
        for found in imports(file, known)
        if (reason := _objection(file, found.target.removeprefix("konter.")))
    )


def _objection(file: Source, target: str) -> str | None:
    room = file.room
    for guarded, allowed in ONLY_BY.items():
        if _within(target, guarded) and room not in allowed and not _own_adapter(file, target):
            return f"only {', '.join(sorted(allowed))} may name {guarded}"
    if target == "konter" or _within(target, room):
        return None
    if room not in MAY_IMPORT:
        return f"{room} is no room of this house"
    if any(_within(target, allowed) for allowed in MAY_IMPORT[room]):
        return None
    return f"{room} may import {', '.join(sorted(MAY_IMPORT[room])) or 'nothing of ours'}"


def _own_adapter(file: Source, target: str) -> bool:
    """An adapter may name its own files (``alpha``, ``alpha_codes``, ``alpha/...``), no other's."""
    here, there = file.module.split(".")[1:4], target.split(".")[:3]
    return here[:2] == there[:2] and _adapter(here) == _adapter(there)


def _adapter(place: list[str]) -> str:
    return place[2].split("_")[0] if len(place) > 2 else ""


def _within(module: str, prefix: str) -> bool:
    return module == prefix or module.startswith(f"{prefix}.")


def _with_depth(node: ast.AST, inside: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    for child in statements_in(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, inside
        yield from _with_depth(child, inside or isinstance(child, Function))


def _targets(
    node: ast.Import | ast.ImportFrom, file: Source, known: frozenset[str]
) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (a.name for a in node.names if _within(a.name, "konter"))
        return
    base = node.module or ""
    if node.level:
        here = file.module.split(".")
        climbs = node.level - file.is_package
        base = ".".join([*here[: len(here) - climbs], *([base] if base else [])])
    if _within(base, "konter"):
        for alias in node.names:
            full = f"{base}.{alias.name}"
            yield full if full in known else base
