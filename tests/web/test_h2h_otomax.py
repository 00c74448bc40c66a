"""The Otomax door over the running site: one line of text, read only as its partner reads it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from litestar.exceptions import HTTPException
from litestar.testing import RequestFactory
from psycopg import OperationalError

from konter.kernel.clock import WIB
from konter.kernel.errors import Broken, CommitUnknown, Refused, Unavailable
from konter.orders.otomax_words import EXPRESSIONS
from konter.people.configure_member import set_ip, set_nosign, set_require_hmac
from konter.people.members import Part
from konter.people.signatures import OtomaxTrx, Pin
from konter.web.h2h import otomax_line
from tests.orders.test_otomax_words import python, read
from tests.shop import Shop
from tests.sim_process import Sim
from tests.web.h2h import BAD_SIGNS, Machine, new_member, open_h2h_shop

NUMBER = "087800001230"
REFUSED = "087800001232"
PENDING = "087800006001"
PRICE = "11.500"


@pytest_asyncio.fixture(scope="module")
async def door(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[Shop]:
    async with open_h2h_shop(server_conninfo, template, sim_process) as shop:
        yield shop
        await shop.assert_honest()


def bare(text: str) -> str:
    """A line that no documented expression takes for anything."""
    assert not any(python(expression).search(text) for expression in EXPRESSIONS.values()), text
    return text


async def ended(toko: Machine, *query: str) -> tuple[str, dict[str, Any]]:
    """What ``check=1`` says once it is no more PROSES."""
    for _ in range(200):
        word, found = read(await toko.trx(*query, check="1"))
        if word != "proses":
            return word, found
        await asyncio.sleep(0.02)
    raise AssertionError("it never ended")


async def test_a_purchase_is_taken_at_once_and_its_end_is_there_to_be_asked_for(
    door: Shop,
) -> None:
    toko = await new_member(door, money=50_000)
    word, found = read(await toko.trx("xld10", NUMBER, "2140669"))
    assert word == "proses"
    assert found == {
        "trxid": "2140669",
        "clientid": str((await toko.order_ids())[0]),
        "kode": "xld10",
        "tujuan": NUMBER,
        "hargabeli": PRICE,
        "saldo": "38.500",
    }
    word, found = await ended(toko, "xld10", NUMBER, "2140669")
    assert (word, found["trxid"], found["saldo"]) == ("sukses", "2140669", "38.500")
    order = await door.order((await toko.order_ids())[0])
    assert found["sn"] == order.serial


async def test_a_failed_purchase_says_why_and_the_money_is_back(door: Shop) -> None:
    toko = await new_member(door, money=50_000)
    await toko.trx("xld10", REFUSED, "1")
    word, found = await ended(toko, "xld10", REFUSED, "1")
    assert (word, found["saldo"]) == ("gagal", "50.000")
    assert found["keterangan1"]


async def test_a_reference_that_is_known_is_never_bought_twice(door: Shop) -> None:
    toko = await new_member(door, money=50_000)
    said = await asyncio.gather(*(toko.trx("xld10", PENDING, "1") for _ in range(6)))
    assert {read(text)[0] for text in said} == {"proses"}
    (order_id,) = await toko.order_ids()
    assert {read(text)[1]["clientid"] for text in said} == {str(order_id)}
    assert await toko.balance() == 38_500
    for more in ({"qty": "5"}, {"hargamax": "1"}, {"counter": "3"}):
        assert read(await toko.trx("xld10", PENDING, "1", **more))[0] == "proses"
    await door.until(await toko.upstream_ends("Sukses"), "delivered")
    assert read(await toko.trx("xld10", PENDING, "1"))[0] == "sukses"
    assert len(await toko.order_ids()) == 1


async def test_a_reference_that_has_bought_is_answered_with_that_whatever_else_is_said(
    door: Shop,
) -> None:
    """'Failed' would have a partner give its buyer the money back for what was delivered."""
    toko = await new_member(door, money=50_000)
    await toko.trx("xld10", NUMBER, "1")
    await ended(toko, "xld10", NUMBER, "1")
    for product, number in (("tidak-ada", NUMBER), ("xld10", "087800001231"), ("xld10", "0812")):
        word, found = read(await toko.trx(product, number, "1"))
        assert (word, found["kode"], found["tujuan"]) == ("sukses", "xld10", NUMBER)
    assert len(await toko.order_ids()) == 1


async def test_a_check_of_what_was_never_asked_for_orders_nothing(door: Shop) -> None:
    toko = await new_member(door)
    word, found = read(await toko.trx("xld10", NUMBER, "9", check="1"))
    assert (word, found) == ("tidak ada", {"trxid": "9", "tujuan": NUMBER})
    today = f"{datetime.now(UTC).astimezone(WIB):%d/%m/%Y}"
    assert today in await toko.trx("xld10", NUMBER, "9", check="1")
    assert await toko.order_ids() == []


async def test_another_members_reference_is_nobodys(door: Shop) -> None:
    toko, other = await new_member(door), await new_member(door)
    await toko.trx("xld10", NUMBER, "77")
    assert read(await other.trx("xld10", NUMBER, "77", check="1"))[0] == "tidak ada"
    mine, theirs = await toko.trx("xld10", NUMBER, "77"), await other.trx("xld10", NUMBER, "77")
    assert read(mine)[1]["clientid"] != read(theirs)[1]["clientid"]
    assert (len(await toko.order_ids()), len(await other.order_ids())) == (1, 1)


async def test_the_names_of_parameters_may_be_written_anyhow(door: Shop) -> None:
    toko = await new_member(door)
    query = toko.trx_query("xld10", NUMBER, "1")
    for spelled in (str.lower, str.upper, str.title):
        said = await toko.says("trx", {spelled(name): text for name, text in query.items()})
        assert read(said)[1]["trxid"] == "1"
    assert len(await toko.order_ids()) == 1


async def test_a_name_that_stands_twice_is_not_guessed_at(door: Shop) -> None:
    toko = await new_member(door)
    query = {**toko.trx_query("xld10", NUMBER, "1"), "DEST": "087800001231"}
    assert bare(await toko.says("trx", query)) == "Format salah: dest dua kali"
    assert await toko.order_ids() == []


async def test_a_code_in_capitals_is_the_same_product_however_it_was_signed(door: Shop) -> None:
    toko = await new_member(door)
    assert read(await toko.trx("XLD10", NUMBER, "1"))[1]["kode"] == "xld10"
    own = Pin(toko.made.secrets[Part.PIN], toko.made.secrets[Part.PASSWORD])
    for sign in OtomaxTrx(toko.name, "xld10", NUMBER, "1").signs(own):
        query = {**toko.trx_query("xld10", NUMBER, "1"), "sign": sign}
        assert read(await toko.says("trx", query))[0] in ("proses", "sukses")


async def test_what_the_shop_refuses_is_told_as_failed_and_stays_so(door: Shop) -> None:
    toko = await new_member(door, money=500)
    for _ in range(2):
        word, found = read(await toko.trx("xld10", NUMBER, "1"))
        assert (word, found["clientid"], found["saldo"]) == ("gagal", None, "500")
        assert found["keterangan1"] == "Saldo tidak mencukupi"
    assert read(await toko.trx("xld10", NUMBER, "1", check="1"))[0] == "gagal"
    assert await toko.order_ids() == []


REFUSALS = {
    "an unknown code": (("tidakada", NUMBER), {}, "Kode produk tidak dikenal"),
    "a number that is none": (("xld10", "0812"), {}, "Nomor HP harus diawali 08"),
    "another operator's number": (("xld10", "081200001230"), {}, "milik Telkomsel"),
    "our price is higher": (("xld10", NUMBER), {"hargamax": "11499"}, "melebihi batas harga"),
    "more than one": (("xld10", NUMBER), {"qty": "2"}, "jumlahnya harus 1"),
    "none at all": (("xld10", NUMBER), {"qty": "0"}, "jumlahnya harus 1"),
}


@pytest.mark.parametrize("case", REFUSALS)
async def test_each_refusal_says_what_is_wrong(door: Shop, case: str) -> None:
    (product, dest), more, reason = REFUSALS[case]
    toko = await new_member(door)
    word, found = read(await toko.trx(product, dest, "1", **more))
    assert (word, found["kode"], found["tujuan"]) == ("gagal", product, dest)
    assert reason in str(found["keterangan1"])
    assert await toko.order_ids() == []


async def test_a_price_limit_that_holds_and_a_quantity_of_one_change_nothing(door: Shop) -> None:
    toko = await new_member(door)
    said = await toko.trx("xld10", NUMBER, "1", qty="1", hargamax="11500", counter="")
    assert read(said)[0] == "proses"


async def test_a_second_purchase_of_one_day_wants_its_counter(door: Shop) -> None:
    toko = await new_member(door)
    await toko.trx("xld10", NUMBER, "1")
    word, found = read(await toko.trx("xld10", NUMBER, "2"))
    assert word == "gagal"
    assert "counter=2" in str(found["keterangan1"])
    assert read(await toko.trx("xld10", NUMBER, "3", counter="2"))[0] == "proses"
    assert len(await toko.order_ids()) == 2


async def test_a_members_day_ends_where_its_limit_does(door: Shop) -> None:
    toko = await new_member(door, orders_per_day=1)
    await toko.trx("xld10", NUMBER, "1")
    word, found = read(await toko.trx("xld10", "087800001231", "2"))
    assert (word, found["keterangan1"]) == (
        "gagal",
        "Batas jumlah transaksi hari ini sudah tercapai",
    )
    assert read(await toko.trx("xld10", NUMBER, "1"))[0] in ("proses", "sukses")


async def test_a_call_that_is_turned_away_says_nothing_of_what_stands(door: Shop) -> None:
    """A purchase is on its way, and its partner's next call is refused at the door: no word of that
    may be taken for the purchase's end."""
    toko, other = await new_member(door), await new_member(door)
    await toko.trx("xld10", PENDING, "1")
    forged = {**toko.trx_query("xld10", PENDING, "1"), "sign": other.otomax_sign("x")}
    assert bare(await toko.says("trx", forged)) == "Member atau tanda tangan salah"
    assert bare(await toko.says("trx", {**forged, "check": "1"}))
    await set_ip(door.house.people, toko.name, ["203.0.113.0/28"])
    assert bare(await toko.trx("xld10", PENDING, "1")) == "Alamat IP tidak terdaftar"
    await set_ip(door.house.people, toko.name, [])
    limited = await new_member(door, requests_per_minute=1)
    await limited.trx("xld10", PENDING, "1")
    assert bare(await limited.trx("xld10", PENDING, "1")).startswith("Terlalu banyak permintaan")
    for machine in (toko, limited):
        await door.until(await machine.upstream_ends("Gagal"), "failed")


