"""Plays one step of a number: moves the books, and says what the caller will see."""

from dataclasses import dataclass, replace
from typing import assert_never

import msgspec

from konter_sim.broken import BAD_GATEWAY
from konter_sim.okeconnect.books import DAY_S, Transaction
from konter_sim.okeconnect.gate import Asked
from konter_sim.okeconnect.sell import Sale, form, forming
from konter_sim.okeconnect.state import Okeconnect
from konter_sim.okeconnect.steps import (
    Accept,
    CheckStep,
    Duplicate,
    Fail,
    Faulty,
    Formed,
    Http,
    Nothing,
    Refuse,
    Reset,
    SaleStep,
    Silence,
    Success,
    Text,
    Truth,
    Twist,
)
from konter_sim.okeconnect.words import absent, at_check, at_sale, filled, guarded, jam, refused


@dataclass(frozen=True, slots=True)
class Early:
    """A sale whose callback must arrive before its answer."""

    sale: Sale
    known: Transaction
    step: Formed


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes over the wire. `says` is for the log; the rest is how it travels."""

    text: str
    says: str
    status: int = 200
    content_type: str = ""
    wait_ms: int = 0
    hang_s: float | None = None
    cut: bool = False
    early: Early | None = None
    created: bool = True


def sell(sale: Sale, step: SaleStep) -> Reply:
    """Answer a purchase call."""
    match step:
        case Accept() | Success() | Fail():
            early = sale.play.early
            known = form(sale, step, lives=not early)
            reply = Reply(at_sale(sale.oke, known), known.state)
            if early:
                reply = replace(reply, early=Early(sale, known, step))
        case Refuse():
            reply = turned_away(sale.asked, step.reason, ref_id=step.ref_id)
        case Duplicate():
            reply = Reply(_guard(sale, step), "duplicate")
        case Silence() | Http() | Reset() | Text() | Twist():
            reply = _garbled(sale, step)
        case _:
            assert_never(step)
    return replace(reply, wait_ms=step.wait_ms)


def turned_away(asked: Asked, reason: str, *, ref_id: str | None = None) -> Reply:
    """`R#` without `T#`: nothing was created."""
    echo = asked.ref_id if ref_id is None else ref_id
    return Reply(refused(echo, asked.product, asked.dest, reason), "refused", created=False)


def _guard(sale: Sale, step: Duplicate) -> str:
    """An older purchase that never was, told as the duplicate guard tells one."""
    return guarded(sale.oke, _older(sale, step), sale.asked.ref_id)


def _older(sale: Sale, step: Duplicate) -> Transaction:
    oke, asked = sale.oke, sale.asked
    at_s = oke.clock.now() - DAY_S / 24
    return Transaction(
        trx=oke.options.first_trx,
        ref_id=asked.ref_id,
        item=sale.item,
        dest=asked.dest,
        price=sale.price if step.price is None else step.price,
        created_at=at_s,
        day=oke.today(),
        jam=jam(at_s),
        state=step.state,
        sn=step.sn,
        reason="Mohon diperiksa kembali No tujuan sebelum di ulang",
    )


def _garbled(sale: Sale, step: Faulty) -> Reply:
    known = None
    if step.commit:
        hidden = forming(step.then, at_once=isinstance(step, Twist) and step.at_once)
        if isinstance(step, Twist):
            hidden = msgspec.structs.replace(hidden, sn=step.sn, price=step.price)
        known = form(sale, hidden)
    truth = "" if known is None else at_sale(sale.oke, known)
    return _broken(sale.oke, step, known, truth=truth, checking=False)


def answer_check(
    oke: Okeconnect, asked: Asked, step: CheckStep, *, known: Transaction | None, sale: Sale | None
) -> Reply:
    """Answer check=1. `known` is what the books have for it, `sale` what a purchase would be."""
    truth = absent(oke, asked.dest) if known is None else at_check(oke, known)
    match step:
        case Truth():
            reply = Reply(truth, "absent" if known is None else known.state)
        case Nothing():
            reply = Reply(absent(oke, asked.dest), "absent")
        case Duplicate():
            reply = Reply(truth if sale is None else _guard(sale, step), "duplicate")
        case Silence() | Http() | Reset() | Text() | Twist():
            reply = _broken(oke, step, known, truth=truth, checking=True)
        case _:
            assert_never(step)
    return replace(reply, wait_ms=step.wait_ms)


def _broken(
    oke: Okeconnect, step: Faulty, known: Transaction | None, *, truth: str, checking: bool
) -> Reply:
    match step:
        case Silence():
            patience = oke.options.silence_seconds if step.seconds is None else step.seconds
            return Reply("", "silence", hang_s=patience)
        case Http():
            body = BAD_GATEWAY if step.body is None else step.body
            return Reply(body, "http", status=step.status, content_type=step.content_type)
        case Reset():
            return Reply(truth or BAD_GATEWAY, "reset", cut=True)
        case Text():
            return Reply(step.body if known is None else filled(oke, step.body, known), "text")
        case Twist():
            return Reply(_twisted(oke, step, known, truth=truth, checking=checking), "twist")
        case _:
            assert_never(step)


def _twisted(
    oke: Okeconnect, step: Twist, known: Transaction | None, *, truth: str, checking: bool
) -> str:
    text = truth
    if known is not None:
        item = known.item if step.product is None else replace(known.item, kode=step.product)
        told = replace(
            known,
            item=item,
            ref_id=known.ref_id if step.ref_id is None else step.ref_id,
            dest=known.dest if step.dest is None else step.dest,
        )
        text = at_check(oke, told) if checking else at_sale(oke, told)
    if step.until:
        text = text.partition(step.until)[0]
    return text[: len(text) // 2] if step.half else text
