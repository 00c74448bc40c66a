"""``konter notice``: how messages to people fare, and one to try a channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from konter.app import House
from konter.cli.inside import in_house, shown
from konter.cli.tables import print_table
from konter.hooks.channel_view import Fared, channels_fared, try_channel

notice_app = typer.Typer(help="Messages to people: list, test.", no_args_is_help=True)

HEADINGS = ("Channel", "Waiting", "Since (WIB)", "Sent", "Given up", "Last problem")


def register(app: typer.Typer) -> None:
    app.add_typer(notice_app, name="notice")


@notice_app.command("list")
def list_channels() -> None:
    """List the channels with what waits, and the messages of the last 30 days."""

    async def act(house: House) -> Sequence[Fared]:
        return await channels_fared(house.notices)

    rows = (
        (f.channel, str(f.waiting), shown(f.since), str(f.sent), str(f.given_up), f.problem or "-")
        for f in in_house(act)
    )
    print_table(Console(), "Channels", HEADINGS, rows)


@notice_app.command("test")
def test(
    channel: Annotated[str, typer.Argument(help="email, whatsapp, telegram, staff:1, …")],
    to: Annotated[str, typer.Argument(help="The recipient; of a staff channel none.")] = "",
) -> None:
    """Send a message by one channel now; exit 1 when it is not taken."""

    async def act(house: House) -> str | None:
        name = house.settings.shop_name
        return await try_channel(
            house.notices, channel, to=to, title=f"Tes {name}", message=f"Pesan percobaan {name}."
        )

    problem = in_house(act)
    if problem is not None:
        typer.echo(f"{channel}: {problem}", err=True)
        raise typer.Exit(1)
    typer.echo(f"{channel}: taken.")
