"""What a line changes: an end is an end once, and only of the transaction that it names."""

from typing import Final, cast

from konter_sim.partner.expressions import Found, read, rupiah
from konter_sim.partner.state import ENDS, Partner, State, Transaction

NOTHING: Final = ""


def understand(partner: Partner, line: str, *, by: str, asked: str | None = None) -> str:
    """Read one line; answers what it was understood as, or nothing. `asked`: the refID that it
    answers, of an answer; a report names its own."""
    if not (line.isascii() and line.isprintable()):
        partner.breach("not_one_plain_line", repr(line[:200]), asked or "")
    fitting = read(line)
    if len(fitting) > 1:
        names = ", ".join(name for name, _ in fitting)
        partner.breach("two_expressions_fit", f"{names}: {line}", asked or "")
        return NOTHING
    if not fitting:
        return NOTHING
    ((name, found),) = fitting
    known = partner.transactions.get(found["trxid"] or "")
    if known is None or asked not in (None, known.ref_id) or not _is_about(known, found):
        partner.breach("about_another", line, asked or found["trxid"] or "")
        return NOTHING
    known.last_line = line
    if name == "tidak ada":
        known.not_found += 1
    else:
        _learn(partner, known, name, found, by=by)
    return name


def _is_about(known: Transaction, found: Found) -> bool:
    """Otomax goes by product code and destination; codes in any case of letters."""
    code = found.get("kode")
    same_code = code is None or code.lower() == known.product.lower()
    return same_code and found["tujuan"] == known.dest


def _learn(partner: Partner, known: Transaction, name: str, found: Found, *, by: str) -> None:
    known.their_id = found.get("clientid") or known.their_id
    known.price = rupiah(found.get("hargabeli")) or known.price
    known.saldo = partner.saldo = rupiah(found.get("saldo"))
    if name not in ENDS:
        return  # after an end it was only slow on its way
    serial = found.get("sn") or ""
    if known.state in ENDS and (known.state, known.sn) != (name, serial):
        partner.breach("changed_its_mind", f"{known.state} {known.sn}, then {name}", known.ref_id)
    if known.state not in ENDS:
        known.told_by, known.ended_at = by, partner.now()
    known.state, known.sn = cast(State, name), serial
    known.reason = found.get("keterangan1") or ""
