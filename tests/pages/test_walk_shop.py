"""Buyers and resellers walk through the shop, on a telephone, on a desk, and without scripts."""

from __future__ import annotations

import pytest

from tests.pages.shop_walks import (
    bill_is_checked_and_paid,
    guest_buys_by_qris,
    reseller_tops_up_and_orders,
)
from tests.pages.walks import BARE, DESK, PHONE, Town, Way, town

__all__ = ["town"]

pytestmark = [
    pytest.mark.parametrize("way", [PHONE, DESK, BARE], ids=str),
]


async def test_a_guest_buys_by_qris_from_the_front_to_the_serial(town: Town, way: Way) -> None:
    await guest_buys_by_qris(town, way)


async def test_a_reseller_tops_up_orders_and_sees_it_succeed(town: Town, way: Way) -> None:
    await reseller_tops_up_and_orders(town, way)


async def test_a_bill_is_checked_and_paid(town: Town, way: Way) -> None:
    await bill_is_checked_and_paid(town, way)
