"""The reserved numbers do what their table says, and the books stay true behind every lie."""

from typing import Any

import aiohttp
import pytest

from konter_sim.digiflazz.tricks import TRICKS
from tests.sim.buyer import Buyer, Mailbox

PRICE = 10_275


def number(suffix: str) -> str:
    return f"08120000{suffix}"


async def sold(buyer: Buyer, ref_id: str = "t") -> tuple[str, str] | None:
    row = await buyer.transaction(ref_id)
    return None if row is None else (row["status"], row["rc"])


@pytest.mark.parametrize(("suffix", "formed"), [("5001", False), ("5002", True)])
async def test_silence_may_or_may_not_hide_a_sale(buyer: Buyer, suffix: str, formed: bool) -> None:
    with pytest.raises(TimeoutError):
        await buyer.topup("t", number(suffix), timeout_s=0.1)
    assert (await sold(buyer) is not None) == formed
    assert (await buyer.topup("t", number(suffix))).rc == "00"
    assert (await buyer.look("books"))["spent"] == PRICE


async def test_silence_ends_by_itself_without_an_answer(buyer: Buyer) -> None:
    await buyer.tell("options", {"silence_seconds": 0.05})
    with pytest.raises(aiohttp.ClientConnectionError):
        await buyer.topup("t", number("5002"))


@pytest.mark.parametrize(("suffix", "formed"), [("5003", False), ("5004", True)])
async def test_a_502_page_may_or_may_not_hide_a_sale(
    buyer: Buyer, suffix: str, formed: bool
) -> None:
    said = await buyer.topup("t", number(suffix))
    assert said.status == 502 and b"<html>" in said.raw
    assert (await sold(buyer) is not None) == formed
    assert (await buyer.topup("t", number(suffix))).rc == "00"
    assert (await buyer.look("books"))["spent"] == PRICE


async def test_a_reset_in_mid_answer_hides_a_sale(buyer: Buyer) -> None:
    with pytest.raises(aiohttp.ClientError):
        await buyer.topup("t", number("5008"))
    assert await sold(buyer) == ("Sukses", "00")
    assert (await buyer.topup("t", number("5008"))).rc == "00"


async def test_an_empty_answer_hides_a_sale(buyer: Buyer) -> None:
    said = await buyer.topup("t", number("6005"))
    assert (said.status, said.raw) == (200, b"")
    assert await sold(buyer) == ("Sukses", "00")


async def test_a_good_answer_may_come_as_http_400(buyer: Buyer) -> None:
    said = await buyer.topup("t", number("5005"))
    assert (said.status, said.rc, said.data["status"]) == (400, "00", "Sukses")


@pytest.mark.parametrize(
    ("suffix", "shown"),
    [
        ("5006", {"status": "Sukses", "rc": "03"}),
        ("5007", {"status": None, "rc": "77"}),
        ("5009", {"ref_id": "bukan-ref-anda", "rc": "00"}),
        ("6003", {"status": "Sukses", "sn": None}),
        ("6004", {"price": str(PRICE), "buyer_last_saldo": str(1_000_000 - PRICE)}),
        ("6006", {"status": "Sukses", "price": None}),
    ],
)
async def test_a_twisted_answer_hides_a_true_sale(
    buyer: Buyer, suffix: str, shown: dict[str, object]
) -> None:
    data: dict[str, Any] = (await buyer.topup("t", number(suffix))).data
    assert {name: data.get(name) for name in shown} == shown
    assert await sold(buyer) == ("Sukses", "00")
    assert (await buyer.look("books"))["spent"] == PRICE


async def test_a_timeout_may_turn_into_a_success_when_asked_again(buyer: Buyer) -> None:
    assert (await buyer.topup("t", number("4101"))).rc == "01"
    assert await buyer.balance() == 1_000_000
    assert (await buyer.topup("t", number("4101"))).rc == "00"
    assert await buyer.balance() == 1_000_000 - PRICE
    assert (await buyer.topup("u", number("4001"))).rc == "01"
    assert (await buyer.topup("u", number("4001"))).rc == "01"


async def test_a_refused_reference_posted_again_is_bought(buyer: Buyer) -> None:
    assert (await buyer.topup("t", number("4044"))).rc == "44"
    assert await sold(buyer) is None
    assert (await buyer.topup("t", number("4044"))).rc == "00"
    assert (await buyer.look("books"))["spent"] == PRICE


async def test_pending_for_ever_holds_the_money(buyer: Buyer, mailbox: Mailbox) -> None:
    assert (await buyer.topup("t", number("6001"))).rc == "03"
    await mailbox.holds(1)
    assert (await buyer.topup("t", number("6001"))).rc == "03"
    assert await buyer.balance() == 1_000_000 - PRICE


async def test_a_router_issue_is_pending_and_then_succeeds(buyer: Buyer, mailbox: Mailbox) -> None:
    said = await buyer.topup("t", number("4099"))
    assert (said.rc, said.data["status"], said.status) == ("99", "Pending", 200)
    await mailbox.holds(2)
    assert (await buyer.topup("t", number("4099"))).rc == "00"


async def test_a_success_may_be_reversed(buyer: Buyer, mailbox: Mailbox) -> None:
    assert (await buyer.topup("t", number("6002"))).rc == "00"
    await mailbox.holds(2)
    assert mailbox.told[-1] == ("update", "Gagal", "74")
    assert await buyer.balance() == 1_000_000


async def test_a_failure_may_turn_into_a_success(buyer: Buyer, mailbox: Mailbox) -> None:
    assert (await buyer.topup("t", number("7007"))).rc == "01"
    await mailbox.holds(2)
    assert mailbox.told == [("create", "Gagal", "01"), ("update", "Sukses", "00")]
    assert await buyer.balance() == 1_000_000 - PRICE


@pytest.mark.parametrize("suffix", sorted(TRICKS.keys() - {"5001", "5002"}))
async def test_no_trick_breaks_the_books_or_sells_twice(buyer: Buyer, suffix: str) -> None:
    for _ in range(3):
        try:
            await buyer.topup("t", number(suffix))
        except aiohttp.ClientError:
            assert suffix == "5008"
    assert (await buyer.look("books"))["spent"] in {0, PRICE}
    assert await buyer.balanced()
    assert await buyer.broken_rules() == []
