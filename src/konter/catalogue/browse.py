"""What a buyer sees of the catalogue: names and the price for who asks, never what it costs us."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime

from psycopg.rows import TupleRow

from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.destinations import Need, needs
from konter.catalogue.list_prices import OpenShown
from konter.catalogue.products import NoSuchProduct
from konter.catalogue.sync import NoSuchCategory
from konter.db.pool import Tx
from konter.kernel.money import Rupiah
from konter.people.permits import Role

CATEGORIES = """
SELECT c.id, c.slug, c.name, c.type,
       (SELECT count(*) FROM catalogue.products AS p WHERE p.category_id = c.id AND p.is_active)
           AS products
FROM catalogue.categories AS c
WHERE c.is_active
ORDER BY c.name
"""

HAS_CATEGORY = "SELECT 1 FROM catalogue.categories WHERE id = %(id)s AND is_active"

PRODUCTS = """
SELECT p.id, p.code, p.name, p.description, p.brand, p.type,
       CASE WHEN %(reseller)s THEN p.reseller_price ELSE p.retail_price END AS price,
       p.is_active, c.id, c.slug, c.name,
       (SELECT s.last_synced_at FROM catalogue.products_synced AS s WHERE s.product_id = p.id),
       p.amount_least, p.amount_most, p.amount_step,
       count(*) OVER () AS total
FROM catalogue.products AS p
JOIN catalogue.categories AS c ON c.id = p.category_id
WHERE c.is_active
  AND (p.is_active OR %(id)s::bigint IS NOT NULL)
  AND (%(id)s::bigint IS NULL OR p.id = %(id)s)
  AND (%(category_id)s::bigint IS NULL OR p.category_id = %(category_id)s)
  AND p.name || ' ' || p.code || ' ' || p.brand ILIKE ALL(%(words)s::text[])
ORDER BY p.brand, p.base_price, p.id
LIMIT %(limit)s OFFSET %(offset)s
"""

MOST_WORDS = 8
MOST_PER_PAGE = 500


@dataclass(frozen=True, slots=True)
class CategoryShown:
    """``products``: how many are on sale in it now."""

    id: int
    slug: str
    name: str
    type: str
    products: int


@dataclass(frozen=True, slots=True)
class ProductShown:
    """A product as its buyer sees it. ``price``: for who asks; of an open denomination for the
    least amount, and ``open`` says the rest. ``needs``: what to fill in."""

    id: int
    code: str
    name: str
    description: str
    brand: str
    type: str
    price: Rupiah
    is_active: bool
    category_id: int
    category_slug: str
    category_name: str
    last_synced_at: datetime | None
    needs: tuple[Need, ...]
    open: OpenShown | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page; ``number`` counts from 1, ``total`` counts all pages' products."""

    products: tuple[ProductShown, ...]
    number: int
    per_page: int
    total: int


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The parameters of PRODUCTS beside the role; None and empty mean any."""

    limit: int
    offset: int = 0
    id: int | None = None
    category_id: int | None = None
    words: list[str] = field(default_factory=list)


async def list_categories(desk: CatalogueDesk) -> list[CategoryShown]:
    """The categories that are open, by name."""
    async with desk.db.read() as tx:
        return await tx.records(CategoryShown, CATEGORIES)


async def browse(
    desk: CatalogueDesk,
    role: Role | None,
    *,
    category_id: int | None = None,
    search: str = "",
    page: int = 1,
    per_page: int = MOST_PER_PAGE,
) -> Page:
    """Products on sale, of one category or all, that have every word in name, code or brand.

    ``role`` None: nobody has signed in; resellers and those who run the shop see reseller prices.
    ``page`` from 1, ``per_page`` up to 500. Raises NoSuchCategory.
    """
    number, size = max(page, 1), min(max(per_page, 1), MOST_PER_PAGE)
    async with desk.db.read() as tx:
        if category_id is not None and await tx.row(HAS_CATEGORY, {"id": category_id}) is None:
            raise NoSuchCategory
        wanted = _Wanted(
            category_id=category_id,
            words=patterns(search),
            limit=size,
            offset=(number - 1) * size,
        )
        products, total = await _shown(tx, role, wanted)
    return Page(tuple(products), number, size, total)


async def show_product(desk: CatalogueDesk, role: Role | None, product_id: int) -> ProductShown:
    """One product, on sale or not. Raises NoSuchProduct."""
    async with desk.db.read() as tx:
        products, _ = await _shown(tx, role, _Wanted(id=product_id, limit=1))
    if not products:
        raise NoSuchProduct
    return products[0]


def patterns(search: str) -> list[str]:
    """Each word as a pattern that means it literally."""
    words = "".join(c if c.isprintable() else " " for c in search).split()[:MOST_WORDS]
    return [f"%{_literal(word)}%" for word in words]


def _literal(word: str) -> str:
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


async def _shown(tx: Tx, role: Role | None, wanted: _Wanted) -> tuple[list[ProductShown], int]:
    reseller = role is not None and role is not Role.RETAIL
    rows = await tx.rows(PRODUCTS, {**asdict(wanted), "reseller": reseller})
    return [_product(row) for row in rows], rows[0][-1] if rows else 0


def _product(row: TupleRow) -> ProductShown:
    number, code, name, description, brand, kind, price, is_active = row[:8]
    category_id, category_slug, category_name, synced_at = row[8:12]
    least, most, step = row[12:15]
    shown = None if least is None else OpenShown(least, most, step, fee=price)
    return ProductShown(
        id=number,
        code=code,
        name=name,
        description=description,
        brand=brand,
        type=kind,
        price=Rupiah(price if shown is None else shown.least + shown.fee),
        is_active=is_active,
        category_id=category_id,
        category_slug=category_slug,
        category_name=category_name,
        last_synced_at=synced_at,
        needs=needs(kind, brand, description),
        open=shown,
    )
