"""A callback is a reason to ask; what it claims, and who sent it, moves nothing."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest

from konter.funding.hear import hear
from konter.kernel.wire_types import WireCall
from konter.upstreams.contract import NotGenuine
from konter.upstreams.gateways.ipaymu_callbacks import canonical
from tests.funding.till import GATEWAYS, Till, altered, open_till
from tests.landlord import lent
from tests.sim_process import IPAYMU_VA, TRIPAY_API_KEY, Sim
from tests.upstreams.payments import tripay_signature


@pytest.fixture(scope="module")
def shared(server_conninfo: str, template: str) -> Iterator[str]:
    """One database for this file, emptied for each test."""
    with lent(server_conninfo, template) as conninfo:
        yield conninfo


@pytest.fixture
async def till(shared: str, sim_process: Sim) -> AsyncIterator[Till]:
    async with open_till(shared, sim_process) as till:
        yield till


async def test_bug_01_a_forged_tripay_callback_is_not_even_kept(till: Till) -> None:
    invoice = await till.opened("tripay")
    await till.sim.tripay.callback(invoice.reference, set={"status": "PAID"}, forged=True)
    forged = await till.callback()
    unsigned = {k: v for k, v in forged.headers.items() if k != "x-callback-signature"}
    with pytest.raises(NotGenuine):
        await till.knock("tripay", replace(forged, headers=unsigned))
    assert till.answers == ["refused"] and await till.messages() == []
    assert await till.read_inbox() == 0


@pytest.mark.parametrize("signature", ["0" * 64, "", None])
async def test_bug_01_a_forged_ipaymu_callback_only_makes_us_ask(
    till: Till, signature: str | None
) -> None:
    invoice = await till.opened("ipaymu")
    await till.sim.ipaymu.choose(invoice.reference)
    genuine = await till.callback()
    headers = {k: v for k, v in genuine.headers.items() if k != "x-signature"}
    if signature is not None:
        headers["x-signature"] = signature
    fields = dict(parse_qsl(genuine.body.decode())) | {"status": "berhasil", "status_code": "1"}
    await till.knock("ipaymu", replace(genuine, headers=headers, body=urlencode(fields).encode()))
    assert await till.read_inbox() == 2
    assert await till.ask() == 1
    (payment,) = await till.payments()
    assert (payment["state"], payment["said"]) == ("waiting", "waiting")
    assert await till.sums() == {}


async def test_bug_02_another_header_or_key_proves_nothing(till: Till) -> None:
    invoice = await till.opened("tripay")
    await till.sim.tripay.pay(invoice.reference)
    genuine = await till.callback()
    signature = genuine.headers["x-callback-signature"]
    others = {k: v for k, v in genuine.headers.items() if k != "x-callback-signature"}
    for wrong in (
        others | {"x-signature": signature},
        others | {"x-callback-signature": tripay_signature(genuine.body, TRIPAY_API_KEY)},
        others | {"x-callback-signature": f"sha256={signature}"},
    ):
        with pytest.raises(NotGenuine):
            await till.knock("tripay", replace(genuine, headers=wrong))
    assert len(await till.messages()) == 1


async def test_bug_03_a_rewritten_body_is_not_what_was_signed(till: Till) -> None:
    invoice = await till.opened("tripay")
    await till.sim.tripay.pay(invoice.reference)
    genuine = await till.callback()
    for body in (
        json.dumps(json.loads(genuine.body)).encode(),
        genuine.body.replace(b"\\/", b"/") + b"\n",
        altered(genuine, note="Lunas"),
    ):
        with pytest.raises(NotGenuine):
            await till.knock("tripay", replace(genuine, body=body))


@pytest.mark.parametrize("code", GATEWAYS)
async def test_bug_04_a_status_that_the_gateways_api_denies_moves_nothing(
    till: Till, code: str
) -> None:
    """The signature is good, and nobody has paid: the reserved amount 907."""
    invoice = await till.opened(code, 50_907)
    await till.callback(2 if code == "ipaymu" else 1)
    await till.read_inbox()
    assert await till.ask() == 1
    (payment,) = await till.payments()
    assert (payment["reference"], payment["said"]) == (invoice.reference, "waiting")
    assert payment["state"] == "waiting" and await till.sums() == {}


async def test_bug_05_a_pending_callback_is_not_paid(till: Till) -> None:
    invoice = await till.opened("ipaymu")
    chosen = await till.sim.ipaymu.choose(invoice.reference, channel="mpm")
    await till.callback()
    assert await till.read_inbox() == 1
    assert await till.ask() == 1
    payment = await till.known_as(str(chosen["id"]))
    assert (payment["state"], payment["said"]) == ("waiting", "waiting")
    assert await till.sums() == {}


@pytest.mark.parametrize("code", GATEWAYS)
async def test_bug_06_a_paid_transaction_replayed_onto_another_invoice_pays_nothing(
    till: Till, code: str
) -> None:
    """Signed with the right key, too: of iPaymu's anybody may know it."""
    invoice, their_id = await till.paid(code)
    other = await till.opened(code)
    standing = await till.sums()
    genuine = till.calls[-1]
    assert invoice.reference.encode() in genuine.body
    body = genuine.body.replace(invoice.reference.encode(), other.reference.encode())
    if code == "tripay":
        signed = {"x-callback-signature": tripay_signature(body)}
    else:
        signed = {"x-signature": ipaymu_signature(body)}
    await till.knock(code, replace(genuine, headers=dict(genuine.headers) | signed, body=body))
    assert await till.read_inbox() == 1
    await till.later(60)
    await till.ask()
    states = {(p["reference"], p["their_id"]): p["state"] for p in await till.payments()}
    assert states.pop((invoice.reference, their_id)) == "unapplied"
    assert set(states.values()) <= {"waiting"} and (other.reference, their_id) not in states
    assert await till.sums() == standing


