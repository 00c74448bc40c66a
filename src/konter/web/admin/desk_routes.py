"""The office's first half: today, orders, tasks, messages, reconciliation."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from konter.web.admin.inbox import get_inbox, get_incoming, post_replay
from konter.web.admin.order import get_order
from konter.web.admin.order_acts import get_act, post_act
from konter.web.admin.order_ask import post_ask
from konter.web.admin.orders import get_orders
from konter.web.admin.outbox import get_outbox, get_outgoing, post_redeliver
from konter.web.admin.reconcile import get_reconcile, post_reconcile
from konter.web.admin.supplier_reports import get_supplier_reports, post_supplier_report
from konter.web.admin.tasks import get_tasks, post_task
from konter.web.admin.today import get_today

ROUTES: Final[list[ControllerRouterHandler]] = [
    get_today,
    get_orders,
    get_order,
    get_act,
    post_act,
    post_ask,
    get_tasks,
    post_task,
    get_inbox,
    get_incoming,
    post_replay,
    get_outbox,
    get_outgoing,
    post_redeliver,
    get_reconcile,
    post_reconcile,
    get_supplier_reports,
    post_supplier_report,
]
