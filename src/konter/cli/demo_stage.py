"""What the demo's plays share: the shop, the simulated world around it, and who is in it."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from konter.app import House
from konter.cli.simulator import Simulator
from konter.people.permits import Role

PATIENCE_S = 20.0
"""How long a play waits for an end."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the stories play on. ``url``: where the shop serves."""

    house: House
    simulator: Simulator
    url: str
    console: Console


@dataclass(frozen=True, slots=True)
class People:
    """Who the demo made; one password for all of them."""

    emails: dict[Role, str]
    password: str


def blank_receipt() -> Table:
    """Two columns: what, and its value."""
    table = Table(box=None, show_header=False)
    table.add_column(style="dim")
    table.add_column()
    return table
