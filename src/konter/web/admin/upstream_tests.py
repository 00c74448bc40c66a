"""``/admin/settings/payment/test`` and ``…/provider/test``: does each upstream know us?

The page asks for the test and waits a little; a worker does it, and what was found stays.
"""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from msgspec import Struct

from konter.kernel.errors import Unavailable
from konter.people.audit import note
from konter.suppliers.probes import ProbeDesk, ask_probes, latest_probes, until_done
from konter.web.admin.deed import deed
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import ADMIN
from konter.web.page.render import Page, go, page
from konter.web.request import SiteRequest

PAYMENT: Final = "/admin/settings/payment/test"
PROVIDER: Final = "/admin/settings/provider/test"

WAIT_S: Final = 6.0
"""Most answer in one; a slow one is shown when the page is loaded again."""


class WhichTest(Struct):
    """``subject`` None: all of them."""

    subject: str | None = None


@get(PAYMENT, include_in_schema=False, opt=ADMIN)
async def get_payment_test(request: SiteRequest) -> Page:
    return await _shown(request, "gateway", PAYMENT)


@post(PAYMENT, include_in_schema=False, opt=ADMIN, status_code=200)
async def post_payment_test(request: SiteRequest) -> Response[str]:
    return await _test(request, "gateway", PAYMENT)


@get(PROVIDER, include_in_schema=False, opt=ADMIN)
async def get_provider_test(request: SiteRequest) -> Page:
    return await _shown(request, "supplier", PROVIDER)


@post(PROVIDER, include_in_schema=False, opt=ADMIN, status_code=200)
async def post_provider_test(request: SiteRequest) -> Response[str]:
    return await _test(request, "supplier", PROVIDER)


async def _test(request: SiteRequest, kind: str, here: str) -> Response[str]:
    """Have one or all of a kind tested; one that was tested a moment ago is not tested again."""
    desk = _desk(request)
    said = read_form(await fields_of(request), WhichTest)
    subjects = [one for one in desk.subjects(kind) if said.subject in (None, one)]
    told = deed(request, "upstream.test", said.subject or f"{kind}:*")
    async with desk.db.transaction() as tx:
        if await ask_probes(tx, desk, subjects, by=request.user.email):
            await note(tx, told, at=desk.clock.now())
    desk.due()
    found = await until_done(desk, subjects, at_most_s=WAIT_S)
    say = visit(request).say
    if all(probe.done_at for probe in found.values()):
        return go(request, here, said=say("Tes selesai, lihat hasilnya"))
    return go(request, here, said=say("Tes masih berjalan, muat ulang halaman ini sebentar lagi"))


async def _shown(request: SiteRequest, kind: str, here: str) -> Page:
    desk = _desk(request)
    subjects = desk.subjects(kind)
    found = await latest_probes(desk, subjects)
    facts = {
        "kind": kind,
        "here": here,
        "tests": [(one, one.partition(":")[2], found.get(one)) for one in subjects],
    }
    return page(request, "admin/upstream_tests.html", facts)


def _desk(request: SiteRequest) -> ProbeDesk:
    desk = request.desks.probes
    if desk is None:
        raise Unavailable
    return desk


ROUTES = [get_payment_test, post_payment_test, get_provider_test, post_provider_test]
