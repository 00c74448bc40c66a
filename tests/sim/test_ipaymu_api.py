"""iPaymu's calls: shapes, casing and errors as its documents and captured answers have them."""

import pytest

from tests.sim.merchant import VA, IpaymuMerchant, Letterbox


async def test_a_redirect_creation_answers_with_a_session_and_no_transaction(
    ipaymu: IpaymuMerchant,
) -> None:
    said = (await ipaymu.pay_by_redirect("INV-1")).json
    assert list(said) == ["Status", "Success", "Message", "Data"]
    assert set(said["Data"]) == {"SessionID", "Url"}
    assert said["Data"]["Url"].endswith(f"/ipaymu/payment/{said['Data']['SessionID']}")
    (waiting,) = (await ipaymu.look("books"))["waiting"]
    assert (waiting["reference"], waiting["order"]) == ("INV-1", 150_000)


async def test_a_direct_creation_answers_with_a_transaction(ipaymu: IpaymuMerchant) -> None:
    data = (await ipaymu.pay_directly("INV-1", feeDirection="BUYER")).data
    assert (data["SessionId"], data["ReferenceId"]) == ("INV-1", "INV-1")
    assert (data["SubTotal"], data["Fee"], data["Total"]) == (150_000, 1_050, 151_050)
    code = (await ipaymu.pay_directly("INV-2", paymentMethod="va", paymentChannel="bni")).data
    assert (code["Via"], code["Channel"], code["Fee"], code["Total"]) == (
        *("VA", "BNI", 3_500),
        150_000,
    )
    assert code["PaymentNo"].isdecimal()


async def test_a_check_tells_paid_and_unpaid(ipaymu: IpaymuMerchant) -> None:
    number = (await ipaymu.pay_directly("INV-1")).data["TransactionId"]
    before = await ipaymu.check(number)
    assert (before["Status"], before["PaidStatus"], before["SuccessDate"]) == (0, "unpaid", None)
    await ipaymu.tell("pay", {"reference": "INV-1"})
    after = await ipaymu.check(number)
    assert (after["Status"], after["StatusDesc"], after["PaidStatus"]) == (1, "Berhasil", "paid")
    assert (after["ReferenceId"], after["Amount"], after["Fee"]) == ("INV-1", 150_000, 1_050)


@pytest.mark.parametrize(
    ("state", "status", "paid"),
    [
        ("expired", -2, "unpaid"),
        ("pending", 0, "unpaid"),
        ("paid", 1, "paid"),
        ("refunded", 3, "paid"),
        ("unsettled", 6, "paid"),
        ("escrow", 7, "paid"),
    ],
)
async def test_every_state_has_its_status_code(
    ipaymu: IpaymuMerchant, state: str, status: int, paid: str
) -> None:
    number = (await ipaymu.pay_directly("INV-1")).data["TransactionId"]
    if paid == "paid":
        await ipaymu.tell("pay", {"id": number})
    await ipaymu.tell("state", {"id": number, "state": state})
    told = await ipaymu.check(number)
    assert (told["Status"], told["PaidStatus"]) == (status, paid)


async def test_an_unknown_transaction_and_a_missing_id_are_refused(
    ipaymu: IpaymuMerchant,
) -> None:
    said = await ipaymu.call("/transaction", {"transactionId": "1"})
    assert (said.status, said.json["Success"]) == (404, False)
    said = await ipaymu.call("/transaction", {})
    assert said.json["Error"] == {"transactionId": ["transaction id wajib diisi."]}


async def test_history_finds_a_payment_by_the_merchants_reference(
    ipaymu: IpaymuMerchant,
) -> None:
    for number in range(3):
        await ipaymu.pay_directly(f"INV-{number}")
    await ipaymu.tell("pay", {"reference": "INV-1"})
    said = (await ipaymu.call("/history", {"page": 1, "limit": 2})).data
    assert [row["ReferenceId"] for row in said["Transaction"]] == ["INV-2", "INV-1"]
    assert said["Pagination"] == {
        "total": 3,
        "count": 2,
        "per_page": 2,
        "current_page": 1,
        "total_pages": 2,
    }
    paid = (await ipaymu.call("/history", {"status": 1})).data["Transaction"]
    assert [row["ReferenceId"] for row in paid] == ["INV-1"]
    assert await ipaymu.broken_rules() == []


