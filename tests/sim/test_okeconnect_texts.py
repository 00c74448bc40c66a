"""Every labelled OkeConnect sentence, said again by the simulator to the letter."""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from re import Match
from typing import Any

import pytest

from tests.sim.member import MEMBER, NUMBER, Inbox, Member

CORPUS = Path(__file__).parents[1] / "upstreams" / "vectors_h2h_messages.jsonl"
TEXTS: list[str] = [
    row["text"]
    for row in map(json.loads, CORPUS.read_text().splitlines())
    if row["family"] == "okeconnect"
]
NEVER_SAID = {
    "T#41168891 R#1234 Telkomsel 5.000 S5.082280004280 SUKSES. SN/Ref: R210630.2203.210045. "
    "Saldo ...": "quoted with its end left out",
    "T#41168891 R#1234 S5.082280004280 akan diproses. Saldo ...": "quoted with its end left out",
    "CEKD.08123456789 NAMA = SITI AMINAH": "a guess of a parser's author",
    "CEKSHP.0812 AN. RUDI HARTONO": "a guess of a parser's author",
    "SUKSES.\nT999\nSN/Ref: 12345\nSaldo: 500.000": "a guess of a parser's author",
    **{text: "trx-v2 is not documented" for text in TEXTS if text.startswith("{")},
}
"""Sentences nobody was seen to get; a `text` step can say them."""

WHO = r"T#(?P<trx>\d+) R#(?P<ref>\S+) (?:(?P<name>.+) )?(?P<code>[A-Z0-9]+)\.(?P<dest>\d+)"
R_ONLY = r"R#(?P<ref>\S+) (?P<name>.+) (?P<code>[A-Z0-9]+)\.(?P<dest>\d+)"
SUM = r"Saldo (?P<before>[\d.]+) - (?P<price>[\d.]+) = [\d.]+"
AGAIN = r" Trx ke-2 gunakan format yang benar\. Saldo (?P<saldo>[\d.]+)"

Found = Match[str]


def rupiah(text: str | None) -> int:
    return int((text or "0").replace(".", ""))


async def stage(member: Member, found: Found, *, clock: str, deposit: int, **more: Any) -> None:
    """A shelf with the one product, a deposit, a clock, and the number of the next T#."""
    told = found.groupdict()
    price = told.get("price") or ("0" if told["code"].startswith("CEK") else "1.000")
    row = {
        "kode": told["code"],
        "keterangan": told.get("name") or "",
        "produk": "-",
        "kategori": "NOMINAL BEBAS" if told.get("qty") else "DIGITAL",
        "harga": str(rupiah(price)),
        "status": "1",
    }
    first = int(told.get("trx") or 1) - 1
    if told.get("qty"):
        more["open_fee"] = rupiah(price) - int(told["qty"])
    await member.tell("reset", {"deposit": deposit, "first_trx": first, **more})
    await member.tell("catalogue", {"rows": [row]})
    await member.tell("advance", {"to": f"{clock}:30+07:00"})


def at(hours: str) -> str:
    return f"2026-05-20T{hours}"


async def accepted(member: Member, found: Found) -> str:
    await stage(member, found, clock=at(found["jam"]), deposit=rupiah(found["before"]))
    more = {"qty": found["qty"]} if found["qty"] else {}
    return await member.buy(found["ref"], found["dest"], found["code"], **more)


async def inquiry_accepted(member: Member, found: Found) -> str:
    await stage(member, found, clock=at("09:00"), deposit=rupiah(found["saldo"]))
    return await member.buy(found["ref"], found["dest"], found["code"])


async def succeeded(member: Member, found: Found) -> str:
    day, month = found["day"].split("/")
    await stage(
        member,
        found,
        clock=f"2026-{month}-{day}T{found['jam']}",
        deposit=rupiah(found["before"]),
        sn_label=found["label"],
    )
    await member.script(found["dest"], sale=[{"do": "success", "sn": found["sn"]}])
    return await member.buy(found["ref"], found["dest"], found["code"])


async def failed(member: Member, found: Found) -> str:
    wording = "full" if found["jam"] else "bare"
    clock = at(found["jam"] or "09:00")
    deposit = rupiah(found["saldo"] or "100.000")
    await stage(member, found, clock=clock, deposit=deposit, wording=wording)
    await member.script(found["dest"], sale=[{"do": "fail", "reason": found["reason"]}])
    return await member.buy(found["ref"], found["dest"], found["code"])


async def bill(member: Member, found: Found) -> str:
    await member.tell("reset", {"deposit": 100_000, "first_trx": 12_344, "inquiry_at_once": True})
    facts = {"name": "JOHN DOE", "amount": 150_000, "fine": 0, "admin": 2_500}
    await member.tell("bill", {"biller": "PAM128", "dest": found["dest"], **facts})
    return await member.buy(found["ref"], found["dest"], found["code"])


