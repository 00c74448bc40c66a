"""Every trick of the local gateways, played through the whole shop: as deposits and by guests.

All of them are played at once, by every kind of channel, before the first test looks; what is left
to the customer, the buyer or the operator is done then, too. The tests tell how each one ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pytest_asyncio

from konter.funding.compare import Difference, DifferenceKind
from konter.funding.reconcile import reconcile
from konter.funding.release import release_payment
from konter.funding.reversal import TakenFrom, record_reversal
from konter.kernel.clock import business_date
from konter.ledger.wallets import GUEST
from konter_sim.gateway.tricks import TRICKS
from tests.shop import Buyer, Shop
from tests.sim_process import Sim
from tests.story.market import (
    BRIVA,
    IPAYMU_BCA,
    IPAYMU_PAGE,
    IPAYMU_QRIS,
    QRIS,
    Guest,
    all_heard,
    assert_even,
    deposits,
    gateways,
    guest_buys,
    journal,
    links,
    open_market,
    owed,
    payments,
    row,
    rows,
    tasks,
    until,
)

COMES: Final = {
    **dict.fromkeys(TRICKS, 1),
    **dict.fromkeys(("904", "907"), 0),
    **dict.fromkeys(("906", "908", "910", "912"), 2),
}
"""How many payments of each come in the end."""

BY_HAND: Final = ("901", "902", "911", "916")
"""Nobody pays these but the customer."""

UNANSWERED: Final = ("908", "909", "910", "912")
"""Whoever ordered these is shown no way to pay, and makes a new link."""

MADE_ALL_THE_SAME: Final = ("908", "910", "912")

LIES: Final = {"904": 3, "907": 3}
"""How often they are asked, at least, about what they lie of."""

EXPIRED_WORDS: Final = 8
"""Callbacks: of 903, which is a lie, and of 913, which is true; of each by four ways."""

SETTLED = """
SELECT i.shown_as, count(*) FROM funding.payments p JOIN funding.invoices i ON i.id = p.invoice_id
WHERE p.state IN ('applied', 'review') OR p.refunded_at IS NOT NULL GROUP BY i.shown_as
"""

ASKED = """
SELECT i.shown_as, coalesce(max(p.asks), 0) AS asks FROM funding.invoices i
LEFT JOIN funding.payments p ON p.invoice_id = i.id GROUP BY i.shown_as
"""

ON_ITS_WAY = "SELECT count(*) FROM orders.orders WHERE state IN ('held', 'sent')"


@dataclass(frozen=True)
class Try:
    """One trick, by one channel. ``buyer`` None: a guest's order. Whole rupiah."""

    suffix: str
    channel: str
    amount: int
    id: int
    code: str
    buyer: Buyer | None
    guest: Guest | None

    @property
    def gateway(self) -> str:
        return self.channel.partition(":")[0]

    @property
    def user_id(self) -> int:
        return self.buyer.id if self.buyer else GUEST

    @property
    def owner(self) -> str:
        """Whose money it is when it is nobody else's."""
        return "refunds_due" if self.buyer is None else f"wallet:{self.buyer.id}"

    @property
    def bought(self) -> tuple[str, str, int]:
        """Where its money goes first."""
        if self.buyer is None:
            return ("hold", "escrow", self.amount)
        return ("deposit", self.owner, self.amount)

    def __str__(self) -> str:
        return f"{self.suffix} by {self.channel}"


@dataclass(frozen=True)
class Played:
    """How it all went. ``differences``: what the day's comparison named, by gateway."""

    shop: Shop
    tries: tuple[Try, ...]
    differences: Mapping[str, Sequence[Difference]]

    def of(self, *suffixes: str) -> Iterator[Try]:
        return (one for one in self.tries if one.suffix in suffixes)