async def test_whoever_signs_wrongly_too_often_is_locked_out_even_when_right(door: Shop) -> None:
    toko = await new_member(door)
    wrong = {**toko.trx_query("xld10", NUMBER, "1"), "sign": "x" * 27}
    said = [bare(await toko.says("trx", wrong)) for _ in range(BAD_SIGNS + 1)]
    assert said[-1].startswith("Terlalu banyak tanda tangan yang salah")
    assert bare(await toko.trx("xld10", NUMBER, "1")) == said[-1]
    assert await toko.order_ids() == []


async def test_pin_and_password_serve_where_the_member_may_use_them(door: Shop) -> None:
    toko = await new_member(door)
    query = toko.trx_query("xld10", NUMBER, "1")
    del query["sign"]
    own = {"pin": toko.made.secrets[Part.PIN], "password": toko.made.secrets[Part.PASSWORD]}
    assert bare(await toko.says("trx", {**query, **own})) == "Member atau tanda tangan salah"
    await set_nosign(door.house.people, toko.name, True)
    assert read(await toko.says("trx", {**query, **own}))[0] == "proses"
    assert bare(await toko.says("trx", {**query, **own, "pin": "000000"}))
    signed_wrongly = {**query, **own, "sign": "x" * 27}
    assert bare(await toko.says("trx", signed_wrongly)) == "Member atau tanda tangan salah"
    await set_require_hmac(door.house.people, toko.name, True)
    assert bare(await toko.says("trx", {**query, **own})) == "Member atau tanda tangan salah"