@pytest.mark.parametrize("code", GATEWAYS)
async def test_bug_06_nor_if_it_is_replayed_before_its_own_is_heard(till: Till, code: str) -> None:
    await till.gateway(code).options(poll_gap_s=0)
    invoice, other = await till.opened(code), await till.opened(code)
    await till.gateway(code).script(invoice.reference, {"do": "callback", "times": 0})
    paid = await till.gateway(code).pay(invoice.reference)
    hint = hint_of(code, other.reference, str(paid["id"]))
    await till.knock(code, hint)
    assert await till.read_inbox() == 1
    await till.ask()
    states = {(p["reference"], p["their_id"]): p["state"] for p in await till.payments()}
    assert states[other.reference, str(paid["id"])] == "waiting"
    await till.knock(code, hint_of(code, invoice.reference, str(paid["id"])))
    await till.read_inbox()
    await till.later(60)
    await till.ask()
    states = {(p["reference"], p["their_id"]): p["state"] for p in await till.payments()}
    assert states[invoice.reference, str(paid["id"])] == "unapplied"
    assert states[other.reference, str(paid["id"])] != "unapplied"
    assert (await till.sums())["unapplied"] == 50_000


@pytest.mark.parametrize("code", GATEWAYS)
async def test_bug_08_fifty_identical_callbacks_at_once_are_one_payment(
    till: Till, code: str
) -> None:
    invoice = await till.opened(code)
    paid = await till.gateway(code).pay(invoice.reference)
    call = await till.callback(2 if code == "ipaymu" else 1)
    await asyncio.gather(*(till.knock(code, call) for _ in range(50)))
    messages = await till.messages_claimed()
    await asyncio.gather(*(hear(till.desk, m) for m in messages for _ in range(50)))
    (payment,) = await till.payments()
    assert payment["their_id"] == str(paid["id"])
    assert await till.ask() == 1
    await asyncio.gather(*(till.knock(code, call) for _ in range(50)))
    await till.read_inbox()
    await till.later(60)
    assert await till.ask() == 0
    (payment,) = await till.payments()
    assert payment["state"] == "unapplied" and payment["amount"] == 50_000
    assert (await till.sums())["unapplied"] == 50_000
    assert await till.questions(code) == 1


@pytest.mark.parametrize("code", GATEWAYS)
async def test_bug_10_a_late_word_about_the_time_before_changes_nothing(
    till: Till, code: str
) -> None:
    """Paid, then a stale callback says that it expired: and it is asked about no more."""
    _, their_id = await till.paid(code)
    standing = await till.sums()
    late: dict[str, object] = {"status": "EXPIRED", "paid_at": None}
    if code == "ipaymu":
        late = {"status": "expired", "status_code": -2, "paid_at": ""}
    heard, asked = len(till.calls), await till.questions(code)
    await till.gateway(code).callback(their_id, set=late)
    await till.callback(heard + 1)
    assert await till.read_inbox() == 1
    await till.later(60)
    assert await till.ask() == 0
    assert (await till.known_as(their_id))["state"] == "unapplied"
    assert await till.sums() == standing
    assert await till.questions(code) == asked
    assert (await till.messages())[-1]["outcome"] == "known"


async def test_a_callback_about_an_unpaid_end_is_asked_about_and_ends(till: Till) -> None:
    invoice = await till.opened("tripay")
    await till.sim.tripay.expire(invoice.reference)
    await till.callback()
    await till.read_inbox()
    assert await till.ask() == 1
    (payment,) = await till.payments()
    assert (payment["state"], payment["said"]) == ("ended", "expired")
    (message,) = await till.messages()
    assert (message["state"], message["outcome"]) == ("handled", "asked")
    assert message["reference"] == invoice.reference


