"""The same as in tests/orders, for hours if one likes: a seed names the run."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.funding import any_customer, payment_steps
from tests.funding.payment_steps import Step
from tests.orders.conftest import sim, stocked
from tests.orders.test_any_payment import Weak, play_on_paper, play_with_customers, weak

__all__ = ["sim", "stocked", "weak"]

LONG = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.mark.soak
@settings(LONG, max_examples=500)
@given(st.integers(0, 30), payment_steps.stories, st.booleans())
async def test_any_sequence_of_payments_keeps_the_laws(
    weak: Weak, kind: int, steps: list[Step], trusts: bool
) -> None:
    await play_on_paper(weak, kind, steps, trusts)


@pytest.mark.soak
@settings(LONG, max_examples=150)
@given(st.integers(0, 30), any_customer.stories)
async def test_whatever_customers_do_no_payment_is_lost_and_none_counts_twice(
    weak: Weak, kind: int, steps: list[Step]
) -> None:
    await play_with_customers(weak, kind, steps)
