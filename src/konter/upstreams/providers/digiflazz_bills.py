"""Digiflazz's bills: asked about, then paid under the very same reference on the same day.

All three questions go to the address of purchases and differ by a command alone. What became of
a payment is asked with a command of its own, which pays nothing.
"""

from __future__ import annotations

from dataclasses import replace

from konter.kernel.outcome import Delivered, Outcome, Unknown
from konter.kernel.wire_types import WireAnswer, WireRequest
from konter.upstreams.biller_contract import (
    BillList,
    BillProblem,
    BillQuestion,
    Checked,
    CheckUnclear,
    MeterTold,
)
from konter.upstreams.contract import Doubt, ProviderTraits, Purchase
from konter.upstreams.providers.digiflazz import DigiflazzSettings, traits_of
from konter.upstreams.providers.digiflazz_bill_checks import judge_check, payment_problem
from konter.upstreams.providers.digiflazz_bill_prices import read_bills
from konter.upstreams.providers.digiflazz_meter import meter_of, meter_question
from konter.upstreams.providers.digiflazz_post import Login, refusal
from konter.upstreams.providers.digiflazz_words import has_serial, judge_heard, words_about


class DigiflazzBills:
    """The postpaid side of Digiflazz for buyers; implements ``biller_contract.Biller``."""

    pays_under_check_reference: bool = True
    pays_once_a_day: bool = False

    def __init__(self, settings: DigiflazzSettings) -> None:
        self._settings = settings
        self._login = Login(settings.username, settings.api_key, settings.base_url)
        self.account: str = settings.account
        self.traits: ProviderTraits = _traits(settings)

    def check(self, ask: BillQuestion) -> WireRequest:
        """Pays nothing. E-money needs its amount here, a land tax may have its year."""
        body = self._body("inq-pasca", ask)
        if ask.amount is not None:
            body["amount"] = ask.amount.amount
        if ask.year is not None:
            body["year"] = ask.year
        timeout_s = self._settings.check_timeout_s
        return self._login.post("/transaction", body, ask.reference, timeout_s)

    def read_check(self, ask: BillQuestion, answer: WireAnswer) -> Checked:
        """Never raises. A bill is found only with all its amounts, and those in order."""
        words = words_about(ask, answer)
        if isinstance(words, Unknown):
            return CheckUnclear(words.detail)
        return judge_check(words)

    def purchase(self, ask: Purchase) -> WireRequest:
        """Pay what the check under this reference found. There is no price limit to send."""
        timeout_s = self._settings.purchase_timeout_s
        body = self._body("pay-pasca", ask)
        return self._login.post("/transaction", body, ask.reference, timeout_s, buys=True)

    def enquiry(self, ask: Purchase) -> WireRequest:
        """Ask what became of the payment. Never the payment again: that is no question here."""
        timeout_s = self._settings.check_timeout_s
        return self._login.post(
            "/transaction", self._body("status-pasca", ask), ask.reference, timeout_s
        )

    def read(self, ask: Purchase, answer: WireAnswer) -> Outcome:
        """Never raises. ``ask.first``: it answers the payment itself, not a question about it.

        Asked about a payment that never came, they may tell of the check before it, which says
        Sukses too, but has no serial number, not even an empty one.
        """
        words = words_about(ask, answer)
        if isinstance(words, Unknown):
            return words
        outcome = judge_heard(words, answer, first=ask.first)
        if isinstance(outcome, Delivered) and not ask.first and not has_serial(words):
            return Unknown("rc 00 without sn: a bill that was only checked says that too")
        return outcome

    def payment_problem(self, code: str) -> BillProblem | None:
        """Only what is said of the number or of the bill: 02 and 50 of a payment say nothing."""
        return payment_problem(code)

    def bill_list(self) -> WireRequest:
        timeout_s = self._settings.price_list_timeout_s
        return self._login.post("/price-list", {"cmd": "pasca"}, "pricelist", timeout_s)

    def read_bill_list(self, answer: WireAnswer) -> BillList:
        """Raises UpstreamRefused: a refusal comes as an object where the list would stand."""
        try:
            return read_bills(answer.body)
        except (ValueError, RecursionError) as error:
            raise refusal(answer) from error

    def meter(self, customer_no: str) -> WireRequest:
        """Whose electricity meter it is, for buyers of tokens."""
        return meter_question(self._login, customer_no, self._settings.check_timeout_s)

    def read_meter(self, customer_no: str, answer: WireAnswer) -> MeterTold:
        """Never raises; MeterUnclear by default."""
        return meter_of(customer_no, answer)

    def _body(self, command: str, ask: BillQuestion | Purchase) -> dict[str, str | int | bool]:
        body: dict[str, str | int | bool] = {
            "commands": command,
            "buyer_sku_code": ask.sku,
            "customer_no": ask.customer_no,
            "ref_id": ask.reference,
        }
        if self._login.is_testing:
            body["testing"] = True
        return body


def _traits(settings: DigiflazzSettings) -> ProviderTraits:
    """The same account and the same limits, but asking pays nothing. 'Data belum ada' is also said
    of what is older than 90 days: absence proves nothing here either."""
    goods = traits_of(settings)
    timeouts = {"check": settings.check_timeout_s, **goods.call_timeouts_s}
    return replace(goods, doubt=Doubt.STATUS_CALL, call_timeouts_s=timeouts)
