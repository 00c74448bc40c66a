"""Whatever bytes come back about a bill, reading never raises and never invents one."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from konter.kernel.money import ZERO
from konter.kernel.outcome import Delivered, Rejected, Unknown
from konter.kernel.wire_types import WireAnswer
from konter.upstreams.biller_contract import BillFound, CheckUnclear, NoBill
from konter.upstreams.contract import UpstreamRefused
from konter.upstreams.providers.digiflazz_bill_checks import PROBLEMS
from konter.upstreams.providers.digiflazz_bill_details import day_of, period_of
from konter.upstreams.providers.digiflazz_codes import CODES
from tests.upstreams import asks
from tests.upstreams.asks import answer, raw, told, webhook
from tests.upstreams.bills import DEVELOPMENT, KINDS, a_bill, a_payment, a_question, named

CHECKED = a_bill(a_question(), desc=KINDS["pln"][-1])
PAID = {**CHECKED, "sn": "S1234554321N", "periode": "201901"}
PLACES = len(json.dumps({"data": PAID}))

_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_values = (
    _scalars
    | st.sampled_from([*CODES, "Sukses", "Pending", "Gagal", "Data belum ada", "sudah lunas"])
    | st.sampled_from(["inq-0001", "pln", "530000000001", 10_000, 11_000, "11000", 2_500, 0])
    | st.lists(_scalars, max_size=2)
    | st.dictionaries(st.sampled_from(["detail", "periode", "jatuh_tempo"]), _scalars, max_size=2)
)
_changes = st.dictionaries(st.sampled_from([*PAID, "trx_id", "data"]), _values, max_size=4)
_lost = st.sets(st.sampled_from([*PAID]), max_size=3)


def mutated(changes: dict[str, Any], lost: set[str]) -> dict[str, Any]:
    """An answer that is right but for some fields that say something else, or nothing."""
    return {key: value for key, value in {**PAID, **changes}.items() if key not in lost}


def is_sound(bill: BillFound) -> bool:
    amounts = ZERO <= bill.admin <= bill.selling_price and bill.cost > ZERO
    months = all(period_of(month) == month for month in bill.periods)
    days = bill.due_date is None or day_of(bill.due_date) == bill.due_date
    json.dumps(bill.details, allow_nan=False)
    kept = "\\u0000" not in json.dumps([dict(bill.details), bill.customer_name])
    return amounts and months and days and kept and list(bill.periods) == sorted(bill.periods)


@given(_changes, _lost)
def test_only_a_whole_and_sound_bill_is_found(changes: dict[str, Any], lost: set[str]) -> None:
    data = mutated(changes, lost)
    outcome = DEVELOPMENT.read_check(a_question(), answer(data))
    wrong = {
        key
        for key, value in named(a_question()).items()
        if data.get(key) is not None and data[key] != value
    }
    if isinstance(outcome, BillFound):
        assert is_sound(outcome)
        assert not wrong
        assert (data["rc"], data["status"].strip().casefold()) == ("00", "sukses")
    elif isinstance(outcome, NoBill):
        assert not wrong
        assert outcome.code == data["rc"]
        assert outcome.code in PROBLEMS
        assert data.get("status") in (None, "Gagal")


@given(_changes, _lost, st.booleans())
def test_a_payment_is_delivered_or_rejected_only_when_it_is_named_in_full(
    changes: dict[str, Any], lost: set[str], first: bool
) -> None:
    data = mutated(changes, lost)
    outcome = DEVELOPMENT.read(a_payment(first=first), answer(data))
    if isinstance(outcome, Delivered):
        assert named(a_payment(), rc="00").items() <= data.items()
        assert first or type(data["sn"]) in (str, int, float)
    if isinstance(outcome, Rejected):
        assert data["rc"] not in ("00", "03", "99", "49")
        assert first or outcome.formed
        if outcome.formed:
            assert {**named(a_payment()), "status": "Gagal"}.items() <= data.items()
    news = asks.DEVELOPMENT.read_callback(told(data))
    if isinstance(news.outcome, Delivered):
        of_bills = {"customer_name", "admin", "selling_price", "desc"}
        assert data.get("sn") is not None or not of_bills & data.keys()


@given(st.integers(0, PLACES), st.binary(max_size=4), st.integers(0, 5), st.booleans())
def test_damaged_bytes_are_never_misread(place: int, damage: bytes, lost: int, first: bool) -> None:
    """Of a payment that was made, and of a check that never became one."""
    for whole, kind in ((PAID, Delivered), (CHECKED, Unknown)):
        body = json.dumps({"data": whole}).encode()
        said = raw(body[:place] + damage + body[place + lost :])
        assert isinstance(DEVELOPMENT.read(a_payment(first=False), said), kind | Unknown)
        assert not isinstance(DEVELOPMENT.read(a_payment(first=first), said), Rejected)
        found = DEVELOPMENT.read_check(a_question(), said)
        assert isinstance(found, CheckUnclear) or (isinstance(found, BillFound) and is_sound(found))
        asks.DEVELOPMENT.read_callback(webhook(said.body))


@given(st.binary(max_size=200), st.booleans(), st.integers(100, 599))
def test_reading_any_bytes_never_raises_nor_says_anything(
    body: bytes, first: bool, status: int
) -> None:
    said = WireAnswer(status, {}, body)
    assert isinstance(DEVELOPMENT.read(a_payment(first=first), said), Unknown)
    assert isinstance(DEVELOPMENT.read_check(a_question(), said), CheckUnclear)
    with contextlib.suppress(UpstreamRefused):
        assert DEVELOPMENT.read_bill_list(said).items == ()


@given(st.lists(_values | st.dictionaries(st.text(max_size=4), _values), max_size=6))
def test_every_row_of_a_bill_list_is_read_or_named(rows: list[Any]) -> None:
    found = DEVELOPMENT.read_bill_list(answer(rows)) if _is_json(rows) else None
    if found is not None:
        assert len(found.items) + len(found.unreadable) == len(rows)


def _is_json(rows: list[Any]) -> bool:
    """Python also writes numbers that JSON has not, and they spoil the whole list."""
    try:
        json.dumps(rows, allow_nan=False)
    except ValueError:
        return False
    return True


@given(st.text(max_size=20) | st.text(alphabet="0123456789 -/.MEIDSmarjuntahung", max_size=14))
def test_whatever_reads_as_a_month_or_a_day_is_one(text: str) -> None:
    month, day = period_of(text), day_of(text)
    assert month is None or (len(month) == 7 and period_of(month) == month)
    assert day is None or (len(day) == 10 and day_of(day) == day)
