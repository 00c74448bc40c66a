"""The same as in tests/web, longer: everybody calls everything, and learns from the answers."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.sim_process import Sim
from tests.story.conftest import sim
from tests.web.any_call import Effort, described
from tests.web.test_any_call import LOGOUT, open_door

__all__ = ["sim"]

EXAMPLES: Final = 40
METHODS: Final = ("GET", "PUT", "POST", "DELETE", "PATCH", "TRACE")


@pytest.mark.soak
@pytest.mark.parametrize("who", ["nobody", "buyer", "member"])
async def test_whoever_calls_whatever_our_word_is_kept(
    conninfo: str, sim: Sim, tmp_path: Path, who: str, pytestconfig: pytest.Config
) -> None:
    seed = int(pytestconfig.getoption("--hypothesis-seed") or 1)
    async with open_door(conninfo, sim) as door:
        caller = {"nobody": door.nobody, "buyer": door.buyer, "member": door.member}[who]
        calls = {
            name: door.nobody if name == LOGOUT else caller
            for name in await described(door.shop.client)
        }
        await door.called(tmp_path, calls, Effort(EXAMPLES, METHODS, seed))
