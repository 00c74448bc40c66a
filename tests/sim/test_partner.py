"""The local partner sees for itself when a shop does not keep its word."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec
import pytest_asyncio

from konter_sim.desk import AllOptions, PartnerOptions, RunningDesk, running_desk
from konter_sim.partner.ask import sign
from konter_sim.partner.options import MEANING

PIN, PASSWORD = "771144", "sandi-otomax"
HEAD = "R#7 T#11 xld10.0878"
TAKEN = f"{HEAD} akan diproses. Hrg 11.500. Saldo 88.500 @10:30"
GOOD = f"{HEAD} SUKSES. SN/Ref: 0041.A2/1,5. Hrg 11.500. Saldo 88.500 @16/11 10:31"
BAD = f"{HEAD} GAGAL. Nomor tujuan salah. Saldo 100.000 @16/11 10:31"


@dataclass
class Operator:
    """Sits before the partner's Otomax; ``lines`` is what its shop answers."""

    session: aiohttp.ClientSession
    desk: RunningDesk

    async def act(self, name: str, **wish: Any) -> Any:
        where = f"{self.desk.url}/_sim/partner/{name}"
        async with self.session.post(where, json=wish) as answer:
            return await answer.json()

    async def look(self, name: str) -> Any:
        async with self.session.get(f"{self.desk.url}/_sim/partner/{name}") as answer:
            return await answer.json()

    async def told(self, message: str, *, status: str = "20", refid: str = "7") -> int:
        query = {"refid": refid, "status": status, "price": "0", "message": message}
        async with self.session.get(f"{self.desk.partner_url}/report", params=query) as answer:
            return answer.status

    async def waits_for(self, ref_id: str = "7") -> None:
        """It has sent a purchase, and no answer came."""
        await self.act("buy", product="XLD10", dest="0878", ref_id=ref_id)

    async def known(self) -> dict[str, Any]:
        (known,) = await self.look("transactions")
        return dict(known)

    async def broken(self) -> list[str]:
        return [breach["rule"] for breach in await self.look("breaches")]


@pytest_asyncio.fixture
async def operator() -> AsyncIterator[Operator]:
    options = PartnerOptions(pin=PIN, password=PASSWORD)
    async with (
        running_desk(AllOptions(partner=options)) as desk,
        aiohttp.ClientSession() as session,
    ):
        yield Operator(session, desk)


async def test_a_purchase_without_an_answer_waits_and_its_report_ends_it(
    operator: Operator,
) -> None:
    await operator.waits_for()
    assert (await operator.known())["state"] == "menunggu"
    assert await operator.told(TAKEN, status="1") == 200
    assert (await operator.known())["state"] == "menunggu"
    assert await operator.told(GOOD) == 200
    known = await operator.known()
    assert (known["state"], known["sn"], known["told_by"]) == ("sukses", "0041.A2/1,5", "report")
    assert (known["their_id"], known["price"], known["saldo"]) == ("11", 11_500, 88_500)
    assert await operator.told(GOOD) == 200
    assert await operator.told(TAKEN, status="1") == 200
    assert (await operator.known())["state"] == "sukses"
    assert await operator.broken() == []


async def test_what_no_expression_fits_changes_nothing(operator: Operator) -> None:
    await operator.waits_for()
    for text in ("Member atau tanda tangan salah", "", f"{HEAD} SUKSES.", "SUKSES GAGAL"):
        await operator.told(text, status="1")
    assert (await operator.known())["state"] == "menunggu"
    assert await operator.broken() == []


async def test_a_shop_that_does_not_keep_its_word_is_written_down(operator: Operator) -> None:
    await operator.waits_for()
    await operator.told(GOOD, status="40")
    await operator.told(BAD, status="40")
    await operator.told(GOOD.replace("R#7", "R#8"))
    await operator.told(GOOD.replace("xld10", "xld5"))
    await operator.told(GOOD + "\nR#7")
    assert await operator.broken() == [
        "code_and_text_differ",
        "changed_its_mind",
        "about_another",
        "code_and_text_differ",
        "about_another",
        "code_and_text_differ",
        "not_one_plain_line",
        "changed_its_mind",
    ]


async def test_reports_are_lost_and_refused_as_wished(operator: Operator) -> None:
    await operator.waits_for()
    await operator.act("options", report_losses=1)
    assert await operator.told(GOOD) == 500
    assert (await operator.known())["state"] == "menunggu"
    assert await operator.told(GOOD) == 200
    assert [report["answered"] for report in await operator.look("reports")] == [500, 200]


async def test_reset_begins_anew_and_every_option_has_its_meaning(operator: Operator) -> None:
    await operator.waits_for()
    await operator.act("reset", member_id="TOKO9")
    assert await operator.look("transactions") == []
    options = await operator.look("options")
    assert (options["member_id"], options["pin"]) == ("TOKO9", PIN)
    assert set(options) == set(MEANING) == set(msgspec.structs.asdict(PartnerOptions()))


async def test_the_page_shows_what_was_understood_and_no_secret(operator: Operator) -> None:
    await operator.waits_for()
    await operator.told(GOOD)
    async with operator.session.get(f"{operator.desk.url}/partner") as answer:
        page = await answer.text()
    assert "0041.A2/1,5" in page
    assert "(?&lt;trxid&gt;" in page
    assert PIN not in page
    assert PASSWORD not in page
    async with operator.session.get(operator.desk.url) as answer:
        assert 'href="/partner"' in await answer.text()


def test_it_signs_as_the_document_says() -> None:
    parts = ("YUSUF", "X10", "08123456789", "2140669", "1144", "abcd")
    assert sign(*parts) == "Cp9NLVuKWBt5Sey_uMlYsvnKvJI"
