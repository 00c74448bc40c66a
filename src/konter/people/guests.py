"""Whoever buys without an account: only so often from one address."""

from __future__ import annotations

from konter.people.attempts import count, of_guest
from konter.people.desk import PeopleDesk


async def admit_guest(desk: PeopleDesk, remote: str) -> None:
    """Count one guest's order, or one search for an order, from this address. Raises
    TooManyAttempts."""
    limits = desk.limits
    async with desk.db.transaction() as tx:
        refusal = await count(
            tx,
            of_guest(remote),
            most=limits.guests_per_remote,
            window=limits.window,
            at=desk.clock.now(),
        )
    if refusal:
        raise refusal
