"""A reseller's own server, and the office that tells it: the real acts, driven by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from konter.db.batch import Batcher
from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.hooks.collect import Parcel, collect
from konter.hooks.deliver import Result, deliver, note_many
from konter.hooks.deliveries import Delivery, deliveries_of
from konter.hooks.outbox import Outgoing, add_many
from konter.hooks.outbox_desk import OutboxDesk
from konter.jobs.run import Wake
from konter.people.desk import PeopleDesk
from konter.people.member_callbacks import set_callback
from konter.people.members import CallbackStyle, Member, member_by_id
from konter.upstreams.courier import Courier
from tests.conftest import ManualClock
from tests.people.builders import people_desk, some_member
from tests.upstreams.raw_server import Visit, raw_server
from tests.warm import by_owner

EMPTY = """
DELETE FROM hooks.outbox;
DELETE FROM hooks.outbox_queue;
DELETE FROM hooks.receivers;
DELETE FROM hooks.tasks;
DELETE FROM people.members;
DELETE FROM people.users;
"""

ASTRAY = """
SELECT o.id, o.state, q.id FROM hooks.outbox o FULL JOIN hooks.outbox_queue q ON q.id = o.id
WHERE (o.state = 'waiting') IS DISTINCT FROM (q.id IS NOT NULL)
"""
"""What waits is in the queue, and nothing else is."""


@dataclass(frozen=True)
class Hit:
    """One call that arrived, byte for byte; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Partner:
    """Answers 200, or each call as ``will`` says (0: never). ``let_go`` ends what never answers."""

    url: str = ""
    will: list[int] = field(default_factory=list)
    always: int = 200
    hits: list[Hit] = field(default_factory=list)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, visit: Visit) -> None:
        head, _, body = (await visit.request()).partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        method, target, _ = first.split(" ")
        headers = {n.lower(): v for n, _, v in (line.partition(": ") for line in lines)}
        self.hits.append(Hit(method, target, headers, body))
        status = self.will.pop(0) if self.will else self.always
        if status == 0:
            await self.let_go.wait()
        else:
            body = b"" if status == 204 else b"OK"
            await visit.answer(body, f"{status} So", "Location: /elsewhere\r\n")


@asynccontextmanager
async def open_partner(*, always: int = 200) -> AsyncIterator[Partner]:
    partner = Partner(always=always)
    async with raw_server(partner.serve) as server:
        partner.url = server.url
        yield partner
        partner.let_go.set()


@dataclass
class Office:
    desk: OutboxDesk
    clock: ManualClock
    ids: IdBlocks
    told: int = 0

    @property
    def db(self) -> Database:
        return self.desk.db

    @property
    def people(self) -> PeopleDesk:
        return self.desk.people

    async def member(
        self, url: str | None, *, name: str = "TOKO1", style: CallbackStyle = CallbackStyle.JSON
    ) -> Member:
        """A member who wants to be told there."""
        await some_member(self.people, name, f"{name.lower()}@contoh.id")
        if url is not None:
            await set_callback(self.people, name, url, style=style)
        return await self.again(name)

    async def again(self, name: str) -> Member:
        """The member as it stands now."""
        async with self.db.read() as tx:
            return await member_by_id(tx, self.people, name)

    async def tells(
        self, member: Member, *, order: int = 0, seq: int = 3, status: str = "success"
    ) -> None:
        """One message, of an order of its own unless one is named."""
        self.told += 1
        message = outgoing(member.user_id, order or 1000 + self.told, seq=seq, status=status)
        async with self.db.transaction() as tx:
            await add_many(tx, self.ids, [message], at=self.clock.now())

    async def collect(self, most: int = 50) -> list[Parcel]:
        return await collect(self.desk, most)

    async def send(self, parcels: Sequence[Parcel]) -> None:
        noter: Batcher[Result, None] = Batcher(partial(note_many, self.desk))
        await asyncio.gather(*(deliver(self.desk, noter, parcel) for parcel in parcels))

    async def work(self) -> int:
        """Send what is due; answers how many."""
        parcels = await self.collect()
        await self.send(parcels)
        return len(parcels)

    async def log(self, member: Member) -> list[Delivery]:
        """Oldest first."""
        async with self.db.read() as tx:
            found, _ = await deliveries_of(tx, member.user_id, page=1, per_page=500)
        return found[::-1]

    def with_rules(self, **changes: object) -> None:
        self.desk = replace(self.desk, **changes)  # type: ignore[arg-type]


def outgoing(user_id: int, order_id: int, *, seq: int = 3, status: str = "success") -> Outgoing:
    head = f"R#r{order_id} T#{order_id} xld10.087800001230"
    end = "SUKSES. SN/Ref: SN77. Hrg 11.500" if status == "success" else "GAGAL. Nomor salah"
    body = f'{{"ref_id":"r{order_id}","trx_id":{order_id},"status":"{status}","sn":null}}'
    return Outgoing(
        user_id=user_id,
        order_id=order_id,
        seq=seq,
        ref_id=f"r{order_id}",
        status=status,
        price=11_500,
        body=body.encode(),
        line=f"{head} {end}. Saldo 988.500 @16/11 10:30",
    )


@asynccontextmanager
async def open_office(db: Database, clock: ManualClock, ids: IdBlocks) -> AsyncIterator[Office]:
    """Nothing has happened yet."""
    await by_owner(db.conninfo, EMPTY)
    courier = Courier(private=True)
    desk = OutboxDesk(db, clock, people_desk(db, clock), courier, Wake(), timeout_s=2)
    yield Office(desk, clock, ids)
    await courier.close()
    async with db.read() as tx:
        assert await tx.rows(ASTRAY) == []
