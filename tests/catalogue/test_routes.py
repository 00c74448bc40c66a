"""Which offer is tried first: by priority or by cost, of a product, a category, or all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.offers import Closing, close_offers, first_free, sellables
from konter.catalogue.products import NoSuchProduct
from konter.catalogue.routes import Route, RouteKind, drop_route, list_routes, set_route
from konter.catalogue.sync import NoSuchCategory
from konter.kernel.errors import Invalid
from konter.suppliers.breaker import ACCOUNT as WHOLE
from konter.suppliers.breaker import BreakerLimits, Heard, note_outcomes, take_probes
from konter.suppliers.override import hold_open
from tests.catalogue.shelf import sync
from tests.catalogue.two_suppliers import accounts_tried, product, tried
from tests.conftest import ManualClock
from tests.suppliers.build import ACCOUNT

FIXED, CHEAPEST = RouteKind.FIXED, RouteKind.CHEAPEST

LIMITS = BreakerLimits()

# xld10 costs 10,000 at the first account.
DEARER_FIRST = """
INSERT INTO catalogue.offers (account, sku, product_id, cost, is_open, priority)
SELECT 'other', 'dear', id, 10500, true, 1 FROM catalogue.products WHERE code = 'xld10'
"""


@pytest.fixture
async def shop(desk: CatalogueDesk) -> AsyncIterator[CatalogueDesk]:
    await sync(desk)
    async with desk.db.transaction() as tx:
        await tx.run(DEARER_FIRST)
    yield desk


async def fail(desk: CatalogueDesk, account: str, sku: str) -> None:
    """Until its breaker opens."""
    heard = [Heard(account, sku, False, desk.clock.now())] * LIMITS.failures
    async with desk.db.transaction() as tx:
        await note_outcomes(tx, heard, LIMITS)


async def test_a_fresh_shop_has_one_route_for_all(shop: CatalogueDesk) -> None:
    assert await list_routes(shop) == [Route(FIXED)]
    assert await accounts_tried(shop, "xld10") == ["other", ACCOUNT]


async def test_the_most_specific_route_wins_and_prices_follow_it(shop: CatalogueDesk) -> None:
    assert (await set_route(shop, Route(FIXED))).repriced == 1  # the dearer one is first
    assert (await product(shop, "xld10"))["base_price"] == 10_500
    assert (await set_route(shop, Route(CHEAPEST))).repriced == 1
    assert await accounts_tried(shop, "xld10") == [ACCOUNT, "other"]
    found = await product(shop, "xld10")
    assert (found["base_price"], found["retail_price"]) == (10_000, 13_000)
    await set_route(shop, Route(FIXED, category_slug="pulsa"))
    assert await accounts_tried(shop, "xld10") == ["other", ACCOUNT]
    await set_route(shop, Route(CHEAPEST, product_code="xld10"))
    assert await accounts_tried(shop, "xld10") == [ACCOUNT, "other"]
    assert (await set_route(shop, Route(CHEAPEST, product_code="xld10"))).repriced == 0
    assert await list_routes(shop) == [
        Route(CHEAPEST),
        Route(FIXED, category_slug="pulsa"),
        Route(CHEAPEST, product_code="xld10"),
    ]
    assert (await drop_route(shop, Route(FIXED, product_code="xld10"))).repriced == 1
    assert await accounts_tried(shop, "xld10") == ["other", ACCOUNT]


async def test_a_route_of_nothing_is_refused(shop: CatalogueDesk) -> None:
    with pytest.raises(NoSuchProduct):
        await set_route(shop, Route(FIXED, product_code="tidak-ada"))
    with pytest.raises(NoSuchCategory):
        await set_route(shop, Route(FIXED, category_slug="tidak-ada"))
    with pytest.raises(Invalid):
        await set_route(shop, Route(FIXED, "xld10", "pulsa"))
    with pytest.raises(Invalid):
        await drop_route(shop, Route(FIXED))


async def test_a_broken_offer_is_passed_over_until_it_has_cooled(
    shop: CatalogueDesk, clock: ManualClock
) -> None:
    await fail(shop, "other", "dear")
    assert await accounts_tried(shop, "xld10") == [ACCOUNT]
    clock.advance(LIMITS.cool.total_seconds())
    probe, sound = await tried(shop, "xld10")
    assert (probe.account, probe.probes, sound.probes) == ("other", (("other", "dear"),), ())
    assert first_free([probe, sound], set()) is probe
    assert first_free([probe, sound], {("other", "dear")}) is sound
    assert first_free([probe], {("other", "dear")}) is None
    async with shop.db.transaction() as tx:
        await take_probes(tx, probe.probes, at=clock.now(), limits=LIMITS)
    assert await accounts_tried(shop, "xld10") == [ACCOUNT]


async def test_a_broken_account_sells_none_of_its_skus(
    shop: CatalogueDesk, clock: ManualClock
) -> None:
    async with shop.db.transaction() as tx:
        assert await hold_open(tx, ACCOUNT, WHOLE, by="ani", at=clock.now())
    assert await accounts_tried(shop, "xld10") == ["other"]
    assert await accounts_tried(shop, "ml5") == []
    clock.advance(10**6)
    assert await accounts_tried(shop, "ml5") == []


async def test_who_does_not_say_when_tries_nothing(shop: CatalogueDesk, clock: ManualClock) -> None:
    await fail(shop, "other", "dear")
    clock.advance(LIMITS.cool.total_seconds())
    number = (await product(shop, "xld10"))["id"]
    async with shop.db.transaction() as tx:
        found = (await sellables(tx, [number]))[number]
    assert [offer.is_broken for offer in found.offers] == [True, False]


async def test_two_at_one_time_do_not_both_try(shop: CatalogueDesk, clock: ManualClock) -> None:
    await fail(shop, "other", "dear")
    clock.advance(LIMITS.cool.total_seconds())
    number = (await product(shop, "xld10"))["id"]
    async with shop.db.transaction() as one, shop.db.transaction() as two:
        first = (await sellables(one, [number], at=clock.now()))[number]
        second = (await sellables(two, [number], at=clock.now()))[number]
    assert [offer.is_broken for offer in first.offers] == [False, False]
    assert [offer.is_broken for offer in second.offers] == [True, False]


async def test_refused_offers_close_in_one_go_and_the_product_with_its_last(
    shop: CatalogueDesk, clock: ManualClock
) -> None:
    at = clock.now()
    async with shop.db.transaction() as tx:
        assert await close_offers(tx, []) == []
        closed = await close_offers(
            tx,
            [
                Closing("other", "dear", "rc 43", at),
                Closing(ACCOUNT, "ml5", "rc 43", at - timedelta(seconds=1)),
                Closing(ACCOUNT, "tidak-ada", "rc 43", at),
            ],
        )
    assert sorted(closed) == [(ACCOUNT, "ml5"), ("other", "dear")]
    assert (await product(shop, "ml5"))["closed_because"] == "upstream"
    assert (await product(shop, "xld10"))["closed_because"] is None


async def test_a_settlement_waits_for_no_sync(shop: CatalogueDesk, clock: ManualClock) -> None:
    async with shop.db.transaction() as syncing, shop.db.transaction() as settling:
        await syncing.run("UPDATE catalogue.offers SET stock = 5 WHERE sku = 'ml5'")
        closing = Closing(ACCOUNT, "ml5", "rc 43", clock.now())
        assert await close_offers(settling, [closing]) == []
