"""``konter user two-factor``: for who lost their telephone and their recovery codes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from konter.cli.inside import actor, in_house
from konter.people.two_factor import switch_off_of


class Switch(StrEnum):
    """Only its owner can switch it on."""

    OFF = "off"


Email = Annotated[str, typer.Argument(help="Their e-mail, which is their login.")]
Wanted = Annotated[Switch, typer.Argument(help="Only off: it is its owner who switches it on.")]


def two_factor(switch: Wanted, email: Email) -> None:
    """Ask this user for no code any more; be sure first that it is them. It is audited."""
    person = in_house(lambda house: switch_off_of(house.people, email, actor=actor()))
    typer.echo(f"Two-factor login is {switch}: {person.email} ({person.name}), {person.role}")
