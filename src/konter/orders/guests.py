"""Guests find their order again: by its code and a token, or by what they said of themselves.

Whatever is wrong, the answer is the same, so nobody learns whether a code exists.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final

from psycopg.rows import TupleRow

from konter.db.pool import Tx
from konter.kernel.errors import NotFound
from konter.ledger.wallets import GUEST
from konter.orders.read import OrderView, orders_by_id

FIND = """
SELECT o.id, c.guest_token, c.phone, c.email
FROM orders.orders o JOIN orders.checkouts c ON c.order_id = o.id
WHERE o.code = %(code)s AND o.user_id = %(guest)s AND c.guest_token IS NOT NULL
"""


KEY: Final = re.compile(r"[0-9a-f]{32}")


class GuestOrderNotFound(NotFound):
    """No such code, or not with this token or contact, or an account's order."""

    code = "guest_order_not_found"
    message = "Pesanan tidak ditemukan, periksa kembali kode dan data Anda"


def new_token() -> tuple[str, bytes]:
    """A guest's token (32 hex digits), told once; and what is kept of it."""
    token = secrets.token_hex(16)
    return token, _digest(token)


@dataclass(frozen=True, slots=True)
class GuestKey:
    """What a form's key makes of an order: the reference it stands under, and its token."""

    ref_id: str
    token: str
    digest: bytes


def new_key() -> str:
    """For one form, so that it makes one order however often it is sent."""
    return secrets.token_hex(16)


def key_of(text: str) -> GuestKey | None:
    """Of a form's key; None: this is none. Only who has the form knows it: from the reference, or
    from what is kept of the token, nobody finds the other two."""
    if not KEY.fullmatch(text):
        return None
    token = hashlib.sha256(f"token:{text}".encode()).hexdigest()[:32]
    ref_id = "guest-" + hashlib.sha256(f"ref:{text}".encode()).hexdigest()[:32]
    return GuestKey(ref_id, token, _digest(token))


async def guest_order(tx: Tx, code: str, token: str) -> OrderView:
    """A guest's order by its token. Raises GuestOrderNotFound."""
    row = await _find(tx, code)
    kept = bytes(row[1]) if row else _digest("")
    return await _shown(tx, row, compare_digest(kept, _digest(token)))


async def find_guest_order(tx: Tx, code: str, contact: str) -> OrderView:
    """A guest's order by the phone number or e-mail address of its checkout, however written.
    Raises GuestOrderNotFound."""
    row = await _find(tx, code)
    is_email = "@" in contact
    told = _email(contact) if is_email else _phone(contact)
    known = (row[3] if is_email else row[2]) if row else None
    kept = (_email(known) if is_email else _phone(known)) if known else ""
    return await _shown(tx, row, compare_digest(_digest(kept), _digest(told)) and told != "")


async def proved_guest_order(tx: Tx, code: str) -> OrderView:
    """A guest's order for who proved before, by its token or contact, that it is theirs. Raises
    GuestOrderNotFound."""
    row = await _find(tx, code)
    return await _shown(tx, row, True)


async def _find(tx: Tx, code: str) -> TupleRow | None:
    if not code.isprintable():
        return None
    return await tx.row(FIND, {"code": code.strip().upper(), "guest": GUEST})


async def _shown(tx: Tx, row: TupleRow | None, proved: bool) -> OrderView:
    if row is None or not proved:
        raise GuestOrderNotFound
    return (await orders_by_id(tx, [row[0]]))[row[0]]


def _digest(text: str) -> bytes:
    """Of one length whatever the text, so that comparing tells nothing about it."""
    return hashlib.sha256(text.encode(errors="replace")).digest()


def _email(text: str) -> str:
    return text.strip().casefold()


def _phone(text: str) -> str:
    """The digits after the country's 62 or the leading 0: both name the same number."""
    digits = re.sub(r"[^0-9]", "", text).removeprefix("00")
    return digits.removeprefix("62").lstrip("0")
