"""What staff did is kept, found again, and cannot be changed by the program."""

from __future__ import annotations

import psycopg
import pytest

from konter.db.pool import Database
from konter.people.audit import Deed, deeds, note
from tests.conftest import ManualClock


async def test_a_deed_is_kept_and_found(db: Database, clock: ManualClock) -> None:
    async with db.transaction() as tx:
        for act, subject in (("order.resolve", "order:1"), ("price.change", "product:2")):
            deed = Deed(actor_id=7, actor="a@b.id", act=act, subject=subject, detail={"x": 1})
            await note(tx, deed, at=clock.now())
    async with db.read() as tx:
        found = await deeds(tx)
        assert [deed.act for deed in found] == ["price.change", "order.resolve"]
        assert found[0].detail == '{"x": 1}'
        assert [d.subject for d in await deeds(tx, act="order")] == ["order:1"]
        assert [d.subject for d in await deeds(tx, before=found[0].id)] == ["order:1"]
        assert await deeds(tx, subject="order:1", actor="c@d.id") == []


async def test_the_program_cannot_rewrite_it(db: Database) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with db.transaction() as tx:
            await tx.run("DELETE FROM people.audit")
