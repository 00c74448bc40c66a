"""The same as in tests/story, at every moment: around each commit, and at each call, of paying
bills and of going from one supplier to the other."""

from __future__ import annotations

import multiprocessing
import multiprocessing.context

import pytest

from tests.crash_child import Moment
from tests.deaths import Deaths, every
from tests.sim_process import Sim
from tests.story import test_bill_crash, test_failover_crash
from tests.story.conftest import sim_process
from tests.story.test_bill_crash import deaths, kiln, place
from tests.story.test_failover_crash import deaths as failovers
from tests.story.test_failover_crash import kiln as second_kiln
