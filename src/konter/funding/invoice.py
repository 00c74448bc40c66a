"""Asking for money: the intent is written within the act that wants it, before anything leaves."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from konter.catalogue.written import written
from konter.db.pool import Tx
from konter.funding.channels import Way
from konter.funding.desk import FundingDesk
from konter.funding.states import Purpose
from konter.kernel.clock import business_date
from konter.kernel.errors import Broken, Refused
from konter.kernel.ids import ALPHABET
from konter.kernel.money import Rupiah
from konter.upstreams.gateway_contract import Buyer

INSERT_INVOICES = """
INSERT INTO funding.invoices (id, purpose, purpose_id, number, reference, gateway, channel, amount,
    surcharge, fee_on, lasts_s, title, shown_as, buyer_name, buyer_email, buyer_phone, state,
    next_action_at, expires_at, created_at)
SELECT n.id, n.purpose, n.purpose_id,
    1 + (SELECT coalesce(max(i.number), 0) FROM funding.invoices i
         WHERE i.purpose = n.purpose AND i.purpose_id = n.purpose_id),
    n.reference, n.gateway, n.channel, n.amount, n.surcharge, n.fee_on, n.lasts_s, n.title,
    n.shown_as, n.buyer_name, n.buyer_email, n.buyer_phone, 'due', %(at)s, n.expires_at, %(at)s
FROM unnest(%(id)s::bigint[], %(purpose)s::text[], %(purpose_id)s::bigint[], %(reference)s::text[],
    %(gateway)s::text[], %(channel)s::text[], %(amount)s::bigint[], %(surcharge)s::bigint[],
    %(fee_on)s::text[], %(lasts_s)s::integer[], %(title)s::text[], %(shown_as)s::text[],
    %(buyer_name)s::text[], %(buyer_email)s::text[], %(buyer_phone)s::text[],
    %(expires_at)s::timestamptz[])
    AS n (id, purpose, purpose_id, reference, gateway, channel, amount, surcharge, fee_on, lasts_s,
          title, shown_as, buyer_name, buyer_email, buyer_phone, expires_at)
"""

COUNT_INVOICES = """
SELECT count(*) FROM funding.invoices WHERE purpose = %(purpose)s AND purpose_id = %(purpose_id)s
"""


class TooManyLinks(Refused):
    """One order or deposit was given as many links as the shop allows."""

    code = "too_many_links"
    status = 429
    message = "Tautan pembayaran sudah terlalu sering dibuat, silakan buat pesanan baru"


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """Money wanted for a purpose, by a chosen way. ``price``: whole rupiah, without what the
    way adds. ``shown_as``: the order's or deposit's code."""

    purpose: Purpose
    purpose_id: int
    way: Way
    price: Rupiah
    title: str
    shown_as: str
    buyer: Buyer


async def write_invoices(
    desk: FundingDesk, tx: Tx, wants: Sequence[Want], *, at: datetime
) -> datetime:
    """Write what is wanted, each under a fresh reference and due at once; answers until when the
    links will be payable. Whoever calls this holds the purposes' own rows, and afterwards gives
    ``desk.hints.payments_due()``. A repeat is a renewal.
    """
    expires_at = at + timedelta(seconds=desk.times.lasts)
    columns: dict[str, list[object]] = {
        "id": [*await desk.ids.take(tx, len(wants))],
        "purpose": [want.purpose for want in wants],
        "purpose_id": [want.purpose_id for want in wants],
        "reference": [payment_reference(at) for _ in wants],
        "gateway": [want.way.gateway for want in wants],
        "channel": [want.way.code for want in wants],
        "amount": [(want.price + want.way.surcharge).amount for want in wants],
        "surcharge": [want.way.surcharge.amount for want in wants],
        "fee_on": [want.way.fee_on.value for want in wants],
        "lasts_s": [int(desk.times.lasts) or 1 for _ in wants],
        "title": [written(want.title)[:100] for want in wants],
        "shown_as": [want.shown_as for want in wants],
        "buyer_name": [want.buyer.name for want in wants],
        "buyer_email": [want.buyer.email for want in wants],
        "buyer_phone": [want.buyer.phone for want in wants],
        "expires_at": [expires_at for _ in wants],
    }
    if await tx.run(INSERT_INVOICES, {**columns, "at": at}) != len(wants):
        raise Broken("not every invoice was written")
    return expires_at


async def refuse_too_many(desk: FundingDesk, tx: Tx, purpose: Purpose, purpose_id: int) -> None:
    """Raises TooManyLinks when this purpose has as many links as the shop allows."""
    facts = {"purpose": purpose, "purpose_id": purpose_id}
    row = await tx.row(COUNT_INVOICES, facts)
    if row is not None and row[0] >= desk.most_links:
        raise TooManyLinks(most=desk.most_links)


def payment_reference(moment: datetime) -> str:
    """``PAY-YYYYMMDD-`` (WIB) and ten random letters and digits."""
    tail = "".join(secrets.choice(ALPHABET) for _ in range(10))
    return f"PAY-{business_date(moment):%Y%m%d}-{tail}"
