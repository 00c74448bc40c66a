"""Confirmed payments: to escrow where the order can be fulfilled, else back to whoever paid."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from konter.funding.apply import due_payments
from konter.funding.channels import set_channel
from konter.funding.release import release_payment
from konter.funding.states import Purpose
from konter.hooks.notices import KeptNotice, of_user
from konter.jobs.run import Wake
from konter.ledger.post import NoWallet
from konter.ledger.wallets import GUEST, open_wallet
from konter.orders import work
from konter.orders.apply import apply_payments
from konter.orders.cancel import CannotCancel, cancel
from konter.orders.end_overdue import end_overdue
from konter.orders.expire import expire_unpaid
from konter.orders.judge import SoldToday
from konter.orders.read import checkouts_of, moves_of
from konter.orders.renew import renew
from konter.orders.resolve import Decision, DecisionImpossible, NotDisputed, resolve
from konter.upstreams.gateway_contract import FeeOn
from tests.orders.counter import (
    BUYER,
    COST,
    FOUR_OFFERS,
    PRICE,
    QRIS,
    RETAIL,
    VA,
    Counter,
    open_counter,
)
from tests.orders.test_place import AtCommit
from tests.sim_process import Sim
from tests.warm import by_owner

NUMBER = "087800009999"
TELKOMSEL = "081200009999"
FAILS = {"do": "fail", "rc": "54"}
STRANGER = 77
MILLION = 1_000_000
HOUR = 3_600 + 61


async def notices(counter: Counter, user_id: int = BUYER) -> Sequence[KeptNotice]:
    async with counter.db.read() as tx:
        found, _, _ = await of_user(tx, user_id, page=1, per_page=50)
    return found


async def refunds(counter: Counter) -> list[tuple[str, int]]:
    async with counter.db.read() as tx:
        return [
            (row[0], row[1]) for row in await tx.rows("SELECT key, amount FROM funding.refunds")
        ]


async def expired(counter: Counter, user_id: int = BUYER) -> int:
    order = await counter.checks_out(NUMBER, user_id=user_id)
    await counter.later(HOUR)
    assert await expire_unpaid(counter.desk) == 1
    return order.id


async def cancelled(counter: Counter, user_id: int = BUYER) -> int:
    order = await counter.checks_out(NUMBER, user_id=user_id)
    await cancel(counter.desk, order.id, user_id=user_id, because="by its buyer")
    return order.id


async def test_a_payment_holds_the_order_and_it_is_delivered(counter: Counter) -> None:
    order = await counter.checks_out(NUMBER)
    payment = await counter.pays(order.id)
    assert await counter.state(order.id) == "awaiting_payment"
    assert await counter.account("unapplied") == PRICE
    await counter.assert_honest()
    assert await counter.apply() == 1
    assert await counter.state(order.id) == "held"
    assert (await counter.account("escrow"), await counter.account("unapplied")) == (PRICE, 0)
    await counter.assert_honest()
    attempt = await counter.attempt(order.id)
    assert (attempt.reference, attempt.number, attempt.sku) == (order.code, 1, "xld10")
    assert attempt.max_price == PRICE - 100, "the least margin is never given away"
    assert await counter.work() == 1
    assert await counter.state(order.id) == "delivered"
    assert (await counter.account("sales"), await counter.account("cost")) == (PRICE, -COST)
    assert await counter.account("gateway:tripay") == -(PRICE - 800)
    assert await counter.money() == MILLION
    async with counter.db.read() as tx:
        moves = [move.to_state for move in await moves_of(tx, order.id)]
        beside = (await checkouts_of(tx, [order.id]))[order.id]
    assert moves == ["awaiting_payment", "held", "sent", "delivered"]
    assert beside.paid_at == counter.clock.now()
    first = (await notices(counter))[-1]
    assert (first.type, first.title) == ("payment", "Pembayaran diterima")
    assert order.code in first.data
    assert await apply_payments(counter.desk, [payment]) == 0, "a repeat does nothing"
    await counter.assert_honest()


async def test_a_guests_order_is_delivered_and_nobody_is_sent_a_notice(counter: Counter) -> None:
    order = await counter.bought(NUMBER, user_id=GUEST)
    await counter.work()
    assert await counter.state(order.id) == "delivered"
    assert await counter.account("sales") == RETAIL
    assert await notices(counter, GUEST) == []
    await counter.assert_honest()


async def test_the_fee_that_was_passed_on_is_ours_and_the_price_is_held(counter: Counter) -> None:
    await set_channel(counter.desk.funding, QRIS, is_on=None, fee_on=FeeOn.BUYER, actor="rina")
    order = await counter.bought(NUMBER)
    surcharge = (await counter.invoice(order.id)).surcharge
    assert surcharge > 0
    assert await counter.account("escrow") == PRICE
    assert await counter.account("fees") == surcharge - 800
    assert await counter.money() == MILLION
    await counter.assert_honest()


async def test_what_was_paid_too_much_goes_to_the_wallet(counter: Counter) -> None:
    order = await counter.checks_out(NUMBER)
    await counter.pays(order.id, more=5_000)
    await counter.apply()
    assert await counter.state(order.id) == "held"
    assert await counter.money() == MILLION + 5_000
    assert "Rp 5.000" in (await notices(counter))[0].message
    await counter.assert_honest()


async def test_what_a_guest_paid_too_much_is_owed_with_a_task(counter: Counter) -> None:
    order = await counter.checks_out(NUMBER, user_id=GUEST)
    payment = await counter.pays(order.id, more=5_000)
    await counter.apply()
    assert await counter.state(order.id) == "held"
    assert await counter.account("refunds_due") == 5_000
    assert await refunds(counter) == [(f"surplus:{payment}", 5_000)]
    assert await counter.tasks() == {"refund_due"}
    await counter.assert_honest()


async def test_a_second_payment_of_an_order_goes_back_whole(counter: Counter) -> None:
    """By the older link, which a renewal left payable; and in one batch with the first."""
    order = await counter.checks_out(NUMBER)
    older = await counter.invoice(order.id)
    await renew(counter.desk, order.id, user_id=BUYER, channel=VA)
    await counter.pays(order.id)
    await counter.pays(order.id, invoice=older)
    assert await counter.apply() == 2
    assert await counter.state(order.id) == "held"
    assert await counter.money() == MILLION + PRICE
    await counter.work()
    await counter.pays(order.id, invoice=older)
    await counter.apply()
    assert await counter.state(order.id) == "delivered"
    assert await counter.money() == MILLION + 2 * PRICE
    await counter.assert_honest()


@pytest.mark.parametrize("ended", ["expired", "cancelled"])
async def test_a_late_payment_of_what_is_still_sold_is_held(counter: Counter, ended: str) -> None:
    order_id = await (expired if ended == "expired" else cancelled)(counter)
    await counter.pays(order_id)
    await counter.apply()
    order = await counter.order(order_id)
    assert (order.state, order.reason) == ("held", None)
    await counter.work()
    assert await counter.state(order_id) == "delivered"
    assert await counter.money() == MILLION
    await counter.assert_honest()


@pytest.mark.parametrize("ended", ["expired", "cancelled"])
@pytest.mark.parametrize("user_id", [BUYER, GUEST])
async def test_a_late_payment_of_what_is_not_sold_any_more_goes_back(
    counter: Counter, ended: str, user_id: int
) -> None:
    order_id = await (expired if ended == "expired" else cancelled)(counter, user_id)
    payment = await counter.pays(order_id)
    await counter.closes()
    await counter.apply()
    assert await counter.state(order_id) == ended
    assert await counter.attempts(order_id) == []
    if user_id == GUEST:
        assert await refunds(counter) == [(f"surplus:{payment}", RETAIL)]
        assert await counter.tasks() == {"refund_due"}
    else:
        assert await counter.money() == MILLION + PRICE
        assert "saldo" in (await notices(counter))[0].message
    await counter.assert_honest()


async def test_an_order_that_was_cancelled_after_its_payment_is_never_held_again(
    counter: Counter,
) -> None:
    order = await counter.bought(NUMBER)
    await cancel(counter.desk, order.id, user_id=BUYER, because="by its buyer")
    assert await counter.money() == MILLION + PRICE
    await counter.pays(order.id)
    await counter.apply()
    assert await counter.state(order.id) == "cancelled"
    assert await counter.money() == MILLION + 2 * PRICE
    await counter.assert_honest()


async def test_a_held_order_of_a_guest_that_is_cancelled_owes_its_price(counter: Counter) -> None:
    order = await counter.bought(NUMBER, user_id=GUEST)
    await cancel(counter.desk, order.id, user_id=GUEST, because="by its buyer")
    assert await refunds(counter) == [(f"end:{order.id}", RETAIL)]
    assert await counter.tasks() == {"refund_due"}
    await counter.assert_honest()


async def test_a_guests_order_that_fails_owes_a_refund_with_an_open_task(
    counter: Counter,
) -> None:
    await counter.sim.script(NUMBER, FAILS)
    order = await counter.bought(NUMBER, user_id=GUEST)
    await counter.work()
    failed = await counter.order(order.id)
    assert failed.state == "failed" and failed.reason, "the order itself says why"
    assert await counter.account("refunds_due") == RETAIL
    assert await refunds(counter) == [(f"end:{order.id}", RETAIL)]
    assert await counter.tasks() == {"refund_due"}
    assert await notices(counter, GUEST) == []
    await counter.assert_honest()


async def test_a_users_order_that_fails_goes_to_the_wallet_at_once(counter: Counter) -> None:
    await counter.sim.script(NUMBER, FAILS)
    order = await counter.bought(NUMBER)
    await counter.work()
    assert await counter.state(order.id) == "failed"
    assert await counter.money() == MILLION + PRICE
    assert "ke saldo Anda" in (await notices(counter))[0].message
    assert await refunds(counter) == []
    await counter.assert_honest()


async def test_two_who_apply_at_once_apply_once(counter: Counter) -> None:
    placed = [await counter.checks_out(f"08780000{n:04}") for n in range(9_000, 9_006)]
    paid = [await counter.pays(order.id) for order in placed]
    applied = await asyncio.gather(*(apply_payments(counter.desk, paid) for _ in range(4)))
    assert sum(applied) == 6
    assert [await counter.state(order.id) for order in placed] == ["held"] * 6
    assert await counter.account("escrow") == 6 * PRICE
    await counter.assert_honest()


async def test_one_that_cannot_be_applied_waits_for_a_person_and_the_others_do_not(
    counter: Counter,
) -> None:
    """A buyer without a wallet cannot be given the rest."""
    good = await counter.checks_out(NUMBER)
    bad = await counter.checks_out("087800009998", user_id=STRANGER)
    await counter.pays(bad.id, more=1_000)
    await counter.pays(good.id)
    assert await counter.apply() == 1
    assert (await counter.state(good.id), await counter.state(bad.id)) == (
        "held",
        "awaiting_payment",
    )
    assert await counter.tasks() == {"payment_stuck"}
    assert await counter.apply() == 0, "it is put off"
    await counter.assert_honest()
    async with counter.db.transaction() as tx:
        await open_wallet(tx, user_id=STRANGER, at=counter.clock.now())
    await counter.later(60)
    assert await counter.apply() == 1
    assert await counter.state(bad.id) == "held"
    assert await counter.tasks() == set()
    await counter.assert_honest()


async def test_one_alone_that_cannot_be_applied_is_put_off_as_well(counter: Counter) -> None:
    bad = await counter.checks_out(NUMBER, user_id=STRANGER)
    payment = await counter.pays(bad.id, more=1_000)
    assert await counter.apply() == 0
    assert await counter.tasks() == {"payment_stuck"}
    async with counter.db.read() as tx:
        row = await tx.row("SELECT problem FROM funding.payments WHERE id = %s", [payment])
    assert row is not None and NoWallet.message in row[0]


@pytest.mark.parametrize("broken", ["before", "after"])
async def test_applying_whose_commit_fails_is_done_again_and_counts_once(
    stocked: str, sim: Sim, broken: str
) -> None:
    commit = AtCommit(stocked)
    async with open_counter(stocked, sim, observer=commit) as counter:
        order = await counter.checks_out(NUMBER)
        await counter.pays(order.id)
        commit.armed = broken
        await counter.apply()
        assert await counter.state(order.id) == "held"
        assert await counter.account("escrow") == PRICE
        await counter.assert_honest()


async def test_an_order_that_was_paid_late_has_its_whole_time_to_be_sent(counter: Counter) -> None:
    """The deadline of held orders counts from the payment, not from the order."""
    order = await counter.checks_out(NUMBER)
    await counter.later(3_000)
    await counter.pays(order.id)
    await counter.apply()
    assert await end_overdue(counter.desk) == 0
    await counter.pause()
    await counter.later(899)
    assert await end_overdue(counter.desk) == 0
    await counter.resume()
    assert len(await counter.claim()) == 1


async def test_a_paid_order_that_cannot_be_sent_in_time_is_given_back(counter: Counter) -> None:
    order = await counter.checks_out(NUMBER, user_id=GUEST)
    await counter.later(3_000)
    await counter.pays(order.id)
    await counter.apply()
    await counter.pause()
    await counter.later(901)
    assert await counter.claim() == []
    assert await end_overdue(counter.desk) == 1
    assert await counter.state(order.id) == "failed"
    assert await counter.account("refunds_due") == RETAIL
    await counter.resume()
    await counter.assert_honest()


async def test_a_paid_order_is_bought_where_it_is_best_now(counter: Counter, stocked: str) -> None:
    order = await counter.checks_out(TELKOMSEL, product=FOUR_OFFERS)
    await by_owner(stocked, "UPDATE catalogue.offers SET is_open = false WHERE sku <> 't10'")
    try:
        await counter.pays(order.id)
        await counter.apply()
        assert (await counter.attempt(order.id)).sku == "t10"
    finally:
        await by_owner(stocked, "UPDATE catalogue.offers SET is_open = true")
    await counter.work()
    assert await counter.state(order.id) == "delivered"


async def test_an_order_paid_in_time_is_tried_where_it_was_sold_though_it_closed(
    counter: Counter, stocked: str
) -> None:
    order = await counter.checks_out(NUMBER)
    await by_owner(stocked, "UPDATE catalogue.offers SET is_open = false WHERE sku = 'xld10'")
    await counter.closes()
    await counter.pays(order.id)
    await counter.apply()
    assert (await counter.attempt(order.id)).sku == "xld10"
    await counter.work()
    assert await counter.state(order.id) == "delivered"
    await counter.assert_honest()


async def test_an_order_counts_as_sold_on_the_day_it_is_sent(
    counter: Counter, stocked: str
) -> None:
    await by_owner(stocked, "UPDATE catalogue.offers SET multi = false WHERE sku = 'xld10'")
    order = await counter.checks_out(NUMBER)
    async with counter.db.transaction() as tx:
        await tx.run("UPDATE orders.orders SET business_date = business_date - 1")
    await counter.pays(order.id)
    await counter.apply()
    (again,) = await counter.place(await counter.ask_for(NUMBER))
    assert isinstance(again, SoldToday)


async def test_too_little_applies_to_nothing_and_a_released_one_leaves_the_order_payable(
    counter: Counter,
) -> None:
    order = await counter.checks_out(NUMBER)
    payment = await counter.pays(order.id, more=-1)
    assert await counter.apply() == 0
    assert await counter.tasks() == {"payment_review"}
    with pytest.raises(CannotCancel):
        await cancel(counter.desk, order.id, user_id=BUYER, because="by its buyer")
    await counter.assert_honest()
    await release_payment(
        counter.desk.funding, payment, user_id=BUYER, actor="rina", reason="kurang bayar"
    )
    assert await counter.state(order.id) == "awaiting_payment"
    assert await counter.money() == MILLION + PRICE - 1
    await renew(counter.desk, order.id, user_id=BUYER, channel=None)
    await counter.pays(order.id)
    assert await counter.apply() == 1
    assert await counter.state(order.id) == "held"
    await counter.assert_honest()


async def test_too_little_that_comes_to_be_applied_all_the_same_goes_back_whole(
    counter: Counter, stocked: str
) -> None:
    order = await counter.checks_out(NUMBER)
    await counter.pays(order.id, more=-1)
    await by_owner(
        stocked, "UPDATE funding.payments SET state = 'unapplied', next_action_at = confirmed_at"
    )
    assert await counter.apply() == 1
    assert await counter.state(order.id) == "awaiting_payment"
    assert await counter.money() == MILLION + PRICE - 1
    await counter.assert_honest()


async def test_cancelling_and_paying_at_one_moment_lose_nothing(counter: Counter) -> None:
    placed = [await counter.checks_out(f"08780000{n:04}") for n in range(9_000, 9_008)]

    async def gives_up(order_id: int) -> bool:
        try:
            await cancel(counter.desk, order_id, user_id=BUYER, because="by its buyer")
        except CannotCancel:
            return False
        return True

    async def pays(order_id: int) -> None:
        payment = await counter.pays(order_id)
        await apply_payments(counter.desk, [payment])

    await asyncio.gather(
        *(gives_up(order.id) for order in placed), *(pays(order.id) for order in placed)
    )
    states = [await counter.state(order.id) for order in placed]
    assert set(states) <= {"held", "cancelled"}
    held = states.count("held")
    assert await counter.account("escrow") == held * PRICE
    assert await counter.money() == MILLION + (8 - held) * PRICE
    await counter.assert_honest()


async def test_expiring_and_paying_at_one_moment_lose_nothing(counter: Counter) -> None:
    placed = [await counter.checks_out(f"08780000{n:04}") for n in range(9_000, 9_008)]
    await counter.later(HOUR)
    paid = [await counter.pays(order.id) for order in placed[:4]]
    await asyncio.gather(
        *(apply_payments(counter.desk, [payment]) for payment in paid),
        *(expire_unpaid(counter.desk) for _ in range(3)),
    )
    states = [await counter.state(order.id) for order in placed]
    assert states == ["held"] * 4 + ["expired"] * 4
    await counter.assert_honest()


async def test_the_work_list_hands_out_one_batch_of_what_is_due(counter: Counter) -> None:
    payments = work.payments(counter.desk, wake=Wake())
    assert payments.in_flight == 1
    assert await payments.take(1) == []
    placed = [await counter.checks_out(f"08780000{n:04}") for n in range(9_000, 9_003)]
    for order in placed:
        await counter.pays(order.id)
    (job,) = await payments.take(1)
    await job()
    assert [await counter.state(order.id) for order in placed] == ["held"] * 3
    assert await payments.take(1) == []
    async with counter.db.read() as tx:
        assert await due_payments(tx, Purpose.ORDER, most=9, now=counter.clock.now()) == []


async def test_a_guests_dispute_can_be_given_back_and_never_charged(counter: Counter) -> None:
    order = await counter.bought(NUMBER, user_id=GUEST)
    with pytest.raises(NotDisputed):
        await resolve(counter.desk, order.id, Decision.ABSORB, actor="rina", reason="bukti SN")
    await counter.work()
    await counter.sim.settle(order.code, "Gagal", rc="74", webhook=False)
    await counter.callback(order.code)
    assert await counter.state(order.id) == "disputed"
    with pytest.raises(DecisionImpossible):
        await resolve(counter.desk, order.id, Decision.CHARGE, actor="rina", reason="bukti SN")
    to = await resolve(counter.desk, order.id, Decision.REVERSE, actor="rina", reason="bukti SN")
    assert to == "refunded"
    assert await refunds(counter) == [(f"dispute:{order.id}:1", RETAIL)]
    assert await counter.tasks() == {"refund_due"}
    await counter.assert_honest()


async def test_a_guest_who_was_paid_back_and_got_the_goods_is_not_charged(
    counter: Counter,
) -> None:
    await counter.sim.script(NUMBER, FAILS)
    order = await counter.bought(NUMBER, user_id=GUEST)
    await counter.work()
    await counter.sim.settle(order.code, "Sukses", webhook=False)
    await counter.callback(order.code)
    with pytest.raises(DecisionImpossible):
        await resolve(counter.desk, order.id, Decision.CHARGE, actor="rina", reason="bukti SN")
    await resolve(counter.desk, order.id, Decision.ABSORB, actor="rina", reason="bukti SN")
    assert await refunds(counter) == [(f"end:{order.id}", RETAIL)], "what is owed stays owed"
    await counter.assert_honest()


async def test_an_unpaid_order_is_no_dispute(counter: Counter) -> None:
    order = await counter.checks_out(NUMBER)
    with pytest.raises(NotDisputed):
        await resolve(counter.desk, order.id, Decision.ABSORB, actor="rina", reason="bukti SN")
