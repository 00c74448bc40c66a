"""The books check finds each kind of breach that is planted, and nothing in a clean book."""

from __future__ import annotations

from typing import LiteralString

import pytest

from konter.funding.apply import leg, mark_applied, take
from konter.funding.refund import Owed, owe_many
from konter.funding.states import AppliedTo, Purpose
from konter.hooks import tasks
from konter.kernel.money import Rupiah
from konter.ledger.post import Transfer, post
from konter.upstreams.gateway_contract import PaidOtherwise, Receipt
from tests.funding.cashier import Cashier, paid

LEGS = "SELECT kind, amount FROM ledger.transfers WHERE kind LIKE 'payment%%' ORDER BY kind"


async def confirmed(cashier: Cashier, their_id: str = "X1") -> int:
    invoice = await cashier.opened("ipaymu")
    await cashier.hear_of(invoice, their_id)
    payment_id: int = (await cashier.payment(invoice))["id"]
    await cashier.told(payment_id, paid(their_id=their_id))
    return payment_id


async def in_review(cashier: Cashier) -> int:
    invoice = await cashier.opened("ipaymu")
    await cashier.hear_of(invoice, "L1")
    payment_id: int = (await cashier.payment(invoice))["id"]
    less = PaidOtherwise(Receipt("L1", Rupiah(49_000), Rupiah(343)), "paid 49000")
    await cashier.told(payment_id, less)
    return payment_id


async def applied(cashier: Cashier, payment_id: int, *, held: int, rest: int) -> None:
    """To its order and its buyer, a guest, as the room above does it."""
    now = cashier.clock.now()
    async with cashier.db.transaction() as tx:
        (payment,) = await take(tx, Purpose.ORDER, [payment_id])
        order_id = payment.purpose_id
        hold = leg(
            payment, "hold", "escrow", held, reference="TRX", order_id=order_id,
            key=f"hold:{order_id}",
        )  # fmt: skip
        legs = [hold]
        if rest:
            legs.append(leg(payment, "surplus", "refunds_due", rest, reference="TRX"))
            owed = Owed(legs[1].key, Purpose.ORDER, order_id, "TRX", Rupiah(rest), "surplus")
            await owe_many(cashier.desk, tx, [owed], at=now)
        await post(tx, legs, at=now)
        await mark_applied(tx, [(payment_id, AppliedTo.ORDER)], at=now)


async def do(cashier: Cashier, sql: LiteralString, **facts: object) -> None:
    async with cashier.db.transaction() as tx:
        assert await tx.run(sql, facts) >= 1


async def found(cashier: Cashier) -> list[tuple[int, str]]:
    return [(breach.law, breach.subject) for breach in await cashier.breaches()]


async def plant(
    cashier: Cashier,
    debit: str,
    credit: str,
    amount: int,
    *,
    key: str = "planted",
    kind: str = "adjustment",
) -> None:
    transfer = Transfer(
        key=key,
        kind=kind,
        debit=debit,
        credit=credit,
        amount=Rupiah(amount),
        happened_at=cashier.clock.now(),
    )
    async with cashier.db.transaction() as tx:
        await post(tx, [transfer], at=cashier.clock.now())


async def test_a_clean_book_has_no_breach(cashier: Cashier) -> None:
    whole = await confirmed(cashier)
    await confirmed(cashier, "X2")
    await in_review(cashier)
    await applied(cashier, whole, held=48_000, rest=2_000)
    assert await found(cashier) == []


async def test_an_empty_book_has_no_breach(cashier: Cashier) -> None:
    assert await found(cashier) == []


async def test_unapplied_money_that_no_payment_explains_is_found(cashier: Cashier) -> None:
    await confirmed(cashier)
    await plant(cashier, "adjustments", "unapplied", 5)
    assert await found(cashier) == [(3, "unapplied")]