@pytest_asyncio.fixture(scope="module")
async def played(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[Played]:
    goods = [product(suffix) for suffix in TRICKS]
    async with open_market(server_conninfo, template, sim_process, also_sold=goods) as shop:
        yield await play(shop)


def product(suffix: str) -> dict[str, Any]:
    """Something that a guest is asked Rp 10,9xx for."""
    return {
        "product_name": f"Xl trik {suffix}",
        "category": "Pulsa",
        "brand": "XL",
        "price": int(f"7{suffix}"),
        "buyer_sku_code": f"trik{suffix}",
    }


async def play(shop: Shop) -> Played:
    begun = business_date(shop.house.clock.now())
    depositors = [(await shop.buyer(money=0), way) for way in (BRIVA, IPAYMU_BCA)]
    tries = await asyncio.gather(
        *(a_deposit(suffix, buyer, way) for suffix in TRICKS for buyer, way in depositors),
        *(a_guest(suffix, shop, way) for suffix in TRICKS for way in (QRIS, IPAYMU_PAGE)),
    )
    unanswered = [one for one in tries if one.suffix in UNANSWERED]
    await asyncio.gather(
        *(pays(shop, one, 1) for one in tries if one.suffix in BY_HAND),
        begin_anew(shop, unanswered),
    )
    await until(lambda: all_settled(shop, tries), within_s=25)
    found: dict[str, list[Difference]] = {}
    for day in sorted({begun, business_date(shop.house.clock.now())}):
        for report in await reconcile(shop.house.funding, day):
            found.setdefault(report.gateway, []).extend(report.differences)
    return Played(shop, tuple(tries), found)


async def a_deposit(suffix: str, buyer: Buyer, channel: str) -> Try:
    amount = int(f"50{suffix}")
    one = (await deposits(buyer, amount, channel))["deposit"]
    return Try(suffix, channel, amount, one["id"], one["code"], buyer, None)


async def a_guest(suffix: str, shop: Shop, channel: str) -> Try:
    to = f"0878{suffix}00{'1' if channel == QRIS else '2'}0"
    guest = await guest_buys(shop, channel, product=f"trik{suffix}", to=to)
    amount = int(f"10{suffix}")
    assert guest.said["order"]["amount"] == f"{amount}.00"
    return Try(suffix, channel, amount, guest.id, guest.code, None, guest)


async def pays(shop: Shop, one: Try, number: int) -> None:
    """The customer, by the link of this number, as soon as it is there."""

    async def made() -> bool:
        return bool((await links(shop, one.id))[number - 1]["state"] == "open")

    await until(made)
    link = (await links(shop, one.id))[number - 1]
    await gateways(shop)[link["gateway"]].pay(link["reference"])


async def begin_anew(shop: Shop, tries: Sequence[Try]) -> None:
    """No way to pay was shown: a new link is made, by the other gateway for a guest, and paid. And
    then the lost one is paid, too."""

    async def given_up() -> bool:
        found = [(await links(shop, one.id))[0]["state"] for one in tries]
        return not {"due", "creating"} & set(found)

    await until(given_up)
    for gateway in gateways(shop).values():
        await gateway.script("*", {"do": "answer"})
    await asyncio.gather(*(renews(one) for one in tries))
    await asyncio.gather(*(pays(shop, one, 2) for one in tries))
    await until(lambda: applied(shop, dict.fromkeys((one.code for one in tries), 1)))
    for one in tries:
        if one.suffix in MADE_ALL_THE_SAME:
            first = (await links(shop, one.id))[0]
            await gateways(shop)[one.gateway].pay(first["reference"])


async def renews(one: Try) -> None:
    if one.guest is None:
        assert one.buyer is not None
        answer = await one.buyer.post(f"/api/deposits/{one.code}/pay")
    else:
        other = IPAYMU_QRIS if one.channel == QRIS else QRIS
        answer = await one.guest.post("pay", {"payment_method": other})
    assert answer.status_code == 200, answer.text
    payment = answer.json()["payment"]
    assert payment["url"] or payment["pay_code"] or payment["qr"], payment["message"]


async def applied(shop: Shop, wanted: Mapping[str, int]) -> bool:
    """Whether so many payments of each have come and gone where they will stay."""
    times = {r["shown_as"]: r["count"] for r in await rows(shop, SETTLED)}
    return all(times.get(code, 0) >= most for code, most in wanted.items())


async def all_settled(shop: Shop, tries: Sequence[Try]) -> bool:
    """All money is where it will stay, all lies were told, and their books were asked since."""
    if not await applied(shop, {one.code: COMES[one.suffix] for one in tries}):
        return False
    asked = {r["shown_as"]: r["asks"] for r in await rows(shop, ASKED)}
    if any(asked[one.code] < LIES.get(one.suffix, 0) for one in tries):
        return False
    if (await row(shop, ON_ITS_WAY))["count"]:
        return False
    told = [say for gateway in gateways(shop).values() for say in await gateway.callbacks()]
    expired = [say for say in told if say["says"].lower() == "expired"]
    return len(expired) >= EXPIRED_WORDS and await all_heard(shop)


# -- what came of them ------------------------------------------------------------------------


async def gone(played: Played, one: Try) -> list[tuple[str, str, int]]:
    """Where the money of its payments went: kind, account, whole rupiah."""
    found = await journal(played.shop, one.code)
    return [(kind, credit, n) for kind, debit, credit, n in found if debit == "unapplied"]


async def confirmed(played: Played, one: Try) -> list[dict[str, Any]]:
    return [p for p in await payments(played.shop, one.id) if p["confirmed_at"]]


async def assert_paid_once(played: Played, *suffixes: str) -> None:
    for one in played.of(*suffixes):
        assert await gone(played, one) == [one.bought], str(one)
        assert await status(one) == ("success" if one.guest else "paid"), str(one)
        (payment,) = await confirmed(played, one)
        assert payment["amount"] == one.amount


async def assert_nothing_came(played: Played, *suffixes: str) -> None:
    for one in played.of(*suffixes):
        assert await journal(played.shop, one.code) == [], str(one)
        assert await status(one) == "pending", str(one)
        assert {p["state"] for p in await payments(played.shop, one.id)} == {"waiting"}, str(one)


async def assert_second_went_back(played: Played, *suffixes: str) -> None:
    for one in played.of(*suffixes):
        back = ("surplus", one.owner, one.amount)
        assert await gone(played, one) == [one.bought, back], str(one)
        assert await status(one) == ("success" if one.guest else "paid"), str(one)
        if one.guest:
            refund = (await one.guest.looks())["refund"]
            due = {"amount": f"{one.amount}.00", "status": "due", "account_told": False}
            assert refund == due, str(one)


async def status(one: Try) -> str:
    """As whoever ordered it reads it."""
    if one.guest:
        return str((await one.guest.looks())["order"]["status"])
    assert one.buyer is not None
    said = (await one.buyer.get(f"/api/deposits/{one.code}")).json()
    return str(said["deposit"]["status"])


async def asked_of(played: Played, one: Try) -> list[str]:
    """What a person is asked to do about its payments."""
    names = [f"payment:{p['id']}" for p in await payments(played.shop, one.id)]
    found = await tasks(played.shop, names)
    return [kind for kinds in found.values() for kind in kinds]


async def test_901_what_no_callback_tells_is_found_by_asking(played: Played) -> None:
    await assert_paid_once(played, "901")


async def test_902_a_callback_that_comes_three_times_counts_once(played: Played) -> None:
    await assert_paid_once(played, "902")


async def test_903_a_stale_word_after_the_payment_changes_nothing(played: Played) -> None:
    await assert_paid_once(played, "903")


async def test_904_a_forged_callback_moves_nothing(played: Played) -> None:
    await assert_nothing_came(played, "904")


async def test_905_too_little_waits_for_a_person(played: Played) -> None:
    """Nothing is delivered and nothing credited; released, it is the buyer's own money again."""
    for one in played.of("905"):
        assert await gone(played, one) == [], str(one)
        (payment,) = await confirmed(played, one)
        assert (payment["state"], payment["amount"]) == ("review", one.amount - 1_000), str(one)
        assert await asked_of(played, one) == ["payment_review"], str(one)
        await release_payment(
            played.shop.house.funding,
            payment["id"],
            user_id=one.user_id,
            actor="rina",
            reason="kurang bayar Rp 1.000",
        )
        assert await gone(played, one) == [("surplus", one.owner, one.amount - 1_000)], str(one)
        assert await asked_of(played, one) == [], str(one)
        assert await status(one) == "pending", "it can still be paid"


async def test_906_paid_twice_counts_once_and_the_second_goes_back(played: Played) -> None:
    await assert_second_went_back(played, "906")


async def test_907_a_good_signature_on_a_lie_moves_nothing(played: Played) -> None:
    await assert_nothing_came(played, "907")


async def test_908_to_912_a_lost_answer_makes_no_second_payment_by_itself(played: Played) -> None:
    """The link is in doubt and is never asked for again under its reference. The buyer makes a new
    one; the lost one, paid as well, is a second payment."""
    await assert_second_went_back(played, *MADE_ALL_THE_SAME)
    await assert_paid_once(played, "909")
    for one in played.of(*UNANSWERED):
        first, second = await links(played.shop, one.id)
        assert first["reference"] != second["reference"]
        assert (first["pay_code"], first["qr"], first["url"]) == (None, None, None), str(one)
        made = await gateways(played.shop)[one.gateway].payments(first["reference"])
        assert len(made) == (one.suffix in MADE_ALL_THE_SAME), str(one)
        assert first["state"] == ("doubtful" if one.suffix == "909" else "ended"), str(one)


async def test_911_a_gateway_that_is_slow_is_waited_for(played: Played) -> None:
    await assert_paid_once(played, "911")


async def test_913_what_had_expired_and_is_paid_after_all_counts(played: Played) -> None:
    await assert_paid_once(played, "913")


async def test_914_a_refund_of_theirs_moves_nothing_and_calls_a_person(played: Played) -> None:
    """Tripay tells of it; at iPaymu, which does not, the day's comparison finds it. What they gave
    back before we had asked was never in our books."""
    for one in played.of("914"):
        assert await asked_of(played, one) == ["gateway_refund"], str(one)
        counted = len(await confirmed(played, one))
        assert await gone(played, one) == [one.bought] * counted, str(one)


async def test_915_what_is_paid_at_once_counts(played: Played) -> None:
    await assert_paid_once(played, "915")


async def test_916_their_own_books_are_believed_and_not_the_callback(played: Played) -> None:
    await assert_paid_once(played, "916")


async def test_each_wallet_holds_what_was_paid_for_it_and_no_more(played: Played) -> None:
    for buyer in {one.buyer.id: one.buyer for one in played.tries if one.buyer}.values():
        mine = [one for one in played.tries if one.buyer is buyer]
        assert len(mine) == len(TRICKS)
        moved = [n for one in mine for _, to, n in await gone(played, one) if to == one.owner]
        assert await buyer.balance() == sum(moved)


async def test_nobody_is_asked_to_look_at_anything_else(played: Played) -> None:
    for one in played.tries:
        if one.suffix not in ("905", "914"):
            assert await asked_of(played, one) == [], str(one)


async def test_each_order_was_bought_once_and_none_that_nobody_paid(played: Played) -> None:
    bought = [row["ref_id"] for row in (await played.shop.sim.books())["transactions"]]
    guests = [one for one in played.tries if one.guest]
    paid = [one.code for one in guests if one.bought in await gone(played, one)]
    assert sorted(bought) == sorted(paid)
    assert len(paid) in range(len(guests) - 4 * 2, len(guests) - 3 * 2 + 1), "904, 905, 907; 914"


async def test_the_days_comparison_names_the_refunds_and_nothing_else(played: Played) -> None:
    """Of a refund iPaymu's balance tells, too."""
    for code in gateways(played.shop):
        refunded = {p["their_id"] for p in await given_back(played, code)}
        found = played.differences[code]
        named = {d.their_id for d in found if d.kind is DifferenceKind.REFUNDED_THERE}
        assert named == refunded
        rest = [d.kind for d in found if d.kind is not DifferenceKind.REFUNDED_THERE]
        assert rest == ([DifferenceKind.BALANCE] if code == "ipaymu" and refunded else [])


async def given_back(played: Played, code: str) -> list[dict[str, Any]]:
    """Our payments that this gateway has given back after we had confirmed them."""
    refunded = [one for one in played.of("914") if one.gateway == code]
    return [payment for one in refunded for payment in await confirmed(played, one)]


async def test_their_books_and_ours_differ_by_the_refunds_until_those_are_recorded(
    played: Played,
) -> None:
    shop = played.shop
    for code, (ours, theirs) in (await owed(shop)).items():
        refunds = await given_back(played, code)
        assert ours - theirs == sum(p["amount"] - p["kept"] for p in refunds), code
    for one in played.of("914"):
        for payment in await payments(shop, one.id):
            await record_reversal(
                shop.house.funding,
                payment["id"],
                taken_from=TakenFrom.WALLET if one.buyer else TakenFrom.LOSSES,
                user_id=one.user_id,
                actor="rina",
                reason="gateway mengembalikan dana",
            )
        assert await asked_of(played, one) == [], str(one)
    await assert_even(shop)
