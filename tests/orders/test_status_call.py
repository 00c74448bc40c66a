"""Where asking buys nothing: the first call is sent once, and what became of it is asked."""

from __future__ import annotations

import pytest

from konter.kernel.outcome import Fault, Pending, Rejected
from konter.orders.desk import PendingDeadline
from konter.orders.end import Verdict, end
from konter.orders.end_overdue import end_overdue
from konter.orders.hasten import hasten
from konter.orders.settle import settle_many
from konter.orders.tidings import Settled, Tidings, Via
from konter.upstreams.contract import NotGenuine
from tests.orders.counter import PRICE
from tests.orders.two_suppliers import DIGI, OKE, PROVES_S, X10, TwoSuppliers, okeconnect_at

NUMBER = "087800009999"
WAITS = {"sale": [{"do": "accept", "then": "never"}]}
LOST = {"sale": [{"do": "reset", "commit": True, "then": "never"}]}
SILENT = {"sale": [{"do": "silence"}]}
LEASE_S = 150


async def test_a_sale_is_asked_about_soon_and_then_ever_rarer_for_a_day(both: TwoSuppliers) -> None:
    await both.oke.script(NUMBER, **WAITS)
    order = await both.buys(NUMBER)
    gaps = []
    for _ in range(12):
        assert await both.work() == 1
        due = (await both.attempt(order.id)).next_action_at
        assert due is not None
        gaps.append(round((due - both.clock.now()).total_seconds()))
        await both.later(gaps[-1])
    assert gaps == [15, 30, 60, 120, 300, 600, 1200, 2400, 4800, 7200, 7200, 7200]
    assert (await both.sends(order.code), await both.checks(order.code)) == (1, 11)
    assert await both.state(order.id) == "sent"
    assert await both.money() == 1_000_000 - PRICE
    await both.oke.settle(order.code, "Sukses", callback=False)
    await both.work()
    assert await both.state(order.id) == "delivered"
    assert await both.account("cost") == -X10
    await both.assert_honest()


async def test_after_its_day_nothing_is_asked_any_more_and_a_person_looks(
    both: TwoSuppliers,
) -> None:
    await both.oke.script(NUMBER, **WAITS)
    order = await both.buys(NUMBER)
    await both.work()
    await both.later(23 * 3600 + 60)
    assert await both.work() == 0
    assert await both.checks(order.code) == 0
    assert await both.tasks() == {"review"}
    assert await both.state(order.id) == "sent"


async def test_a_lost_first_call_is_asked_about_and_never_sent_again(both: TwoSuppliers) -> None:
    await both.oke.script(NUMBER, **LOST)
    order = await both.buys(NUMBER)
    (lost,) = await both.claim()
    call = await both.start(lost)
    call.task.cancel()
    await both.oke.settle(order.code, "Sukses", callback=False)
    await both.later(LEASE_S)
    assert await both.work() == 0, "the lost call counts as one that ended just now"
    await both.later(15)
    assert await both.work() == 1
    assert await both.state(order.id) == "delivered"
    assert (await both.sends(order.code), await both.checks(order.code)) == (1, 1)
    await both.assert_honest()


async def test_a_worker_that_died_before_it_asked_leaves_a_question_and_no_second_sale(
    both: TwoSuppliers,
) -> None:
    """Nothing left, but nobody knows, until the upstream has said so thrice and long enough. By
    then the order is too old to be bought elsewhere."""
    order = await both.buys(NUMBER)
    await both.claim()
    await both.later(LEASE_S)
    await both.work()
    for _ in range(9):
        await both.later(100)
        await both.work()
    assert await both.sends(order.code) == 0
    assert (await both.attempts(order.id))[0].state == "rejected"
    assert await end_overdue(both.desk) == 1
    assert await both.state(order.id) == "failed"
    assert await both.money() == 1_000_000
    await both.assert_honest()


async def test_absence_proves_nothing_before_three_answers_over_ten_minutes(
    both: TwoSuppliers,
) -> None:
    await both.oke.script(NUMBER, **SILENT)
    order = await both.buys(NUMBER)
    await both.work()
    began = both.clock.now()
    absences = []
    while len(await both.attempts(order.id)) == 1:
        due = (await both.attempt(order.id)).next_action_at
        assert due is not None
        await both.later((due - both.clock.now()).total_seconds())
        assert await both.state(order.id) == "sent"
        await both.work()
        absences.append((both.clock.now() - began).total_seconds())
    assert len(absences) >= 3
    assert PROVES_S <= absences[-1] - absences[0] < PROVES_S + 5, "it is asked just in time"
    assert await both.tasks() == set()
    await both.work()
    assert await both.state(order.id) == "delivered"
    assert [a.account for a in await both.attempts(order.id)] == [OKE, DIGI]
    await both.assert_honest()


