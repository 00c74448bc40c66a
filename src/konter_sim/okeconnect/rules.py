"""OkeConnect's rules for members, and the record of every time the client broke one."""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Literal

from konter_sim.clock import VirtualClock, stamp
from konter_sim.post import KEPT

Rule = Literal[
    "missing_parameter",
    "wrong_member",
    "wrong_pin",
    "wrong_password",
    "wrong_token",
    "unknown_product",
    "bought_a_trap",
    "qty_missing",
    "qty_out_of_range",
    "resent_purchase",
    "overlapping_calls",
    "ref_reused_differently",
    "sold_twice",
    "second_sale_same_day",
    "paid_without_check",
    "check_differs",
    "checked_too_soon",
    "unknown_checked_too_often",
]


@dataclass(frozen=True, slots=True)
class Breach:
    rule: Rule
    detail: str
    ref_id: str
    at: str


class Rulebook:
    """What is written here never changes an answer."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._open: Counter[str] = Counter()
        self._sent: set[str] = set()
        self._checked: dict[str, float] = {}
        self._unknown: Counter[str] = Counter()
        self.breaches: deque[Breach] = deque(maxlen=KEPT)

    def breach(self, rule: Rule, detail: str, ref_id: str = "") -> None:
        self.breaches.append(Breach(rule, detail, ref_id, stamp(self._clock.now())))

    def arrive(self, ref_id: str) -> bool:
        """Open a purchase call about a reference; true when another one is still open."""
        overlaps = self._open[ref_id] > 0
        if overlaps:
            self.breach("overlapping_calls", "an earlier purchase call is still open", ref_id)
        self._open[ref_id] += 1
        return overlaps

    def leave(self, ref_id: str) -> None:
        self._open[ref_id] -= 1

    def send(self, ref_id: str) -> bool:
        """A purchase call; true for a reference's first. Only after an outright refusal may it
        be sent again: whatever else became of it, check=1 is the way to ask."""
        first = ref_id not in self._sent
        if not first:
            self.breach("resent_purchase", "it may have been sold; check=1 would tell", ref_id)
        self._sent.add(ref_id)
        return first

    def refused(self, ref_id: str) -> None:
        """The first call was turned away without a T#: the reference is as good as unused."""
        self._sent.discard(ref_id)

    def check(self, ref_id: str, *, known: bool, gap_s: float, most: int) -> None:
        now, last = self._clock.now(), self._checked.get(ref_id)
        self._checked[ref_id] = now
        if last is not None and now - last < gap_s:
            detail = f"{now - last:.3f} s after the previous check, least {gap_s:g} s"
            self.breach("checked_too_soon", detail, ref_id)
        if known:
            return
        self._unknown[ref_id] += 1
        if self._unknown[ref_id] > most:
            detail = f"{self._unknown[ref_id]} checks of a reference nobody sold, most {most}"
            self.breach("unknown_checked_too_often", detail, ref_id)
