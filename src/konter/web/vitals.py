"""How the shop is doing, for ``/metrics``: counts only, nothing that a buyer may not know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from konter.db.pool import Database
from konter.hooks.tasks import count_open
from konter.orders.queue import by_state
from konter.suppliers.gate import blocked_accounts
from konter.web.track.open_streams import OpenStreams


class Vitals(Collector):
    """What the last look found; ``look`` before the registry is read. ``streams``: of this process,
    as they are now."""

    def __init__(self) -> None:
        self.streams = OpenStreams()
        self._attempts: Mapping[str, int] = {}
        self._tasks: Mapping[str, int] = {}
        self._blocked = 0

    async def look(self, db: Database) -> None:
        """Three small statements; the answers stand until the next look."""
        async with db.read() as tx:
            self._attempts = await by_state(tx)
            self._tasks = await count_open(tx)
            self._blocked = len(await blocked_accounts(tx))

    def describe(self) -> Iterable[Metric]:
        return self.collect()

    def collect(self) -> Iterator[Metric]:
        attempts = GaugeMetricFamily(
            "konter_attempts", "Attempts whose end is not known, by state", labels=["state"]
        )
        for state, count in self._attempts.items():
            attempts.add_metric([state], count)
        yield attempts
        tasks = GaugeMetricFamily(
            "konter_open_tasks", "What wants a person, by kind", labels=["kind"]
        )
        for kind, count in self._tasks.items():
            tasks.add_metric([kind], count)
        yield tasks
        yield GaugeMetricFamily(
            "konter_live_pages", "Pages that follow an order", self.streams.count
        )
        yield GaugeMetricFamily(
            "konter_blocked_suppliers", "Accounts to which nothing is sent now", self._blocked
        )
