"""A supplier's next report is read as its last one was, and nobody is held to that."""

from __future__ import annotations

import pytest

from konter.kernel.clock import business_date
from konter.kernel.errors import Invalid
from konter.orders.read_as_before import read_as_before
from konter.orders.read_supplier_report import Claim, Naming, ReportLine, SupplierReport
from konter.orders.reconcile_supplier import Days, reconcile_supplier
from tests.orders.counter import Counter
from tests.shop import ACCOUNT
from tests.warm import by_owner

DAY_S = 86_400
OWN = "idtrx;hasil;Harga\nTRX-1;OK;10.000"
USUAL = "Ref ID;Status;Harga\nTRX-1;Sukses;10.000"
NAMED = Naming(reference="idtrx", state="hasil", success="ok")


@pytest.fixture(autouse=True)
async def none_before(counter: Counter) -> None:
    await by_owner(counter.db.conninfo, "DELETE FROM orders.supplier_reports")


async def reads(
    counter: Counter, report: str, said: Naming | None = None, account: str = ACCOUNT
) -> SupplierReport:
    return await read_as_before(counter.desk, account, report, said or Naming())


async def compares(counter: Counter, report: str, said: Naming) -> None:
    """A day later than the last time."""
    day = business_date(counter.clock.now())
    await counter.later(DAY_S)
    read = await reads(counter, report, said)
    await reconcile_supplier(counter.desk, ACCOUNT, Days(day, day), read, by="rina")


async def test_what_was_said_once_need_not_be_said_again(counter: Counter) -> None:
    with pytest.raises(Invalid):
        await reads(counter, OWN)
    await compares(counter, OWN, NAMED)
    assert (await reads(counter, OWN)).lines == (ReportLine(2, "TRX-1", Claim.SUCCESS, 10_000),)
    await compares(counter, OWN, Naming())
    assert (await reads(counter, OWN)).naming == NAMED


async def test_what_is_said_anew_counts_and_is_kept(counter: Counter) -> None:
    await compares(counter, OWN, NAMED)
    await compares(counter, OWN, Naming(cost="-"))
    assert not (await reads(counter, OWN)).compares_cost
    assert (await reads(counter, OWN, Naming(cost="harga"))).compares_cost


async def test_a_report_that_has_the_usual_names_again_is_read_by_them(counter: Counter) -> None:
    await compares(counter, OWN, NAMED)
    assert (await reads(counter, USUAL)).naming == Naming()
    await compares(counter, USUAL, Naming())
    with pytest.raises(Invalid) as wrong:
        await reads(counter, OWN)
    assert "idtrx, hasil, Harga" in str(wrong.value.errors)


async def test_another_account_has_names_of_its_own(counter: Counter) -> None:
    await compares(counter, OWN, NAMED)
    with pytest.raises(Invalid):
        await reads(counter, OWN, account="okeconnect-main")


async def test_what_is_wrong_with_what_was_said_is_told_of_that(counter: Counter) -> None:
    await compares(counter, OWN, NAMED)
    with pytest.raises(Invalid) as wrong:
        await reads(counter, OWN, Naming(reference="tidak ada"))
    assert set(wrong.value.errors) == {"reference"}


async def test_a_wrong_word_is_told_beside_itself_and_not_beside_what_is_remembered(
    counter: Counter,
) -> None:
    await compares(counter, OWN, NAMED)
    with pytest.raises(Invalid) as wrong:
        await reads(counter, OWN, Naming(cost="tidak ada"))
    assert set(wrong.value.errors) == {"cost"}
