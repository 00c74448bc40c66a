"""Told at least once, in order per order, and at nobody else's cost."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from konter.hooks import tasks
from konter.hooks.collect import NO_ADDRESS, SWITCHED_OFF, Parcel
from konter.hooks.deliver import Result, note_many
from konter.hooks.deliveries import deliveries_of, delivery_of, recent_deliveries
from konter.hooks.outbox import add_many, add_next_month
from konter.hooks.outbox_desk import BACK_OFF_S
from konter.hooks.redeliver import DeliveryNotFound, Overtaken, enable, redeliver
from konter.hooks.work import deliveries
from konter.jobs.run import Runner, Wake
from konter.people.member_callbacks import set_callback
from konter.people.members import NoSuchMember
from tests.hooks.partner import Office, Partner, open_partner, outgoing

DAY = 86_400.0
PUT_OFF = "UPDATE hooks.outbox_queue SET next_action_at = %(later)s"


def statuses(partner: Partner) -> list[str]:
    return [hit.headers["x-konter-event"] for hit in partner.hits]


async def open_tasks(office: Office) -> list[tasks.OpenTask]:
    async with office.db.read() as tx:
        return await tasks.open_tasks(tx)


# At least once.


async def test_a_process_that_dies_while_sending_leaves_it_to_be_sent_again(
    office: Office, partner: Partner
) -> None:
    member = await office.member(partner.url)
    await office.tells(member)
    (parcel,) = await office.collect()
    partner.will = [0]
    dying = asyncio.create_task(office.send([parcel]))
    while not partner.hits:
        await asyncio.sleep(0.005)
    dying.cancel()
    await asyncio.wait([dying])
    assert await office.collect() == []
    office.clock.advance(office.desk.lease.total_seconds())
    assert await office.work() == 1
    first, second = partner.hits
    assert first.headers["x-konter-delivery"] == second.headers["x-konter-delivery"]
    (delivery,) = await office.log(member)
    assert (delivery.state, delivery.tries) == ("delivered", 1)


async def test_a_process_that_dies_before_sending_leaves_it_to_be_sent(
    office: Office, partner: Partner
) -> None:
    member = await office.member(partner.url)
    await office.tells(member)
    assert len(await office.collect()) == 1
    office.clock.advance(office.desk.lease.total_seconds() - 1)
    assert await office.collect() == []
    office.clock.advance(1)
    assert await office.work() == 1
    assert len(partner.hits) == 1


async def test_what_is_not_committed_is_never_told(office: Office, partner: Partner) -> None:
    member = await office.member(partner.url)
    with pytest.raises(RuntimeError):
        async with office.db.transaction() as tx:
            message = outgoing(member.user_id, 1)
            await add_many(tx, office.ids, [message], at=office.clock.now())
            raise RuntimeError
    assert await office.work() == 0
    assert await office.log(member) == []


async def test_a_late_failure_of_a_lost_lease_changes_nothing_and_a_late_success_counts(
    office: Office, partner: Partner
) -> None:
    member = await office.member(partner.url)
    await office.tells(member)
    (slow,) = await office.collect()
    office.clock.advance(office.desk.lease.total_seconds())
    (fresh,) = await office.collect()
    await note_many(office.desk, [Result(slow, 500, "answered 500")])
    (delivery,) = await office.log(member)
    assert (delivery.state, delivery.tries) == ("waiting", 0)
    assert await office.collect() == []  # still the other one's
    await note_many(office.desk, [Result(slow, 200, None)])
    await note_many(office.desk, [Result(fresh, 500, "answered 500")])
    (delivery,) = await office.log(member)
    assert (delivery.state, delivery.tries) == ("delivered", 1)


# In order per order.


async def test_what_is_told_of_one_order_goes_out_in_its_order(
    office: Office, partner: Partner
) -> None:
    member = await office.member(partner.url)
    partner.will = [500, 200, 200]
    await office.tells(member, order=5, seq=3)
    await office.tells(member, order=5, seq=5, status="refund")
    await office.work()
    assert statuses(partner) == ["order.success"]
    assert await office.work() == 0
    office.clock.advance(10)
    assert await office.work() == 1
    assert await office.work() == 1
    assert statuses(partner) == ["order.success", "order.success", "order.refund"]


async def test_a_later_message_waits_while_an_earlier_one_is_on_its_way(
    office: Office, partner: Partner
) -> None:
    member = await office.member(partner.url)
    await office.tells(member, order=5, seq=3)
    await office.tells(member, order=5, seq=5, status="refund")
    (first,) = await office.collect()
    assert await office.collect() == []
    await office.send([first])
    (second,) = await office.collect()
    assert second.message.status == "refund"


async def test_a_dead_message_holds_up_none_after_it(office: Office, partner: Partner) -> None:
    member = await office.member(partner.url)
    partner.will = [500] * 9
    await office.tells(member, order=5, seq=3)
    await office.tells(member, order=5, seq=5, status="refund")
    for wait in (*BACK_OFF_S, 0.0):
        assert await office.work() == 1
        office.clock.advance(wait)
    assert await office.work() == 1
    assert statuses(partner)[8:] == ["order.success", "order.refund"]


# At nobody else's cost.


async def test_one_member_has_only_so_many_calls_at_once(office: Office, partner: Partner) -> None:
    office.with_rules(per_member=3)
    many, few = await office.member(partner.url), await office.member(partner.url, name="TOKO2")
    for _ in range(10):
        await office.tells(many)
    office.clock.advance(1)
    for _ in range(2):
        await office.tells(few)
    first = await office.collect()
    assert per_member(first) == {"TOKO1": 3, "TOKO2": 2}
    assert await office.collect() == []
    first.sort(key=lambda parcel: parcel.member.member_id)
    await office.send(first[:2])
    assert per_member(await office.collect()) == {"TOKO1": 2}
    office.clock.advance(office.desk.lease.total_seconds())
    # A lease that ran out counts no more.
    assert per_member(await office.collect()) == {"TOKO1": 3, "TOKO2": 2}


async def test_whose_server_fails_gets_one_call_at_a_time_after_all_others(
    office: Office, partner: Partner
) -> None:
    broken, well = await office.member(partner.url), await office.member(partner.url, name="TOKO2")
    partner.will = [500]
    await office.tells(broken)
    await office.work()
    for _ in range(5):
        await office.tells(broken)
    office.clock.advance(100)
    for _ in range(3):
        await office.tells(well)
    assert per_member(await office.collect(3)) == {"TOKO2": 3}
    assert per_member(await office.collect()) == {"TOKO1": 1}


def per_member(parcels: list[Parcel]) -> Counter[str]:
    return Counter(parcel.member.member_id for parcel in parcels)


async def test_a_receiver_that_never_answers_delays_nobody_else(office: Office) -> None:
    """Under the real engine: one member's server hangs with a queue behind it."""
    async with open_partner(always=0) as mute, open_partner() as quick:
        hung, other = await office.member(mute.url), await office.member(quick.url, name="TOKO2")
        for _ in range(30):
            await office.tells(hung)
        office.with_rules(wake=(wake := Wake()))
        runner = Runner([deliveries(office.desk, wake=wake)], poll_s=30)
        running = asyncio.create_task(runner.run())
        while len(mute.hits) < office.desk.per_member:
            await asyncio.sleep(0.005)
        for _ in range(20):
            await office.tells(other)
        wake.hint()
        async with asyncio.timeout(5):
            while len(quick.hits) < 20:  # more than it may have at once: each end wakes the next
                await asyncio.sleep(0.005)
        assert len(mute.hits) == office.desk.per_member
        runner.stop()
        mute.let_go.set()
        await running
    assert {delivery.state for delivery in await office.log(other)} == {"delivered"}
    assert {delivery.state for delivery in await office.log(hung)} == {"waiting"}


