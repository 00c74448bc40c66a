"""A deposit as its user is shown it, with what there is to pay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import UNSET, Struct, UnsetType

from konter.funding.deposits import Deposit
from konter.funding.states import DepositState
from konter.kernel.clock import iso
from konter.kernel.money import Rupiah
from konter.web.payment_view import PaymentView
from konter.web.payment_wait import Payable

TAGS = ["Deposit"]

STATUS: Final[Mapping[DepositState, str]] = {
    DepositState.AWAITING_PAYMENT: "pending",
    DepositState.CREDITED: "paid",
    DepositState.EXPIRED: "expired",
    DepositState.CANCELLED: "cancelled",
}


class DepositView(Struct):
    """``amount``: what reaches the wallet, rupiah with two decimals. ``status``: pending, paid,
    expired or cancelled."""

    id: int
    code: str
    ref_id: str
    amount: str
    payment_method: str
    status: str
    expired_at: str
    credited_at: str | None
    created_at: str
    updated_at: str


class OneDeposit(Struct):
    """``next_check_at``: when the gateway is asked again."""

    deposit: DepositView
    payment: PaymentView
    message: str | UnsetType = UNSET
    next_check_at: str | UnsetType | None = UNSET


def deposit_view(deposit: Deposit) -> DepositView:
    return DepositView(
        id=deposit.id,
        code=deposit.code,
        ref_id=deposit.ref_id,
        amount=Rupiah(deposit.amount).wire(),
        payment_method=deposit.channel,
        status=STATUS[deposit.state],
        expired_at=iso(deposit.pay_by),
        credited_at=iso(deposit.credited_at) if deposit.credited_at else None,
        created_at=iso(deposit.created_at),
        updated_at=iso(deposit.updated_at),
    )


def with_payment(
    deposit: Deposit,
    payable: Payable,
    *,
    message: str | UnsetType = UNSET,
    next_check_at: str | UnsetType | None = UNSET,
) -> OneDeposit:
    payment = payable.view(status=STATUS[deposit.state], paid_at=deposit.credited_at)
    return OneDeposit(deposit_view(deposit), payment, message, next_check_at)