async def check_succeeded(member: Member, found: Found) -> str:
    price, after = found["price"], found["saldo"]
    wording = "full" if after else "short" if price else "bare"
    deposit = rupiah(after) + rupiah(price) if after else 100_000
    await stage(member, found, clock=at(found["jam"]), deposit=deposit, wording=wording)
    await member.script(found["dest"], sale=[{"do": "success", "sn": found["sn"]}])
    await member.buy(found["ref"], found["dest"], found["code"])
    checked = await member.check(found["ref"], found["dest"], found["code"])
    assert checked == await member.buy(found["ref"], found["dest"], found["code"])
    return checked


async def guarded(member: Member, found: Found) -> str:
    """A first send of 777, while another reference has sold the same to the same today."""
    deposit = rupiah(found["saldo"]) + rupiah(found["price"])
    await stage(member, found, clock=at(found["jam"]), deposit=deposit)
    await member.script(found["dest"], sale=[{"do": "success", "sn": found["sn"]}])
    await member.buy("older", found["dest"], found["code"])
    return await member.buy(found["ref"], found["dest"], found["code"])


async def check_failed(member: Member, found: Found) -> str:
    reason, after = found["reason"], found["saldo"]
    wording = "full" if after else "short" if reason else "bare"
    deposit = rupiah(after) or 100_000
    await stage(member, found, clock=at(found["jam"]), deposit=deposit, wording=wording)
    await member.script(found["dest"], sale=[{"do": "fail", "reason": reason or "-"}])
    await member.buy(found["ref"], found["dest"], found["code"])
    return await member.check(found["ref"], found["dest"], found["code"])


async def check_waits(member: Member, found: Found) -> str:
    wording = "full" if found["saldo"] else "short" if found["jam"] else "bare"
    deposit = rupiah(found["saldo"]) + 1_000
    clock = at(found["jam"] or "09:00")
    await stage(member, found, clock=clock, deposit=deposit, wording=wording)
    await member.script(found["dest"], sale=[{"do": "accept", "then": "never"}])
    await member.buy(found["ref"], found["dest"], found["code"])
    return await member.check(found["ref"], found["dest"], found["code"])


async def nothing_there(member: Member, found: Found) -> str:
    wording = "full" if found["saldo"] else "short" if found["none"] else "bare"
    await member.tell("reset", {"deposit": rupiah(found["saldo"]), "wording": wording})
    day, month, year = found["day"].split("/")
    await member.tell("advance", {"to": f"{year}-{month}-{day}T12:00:00+07:00"})
    return await member.check("999", found["dest"], "T5")


async def wrong_pin(member: Member, found: Found) -> str:
    return await member.buy("1", found["dest"], found["code"], pin="999999")


async def refused(member: Member, found: Found) -> str:
    await member.tell("catalogue", {"kode": found["code"], "status": "1"})
    await member.script(found["dest"], sale=[{"do": "refuse", "reason": found["reason"]}])
    return await member.buy(found["ref"], found["dest"], found["code"])


async def closed(member: Member, found: Found) -> str:
    await member.tell("catalogue", {"kode": found["code"], "status": "0"})
    return await member.buy(found["ref"], found["dest"], found["code"])


async def wrong_ip(member: Member, found: Found) -> str:
    await member.tell("options", {"ip_known": False, "caller_ip": found["ip"]})
    return await member.buy(found["ref"], found["dest"], found["code"])


async def wrong_ip_at_balance(member: Member, found: Found) -> str:
    bare = not found[0].startswith("R#")
    knobs = {"ip_known": False, "caller_ip": found["ip"], "bare_ip_text": bare}
    await member.tell("options", knobs)
    return await member.balance()


async def balance(member: Member, found: Found) -> str:
    await member.tell("reset", {"deposit": rupiah(found["saldo"])})
    return await member.balance()


async def balance_refused(member: Member, _: Found) -> str:
    return await member.balance(pin="000000")


async def too_short(member: Member, _: Found) -> str:
    return await member.balance(pin="")


async def unknown_member(member: Member, _: Found) -> str:
    return await member.balance(memberID="OK99999")


async def empty(member: Member, _: Found) -> str:
    return await member.buy("1", "081200006005")


