"""The reserved endings of bills do what their table says, and the books stay true behind them."""

from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from konter_sim.digiflazz.bill_tricks import BILL_TRICKS
from konter_sim.digiflazz.codes import CODES
from konter_sim.digiflazz.steps import Silence, Wait
from tests.sim.buyer import Buyer, Mailbox, Said


@pytest_asyncio.fixture
async def mailbox(till: tuple[Buyer, Mailbox]) -> Mailbox:
    buyer, opened = till
    await buyer.tell("reset")
    opened.hooks.clear()
    return opened


@pytest_asyncio.fixture
async def buyer(till: tuple[Buyer, Mailbox], mailbox: Mailbox) -> Buyer:
    return till[0]


SLOW = {
    suffix
    for suffix, trick in BILL_TRICKS.items()
    if any(isinstance(step, Silence | Wait) for step in (*trick.inquiry, trick.first, trick.then))
}


CODED = {f"{block}{code.rc}" for block in (80, 81) for code in CODES.values()}


def number(suffix: str) -> str:
    return f"53001234{suffix}"


async def pays(buyer: Buyer, suffix: str, **more: Any) -> Said:
    assert (await buyer.bill("inq", "t", number(suffix))).rc == "00"
    return await buyer.bill("pay", "t", number(suffix), **more)


async def asks(buyer: Buyer, suffix: str) -> Said:
    return await buyer.bill("status", "t", number(suffix))


async def formed(buyer: Buyer) -> list[tuple[str, str]]:
    return [(row["status"], row["rc"]) for row in await buyer.look("bills")]


@pytest.mark.parametrize(("suffix", "silences"), [("2002", 1), ("2003", 2)])
async def test_an_inquiry_may_need_another_try(buyer: Buyer, suffix: str, silences: int) -> None:
    for turn in range(silences):
        with pytest.raises(TimeoutError):
            await buyer.bill("inq", f"try-{turn}", number(suffix), timeout_s=0.05)
    assert (await buyer.bill("inq", "last", number(suffix))).rc == "00"


@pytest.mark.parametrize(
    ("suffix", "shown"),
    [
        ("2007", {"status": "Gagal", "rc": "60", "message": "Tagihan sudah lunas"}),
        ("2012", {"ref_id": "bukan", "rc": "00"}),
        ("2013", {"status": "Sukses", "rc": "03"}),
        ("2014", {"status": None, "rc": "77"}),
        ("2015", {"status": "Gagal", "rc": "85"}),
        ("2016", {"rc": "00", "desc": None}),
        ("2018", {"rc": "00", "price": "10000.50"}),
        ("2019", {"rc": "00", "customer_name": ""}),
        ("2022", {"rc": "00", "selling_price": 1_000}),
        ("2023", {"rc": "00", "price": 0, "selling_price": 0, "admin": 0}),
    ],
)
async def test_an_inquiry_may_be_answered_oddly(
    buyer: Buyer, suffix: str, shown: dict[str, object]
) -> None:
    data = (await buyer.bill("inq", "t", number(suffix))).data
    assert {name: data.get(name) for name in shown} == shown
    assert await buyer.balance() == 1_000_000


async def test_an_inquiry_may_ask_more_of_us_than_of_the_customer(buyer: Buyer) -> None:
    owed = (await buyer.bill("inq", "t", number("2017"))).data
    assert owed["price"] > owed["selling_price"]


async def test_an_inquiry_may_be_answered_by_a_proxy_once(buyer: Buyer) -> None:
    first = await buyer.bill("inq", "t", number("2005"))
    assert first.status == 502 and b"<html>" in first.raw
    assert await buyer.look("inquiries") == []
    assert (await buyer.bill("inq", "t", number("2005"))).rc == "00"


async def test_every_failure_can_be_asked_for(buyer: Buyer) -> None:
    failures = [code for code in CODES.values() if code.status == "Gagal"]
    for code in failures:
        assert (await buyer.bill("inq", f"i{code.rc}", number(f"81{code.rc}"))).rc == code.rc
        await buyer.bill("inq", code.rc, number(f"80{code.rc}"))
        said = await buyer.bill("pay", code.rc, number(f"80{code.rc}"))
        assert (said.rc, said.data["message"]) == (code.rc, code.message)
    assert await formed(buyer) == [("Gagal", code.rc) for code in failures if code.formed]
    assert await buyer.balance() == 1_000_000


@pytest.mark.parametrize(("suffix", "is_formed"), [("5001", False), ("5002", True)])
async def test_silence_may_or_may_not_hide_a_payment(
    buyer: Buyer, suffix: str, is_formed: bool
) -> None:
    with pytest.raises(TimeoutError):
        await pays(buyer, suffix, timeout_s=0.1)
    assert (await asks(buyer, suffix)).rc == ("00" if is_formed else "50")
    assert await formed(buyer) == ([("Sukses", "00")] if is_formed else [])


@pytest.mark.parametrize("suffix", ["5001", "5003"])
async def test_paying_again_after_doubt_is_a_breach_even_when_nothing_was_formed(
    buyer: Buyer, suffix: str
) -> None:
    await buyer.tell("options", {"silence_seconds": 0})
    try:
        await pays(buyer, suffix)
    except aiohttp.ClientError:
        assert suffix == "5001"
    assert (await buyer.bill("pay", "t", number(suffix))).rc == "00"
    assert await buyer.broken_rules() == ["paid_again"]


