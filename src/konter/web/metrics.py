"""Requests counted and timed by route template and status, at about a microsecond each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Route = tuple[str, str, int]
"""Method, route template, status."""


class Tally:
    """One route's and status's requests: how many in each bucket, and their seconds."""

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BOUNDS_S) + 1)
        self.seconds = 0.0


class Requests(Collector):
    """What this process has served; read by ``/metrics``."""

    def __init__(self) -> None:
        self._tallies: dict[Route, Tally] = {}

    def saw(self, route: Route, seconds: float) -> None:
        tally = self._tallies.get(route)
        if tally is None:
            tally = self._tallies[route] = Tally()
        tally.buckets[bisect_left(BOUNDS_S, seconds)] += 1
        tally.seconds += seconds

    def describe(self) -> Iterable[Metric]:
        return [self._family()]

    def collect(self) -> Iterator[Metric]:
        family = self._family()
        for (method, route, status), tally in list(self._tallies.items()):
            family.add_metric(
                [method, route, str(status)], _cumulative(tally.buckets), tally.seconds
            )
        yield family

    def _family(self) -> HistogramMetricFamily:
        return HistogramMetricFamily(
            "konter_http_request_seconds",
            "Requests by method, route and status",
            labels=["method", "route", "status"],
        )


def _cumulative(buckets: list[int]) -> list[tuple[str, float]]:
    total = 0
    lines: list[tuple[str, float]] = []
    for bound, count in zip([*map(str, BOUNDS_S), "+Inf"], buckets, strict=True):
        total += count
        lines.append((bound, float(total)))
    return lines


def process_registry() -> CollectorRegistry:
    """A registry that already tells the memory, CPU, files and garbage of this process."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    return registry
