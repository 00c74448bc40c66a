"""The demo's programme: every play in its order, and the proof that the money is right."""

from __future__ import annotations

from konter.cli import demo_bills as bills
from konter.cli import demo_partner as partner
from konter.cli import demo_payments as guests
from konter.cli import demo_stories as stories
from konter.cli import demo_suppliers as suppliers
from konter.cli.demo_books import prove_books
from konter.cli.demo_stage import Stage


async def play(stage: Stage, *, once: bool) -> bool:
    """Everything; answers whether all of it ended as it should. Unless ``once``, it tells at the
    end what to try next."""
    await suppliers.stock_shelf(stage)
    people = await stories.invite_people(stage)
    endings = await stories.sell(stage, people)
    endings += await suppliers.sell_by_two(stage, people)
    member = await partner.join(stage, people)
    endings.append(await partner.sell_to_partner(stage, people))
    endings += await bills.pay_bills(stage, people, member)
    endings += await guests.sell_to_guests(stage)
    settled = await guests.prove_gateways(stage)
    books = await prove_books(stage)
    good = all(endings) and settled and books
    if not good:
        stage.console.print("[bold red]A story did not end as it should.[/bold red]")
    elif not once:
        await stories.say_what_next(stage, people, member)
    return good
