"""``/api/deposits``: money into the wallet by a payment channel."""

from __future__ import annotations

import asyncio
from typing import Any

from konter.funding.channels import set_channel
from konter.funding.lapse import expire_deposits
from konter.funding.release import release_payment
from konter.upstreams.gateway_contract import FeeOn
from tests.shop import GAP_S, Buyer, Shop
from tests.web.paying import (
    IPAYMU_PAGE,
    IPAYMU_QRIS,
    PHONE,
    QRIS,
    customer_pays,
    invoice_of,
    let_time_pass,
    lose_callbacks,
    until,
)
from tests.web.test_transaction_document import A_TIME

DEPOSITS = "/api/deposits"


async def deposits(buyer: Buyer, amount: Any = 50_000, channel: str = QRIS, **facts: Any) -> Any:
    body = {"amount": amount, "payment_method": channel, "customer_phone": PHONE, **facts}
    return await buyer.post(DEPOSITS, {n: f for n, f in body.items() if f is not None})


async def deposited(buyer: Buyer, amount: Any = 50_000, channel: str = QRIS) -> dict[str, Any]:
    answer = await deposits(buyer, amount, channel)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def credited(buyer: Buyer, code: str) -> None:
    async def is_paid() -> bool:
        said = (await buyer.get(f"{DEPOSITS}/{code}")).json()
        return bool(said["deposit"]["status"] == "paid")

    await until(is_paid)


async def test_a_deposit_by_either_gateway_is_credited_with_what_was_ordered(
    paying: Shop,
) -> None:
    buyer = await paying.buyer(money=0)
    for number, channel in enumerate((QRIS, IPAYMU_QRIS, IPAYMU_PAGE), 1):
        said = await deposited(buyer, channel=channel)
        one, payment = said["deposit"], said["payment"]
        assert one["code"].startswith("DEP-")
        assert (one["amount"], one["status"], one["payment_method"]) == (
            "50000.00",
            "pending",
            channel,
        )
        assert (payment["status"], payment["amount"]) == ("pending", "50000.00")
        assert payment["url"] or payment["qr"]
        await customer_pays(paying, one["id"])
        await credited(buyer, one["code"])
        assert await buyer.balance() == 50_000 * number
    line = (await buyer.get("/api/mutations")).json()["data"][0]
    assert (line["amount"], line["description"], line["reference"]) == (
        "50000.00",
        "Deposit saldo",
        one["code"],
    )
    notice = (await buyer.get("/api/notifications")).json()["data"][0]
    assert (notice["type"], notice["title"]) == ("payment", "Deposit berhasil")
    assert notice["data"] == {"deposit_code": one["code"]}
    detail = (await buyer.get(f"{DEPOSITS}/{one['code']}")).json()
    assert detail["payment"]["status"] == "paid"
    assert A_TIME.fullmatch(detail["deposit"]["credited_at"])
    assert detail["payment"]["url"] is None


async def test_a_fee_that_the_user_pays_comes_on_top(paying: Shop) -> None:
    await set_channel(paying.house.funding, QRIS, is_on=None, fee_on=FeeOn.BUYER, actor="rina")
    buyer = await paying.buyer(money=0)
    said = await deposited(buyer, 100_000)
    assert float(said["payment"]["amount"]) == 100_000 + float(said["payment"]["fee"])
    assert float(said["payment"]["fee"]) > 0
    await customer_pays(paying, said["deposit"]["id"])
    await credited(buyer, said["deposit"]["code"])
    assert await buyer.balance() == 100_000


async def test_an_amount_may_be_written_in_any_way_that_is_whole_rupiah(paying: Shop) -> None:
    buyer = await paying.buyer(money=0)
    for amount in (20_000, 20_000.0, "20000", "20000.00"):
        assert (await deposited(buyer, amount))["deposit"]["amount"] == "20000.00"
    wrong: list[Any] = ["x", 0, -5, 9_999, 20_000.5, 10**12, "1e400", True, None, [], 10**30]
    for amount in wrong:
        answer = await deposits(buyer, amount)
        assert answer.status_code == 422, amount
        assert list(answer.json()["errors"]) == ["amount"]


