"""What becomes of an iPaymu payment: pages, callbacks, faults, and books that add up."""

import asyncio
import hmac
import json
from hashlib import sha256

import aiohttp
import pytest

from tests.sim.merchant import VA, Callback, IpaymuMerchant, Letterbox

WHOLE = {"trx_id", "status_code", "transaction_status_code", "paid_off"}


def genuine(call: Callback) -> bool:
    """The handler of their documents, written anew: types first, then sorted, then signed."""
    if call.headers["Content-Type"] == "application/json":
        data = call.json
    else:
        data = {
            name: int(text) if name in WHOLE else text == "1" if name == "is_escrow" else text
            for name, text in call.form.items()
        }
        data.setdefault("additional_info", [])
    ordered = {name: data[name] for name in sorted(data)}
    text = json.dumps(ordered, separators=(",", ":")).replace("/", r"\/")
    expected = hmac.new(VA.encode(), text.encode(), sha256).hexdigest()
    return hmac.compare_digest(expected, call.headers["X-Signature"])


@pytest.mark.parametrize("kind", ["form", "json"])
async def test_a_customer_chooses_and_pays_on_the_page_and_both_are_told(
    ipaymu: IpaymuMerchant, box: Letterbox, kind: str
) -> None:
    await ipaymu.tell("options", {"notify_format": kind})
    url = (await ipaymu.pay_by_redirect("INV/1", feeDirection="BUYER")).data["Url"]
    status, page = await ipaymu.page(url)
    assert status == 200 and 'name="channel"' in page and "Rp 150.000" in page
    status, page = await ipaymu.press(url, act="pay", channel="mpm")
    assert status == 200 and "Lunas" in page
    assert "selesai?a=1&amp;return=true&amp;sid=" in page and "trx_id=193205" in page
    await box.holds(2)
    told = [one.json if kind == "json" else one.form for one in box.got]
    assert [one["status"] for one in told] == ["pending", "berhasil"]
    assert [str(one["status_code"]) for one in told] == ["0", "1"]
    assert all(map(genuine, box.got))
    paid = told[1]
    money = [str(paid[name]) for name in ("sub_total", "amount", "total", "fee", "paid_off")]
    assert money == ["150000", "151050", "151050", "1050", "150000"]
    assert len({one.headers["X-External-ID"] for one in box.got}) == 2
    assert box.got[0].headers["X-Timestamp"].endswith("+07:00")


async def test_a_form_has_no_empty_array_and_blanks_where_nothing_was_paid(
    ipaymu: IpaymuMerchant, box: Letterbox
) -> None:
    await ipaymu.tell("options", {"notify_format": "form"})
    await ipaymu.pay_directly("INV-1")
    await box.holds(1)
    told = box.got[0].form
    assert "additional_info" not in told
    assert (told["paid_at"], told["payment_no"], told["is_escrow"]) == ("", "", "0")


async def test_a_person_can_cancel_or_let_expire_on_the_page(
    ipaymu: IpaymuMerchant, box: Letterbox
) -> None:
    for act, word in (("cancel", "Dibatalkan"), ("expire", "Kedaluwarsa")):
        url = (await ipaymu.pay_by_redirect(act)).data["Url"]
        _, page = await ipaymu.press(url, act=act, channel="bca")
        assert word in page and "Bayar terlambat" in page
    await box.holds(3)
    assert sorted(one.json["status"] for one in box.got) == ["expired", "pending", "pending"]
    assert (await ipaymu.page(ipaymu.api.replace("/api/v2", "/payment/x")))[0] == 404
    assert (await ipaymu.press(url, act="steal"))[0] == 404


async def test_the_page_escapes_strangers_text_and_links_only_to_the_web(
    ipaymu: IpaymuMerchant,
) -> None:
    said = await ipaymu.pay_by_redirect(
        "<script>", product=["<script>x"], returnUrl="javascript:alert(1)"
    )
    _, page = await ipaymu.press(said.data["Url"], act="pay")
    assert "<script>" not in page and "&lt;script&gt;" in page and "javascript:" not in page


async def test_a_callback_is_tried_until_it_is_answered_200(
    ipaymu: IpaymuMerchant, box: Letterbox
) -> None:
    box.answers[:] = [(500, ""), (302, ""), (201, "")]
    await ipaymu.pay_directly("INV-1")
    await box.holds(4)
    log = await ipaymu.look("callbacks")
    assert [one["response_status"] for one in log] == [500, 302, 201, 200]
    assert len({one.headers["X-External-ID"] for one in box.got}) == 4


async def test_a_payment_expires_by_itself_and_may_be_paid_all_the_same(
    ipaymu: IpaymuMerchant, box: Letterbox
) -> None:
    number = (await ipaymu.pay_directly("INV-1")).data["TransactionId"]
    await box.holds(1)
    await ipaymu.tell("advance", {"days": 1.1})
    await box.holds(2)
    assert (await ipaymu.check(number))["Status"] == -2
    await ipaymu.tell("pay", {"id": number})
    await box.holds(3)
    assert [one.json["status"] for one in box.got] == ["pending", "expired", "berhasil"]
    assert await ipaymu.balanced()


