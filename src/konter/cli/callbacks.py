"""``konter callback``: what resellers were told, and telling it again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import typer
from rich.console import Console

from konter.app import House
from konter.cli.inside import actor, in_house, shown
from konter.cli.tables import print_table, rupiah
from konter.hooks.deliveries import Delivery, Words, delivery_of, recent_deliveries
from konter.hooks.redeliver import SwitchedOn
from konter.hooks.redeliver import enable as switch_on
from konter.hooks.redeliver import redeliver as send_again
from konter.kernel.clock import WIB
from konter.people.members import member_by_id

callback_app = typer.Typer(
    help="Callbacks to resellers: list, show, redeliver, enable.", no_args_is_help=True
)

CallbackId = Annotated[
    int, typer.Argument(help="The callback's id, as konter callback list shows.")
]
State = Literal["waiting", "delivered", "dead"]

HEADINGS = ("Id", "Since (WIB)", "User", "Ref", "Event", "State", "Tries", "Next (WIB)", "Last")


def register(app: typer.Typer) -> None:
    app.add_typer(callback_app, name="callback")


@callback_app.command("list")
def list_callbacks(
    member: Annotated[str | None, typer.Option(help="One member's only: TOKO1.")] = None,
    state: Annotated[State | None, typer.Option(help="Those in one state only.")] = None,
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 30,
) -> None:
    """List callbacks, the newest first, with what the receiver answered last."""

    async def act(house: House) -> list[Delivery]:
        async with house.db.read() as tx:
            found = await member_by_id(tx, house.people, member) if member else None
            user_id = found.user_id if found else None
            return await recent_deliveries(tx, user_id=user_id, state=state, most=most)

    print_table(Console(), "Callbacks", HEADINGS, map(_cells, in_house(act)))


@callback_app.command("show")
def show(callback_id: CallbackId) -> None:
    """Show one callback whole: what is told, and how it fared."""

    async def act(house: House) -> tuple[Delivery, Words]:
        async with house.db.read() as tx:
            return await delivery_of(tx, callback_id)

    delivery, words = in_house(act)
    facts = {
        "Order": str(delivery.order_id),
        "Price": rupiah(delivery.price),
        "Style": delivery.style or "not sent yet",
        "Delivered (WIB)": shown(delivery.delivered_at),
        "JSON": words.body,
        "Otomax": words.line,
    }
    print_table(Console(), "Callback", HEADINGS, [_cells(delivery)])
    print_table(Console(), "What is told", ("What", "How"), facts.items())


@callback_app.command("redeliver")
def redeliver(callback_id: CallbackId) -> None:
    """Send a callback again, with all its tries before it; the worker does."""

    async def act(house: House) -> None:
        await send_again(house.outbox, callback_id)

    in_house(act)
    typer.echo(f"Callback {callback_id} is due now.")


@callback_app.command("enable")
def enable(
    member: Annotated[str, typer.Argument(help="The member whose callbacks were switched off.")],
    since: Annotated[
        datetime | None,
        typer.Option(help="Also send what died since then (WIB), of each order its last word."),
    ] = None,
) -> None:
    """Call a member's server again after its callbacks were switched off for failing too long."""

    async def act(house: House) -> SwitchedOn:
        moment = since.replace(tzinfo=WIB) if since and since.tzinfo is None else since
        return await switch_on(house.outbox, member, by=actor(), since=moment)

    switched = in_house(act)
    typer.echo(f"{member} {'is called again.' if switched.was_off else 'was not switched off.'}")
    if since is not None:
        typer.echo(f"{switched.sent_again} callbacks are due now.")


def _cells(delivery: Delivery) -> tuple[str, ...]:
    answered = f"HTTP {delivery.last_status}" if delivery.last_status else "-"
    return (
        str(delivery.id),
        shown(delivery.created_at),
        str(delivery.user_id),
        delivery.ref_id,
        delivery.event,
        delivery.state,
        str(delivery.tries),
        shown(delivery.next_action_at),
        delivery.last_problem or answered,
    )
