"""Who rewrites the catalogue's prices takes turns: a sync and a repricing never overlap."""

from __future__ import annotations

from konter.db.pool import Tx
from konter.kernel.errors import Refused

TAKE_TURN = "SELECT pg_try_advisory_xact_lock(7362513)"


class CatalogueBusy(Refused):
    """Another sync or repricing is under way; nothing was changed."""

    code = "catalogue_busy"
    status = 409
    message = "Sinkronisasi lain sedang berjalan, silakan coba lagi setelah selesai"


async def take_turn(tx: Tx) -> None:
    """Hold the catalogue until this transaction ends. Raises CatalogueBusy at once."""
    row = await tx.row(TAKE_TURN)
    if row is None or not row[0]:
        raise CatalogueBusy
