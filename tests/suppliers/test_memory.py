"""A database that went back in time buys nothing until a person says so."""

from __future__ import annotations

from pathlib import Path

from konter.suppliers.desk import SuppliersDesk
from konter.suppliers.gate import shop_pause
from konter.suppliers.memory import beat


async def test_a_database_older_than_the_machine_remembers_pauses_the_shop(
    desk: SuppliersDesk, tmp_path: Path
) -> None:
    note = tmp_path / "beats"
    assert not await beat(desk, note)
    assert not await beat(desk, note)
    note.write_text("40")  # what this machine had counted before the backup was put back
    assert await beat(desk, note)
    async with desk.db.read() as tx:
        paused = await shop_pause(tx)
    assert paused is not None and "backup" in (paused.reason or "")


async def test_a_restore_is_told_of_once(desk: SuppliersDesk, tmp_path: Path) -> None:
    note = tmp_path / "beats"
    note.write_text("40")
    assert await beat(desk, note)
    assert not await beat(desk, note)


async def test_a_new_machine_remembers_nothing_and_sells(
    desk: SuppliersDesk, tmp_path: Path
) -> None:
    note = tmp_path / "beats"
    note.write_text("not a number")
    assert not await beat(desk, note)
    async with desk.db.read() as tx:
        assert await shop_pause(tx) is None
