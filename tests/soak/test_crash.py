"""The same as in tests/story, before and after each commit, and at each kind of answer."""

from __future__ import annotations

import multiprocessing.context

import pytest

from tests.crash_child import ANSWERS, Moment, Place
from tests.sim_process import Sim
from tests.story.test_crash import Deaths, kiln, place, theirs_is_ours

__all__ = ["kiln", "place"]


@pytest.mark.soak
async def test_death_before_or_after_every_commit_loses_and_doubles_nothing(
    kiln: multiprocessing.context.ForkServerContext, server_conninfo: str, place: Place
) -> None:
    deaths = Deaths(kiln, server_conninfo, place)
    commits = await deaths.commits()
    moments = [Moment(when, n) for n in range(1, commits + 1) for when in ("before", "after")]
    await deaths.at(moments)
    await theirs_is_ours(deaths, place)


@pytest.mark.soak
async def test_death_at_any_answer_loses_and_doubles_nothing(
    kiln: multiprocessing.context.ForkServerContext, server_conninfo: str, place: Place
) -> None:
    await Sim(place.sim_url).options(latency_ms=60)
    deaths = Deaths(kiln, server_conninfo, place)
    await deaths.at([Moment("asking", n) for n in range(1, len(ANSWERS) + 5)])
    await theirs_is_ours(deaths, place)
