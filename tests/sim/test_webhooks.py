"""Webhooks: signed over the bytes sent, retried, and able to misbehave in every way."""

import asyncio

from konter_sim.digiflazz.hooks import signature
from tests.sim.buyer import Buyer, Mailbox, until
from tests.sim.vectors import SECRET, WEBHOOKS

CREATED = ("create", "Pending", "03")
DONE = ("update", "Sukses", "00")


async def test_pending_sends_create_and_then_update_signed(buyer: Buyer, mailbox: Mailbox) -> None:
    await buyer.topup("w", "081200001233")
    await mailbox.holds(2)
    assert mailbox.told == [CREATED, DONE]
    for hook in mailbox.hooks:
        assert hook.signature == signature(hook.raw, SECRET)
        assert hook.agent == "Digiflazz-Hookshot"
        assert hook.body["data"]["tele"] == "@telegram"


async def test_the_official_webhooks_are_reproduced_to_the_byte(
    buyer: Buyer, mailbox: Mailbox
) -> None:
    await buyer.test_topup("test3", "087800001233")
    await mailbox.holds(2)
    assert (mailbox.hooks[1].raw, mailbox.hooks[1].signature) == WEBHOOKS[0]
    await buyer.tell("reset")
    await buyer.test_topup("test4", "087800001234")
    await mailbox.holds(4)
    assert (mailbox.hooks[3].raw, mailbox.hooks[3].signature) == WEBHOOKS[1]


async def test_without_a_secret_nothing_is_signed(buyer: Buyer, mailbox: Mailbox) -> None:
    await buyer.tell("options", {"webhook_secret": ""})
    await buyer.topup("w")
    await mailbox.holds(1)
    assert mailbox.hooks[0].signature is None


async def test_a_webhook_is_tried_again_until_it_is_answered_2xx(
    buyer: Buyer, mailbox: Mailbox
) -> None:
    mailbox.answers[:] = [500, 404]
    await buyer.topup("w")
    await mailbox.holds(3)
    await asyncio.sleep(0.03)
    log = await buyer.look("webhooks")
    assert [entry["response_status"] for entry in log] == [500, 404, 200]
    assert [entry["try"] for entry in log] == [1, 2, 3]


async def test_a_dead_receiver_is_given_up_after_the_last_try(buyer: Buyer) -> None:
    await buyer.tell("options", {"webhook_url": "http://127.0.0.1:9/", "retry_webhook": 2})
    await buyer.topup("w")
    await asyncio.sleep(0.15)
    log = await buyer.look("webhooks")
    assert [entry["response_status"] for entry in log] == [None, None]


async def test_a_webhook_may_come_three_times(buyer: Buyer, mailbox: Mailbox) -> None:
    await buyer.topup("w", "081200007001")
    await mailbox.holds(6)
    assert sorted(mailbox.told) == [CREATED] * 3 + [DONE] * 3


async def test_a_webhook_may_never_come(buyer: Buyer, mailbox: Mailbox) -> None:
    await buyer.topup("w", "081200007002")
    await asyncio.sleep(0.1)
    assert mailbox.hooks == []
    assert (await buyer.topup("w", "081200007002")).rc == "00"


async def test_a_stale_pending_may_come_after_the_final(buyer: Buyer, mailbox: Mailbox) -> None:
    await buyer.topup("w", "081200007003")
    await mailbox.holds(2)
    assert mailbox.told == [DONE, CREATED]


async def test_a_webhook_may_come_unsigned(buyer: Buyer, mailbox: Mailbox) -> None:
    await buyer.topup("w", "081200007004")
    await mailbox.holds(2)
    assert [hook.signature for hook in mailbox.hooks] == [None, None]


async def test_a_forged_failure_comes_before_the_true_success(
    buyer: Buyer, mailbox: Mailbox
) -> None:
    await buyer.topup("w", "081200007005")
    await mailbox.holds(3)
    lies = [hook for hook in mailbox.hooks if hook.told[1] == "Gagal"]
    assert len(lies) == 1
    assert lies[0].signature not in (None, signature(lies[0].raw, SECRET))
    assert mailbox.told[-1] == DONE
    row = await buyer.transaction("w")
    assert row is not None and row["status"] == "Sukses"


async def test_a_webhook_may_arrive_before_the_answer(buyer: Buyer, mailbox: Mailbox) -> None:
    said = await buyer.topup("w", "081200007006")
    assert mailbox.told == [DONE]
    assert said.data["status"] == "Pending"
    assert (await buyer.topup("w", "081200007006")).rc == "00"


async def test_a_topup_may_name_its_own_callback(buyer: Buyer, mailbox: Mailbox) -> None:
    await buyer.tell("options", {"webhook_url": ""})
    await buyer.topup("w", cb_url=mailbox.url)
    await mailbox.holds(1)


async def test_a_ping_has_no_data(buyer: Buyer, mailbox: Mailbox) -> None:
    assert (await buyer.post("/report/hooks/11aaabbb/pings", {})).status == 200
    await mailbox.holds(1)
    hook = mailbox.hooks[0]
    assert set(hook.body) == {"sed", "hook_id", "hook"}
    assert hook.signature == signature(hook.raw, SECRET)
    assert (await buyer.post("/report/hooks/other/pings", {})).status == 404


async def test_settling_by_hand_moves_the_money_and_tells(buyer: Buyer, mailbox: Mailbox) -> None:
    await buyer.topup("w", "081200006001")
    await mailbox.holds(1)
    await buyer.tell("settle", {"ref_id": "w", "status": "Sukses", "sn": "SN-1"})
    await mailbox.holds(2)
    assert mailbox.hooks[1].body["data"]["sn"] == "SN-1"
    await buyer.tell("settle", {"ref_id": "w", "status": "Gagal", "rc": "74"})
    await mailbox.holds(3)
    assert mailbox.told[2] == ("update", "Gagal", "74")
    assert await buyer.balance() == 1_000_000


async def test_settling_by_hand_outruns_what_was_planned(buyer: Buyer, mailbox: Mailbox) -> None:
    await buyer.topup("w", "081200001233")
    await buyer.tell("settle", {"ref_id": "w", "status": "Gagal", "rc": "55"})
    await asyncio.sleep(0.1)
    assert ("update", "Sukses", "00") not in mailbox.told
    assert (await buyer.topup("w", "081200001233")).rc == "55"


async def test_a_webhook_can_be_sent_again_by_hand(buyer: Buyer, mailbox: Mailbox) -> None:
    await buyer.topup("w")
    await mailbox.holds(1)
    wish = {"ref_id": "w", "event": "resend", "times": 2, "signed": "forged"}
    await buyer.tell("webhook", {**wish, "set": {"status": "Gagal"}})
    await until(lambda: len(mailbox.hooks) == 3)
    assert mailbox.told[1:] == [("resend", "Gagal", "00")] * 2
    assert mailbox.hooks[1].signature != signature(mailbox.hooks[1].raw, SECRET)
    await buyer.tell("webhook", {"ref_id": "nobody"}, status=404)
