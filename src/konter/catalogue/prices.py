"""What we ask for a thing that costs us so much: markup rules, the most specific one wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from psycopg.rows import TupleRow

from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.lock import take_turn
from konter.db.pool import Tx
from konter.kernel.errors import Broken, Invalid
from konter.kernel.money import MAX_RUPIAH, Rupiah

RULES = """
SELECT role, category_slug, brand, kind, amount
FROM catalogue.markup_rules
ORDER BY role, category_slug NULLS FIRST, brand NULLS FIRST
"""

SET_RULE = """
INSERT INTO catalogue.markup_rules (role, category_slug, brand, kind, amount)
VALUES (%(role)s, %(category_slug)s, %(brand)s, %(kind)s, %(amount)s)
ON CONFLICT (role, category_slug, brand)
DO UPDATE SET kind = excluded.kind, amount = excluded.amount
"""

DROP_RULE = """
DELETE FROM catalogue.markup_rules
WHERE role = %(role)s
  AND category_slug IS NOT DISTINCT FROM %(category_slug)s::text
  AND brand IS NOT DISTINCT FROM %(brand)s::text
"""

PRICED = """
SELECT p.id, p.code, p.name, c.slug, p.brand, p.base_price, p.retail_price, p.reseller_price,
       p.closed_because
FROM catalogue.products AS p
JOIN catalogue.categories AS c ON c.id = p.category_id
ORDER BY c.slug, p.brand, p.base_price, p.id
"""

REPRICE = """
WITH repriced AS (
    UPDATE catalogue.products AS p
    SET retail_price = r.retail,
        reseller_price = r.reseller,
        closed_because = r.because,
        is_active = r.because IS NULL
    FROM unnest(
        %(ids)s::bigint[], %(retail)s::bigint[], %(reseller)s::bigint[], %(because)s::text[],
        %(was)s::text[], %(moved)s::boolean[]
    ) AS r (id, retail, reseller, because, was, moved)
    WHERE p.id = r.id AND p.closed_because IS NOT DISTINCT FROM r.was
    RETURNING p.id, p.base_price, p.retail_price, p.reseller_price, r.moved
)
INSERT INTO catalogue.price_history
    (product_id, at, base_price, retail_price, reseller_price, because)
SELECT id, %(at)s, base_price, retail_price, reseller_price, 'rule'
FROM repriced
WHERE moved
"""

WHOLE = 10_000
"""Basis points in the whole."""


class Role(StrEnum):
    """For whom a price is made; operators and admins see the reseller's."""

    RETAIL = "retail"
    RESELLER = "reseller"


class Kind(StrEnum):
    FLAT = "flat"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Rule:
    """``amount``: whole rupiah (flat) or basis points (percent); None in a scope means any."""

    role: Role
    kind: Kind
    amount: int
    category_slug: str | None = None
    brand: str | None = None


@dataclass(frozen=True, slots=True)
class Repriced:
    repriced: int
    closed: int
    reopened: int


class Effect(NamedTuple):
    """What the rules make of one product that they change; whole rupiah. ``was`` and ``because``:
    why it was, and will be, closed."""

    id: int
    code: str
    name: str
    base: int
    old_retail: int
    old_reseller: int
    retail: int
    reseller: int
    was: str | None
    because: str | None

    @property
    def moved(self) -> bool:
        """Whether a price changes, not only the shelf."""
        return (self.retail, self.reseller) != (self.old_retail, self.old_reseller)

    @property
    def stops(self) -> bool:
        """Whether it leaves the shelf by this."""
        return self.was is None and self.because is not None

    @property
    def returns(self) -> bool:
        return self.was is not None and self.because is None


def price_for(cost: Rupiah, rule: Rule) -> Rupiah:
    """The asking price; a fraction of a rupiah is lifted to the next one."""
    return Rupiah(marked_up(cost.amount, rule))


