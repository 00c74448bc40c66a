"""News about an attempt, as it comes to be settled, and what settling it came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from konter.hooks import inbox
from konter.kernel.outcome import Outcome
from konter.kernel.wire_types import Exchange
from konter.orders.states import OrderState


class Via(StrEnum):
    """How news came. Only a call's own answer ends its lease and can agree with an earlier one.

    PARKED carries no news of its own: it settles what waited for a call that was lost. RECHECK is a
    status call about an attempt that has ended, because somebody hinted at it.
    """

    PURCHASE = "purchase"
    ENQUIRY = "enquiry"
    CALLBACK = "callback"
    DEADLINE = "deadline"
    OPERATOR = "operator"
    PARKED = "parked"
    RECHECK = "recheck"


CALLS: Final = frozenset({Via.PURCHASE, Via.ENQUIRY})

OURS: Final = frozenset({Via.DEADLINE, Via.OPERATOR})
"""The shop's own decisions: final at once, and never a reason to buy elsewhere."""


@dataclass(frozen=True, slots=True)
class Tidings:
    """One piece of news about one attempt. ``fence``: of the lease under which a call was made.

    ``message``: the callback it came by. ``because``: a person's reason, for the history.
    """

    attempt_id: int
    news: Outcome
    via: Via
    happened_at: datetime
    fence: int | None = None
    exchange: Exchange | None = None
    message: inbox.Message | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """Where the order stands afterwards. ``parked``: the news waits for a call in flight."""

    order_id: int
    state: OrderState
    is_news: bool
    parked: bool = False
