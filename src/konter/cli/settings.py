"""``konter settings``: what this installation was told, and where it was told so."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.table import Table

from konter.settings import load_settings
from konter.show_settings import Row, describe


def show() -> None:
    """List every setting, its value and where it comes from. Secrets are masked."""
    Console().print(table(describe(load_settings())))


def register(app: typer.Typer) -> None:
    app.command("settings")(show)


def table(rows: list[Row]) -> Table:
    drawn = Table(box=None, pad_edge=False)
    drawn.add_column("Setting", no_wrap=True)
    drawn.add_column("Value", overflow="fold")
    drawn.add_column("From", overflow="fold")
    for row in rows:
        drawn.add_row(row.name, row.value, row.source, style=None if row.told else "dim")
    return drawn
