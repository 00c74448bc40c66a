"""Purchases leave again: a pause is lifted and a closed gate opened, with the task about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.hooks import tasks
from konter.suppliers import gate


@dataclass(frozen=True, slots=True)
class Resumed:
    """``was_paused``: a pause was lifted. ``was_closed``: the account's gate was opened."""

    was_paused: bool
    was_closed: bool


async def resume_sending(tx: Tx, account: str | None, *, by: str, at: datetime) -> Resumed:
    """Send again to one account, or (None) lift the pause of the whole shop, whose gates stay.

    A repeat does nothing more. Whoever waits for work is hinted at by the caller, after the commit.
    Raises NoSuchAccount.
    """
    was_paused = await gate.resume(tx, account)
    if account is None:
        return Resumed(was_paused, was_closed=False)
    was_closed = await gate.open_gate(tx, account)
    await tasks.close_many(tx, [f"supplier:{account}"], at=at, by=by, kind="gate_closed")
    return Resumed(was_paused, was_closed)
