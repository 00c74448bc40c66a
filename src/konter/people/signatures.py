"""How a member's machine signs what it asks, and we what we answer. Nothing here knows a member.

MD5 and SHA-1 are what that world speaks; the HMAC beside them is what we would rather hear. All
comparing is in constant time, and any text at all may be compared.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import Final

Parts = tuple[str, ...]
"""What stands before the secret in an MD5 signature, joined by nothing."""

PRICE_LIST: Final[Parts] = ("pricelist",)
BALANCE: Final[Parts] = ("balance",)
CALLBACKS: Final[Parts] = ("callbacks",)

HMAC_HEADER: Final = "X-Konter-Signature"
HMAC_TOLERANCE_S: Final = 300
HMAC_SHAPE = re.compile(r"t=([0-9]{1,12}), ?v1=([0-9a-f]{64})")


def of_purchase(ref_id: str, customer_no: str, buyer_sku: str, qty: str | None = None) -> Parts:
    """An order, or a bill check. ``qty`` as its digits stand in the request, where it is sent."""
    return (
        (ref_id, customer_no, buyer_sku) if qty is None else (ref_id, customer_no, buyer_sku, qty)
    )


def of_bill_payment(ref_id: str, customer_no: str, buyer_sku: str, amount: str) -> Parts:
    """``amount`` as its digits stand in the request."""
    return (ref_id, customer_no, buyer_sku, amount)


def of_reference(ref_id: str) -> Parts:
    """The status of an order, or the look-up of a bill."""
    return (ref_id,)


def of_meter(customer_no: str) -> Parts:
    """Whose electricity meter it is."""
    return (customer_no,)


def of_answer(ref_id: str, status: str) -> Parts:
    """Our answers and callbacks."""
    return (ref_id, status)


def md5_sign(parts: Parts, secret: str) -> str:
    """``md5(parts + secret)``, lower-case hex."""
    return hashlib.md5(_bytes("".join((*parts, secret))), usedforsecurity=False).hexdigest()


def otomax_sign(*parts: str) -> str:
    """base64url without padding of SHA-1's 20 bytes over ``OtomaX|`` and the parts between bars."""
    digest = hashlib.sha1(_bytes("|".join(("OtomaX", *parts))), usedforsecurity=False).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Pin:
    """What an Otomax signature holds of the member's own. Never shown."""

    pin: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OtomaxTrx:
    """A purchase or its status, each text as it came. Neither ``qty`` nor ``check`` is signed."""

    member_id: str
    product: str
    dest: str
    ref_id: str

    def signs(self, own: Pin) -> list[str]:
        """Every signature that is right: some callers sign in capitals, whatever they send."""
        return [
            otomax_sign(name, code, self.dest, self.ref_id, own.pin, own.password)
            for name, code in product(_spellings(self.member_id), _spellings(self.product))
        ]

    def texts(self) -> Parts:
        return (self.member_id, self.product, self.dest, self.ref_id)


@dataclass(frozen=True, slots=True)
class OtomaxBalance:
    """What is left in the wallet."""

    member_id: str

    def signs(self, own: Pin) -> list[str]:
        """Every signature that is right."""
        return [
            otomax_sign("CheckBalance", name, own.pin, own.password)
            for name in _spellings(self.member_id)
        ]

    def texts(self) -> Parts:
        return (self.member_id,)


@dataclass(frozen=True, slots=True)
class OtomaxTicket:
    """A deposit that is wanted. ``amount`` as its digits stand in the request."""

    member_id: str
    amount: str

    def signs(self, own: Pin) -> list[str]:
        """Every signature that is right."""
        return [
            otomax_sign("ticket", name, own.pin, own.password, self.amount)
            for name in _spellings(self.member_id)
        ]

    def texts(self) -> Parts:
        return (self.member_id, self.amount)


OtomaxCall = OtomaxTrx | OtomaxBalance | OtomaxTicket


def otomax_fits(given: str, call: OtomaxCall, own: Pin) -> bool:
    """Whether it is one of the right signatures, letter case and all. A text with the bar in it
    could move from one field into the next under one signature, so it never fits."""
    return any_equal(given, call.signs(own)) and not any("|" in text for text in call.texts())


def hmac_header(secret: str, *, at: datetime, method: str, target: str, body: bytes) -> str:
    """The value of X-Konter-Signature. ``target``: path and query as they stand in the request."""
    t = int(at.timestamp())
    return f"t={t},v1={_hmac(secret, str(t), method=method, target=target, body=body)}"


def hmac_fits(
    given: str, secret: str, *, now: datetime, method: str, target: str, body: bytes
) -> bool:
    """Whether the header's value is right for exactly these bytes and at most 300 s from now."""
    shaped = HMAC_SHAPE.fullmatch(given)
    if shaped is None:
        return False
    t, signature = shaped.groups()
    right = equal(signature, _hmac(secret, t, method=method, target=target, body=body))
    return right and abs(now.timestamp() - int(t)) <= HMAC_TOLERANCE_S


def equal(given: str, expected: str) -> bool:
    """Compare in a time that tells nothing about where they differ."""
    return hmac.compare_digest(_bytes(given), _bytes(expected))


def any_equal(given: str, expected: Iterable[str]) -> bool:
    """Whether it equals one of them; all are compared."""
    return any([equal(given, one) for one in expected])


def _hmac(secret: str, t: str, *, method: str, target: str, body: bytes) -> str:
    signed = _bytes(f"{t}.{method.upper()}.{target}.") + body
    return hmac.new(_bytes(secret), signed, "sha256").hexdigest()


def _spellings(text: str) -> list[str]:
    """As it came, and in capitals; twice the same where it came so, as the work must not differ."""
    return [text, text.upper()]


def _bytes(text: str) -> bytes:
    """Never fails: a caller may bring any text, and is then simply wrong."""
    return text.encode("utf-8", "surrogatepass")
