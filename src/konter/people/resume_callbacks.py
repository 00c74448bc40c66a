"""A member that we had stopped telling is told again."""

from __future__ import annotations

from konter.db.pool import Tx

RESUME = """
UPDATE people.members SET callback_disabled_at = NULL
WHERE user_id = %(user_id)s AND callback_disabled_at IS NOT NULL
"""


async def resume_callbacks(tx: Tx, user_id: int) -> bool:
    """At the address that it has. False: nobody had stopped, or it is no member."""
    return await tx.run(RESUME, {"user_id": user_id}) == 1
