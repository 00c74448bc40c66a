"""Whatever happens in whatever order, the books stay right to the rupiah."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from tests.orders.any_sequence import Story, stories
from tests.orders.counter import Counter


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(stories)
async def test_any_sequence_of_news_keeps_the_laws(
    counter: Counter, steps: list[tuple[str, int, int]]
) -> None:
    await counter.begin_again()
    story = Story(counter)
    await story.play(("place", 2, 0))
    for step in steps:
        await story.play(step)