async def test_a_hint_about_what_had_ended_is_asked_about_again(till: Till) -> None:
    """It expired, and was then paid all the same: the reserved amount 913."""
    await till.opened("tripay", 50_913)
    await till.callback()
    await till.read_inbox()
    assert await till.ask() == 1
    await till.callback(2)
    await till.read_inbox()
    await till.later(60)
    assert await till.ask() == 1
    (payment,) = await till.payments()
    assert payment["state"] == "unapplied"


@pytest.mark.parametrize("code", GATEWAYS)
async def test_an_unknown_reference_is_not_ours(till: Till, code: str) -> None:
    await till.knock(code, hint_of(code, "INV-OF-ANOTHER-SHOP", "193999"))
    assert await till.read_inbox() == 1
    (message,) = await till.messages()
    assert message["state"] == "not_ours" and "INV-OF-ANOTHER-SHOP" in message["outcome"]
    assert await till.payments() == []


async def test_a_hint_of_another_gateway_is_not_ours(till: Till) -> None:
    invoice = await till.opened("tripay")
    await till.knock("ipaymu", hint_of("ipaymu", invoice.reference, "193999"))
    await till.read_inbox()
    (message,) = await till.messages()
    assert message["state"] == "not_ours"


async def test_an_invoice_is_also_known_by_its_session(till: Till) -> None:
    invoice = await till.opened("ipaymu")
    chosen = await till.sim.ipaymu.choose(invoice.reference)
    await till.callback()
    fields = {"sid": invoice.session_id, "trx_id": chosen["id"], "reference_id": "?"}
    await till.knock("ipaymu", form(fields))
    assert await till.read_inbox() == 2
    (payment,) = await till.payments()
    assert payment["reference"] == invoice.reference


async def test_a_hint_without_a_transaction_has_it_looked_for(till: Till) -> None:
    """However many come, the list is read once within the least gap."""
    invoice = await till.opened("ipaymu")
    await till.sim.ipaymu.script(invoice.reference, {"do": "callback", "times": 0})
    paid = await till.sim.ipaymu.pay(invoice.reference)
    for place in range(3):
        hint = form({"reference_id": invoice.reference, "note": str(place)})
        await till.knock("ipaymu", hint)
        assert await till.read_inbox() == 1
    assert {m["outcome"] for m in await till.messages()} == {"looked for"}
    assert await till.ask() == 1, "a search"
    assert await till.ask() == 1, "a question"
    assert (await till.known_as(str(paid["id"])))["state"] == "unapplied"
    histories = [c for c in await till.sim.ipaymu.calls() if c["path"].endswith("/history")]
    assert len(histories) == 1


async def test_forged_transactions_are_not_asked_about_without_end(till: Till) -> None:
    invoice = await till.opened("ipaymu")
    hints = [hint_of("ipaymu", invoice.reference, str(900_000 + n)) for n in range(30)]
    for start in (0, 10, 20):
        for hint in hints[start : start + 10]:
            await till.knock("ipaymu", hint)
        assert await till.read_inbox() == 10
    assert len(await till.payments()) == 20
    outcomes = [m["outcome"] for m in await till.messages()]
    assert sorted(outcomes) == ["asked"] * 20 + ["dropped"] * 10


async def test_a_refund_of_what_is_confirmed_is_asked_about_at_once(till: Till) -> None:
    _, their_id = await till.paid("tripay")
    standing, heard = await till.sums(), len(till.calls)
    await till.later(60)
    await till.sim.tripay.refund(their_id)
    await till.callback(heard + 1)
    await till.read_inbox()
    payment = await till.known_as(their_id)
    assert payment["refunded_at"] is not None and payment["state"] == "review"
    assert sorted(await till.tasks()) == ["gateway_refund", "payment_review"]
    assert await till.sums() == standing
    assert (await till.messages())[-1]["outcome"] == "Refunded"
    await till.knock("tripay", till.calls[-1])
    await till.read_inbox()
    assert (await till.messages())[-1]["outcome"] == "known"


async def test_a_forged_refund_changes_nothing(till: Till) -> None:
    invoice, their_id = await till.paid("ipaymu")
    await till.later(60)
    fields = {"reference_id": invoice.reference, "trx_id": their_id, "status_code": 3}
    await till.knock("ipaymu", form(fields))
    await till.read_inbox()
    payment = await till.known_as(their_id)
    assert payment["refunded_at"] is None and await till.tasks() == []
    assert (await till.messages())[-1]["outcome"] == "Paid"