async def test_an_absence_that_a_success_follows_ends_nothing(both: TwoSuppliers) -> None:
    checks = [{"do": "nothing"}, {"do": "nothing"}, {"do": "truth"}]
    await both.oke.script(NUMBER, sale=[{"do": "silence", "commit": True}], checks=checks)
    order = await both.buys(NUMBER)
    for wait in (0, 15, 30, 60):
        await both.later(wait)
        await both.work()
    assert await both.state(order.id) == "delivered"
    assert len(await both.attempts(order.id)) == 1
    await both.assert_honest()


async def test_what_they_said_they_have_is_never_absent(both: TwoSuppliers) -> None:
    await both.oke.script(NUMBER, **WAITS, checks=[{"do": "nothing"}])
    order = await both.buys(NUMBER)
    await both.work()
    for _ in range(8):
        await both.later(400)
        await both.work()
    assert await both.state(order.id) == "sent"
    assert await both.tasks() == {"review"}
    assert len(await both.attempts(order.id)) == 1


async def test_absence_after_midnight_proves_nothing(both: TwoSuppliers) -> None:
    """They look through one day: the next one knows nothing of the sale, sold or not."""
    to_midnight = (24 - 10) * 3600 - 30 * 60 - 120
    await both.later(to_midnight)
    await both.oke.script(NUMBER, **SILENT)
    order = await both.buys(NUMBER)
    await both.work()
    for _ in range(12):
        await both.later(200)
        await both.work()
    assert await both.state(order.id) == "sent"
    assert len(await both.attempts(order.id)) == 1


async def test_silence_between_absences_is_no_answer_and_other_words_begin_anew(
    both: TwoSuppliers,
) -> None:
    muddle = {"do": "text", "body": "mohon maaf sistem sibuk"}
    checks = [{"do": "nothing"}, {"do": "http", "status": 502}, {"do": "nothing"}, muddle]
    await both.oke.script(NUMBER, **SILENT, checks=checks)
    order = await both.buys(NUMBER)
    counted = []
    for _ in range(5):
        await both.work()
        attempt = await both.attempt(order.id)
        counted.append(attempt.absences)
        assert attempt.next_action_at is not None
        await both.later((attempt.next_action_at - both.clock.now()).total_seconds())
    assert counted == [0, 1, 1, 2, 0]


async def test_the_duplicate_guard_on_a_first_send_waits_for_a_person_and_is_no_success(
    both: TwoSuppliers,
) -> None:
    """Even if the status call goes on repeating the older sale's words under our reference."""
    guard = [{"do": "duplicate"}]
    await both.oke.script(NUMBER, sale=guard, checks=guard)
    order = await both.buys(NUMBER)
    for _ in range(6):
        await both.work()
        assert await both.state(order.id) == "sent"
        await both.later(301)
    assert await both.tasks() == {"review"}
    attempt = await both.attempt(order.id)
    assert attempt.for_review and attempt.serial is None
    assert await both.account("cost") == 0
    assert await both.sends(order.code) == 1
    reason = "panel OkeConnect: tidak ada transaksi ini"
    await end(both.desk, order.id, Verdict.FAILED, actor="rina", reason=reason)
    assert await both.state(order.id) == "failed"
    assert await both.money() == 1_000_000
    await both.assert_honest()


@pytest.mark.parametrize("state", ["Menunggu", "Gagal"])
async def test_no_word_of_the_duplicate_guard_ends_an_order(both: TwoSuppliers, state: str) -> None:
    await both.oke.script(NUMBER, sale=[{"do": "duplicate", "state": state}])
    order = await both.buys(NUMBER)
    for _ in range(8):
        await both.work()
        await both.later(200)
    assert await both.state(order.id) == "sent"
    assert len(await both.attempts(order.id)) == 1
    assert await both.tasks() == {"review"}


async def test_a_late_not_formed_is_believed_because_asking_bought_nothing(
    both: TwoSuppliers,
) -> None:
    await both.tries_first(OKE)
    await both.oke.script(NUMBER, sale=[{"do": "refuse"}])
    order = await both.buys(NUMBER)
    (first,) = await both.claim()
    late = await both.start(first)
    await both.later(LEASE_S)
    await both.work()
    await both.later(15)
    await both.work()
    await late.end()
    assert await both.state(order.id) == "failed"
    assert await both.money() == 1_000_000
    await both.assert_honest()


