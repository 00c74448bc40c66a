"""Reserve, then capture or release, once."""

from __future__ import annotations

import asyncio

import pytest

from konter.db.pool import Database
from konter.kernel.money import Rupiah
from konter.ledger.holds import Hold, end_many, hold_many
from konter.ledger.post import FloorPassed, KeyReused
from konter.ledger.read import account_sum
from konter.ledger.wallets import lock_wallets
from tests.ledger.build import AT, breaches, money_of, wallets


def a_hold(order_id: int, amount: int = 2_000, user_id: int = 1) -> Hold:
    return Hold(order_id, user_id, Rupiah(amount), f"TRX-{order_id}", AT)


async def hold(db: Database, *holds: Hold) -> None:
    async with db.transaction() as tx:
        locked = await lock_wallets(tx, [h.user_id for h in holds])
        await hold_many(tx, holds, locked=locked, at=AT)


async def end(db: Database, *, captures: list[Hold], releases: list[Hold]) -> None:
    async with db.transaction() as tx:
        await end_many(tx, captures=captures, releases=releases, at=AT)


async def escrow(db: Database) -> int:
    async with db.read() as tx:
        return await account_sum(tx, "escrow")


async def test_a_hold_lies_in_escrow_until_it_is_captured(db: Database) -> None:
    await wallets(db, {1: 5_000})
    await hold(db, a_hold(1), a_hold(2))
    assert (await money_of(db, 1), await escrow(db)) == (1_000, 4_000)
    await end(db, captures=[a_hold(1)], releases=[a_hold(2)])
    assert (await money_of(db, 1), await escrow(db)) == (3_000, 0)
    async with db.read() as tx:
        assert await account_sum(tx, "sales") == 2_000
    assert await breaches(db) == []


async def test_a_hold_ends_once_however_often_it_is_told(db: Database) -> None:
    await wallets(db, {1: 5_000})
    await hold(db, a_hold(1))
    for _ in range(2):
        await end(db, captures=[], releases=[a_hold(1)])
    assert await money_of(db, 1) == 5_000


async def test_a_captured_hold_cannot_be_released_as_well(db: Database) -> None:
    await wallets(db, {1: 5_000})
    await hold(db, a_hold(1))
    await end(db, captures=[a_hold(1)], releases=[])
    with pytest.raises(KeyReused) as refused:
        await end(db, captures=[], releases=[a_hold(1)])
    assert refused.value.facts["differs_in"] == "kind, credit"
    assert await money_of(db, 1) == 3_000


async def test_an_order_is_held_once(db: Database) -> None:
    await wallets(db, {1: 5_000})
    await hold(db, a_hold(1))
    with pytest.raises(KeyReused):
        await hold(db, a_hold(1))
    assert await money_of(db, 1) == 3_000


async def test_two_hundred_holds_at_one_moment_spend_what_is_there_and_no_more(
    db: Database,
) -> None:
    await wallets(db, {1: 50 * 2_000 + 1_999})
    results = await asyncio.gather(
        *(hold(db, a_hold(n)) for n in range(200)), return_exceptions=True
    )
    assert sum(result is None for result in results) == 50
    assert sum(isinstance(result, FloorPassed) for result in results) == 150
    assert (await money_of(db, 1), await escrow(db)) == (1_999, 100_000)
    assert await breaches(db) == []


async def test_holds_on_many_wallets_in_any_order_never_wait_in_a_circle(db: Database) -> None:
    users = list(range(1, 9))
    await wallets(db, dict.fromkeys(users, 1_000_000))

    async def some(start: int) -> None:
        turned = users[start % 8 :] + users[: start % 8]
        await hold(db, *(a_hold(start * 8 + n, 10, user) for n, user in enumerate(turned)))

    await asyncio.gather(*(some(start) for start in range(24)))
    assert await escrow(db) == 24 * 8 * 10
    assert await breaches(db) == []
