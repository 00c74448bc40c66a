"""What the doors for members' machines work with."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from konter.catalogue.list_prices import Listed
from konter.db.batch import Batcher
from konter.hooks.outbox_desk import OutboxDesk
from konter.orders.desk import OrdersDesk
from konter.orders.requests import Placed
from konter.orders.reseller_order import MemberOrder, order_many
from konter.people.desk import PeopleDesk
from konter.people.prove import MemberDoor, member_door


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as it goes out, and the tag that it is known by."""

    body: bytes
    tag: str


@dataclass(slots=True)
class PriceShelf:
    """The price list as this process read it last, good until ``until`` (monotonic seconds): ten
    thousand products are not read and written anew for each who asks. ``written``: by what a member
    may buy; None: everything."""

    seconds: float
    listed: list[Listed] | None = None
    until: float = 0.0
    written: dict[frozenset[str] | None, Written] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class H2hDoor:
    """``members``: who calls. ``placer``: its one lane makes that a process judges one batch after
    the other. ``outbox``: what their machines are told."""

    members: MemberDoor
    placer: Batcher[MemberOrder, Placed]
    prices: PriceShelf
    outbox: OutboxDesk


def h2h_door(
    orders: OrdersDesk, people: PeopleDesk, outbox: OutboxDesk, *, seconds: float
) -> H2hDoor:
    """One for each process. ``seconds``: how long members and the price list are remembered."""
    placer: Batcher[MemberOrder, Placed] = Batcher(partial(order_many, orders))
    return H2hDoor(member_door(people, seconds=seconds), placer, PriceShelf(seconds), outbox)
