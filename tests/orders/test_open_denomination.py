"""The buyer chooses the amount: it is held, bought and failed over as chosen, and no other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from konter.catalogue.amounts import NotOnePiece
from konter.kernel.errors import Invalid
from konter.ledger.wallets import GUEST
from konter.orders.checkout import checkout_many
from konter.orders.fulfil import ask_of
from konter.orders.judge import ProductClosed
from konter.orders.place import NotEnoughBalance
from konter.orders.read import OrderView
from konter.orders.requests import Ask, Placed, RefReused, choose
from tests.orders.conftest import OPTIONS
from tests.orders.two_suppliers import DIGI, OKE, TwoSuppliers
from tests.warm import by_owner

DANA, NUMBER, AMOUNT = "dana", "081234560099", 50_000
COST_FEE, FEE, RETAIL_FEE = 200, 1_700, 3_200
CHARGED_FEE = 90
"""What OkeConnect really takes beside the amount."""

SHELF = f"""
INSERT INTO catalogue.categories (id, slug, name, type, created_at)
VALUES (9001, 'saldo', 'Saldo', 'emoney', now()) ON CONFLICT DO NOTHING;
INSERT INTO catalogue.products (id, code, category_id, name, brand, type, base_price, retail_price,
    reseller_price, is_active, created_at, amount_least, amount_most, amount_step)
VALUES (9001, '{DANA}', 9001, 'Saldo DANA', 'Dana', 'emoney', {COST_FEE}, {RETAIL_FEE}, {FEE}, true,
    now(), 10000, 10000000, 1) ON CONFLICT DO NOTHING;
INSERT INTO catalogue.offers (account, sku, product_id, cost, is_open, multi, priority, by_amount)
VALUES ('{DIGI}', 'DANABEBAS', 9001, 1, true, true, 0, true),
       ('{OKE}', 'BBSDN', 9001, {COST_FEE}, true, false, 1, true),
       ('{OKE}', 'BBSGOP', 9001, {COST_FEE} + 300, true, false, 2, true) ON CONFLICT DO NOTHING;
UPDATE catalogue.offers SET is_open = true,
    priority = CASE sku WHEN 'DANABEBAS' THEN 0 WHEN 'BBSDN' THEN 1 ELSE 2 END
WHERE product_id = 9001;
UPDATE catalogue.products SET is_active = true, closed_because = NULL WHERE id = 9001;
"""


@pytest.fixture
async def dana(both: TwoSuppliers) -> TwoSuppliers:
    """A wallet that two of OkeConnect's SKUs fill; Digiflazz lists one too, and cannot."""
    await both.begin_again()
    await by_owner(both.db.conninfo, SHELF)
    return both


async def ask(dana: TwoSuppliers, amount: int | None = AMOUNT, **changes: Any) -> Ask:
    asked = await dana.ask_for(changes.pop("to", NUMBER), product=DANA)
    return replace(asked, chosen_amount=amount, **changes)


async def buys(dana: TwoSuppliers, amount: int = AMOUNT, **changes: Any) -> OrderView:
    (placed,) = await dana.place(await ask(dana, amount, **changes))
    assert isinstance(placed, Placed), placed
    return placed.order


async def quantities(dana: TwoSuppliers) -> list[tuple[str, str, str]]:
    """What reached OkeConnect: product, destination and qty of every call about a purchase."""
    calls = [*await dana.oke.calls("purchase"), *await dana.oke.calls("check")]
    return [(call["product"], call["dest"], call["qty"]) for call in calls]


async def test_it_is_held_and_bought_for_the_amount_and_the_fee(dana: TwoSuppliers) -> None:
    order = await buys(dana)
    assert (order.price, order.chosen_amount) == (AMOUNT + FEE, AMOUNT)
    assert await dana.money() == 1_000_000 - order.price
    attempt = await dana.attempt(order.id)
    margin = dana.desk.minimum_margin.amount
    assert (attempt.account, attempt.sku) == (OKE, "BBSDN")
    assert attempt.expected_cost == AMOUNT + COST_FEE
    assert attempt.max_price == order.price - margin
    purchase = ask_of(attempt, first=True)
    url = dana.oke_provider.purchase(purchase).url
    assert parse_qs(urlsplit(url).query)["qty"] == [str(AMOUNT)]
    while await dana.state(order.id) != "delivered":
        await dana.work()
        await dana.later(16)
    assert set(await quantities(dana)) == {("BBSDN", NUMBER, str(AMOUNT))}
    assert await dana.account("cost") == -(AMOUNT + CHARGED_FEE)
    assert await dana.account("sales") == order.price
    await dana.assert_honest()


