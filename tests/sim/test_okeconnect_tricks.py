"""The last four digits of a number choose what happens; what is true stands in the books."""

from dataclasses import dataclass

import aiohttp
import pytest

from konter_sim.okeconnect.tricks import OTHER_DEST, OTHER_REF, TRICKS
from tests.sim.member import MEMBER, Member


@dataclass(frozen=True)
class Story:
    """Parts of what the purchase call is told, of the end in the books, and of the check then."""

    first: str
    state: str | None
    then: str


SOLD = "status Sukses. SN: "
GONE = "TIDAK ADA"
LOST = "status Gagal. "
STORIES = {
    "1230": Story("SUKSES. SN: ", "Sukses", SOLD),
    "1232": Story("GAGAL. Mohon diperiksa", "Gagal", LOST),
    "1233": Story("akan diproses", "Sukses", SOLD),
    "1234": Story("akan diproses", "Gagal", LOST),
    "4041": Story("R#0 T1.08120000{} GAGAL. Pin Salah", None, GONE),
    "4044": Story("GAGAL. Saldo tidak cukup. Saldo 1.000.000 @", "Gagal", LOST),
    "4045": Story("R#a T1.08120000{} GAGAL. IP tidak sesuai @127.0.0.1", None, GONE),
    "4054": Story("R#a Three 1.000 T1.08120000{} GAGAL. Nomor tujuan salah. Saldo", "Gagal", LOST),
    "4055": Story("R#a T1.08120000{} GAGAL. Produk sedang gangguan.", None, GONE),
    "4057": Story("R#a T1.08120000{} GAGAL. Nomor HP tidak benar.", None, GONE),
    "4072": Story("akan diproses", "Gagal", "status Gagal. Ket:Unreg Dahulu Paket Lama. Hrg"),
    "4154": Story("akan diproses", "Gagal", "status Gagal. Cek kembali nomor tujuan Anda.. Hrg"),
    "6001": Story("akan diproses", "Menunggu", "Menunggu Jawaban"),
    "6002": Story("akan diproses", "Gagal", "status Gagal. Transaksi Refund."),
    "6003": Story("akan diproses", "Sukses", "status Sukses. SN: . Hrg 1.321"),
    "6004": Story("akan diproses", "Sukses", "/RPTOKEN:90.909,00/PPN:0,00/PPJ:9.091,00/MATER"),
    "6005": Story("", "Sukses", SOLD),
    "6007": Story(" - 1.821 = ", "Sukses", "Hrg 1.821 "),
    "6008": Story("akan diproses", "Gagal", "status Gagal. Nama pelanggan TOKO SUKSES MAKMUR"),
    "6009": Story("akan diproses", "Sukses", "6789/GAGAL SUBUR/R1"),
    "5004": Story("502 Bad Gateway", "Sukses", SOLD),
    "5003": Story("502 Bad Gateway", None, GONE),
    "5006": Story("GAGAL. Transaksi SUKSES. SN", "Sukses", SOLD),
    "5007": Story("Sistem sedang sibuk", "Sukses", SOLD),
    "5009": Story(f"R#{OTHER_REF} Three 1.000 T1.08120000{{}} akan", "Sukses", SOLD),
    "5010": Story(f"R#a Three 1.000 T1.{OTHER_DEST} akan", "Sukses", SOLD),
    "5011": Story("R#a Three 1.000 ZZ1.08120000{} akan", "Sukses", SOLD),
    "5012": Story("T#1216408512 R#a Three", "Sukses", SOLD),
    "5013": Story(f"R#{OTHER_REF} Three 1.000 T1.08120000{{}} SUKSES. SN: ", "Sukses", SOLD),
    "5020": Story("status Sukses. SN: R25042208010000aa. Hrg 1.321 Trx ke-2", None, GONE),
    "5021": Story("Mhn tunggu trx sblmnya selesai", None, GONE),
    "5022": Story("status Gagal. Mohon diperiksa", None, GONE),
    "5023": Story("SN: R25042208010000aa. Hrg", None, "SN: R25042208010000aa. Hrg"),
    "5033": Story("akan diproses", "Sukses", f"R#{OTHER_REF} Three"),
    "5034": Story("akan diproses", "Sukses", "502 Bad Gateway"),
    "7001": Story("akan diproses", "Sukses", SOLD),
    "7002": Story("akan diproses", "Sukses", SOLD),
    "7003": Story("akan diproses", "Sukses", SOLD),
    "7005": Story("akan diproses", "Sukses", SOLD),
    "7006": Story("akan diproses", "Sukses", SOLD),
    "7007": Story("GAGAL. Mohon diperiksa", "Sukses", SOLD),
    "7008": Story("akan diproses", "Gagal", LOST),
    "7009": Story("akan diproses", "Sukses", SOLD),
    "7010": Story("akan diproses", "Sukses", SOLD),
}
SILENT = {"5001": None, "5002": "Sukses", "5008": "Sukses", "5031": "Sukses", "5032": "Sukses"}
ELSEWHERE = {"6006", "6601", "6602", "6603", "6604", "6605"}


