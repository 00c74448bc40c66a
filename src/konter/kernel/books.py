"""What a books check reports: a law and the row that breaks it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Breach:
    """One broken law. ``law``: its number in the books' laws (1 to 10)."""

    law: int
    subject: str
    detail: str
