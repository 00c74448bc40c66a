"""What Digiflazz says about a transaction, in an answer or a webhook, and what it is worth.

Unknown is the default: a verdict needs a listed code, the status that goes with it, and the
purchase named in full. Amounts and serials are read for what they are and decide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec

from konter.kernel.errors import UnreadableAmount
from konter.kernel.money import Rupiah, rupiah_from_wire
from konter.kernel.outcome import Delivered, Outcome, Pending, Rejected, Unknown
from konter.kernel.wire_types import WireAnswer
from konter.upstreams.biller_contract import BillQuestion
from konter.upstreams.contract import Purchase
from konter.upstreams.providers.digiflazz_codes import CODES, Code, Context, Kind

Decoded = TypeVar("Decoded")


class Words(msgspec.Struct):
    """What is said about a transaction. Whatever cannot change the verdict stays unparsed."""

    ref_id: Any = None
    customer_no: Any = None
    buyer_sku_code: Any = None
    status: Any = None
    rc: Any = None
    message: msgspec.Raw = msgspec.Raw()
    sn: msgspec.Raw = msgspec.Raw()
    price: msgspec.Raw = msgspec.Raw()
    trx_id: msgspec.Raw = msgspec.Raw()
    # Of bills alone.
    customer_name: msgspec.Raw = msgspec.Raw()
    admin: msgspec.Raw = msgspec.Raw()
    selling_price: msgspec.Raw = msgspec.Raw()
    periode: msgspec.Raw = msgspec.Raw()
    desc: msgspec.Raw = msgspec.Raw()


class _Envelope(msgspec.Struct):
    data: Words


class _Ping(msgspec.Struct):
    hook_id: Any
    data: Any = msgspec.UNSET


def words_about(ask: Purchase | BillQuestion, answer: WireAnswer) -> Words | Unknown:
    """What an answer says about what was asked; its echo, where it has one, must be ours."""
    words = read_words(answer.body)
    if words is None:
        return Unknown(f"not an answer in JSON about a transaction (HTTP {answer.status})")
    echo = (
        ("ref_id", words.ref_id, ask.reference),
        ("customer_no", words.customer_no, ask.customer_no),
        ("buyer_sku_code", words.buyer_sku_code, ask.sku),
    )
    for name, found, expected in echo:
        if found is not None and found != expected:
            return Unknown(f"an answer about another {name}: {shown(found)}")
    return words


def judge_heard(words: Words, answer: WireAnswer, *, first: bool) -> Outcome:
    """What an answer to a purchase call means; its echo has been compared.

    ``first``: it answers the attempt's first call, so 'no transaction formed' is proof.
    """
    outcome = _judge(words, Context.FIRST if first else Context.ENQUIRY)
    if isinstance(outcome, Unknown) and answer.status >= 500:
        return Unknown(f"{outcome.detail} (HTTP {answer.status})")
    return outcome


def judge_news(words: Words) -> Outcome:
    """What a webhook means, for the purchase that it names."""
    return _judge(words, Context.CALLBACK)


def has_serial(words: Words) -> bool:
    """Whether ``sn`` is there at all. Of a paid bill it is, be it empty; of a mere check it is
    not, and that too says Sukses."""
    return bytes(words.sn).lstrip()[:1] in _STARTS_OF_TEXT


def is_mere_check(words: Words) -> bool:
    """Whether a success may be that of a bill's check, which pays nothing."""
    of_bills = (words.customer_name, words.admin, words.selling_price, words.desc)
    return not has_serial(words) and any(bytes(each) for each in of_bills)


_STARTS_OF_TEXT: Final = frozenset({bytes([each]) for each in b'"-0123456789'})


