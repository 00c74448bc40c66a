"""What a buyer is told of an order, without a shop: serials, steps, prices, channels, limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from konter.funding.channels import Way
from konter.funding.one_of_each import one_of_each
from konter.kernel.errors import Invalid
from konter.kernel.money import ZERO, Rupiah
from konter.orders.read import MoveLine, OrderView
from konter.orders.states import OrderState
from konter.upstreams.gateway_contract import FeeOn
from konter.web.page.render import environment
from konter.web.page.words import LANGS, say_in
from konter.web.track.open_streams import OpenStreams, TooManyStreams
from konter.web.track.payment import Payment, offered
from konter.web.track.place import accounts_place, guests_place
from konter.web.track.proof import Held
from konter.web.track.receipt import read_price
from konter.web.track.see import Seen
from konter.web.track.serial import serial_of
from konter.web.track.shown import facts_of_order
from konter.web.track.standing import LONG, Link, Phase, Standing
from konter.web.track.steps import steps_of

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

WAYS_THERE = {
    OrderState.HELD: [],
    OrderState.SENT: [OrderState.HELD],
    OrderState.DELIVERED: [OrderState.HELD, OrderState.SENT],
    OrderState.FAILED: [OrderState.HELD, OrderState.SENT],
    OrderState.REFUNDED: [OrderState.HELD, OrderState.SENT, OrderState.DELIVERED],
    OrderState.DISPUTED: [OrderState.HELD, OrderState.SENT, OrderState.DELIVERED],
    OrderState.AWAITING_PAYMENT: [],
    OrderState.EXPIRED: [OrderState.AWAITING_PAYMENT],
    OrderState.CANCELLED: [OrderState.AWAITING_PAYMENT],
}


def standing(state: OrderState, *, method: str = "tripay:QRIS2") -> Standing:
    """An order of nobody's that came to this state in seconds."""
    way = ["new", *WAYS_THERE[state], state]
    moves = [
        MoveLine(seq, str(was), str(now), "", AT + timedelta(seconds=seq))
        for seq, (was, now) in enumerate(pairwise(way), start=1)
    ]
    facts = {"last_words": None, "last_words_at": None, "created_at": AT, "updated_at": AT}
    order = OrderView(
        1, "TRX-1", 7, "ref", 1, "xld10", "XL 10.000", "", "0878", None, method, 11_500, state,
        None, None, **facts,  # type: ignore[arg-type]
    )  # fmt: skip
    return Standing(order, moves, None, None, AT + timedelta(seconds=9))


@pytest.mark.parametrize("state", OrderState)
def test_every_state_has_its_way_and_one_place_on_it(state: OrderState) -> None:
    steps = steps_of(standing(state))
    marks = [step.mark for step in steps]
    assert steps[0].name == "ordered"
    assert marks.count("now") + marks.count("bad") == (0 if state is OrderState.DELIVERED else 1)
    assert marks == sorted(marks, key=["done", "now", "bad", "todo"].index)
    assert all(step.at for step in steps if step.mark in ("done", "bad"))


def test_who_paid_long_ago_is_told_that_it_is_being_looked_at() -> None:
    for state in (OrderState.HELD, OrderState.SENT):
        quick = standing(state)
        late = replace(quick, at=AT + LONG + timedelta(seconds=2))
        assert quick.phase in (Phase.PAID, Phase.SENT)
        assert late.phase is Phase.SLOW
        assert late.version != quick.version, "its page must change by itself"
        assert not late.is_over


def test_a_reader_is_told_again_only_of_what_reads_otherwise() -> None:
    seen = standing(OrderState.SENT)
    later = replace(seen, at=seen.at + timedelta(seconds=30))
    heard = replace(later, order=replace_order(later.order, last_words="Transaksi Pending"))
    assert seen.version == later.version == heard.version
    assert standing(OrderState.DELIVERED).version != seen.version


HEADLINES = {
    OrderState.AWAITING_PAYMENT: ("Menunggu pembayaran", "Waiting for payment"),
    OrderState.HELD: ("Sudah dibayar, segera diproses", "Paid, processed in a moment"),
    OrderState.SENT: ("Sedang diproses", "Being processed"),
    OrderState.DELIVERED: ("Pesanan berhasil", "Order successful"),
    OrderState.FAILED: ("Pesanan gagal, dana dikembalikan", "Order failed, money returned"),
    OrderState.DISPUTED: ("Sedang diperiksa petugas", "Being checked by our staff"),
    OrderState.REFUNDED: ("Dana dikembalikan", "Refunded"),
    OrderState.EXPIRED: ("Batas waktu pembayaran habis", "The time to pay is over"),
    OrderState.CANCELLED: ("Pesanan dibatalkan", "Order cancelled"),
}


NOTHING_WRONG: dict[str, object] = {"trouble_said": "", "typed": {}, "faults": {}}


@pytest.mark.parametrize("state", OrderState)
def test_every_state_is_told_in_both_languages_to_guests_and_accounts(state: OrderState) -> None:
    seen = Seen(standing(state), None, [], None, None)
    order = seen.standing.order
    for place in (accounts_place(order), guests_place(Held(order, "token", "0" * 32))):
        for lang, words in zip(LANGS, HEADLINES[state], strict=True):
            facts = {**facts_of_order(seen, place, say_in(lang)), **NOTHING_WRONG}
            told = environment(lang).get_template("parts/order.html").render(facts)
            assert f"data-headline>{words}</h2>" in told
            assert ("data-stream" in told) == (not seen.standing.is_over)
            warns = "jangan beli lagi" in told or "do not buy again" in told
            assert warns == (state is OrderState.DISPUTED)


