"""The shop's shelves: what stands together under one category and brand, for buyers who look.

Counting ten thousand products takes a few milliseconds, so nothing here is remembered.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from konter.catalogue.amounts import at_amount
from konter.catalogue.categories import slug_of
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.destinations import Need, needs
from konter.catalogue.list_prices import OpenShown
from konter.catalogue.offers import Sellable, sellables, usable_offers
from konter.db.pool import Tx
from konter.kernel.clock import WIB
from konter.kernel.errors import NotFound
from konter.kernel.money import Rupiah
from konter.people.permits import Role
from konter.suppliers.breaker import Key, blocked_offers

SHELVES = """
SELECT c.slug, c.name, c.type, p.brand, count(*) AS products,
       min(CASE WHEN %(reseller)s THEN p.reseller_price ELSE p.retail_price END
           + coalesce(p.amount_least, 0)) AS least
FROM catalogue.products AS p
JOIN catalogue.categories AS c ON c.id = p.category_id
WHERE c.is_active AND p.is_active
GROUP BY c.id, p.brand
ORDER BY c.name, p.brand
"""

BRANDS = """
SELECT DISTINCT c.name, c.type, p.brand
FROM catalogue.products AS p
JOIN catalogue.categories AS c ON c.id = p.category_id
WHERE c.slug = %(category)s AND c.is_active
"""

ON_SHELF = """
SELECT p.id, count(*) OVER () AS total
FROM catalogue.products AS p
JOIN catalogue.categories AS c ON c.id = p.category_id
WHERE c.slug = %(category)s AND c.is_active AND p.brand = ANY(%(brands)s::text[]) AND p.is_active
ORDER BY p.base_price + coalesce(p.amount_least, 0), p.id
LIMIT %(limit)s OFFSET %(offset)s
"""

CHOSEN = """
SELECT p.id
FROM catalogue.products AS p
JOIN catalogue.categories AS c ON c.id = p.category_id
WHERE p.id = %(id)s AND c.slug = %(category)s AND p.brand = ANY(%(brands)s::text[])
"""

WHERE_IS = """
SELECT p.id, c.slug, p.brand
FROM catalogue.products AS p
JOIN catalogue.categories AS c ON c.id = p.category_id
WHERE lower(p.code) = lower(%(code)s) AND c.is_active
"""

PER_PAGE: Final = 60


class NoSuchShelf(NotFound):
    """No category or brand goes by this name."""

    code = "no_such_shelf"
    message = "Halaman produk ini tidak ada. Coba cari dari halaman depan"


@dataclass(frozen=True, slots=True)
class Shelf:
    """One brand of a category that has something open. ``least``: its lowest price for who asks."""

    category: str
    category_name: str
    type: str
    brand: str
    products: int
    least: Rupiah

    @property
    def slug(self) -> str:
        return slug_of(self.brand)


@dataclass(frozen=True, slots=True)
class Deal:
    """A product on its shelf. ``price``: for who asks; of an open denomination, whose ``terms`` say
    what may be chosen, for the ``amount`` that was chosen, or for the least. ``is_open``: whether
    it can be bought this minute."""

    id: int
    name: str
    description: str
    brand: str
    type: str
    price: Rupiah
    is_open: bool
    terms: OpenShown | None = None
    amount: Rupiah | None = None

    @property
    def needs(self) -> tuple[Need, ...]:
        return needs(self.type, self.brand, self.description)

    def at(self, amount: int) -> Deal:
        """Priced whole for this amount of an open denomination, one that fits its terms."""
        assert self.terms is not None and self.terms.fits(amount)
        return replace(self, price=Rupiah(self.terms.fee + amount), amount=Rupiah(amount))


@dataclass(frozen=True, slots=True)
class BrandShelf:
    """One page (``number``, from 1) of a brand's deals, the cheapest first. ``chosen``: the one
    asked for, on this page or not, open or not. ``total``: on all pages."""

    category: str
    category_name: str
    type: str
    brand: str
    slug: str
    deals: tuple[Deal, ...]
    number: int
    total: int
    chosen: Deal | None

    @property
    def needs(self) -> tuple[Need, ...]:
        """What any of its deals wants to know; what most of them do first."""
        every = [deal.needs for deal in self.deals] or [needs(self.type, self.brand)]
        return max(every, key=len)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


async def shelves(desk: CatalogueDesk, role: Role | None) -> list[Shelf]:
    """All that have something open, by category and brand."""
    async with desk.db.read() as tx:
        rows = await tx.rows(SHELVES, {"reseller": pays_reseller_price(role)})
    return [
        Shelf(category, name, kind, brand, products, Rupiah(least))
        for category, name, kind, brand, products, least in rows
    ]


async def brand_shelf(
    desk: CatalogueDesk,
    role: Role | None,
    category: str,
    brand: str,
    *,
    number: int = 1,
    chosen: int | None = None,
) -> BrandShelf:
    """The shelf of a category's slug and a brand's; brands that are written alike stand on one.
    ``chosen``: a product's id; one that does not belong here is none. Raises NoSuchShelf."""
    if not (category.isprintable() and brand.isprintable()):
        raise NoSuchShelf
    async with desk.db.read() as tx:
        found = await tx.rows(BRANDS, {"category": category})
        named = sorted((row[2], row[0], row[1]) for row in found if slug_of(row[2]) == brand)
        if not named:
            raise NoSuchShelf
        name, category_name, kind = named[0]
        here = {"category": category, "brands": [row[0] for row in named]}
        page = {"limit": PER_PAGE, "offset": (max(number, 1) - 1) * PER_PAGE}
        rows = await tx.rows(ON_SHELF, {**here, **page})
        wanted = await tx.row(CHOSEN, {**here, "id": chosen}) if chosen else None
        ids = [row[0] for row in rows]
        deals = await _deals(desk, tx, role, [*ids, *(wanted or ())])
    return BrandShelf(
        category=category,
        category_name=category_name,
        type=kind,
        brand=name,
        slug=brand,
        deals=tuple(deals[one] for one in ids),
        number=max(number, 1),
        total=rows[0][1] if rows else 0,
        chosen=deals[wanted[0]] if wanted else None,
    )