async def test_a_not_formed_that_contradicts_a_sale_they_know_moves_nothing(
    both: TwoSuppliers,
) -> None:
    await both.oke.script(NUMBER, **WAITS)
    await both.buys(NUMBER)
    (claimed,) = await both.claim()
    now = both.clock.now()
    known = Tidings(claimed.attempt.id, Pending("Mhn tunggu"), Via.ENQUIRY, now)
    refused = Rejected(Fault.OTHER, formed=False, reason="Nomor HP tidak benar")
    late = Tidings(claimed.attempt.id, refused, Via.PURCHASE, now, claimed.attempt.fence)
    for tidings in (known, late):
        (result,) = await settle_many(both.desk, [tidings])
        assert isinstance(result, Settled) and result.state == "sent"


async def test_what_never_left_is_sent_again_and_a_question_that_never_left_is_asked_again(
    both: TwoSuppliers,
) -> None:
    there = both.desk.providers
    gone = {**there, OKE: okeconnect_at("http://127.0.0.1:9")}
    await both.oke.script(NUMBER, **WAITS)
    order = await both.buys(NUMBER)
    both.with_rules(providers=gone)
    await both.work()
    assert (await both.attempt(order.id)).state == "due"
    both.with_rules(providers=there)
    await both.later(2)
    await both.work()
    both.with_rules(providers=gone)
    await both.later(20)
    assert await both.work() == 1
    attempt = await both.attempt(order.id)
    assert (attempt.state, attempt.sends) == ("open", 1)
    assert attempt.next_action_at is not None and attempt.next_action_at > both.clock.now()
    both.with_rules(providers=there)
    await both.oke.settle(order.code, "Sukses", callback=False)
    await both.later(60)
    await both.work()
    assert await both.state(order.id) == "delivered"
    assert await both.sends(order.code) == 1
    await both.assert_honest()


async def test_a_refresh_keeps_the_gap_of_a_status_call(both: TwoSuppliers) -> None:
    await both.oke.script(NUMBER, **WAITS)
    order = await both.buys(NUMBER)
    await both.work()
    await both.later(15)
    await both.work()
    asked = both.clock.now()
    await both.later(1)
    due = await hasten(both.desk, order.id)
    assert due is not None and round((due - asked).total_seconds()) == 3


async def test_hints_do_not_make_a_shop_refund_sooner(both: TwoSuppliers) -> None:
    both.with_rules(pending_deadline=PendingDeadline.REFUND)
    await both.oke.script(NUMBER, **WAITS)
    order = await both.buys(NUMBER)
    await both.work()
    for n in range(12):
        await both.later(16)
        await both.hint(order.code, f"GAGAL {n}")
        await both.work()
        assert await both.state(order.id) == "sent"
    await both.later(600)
    await both.work()
    assert await both.state(order.id) == "failed"


async def test_a_short_deposit_or_a_pause_stops_sales_and_no_question(both: TwoSuppliers) -> None:
    await both.oke.script(NUMBER, **WAITS)
    order = await both.buys(NUMBER)
    await both.work()
    await both.oke.script("087800009998", sale=[{"do": "refuse", "reason": "Saldo tidak cukup."}])
    await both.buys("087800009998")
    await both.work()
    assert await both.tasks() == {"gate_closed"}
    await both.pause()
    await both.oke.settle(order.code, "Sukses", callback=False)
    await both.later(15)
    assert await both.work() == 1
    assert await both.state(order.id) == "delivered"
    await both.assert_honest()


async def test_where_asking_as_such_was_refused_nothing_is_asked(both: TwoSuppliers) -> None:
    """A wrong PIN, told again and again, would lock our account."""
    await both.oke.script(NUMBER, **WAITS)
    await both.buys(NUMBER)
    await both.work()
    await both.oke.options(pin="654321")
    await both.buys("087800009998")
    await both.work()
    asked = len(await both.oke.calls())
    await both.later(300)
    await both.work()
    assert len(await both.oke.calls()) == asked
    assert await both.tasks() == {"gate_closed"}


async def test_a_sale_that_cost_more_than_it_may_is_booked_and_named(both: TwoSuppliers) -> None:
    """OkeConnect takes no price limit with a purchase."""
    await both.oke.script(NUMBER, sale=[{"do": "success", "over": 1_500}])
    order = await both.buys(NUMBER)
    await both.work()
    assert await both.state(order.id) == "delivered"
    assert await both.account("cost") == -X10 - 1_500
    assert await both.tasks() == {"dear_cost"}
    await both.assert_honest()


# Callbacks: nobody signs them, so they only hasten a question.


