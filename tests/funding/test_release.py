"""A payment that cannot count goes back to its buyer whole, once, by a person with a reason."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from konter.db.pool import Database
from konter.funding.pay_out import due_refunds
from konter.funding.payment import PaymentGivenBack, PaymentNotFound
from konter.funding.release import NotReleasable, release_payment
from konter.funding.states import Purpose
from konter.kernel.errors import Invalid
from konter.kernel.money import Rupiah
from konter.ledger.wallets import GUEST
from tests.conftest import ManualClock
from tests.funding.counted import CODE, USER, Counted, counted

BY = {"actor": "cli:rina", "reason": "kurang bayar"}


@pytest.fixture
async def desk(db: Database, clock: ManualClock) -> AsyncIterator[Counted]:
    async with counted(db, clock) as found:
        yield found


async def test_an_underpaid_payment_goes_to_the_wallet_whole(desk: Counted) -> None:
    payment_id = await desk.payment(amount=9_000)
    assert await release_payment(desk.desk, payment_id, user_id=USER, **BY) == Rupiah(9_000)
    assert await desk.sums() == {"gateway:tripay": -8_300, "fees": -700, f"wallet:{USER}": 9_000}
    transfer = await desk.transfer(f"surplus:{payment_id}")
    told = {name: transfer[name] for name in ("kind", "note", "actor", "reference")}
    assert told == {
        "kind": "surplus",
        "note": "kurang bayar",
        "actor": "cli:rina",
        "reference": CODE,
    }
    assert await desk.state(payment_id) == ("applied", "buyer")
    assert await desk.tasks() == []
    assert await desk.told() == [f"Pembayaran Rp 9.000 untuk {CODE} sudah masuk ke saldo Anda."]
    await desk.assert_the_books_are_right()


async def test_a_guests_payment_becomes_a_refund_that_is_due(desk: Counted) -> None:
    payment_id = await desk.payment(amount=9_000)
    await release_payment(desk.desk, payment_id, user_id=GUEST, **BY)
    assert (await desk.sums())["refunds_due"] == 9_000
    async with desk.db.read() as tx:
        (refund,) = await due_refunds(tx)
    assert (refund.amount, refund.reference) == (9_000, CODE)
    assert await desk.tasks() == [f"refund_due refund:{refund.id}"]
    assert await desk.told() == []


async def test_a_stuck_payment_is_given_back_and_one_on_its_way_is_not(desk: Counted) -> None:
    stuck = await desk.payment("unapplied", task="payment_stuck", purpose=Purpose.DEPOSIT)
    await release_payment(desk.desk, stuck, user_id=USER, **BY)
    assert (await desk.transfer(f"surplus:{stuck}"))["order_id"] is None
    on_its_way = await desk.payment("unapplied", task=None)
    with pytest.raises(NotReleasable):
        await release_payment(desk.desk, on_its_way, user_id=USER, **BY)
    assert await desk.state(on_its_way) == ("unapplied", None)


async def test_two_releases_at_one_moment_pay_once(desk: Counted) -> None:
    payment_id = await desk.payment(amount=9_000)
    ends = await asyncio.gather(
        *(release_payment(desk.desk, payment_id, user_id=USER, **BY) for _ in range(4)),
        return_exceptions=True,
    )
    refused = [end for end in ends if isinstance(end, NotReleasable)]
    assert len(refused) == 3 and refused[0].facts == {"state": "applied"}
    assert (await desk.sums())[f"wallet:{USER}"] == 9_000


async def test_what_a_person_may_not_give_back_is_refused(desk: Counted) -> None:
    refunded = await desk.payment(refunded=True)
    with pytest.raises(PaymentGivenBack):
        await release_payment(desk.desk, refunded, user_id=USER, **BY)
    with pytest.raises(NotReleasable):
        await release_payment(desk.desk, await desk.waiting(), user_id=USER, **BY)
    with pytest.raises(PaymentNotFound):
        await release_payment(desk.desk, 999_999, user_id=USER, **BY)
    with pytest.raises(Invalid):
        await release_payment(desk.desk, refunded, user_id=USER, actor="cli:rina", reason=" ok ")
    assert (await desk.sums())["unapplied"] == 9_000
