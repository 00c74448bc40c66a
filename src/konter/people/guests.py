"""Whoever buys without an account: only so often from one address."""

from __future__ import annotations

from konter.people.attempts import count, of_guest, of_meter
from konter.people.desk import PeopleDesk


async def admit_guest(desk: PeopleDesk, remote: str) -> None:
    """Count one guest's order, or one search for an order, from this address. Raises
    TooManyAttempts."""
    await _admit(desk, of_guest(remote))


async def admit_meter(desk: PeopleDesk, remote: str) -> None:
    """Count one look at an electricity meter from this address, whoever looks: meters name their
    owners. As many as guests' searches. Raises TooManyAttempts."""
    await _admit(desk, of_meter(remote))


async def _admit(desk: PeopleDesk, subject: str) -> None:
    limits = desk.limits
    async with desk.db.transaction() as tx:
        refusal = await count(
            tx,
            subject,
            most=limits.guests_per_remote,
            window=limits.window,
            at=desk.clock.now(),
        )
    if refusal:
        raise refusal
