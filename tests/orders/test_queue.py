"""What an operator sees of the queue."""

from __future__ import annotations

from konter.orders.queue import Tally, queue, tally
from konter.suppliers.gate import pause, resume
from tests.shop import Shop, open_shop
from tests.sim_process import Sim
from tests.story.conftest import sim

__all__ = ["sim"]


async def _tally(shop: Shop) -> Tally:
    async with shop.house.db.read() as tx:
        return await tally(tx, now=shop.house.clock.now())


async def test_an_attempt_behind_a_pause_is_parked_and_due_again_when_it_is_lifted(
    conninfo: str, sim: Sim
) -> None:
    async with open_shop(conninfo, sim, with_worker=False) as shop:
        buyer = await shop.buyer()
        order_id = await buyer.buys_async("xld10", "087800001230")
        assert await _tally(shop) == Tally(due=1, in_flight=0, lost=0, later=0, parked=0)
        async with shop.house.db.transaction() as tx:
            await pause(tx, None, by="test", at=shop.house.clock.now())
            assert [line.parked for line in await queue(tx)] == [True]
        assert await _tally(shop) == Tally(due=0, in_flight=0, lost=0, later=0, parked=1)
        async with shop.house.db.transaction() as tx:
            await resume(tx, None)
        await shop.start_worker()
        await shop.until(order_id, "delivered")
        assert await _tally(shop) == Tally(0, 0, 0, 0, 0)
