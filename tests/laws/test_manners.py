"""Small things that nobody should have to say in a review."""

from __future__ import annotations

import ast

import pytest

from tests.laws import manners
from tests.laws.tree import Source, house, source, sources


def test_nothing_is_named_after_nothing() -> None:
    assert manners.nameless([*house(), *sources("src/konter_sim")]) == []


def test_every_init_is_empty() -> None:
    everything = [*house(), *sources("src/konter_sim"), *sources("tests")]
    assert manners.talking_packages(everything) == []


def test_the_system_clock_is_read_at_the_root_alone() -> None:
    assert manners.clock_readers(house()) == []


def test_rooms_log_and_never_print() -> None:
    assert manners.speakers(house()) == []


def test_nothing_is_left_for_later() -> None:
    assert manners.unfinished([*house(), *sources("src/konter_sim"), *sources("tests")]) == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    assert manners.untested(sources("tests")) == []


def test_a_tests_name_is_a_law() -> None:
    short = [
        f"{file.module}.{node.name}"
        for file in sources("tests")
        if file.module.split(".")[-1].startswith("test_")
        for node in file.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and node.name.count("_") < 3
    ]
    assert short == []


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\nx = datetime.now(UTC)",
        "import time\nx = time.monotonic()",
        "from time import monotonic",
        "from dataclasses import field\nx = field(default_factory=datetime.utcnow)",
    ],
)
def test_a_glance_at_the_system_clock_is_seen(text: str) -> None:
    assert manners.clock_readers([source("konter.orders.place", text)])
    assert not manners.clock_readers([source("konter.cli.main", text)])


def test_a_room_without_a_name_is_seen() -> None:
    assert manners.nameless([source("konter.orders.utils", ""), source("konter.models.order", "")])


def test_an_init_that_re_exports_is_seen() -> None:
    text = "from konter.orders.place import place"
    assert manners.talking_packages([Source("konter.orders", text, ast.parse(text), True)])


def test_what_is_left_for_later_is_seen() -> None:
    later = "x = 1  # TO" + "DO: the rest"
    assert manners.unfinished([source("konter.a.b", later)])
    assert manners.unfinished([source("konter.a.b", "def f():\n    raise NotImplementedError")])