async def test_a_refused_payment_may_be_tried_again(buyer: Buyer) -> None:
    assert (await pays(buyer, "4044")).rc == "44"
    assert (await asks(buyer, "4044")).rc == "50"
    assert (await buyer.bill("pay", "t", number("4044"))).rc == "00"
    assert await buyer.broken_rules() == []


async def test_a_502_page_may_hide_a_payment(buyer: Buyer) -> None:
    said = await pays(buyer, "5004")
    assert said.status == 502 and b"<html>" in said.raw
    assert (await asks(buyer, "5004")).data["sn"]


async def test_a_failure_may_turn_into_a_success_when_asked_about(buyer: Buyer) -> None:
    assert (await pays(buyer, "4101")).rc == "01"
    assert await buyer.balance() == 1_000_000
    assert (await asks(buyer, "4101")).rc == "00"
    assert await formed(buyer) == [("Sukses", "00")] and await buyer.balanced()


async def test_a_paid_bill_may_seem_unknown_for_ever(buyer: Buyer) -> None:
    await buyer.tell("options", {"silence_seconds": 0})
    with pytest.raises(aiohttp.ClientError):
        await pays(buyer, "5010")
    for _ in range(2):
        said = await asks(buyer, "5010")
        assert (said.rc, said.data["message"], "sn" in said.data) == (
            "50",
            "Data belum ada",
            False,
        )
    assert await formed(buyer) == [("Sukses", "00")]


async def test_a_payment_may_be_dearer_than_its_inquiry(buyer: Buyer) -> None:
    owed = (await buyer.bill("inq", "t", number("6007"))).data
    paid = (await buyer.bill("pay", "t", number("6007"))).data
    assert paid["price"] == owed["price"] + 5_000
    assert await buyer.balance() == 1_000_000 - paid["price"]


@pytest.mark.parametrize(
    ("suffix", "shown"),
    [
        ("5006", {"status": "Sukses", "rc": "03"}),
        ("5007", {"status": None, "rc": "77"}),
        ("5009", {"ref_id": "bukan-ref-anda", "rc": "00"}),
        ("6003", {"status": "Sukses", "sn": None}),
        ("6006", {"status": "Sukses", "price": None}),
    ],
)
async def test_a_twisted_answer_hides_a_true_payment(
    buyer: Buyer, suffix: str, shown: dict[str, object]
) -> None:
    data = (await pays(buyer, suffix)).data
    assert {name: data.get(name) for name in shown} == shown
    assert await formed(buyer) == [("Sukses", "00")]


async def test_numbers_may_be_strings(buyer: Buyer) -> None:
    data = (await pays(buyer, "6004")).data
    amounts = ("price", "selling_price", "admin", "buyer_last_saldo")
    assert all(isinstance(data[name], str) for name in amounts)


async def test_a_paid_bill_may_be_reversed(buyer: Buyer, mailbox: Mailbox) -> None:
    assert (await pays(buyer, "6002")).rc == "00"
    await mailbox.holds(2)
    assert mailbox.told[-1] == ("update", "Gagal", "74")
    assert await buyer.balance() == 1_000_000
    assert (await buyer.bill("inq", "new", number("6002"))).rc == "00"


async def test_webhooks_misbehave_as_those_of_purchases_do(buyer: Buyer, mailbox: Mailbox) -> None:
    said = await pays(buyer, "7006")
    assert said.data["status"] == "Pending" and mailbox.told == [("update", "Sukses", "00")]
    await buyer.tell("reset")
    mailbox.hooks.clear()
    await pays(buyer, "7001")
    await mailbox.holds(6)
    await buyer.tell("reset")
    mailbox.hooks.clear()
    await pays(buyer, "7004")
    await mailbox.holds(2)
    assert {hook.signature for hook in mailbox.hooks} == {None}


async def test_an_inquiry_s_webhook_may_come_while_its_payment_is_pending(
    buyer: Buyer, mailbox: Mailbox
) -> None:
    assert (await pays(buyer, "2010")).rc == "03"
    await mailbox.holds(2)
    assert mailbox.told == [("create", "Pending", "03"), ("create", "Sukses", "00")]
    assert (await asks(buyer, "2010")).rc == "03"


@pytest.mark.parametrize("suffix", sorted(BILL_TRICKS.keys() - SLOW - CODED))
async def test_no_trick_breaks_the_books_or_a_rule(buyer: Buyer, suffix: str) -> None:
    """The same three calls as an honest client makes; what is formed is formed once."""
    for command in ("inq", "pay", "status"):
        try:
            said = await buyer.bill(command, "t", number(suffix))
        except aiohttp.ClientError:
            assert suffix in {"2008", "5008"}
            return
        if command == "inq" and b'"rc":"00"' not in said.raw:
            return
    rows = await buyer.look("bills")
    assert len(rows) <= 1 and all(row["formed_count"] == 1 for row in rows)
    assert (await buyer.look("books"))["spent"] == sum(r["price"] for r in rows if r["formed"])
    assert await buyer.balanced() and await buyer.broken_rules() == []