async def test_without_a_fitting_amount_nothing_is_placed(dana: TwoSuppliers) -> None:
    """Not for the fee either: that is the trap."""
    asks = [await ask(dana, amount) for amount in (None, 1, 9_999, 10_000_001)]
    for refused in await dana.place(*asks):
        assert isinstance(refused, Invalid)
        assert list(refused.errors) == ["qty"]
    assert await dana.money() == 1_000_000
    assert await dana.claim() == []


async def test_a_fixed_price_takes_no_amount(dana: TwoSuppliers) -> None:
    asked = replace(await dana.ask_for("087800009999"), chosen_amount=AMOUNT)
    (refused,) = await dana.place(asked)
    assert isinstance(refused, NotOnePiece)
    assert choose(asked, None) is choose(asked, 1) is asked
    assert choose(asked, 10_000).chosen_amount == 10_000
    for odd in (0, -5, 10**16):
        with pytest.raises(Invalid):
            choose(asked, odd)


async def test_another_amount_under_one_reference_is_another_request(dana: TwoSuppliers) -> None:
    first = await ask(dana)
    twin, other = replace(first), replace(first, chosen_amount=AMOUNT + 1)
    placed, again, reused = await dana.place(first, twin, other)
    assert isinstance(placed, Placed) and isinstance(again, Placed)
    assert again.order.id == placed.order.id
    assert isinstance(reused, RefReused)
    (late,) = await dana.place(other)
    assert isinstance(late, RefReused)
    (late,) = await dana.place(twin)
    assert isinstance(late, Placed) and late.replayed
    assert await dana.money() == 1_000_000 - AMOUNT - FEE
    fixed = await dana.ask_for("087800009999")
    assert replace(fixed, chosen_amount=None).fingerprint == fixed.fingerprint


async def test_a_batch_judges_each_amount_by_itself(dana: TwoSuppliers) -> None:
    """Two amounts may come to one price at two roles' fees; their costs differ."""
    reseller = await ask(dana, AMOUNT + 1_500, to="081234560001")
    retail = await ask(dana, AMOUNT, to="081234560002", pays_reseller_price=False)
    too_much = await ask(dana, 900_000, to="081234560003")
    one, two, refused = await dana.place(reseller, retail, too_much)
    assert isinstance(one, Placed) and isinstance(two, Placed)
    assert one.order.price == two.order.price == AMOUNT + RETAIL_FEE
    first, second = [await dana.attempt(placed.order.id) for placed in (one, two)]
    assert (first.expected_cost, second.expected_cost) == (51_700, 50_200)
    assert isinstance(refused, NotEnoughBalance)


async def test_it_fails_over_with_the_same_amount(dana: TwoSuppliers) -> None:
    await dana.oke.script(
        NUMBER, sale=[{"do": "fail", "reason": "Produk sedang gangguan"}, {"do": "success"}]
    )
    order = await buys(dana, 123_456)
    for _ in range(3):
        await dana.work()
    first, second = await dana.attempts(order.id)
    assert (first.sku, second.sku) == ("BBSDN", "BBSGOP")
    assert second.expected_cost == 123_456 + COST_FEE + 300
    assert first.chosen_amount == second.chosen_amount == 123_456
    assert {qty for *_, qty in await quantities(dana)} == {"123456"}
    assert await dana.state(order.id) == "delivered"
    await dana.assert_honest()


async def test_it_goes_nowhere_that_sells_none(dana: TwoSuppliers) -> None:
    """Digiflazz's offer is the cheapest and the first, and is not asked."""
    close = "UPDATE catalogue.offers SET is_open = false WHERE sku LIKE 'BBS%'"
    await dana.oke.script(NUMBER, sale=[{"do": "fail", "reason": "Produk sedang gangguan"}])
    order = await buys(dana)
    await by_owner(dana.db.conninfo, close)
    for _ in range(2):
        await dana.work()
    assert await dana.state(order.id) == "failed"
    assert await dana.money() == 1_000_000
    (refused,) = await dana.place(await ask(dana))
    assert isinstance(refused, ProductClosed)
    assert {a.account for a in await dana.attempts(order.id)} == {OKE}
    await dana.assert_honest()


