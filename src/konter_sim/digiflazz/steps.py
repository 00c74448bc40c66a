"""The steps a scripted number plays: what one call to /transaction is answered."""

from typing import Literal

import msgspec

Later = Literal["success", "fail", "never"]
Truth = Literal["success", "fail", "pending"]
Road = Literal["normal", "thrice", "dropped", "disordered", "unsigned", "forged", "early"]


class _Step(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", forbid_unknown_fields=True):
    """Every step is one JSON object; `do` names it."""


class _Formed(_Step, frozen=True, kw_only=True):
    """A step that forms a transaction. `after_ms` defaults to the webhook_delay_ms option.

    `then` is what becomes of it later (with its webhook), `then_rc` with which code,
    `hooks` how the webhooks travel, `price` rupiah in place of the catalogue's or the bill's,
    `dearer` rupiah more than that.
    """

    sn: str | None = None
    price: int | None = None
    dearer: int = 0
    message: str = ""
    then: Later = "never"
    then_rc: str | None = None
    after_ms: int | None = None
    hooks: Road = "normal"


class Success(_Formed, frozen=True, kw_only=True, tag="success"):
    """Sukses at once. Of an inquiry: the bill is found, and it `tells` so by a webhook too."""

    rc: str = "00"
    tells: bool = False


class Fail(_Formed, frozen=True, kw_only=True, tag="fail"):
    """Gagal at once, recorded, money restored."""

    rc: str = "02"


class Pending(_Formed, frozen=True, kw_only=True, tag="pending"):
    """Pending at first, money held."""

    rc: str = "03"
    then: Later = "success"


class Refuse(_Step, frozen=True, kw_only=True, tag="refuse"):
    """Turned away before a transaction is formed: nothing stored, nothing debited."""

    rc: str = "44"


class _Faulty(_Step, frozen=True, kw_only=True):
    """A broken answer. With `commit` the sale happens first and stands as `truth` says."""

    commit: bool = False
    truth: Truth = "success"


class Silence(_Faulty, frozen=True, kw_only=True, tag="silence"):
    """No answer: the connection hangs for `seconds` (default silence_seconds), then closes."""

    seconds: float | None = None


class Http(_Faulty, frozen=True, kw_only=True, tag="http"):
    """Some other HTTP answer, not JSON unless you write JSON."""

    status: int = 502
    body: str = ""
    content_type: str = "text/html"


class Raw(_Faulty, frozen=True, kw_only=True, tag="raw"):
    """`{"data": data}` exactly as given, HTTP `status`."""

    data: dict[str, object]
    status: int = 200


class Reset(_Faulty, frozen=True, kw_only=True, tag="reset"):
    """Half an answer, then the connection is reset."""


class Twist(_Faulty, frozen=True, kw_only=True, tag="twist"):
    """The true answer with fields set, dropped or turned to text; always commits."""

    set: dict[str, object] = {}
    drop: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    status: int | None = None
    sn: str | None = None


class Wait(_Step, frozen=True, kw_only=True, tag="wait"):
    """The books move at once as `then` says; only the answer waits `ms`."""

    ms: int
    then: "Step"


Formed = Success | Fail | Pending
Faulty = Silence | Http | Raw | Reset | Twist
Step = Success | Fail | Pending | Refuse | Silence | Http | Raw | Reset | Twist | Wait
