"""Noticing that the database went back in time, before anything is bought a second time.

Every worker counts beats in the database and notes the count in a file beside it. A database that
has fewer beats than the file remembers was restored from a backup: the shop is paused, and a
person resumes it with the backup's time (``konter resume --since``).
"""

from __future__ import annotations

from pathlib import Path

import structlog

from konter.db.pool import Tx
from konter.suppliers import gate
from konter.suppliers.desk import SuppliersDesk

log = structlog.get_logger("konter.suppliers")

BEATS = "SELECT beats FROM suppliers.memory FOR NO KEY UPDATE"

BEAT = "UPDATE suppliers.memory SET beats = %(beats)s"

RESTORED = "the database is older than this machine remembers: restored from a backup"


async def beat(desk: SuppliersDesk, note: Path) -> bool:
    """Count one beat and note it in ``note``; True if the shop was paused for a restored database.

    The count goes on above what was remembered, so a restore is told of once.
    """
    remembered = _read(note)
    async with desk.db.transaction() as tx:
        beats = await _beats(tx)
        went_back = beats < remembered
        if went_back:
            await gate.pause(tx, None, by="konter", at=desk.clock.now(), reason=RESTORED)
        beats = max(beats, remembered) + 1
        await tx.run(BEAT, {"beats": beats})
    _write(note, beats)
    if went_back:
        log.error("alert.database_restored", remembered=remembered, then="konter resume --since")
    return went_back


async def _beats(tx: Tx) -> int:
    row = await tx.row(BEATS)
    return int(row[0]) if row else 0


def _read(note: Path) -> int:
    """Nothing is remembered on a new machine, or where the note is damaged."""
    try:
        return int(note.read_text())
    except (OSError, ValueError):
        return 0


def _write(note: Path, beats: int) -> None:
    note.parent.mkdir(parents=True, exist_ok=True)
    fresh = note.with_suffix(".new")
    fresh.write_text(str(beats))
    fresh.replace(note)
