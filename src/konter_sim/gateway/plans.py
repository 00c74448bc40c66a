"""Which plan a payment follows: its own script, else that of `*`, else its amount's trick."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from konter_sim.gateway.steps import Answer, Callback, CallStep, Event, Lie, LifeStep, Step
from konter_sim.gateway.tricks import trick_for
from konter_sim.turns import take

EVERYONE: Final = "*"


class Play:
    """One plan under way, for one reference."""

    def __init__(self, plan: Iterable[Step]) -> None:
        self._calls: deque[CallStep] = deque()
        self._callbacks: deque[Callback] = deque()
        self._life: list[LifeStep] = []
        for step in plan:
            if isinstance(step, Callback):
                self._callbacks.append(step)
            elif isinstance(step, Event | Lie):
                self._life.append(step)
            else:
                self._calls.append(step)

    def next_call(self) -> CallStep:
        return take(self._calls) or Answer()

    def next_callback(self) -> Callback:
        return take(self._callbacks) or Callback()

    def life(self) -> list[LifeStep]:
        """What happens by itself, once: a second payment under the reference starts nothing."""
        due, self._life = self._life, []
        return due

    @property
    def left(self) -> int:
        return len(self._calls) + len(self._callbacks) + len(self._life)


class Plans:
    """A script belongs to a merchant's reference and outranks the reserved amounts."""

    def __init__(self) -> None:
        self._for_everyone: Sequence[Step] | None = None
        self._plays: dict[str, Play] = {}

    def write(self, reference: str, plan: Sequence[Step]) -> None:
        """An empty plan takes the script away; `*` is for every reference not seen before."""
        if reference == EVERYONE:
            self._for_everyone = plan or None
        elif plan:
            self._plays[reference] = Play(plan)
        else:
            self._plays.pop(reference, None)

    def play(self, reference: str, amount: int) -> Play:
        """The plan of this reference; `amount` is the order's, in rupiah. No reference: afresh."""
        found = self._plays.get(reference)
        if found is None:
            found = Play(self._plan(amount))
            if reference:
                self._plays[reference] = found
        return found

    def _plan(self, amount: int) -> Sequence[Step]:
        if self._for_everyone is not None:
            return self._for_everyone
        trick = trick_for(amount)
        return () if trick is None else trick.plan

    def remaining(self) -> dict[str, int]:
        return {reference: play.left for reference, play in self._plays.items() if play.left}
