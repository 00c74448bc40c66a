"""``/admin``: the day at a glance. Today is read as it is; the days before it are counted ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from litestar import get

from konter.funding.waiting import money_waiting
from konter.hooks.tasks import count_open
from konter.kernel.clock import WIB, business_date
from konter.orders.glance import by_account, waiting
from konter.orders.hours import HourLine, counted_hours, hours_of
from konter.suppliers.gate import shop_pause
from konter.web.admin.charts import Chart, columns
from konter.web.admin.deed import now
from konter.web.admin.providers import providers
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest

DAYS: Final = 14
STUCK: Final = ("stuck", "review", "dispute")


@dataclass(frozen=True, slots=True)
class DayLine:
    """One WIB day; whole rupiah."""

    day: date
    orders: int = 0
    delivered: int = 0
    failed: int = 0
    sales: int = 0
    margin: int = 0

    @property
    def success(self) -> int | None:
        """Percent of the orders that ended; None: none did."""
        ended = self.delivered + self.failed
        return None if ended == 0 else round(100 * self.delivered / ended)


@get("/admin", include_in_schema=False, opt=STAFF)
async def get_today(request: SiteRequest) -> Page:
    at = now(request)
    today = business_date(at)
    since = datetime.combine(today - timedelta(days=DAYS - 1), time(), WIB)
    async with request.desks.db.read() as tx:
        live = await hours_of(tx, today)
        before = await counted_hours(tx, since)
        accounts = await by_account(tx, today)
        tasks = await count_open(tx)
        facts = {
            "waiting": await waiting(tx),
            "money": await money_waiting(tx),
            "paused": await shop_pause(tx),
        }
    midnight = datetime.combine(today, time(), WIB)
    before = [line for line in before if line.hour < midnight]
    days = days_of([*before, *live], today)
    hourly = _by_hour(live), _by_hour([h for h in before if h.hour >= midnight - A_DAY])
    return page(
        request,
        "admin/today.html",
        {
            **facts,
            "at": at,
            "day": days[-1],
            "days": days,
            "hourly": hourly,
            "hours_chart": columns(hourly[::-1], [f"{h:02}" for h in range(24)], every=3),
            "days_chart": _days_chart(days),
            "accounts": accounts,
            "providers": await providers(request, at),
            "open_tasks": sum(tasks.values()),
            "stuck": sum(tasks.get(kind, 0) for kind in STUCK),
            "reviews": tasks.get("payment_review", 0) + tasks.get("payment_stuck", 0),
        },
    )


A_DAY: Final = timedelta(days=1)


def days_of(hours: Sequence[HourLine], today: date) -> list[DayLine]:
    """The last days, today at the end; a day without orders is there, too."""
    lines = {
        today - timedelta(days=ago): DayLine(today - timedelta(days=ago)) for ago in range(DAYS)
    }
    for hour in hours:
        day = business_date(hour.hour)
        if was := lines.get(day):
            lines[day] = DayLine(
                day,
                was.orders + hour.orders,
                was.delivered + hour.delivered,
                was.failed + hour.failed,
                was.sales + hour.sales,
                was.margin + hour.margin,
            )
    return [lines[day] for day in sorted(lines)]


def _by_hour(hours: Sequence[HourLine]) -> list[int]:
    sums = [0] * 24
    for line in hours:
        sums[line.hour.astimezone(WIB).hour] += line.sales
    return sums


def _days_chart(days: Sequence[DayLine]) -> Chart:
    series = [day.sales for day in days], [day.margin for day in days]
    return columns(series, [str(line.day.day) for line in days], every=2)