@pytest.mark.parametrize("suffix", STORIES)
async def test_a_number_chooses_what_happens(member: Member, suffix: str) -> None:
    story, dest = STORIES[suffix], f"08120000{suffix}"
    assert story.first.format(suffix) in await member.buy("a", dest)
    if story.state is not None:
        await member.ends("a", story.state)
    assert story.then in await member.check("a", dest)
    assert (await member.transaction("a") is None) == (story.state is None)
    assert await member.balanced()
    assert await member.broken_rules() == []


@pytest.mark.parametrize("suffix", SILENT)
async def test_a_silent_number_may_have_sold(member: Member, suffix: str) -> None:
    await member.tell("options", {"silence_seconds": 0.05})
    query = {"product": "T1", "dest": f"08120000{suffix}", "refID": "a", **MEMBER}
    with pytest.raises(aiohttp.ClientError):
        await member.get("/trx", query)
    state = SILENT[suffix]
    if state is not None:
        await member.ends("a", state)
    assert (await member.transaction("a") is None) == (state is None)
    assert len(await member.look("calls")) == 1
    assert await member.balanced()


async def test_a_success_may_come_without_its_price(member: Member) -> None:
    said = await member.buy("a", "081200006006")
    row = await member.ends("a", "Sukses")
    assert said.endswith(f" SUKSES. SN: {row['sn']}.")


async def test_a_check_may_find_nothing_before_it_finds_the_sale(member: Member) -> None:
    await member.tell("options", {"silence_seconds": 0.02})
    dest = "081200005032"
    query = {"product": "T1", "dest": dest, "refID": "a", **MEMBER}
    with pytest.raises(aiohttp.ClientError):
        await member.get("/trx", query)
    await member.ends("a", "Sukses")
    told = [await member.check("a", dest) for _ in range(3)]
    assert [GONE in text for text in told] == [True, True, False]


def test_every_trick_has_its_test() -> None:
    assert {*STORIES, *SILENT, *ELSEWHERE} == set(TRICKS)


async def test_a_script_outranks_a_trick_and_its_last_step_repeats(member: Member) -> None:
    dest = "081200001232"
    await member.script(dest, sale=[{"do": "refuse"}, {"do": "success", "sn": "SN.1"}])
    assert "R#a T1" in await member.buy("a", dest)
    assert "SUKSES. SN: SN.1. Saldo" in await member.buy("b", dest)
    assert "SUKSES. SN: SN.1. Saldo" in await member.buy("c", dest, "T5")
    assert await member.look("script") == {dest: 1}
    await member.script(dest)
    assert "GAGAL" in await member.buy("d", dest, "T10")


async def test_every_kind_of_step_can_be_scripted(member: Member) -> None:
    dest = "081200000042"
    await member.script(
        dest,
        sale=[
            {"do": "accept", "then": "never", "wait_ms": 5},
            {"do": "text", "body": "T#{trx} R#{ref} {product}.{dest} halo", "commit": True},
            {"do": "twist", "dest": "1", "at_once": True, "price": 7},
            {"do": "http", "status": 503},
        ],
        checks=[{"do": "nothing"}, {"do": "http", "body": "x"}, {"do": "text", "body": "halo"}],
    )
    assert "akan diproses" in await member.buy("a", dest)
    assert await member.buy("b", dest, "T5") == f"T#1216408513 R#b T5.{dest} halo"
    assert "T10.1 SUKSES" in await member.buy("c", dest, "T10")
    assert "502 Bad Gateway" in await member.buy("d", dest, "T15")
    told = [await member.check("a", dest) for _ in range(4)]
    assert [text[:9] for text in told] == ["TIDAK ADA", "x", "halo", "halo"]
    rows = (await member.look("books"))["transactions"]
    assert [(row["ref_id"], row["price"]) for row in rows] == [("a", 1321), ("b", 6487), ("c", 7)]


async def test_a_misspelt_step_is_refused(member: Member) -> None:
    plans: tuple[dict[str, list[dict[str, str]]], ...] = (
        {"sale": [{"do": "accpet"}]},
        {"sale": [{"do": "truth"}]},
        {"sael": []},
    )
    for plan in plans:
        await member.tell("script", {"dest": "1", "plan": plan}, status=400)
