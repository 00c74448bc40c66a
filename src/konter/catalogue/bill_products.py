"""The bills that can be paid, and what an operator decides about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from psycopg.rows import TupleRow

from konter.catalogue.bill_fees import apply_fees
from konter.catalogue.billers import BillerKey, BillKind, biller_of, is_key
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.lock import take_turn
from konter.db.pool import Tx
from konter.kernel.errors import Invalid, NotFound
from konter.kernel.money import Rupiah
from konter.people.audit import Deed, note_if

ONE = """
SELECT b.id, b.code, b.name, b.brand, b.biller, b.kind, b.biller_set_by, b.description,
       b.account, b.sku, b.admin, b.commission, b.fee, b.is_active, b.buyer_open, b.seller_open,
       b.is_listed, b.first_seen_at,
       CASE WHEN b.is_listed THEN s.synced_at ELSE b.last_seen_at END
FROM catalogue.bill_products AS b
LEFT JOIN catalogue.bills_synced AS s ON s.account = b.account
WHERE lower(b.code) = lower(%(code)s)
"""

ALL = """
SELECT b.id, b.code, b.name, b.brand, b.biller, b.kind, b.biller_set_by, b.description,
       b.account, b.sku, b.admin, b.commission, b.fee, b.is_active, b.buyer_open, b.seller_open,
       b.is_listed, b.first_seen_at,
       CASE WHEN b.is_listed THEN s.synced_at ELSE b.last_seen_at END
FROM catalogue.bill_products AS b
LEFT JOIN catalogue.bills_synced AS s ON s.account = b.account
ORDER BY b.code
"""

SWITCH = """
UPDATE catalogue.bill_products SET is_active = %(is_active)s WHERE lower(code) = lower(%(code)s)
"""

FACE = """
SELECT name, brand, kind FROM catalogue.bill_products WHERE lower(code) = lower(%(code)s)
"""

SET_BILLER = """
UPDATE catalogue.bill_products
SET biller = %(biller)s, kind = %(kind)s, biller_set_by = %(by)s::text
WHERE lower(code) = lower(%(code)s)
"""


class NoSuchBill(NotFound):
    """No bill product has this code."""

    code = "no_such_bill"
    message = "Produk tagihan tidak ditemukan"


@dataclass(frozen=True, slots=True)
class BillProduct:
    """One kind of bill at one supplier account. ``biller``: whose it is, whatever the SKU.

    ``admin`` and ``commission``: theirs on each bill and what we keep of it, as the list has them;
    the check says what they are. ``fee``: ours, on top. Whole rupiah. ``seen_at``: the last list
    that had it (UTC).
    """

    id: int
    code: str
    name: str
    brand: str
    biller: str
    kind: BillKind
    biller_set_by: str | None
    description: str
    account: str
    sku: str
    admin: Rupiah
    commission: Rupiah
    fee: Rupiah
    is_active: bool
    buyer_open: bool
    seller_open: bool
    is_listed: bool
    first_seen_at: datetime
    seen_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it can be checked and paid now, as far as we and the list say."""
        return self.is_active and self.buyer_open and self.seller_open and self.is_listed


async def bill_product(tx: Tx, code: str) -> BillProduct | None:
    """The bill product of this code, compared without regard to case; open or not."""
    if not code.isprintable():
        return None
    row = await tx.row(ONE, {"code": code})
    return None if row is None else _product(row)


async def bill_products(tx: Tx) -> list[BillProduct]:
    """All of them, by code; open or not."""
    return [_product(row) for row in await tx.rows(ALL)]


async def list_bill_products(desk: CatalogueDesk) -> list[BillProduct]:
    """All of them, by code; open or not."""
    async with desk.db.read() as tx:
        return await bill_products(tx)


async def switch_bill(
    desk: CatalogueDesk, code: str, *, on: bool, deed: Deed | None = None
) -> None:
    """Take a bill off the shelf or put it back; no sync says otherwise. A repeat does nothing.

    Raises NoSuchBill.
    """
    async with desk.db.transaction() as tx:
        if not await tx.run(SWITCH, {"code": code, "is_active": on}):
            raise NoSuchBill(product=code)
        await note_if(tx, deed, at=desk.clock.now())


class Said(NamedTuple):
    """Whose bill it is, as a person says; None: as its name says, or the kind that it has."""

    key: str | None
    kind: BillKind | None


async def set_biller(
    desk: CatalogueDesk, code: str, said: Said, *, by: str, deed: Deed | None = None
) -> BillerKey:
    """Say whose bill a product's is, or leave it to its name and brand again (no key, no kind).

    A bill that was paid under the old key is not known again under the new one. A repeat changes
    nothing. Raises NoSuchBill, Invalid, CatalogueBusy.
    """
    if said.key is not None and not is_key(said.key):
        raise Invalid({"biller": ["Kunci biller: huruf kecil, angka, tanda - dan :"]})
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        row = await tx.row(FACE, {"code": code})
        if row is None:
            raise NoSuchBill(product=code)
        name, brand, kind = row
        found = biller_of(name, brand)
        if said != Said(None, None):
            found = BillerKey(said.key or found.key, said.kind or BillKind(kind))
        facts = {"code": code, "biller": found.key, "kind": found.kind}
        await tx.run(SET_BILLER, {**facts, "by": None if said == Said(None, None) else by})
        await apply_fees(tx)
        await note_if(tx, deed, at=desk.clock.now())
    return found


def _product(row: TupleRow) -> BillProduct:
    number, code, name, brand, biller, kind, set_by, description, account, sku = row[:10]
    admin, commission, fee, *rest = row[10:]
    return BillProduct(
        number,
        code,
        name,
        brand,
        biller,
        BillKind(kind),
        set_by,
        description,
        account,
        sku,
        Rupiah(admin),
        Rupiah(commission),
        Rupiah(fee),
        *rest,
    )