def marked_up(cost: int, rule: Rule) -> int:
    """As ``price_for``, in bare rupiah, for ten thousand products at a time."""
    if rule.kind is Kind.FLAT:
        return cost + rule.amount
    return cost - (-cost * rule.amount // WHOLE)


class RuleBook:
    """Finds the rule: brand within category, brand, category, default."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = {(r.role, r.category_slug, _brand_key(r.brand)): r for r in rules}
        self._found: dict[tuple[str, str], tuple[Rule, Rule]] = {}

    def prices(self, cost: int, category_slug: str, brand: str) -> tuple[int, int]:
        """The retail and the reseller price of a thing that costs ``cost``."""
        pair = self._found.get((category_slug, brand))
        if pair is None:
            pair = (
                self.rule(Role.RETAIL, category_slug, brand),
                self.rule(Role.RESELLER, category_slug, brand),
            )
            self._found[category_slug, brand] = pair
        return marked_up(cost, pair[0]), marked_up(cost, pair[1])

    def rule(self, role: Role, category_slug: str, brand: str) -> Rule:
        """The most specific rule. Raises Broken if even the default is missing."""
        key = _brand_key(brand)
        for scope in ((category_slug, key), (None, key), (category_slug, None), (None, None)):
            found = self._rules.get((role, *scope))
            if found is not None:
                return found
        raise Broken(f"no default markup rule for {role}")


async def read_rules(tx: Tx) -> list[Rule]:
    """All rules, by role, the default first."""
    return [
        Rule(Role(role), Kind(kind), amount, slug, brand)
        for role, slug, brand, kind, amount in await tx.rows(RULES)
    ]


async def list_rules(desk: CatalogueDesk) -> list[Rule]:
    """All rules, by role, the default first."""
    async with desk.db.read() as tx:
        return await read_rules(tx)


async def set_rule(desk: CatalogueDesk, rule: Rule) -> Repriced:
    """Set or replace the rule of this scope and reprice what it touches. Raises Invalid."""
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        await write_rule(tx, rule)
        return counted(await reprice_all(tx, desk))


async def drop_rule(desk: CatalogueDesk, rule: Rule) -> Repriced:
    """Remove the rule of this scope and reprice; the default can only be replaced.

    Raises Invalid. Removing what is not there changes nothing.
    """
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        await erase_rule(tx, rule)
        return counted(await reprice_all(tx, desk))


async def write_rule(tx: Tx, rule: Rule) -> None:
    """The rule alone, under ``take_turn``; prices follow by ``reprice_all``. Raises Invalid."""
    if not 0 <= rule.amount <= MAX_RUPIAH:
        raise Invalid({"amount": ["Besaran markup tidak boleh negatif"]})
    await tx.run(SET_RULE, _scope(rule) | {"kind": rule.kind, "amount": rule.amount})


async def erase_rule(tx: Tx, rule: Rule) -> None:
    """As ``write_rule``, taking the rule of this scope away. Raises Invalid for the default."""
    if rule.category_slug is None and rule.brand is None:
        raise Invalid({"rule": ["Aturan harga bawaan tidak dapat dihapus, hanya diganti"]})
    await tx.run(DROP_RULE, _scope(rule))


async def reprice(desk: CatalogueDesk) -> Repriced:
    """Apply the rules to every product; what stays under the minimum margin closes.

    Raises CatalogueBusy while a sync runs. Repeating it changes nothing.
    """
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        return counted(await reprice_all(tx, desk))


def closing(closed_because: str | None, profit: int, minimum_margin: int) -> str | None:
    """Whether the margin closes or reopens a product; other reasons stand above it."""
    if closed_because not in (None, "margin"):
        return closed_because
    return "margin" if profit < minimum_margin else None


async def reprice_all(tx: Tx, desk: CatalogueDesk) -> list[Effect]:
    """Bring every price in line with the rules as this transaction sees them; answers what that
    changed, by category, brand and cost. Call it under ``take_turn``."""
    found = await foresee(tx, desk)
    if found:
        columns = {
            "ids": [one.id for one in found],
            "retail": [one.retail for one in found],
            "reseller": [one.reseller for one in found],
            "because": [one.because for one in found],
            "was": [one.was for one in found],
            "moved": [one.moved for one in found],
        }
        await tx.run(REPRICE, {"at": desk.clock.now(), **columns})
    return found


async def foresee(tx: Tx, desk: CatalogueDesk) -> list[Effect]:
    """What ``reprice_all`` would change now; nothing is written."""
    book = RuleBook(await read_rules(tx))
    return effects(await tx.rows(PRICED), book, desk.minimum_margin.amount)


def effects(rows: Iterable[TupleRow], book: RuleBook, minimum_margin: int) -> list[Effect]:
    """Of the rows of PRICED, those that the rules change. Pure."""
    found: list[Effect] = []
    for product, code, name, slug, brand, base, retail, reseller, was in rows:
        prices = book.prices(base, slug, brand)
        because = closing(was, min(prices) - base, minimum_margin)
        if prices != (retail, reseller) or because != was:
            found.append(Effect(product, code, name, base, retail, reseller, *prices, was, because))
    return found


def counted(found: Sequence[Effect]) -> Repriced:
    return Repriced(
        repriced=sum(one.moved for one in found),
        closed=sum(one.stops for one in found),
        reopened=sum(one.returns for one in found),
    )


def _scope(rule: Rule) -> dict[str, object]:
    brand = _brand_key(rule.brand)
    return {"role": rule.role, "category_slug": rule.category_slug, "brand": brand}


def _brand_key(brand: str | None) -> str | None:
    """Brands are compared without regard to case: suppliers spell them as they like."""
    return None if brand is None else brand.strip().upper()
