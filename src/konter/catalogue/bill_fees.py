"""Our fee on a bill: one rule for all, one a kind, one a biller; whole rupiah, 0 unless set."""

from __future__ import annotations

from dataclasses import dataclass

from konter.catalogue.billers import BillKind
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.lock import take_turn
from konter.db.pool import Tx
from konter.kernel.errors import Invalid, NotFound
from konter.kernel.money import Rupiah
from konter.people.audit import Deed, note_if

RULES = """
SELECT fee, biller, kind FROM catalogue.bill_fees
ORDER BY biller NULLS FIRST, kind NULLS FIRST
"""

HAS_BILLER = "SELECT 1 FROM catalogue.bill_products WHERE biller = %(biller)s LIMIT 1"

SET_RULE = """
INSERT INTO catalogue.bill_fees (biller, kind, fee)
VALUES (%(biller)s::text, %(kind)s::text, %(fee)s)
ON CONFLICT (biller, kind) DO UPDATE SET fee = excluded.fee
"""

DROP_RULE = """
DELETE FROM catalogue.bill_fees
WHERE biller IS NOT DISTINCT FROM %(biller)s::text AND kind IS NOT DISTINCT FROM %(kind)s::text
"""

APPLY = """
WITH ruled AS (
    SELECT b.id, coalesce(its.fee, of_kind.fee, of_all.fee, 0) AS fee
    FROM catalogue.bill_products AS b
    LEFT JOIN catalogue.bill_fees AS its ON its.biller = b.biller
    LEFT JOIN catalogue.bill_fees AS of_kind ON of_kind.kind = b.kind
    LEFT JOIN catalogue.bill_fees AS of_all ON of_all.biller IS NULL AND of_all.kind IS NULL
)
UPDATE catalogue.bill_products AS b
SET fee = ruled.fee
FROM ruled
WHERE b.id = ruled.id AND b.fee <> ruled.fee
"""

MAX_FEE = Rupiah(1_000_000)
"""More than this on one bill is a slip of the hand."""


@dataclass(frozen=True, slots=True)
class BillFee:
    """``amount``: whole rupiah on each payment. Of one ``biller``, or of a ``kind``, or of all."""

    amount: Rupiah
    biller: str | None = None
    kind: BillKind | None = None


class NoSuchBiller(NotFound):
    """No bill product has this biller's key."""

    code = "no_such_biller"
    message = "Biller tidak dikenal"


async def apply_fees(tx: Tx) -> int:
    """Bring every bill product's fee in line with the rules; answers how many changed."""
    return await tx.run(APPLY)


async def list_bill_fees(desk: CatalogueDesk) -> list[BillFee]:
    """All rules, the general one first."""
    async with desk.db.read() as tx:
        rows = await tx.rows(RULES)
    return [
        BillFee(Rupiah(fee), biller, None if kind is None else BillKind(kind))
        for fee, biller, kind in rows
    ]


async def set_bill_fee(desk: CatalogueDesk, rule: BillFee, *, deed: Deed | None = None) -> int:
    """Set or replace the rule of this scope; answers how many bill products' fees changed.

    Bills that were checked before keep the fee they were told. Raises Invalid, NoSuchBiller,
    CatalogueBusy.
    """
    if not 0 <= rule.amount.amount <= MAX_FEE.amount:
        raise Invalid({"fee": [f"Biaya harus antara 0 dan {MAX_FEE.shown()}"]})
    facts = {**_scope(rule.biller, rule.kind), "fee": rule.amount.amount}
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        if rule.biller is not None and await tx.row(HAS_BILLER, facts) is None:
            raise NoSuchBiller(biller=rule.biller)
        await tx.run(SET_RULE, facts)
        await note_if(tx, deed, at=desk.clock.now())
        return await apply_fees(tx)


async def drop_bill_fee(
    desk: CatalogueDesk,
    *,
    biller: str | None = None,
    kind: BillKind | None = None,
    deed: Deed | None = None,
) -> int:
    """Remove a rule; the general one can only be replaced. Answers how many fees changed.

    Removing what is not there changes nothing. Raises Invalid, CatalogueBusy.
    """
    if biller is None and kind is None:
        raise Invalid({"rule": ["Biaya umum tidak dapat dihapus, hanya diganti"]})
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        await tx.run(DROP_RULE, _scope(biller, kind))
        await note_if(tx, deed, at=desk.clock.now())
        return await apply_fees(tx)


def _scope(biller: str | None, kind: BillKind | None) -> dict[str, object]:
    if biller is not None and kind is not None:
        raise Invalid({"rule": ["Pilih biller atau jenis, tidak keduanya"]})
    return {"biller": biller, "kind": kind}
