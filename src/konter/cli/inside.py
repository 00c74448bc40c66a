"""How a command gets into the house and out again."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from konter.app import House, open_house
from konter.cli.logs import set_up_logs
from konter.kernel.clock import WIB
from konter.settings import Settings, load_settings

Result = TypeVar("Result")


def in_house(act: Callable[[House], Awaitable[Result]]) -> Result:
    """Open the house that the settings name, act, close it. Only warnings are logged."""
    settings = load_settings()
    set_up_logs(settings, least="warning")
    return asyncio.run(_inside(settings, act))


def actor() -> str:
    """Who types, for the books and the history."""
    return f"cli:{getpass.getuser()}"


def shown(moment: datetime | None) -> str:
    """A time as the shop reads it (WIB)."""
    return f"{moment.astimezone(WIB):%Y-%m-%d %H:%M:%S}" if moment else "-"


async def _inside(settings: Settings, act: Callable[[House], Awaitable[Result]]) -> Result:
    async with open_house(settings) as house:
        return await act(house)
