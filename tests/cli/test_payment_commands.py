"""What operators do with payments, as they type it: from a payment in review to a trial balance."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from konter.funding.confirm import Told, confirm_many
from konter.funding.note import note_transactions
from konter.funding.overview import payments_of
from konter.funding.refund_account import note_refund_account
from konter.funding.states import Purpose
from konter.kernel.money import Rupiah
from konter.ledger.wallets import GUEST
from konter.orders.read import OrderView
from konter.upstreams.gateway_contract import PaidOtherwise, Receipt, Refunded, State
from tests.cli.typed import Said, konter
from tests.orders.counter import PRICE, RETAIL, WHO, Counter, open_counter, stock
from tests.sim_process import (
    IPAYMU_API_KEY,
    IPAYMU_VA,
    PROD_KEY,
    TRIPAY_API_KEY,
    TRIPAY_MERCHANT,
    TRIPAY_PRIVATE_KEY,
    USERNAME,
    Sim,
)


class Operator:
    """Types lines for the shop on this database."""

    def __init__(self, conninfo: str, sim: Sim, at: Path) -> None:
        self._at = at
        self._environ = {
            "DATABASE_URL": conninfo,
            "KONTER_SECRET": "x" * 40,
            "DIGIFLAZZ_USERNAME": USERNAME,
            "DIGIFLAZZ_API_KEY": PROD_KEY,
            "DIGIFLAZZ_BASE_URL": sim.digiflazz_url,
            "IPAYMU_VA": IPAYMU_VA,
            "IPAYMU_API_KEY": IPAYMU_API_KEY,
            "IPAYMU_BASE_URL": sim.ipaymu.url,
            "TRIPAY_API_KEY": TRIPAY_API_KEY,
            "TRIPAY_PRIVATE_KEY": TRIPAY_PRIVATE_KEY,
            "TRIPAY_MERCHANT_CODE": TRIPAY_MERCHANT,
            "TRIPAY_BASE_URL": sim.tripay.url,
        }

    async def types(self, *lines: list[str]) -> list[Said]:
        """Every line in order, what it said squeezed; each must say something. A word "=PATTERN"
        is what was last said that looks so."""
        said: list[Said] = []
        for line in lines:
            so_far = " ".join(one.out for one in said)
            words = [re.findall(w[1:], so_far)[-1] if w.startswith("=") else w for w in line]
            done = await asyncio.to_thread(konter, *words, at=self._at, environ=self._environ)
            assert done.out or done.err, line
            said.append(done.squeezed)
        return said


@pytest.fixture
def sim(sim_process: Sim) -> Sim:
    return sim_process


@pytest.fixture
async def counter(conninfo: str, sim: Sim) -> AsyncIterator[Counter]:
    await sim.reset(price_list_gap_s=0)
    await stock(conninfo, sim)
    async with open_counter(conninfo, sim) as counter:
        yield counter


@pytest.fixture
def operator(counter: Counter, sim: Sim, tmp_path: Path) -> Operator:
    return Operator(counter.db.conninfo, sim, tmp_path)


async def hears(counter: Counter, order: OrderView, *words: State) -> int:
    """The gateway speaks of a transaction for this order; answers the payment."""
    funding, now = counter.desk.funding, counter.clock.now()
    invoice = await counter.invoice(order.id)
    async with counter.db.transaction() as tx:
        await note_transactions(funding, tx, [(invoice.id, "T-odd")], at=now)
        (payment,) = await payments_of(tx, Purpose.ORDER, order.id)
    for word in words:
        await confirm_many(funding, [Told(payment.id, word, now)])
    return payment.id


async def test_an_operator_gives_a_guests_payment_back_and_pays_it_out(
    counter: Counter, operator: Operator
) -> None:
    order = await counter.checks_out("087800009999", user_id=GUEST)
    payment = str(await counter.pays(order.id, more=-1_000))
    why = ["--reason", "kurang bayar seribu"]
    account = {"bank": "DANA", "number": "081200000042", "holder": "Siti Aminah"}
    await note_refund_account(counter.desk.funding, Purpose.ORDER, order.id, **account)
    settle = ["refund", "settle", rf"=(\d+) +{order.code}", "--bank", "bca", "--evidence"]
    said = await operator.types(
        ["payment", "list", "--state", "review"],
        ["payment", "show", order.code],
        ["payment", "accept", payment, *why],
        ["payment", "release", payment, *why],
        ["payment", "release", payment, *why],
        ["refund", "list"],
        [*settle, "transfer 17/11, ref 0042"],
        [*settle, "transfer 17/11, ref 0042"],
        [*settle, "another transfer"],
        ["refund", "settle", "999999", "--bank", "bca", "--evidence", "ref 0042"],
        ["refund", "list"],
        ["order", "show", order.code],
        ["check-books"],
    )
    listed, shown, hasty, released, again, refunds, *settled, empty, told, books = said
    paid = Rupiah(RETAIL - 1_000).shown()
    assert f"{order.code} {payment} tripay" in listed.out and f"review {paid}" in listed.out
    assert "tripay:QRIS2" in shown.out and "another amount" in shown.out
    assert hasty.status == 1 and f"asked={RETAIL}" in hasty.err
    assert released.out == f"{paid} of payment {payment} is with its buyer."
    assert again.status == 1 and "state='applied'" in again.err
    assert "DANA 081200000042 Siti Aminah" in refunds.out and f"Together {paid}." in refunds.out
    assert [one.status for one in settled] == [0, 0, 1, 1]
    assert settled[0] == settled[1] and settled[0].out.endswith("is settled from bca.")
    assert "differs_in='evidence'" in settled[2].err and empty.out == "Refunds due: none"
    assert f"guest: {WHO.name} ({WHO.email}, {WHO.phone})" in told.out
    assert "to the buyer" in told.out and "not paid" in told.out and "settled" in told.out
    assert books.status == 0, books.err


async def test_an_operator_accepts_reverses_settles_reconciles_and_switches_channels(
    counter: Counter, operator: Operator
) -> None:
    odd = Receipt("T-odd", Rupiah(PRICE), kept=Rupiah(800), charged=Rupiah(PRICE + 1))
    mismatch = PaidOtherwise(odd, "charged otherwise")
    accepted = str(await hears(counter, await counter.checks_out("087800009991"), mismatch))
    held = await counter.bought("087800009992")
    await confirm_many(counter.desk.funding, await given_back(counter, held))
    async with counter.db.read() as tx:
        (line,) = await payments_of(tx, Purpose.ORDER, held.id)
    reversal = ["payment", "reversal", str(line.id), "--reason", "chargeback bank"]
    net = PRICE - 800
    settlement = ["book", "settlement", "tripay"]
    said = await operator.types(
        ["payment", "accept", accepted, "--reason", "biaya lain di gateway"],
        ["payment", "reversal", accepted, "--from", "losses", "--reason", "chargeback bank"],
        [*reversal, "--from", "unapplied"],
        [*reversal, "--from", "losses"],
        [*settlement, "999999", "--bank", "mandiri"],
        [*settlement, str(net - 100), "--bank", "mandiri", "--fee", "100", "--key", "WD-1"],
        [*settlement, str(net - 100), "--bank", "mandiri", "--fee", "100", "--key", "WD-1"],
        ["book", "payout", "5000", "--bank", "mandiri", "--reason", "gaji pemilik"],
        ["reconcile", "payments", "--date", "2026-11-16"],
        ["check-books"],
        ["payment", "channel", "tripay:QRIS2", "--off"],
        ["payment", "channel", "tripay:*", "--fee", "buyer"],
        ["payment", "channels", "--refresh"],
        ["payment", "channel", "tripay:QRIS2"],
        ["payment", "channel", "tripay:NOPE", "--on"],
    )
    took, too_soon, elsewhere, reversed_, more, settled, again, payout, *others = said
    compared, books, off, fee, channels, nothing, unknown = others
    assert took.out == f"Payment {accepted} is accepted; a worker applies it."
    assert (too_soon.status, elsewhere.status) == (1, 1)
    assert f"owes us {Rupiah(net).shown()} less" in reversed_.out
    assert more.status == 1 and f"settled=999999, owed={net}" in more.err
    assert settled == again and settled.out.endswith("still owes us Rp 0.")
    assert payout.out == f"By our books mandiri now has {Rupiah(net - 5_100).shown()}."
    assert compared.status == 1 and "missing_there" in compared.out
    assert "look it up in the gateway's dashboard" in compared.out
    assert books.status == 0, books.err
    assert off.out == "tripay:QRIS2: 1 channels set." and fee.status == 0
    (line_,) = re.findall(r"tripay:QRIS2 .*?(?= tripay:|$)", channels.out)
    assert "0.70 % buyer Rp 1.000 to Rp 5.000.000 open off" in line_
    assert (nothing.status, unknown.status) == (2, 1)


async def given_back(counter: Counter, order: OrderView) -> list[Told]:
    async with counter.db.read() as tx:
        (line,) = await payments_of(tx, Purpose.ORDER, order.id)
    return [Told(line.id, Refunded(), counter.clock.now())]
