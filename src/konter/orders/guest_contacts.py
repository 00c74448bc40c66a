"""Where guests are told what became of their orders: what they left at checkout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from konter.db.pool import Tx
from konter.hooks.tell import Told, tell_many
from konter.ledger.wallets import GUEST

CONTACTS = """
SELECT order_id, email, phone, lang FROM orders.checkouts WHERE order_id = ANY(%(order_ids)s)
"""


async def tell_buyers(tx: Tx, told: Sequence[Told]) -> None:
    """Tell users as they want it, and guests by the address and in the language of their
    checkout."""
    guests = {one.order_id for one in told if one.user_id == GUEST}
    if guests:
        rows = await tx.rows(CONTACTS, {"order_ids": list(guests)})
        contacts = {row[0]: (row[1], row[2], row[3]) for row in rows}
        told = [_reached(one, contacts.get(one.order_id or 0)) for one in told]
    await tell_many(tx, told)


def _reached(told: Told, contact: tuple[str | None, str | None, str] | None) -> Told:
    if told.user_id != GUEST or contact is None:
        return told
    email, phone, lang = contact
    return replace(told, email=email, phone=phone, lang=lang)
