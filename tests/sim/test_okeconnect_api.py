"""Purchases, checks, the balance, the guard and the price list, and every rule that is kept."""

import asyncio
import json

import pytest

from tests.sim.member import MEMBER, NUMBER, Member

BROKEN = {
    "memberID": ("OK99999", "Pengguna tidak ditemukan", "wrong_member"),
    "pin": ("999999", f"R#0 T1.{NUMBER} GAGAL. Pin Salah", "wrong_pin"),
    "password": ("salah", f"R#0 T1.{NUMBER} GAGAL. Password Salah", "wrong_password"),
}


async def test_a_purchase_is_charged_at_once_and_ends_later(member: Member) -> None:
    said = await member.buy("a")
    assert said.startswith("T#1216408512 R#a Three 1.000 T1.089660522887 akan diproses. Saldo ")
    assert " Saldo 1.000.000 - 1.321 = 998.679 @" in said
    assert "status Menunggu Jawaban. Saldo 998.679" in await member.check("a")
    row = await member.ends("a", "Sukses")
    assert f"status Sukses. SN: {row['sn']}. Hrg 1.321 Trx ke-2" in await member.check("a")
    assert await member.balance() == "Saldo 998.679"
    assert await member.balanced()
    assert await member.broken_rules() == []


async def test_a_failure_gives_the_money_back_silently(member: Member) -> None:
    await member.buy("a", "089660521234")
    await member.ends("a", "Gagal")
    assert await member.balance() == "Saldo 1.000.000"
    assert await member.balanced()


@pytest.mark.parametrize("name", BROKEN)
async def test_wrong_credentials_are_turned_away_and_noted(member: Member, name: str) -> None:
    value, said, rule = BROKEN[name]
    assert await member.buy("a", **{name: value}) == said
    assert await member.check("a", **{name: value}) == said
    assert await member.balance(**{name: value}) in said
    assert await member.broken_rules() == [rule] * 3
    assert (await member.look("books"))["transactions"] == []


async def test_a_stranger_learns_no_secret_from_the_log(member: Member) -> None:
    await member.buy("a", pin="314159", password="sandi-lain")
    log = json.dumps([await member.look("calls"), await member.look("breaches")])
    assert "314159" not in log and "sandi-lain" not in log and MEMBER["password"] not in log


async def test_a_missing_parameter_is_too_short(member: Member) -> None:
    assert await member.buy("", NUMBER) == "Too short"
    assert await member.buy("a", NUMBER, memberID="") == "Too short"
    assert await member.broken_rules() == ["missing_parameter"] * 2


async def test_nothing_is_created_for_a_product_or_number_that_cannot_be(member: Member) -> None:
    assert await member.buy("a", NUMBER, "NONE") == f"R#a NONE.{NUMBER} GAGAL. Kode produk salah."
    assert await member.buy("b", NUMBER, "S2") == f"R#b S2.{NUMBER} GAGAL. Produk sedang gangguan."
    assert await member.buy("c", "12ab", "S5") == "R#c S5.12ab GAGAL. Nomor HP tidak benar."
    assert (await member.check("c", "12ab", "S5")).startswith("TIDAK ADA transaksi Tujuan 12ab")
    assert (await member.look("books"))["transactions"] == []
    assert await member.broken_rules() == ["unknown_product"]


@pytest.mark.parametrize("product", ["T3", "BCS10", "DUMMY1", "T500"])
async def test_buying_a_trap_of_the_price_list_is_a_breach(member: Member, product: str) -> None:
    await member.buy("a", NUMBER, product)
    assert "bought_a_trap" in await member.broken_rules()


async def test_a_deposit_too_small_fails_with_or_without_a_number(member: Member) -> None:
    await member.tell("reset", {"deposit": 1_000})
    assert "GAGAL. Saldo tidak cukup. Saldo 1.000 @" in await member.buy("a")
    assert "status Gagal. Saldo tidak cukup." in await member.check("a")
    await member.tell("options", {"short_balance": "rejected"})
    assert await member.buy("b") == f"R#b T1.{NUMBER} GAGAL. Saldo tidak cukup."
    assert (await member.check("b")).startswith("TIDAK ADA")
    await member.tell("deposit", {"amount": 9_000})
    assert "akan diproses" in await member.buy("b")
    assert await member.broken_rules() == []


