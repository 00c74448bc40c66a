"""The JSON door for members' machines, over the running site; every answer is held to OpenAPI."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from konter.catalogue.prices import Kind, Role, Rule, set_rule
from konter.kernel.money import Rupiah
from konter.people.configure_member import set_active, set_ip, set_require_hmac
from konter.people.keys import issue_key, revoke_key
from konter.people.member_callbacks import set_callback
from tests.shop import Shop
from tests.sim_process import Sim
from tests.web.h2h import BAD_SIGNS, Machine, new_member, open_h2h_shop
from tests.web.paying import plain
from tests.web.schema import held_to_its_word

NUMBER = "087800001230"
REFUSED = "087800001232"
PENDING = "087800006001"
PRICE = 11_500


@pytest_asyncio.fixture(scope="module")
async def door(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[Shop]:
    async with open_h2h_shop(server_conninfo, template, sim_process) as shop:
        shop.client = await held_to_its_word(shop.client)
        yield shop
        await shop.assert_honest()


@pytest_asyncio.fixture(scope="module")
async def machine(door: Shop) -> Machine:
    """One member for all cases of a test."""
    return await new_member(door)


def code_of(answer: Any) -> tuple[int, str, bool]:
    """Status, code and whether a retry makes sense; each error says all three, and something for a
    person."""
    said = answer.json()
    assert said["message"]
    return answer.status_code, said["code"], said["retry"]


async def test_an_order_is_held_sent_and_answered_signed(door: Shop) -> None:
    toko = await new_member(door, money=50_000)
    answer = await toko.orders_("xld10", NUMBER, "INV-1", waits=True)
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert said["sn"]
    assert said["timestamp"].endswith("Z")
    assert {key: said[key] for key in ("ref_id", "product", "customer_no", "status", "price")} == {
        "ref_id": "INV-1",
        "product": "xld10",
        "customer_no": NUMBER,
        "status": "success",
        "price": PRICE,
    }
    assert said["balance"] == 50_000 - PRICE == await toko.balance()
    assert said["sign"] == toko.md5("INV-1", "success")
    assert [said["trx_id"]] == await toko.order_ids()


async def test_a_repeated_reference_answers_what_stands_and_never_debits_again(door: Shop) -> None:
    toko = await new_member(door, money=50_000)
    first = await toko.orders_("xld10", NUMBER, "A", waits=True)
    repeats = await asyncio.gather(*(toko.orders_("xld10", NUMBER, "A") for _ in range(6)))
    assert {answer.status_code for answer in repeats} == {200}
    assert {answer.json()["trx_id"] for answer in repeats} == {first.json()["trx_id"]}
    assert {answer.json()["status"] for answer in repeats} == {"success"}
    assert await toko.balance() == 50_000 - PRICE
    other = await toko.orders_("xld10", "087800001231", "A")
    assert code_of(other) == (409, "ref_id_reused", False)
    for product, number in (("tidak-ada", NUMBER), ("xld10", "0812")):
        assert code_of(await toko.orders_(product, number, "A")) == (409, "ref_id_reused", False)


async def test_a_storm_of_one_reference_makes_one_order(door: Shop) -> None:
    toko = await new_member(door, money=50_000)
    answers = await asyncio.gather(*(toko.orders_("xld10", NUMBER, "STORM") for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [200] * 11 + [201]
    assert len(await toko.order_ids()) == 1
    assert await toko.balance() == 50_000 - PRICE


async def test_an_order_that_its_upstream_refuses_is_answered_as_failed(door: Shop) -> None:
    toko = await new_member(door, money=50_000)
    answer = await toko.orders_("xld10", REFUSED, "A", waits=True)
    assert answer.status_code == 201
    said = answer.json()
    assert (said["status"], said["sn"], said["balance"]) == ("failed", None, 50_000)
    assert said["message"]
    assert said["sign"] == toko.md5("A", "failed")


async def test_a_status_is_by_the_members_own_reference_and_orders_nothing(door: Shop) -> None:
    toko, other = await new_member(door), await new_member(door)
    made = await toko.orders_("xld10", PENDING, "A", waits=True)
    assert made.json()["status"] == "process"
    assert (await toko.status("A")).json()["trx_id"] == made.json()["trx_id"]
    assert code_of(await toko.status("B")) == (404, "transaction_not_found", False)
    assert code_of(await other.status("A")) == (404, "transaction_not_found", False)
    assert await other.order_ids() == []
    await door.until(await toko.upstream_ends("Sukses"), "delivered")
    said = (await toko.status("A")).json()
    assert (said["status"], said["sign"]) == ("success", toko.md5("A", "success"))


async def test_a_refusal_stands_under_its_reference(door: Shop) -> None:
    toko = await new_member(door, money=500)
    assert code_of(await toko.orders_("xld10", NUMBER, "A")) == (422, "not_enough_balance", False)
    again, status = await toko.orders_("xld10", NUMBER, "A"), await toko.status("A")
    for answer in (again, status):
        assert code_of(answer) == (422, "refused_before", False)
        assert answer.json()["refused_as"] == "not_enough_balance"
    assert await toko.order_ids() == []


async def test_a_price_above_the_limit_is_refused_before_anything_is_held(door: Shop) -> None:
    toko = await new_member(door, money=50_000)
    answer = await toko.orders_("xld10", NUMBER, "A", max_price=PRICE - 1)
    assert code_of(answer) == (422, "price_above_limit", False)
    assert (answer.json()["price"], answer.json()["max_price"]) == (PRICE, PRICE - 1)
    assert await toko.balance() == 50_000
    late = await toko.orders_("xld10", NUMBER, "A")
    assert code_of(late) == (422, "refused_before", False)
    assert (await toko.orders_("xld10", NUMBER, "B", max_price=PRICE)).status_code == 201


async def test_the_same_thing_twice_a_day_wants_to_be_meant(door: Shop) -> None:
    toko, other = await new_member(door), await new_member(door)
    assert (await toko.orders_("xld10", NUMBER, "A")).status_code == 201
    again = await toko.orders_("xld10", NUMBER, "B")
    assert code_of(again) == (422, "repeated_today", False)
    assert again.json()["counter"] == 2
    assert (await other.orders_("xld10", NUMBER, "B")).status_code == 201
    assert (await toko.orders_("xld10", "087800001231", "C")).status_code == 201
    assert (await toko.orders_("xld10", NUMBER, "D", counter=2)).status_code == 201
    assert (await toko.orders_("xld10", NUMBER, "E", counter=2)).json()["counter"] == 3
    assert (await toko.orders_("xld10", NUMBER, "D")).status_code == 200


async def test_what_failed_may_be_bought_again_without_a_word(door: Shop) -> None:
    toko = await new_member(door)
    assert (await toko.orders_("xld10", REFUSED, "A", waits=True)).json()["status"] == "failed"
    assert (await toko.orders_("xld10", REFUSED, "B", waits=True)).status_code == 201


async def test_of_many_orders_at_once_no_more_pass_than_the_day_allows(door: Shop) -> None:
    toko = await new_member(door, orders_per_day=3)
    answers = await asyncio.gather(
        *(toko.orders_("xld10", f"08780000{n:04d}", f"R{n}") for n in range(1240, 1250))
    )
    codes = [answer.status_code for answer in answers]
    assert codes.count(201) == 3
    refused = [code_of(answer) for answer in answers if answer.status_code != 201]
    assert set(refused) == {(422, "order_limit_reached", False)}
    assert len(await toko.order_ids()) == 3


async def test_a_days_amount_counts_what_was_not_given_back(door: Shop) -> None:
    toko = await new_member(door, amount_per_day=Rupiah(2 * PRICE))
    failed = await toko.orders_("xld10", REFUSED, "A", waits=True)
    assert failed.json()["status"] == "failed"
    both = await asyncio.gather(
        toko.orders_("xld10", NUMBER, "B"), toko.orders_("xld10", "087800001231", "C")
    )
    assert [answer.status_code for answer in both] == [201, 201]
    third = await toko.orders_("xld10", "087800001233", "D")
    assert code_of(third) == (422, "amount_limit_reached", False)
    assert third.json()["spent"] == 2 * PRICE


async def test_a_member_buys_and_sees_only_what_it_may(door: Shop) -> None:
    toko, free = await new_member(door, products=frozenset({"xld10"})), await new_member(door)
    listed = (await toko.get("products", "pricelist")).json()["data"]
    assert [one["buyer_sku"] for one in listed] == ["xld10"]
    everything = (await free.get("products", "pricelist")).json()["data"]
    other = next(one["buyer_sku"] for one in everything if one["buyer_sku"] != "xld10")
    answer = await toko.orders_(other, NUMBER, "A")
    assert code_of(answer)[:2] in ((422, "product_not_admitted"), (422, "invalid"))
    unknown = await toko.orders_("tidak-ada", NUMBER, "B")
    assert code_of(unknown) == (422, "product_unknown", False)


async def test_the_price_list_is_the_members_own_and_costs_nothing_while_it_stands(
    door: Shop,
) -> None:
    toko = await new_member(door)
    first = await toko.get("products", "pricelist")
    (xl,) = [one for one in first.json()["data"] if one["buyer_sku"] == "xld10"]
    assert (xl["price"], xl["is_active"]) == (PRICE, True)
    same = await toko.get("products", "pricelist", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.text) == (304, "")
    catalogue = door.house.catalogue
    await set_rule(catalogue, Rule(Role.RESELLER, Kind.FLAT, 2_500, brand=xl["brand"]))
    dearer = await toko.get(
        "products", "pricelist", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert dearer.status_code == 200
    (xl,) = [one for one in dearer.json()["data"] if one["buyer_sku"] == "xld10"]
    assert xl["price"] == (await toko.orders_("xld10", NUMBER, "A")).json()["price"] != PRICE
    await set_rule(catalogue, Rule(Role.RESELLER, Kind.FLAT, 1_500, brand=xl["brand"]))
    assert (await toko.get("products", "pricelist")).headers["ETag"] == first.headers["ETag"]


async def test_the_balance_is_the_members_own(door: Shop) -> None:
    toko = await new_member(door, money=12_345)
    answer = await toko.get("balance", "balance")
    assert answer.json() == {"username": toko.name, "balance": 12_345}


async def test_a_wrong_sign_a_wrong_name_and_no_sign_are_all_alike(door: Shop) -> None:
    toko, other = await new_member(door), await new_member(door)
    wrong: dict[str, dict[str, Any]] = {
        "another member's": {"sign": other.md5("A", NUMBER, "xld10")},
        "of another number": {"sign": toko.md5("A", "087800001231", "xld10")},
        "none": {"sign": None},
        "an unknown member": {"username": "TIDAKADA"},
    }
    said = set()
    for facts in wrong.values():
        answer = await toko.orders_("xld10", NUMBER, "A", **facts)
        assert code_of(answer) == (401, "bad_signature", False)
        said.add(answer.text)
        await toko.get("balance", "balance")
    assert len(said) == 1
    assert await toko.order_ids() == []


async def test_whoever_signs_wrongly_too_often_is_locked_out_and_no_other_address_is(
    door: Shop,
) -> None:
    toko = await new_member(door)
    codes = [(await toko.get("balance", "wrong")).json()["code"] for _ in range(BAD_SIGNS + 1)]
    assert codes == ["bad_signature"] * BAD_SIGNS + ["locked_out"]
    locked = await toko.get("balance", "balance")
    assert code_of(locked) == (429, "locked_out", True)
    assert int(locked.headers["Retry-After"]) == locked.json()["retry_after"] > 0
    toko.address = "198.19.7.7"
    assert (await toko.get("balance", "balance")).status_code == 200


async def test_a_member_calls_from_its_own_addresses_only(door: Shop) -> None:
    toko = await new_member(door)
    await set_ip(door.house.people, toko.name, ["203.0.113.0/28"])
    assert code_of(await toko.get("balance", "balance")) == (401, "ip_not_allowed", False)
    toko.address = "203.0.113.9"
    assert (await toko.get("balance", "balance")).status_code == 200


async def test_too_many_calls_in_a_minute_are_refused_for_a_while(door: Shop) -> None:
    toko = await new_member(door, requests_per_minute=3)
    answers = [await toko.get("balance", "balance") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert code_of(answers[3]) == (429, "too_many_requests", True)
    assert int(answers[3].headers["Retry-After"]) > 0


async def test_a_disabled_member_is_nobody(door: Shop) -> None:
    toko = await new_member(door)
    await set_active(door.house.people, toko.name, False)
    assert code_of(await toko.get("balance", "balance")) == (401, "bad_signature", False)


async def test_an_hmac_proves_the_very_bytes_and_not_for_long(door: Shop) -> None:
    toko = await new_member(door)
    body = {"ref_id": "A", "customer_no": NUMBER, "buyer_sku": "xld10", "username": toko.name}
    assert code_of(await toko.posts_with_hmac(body, late_s=400)) == (401, "bad_signature", False)
    made = await toko.posts_with_hmac(body)
    assert made.status_code == 201, made.text
    target = f"/api/v1/orders/A?username={toko.name}"
    header = {"X-Konter-Signature": toko.hmac("GET", target)}
    assert (await toko.ask("GET", target, headers=header)).status_code == 200
    moved = await toko.ask("GET", target.replace("/A", "/B"), headers=header)
    assert code_of(moved) == (401, "bad_signature", False)


async def test_a_member_that_wants_hmac_is_believed_by_nothing_else(door: Shop) -> None:
    toko = await new_member(door)
    key = (await issue_key(door.house.people, toko.name, "kasir")).key
    await set_require_hmac(door.house.people, toko.name, True)
    assert (await toko.get("balance", "balance")).status_code == 401
    bearer = {"Authorization": f"Bearer {key}"}
    assert (await toko.ask("GET", "/api/v1/balance", headers=bearer)).status_code == 401
    target = f"/api/v1/balance?username={toko.name}"
    header = {"X-Konter-Signature": toko.hmac("GET", target)}
    assert (await toko.ask("GET", target, headers=header)).status_code == 200


async def test_an_api_key_names_and_proves_its_member_until_it_is_revoked(door: Shop) -> None:
    toko, other = await new_member(door, money=777), await new_member(door)
    key = (await issue_key(door.house.people, toko.name, "kasir")).key
    bearer = {"Authorization": f"Bearer {key}"}
    answer = await toko.ask("GET", "/api/v1/balance", headers=bearer)
    assert answer.json() == {"username": toko.name, "balance": 777}
    named = f"/api/v1/balance?username={other.name}"
    assert (await toko.ask("GET", named, headers=bearer)).status_code == 401
    await revoke_key(door.house.people, toko.name, "kasir")
    assert (await toko.ask("GET", "/api/v1/balance", headers=bearer)).status_code == 401


async def test_a_login_token_opens_no_door_for_machines(door: Shop) -> None:
    buyer = await door.buyer()
    answer = await buyer.get("/api/v1/balance")
    assert code_of(answer) == (401, "bad_signature", False)


async def test_the_callback_log_tells_what_was_told_and_what_came_of_it(door: Shop) -> None:
    toko, other = await new_member(door), await new_member(door)
    await set_callback(door.house.people, toko.name, "http://127.0.0.1:9/cb")
    made = await toko.orders_("xld10", NUMBER, "A", waits=True)
    (told,) = (await toko.get("callbacks", "callbacks")).json()["data"]
    assert (told["ref_id"], told["trx_id"]) == ("A", made.json()["trx_id"])
    assert (told["event"], told["status"], told["price"]) == ("order.success", "success", PRICE)
    assert told["state"] == "waiting"
    assert (await other.get("callbacks", "callbacks")).json()["data"] == []
    beyond = await toko.get("callbacks", "callbacks", query={"page": 2})
    assert beyond.json() == {"page": 2, "data": [], "has_more": False}
    assert code_of(await toko.get("callbacks", "callbacks", query={"page": 0}))[1] == "invalid"


SHAPES: list[dict[str, Any]] = [
    {"ref_id": ""},
    {"ref_id": "a b"},
    {"ref_id": "x" * 65},
    {"ref_id": 7},
    {"customer_no": 87800001230},
    {"customer_no": "0878 0000 1230"},
    {"customer_no": "۰۸۷۸۰۰۰۰۱۲۳۰"},
    {"customer_no": "08780000123\x00"},
    {"customer_no": "123"},
    {"buyer_sku": "xld10 "},
    {"buyer_sku": None},
    {"max_price": 0},
    {"max_price": 11_500.5},
    {"max_price": "11500"},
    {"counter": 0},
    {"counter": 100},
]


@pytest.mark.parametrize("facts", SHAPES, ids=str)
async def test_what_cannot_be_read_is_refused_field_by_field(
    machine: Machine, facts: dict[str, Any]
) -> None:
    body = {**machine.order_body("xld10", NUMBER, "SHAPE"), **facts}
    if body["customer_no"] == "123":
        body["sign"] = machine.md5("SHAPE", "123", "xld10")
    answer = await machine.ask("POST", "/api/v1/orders", json=body)
    assert code_of(answer) == (422, "invalid", False)
    assert await machine.order_ids() == []


async def test_no_path_and_no_query_makes_an_error_of_ours(door: Shop) -> None:
    toko = await new_member(door)
    for ref in ("%00", "%ff", "x" * 65, "%20", "é", "-1"):
        answer = await toko.ask("GET", f"/api/v1/orders/{ref}?username={toko.name}&sign=x")
        assert answer.status_code in (401, 404, 422, 429), f"{ref}: {answer.text}"
    for query in ("sign=%00", "sign=a&sign=b", "username=%ff&sign=x", "username=" + "x" * 21):
        answer = await toko.ask("GET", f"/api/v1/balance?{query}")
        assert answer.status_code in (401, 422, 429), f"{query}: {answer.text}"
    toko.client = plain(door)
    slash = await toko.ask("GET", f"/api/v1/orders/a%2Fb?username={toko.name}&sign=x")
    assert slash.status_code == 404
