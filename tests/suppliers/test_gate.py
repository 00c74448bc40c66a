"""Gates close once and keep their reason; pauses are a person's; both block an account."""

from __future__ import annotations

import pytest

from konter.kernel.money import Rupiah
from konter.suppliers.accounts import ensure_accounts, list_accounts
from konter.suppliers.desk import NoSuchAccount, SuppliersDesk
from konter.suppliers.gate import (
    blocked_accounts,
    close,
    closed,
    open_gate,
    pause,
    resume,
    shop_pause,
)
from tests.conftest import ManualClock
from tests.suppliers.build import ACCOUNT


async def blocked(desk: SuppliersDesk) -> set[str]:
    async with desk.db.read() as tx:
        return await blocked_accounts(tx)


async def test_a_gate_closes_once_and_keeps_its_first_reason(
    desk: SuppliersDesk, clock: ManualClock
) -> None:
    async with desk.db.transaction() as tx:
        for code, needs, first in (("44", Rupiah(500), True), ("41", None, False)):
            assert first == await close(
                tx, account=ACCOUNT, code=code, reason="r", needs=needs, at=clock.now()
            )
        found = await closed(tx, [ACCOUNT, "other"])
    assert {a: (c.code, c.needs) for a, c in found.items()} == {ACCOUNT: ("44", Rupiah(500))}
    assert await blocked(desk) == {ACCOUNT}


async def test_an_opened_gate_blocks_nothing(desk: SuppliersDesk, clock: ManualClock) -> None:
    async with desk.db.transaction() as tx:
        await close(tx, account=ACCOUNT, code="45", reason="IP", needs=None, at=clock.now())
        assert await open_gate(tx, ACCOUNT)
        assert not await open_gate(tx, ACCOUNT)
    assert await blocked(desk) == set()


async def test_a_paused_account_is_blocked_until_it_is_resumed(
    desk: SuppliersDesk, clock: ManualClock
) -> None:
    async with desk.db.transaction() as tx:
        assert await pause(tx, ACCOUNT, by="ani", at=clock.now(), reason="perawatan")
        assert not await pause(tx, ACCOUNT, by="budi", at=clock.now())
    assert await blocked(desk) == {ACCOUNT}
    assert (await list_accounts(desk))[0].paused_by == "ani"
    async with desk.db.transaction() as tx:
        assert await resume(tx, ACCOUNT)
        assert not await resume(tx, ACCOUNT)
    assert await blocked(desk) == set()


async def test_a_paused_shop_blocks_every_account(desk: SuppliersDesk, clock: ManualClock) -> None:
    async with desk.db.transaction() as tx:
        assert await pause(tx, None, by="ani", at=clock.now(), reason="pulih dari cadangan")
        assert not await pause(tx, None, by="budi", at=clock.now())
    assert await blocked(desk) == {ACCOUNT}
    async with desk.db.transaction() as tx:
        found = await shop_pause(tx)
        assert found is not None and (found.by, found.reason) == ("ani", "pulih dari cadangan")
        assert await resume(tx, None)
        assert await shop_pause(tx) is None
    assert await blocked(desk) == set()


async def test_an_unknown_account_cannot_be_paused(desk: SuppliersDesk, clock: ManualClock) -> None:
    async with desk.db.transaction() as tx:
        with pytest.raises(NoSuchAccount):
            await pause(tx, "nobody", by="ani", at=clock.now())
        with pytest.raises(NoSuchAccount):
            await resume(tx, "nobody")


async def test_accounts_are_made_once(desk: SuppliersDesk) -> None:
    assert await ensure_accounts(desk) == 0
    assert [account.code for account in await list_accounts(desk)] == [ACCOUNT]
