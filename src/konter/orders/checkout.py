"""Placing orders that are paid through a gateway: no money is held, a link is asked for.

Batch first, like placing from the balance: the orders, what they have beside their rows and the
intent of their links are one commit. Nothing is bought before a payment is applied.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
import structlog

from konter.catalogue.offers import sellables
from konter.kernel.errors import CommitUnknown, Invalid, KonterError, Refused
from konter.ledger.wallets import GUEST
from konter.orders import birth, requests
from konter.orders.desk import OrdersDesk
from konter.orders.judge import best_offer, read_asks, stock_shelf
from konter.orders.links import ask_for_links, choose_ways
from konter.orders.requests import Ask, Placed
from konter.upstreams.gateway_contract import Buyer

log = structlog.get_logger("konter.orders")

INSERT_CHECKOUTS = """
INSERT INTO orders.checkouts (order_id, channel, waits, pay_by, account, sku, customer_no,
    expected_cost, name, email, phone, address, city, guest_token, lang)
SELECT n.order_id, n.channel, true, %(pay_by)s, n.account, n.sku, n.customer_no, n.expected_cost,
    n.name, n.email, n.phone, n.address, n.city, n.guest_token, n.lang
FROM unnest(%(order_id)s::bigint[], %(channel)s::text[], %(account)s::text[], %(sku)s::text[],
    %(customer_no)s::text[], %(expected_cost)s::bigint[], %(name)s::text[], %(email)s::text[],
    %(phone)s::text[], %(address)s::text[], %(city)s::text[], %(guest_token)s::bytea[],
    %(lang)s::text[])
    AS n (order_id, channel, account, sku, customer_no, expected_cost, name, email, phone, address,
          city, guest_token, lang)
