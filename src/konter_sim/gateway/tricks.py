"""The reserved amounts: the last three digits of the order's amount choose what happens.

Read by the engine, shown on the control page: one table, so the two cannot disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from konter_sim.gateway.steps import Answer, Callback, Event, Http, Lie, Plan, Reset, Silence


@dataclass(frozen=True, slots=True)
class Trick:
    suffix: str
    what: str
    plan: Plan


_PAID_LATER: Final = Event(what="pay", after_ms=400)

TRICKS: Final[Mapping[str, Trick]] = {
    trick.suffix: trick
    for trick in (
        Trick("901", "every callback is lost", (Callback(times=0),)),
        Trick("902", "every callback comes three times", (Callback(times=3),)),
        Trick(
            "903",
            "paid, and a stale word about the time before arrives after it",
            (_PAID_LATER, Lie(says="expired", after_ms=2000)),
        ),
        Trick(
            "904",
            "a callback with a forged signature says paid; nobody has paid",
            (Lie(forged=True, after_ms=300),),
        ),
        Trick(
            "905",
            "paid Rp 1,000 too little; callback and check both say so",
            (Event(what="pay", after_ms=400, amount=-1000),),
        ),
        Trick(
            "906",
            "paid twice: two payments under one reference",
            (_PAID_LATER, Event(what="pay", after_ms=900)),
        ),
        Trick(
            "907",
            "a callback with a good signature says paid; a check says pending",
            (Lie(after_ms=300),),
        ),
        Trick("908", "created, but the answer never comes", (Silence(commit=True), Answer())),
        Trick("909", "502 HTML, nothing created; again: created", (Http(), Answer())),
        Trick("910", "502 HTML, yet created", (Http(commit=True), Answer())),
        Trick("911", "every answer takes three seconds", (Answer(wait_ms=3000),)),
        Trick("912", "half an answer and a reset, yet created", (Reset(commit=True), Answer())),
        Trick(
            "913",
            "expires, and is then paid all the same",
            (Event(what="expire", after_ms=400), Event(what="pay", after_ms=900)),
        ),
        Trick("914", "paid, then refunded", (_PAID_LATER, Event(what="refund", after_ms=1500))),
        Trick("915", "paid at once by itself", (_PAID_LATER,)),
        Trick(
            "916",
            "the callback says Rp 1,000 less than was paid; a check knows better",
            (Callback(amount=-1000),),
        ),
    )
}


def trick_for(amount: int) -> Trick | None:
    return TRICKS.get(f"{amount % 1000:03d}")
