"""``/admin/reconcile/suppliers``: suppliers' own reports against our attempts, order by order.

Nobody is asked: staff bring what the supplier's panel exports, and read what differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Final

from litestar import Response, get, post
from litestar.params import QueryParameter
from msgspec import Struct

from konter.kernel.errors import Invalid, Refused
from konter.orders.read_as_before import read_as_before
from konter.orders.read_supplier_report import MOST_CHARACTERS, TOO_LARGE, Naming
from konter.orders.reconcile_supplier import MOST_KEPT, Days, reconcile_supplier
from konter.orders.supplier_reconciled import supplier_report, supplier_reports
from konter.suppliers.accounts import list_accounts
from konter.web.admin.deed import deed, today
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, go, page
from konter.web.request import BodyTooLarge, SiteRequest

HERE: Final = "/admin/reconcile/suppliers"

MOST_BYTES: Final = 3 * MOST_CHARACTERS + 64 * 1024
"""A form writes whatever is no letter as three."""


class ReportForm(Struct):
    """The report as text, its days (WIB, both included), and how it speaks where it has to be
    said."""

    account: str
    since: date
    until: date
    report: str
    reference: str = ""
    state: str = ""
    cost: str = ""
    success: str = ""
    failed: str = ""
    pending: str = ""

    @property
    def naming(self) -> Naming:
        return Naming(
            reference=self.reference,
            state=self.state,
            cost=self.cost,
            success=self.success,
            failed=self.failed,
            pending=self.pending,
        )


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What was typed, and what is wrong with it."""

    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, list[str]] = field(default_factory=dict)
    said: str = ""
    status: int = 200


@get(HERE, include_in_schema=False, opt=STAFF)
async def get_supplier_reports(
    request: SiteRequest, report: Annotated[int, QueryParameter(ge=0, le=2**53 - 1)] = 0
) -> Page:
    """``report``: which one is shown whole."""
    return await _page(request, report, _Refusal())


@post(HERE, include_in_schema=False, opt=STAFF, status_code=200, request_max_body_size=MOST_BYTES)
async def post_supplier_report(request: SiteRequest) -> Response[str]:
    """Compared at once; the same report again is compared again and opens no second task."""
    typed: dict[str, str] = {}
    try:
        typed = await fields_of(request, whole=("report",))
        said = read_form(typed, ReportForm)
        orders = request.shop.orders
        report = await read_as_before(orders, said.account, said.report, said.naming)
        detail = {"since": said.since.isoformat(), "until": said.until.isoformat()}
        made = await reconcile_supplier(
            orders,
            said.account,
            Days(said.since, said.until),
            report,
            by=request.user.email,
            deed=deed(request, "supplier.reconcile", f"supplier:{said.account}", **detail),
        )
    except BodyTooLarge as error:
        refusal = _Refusal(faults={"report": [TOO_LARGE]}, status=error.status)
        return await _page(request, 0, refusal)
    except Refused as error:
        faults = error.errors if isinstance(error, Invalid) else {}
        refusal = _Refusal(typed, faults, "" if faults else error.text, error.status)
        return await _page(request, 0, refusal)
    return go(request, f"{HERE}?report={made.id}", said=visit(request).say("Sudah dicocokkan."))


async def _page(request: SiteRequest, report_id: int, refusal: _Refusal) -> Page:
    yesterday = today(request) - timedelta(days=1)
    accounts = [account.code for account in await list_accounts(request.office.suppliers)]
    async with request.desks.db.read() as tx:
        facts = {
            "typed": refusal.typed or dict.fromkeys(("since", "until"), yesterday.isoformat()),
            "faults": refusal.faults,
            "trouble_said": refusal.said,
            "yesterday": yesterday.isoformat(),
            "accounts": accounts,
            "shown": await supplier_report(tx, report_id) if report_id else None,
            "reports": await supplier_reports(tx),
            "most": MOST_KEPT,
        }
    return page(request, "admin/supplier_reports.html", facts, status=refusal.status)
