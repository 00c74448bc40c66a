"""All 47 official codes: what each means first, in an enquiry, and in a webhook."""

from __future__ import annotations

import pytest

from konter.kernel.outcome import Delivered, Outcome, Pending, Rejected, Unknown
from konter.upstreams.providers.digiflazz_codes import CODES
from tests.upstreams.asks import DEVELOPMENT, VECTORS, an_ask, answer, echo_of, told

OFFICIAL = {each["rc"]: each for each in VECTORS["response_codes"]}

# rc: (first answer, answer to an enquiry, webhook)
# "fault" a recorded refusal, "fault!" one that left no record; "x2" final only when two agree.
MEANING = {
    "00": ("delivered", "delivered", "delivered"),
    "01": ("other x2", "other x2", "other x2"),
    "02": ("other", "other", "other"),
    "03": ("pending", "pending", "pending"),
    "40": ("supplier!", "unknown", "unknown"),
    "41": ("supplier!", "unknown", "unknown"),
    "42": ("supplier!", "unknown", "unknown"),
    "43": ("offer!", "unknown", "unknown"),
    "44": ("supplier!", "unknown", "unknown"),
    "45": ("supplier!", "unknown", "unknown"),
    "47": ("number!", "unknown", "unknown"),
    "49": ("unknown", "unknown", "unknown"),
    "50": ("other", "unknown", "unknown"),
    "51": ("number", "number", "number"),
    "52": ("number", "number", "number"),
    "53": ("offer", "offer", "offer"),
    "54": ("number", "number", "number"),
    "55": ("offer", "offer", "offer"),
    "56": ("offer!", "unknown", "unknown"),
    "57": ("number", "number", "number"),
    "58": ("offer", "offer", "offer"),
    "59": ("number", "number", "number"),
    "60": ("number", "number", "number"),
    "61": ("supplier!", "unknown", "unknown"),
    "62": ("offer!", "unknown", "unknown"),
    "63": ("number!", "unknown", "unknown"),
    "64": ("other!", "unknown", "unknown"),
    "65": ("number!", "unknown", "unknown"),
    "66": ("offer!", "unknown", "unknown"),
    "67": ("offer!", "unknown", "unknown"),
    "68": ("offer!", "unknown", "unknown"),
    "69": ("offer!", "unknown", "unknown"),
    "70": ("other x2", "other x2", "other x2"),
    "71": ("offer", "offer", "offer"),
    "72": ("number", "number", "number"),
    "73": ("number", "number", "number"),
    "74": ("other reversal", "other reversal", "other reversal"),
    "80": ("offer!", "unknown", "unknown"),
    "81": ("offer!", "unknown", "unknown"),
    "82": ("supplier!", "unknown", "unknown"),
    "83": ("other!", "unknown", "unknown"),
    "84": ("number", "number", "number"),
    "85": ("other x2", "unknown", "other x2"),
    "86": ("other", "unknown", "unknown"),
    "87": ("number!", "unknown", "unknown"),
    "88": ("supplier!", "unknown", "unknown"),
    "99": ("pending", "pending", "pending"),
}


def in_a_word(outcome: Outcome | None) -> str:
    match outcome:
        case Rejected():
            record = "" if outcome.formed else "!"
            twice = " x2" if outcome.twice else ""
            return f"{outcome.fault}{record}{twice}{' reversal' if outcome.reversal else ''}"
        case Delivered() | Pending() | Unknown():
            return type(outcome).__name__.lower()
        case _:
            return repr(outcome)


def test_the_tables_hold_the_official_47() -> None:
    assert set(MEANING) == set(CODES) == set(OFFICIAL)
    assert len(CODES) == 47


def test_a_code_agrees_with_the_official_columns() -> None:
    ours = {rc: (code.formed, code.status) for rc, code in CODES.items()}
    assert ours == {rc: (row["formed"], row["status"].lower()) for rc, row in OFFICIAL.items()}


@pytest.mark.parametrize("rc", MEANING)
def test_a_code_means_what_its_context_lets_it_mean(rc: str) -> None:
    official = OFFICIAL[rc]
    said = echo_of(an_ask(), rc=rc, status=official["status"], message=official["message"])
    callback = DEVELOPMENT.read_callback(told(said)).outcome
    for http_status in (200, 400, 500):
        first = DEVELOPMENT.read(an_ask(first=True), answer(said, http_status))
        enquiry = DEVELOPMENT.read(an_ask(first=False), answer(said, http_status))
        heard = tuple(map(in_a_word, (first, enquiry, callback)))
        assert heard == MEANING[rc], http_status
        if isinstance(first, Rejected):
            assert (first.code, first.reason) == (rc, official["message"]), http_status


@pytest.mark.parametrize("rc", MEANING)
def test_only_a_call_turned_away_at_the_door_may_leave_the_purchase_unnamed(rc: str) -> None:
    """Pre-check refusals come as a code and a message; nothing else is believed like that."""
    brief = {"rc": rc, "message": OFFICIAL[rc]["message"]}
    outcome = DEVELOPMENT.read(an_ask(), answer(brief, 400))
    expected = MEANING[rc][0]
    assert in_a_word(outcome) == (expected if "!" in expected else "unknown")
    assert in_a_word(DEVELOPMENT.read(an_ask(first=False), answer(brief, 400))) == "unknown"
    assert in_a_word(DEVELOPMENT.read(an_ask(), answer({"rc": rc}, 400))) == "unknown"


@pytest.mark.parametrize("rc", MEANING)
def test_a_status_that_contradicts_its_code_is_unknown(rc: str) -> None:
    others: list[object] = ["Sukses", "Pending", "Gagal", "Success", "", 0, True, [], {}]
    others.remove(OFFICIAL[rc]["status"])
    for status in others:
        said = echo_of(an_ask(), rc=rc, status=status, message="Transaksi")
        assert isinstance(DEVELOPMENT.read(an_ask(), answer(said)), Unknown), status
        assert isinstance(DEVELOPMENT.read_callback(told(said)).outcome, Unknown), status


@pytest.mark.parametrize("rc", ["46", "77", "0", "000", "", " 00", "201", 0, 2, None, True, [], {}])
def test_an_unlisted_code_is_unknown_whatever_the_status_says(rc: object) -> None:
    for status in ("Sukses", "Pending", "Gagal", None):
        said = echo_of(an_ask(), rc=rc, status=status, message="Transaksi")
        for first in (True, False):
            assert isinstance(DEVELOPMENT.read(an_ask(first=first), answer(said)), Unknown), status
        assert isinstance(DEVELOPMENT.read_callback(told(said)).outcome, Unknown), status


@pytest.mark.parametrize("rc", ["02", "50", "54"])
def test_no_data_yet_is_no_failure(rc: str) -> None:
    said = echo_of(an_ask(), rc=rc, status="Gagal", message="Data belum ada")
    assert isinstance(DEVELOPMENT.read(an_ask(first=False), answer(said)), Unknown)
    assert isinstance(DEVELOPMENT.read_callback(told(said)).outcome, Unknown)
