"""The local OkeConnect can be looked into, steered, reset, and started with flags."""

import aiohttp

from konter_sim.okeconnect.options import MEANING
from konter_sim.okeconnect.tricks import TRICKS
from tests.sim.member import NUMBER, Inbox, Member
from tests.sim_process import running_sim


async def test_reset_empties_everything_and_restores_the_start_up_options(
    member: Member, inbox: Inbox
) -> None:
    await member.tell("options", {"latency_ms": 5})
    await member.script(NUMBER, sale=[{"do": "fail"}])
    await member.buy("a")
    await member.buy("a", "1")
    await member.tell("reset", {"deposit": 77})
    books = await member.look("books")
    assert (books["opening"], books["deposit"], books["transactions"]) == (77, 77, [])
    for what in ("breaches", "calls", "callbacks"):
        assert await member.look(what) == []
    assert await member.look("script") == {}
    options = await member.look("options")
    assert (options["latency_ms"], options["report_url"]) == (0, inbox.url)
    assert set(options) == set(MEANING)


async def test_nonsense_changes_nothing(member: Member) -> None:
    before = await member.look("options")
    await member.tell("options", {"latency_ms": 5, "no_such": 1}, status=400)
    await member.tell("options", {"wording": "loud"}, status=400)
    await member.tell("advance", {"to": "2026-05-20T00:00:00"}, status=400)
    assert await member.look("options") == before


async def test_the_catalogue_can_be_generated_replaced_changed_and_thinned(
    member: Member,
) -> None:
    assert await member.tell("catalogue", {"generate": 8_000}) == {"products": 8_000}
    assert "akan diproses" in await member.buy("a", NUMBER, "SIM00001")
    row = {"kode": "ONE", "keterangan": "Satu", "kategori": "PULSA", "harga": "5", "status": "1"}
    await member.tell("catalogue", {"rows": [row, {"kode": None, "harga": 7}]})
    await member.tell("catalogue", {"kode": "ONE", "harga": "2", "status": "0"})
    (one, odd) = await member.look("catalogue")
    assert (one["harga"], one["status"], odd) == ("2", "0", {"kode": None, "harga": 7})
    assert await member.tell("catalogue", {"remove": "ONE"}) == {"products": 1}
    await member.tell("catalogue", {"remove": "ONE"}, status=404)
    await member.tell("catalogue", {"kode": "ONE", "harga": "1"}, status=404)


async def test_every_call_is_written_down(member: Member) -> None:
    await member.buy("a", NUMBER, "BBSDN", qty="10000")
    await member.check("a", NUMBER, "BBSDN", qty="10000")
    await member.balance()
    await member.get("/harga/json", {})
    calls = await member.look("calls")
    assert [call["kind"] for call in calls] == ["purchase", "check", "balance", "price_list"]
    assert [call["says"] for call in calls] == ["Menunggu", "Menunggu", "balance", "none"]
    assert (calls[0]["ref_id"], calls[0]["product"], calls[0]["qty"]) == ("a", "BBSDN", "10000")
    assert all(call["ended_at"] for call in calls)


async def test_the_pages_list_every_trick_and_escape_strangers_text(member: Member) -> None:
    await member.buy("<script>")
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/okeconnect"):
            async with session.get(member.url + path) as reply:
                page = await reply.text()
                assert all(f"<code>…{suffix}</code>" in page for suffix in TRICKS)
    assert "&lt;script&gt;" in page and "<script>" not in page
    assert all(f"<code>{name}</code>" in page for name in MEANING)


async def test_the_process_takes_its_flags_and_its_client_speaks() -> None:
    with running_sim(
        okeconnect_deposit=5_000, okeconnect_wording="short", okeconnect_pin="777777"
    ) as sim:
        oke = sim.okeconnect
        query = "memberID=OK00123&pin=777777&password=rahasia"
        async with aiohttp.ClientSession() as session:
            told = f"{oke.url}/trx?product=T1&dest={NUMBER}&refID=a&{query}"
            async with session.get(told) as reply:
                assert "akan diproses" in await reply.text()
            async with session.get(oke.price_list_url) as reply:
                assert len(await reply.json()) == len(await oke.products())
        await oke.settle("a", "Sukses", sn="SN.1")
        row = await oke.transaction("a")
        assert row is not None and (row["state"], row["sn"]) == ("Sukses", "SN.1")
        await oke.deposit(1_000)
        assert (await oke.books())["deposit"] == 5_000 - 1_321 + 1_000
        assert [call["says"] for call in await oke.calls("purchase")] == ["Menunggu"]
        assert (await oke.options(latency_ms=1))["wording"] == "short"
        await oke.script(NUMBER, sale=[{"do": "fail"}])
        await oke.bill("PLA", "1", amount=1)
        await oke.catalogue(remove="T1")
        await oke.advance(days=1)
        await oke.callback("a", times=1)
        assert await oke.callbacks() == [] and await oke.breaches() == []
        await oke.reset()
        assert (await oke.books())["transactions"] == []
