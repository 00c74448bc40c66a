"""Whose electricity meter it is: found, nobody's, asked too often, or not known."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from konter.upstreams.biller_contract import Meter, MeterLimited, MeterUnclear, NoMeter
from konter.upstreams.providers.digiflazz_codes import CODES
from tests.upstreams.asks import CREDENTIALS, VECTORS, answer, raw
from tests.upstreams.bills import DEVELOPMENT, PRODUCTION

NUMBER = "1234554321"
FOUND: dict[str, Any] = json.loads(VECTORS["responses"][9])["data"]


def read(data: Any, status: int = 200) -> Any:
    return DEVELOPMENT.read_meter(NUMBER, answer(data, status))


def test_a_meter_is_asked_about_as_documented_and_signed_with_its_number() -> None:
    request = DEVELOPMENT.meter(NUMBER)
    assert json.loads(request.body) == json.loads(VECTORS["requests"][8])
    assert request.url == "https://api.digiflazz.com/v1/inquiry-pln"
    assert (request.purchase_capable, request.timeout_s) == (False, 30)
    production = PRODUCTION.meter(NUMBER)
    assert json.loads(production.body)["sign"] == "09ecf7418723ebdbb0dde8d296280656"
    assert set(production.secrets) == {
        CREDENTIALS["production_key"],
        "09ecf7418723ebdbb0dde8d296280656",
    }


def test_the_official_answer_is_a_meter() -> None:
    assert read(FOUND) == Meter(NUMBER, NUMBER, "523300817840", "DAVID", "R1 /000001300")


@pytest.mark.parametrize("name", ["", "  ", None, [], "\x00"])
def test_a_success_without_a_name_found_nobody(name: Any) -> None:
    assert read({**FOUND, "name": name}) == NoMeter("Transaksi Sukses", "00")


def test_a_meter_may_lack_everything_but_its_owner() -> None:
    bare = {key: FOUND[key] for key in ("status", "rc", "name")}
    assert read(bare) == Meter(NUMBER, "", "", "DAVID", "")


def test_asked_too_often_is_told_apart() -> None:
    said = {"rc": "86", "status": "Gagal", "message": "Anda telah mencapai limitasi"}
    assert read(said) == read({"rc": "86", "message": said["message"]}, 400)
    assert read(said) == MeterLimited("Anda telah mencapai limitasi")


@pytest.mark.parametrize("rc", CODES)
def test_every_code_has_one_meaning(rc: str) -> None:
    status = CODES[rc].status.title()
    told = read({"rc": rc, "status": status, "message": "Maaf", "customer_no": NUMBER}, 400)
    if rc in ("85", "86"):
        assert isinstance(told, MeterLimited)
    elif rc in ("00", "02", "50", "51", "52", "54", "57", "59", "60"):
        assert told == NoMeter("Maaf", rc)
    else:
        assert isinstance(told, MeterUnclear)


@pytest.mark.parametrize(
    "change",
    [
        {"customer_no": "1234554322"},
        {"customer_no": 1234554321},
        {"status": "Gagal"},
        {"status": None},
        {"rc": "201"},
        {"rc": None},
        {"rc": 0},
    ],
    ids=repr,
)
def test_what_contradicts_itself_or_the_question_is_unclear(change: dict[str, Any]) -> None:
    assert isinstance(read({**FOUND, **change}), MeterUnclear)


@given(st.binary(max_size=60), st.integers(0, 200), st.integers(0, 4))
def test_damaged_bytes_are_never_misread_as_nobody(damage: bytes, place: int, lost: int) -> None:
    whole = json.dumps({"data": FOUND}).encode()
    for body in (damage, whole[:place] + damage[:3] + whole[place + lost :]):
        told = DEVELOPMENT.read_meter(NUMBER, raw(body))
        assert isinstance(told, Meter | MeterUnclear) or told == NoMeter("Transaksi Sukses", "00")
