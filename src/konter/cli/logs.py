"""Logs: events with facts, for a person or as one JSON object a line."""

from __future__ import annotations

import logging
import sys

import structlog

from konter.settings import Settings


def set_up_logs(settings: Settings, *, least: str = "debug") -> None:
    """Send all logs to standard error, in the format and from the level that settings name.

    ``least``: a command that talks to a person logs nothing less important than this.
    """
    levels = logging.getLevelNamesMapping()
    level = max(levels[settings.log_level.upper()], levels[least.upper()])
    logging.basicConfig(level=max(level, logging.WARNING), stream=sys.stderr)
    last = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if settings.log_format == "json"
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_names: _StandardError(),
        # Not kept: it is a microsecond, and whoever sets up logs anew is heard everywhere.
        cache_logger_on_first_use=False,
    )


class _StandardError:
    """Standard error as it is at that moment: a logger outlives the stream that it began with when
    a command runs inside another program."""

    def msg(self, message: str) -> None:
        sys.stderr.write(message + "\n")
        sys.stderr.flush()

    log = debug = info = warning = error = critical = exception = fatal = msg