async def test_the_balance_is_one_line(door: Shop) -> None:
    toko = await new_member(door, money=284_939)
    own = toko.made.secrets[Part.PIN], toko.made.secrets[Part.PASSWORD]
    sign = toko.otomax_sign("CheckBalance", toko.name, *own)
    said = await toko.says("balance", {"memberID": toko.name, "sign": sign})
    assert said == "Saldo 284.939"
    assert bare(await toko.says("balance", {"memberID": toko.name, "sign": "x"}))


async def test_whatever_is_wrong_on_our_side_is_no_word_about_a_purchase() -> None:
    request = RequestFactory().get("/otomax/trx")
    said = [
        otomax_line.of_konter(request, CommitUnknown()),
        otomax_line.of_konter(request, Unavailable()),
        otomax_line.of_konter(request, Broken("R#1 x.1 GAGAL. y. Saldo 1")),
        otomax_line.of_database(request, OperationalError("R#1 x.1 GAGAL. y. Saldo 1")),
        otomax_line.of_anything(request, ZeroDivisionError()),
        otomax_line.of_framework(request, HTTPException(status_code=413)),
        otomax_line.of_konter(request, Refused("R#1 T#2 x.1 SUKSES. SN/Ref: y. Hrg 1. Saldo 1")),
    ]
    assert all(bare(line.content) for line in said)


