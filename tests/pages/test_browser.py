"""The browser of the page tests."""

from __future__ import annotations

import socket
import time
from urllib.parse import urlsplit

from tests.pages.browser import chromium


def test_it_ends_with_the_tests_that_started_it() -> None:
    """Debian's program is a script that starts the browser: to end the script is not enough."""
    with chromium() as address:
        port = urlsplit(address).port
        assert port is not None and _is_open(port)
    deadline = time.monotonic() + 5
    while _is_open(port):
        assert time.monotonic() < deadline, "the browser lives on"
        time.sleep(0.02)


def _is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except ConnectionRefusedError:
        return False
    return True
