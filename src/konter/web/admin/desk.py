"""What the office needs beyond what selling needs."""

from __future__ import annotations

from dataclasses import dataclass

from konter.hooks.inbox import InboxDesk
from konter.hooks.outbox_desk import OutboxDesk
from konter.suppliers.desk import SuppliersDesk


@dataclass(frozen=True, slots=True)
class OfficeDoor:
    """``suppliers`` is read for what is known of each account; no page asks one."""

    inbox: InboxDesk
    outbox: OutboxDesk
    suppliers: SuppliersDesk
