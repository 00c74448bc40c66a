"""The same as in tests/orders, for hours if one likes: a seed names the run."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tests.orders.any_sequence import Story, stories
from tests.orders.conftest import counter, sim, stocked
from tests.orders.counter import Counter

__all__ = ["counter", "sim", "stocked"]


@pytest.mark.soak
@settings(
    max_examples=600,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(stories)
async def test_any_sequence_of_news_keeps_the_laws(
    counter: Counter,
    steps: list[tuple[str, int, int]],
) -> None:
    await counter.begin_again()
    story = Story(counter)
    await story.play(("place", 2, 0))
    for step in steps:
        await story.play(step)
