"""Everything one local OkeConnect holds. Handlers get this and nothing else."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from konter_sim.clock import VirtualClock
from konter_sim.knobs import amend
from konter_sim.okeconnect.bills import Bill
from konter_sim.okeconnect.books import Books
from konter_sim.okeconnect.catalogue import Catalogue
from konter_sim.okeconnect.options import Options
from konter_sim.okeconnect.rules import Rulebook
from konter_sim.okeconnect.scripts import Scripts
from konter_sim.post import KEPT, Post


@dataclass(slots=True)
class Call:
    """One API call as it was received; never a pin, never a password."""

    at: str
    path: str
    kind: str
    ref_id: str = ""
    product: str = ""
    dest: str = ""
    qty: str = ""
    overlap: bool = False
    says: str = ""
    ended_at: str = ""


class Okeconnect:
    """The state of one member's account. One event loop owns it; nothing here blocks."""

    def __init__(self, options: Options) -> None:
        self._at_start = msgspec.structs.asdict(options)
        self.options = msgspec.convert(self._at_start, Options)
        self.clock = VirtualClock()
        self.post = Post(self.clock)
        self._fresh()

    def _fresh(self) -> None:
        self.books = Books(self.options.deposit, self.options.first_trx)
        self.catalogue = Catalogue()
        self.rules = Rulebook(self.clock)
        self.scripts = Scripts()
        self.bills: dict[tuple[str, str], Bill] = {}
        self.paid: set[tuple[str, str, str]] = set()
        self.calls: deque[Call] = deque(maxlen=KEPT)

    def today(self) -> str:
        """The WIB date, which the duplicate guard and the bills go by."""
        return self.clock.wib().date().isoformat()

    async def reset(self, patch: Mapping[str, object]) -> None:
        """Back to the start-up options with `patch` over them, and to empty books and logs."""
        amend(self.options, {**self._at_start, **patch})
        await self.post.drop_work()
        self.post.sent.clear()
        self.clock.rewind()
        self._fresh()
