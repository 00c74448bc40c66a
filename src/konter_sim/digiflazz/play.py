"""Plays one step of a number: moves the books, and says what the caller will see."""

from dataclasses import dataclass, replace
from typing import assert_never

import msgspec

from konter_sim.digiflazz.answers import Json, answer, receipt
from konter_sim.digiflazz.books import Result, Transaction
from konter_sim.digiflazz.codes import ALWAYS_200, CODES
from konter_sim.digiflazz.owed import Owed
from konter_sim.digiflazz.sell import (
    BillCall,
    Purchase,
    form,
    live,
    new_serial,
    settle,
)
from konter_sim.digiflazz.state import Digiflazz
from konter_sim.digiflazz.steps import (
    Fail,
    Faulty,
    Formed,
    Http,
    Pending,
    Raw,
    Refuse,
    Reset,
    Silence,
    Step,
    Success,
    Twist,
    Wait,
)

_TRUTHS: dict[str, Formed] = {"success": Success(), "fail": Fail(), "pending": Pending()}


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes over the wire. `rc` is for the log; the rest is how it travels."""

    body: bytes
    rc: str = ""
    status: int = 200
    content_type: str = "application/json"
    wait_ms: int = 0
    hang_s: float | None = None
    cut: bool = False
    early: tuple[Transaction, Formed] | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """One call: who asks for what, at what price, and what is known of it already."""

    digi: Digiflazz
    asked: Purchase
    price: int | None
    known: Transaction | None
    bill: Owed | None = None


def reply_with(digi: Digiflazz, data: object, *, rc: str, status: int | None = None) -> Reply:
    """`{"data": …}` with the HTTP status that goes with the rc, unless told otherwise."""
    if status is None:
        status = 200 if rc in ALWAYS_200 else digi.options.error_http_status
    return Reply(msgspec.json.encode({"data": data}), rc=rc, status=status)


def stored(digi: Digiflazz, known: Transaction) -> Reply:
    return reply_with(digi, answer(known), rc=known.rc)


def refusal(scene: Scene, rc: str) -> Reply:
    """Turned away after we know who asks: nothing is stored."""
    asked, digi = scene.asked, scene.digi
    data: Json = {
        "ref_id": asked.ref_id,
        "customer_no": asked.customer_no,
        "buyer_sku_code": asked.buyer_sku_code,
        "message": CODES[rc].message,
        "status": "Gagal",
        "rc": rc,
    }
    if not isinstance(asked, BillCall):
        data["buyer_last_saldo"] = digi.books.deposit
        if scene.price is not None:
            data["price"] = scene.price
    return reply_with(digi, data, rc=rc)


def play(scene: Scene, step: Step) -> Reply:
    match step:
        case Wait():
            reply = play(scene, step.then)
            return replace(reply, wait_ms=reply.wait_ms + step.ms)
        case Refuse():
            return refusal(scene, step.rc)
        case Success() | Fail() | Pending():
            return _tell(scene, step)
        case Silence() | Http() | Raw() | Reset() | Twist():
            return _garble(scene, step)
        case _:
            assert_never(step)


def formed(scene: Scene, step: Formed) -> Transaction:
    """The transaction this step speaks of: formed now, or moved if it is known already.

    A known one that is final is not moved back by a Pending: that is only a stale answer.
    """
    digi, known = scene.digi, scene.known
    result = _result(scene, step)
    if known is not None:
        if not isinstance(step, Pending):
            settle(digi, known, result)
        return known
    price = scene.price if step.price is None else step.price
    if price is None:
        raise LookupError(scene.asked.buyer_sku_code)
    fresh = form(digi, scene.asked, result, price=price + step.dearer, bill=scene.bill)
    if step.hooks != "early":
        digi.hooks.spawn(live(digi, fresh, step))
    return fresh


def _result(scene: Scene, step: Formed) -> Result:
    if not isinstance(step, Success):
        return Result.of(step.rc, message=step.message)
    sn, asked = step.sn, scene.asked
    if sn is None and scene.known is not None and scene.known.sn:
        sn = scene.known.sn
    if sn is None and scene.bill is not None:
        sn = receipt(scene.bill, asked.ref_id)
    if sn is None:
        sn = new_serial(scene.digi, asked.ref_id, asked.buyer_sku_code, asked.customer_no)
    return Result.of(step.rc, message=step.message, sn=sn)


def _tell(scene: Scene, step: Formed) -> Reply:
    known = formed(scene, step)
    if isinstance(step, Pending) and known.status != "Pending":
        return reply_with(scene.digi, _stale(known, step.rc), rc=step.rc)
    reply = stored(scene.digi, known)
    if step.hooks == "early" and scene.known is None:
        return replace(reply, early=(known, step))
    return reply


def _stale(known: Transaction, rc: str) -> Json:
    """What was true before it was final."""
    words: Json = {"message": CODES[rc].message, "status": "Pending", "rc": rc}
    if known.bill is not None:
        return {
            "ref_id": known.ref_id,
            "customer_no": known.customer_no,
            "buyer_sku_code": known.sku,
            **words,
        }
    stale = {**answer(known), **words}
    stale.pop("sn", None)
    return stale


def _garble(scene: Scene, step: Faulty) -> Reply:
    known = _committed(scene, step)
    return garbled(scene.digi, step, None if known is None else answer(known))


def garbled(digi: Digiflazz, step: Faulty, true: Json | None) -> Reply:
    """The broken answer, out of the true one if there is one."""
    match step:
        case Silence():
            patience = step.seconds
            if patience is None:
                patience = digi.options.silence_seconds
            return Reply(b"", hang_s=patience)
        case Http():
            body = step.body.encode()
            return Reply(body, status=step.status, content_type=step.content_type)
        case Raw():
            rc = str(step.data.get("rc", ""))
            return reply_with(digi, step.data, rc=rc, status=step.status)
        case Reset():
            body = b"{}" if true is None else msgspec.json.encode({"data": true})
            return Reply(body, cut=True)
        case Twist():
            return _twisted(digi, step, true)
        case _:
            assert_never(step)


def _committed(scene: Scene, step: Faulty) -> Transaction | None:
    """A known transaction is left as it is; an unknown one is formed if the step commits."""
    if scene.known is not None:
        return scene.known
    if isinstance(step, Twist):
        return formed(scene, msgspec.structs.replace(Success(), sn=step.sn))
    return formed(scene, _TRUTHS[step.truth]) if step.commit else None


def _twisted(digi: Digiflazz, step: Twist, true: Json | None) -> Reply:
    data: Json = {**(true or {}), **step.set}
    for name in step.drop:
        data.pop(name, None)
    for name in step.text:
        if name in data:
            data[name] = str(data[name])
    return reply_with(digi, data, rc=str(data.get("rc", "")), status=step.status)
