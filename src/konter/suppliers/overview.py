"""Whether and where purchases go just now: accounts, pauses, gates and breakers together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from konter.suppliers.accounts import Account, list_accounts
from konter.suppliers.desk import SuppliersDesk
from konter.suppliers.gate import ShopPause, shop_pause
from konter.suppliers.override import Shown, list_breakers

BY_US: Final = "konter"
"""Who paused a shop whose database was restored: only a command, with the time, resumes it."""


@dataclass(frozen=True, slots=True)
class Sending:
    """``pause`` None: the shop sends. ``breakers``: those that are open or count failures."""

    accounts: tuple[Account, ...]
    pause: ShopPause | None
    breakers: tuple[Shown, ...]

    @property
    def is_restored(self) -> bool:
        """Whether the pause is that of a restored database."""
        return self.pause is not None and self.pause.by == BY_US


async def sending(desk: SuppliersDesk) -> Sending:
    """As it stands."""
    accounts = await list_accounts(desk)
    async with desk.db.read() as tx:
        pause = await shop_pause(tx)
        breakers = await list_breakers(tx, at=desk.clock.now())
    return Sending(tuple(accounts), pause, tuple(breakers))
