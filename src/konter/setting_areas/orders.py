"""Orders on their way: asking, waiting, giving up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from konter.setting_areas.declare import setting
from konter.setting_kinds import (
    CALL_TIMEOUTS,
    SECONDS,
    SECONDS_OR_NONE,
    CallTimeouts,
    one_of,
    whole,
)

PendingDeadline = Literal["review", "refund"]


@dataclass(frozen=True, kw_only=True)
class Orders:
    """Orders on their way: asking, waiting, giving up."""

    # fmt: off
    first_news_wait_s: float = setting(
        "KONTER_FIRST_NEWS_WAIT_S", SECONDS_OR_NONE, 5.0,
        "How long a buyer's request waits for the first news of its order.")
    enquiry_first_s: float = setting(
        "KONTER_ENQUIRY_FIRST_S", SECONDS, 120.0,
        "From sending an order to the first question what became of it.")
    enquiry_spacing_s: float = setting(
        "KONTER_ENQUIRY_SPACING_S", SECONDS, 120.0,
        "Between one such question and the next.")
    enquiry_min_gap_s: float = setting(
        "KONTER_ENQUIRY_MIN_GAP_S", SECONDS, 60.0,
        "The least time between the end of one purchase-capable call and the next of an order.")
    check_spacing_s: float = setting(
        "KONTER_CHECK_SPACING_S", SECONDS, 15.0,
        "From sending to the first question where asking buys nothing; a fifth, if hinted at.")
    absence_proves_s: float = setting(
        "KONTER_ABSENCE_PROVES_S", SECONDS_OR_NONE, 600.0,
        "How long a supplier must not know a sale, thrice on its day, to prove none; 0: never.")
    upstream_timeout_s: CallTimeouts = setting(
        "KONTER_UPSTREAM_TIMEOUT_S", CALL_TIMEOUTS, CallTimeouts(),
        "How long an upstream may take to answer: one number, or by call.")
    held_deadline_s: float = setting(
        "KONTER_HELD_DEADLINE_S", SECONDS, 900.0,
        "An order that could not be sent for so long fails and is released.")
    stuck_after_s: float = setting(
        "KONTER_STUCK_AFTER_S", SECONDS, 1800.0,
        "An order sent this long ago without an end is stuck: operators are told.")
    pending_deadline: PendingDeadline = setting(
        "KONTER_PENDING_DEADLINE", one_of("review", "refund"), "review",
        "After the last regular question: hold the money for review, or refund at own risk.")
    max_tries: int = setting(
        "KONTER_MAX_TRIES", whole(1, 10, "attempts"), 3,
        "How many attempts one order may take.")
    repeat_gap_s: float = setting(
        "KONTER_REPEAT_GAP_S", SECONDS_OR_NONE, 60.0,
        "Between two purchases of one SKU for one number at one supplier.")
    worker_in_flight: int = setting(
        "KONTER_WORKER_IN_FLIGHT", whole(1, 5000, "calls"), 200,
        "How many upstream calls one worker has open at once.")
    poll_s: float = setting(
        "KONTER_POLL_S", SECONDS, 1.0,
        "How often a worker looks for due work when nobody woke it.")
    # fmt: on