# Switched off, and on again.


async def test_a_member_without_an_address_is_told_nothing_and_the_log_says_so(
    office: Office, partner: Partner
) -> None:
    member = await office.member(partner.url)
    await office.tells(member)
    await set_callback(office.people, member.member_id, None)
    assert await office.work() == 0
    (delivery,) = await office.log(member)
    assert (delivery.state, delivery.tries, delivery.last_problem) == ("dead", 0, NO_ADDRESS)


async def test_callbacks_that_all_fail_for_a_day_are_switched_off_with_a_task(
    office: Office, partner: Partner
) -> None:
    office.with_rules(off_after=5)
    member = await office.member(partner.url)
    partner.always = 500
    for _ in range(5):
        await fails_once(office, member.member_id)
    assert (await office.again("TOKO1")).callback.disabled_at is None  # type: ignore[union-attr]
    office.clock.advance(DAY)
    await fails_once(office, member.member_id)
    callback = (await office.again("TOKO1")).callback
    assert callback is not None
    assert callback.disabled_at == office.clock.now()
    (task,) = await open_tasks(office)
    assert (task.kind, task.subject) == ("callback_off", f"user:{member.user_id}")
    assert "TOKO1: its last 6 callbacks failed" in task.detail
    reached = len(partner.hits)
    await office.tells(member)
    office.clock.advance(DAY)
    await office.work()
    assert len(partner.hits) == reached
    assert (await office.log(member))[-1].last_problem == SWITCHED_OFF


async def test_a_day_of_few_failures_and_many_failures_of_an_hour_switch_nothing_off(
    office: Office, partner: Partner
) -> None:
    office.with_rules(off_after=5)
    await office.member(partner.url)
    partner.always = 500
    for _ in range(3):
        await fails_once(office, "TOKO1")
        office.clock.advance(DAY)
    partner.will = [200]
    await fails_once(office, "TOKO1")  # this one does not
    for _ in range(20):
        await fails_once(office, "TOKO1")
    callback = (await office.again("TOKO1")).callback
    assert callback is not None
    assert callback.disabled_at is None
    assert await open_tasks(office) == []


