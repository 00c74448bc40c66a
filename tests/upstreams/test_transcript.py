"""What is kept of a call holds no secret, however it was written."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from konter.upstreams.transcript import kept_text, scrubbed

AWKWARD = 'p@ss/"wörd"\\ +&=1'


@pytest.mark.parametrize(
    "written",
    [
        AWKWARD,
        json.dumps(AWKWARD),
        json.dumps(AWKWARD, ensure_ascii=False),
        json.dumps(AWKWARD).replace("/", "\\/"),
        quote(AWKWARD, safe=""),
        quote_plus(AWKWARD),
        quote(AWKWARD, safe="").lower(),
    ],
)
def test_a_secret_is_cut_out_in_every_way_it_may_be_written(written: str) -> None:
    kept = scrubbed(f"<p>before {written} after</p>", (AWKWARD,))
    assert "ss" not in kept
    assert "before" in kept
    assert "after" in kept


@pytest.mark.parametrize(
    "text",
    [
        '{"sign":"geheim"}',
        '{"SIGN" : "geheim"}',
        '{"api_key":"geheim\\"geheim"}',
        '{"pin":"geheim',
        '{"hook":{"secret":"geheim","type":"x"}}',
        '{"password":\n"geheim"}',
        '{"token": geheim}',
        "{'sign': 'geheim', 'pin': 'geheim}",
        "https://h2h.example/trx?product=T1&pin=geheim&password=geheim#x",
        "error for url (http://x/?sign=geheim)",
    ],
)
def test_the_value_of_a_key_that_names_a_secret_is_cut_out_unasked(text: str) -> None:
    assert "geheim" not in scrubbed(text, ())


def test_what_is_not_secret_stays_as_it_was() -> None:
    text = '{"data":{"ref_id":"TRX-1","message":"assign=ment","sn":"1/2","price":10000}}'
    assert scrubbed(text, ("kunci",)) == text


def test_an_empty_secret_cuts_nothing() -> None:
    assert scrubbed("abc", ("",)) == "abc"


def test_a_transcript_is_bounded_and_holds_no_nul() -> None:
    assert kept_text(b"a\x00" * 100, (), 10) == "a\ufffd" * 5
    assert kept_text(b"\xff\xfe", (), 10) == "\ufffd\ufffd"


@given(st.integers(0, 300), st.sampled_from(["rahasia-sekali", AWKWARD]), st.booleans())
def test_no_part_of_a_secret_survives_where_a_long_body_is_cut(
    start: int, secret: str, in_json: bool
) -> None:
    written = json.dumps(secret)[1:-1] if in_json else secret
    body = ("." * start + written + "." * 400).encode()
    kept = kept_text(body, (secret,), 150)
    assert set(kept) <= {".", "*"}
    assert len(kept) <= 150
