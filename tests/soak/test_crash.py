"""The same as in tests/story, before and after each commit, and at each kind of answer."""

from __future__ import annotations

import pytest

from tests.crash_child import ANSWERS
from tests.deaths import Deaths
from tests.mortal import Moment, Place, every
from tests.sim_process import Sim
from tests.story.test_crash import deaths, kiln, place, theirs_is_ours

__all__ = ["deaths", "kiln", "place"]


@pytest.mark.soak
async def test_death_before_or_after_every_commit_loses_and_doubles_nothing(
    deaths: Deaths, place: Place
) -> None:
    await deaths.die_at(every(await deaths.commits()))
    await theirs_is_ours(deaths, place)


@pytest.mark.soak
async def test_death_at_any_answer_loses_and_doubles_nothing(deaths: Deaths, place: Place) -> None:
    await Sim(place.sim_url).options(latency_ms=60)
    await deaths.die_at([Moment("asking", n) for n in range(1, len(ANSWERS) + 5)])
    await theirs_is_ours(deaths, place)
