"""The reserved amounts, the control API's manners, and the pages that list them."""

import asyncio
import html

import aiohttp
import msgspec
import pytest

from konter_sim.desk import IpaymuOptions, TripayOptions
from konter_sim.digiflazz.tricks import TRICKS as NUMBERS
from konter_sim.gateway.tricks import TRICKS
from konter_sim.ipaymu.options import MEANING as IPAYMU_MEANING
from konter_sim.tripay.options import MEANING as TRIPAY_MEANING
from tests.sim.merchant import IpaymuMerchant, Letterbox, TripayMerchant, until
from tests.sim_process import running_sim


def test_every_option_says_what_it_means() -> None:
    assert set(IPAYMU_MEANING) == set(msgspec.structs.asdict(IpaymuOptions()))
    assert set(TRIPAY_MEANING) == set(msgspec.structs.asdict(TripayOptions()))


async def test_the_pages_list_every_trick_and_every_upstream(
    ipaymu: IpaymuMerchant, tripay: TripayMerchant
) -> None:
    await ipaymu.pay_directly("<script>")
    await tripay.create("<script>")
    root = tripay.control.split("/_sim")[0]
    _, front = await ipaymu.page(root + "/")
    assert all(f"<code>…{suffix}</code>" in front for suffix in (*NUMBERS, *TRICKS))
    assert all(f'href="/{name}"' in front for name in ("digiflazz", "ipaymu", "tripay"))
    for name in ("ipaymu", "tripay"):
        status, page = await ipaymu.page(f"{root}/{name}")
        assert status == 200 and all(html.escape(one.what) in page for one in TRICKS.values())
        assert "&lt;script&gt;" in page and "<script>" not in page


@pytest.mark.parametrize(
    ("suffix", "told", "state"),
    [
        ("903", ["PAID", "EXPIRED"], ["paid"]),
        ("904", ["PAID"], ["pending"]),
        ("905", ["PAID"], ["paid"]),
        ("906", ["PAID", "PAID"], ["paid", "paid"]),
        ("907", ["PAID"], ["pending"]),
        ("913", ["EXPIRED", "PAID"], ["paid"]),
        ("914", ["PAID", "REFUND"], ["refunded"]),
        ("915", ["PAID"], ["paid"]),
    ],
)
async def test_an_amount_chooses_what_happens(
    tripay: TripayMerchant, box: Letterbox, suffix: str, told: list[str], state: list[str]
) -> None:
    await tripay.create("INV-1", int(f"50{suffix}"))
    await until(lambda: len(box.got) == len(told))
    assert [one.json["status"] for one in box.got] == told
    assert [one["state"] for one in await tripay.look("payments")] == state
    amounts = {one["amount"] for one in await tripay.look("payments")}
    assert amounts == {int(f"50{suffix}") - 1_000 * (suffix == "905")}


@pytest.mark.parametrize(("suffix", "status", "formed"), [("909", 502, 0), ("910", 502, 1)])
async def test_an_amount_chooses_how_a_creation_is_answered(
    ipaymu: IpaymuMerchant, suffix: str, status: int, formed: int
) -> None:
    said = await ipaymu.pay_by_redirect("INV-1", int(f"50{suffix}"))
    assert said.status == status
    assert len((await ipaymu.look("books"))["waiting"]) == formed
    assert (await ipaymu.pay_by_redirect("INV-1", int(f"50{suffix}"))).status == 200


async def test_a_trick_plays_on_a_session_nobody_has_opened(
    ipaymu: IpaymuMerchant, box: Letterbox
) -> None:
    await ipaymu.pay_by_redirect("INV-1", 50_915)
    await box.holds(0)
    await until(lambda: len(box.got) == 2)
    assert [one.json["status"] for one in box.got] == ["pending", "berhasil"]


async def test_a_star_scripts_every_new_reference(tripay: TripayMerchant) -> None:
    await tripay.script("*", {"do": "http"})
    assert (await tripay.create("INV-1")).status == 502
    await tripay.script("*")
    assert (await tripay.create("INV-2")).status == 200
    assert await tripay.look("script") == {"INV-1": 1}


async def test_nonsense_wishes_change_nothing(
    ipaymu: IpaymuMerchant, tripay: TripayMerchant
) -> None:
    before = await tripay.look("options")
    await tripay.tell("options", {"poll_gap_s": 1, "no_such": 1}, status=400)
    assert await tripay.look("options") == before
    await tripay.tell("pay", {"reference": "nobody"}, status=404)
    await tripay.tell("pay", {}, status=400)
    await tripay.tell("callback", {"id": "nobody"}, status=404)
    await tripay.tell("script", {"reference": "a", "plan": [{"do": "dance"}]}, status=400)
    await ipaymu.pay_by_redirect("INV-1")
    await ipaymu.tell("pay", {"reference": "INV-1", "channel": "barter"}, status=404)


async def test_a_reset_forgets_what_was_under_way(tripay: TripayMerchant, box: Letterbox) -> None:
    await tripay.create("INV-1", 50_915)
    await tripay.tell("reset", {"poll_gap_s": 9})
    await asyncio.sleep(0.5)
    assert box.got == [] and await tripay.look("payments") == []
    options = await tripay.look("options")
    assert (options["poll_gap_s"], options["callback_retry_ms"]) == (9, 10)


async def test_the_process_takes_each_gateways_flags_and_its_client_speaks() -> None:
    with running_sim(ipaymu_va="123", tripay_fee_on="customer", tripay_callback_delay_ms=5) as sim:
        assert (await sim.ipaymu.options())["va"] == "123"
        assert (await sim.tripay.options())["fee_on"] == "customer"
        assert (await sim.tripay.books())["payments"] == await sim.tripay.payments() == []
        await sim.tripay.script("a", {"do": "silence"})
        await sim.tripay.reset(poll_gap_s=0)
        async with aiohttp.ClientSession() as session, session.get(sim.tripay.url) as reply:
            assert reply.status == 404
