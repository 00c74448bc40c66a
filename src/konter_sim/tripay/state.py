"""Everything one local Tripay holds: its closed payments, and how it tells of them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

import msgspec

from konter_sim.clock import stamp
from konter_sim.gateway.books import Payment, State
from konter_sim.gateway.state import Gateway
from konter_sim.gateway.steps import Callback
from konter_sim.post import Letter, Patience
from konter_sim.tripay.channels import BANKS, WALLETS, instructions
from konter_sim.tripay.options import MEANING, Options
from konter_sim.tripay.signs import callback_signature

STATUS: Final[Mapping[State, str]] = {
    "pending": "UNPAID",
    "paid": "PAID",
    "unsettled": "PAID",
    "escrow": "PAID",
    "cancelled": "FAILED",
    "failed": "FAILED",
    "error": "FAILED",
    "expired": "EXPIRED",
    "refunded": "REFUND",
}
USER_AGENT: Final = "TriPay Payment/1.0 (+https://tripay.co.id/developer?tab=callback)"
FIRST_NUMBER: Final = 100_001


class Tripay(Gateway):
    """The state of one Tripay merchant."""

    code = "tripay"
    name = "Tripay"
    meaning = MEANING
    knobs: Options

    def fresh(self) -> None:
        super().fresh()
        self._next = FIRST_NUMBER

    def new_reference(self) -> str:
        """Like their sandbox's: DEV-T, the merchant's digits, a sequence, five characters."""
        number = self._next
        self._next += 1
        digits = "".join(filter(str.isdigit, self.knobs.merchant_code))
        tail = sha256(f"{digits}{number}".encode()).hexdigest()[:5].upper()
        return f"DEV-T{digits}{number}{tail}"

    def pay_code(self, payment: Payment) -> str:
        """Virtual accounts and shops have one; QRIS and wallets have none."""
        if payment.channel.group == WALLETS:
            return ""
        digits = str(int(sha256(payment.id.encode()).hexdigest(), 16))
        return digits[:16] if payment.channel.group == BANKS else digits[:12]

    def find(self, wanted: str) -> Payment | None:
        under = self.books.under(wanted)
        return self.books.payments.get(wanted) or (under[-1] if under else None)

    def open(self, wanted: str, channel: str | None = None) -> Payment | None:
        """A payment has its channel from creation on, so `channel` is not looked at."""
        return self.find(wanted)

    def twin(self, payment: Payment) -> Payment:
        fresh = replace(payment, id=self.new_reference(), state="pending", paid_at=None)
        fresh.created_at = self.clock.now()
        return self.books.add(fresh)

    def tells(self, state: State) -> bool:
        return state != "pending"

    def patience(self) -> Patience:
        knobs = self.knobs
        return Patience(
            1 + knobs.callback_retries,
            knobs.callback_retry_ms,
            knobs.callback_timeout_s,
            accepted=_success,
        )

    def shown(self, payment: Payment) -> dict[str, Any]:
        return {
            "id": payment.id,
            "reference": payment.reference,
            "state": payment.state,
            "status": STATUS[payment.state],
            "channel": payment.channel.code,
            "order": payment.order,
            "amount": payment.amount,
            "fee": payment.fee,
            "received": payment.received,
            "created_at": stamp(payment.created_at),
        }

    def compose(
        self, payment: Payment, callback: Callback, *, url: str | None = None
    ) -> Letter | None:
        told = payment
        if callback.amount is not None:
            less = callback.amount if callback.amount < 0 else callback.amount - payment.amount
            told = replace(payment, order=payment.order + less)
        data = {**self.news(told), **callback.set}
        raw = php_json(data)
        key = f"not {self.knobs.private_key}" if callback.forged else self.knobs.private_key
        headers = {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "X-Callback-Event": "payment_status",
            "X-Callback-Signature": callback_signature(key, raw),
        }
        return Letter(
            id=payment.id,
            says=str(data.get("status", "")),
            url=(payment.notify_url or self.knobs.callback_url) if url is None else url,
            raw=raw,
            headers=lambda: headers,
            forged=callback.forged,
        )

    def news(self, payment: Payment) -> dict[str, object]:
        """The callback's fields, in the order they are sent. `payment_method` is a name here."""
        return {
            "reference": payment.id,
            "merchant_ref": payment.reference,
            "payment_method": payment.channel.name,
            "payment_method_code": payment.channel.code,
            "total_amount": payment.amount,
            **self.fees(payment),
            "amount_received": payment.received,
            "is_closed_payment": 1,
            "status": STATUS[payment.state],
            "paid_at": None if payment.paid_at is None else int(payment.paid_at),
            "note": payment.note,
        }

    @staticmethod
    def fees(payment: Payment) -> dict[str, int]:
        ours = payment.fee if payment.fee_on == "merchant" else 0
        return {
            "fee_merchant": ours,
            "fee_customer": payment.fee - ours,
            "total_fee": payment.fee,
        }

    def detail(self, payment: Payment) -> dict[str, object]:
        """The data of a creation; /transaction/detail adds paid_at."""
        qris = payment.channel.code.startswith("QRIS")
        page = f"{self.url}/checkout/{payment.id}"
        return {
            "reference": payment.id,
            "merchant_ref": payment.reference,
            "payment_selection_type": "static",
            "payment_method": payment.channel.code,
            "payment_name": payment.channel.name,
            "customer_name": payment.buyer.get("name"),
            "customer_email": payment.buyer.get("email"),
            "customer_phone": payment.buyer.get("phone") or None,
            "callback_url": payment.notify_url or None,
            "return_url": payment.return_url or None,
            "amount": payment.amount,
            **self.fees(payment),
            "amount_received": payment.received,
            "pay_code": payment.pay_code or None,
            "pay_url": page if payment.channel.redirect else None,
            "checkout_url": page,
            "status": STATUS[payment.state],
            "expired_time": int(payment.expires_at),
            "order_items": payment.items,
            "instructions": instructions(payment.channel, payment.pay_code),
            "qr_string": "SANDBOX MODE" if qris else None,
            "qr_url": f"{self.url}/qr/{payment.id}" if qris else None,
        }


def php_json(data: Mapping[str, object]) -> bytes:
    """As PHP's json_encode writes it: compact, `/` and non-ASCII escaped."""
    return json.dumps(data, separators=(",", ":")).replace("/", "\\/").encode()


def _success(_: int, body: bytes) -> bool:
    """Only a JSON body that says success: true ends the repetitions."""
    try:
        said = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return False
    return isinstance(said, dict) and said.get("success") is True
