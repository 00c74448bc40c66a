"""What the catalogue does by the clock: once a day it follows the suppliers' lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial

import structlog

from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.sync import sync_products
from konter.catalogue.sync_bills import sync_bills
from konter.jobs.timetable import Entry
from konter.kernel.errors import KonterError

log = structlog.get_logger("konter.catalogue")

BILLS_AFTER = timedelta(minutes=10)
"""Bills follow goods so much later: an upstream may count both lists together."""


def entries(desk: CatalogueDesk, *, sync_at: time) -> Sequence[Entry]:
    """``sync_at``: WIB."""
    goods = Entry("catalogue.sync", partial(_sync, desk), daily_at=sync_at)
    if not desk.suppliers.billers:
        return (goods,)
    later = (datetime.combine(date.min, sync_at) + BILLS_AFTER).time()
    return (goods, Entry("catalogue.bills", partial(_sync_bills, desk), daily_at=later))


async def _sync(desk: CatalogueDesk) -> str:
    """Every account in turn; one that fails is told of and tried again tomorrow."""
    results: list[str] = []
    for account in desk.providers:
        try:
            report = await sync_products(desk, account=account)
            results.append(f"{account}: {report.synced} synced, {report.repriced} repriced")
        except KonterError as error:
            log.error("catalogue.sync_failed", account=account, problem=str(error))
            results.append(f"{account}: {error}")
    return "; ".join(results) or "no supplier account is configured"


async def _sync_bills(desk: CatalogueDesk) -> str:
    """As ``_sync``, the lists of bills."""
    results: list[str] = []
    for account in desk.suppliers.billers:
        try:
            report = await sync_bills(desk, account=account)
            results.append(f"{account}: {report.open} bills open, {report.changed} changed")
        except KonterError as error:
            log.error("catalogue.bills_failed", account=account, problem=str(error))
            results.append(f"{account}: {error}")
    return "; ".join(results)
