"""One's deposits and statement."""

from __future__ import annotations

from typing import Final

from konter.web.my import deposit, deposit_live, deposits, mutations

ROUTES: Final = [*deposits.ROUTES, *deposit.ROUTES, *deposit_live.ROUTES, *mutations.ROUTES]
