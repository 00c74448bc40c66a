"""The same as in tests/story, at every moment: before and after each commit, fast and slow."""

from __future__ import annotations

import pytest

from tests.deaths import Deaths
from tests.failover_child import PLAYS, FailoverPlace
from tests.mortal import Moment, every
from tests.sim_process import Sim
from tests.story.test_failover_crash import deaths, kiln, place, theirs_is_ours

CALLS = len(PLAYS) * 2
"""Each order at one supplier, four of them at the other, and a question."""

__all__ = ["deaths", "kiln", "place"]


@pytest.mark.soak
@pytest.mark.parametrize("latency_ms", [0, 30])
async def test_death_at_any_moment_of_a_failover_buys_nothing_twice(
    deaths: Deaths, place: FailoverPlace, latency_ms: int
) -> None:
    for upstream in (Sim(place.sim_url), Sim(place.sim_url).okeconnect):
        await upstream.options(latency_ms=latency_ms)
    moments = every(await deaths.commits())
    if latency_ms:
        moments += [Moment("asking", n) for n in range(1, CALLS + 1)]
    await deaths.die_at(moments)
    await theirs_is_ours(deaths, place)
