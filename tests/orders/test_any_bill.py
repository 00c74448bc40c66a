"""Whatever happens in whatever order: a bill is paid at most once, and the books stay right."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings

from tests.funding.paper import WeakLine
from tests.orders.any_bill import BillStory, stories
from tests.orders.bill_counter import BillCounter, open_bill_counter
from tests.orders.conftest import OPTIONS
from tests.sim_process import Sim


@pytest.fixture
async def shaky(stocked_with_bills: str, sim: Sim) -> AsyncIterator[tuple[BillCounter, WeakLine]]:
    """A counter whose line to the database breaks when it is told to."""
    line = WeakLine()
    async with open_bill_counter(stocked_with_bills, sim, observer=line) as bills:
        yield bills, line


@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(stories)
async def test_any_sequence_pays_a_bill_at_most_once_and_keeps_the_books(
    shaky: tuple[BillCounter, WeakLine], told: tuple[int, list[tuple[str, int, int]]]
) -> None:
    await tell(shaky, told)


async def tell(
    shaky: tuple[BillCounter, WeakLine], told: tuple[int, list[tuple[str, int, int]]]
) -> None:
    bills, line = shaky
    await bills.sim.reset(**OPTIONS)
    story = BillStory(bills, line, told[0])
    await story.begin()
    for ref, how in ((0, 0), (1, 3), (2, 0)):
        # The same bill thrice: by two members, through two SKUs.
        await story.play(("check", ref, how))
    for step in told[1]:
        await story.play(step)
    await story.finish()
