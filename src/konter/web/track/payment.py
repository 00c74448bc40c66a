"""What to pay, by what and until when; and by what else it could be paid."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import segno
from markupsafe import Markup

from konter.db.pool import Tx
from konter.funding.channels import Way, kept_channels, ways
from konter.funding.desk import FundingDesk
from konter.funding.one_of_each import is_same_way, one_of_each
from konter.funding.store import Invoice
from konter.kernel.money import Rupiah
from konter.web.page.pay_kinds import kind_of, place_of
from konter.web.page.words import Say
from konter.web.track.standing import Link, Standing

QUIET: Final = 4
"""Modules of white around a QR code, as its standard wants."""


@dataclass(frozen=True, slots=True)
class Payment:
    """The latest link; ``total`` is to be paid to the rupiah, ``fee`` of it on top of the price.
    ``until``: UTC. ``qr``, ``pay_code``, ``url``: None unless it can be paid by it now."""

    link: Link | None
    channel: str
    method: str
    price: Rupiah
    fee: Rupiah
    total: Rupiah
    until: datetime
    qr: str | None
    qr_url: str | None
    pay_code: str | None
    url: str | None
    guide: Sequence[tuple[str, Sequence[str]]]
    number: int

    @property
    def qr_drawn(self) -> Markup:
        """Of ``qr``; scales to whatever it stands in, and stays black on white in the dark."""
        drawn = segno.make(self.qr or "", error="m", micro=False).svg_inline(
            omitsize=True, border=QUIET, dark="#000", light="#fff", svgclass="qr", lineclass=None
        )
        return Markup(drawn)  # numbers and our own attributes only

    @property
    def code_groups(self) -> list[str]:
        code = self.pay_code or ""
        return [code[start : start + 4] for start in range(0, len(code), 4)]


def qr_picture(text: str) -> bytes:
    """A PNG for whoever pays with the very phone that shows it."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=10, border=QUIET)
    return out.getvalue()


def payment_of(standing: Standing, names: Mapping[str, str]) -> Payment | None:
    """None: nothing was ever to be paid beside the balance. ``names``: of channels, by their full
    name."""
    if standing.payable is None:
        return None
    price = Rupiah(standing.order.price)
    return payment_by(standing.payable.invoice, standing.link, price=price, names=names)


def payment_by(
    invoice: Invoice, link: Link | None, *, price: Rupiah, names: Mapping[str, str]
) -> Payment:
    """Of an order's or a deposit's latest link."""
    total = invoice.amount if invoice.charged is None else invoice.charged
    can_pay = link is Link.PAYABLE
    return Payment(
        link=link,
        channel=invoice.full_channel,
        method=names.get(invoice.full_channel, invoice.full_channel),
        price=price,
        fee=Rupiah(max(0, total - invoice.price)),
        total=Rupiah(total),
        until=invoice.expires_at,
        qr=invoice.qr if can_pay else None,
        qr_url=invoice.qr_url if can_pay else None,
        pay_code=invoice.pay_code if can_pay else None,
        url=_safe(invoice) if can_pay else None,
        guide=[(one.title, one.steps) for one in invoice.instructions] if can_pay else [],
        number=invoice.number,
    )


async def names_and_ways(
    desk: FundingDesk, tx: Tx, price: Rupiah, *, is_payable: bool
) -> tuple[dict[str, str], list[Way]]:
    """Channels' names, and (only while it can be paid) the ways that take this price now."""
    kept = await kept_channels(desk, tx)
    names = {one.full_name: one.channel.name for one in kept}
    if not is_payable:
        return names, []
    return names, [way for way in await ways(desk, tx, price) if way.takes(price)]


def offered(ways: Sequence[Way], payment: Payment | None, say: Say) -> list[tuple[str, list[Way]]]:
    """Of each way one, by kind, what most people pay by first. The present one stands
    for its like, unless there was nothing to pay by: then another gateway's does."""
    if payment is None:
        return []
    by_kind: dict[str, list[Way]] = {}
    for way in sorted(_to_choose(ways, payment), key=lambda way: (place_of(way), way.name)):
        by_kind.setdefault(kind_of(way, say), []).append(way)
    return list(by_kind.items())


def _to_choose(ways: Sequence[Way], payment: Payment) -> list[Way]:
    present = next((way for way in ways if way.full_name == payment.channel), None)
    others = one_of_each((way for way in ways if way is not present), payment.price)
    if present is None:
        return others
    unlike = [way for way in others if not is_same_way(way, present)]
    gave_nothing = payment.link in (Link.REFUSED, Link.UNANSWERED)
    return others if gave_nothing and len(unlike) < len(others) else [present, *unlike]


def _safe(invoice: Invoice) -> str | None:
    """The gateway's own page; what is no web address is no link."""
    url = invoice.url
    return url if url and url.startswith(("https://", "http://")) else None
