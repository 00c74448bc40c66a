"""The steps a scripted payment plays: how its calls are answered, what becomes of it, what is told.

One plan mixes three kinds. Each API call about the reference (creation, check) takes the next
`answer silence http reset`; each callback takes the next `callback`; the last one of a kind
repeats. `event` and `lie` start running when the payment is created, each after its own `after_ms`.
"""

from typing import Annotated, Literal

import msgspec

Happening = Literal["choose", "pay", "cancel", "expire", "refund"]
Told = Literal["pending", "paid", "expired", "failed", "refunded"]
Span = Annotated[int, msgspec.Meta(ge=0)]


class _Step(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", forbid_unknown_fields=True):
    """Every step is one JSON object; `do` names it."""


class Answer(_Step, frozen=True, kw_only=True, tag="answer"):
    """The true answer after `wait_ms`, with fields of its data set or dropped.

    The books move before the wait.
    """

    wait_ms: Span = 0
    set: dict[str, object] = {}
    drop: tuple[str, ...] = ()


class Silence(_Step, frozen=True, kw_only=True, tag="silence"):
    """No answer for `seconds` (default silence_seconds), then the connection closes."""

    commit: bool = False
    seconds: float | None = None


class Http(_Step, frozen=True, kw_only=True, tag="http"):
    """Some other HTTP answer. With `commit` the payment is created nevertheless."""

    commit: bool = False
    status: int = 502
    body: str = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
    content_type: str = "text/html"


class Reset(_Step, frozen=True, kw_only=True, tag="reset"):
    """Half an answer, then the connection is reset."""

    commit: bool = False


class Callback(_Step, frozen=True, kw_only=True, tag="callback"):
    """How one callback travels: `times` 0 loses it, `delay_ms` comes on top of the usual delay.

    `amount` is what it reports in place of the truth: rupiah, or below zero so much less.
    """

    times: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 1
    delay_ms: Span = 0
    forged: bool = False
    amount: int | None = None
    set: dict[str, object] = {}


class Event(_Step, frozen=True, kw_only=True, tag="event"):
    """Something happens. `amount`: what the customer really paid; below zero, so much less."""

    what: Happening
    after_ms: Span = 0
    amount: int | None = None


class Lie(_Step, frozen=True, kw_only=True, tag="lie"):
    """A callback that is not true: the books do not move. Forged: with a wrong signature."""

    says: Told = "paid"
    after_ms: Span = 0
    forged: bool = False
    set: dict[str, object] = {}


CallStep = Answer | Silence | Http | Reset
LifeStep = Event | Lie
Step = Answer | Silence | Http | Reset | Callback | Event | Lie
Plan = tuple[Step, ...]
