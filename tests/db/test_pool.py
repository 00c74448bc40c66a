"""One transaction per act; an act that fails leaves nothing."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from konter.db.batch import Batcher
from konter.db.ids import IdBlocks
from konter.db.migrate import migrate, pending
from konter.db.pool import Database

OPEN_WALLET = "INSERT INTO ledger.wallets (user_id, opened_at) VALUES (%s, now())"
COUNT_WALLETS = "SELECT count(*) FROM ledger.wallets"


async def test_an_error_inside_a_transaction_leaves_nothing(db: Database) -> None:
    with pytest.raises(RuntimeError):
        async with db.transaction() as tx:
            await tx.run(OPEN_WALLET, [1])
            raise RuntimeError("midway")
    async with db.read() as tx:
        assert await tx.row(COUNT_WALLETS) == (0,)


async def test_a_caller_who_hangs_up_during_commit_does_not_undo_it(conninfo: str) -> None:
    reached = asyncio.Event()
    database = Database(conninfo, observer=lambda when: reached.set())
    await database.open()

    async def act() -> None:
        async with database.transaction() as tx:
            await tx.run(OPEN_WALLET, [1])

    task = asyncio.create_task(act())
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.read() as tx:
        assert await tx.row(COUNT_WALLETS) == (1,)
    await database.close()


async def test_the_running_role_cannot_rewrite_the_journal(db: Database) -> None:
    async with db.read() as tx:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await tx.run("UPDATE ledger.transfers SET amount = 1")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await tx.run("CREATE TABLE ledger.mine (id int)")


async def test_migrating_twice_does_nothing(conninfo: str) -> None:
    assert migrate(conninfo) == []
    assert pending(conninfo) == []


async def test_ids_are_unique_across_processes(db: Database) -> None:
    first, second = IdBlocks(), IdBlocks()
    async with db.read() as tx:
        taken = [*await first.take(tx, 130), *await second.take(tx, 7), *await first.take(tx, 90)]
    assert len(set(taken)) == 227


async def test_ids_taken_at_the_same_time_are_all_there(db: Database) -> None:
    ids = IdBlocks()

    async def take(count: int) -> list[int]:
        async with db.read() as tx:
            return await ids.take(tx, count)

    counts = [60, 150, 60, 1, 240, 90]
    taken = await asyncio.gather(*(take(count) for count in counts))
    assert [len(some) for some in taken] == counts
    assert len({i for some in taken for i in some}) == sum(counts)


async def test_what_arrives_during_a_batch_forms_the_next_one() -> None:
    sizes: list[int] = []

    async def act(items: object) -> list[int]:
        assert isinstance(items, list)
        sizes.append(len(items))
        await asyncio.sleep(0.01)
        return [item * 2 for item in items]

    batcher: Batcher[int, int] = Batcher(act)
    first = asyncio.create_task(batcher.submit(1))
    await asyncio.sleep(0.005)
    rest = [asyncio.create_task(batcher.submit(n)) for n in range(2, 6)]
    assert await first == 2
    assert await asyncio.gather(*rest) == [4, 6, 8, 10]
    assert sizes == [1, 4]


async def test_one_item_of_a_batch_may_fail_alone() -> None:
    async def act(items: object) -> list[int | Exception]:
        assert isinstance(items, list)
        return [ValueError("odd") if item % 2 else item for item in items]

    batcher: Batcher[int, int] = Batcher(act)
    even, odd = await asyncio.gather(batcher.submit(2), batcher.submit(3), return_exceptions=True)
    assert even == 2
    assert isinstance(odd, ValueError)
