"""Everything one local iPaymu holds: sessions, their transactions, and how it tells of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal
from uuid import uuid4

from konter_sim.clock import stamp
from konter_sim.gateway.books import Channel, Payment, State
from konter_sim.gateway.state import Gateway
from konter_sim.gateway.steps import Callback
from konter_sim.ipaymu.channels import CHANNELS
from konter_sim.ipaymu.options import MEANING, Options
from konter_sim.ipaymu.signs import callback_signature
from konter_sim.ipaymu.words import STATUS, form, news, php_json
from konter_sim.post import Letter, Patience

DOCUMENTED: Final = frozenset({"pending", "paid", "unsettled", "escrow", "expired"})
FIRST_TRX_ID: Final = 193_205
KINDS: Final = {"form": "application/x-www-form-urlencoded", "json": "application/json"}


@dataclass(slots=True)
class Session:
    """What a merchant asked for. `order` rupiah; times epoch seconds."""

    sid: str
    reference: str
    order: int
    fee_on: Literal["merchant", "customer"]
    created_at: float
    expires_at: float
    notify_url: str
    return_url: str = ""
    cancel_url: str = ""
    method: str = ""
    buyer: dict[str, str] = field(default_factory=dict)
    items: list[dict[str, object]] = field(default_factory=list)
    trx_ids: list[str] = field(default_factory=list)


class Ipaymu(Gateway):
    """The state of one iPaymu account."""

    code = "ipaymu"
    name = "iPaymu"
    meaning = MEANING
    knobs: Options

    def fresh(self) -> None:
        super().fresh()
        self.sessions: dict[str, Session] = {}
        self._next_trx = FIRST_TRX_ID
        self._letters = 0

    def start(self, session: Session) -> Session:
        """A session stands; its plan starts to run."""
        self.sessions[session.sid] = session
        self.begin(session.sid, session.reference, session.order, session.expires_at)
        return session

    def choose(self, session: Session, channel: Channel, *, tell: bool = True) -> Payment:
        """The customer picks a channel: only now there is a trx_id, and a pending callback."""
        number = str(self._next_trx)
        self._next_trx += 1
        payment = Payment(
            id=number,
            reference=session.reference,
            channel=channel,
            order=session.order,
            fee=channel.fee(session.order),
            fee_on=session.fee_on,
            created_at=self.clock.now(),
            expires_at=session.expires_at,
            notify_url=session.notify_url,
            return_url=session.return_url,
            buyer=session.buyer,
            session=session.sid,
            pay_code=self._pay_code(channel, number),
            items=session.items,
        )
        session.trx_ids.append(number)
        self.books.add(payment)
        if tell:
            self.become(payment, "pending")
        return payment

    @staticmethod
    def _pay_code(channel: Channel, number: str) -> str:
        return "" if channel.group == "qris" else f"8578{number:0>12}"

    def session_of(self, wanted: str) -> Session | None:
        found = self.sessions.get(wanted)
        if found is not None:
            return found
        under = [one for one in self.sessions.values() if one.reference == wanted]
        return under[-1] if under else None

    def find(self, wanted: str) -> Payment | None:
        known = self.books.payments.get(wanted)
        if known is not None:
            return known
        session = self.session_of(wanted)
        return self.books.payments[session.trx_ids[-1]] if session and session.trx_ids else None

    def open(self, wanted: str, channel: str | None = None) -> Payment | None:
        """Raises LookupError for a channel that does not exist."""
        known = self.find(wanted)
        if known is not None:
            return known
        session = self.session_of(wanted)
        return None if session is None else self.choose(session, self._picked(session, channel))

    def _picked(self, session: Session, code: str | None) -> Channel:
        if code is not None:
            return CHANNELS[code]
        of_method = [one for one in CHANNELS.values() if one.group == session.method]
        return of_method[0] if of_method else CHANNELS["mpm"]

    def twin(self, payment: Payment) -> Payment:
        return self.choose(self.sessions[payment.session], payment.channel, tell=False)

    def become(self, payment: Payment, state: State, *, head_ms: int = 0) -> None:
        if state == "paid" and self.knobs.unsettled_first:
            state = "unsettled"
        super().become(payment, state, head_ms=head_ms)

    def tells(self, state: State) -> bool:
        return state in DOCUMENTED or self.knobs.notify_all_states

    def patience(self) -> Patience:
        knobs = self.knobs
        return Patience(
            knobs.notify_tries,
            knobs.notify_retry_ms,
            knobs.callback_timeout_s,
            accepted=lambda status, _: status == 200,
        )

    def waiting(self) -> Sequence[Mapping[str, object]]:
        return [
            {
                "sid": one.sid,
                "reference": one.reference,
                "order": one.order,
                "created_at": stamp(one.created_at),
            }
            for one in self.sessions.values()
            if not one.trx_ids
        ]

    def shown(self, payment: Payment) -> dict[str, Any]:
        return {
            "id": payment.id,
            "sid": payment.session,
            "reference": payment.reference,
            "state": payment.state,
            "status": STATUS[payment.state][0],
            "channel": payment.channel.code,
            "order": payment.order,
            "amount": payment.amount,
            "fee": payment.fee,
            "received": payment.received,
            "created_at": stamp(payment.created_at),
        }

    def compose(
        self, payment: Payment, callback: Callback, *, url: str | None = None
    ) -> Letter | None:
        told = payment
        if callback.amount is not None:
            less = callback.amount if callback.amount < 0 else callback.amount - payment.amount
            told = replace(payment, order=payment.order + less)
        data = {**news(told, self.knobs), **callback.set}
        va = f"not {self.knobs.va}" if callback.forged else self.knobs.va
        signature = callback_signature(data, va, plain_unicode=self.knobs.plain_unicode)
        kind = self.knobs.notify_format
        raw = php_json(data) if kind == "json" else form(data)
        return Letter(
            id=payment.id,
            says=str(data.get("status", "")),
            url=payment.notify_url if url is None else url,
            raw=raw,
            headers=lambda: self._headers(signature, KINDS[kind]),
            forged=callback.forged,
        )

    def _headers(self, signature: str, kind: str) -> dict[str, str]:
        self._letters += 1
        now = self.clock.wib()
        return {
            "Accept": "application/json",
            "Content-Type": kind,
            "X-External-ID": f"{now:%Y%m%d%H%M%S}{self._letters:06d}",
            "X-Signature": signature,
            "X-Timestamp": now.isoformat(timespec="seconds"),
        }


def new_sid() -> str:
    return str(uuid4())
