"""How an order or a deposit is being paid: its links, what was paid, what is owed back."""

from __future__ import annotations

from rich.console import Console

from konter.cli.inside import shown
from konter.cli.tables import print_table, rupiah
from konter.funding.overview import InvoiceLine, PaymentLine, RefundLine
from konter.funding.store import PAGE
from konter.orders.payment_story import PaymentStory


def print_payment_story(console: Console, story: PaymentStory) -> None:
    print_table(
        console,
        "Links",
        ("No", "Reference", "Channel", "Asked", "State", "Pay by (WIB)", "Next (WIB)", "Problem"),
        map(_invoice, story.invoices),
    )
    print_table(console, "Payments", PAYMENT_HEADINGS, map(payment_cells, story.payments))
    if story.refunds:
        headings = ("Id", "Amount", "State", "Because", "Paid from", "Evidence", "By", "At (WIB)")
        print_table(console, "Refunds", headings, map(_refund, story.refunds))


PAYMENT_HEADINGS = (
    "Id",
    "Gateway",
    "Their id",
    "State",
    "Amount",
    "Fee",
    "Said",
    "Since (WIB)",
    "",
)


def payment_cells(line: PaymentLine) -> tuple[str, ...]:
    """A payment's columns. The last one is whatever a person should not overlook."""
    odd = [line.problem] if line.problem else []
    if line.applied_to:
        odd.insert(0, f"to the {line.applied_to}")
    if line.on_hold:
        odd.append("held by the gateway")
    if line.refunded_at:
        odd.append(f"given back {shown(line.refunded_at)}")
    return (
        str(line.id),
        line.gateway,
        line.their_id,
        line.state,
        rupiah(line.amount),
        rupiah(line.kept),
        line.said or "-",
        shown(line.paid_at or line.confirmed_at or line.created_at),
        "; ".join(odd),
    )


def _invoice(line: InvoiceLine) -> tuple[str, ...]:
    passed_on = f" (fee {rupiah(line.surcharge)})" if line.surcharge else ""
    return (
        str(line.number),
        line.reference,
        f"{line.gateway}:{line.channel or PAGE}",
        rupiah(line.amount) + passed_on,
        line.state,
        shown(line.expires_at),
        shown(line.next_action_at),
        line.problem or "",
    )


def _refund(line: RefundLine) -> tuple[str, ...]:
    return (
        str(line.id),
        rupiah(line.amount),
        line.state,
        line.because,
        line.bank or "-",
        line.evidence or "-",
        line.settled_by or "-",
        shown(line.settled_at),
    )
