"""Ordinary days at a shop with two gateways, and the ones that are nobody's fault.

The whole file is one day in the books; the last test closes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from konter.funding.channels import set_channel
from konter.funding.compare import DifferenceKind
from konter.funding.lapse import expire_deposits
from konter.funding.reconcile import reconcile
from konter.funding.settlement import record_settlement
from konter.kernel.clock import business_date
from konter.kernel.money import ZERO, Rupiah
from konter.ledger.read import account_sums
from konter.orders.expire import expire_unpaid
from konter.people.permits import Role
from konter.upstreams.gateway_contract import FeeOn
from tests.shop import Buyer, Shop
from tests.sim_process import Sim
from tests.story.market import (
    BRIVA,
    EMAIL,
    FAILING,
    IPAYMU_BCA,
    IPAYMU_PAGE,
    IPAYMU_QRIS,
    NUMBER,
    PHONE,
    PRICE,
    QRIS,
    RETAIL,
    all_heard,
    closes_even,
    credited,
    customer_pays,
    deposits,
    gateways,
    guest_buys,
    journal,
    link_of,
    links,
    open_market,
    orders,
    owed,
    payments,
    tasks,
    until,
)
from tests.web.paying import let_time_pass


@pytest_asyncio.fixture(scope="module")
async def market(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[Shop]:
    async with open_market(server_conninfo, template, sim_process) as market:
        yield market


@pytest_asyncio.fixture
async def shop(market: Shop) -> AsyncIterator[Shop]:
    yield market
    await closes_even(market)


# -- ordinary ---------------------------------------------------------------------------------


async def test_a_reseller_tops_up_by_a_virtual_account_and_sells_from_the_balance(
    shop: Shop,
) -> None:
    reseller = await shop.buyer(money=0)
    for channel, fee in ((BRIVA, 4_250), (IPAYMU_BCA, 4_000)):
        said = await deposits(reseller, 100_000, channel)
        code = said["payment"]["pay_code"]
        assert code.isdigit(), "an account number to pay to"
        await customer_pays(shop, said["deposit"]["id"])
        await credited(reseller, said["deposit"])
        gateway = channel.split(":")[0]
        assert await journal(shop, said["deposit"]["code"]) == [
            ("payment", f"gateway:{gateway}", "unapplied", 100_000 - fee),
            ("payment_fee", "fees", "unapplied", fee),
            ("deposit", "unapplied", f"wallet:{reseller.id}", 100_000),
        ]
    sold = [await reseller.buys("xld10", f"08780000003{n}") for n in range(3)]
    assert {answer.json()["transaction"]["status"] for answer in sold} == {"success"}
    assert await reseller.balance() == 200_000 - 3 * PRICE


async def test_a_user_buys_by_e_wallet_and_qris_without_a_balance(shop: Shop) -> None:
    user = await shop.buyer(money=0, role=Role.RETAIL)
    for channel in ("tripay:OVO", QRIS, IPAYMU_QRIS, "ipaymu:qris"):
        said = await orders(user, channel)
        payment = said["payment"]
        assert payment["amount"] == f"{RETAIL}.00", "the price of anybody"
        assert payment["qr"] if channel in (QRIS, IPAYMU_QRIS) else payment["url"]
        await customer_pays(shop, said["transaction"]["id"])
        order = await shop.until(said["transaction"]["id"], "delivered")
        notices = (await user.get("/api/notifications")).json()["data"]
        mine = [n["type"] for n in notices if n["data"].get("transaction_code") == order.code]
        assert sorted(mine) == ["payment", "success"]
    assert await user.balance() == 0
    assert (await user.get("/api/mutations")).json()["data"] == []


async def test_a_guest_buys_loses_the_page_and_finds_the_order_again(shop: Shop) -> None:
    for channel in (QRIS, IPAYMU_PAGE):
        guest = await guest_buys(shop, channel)
        await customer_pays(shop, guest.id)
        await shop.until(guest.id, "delivered")
        for contact in (PHONE, "+62 812 3456 7890", EMAIL.upper()):
            lost = {"code": guest.code.lower(), "contact": contact}
            found = (await shop.client.post("/api/guest/orders/find", json=lost)).json()
            assert found["order"]["status"] == "success"
            assert found["order"]["serial_number"]
            assert guest.token not in str(found)
        wrong = {"code": guest.code, "contact": "0812-0000-0000"}
        assert (await shop.client.post("/api/guest/orders/find", json=wrong)).status_code == 404


async def test_a_fee_that_is_passed_on_ends_in_fees_and_not_in_the_price(shop: Shop) -> None:
    """At Tripay we ask for more, and keep what their fee leaves; iPaymu puts it on the buyer."""
    desk = shop.house.funding
    for channel in (QRIS, IPAYMU_QRIS):
        await set_channel(desk, channel, is_on=None, fee_on=FeeOn.BUYER, actor="rina")
    buyer = await shop.buyer(money=0)
    said = [await orders(buyer, channel) for channel in (QRIS, IPAYMU_QRIS)]
    topped = [await deposits(buyer, 50_000, channel) for channel in (QRIS, IPAYMU_QRIS)]
    for channel in (QRIS, IPAYMU_QRIS):
        await set_channel(desk, channel, is_on=None, fee_on=FeeOn.SHOP, actor="rina")
    for one in (*(one["transaction"] for one in said), *(one["deposit"] for one in topped)):
        await customer_pays(shop, one["id"])
    for one in said:
        await shop.until(one["transaction"]["id"], "delivered")
    for one in topped:
        await credited(buyer, one["deposit"])
    assert await buyer.balance() == 100_000
    surcharge = 837
    assert said[0]["payment"]["fee"] == f"{surcharge}.00"
    code = said[0]["transaction"]["code"]
    by_kind = {kind: (debit, credit, n) for kind, debit, credit, n in await journal(shop, code)}
    assert by_kind["payment"] == ("gateway:tripay", "unapplied", PRICE)
    assert by_kind["payment_fee"] == ("fees", "unapplied", surcharge)
    assert by_kind["hold"] == ("unapplied", "escrow", PRICE)
    assert by_kind["surcharge"] == ("unapplied", "fees", surcharge)
    code = said[1]["transaction"]["code"]
    by_kind = {kind: (debit, credit, n) for kind, debit, credit, n in await journal(shop, code)}
    assert by_kind["payment"] == ("gateway:ipaymu", "unapplied", PRICE)
    assert not {"payment_fee", "surcharge"} & set(by_kind)


async def test_a_channel_that_is_switched_off_takes_no_order_and_still_takes_its_payment(
    shop: Shop,
) -> None:
    buyer = await shop.buyer(money=0)
    order = (await orders(buyer, BRIVA))["transaction"]
    await set_channel(shop.house.funding, BRIVA, is_on=False, fee_on=None, actor="rina")
    try:
        listed = (await shop.client.get("/api/payment-channels")).json()["data"]
        assert BRIVA not in {channel["code"] for channel in listed}
        refused = await buyer.buys("xld10", NUMBER, payment_method=BRIVA, customer_phone=PHONE)
        assert (refused.status_code, refused.json()["code"]) == (422, "channel_closed")
        await let_time_pass(shop, order["id"])
        again = await buyer.post(f"/api/transactions/{order['id']}/pay")
        assert (again.status_code, again.json()["code"]) == (422, "channel_closed")
        await customer_pays(shop, order["id"])
        await shop.until(order["id"], "delivered")
    finally:
        await set_channel(shop.house.funding, BRIVA, is_on=True, fee_on=None, actor="rina")


# -- late, twice, and after all ---------------------------------------------------------------


async def test_the_old_link_that_is_paid_after_the_new_one_was_made_counts_once(
    shop: Shop,
) -> None:
    """The first link's time was over, so a second one was made; then the first is paid. Whoever
    pays the second one, too, has the money back."""
    buyer = await shop.buyer(money=0)
    guest = await guest_buys(shop, IPAYMU_PAGE)
    order = (await orders(buyer, QRIS))["transaction"]
    for purpose_id in (guest.id, order["id"]):
        await let_time_pass(shop, purpose_id)
    assert (await guest.post("pay")).json()["payment"]["url"]
    answer = await buyer.post(f"/api/transactions/{order['id']}/pay")
    assert answer.json()["payment"]["qr"]
    for code, purpose_id in (("ipaymu", guest.id), ("tripay", order["id"])):
        old, new = await links(shop, purpose_id)
        await gateways(shop)[code].pay(old["reference"])
        await shop.until(purpose_id, "delivered")
        await gateways(shop)[code].pay(new["reference"])
    await until(lambda: applied(shop, guest.id, 2))
    await until(lambda: applied(shop, order["id"], 2))
    assert await buyer.balance() == PRICE
    refund = (await guest.looks())["refund"]
    assert (refund["amount"], refund["status"]) == (f"{RETAIL}.00", "due")


async def applied(shop: Shop, purpose_id: int, times: int) -> bool:
    return [p["state"] for p in await payments(shop, purpose_id)].count("applied") == times


async def test_what_expired_unpaid_and_is_paid_after_all_is_delivered_or_credited(
    shop: Shop,
) -> None:
    buyer = await shop.buyer(money=0)
    for channel in (QRIS, IPAYMU_PAGE):
        before = await buyer.balance()
        order = (await orders(buyer, channel))["transaction"]
        deposit = (await deposits(buyer, 50_000, channel))["deposit"]
        for one in (order, deposit):
            await let_time_pass(shop, one["id"])
        await expire_unpaid(shop.house.orders)
        await expire_deposits(shop.house.funding, 60)
        assert (await shop.order(order["id"])).state == "expired"
        said = (await buyer.get(f"/api/deposits/{deposit['code']}")).json()
        assert said["deposit"]["status"] == "expired"
        assert "tetap kami proses" in said["payment"]["message"]
        await asyncio.gather(*(customer_pays(shop, one["id"]) for one in (order, deposit)))
        await shop.until(order["id"], "delivered")
        await credited(buyer, deposit)
        assert await buyer.balance() == before + 50_000


async def test_a_deposit_that_was_given_up_and_is_paid_is_still_the_users_money(
    shop: Shop,
) -> None:
    buyer = await shop.buyer(money=0)
    for number, channel in enumerate((BRIVA, IPAYMU_PAGE), 1):
        deposit = (await deposits(buyer, 50_000, channel))["deposit"]
        answer = await buyer.post(f"/api/deposits/{deposit['code']}/cancel")
        assert answer.json()["deposit"]["status"] == "cancelled"
        await customer_pays(shop, deposit["id"])
        await credited(buyer, deposit)
        assert await buyer.balance() == 50_000 * number


async def test_a_late_payment_of_what_is_not_sold_any_more_goes_back(shop: Shop) -> None:
    buyer = await shop.buyer(money=0)
    order = (await orders(buyer, IPAYMU_QRIS))["transaction"]
    guest = await guest_buys(shop, QRIS)
    await buyer.post(f"/api/transactions/{order['id']}/cancel")
    await guest.post("cancel")
    await sell(shop, False)
    try:
        for purpose_id in (order["id"], guest.id):
            await customer_pays(shop, purpose_id)
            await until(lambda one=purpose_id: applied(shop, one, 1))  # type: ignore[misc]
            assert (await shop.order(purpose_id)).state == "cancelled"
    finally:
        await sell(shop, True)
    assert await buyer.balance() == PRICE
    assert (await guest.looks())["refund"]["amount"] == f"{RETAIL}.00"


async def test_a_late_payment_that_nobody_told_of_is_found_at_the_end_of_the_day(
    shop: Shop,
) -> None:
    """Their word was "expired", so nobody asked again; then it was paid, and no callback came. The
    comparison names it and has it asked about; the next one has nothing to name."""
    buyer = await shop.buyer(money=0)
    ids = {}
    for code, channel in (("tripay", BRIVA), ("ipaymu", IPAYMU_BCA)):
        deposit = (await deposits(buyer, 50_000, channel))["deposit"]
        reference = (await link_of(shop, deposit["id"]))["reference"]
        gateway = gateways(shop)[code]
        await gateway.expire(reference)
        await until(lambda one=deposit["id"]: has_ended(shop, one))  # type: ignore[misc]
        await gateway.script(reference, {"do": "callback", "times": 0})
        ids[code] = (await gateway.pay(reference))["id"]
    begun = business_date(shop.house.clock.now())
    for report in await reconcile(shop.house.funding, begun):
        named = [(d.kind, d.their_id) for d in report.differences if d.their_id is not None]
        assert named == [(DifferenceKind.MISSING_HERE, ids[report.gateway])]
        assert report.noted == 1
    await until(lambda: has(buyer, 100_000))
    for report in await reconcile(shop.house.funding, begun):
        assert report.differences == ()


async def has_ended(shop: Shop, purpose_id: int) -> bool:
    return [p["state"] for p in await payments(shop, purpose_id)] == ["ended"]


async def has(buyer: Buyer, amount: int) -> bool:
    return await buyer.balance() == amount


async def test_a_payment_that_is_told_of_before_its_links_own_answer_counts_once(
    shop: Shop,
) -> None:
    """They are slow to say that the link is there, and quick to say that it is paid."""
    buyer = await shop.buyer(money=0)
    slowly, quickly = {"do": "answer", "wait_ms": 1_000}, {"do": "answer"}
    paid = {"do": "event", "what": "pay", "after_ms": 100}
    for gateway in gateways(shop).values():
        await gateway.script("*", slowly, quickly, paid)
    by_phone = {"customer_phone": PHONE}
    ids = [
        await buyer.buys_async("xld10", NUMBER, payment_method=channel, **by_phone)
        for channel in (QRIS, IPAYMU_QRIS, IPAYMU_PAGE)
    ]
    for order_id in ids:
        await shop.until(order_id, "delivered")
    for gateway in gateways(shop).values():
        await gateway.script("*")
    for order_id in ids:
        await until(lambda one=order_id: is_told(shop, one))  # type: ignore[misc]
        (link,) = await links(shop, order_id)
        (payment,) = await payments(shop, order_id)
        assert payment["confirmed_at"] < link["opened_at"]
        assert (link["state"], payment["state"], payment["amount"]) == ("ended", "applied", PRICE)
    assert await buyer.balance() == 0


async def is_told(shop: Shop, purpose_id: int) -> bool:
    link = await link_of(shop, purpose_id)
    return any(link[name] is not None for name in ("url", "qr", "pay_code", "session_id"))


async def sell(shop: Shop, is_active: bool) -> None:
    async with shop.house.db.transaction() as tx:
        await tx.run(
            "UPDATE catalogue.products SET is_active = %(on)s, closed_because = %(because)s"
            " WHERE code = 'xld10'",
            {"on": is_active, "because": None if is_active else "operator"},
        )


# -- down -------------------------------------------------------------------------------------


async def test_what_came_while_the_worker_was_down_is_done_when_it_starts(shop: Shop) -> None:
    buyer = await shop.buyer(money=0)
    sold = [
        *[(await orders(buyer, channel))["transaction"] for channel in (QRIS, IPAYMU_PAGE)],
        *[(await deposits(buyer, 50_000, channel))["deposit"] for channel in (BRIVA, IPAYMU_BCA)],
    ]
    guest = await guest_buys(shop, IPAYMU_QRIS)
    ids = [*(one["id"] for one in sold), guest.id]
    await shop.stop_worker()
    for purpose_id in ids:
        await customer_pays(shop, purpose_id)
    await asyncio.sleep(0.1)
    late = await shop.client.post(
        "/api/deposits",
        json={"amount": 20_000, "payment_method": QRIS, "customer_phone": PHONE},
        headers={"Authorization": f"Bearer {buyer.token}", "Prefer": "respond-async"},
    )
    assert late.status_code == 201
    assert "sedang disiapkan" in late.json()["payment"]["message"]
    told = [one for gateway in gateways(shop).values() for one in await gateway.callbacks()]
    assert all(one["accepted"] for one in told), "each was kept, and none will come again"
    assert [await journal(shop, one["code"]) for one in sold] == [[]] * 4
    await shop.start_worker()
    for purpose_id in (sold[0]["id"], sold[1]["id"], guest.id):
        await shop.until(purpose_id, "delivered")
    for deposit in sold[2:]:
        await credited(buyer, deposit)
    assert await buyer.balance() == 100_000
    await until(lambda: is_open(shop, late.json()["deposit"]["id"]))


async def is_open(shop: Shop, purpose_id: int) -> bool:
    return bool((await link_of(shop, purpose_id))["state"] == "open")


async def test_while_a_gateway_is_down_the_buyer_pays_by_the_other_one(shop: Shop) -> None:
    """Refused (our address is not known there): a person is told until it works again. In doubt
    (an error page): nobody knows, and no second link is made there by itself."""
    buyer = await shop.buyer(money=0)
    other = {"tripay": IPAYMU_PAGE, "ipaymu": QRIS}
    for code, channel in (("tripay", BRIVA), ("ipaymu", IPAYMU_BCA)):
        gateway, account = gateways(shop)[code], f"gateway:{code}"
        await gateway.options(ip_known=False)
        refused = await orders(buyer, channel)
        assert "belum dapat dibuat" in refused["payment"]["message"]
        assert await tasks(shop, [account]) == {account: ["gateway_refused"]}
        await gateway.options(ip_known=True)
        await gateway.script("*", {"do": "http", "status": 503})
        doubtful = await orders(buyer, channel)
        assert "belum memberi jawaban" in doubtful["payment"]["message"]
        await gateway.script("*")
        for order in (refused["transaction"], doubtful["transaction"]):
            path = f"/api/transactions/{order['id']}/pay"
            renewed = (await buyer.post(path, {"payment_method": other[code]})).json()
            assert renewed["payment"]["url"]
            await customer_pays(shop, order["id"])
            await shop.until(order["id"], "delivered")
        await deposits(buyer, 20_000, channel)
        assert await tasks(shop, [account]) == {account: []}, "it works again"
    assert await buyer.balance() == 0


# -- the end of the day -----------------------------------------------------------------------


async def test_the_day_closes(shop: Shop) -> None:
    """Their lists and ours name no difference; what they owe is paid out and recorded, and then
    nothing is left there: not with anybody but the guests to whom we owe."""
    begun = business_date(shop.house.clock.now())
    failed = await guest_buys(shop, QRIS, to=FAILING)
    await customer_pays(shop, failed.id)
    await shop.until(failed.id, "failed")
    await until(lambda: all_heard(shop))
    for day in sorted({begun, business_date(shop.house.clock.now())}):
        for report in await reconcile(shop.house.funding, day):
            assert report.differences == ()
            assert report.problem is None
    for code, (ours, theirs) in (await owed(shop)).items():
        assert ours == theirs
        settled: dict[str, Any] = await gateways(shop)[code].settle()
        assert settled["owed"] == 0
        if ours:
            left = await record_settlement(
                shop.house.funding,
                gateway=code,
                amount=Rupiah(ours - 2_500),
                bank="bca",
                fee=Rupiah(2_500),
                actor="rina",
                key=f"WD-{code}-1",
            )
            assert left == ZERO
    async with shop.house.db.read() as tx:
        sums = await account_sums(tx)
    still_open = ("gateway:tripay", "gateway:ipaymu", "unapplied", "escrow")
    assert {name: sums.get(name, 0) for name in still_open} == dict.fromkeys(still_open, 0)
    assert sums["refunds_due"] >= RETAIL
    for report in await reconcile(shop.house.funding, business_date(shop.house.clock.now())):
        assert report.differences == ()
