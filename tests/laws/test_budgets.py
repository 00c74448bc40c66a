"""The house only tightens: what is tolerated is named, must be real, and may only shrink."""

from __future__ import annotations

import pytest

from tests.laws import budgets
from tests.laws.tree import Source, house, source, sources

# Each set must equal what is found. Delete names from them; never add one.
TOLERATED_LONG_FUNCTIONS: set[str] = set()
TOLERATED_LONG_MODULES: set[str] = set()
TOLERATED_BUSY_FILES: set[str] = set()
TOLERATED_WIDE_FUNCTIONS: set[str] = set()
TOLERATED_ANY: set[str] = set()
MOST_BROAD_EXCEPTS = 3


def everything() -> list[Source]:
    return [*house(), *sources("src/konter_sim")]


def test_functions_fit_a_screen() -> None:
    assert set(budgets.long_functions(everything())) == TOLERATED_LONG_FUNCTIONS


def test_modules_can_be_held_in_the_head() -> None:
    assert set(budgets.long_modules(everything())) == TOLERATED_LONG_MODULES


def test_a_file_knows_few_others() -> None:
    assert set(budgets.busy_files(house())) == TOLERATED_BUSY_FILES


def test_parameters_are_few_and_soon_keyword_only() -> None:
    assert set(budgets.wide_functions(everything())) == TOLERATED_WIDE_FUNCTIONS


def test_any_stays_at_the_edges() -> None:
    assert budgets.uses_of_any(house()) == TOLERATED_ANY


def test_hardly_anything_catches_everything() -> None:
    found = budgets.broad_excepts(everything())
    assert len(found) <= MOST_BROAD_EXCEPTS, found


def test_doubles_are_real_objects() -> None:
    assert budgets.doubles(sources("tests")) == []


def test_the_measures_see_what_they_should() -> None:
    body = "\n".join(f"    x = {n}" for n in range(60))
    file = source("konter.orders.big", f"def long():\n{body}\n")
    assert budgets.long_functions([file]) == {"konter.orders.big.long": 61}
    file = source("konter.orders.big", "x = 1\n" * 501)
    assert budgets.long_modules([file]) == {"konter.orders.big": 501}
    file = source("konter.upstreams.providers.alpha", "x = 1\n" * 401)
    assert budgets.long_modules([file]) == {"konter.upstreams.providers.alpha": 401}


def test_methods_do_not_count_their_self() -> None:
    text = "class A:\n    def fits(self, a, b, c, d, *, e, f, g): ...\n"
    assert budgets.wide_functions([source("konter.a.b", text)]) == {}


@pytest.mark.parametrize(
    "signature", ["a, b, c, d, e", "a, *, b, c, d, e, f, g, h", "self, a, b, c, d, e"]
)
def test_a_fifth_position_or_an_eighth_parameter_is_seen(signature: str) -> None:
    assert budgets.wide_functions([source("konter.a.b", f"def f({signature}): ...")])


@pytest.mark.parametrize(
    "text",
    [
        "try: ...\nexcept Exception: ...",
        "try: ...\nexcept: ...",
        "try: ...\nexcept (KeyError, BaseException): ...",
        "with contextlib.suppress(Exception): ...",
    ],
)
def test_a_broad_except_is_seen(text: str) -> None:
    assert budgets.broad_excepts([source("konter.a.b", text)])


@pytest.mark.parametrize(
    "text",
    [
        "from unittest.mock import AsyncMock",
        "from unittest import mock",
        "import unittest.mock",
        "def test(mocker): ...",
        "def test(monkeypatch): monkeypatch.setattr(a, 'b', c)",
    ],
)
def test_a_mock_is_seen(text: str) -> None:
    assert budgets.doubles([source("tests.a", text)])


def test_too_many_imports_are_seen() -> None:
    text = "\n".join(f"from konter.kernel.m{n} import x" for n in range(13))
    assert budgets.busy_files([source("konter.orders.a", text)]) == {"konter.orders.a": 13}


def test_any_is_seen_wherever_it_is_not_allowed() -> None:
    text = "from typing import Any\nx: Any = 1"
    assert budgets.uses_of_any([source("konter.orders.a", text)]) == {"konter.orders.a"}
    assert budgets.uses_of_any([source("konter.upstreams.wire", text)]) == set()
    text = "from typing import Any\ndef f(request: Request[Any, Any, Any], **_: Any): ..."
    assert budgets.uses_of_any([source("konter.web.auth", text)]) == set()