async def fails_once(office: Office, name: str) -> None:
    """A fresh message, one try; what else waits of the member is put far away."""
    member = await office.again(name)
    await office.tells(member)
    assert await office.work() == 1
    async with office.db.transaction() as tx:
        later = office.clock.now() + timedelta(days=100)
        await tx.run(PUT_OFF, {"later": later})


async def test_switched_on_again_it_begins_anew_and_may_get_what_it_missed(
    office: Office, partner: Partner
) -> None:
    office.with_rules(off_after=2, off_over=timedelta(0))
    member = await office.member(partner.url)
    start = office.clock.now()
    partner.will = [500, 500]
    for _ in range(2):
        await fails_once(office, "TOKO1")
    await office.tells(member, order=5, seq=3)
    await office.tells(member, order=5, seq=5, status="refund")
    assert [await office.work() for _ in range(2)] == [0, 0]
    assert [d.state for d in await office.log(member)] == ["waiting", "waiting", "dead", "dead"]
    switched = await enable(office.desk, "TOKO1", by="rina", since=start)
    assert (switched.was_off, switched.sent_again) == (True, 1)
    assert await open_tasks(office) == []
    partner.will = [500]
    assert await office.work() == 1
    callback = (await office.again("TOKO1")).callback
    assert callback is not None
    assert callback.disabled_at is None
    assert statuses(partner)[2:] == ["order.refund"]
    again = await enable(office.desk, "TOKO1", by="rina")
    assert (again.was_off, again.sent_again) == (False, 0)
    with pytest.raises(NoSuchMember):
        await enable(office.desk, "TOKO9", by="rina")


# By hand.


async def test_a_delivered_callback_is_sent_again_by_hand(office: Office, partner: Partner) -> None:
    member = await office.member(partner.url)
    await office.tells(member)
    await office.work()
    (delivery,) = await office.log(member)
    await redeliver(office.desk, delivery.id, user_id=member.user_id)
    assert await office.work() == 1
    assert len(partner.hits) == 2
    assert len({hit.headers["x-konter-delivery"] for hit in partner.hits}) == 1


async def test_a_waiting_callback_is_hastened_and_one_under_way_left_to_itself(
    office: Office, partner: Partner
) -> None:
    member = await office.member(partner.url)
    partner.will = [500]
    await office.tells(member)
    await office.work()
    (delivery,) = await office.log(member)
    await redeliver(office.desk, delivery.id)
    (parcel,) = await office.collect()
    await redeliver(office.desk, delivery.id)
    assert await office.collect() == []
    await office.send([parcel])
    assert [d.state for d in await office.log(member)] == ["delivered"]


async def test_only_the_last_word_about_an_order_is_sent_again(
    office: Office, partner: Partner
) -> None:
    member = await office.member(partner.url)
    await office.tells(member, order=5, seq=3)
    await office.tells(member, order=5, seq=5, status="refund")
    await office.work()
    await office.work()
    first, last = await office.log(member)
    with pytest.raises(Overtaken):
        await redeliver(office.desk, first.id)
    await redeliver(office.desk, last.id)
    assert await office.work() == 1


async def test_nobody_sends_or_reads_anothers_callback(office: Office, partner: Partner) -> None:
    member, other = await office.member(partner.url), await office.member(None, name="TOKO2")
    await office.tells(member)
    (delivery,) = await office.log(member)
    for user_id, message_id in ((other.user_id, delivery.id), (None, 10**12)):
        with pytest.raises(DeliveryNotFound):
            await redeliver(office.desk, message_id, user_id=user_id)
    assert await office.log(other) == []
    async with office.db.read() as tx:
        with pytest.raises(DeliveryNotFound):
            await delivery_of(tx, 10**12)


async def test_the_log_is_read_newest_first_a_page_at_a_time(
    office: Office, partner: Partner
) -> None:
    member = await office.member(partner.url)
    for order in range(1, 6):
        await office.tells(member, order=order)
        office.clock.advance(1)
    partner.will = [500]
    await office.work()
    async with office.db.read() as tx:
        first, more = await deliveries_of(tx, member.user_id, page=1, per_page=3)
        second, no_more = await deliveries_of(tx, member.user_id, page=2, per_page=3)
        assert (await deliveries_of(tx, member.user_id, page=0))[0] == []
        waiting = await recent_deliveries(tx, state="waiting")
        delivery, words = await delivery_of(tx, first[0].id)
    assert [d.ref_id for d in first + second] == ["r5", "r4", "r3", "r2", "r1"]
    assert (more, no_more) == (True, False)
    assert len(waiting) == 1
    assert delivery == first[0]
    assert words.line.startswith("R#r5 ")
    assert '"ref_id":"r5"' in words.body


async def test_months_are_made_ahead_and_take_what_came_early(
    office: Office, partner: Partner
) -> None:
    member = await office.member(partner.url)
    office.clock.advance(70 * DAY)
    await office.tells(member)
    await add_next_month(office.desk)
    await add_next_month(office.desk)
    async with office.db.read() as tx:
        row = await tx.row("SELECT tableoid::regclass::text FROM hooks.outbox")
    assert row == (f"hooks.outbox_{office.clock.now():%Y%m}",)
    assert await office.work() == 1
