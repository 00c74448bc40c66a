"""``konter user``: the people of the shop, as an operator makes and changes them.

And the door to ``konter member``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from konter.app import open_house
from konter.cli import members, two_factor
from konter.kernel.clock import WIB
from konter.people import roster
from konter.people.desk import PeopleDesk
from konter.people.permits import Person, Role
from konter.people.register import create_user
from konter.settings import load_settings

Result = TypeVar("Result")

Email = Annotated[str, typer.Argument(help="Their e-mail, which is their login.")]
Password = Annotated[
    str,
    typer.Option(
        prompt=True,
        hide_input=True,
        confirmation_prompt=True,
        help="Asked for when not given, which keeps it out of the shell's history.",
    ),
]

app = typer.Typer(help="Users: create, list, change.", no_args_is_help=True)
app.command("two-factor")(two_factor.two_factor)


def register(main: typer.Typer) -> None:
    main.add_typer(app, name="user")
    members.register(main)


@app.command("create")
def create(
    email: Email,
    name: Annotated[str, typer.Option(help="Their name, as the shop calls them.")],
    password: Password,
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.RETAIL,
) -> None:
    """Create a user with an empty wallet."""
    person = _on_desk(
        lambda desk: create_user(desk, name=name, email=email, password=password, role=role)
    )
    typer.echo(f"Created: {_shown(person)}")


@app.command("list")
def list_all() -> None:
    """List all users."""
    table = Table(box=None, pad_edge=False)
    for heading in ("Id", "E-mail", "Name", "Role", "Since (WIB)", ""):
        table.add_column(heading)
    for user in _on_desk(roster.list_users):
        since = f"{user.created_at.astimezone(WIB):%Y-%m-%d %H:%M}"
        state = "disabled" if user.disabled_at else ""
        table.add_row(str(user.id), user.email, user.name, user.role, since, state)
    Console().print(table)


@app.command("set-role")
def set_role(email: Email, role: Role) -> None:
    """Change what a user may do."""
    person = _on_desk(lambda desk: roster.set_role(desk, email=email, role=role))
    typer.echo(f"Changed: {_shown(person)}")


@app.command("set-password")
def set_password(email: Email, password: Password) -> None:
    """Change a user's password; they must log in anew everywhere."""
    person = _on_desk(lambda desk: roster.set_password(desk, email=email, password=password))
    typer.echo(f"Password changed, all tokens ended: {_shown(person)}")


@app.command("disable")
def disable(email: Email) -> None:
    """Keep a user out: no log-in, and all their tokens end."""
    person = _on_desk(lambda desk: roster.disable_user(desk, email=email))
    typer.echo(f"Disabled: {_shown(person)}")


@app.command("enable")
def enable(email: Email) -> None:
    """Let a disabled user log in again."""
    person = _on_desk(lambda desk: roster.enable_user(desk, email=email))
    typer.echo(f"Enabled: {_shown(person)}")


def _shown(person: Person) -> str:
    return f"{person.email} ({person.name}), {person.role}, id {person.id}"


def _on_desk(act: Callable[[PeopleDesk], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        async with open_house(load_settings()) as house:
            return await act(house.people)

    return asyncio.run(run())
