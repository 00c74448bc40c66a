"""What an answer to a bill's check means: the official examples, every kind, every code."""

from __future__ import annotations

import json
from typing import Any

import pytest

from konter.kernel.money import ZERO, Rupiah
from konter.kernel.outcome import Unknown
from konter.upstreams.biller_contract import BillFound, BillProblem, CheckUnclear, NoBill
from konter.upstreams.providers.digiflazz_bill_checks import PROBLEMS
from konter.upstreams.providers.digiflazz_bill_details import day_of, period_of
from konter.upstreams.providers.digiflazz_codes import CODES
from tests.upstreams.asks import VECTORS, answer, raw
from tests.upstreams.bills import DEVELOPMENT, KINDS, a_bill, a_payment, a_question, named

RESPONSES: list[str] = VECTORS["responses"]
OFFICIAL = {each["rc"]: each for each in VECTORS["response_codes"]}


def checked(**change: Any) -> Any:
    return DEVELOPMENT.read_check(a_question(), answer(a_bill(a_question(), **change)))


# -- what a check finds ---------------------------------------------------------------------


def test_the_official_check_finds_a_bill_that_is_not_paid() -> None:
    """The same answer, to a question about a payment, is no payment either."""
    ask = a_question("some1d")
    assert DEVELOPMENT.read_check(ask, raw(RESPONSES[5].encode())) == BillFound(
        customer_name="Nama Pelanggan Pertama",
        selling_price=Rupiah(11_000),
        admin=Rupiah(2_500),
        cost=Rupiah(10_000),
        periods=("2019-01",),
        due_date=None,
        details=json.loads(RESPONSES[5])["data"]["desc"],
        message="Transaksi Sukses",
    )
    asked_again = a_payment("some1d", first=False)
    assert isinstance(DEVELOPMENT.read(asked_again, raw(RESPONSES[5].encode())), Unknown)


@pytest.mark.parametrize("sku", KINDS)
def test_every_kind_of_bill_is_read_and_its_details_kept_whole(sku: str) -> None:
    number, total, admin, cost, period, periods, due_date, desc = KINDS[sku]
    ask = a_question("ref-1", sku, number)
    amounts = {"selling_price": total, "admin": admin, "price": cost}
    extra = {} if period is None else {"periode": period}
    found = DEVELOPMENT.read_check(ask, answer(a_bill(ask, **amounts, **extra, desc=desc)))
    assert isinstance(found, BillFound)
    assert (found.selling_price, found.admin, found.cost) == tuple(map(Rupiah, amounts.values()))
    assert (found.periods, found.due_date) == (periods, due_date)
    assert found.details == {**desc, **extra}
    # Where only the whole bill names the months, they are read all the same, and the other way.
    bare = DEVELOPMENT.read_check(ask, answer(a_bill(ask, **amounts, **extra, desc={})))
    assert isinstance(bare, BillFound)
    assert bare.periods == (periods if period else ())


@pytest.mark.parametrize(
    "change",
    [
        {"selling_price": None},
        {"selling_price": 0},
        {"selling_price": -11_000},
        {"selling_price": 2_499},
        {"selling_price": "sebelas ribu"},
        {"selling_price": 11_000.5},
        {"selling_price": True},
        {"selling_price": [11_000]},
        {"selling_price": 10**400},
        {"admin": None},
        {"admin": -1},
        {"admin": 11_001},
        {"admin": ""},
        {"price": None},
        {"price": 0},
        {"price": -1},
        {"price": {}},
        {"status": None},
        {"status": "Gagal"},
        {"status": "Pending"},
        {"status": 1},
        {"rc": None},
        {"rc": "0"},
        {"rc": 0},
        {"ref_id": "another"},
        {"customer_no": "530000000002"},
        {"customer_no": 530000000001},
        {"buyer_sku_code": "pdam"},
    ],
    ids=repr,
)
def test_a_bill_with_anything_wrong_is_unclear(change: dict[str, Any]) -> None:
    assert isinstance(checked(**change), CheckUnclear)