async def test_an_open_denomination_needs_its_amount(member: Member) -> None:
    assert "GAGAL. Qty tidak sesuai." in await member.buy("a", NUMBER, "BBSDN")
    assert "GAGAL. Qty tidak sesuai." in await member.buy("a", NUMBER, "BBSDN", qty="9999")
    said = await member.buy("a", NUMBER, "BBSDN", qty="12345")
    assert f"BBSDN.{NUMBER} , QTY : 12345 akan diproses. Saldo 1.000.000 - 12.435 = " in said
    assert await member.broken_rules() == ["qty_missing", "qty_out_of_range"]
    await member.check("a", NUMBER, "BBSDN")
    assert (await member.broken_rules())[2:] == ["check_differs"]


async def test_a_reference_is_never_sold_again_while_it_is_remembered(member: Member) -> None:
    await member.buy("a", "089660526001")
    assert "Menunggu Jawaban" in await member.buy("a", "089660526001")
    assert "Menunggu Jawaban" in await member.buy("a", "089660520000")
    assert len((await member.look("books"))["transactions"]) == 1
    assert await member.broken_rules() == [
        "resent_purchase",
        "resent_purchase",
        "ref_reused_differently",
    ]


async def test_a_reference_forgotten_is_sold_twice(member: Member) -> None:
    await member.buy("a")
    await member.tell("advance", {"days": 1, "seconds": 1})
    assert "akan diproses" in await member.buy("a")
    assert await member.broken_rules() == ["resent_purchase", "sold_twice"]
    assert (await member.look("books"))["transactions"][1]["formed_count"] == 2
    assert await member.balanced()


async def test_a_purchase_after_silence_is_a_breach_even_if_nothing_was_sold(
    member: Member,
) -> None:
    with pytest.raises(TimeoutError):
        query = {"product": "T1", "dest": "089660525001", "refID": "a", **MEMBER}
        await member.get("/trx", query, timeout_s=0.1)
    await member.script("089660525001", sale=[{"do": "accept"}])
    assert "akan diproses" in await member.buy("a", "089660525001")
    assert await member.broken_rules() == ["resent_purchase"]


async def test_the_same_to_the_same_on_one_day_meets_the_guard(member: Member) -> None:
    await member.buy("a")
    said = await member.buy("b")
    assert said.startswith("Mhn tunggu trx sblmnya selesai: T#1216408512 R#b T1.")
    row = await member.ends("a", "Sukses")
    said = await member.buy("c")
    assert said.startswith(f"R#c Three 1.000 T1.{NUMBER} sudah pernah jam ")
    assert f"status Sukses. SN: {row['sn']}. Hrg 1.321 Trx ke-2 gunakan format" in said
    assert await member.broken_rules() == ["second_sale_same_day"] * 2
    assert (await member.check("c")).startswith("TIDAK ADA")
    assert "akan diproses" in await member.buy("d", NUMBER, "T5")
    await member.tell("advance", {"days": 1})
    assert "akan diproses" in await member.buy("e")


async def test_the_guard_lets_a_counter_pass_where_it_is_allowed(member: Member) -> None:
    await member.buy("a")
    assert "Mhn tunggu" in await member.buy("b", counter="2")
    await member.tell("options", {"counter_allowed": True})
    assert "akan diproses" in await member.buy("c", counter="2")
    assert await member.broken_rules() == ["second_sale_same_day"]


async def test_a_failure_does_not_arm_the_guard_unless_told_so(member: Member) -> None:
    dest = "089660521232"
    await member.buy("a", dest)
    assert "GAGAL" in await member.buy("b", dest)
    await member.tell("options", {"guard_after_failure": True, "guard_echo": "older"})
    assert (await member.buy("c", dest)).startswith(f"R#b Three 1.000 T1.{dest} sudah pernah")
    assert await member.broken_rules() == []


async def test_a_check_answers_for_a_day_and_then_no_more(member: Member) -> None:
    await member.buy("a", "089660521230")
    await member.tell("advance", {"seconds": 86_000})
    assert "status Sukses" in await member.check("a", "089660521230")
    await member.tell("advance", {"seconds": 1_000})
    said = await member.check("a", "089660521230")
    assert said.startswith("TIDAK ADA transaksi Tujuan 089660521230 pada tgl ")
    assert said.endswith(" Tidak ada data. Saldo 998.679")


