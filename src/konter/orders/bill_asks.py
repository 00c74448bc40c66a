"""What a member asks about a bill, cleaned before it reaches a database or an upstream."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import Final, Protocol

import msgspec

from konter.catalogue.bill_products import BillProduct
from konter.catalogue.billers import BillKind
from konter.kernel.errors import Invalid
from konter.kernel.money import MAX_RUPIAH
from konter.orders.requests import MOST_REF_ID
from konter.people.members import Limits

CATEGORY: Final = "pascabayar"
"""What a member that may not buy everything is allowed, to pay any bill."""

NUMBER: Final = re.compile(r"[0-9A-Za-z]+(?:[,-][0-9A-Za-z]+)*")
"""Digits and letters; a payment code and an identity number are joined by a comma."""

SHORTEST: Final = 4
LONGEST: Final = 50
MOST_CODE: Final = 64


class Payer(Protocol):
    """Whose wallet pays: a member's machine, or whoever has signed in to our pages."""

    @property
    def user_id(self) -> int: ...

    @property
    def limits(self) -> Limits: ...


@dataclass(frozen=True, slots=True)
class BillAsk:
    """One check. ``ref_id``: the member's own. ``amount``: whole rupiah that a customer chose, for
    e-money (``denom``); ``year``: of a land tax."""

    member: Payer
    product_code: str
    customer_no: str
    ref_id: str
    amount: int | None = None
    year: int | None = None

    @property
    def fingerprint(self) -> bytes:
        """Of what was asked, by the code as it is compared."""
        facts = [self.product_code.casefold(), self.customer_no, self.amount, self.year]
        return hashlib.sha256(msgspec.json.encode(facts)).digest()


@dataclass(frozen=True, slots=True)
class BillPayment:
    """One payment of what was checked under the same ``ref_id``. ``amount``: as the check named
    it, without the fee; whole rupiah."""

    member: Payer
    product_code: str
    customer_no: str
    ref_id: str
    amount: int

    @property
    def fingerprint(self) -> bytes:
        facts = ["pay", self.product_code.casefold(), self.customer_no, self.amount]
        return hashlib.sha256(msgspec.json.encode(facts)).digest()


def clean_ask(ask: BillAsk) -> BillAsk:
    """Raises Invalid, naming the field."""
    errors = _errors(ask)
    if ask.amount is not None and not 0 < ask.amount <= MAX_RUPIAH:
        errors["denom"] = ["Nominal tidak valid"]
    if ask.year is not None and not 1990 <= ask.year <= 2100:
        errors["year"] = ["Tahun pajak tidak valid"]
    if errors:
        raise Invalid(errors)
    return replace(ask, customer_no=ask.customer_no.strip(), product_code=ask.product_code.strip())


def clean_payment(payment: BillPayment) -> BillPayment:
    """Raises Invalid, naming the field."""
    errors = _errors(payment)
    if not 0 < payment.amount <= MAX_RUPIAH:
        errors["amount"] = ["Nominal tidak valid"]
    if errors:
        raise Invalid(errors)
    customer_no, product_code = payment.customer_no.strip(), payment.product_code.strip()
    return replace(payment, customer_no=customer_no, product_code=product_code)


def fit(ask: BillAsk, product: BillProduct) -> BillAsk:
    """With what this product has a use for. Raises Invalid where it wants an amount."""
    if product.kind is not BillKind.EMONEY:
        return replace(ask, amount=None)
    if ask.amount is None:
        raise Invalid({"denom": ["Nominal wajib diisi untuk produk ini"]})
    return replace(ask, year=None)


def _errors(ask: BillAsk | BillPayment) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    number = ask.customer_no.strip()
    if not SHORTEST <= len(number) <= LONGEST or not NUMBER.fullmatch(number):
        errors["customer_no"] = [
            f"Nomor pelanggan terdiri atas {SHORTEST} sampai {LONGEST} angka atau huruf"
        ]
    if not ask.ref_id.strip() or len(ask.ref_id) > MOST_REF_ID or not ask.ref_id.isprintable():
        errors["ref_id"] = [f"ref_id wajib diisi, paling banyak {MOST_REF_ID} karakter"]
    code = ask.product_code.strip()
    if not code or len(code) > MOST_CODE or not code.isprintable():
        errors["buyer_sku"] = ["Kode produk tidak valid"]
    return errors