async def shelf_of_code(desk: CatalogueDesk, code: str) -> tuple[int, str, str]:
    """A product's id, its category's slug and its brand's. Raises NoSuchShelf."""
    async with desk.db.read() as tx:
        row = await tx.row(WHERE_IS, {"code": code}) if code.isprintable() else None
    if row is None:
        raise NoSuchShelf
    return row[0], row[1], slug_of(row[2])


def pays_reseller_price(role: Role | None) -> bool:
    """Resellers do, and those who run the shop."""
    return role is not None and role is not Role.RETAIL


async def _deals(desk: CatalogueDesk, tx: Tx, role: Role | None, ids: list[int]) -> dict[int, Deal]:
    now = desk.clock.now()
    broken = await blocked_offers(tx, at=now)
    found = await sellables(tx, sorted(set(ids)))
    made = {}
    for number, one in found.items():
        price = one.reseller_price if pays_reseller_price(role) else one.retail_price
        terms = None
        if one.amounts is not None:
            # Price and costs are whole at any amount, and as far apart as at every other.
            terms = OpenShown(*one.amounts, fee=price.amount)
            least = one.amounts.least
            one, price = at_amount(one, least), price + Rupiah(least)
        is_open = one.is_active and _can_be_bought(desk, one, price, at=now, broken=broken)
        made[number] = Deal(
            one.product_id, one.name, one.description, one.brand, one.type, price, is_open, terms
        )
    return made


def _can_be_bought(
    desk: CatalogueDesk, one: Sellable, price: Rupiah, *, at: datetime, broken: Collection[Key]
) -> bool:
    """A breaker that has cooled is no obstacle: the next order tries it."""
    local = at.astimezone(WIB)
    tried = [replace(o, is_broken=any(key in broken for key in o.probes)) for o in one.offers]
    offers = usable_offers(
        replace(one, offers=tuple(tried)),
        price=price,
        minimum_margin=desk.minimum_margin,
        minute_of_day_wib=local.hour * 60 + local.minute,
        blocked=frozenset(),
    )
    return any(offer.account in desk.providers for offer in offers)
