"""Whatever happens to payments in whatever order, the books stay right to the rupiah."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.funding import any_customer, payment_steps
from tests.funding.any_customer import CustomerStory
from tests.funding.any_payment import PaymentStory
from tests.funding.paper import WeakLine
from tests.funding.payment_steps import Step
from tests.orders.counter import Counter, open_counter
from tests.sim_process import Sim


class Weak:
    """A counter whose line to its database may break."""

    def __init__(self, counter: Counter, line: WeakLine) -> None:
        self.counter = counter
        self.line = line
        self.wire = counter.desk.funding.wire


@pytest.fixture
async def weak(stocked: str, sim: Sim) -> AsyncIterator[Weak]:
    line = WeakLine()
    async with open_counter(stocked, sim, observer=line) as counter:
        yield Weak(counter, line)


QUICK = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),  # a failing story is shown as it is: shortening it takes minutes
    suppress_health_check=list(HealthCheck),
)


@settings(QUICK, max_examples=3)
@given(st.integers(0, 30), payment_steps.stories, st.booleans())
async def test_any_sequence_of_payments_keeps_the_laws(
    weak: Weak, kind: int, steps: list[Step], trusts: bool
) -> None:
    await play_on_paper(weak, kind, steps, trusts)


@settings(QUICK, max_examples=2)
@given(st.integers(0, 30), any_customer.stories)
async def test_whatever_customers_do_no_payment_is_lost_and_none_counts_twice(
    weak: Weak, kind: int, steps: list[Step]
) -> None:
    await play_with_customers(weak, kind, steps)


async def play_on_paper(weak: Weak, kind: int, steps: list[Step], trusts: bool) -> None:
    weak.line.disarm()
    await weak.counter.begin_again()
    await play(PaymentStory(weak.counter, weak.line, trusts), kind, steps)


async def play_with_customers(weak: Weak, kind: int, steps: list[Step]) -> None:
    weak.line.disarm()
    await weak.counter.begin_again()
    story = CustomerStory(weak.counter, weak.line, wire=weak.wire)
    await story.open_gateways()
    await play(story, kind, steps)


async def play(story: PaymentStory, kind: int, steps: list[Step]) -> None:
    """A beginning, then whatever comes, then an end."""
    await story.begin(kind)
    for step in steps:
        await story.play(step)
    await story.finish()
