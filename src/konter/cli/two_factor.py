"""``konter user two-factor``: for who lost their telephone and their kept codes."""

from __future__ import annotations

from typing import Annotated

import typer

from konter.cli.inside import actor, in_house
from konter.people.two_factor import switch_off_of

Email = Annotated[str, typer.Argument(help="Their e-mail, which is their login.")]

app = typer.Typer(help="Two-factor login: switch it off for who lost it.", no_args_is_help=True)


@app.callback()
def two_factor() -> None:
    """Two-factor login: switch it off for who lost it."""


@app.command("off")
def off(email: Email) -> None:
    """Ask this user for no code any more; make sure first that it is them. It is audited."""
    person = in_house(lambda house: switch_off_of(house.people, email, actor=actor()))
    typer.echo(f"Two-factor login is off: {person.email} ({person.name}), {person.role}")
