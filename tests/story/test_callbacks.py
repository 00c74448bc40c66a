"""A reseller's machine hears of its orders from a running shop."""

from __future__ import annotations

import asyncio
import json

from konter.hooks.deliveries import deliveries_of
from konter.people.member_callbacks import set_callback
from konter.people.members import Part
from konter.people.register_member import register_member
from konter.people.signatures import hmac_fits, md5_sign, of_answer
from tests.hooks.partner import open_partner
from tests.shop import open_shop
from tests.sim_process import Sim


async def test_a_resellers_machine_is_told_of_a_success_and_of_a_failure(
    conninfo: str, sim: Sim
) -> None:
    async with (
        open_partner() as partner,
        open_shop(conninfo, sim, KONTER_CALLBACK_PRIVATE="yes") as shop,
    ):
        buyer = await shop.buyer(money=50_000)
        people = shop.house.people
        made = await register_member(people, email="pembeli1@example.com", member_id="TOKO1")
        await set_callback(people, "TOKO1", f"{partner.url}/cb")
        bought = [
            await buyer.buys_async("xld10", number, ref_id=number)
            for number in ("087800001230", "087800001232")
        ]
        async with asyncio.timeout(8):
            while len(partner.hits) < 2:
                await asyncio.sleep(0.02)
        told = {}
        for hit in partner.hits:
            body = json.loads(hit.body)
            told[body["trx_id"]] = body["status"]
            secret = made.secrets[Part.SECRET]
            assert body["sign"] == md5_sign(of_answer(body["ref_id"], body["status"]), secret)
            assert hmac_fits(
                hit.headers["x-konter-signature"],
                secret,
                now=shop.house.clock.now(),
                method=hit.method,
                target=hit.target,
                body=hit.body,
            )
        assert told == {bought[0]: "success", bought[1]: "failed"}
        await shop.stop_worker()
        async with shop.house.db.read() as tx:
            found, _ = await deliveries_of(tx, buyer.id, page=1)
        assert [delivery.state for delivery in found] == ["delivered"] * 2
        await shop.assert_honest()
