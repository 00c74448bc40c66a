"""Faults found in public projects, on the road of payments: each one is a law here.

Every docstring names the project and what went wrong in it. Purchases from a balance, and the
callbacks of suppliers, are in ``test_peer_faults.py`` and beside it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from konter.funding.compare import DifferenceKind
from konter.funding.pay_out import due_refunds, settle_refund
from konter.funding.reconcile import reconcile
from konter.kernel.clock import business_date
from konter.worker import open_worker
from tests.shop import Buyer, Shop
from tests.sim_process import Sim
from tests.story.market import (
    BRIVA,
    FAILING,
    IPAYMU_BCA,
    IPAYMU_PAGE,
    IPAYMU_QRIS,
    NUMBER,
    PRICE,
    QRIS,
    RETAIL,
    closes_even,
    credited,
    customer_pays,
    deposits,
    gateways,
    guest_buys,
    journal,
    knock,
    letter,
    link_of,
    links,
    open_market,
    orders,
    payments,
    row,
    signed,
    tasks,
    until,
)
from tests.warm import by_owner

BOTH = (("tripay", QRIS), ("ipaymu", IPAYMU_QRIS))

WAITING_TRANSACTIONS = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%%'
"""

OWED_TO = "SELECT count(*), sum(amount)::bigint FROM funding.refunds WHERE purpose_id = %(id)s"

MINUTE_LATER = """
UPDATE funding.payments SET next_action_at = next_action_at - interval '1 minute'
WHERE state = 'unapplied'
"""

NOTICES_FAIL = """
CREATE FUNCTION hooks.fail() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the mail server is away'; END $$;
CREATE TRIGGER fail BEFORE INSERT ON hooks.notices FOR EACH ROW
    WHEN (NEW.user_id = {user_id}) EXECUTE FUNCTION hooks.fail()
"""

NOTICES_WORK = "DROP TRIGGER fail ON hooks.notices; DROP FUNCTION hooks.fail()"


