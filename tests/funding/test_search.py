"""Looking for payments in a gateway's list, where no callback came and no id was told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from konter.funding.search import Search
from konter.kernel.money import Rupiah
from konter.upstreams.gateway_contract import Buyer, Invoice
from tests.funding.cashier import Cashier


def seconds(amount: float) -> timedelta:
    return timedelta(seconds=amount)


async def histories(cashier: Cashier) -> int:
    calls = await cashier.sim.ipaymu.calls()
    return sum(call["path"].endswith("/history") for call in calls)


async def test_a_lost_callback_of_a_page_is_found_in_the_history(cashier: Cashier) -> None:
    invoice = await cashier.opened("ipaymu")
    await cashier.sim.ipaymu.pay(invoice.reference, channel="mpm")
    await cashier.later(30)
    await cashier.ask_until_quiet()
    payment = await cashier.payment(invoice)
    assert (payment["state"], payment["amount"], payment["kept"]) == ("unapplied", 50_000, 350)
    assert await cashier.sums() == {"unapplied": 50_000, "gateway:ipaymu": -49_650, "fees": -350}
    row = await cashier.row(invoice)
    assert (row["state"], row["searches"], row["next_action_at"]) == ("ended", 1, None)
    assert cashier.hints.due == 1, "what was found is asked about at once"
    await cashier.assert_honest()


@pytest.mark.parametrize("gateway", ["ipaymu", "tripay"])
@pytest.mark.parametrize("trick", [908, 910, 912])
async def test_a_doubtful_link_that_was_made_after_all_is_found(
    cashier: Cashier, gateway: str, trick: int
) -> None:
    invoice = await cashier.opened(gateway, 50_000 + trick)
    assert invoice.state == "doubtful"
    await cashier.gateway(gateway).choose(invoice.reference)
    await cashier.later(30)
    await cashier.ask_until_quiet()
    assert (await cashier.row(invoice))["state"] == "open"
    assert (await cashier.payment(invoice))["state"] == "waiting"
    await cashier.gateway(gateway).pay(invoice.reference)
    await cashier.later(30)
    await cashier.ask_until_quiet()
    assert (await cashier.payment(invoice))["state"] == "unapplied"
    assert await cashier.creations(invoice) == 1
    await cashier.assert_honest()


async def test_a_crash_while_a_link_was_made_loses_no_payment(cashier: Cashier) -> None:
    invoice = await cashier.want("ipaymu", channel="va.bca")
    (link,) = await cashier.claim_links()
    await cashier.send_only(link)
    await cashier.sim.ipaymu.pay(invoice.reference)
    await cashier.later(cashier.desk.lease("ipaymu").total_seconds())
    await cashier.make()
    assert (await cashier.row(invoice))["state"] == "doubtful"
    await cashier.later(30)
    await cashier.ask_until_quiet()
    assert (await cashier.payment(invoice))["state"] == "unapplied"
    assert await cashier.creations(invoice) == 1
    await cashier.assert_honest()


async def test_paid_twice_under_one_reference_is_two_payments(cashier: Cashier) -> None:
    invoice = await cashier.opened("ipaymu")
    for _ in range(2):
        await cashier.sim.ipaymu.pay(invoice.reference, channel="mpm")
    await cashier.later(30)
    await cashier.ask_until_quiet()
    assert [p["state"] for p in await cashier.payments(invoice)] == ["unapplied", "unapplied"]
    assert (await cashier.sums())["unapplied"] == 100_000
    await cashier.assert_honest()


async def test_one_look_serves_all_that_wait_for_it(cashier: Cashier) -> None:
    invoices = []
    for number in range(4):
        invoices.append(await cashier.opened("ipaymu", 10_000 + number))
        await cashier.later(4)
    for invoice in invoices:
        await cashier.sim.ipaymu.pay(invoice.reference, channel="mpm")
    await cashier.later(14)
    jobs = await cashier.claim()
    assert [type(job) for job in jobs] == [Search], "whoever is due soon comes along"
    assert await cashier.claim() == []
    await cashier.later(cashier.desk.lease("ipaymu").total_seconds())
    await cashier.ask_until_quiet()
    assert [(await cashier.payment(i))["state"] for i in invoices] == ["unapplied"] * 4
    assert await histories(cashier) == 1
    await cashier.assert_honest()


async def test_the_list_is_read_back_page_by_page(cashier: Cashier) -> None:
    invoice = await cashier.opened("ipaymu")
    await cashier.sim.ipaymu.pay(invoice.reference, channel="mpm")
    for number in range(45):
        await send_for_another(cashier, f"INV-{number}")
    await cashier.later(30)
    await cashier.ask_until_quiet()
    assert (await cashier.payment(invoice))["state"] == "unapplied"
    assert await histories(cashier) == 3
    assert len(await cashier.payments()) == 1, "what is another program's is left alone"


async def send_for_another(cashier: Cashier, reference: str) -> None:
    """The same account there serves another program, too."""
    gateway = cashier.desk.gateways["ipaymu"]
    ask = Invoice(
        reference=reference,
        amount=Rupiah(20_000),
        title="Lain",
        buyer=Buyer("Budi", "budi@example.id", "081200000002"),
        callback_url="http://127.0.0.1:9/",
        return_url="http://127.0.0.1:9/",
        cancel_url="http://127.0.0.1:9/",
        lasts=timedelta(hours=1),
        channel="va.bca",
    )
    request = gateway.create(ask, cashier.clock.now())
    await cashier.desk.wire.ask(request, account="ipaymu", purpose="create")


async def test_looks_become_rarer_and_end_after_the_watch(cashier: Cashier) -> None:
    invoice = await cashier.opened("ipaymu")
    waits = []
    for _ in range(4):
        due = (await cashier.row(invoice))["next_action_at"]
        waits.append((due - cashier.clock.now()).total_seconds())
        await cashier.later(waits[-1])
        assert await cashier.ask() == 1
    assert waits == [30, 30, 30, 45]
    await cashier.later(3600 + 259_200)
    assert await cashier.ask() == 1
    row = await cashier.row(invoice)
    assert (row["state"], row["next_action_at"], row["searches"]) == ("ended", None, 5)
    await cashier.later(10_000)
    assert await cashier.ask() == 0


async def test_a_list_that_cannot_be_read_is_looked_at_again(cashier: Cashier) -> None:
    invoice = await cashier.opened("ipaymu")
    await cashier.sim.ipaymu.pay(invoice.reference, channel="mpm")
    await cashier.sim.ipaymu.options(ip_known=False)
    await cashier.later(30)
    assert await cashier.ask() == 1
    row = await cashier.row(invoice)
    assert (row["state"], row["searches"]) == ("open", 1)
    assert row["next_action_at"] == cashier.clock.now() + seconds(30)
    await cashier.sim.ipaymu.options(ip_known=True)
    await cashier.later(30)
    await cashier.ask_until_quiet()
    assert (await cashier.payment(invoice))["state"] == "unapplied"


async def test_a_late_payment_is_found_in_the_list(cashier: Cashier) -> None:
    """It had expired there, and was asked about, before it was paid."""
    invoice = await cashier.opened("ipaymu")
    await cashier.sim.ipaymu.choose(invoice.reference, channel="mpm")
    await cashier.sim.ipaymu.expire(invoice.reference)
    await cashier.later(30)
    await cashier.ask_until_quiet()
    assert (await cashier.payment(invoice))["state"] == "ended"
    await cashier.later(30)
    await cashier.ask_until_quiet()
    assert await cashier.questions("ipaymu") == 1, "an expired one is not asked about each time"
    await cashier.sim.ipaymu.pay(invoice.reference)
    await cashier.later(45)
    await cashier.ask_until_quiet()
    assert (await cashier.payment(invoice))["state"] == "unapplied"
    await cashier.assert_honest()


async def test_a_second_payment_of_one_that_is_done_is_found_on_the_way(cashier: Cashier) -> None:
    done = await cashier.opened("ipaymu")
    await cashier.sim.ipaymu.pay(done.reference, channel="mpm")
    await cashier.later(30)
    await cashier.ask_until_quiet()
    await cashier.sim.ipaymu.pay(done.reference)
    await cashier.opened("ipaymu")
    await cashier.later(30)
    await cashier.ask_until_quiet()
    assert [p["state"] for p in await cashier.payments(done)] == ["unapplied", "unapplied"]
    await cashier.assert_honest()


async def test_a_search_that_crashed_is_made_again(cashier: Cashier) -> None:
    invoice = await cashier.opened("ipaymu")
    await cashier.sim.ipaymu.pay(invoice.reference, channel="mpm")
    await cashier.later(30)
    assert len(await cashier.claim()) == 1
    await cashier.later(cashier.desk.lease("ipaymu").total_seconds())
    await cashier.ask_until_quiet()
    assert (await cashier.payment(invoice))["state"] == "unapplied"


async def test_a_search_that_was_overtaken_plans_nothing(cashier: Cashier) -> None:
    invoice = await cashier.opened("ipaymu")
    await cashier.later(30)
    (old,) = await cashier.claim()
    await cashier.later(cashier.desk.lease("ipaymu").total_seconds())
    (new,) = await cashier.claim()
    before = await cashier.row(invoice)
    await cashier.do(old)
    assert await cashier.row(invoice) == before, "somebody else's by now"
    await cashier.do(new)
    assert (await cashier.row(invoice))["searches"] == 1


async def test_no_page_is_asked_for_when_half_the_lease_is_over(cashier: Cashier) -> None:
    invoice = await cashier.opened("ipaymu")
    await cashier.later(30)
    (job,) = await cashier.claim()
    cashier.clock.advance(cashier.desk.lease("ipaymu").total_seconds() * 0.6)
    await cashier.do(job)
    assert await histories(cashier) == 0
    row = await cashier.row(invoice)
    assert row["lease_until"] is None and row["next_action_at"] > cashier.clock.now()
