"""Finding a product as those who run the shop do: closed ones too, with what each costs."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from konter.catalogue.browse import patterns
from konter.db.pool import Tx

# NULL means any. One offer or several: the cost is what the price stands on.
PRODUCTS = """
SELECT p.id, p.code, p.name, p.brand, p.type, c.name AS category, p.base_price, p.retail_price,
       p.reseller_price, p.retail_profit, p.reseller_profit, p.is_active, p.closed_because,
       (SELECT count(*) FROM catalogue.offers AS o WHERE o.product_id = p.id) AS offers,
       count(*) OVER () AS total
FROM catalogue.products AS p
JOIN catalogue.categories AS c ON c.id = p.category_id
WHERE p.name || ' ' || p.code || ' ' || p.brand ILIKE ALL(%(words)s::text[])
  AND (%(category)s::text IS NULL OR c.slug = %(category)s)
  AND (%(brand)s::text IS NULL OR upper(p.brand) = upper(%(brand)s))
  AND (%(type)s::text IS NULL OR p.type = %(type)s)
  AND (%(active)s::boolean IS NULL OR p.is_active = %(active)s)
  AND (%(because)s::text IS NULL OR p.closed_because = %(because)s)
ORDER BY c.name, p.brand, p.base_price, p.id
LIMIT %(limit)s OFFSET %(offset)s
"""

CATEGORIES = "SELECT slug, name, type FROM catalogue.categories ORDER BY name"

BRANDS = "SELECT DISTINCT upper(brand) FROM catalogue.products ORDER BY 1"

TYPES = "SELECT DISTINCT type FROM catalogue.products ORDER BY 1"

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """None means any. ``because``: upstream, vanished, margin, operator."""

    search: str = ""
    category: str | None = None
    brand: str | None = None
    type: str | None = None
    active: bool | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class ProductRow:
    """Amounts in whole rupiah. ``offers``: how many suppliers' SKUs it has."""

    id: int
    code: str
    name: str
    brand: str
    type: str
    category: str
    base_price: int
    retail_price: int
    reseller_price: int
    retail_profit: int
    reseller_profit: int
    is_active: bool
    closed_because: str | None
    offers: int
    total: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What one can search by: (slug, name) of categories, brands in capitals, types."""

    categories: tuple[tuple[str, str], ...]
    brands: tuple[str, ...]
    types: tuple[str, ...]


async def search_products(tx: Tx, wanted: Wanted, *, page: int = 1) -> list[ProductRow]:
    """One page (from 1) of 50, by category, brand and cost; each row says how many there are."""
    facts = {
        **asdict(wanted),
        "words": patterns(wanted.search),
        "limit": PER_PAGE,
        "offset": (max(page, 1) - 1) * PER_PAGE,
    }
    return await tx.records(ProductRow, PRODUCTS, facts)


async def choices(tx: Tx) -> Choices:
    return Choices(
        categories=tuple((slug, name) for slug, name, _ in await tx.rows(CATEGORIES)),
        brands=tuple(brand for (brand,) in await tx.rows(BRANDS) if brand),
        types=tuple(kind for (kind,) in await tx.rows(TYPES)),
    )
