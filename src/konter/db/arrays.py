"""Lists on their way to the database, written by one call in C instead of a loop in Python.

Batches travel as arrays, and psycopg writes those element by element: measured, half the Python
time of placing an order. A JSON array of plain values differs from PostgreSQL's own text form only
in its brackets, as long as nothing in it is escaped with a backslash.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec
import psycopg
from psycopg.adapt import AdaptersMap, PyFormat
from psycopg.types.array import ListDumper

PLAIN = frozenset({int, str, bool, date, datetime})

_encode = msgspec.json.Encoder().encode


class PlainListDumper(ListDumper):
    """Lists of one plain type, None among them allowed. Anything else goes psycopg's own way.

    The type is left to the statement (``%(ids)s::bigint[]``), so that a statement has one plan and
    not one for every size of number that happens to be in it.
    """

    def get_key(self, obj: list[Any], format: PyFormat) -> Any:
        return self.cls if is_plain(obj) else super().get_key(obj, format)

    def upgrade(self, obj: list[Any], format: PyFormat) -> Any:
        return self if is_plain(obj) else super().upgrade(obj, format)

    def dump(self, obj: list[Any]) -> Any:
        if self.sub_dumper is None and is_plain(obj):
            text = _encode(obj)
            if b"\\" not in text:
                return b"{" + text[1:-1] + b"}"
        return super().dump(obj)


def is_plain(values: list[Any]) -> bool:
    """Whether all values but None are of one type that JSON writes as PostgreSQL reads it."""
    types = set(map(type, values))
    types.discard(type(None))
    if len(types) != 1:
        return not types
    (kind,) = types
    return kind in PLAIN or issubclass(kind, StrEnum)


def adapters() -> AdaptersMap:
    """psycopg's own, with our way of writing lists."""
    ours = AdaptersMap(psycopg.adapters)
    ours.register_dumper(list, PlainListDumper)
    return ours