@pytest.mark.parametrize("name", ["selling_price", "admin", "price", "status", "rc"])
def test_a_bill_that_leaves_out_what_matters_is_unclear(name: str) -> None:
    part = {key: value for key, value in a_bill(a_question()).items() if key != name}
    assert isinstance(DEVELOPMENT.read_check(a_question(), answer(part)), CheckUnclear)


def test_amounts_may_be_written_as_text_and_a_fee_may_be_nothing() -> None:
    found = checked(selling_price="11000", admin="0", price="10000.00")
    assert isinstance(found, BillFound)
    assert (found.selling_price, found.admin, found.cost) == (Rupiah(11_000), ZERO, Rupiah(10_000))


@pytest.mark.parametrize(
    "desc, details",
    [
        (None, {}),
        ([], {}),
        ("-", {"desc": "-"}),
        ([{"periode": "201901"}], {"desc": [{"periode": "201901"}]}),
        ({"a\x00": ["b\x00", 1e300, None]}, {"a": ["b", 1e300, None]}),
        ({"detail": {"periode": "201901"}}, {"detail": {"periode": "201901"}}),
        ({"detail": [None, 7, {"periode": []}]}, {"detail": [None, 7, {"periode": []}]}),
        ({"jatuh_tempo": 20}, {"jatuh_tempo": 20}),
    ],
    ids=repr,
)
def test_details_of_any_shape_never_hide_a_bill(desc: Any, details: Any) -> None:
    found = checked(desc=desc, customer_name=None, periode=7)
    assert isinstance(found, BillFound)
    assert found.details == {**details, "periode": "7"}
    assert (found.customer_name, found.due_date) == ("", None)


@pytest.mark.parametrize("desc", [b'{"a":1e999}', b'"\\ud800"', b'{"a":' * 60 + b"1" + b"}" * 60])
def test_details_that_no_database_takes_are_left_to_the_transcript(desc: bytes) -> None:
    body = json.dumps({"data": a_bill(a_question(), desc=None)}).encode()
    found = DEVELOPMENT.read_check(
        a_question(), raw(body.replace(b'"desc": null', b'"desc": ' + desc))
    )
    assert isinstance(found, BillFound)
    assert found.details in ({}, {"desc": "\ufffd"}, {"a": "inf"})


@pytest.mark.parametrize(
    "text, month",
    [
        ("201901", "2019-01"),
        ("2019-01", "2019-01"),
        ("01/2019", "2019-01"),
        ("012019", "2019-01"),
        ("0320", "2020-03"),
        ("1220", "2020-12"),
        ("MEI 2019", "2019-05"),
        ("  mei   22 ", "2022-05"),
        ("AGT-2024", "2024-08"),
        ("NOPEMBER 2024", "2024-11"),
        ("DES24", "2024-12"),
        ("2019", None),
        ("1320", None),
        ("201913", None),
        ("188001", None),
        ("01", None),
        ("002", None),
        ("", None),
        ("MARVEL 2019", None),
        ("5 MEI 2019", None),
        ("201901-201903", None),
        ("\u0662\u0660\u0661\u0669\u0660\u0661", None),
    ],
)
def test_a_month_is_read_only_where_it_is_one(text: str, month: str | None) -> None:
    assert period_of(text) == month


@pytest.mark.parametrize(
    "text, day",
    [
        ("1-15 DES 2014", "2014-12-15"),
        ("20 Januari 2025", "2025-01-20"),
        ("2025-01-20", "2025-01-20"),
        ("2025-01-20 00:00:00", "2025-01-20"),
        ("20250120", "2025-01-20"),
        ("20/01/2025", "2025-01-20"),
        ("31-02-2025", None),
        ("31 FEB 2025", None),
        ("00000000", None),
        ("20", None),
        ("setiap tanggal 20", None),
        ("-", None),
    ],
)
def test_a_due_date_is_read_only_where_it_is_a_day(text: str, day: str | None) -> None:
    assert day_of(text) == day


