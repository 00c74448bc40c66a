"""A callback about no order: a member tries whether their server hears us."""

from __future__ import annotations

from typing import Final

import msgspec

from konter.hooks import outbox
from konter.hooks.outbox_desk import OutboxDesk
from konter.kernel.errors import Refused
from konter.people.attempts import count, of_callback_test
from konter.people.members import Member

TEST: Final = "test"
"""Its ``status``; its event is ``order.test``."""

MOST: Final = 20
"""A window."""


class NoCallbackAddress(Refused):
    """The member has not said where it wants to be told, or its callbacks are switched off."""

    code = "no_callback_address"
    message = "Isi dan simpan alamat callback terlebih dahulu"


async def try_out(desk: OutboxDesk, member: Member) -> str:
    """Due at once, in the queue and the log of all callbacks; answers its reference. Each repeat
    sends one more. Raises NoCallbackAddress, TooManyAttempts."""
    if member.callback is None or member.callback.disabled_at is not None:
        raise NoCallbackAddress
    at, people = desk.clock.now(), desk.people
    async with desk.db.transaction() as tx:
        subject = of_callback_test(member.user_id)
        refusal = await count(tx, subject, most=MOST, window=people.limits.window, at=at)
    if refusal:
        raise refusal
    async with desk.db.transaction() as tx:
        # No order has this number: numbers are taken from one row for the whole house.
        (number,) = await people.ids.take(tx, 1)
        ref_id = f"TEST-{number}"
        message = outbox.Outgoing(
            user_id=member.user_id,
            order_id=number,
            seq=1,
            ref_id=ref_id,
            status=TEST,
            price=0,
            body=msgspec.json.encode(_told(ref_id, number)),
            line=f"UJI CALLBACK {ref_id}",
        )
        await outbox.add_many(tx, people.ids, [message], at=at)
    desk.wake.hint()
    return ref_id


def _told(ref_id: str, number: int) -> dict[str, str | int | None]:
    """Shaped like an order's, so that a receiver reads it with the same code."""
    return {
        "ref_id": ref_id,
        "trx_id": number,
        "code": ref_id,
        "product": "TEST",
        "customer_no": "0",
        "status": TEST,
        "sn": None,
        "price": 0,
        "balance": 0,
        "message": "Uji callback",
    }