WRONG_FORMATS = (
    ({"product": ""}, "product"),
    ({"product": "a b"}, "product"),
    ({"dest": "a|b"}, "dest"),
    ({"dest": "٠٨١٢"}, "dest"),
    ({"refID": "x" * 65}, "refid"),
    ({"refID": "1\n"}, "refid"),
    ({"qty": "-1"}, "qty"),
    ({"qty": "1.5"}, "qty"),
    ({"hargamax": "x"}, "hargamax"),
    ({"counter": "100"}, "counter"),
)


async def test_what_cannot_be_read_is_named_and_nothing_is_ordered(door: Shop) -> None:
    toko = await new_member(door)
    for facts, name in WRONG_FORMATS:
        query = {**toko.trx_query("xld10", NUMBER, "1"), **facts}
        assert bare(await toko.says("trx", query)) == f"Format salah: {name}", facts
    for raw in ("", "&&&", "=", "product", "%", "%zz=%ff", "a" * 2_500, "dest=%00&product=%00"):
        answer = await toko.ask("GET", f"/otomax/trx?{raw}")
        assert answer.status_code == 200, raw
        assert re.match(r"Format salah: ", bare(answer.text)), raw
    assert await toko.order_ids() == []


async def test_no_pin_no_password_and_no_sign_is_logged(
    door: Shop, capfd: pytest.CaptureFixture[str]
) -> None:
    toko = await new_member(door)
    await set_nosign(door.house.people, toko.name, True)
    signed = toko.trx_query("xld10", NUMBER, "1")
    own = {"pin": toko.made.secrets[Part.PIN], "password": toko.made.secrets[Part.PASSWORD]}
    plain = {name: text for name, text in signed.items() if name != "sign"}
    for query in (
        signed,
        {**plain, **own},
        {**signed, "sign": "SALAH-SEKALI"},
        {**own, "qty": "x"},
    ):
        await toko.says("trx", query)
    written = "".join(capfd.readouterr())
    assert "people.call_refused" in written
    for secret in (*own.values(), signed["sign"], "SALAH-SEKALI"):
        assert secret not in written


async def test_a_shop_without_a_gateway_offers_no_tickets(door: Shop) -> None:
    toko = await new_member(door)
    assert bare(await toko.ticket("50000")).startswith("Tiket deposit tidak tersedia")
    assert bare(await toko.ticket("")).startswith("Tiket deposit tidak tersedia")
