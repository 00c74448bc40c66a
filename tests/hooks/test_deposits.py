"""A low deposit is told of once, and a reopened gate closes its task."""

from __future__ import annotations

from konter.hooks import tasks
from konter.hooks.deposits import watch_deposits
from konter.kernel.money import Rupiah
from konter.suppliers import gate
from konter.suppliers.accounts import ensure_accounts
from konter.suppliers.desk import SuppliersDesk
from tests.conftest import ManualClock
from tests.shop import ACCOUNT
from tests.sim_process import Sim


async def _open(desk: SuppliersDesk) -> set[str]:
    async with desk.db.read() as tx:
        return {task.kind for task in await tasks.open_tasks(tx)}


async def test_a_low_deposit_is_one_task_until_it_is_high_again(
    desk: SuppliersDesk, sim: Sim, clock: ManualClock
) -> None:
    await ensure_accounts(desk)
    await sim.reset(deposit=99_999)
    await watch_deposits(desk)
    await watch_deposits(desk)
    async with desk.db.read() as tx:
        assert [t.kind for t in await tasks.open_tasks(tx)] == ["low_deposit"]
    await sim.deposit(1)
    clock.advance(60)
    await watch_deposits(desk)
    assert await _open(desk) == set()


async def test_a_deposit_that_suffices_opens_the_gate_and_closes_its_task(
    desk: SuppliersDesk, sim: Sim, clock: ManualClock
) -> None:
    await ensure_accounts(desk)
    async with desk.db.transaction() as tx:
        at = clock.now()
        await gate.close(
            tx, account=ACCOUNT, code="44", reason="Saldo", needs=Rupiah(5_000_000), at=at
        )
        await tasks.open_many(tx, [tasks.Task("gate_closed", f"supplier:{ACCOUNT}", "rc 44", at)])
    clock.advance(60)
    seen = await watch_deposits(desk)
    assert seen.reopened == (ACCOUNT,)
    assert await _open(desk) == set()
