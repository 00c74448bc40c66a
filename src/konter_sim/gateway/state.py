"""What both gateways do: payments happen, callbacks go out, everything can be looked at."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from konter_sim.clock import VirtualClock, stamp
from konter_sim.gateway.books import PAID, Books, Payment, State
from konter_sim.gateway.plans import Plans, Play
from konter_sim.gateway.rules import Rulebook
from konter_sim.gateway.steps import Callback, Event, Happening, Lie, Told
from konter_sim.knobs import Count, Span, amend
from konter_sim.post import KEPT, Letter, Patience, Post

BECOMES: Final[Mapping[Happening, State]] = {
    "cancel": "cancelled",
    "expire": "expired",
    "refund": "refunded",
}
FOLLOWS_MS: Final = 50
SAYS: Final[Mapping[Told, State]] = {
    "pending": "pending",
    "paid": "paid",
    "expired": "expired",
    "failed": "failed",
    "refunded": "refunded",
}


class Knobs(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Options that every gateway has. Names end in their unit: `_s` seconds, `_ms` ms."""

    callback_delay_ms: Count = 300
    callback_timeout_s: Span = 10.0
    expires_by_itself: bool = True
    latency_ms: Count = 0
    silence_seconds: Span = 120.0
    poll_gap_s: Span = 5.0
    ip_known: bool = True


KNOBS: Final[Mapping[str, str]] = {
    "callback_delay_ms": "from an event to its callback",
    "callback_timeout_s": "patience for the answer to a callback",
    "expires_by_itself": "whether an unpaid payment expires when its time is over",
    "latency_ms": "every answer waits this long; the books move before the wait",
    "silence_seconds": "how long a silent answer keeps the connection open",
    "poll_gap_s": "a payment checked again sooner, without a callback in between, is a breach",
    "ip_known": "false turns every caller away as an unregistered address",
}


@dataclass(slots=True)
class Call:
    """One API call as it was received; never a signature, never a key."""

    at: str
    method: str
    path: str
    reference: str = ""
    id: str = ""
    step: str = ""
    status: int = 0
    ended_at: str = ""


