"""Staff walk through the office, on a telephone and on a desk."""

from __future__ import annotations

import pytest

from tests.pages.office_walks import (
    admin_changes_a_markup,
    admin_tests_the_gateways,
    operator_ends_a_stuck_order,
)
from tests.pages.walks import DESK, PHONE, Town, Way, town

__all__ = ["town"]

pytestmark = [
    pytest.mark.parametrize("way", [PHONE, DESK], ids=str),
]


async def test_an_operator_finds_a_stuck_order_and_ends_it_with_evidence(
    town: Town, way: Way
) -> None:
    await operator_ends_a_stuck_order(town, way)


async def test_an_admin_changes_a_markup_after_seeing_every_price(town: Town, way: Way) -> None:
    await admin_changes_a_markup(town, way)


async def test_an_admin_tests_the_gateways_by_a_button(town: Town, way: Way) -> None:
    await admin_tests_the_gateways(town, way)
