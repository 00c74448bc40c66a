"""The shop's reports: ``GET /partner/report?t=&refid=&status=&price=&message=``."""

import asyncio
from typing import Final

from aiohttp import web

from konter_sim.partner.state import Partner, Report
from konter_sim.partner.understand import understand

PREFIX: Final = "/partner"

CODES: Final = {"20": "sukses", "40": "gagal"}
"""Otomax's numbers for an end."""


def add_routes(app: web.Application, partner: Partner) -> None:
    async def report(request: web.Request) -> web.Response:
        return await _receive(partner, request)

    app.router.add_get(PREFIX + "/report", report, allow_head=False)


async def _receive(partner: Partner, request: web.Request) -> web.Response:
    """Read by its message; a number beside it that says otherwise is a fault of the shop's."""
    query = dict(request.query)
    await asyncio.sleep(partner.options.report_delay_ms / 1000)
    if partner.options.report_losses:
        partner.options.report_losses -= 1
        partner.reports.append(Report(partner.now(), query, 500, ""))
        return web.Response(status=500)
    read = understand(partner, query.get("message", ""), by="report")
    if CODES.get(query.get("status", "")) not in (None, read):
        detail = f"status={query.get('status')} beside {query.get('message')}"
        partner.breach("code_and_text_differ", detail, query.get("refid", ""))
    status = partner.options.report_status
    partner.reports.append(Report(partner.now(), query, status, read))
    return web.Response(text="OK", status=status)
