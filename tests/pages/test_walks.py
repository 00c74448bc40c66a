"""Buyers, resellers and staff walk through one shop: each walk on one or two ways, together at both
sizes, in both languages and without scripts. ``make soak`` takes each on every way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.pages import office_walks, shop_walks
from tests.pages.walks import BARE, DESK, PHONE, Town, Way, town

__all__ = ["town"]

Walk = Callable[[Town, Way], Awaitable[None]]

WALKS: list[tuple[Walk, Way]] = [
    (shop_walks.guest_buys_by_qris, PHONE),
    (shop_walks.guest_buys_by_qris, BARE),
    (shop_walks.reseller_tops_up_and_orders, DESK),
    (shop_walks.bill_is_checked_and_paid, Way("1280", "en", scripts=False)),
    (office_walks.operator_ends_a_stuck_order, DESK),
    (office_walks.admin_changes_a_markup, PHONE),
    (office_walks.admin_tests_the_gateways, Way("1280", "id")),
]


@pytest.mark.parametrize(
    ("walk", "way"), WALKS, ids=[f"{walk.__name__}-{way}" for walk, way in WALKS]
)
async def test_somebody_walks_from_the_front_to_the_end(town: Town, walk: Walk, way: Way) -> None:
    await walk(town, way)