async def test_a_callback_makes_the_question_due_and_settles_nothing_by_itself(
    both: TwoSuppliers,
) -> None:
    await both.oke.script(NUMBER, **WAITS)
    order = await both.buys(NUMBER)
    await both.work()
    await both.later(600)
    await both.work()
    await both.later(20)
    assert await both.work() == 0
    await both.oke.settle(order.code, "Sukses", callback=False)
    assert await both.hint(order.code, "apa saja") == 1
    assert await both.state(order.id) == "sent", "the callback itself settles nothing"
    assert await both.work() == 1
    assert await both.state(order.id) == "delivered"
    await both.assert_honest()


async def test_a_forged_callback_changes_nothing_but_when_we_ask(both: TwoSuppliers) -> None:
    await both.oke.script(NUMBER, **WAITS)
    order = await both.buys(NUMBER)
    await both.work()
    sentence = f"T#1 R#{order.code} XL 10.000 X10.{NUMBER} "
    for said in ("SUKSES. SN: 1. Saldo 3 - 1 = 2", "GAGAL. Nomor salah. Saldo 3"):
        await both.hint(order.code, sentence + said)
        await both.later(15)
        await both.work()
        assert await both.state(order.id) == "sent"
    assert await both.money() == 1_000_000 - PRICE
    with pytest.raises(NotGenuine):
        await both.hint(order.code, secret="rahasia-orang-lain")
    assert await both.hint("TRX-20261116-STRANGER") == 1
    await both.assert_honest()


async def test_a_callback_that_comes_while_we_ask_is_heard_after_it(both: TwoSuppliers) -> None:
    await both.oke.script(NUMBER, **WAITS)
    order = await both.buys(NUMBER)
    await both.work()
    await both.later(2_000)
    (claimed,) = await both.claim()
    call = await both.start(claimed)
    await both.oke.settle(order.code, "Sukses", callback=False)
    await both.hint(order.code)
    await call.end()
    assert await both.state(order.id) == "sent", "the question was asked before"
    await both.later(15)
    assert await both.read_hints() == 1
    assert await both.work() == 1
    assert await both.state(order.id) == "delivered"
    await both.assert_honest()


async def test_a_repeated_callback_hastens_again_and_is_never_swallowed(
    both: TwoSuppliers,
) -> None:
    await both.oke.script(NUMBER, **WAITS)
    order = await both.buys(NUMBER)
    await both.work()
    await both.later(1_000)
    for n in range(3):
        await both.work()
        await both.later(20)
        assert await both.hint(order.code) == 1, "the same words"
        assert await both.work() == 1, n
    assert await both.state(order.id) == "sent"


async def test_a_callback_about_a_delivered_order_has_it_asked_again_and_a_reversal_is_a_dispute(
    both: TwoSuppliers,
) -> None:
    await both.oke.script(NUMBER, sale=[{"do": "success"}])
    order = await both.buys(NUMBER)
    await both.work()
    assert await both.state(order.id) == "delivered"
    await both.later(20)
    assert await both.hint(order.code, "GAGAL, katanya") == 1
    assert await both.state(order.id) == "delivered", "a lie changes nothing"
    assert await both.checks(order.code) == 1
    await both.oke.settle(order.code, "Gagal", callback=False)
    await both.later(20)
    assert await both.hint(order.code, "GAGAL, benar") == 1
    assert await both.state(order.id) == "disputed"
    assert await both.tasks() == {"dispute"}
    await both.assert_honest()


async def test_a_success_after_a_failure_is_heard_by_its_callback(both: TwoSuppliers) -> None:
    await both.oke.script(NUMBER, sale=[{"do": "fail", "reason": "Nomor tujuan salah"}])
    order = await both.buys(NUMBER)
    await both.work()
    assert await both.state(order.id) == "failed"
    await both.oke.settle(order.code, "Sukses", callback=False)
    assert await both.hint(order.code) == 1
    assert await both.state(order.id) == "failed", "not within the gap"
    await both.later(15)
    assert await both.read_hints() == 1
    assert await both.state(order.id) == "disputed"
    assert await both.account("cost") == -X10
    await both.assert_honest()


async def test_nothing_of_the_callbacks_address_is_kept_but_what_it_says(
    both: TwoSuppliers,
) -> None:
    await both.knock_hint("TRX-20261116-STRANGER", "SUKSES. SN: 12")
    async with both.db.read() as tx:
        row = await tx.row("SELECT headers::text, body FROM hooks.inbox")
    assert row is not None
    assert b"refid=TRX-20261116-STRANGER" in bytes(row[1])
    assert "rahasia" not in row[0] + bytes(row[1]).decode()
