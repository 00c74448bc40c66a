"""Callbacks are kept once by content, many in one commit, and none at another's cost."""

from __future__ import annotations

from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.hooks.inbox import Finished, InboxDesk, Incoming, accept_many, claim, finish
from konter.jobs.run import Wake
from konter.kernel.wire_types import WireCall
from tests.conftest import ManualClock

TIMES = "SELECT times FROM hooks.inbox_contents ORDER BY inbox_id"


def incoming(body: str, *, source: str = "tripay", reference: str | None = None) -> Incoming:
    call = WireCall("POST", "", "", {"x-kind": "test"}, body.encode(), "::1")
    return Incoming(source, call, reference)


async def times(db: Database) -> list[int]:
    async with db.read() as tx:
        return [row[0] for row in await tx.rows(TIMES)]


async def test_a_repeat_within_a_list_and_after_it_is_counted_and_looked_at_again(
    db: Database, clock: ManualClock, ids: IdBlocks
) -> None:
    desk = InboxDesk(db, clock, ids, Wake())
    assert await accept_many(desk, [incoming("a"), incoming("b"), incoming("a")]) == [None] * 3
    messages = await claim(desk, 10, sources=["tripay"])
    assert sorted(message.call.body for message in messages) == [b"a", b"b"]
    async with db.transaction() as tx:
        await finish(tx, [Finished(m, "handled", "done") for m in messages], at=clock.now())
    assert await claim(desk, 10, sources=["tripay"]) == []
    assert await accept_many(desk, [incoming("a")]) == [None]
    assert sorted(await times(db)) == [1, 3]
    (again,) = await claim(desk, 10, sources=["tripay"])
    assert again.call.body == b"a"


async def test_the_same_words_of_another_sender_are_another_message(
    db: Database, clock: ManualClock, ids: IdBlocks
) -> None:
    desk = InboxDesk(db, clock, ids, Wake())
    await accept_many(desk, [incoming("a"), incoming("a", source="ipaymu")])
    (message,) = await claim(desk, 10, sources=["ipaymu"])
    assert message.source == "ipaymu"


async def test_one_that_cannot_be_kept_costs_the_others_nothing(
    db: Database, clock: ManualClock, ids: IdBlocks
) -> None:
    desk = InboxDesk(db, clock, ids, Wake())
    broken = incoming("b", reference="a\0b")
    first, second, third = await accept_many(desk, [incoming("a"), broken, incoming("c")])
    assert (first, third) == (None, None)
    assert isinstance(second, Exception)
    assert len(await claim(desk, 10, sources=["tripay"])) == 2
