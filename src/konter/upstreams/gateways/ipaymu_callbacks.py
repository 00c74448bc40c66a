"""iPaymu's callbacks: two encodings, one signature, and a key that is no secret.

The key is the VA number, which every request names: whoever knows it can forge a callback. The
proof is a filter; the transaction itself is always asked for.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qsl

from konter.kernel.wire_types import WireCall
from konter.upstreams.contract import NotGenuine
from konter.upstreams.gateway_contract import Claim, Hint
from konter.upstreams.proofs import equal_text
from konter.upstreams.strangers import Fields, integer_of, name_of, object_of

CLAIMS: Final = {
    -2: Claim.EXPIRED,
    0: Claim.WAITING,
    1: Claim.PAID,
    2: Claim.FAILED,
    3: Claim.REFUNDED,
    4: Claim.FAILED,
    5: Claim.FAILED,
    6: Claim.PAID,
    7: Claim.PAID,
}
"""By their status code: 6 is paid and not yet settled, 7 is paid into escrow."""

_WHOLE: Final = ("trx_id", "status_code", "transaction_status_code", "paid_off")
_MOST_FIELDS: Final = 200


def prove_callback(call: WireCall, *, va: str) -> None:
    """Raise NotGenuine unless X-Signature fits, in any way that iPaymu may have written it."""
    given = call.headers.get("x-signature")
    if not given:
        raise NotGenuine(cause="no signature")
    fields = _fields(call)
    if not fields:
        raise NotGenuine(cause="the body is neither JSON nor a form")
    try:
        fits = [equal_text(given.strip(), _signature(text, va)) for text in _spellings(fields)]
    except (ValueError, RecursionError):  # not a number, or nested without end: not theirs
        fits = []
    if not any(fits):
        raise NotGenuine(cause="the signature does not fit the body")


def read_hint(call: WireCall) -> Hint:
    """Which transaction to ask about. Never raises."""
    fields = _fields(call)
    code = integer_of(fields.get("status_code"))
    return Hint(
        reference=name_of(fields.get("reference_id")),
        their_id=transaction_id(fields.get("trx_id")),
        claim=Claim.UNKNOWN if code is None else CLAIMS.get(code, Claim.UNKNOWN),
        session_id=name_of(fields.get("sid")),
    )


def transaction_id(value: Any) -> str | None:
    """Their ids are whole numbers; anything else is not sent back to them."""
    number = integer_of(value)
    return str(number) if number is not None and number > 0 else None


def canonical(fields: Fields, *, escape_unicode: bool = True) -> str:
    """What is signed: typed, sorted by bytes, compact, slashes escaped."""
    typed = {name: _typed(name, value) for name, value in fields.items() if name != "signature"}
    typed.setdefault("additional_info", [])
    typed.setdefault("payment_no", "")
    text = json.dumps(
        typed, ensure_ascii=escape_unicode, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.replace("/", "\\/")


def _spellings(fields: Fields) -> Iterator[str]:
    """A name outside ASCII may be escaped or not, and a form cannot tell null from nothing."""
    nulls = {name: None if value == "" else value for name, value in fields.items()}
    nulls["payment_no"] = fields.get("payment_no", "")
    for reading in (fields, nulls):
        for escape_unicode in (True, False):
            yield canonical(reading, escape_unicode=escape_unicode)


def _typed(name: str, value: Any) -> Any:
    if value is None or isinstance(value, dict | list):
        return value
    if name in _WHOLE:
        number = integer_of(value)
        return value if number is None else number
    if name == "is_escrow":
        return value in (True, 1, "1", "true")
    return str(value)


def _signature(text: str, va: str) -> str:
    return hmac.new(va.encode(), text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def _fields(call: WireCall) -> Fields:
    """JSON where the body is, else a form: the dashboard decides which of them is sent."""
    found = object_of(call.body)
    if found is not None:
        return found
    try:
        text = call.body.decode()
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    return dict(pairs)
