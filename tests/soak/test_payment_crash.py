"""The same as in tests/story, at every moment: before and after each commit, fast and slow."""

from __future__ import annotations

import pytest

from tests.deaths import Deaths
from tests.mortal import Moment, every
from tests.payment_child import GATEWAYS, PaymentPlace, at_gateway
from tests.sim_process import Sim
from tests.story.test_payment_crash import deaths, kiln, place, theirs_is_ours

ASKED = 8
"""Calls that name a payment: four creations, four questions."""

__all__ = ["deaths", "kiln", "place"]


@pytest.mark.soak
@pytest.mark.parametrize("latency_ms", [0, 30])
async def test_death_at_any_moment_of_paying_loses_and_doubles_nothing(
    deaths: Deaths, place: PaymentPlace, latency_ms: int
) -> None:
    for code in GATEWAYS:
        await at_gateway(Sim(place.sim_url), code).options(latency_ms=latency_ms)
    moments = every(await deaths.commits())
    if latency_ms:
        moments += [Moment("asking", n) for n in range(1, ASKED + 1)]
    await deaths.die_at(moments)
    await theirs_is_ours(deaths, place)
