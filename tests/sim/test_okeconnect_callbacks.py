"""Callbacks: a GET nobody signs, tried until it is answered OK, and able to misbehave."""

import asyncio
from contextlib import nullcontext

import aiohttp
import pytest

from tests.sim.member import NUMBER, Inbox, Member


async def test_the_end_is_told_to_the_accounts_address(member: Member, inbox: Inbox) -> None:
    await member.buy("a-b_c", "089660521234")
    await inbox.holds(1)
    (one,) = inbox.got
    assert (one["refid"], one["token"]) == ("a-b_c", "kunci")
    assert (
        "GAGAL. Mohon diperiksa kembali No tujuan sebelum di ulang. Saldo 1.000.000 @"
        in (one["message"])
    )


async def test_a_callback_is_tried_until_it_is_answered_ok(member: Member, inbox: Inbox) -> None:
    inbox.answers[:] = [(500, "OK"), (200, '{"success":true}')]
    await member.buy("a")
    await inbox.holds(3)
    log = await member.look("callbacks")
    assert [(one["try"], one["response_status"], one["accepted"]) for one in log] == [
        (1, 500, False),
        (2, 200, False),
        (3, 200, True),
    ]
    assert log[0]["body"].startswith("refid=a&message=T%23")


async def test_any_2xx_can_be_enough_and_tries_end(member: Member, inbox: Inbox) -> None:
    await member.tell("options", {"callback_ends_on": "2xx", "callback_tries": 2})
    inbox.answers[:] = [(204, "")]
    await member.buy("a")
    await inbox.holds(1)
    inbox.answers[:] = [(500, ""), (500, ""), (500, "")]
    await member.buy("b", NUMBER, "T5")
    await inbox.holds(3)


async def test_without_an_address_nothing_is_told(member: Member, inbox: Inbox) -> None:
    await member.tell("options", {"report_url": ""})
    await member.buy("a", "089660521230")
    await asyncio.sleep(0.05)
    assert inbox.got == [] and await member.look("callbacks") == []


@pytest.mark.parametrize(
    ("suffix", "told"),
    [
        ("7001", ["SUKSES"] * 3),
        ("7003", ["SUKSES", "akan diproses"]),
        ("7007", ["SUKSES"]),
        ("7008", ["SUKSES", "GAGAL"]),
        ("7009", ["SUKSES", "GAGAL"]),
        ("6002", ["SUKSES", "GAGAL. Transaksi Refund"]),
        ("1230", ["SUKSES"]),
        ("1232", ["GAGAL"]),
        ("5002", ["SUKSES"]),
    ],
)
async def test_a_number_chooses_what_is_told(
    member: Member, inbox: Inbox, suffix: str, told: list[str]
) -> None:
    await member.tell("options", {"silence_seconds": 0})
    with nullcontext() if suffix != "5002" else pytest.raises(aiohttp.ClientError):
        await member.buy("a", f"08966052{suffix}")
    await inbox.holds(len(told))
    assert all(part in text for part, text in zip(told, inbox.told, strict=True)), inbox.told


async def test_a_callback_may_be_lost(member: Member, inbox: Inbox) -> None:
    await member.buy("a", "089660527002")
    await member.ends("a", "Sukses")
    await asyncio.sleep(0.05)
    assert inbox.got == []


async def test_a_lie_may_come_while_the_check_still_waits(member: Member, inbox: Inbox) -> None:
    await member.tell("options", {"callback_delay_ms": 200})
    await member.buy("a", "089660527008")
    await inbox.holds(1)
    assert "SUKSES" in inbox.told[0]
    assert "Menunggu Jawaban" in await member.check("a", "089660527008")


async def test_a_stranger_does_not_know_the_secret(member: Member, inbox: Inbox) -> None:
    await member.buy("a", "089660527005")
    await inbox.holds(2)
    forged, true = inbox.got
    assert "GAGAL" in forged["message"] and "token" not in forged
    assert "SUKSES" in true["message"] and true["token"] == "kunci"


async def test_a_callback_may_arrive_before_the_answer(member: Member, inbox: Inbox) -> None:
    said = await member.buy("a", "089660527006")
    assert len(inbox.got) == 1 and "SUKSES" in inbox.told[0]
    assert "akan diproses" in said
    await inbox.holds(1)


async def test_a_callback_may_be_about_nobody(member: Member, inbox: Inbox) -> None:
    await member.buy("a", "089660527010")
    await inbox.holds(1)
    assert inbox.got[0]["refid"] == "bukan-ref-anda"


async def test_settling_by_hand_tells_and_outruns_what_was_planned(
    member: Member, inbox: Inbox
) -> None:
    await member.tell("options", {"callback_delay_ms": 60})
    await member.buy("a")
    await member.tell("settle", {"ref_id": "a", "state": "Sukses", "sn": "SN.9"})
    await inbox.holds(1)
    assert "SN: SN.9. Saldo" in inbox.told[0]
    await asyncio.sleep(0.08)
    await member.tell("settle", {"ref_id": "a", "state": "Gagal", "reason": "Transaksi Refund"})
    await inbox.holds(2)
    assert "GAGAL. Transaksi Refund. Saldo 1.000.000 @" in inbox.told[1]
    assert await member.balanced()
    await member.tell("settle", {"ref_id": "nobody", "state": "Gagal"}, status=404)


async def test_anything_can_be_told_by_hand(member: Member, inbox: Inbox) -> None:
    await member.buy("a", "089660526001")
    wish = {"ref_id": "a", "times": 2, "refid": "A", "message": "SUKSES", "stranger": True}
    await member.tell("callback", wish)
    await inbox.holds(2)
    assert inbox.got == [{"refid": "A", "message": "SUKSES"}] * 2
    await member.tell("callback", {"ref_id": "a", "url": inbox.url + "2"})
    await inbox.holds(3)
    assert inbox.got[2]["token"] == "kunci2" and "akan diproses" in inbox.told[2]
