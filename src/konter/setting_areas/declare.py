"""How one setting is declared: name, kind and default on one line, what it is for on the next."""

from __future__ import annotations

from dataclasses import field
from typing import Literal, TypeVar

from konter.setting_kinds import Kind

T = TypeVar("T")
D = TypeVar("D")

YesNo = Literal["yes", "no"]


def setting(name: str, kind: Kind[T], default: D, about: str) -> T | D:
    """Declare one setting; the attribute of the area that it is assigned to holds its value."""
    return field(default=default, metadata={"name": name, "kind": kind, "about": about})
