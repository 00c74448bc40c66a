"""The deposit is asked outside transactions, kept with its time, and may open a gate."""

from __future__ import annotations

from datetime import timedelta

import pytest

from konter.db.pool import Database
from konter.kernel.money import Rupiah
from konter.suppliers.accounts import list_accounts
from konter.suppliers.deposit import check_balance, low, note_deposit
from konter.suppliers.desk import SuppliersDesk, UpstreamSilent
from konter.suppliers.gate import close, closed
from konter.upstreams.contract import UpstreamRefused
from tests.conftest import ManualClock
from tests.sim_process import Sim
from tests.suppliers.build import ACCOUNT, suppliers_desk


async def close_for_deposit(desk: SuppliersDesk, needs: int | None) -> None:
    async with desk.db.transaction() as tx:
        await close(
            tx,
            account=ACCOUNT,
            code="44",
            reason="Saldo tidak cukup",
            needs=None if needs is None else Rupiah(needs),
            at=desk.clock.now(),
        )


async def is_closed(desk: SuppliersDesk) -> bool:
    async with desk.db.read() as tx:
        return ACCOUNT in await closed(tx, [ACCOUNT])


async def test_a_deposit_is_kept_with_its_time(
    desk: SuppliersDesk, sim: Sim, clock: ManualClock
) -> None:
    await sim.reset(deposit=1_234_567)
    check = await check_balance(desk, ACCOUNT)
    assert (check.deposit, check.is_low, check.reopened) == (Rupiah(1_234_567), False, False)
    (account,) = await list_accounts(desk)
    assert (account.deposit, account.deposit_at) == (Rupiah(1_234_567), clock.now())
    assert account.kind == "digiflazz"


async def test_a_low_deposit_is_told(desk: SuppliersDesk, sim: Sim) -> None:
    assert await low(desk) == []
    await sim.reset(deposit=99_999)
    assert (await check_balance(desk, ACCOUNT)).is_low
    assert [(one.account, one.deposit) for one in await low(desk)] == [(ACCOUNT, Rupiah(99_999))]
    await sim.reset(deposit=100_000)
    assert not (await check_balance(desk, ACCOUNT)).is_low
    assert await low(desk) == []


async def test_a_gate_opens_when_the_deposit_suffices(desk: SuppliersDesk, sim: Sim) -> None:
    await sim.reset(deposit=20_399)
    await close_for_deposit(desk, needs=20_400)
    assert not (await check_balance(desk, ACCOUNT)).reopened
    assert await is_closed(desk)
    await sim.deposit(1)
    assert (await check_balance(desk, ACCOUNT)).reopened
    assert not await is_closed(desk)
    assert not (await check_balance(desk, ACCOUNT)).reopened


async def test_a_gate_that_waits_for_no_deposit_stays_closed(desk: SuppliersDesk) -> None:
    await close_for_deposit(desk, needs=None)
    assert not (await check_balance(desk, ACCOUNT)).reopened
    assert await is_closed(desk)


async def test_older_news_never_replaces_newer(desk: SuppliersDesk, clock: ManualClock) -> None:
    await check_balance(desk, ACCOUNT)
    earlier = clock.now() - timedelta(seconds=1)
    async with desk.db.transaction() as tx:
        await note_deposit(tx, ACCOUNT, Rupiah(1), earlier)
    (account,) = await list_accounts(desk)
    assert account.deposit == Rupiah(10_000_000)
    async with desk.db.transaction() as tx:
        await note_deposit(tx, ACCOUNT, Rupiah(2), clock.now())
    (account,) = await list_accounts(desk)
    assert account.deposit == Rupiah(2)


async def test_a_refusal_keeps_the_last_figure_and_its_transcript(
    desk: SuppliersDesk, sim_process: Sim
) -> None:
    await check_balance(desk, ACCOUNT)
    await sim_process.options(ip_known=False)
    with pytest.raises(UpstreamRefused):
        await check_balance(desk, ACCOUNT)
    (account,) = await list_accounts(desk)
    assert account.deposit == Rupiah(10_000_000)
    async with desk.db.read() as tx:
        kept = await tx.rows("SELECT status FROM suppliers.exchanges ORDER BY id")
    assert kept == [(200,), (400,)]


async def test_silence_is_not_an_answer(db: Database, clock: ManualClock) -> None:
    async with suppliers_desk(db, clock, "http://127.0.0.1:1/v1") as deaf:
        with pytest.raises(UpstreamSilent):
            await check_balance(deaf, ACCOUNT)
        assert (await list_accounts(deaf))[0].deposit is None
