"""What the demo plays with two suppliers: OkeConnect beside Digiflazz, the cheaper one first, and
the other one where the first refuses."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from rich.markup import escape

from konter.catalogue.mappings import map_offer, set_priority
from konter.catalogue.propose import propose
from konter.catalogue.routes import Route, RouteKind, set_route
from konter.catalogue.sync import sync_products
from konter.cli.demo_buyer import Bought, Buyer, Story, logged_in
from konter.cli.demo_stage import People, Stage
from konter.funding.topup import record_topup
from konter.kernel.money import Rupiah
from konter.ledger.read import of_order
from konter.orders.read import AttemptLine, attempts_of

DIGIFLAZZ, OKECONNECT = "digiflazz-main", "okeconnect-main"

MAPPED: Final = {"S10": "s10", "PLN50": "pln50", "D10": "dana10"}
"""OkeConnect's SKUs, and the products that they are bought for."""

STORIES = (
    Story(
        "a PLN token, by the cheaper supplier",
        "pln50",
        "45012361111",
        "success",
        pending=True,
        by=(OKECONNECT,),
    ),
    Story(
        "pulsa, refused by one supplier, bought at the other",
        "s10",
        "081200008055",
        "success",
        by=(DIGIFLAZZ, OKECONNECT),
    ),
)


async def stock_shelf(stage: Stage) -> None:
    """Digiflazz's list makes the products, OkeConnect's gives some of them a second offer; and
    our deposits at both stand in our books."""
    house, console = stage.house, stage.console
    began = time.perf_counter()
    report = await sync_products(house.catalogue, account=DIGIFLAZZ)
    took_ms = (time.perf_counter() - began) * 1000
    console.print(f"Catalogue: {report.synced} products synced in {took_ms:.0f} ms.")
    alike = await propose(house.catalogue, OKECONNECT)
    for sku, product in MAPPED.items():
        await map_offer(house.catalogue, OKECONNECT, sku, product, by="demo")
    report = await sync_products(house.catalogue, account=OKECONNECT)
    console.print(
        f"OkeConnect: {report.synced + report.unmapped} SKUs synced, {len(alike)} look like "
        f"products of ours, {report.synced} mapped."
    )
    await set_priority(house.catalogue, OKECONNECT, "S10", 200)
    await set_route(house.catalogue, Route(RouteKind.CHEAPEST, product_code="pln50"))
    for account, provider in house.providers.items():
        paid_in, _ = await stage.simulator.deposit(provider.traits.code)
        await record_topup(
            house.funding, account=account, amount=Rupiah(paid_in), bank="demo", actor="demo"
        )


async def sell_by_two(stage: Stage, people: People) -> list[bool]:
    """Play all stories as a reseller over the API, and look behind the counter where they were
    bought; answers for each whether it ended well."""
    async with logged_in(stage, people) as buyer:
        return [await _tell(stage, buyer, story) for story in STORIES]


async def _tell(stage: Stage, buyer: Buyer, story: Story) -> bool:
    bought = await buyer.play(story)
    async with stage.house.db.read() as tx:
        attempts = await attempts_of(tx, bought.order.id)
        entries = await of_order(tx, bought.order.id)
    debits = [entry.amount for entry in entries if entry.debit.startswith("wallet:")]
    receipt = bought.receipt()
    receipt.add_row("Didebit", f"{len(debits)}x, {Rupiah(sum(debits)).shown()}")
    receipt.add_row("Pemasok", "\n".join(map(_attempt, attempts)))
    stage.console.print(f"[bold]{bought.order.code}[/bold]: {story.title}")
    stage.console.print(receipt)
    stage.console.print()
    good = bought.is_good and len(debits) == 1 and _are_right(bought, attempts)
    if not good:
        expected = f"{story.ends} by {', then '.join(story.by)}, first {bought.first}"
        stage.console.print(f"[red]  expected {expected}[/red]")
    return good


def _are_right(bought: Bought, attempts: Sequence[AttemptLine]) -> bool:
    """One attempt at each supplier of the story, under a reference of its own; all but the last
    were rejected, and the last one's serial number is the buyer's."""
    if tuple(attempt.account for attempt in attempts) != bought.story.by:
        return False
    *refused, last = attempts
    return (
        len({attempt.reference for attempt in attempts}) == len(attempts)
        and all(attempt.state == "rejected" for attempt in refused)
        and (last.state, last.serial) == ("delivered", bought.order.serial_number)
    )


def _attempt(line: AttemptLine) -> str:
    cost = "" if line.cost is None else f" for {Rupiah(line.cost).shown()}"
    words = f", {escape(line.message)}" if line.state == "rejected" and line.message else ""
    what = f"{line.account} {line.sku}: {line.state}{cost}{words}"
    return f"{line.number}. {what}\n   {line.reference}"
