"""What one commit of settlement will write, noted item by item before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from konter.hooks import tasks
from konter.hooks.tell import Told
from konter.ledger.holds import Hold
from konter.ledger.post import Transfer
from konter.orders import store
from konter.orders.blame import Blame
from konter.orders.decide import Follow
from konter.orders.elsewhere import Offers


@dataclass(slots=True)
class Work:
    """All that one commit will write."""

    at: datetime
    attempts: dict[int, store.AttemptRow]
    orders: dict[int, store.OrderRow]
    moves: list[store.Move] = field(default_factory=list)
    captures: list[Hold] = field(default_factory=list)
    releases: list[Hold] = field(default_factory=list)
    costs: list[Transfer] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    tasks: list[tasks.Task] = field(default_factory=list)
    ended: set[int] = field(default_factory=set)
    onward: list[tuple[store.AttemptRow, Follow]] = field(default_factory=list)
    offers: Offers = field(default_factory=dict)
    blame: Blame = field(default_factory=Blame)
    tells_resellers: bool = False
