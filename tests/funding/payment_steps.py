"""What can happen to a few payments, and stories of it drawn from bytes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from hypothesis import strategies as st

from konter.kernel.money import Rupiah
from konter.kernel.outcome import Delivered, Fault, Outcome, Pending, Rejected
from tests.funding.paper import REFUSALS, WORDS

SUPPLIER: tuple[Outcome, ...] = (
    Delivered("SN", Rupiah(10_300)),
    Rejected(Fault.NUMBER, True, "nomor salah", "54"),
    Pending("diproses"),
    Rejected(Fault.OTHER, True, "refund", "74", reversal=True),
)

SOME, WORD, MADE = range(31), range(len(WORDS)), range(3 + len(REFUSALS))
HEARD = (0, 1, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9)
SECONDS = (1, 11, 31, 76, 700, 3_700, 90_000)
Step = tuple[str, int, int]
Happening = tuple[str, Sequence[int], Sequence[int]]
STEPS: tuple[Happening, ...] = (
    *(("order", SOME, (1, 2)),),
    *(("again", SOME, SOME),),
    *(("deposit", SOME, SOME),),
    *(("claim", (1, 2, 3), SOME),),
    *(("make", SOME, MADE),) * 2,
    *(("make_late", SOME, MADE),),
    *(("open_all", SOME, SOME),),
    *(("pay", SOME, SOME),) * 5,
    *(("hear", SOME, HEARD),) * 3,
    *(("knock", SOME, HEARD),),
    *(("read", SOME, SOME),),
    *(("questions", (1, 2, 3, 4), SOME),),
    *(("answer", SOME, WORD),) * 2,
    *(("answer_late", SOME, WORD),),
    *(("tell", SOME, WORD),) * 3,
    *(("tell_list", SOME, WORD),),
    *(("tell_both", SOME, WORD),) * 2,
    *(("search", SOME, SOME),) * 2,
    *(("apply", (1, 2, 3), SOME),) * 4,
    *(("wait", SECONDS, SOME),) * 2,
    *(("expire", SOME, SOME),) * 2,
    *(("give_up", SOME, SOME),) * 2,
    *(("renew", SOME, SOME),) * 2,
    *(("hasten", SOME, SOME),),
    *(("shelf", (0, 1), SOME),) * 2,
    *(("fees", (0, 1), SOME),),
    *(("supply", SOME, range(len(SUPPLIER))),) * 2,
    *(("decide", range(7), SOME),) * 3,
    *(("crash", (1, 2), (0, 1, 2)),) * 3,
)
"""What can happen, with what it is told; what is named more often happens more often."""


def steps_of(what: Sequence[Happening], dice: bytes) -> list[Step]:
    """Three bytes are a step. A list drawn step by step repeats itself: most of its examples are
    made of pieces of earlier ones."""
    steps: list[Step] = []
    for at in range(0, len(dice) - 2, 3):
        name, ones, twos = what[dice[at] % len(what)]
        steps.append((name, ones[dice[at + 1] % len(ones)], twos[dice[at + 2] % len(twos)]))
    return steps


stories = st.binary(min_size=45, max_size=90).map(partial(steps_of, STEPS))