PRICED = r"Hrg (?P<price>[\d.]+)" + AGAIN
CHECKED = R_ONLY + r" sudah pernah jam (?P<jam>[\d:]+), status "
RECIPES: tuple[tuple[str, Callable[[Member, Found], Awaitable[str]]], ...] = (
    (WHO + r"(?: , QTY : (?P<qty>\d+))? akan diproses\. " + SUM + r" @(?P<jam>[\d:]+)", accepted),
    (WHO + r" akan diproses\. Saldo (?P<saldo>[\d.]+)", inquiry_accepted),
    (
        WHO + r" SUKSES\. (?P<label>SN(?:/Ref)?): (?P<sn>.+)\. " + SUM
        + r" @(?P<day>[\d/]+) (?P<jam>[\d:]+)",
        succeeded,
    ),
    (WHO + r" SUKSES\. Nama: .+", bill),
    (
        WHO + r" GAGAL\. (?P<reason>.+?)\.(?: Saldo (?P<saldo>[\d.]+) @(?P<jam>[\d:]+))?",
        failed,
    ),
    (CHECKED.replace(r"\S+", "777", 1) + r"Sukses\. SN: (?P<sn>\w+)\. " + PRICED, guarded),
    (
        CHECKED + r"Sukses\. SN: ?(?P<sn>[\w.]+?)(?:\. Hrg (?P<price>[\d.]+)(?:" + AGAIN + ")?)?",
        check_succeeded,
    ),
    (
        CHECKED + r"Gagal(?:\. (?P<reason>.+?)\.)?(?: Hrg (?P<price>[\d.]+)" + AGAIN + ")?",
        check_failed,
    ),
    (
        r"Mhn tunggu trx sblmnya selesai: " + WHO
        + r"(?: @(?P<jam>[\d:]+),)? status Menunggu Jawaban\.?(?: Saldo (?P<saldo>[\d.]+))?",
        check_waits,
    ),
    (
        r"TIDAK ADA transaksi Tujuan (?P<dest>\d+) pada tgl (?P<day>[\d/]+)\."
        r"(?P<none> Tidak ada data\.)?(?: Saldo (?P<saldo>[\d.]+))?",
        nothing_there,
    ),
    (r"R#0 (?P<code>\w+)\.(?P<dest>\d+) GAGAL\. Pin Salah", wrong_pin),
    (r"R#(?P<ref>\S+) (?P<code>\w+)\.(?P<dest>\d+) GAGAL\. IP .+ @(?P<ip>[\d.]+)", wrong_ip),
    (r"(?:R# \. GAGAL\. )?IP tidak sesuai @(?P<ip>[\d.]+)", wrong_ip_at_balance),
    (r"R#(?P<ref>\S+) (?P<code>\w+)\.(?P<dest>\d+) GAGAL\. Produk sedang gangguan\.", closed),
    (r"R#(?P<ref>\S+) (?P<code>\w+)\.(?P<dest>\d+) GAGAL\. (?P<reason>.+)", refused),
    (r"Saldo (?P<saldo>[\d.]+)", balance),
    (r"Pin Salah", balance_refused),
    (r"Too short", too_short),
    (r"Pengguna tidak ditemukan", unknown_member),
    (r"", empty),
)  # fmt: skip


@pytest.mark.parametrize("text", [text for text in TEXTS if text not in NEVER_SAID])
async def test_a_labelled_sentence_is_said_to_the_letter(member: Member, text: str) -> None:
    for pattern, recipe in RECIPES:
        found = re.fullmatch(pattern, text)
        if found is not None:
            assert await recipe(member, found) == text
            return
    raise AssertionError(f"no recipe for {text!r}")


def test_what_is_never_said_is_in_the_corpus() -> None:
    assert set(NEVER_SAID) <= set(TEXTS)


async def test_a_callback_says_what_the_answer_would_have_said(
    member: Member, inbox: Inbox
) -> None:
    answer = await member.buy("114", "089660521230")
    await inbox.holds(1)
    assert inbox.got == [{"token": "kunci", "refid": "114", "message": answer}]
    assert re.fullmatch(
        r"T#\d+ R#114 Three 1\.000 T1\.089660521230 SUKSES\. SN: R\d{6}\.\d{4}\.[0-9A-F]{6}\. "
        r"Saldo 1\.000\.000 - 1\.321 = 998\.679 @\d\d/\d\d \d\d:\d\d",
        answer,
    )


async def test_everything_is_one_plain_sentence_with_status_200(member: Member) -> None:
    query = {"product": "T1", "dest": NUMBER, "refID": "1", **MEMBER}
    for more in ({}, {"check": "1"}, {"pin": "x"}, {"memberID": ""}, {"product": "NONE"}):
        said = await member.get("/trx", {**query, **more})
        assert (said.status, said.content_type) == (200, "text/html")
        assert "<" not in said.text
    await member.tell("options", {"content_type": "text/plain"})
    assert (await member.get("/trx", query)).content_type == "text/plain"
