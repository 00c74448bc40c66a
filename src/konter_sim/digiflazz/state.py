"""Everything one local Digiflazz holds. Handlers get this and nothing else."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from konter_sim.clock import VirtualClock
from konter_sim.digiflazz.bills import Bills
from konter_sim.digiflazz.books import Books
from konter_sim.digiflazz.catalogue import Catalogue
from konter_sim.digiflazz.hooks import Hooks
from konter_sim.digiflazz.options import Options
from konter_sim.digiflazz.rules import KEPT, Rulebook
from konter_sim.digiflazz.scripts import Scripts
from konter_sim.knobs import amend


@dataclass(slots=True)
class Call:
    """One API call as it was received; never the sign, never a key.

    `command` is inq-pasca, pay-pasca or status-pasca; empty for everything else.
    """

    at: str
    path: str
    command: str = ""
    ref_id: str = ""
    sku: str = ""
    customer_no: str = ""
    overlap: bool = False
    rc: str = ""
    ended_at: str = ""


class Digiflazz:
    """The state of one upstream account. One event loop owns it; nothing here blocks."""

    def __init__(self, options: Options) -> None:
        self._at_start = msgspec.structs.asdict(options)
        self.options = msgspec.convert(self._at_start, Options)
        self.clock = VirtualClock()
        self.hooks = Hooks(self.options, self.clock)
        self._fresh()

    def _fresh(self) -> None:
        self.books = Books(self.options.deposit)
        self.bills = Bills()
        self.catalogue = Catalogue()
        self.rules = Rulebook(self.clock)
        self.scripts = Scripts()
        self.calls: deque[Call] = deque(maxlen=KEPT)

    async def reset(self, patch: Mapping[str, object]) -> None:
        """Back to the start-up options with `patch` over them, and to empty books and logs."""
        amend(self.options, {**self._at_start, **patch})
        await self.hooks.drop_work()
        self.hooks.sent.clear()
        self.clock.rewind()
        self._fresh()
