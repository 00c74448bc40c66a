"""Digiflazz's rules for buyers, and the record of every time the client broke one."""

from collections import deque
from dataclasses import dataclass
from typing import Final, Literal

from konter_sim.clock import VirtualClock, stamp

Rule = Literal[
    "reposted_too_soon",
    "overlapping_calls",
    "price_list_too_soon",
    "formed_twice",
    "ref_reused_differently",
    "testing_missing",
    "testing_in_production",
    "wrong_username",
    "wrong_sign",
    "not_json",
    "body_not_object",
    "customer_no_not_text",
    "inquired_again",
    "paid_without_inquiry",
    "paid_again",
    "bill_paid_twice",
    "meter_checks_too_fast",
]

KEPT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Breach:
    rule: Rule
    detail: str
    ref_id: str
    at: str


@dataclass(slots=True)
class Visit:
    """The calls about one reference: how many are open, and when the last one ended."""

    in_flight: int = 0
    ended_at: float | None = None


class Rulebook:
    """Answers are never changed by what is written here, except where Digiflazz would."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._visits: dict[str, Visit] = {}
        self._lists: dict[str, float] = {}
        self._meters: deque[float] = deque()
        self.breaches: deque[Breach] = deque(maxlen=KEPT)

    def breach(self, rule: Rule, detail: str, ref_id: str = "") -> None:
        self.breaches.append(Breach(rule, detail, ref_id, stamp(self._clock.now())))

    def arrive(self, ref_id: str, *, gap_s: float) -> bool:
        """Open a call about a reference; true when another one is still open."""
        visit = self._visits.setdefault(ref_id, Visit())
        overlaps = visit.in_flight > 0
        if overlaps:
            self.breach("overlapping_calls", "an earlier call is still in flight", ref_id)
        elif visit.ended_at is not None:
            waited_s = self._clock.now() - visit.ended_at
            if waited_s < gap_s:
                detail = f"{waited_s:.3f} s after the previous call ended, least {gap_s:g} s"
                self.breach("reposted_too_soon", detail, ref_id)
        visit.in_flight += 1
        return overlaps

    def leave(self, ref_id: str) -> None:
        visit = self._visits.setdefault(ref_id, Visit(in_flight=1))
        visit.in_flight = max(0, visit.in_flight - 1)
        visit.ended_at = self._clock.now()

    def may_list(self, bucket: str, *, gap_s: float) -> bool:
        """Whether this price list may be given now; counts it when it may."""
        now = self._clock.now()
        last = self._lists.get(bucket)
        if last is not None and now - last < gap_s:
            detail = f"{bucket}: {now - last:.3f} s after the previous list, least {gap_s:g} s"
            self.breach("price_list_too_soon", detail)
            return False
        self._lists[bucket] = now
        return True

    def may_check_meter(self, *, per_minute: int) -> bool:
        """Whether one more PLN number may be asked about now; counts it when it may."""
        now = self._clock.now()
        while self._meters and now - self._meters[0] >= 60:
            self._meters.popleft()
        if len(self._meters) >= per_minute:
            self.breach("meter_checks_too_fast", f"more than {per_minute} a minute")
            return False
        self._meters.append(now)
        return True