async def test_a_check_may_be_bound_to_the_date(member: Member) -> None:
    await member.tell("reset", {"check_window": "date"})
    await member.tell("advance", {"to": "2026-05-20T23:59:00+07:00"})
    await member.buy("a", "089660521230")
    assert "status Sukses" in await member.check("a", "089660521230")
    await member.tell("advance", {"seconds": 120})
    assert "pada tgl 21/05/2026" in await member.check("a", "089660521230")


async def test_a_check_may_go_by_the_number_alone(member: Member) -> None:
    await member.buy("a", "089660521230")
    assert "TIDAK ADA" in await member.check("x", "089660521230")
    await member.tell("options", {"check_matches": "dest"})
    assert (await member.check("x", "089660521230")).startswith("R#a Three")


async def test_a_check_buys_nothing_and_must_repeat_the_purchase(member: Member) -> None:
    assert "TIDAK ADA" in await member.check("a")
    await member.buy("a", "089660521230")
    assert "TIDAK ADA" in await member.check("a", NUMBER)
    assert len((await member.look("books"))["transactions"]) == 1
    assert await member.broken_rules() == ["check_differs"]


async def test_checking_what_nobody_sold_too_often_is_a_breach(member: Member) -> None:
    await member.tell("options", {"unknown_checks": 2})
    for _ in range(3):
        await member.check("a")
    assert await member.broken_rules() == ["unknown_checked_too_often"]
    await member.tell("options", {"unknown_checks": 100, "check_gap_s": 60})
    await member.check("a")
    assert (await member.broken_rules())[1:] == ["checked_too_soon"]


async def test_two_purchase_calls_of_one_reference_at_once_are_a_breach(member: Member) -> None:
    await member.tell("options", {"latency_ms": 50})
    await asyncio.gather(member.buy("a"), member.buy("a"))
    assert sorted(await member.broken_rules()) == ["overlapping_calls", "resent_purchase"]
    assert sorted(call["overlap"] for call in await member.look("calls")) == [False, True]


async def test_the_price_list_is_open_to_all_and_full_of_traps(member: Member) -> None:
    await member.tell("options", {"ip_known": False})
    rows = json.loads((await member.get("/harga/json", {"id": "x"})).text)
    by_code = {row["kode"]: row for row in rows}
    assert len(rows) == 60
    assert by_code["SMDC150"] == {
        "kode": "SMDC150",
        "keterangan": "Smart 30GB All + 60GB (01-05) 30 Hari",
        "produk": "Data Smart Combo",
        "kategori": "KUOTA SMARTFREN",
        "harga": "134600",
        "status": "1",
    }
    assert by_code["BPLA"]["harga"] == "-1150" and by_code["CPLA"]["harga"] == "0"
    assert by_code["S2"]["status"] == "0"
    assert [row["harga"] for row in rows if row["kode"] == "T10"] == ["10450", "9100"]


async def test_the_price_list_can_be_narrowed_and_broken(member: Member) -> None:
    some = {"id": "x", "produk": "token_pln,saldo_gojek"}
    rows = json.loads((await member.get("/harga/json", some)).text)
    assert [row["kode"] for row in rows] == ["PLN20", "PLN50", "PLNF100", "GJ10"]
    await member.tell("options", {"price_token": "rahasia"})
    assert (await member.get("/harga/json", {"id": "x"})).text == "[]"
    assert await member.broken_rules() == ["wrong_token"]
    await member.tell("options", {"price_token": "", "list_fault": "half"})
    with pytest.raises(json.JSONDecodeError):
        json.loads((await member.get("/harga/json", {"id": "x"})).text)
    await member.tell("options", {"list_fault": "html"})
    assert (await member.get("/harga/json", {"id": "x"})).status == 502
    await member.tell("options", {"list_fault": "empty"})
    assert (await member.get("/harga/json", {"id": "x"})).text == "[]"


async def test_the_charge_may_differ_from_the_list(member: Member) -> None:
    await member.tell("options", {"price_drift": 79})
    assert " - 1.400 = " in await member.buy("a")
    assert await member.balanced()
