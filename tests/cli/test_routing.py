"""Where products are bought, as an operator says and sees it."""

from __future__ import annotations

import asyncio

import pytest
import typer
from typer.testing import CliRunner, Result

from konter.adapters import products_from
from konter.catalogue.mappings import MappingDoubtful
from konter.catalogue.open_products import SoldAlready
from konter.catalogue.products import NoSuchProduct
from konter.cli import catalogue, sending, shelf
from konter.kernel.errors import Invalid
from konter.settings import Settings, SettingsWrong
from konter.suppliers.desk import NoSuchAccount
from tests.sim_process import PROD_KEY, USERNAME, Sim
from tests.suppliers.build import ACCOUNT
from tests.two_shops import OKE, okeconnect_settings


class Operator:
    """Types commands for a shop on this database."""

    def __init__(self, conninfo: str, sim: Sim, **settings: str) -> None:
        self._app = typer.Typer()
        for module in (catalogue, shelf, sending):
            module.register(self._app)
        self._env = {
            "DATABASE_URL": conninfo,
            "DIGIFLAZZ_USERNAME": USERNAME,
            "DIGIFLAZZ_API_KEY": PROD_KEY,
            "DIGIFLAZZ_BASE_URL": sim.digiflazz_url,
            "KONTER_SECRET": "x" * 40,
            "COLUMNS": "160",
            **settings,
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
    made = Operator(conninfo, sim_process)
    made.does("sync-products")
    return made


def test_a_second_sku_becomes_an_offer_with_its_place(operator: Operator) -> None:
    assert operator.does("offer", "list") == "Offers: none"
    assert "is an offer of i10 now. Repriced 1, closed 1" in operator.does(
        "offer", "map", ACCOUNT, "s10", "i10"
    )
    assert "was an offer of i10 already" in operator.does("offer", "map", ACCOUNT, "s10", "i10")
    operator.does("offer", "priority", ACCOUNT, "i10", "1")
    said = operator.does("offer", "list", "i10")
    first, second = said.index(f"{ACCOUNT} i10 Rp 10.650 1 open"), said.index(f"{ACCOUNT} s10")
    assert first < second
    operator.does("route", "set", "cheapest", "--product", "i10")
    assert "product i10 cheapest" in operator.does("route", "list")
    said = operator.does("offer", "list", "i10")
    assert said.index(f"{ACCOUNT} s10") < said.index(f"{ACCOUNT} i10")
    operator.does("route", "drop", "--product", "i10")
    assert "is not mapped any more. Repriced" in operator.does("offer", "unmap", ACCOUNT, "s10")
    assert isinstance(
        operator.types("offer", "map", ACCOUNT, "s10", "x-x").exception, NoSuchProduct
    )
    assert isinstance(
        operator.types("offer", "map", ACCOUNT, "s100", "s5").exception, MappingDoubtful
    )


def test_proposals_can_be_read_as_commands(operator: Operator) -> None:
    assert operator.does("offer", "propose", ACCOUNT) == "Proposals: none"
    assert operator.does("offer", "propose", ACCOUNT, "--commands") == ""
    assert isinstance(operator.types("offer", "propose", "siapa").exception, NoSuchAccount)


def test_a_breaker_is_held_open_and_closed_by_hand(operator: Operator) -> None:
    assert operator.does("breaker", "list") == "Breakers: none"
    assert operator.does("breaker", "open", ACCOUNT, "ml5").endswith("ml5 is held open.")
    assert operator.does("breaker", "open", ACCOUNT, "ml5").endswith("was already held open.")
    assert f"{ACCOUNT} ml5 held 0" in operator.does("breaker", "list")
    assert "breaker open" in operator.does("offer", "list", "ml5")
    assert operator.does("breaker", "close", ACCOUNT, "ml5").endswith("ml5 is closed.")
    assert operator.does("breaker", "close", ACCOUNT).endswith("was already closed.")
    assert isinstance(operator.types("breaker", "open", "siapa").exception, NoSuchAccount)


def test_products_come_from_an_account_that_is_there() -> None:
    assert products_from(Settings(), {}) is None
    assert products_from(Settings(catalogue_from="a"), {}) == "a"
    with pytest.raises(SettingsWrong, match="KONTER_CATALOGUE_FROM: expected b"):
        products_from(Settings(catalogue_from="a"), {"b": None})  # type: ignore[dict-item]


def test_an_open_denomination_is_put_on_the_shelf_and_bounded(
    conninfo: str, sim_process: Sim
) -> None:
    """The first list has none; what the second one names as a fee is sold by amount."""
    sim = sim_process
    asyncio.run(sim.reset(price_list_gap_s=0))
    asyncio.run(sim.okeconnect.reset())
    operator = Operator(conninfo, sim, **okeconnect_settings(sim))
    assert operator.does("product", "add", OKE, "BBSDN").endswith("BBSDN is open.")
    assert isinstance(operator.types("product", "add", OKE, "BBSDN").exception, SoldAlready)
    said = operator.does("product", "amounts", "BBSDN", "20000", "500000", "1000")
    assert said == "BBSDN: Rp 20.000 to Rp 500.000, in steps of Rp 1.000."
    wrong = operator.types("product", "amounts", "BBSDN", "5000", "500000")
    assert isinstance(wrong.exception, Invalid)
