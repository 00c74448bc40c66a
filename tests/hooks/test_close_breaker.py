"""A breaker is closed by hand together with its task, and with no other."""

from __future__ import annotations

import pytest

from konter.hooks import tasks
from konter.hooks.close_breaker import close_breaker
from konter.suppliers import override
from konter.suppliers.accounts import ensure_accounts
from konter.suppliers.breaker import subject_of
from konter.suppliers.desk import NoSuchAccount, SuppliersDesk
from tests.conftest import ManualClock
from tests.shop import ACCOUNT


async def test_a_breaker_closes_with_its_task_and_leaves_the_others(
    desk: SuppliersDesk, clock: ManualClock
) -> None:
    await ensure_accounts(desk)
    at, one, other = clock.now(), (ACCOUNT, "ml5"), (ACCOUNT, "xld10")
    async with desk.db.transaction() as tx:
        for key in (one, other):
            await override.hold_open(tx, *key, by="rina", at=at)
            await tasks.open_many(tx, [tasks.Task("breaker_open", subject_of(key), "5x", at)])
        assert await close_breaker(tx, *one, by="rina", at=at)
        assert not await close_breaker(tx, *one, by="rina", at=at)
        assert [found.breaker.sku for found in await override.list_breakers(tx, at=at)] == ["xld10"]
        assert [task.subject for task in await tasks.open_tasks(tx)] == [subject_of(other)]
        with pytest.raises(NoSuchAccount):
            await close_breaker(tx, "siapa", by="rina", at=at)
