"""A preview is what happens: for any rule, and never when something changed meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from konter.catalogue.change_rule import PreviewStale, RuleChange, change_rule, preview
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.prices import Kind, Role, Rule, list_rules, set_rule
from konter.kernel.errors import Invalid
from konter.people.audit import Deed, deeds
from tests.catalogue.shelf import sync, versions

DEED = Deed(actor_id=1, actor="ani@example.com", act="price.rule", subject="markup:x")

SHELF = """
SELECT id, base_price, retail_price, reseller_price, closed_because
FROM catalogue.products ORDER BY id
"""

rules = st.builds(
    Rule,
    role=st.sampled_from(Role),
    kind=st.sampled_from(Kind),
    amount=st.one_of(st.integers(0, 300), st.integers(0, 100_000)),
    category_slug=st.sampled_from([None, "games", "pulsa", "tidak-ada"]),
    brand=st.sampled_from([None, "XL", "mobile legends", "MOBILE LEGENDS", "Tidak Ada"]),
)


async def shelf(desk: CatalogueDesk) -> dict[int, tuple[Any, ...]]:
    async with desk.db.read() as tx:
        return {row[0]: tuple(row[1:]) for row in await tx.rows(SHELF)}


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rule=rules, drop=st.booleans())
async def test_for_any_rule_the_preview_is_what_is_applied(
    desk: CatalogueDesk, rule: Rule, drop: bool
) -> None:
    """One shelf for all examples: each starts from what the last one left."""
    if not await shelf(desk):
        await sync(desk)
    drop = drop and (rule.category_slug, rule.brand) != (None, None)
    change = RuleChange(rule, drop)
    before, before_rules = await shelf(desk), await list_rules(desk)
    seen = await preview(desk, change)
    assert await shelf(desk) == before and await list_rules(desk) == before_rules
    done = await change_rule(desk, change, stamp=seen.stamp, deed=DEED)
    after = await shelf(desk)
    foretold = {one.id: (one.base, one.retail, one.reseller, one.because) for one in seen.effects}
    assert {id: facts for id, facts in after.items() if facts != before[id]} == foretold
    assert all(
        before[one.id] == (one.base, one.old_retail, one.old_reseller, one.was)
        for one in seen.effects
    )
    assert (done.effects, done.counts) == (seen.effects, seen.counts)


async def test_what_changed_since_the_preview_refuses_it_and_nothing_is_written(
    desk: CatalogueDesk,
) -> None:
    await sync(desk)
    change = RuleChange(Rule(Role.RETAIL, Kind.FLAT, 1_000, "games"))
    seen = await preview(desk, change)
    await set_rule(desk, Rule(Role.RESELLER, Kind.FLAT, 700, brand="Tidak Ada"))
    standing, known = await versions(desk), await list_rules(desk)
    with pytest.raises(PreviewStale):
        await change_rule(desk, change, stamp=seen.stamp, deed=DEED)
    other = RuleChange(Rule(Role.RETAIL, Kind.FLAT, 1_001, "games"))
    fresh = await preview(desk, change)
    with pytest.raises(PreviewStale):
        await change_rule(desk, other, stamp=fresh.stamp, deed=DEED)
    assert (await versions(desk), await list_rules(desk)) == (standing, known)
    async with desk.db.read() as tx:
        assert await deeds(tx, act="price") == []


async def test_who_previewed_what_is_kept(desk: CatalogueDesk) -> None:
    await sync(desk)
    await preview(desk, RuleChange(Rule(Role.RETAIL, Kind.FLAT, 99, "games")), deed=DEED)
    async with desk.db.read() as tx:
        (kept,) = await deeds(tx)
    assert kept.actor == "ani@example.com"
    assert '"closed": 7' in kept.detail and '"was": "-"' in kept.detail
    with pytest.raises(Invalid):
        await preview(desk, RuleChange(Rule(Role.RETAIL, Kind.FLAT, 1), drop=True))