"""

EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
NO_NAME = "Pelanggan"
"""Of a guest who gives none: gateways want one."""

MOST_NAME, MOST_EMAIL, MOST_ADDRESS, MOST_CITY = 100, 150, 300, 100
SHORTEST_PHONE, LONGEST_PHONE = 8, 15


@dataclass(frozen=True, slots=True)
class Customer:
    """Who buys, as the gateway and the shop are told; made by ``clean_customer``."""

    name: str
    email: str
    phone: str
    address: str | None = None
    city: str | None = None

    def as_buyer(self) -> Buyer:
        return Buyer(self.name, self.email, self.phone)


@dataclass(frozen=True, slots=True)
class Checkout:
    """One purchase to be paid by ``ask.payment_method``, a channel's full name (``tripay:QRIS2``).

    ``guest_token``: SHA-256 of what a guest finds the order again by. A guest's ask is of user
    GUEST, at the retail price, under a reference of ours; ValueError otherwise. ``lang``: id or en,
    what a guest is told things in.
    """

    ask: Ask
    customer: Customer
    guest_token: bytes | None = None
    lang: str = "id"

    def __post_init__(self) -> None:
        is_guest = self.ask.user_id == GUEST
        if is_guest != (self.guest_token is not None):
            raise ValueError("a guest has a token, and nobody else")
        if is_guest and self.ask.pays_reseller_price:
            raise ValueError("a guest pays the retail price")


async def checkout_many(
    desk: OrdersDesk, checkouts: Sequence[Checkout]
) -> list[Placed | Exception]:
    """Place a list in one commit. Each item's result: its order (new or replayed) or its refusal.

    A commit that failed is re-read by its keys; any other error of the batch places the items
    singly. A channel that cannot be used (Invalid, ChannelClosed, AmountOutside) is no verdict on
    the request: it is not remembered, and means nothing to the repeat of one that stands.
    """
    try:
        return await _check_out(desk, checkouts)
    except CommitUnknown:
        log.warning("orders.commit_unknown", orders=len(checkouts))
        return await requests.reread(desk.db, [c.ask for c in checkouts])
    except (psycopg.Error, KonterError) as error:
        if len(checkouts) == 1:
            return [error]
        log.warning("orders.batch_failed", orders=len(checkouts), problem=str(error))
    results: list[Placed | Exception] = []
    for checkout in checkouts:
        results.extend(await checkout_many(desk, [checkout]))
    return results


async def _check_out(desk: OrdersDesk, checkouts: Sequence[Checkout]) -> list[Placed | Exception]:
    now = desk.clock.now()
    asks = [checkout.ask for checkout in checkouts]
    async with desk.db.transaction() as tx:
        sold = await sellables(tx, sorted({ask.product_id for ask in asks}), at=now)
        results, wanted = read_asks(desk, asks, sold)
        ways, unusable = await choose_ways(desk, tx, wanted)
        results.update(unusable)
        results.update(await requests.standing_ones(tx, asks, list(unusable)))
        order_ids = dict(zip(ways, await desk.ids.take(tx, len(ways)), strict=True))
        entered = await requests.enter(tx, asks, order_ids, at=now)
        results.update(entered.answered)
        fresh = [wanted[place] for place in entered.fresh]
        things = ((w.thing, w.sellable) for w in fresh)
        shelf = await stock_shelf(desk, tx, things, now, sends=False)
        births: list[birth.Birth] = []
        for place in entered.fresh:
            offer = best_offer(desk, wanted[place], shelf, now)
            if isinstance(offer, Refused):
                results[place] = offer
            else:
                given = {"place": place, "order_id": order_ids[place]}
                births.append(birth.birth_of(desk, wanted[place], offer, **given, now=now))
        refused = {place: results[place] for place in entered.fresh if place in results}
        await requests.refuse(tx, asks, refused)
        results.update(await birth.bear_unpaid(tx, births, at=now))
        if births:
            buyers = {b.place: checkouts[b.place].customer.as_buyer() for b in births}
            pay_by = await ask_for_links(desk, tx, births, ways=ways, buyers=buyers, at=now)
            await tx.run(INSERT_CHECKOUTS, {**_columns(births, checkouts), "pay_by": pay_by})
    if births:
        desk.funding.hints.payments_due()
    for place, original in entered.twins.items():
        results[place] = requests.as_twin(asks[place], asks[original], results[original])
    return [results[place] for place in range(len(asks))]


def clean_customer(
    *, name: str, email: str, phone: str, address: str | None = None, city: str | None = None
) -> Customer:
    """A Customer that the database can hold; space around and between is tidied, a phone number is
    kept as its digits. Raises Invalid, naming customer_name, customer_email, ..."""
    errors: dict[str, list[str]] = {}
    texts: dict[str, str] = {}
    for field, text, most in (
        ("customer_name", name, MOST_NAME),
        ("customer_email", email, MOST_EMAIL),
        ("customer_address", address or "", MOST_ADDRESS),
        ("customer_city", city or "", MOST_CITY),
    ):
        texts[field] = " ".join(text.split())
        if len(texts[field]) > most:
            errors[field] = [f"Paling banyak {most} karakter"]
        elif not texts[field].isprintable():
            errors[field] = ["Berisi karakter yang tidak diizinkan"]
    if not texts["customer_name"]:
        errors["customer_name"] = ["Nama wajib diisi"]
    if "customer_email" not in errors and not EMAIL.fullmatch(texts["customer_email"]):
        errors["customer_email"] = ["Alamat email tidak valid"]
    digits = re.sub(r"[\s().-]", "", phone).removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        errors["customer_phone"] = ["Nomor telepon tidak valid"]
    elif not SHORTEST_PHONE <= len(digits) <= LONGEST_PHONE:
        errors["customer_phone"] = [f"Isi {SHORTEST_PHONE} sampai {LONGEST_PHONE} angka"]
    if errors:
        raise Invalid(errors)
    return Customer(
        name=texts["customer_name"],
        email=texts["customer_email"],
        phone=digits,
        address=texts["customer_address"] or None,
        city=texts["customer_city"] or None,
    )


def _columns(
    births: Sequence[birth.Birth], checkouts: Sequence[Checkout]
) -> dict[str, list[object]]:
    customers = [checkouts[b.place].customer for b in births]
    return {
        "order_id": [b.order_id for b in births],
        "channel": [b.ask.payment_method for b in births],
        "account": [b.offer.account for b in births],
        "sku": [b.offer.sku for b in births],
        "customer_no": [b.customer_no for b in births],
        "expected_cost": [b.offer.cost.amount for b in births],
        "name": [c.name for c in customers],
        "email": [c.email for c in customers],
        "phone": [c.phone for c in customers],
        "address": [c.address for c in customers],
        "city": [c.city for c in customers],
        "guest_token": [checkouts[b.place].guest_token for b in births],
        "lang": [checkouts[b.place].lang for b in births],
    }
