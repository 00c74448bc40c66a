"""A purchase from the counter: a guest's or one's own, from the balance or by a channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta, Struct

from konter.catalogue.shelves import pays_reseller_price
from konter.kernel.errors import Invalid, Refused
from konter.ledger.wallets import GUEST
from konter.orders.checkout import NO_NAME, Checkout, Customer, clean_customer
from konter.orders.guests import key_of
from konter.orders.requests import Ask, Placed, RefReused, choose, clean_ask
from konter.orders.states import BALANCE
from konter.people.guests import admit_guest
from konter.people.permits import Person
from konter.web.page.guard import visit
from konter.web.request import SiteRequest
from konter.web.store.number import plain_phone

Text = Annotated[str, Meta(max_length=500)]


class FormTooOld(Refused):
    """The form was made for somebody else: a session began or ended since."""

    code = "form_too_old"
    status = 409
    message = "Formulir ini sudah terlalu lama terbuka. Periksa isinya, lalu kirim sekali lagi"


class FormUsed(Refused):
    """Another order was made by this very form."""

    code = "form_used"
    status = 409
    message = (
        "Formulir ini sudah dipakai untuk pesanan lain. Periksa isinya, lalu kirim lagi bila memang"
        " ingin memesan"
    )


class Purchase(Struct):
    """What the counter sends. ``pay``: the total that was shown in whole rupiah, a space, and
    which way to pay. ``key``: of this one form. ``qty``: of an open denomination, whole rupiah."""

    product_id: int
    target_id: Text
    key: Annotated[str, Meta(max_length=64)]
    pay: Annotated[str, Meta(max_length=130)] = ""
    server_id: Text | None = None
    qty: int | None = None
    email: Text | None = None
    phone: Text | None = None
    name: Text | None = None


@dataclass(frozen=True, slots=True)
class Bought:
    """``token``: what a guest finds the order by; empty for who has signed in."""

    placed: Placed
    token: str
    waits_for_link: bool


async def buy(
    request: SiteRequest, said: Purchase, person: Person | None, *, for_phone: bool
) -> Bought:
    """Place it. ``for_phone``: its target is a telephone, which is the buyer's unless they say
    otherwise. Raises Invalid, FormTooOld, FormUsed, TooManyAttempts, PriceChanged, and whatever
    placing the order refuses; the same key again answers the order that stands."""
    try:
        return await _buy(request, said, person, for_phone=for_phone)
    except RefReused as error:
        raise FormUsed from error


async def _buy(
    request: SiteRequest, said: Purchase, person: Person | None, *, for_phone: bool
) -> Bought:
    ask = _ask(said, person)
    shop = request.shop
    if ask.payment_method == BALANCE:
        return Bought(await shop.placer.submit(ask), "", waits_for_link=False)
    customer = _customer(said, person, for_phone=for_phone)
    if person is not None:
        placed = await shop.checkouts.submit(Checkout(ask, customer))
        return Bought(placed, "", waits_for_link=True)
    key = key_of(said.key)
    if key is None:
        raise FormTooOld
    await admit_guest(request.desks.people, request.remote)
    ask = replace(ask, ref_id=key.ref_id)
    checkout = Checkout(ask, customer, key.digest, lang=visit(request).lang)
    return Bought(await shop.checkouts.submit(checkout), key.token, waits_for_link=True)


def _ask(said: Purchase, person: Person | None) -> Ask:
    total, _, method = said.pay.partition(" ")
    if not (total.isascii() and total.isdigit() and method) or len(total) > 15:
        raise Invalid({"pay": ["Pilih cara membayar"]})
    if person is None and method == BALANCE:
        raise FormTooOld
    ask = clean_ask(
        user_id=person.id if person else GUEST,
        product_id=said.product_id,
        target_id=said.target_id,
        server_id=said.server_id,
        ref_id=said.key,
        pays_reseller_price=pays_reseller_price(person.role if person else None),
        payment_method=method,
    )
    return replace(choose(ask, said.qty), agreed=int(total))


def _customer(said: Purchase, person: Person | None, *, for_phone: bool) -> Customer:
    """Raises Invalid."""
    own_phone = plain_phone(said.target_id) if for_phone else ""
    return clean_customer(
        name=said.name or (person.name if person else NO_NAME),
        email=said.email or (person.email if person else ""),
        phone=said.phone or own_phone,
    )