@pytest_asyncio.fixture(scope="module")
async def market(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[Shop]:
    async with open_market(server_conninfo, template, sim_process) as market:
        yield market


@pytest_asyncio.fixture
async def shop(market: Shop) -> AsyncIterator[Shop]:
    yield market
    await closes_even(market)


@pytest_asyncio.fixture
async def buyer(shop: Shop) -> Buyer:
    """Somebody whose wallet is empty."""
    return await shop.buyer(money=0)


async def bought(shop: Shop, code: str) -> int:
    """How often the upstream was asked for an order."""
    found = (await shop.sim.books())["transactions"]
    return sum(one["formed_count"] for one in found if one["ref_id"] == code)


# -- credited once ----------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "channel"), BOTH)
async def test_a_deposit_paid_before_two_workers_is_credited_once(
    shop: Shop, buyer: Buyer, code: str, channel: str
) -> None:
    """radhityaa/ppob, WebhookController:56-75: a deposit was paid without a lock. Here two workers
    read twenty callbacks that differ, so that nothing takes them for one."""
    deposit = (await deposits(buyer, 50_000, channel))["deposit"]
    await shop.stop_worker()
    theirs = await customer_pays(shop, deposit["id"])
    body = await letter(shop, code, theirs["id"], paid=True)
    for number in range(20):
        if code == "tripay":
            sent = json.dumps({**json.loads(body), "note": f"callback {number}"}).encode()
        else:
            sent = body.replace(b"Sandbox+notify", b"notify+%d" % number)
        assert (await knock(shop, code, sent, **signed(code, sent))).status_code == 200
    second = await open_worker(shop.house)
    await shop.start_worker()
    working = asyncio.create_task(second.run())
    await credited(buyer, deposit)
    await closes_even(shop)
    second.stop()
    await working
    assert await buyer.balance() == 50_000
    assert [entry[0] for entry in await journal(shop, deposit["code"])].count("deposit") == 1


async def test_two_links_paid_and_the_order_given_up_at_one_moment_lose_nothing(
    shop: Shop, buyer: Buyer
) -> None:
    """prodigi111/new-ppob, payment.py:173-184: looked whether it was paid, then set it. One payment
    buys, the other goes back, and whoever cancels comes before the first or is refused."""
    before = [await orders(buyer, QRIS, f"08780000010{n}") for n in range(4)]
    ids = [said["transaction"]["id"] for said in before]
    for order_id in ids:
        await buyer.post(f"/api/transactions/{order_id}/pay", {"payment_method": IPAYMU_QRIS})
    acts = []
    for order_id in ids:
        first, second = await links(shop, order_id)
        acts.append(shop.sim.tripay.pay(first["reference"]))
        acts.append(shop.sim.ipaymu.pay(second["reference"]))
        acts.append(buyer.post(f"/api/transactions/{order_id}/cancel"))
    await asyncio.gather(*acts)

    async def all_applied() -> bool:
        found = [p["state"] for order_id in ids for p in await payments(shop, order_id)]
        return found.count("applied") == 2 * len(ids)

    await until(all_applied)
    kept = 0
    for order_id in ids:
        order = await shop.until(order_id, "delivered", "cancelled")
        found = [entry[0] for entry in await journal(shop, order.code)]
        assert (found.count("hold"), found.count("surplus")) == (1, 1)
        assert await bought(shop, order.code) == (order.state == "delivered")
        kept += order.state == "delivered"
    assert await buyer.balance() == PRICE * (2 * len(ids) - kept)


async def test_a_failure_told_many_times_owes_a_guest_once(shop: Shop) -> None:
    """radhityaa/ppob, WebhookController:141-153: each 'Gagal' refunded again."""
    await shop.sim.script(NUMBER, {"do": "pending", "then": "never"})
    guest = await guest_buys(shop, QRIS)
    await customer_pays(shop, guest.id)
    await until(lambda: is_with_them(shop, guest.code))
    await shop.sim.script(NUMBER)
    await shop.sim.settle(guest.code, "Gagal", rc="02")
    for _ in range(3):
        await shop.sim.webhook(guest.code, times=3)
    await shop.until(guest.id, "failed")
    await asyncio.sleep(0.3)
    assert await row(shop, OWED_TO, id=guest.id) == {"count": 1, "sum": RETAIL}


async def is_with_them(shop: Shop, code: str) -> bool:
    return await shop.sim.transaction(code) is not None


# -- who says so ------------------------------------------------------------------------------


async def test_a_signature_in_the_body_proves_nothing(shop: Shop, buyer: Buyer) -> None:
    """Anseltsmm/Ppob, TripayCallbackController: a ``signature`` field of the body was checked, not
    X-Callback-Signature over the raw bytes; new-ppob: no header, no check (biller.py:252)."""
    deposit = (await deposits(buyer, 50_000, QRIS))["deposit"]
    reference = (await link_of(shop, deposit["id"]))["reference"]
    lie = {"status": "PAID", "paid_at": 1_895_713_200}
    await shop.sim.tripay.callback(reference, set=lie, forged=True)
    body = await letter(shop, "tripay", reference)
    right = signed("tripay", body)["X_Callback_Signature"]
    inside = json.dumps({**json.loads(body), "signature": right}).encode()
    for proof in ({}, {"X_Callback_Signature": right}):
        assert (await knock(shop, "tripay", inside, **proof)).status_code == 401
    assert await journal(shop, deposit["code"]) == []


async def test_a_report_by_get_credits_nothing(shop: Shop, buyer: Buyer) -> None:
    """Neon-Flux, Api/WebhookController: a GET report credited ``DEP-`` deposits to whoever came,
    because the list of addresses was empty."""
    deposit = (await deposits(buyer, 50_000, IPAYMU_QRIS))["deposit"]
    link = await link_of(shop, deposit["id"])
    theirs = {"trx_id": link["session_id"], "status": "berhasil", "status_code": "1"}
    for reference in (deposit["code"], link["reference"]):
        report = {**theirs, "reference_id": reference, "merchant_ref": reference, "ref": reference}
        for path in ("/ipaymu/callback", "/tripay/callback", "/webhook/digiflazz"):
            assert (await shop.client.get(path, params=report)).status_code == 405
        for path in ("/api/webhook/report", "/report", f"/api/deposits/{deposit['code']}/pay"):
            assert (await shop.client.get(path, params=report)).status_code in (404, 405)
    mine = {"reference_id": deposit["code"], "trx_id": "1", "status_code": "1"}
    body = "&".join(f"{name}={value}" for name, value in mine.items()).encode()
    assert (await knock(shop, "ipaymu", body)).status_code == 200
    await closes_even(shop)
    assert await journal(shop, deposit["code"]) == []
    assert await buyer.balance() == 0


async def test_a_success_never_becomes_a_failure(shop: Shop, buyer: Buyer) -> None:
    """Neon-Flux, WebhookController:127-153: success might become failed. Even if their own books
    say so afterwards: the day's comparison names it, and a person decides."""
    for code, channel in BOTH:
        deposit = (await deposits(buyer, 50_000, channel))["deposit"]
        theirs = await customer_pays(shop, deposit["id"])
        await credited(buyer, deposit)
        await gateways(shop)[code].state(theirs["id"], "failed", callback=code == "tripay")
        today = business_date(shop.house.clock.now())
        (report,) = [r for r in await reconcile(shop.house.funding, today) if r.gateway == code]
        named = [d.their_id for d in report.differences if d.kind is DifferenceKind.NOT_PAID_THERE]
        assert named == [theirs["id"]]
        said = (await buyer.get(f"/api/deposits/{deposit['code']}/refresh-status")).json()
        assert said["deposit"]["status"] == "paid"
        await gateways(shop)[code].state(theirs["id"], "paid", callback=False)
    assert await buyer.balance() == 100_000


# -- what is asked for ------------------------------------------------------------------------


async def test_the_price_is_ours_whatever_the_client_says(shop: Shop, buyer: Buyer) -> None:
    """pariiee/be-cuy, TransactionController:43-59: ``base_price`` from the client set the price;
    new-ppob, server.py:444-459: all of it."""
    cheap: dict[str, Any] = {
        "price": 1,
        "base_price": 1,
        "amount": "1.00",
        "harga": 1,
        "fee": 0,
        "charged": 1,
        "surcharge": -11_000,
        "payment_amount": 1,
    }
    for code, channel in BOTH:
        said = await orders(buyer, channel, **cheap)
        guest = await guest_buys(shop, channel, **cheap)
        for purpose_id, price in ((said["transaction"]["id"], PRICE), (guest.id, RETAIL)):
            reference = (await link_of(shop, purpose_id))["reference"]
            (theirs,) = await gateways(shop)[code].payments(reference)
            assert theirs["amount"] == price
        assert said["payment"]["amount"] == f"{PRICE}.00"
        assert guest.said["payment"]["amount"] == f"{RETAIL}.00"


# -- slow, silent, and gone in the middle -----------------------------------------------------


async def test_a_slow_gateway_holds_up_nobody_and_no_transaction(shop: Shop) -> None:
    """FEEPAY.ID, MidtransPaymentController:183-233: a remote call inside a transaction that held
    the row. While the gateway takes its time over a link and over a question, the same user buys
    from the balance, orders by another way, and gives that up."""
    buyer = await shop.buyer(money=2 * PRICE)
    by_channel = {"payment_method": IPAYMU_QRIS, "customer_phone": "081234567890"}
    paid = (await orders(buyer, IPAYMU_QRIS))["transaction"]["id"]
    await shop.sim.ipaymu.options(latency_ms=1_600)
    being_made = await buyer.buys_async("xld10", NUMBER, **by_channel)
    await customer_pays(shop, paid)
    await asyncio.sleep(0.1)
    answer = await buyer.buys("xld10", "087800000020")
    assert answer.json()["transaction"]["status"] == "success"
    given_up = (await orders(buyer, QRIS))["transaction"]["id"]
    assert (await buyer.post(f"/api/transactions/{given_up}/cancel")).status_code == 200
    looks = [(await row(shop, WAITING_TRANSACTIONS))["count"] for _ in range(8)]
    assert 0 in looks, "one that was open for so long would be seen each time"
    assert (await link_of(shop, being_made))["state"] == "creating", "and it still takes its time"
    assert (await shop.order(paid)).state == "awaiting_payment"
    await shop.sim.ipaymu.options(latency_ms=0)
    await shop.until(paid, "delivered")
    await until(lambda: is_open(shop, being_made))
    await customer_pays(shop, being_made)
    await shop.until(being_made, "delivered")
    assert await buyer.balance() == PRICE


async def is_open(shop: Shop, purpose_id: int) -> bool:
    return bool((await link_of(shop, purpose_id))["state"] == "open")


@pytest.mark.parametrize(("code", "channel"), [("tripay", BRIVA), ("ipaymu", IPAYMU_BCA)])
async def test_a_silence_is_no_failure_neither_of_a_link_nor_of_a_question(
    shop: Shop, buyer: Buyer, code: str, channel: str
) -> None:
    """FEEPAY.ID: a time-out was FAILED, and nobody was refunded. The link whose answer was lost is
    in doubt, and counts when it is paid; a question without an answer is asked again."""
    lost = {"do": "silence", "commit": True, "seconds": 0.2}
    silent = {"do": "silence", "seconds": 0.2}
    gateway = gateways(shop)[code]
    await gateway.script("*", lost, silent, {"do": "http"}, {"do": "answer"})
    said = await orders(buyer, channel)
    await gateway.script("*")
    order = said["transaction"]
    assert (order["status"], order["payment_status"]) == ("pending", "pending")
    assert "belum memberi jawaban" in said["payment"]["message"]
    assert (await link_of(shop, order["id"]))["state"] in ("doubtful", "open")
    await customer_pays(shop, order["id"])
    await shop.until(order["id"], "delivered")
    (payment,) = await payments(shop, order["id"])
    assert payment["asks"] >= 3, "two of them had no answer"
    assert len(await links(shop, order["id"])) == 1


async def test_an_error_of_ours_after_the_payment_gives_nothing_back_and_loses_nothing(
    shop: Shop,
) -> None:
    """trison, ProcessBalancePaymentAction:80-124: any exception after the acceptance, if only of
    the mail, refunded a delivered order. Here the notice cannot be written: the money rests, a
    person is told, and when it works again everything is as if nothing had been."""
    buyer, other = await shop.buyer(money=0), await shop.buyer(money=0)
    database = shop.house.settings.database_url
    assert database is not None
    await by_owner(database.reveal(), NOTICES_FAIL.format(user_id=buyer.id))
    try:
        deposit = (await deposits(buyer, 50_000, QRIS))["deposit"]
        order = (await orders(buyer, IPAYMU_QRIS))["transaction"]
        elses = (await deposits(other, 50_000, QRIS))["deposit"]
        for one in (deposit, order, elses):
            await customer_pays(shop, one["id"])
        await credited(other, elses)
        subjects = []
        for one in (deposit, order):
            await until(lambda one=one: is_stuck(shop, one["id"]))  # type: ignore[misc]
            (payment,) = await payments(shop, one["id"])
            subjects.append(f"payment:{payment['id']}")
            assert payment["state"] == "unapplied"
        assert await tasks(shop, subjects) == {key: ["payment_stuck"] for key in subjects}
        assert await buyer.balance() == 0
        assert await bought(shop, order["code"]) == 0
        assert await shop.breaches() == []
    finally:
        await by_owner(database.reveal(), NOTICES_WORK)
    await by_owner(database.reveal(), MINUTE_LATER)
    await credited(buyer, deposit)
    await shop.until(order["id"], "delivered")
    assert await tasks(shop, subjects) == {subject: [] for subject in subjects}
    assert await buyer.balance() == 50_000


async def is_stuck(shop: Shop, purpose_id: int) -> bool:
    found = [p["id"] for p in await payments(shop, purpose_id)]
    open_ones = await tasks(shop, [f"payment:{one}" for one in found])
    return any("payment_stuck" in kinds for kinds in open_ones.values())


# -- paid, and nothing to show for it ---------------------------------------------------------


@pytest.mark.parametrize("channel", [BRIVA, IPAYMU_PAGE])
async def test_paid_but_still_unpaid_is_helped_by_the_button_and_by_itself(
    shop: Shop, channel: str
) -> None:
    """Users of SNAP-Woocommerce#26, phpnuxbill-duitku#5, vipps#133: "paid, but the order is still
    unpaid". Every callback is lost: one of them presses, the other waits."""
    buyer = await shop.buyer(money=0)
    gateway = gateways(shop)[channel.split(":")[0]]
    await gateway.script("*", {"do": "callback", "times": 0})
    pressed = (await orders(buyer, channel))["transaction"]
    waits = (await deposits(buyer, 50_000, channel))["deposit"]
    await gateway.script("*")
    await asyncio.gather(*(customer_pays(shop, one["id"]) for one in (pressed, waits)))
    path = f"/api/transactions/{pressed['id']}/refresh-status"

    async def is_paid() -> bool:
        said = (await buyer.get(path)).json()["transaction"]
        assert said["payment_status"] in ("pending", "paid")
        return bool(said["payment_status"] == "paid")

    await until(is_paid)
    await shop.until(pressed["id"], "delivered")
    await until(lambda: has(buyer, 50_000))
    assert len(await payments(shop, pressed["id"])) == 1


async def has(buyer: Buyer, amount: int) -> bool:
    return await buyer.balance() == amount


async def test_what_was_paid_and_failed_goes_back_at_once(shop: Shop, buyer: Buyer) -> None:
    """pariiee/be-cuy, PaymentService:38-41: paid through the gateway, failed, never refunded."""
    for channel in (QRIS, IPAYMU_QRIS):
        before = await buyer.balance()
        order = (await orders(buyer, channel, FAILING))["transaction"]
        await customer_pays(shop, order["id"])
        await shop.until(order["id"], "failed")
        assert await buyer.balance() == before + PRICE
        seen = (await buyer.get(f"/api/transactions/{order['id']}")).json()
        assert (seen["transaction"]["status"], seen["payment"]["status"]) == ("failed", "refunded")


async def test_a_guest_whose_order_failed_is_paid_back_by_hand_and_sees_it(shop: Shop) -> None:
    """ "Refund to a gateway-paid guest": nobody has it whole. Owed with a task, the account asked
    for, paid by hand with evidence, once."""
    for channel in (BRIVA, IPAYMU_PAGE):
        guest = await guest_buys(shop, channel, to=FAILING)
        await customer_pays(shop, guest.id)
        await shop.until(guest.id, "failed")
        amount = f"{RETAIL}.00"
        due = {"amount": amount, "status": "due", "account_told": False}
        assert (await guest.looks())["refund"] == due
        account = {"bank": "BCA", "number": "123 456 7890", "holder": "Ayu Lestari"}
        told = await guest.post("refund-account", account)
        assert told.json()["refund"] == {**due, "account_told": True}
        async with shop.house.db.read() as tx:
            (refund,) = [r for r in await due_refunds(tx) if r.purpose_id == guest.id]
        assert (refund.amount, refund.number) == (RETAIL, "1234567890")
        subject = f"refund:{refund.id}"
        assert await tasks(shop, [subject]) == {subject: ["refund_due"]}
        before = await shop.account("refunds_due")
        await asyncio.gather(
            *(
                settle_refund(
                    shop.house.funding, refund.id, bank="bca", evidence="trf 00017", actor="rina"
                )
                for _ in range(5)
            )
        )
        assert await shop.account("refunds_due") == before - RETAIL
        assert (await guest.looks())["refund"]["status"] == "settled"
        assert await tasks(shop, [subject]) == {subject: []}
