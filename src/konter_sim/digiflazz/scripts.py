"""Which step comes next for a number: its script, else its trick, else an ordinary sale."""

from collections import Counter, deque
from collections.abc import Sequence

from konter_sim.digiflazz.steps import Step
from konter_sim.digiflazz.tricks import ORDINARY, trick_for


class Scripts:
    """A script belongs to a customer_no and outranks the reserved numbers."""

    def __init__(self) -> None:
        self._plans: dict[str, deque[Step]] = {}
        self._plays: Counter[str] = Counter()

    def write(self, customer_no: str, plan: Sequence[Step]) -> None:
        """Give a number its plan; an empty one takes the script away."""
        if plan:
            self._plans[customer_no] = deque(plan)
        else:
            self._plans.pop(customer_no, None)

    def remaining(self) -> dict[str, int]:
        """Steps left for each scripted number; the last one repeats for ever."""
        return {number: len(plan) for number, plan in self._plans.items()}

    def next_step(self, customer_no: str, ref_id: str, *, known: bool) -> Step | None:
        """None means: give the stored answer."""
        plan = self._plans.get(customer_no)
        if plan is not None:
            return plan.popleft() if len(plan) > 1 else plan[0]
        trick = trick_for(customer_no)
        if trick is None:
            return None if known else ORDINARY
        self._plays[ref_id] += 1
        if trick.then is not None and self._plays[ref_id] > 1:
            return trick.then
        return None if known else trick.first
