"""A simulator process for the adapter's own tests, without a broken rule at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.sim_process import Sim, running_sim


@pytest.fixture(scope="session")
def sim_process() -> Iterator[Sim]:
    with running_sim() as sim:
        yield sim


@pytest.fixture
async def sim(sim_process: Sim) -> AsyncIterator[Sim]:
    await sim_process.reset(silence_seconds=0.2)
    yield sim_process
    assert await sim_process.breaches() == []
