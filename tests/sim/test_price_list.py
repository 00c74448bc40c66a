"""Balance, price list, deposit tickets and PLN customers."""

from tests.sim.buyer import Buyer, signed
from tests.sim.vectors import (
    LISTED_X100,
    PASCA_LIST,
    PLN_CUSTOMER,
    TICKET,
    TOO_MANY_LISTS,
    USERNAME,
)


async def test_the_price_list_speaks_digiflazz_s_own_fields(buyer: Buyer) -> None:
    items = (await buyer.price_list()).data
    assert len(items) >= 60
    listed = next(item for item in items if item["buyer_sku_code"] == "X100")
    assert listed == LISTED_X100
    assert list(listed) == list(LISTED_X100)
    assert {"Pulsa", "Data", "Paket Data", "Games", "PLN", "E-Money", "Voucher"} == {
        item["category"] for item in items
    }
    assert len({item["buyer_sku_code"] for item in items}) == len(items)


async def test_the_postpaid_list_has_no_price(buyer: Buyer) -> None:
    rows = (await buyer.price_list("pasca")).data
    assert rows[:2] == PASCA_LIST["data"]
    assert len({row["buyer_sku_code"] for row in rows}) == len(rows) == 17
    assert all(list(row) == list(rows[0]) for row in rows)


async def test_purchases_and_bills_are_listed_from_two_buckets(buyer: Buyer) -> None:
    await buyer.price_list()
    assert len((await buyer.price_list("pasca", brand="PDAM")).data) == 2
    assert (await buyer.price_list("pasca")).rc == "83"
    assert await buyer.broken_rules() == ["price_list_too_soon"]


async def test_a_second_full_list_too_soon_is_an_object_with_http_200(buyer: Buyer) -> None:
    await buyer.price_list()
    said = await buyer.price_list(brand="XL")
    assert (said.status, said.data) == (200, TOO_MANY_LISTS["data"])
    assert await buyer.broken_rules() == ["price_list_too_soon"]
    await buyer.tell("advance", {"seconds": 301})
    assert {item["brand"] for item in (await buyer.price_list(brand="XL")).data} == {"XL"}


async def test_one_code_may_be_listed_once_a_second(buyer: Buyer) -> None:
    await buyer.price_list()
    assert [item["price"] for item in (await buyer.price_list(code="xld10")).data] == [10_000]
    assert (await buyer.price_list(code="xld10")).rc == "83"
    assert len((await buyer.price_list(code="s10")).data) == 1


async def test_a_deposit_ticket_asks_for_unique_digits(buyer: Buyer) -> None:
    body = {
        "username": USERNAME,
        "amount": 10_000_000,
        "Bank": "BCA",
        "owner_name": "John Doe",
        "sign": signed("deposit"),
    }
    assert (await buyer.post("/deposit", body)).data == TICKET["data"]
    assert (await buyer.post("/deposit", {**body, "amount": 1_000})).rc == "64"


async def test_a_pln_number_is_signed_with_itself(buyer: Buyer) -> None:
    body = {"username": USERNAME, "customer_no": "1234554321", "sign": signed("1234554321")}
    assert (await buyer.post("/inquiry-pln", body)).data == PLN_CUSTOMER["data"]
    wrong = {**body, "customer_no": "45012344054", "sign": signed("45012344054")}
    said = await buyer.post("/inquiry-pln", wrong)
    assert (said.rc, said.data["status"]) == ("54", "Gagal")
    assert "name" not in said.data


async def test_too_many_meters_a_minute_are_refused(buyer: Buyer) -> None:
    await buyer.tell("options", {"meter_checks_per_minute": 1})
    body = {"username": USERNAME, "customer_no": "1234554321", "sign": signed("1234554321")}
    assert [(await buyer.post("/inquiry-pln", body)).rc for _ in range(2)] == ["00", "86"]
    assert await buyer.broken_rules() == ["meter_checks_too_fast"]
    await buyer.tell("advance", {"seconds": 61})
    assert (await buyer.post("/inquiry-pln", body)).rc == "00"
