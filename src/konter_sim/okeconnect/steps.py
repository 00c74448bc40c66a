"""The steps a scripted number plays: how its sales and checks are answered, what it is told.

A plan has lists: `sale` (each purchase takes one), `checks` (each check=1 takes one), `callbacks`
(each callback takes one); the last one of a list repeats. `lies` are told once, untrue, beside
the callbacks of the first sale. `bill` bends the bill of that number.
"""

from typing import Annotated, Literal

import msgspec

Later = Literal["success", "fail", "never", "reverse"]
Told = Literal["Sukses", "Gagal", "Menunggu"]
BillTwist = Literal["", "fine", "wrong_sum", "grown", "none", "paid"]
Ms = Annotated[int, msgspec.Meta(ge=0)]


class _Step(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", forbid_unknown_fields=True):
    """Every step is one JSON object; `do` names it. `wait_ms`: only the answer waits."""

    wait_ms: Ms = 0


class _Formed(_Step, frozen=True, kw_only=True):
    """A step that forms a transaction. `after_ms` defaults to the callback_delay_ms option.

    `then` is what becomes of it later, with its callback; `reverse`: Sukses, later still Gagal.
    `price` rupiah in place of the listed one, `over` on top of it; `reason` without full stop.
    """

    sn: str | None = None
    price: int | None = None
    over: int = 0
    reason: str = "Mohon diperiksa kembali No tujuan sebelum di ulang"
    then: Later = "never"
    after_ms: Ms | None = None


class Accept(_Formed, frozen=True, kw_only=True, tag="accept"):
    """`akan diproses`: charged, decided later."""

    then: Later = "success"


class Success(_Formed, frozen=True, kw_only=True, tag="success"):
    """`SUKSES` at once; `then` fail takes it back."""


class Fail(_Formed, frozen=True, kw_only=True, tag="fail"):
    """`GAGAL` at once with a T#, nothing charged; `then` success delivers after all."""


class Refuse(_Step, frozen=True, kw_only=True, tag="refuse"):
    """Turned away without a T#: no transaction. `ref_id` is what `R#` says, if not the asked."""

    reason: str = "Nomor HP tidak benar."
    ref_id: str | None = None


class Duplicate(_Step, frozen=True, kw_only=True, tag="duplicate"):
    """The duplicate guard's answer about an older purchase; nothing is sold now."""

    state: Told = "Sukses"
    sn: str = "R25042208010000aa"
    price: int | None = None


class _Faulty(_Step, frozen=True, kw_only=True):
    """A broken answer. With `commit` the sale happens first and goes on as `then` says."""

    commit: bool = False
    then: Later = "success"


class Silence(_Faulty, frozen=True, kw_only=True, tag="silence"):
    """No answer: the connection hangs for `seconds` (default silence_seconds), then closes."""

    seconds: float | None = None


class Http(_Faulty, frozen=True, kw_only=True, tag="http"):
    """Some other HTTP answer; without a `body` a proxy's page."""

    status: int = 502
    body: str | None = None
    content_type: str = "text/html"


class Reset(_Faulty, frozen=True, kw_only=True, tag="reset"):
    """Half an answer, then the connection is reset."""


class Text(_Faulty, frozen=True, kw_only=True, tag="text"):
    """Any text at all: {trx} {ref} {name} {product} {dest} {sn} {saldo} {jam} are filled in."""

    body: str


class Twist(_Faulty, frozen=True, kw_only=True, tag="twist"):
    """The true sentence about something else, or only a part of it.

    `ref_id`, `product`, `dest`: what it echoes; `until`: cut before this text; `half`: only half.
    """

    commit: bool = True
    at_once: bool = False
    ref_id: str | None = None
    product: str | None = None
    dest: str | None = None
    sn: str | None = None
    price: int | None = None
    until: str = ""
    half: bool = False


class Truth(_Step, frozen=True, kw_only=True, tag="truth"):
    """check=1 is answered as the books say."""


class Nothing(_Step, frozen=True, kw_only=True, tag="nothing"):
    """check=1 is answered TIDAK ADA, whatever the books say."""


class Callback(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one callback travels: `times` 0 loses it; `early`: before the answer to the sale."""

    times: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 1
    delay_ms: Ms = 0
    early: bool = False
    refid: str | None = None
    message: str | None = None


class Lie(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A callback that is not true. `stranger`: from someone who does not know the secret."""

    says: Told = "Sukses"
    when: Literal["before", "after"] = "before"
    stranger: bool = False


Formed = Accept | Success | Fail
Faulty = Silence | Http | Reset | Text | Twist
SaleStep = Formed | Refuse | Duplicate | Faulty
CheckStep = Truth | Nothing | Duplicate | Faulty


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one number plays."""

    sale: tuple[SaleStep, ...] = ()
    checks: tuple[CheckStep, ...] = ()
    callbacks: tuple[Callback, ...] = ()
    lies: tuple[Lie, ...] = ()
    bill: BillTwist = ""

    def __bool__(self) -> bool:
        return self != Plan()
