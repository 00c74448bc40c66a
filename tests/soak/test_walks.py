"""The walks of tests/pages, at both sizes, in both languages, with scripts and without."""

from __future__ import annotations

import pytest

from tests.pages import office_walks, shop_walks
from tests.pages.conftest import chromium_address
from tests.pages.walks import EVERY, EVERY_BARE, Town, Way, town

__all__ = ["chromium_address", "town"]

pytestmark = pytest.mark.soak

SHOP = (
    shop_walks.guest_buys_by_qris,
    shop_walks.reseller_tops_up_and_orders,
    shop_walks.bill_is_checked_and_paid,
)
OFFICE = (
    office_walks.operator_ends_a_stuck_order,
    office_walks.admin_changes_a_markup,
    office_walks.admin_tests_the_gateways,
)


@pytest.mark.parametrize("way", [*EVERY, *EVERY_BARE], ids=str)
async def test_every_way_through_the_shop(town: Town, way: Way) -> None:
    for walk in SHOP:
        await walk(town, way)


@pytest.mark.parametrize("way", EVERY, ids=str)
async def test_every_way_through_the_office(town: Town, way: Way) -> None:
    for walk in OFFICE:
        await walk(town, way)
