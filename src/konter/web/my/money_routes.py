"""One's deposits and statement."""

from __future__ import annotations

from typing import Final

from konter.web.my import deposit, deposit_live, deposits, mutations, new_deposit

ROUTES: Final = [
    *deposits.ROUTES,
    *new_deposit.ROUTES,
    *deposit.ROUTES,
    *deposit_live.ROUTES,
    *mutations.ROUTES,
]
