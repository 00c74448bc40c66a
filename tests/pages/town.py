"""Anna's things, one of each kind that an address can name; and people who try to get at them."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, Final

from konter.catalogue.sync_bills import sync_bills
from konter.people.keys import issue_key
from konter.people.member_callbacks import set_callback
from konter.people.permits import Role
from konter.people.register_member import register_member
from tests.shop import ACCOUNT, Buyer, Reply, Shop
from tests.web.paying import QRIS, plain

ANNAS_NUMBER: Final = "087800001230"
GUESTS_NUMBER: Final = "087855551230"
GUESTS_MAIL: Final = "tamu.rahasia@contoh.id"

HERS: Final = """
SELECT json_build_object(
    'orders', (SELECT json_agg(o ORDER BY o.id) FROM orders.orders o WHERE o.id = ANY(%(orders)s)),
    'checkouts', (SELECT json_agg(c ORDER BY c.order_id) FROM orders.checkouts c
                  WHERE c.order_id = ANY(%(orders)s)),
    'deposits', (SELECT json_agg(d) FROM funding.deposits d WHERE d.user_id = %(user)s),
    'user', (SELECT json_agg(u) FROM people.users u WHERE u.id = %(user)s),
    'member', (SELECT json_agg(m) FROM people.members m WHERE m.user_id = %(user)s),
    'keys', (SELECT json_agg(k) FROM people.api_keys k WHERE k.user_id = %(user)s),
    'notices', (SELECT json_agg(n ORDER BY n.id) FROM hooks.notices n WHERE n.user_id = %(user)s),
    'wallet', (SELECT json_agg(w) FROM ledger.wallets w WHERE w.user_id = %(user)s))::text