async def test_the_balance_is_text_and_net_of_fees(ipaymu: IpaymuMerchant) -> None:
    await ipaymu.pay_directly("INV-1")
    await ipaymu.tell("pay", {"reference": "INV-1"})
    said = (await ipaymu.call("/balance", {"account": VA})).data
    assert said == {"Va": VA, "MerchantBalance": "148950", "MemberBalance": "0"}


async def test_channels_carry_their_fees(ipaymu: IpaymuMerchant) -> None:
    said = (await ipaymu.signed("GET", "/payment-channels", b"{}")).data
    fees = {one["Code"]: one["TransactionFee"] for method in said for one in method["Channels"]}
    assert fees["bca"] == {"ActualFee": 4_000, "ActualFeeType": "FLAT", "AdditionalFee": 0}
    assert fees["mpm"]["ActualFeeType"] == "PERCENT"


async def test_missing_and_impossible_fields_are_400_in_their_words(
    ipaymu: IpaymuMerchant,
) -> None:
    said = (await ipaymu.call("/payment/direct", {"phone": "0812"})).json
    assert said["Message"] == "error - invalid request"
    assert said["Error"]["name"] == ["name wajib diisi."]
    said = (await ipaymu.pay_by_redirect("a", notifyUrl="nowhere")).json
    assert said["Message"] == "Format isian notify url tidak valid."
    said = (await ipaymu.pay_by_redirect("a", 999)).json
    assert said["Message"] == "Total price min Rp 1000 and max Rp 999999999"
    assert (await ipaymu.pay_directly("a", paymentChannel="bca")).status == 400
    assert (await ipaymu.pay_by_redirect("a", qty=[1, 2])).status == 400


async def test_items_that_do_not_sum_to_the_amount_are_written_down(
    ipaymu: IpaymuMerchant,
) -> None:
    items = {"product": ["A"], "qty": ["2"], "price": ["5000.00"]}
    assert (await ipaymu.pay_directly("a", 10_000, **items)).status == 200
    assert (await ipaymu.pay_directly("b", 11_000, **items)).status == 200
    assert await ipaymu.broken_rules() == ["items_do_not_sum"]


async def test_a_reference_used_again_is_a_second_payment_and_written_down(
    ipaymu: IpaymuMerchant,
) -> None:
    first = (await ipaymu.pay_directly("INV-1")).data["TransactionId"]
    second = (await ipaymu.pay_directly("INV-1", comments="lagi")).data["TransactionId"]
    assert first != second
    assert await ipaymu.broken_rules() == ["reference_reused"]


async def test_a_creation_replayed_with_its_timestamp_is_written_down(
    ipaymu: IpaymuMerchant,
) -> None:
    await ipaymu.tell("options", {"timestamp_slack_s": 1e12})
    await ipaymu.script("INV-1", {"do": "http", "commit": True}, {"do": "answer"})
    body = {
        "product": ["A"],
        "qty": [1],
        "price": [10_000],
        "returnUrl": "http://a.id",
        "notifyUrl": "http://a.id",
        "referenceId": "INV-1",
    }
    for _ in range(2):
        await ipaymu.call("/payment", body, timestamp="20300101000000")
    assert await ipaymu.broken_rules() == ["replayed_request"]


async def test_checking_again_without_news_too_soon_is_written_down(
    ipaymu: IpaymuMerchant, box: Letterbox
) -> None:
    number = (await ipaymu.pay_directly("INV-1")).data["TransactionId"]
    await box.holds(1)
    await ipaymu.check(number)
    assert await ipaymu.broken_rules() == []
    await ipaymu.check(number)
    assert await ipaymu.broken_rules() == ["asked_too_often"]
    await ipaymu.tell("advance", {"seconds": 6})
    await ipaymu.check(number)
    assert await ipaymu.broken_rules() == ["asked_too_often"]


async def test_the_call_log_keeps_no_secret(ipaymu: IpaymuMerchant) -> None:
    await ipaymu.pay_by_redirect("INV-1")
    log = str(await ipaymu.look("calls"))
    assert VA not in log and "INV-1" in log and "signature" not in log


async def test_numbers_may_be_text(ipaymu: IpaymuMerchant) -> None:
    await ipaymu.tell("options", {"numbers_as_text": True})
    number = (await ipaymu.pay_directly("INV-1")).data["TransactionId"]
    told = await ipaymu.check(number)
    assert (told["Amount"], told["Fee"]) == ("150000", "1050")