def test_a_month_that_cannot_be_read_stays_in_the_details() -> None:
    desc = {"detail": [{"periode": "201902"}, {"periode": "TRIWULAN 1"}, {"periode": "201901"}]}
    found = checked(desc=desc, periode="201901,TRIWULAN 1")
    assert isinstance(found, BillFound)
    assert found.periods == ("2019-01", "2019-02")
    assert found.details == {**desc, "periode": "201901,TRIWULAN 1"}


# -- where there is no bill -----------------------------------------------------------------


def test_the_official_failed_check_finds_nothing() -> None:
    ask = a_question("some1d", customer_no="530000000003")
    expected = NoBill(BillProblem.NOT_FOUND, "Transaksi Gagal", "02")
    assert DEVELOPMENT.read_check(ask, raw(RESPONSES[7].encode(), 400)) == expected


UNCLEAR = {"00", "01", "03", "49", "64", "70", "74", "83", "85", "86", "99"}


def test_every_code_is_either_a_problem_or_unclear() -> None:
    assert set(PROBLEMS) == set(CODES) - UNCLEAR


@pytest.mark.parametrize("rc", CODES)
def test_a_code_means_the_same_whatever_the_http_status(rc: str) -> None:
    official = OFFICIAL[rc]
    words = named(a_question(), rc=rc, status=official["status"], message=official["message"])
    for http_status in (200, 400, 500):
        outcome = DEVELOPMENT.read_check(a_question(), answer(words, http_status))
        if rc in UNCLEAR:
            assert isinstance(outcome, CheckUnclear)
        else:
            assert outcome == NoBill(PROBLEMS[rc], official["message"], rc)
    for status in {"Sukses", "Pending", "Gagal", "", 7} - {official["status"]}:
        other = DEVELOPMENT.read_check(a_question(), answer({**words, "status": status}))
        assert isinstance(other, CheckUnclear)


@pytest.mark.parametrize(
    "rc, why",
    [
        ("42", BillProblem.SUPPLIER),
        ("45", BillProblem.SUPPLIER),
        ("43", BillProblem.OFFER),
        ("68", BillProblem.OFFER),
        ("87", BillProblem.NUMBER),
    ],
)
def test_a_check_turned_away_at_the_door_is_told_by_code_and_message(
    rc: str, why: BillProblem
) -> None:
    told_briefly = answer({"rc": rc, "message": "Maaf"}, 400)
    assert DEVELOPMENT.read_check(a_question(), told_briefly) == NoBill(why, "Maaf", rc)


@pytest.mark.parametrize("rc", ["02", "54", "60", "55"])
def test_a_recorded_refusal_needs_its_status(rc: str) -> None:
    brief = answer({"rc": rc, "message": "Maaf"}, 400)
    assert isinstance(DEVELOPMENT.read_check(a_question(), brief), CheckUnclear)


@pytest.mark.parametrize(
    "message, paid",
    [
        ("Tagihan sudah lunas", True),
        ("TAGIHAN  SUDAH TERBAYAR", True),
        ("Tagihan bulan ini sudah dibayar.", True),
        ("Tagihan telah dilunasi", True),
        ("Tagihan sudah pernah dibayar", True),
        ("Tagihan belum tersedia atau sudah dibayar", False),
        ("Tagihan tidak ditemukan/sudah lunas", False),
        ("Tagihan belum tersedia", False),
        ("Pastikan tagihan lunas", False),
        ("", False),
    ],
)
def test_a_refusal_that_says_paid_is_paid_unless_it_leaves_that_open(
    message: str, paid: bool
) -> None:
    for rc in ("60", "02", "54"):
        outcome = checked(rc=rc, status="Gagal", message=message)
        assert isinstance(outcome, NoBill)
        assert outcome.why is (BillProblem.ALREADY_PAID if paid else PROBLEMS[rc])
        assert outcome.reason == (message or CODES[rc].text)
    ours = checked(rc="44", status="Gagal", message=message)
    assert isinstance(ours, NoBill)
    assert ours.why is BillProblem.SUPPLIER
    assert isinstance(checked(rc="00", message=message), BillFound), "words never undo a bill"
    assert isinstance(checked(rc="46", status="Gagal", message=message), CheckUnclear)