def replace_order(order: OrderView, **facts: object) -> OrderView:
    known = {name: getattr(order, name) for name in order.__struct_fields__}
    return OrderView(**{**known, **facts})


@pytest.mark.parametrize(
    ("told", "number", "groups", "about"),
    [
        (
            "2638-4647-3625-6466-7942/BUDI SANTOSO/R1/900VA/13,5KWH",
            "26384647362564667942",
            ("2638", "4647", "3625", "6466", "7942"),
            ("BUDI SANTOSO", "R1", "900VA", "13,5KWH"),
        ),
        (
            "0143 4800 9500 5500 9674/BUDI",
            "01434800950055009674",
            ("0143", "4800", "9500", "5500", "9674"),
            ("BUDI",),
        ),
        ("1234567890", "1234567890", ("1234", "5678", "90"), ()),
        ("R221122.1034.210", "R221122.1034.210", ("R221122.1034.210",), ()),
        ("SITI/REF:0BAG1/2", "SITI/REF:0BAG1/2", ("SITI/REF:0BAG1/2",), ()),
        ("-", "-", ("-",), ()),
    ],
)
def test_a_serial_is_copied_whole_and_shown_in_fours(
    told: str, number: str, groups: tuple[str, ...], about: tuple[str, ...]
) -> None:
    serial = serial_of(told)
    assert (serial.number, serial.groups, serial.about) == (number, groups, about)
    assert serial.is_token == (len(groups) == 5)


def test_a_selling_price_is_read_as_people_write_it() -> None:
    for text in ("12000", "12.000", "Rp 12.000", "rp12.000"):
        assert read_price(text, least=0) == 12_000
    for text in ("", "abc", "-1", "12,5", "9" * 20, "\u0661\u0662"):
        with pytest.raises(Invalid):
            read_price(text, least=0)
    with pytest.raises(Invalid):
        read_price("99.000", least=100_000)


def way(gateway: str, name: str, kind: str, *, fee: int = 0, **facts: Any) -> Way:
    adds = Rupiah(fee)
    return Way(gateway, name, name, kind, adds, adds, ZERO, FeeOn.SHOP, **facts)


def paid_by(channel: str, link: Link) -> Payment:
    """An order of 11.500 with its latest link."""
    price = Rupiah(11_500)
    return Payment(link, channel, channel, price, ZERO, price, AT, None, None, None, None, (), 1)


def test_what_most_people_pay_by_comes_first() -> None:
    kinds = ("Virtual Account", "Convenience Store", "QRIS", "E-Wallet", "QRIS")
    ways = [way("tripay", f"{kind} {n}", kind) for n, kind in enumerate(kinds)]
    found = offered(ways, paid_by("ipaymu:page", Link.PAYABLE), say_in("en"))
    assert [(kind, len(of_kind)) for kind, of_kind in found] == [
        ("QRIS", 1), ("E-wallet", 1), ("Bank virtual account", 1), ("Convenience store", 1),
    ]  # fmt: skip


def test_of_several_gateways_qris_the_buyer_is_offered_the_open_one_that_costs_least() -> None:
    ways = [
        way("ipaymu", "QRIS MPM", "qris", fee=900),
        way("tripay", "QRIS", "E-Wallet", fee=800),
        way("other", "qris", "QRIS", fee=1, is_open=False),
        way("third", "QRIS", "QRIS", fee=2, least=Rupiah(50_000)),
        way("tripay", "BRI", "Virtual Account", fee=4000),
        way("ipaymu", "bri", "virtual account", fee=3500),
    ]
    found = one_of_each(ways, Rupiah(11_500))
    assert [one.full_name for one in found] == ["tripay:QRIS", "ipaymu:bri"]
    shut = one_of_each(ways[2:4], Rupiah(11_500))
    assert len(shut) == 1


def test_who_got_nothing_to_pay_by_is_offered_another_gateways_like() -> None:
    ways = [way("ipaymu", "QRIS", "QRIS"), way("tripay", "QRIS", "QRIS", fee=800)]
    for link, name in (
        (Link.PAYABLE, "tripay:QRIS"),
        (Link.OVER, "tripay:QRIS"),
        (Link.REFUSED, "ipaymu:QRIS"),
        (Link.UNANSWERED, "ipaymu:QRIS"),
    ):
        [(_, [one])] = offered(ways, paid_by("tripay:QRIS", link), str)
        assert one.full_name == name, link
    [(_, [one])] = offered(ways[1:], paid_by("tripay:QRIS", Link.REFUSED), str)
    assert one.full_name == "tripay:QRIS", "there is no other"


def test_streams_are_counted_by_address_and_in_all() -> None:
    streams = OpenStreams(most=3, most_per_remote=2)
    with streams.opened("a"), streams.opened("a"):
        with pytest.raises(TooManyStreams):
            streams.admit("a")
        streams.admit("b")
        with streams.opened("b"), pytest.raises(TooManyStreams):
            streams.admit("c")
    streams.admit("a")
    assert streams.count == 0
