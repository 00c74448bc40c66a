"""What a reseller's server receives: signed, whole, and what its answers mean."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from konter.hooks.outbox_desk import BACK_OFF_S
from konter.people.member_callbacks import set_callback
from konter.people.members import CallbackStyle, Member
from konter.people.signatures import hmac_fits
from konter.people.vault import Vault
from tests.hooks.partner import Hit, Office, Partner


def proved(hit: Hit, member: Member, office: Office) -> bool:
    """As a receiver checks it: over exactly what arrived."""
    return hmac_fits(
        hit.headers["x-konter-signature"],
        member.secret,
        now=office.clock.now(),
        method=hit.method,
        target=hit.target,
        body=hit.body,
    )


async def test_a_json_callback_is_signed_twice_and_can_be_proved(
    office: Office, partner: Partner
) -> None:
    member = await office.member(f"{partner.url}/cb?token=a%20b")
    await office.tells(member, order=77)
    assert await office.work() == 1
    (hit,) = partner.hits
    (delivery,) = await office.log(member)
    assert (hit.method, hit.target) == ("POST", "/cb?token=a%20b")
    assert hit.headers["content-type"] == "application/json"
    assert hit.headers["x-konter-event"] == "order.success"
    assert hit.headers["x-konter-delivery"] == str(delivery.id)
    assert json.loads(hit.body) == {
        "ref_id": "r77",
        "trx_id": 77,
        "status": "success",
        "sn": None,
        "timestamp": "2026-11-16T03:30:00Z",
        "sign": hashlib.md5(f"r77success{member.secret}".encode()).hexdigest(),
    }
    assert proved(hit, member, office)
    assert not proved(replace(hit, body=hit.body.replace(b"77", b"78")), member, office)
    assert not proved(replace(hit, target="/cb"), member, office)


async def test_an_otomax_report_is_a_get_in_otomaxs_own_names(
    office: Office, partner: Partner
) -> None:
    member = await office.member(f"{partner.url}/report?x=1", style=CallbackStyle.OTOMAX)
    await office.tells(member, order=77)
    await office.tells(member, order=78, status="failed")
    await office.tells(member, order=79, status="refund")
    assert await office.work() == 3
    said = {}
    for hit in partner.hits:
        assert (hit.method, hit.body) == ("GET", b"")
        assert hit.target.startswith("/report?x=1&t=")
        assert "+" not in hit.target
        assert proved(hit, member, office)
        query = {name: value[0] for name, value in parse_qs(urlsplit(hit.target).query).items()}
        said[query["refid"]] = query
    assert said["r77"] == {
        "x": "1",
        "t": "77",
        "refid": "r77",
        "status": "20",
        "price": "11500",
        "message": "R#r77 T#77 xld10.087800001230 SUKSES. SN/Ref: SN77. Hrg 11.500. "
        "Saldo 988.500 @16/11 10:30",
    }
    assert (said["r78"]["status"], said["r79"]["status"]) == ("40", "40")


async def test_an_address_without_a_path_is_asked_for_its_root(
    office: Office, partner: Partner
) -> None:
    member = await office.member(partner.url, style=CallbackStyle.OTOMAX)
    await office.tells(member)
    await office.work()
    (hit,) = partner.hits
    assert hit.target.startswith("/?t=")
    assert proved(hit, member, office)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
async def test_any_2xx_is_received(office: Office, partner: Partner, status: int) -> None:
    member = await office.member(partner.url)
    partner.always = status
    await office.tells(member)
    await office.work()
    (delivery,) = await office.log(member)
    assert (delivery.state, delivery.tries, delivery.last_status) == ("delivered", 1, status)
    assert delivery.delivered_at == office.clock.now()
    assert delivery.style == "json"
    office.clock.advance(100_000)
    assert await office.work() == 0


@pytest.mark.parametrize("status", [302, 400, 404, 500, 503])
async def test_any_other_answer_is_tried_again_and_no_redirect_followed(
    office: Office, partner: Partner, status: int
) -> None:
    member = await office.member(partner.url)
    partner.will = [status]
    await office.tells(member)
    await office.work()
    (delivery,) = await office.log(member)
    assert (delivery.state, delivery.last_status) == ("waiting", status)
    assert delivery.last_problem == f"answered {status}"
    assert await office.work() == 0
    office.clock.advance(10)
    assert await office.work() == 1
    assert [hit.target for hit in partner.hits] == ["/", "/"]
    (delivery,) = await office.log(member)
    assert (delivery.state, delivery.tries, delivery.last_problem) == ("delivered", 2, None)


async def test_a_callback_is_tried_nine_times_within_a_day_and_then_dead(
    office: Office, partner: Partner
) -> None:
    member = await office.member(partner.url)
    partner.always = 500
    await office.tells(member)
    for wait in (*BACK_OFF_S, 0.0):
        assert await office.work() == 1
        office.clock.advance(max(0.0, wait - 1))
        assert await office.work() == 0
        office.clock.advance(1)
    (delivery,) = await office.log(member)
    assert (delivery.state, delivery.tries, delivery.next_action_at) == ("dead", 9, None)
    assert len(partner.hits) == 9
    assert len({hit.headers["x-konter-delivery"] for hit in partner.hits}) == 1
    assert len({hit.headers["x-konter-signature"] for hit in partner.hits}) == 9


async def test_what_is_sent_again_goes_where_and_how_the_member_wants_it_by_then(
    office: Office, partner: Partner
) -> None:
    member = await office.member(f"{partner.url}/old")
    partner.will = [500]
    await office.tells(member)
    await office.work()
    new = f"{partner.url}/new"
    await set_callback(office.people, member.member_id, new, style=CallbackStyle.OTOMAX)
    office.clock.advance(10)
    await office.work()
    assert [hit.target.partition("?")[0] for hit in partner.hits] == ["/old", "/new"]
    (delivery,) = await office.log(member)
    assert (delivery.state, delivery.style) == ("delivered", "otomax")


async def test_an_address_inside_is_a_failure_like_another(
    office: Office, partner: Partner
) -> None:
    member = await office.member("http://169.254.169.254/latest/meta-data")
    await office.tells(member)
    await office.work()
    (delivery,) = await office.log(member)
    assert (delivery.state, delivery.tries, delivery.last_status) == ("waiting", 1, None)
    assert delivery.last_problem == "169.254.169.254 is not on the open internet"


async def test_what_we_cannot_sign_costs_the_receiver_no_try(
    office: Office, partner: Partner
) -> None:
    member = await office.member(partner.url)
    await office.tells(member)
    good = office.people
    office.with_rules(people=replace(good, vault=Vault(lambda: "another secret altogether, long")))
    await office.work()
    (delivery,) = await office.log(member)
    assert (delivery.state, delivery.tries) == ("waiting", 0)
    assert delivery.last_problem == "we could not sign it"
    assert partner.hits == []
    office.with_rules(people=good)
    office.clock.advance(600)
    assert await office.work() == 1
    assert len(partner.hits) == 1