async def test_what_is_wrong_is_said_field_by_field(paying: Shop) -> None:
    buyer = await paying.buyer(money=0)
    for facts, field in (
        ({"payment_method": None}, "payment_method"),
        ({"payment_method": "tripay:LAIN"}, "payment_method"),
        ({"payment_method": "balance"}, "payment_method"),
        ({"payment_method": "x" * 200}, "payment_method"),
        ({"customer_phone": "12"}, "customer_phone"),
        ({"ref_id": " "}, "ref_id"),
        ({"ref_id": "\x00"}, "ref_id"),
    ):
        body = {"amount": 50_000, "payment_method": QRIS, **facts}
        answer = await buyer.post(DEPOSITS, {n: fact for n, fact in body.items() if fact})
        assert answer.status_code == 422, answer.text
        assert list(answer.json()["errors"]) == [field]
    await set_channel(paying.house.funding, QRIS, is_on=False, fee_on=None, actor="rina")
    assert (await deposits(buyer)).json()["code"] == "channel_closed"
    assert (await buyer.get(DEPOSITS)).json()["total"] == 0


async def test_a_repeat_is_the_same_deposit_and_other_facts_a_conflict(paying: Shop) -> None:
    buyer, other = await paying.buyer(money=0), await paying.buyer(money=0)
    first, again = [await deposits(buyer, ref_id="a") for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["deposit"] == first.json()["deposit"]
    assert again.json()["payment"] == first.json()["payment"]
    conflict = await deposits(buyer, 60_000, ref_id="a")
    assert (conflict.status_code, conflict.json()["code"]) == (409, "ref_id_reused")
    assert (await deposits(other, ref_id="a")).status_code == 201


async def test_everybody_sees_their_own_deposits_newest_first(paying: Shop) -> None:
    buyer, other = await paying.buyer(money=0), await paying.buyer(money=0)
    codes = []
    for number in range(21):
        answer = await buyer.shop.client.post(
            DEPOSITS,
            json={"amount": 10_000 + number, "channel": QRIS},
            headers={"Authorization": f"Bearer {buyer.token}", "Prefer": "respond-async"},
        )
        assert answer.status_code == 201, answer.text
        codes.append(answer.json()["deposit"]["code"])
    first = (await buyer.get(DEPOSITS)).json()
    second = (await buyer.get(f"{DEPOSITS}?page=2")).json()
    assert (first["total"], first["per_page"], len(second["data"])) == (21, 20, 1)
    assert [one["code"] for one in first["data"] + second["data"]] == codes[::-1]
    assert (await other.get(DEPOSITS)).json()["data"] == []
    for path in ("", "/refresh-status"):
        assert (await other.get(f"{DEPOSITS}/{codes[0]}{path}")).status_code == 403
        assert (await buyer.get(f"{DEPOSITS}/DEP-20261116-XXXXXXXX{path}")).status_code == 404
        assert (await paying.client.get(f"{DEPOSITS}/{codes[0]}{path}")).status_code == 401
    for path in ("/pay", "/cancel"):
        assert (await other.post(f"{DEPOSITS}/{codes[0]}{path}")).status_code == 403


async def test_a_cancelled_deposit_is_not_payable_here_and_is_credited_all_the_same(
    paying: Shop,
) -> None:
    buyer = await paying.buyer(money=0)
    one = (await deposited(buyer))["deposit"]
    cancelled = await buyer.post(f"{DEPOSITS}/{one['code']}/cancel")
    assert cancelled.json()["deposit"]["status"] == "cancelled"
    assert cancelled.json()["payment"]["qr"] is None
    for path in ("/cancel", "/pay"):
        answer = await buyer.post(f"{DEPOSITS}/{one['code']}{path}")
        assert (answer.status_code, answer.json()["code"]) == (409, "deposit_cancelled")
    await customer_pays(paying, one["id"])
    await credited(buyer, one["code"])
    assert await buyer.balance() == 50_000


async def test_an_expired_deposit_says_so_and_is_credited_all_the_same(paying: Shop) -> None:
    buyer = await paying.buyer(money=0)
    one = (await deposited(buyer))["deposit"]
    await let_time_pass(paying, one["id"])
    await expire_deposits(paying.house.funding, 60)
    said = (await buyer.get(f"{DEPOSITS}/{one['code']}")).json()
    assert said["deposit"]["status"] == said["payment"]["status"] == "expired"
    answer = await buyer.post(f"{DEPOSITS}/{one['code']}/pay")
    assert (answer.status_code, answer.json()["code"]) == (409, "deposit_expired")
    await customer_pays(paying, one["id"])
    await credited(buyer, one["code"])


async def test_a_new_link_by_another_channel_and_the_old_one_both_reach_the_wallet(
    paying: Shop,
) -> None:
    buyer = await paying.buyer(money=0)
    one = (await deposited(buyer))["deposit"]
    first = await invoice_of(paying, one["id"])
    kept = await buyer.post(f"{DEPOSITS}/{one['code']}/pay")
    assert kept.json()["payment"]["channel"] == QRIS
    answer = await buyer.post(f"{DEPOSITS}/{one['code']}/pay", {"payment_method": IPAYMU_PAGE})
    assert answer.json()["payment"]["channel"] == IPAYMU_PAGE
    await customer_pays(paying, one["id"], link=first)
    await credited(buyer, one["code"])
    paid = await buyer.post(f"{DEPOSITS}/{one['code']}/pay")
    assert (paid.status_code, paid.json()["code"]) == (409, "already_paid")
    await customer_pays(paying, one["id"])

    async def both() -> bool:
        return await buyer.balance() == 100_000

    await until(both)


async def test_a_refresh_asks_the_gateway_and_credits_what_it_finds(paying: Shop) -> None:
    await lose_callbacks(paying)
    buyer = await paying.buyer(money=0)
    for number, channel in enumerate((QRIS, IPAYMU_PAGE), 1):
        one = (await deposited(buyer, channel=channel))["deposit"]
        path = f"{DEPOSITS}/{one['code']}/refresh-status"
        await asyncio.sleep(GAP_S)
        said = (await buyer.get(path)).json()
        assert said["deposit"]["status"] == "pending"
        assert A_TIME.fullmatch(said["next_check_at"])
        await customer_pays(paying, one["id"])
        await asyncio.sleep(GAP_S)
        said = (await buyer.get(path)).json()
        assert said["deposit"]["status"] == said["payment"]["status"] == "paid"
        assert await buyer.balance() == 50_000 * number
        assert (await buyer.get(path)).json()["message"] == "Deposit sudah selesai"


async def test_too_little_is_looked_at_by_a_person_and_its_user_is_told(paying: Shop) -> None:
    buyer = await paying.buyer(money=0)
    one = (await deposited(buyer))["deposit"]
    await customer_pays(paying, one["id"], amount=-1_000)

    async def arrived() -> bool:
        said = (await buyer.get(f"{DEPOSITS}/{one['code']}")).json()
        return "sudah kami terima" in said["payment"]["message"]

    await until(arrived)
    assert await buyer.balance() == 0
    refused = await buyer.post(f"{DEPOSITS}/{one['code']}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_paid")
    await give_back(paying, one["id"], buyer)
    assert await buyer.balance() == 49_000


async def give_back(shop: Shop, deposit_id: int, buyer: Buyer) -> None:
    async with shop.house.db.read() as tx:
        row = await tx.row(
            "SELECT id FROM funding.payments WHERE purpose_id = %(id)s", {"id": deposit_id}
        )
    assert row is not None
    await release_payment(
        shop.house.funding, row[0], user_id=buyer.id, actor="rina", reason="kurang bayar"
    )