"""


@dataclass
class Town:
    """``things``: by a parameter's name, Anna's. ``secrets``: what nobody else may ever read."""

    shop: Shop
    anna: Buyer
    things: dict[str, str]
    secrets: list[str]
    orders: list[int]
    tokens: dict[str, str] = field(default_factory=dict)
    key: str = ""
    token: str = ""
    """Of the guest's order."""
    asked: int = 0

    def fill(self, path: str) -> str:
        """The address with Anna's things in it. KeyError: a new kind of thing; name hers here."""
        for name in [part.split("}")[0] for part in path.split("{")[1:]]:
            special = self.things.get(f"{path} {name}", self.things.get(name))
            if special is None:
                raise KeyError(f"{name} of {path}")
            path = path.replace("{" + name + "}", special)
        return path

    async def ask(self, who: str, method: str, path: str) -> Reply:
        """As a browser, or at a machine's door as a program; each time from another address."""
        self.asked += 1
        machine = path.startswith(("/api/", "/otomax/", "/webhook/", "/ipaymu/", "/tripay/"))
        headers = {"X-Forwarded-For": f"198.51.{self.asked // 250}.{self.asked % 250 + 1}"}
        token = self.tokens.get(who)
        if machine:
            headers["Content-Type"] = "application/json"
            if token:
                headers["Authorization"] = f"Bearer {token}"
        else:
            headers |= {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            if token:
                headers["Cookie"] = f"konter_session={token}"
        body = ("{}" if machine else "a=b") if method == "POST" else None
        return await plain(self.shop).ask(
            method, path, headers=headers, data=body, allow_redirects=False
        )

    async def hers(self) -> Any:
        """Everything of Anna's and of her guest's, as it stands."""
        async with self.shop.house.db.read() as tx:
            row = await tx.row(HERS, {"orders": self.orders, "user": self.anna.id})
        assert row is not None
        return json.loads(row[0])


async def founded(shop: Shop) -> Town:
    """Anna with one of each, and Budi, Rini, an operator and an admin, who are not she."""
    await sync_bills(shop.house.catalogue, account=ACCOUNT)
    anna = await shop.buyer(role=Role.RESELLER)
    people = shop.house.people
    member = f"ANNA{shop.people}"
    await register_member(people, email=f"pembeli{shop.people}@example.com", member_id=member)
    await set_callback(people, member, "http://127.0.0.1:9/nobody")
    key = await issue_key(people, member, "utama")
    bought = (await anna.buys("xld10", ANNAS_NUMBER, ref_id="anna-1")).json()["transaction"]
    order = await shop.until(int(bought["id"]), "delivered")
    deposit = (await anna.post("/api/deposits", {"amount": 50_000, "payment_method": QRIS})).json()[
        "deposit"
    ]
    guest = await _guest_orders(shop)
    async with shop.house.db.read() as tx:
        row = await tx.row("SELECT id FROM orders.orders WHERE code = %s", [guest["code"]])
        assert row is not None
    town = Town(shop, anna, {}, [], [order.id, int(row[0])])
    town.secrets = [
        *(order.code, deposit["code"], guest["code"]),
        *(guest["token"], GUESTS_MAIL, GUESTS_NUMBER, key.key, anna.token, "nobody"),
    ]
    town.things = await _things(shop, anna, order.code, deposit["code"], guest["code"])
    town.token = guest["token"]
    town.tokens["anna"] = anna.token
    for name, role in (("budi", Role.RESELLER), ("rini", Role.RETAIL)):
        town.tokens[name] = (await shop.buyer(role=role)).token
    await register_member(
        people, email=f"pembeli{shop.people - 1}@example.com", member_id=f"BUDI{shop.people}"
    )
    town.key = (await issue_key(people, f"BUDI{shop.people}", "utama")).key
    for name, role in (("operator", Role.OPERATOR), ("admin", Role.ADMIN)):
        town.tokens[name] = (await shop.buyer(money=0, role=role)).token
    return town


async def _guest_orders(shop: Shop) -> Any:
    body = {
        "product_id": await shop.product("xld10"),
        "target_id": GUESTS_NUMBER,
        "payment_method": QRIS,
        "name": "Tamu",
        "email": GUESTS_MAIL,
        "phone": "081298765432",
    }
    answer = await shop.client.post("/api/guest/orders", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def _things(shop: Shop, anna: Buyer, order: str, deposit: str, guest: str) -> dict[str, str]:
    """By parameter; where one name means several things, by address and parameter."""

    async def number(statement: str, *facts: object) -> str:
        async with asyncio.timeout(10):
            while True:
                async with shop.house.db.read() as tx:
                    row = await tx.row(statement, list(facts))
                if row is not None:
                    return str(row[0])
                await asyncio.sleep(0.05)

    order_id = await number("SELECT id FROM orders.orders WHERE code = %s", order)
    product = await number("SELECT id FROM catalogue.products WHERE code = 'xld10'")
    things = {
        "order_id": order_id,
        "transaction_id": order_id,
        "ref_id": "anna-1",
        "user_id": str(anna.id),
        "product_id": product,
        "deposit_id": await number("SELECT id FROM funding.deposits WHERE code = %s", deposit),
        "notice_id": await number("SELECT id FROM hooks.notices WHERE user_id = %s", anna.id),
        "message_id": await number("SELECT id FROM hooks.outbox WHERE user_id = %s", anna.id),
        "category_id": await number("SELECT id FROM catalogue.categories LIMIT 1"),
        "customer_no": "12345678901",
        "path_secret": "salah-rahasia-salah",
        "act": "resolve",
        "area": "shop",
        "kind": "day.csv",
        "lang": "id",
        "mark": "x",
        "name": "base.css",
        "category": "pulsa",
        "brand": "xl",
        # Nothing of the kind is there, and asking tells no more than that.
        **dict.fromkeys(("adjustment_id", "payment_id", "refund_id", "task_id"), "999999999"),
    }
    for beginning in ("/api/deposits", "/my/deposits"):
        things |= {f"{beginning}{end} code": deposit for end in ENDS}
    for beginning in ("/api/guest/orders", "/pesanan"):
        things |= {f"{beginning}{end} code": guest for end in ENDS}
    things |= {
        "/my/orders/code/{code} code": order,
        "/admin/inbox/{message_id} message_id": await number("SELECT id FROM hooks.inbox"),
        "/produk/{code} code": "xld10",
        "/admin/notices/{code}/{lang} code": "order_delivered",
        "code": "pln",
    }
    return things


ENDS: Final = (
    "/{code}",
    "/{code}/cancel",
    "/{code}/pay",
    "/{code}/refresh-status",
    "/{code}/refund-account",
    "/{code}/bagian",
    "/{code}/peristiwa",
    "/{code}/qr.png",
    "/{code}/struk",
    "/{code}/batal",
    "/{code}/bayar",
    "/{code}/periksa",
    "/{code}/rekening",
)
