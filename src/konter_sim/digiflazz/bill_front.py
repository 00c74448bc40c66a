"""Bills on the control pages: the numbers to try, and what was paid."""

from konter_sim.digiflazz.bill_control import payments, shown_bill
from konter_sim.digiflazz.bill_tricks import BILL_TRICKS
from konter_sim.digiflazz.official_bills import OFFICIAL
from konter_sim.digiflazz.state import Digiflazz
from konter_sim.digiflazz.steps import Fail, Pending, Step, Success
from konter_sim.paper import table


def paid(digi: Digiflazz) -> list[dict[str, object]]:
    return [shown_bill(payment) for payment in payments(digi)]


def tricks() -> str:
    """The reserved endings of bills, and the official test numbers."""
    rows = [(f"…{trick.suffix}", trick.what) for trick in BILL_TRICKS.values()]
    roads = [row for row in rows if not row[0].startswith(("…80", "…81"))]
    codes = [row for row in rows if row[0].startswith(("…80", "…81"))]
    tests = [
        (test.customer_no, test.sku, _words(test.inquiry), _words(test.payment))
        for test in OFFICIAL.values()
    ]
    return (
        "<p>The SKU is one of the list of <code>cmd: pasca</code>. Any other number owes one or "
        "two months, the same each time, and nothing once they are paid.</p>"
        + table(("ends in", "what happens"), roads, code_first=True)
        + "<details><summary>…80RC at the payment, …81RC at the inquiry: any response code"
        "</summary>"
        + table(("ends in", "what happens"), codes, code_first=True)
        + "</details><details><summary>The official test numbers of the fifteen SKUs</summary>"
        + table(("number", "sku", "inquiry", "payment"), tests, code_first=True)
        + "</details>"
    )


def _words(step: Step) -> str:
    match step:
        case Success():
            return "Sukses"
        case Fail():
            return "Gagal"
        case Pending():
            return "Pending, then " + ("Sukses" if step.then == "success" else "Gagal")
        case _:
            return type(step).__name__