def _judge(words: Words, context: Context) -> Outcome:
    rc = words.rc
    code = CODES.get(rc) if type(rc) is str else None
    if code is None:
        return Unknown(f"unlisted code {shown(rc)}")
    if doubt := _doubt(words, code, context):
        return Unknown(doubt)
    message = message_of(words)
    match code.kind:
        case Kind.SUCCESS:
            return Delivered(_serial(words), _cost(words), message, text_of(words.trx_id) or None)
        case Kind.PENDING:
            return Pending(message)
        case _:
            return Rejected(
                fault=code.fault,
                formed=code.formed,
                reason=message or code.text,
                code=rc,
                twice=code.kind is Kind.TWICE,
                reversal=code.kind is Kind.REVERSAL,
            )


def _doubt(words: Words, code: Code, context: Context) -> str | None:
    """Why this listed code must not be believed; None when it may be."""
    found = f"rc {words.rc}"
    if words.status is not None and not agrees(words.status, code):
        return f"contradiction: status {shown(words.status)} with {found}"
    if context not in code.believed:
        return f"{found} ({code.text}) proves nothing in {context.value}"
    message = message_of(words).casefold()
    if context is not Context.FIRST and "data belum ada" in message:
        return f"{found} says that there is no data yet"
    brief = not code.formed and bool(message)
    if brief:
        return None
    missing = _missing(words)
    return f"{found} without {', '.join(missing)}" if missing else None


def agrees(status: Any, code: Code) -> bool:
    """Whether this is the status that goes with the code."""
    return type(status) is str and status.strip().casefold() == code.status


def _missing(words: Words) -> list[str]:
    """Only a call turned away at the door may be answered by a code and a message alone."""
    names = ("ref_id", "customer_no", "buyer_sku_code", "status")
    return [name for name in names if type(getattr(words, name)) is not str]


def text_of(raw: msgspec.Raw) -> str:
    """A field as text without NUL, which no database takes; empty when it is not readable."""
    try:
        value = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return ""
    if type(value) is int:
        return bytes(raw).decode("ascii", "replace").strip()
    return value.replace("\x00", "").strip() if type(value) is str else ""


def shown(value: Any) -> str:
    """A stranger's value in a sentence of ours, never longer than the sentence."""
    return repr(value[:60]) if type(value) is str else f"a {type(value).__name__}"


def message_of(words: Words) -> str:
    return text_of(words.message)[:500]


def _serial(words: Words) -> str | None:
    """Free text of the seller; a success without one is still a success."""
    return text_of(words.sn)[:4000] or None


def _cost(words: Words) -> Rupiah | None:
    """What left our deposit; None when it cannot be read, which weakens no verdict."""
    cost = rupiah_of(words.price)
    return cost if cost is not None and cost.amount > 0 else None


def rupiah_of(raw: msgspec.Raw) -> Rupiah | None:
    """Whole rupiah, written as a number or as a text; None when it cannot be read as that."""
    try:
        return rupiah_from_wire(bytes(raw).decode("utf-8", "replace").strip('"'))
    except UnreadableAmount:
        return None


_decode_envelope: Final = msgspec.json.Decoder(_Envelope).decode
_decode_ping: Final = msgspec.json.Decoder(_Ping).decode


def read_words(body: bytes) -> Words | None:
    """None when it is no JSON object with an object ``data`` in it."""
    try:
        return decode_mended(_decode_envelope, body).data
    except (ValueError, RecursionError):
        return None


def decode_mended(decode: Callable[[bytes], Decoded], body: bytes) -> Decoded:
    """Decode; half an emoji, as a text cut too short leaves behind, must not spoil the rest.

    Raises ValueError (what is no JSON, no UTF-8, another shape) and RecursionError.
    """
    try:
        return decode(body)
    except ValueError:
        mended = _HALF_PAIR.sub(rb"\\ufffd", body)
        if mended == body:
            raise
    return decode(mended)


_HALF_PAIR: Final = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)


def is_ping(body: bytes) -> bool:
    try:
        return _decode_ping(body).data is msgspec.UNSET
    except (ValueError, RecursionError):
        return False
