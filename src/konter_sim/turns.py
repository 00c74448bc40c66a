"""Whose turn it is: the steps of a plan, one after the other, the last one for ever."""

from collections import deque
from typing import TypeVar

Each = TypeVar("Each")


def take(steps: deque[Each]) -> Each | None:
    """The next step; the last one is never used up. None when there is none at all."""
    if not steps:
        return None
    return steps.popleft() if len(steps) > 1 else steps[0]
