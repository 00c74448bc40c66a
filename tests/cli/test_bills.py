"""Bills, as an operator sees and rules them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog
import typer
from typer.testing import CliRunner, Result

from konter.catalogue.bill_products import NoSuchBill
from konter.catalogue.sync_bills import BillSyncReport
from konter.cli import bills, shelf
from konter.cli.bills import told
from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.kernel.errors import Invalid
from konter.suppliers.desk import NoSuchAccount
from tests.catalogue.bill_shelf import SHELF, bills_desk, clear, synced
from tests.conftest import ManualClock
from tests.landlord import lent


@pytest.fixture(scope="module")
def shared(server_conninfo: str, template: str) -> Iterator[str]:
    with lent(server_conninfo, template) as conninfo:
        yield conninfo


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command sends the logs to its own terminal, which is gone after it."""
    yield
    structlog.reset_defaults()


class Operator:
    """Types commands for a shop on this database."""

    def __init__(self, conninfo: str) -> None:
        self._app = typer.Typer()
        shelf.register(self._app)
        self._env = {"DATABASE_URL": conninfo, "KONTER_SECRET": "x" * 40, "COLUMNS": "200"}

    def types(self, *words: str) -> Result:
        return CliRunner().invoke(self._app, ["bill", *words], env=self._env)

    def does(self, *words: str) -> str:
        result = self.types(*words)
        assert result.exit_code == 0, result.output
        return " ".join(result.stdout.split())


@pytest.fixture
def operator(shared: str, clock: ManualClock) -> Operator:
    clear(shared)
    asyncio.run(_stock(shared, clock))
    return Operator(shared)


async def _stock(conninfo: str, clock: ManualClock) -> None:
    db = Database(conninfo, max_size=2)
    await db.open()
    try:
        async with bills_desk(db, clock, IdBlocks()) as desk:
            await synced(desk, *SHELF)
    finally:
        await db.close()


def test_bills_are_listed_with_their_billers_and_amounts(operator: Operator) -> None:
    said = operator.does("list")
    line = "pln Pln Postpaid pln electricity digiflazz-main pln Rp 2.750 Rp 1.800 Rp 0 open"
    assert line in said and "pdam:aetra water" in said
    assert "pdam" not in operator.does("list", "--kind", "health")
    assert "bpjs" not in operator.does("list", "--biller", "pdam:aetra")


def test_a_bill_is_switched_off_and_on_by_its_code(operator: Operator) -> None:
    assert operator.does("off", "PLN") == "PLN is off."
    assert "Rp 0 off" in operator.does("list", "--biller", "pln")
    assert operator.does("on", "pln") == "pln is on."
    assert isinstance(operator.types("off", "tidak-ada").exception, NoSuchBill)


def test_a_fee_is_set_shown_and_dropped(operator: Operator) -> None:
    assert operator.does("fee", "250") == "The fee of 3 bill product(s) changed."
    assert operator.does("fee", "500", "--kind", "water").startswith("The fee of 1 ")
    assert operator.does("fee", "750", "--biller", "pln").startswith("The fee of 1 ")
    said = operator.does("fee")
    for rule in ("any bill Rp 250", "kind water Rp 500", "biller pln Rp 750"):
        assert rule in said
    assert operator.does("fee", "--drop", "--biller", "pln").startswith("The fee of 1 ")
    assert isinstance(operator.types("fee", "--drop").exception, Invalid)


def test_a_biller_is_set_by_hand_and_left_to_its_name_again(operator: Operator) -> None:
    assert operator.does("biller", "aetra", "Air-Jakarta") == (
        "aetra is a bill of air-jakarta (water)."
    )
    assert "air-jakarta* water" in operator.does("list")
    assert "pdam:aetra (water)" in operator.does("biller", "aetra")
    assert "pdam:aetra (emoney)" in operator.does("biller", "aetra", "--kind", "emoney")


def test_an_unknown_account_is_refused(operator: Operator) -> None:
    assert isinstance(operator.types("sync", "--provider", "siapa").exception, NoSuchAccount)


def test_a_sync_tells_what_wants_a_person() -> None:
    report = BillSyncReport(
        account="digiflazz-main",
        open=2,
        created=1,
        changed=0,
        closed=0,
        reopened=0,
        skipped=1,
        unreadable=("row 3 (hp): admin",),
        thin=("pln",),
        cached=True,
        age=timedelta(0),
        retry_at=datetime(2026, 11, 16, 3, 30, tzinfo=UTC),
        problem="rc 83",
    )
    first, *rest = told(report)
    assert first.startswith("digiflazz-main: 2 open, 1 created, 0 changed")
    assert [line.strip().split(":")[0] for line in rest[:2]] == ["unreadable", "pln"]
    assert rest[2].strip() == "rc 83; ask again after 2026-11-16 10:30:00 WIB"
    assert bills.bill_app.info.help