async def test_a_refund_that_nobody_was_told_of_is_found(cashier: Cashier) -> None:
    await applied(cashier, await confirmed(cashier), held=48_000, rest=2_000)
    async with cashier.db.transaction() as tx:
        (task,) = await tasks.open_tasks(tx)
        at = cashier.clock.now()
        await tasks.close_many(tx, [task.subject], at=at, by="rina", kind="refund_due")
    assert await found(cashier) == [(5, task.subject)]


async def test_a_review_that_nobody_was_told_of_is_found(cashier: Cashier) -> None:
    subject = f"payment:{await in_review(cashier)}"
    async with cashier.db.transaction() as tx:
        await tasks.close_many(tx, [subject], at=cashier.clock.now(), by="rina")
    assert await found(cashier) == [(5, subject)]


async def test_a_payment_that_never_entered_the_journal_is_found(cashier: Cashier) -> None:
    await confirmed(cashier)
    await do(
        cashier,
        """
        INSERT INTO funding.payments (id, invoice_id, gateway, their_id, purpose, purpose_id,
            state, applied_to, amount, kept, confirmed_at, applied_at, created_at)
        SELECT id + 1, invoice_id, gateway, 'X9', purpose, purpose_id, 'applied', 'buyer', 700, 0,
            confirmed_at, confirmed_at, created_at
        FROM funding.payments
        """,
    )
    (payment_id,) = [p["id"] for p in await cashier.payments() if p["their_id"] == "X9"]
    assert await found(cashier) == [(8, "payment:ipaymu:X9"), (8, f"payment:{payment_id}")]


async def test_a_leg_that_no_payment_explains_is_found(cashier: Cashier) -> None:
    await plant(cashier, "gateway:ipaymu", "fees", 9, key="payment:ipaymu:X7", kind="payment")
    assert await found(cashier) == [(8, "payment:ipaymu:X7")]


@pytest.mark.parametrize(
    ("change", "subjects"),
    [
        ("UPDATE funding.payments SET amount = amount + 1", ["unapplied", "payment:ipaymu:X1"]),
        ("UPDATE funding.payments SET kept = 349", ["payment:ipaymu:X1", "payment_fee:ipaymu:X1"]),
        ("UPDATE funding.payments SET kept = 0", ["payment:ipaymu:X1", "payment_fee:ipaymu:X1"]),
        (
            "UPDATE funding.payments SET kept = 50001",
            ["payment:ipaymu:X1", "payment_fee:ipaymu:X1", "payment_short:ipaymu:X1"],
        ),
    ],
)
async def test_legs_of_other_amounts_than_the_payment_says_are_found(
    cashier: Cashier, change: LiteralString, subjects: list[str]
) -> None:
    await confirmed(cashier)
    await do(cashier, change)
    assert sorted(subject for _, subject in await found(cashier)) == sorted(subjects)


async def test_a_payment_applied_with_less_than_it_brought_is_found(cashier: Cashier) -> None:
    payment_id = await confirmed(cashier)
    await applied(cashier, payment_id, held=48_000, rest=0)
    assert await found(cashier) == [(3, "unapplied"), (8, f"payment:{payment_id}")]


async def test_money_that_left_a_payment_nobody_applied_is_found(cashier: Cashier) -> None:
    payment_id = await confirmed(cashier)
    await plant(cashier, "unapplied", "losses", 50_000, key=f"surplus:{payment_id}")
    assert await found(cashier) == [(3, "unapplied"), (8, f"payment:{payment_id}")]


async def test_a_deposit_that_was_not_credited_as_it_says_is_found(cashier: Cashier) -> None:
    await do(
        cashier,
        """
        INSERT INTO funding.deposits (id, code, user_id, ref_id, amount, channel, state, pay_by,
            credited_at, created_at, updated_at)
        VALUES (1, 'DEP-1', 1, 'r1', 50000, 'ipaymu:page', 'credited', %(at)s, %(at)s, %(at)s,
            %(at)s)
        """,
        at=cashier.clock.now(),
    )
    assert await found(cashier) == [(8, "DEP-1")]
