"""The same as in tests/story, at every moment: before and after each commit, fast and slow."""

from __future__ import annotations

import pytest

from tests.bill_child import ANSWERS, BillPlace
from tests.deaths import Deaths
from tests.mortal import Moment, every
from tests.sim_process import Sim
from tests.story.test_bill_crash import deaths, kiln, place, theirs_is_ours

CALLS = len(ANSWERS) * 2 + 4
"""Checks, one of them twice, payments, and the first questions about them."""

__all__ = ["deaths", "kiln", "place"]


@pytest.mark.soak
@pytest.mark.parametrize("latency_ms", [0, 30])
async def test_death_at_any_moment_of_paying_bills_pays_none_twice(
    deaths: Deaths, place: BillPlace, latency_ms: int
) -> None:
    await Sim(place.sim_url).options(latency_ms=latency_ms)
    moments = every(await deaths.commits())
    if latency_ms:
        moments += [Moment("asking", n) for n in range(1, CALLS + 1)]
    await deaths.die_at(moments)
    await theirs_is_ours(deaths, place)
