"""``/admin/reports``: what was sold between two days, on the page or as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from litestar import Response, get
from litestar.params import PathParameter

from konter.kernel.clock import business_date
from konter.kernel.errors import Invalid, NotFound
from konter.orders.report_sales import MOST_ROWS, By, Report, report_sales
from konter.web.admin.acting import Trouble, query_of
from konter.web.admin.report_files import CSV, XLSX, as_csv, as_xlsx
from konter.web.page.guard import visit
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, page
from konter.web.page.words import Say
from konter.web.request import SiteRequest

ON_THE_PAGE: Final = 200
UNTROUBLED: Final = Trouble()

FILES: Final[Mapping[str, tuple[str, Callable[[Report, Say], bytes]]]] = {
    "csv": (CSV, as_csv),
    "xlsx": (XLSX, as_xlsx),
}


@get("/admin/reports", include_in_schema=False, opt=STAFF)
async def get_reports(request: SiteRequest) -> Page:
    """This month so far by day, unless asked otherwise."""
    asked, trouble = query_of(request), UNTROUBLED
    try:
        report = await _report(request, asked)
    except Invalid as error:
        report, trouble = await _report(request, {}), Trouble("range", asked, error)
    said = {"by": report.by, "since": report.since, "until": report.until}
    facts = {
        "report": report,
        "lines": report.lines[:ON_THE_PAGE],
        "shown_most": ON_THE_PAGE,
        "file_most": MOST_ROWS,
        "query": urlencode({name: str(value) for name, value in said.items()}),
    }
    return page(request, "admin/reports.html", facts | trouble.facts(), status=trouble.status)


@get("/admin/reports/{kind:str}", include_in_schema=False, opt=STAFF)
async def get_report_file(
    request: SiteRequest, kind: Annotated[str, PathParameter()]
) -> Response[bytes]:
    """At most MOST_ROWS lines and the total of all. Raises NotFound, Invalid."""
    found = FILES.get(kind)
    if found is None:
        raise NotFound
    media_type, write = found
    report = await _report(request, query_of(request))
    # Writing ten thousand lines takes a second of which others need not wait.
    content = await asyncio.to_thread(write, report, visit(request).say)
    name = f"konter-{report.by}-{report.since}-{report.until}.{kind}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


async def _report(request: SiteRequest, asked: Mapping[str, str]) -> Report:
    """Raises Invalid."""
    today = business_date(request.desks.people.clock.now())
    since = _day(asked, "since", today.replace(day=1))
    until = _day(asked, "until", max(today, since))
    said = asked.get("by", "")
    async with request.desks.db.snapshot() as tx:
        report = await report_sales(
            tx, By(said) if said in set(By) else By.DAY, since=since, until=until
        )
    return _named(report, visit(request).say)


def _day(asked: Mapping[str, str], name: str, otherwise: date) -> date:
    text = asked.get(name, "")
    try:
        return date.fromisoformat(text) if text else otherwise
    except ValueError as error:
        raise Invalid({name: ["Tulis tanggal seperti 2026-11-22"]}) from error


def _named(report: Report, say: Say) -> Report:
    """Lines that stand for nobody's name are given one."""
    if report.by is By.MEMBER:
        guest = say("Tamu (tanpa akun)")
        lines = [replace(line, name=guest) if line.key == "0" else line for line in report.lines]
    elif report.by is By.PROVIDER:
        nobody = say("Belum sampai ke penyedia")
        lines = [replace(line, name=line.key or nobody) for line in report.lines]
    else:
        lines = list(report.lines)
    return replace(report, lines=lines)


ROUTES: Final = (get_reports, get_report_file)
