"""Open denominations: the buyer chooses the amount, and our fee and the supplier's come on top."""

from __future__ import annotations

from dataclasses import replace

from konter.catalogue.offers import Offer, Sellable
from konter.kernel.errors import Invalid, Refused
from konter.kernel.money import Rupiah

FIELD = "qty"
"""What every door calls the chosen amount."""


class NotOnePiece(Refused):
    """A quantity of a product that is sold one by one at a fixed price."""

    code = "quantity_not_one"
    message = "Produk ini berharga tetap, jumlahnya harus 1"


def priced(sellable: Sellable, chosen: int | None) -> Sellable:
    """The product at the amount that a buyer chose, its prices and costs whole. ``chosen``: whole
    rupiah; None: nothing was.

    Raises Invalid, naming ``qty``, for an open denomination without an amount that fits, and
    NotOnePiece for an amount of a product that has a price.
    """
    amounts = sellable.amounts
    if amounts is None:
        if chosen is not None:
            raise NotOnePiece
        return sellable
    if chosen is None or not amounts.fits(chosen):
        least, most = Rupiah(amounts.least).shown(), Rupiah(amounts.most).shown()
        said = f"Isi nominal dari {least} sampai {most}"
        if amounts.step > 1:
            step = Rupiah(amounts.step).shown()
            said = f"Isi nominal dari {least} sampai {most}, kelipatan {step}"
        raise Invalid({FIELD: [said]})
    return at_amount(sellable, chosen)


def at_amount(sellable: Sellable, chosen: int | None) -> Sellable:
    """As ``priced``, of an amount that an order has already: whatever may be chosen today."""
    if chosen is None or sellable.amounts is None:
        return sellable
    amount = Rupiah(chosen)
    return replace(
        sellable,
        retail_price=sellable.retail_price + amount,
        reseller_price=sellable.reseller_price + amount,
        offers=tuple(_with(offer, amount) for offer in sellable.offers),
        chosen=amount,
    )


def _with(offer: Offer, amount: Rupiah) -> Offer:
    return replace(offer, cost=offer.cost + amount)
