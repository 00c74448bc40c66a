"""What this process counts and times: requests and bill checks, at about a microsecond each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
UPSTREAM_S: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 90.0)

Label = tuple[str | int, ...]


class Tally:
    """One label's events: how many in each bucket, and their seconds."""

    __slots__ = ("buckets", "seconds")

    def __init__(self, buckets: int) -> None:
        self.buckets = [0] * buckets
        self.seconds = 0.0


class Timings(Collector):
    """Events of one kind by their labels; read by ``/metrics``."""

    def __init__(self, name: str, text: str, labels: Sequence[str], bounds_s: Sequence[float]):
        self._named = (name, text, labels)
        self._bounds_s = bounds_s
        self._tallies: dict[Label, Tally] = {}

    def saw(self, label: Label, seconds: float) -> None:
        tally = self._tallies.get(label)
        if tally is None:
            tally = self._tallies[label] = Tally(len(self._bounds_s) + 1)
        tally.buckets[bisect_left(self._bounds_s, seconds)] += 1
        tally.seconds += seconds

    def describe(self) -> Iterable[Metric]:
        return [self._family()]

    def collect(self) -> Iterator[Metric]:
        family = self._family()
        for label, tally in list(self._tallies.items()):
            family.add_metric([*map(str, label)], self._cumulative(tally.buckets), tally.seconds)
        yield family

    def _family(self) -> HistogramMetricFamily:
        name, text, labels = self._named
        return HistogramMetricFamily(name, text, labels=labels)

    def _cumulative(self, buckets: list[int]) -> list[tuple[str, float]]:
        total = 0
        lines: list[tuple[str, float]] = []
        for bound, count in zip([*map(str, self._bounds_s), "+Inf"], buckets, strict=True):
            total += count
            lines.append((bound, float(total)))
        return lines


def requests() -> Timings:
    """What this process has served, by method, route template and status."""
    labels = ("method", "route", "status")
    text = "Requests by method, route and status"
    return Timings("konter_http_request_seconds", text, labels, BOUNDS_S)


def bill_checks() -> Timings:
    """How long upstreams took over checks of bills, all tries of one together, by how it ended."""
    text = "Bill checks by outcome"
    return Timings("konter_bill_check_seconds", text, ("outcome",), UPSTREAM_S)


def process_registry() -> CollectorRegistry:
    """A registry that already tells the memory, CPU, files and garbage of this process."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    return registry