class Gateway(ABC):
    """The state of one merchant account. One event loop owns it; nothing here blocks."""

    code: str
    name: str
    meaning: Mapping[str, str]

    def __init__(self, knobs: Knobs) -> None:
        self._at_start = msgspec.structs.asdict(knobs)
        self.knobs = msgspec.convert(self._at_start, type(knobs))
        self.clock = VirtualClock()
        self.post = Post(self.clock)
        self.url = ""
        self.fresh()

    def fresh(self) -> None:
        self.books = Books()
        self.rules = Rulebook(self.clock)
        self.plans = Plans()
        self.calls: deque[Call] = deque(maxlen=KEPT)

    async def reset(self, patch: Mapping[str, object]) -> None:
        """Back to the start-up options with `patch` over them, and to empty books and logs."""
        self.amend({**self._at_start, **patch})
        await self.post.drop_work()
        self.post.sent.clear()
        self.clock.rewind()
        self.fresh()

    def amend(self, patch: Mapping[str, object]) -> None:
        """Change options in place, all or nothing. Raises msgspec.ValidationError on nonsense."""
        amend(self.knobs, patch)

    @abstractmethod
    def compose(
        self, payment: Payment, callback: Callback, *, url: str | None = None
    ) -> Letter | None:
        """The callback about this payment as it stands; None when there is none to send."""

    @abstractmethod
    def patience(self) -> Patience: ...

    @abstractmethod
    def tells(self, state: State) -> bool:
        """Whether a payment that came to this state is told of."""

    @abstractmethod
    def find(self, wanted: str) -> Payment | None:
        """By the gateway's id, a session, or the merchant's reference (the latest)."""

    @abstractmethod
    def open(self, wanted: str, channel: str | None = None) -> Payment | None:
        """As `find`; a session nobody has chosen a channel in gets its payment now."""

    @abstractmethod
    def twin(self, payment: Payment) -> Payment:
        """A second payment of the same thing: what paying twice looks like."""

    @abstractmethod
    def shown(self, payment: Payment) -> dict[str, Any]: ...

    def waiting(self) -> Sequence[Mapping[str, object]]:
        """Creations nobody has begun to pay."""
        return ()

    def pay(self, payment: Payment, amount: int | None = None, *, head_ms: int = 0) -> Payment:
        """The customer pays; on a paid one a second payment appears. Returns what was paid."""
        paying = self.twin(payment) if payment.state in PAID else payment
        if amount is not None:
            due = paying.amount
            paid = amount if amount > 0 else due + amount
            paying.order += paid - due
        paying.paid_at = self.clock.now()
        self.become(paying, "paid", head_ms=head_ms)
        return paying

    def become(self, payment: Payment, state: State, *, head_ms: int = 0) -> None:
        """Move a payment and tell of it, if it is something to tell."""
        payment.state = state
        if self.tells(state):
            self.tell(payment, self.play(payment).next_callback(), head_ms=head_ms)

    def play(self, payment: Payment) -> Play:
        return self.plans.play(payment.reference, payment.order)

    def tell(
        self, payment: Payment, callback: Callback, *, head_ms: int = 0, url: str | None = None
    ) -> None:
        """Schedule a callback about the payment as it stands now."""
        letters = [self.compose(payment, callback, url=url) for _ in range(callback.times)]
        wait_ms = self.knobs.callback_delay_ms + callback.delay_ms + head_ms
        self.post.spawn(self._deliver([one for one in letters if one], wait_ms))

    async def _deliver(self, letters: Sequence[Letter], wait_ms: int) -> None:
        await asyncio.sleep(wait_ms / 1000)
        for letter in letters:
            if not letter.forged:
                self.rules.news_about(letter.id)
            await self.post.send(letter, self.patience())

    def begin(self, wanted: str, reference: str, order: int, expires_at: float) -> None:
        """A creation stands: what its plan holds starts to run."""
        for step in self.plans.play(reference, order).life():
            if isinstance(step, Lie):
                self.post.spawn(self._lie(wanted, step))
            else:
                self.post.spawn(self._happen(wanted, step))
        self.post.spawn(self._watch(expires_at))

    async def _happen(self, wanted: str, event: Event) -> None:
        await asyncio.sleep(event.after_ms / 1000)
        self.happen(wanted, event.what, amount=event.amount)

    def happen(
        self,
        wanted: str,
        what: Happening,
        *,
        amount: int | None = None,
        channel: str | None = None,
    ) -> Payment | None:
        """One event, now; None if there is no such payment. What is paid cannot be cancelled,
        what is unpaid not refunded: nothing happens then. LookupError: no such channel."""
        begun = self.find(wanted) is not None
        payment = self.open(wanted, channel)
        if payment is None or what == "choose":
            return payment
        # A payment that begins here is told of as pending first; this news follows that.
        head_ms = 0 if begun else self.knobs.callback_delay_ms + FOLLOWS_MS
        if what == "pay":
            return self.pay(payment, amount, head_ms=head_ms)
        if payment.state in PAID if what == "refund" else payment.state == "pending":
            self.become(payment, BECOMES[what], head_ms=head_ms)
        return payment

    async def _lie(self, wanted: str, lie: Lie) -> None:
        await asyncio.sleep(lie.after_ms / 1000)
        payment = self.open(wanted)
        if payment is None:
            return
        paid_at = self.clock.now() if lie.says in ("paid", "refunded") else None
        story = replace(payment, state=SAYS[lie.says], paid_at=paid_at)
        self.tell(story, Callback(forged=lie.forged, set=lie.set))

    async def _watch(self, expires_at: float) -> None:
        await asyncio.sleep(max(0.0, expires_at - self.clock.now()) + 0.01)
        self.expire_due()

    def expire_due(self) -> None:
        """Expire whatever is unpaid and over its time."""
        if not self.knobs.expires_by_itself:
            return
        now = self.clock.now()
        for payment in list(self.books.payments.values()):
            if payment.state == "pending" and payment.expires_at <= now:
                self.become(payment, "expired")

    def now_text(self) -> str:
        return stamp(self.clock.now())
