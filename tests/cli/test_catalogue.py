"""The catalogue's commands, as an operator types them."""

from __future__ import annotations

import asyncio
import re

import pytest
import typer
from typer.testing import CliRunner, Result

from konter.cli import catalogue, shelf
from konter.cli.catalogue import age_in_words
from konter.kernel.errors import KonterError
from konter.suppliers.desk import NoSuchAccount
from tests.sim_process import PROD_KEY, USERNAME, Sim


class Operator:
    """Types commands for a shop on this database."""

    def __init__(self, conninfo: str, sim: Sim) -> None:
        self._app = typer.Typer()
        catalogue.register(self._app)
        shelf.register(self._app)
        self._env = {
            "DATABASE_URL": conninfo,
            "DIGIFLAZZ_USERNAME": USERNAME,
            "DIGIFLAZZ_API_KEY": PROD_KEY,
            "DIGIFLAZZ_BASE_URL": sim.digiflazz_url,
            "KONTER_PRICE_LIST_GAP_S": "0",
            "KONTER_SECRET": "x" * 40,
            "COLUMNS": "100",
        }

    def types(self, *words: str) -> Result:
        return CliRunner().invoke(self._app, list(words), env=self._env)

    def does(self, *words: str) -> str:
        result = self.types(*words)
        assert result.exit_code == 0, result.output
        return " ".join(result.stdout.split())


@pytest.fixture
def operator(conninfo: str, sim_process: Sim) -> Operator:
    asyncio.run(sim_process.reset(price_list_gap_s=0))
    return Operator(conninfo, sim_process)


def test_a_sync_ends_with_its_table(operator: Operator) -> None:
    said = operator.does("sync-products", "--provider", "digiflazz", "--category", "Games")
    for line in ("Synced 7", "Created 7", "Categories created 1", "Price list fresh"):
        assert line in said
    said = operator.does("sync-products", "--force")
    assert "Created 0" not in said and "Categories created 6" in said


def test_a_sync_within_the_hour_says_how_old_its_list_is(operator: Operator) -> None:
    operator.does("sync-products")
    said = operator.does("sync-products")
    assert "Created 0" in said and re.search(r"Price list \d+ s old", said)


def test_an_unknown_provider_is_refused(operator: Operator) -> None:
    result = operator.types("sync-products", "--provider", "tokoh")
    assert isinstance(result.exception, NoSuchAccount)


def test_a_good_deposit_is_told_and_all_is_well(operator: Operator) -> None:
    assert "digiflazz-main: Rp 10.000.000 (just now)" in operator.does("check-balance")


def test_a_low_deposit_wants_attention(operator: Operator, sim_process: Sim) -> None:
    asyncio.run(sim_process.reset(deposit=99_999))
    result = operator.types("check-balance")
    assert result.exit_code == 1
    assert "Rp 99.999" in result.stdout and "LOW, under Rp 100.000" in result.stdout


def test_an_unanswered_question_shows_the_last_known_deposit(
    operator: Operator, sim_process: Sim
) -> None:
    operator.does("check-balance")
    asyncio.run(sim_process.options(ip_known=False))
    result = operator.types("check-balance")
    assert result.exit_code == 1
    assert "no answer" in result.stdout
    assert re.search(r"last known Rp 10\.000\.000, \d+ s ago", result.stdout)
    assert PROD_KEY not in result.output


def test_prices_follow_the_rules_that_an_operator_sets(operator: Operator) -> None:
    operator.does("sync-products")
    said = operator.does("price", "set", "retail", "percent", "1000", "--category", "Games")
    assert said == "Repriced 7, closed 0, reopened 0."
    assert "retail games any +10.00 %" in operator.does("price", "list")
    assert "Repriced 7" in operator.does("price", "drop", "retail", "--category", "Games")


def test_a_product_is_closed_and_opened_by_its_code(operator: Operator) -> None:
    operator.does("sync-products")
    assert operator.does("product", "close", "ml5") == "ml5 is closed."
    assert operator.does("product", "open", "ml5") == "ml5 is open."
    assert isinstance(operator.types("product", "close", "tidak-ada").exception, KonterError)


def test_an_age_is_told_in_words() -> None:
    told = [age_in_words(s) for s in (-1, 0, 119, 120, 7_199, 7_200, 172_800)]
    assert told == ["0 s", "0 s", "119 s", "2 min", "119 min", "2 h", "2 d"]
