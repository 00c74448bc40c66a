"""Is it alive, may it get traffic, how is it doing. For machines; without a token."""

from __future__ import annotations

import asyncio

import psycopg
from litestar import get
from litestar.types import ASGIApp
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from konter.db.migrate import migrations
from konter.db.pool import Database
from konter.kernel.errors import Unavailable
from konter.web.answer import Answer, RawAnswer
from konter.web.page.permits import ANYBODY
from konter.web.request import SiteRequest

ANSWER_WITHIN_S = 3

APPLIED = "SELECT name FROM db.migrations"


@get("/healthz", include_in_schema=False, opt=ANYBODY)
async def healthz() -> Answer[dict[str, str]]:
    """This process runs its loop."""
    return Answer({"status": "ok"})


@get("/readyz", include_in_schema=False, opt=ANYBODY)
async def readyz(request: SiteRequest) -> Answer[dict[str, str]]:
    """200 when the database answers and has every migration of this version, else 503 and why."""
    reason = await why_not_ready(request.desks.db)
    if reason:
        return Answer({"status": "not_ready", "reason": reason}, status=503)
    return Answer({"status": "ready"})


@get("/metrics", include_in_schema=False, opt=ANYBODY)
async def metrics(request: SiteRequest) -> ASGIApp:
    """Prometheus text: what this process served, and how the shop is doing."""
    await request.scope["litestar_app"].vitals.look(request.desks.db)  # type: ignore[attr-defined]
    kind = (b"content-type", CONTENT_TYPE_LATEST.encode())
    return RawAnswer(200, generate_latest(request.desks.registry), kind=kind)


async def why_not_ready(db: Database) -> str | None:
    """One sentence without secrets, or None."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S), db.read() as tx:
            applied = {row[0] for row in await tx.rows(APPLIED)}
    except (TimeoutError, Unavailable, psycopg.Error):
        return "the database does not answer"
    missing = [m.name for m in migrations() if m.name not in applied]
    return f"migrations are missing: {', '.join(missing)}" if missing else None
