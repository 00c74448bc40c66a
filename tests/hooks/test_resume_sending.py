"""Sending goes on with the pause lifted, the gate open and the task about it closed."""

from __future__ import annotations

import pytest

from konter.hooks import tasks
from konter.hooks.resume_sending import Resumed, resume_sending
from konter.suppliers import gate
from konter.suppliers.accounts import ensure_accounts
from konter.suppliers.desk import NoSuchAccount, SuppliersDesk
from tests.conftest import ManualClock
from tests.shop import ACCOUNT


async def test_an_account_that_is_resumed_has_no_pause_no_closed_gate_and_no_task(
    desk: SuppliersDesk, clock: ManualClock
) -> None:
    await ensure_accounts(desk)
    at = clock.now()
    async with desk.db.transaction() as tx:
        await gate.pause(tx, ACCOUNT, by="rina", at=at)
        await gate.close(tx, account=ACCOUNT, code="44", reason="Saldo", needs=None, at=at)
        await tasks.open_many(tx, [tasks.Task("gate_closed", f"supplier:{ACCOUNT}", "rc 44", at)])
        resumed = await resume_sending(tx, ACCOUNT, by="rina", at=at)
        assert resumed == Resumed(was_paused=True, was_closed=True)
        assert await gate.blocked_accounts(tx) == set()
        assert await tasks.open_tasks(tx) == []
        again = await resume_sending(tx, ACCOUNT, by="rina", at=at)
        assert again == Resumed(was_paused=False, was_closed=False)
        with pytest.raises(NoSuchAccount):
            await resume_sending(tx, "siapa", by="rina", at=at)


async def test_the_shop_that_is_resumed_leaves_closed_gates_closed(
    desk: SuppliersDesk, clock: ManualClock
) -> None:
    await ensure_accounts(desk)
    at = clock.now()
    async with desk.db.transaction() as tx:
        await gate.pause(tx, None, by="rina", at=at)
        await gate.close(tx, account=ACCOUNT, code="44", reason="Saldo", needs=None, at=at)
        resumed = await resume_sending(tx, None, by="rina", at=at)
        assert resumed == Resumed(was_paused=True, was_closed=False)
        assert await gate.blocked_accounts(tx) == {ACCOUNT}