async def test_paying_twice_makes_a_second_transaction_under_the_reference(
    ipaymu: IpaymuMerchant, box: Letterbox
) -> None:
    await ipaymu.pay_directly("INV-1")
    first = await ipaymu.tell("pay", {"reference": "INV-1"})
    second = await ipaymu.tell("pay", {"reference": "INV-1"})
    assert first["id"] != second["id"]
    await box.holds(3)
    assert {one.json["reference_id"] for one in box.got} == {"INV-1"}
    assert (await ipaymu.look("books"))["owed"] == 2 * 148_950


async def test_a_wrong_amount_is_told_and_confirmed(ipaymu: IpaymuMerchant, box: Letterbox) -> None:
    await ipaymu.pay_directly("INV-1")
    await box.holds(1)
    paid = await ipaymu.tell("pay", {"reference": "INV-1", "amount": 149_000})
    await box.holds(2)
    assert box.got[1].json["amount"] == "149000"
    assert (await ipaymu.check(paid["id"]))["Amount"] == 149_000
    assert await ipaymu.balanced()


async def test_six_comes_before_one_where_settlement_takes_time(
    ipaymu: IpaymuMerchant, box: Letterbox
) -> None:
    await ipaymu.tell("options", {"unsettled_first": True})
    paid = (await ipaymu.pay_directly("INV-1")).data["TransactionId"]
    await box.holds(1)
    await ipaymu.tell("pay", {"id": paid})
    await box.holds(2)
    told = box.got[1].json
    assert (told["status"], told["status_code"], told["transaction_status_code"]) == (
        *("berhasil", 1),
        6,
    )
    assert (await ipaymu.check(paid))["Status"] == 6
    await ipaymu.tell("state", {"id": paid, "state": "paid", "callback": False})
    assert (await ipaymu.look("books"))["owed"] == 148_950


async def test_a_lie_says_paid_and_a_check_knows_better(
    ipaymu: IpaymuMerchant, box: Letterbox
) -> None:
    lies = ({"do": "lie", "after_ms": 60}, {"do": "lie", "forged": True, "after_ms": 120})
    await ipaymu.script("INV-1", *lies)
    number = (await ipaymu.pay_directly("INV-1")).data["TransactionId"]
    await box.holds(3)
    assert [one.json["status"] for one in box.got] == ["pending", "berhasil", "berhasil"]
    assert [genuine(one) for one in box.got] == [True, True, False]
    assert (await ipaymu.check(number))["PaidStatus"] == "unpaid"


async def test_callbacks_may_be_lost_repeated_late_and_changed(
    ipaymu: IpaymuMerchant, box: Letterbox
) -> None:
    await ipaymu.script("lost", {"do": "callback", "times": 0})
    await ipaymu.pay_directly("lost")
    await ipaymu.tell("pay", {"reference": "lost"})
    await asyncio.sleep(0.05)
    assert box.got == []
    await ipaymu.script(
        "late", {"do": "callback", "delay_ms": 80}, {"do": "callback", "times": 2, "amount": -1}
    )
    await ipaymu.pay_directly("late")
    await ipaymu.tell("pay", {"reference": "late"})
    await box.holds(3)
    assert [one.json["status"] for one in box.got] == ["berhasil", "berhasil", "pending"]
    assert box.got[0].json["amount"] == "149999"


async def test_a_creation_whose_answer_is_lost_stands_nevertheless(
    ipaymu: IpaymuMerchant, box: Letterbox
) -> None:
    await ipaymu.script(
        "INV-1", {"do": "silence", "commit": True, "seconds": 0.1}, {"do": "answer"}
    )
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await ipaymu.pay_directly("INV-1")
    assert len(await ipaymu.look("payments")) == 1
    again = await ipaymu.pay_directly("INV-1")
    assert again.status == 200 and len(await ipaymu.look("payments")) == 2
    assert "reference_reused" not in await ipaymu.broken_rules()
    await ipaymu.pay_directly("INV-1")
    assert "reference_reused" in await ipaymu.broken_rules()


async def test_an_html_error_forms_nothing_and_the_page_of_errors_is_html(
    ipaymu: IpaymuMerchant,
) -> None:
    await ipaymu.script("*", {"do": "http"}, {"do": "answer"})
    said = await ipaymu.pay_directly("INV-1")
    assert (said.status, said.raw[:6]) == (502, b"<html>")
    assert await ipaymu.look("payments") == []
    assert (await ipaymu.pay_directly("INV-1")).status == 200


async def test_the_books_add_up_after_everything(ipaymu: IpaymuMerchant) -> None:
    for number, what in enumerate(("pay", "cancel", "expire", "pay", "pay")):
        await ipaymu.pay_directly(f"INV-{number}", feeDirection="BUYER")
        await ipaymu.tell(what, {"reference": f"INV-{number}"})
    await ipaymu.tell("refund", {"reference": "INV-3"})
    await ipaymu.tell("settle", {"amount": 100_000})
    books = await ipaymu.look("books")
    assert (books["collected"], books["fees"]) == (302_100, 2_100)
    assert (books["settled"], books["owed"], books["refunded"]) == (100_000, 200_000, 151_050)
    assert await ipaymu.balanced()
    await ipaymu.tell("reset")
    assert (await ipaymu.look("books"))["payments"] == []
