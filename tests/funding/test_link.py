"""Making a link: asked for once under each reference, whatever becomes of the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from konter.funding.link import Link, claim_links, make_link
from konter.funding.made import settle_link
from konter.funding.store import Invoice
from konter.kernel.outcome import Unknown
from konter.kernel.wire_types import WireSilence
from konter.upstreams.gateway_contract import NotCreated
from konter.upstreams.gateways.ipaymu import Ipaymu, IpaymuSettings
from tests.funding.cashier import Cashier
from tests.sim_process import (
    IPAYMU_API_KEY,
    IPAYMU_VA,
    TRIPAY_API_KEY,
    TRIPAY_PRIVATE_KEY,
)

GATEWAYS = ("ipaymu", "tripay")


def seconds(amount: float) -> timedelta:
    return timedelta(seconds=amount)


async def test_a_created_link_is_open_and_says_how_to_pay(cashier: Cashier) -> None:
    invoice = await cashier.opened("tripay")
    row = await cashier.row(invoice)
    assert row["state"] == "open"
    assert row["url"] and row["qr"] and row["instructions"]
    assert (row["charged"], row["fee"]) == (50_000, 1_100)
    assert row["opened_at"] == cashier.clock.now() and row["lease_until"] is None
    assert await cashier.creations(invoice) == 1
    assert invoice.purpose_id in cashier.hints.heard


async def test_a_transaction_that_is_named_is_asked_about_a_while_later(cashier: Cashier) -> None:
    invoice = await cashier.opened("tripay")
    payment = await cashier.payment(invoice)
    (there,) = await cashier.sim.tripay.payments()
    assert payment["their_id"] == there["id"] and payment["state"] == "waiting"
    assert payment["next_action_at"] == cashier.clock.now() + seconds(30)
    assert (await cashier.row(invoice))["next_action_at"] is None


async def test_a_page_that_names_none_is_looked_for_a_while_later(cashier: Cashier) -> None:
    invoice = await cashier.opened("ipaymu")
    row = await cashier.row(invoice)
    assert row["state"] == "open" and row["session_id"] and row["url"]
    assert row["next_action_at"] == cashier.clock.now() + seconds(30)
    assert await cashier.payments(invoice) == []


async def test_a_code_at_ipaymu_is_a_transaction_at_once(cashier: Cashier) -> None:
    invoice = await cashier.opened("ipaymu", channel="va.bca")
    row = await cashier.row(invoice)
    assert row["pay_code"] and row["next_action_at"] is None
    assert row["expires_at"] > cashier.clock.now() + timedelta(hours=11), "as they told"
    assert (await cashier.payment(invoice))["state"] == "waiting"


@pytest.mark.parametrize("gateway", GATEWAYS)
@pytest.mark.parametrize("trick", [908, 910, 912])
async def test_a_link_whose_answer_is_lost_is_doubtful_and_never_made_again(
    cashier: Cashier, gateway: str, trick: int
) -> None:
    """Silence, an HTML error and a reset; each time the payment stands there."""
    invoice = await cashier.opened(gateway, 50_000 + trick)
    row = await cashier.row(invoice)
    assert row["state"] == "doubtful" and row["problem"]
    for _ in range(3):
        await cashier.later(600)
        assert await cashier.claim_links() == []
    assert await cashier.row(invoice) == row, "nor is the search for it put off"
    assert await cashier.creations(invoice) == 1
    await cashier.assert_honest()


async def test_an_error_after_which_nothing_stands_is_just_as_doubtful(cashier: Cashier) -> None:
    """Nobody can tell the difference from here."""
    invoice = await cashier.opened("tripay", 50_909)
    assert (await cashier.row(invoice))["state"] == "doubtful"
    await cashier.later(600)
    await cashier.make()
    assert await cashier.creations(invoice) == 1
    assert await cashier.sim.tripay.payments() == []


async def test_a_renewed_link_has_a_reference_of_its_own(cashier: Cashier) -> None:
    first = await cashier.opened("tripay", 50_910)
    second = await cashier.opened("tripay", order_id=first.purpose_id)
    assert (second.number, second.state) == (2, "open")
    assert second.reference != first.reference


async def test_a_crash_between_claim_and_answer_makes_it_doubtful_not_twice(
    cashier: Cashier,
) -> None:
    invoice = await cashier.want("ipaymu")
    (link,) = await cashier.claim_links()
    await cashier.send_only(link)
    assert await cashier.claim_links() == [], "the lease lives"
    await cashier.later(cashier.desk.lease("ipaymu").total_seconds())
    assert await cashier.claim_links() == []
    row = await cashier.row(invoice)
    assert row["state"] == "doubtful" and row["lease_until"] is None
    assert row["next_action_at"] == cashier.clock.now() + seconds(30)
    assert await cashier.creations(invoice) == 1


async def test_an_answer_later_than_its_lease_still_counts(cashier: Cashier) -> None:
    invoice = await cashier.want("tripay")
    (link,) = await cashier.claim_links()
    cashier.clock.advance(cashier.desk.lease("tripay").total_seconds())
    assert await cashier.claim_links() == []
    assert (await cashier.row(invoice))["state"] == "doubtful"
    await make_link(cashier.desk, replace(link, start_by=cashier.clock.monotonic()))
    assert (await cashier.row(invoice))["state"] == "open"
    assert (await cashier.payment(invoice))["state"] == "waiting"


async def lost(cashier: Cashier) -> tuple[Invoice, Link]:
    """A link whose maker has not been heard of until its lease was over."""
    invoice = await cashier.want("ipaymu")
    (link,) = await cashier.claim_links()
    await cashier.later(cashier.desk.lease("ipaymu").total_seconds())
    await cashier.claim_links()
    return invoice, link


async def test_a_lost_call_that_never_left_after_all_is_made_again(cashier: Cashier) -> None:
    invoice, link = await lost(cashier)
    await cashier.finish(link)
    assert (await cashier.row(invoice))["state"] == "due"
    await cashier.later(1)
    await cashier.make()
    assert (await cashier.row(invoice))["state"] == "open"
    assert await cashier.creations(invoice) == 1


async def test_what_somebody_looks_for_by_now_is_not_made_again(cashier: Cashier) -> None:
    invoice, link = await lost(cashier)
    await cashier.later(30)
    assert len(await cashier.claim()) == 1
    before = await cashier.row(invoice)
    await settle_link(cashier.desk, invoice.id, WireSilence(False, "late"), fence=link.fence)
    assert await cashier.row(invoice) == before


async def test_a_late_answer_that_says_nothing_changes_nothing(cashier: Cashier) -> None:
    invoice, link = await lost(cashier)
    before = await cashier.row(invoice)
    await cashier.later(20)
    await settle_link(cashier.desk, invoice.id, Unknown("late"), fence=link.fence)
    assert await cashier.row(invoice) == before


async def test_a_late_refusal_ends_the_search(cashier: Cashier) -> None:
    invoice, link = await lost(cashier)
    no = NotCreated("Format isian notify url tidak valid.", ours=False)
    await settle_link(cashier.desk, invoice.id, no, fence=link.fence)
    row = await cashier.row(invoice)
    assert (row["state"], row["next_action_at"]) == ("refused", None)


async def test_a_call_that_starts_too_late_is_not_sent_and_comes_again(cashier: Cashier) -> None:
    invoice = await cashier.want("tripay")
    (link,) = await cashier.claim_links()
    cashier.clock.advance(cashier.desk.lease("tripay").total_seconds() / 3)
    await make_link(cashier.desk, link)
    row = await cashier.row(invoice)
    assert (row["state"], row["not_sent"]) == ("due", 1)
    assert await cashier.creations(invoice) == 0
    cashier.clock.advance(0.5)
    assert await cashier.make() == 1
    assert (await cashier.row(invoice))["state"] == "open"


def unreachable() -> Ipaymu:
    return Ipaymu(
        IpaymuSettings(va=IPAYMU_VA, api_key=IPAYMU_API_KEY, base_url="http://127.0.0.1:9")
    )


async def test_a_call_that_never_left_is_made_again_ever_later_and_given_up(
    cashier: Cashier,
) -> None:
    cashier.desk = replace(cashier.desk, gateways={"ipaymu": unreachable()})
    invoice = await cashier.want("ipaymu")
    waits = []
    for _ in range(7):
        assert await cashier.make() == 1
        row = await cashier.row(invoice)
        assert row["state"] == "due"
        waits.append((row["next_action_at"] - cashier.clock.now()).total_seconds())
        assert await cashier.make() == 0, "not before its time"
        cashier.clock.advance(waits[-1])
    assert waits == [0.5, 1, 2, 4, 8, 16, 32]
    assert await cashier.make() == 1
    row = await cashier.row(invoice)
    assert (row["state"], row["next_action_at"]) == ("refused", None) and row["problem"]


async def test_a_refusal_is_final_for_its_reference(cashier: Cashier) -> None:
    invoice = await cashier.opened("tripay", channel="NOSUCH")
    row = await cashier.row(invoice)
    assert (row["state"], row["problem"]) == ("refused", "Invalid payment method")
    assert await cashier.tasks() == [], "about this payment, not about us"
    await cashier.later(600)
    assert await cashier.make() == 0


async def test_what_the_gateway_needs_and_we_lack_is_refused_before_anything_leaves(
    cashier: Cashier,
) -> None:
    invoice = await cashier.opened("tripay", email=None)
    row = await cashier.row(invoice)
    assert row["state"] == "refused" and "email" in row["problem"]
    assert await cashier.creations(invoice) == 0


async def test_a_refusal_about_our_account_calls_a_person_until_a_link_is_made_again(
    cashier: Cashier,
) -> None:
    await cashier.sim.tripay.options(ip_known=False)
    for _ in range(2):
        await cashier.opened("tripay")
    assert await cashier.tasks() == ["gateway_refused"]
    await cashier.sim.tripay.options(ip_known=True)
    await cashier.opened("ipaymu")
    assert await cashier.tasks() == ["gateway_refused"], "another gateway proves nothing"
    await cashier.opened("tripay")
    assert await cashier.tasks() == []


async def test_an_answer_settled_twice_changes_nothing(cashier: Cashier) -> None:
    invoice = await cashier.want("tripay")
    (link,) = await cashier.claim_links()
    await make_link(cashier.desk, link)
    before = await cashier.row(invoice)
    await settle_link(cashier.desk, invoice.id, Unknown("late"), fence=link.fence)
    assert await cashier.row(invoice) == before


async def test_two_workers_never_make_one_link_twice(cashier: Cashier) -> None:
    invoices = [await cashier.want("tripay") for _ in range(5)]
    first = await claim_links(cashier.desk, 3)
    second = await claim_links(cashier.desk, 50)
    assert len(first) == 3 and len(second) == 2
    assert {link.invoice_id for link in [*first, *second]} == {i.id for i in invoices}


async def test_the_transcript_is_kept_and_holds_no_secret(cashier: Cashier) -> None:
    invoice = await cashier.opened("tripay")
    async with cashier.db.read() as tx:
        rows = await tx.dicts(
            "SELECT * FROM suppliers.exchanges WHERE reference = %s", [invoice.reference]
        )
    assert [row["purpose"] for row in rows] == ["create"]
    assert TRIPAY_PRIVATE_KEY not in str(rows) and TRIPAY_API_KEY not in str(rows)
