"""Whether a supplier knows us: one question for our deposit, and what came of it."""

from __future__ import annotations

from collections.abc import Callable

from konter.suppliers.deposit import check_balance
from konter.suppliers.desk import SuppliersDesk, UpstreamSilent
from konter.suppliers.probes import Finding
from konter.upstreams.contract import UpstreamRefused


async def try_account(
    desk: SuppliersDesk,
    account: str,
    *,
    reopened: Callable[[], None],
    scrubbed: Callable[[str, tuple[str, ...]], str],
) -> list[Finding]:
    """The deposit is kept as ``check_balance`` keeps it; never raises for what the supplier does.

    ``reopened`` is called when the deposit opened a gate. ``scrubbed`` takes an account's secrets
    out of a text. Raises NoSuchAccount.
    """
    secrets = desk.provider(account).balance().secrets
    try:
        check = await check_balance(desk, account)
    except UpstreamSilent as silence:
        said = scrubbed(str(silence.facts.get("detail", "")), secrets)
        return [Finding("silent", False, said)]
    except UpstreamRefused as refusal:
        said = scrubbed(str(refusal.facts.get("reason") or refusal.text), secrets)
        return [Finding("refused", False, said, advice="keys")]
    if check.reopened:
        reopened()
    found = [Finding("balance", True, number=check.deposit.amount)]
    if check.is_low:
        found.append(Finding("low", False, number=desk.low_deposit.amount))
    return found
