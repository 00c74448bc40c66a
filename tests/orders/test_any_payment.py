"""Whatever happens to payments in whatever order, the books stay right to the rupiah."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.funding.any_payment import PaymentStory, Step, stories
from tests.funding.paper import WeakLine
from tests.orders.counter import Counter, open_counter
from tests.sim_process import Sim


@pytest.fixture
async def weak(stocked: str, sim: Sim) -> AsyncIterator[tuple[Counter, WeakLine]]:
    """A counter whose line to its database may break."""
    line = WeakLine()
    async with open_counter(stocked, sim, observer=line) as counter:
        yield counter, line


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.integers(0, 30), stories, st.booleans())
async def test_any_sequence_of_payments_keeps_the_laws(
    weak: tuple[Counter, WeakLine], kind: int, steps: list[Step], trusts: bool
) -> None:
    await play(weak, kind, steps, trusts)


async def play(weak: tuple[Counter, WeakLine], kind: int, steps: list[Step], trusts: bool) -> None:
    """A beginning, then whatever comes, then an end."""
    counter, line = weak
    line.disarm()
    await counter.begin_again()
    story = PaymentStory(counter, line, trusts)
    await story.begin(kind)
    for step in steps:
        await story.play(step)
    await story.finish()
