"""What the funding room needs."""

from __future__ import annotations

from dataclasses import dataclass

from konter.db.pool import Database
from konter.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class FundingDesk:
    db: Database
    clock: Clock