async def test_a_refund_that_nobody_confirms_now_is_asked_about_later(till: Till) -> None:
    """Within the gap after the last question, or while they are silent, the callback stays due."""
    invoice, their_id = await till.paid("tripay")
    heard = len(till.calls)
    await till.sim.tripay.refund(their_id)
    await till.callback(heard + 1)
    await till.read_inbox()
    assert (await till.messages())[-1]["state"] == "waiting", "too soon"
    await till.sim.tripay.script(invoice.reference, {"do": "silence"}, {"do": "answer"})
    await till.later(31)
    await till.read_inbox()
    assert (await till.messages())[-1]["state"] == "waiting", "silent"
    await till.later(31)
    await till.read_inbox()
    assert (await till.messages())[-1]["state"] == "handled"
    assert (await till.known_as(their_id))["refunded_at"] is not None


# A shop that trusts Tripay's signature.


async def test_a_trusted_callback_is_believed_without_a_question(till: Till) -> None:
    till.trusts("tripay")
    invoice = await till.opened("tripay")
    await till.sim.tripay.pay(invoice.reference)
    call = await till.callback()
    await asyncio.gather(*(till.knock("tripay", call) for _ in range(10)))
    messages = await till.messages_claimed()
    await asyncio.gather(*(hear(till.desk, m) for m in messages for _ in range(10)))
    (payment,) = await till.payments()
    assert (payment["state"], payment["amount"]) == ("unapplied", 50_000)
    assert payment["kept"] == 750 + 350
    assert (await till.sums())["unapplied"] == 50_000
    assert await till.questions("tripay") == 0
    (message,) = await till.messages()
    assert (message["state"], message["outcome"]) == ("handled", "Paid")


async def test_a_trusted_callback_is_compared_all_the_same(till: Till) -> None:
    """It says Rp 1,000 less than was paid (the reserved amount 916): a person looks."""
    till.trusts("tripay")
    invoice = await till.opened("tripay", 50_916)
    await till.sim.tripay.pay(invoice.reference)
    await till.callback()
    await till.read_inbox()
    (payment,) = await till.payments()
    assert (payment["state"], payment["amount"]) == ("review", 49_916)
    assert await till.tasks() == ["payment_review"]


async def test_a_trusted_end_ends_and_a_trusted_refund_is_noted(till: Till) -> None:
    till.trusts("tripay")
    unpaid = await till.opened("tripay")
    await till.sim.tripay.expire(unpaid.reference)
    await till.callback()
    await till.read_inbox()
    paid = await till.opened("tripay")
    await till.sim.tripay.pay(paid.reference)
    await till.callback(2)
    await till.read_inbox()
    await till.sim.tripay.refund(paid.reference)
    await till.callback(3)
    await till.read_inbox()
    ended, refunded = await till.payments()
    assert (ended["state"], ended["said"]) == ("ended", "expired")
    assert refunded["state"] == "review" and refunded["refunded_at"] is not None
    assert sorted(await till.tasks()) == ["gateway_refund", "payment_review"]
    assert await till.questions("tripay") == 0


async def test_another_amount_or_payment_in_a_trusted_callback_is_asked_about(till: Till) -> None:
    till.trusts("tripay")
    invoice = await till.opened("tripay")
    await till.sim.tripay.callback(invoice.reference, set={"status": "PAID", "total_amount": "?"})
    await till.callback()
    await till.read_inbox()
    assert (await till.messages())[-1]["outcome"] == "asked"
    assert await till.ask() == 1
    assert await till.sums() == {}


async def test_ipaymus_signature_is_trusted_by_nobody(till: Till) -> None:
    till.trusts("ipaymu", "tripay")
    await till.opened("ipaymu", 50_907)
    await till.callback(2)
    await till.read_inbox()
    assert {m["outcome"] for m in await till.messages()} == {"asked"}
    assert await till.ask() == 1
    assert await till.sums() == {}


def form(fields: dict[str, object]) -> WireCall:
    """Anybody's word in iPaymu's form, without a signature."""
    return WireCall("POST", "/", "", {}, urlencode(fields).encode(), "203.0.113.9")


def hint_of(code: str, reference: str, their_id: str) -> WireCall:
    """A callback that says paid, signed where the key is a secret."""
    if code == "ipaymu":
        return form({"trx_id": their_id, "reference_id": reference, "status_code": 1})
    fields = {
        "reference": their_id,
        "merchant_ref": reference,
        "total_amount": 50_000,
        "is_closed_payment": 1,
        "status": "PAID",
    }
    body = json.dumps(fields).encode()
    headers = {
        "x-callback-event": "payment_status",
        "x-callback-signature": tripay_signature(body),
    }
    return WireCall("POST", "/", "", headers, body, "203.0.113.9")


def ipaymu_signature(body: bytes) -> str:
    """As whoever knows the VA number signs a form."""
    text = canonical(dict(parse_qsl(body.decode(), keep_blank_values=True)))
    return hmac.new(IPAYMU_VA.encode(), text.encode(), "sha256").hexdigest()
