"""The same as in tests/story, at every moment: before and after each commit, fast and slow."""

from __future__ import annotations

import multiprocessing.context

import pytest

from tests.crash_child import Moment
from tests.payment_child import Place, at_gateway
from tests.sim_process import Sim
from tests.story.test_payment_crash import ASKED, GATEWAYS, Deaths, kiln, place

__all__ = ["kiln", "place"]


@pytest.mark.soak
@pytest.mark.parametrize("latency_ms", [0, 30])
async def test_death_at_any_moment_of_paying_loses_and_doubles_nothing(
    kiln: multiprocessing.context.ForkServerContext,
    server_conninfo: str,
    place: Place,
    latency_ms: int,
) -> None:
    for code in GATEWAYS:
        await at_gateway(Sim(place.sim_url), code).options(latency_ms=latency_ms)
    deaths = Deaths(kiln, server_conninfo, place)
    commits = await deaths.commits()
    moments = [Moment(when, n) for n in range(1, commits + 1) for when in ("before", "after")]
    if latency_ms:
        moments += [Moment("asking", n) for n in range(1, ASKED + 1)]
    await deaths.die_at(moments)
    await deaths.theirs_is_ours()
