"""A bill's payment is born: claimed, held and due, in the commit that judged it."""

from __future__ import annotations

from datetime import datetime

from konter.db.pool import Tx
from konter.kernel.money import Rupiah
from konter.ledger.holds import Hold, hold_many
from konter.ledger.wallets import lock_wallets
from konter.orders import birth, requests
from konter.orders.bill_birth import Request, birth_of
from konter.orders.bill_claims import claim_bill
from konter.orders.bill_once import refuse_second
from konter.orders.bill_store import BillRow, write_bill
from konter.orders.desk import OrdersDesk
from konter.orders.place import cannot_pay


async def bear_bill(
    desk: OrdersDesk, tx: Tx, bill: BillRow, fingerprint: bytes, *, at: datetime
) -> requests.Placed:
    """The order that pays this bill, which is locked, found and unpaid.

    Raises BillPaid, BillBeingPaid, BillSoldToday, RefReused, AccountBlocked, NotEnoughBalance;
    roll back then.
    """
    (order_id,) = await desk.ids.take(tx, 1)
    if (claimed := await claim_bill(tx, bill, order_id, at=at)) is not None:
        raise claimed
    if (second := await refuse_second(desk, tx, bill, at=at)) is not None:
        raise second
    request = Request(bill.user_id, bill.ref_id, fingerprint)
    entered = await requests.enter(tx, [request], {0: order_id}, at=at)
    if not entered.fresh:
        raise requests.RefReused(ref_id=bill.ref_id)
    wallets = await lock_wallets(tx, [bill.user_id])
    wallet = wallets.get(bill.user_id)
    born = birth_of(desk, bill, request, order_id)
    if (poor := cannot_pay(wallet, born.price)) is not None:
        raise poor
    placed = (await birth.bear(desk, tx, [born], at=at))[0]
    hold = Hold(order_id, bill.user_id, Rupiah(born.price), born.code, at)
    await hold_many(tx, [hold], locked=wallets, at=at)
    bill.order_id, bill.pay_fingerprint, bill.paid_amount = order_id, fingerprint, bill.amount
    await write_bill(tx, bill)
    if not isinstance(placed, requests.Placed):
        raise placed
    return requests.Placed(placed.order, False, wallet.balance if wallet else None)
