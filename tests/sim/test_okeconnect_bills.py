"""Bills: a C code asks, a B code pays; names are asked with CEK. Their words are not documented."""

import re

import pytest

from tests.sim.member import Inbox, Member

METER = "530000000001"
BILL = re.compile(
    r"T#\d+ R#i (\w+)\.(\d+) SUKSES\. Nama: ([A-Z ]+)\. Tagihan: Rp ([\d.]+)\. "
    r"(?:Denda: Rp ([\d.]+)\. )?Admin: Rp ([\d.]+)\. Total: Rp ([\d.]+)\. Saldo 1\.000\.000"
)


def rupiah(text: str | None) -> int:
    return int((text or "0").replace(".", ""))


async def ask(member: Member, dest: str, code: str = "CPLA") -> str:
    await member.tell("options", {"inquiry_at_once": True})
    return await member.buy("i", dest, code)


async def test_an_inquiry_is_free_and_answered_by_callback(member: Member, inbox: Inbox) -> None:
    assert re.fullmatch(
        rf"T#\d+ R#i CPLA\.{METER} akan diproses\. Saldo 1\.000\.000",
        await member.buy("i", METER, "CPLA"),
    )
    await inbox.holds(1)
    found = BILL.fullmatch(inbox.told[0])
    assert found is not None, inbox.told[0]
    assert rupiah(found[4]) + rupiah(found[6]) == rupiah(found[7])
    name = found[3]
    said = await member.check("i", METER, "CPLA")
    assert f"status Sukses. Nama: {name}. Tagihan: Rp {found[4]}. Admin: Rp 2.750. Total" in said
    assert said.endswith("Hrg 0 Trx ke-2 gunakan format yang benar. Saldo 1.000.000")


async def test_a_payment_costs_the_total_less_the_commission(member: Member, inbox: Inbox) -> None:
    facts = {"name": "BUDI SANTOSO", "amount": 150_000, "period": "202608"}
    await member.tell("advance", {"to": "2026-08-20T10:01:00+07:00"})
    assert (await member.tell("bill", {"biller": "PLA", "dest": METER, **facts}))[
        "total"
    ] == 152_750
    assert "Total: Rp 152.750." in await ask(member, METER)
    await inbox.holds(1)
    said = await member.buy("p", METER, "BPLA")
    assert "Bayar Tagihan Listrik BPLA." in said and " - 151.600 = 848.400 @10:01" in said
    await inbox.holds(2)
    assert re.search(
        r"SUKSES\. SN: BUDI SANTOSO/R1/1300VA/BL:202608/TAG:150000/ADM:2750/TTL:152750/"
        r"REF:0BAG\d{9}\. Saldo 1\.000\.000 - 151\.600 = 848\.400 @20/08 10:01$",
        inbox.told[1],
    )
    assert await member.broken_rules() == []
    assert await member.balanced()


async def test_a_paid_bill_is_paid_already(member: Member) -> None:
    await ask(member, METER)
    await member.buy("p", METER, "BPLA")
    await member.ends("p", "Sukses")
    assert "GAGAL. Tagihan sudah terbayar." in await member.buy("j", METER, "CPLA")
    await member.tell("advance", {"days": 1})
    assert "GAGAL. Tagihan sudah terbayar." in await member.buy("q", METER, "BPLA")
    await member.tell("settle", {"ref_id": "p", "state": "Gagal"})
    assert "SUKSES. Nama" in await member.buy("k", METER, "CPLA")


async def test_paying_what_was_not_asked_today_is_a_breach(member: Member) -> None:
    await member.buy("p", METER, "BPLA")
    assert await member.broken_rules() == ["paid_without_check"]


async def test_asking_twice_is_no_duplicate_unless_told_so(member: Member) -> None:
    assert "SUKSES" in await ask(member, METER)
    assert "SUKSES" in await member.buy("j", METER, "CPLA")
    await member.tell("options", {"guard_inquiries": True})
    assert "sudah pernah" in await member.buy("k", METER, "CPLA")


@pytest.mark.parametrize(
    ("suffix", "said"),
    [("6601", "GAGAL. Tagihan belum tersedia."), ("6602", "GAGAL. Tagihan sudah terbayar.")],
)
async def test_a_bill_may_not_be_there(member: Member, suffix: str, said: str) -> None:
    assert said in await ask(member, f"53000000{suffix}")
    assert said in await member.buy("p", f"53000000{suffix}", "BPLA")


async def test_a_bill_may_have_a_fine_or_a_wrong_sum(member: Member) -> None:
    found = BILL.fullmatch(await ask(member, "530000006603", "CPAM225"))
    assert found is not None and found[5] == "5.000"
    assert rupiah(found[4]) + rupiah(found[5]) + rupiah(found[6]) == rupiah(found[7])
    await member.tell("reset")
    found = BILL.fullmatch(await ask(member, "530000006604", "CPAM225"))
    assert found is not None
    assert rupiah(found[4]) + rupiah(found[6]) + 1_000 == rupiah(found[7])


async def test_a_bill_may_grow_between_asking_and_paying(member: Member) -> None:
    found = BILL.fullmatch(await ask(member, "530000006605"))
    assert found is not None
    await member.buy("p", "530000006605", "BPLA")
    row = await member.ends("p", "Sukses")
    assert row["price"] == rupiah(found[7]) + 10_000 - 1_150


async def test_a_name_is_asked_with_cek(member: Member) -> None:
    said = await ask(member, "081200000001", "CEKD")
    assert re.fullmatch(
        r"T#\d+ R#i CEKD\.081200000001 SUKSES\. Nama: [A-Z ]+\. Saldo 1\.000\.000", said
    )
    await member.tell("options", {"name_text": "AN. {nama}"})
    assert "SUKSES. AN. " in await member.buy("j", "081200000001", "CEKSHP")
