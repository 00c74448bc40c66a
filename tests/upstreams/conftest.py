"""A simulator process for the adapter's own tests, without a broken rule at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sim_process import Sim


@pytest.fixture
async def sim(sim_process: Sim) -> AsyncIterator[Sim]:
    await sim_process.reset(silence_seconds=0.2)
    yield sim_process
    assert await sim_process.breaches() == []
