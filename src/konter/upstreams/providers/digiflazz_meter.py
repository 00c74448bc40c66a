"""Digiflazz's inquiry-pln: whose electricity meter it is. It buys nothing and keeps no record."""

from __future__ import annotations

from typing import Final

import msgspec

from konter.kernel.wire_types import WireAnswer, WireRequest
from konter.upstreams.biller_contract import (
    Meter,
    MeterLimited,
    MeterTold,
    MeterUnclear,
    NoMeter,
)
from konter.upstreams.providers.digiflazz_codes import CODES
from konter.upstreams.providers.digiflazz_post import Login
from konter.upstreams.providers.digiflazz_words import (
    Words,
    agrees,
    decode_mended,
    message_of,
    shown,
    text_of,
)

_NO_METER: Final = frozenset({"02", "50", "51", "52", "54", "57", "59", "60"})
_LIMITED: Final = frozenset({"85", "86"})


class _MeterWords(Words):
    meter_no: msgspec.Raw = msgspec.Raw()
    subscriber_id: msgspec.Raw = msgspec.Raw()
    name: msgspec.Raw = msgspec.Raw()
    segment_power: msgspec.Raw = msgspec.Raw()


class _Envelope(msgspec.Struct):
    data: _MeterWords


_decode: Final = msgspec.json.Decoder(_Envelope).decode


def meter_question(login: Login, customer_no: str, timeout_s: float) -> WireRequest:
    """Signed with the number itself; no ``testing``, which is not documented here."""
    return login.post("/inquiry-pln", {"customer_no": customer_no}, customer_no, timeout_s)


def meter_of(customer_no: str, answer: WireAnswer) -> MeterTold:
    """Never raises; MeterUnclear by default. A success without a name found nobody."""
    try:
        words = decode_mended(_decode, answer.body).data
    except (ValueError, RecursionError):
        return MeterUnclear(f"not an answer in JSON about a meter (HTTP {answer.status})")
    if words.customer_no is not None and words.customer_no != customer_no:
        return MeterUnclear(f"an answer about another number: {shown(words.customer_no)}")
    rc, message = words.rc, message_of(words)
    code = CODES.get(rc) if type(rc) is str else None
    if code is None:
        return MeterUnclear(f"unlisted code {shown(rc)}")
    if words.status is None and code.formed and rc not in _LIMITED:
        return MeterUnclear(f"rc {rc} without status")
    if words.status is not None and not agrees(words.status, code):
        return MeterUnclear(f"contradiction: status {shown(words.status)} with rc {rc}")
    if rc == "00":
        return _found(words, customer_no) or NoMeter(message, rc)
    if rc in _LIMITED:
        return MeterLimited(message or code.text)
    if rc in _NO_METER:
        return NoMeter(message or code.text, rc)
    return MeterUnclear(f"rc {rc} ({message or code.text})")


def _found(words: _MeterWords, customer_no: str) -> Meter | None:
    name = text_of(words.name)[:200]
    if not name:
        return None
    return Meter(
        customer_no=customer_no,
        meter_no=text_of(words.meter_no)[:60],
        subscriber_id=text_of(words.subscriber_id)[:60],
        name=name,
        segment_power=text_of(words.segment_power)[:60],
    )
