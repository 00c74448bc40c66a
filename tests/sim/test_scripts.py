"""A scripted number plays its plan; the books hold whatever is answered."""

import asyncio

import pytest

from tests.sim.buyer import Buyer, Mailbox

NUMBER = "081200001232"
PRICE = 10_275


async def spent(buyer: Buyer) -> int:
    return int((await buyer.look("books"))["spent"])


async def test_a_script_outranks_a_reserved_number_and_its_last_step_repeats(
    buyer: Buyer,
) -> None:
    await buyer.script(NUMBER, {"do": "refuse", "rc": "44"}, {"do": "success", "sn": "X"})
    assert (await buyer.topup("a", NUMBER)).rc == "44"
    assert (await buyer.topup("a", NUMBER)).data["sn"] == "X"
    assert (await buyer.topup("b", NUMBER)).data["sn"] == "X"
    await buyer.script(NUMBER)
    assert (await buyer.topup("c", NUMBER)).rc == "02"


async def test_a_step_on_a_known_reference_moves_it_but_forms_no_second(
    buyer: Buyer,
) -> None:
    pending = {"do": "pending", "then": "never"}
    await buyer.script(NUMBER, pending, {"do": "success"}, {"do": "fail", "rc": "74"})
    assert (await buyer.topup("a", NUMBER)).rc == "03"
    assert (await buyer.topup("a", NUMBER)).rc == "00"
    assert await spent(buyer) == PRICE
    assert (await buyer.topup("a", NUMBER)).rc == "74"
    assert await spent(buyer) == 0
    row = await buyer.transaction("a")
    assert row is not None and row["formed_count"] == 1


async def test_a_stale_pending_answer_changes_no_books(buyer: Buyer) -> None:
    await buyer.script(NUMBER, {"do": "success"}, {"do": "pending"})
    await buyer.topup("a", NUMBER)
    stale = await buyer.topup("a", NUMBER)
    assert (stale.data["status"], stale.rc, "sn" in stale.data) == ("Pending", "03", False)
    row = await buyer.transaction("a")
    assert row is not None and row["status"] == "Sukses"


@pytest.mark.parametrize("commit", [True, False])
async def test_a_raw_answer_is_given_as_written(buyer: Buyer, commit: bool) -> None:
    data = {"rc": "123", "odd": [1, None]}
    await buyer.script(NUMBER, {"do": "raw", "data": data, "commit": commit})
    for _ in range(2):
        assert (await buyer.topup("a", NUMBER)).data == data
    assert await spent(buyer) == (PRICE if commit else 0)


async def test_an_http_step_may_hide_a_failure(buyer: Buyer) -> None:
    step = {"do": "http", "status": 503, "body": "sebentar", "commit": True, "truth": "fail"}
    await buyer.script(NUMBER, step)
    said = await buyer.topup("a", NUMBER)
    assert (said.status, said.raw) == (503, b"sebentar")
    row = await buyer.transaction("a")
    assert row is not None and row["status"] == "Gagal"


async def test_a_waiting_step_moves_the_books_before_it_answers(buyer: Buyer) -> None:
    await buyer.script(NUMBER, {"do": "wait", "ms": 100, "then": {"do": "success"}})
    asking = asyncio.create_task(buyer.topup("a", NUMBER))
    await asyncio.sleep(0.05)
    assert not asking.done()
    assert await spent(buyer) == PRICE
    assert (await asking).rc == "00"


async def test_a_step_may_name_its_price_and_its_ending(buyer: Buyer, mailbox: Mailbox) -> None:
    step = {"do": "pending", "price": 9_000, "then": "fail", "then_rc": "55", "after_ms": 20}
    await buyer.script(NUMBER, step)
    assert (await buyer.topup("a", NUMBER)).data["price"] == 9_000
    assert await spent(buyer) == 9_000
    await mailbox.holds(2)
    assert mailbox.told[1] == ("update", "Gagal", "55")
    assert await spent(buyer) == 0


@pytest.mark.parametrize(
    "step",
    [{"do": "dance"}, {"do": "fail", "rc": "04"}, {"do": "pending", "afterms": 1}, {"rc": "00"}],
)
async def test_a_step_that_makes_no_sense_is_refused(buyer: Buyer, step: dict[str, object]) -> None:
    wish = {"customer_no": NUMBER, "plan": [step]}
    assert "error" in await buyer.tell("script", wish, status=400)
