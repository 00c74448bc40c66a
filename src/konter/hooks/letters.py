"""What a callback looks like on the wire: a signed JSON body, or an Otomax report. Pure.

The signature is of the sending, not of the event: a message that goes out again hours later carries
a fresh time, so a receiver can refuse old ones.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from konter.hooks.collect import Message, Parcel
from konter.kernel.wire_types import WireRequest
from konter.people.members import CallbackStyle
from konter.people.signatures import HMAC_HEADER, hmac_header, of_answer

EVENT_HEADER: Final = "X-Konter-Event"
DELIVERY_HEADER: Final = "X-Konter-Delivery"
"""The message's number: the same whenever it is sent again."""

SUCCESS_CODE: Final = 20
FAILURE_CODE: Final = 40
"""Otomax's numbers; ``konter.orders.otomax_words`` writes the line beside them."""


def letter(parcel: Parcel, *, at: datetime, timeout_s: float) -> WireRequest:
    """The request that tells it, signed at ``at``. Raises CannotOpen."""
    callback, message = parcel.callback, parcel.message
    if callback.style is CallbackStyle.OTOMAX:
        method, url, body = "GET", _report(callback.url, message), b""
    else:
        sign = parcel.member.sign(of_answer(message.ref_id, message.status))
        method, url, body = "POST", callback.url, _signed(message.body, sign, at)
    signature = hmac_header(
        parcel.member.secret, at=at, method=method, target=target_of(url), body=body
    )
    headers = {
        HMAC_HEADER: signature,
        EVENT_HEADER: message.event,
        DELIVERY_HEADER: str(message.id),
    }
    if body:
        headers["Content-Type"] = "application/json"
    return WireRequest(method, url, headers, body, timeout_s=timeout_s)


def target_of(url: str) -> str:
    """Path and query as they stand in the request line."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _report(url: str, message: Message) -> str:
    """Otomax's own names; what the address asks already stays in front."""
    told = {
        "t": message.order_id,
        "refid": message.ref_id,
        "status": SUCCESS_CODE if message.status == "success" else FAILURE_CODE,
        "price": message.price,
        "message": message.line,
    }
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(told, quote_via=quote, safe=""))))
    return parts._replace(path=parts.path or "/", query=query, fragment="").geturl()


def _signed(body: str, sign: str, at: datetime) -> bytes:
    fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    stamp = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    fields["timestamp"] = msgspec.Raw(msgspec.json.encode(stamp))
    fields["sign"] = msgspec.Raw(msgspec.json.encode(sign))
    return msgspec.json.encode(fields)
