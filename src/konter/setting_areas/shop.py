"""The shop itself: where it lives, how it is reached, what it keeps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from konter.setting_areas.declare import setting
from konter.setting_kinds import (
    DATABASE,
    FOLDER,
    HOST,
    NETWORKS,
    WEB_ADDRESS,
    Network,
    Secret,
    kept_secret,
    one_of,
    text_like,
    whole,
)

LogFormat = Literal["console", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True, kw_only=True)
class Shop:
    """The shop itself: where it lives, how it is reached, what it keeps."""

    # fmt: off
    database_url: Secret | None = setting(
        "DATABASE_URL", DATABASE, None,
        "The PostgreSQL server to use; absent: an embedded one under KONTER_HOME.")
    home: Path = setting(
        "KONTER_HOME", FOLDER, Path(".konter"),
        "Where the embedded server and the generated secret are kept.")
    host: str = setting(
        "KONTER_HOST", HOST, "127.0.0.1",
        "The address to listen on.")
    port: int = setting(
        "KONTER_PORT", whole(1, 65_535), 8000,
        "The port to listen on.")
    base_url: str | None = setting(
        "KONTER_BASE_URL", WEB_ADDRESS, None,
        "How the world reaches this shop; absent: http, KONTER_HOST and KONTER_PORT.")
    shop_name: str = setting(
        "KONTER_SHOP_NAME", text_like(r".{1,40}", "a name of at most 40 characters"), "Konter",
        "What the shop calls itself on its pages and in its messages.")
    secret: Secret | None = setting(
        "KONTER_SECRET", kept_secret(32), None,
        "Encrypts what must be read back; absent: made once in KONTER_HOME, if embedded.")
    trusted_proxies: tuple[Network, ...] = setting(
        "KONTER_TRUSTED_PROXIES", NETWORKS, (),
        "Whose X-Forwarded-For is believed; from anybody else it is ignored.")
    log_level: LogLevel = setting(
        "KONTER_LOG_LEVEL", one_of("debug", "info", "warning", "error"), "info",
        "The least important event that is logged.")
    log_format: LogFormat = setting(
        "KONTER_LOG_FORMAT", one_of("console", "json"), "console",
        "Logs for a person at a terminal, or one JSON object a line for a machine.")
    db_pool: int = setting(
        "KONTER_DB_POOL", whole(2, 200, "connections"), 8,
        "The most database connections that one process opens.")
    # fmt: on
