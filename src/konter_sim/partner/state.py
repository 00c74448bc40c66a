"""Everything the local partner holds: its transactions as it understands them, and its mail."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Final, Literal

import aiohttp
import msgspec

from konter_sim.clock import VirtualClock, stamp
from konter_sim.knobs import amend
from konter_sim.partner.options import Options
from konter_sim.post import KEPT

State = Literal["menunggu", "sukses", "gagal"]

Rule = Literal[
    "not_one_plain_line",
    "two_expressions_fit",
    "about_another",
    "changed_its_mind",
    "code_and_text_differ",
]

ENDS: Final = frozenset({"sukses", "gagal"})


@dataclass(slots=True)
class Transaction:
    """One purchase as the partner sees it. Money in rupiah; ``told_by``: how its end came."""

    ref_id: str
    product: str
    dest: str
    state: State = "menunggu"
    their_id: str = ""
    sn: str = ""
    reason: str = ""
    price: int | None = None
    saldo: int | None = None
    told_by: str = ""
    ended_at: str = ""
    last_line: str = ""
    not_found: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the shop, without what proves it. ``says``: its answer, or what went wrong."""

    at: str
    path: str
    ref_id: str
    try_: int
    status: int | None
    says: str
    understood: str


@dataclass(frozen=True, slots=True)
class Report:
    """One report that came, and how it was answered. ``understood``: which expression fitted."""

    at: str
    query: dict[str, str]
    answered: int
    understood: str


@dataclass(frozen=True, slots=True)
class Breach:
    """The shop broke its word."""

    rule: Rule
    detail: str
    ref_id: str
    at: str


class Partner:
    """One downstream server. One event loop owns it; nothing here blocks."""

    def __init__(self, options: Options) -> None:
        self._at_start = msgspec.structs.asdict(options)
        self.options = msgspec.convert(self._at_start, Options)
        self.clock = VirtualClock()
        self.session: aiohttp.ClientSession | None = None
        self._fresh()

    def _fresh(self) -> None:
        self.refs = count(self.options.first_ref)
        self.transactions: dict[str, Transaction] = {}
        self.saldo: int | None = None
        self.calls: deque[Call] = deque(maxlen=KEPT)
        self.reports: deque[Report] = deque(maxlen=KEPT)
        self.breaches: deque[Breach] = deque(maxlen=KEPT)

    async def open(self) -> None:
        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))

    async def close(self) -> None:
        if self.session is not None:
            await self.session.close()

    def breach(self, rule: Rule, detail: str, ref_id: str) -> None:
        self.breaches.append(Breach(rule, detail, ref_id, self.now()))

    def now(self) -> str:
        return stamp(self.clock.now())

    def reset(self, patch: Mapping[str, object]) -> None:
        """Back to the start-up options with `patch` over them, and to no transactions."""
        amend(self.options, {**self._at_start, **patch})
        self._fresh()
