"""The pages of bills: choose, look up, pay."""

from __future__ import annotations

from typing import Final

from konter.web.store.bill_check import post_bill_check
from konter.web.store.bill_pay import post_bill_pay
from konter.web.store.bills import get_bill_page, get_bills

ROUTES: Final = [get_bills, get_bill_page, post_bill_check, post_bill_pay]
