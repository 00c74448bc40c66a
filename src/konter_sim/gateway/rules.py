"""A gateway's rules for merchants, and the record of every time the client broke one."""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Literal

from konter_sim.clock import VirtualClock, stamp
from konter_sim.post import KEPT

Rule = Literal[
    "wrong_key",
    "wrong_signature",
    "signed_other_bytes",
    "blank_value",
    "timestamp_missing",
    "timestamp_off",
    "replayed_request",
    "reference_missing",
    "reference_reused",
    "items_do_not_sum",
    "amount_not_whole",
    "outside_limits",
    "missing_field",
    "not_json",
    "asked_too_often",
    "page_too_large",
    "unknown_payment",
]


@dataclass(frozen=True, slots=True)
class Breach:
    rule: Rule
    detail: str
    reference: str
    at: str


class Rulebook:
    """What is written here never changes an answer, except where the gateway's own would."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._asked: dict[str, float] = {}
        self._free: Counter[str] = Counter()
        self._creations: set[tuple[str, str]] = set()
        self._answered: set[str] = set()
        self.breaches: deque[Breach] = deque(maxlen=KEPT)

    def breach(self, rule: Rule, detail: str, reference: str = "") -> None:
        self.breaches.append(Breach(rule, detail, reference, stamp(self._clock.now())))

    def news_about(self, id: str) -> None:
        """A callback was sent, so the merchant may check once without waiting."""
        self._free[id] += 1

    def ask(self, id: str, reference: str, *, gap_s: float) -> None:
        """A check; one without news, too soon after the one before, is a breach."""
        now, last = self._clock.now(), self._asked.get(id)
        self._asked[id] = now
        if self._free[id] > 0:
            self._free[id] -= 1
        elif last is not None and now - last < gap_s:
            detail = f"{id}: {now - last:.3f} s after the previous check, least {gap_s:g} s"
            self.breach("asked_too_often", detail, reference)

    def create(self, reference: str, signature: str, timestamp: str) -> None:
        """A creation. Again after a lost answer is the only way there is, so no breach."""
        if timestamp and (signature, timestamp) in self._creations:
            self.breach("replayed_request", f"signature and timestamp {timestamp} again", reference)
        self._creations.add((signature, timestamp))
        if not reference:
            self.breach("reference_missing", "a creation without the merchant's reference")
        elif reference in self._answered:
            self.breach("reference_reused", "an earlier creation was answered", reference)

    def answered(self, reference: str) -> None:
        self._answered.add(reference)
