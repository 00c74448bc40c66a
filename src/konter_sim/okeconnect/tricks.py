"""The reserved numbers: the last four digits of dest choose what happens.

Read by the engine, shown on the control page: one table, so the two cannot disagree. Where
Digiflazz's numbers mean the same, they are the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from konter_sim.okeconnect.steps import (
    Accept,
    Callback,
    Duplicate,
    Fail,
    Http,
    Lie,
    Nothing,
    Plan,
    Refuse,
    Reset,
    SaleStep,
    Silence,
    Success,
    Text,
    Truth,
    Twist,
)


@dataclass(frozen=True, slots=True)
class Trick:
    suffix: str
    what: str
    plan: Plan


TOKEN_SN: Final = (
    "0143 4800 9500 5500 9674/BUDI SANTOSOXXX/R1/1300 VA/63,0KWH/PLNREF:1TKT21R3741822360221/"
    "IDPEL:181800000334/RPTOKEN:90.909,00/PPN:0,00/PPJ:9.091,00/MATERAI:0,00"
)
OTHER_REF: Final = "bukan-ref-anda"
OTHER_DEST: Final = "089900000000"
_MUDDLED: Final = (
    "T#{trx} R#{ref} {name} {product}.{dest} GAGAL. Transaksi SUKSES. SN: {sn}. Saldo {saldo}"
)
_STRANGE: Final = "Sistem sedang sibuk, mohon ditunggu ya kak"


def _sale(suffix: str, what: str, *steps: SaleStep) -> Trick:
    return Trick(suffix, what, Plan(sale=steps))


_OUTCOMES: Final = (
    _sale("1230", "SUKSES in the answer itself", Success()),
    _sale("1232", "GAGAL in the answer itself, with T#", Fail()),
    _sale("1233", "akan diproses, then SUKSES (as any other number)", Accept()),
    _sale("1234", "akan diproses, then GAGAL", Accept(then="fail")),
    _sale("4041", "R#0 … GAGAL. Pin Salah, not created", Refuse(reason="Pin Salah", ref_id="0")),
    _sale(
        "4044",
        "GAGAL. Saldo tidak cukup, with T#, nothing charged",
        Fail(reason="Saldo tidak cukup"),
    ),
    _sale(
        "4045",
        "GAGAL. IP tidak sesuai, not created",
        Refuse(reason="IP tidak sesuai @127.0.0.1"),
    ),
    _sale(
        "4054",
        "GAGAL. Nomor tujuan salah, in the answer, with T#",
        Fail(reason="Nomor tujuan salah"),
    ),
    _sale(
        "4055",
        "GAGAL. Produk sedang gangguan, not created",
        Refuse(reason="Produk sedang gangguan."),
    ),
    _sale("4057", "GAGAL. Nomor HP tidak benar, not created", Refuse()),
    _sale(
        "4072",
        "akan diproses, then GAGAL. Ket:Unreg Dahulu Paket Lama",
        Accept(then="fail", reason="Ket:Unreg Dahulu Paket Lama"),
    ),
    _sale(
        "4154",
        "akan diproses, then GAGAL. Cek kembali nomor tujuan Anda.. (two full stops)",
        Accept(then="fail", reason="Cek kembali nomor tujuan Anda."),
    ),
    _sale("6001", "akan diproses for ever", Accept(then="never")),
    _sale("6002", "akan diproses, SUKSES, and later GAGAL after all", Accept(then="reverse")),
    _sale(
        "6008",
        "akan diproses, then GAGAL with the word SUKSES in its reason",
        Accept(then="fail", reason="Nama pelanggan TOKO SUKSES MAKMUR diblokir"),
    ),
    _sale(
        "7007",
        "GAGAL in the answer, then a callback (and check=1) says SUKSES",
        Fail(then="success"),
    ),
)

_SERIALS: Final = (
    _sale("6003", "SUKSES with an empty serial, for ever", Accept(sn="")),
    _sale("6004", "SUKSES with dots, spaces and slashes in its serial", Accept(sn=TOKEN_SN)),
    _sale(
        "6006", "SUKSES in the answer, without Saldo and price", Twist(at_once=True, until=" Sal")
    ),
    _sale("6007", "akan diproses at Rp 500 above the list, then SUKSES", Accept(over=500)),
    _sale(
        "6009",
        "SUKSES with the word GAGAL in its serial (a customer's name)",
        Accept(sn="0123 4567 8901 2345 6789/GAGAL SUBUR/R1/1300 VA/13,1KWH"),
    ),
)

_FAULTS: Final = (
    _sale("5001", "silence, nothing sold; check=1 says TIDAK ADA", Silence()),
    _sale("5002", "silence, yet sold: SUKSES", Silence(commit=True)),
    _sale("5003", "502 HTML, nothing sold", Http()),
    _sale("5004", "502 HTML, yet sold: SUKSES", Http(commit=True)),
    _sale(
        "5006",
        "a sentence with both GAGAL and SUKSES; the truth is SUKSES, check=1 tells it",
        Text(body=_MUDDLED, commit=True),
    ),
    _sale("5007", "an unknown sentence, yet sold: SUKSES", Text(body=_STRANGE, commit=True)),
    _sale("5008", "connection reset in mid-answer, yet sold: SUKSES", Reset(commit=True)),
    _sale("5009", "the answer echoes another R#, yet sold: SUKSES", Twist(ref_id=OTHER_REF)),
    _sale("5010", "the answer echoes another number, yet sold: SUKSES", Twist(dest=OTHER_DEST)),
    _sale("5011", "the answer echoes another product, yet sold: SUKSES", Twist(product="ZZ1")),
    _sale("5012", "only half the sentence arrives, yet sold: SUKSES", Twist(half=True)),
    _sale(
        "5013",
        "SUKSES at once, but about another R#; the truth is SUKSES under yours",
        Twist(at_once=True, ref_id=OTHER_REF),
    ),
    _sale("5020", "the duplicate guard on a first send (status Sukses), nothing sold", Duplicate()),
    _sale(
        "5021",
        "the duplicate guard on a first send (Mhn tunggu), nothing sold",
        Duplicate(state="Menunggu"),
    ),
    _sale(
        "5022",
        "the duplicate guard on a first send (status Gagal), nothing sold",
        Duplicate(state="Gagal"),
    ),
    Trick(
        "5023",
        "the duplicate guard on a first send, nothing sold, and check=1 repeats its words",
        Plan(sale=(Duplicate(),), checks=(Duplicate(),)),
    ),
    _sale(
        "6005",
        "HTTP 200 with an empty body, yet sold: SUKSES",
        Http(status=200, body="", commit=True),
    ),
)

_CHECKS: Final = (
    Trick(
        "5031",
        "silence, sold, callback lost: only check=1 tells SUKSES",
        Plan(sale=(Silence(commit=True),), callbacks=(Callback(times=0),)),
    ),
    Trick(
        "5032",
        "silence, sold; check=1 says TIDAK ADA twice before it says SUKSES, callback lost",
        Plan(
            sale=(Silence(commit=True),),
            checks=(Nothing(), Nothing(), Truth()),
            callbacks=(Callback(times=0),),
        ),
    ),
    Trick(
        "5033",
        "akan diproses, then SUKSES; check=1 always answers about another R#",
        Plan(checks=(Twist(ref_id=OTHER_REF),)),
    ),
    Trick(
        "5034",
        "akan diproses, then SUKSES; the first two checks are 502 HTML",
        Plan(checks=(Http(), Http(), Truth())),
    ),
)

_CALLBACKS: Final = (
    Trick(
        "7001",
        "akan diproses, then SUKSES, the callback sent three times",
        Plan(callbacks=(Callback(times=3),)),
    ),
    Trick(
        "7002",
        "akan diproses, then SUKSES, the callback is lost",
        Plan(callbacks=(Callback(times=0),)),
    ),
    Trick(
        "7003",
        "the callback says SUKSES, then a stale one says akan diproses",
        Plan(lies=(Lie(says="Menunggu", when="after"),)),
    ),
    Trick(
        "7005",
        "a stranger's callback says GAGAL, then the true one SUKSES",
        Plan(lies=(Lie(says="Gagal", stranger=True),)),
    ),
    Trick(
        "7006",
        "the callback says SUKSES before the answer says akan diproses",
        Plan(callbacks=(Callback(early=True),)),
    ),
    Trick(
        "7008",
        "a callback lies SUKSES while check=1 still waits; then GAGAL",
        Plan(sale=(Accept(then="fail"),), lies=(Lie(says="Sukses"),)),
    ),
    Trick(
        "7009",
        "the callback says SUKSES, then another lies GAGAL; check=1 stays Sukses",
        Plan(lies=(Lie(says="Gagal", when="after"),)),
    ),
    Trick(
        "7010",
        "akan diproses, then SUKSES, the callback about a refid you never used",
        Plan(callbacks=(Callback(refid=OTHER_REF),)),
    ),
)

_BILLS: Final = (
    Trick("6601", "bill: there is none yet", Plan(bill="none")),
    Trick("6602", "bill: paid already", Plan(bill="paid")),
    Trick("6603", "bill: with a fine in its total", Plan(bill="fine")),
    Trick("6604", "bill: its total is not the sum of its parts", Plan(bill="wrong_sum")),
    Trick("6605", "bill: Rp 10.000 more when paid than when asked", Plan(bill="grown")),
)

TRICKS: Final[Mapping[str, Trick]] = {
    trick.suffix: trick
    for trick in (*_OUTCOMES, *_SERIALS, *_FAULTS, *_CHECKS, *_CALLBACKS, *_BILLS)
}


def plan_for(dest: str) -> Plan:
    trick = TRICKS.get(dest[-4:])
    return Plan() if trick is None else trick.plan
