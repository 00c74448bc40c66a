"""Rows of this room as several of its acts see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec import Struct

from konter.db.pool import Tx
from konter.funding.states import InvoiceState, Purpose
from konter.kernel.money import Rupiah
from konter.upstreams.gateway_contract import FeeOn, Instruction, Question

# The latest invoice of each purpose.
LATEST_INVOICES = """
SELECT DISTINCT ON (i.purpose_id) i.id, i.purpose, i.purpose_id, i.number, i.reference, i.gateway,
       i.channel, i.amount, i.surcharge, i.fee_on, i.state, i.session_id, i.url, i.pay_code, i.qr,
       i.qr_url, i.charged, i.fee, i.instructions::text, i.problem, i.expires_at, i.created_at,
       (SELECT p.their_id FROM funding.payments p WHERE p.invoice_id = i.id ORDER BY p.id DESC
        LIMIT 1)
FROM funding.invoices i
WHERE i.purpose = %(purpose)s AND i.purpose_id = ANY(%(purpose_ids)s)
ORDER BY i.purpose_id, i.number DESC
"""

WORTH_PAYING: Final = timedelta(seconds=60)
"""A link that is over sooner is not worth beginning to pay."""


class Invoice(Struct, frozen=True):
    """One request for money as everybody may see it; whole rupiah, times UTC.

    ``charged``, ``fee``: as the gateway told; None: it did not. ``their_id``: of the transaction
    that was made or heard of for it last.
    """

    id: int
    purpose: Purpose
    purpose_id: int
    number: int
    reference: str
    gateway: str
    channel: str | None
    amount: int
    surcharge: int
    fee_on: FeeOn
    state: InvoiceState
    session_id: str | None
    url: str | None
    pay_code: str | None
    qr: str | None
    qr_url: str | None
    charged: int | None
    fee: int | None
    instructions: tuple[Instruction, ...]
    problem: str | None
    expires_at: datetime
    created_at: datetime
    their_id: str | None

    @property
    def full_channel(self) -> str:
        """``gateway:code``, as our API names it."""
        return f"{self.gateway}:{self.channel or PAGE}"

    @property
    def price(self) -> int:
        """Without the fee that we pass on."""
        return self.amount - self.surcharge

    @property
    def is_made(self) -> bool:
        """Whether the making of its link has ended, well or badly."""
        return self.state not in (InvoiceState.DUE, InvoiceState.CREATING)

    def serves(self, now: datetime) -> bool:
        """Whether it is being made, or there to be paid, for a while yet: no other is needed."""
        payable = self.state in (InvoiceState.DUE, InvoiceState.CREATING) or (
            self.state is InvoiceState.OPEN and any((self.url, self.pay_code, self.qr, self.qr_url))
        )
        lasts = self.expires_at - self.created_at
        return payable and self.expires_at - now >= min(WORTH_PAYING, lasts / 2)

    def question(self, their_id: str) -> Question:
        """What to ask its gateway about one of its transactions."""
        return Question(
            reference=self.reference,
            their_id=their_id,
            amount=Rupiah(self.amount),
            fee_on=self.fee_on,
            charged=None if self.charged is None else Rupiah(self.charged),
        )


PAGE = "page"
"""What we call a gateway's own page, where the buyer chooses how to pay."""


async def latest_invoices(
    tx: Tx, purpose: Purpose, purpose_ids: Sequence[int]
) -> dict[int, Invoice]:
    """The latest invoice of each, by the purpose's id; one without any is not in it."""
    if not purpose_ids:
        return {}
    facts = {"purpose": purpose, "purpose_ids": list(purpose_ids)}
    rows = await tx.rows(LATEST_INVOICES, facts)
    return {row[2]: invoice_of(row) for row in rows}


def invoice_of(row: Sequence[object]) -> Invoice:
    """From the columns that LATEST_INVOICES names, in its order."""
    columns = dict(zip(Invoice.__struct_fields__, row, strict=True))
    columns["instructions"] = msgspec.json.decode(
        str(columns["instructions"]), type=tuple[Instruction, ...]
    )
    return msgspec.convert(columns, Invoice)
