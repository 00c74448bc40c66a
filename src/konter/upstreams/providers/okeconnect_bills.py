"""OkeConnect's bills: asked about under a ``C`` code, and paid under its ``B`` code.

Both are purchases of theirs, each with a reference of its own; what became of a payment is asked as
of any purchase. The code that pays is the SKU.
"""

from __future__ import annotations

from dataclasses import replace

from konter.kernel.money import ZERO
from konter.kernel.outcome import Outcome, Unknown
from konter.kernel.wire_types import WireAnswer, WireRequest
from konter.upstreams.biller_contract import (
    BillList,
    BillProblem,
    BillQuestion,
    Checked,
    CheckUnclear,
)
from konter.upstreams.contract import ProviderTraits, Purchase
from konter.upstreams.providers.okeconnect import Okeconnect, OkeconnectSettings
from konter.upstreams.providers.okeconnect_bill_checks import judge_check, payment_problem
from konter.upstreams.providers.okeconnect_bill_prices import PAYS, inquiry_of, read_bills
from konter.upstreams.providers.okeconnect_get import Login, refusal, told


class OkeconnectBills:
    """The postpaid side of OkeConnect; implements ``biller_contract.Biller``."""

    pays_under_check_reference: bool = False
    pays_once_a_day: bool = True

    def __init__(self, settings: OkeconnectSettings) -> None:
        self._settings = settings
        self._goods = Okeconnect(settings)
        self._login = Login(settings.member_id, settings.pin, settings.password, settings.base_url)
        self.account: str = settings.account
        self.traits: ProviderTraits = _traits(settings, self._goods.traits)

    def check(self, ask: BillQuestion) -> WireRequest:
        """An inquiry costs nothing, as far as ``bill_list`` lets one in."""
        return self._login.get("/trx", _asked(ask), self._settings.check_timeout_s)

    def read_check(self, ask: BillQuestion, answer: WireAnswer) -> Checked:
        """Never raises. A callback tells nothing here: what is looked up is asked for.

        How a year or a chosen amount would be asked is not known, and what was told without them
        is an answer to another question.
        """
        if ask.amount is not None or ask.year is not None:
            return CheckUnclear("a year or an amount cannot be asked here")
        if not ask.sku.startswith(PAYS):
            return CheckUnclear("not a code that pays a bill")
        words = told(answer)
        if isinstance(words, Unknown):
            return CheckUnclear(words.detail)
        about = {**_asked(ask), "check": "1"}
        again = self._login.get("/trx", about, self._settings.check_timeout_s)
        return judge_check(_inquiry(ask), words, again=again)

    def purchase(self, ask: Purchase) -> WireRequest:
        """Pay whatever is owed by then. They know no price limit."""
        return self._goods.purchase(ask)

    def enquiry(self, ask: Purchase) -> WireRequest:
        """The payment's address and ``check=1``, which pays nothing."""
        return self._goods.enquiry(ask)

    def read(self, ask: Purchase, answer: WireAnswer) -> Outcome:
        """Never raises. A payment is told of as any purchase is; the words of an inquiry are none
        of a payment."""
        return self._goods.read(ask, answer)

    def payment_problem(self, code: str) -> BillProblem | None:
        return payment_problem(code)

    def bill_list(self) -> WireRequest:
        """Goods and bills stand in one list."""
        return self._goods.price_list()

    def read_bill_list(self, answer: WireAnswer) -> BillList:
        """Raises UpstreamRefused: what is no list is never an empty one."""
        if answer.status != 200:
            raise refusal(answer, "")
        try:
            return read_bills(answer.body)
        except (ValueError, RecursionError) as error:
            raise refusal(answer, "") from error


def _asked(ask: BillQuestion) -> dict[str, str]:
    return {"product": inquiry_of(ask.sku), "dest": ask.customer_no, "refID": ask.reference}


def _inquiry(ask: BillQuestion) -> Purchase:
    """As they see it: one more purchase."""
    return Purchase(
        reference=ask.reference,
        sku=inquiry_of(ask.sku),
        customer_no=ask.customer_no,
        max_price=ZERO,
        first=ask.first,
        sent_at=ask.sent_at,
    )


def _traits(settings: OkeconnectSettings, goods: ProviderTraits) -> ProviderTraits:
    timeouts_s = {**goods.call_timeouts_s, "check": settings.check_timeout_s}
    return replace(goods, call_timeouts_s=timeouts_s)