async def test_paid_by_gateway_it_is_bought_for_the_amount_that_was_chosen(
    dana: TwoSuppliers,
) -> None:
    """Also when the operator allows less of it meanwhile."""
    checkout = await dana.check_out(NUMBER, user_id=GUEST, product=DANA)
    checkout = replace(checkout, ask=replace(checkout.ask, chosen_amount=AMOUNT))
    (placed,) = await checkout_many(dana.desk, [checkout])
    assert isinstance(placed, Placed), placed
    assert placed.order.price == AMOUNT + RETAIL_FEE
    await by_owner(
        dana.db.conninfo, "UPDATE catalogue.products SET amount_most = 20000 WHERE id = 9001"
    )
    await dana.pays(placed.order.id)
    assert await dana.apply() == 1
    attempt = await dana.attempt(placed.order.id)
    assert (attempt.sku, attempt.chosen_amount) == ("BBSDN", AMOUNT)
    assert attempt.expected_cost == AMOUNT + COST_FEE
    await by_owner(
        dana.db.conninfo, "UPDATE catalogue.products SET amount_most = 10000000 WHERE id = 9001"
    )


async def test_the_database_lets_nobody_pay_less_than_was_chosen(dana: TwoSuppliers) -> None:
    order = await buys(dana)
    for change in (
        f"UPDATE orders.orders SET chosen_amount = price WHERE id = {order.id}",
        f"UPDATE orders.orders SET chosen_amount = 0 WHERE id = {order.id}",
        f"UPDATE orders.orders SET price = chosen_amount WHERE id = {order.id}",
    ):
        with pytest.raises(psycopg.IntegrityError):
            await by_owner(dana.db.conninfo, change)
    assert await dana.breaches() == []
    await by_owner(
        dana.db.conninfo,
        f"UPDATE orders.attempts SET expected_cost = {AMOUNT} WHERE order_id = {order.id}",
    )
    (breach,) = await dana.breaches()
    assert breach.law == 6


SALES: tuple[dict[str, Any], ...] = (
    {"do": "success"},
    {"do": "fail", "reason": "Produk sedang gangguan"},
    {"do": "fail", "reason": "Nomor tujuan salah"},
    {"do": "refuse", "reason": "Qty tidak sesuai."},
    {"do": "http", "commit": True, "then": "success"},
    {"do": "reset"},
    {"do": "silence", "commit": True, "then": "never"},
)
one_sale = st.tuples(
    st.sampled_from([10_000, 10_001, 49_999, 123_456, 300_000]),
    st.lists(st.sampled_from(SALES), min_size=2, max_size=3),
    st.booleans(),
)


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(one_sale, min_size=1, max_size=4))
async def test_whatever_they_answer_only_the_chosen_amount_is_bought_and_the_books_are_right(
    dana: TwoSuppliers, sales: list[tuple[int, list[dict[str, Any]], bool]]
) -> None:
    await dana.sim.reset(**OPTIONS)
    await dana.oke.reset(callback_delay_ms=0, silence_seconds=0)
    await dana.oke.advance(to=dana.clock.now().isoformat())
    await dana.begin_again()
    await by_owner(dana.db.conninfo, SHELF)
    chosen: dict[str, str] = {}
    for amount, answers, is_reseller in sales:
        dana.asked += 1
        number = f"0812000{dana.asked:05}"
        await dana.oke.script(number, sale=answers)
        asked = await ask(dana, amount, to=number, pays_reseller_price=is_reseller)
        (placed,) = await dana.place(asked)
        assert isinstance(placed, Placed)
        chosen[number] = str(amount)
        assert placed.order.price == amount + (FEE if is_reseller else RETAIL_FEE)
    for _ in range(4):
        await dana.work()
        await dana.later(61)
    for _, dest, qty in await quantities(dana):
        assert qty == chosen.get(dest, qty)
    assert await dana.breaches() == []
    await dana.assert_honest()
