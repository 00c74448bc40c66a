"""Which SKUs of an account look like a product that we have. It only proposes; a person maps.

Of open denominations nothing is proposed: their names have no number, and their costs are fees.
Cautious: the same kind of thing, the same words and numbers in both names, one SKU and one product
and no other that fits, and a cost that is near. Half of a list is rather left out than one guessed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from konter.catalogue.categories import slug_of, type_of
from konter.catalogue.desk import CatalogueDesk
from konter.kernel.money import Rupiah
from konter.suppliers.price_list import fetch_price_list
from konter.upstreams.contract import PriceItem

PRODUCTS = """
SELECT p.code, p.name, p.brand, p.type, p.base_price
FROM catalogue.products AS p
WHERE NOT p.by_amount AND NOT EXISTS (
    SELECT FROM catalogue.offers AS o WHERE o.product_id = p.id AND o.account = %(account)s
)
"""

OURS = "SELECT sku FROM catalogue.offers WHERE account = %(account)s"

WORDS = re.compile(r"h2h|[a-z]+|\d+(?:[.,]\d+)*")

SAME: Final[Mapping[str, str]] = {
    "three": "tri",
    "tsel": "telkomsel",
    "isat": "indosat",
    "ooredoo": "indosat",
    "gopay": "gojek",
    "pubgm": "pubg",
    "diamonds": "diamond",
    "dm": "diamond",
}
"""Words that mean the other."""

EMPTY: Final = frozenset(
    {"pulsa", "reguler", "umum", "token", "saldo", "topup", "top", "up", "isi", "ulang", "paket"}
    | {"kuota", "data", "internet", "voucher", "promo", "murah", "prepaid", "prabayar", "h2h"}
)
"""Words that tell no two things apart. ``hari``, ``gb`` and ``transfer`` do."""

NEAR: Final = 5
"""A cost may differ from the product's by a fifth of it."""

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product of ours without an offer of the account."""

    code: str
    name: str
    brand: str
    type: str
    base_price: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A SKU that looks like a product. ``product_cost``: what its price stands on now."""

    account: str
    sku: str
    name: str
    cost: Rupiah
    product_code: str
    product_name: str
    product_cost: Rupiah


async def propose(desk: CatalogueDesk, account: str) -> list[Proposal]:
    """What may be mapped, by product code; nothing is written.

    From the account's last list, or a new one where that is old. Raises NoSuchAccount and what
    ``fetch_price_list`` does.
    """
    fetched = await fetch_price_list(desk.suppliers, account)
    async with desk.db.read() as tx:
        candidates = await tx.records(Candidate, PRODUCTS, {"account": account})
        ours = {sku for (sku,) in await tx.rows(OURS, {"account": account})}
    items = [
        item
        for item in fetched.prices.items
        if item.open and item.amounts is None and item.price.amount > 0 and item.sku not in ours
    ]
    return [
        Proposal(
            account,
            item.sku,
            item.name,
            item.price,
            product.code,
            product.name,
            Rupiah(product.base_price),
        )
        for item, product in matches(items, candidates)
    ]


def matches(
    items: Iterable[PriceItem], products: Iterable[Candidate]
) -> list[tuple[PriceItem, Candidate]]:
    """The pairs that fit each other and nothing else, by product code. Pure."""
    theirs: defaultdict[tuple[Words, str], list[PriceItem]] = defaultdict(list)
    for item in items:
        kind = type_of(slug_of(item.category))
        theirs[words_of(item.name, item.brand), kind].append(item)
    ours: defaultdict[Words, list[Candidate]] = defaultdict(list)
    for product in products:
        ours[words_of(product.name, product.brand)].append(product)
    found: list[tuple[PriceItem, Candidate]] = []
    for (words, kind), there in theirs.items():
        # A category that we do not know says nothing of the kind.
        here = [one for one in ours.get(words, ()) if kind in (one.type, "other")]
        if len(there) == len(here) == 1 and _tell(words) and _is_near(there[0], here[0]):
            found.append((there[0], here[0]))
    counted = Counter(product.code for _, product in found)
    return sorted(
        (pair for pair in found if counted[pair[1].code] == 1), key=lambda pair: pair[1].code
    )


def words_of(name: str, brand: str) -> Words:
    """``Three 15.000`` and ``Tri 15000`` are the same words; the brand belongs to the name."""
    words = [_word(word) for word in WORDS.findall(name.casefold())]
    words += {_word(word) for word in WORDS.findall(brand.casefold())} - set(words)
    return tuple(sorted(word for word in words if word not in EMPTY))


def _word(word: str) -> str:
    if word[0].isdigit():
        # A point before three digits parts thousands; any other mark is a decimal one.
        return re.sub(r"\.(?=\d{3}(?:\D|$))", "", word).replace(",", ".")
    return SAME.get(word, word)


def _tell(words: Words) -> bool:
    """Without a number, words tell nothing of a thing's size."""
    return any(word[0].isdigit() for word in words)


def _is_near(item: PriceItem, product: Candidate) -> bool:
    return NEAR * abs(item.price.amount - product.base_price) <= product.base_price
