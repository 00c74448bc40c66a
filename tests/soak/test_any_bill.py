"""The same as in tests/orders, for hours if one likes: a seed names the run."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tests.funding.paper import WeakLine
from tests.orders.any_bill import stories
from tests.orders.bill_counter import BillCounter
from tests.orders.conftest import sim, stocked_with_bills
from tests.orders.test_any_bill import shaky, tell

__all__ = ["shaky", "sim", "stocked_with_bills"]


@pytest.mark.soak
@settings(
    max_examples=300,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(stories)
async def test_any_sequence_pays_a_bill_at_most_once_and_keeps_the_books(
    shaky: tuple[BillCounter, WeakLine], told: tuple[int, list[tuple[str, int, int]]]
) -> None:
    await tell(shaky, told)
