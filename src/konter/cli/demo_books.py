"""What the demo proves at its end: our books, and our accounts at both suppliers."""

from __future__ import annotations

from collections.abc import Mapping

from konter.cli.demo_stage import Stage
from konter.kernel.money import Rupiah
from konter.ledger.read import account_sums
from konter.orders.check import check_books
from konter.suppliers.deposit import check_balance


async def prove_books(stage: Stage) -> bool:
    """The laws hold; our account at each supplier equals its own books to the rupiah, and what it
    tells of it; and no rule of anybody's was broken."""
    house, console = stage.house, stage.console
    broken = await check_books(house.db)
    for breach in broken:
        console.print(f"[red]law {breach.law}: {breach.subject}: {breach.detail}[/red]")
    async with house.db.read() as tx:
        sums = await account_sums(tx)
    console.print(
        f"Books: {'in order' if not broken else 'BROKEN'}; all accounts together "
        f"{Rupiah(sum(sums.values())).shown()}."
    )
    equal = [await _prove_deposit(stage, account, sums) for account in house.providers]
    breaches = await stage.simulator.breaches()
    told = ", ".join(f"{name} {count}" for name, count in breaches.items())
    console.print(f"Rules of theirs that we broke: {told}.\n")
    return not broken and all(equal) and not any(breaches.values())


async def _prove_deposit(stage: Stage, account: str, sums: Mapping[str, int]) -> bool:
    house = stage.house
    ours = -sums.get(f"provider:{account}", 0)
    _, theirs = await stage.simulator.deposit(house.providers[account].traits.code)
    told = (await check_balance(house.suppliers, account)).deposit.amount
    equal = ours == theirs == told
    stage.console.print(f"Our deposit at {account}:")
    stage.console.print(
        f"  by our books {Rupiah(ours).shown()}, by theirs {Rupiah(theirs).shown()}: "
        f"{'equal' if equal else 'DIFFERENT'}."
    )
    return equal
