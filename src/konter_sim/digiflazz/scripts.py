"""Which step comes next for a number: its script, else its trick, else an ordinary sale."""

from collections import Counter, deque
from collections.abc import Sequence

from konter_sim.digiflazz.bill_tricks import BillTrick
from konter_sim.digiflazz.steps import Step
from konter_sim.digiflazz.tricks import ORDINARY, Trick
from konter_sim.turns import take


class Scripts:
    """A script belongs to a customer_no and outranks the reserved numbers.

    One plan is for purchases, payments and questions about them, another for inquiries.
    """

    def __init__(self) -> None:
        self._plans: dict[str, deque[Step]] = {}
        self._inquiries: dict[str, deque[Step]] = {}
        self._plays: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()

    def write(self, customer_no: str, plan: Sequence[Step], inquiry: Sequence[Step] = ()) -> None:
        """Give a number its plans; an empty one is taken away."""
        for plans, steps in ((self._plans, plan), (self._inquiries, inquiry)):
            if steps:
                plans[customer_no] = deque(steps)
            else:
                plans.pop(customer_no, None)

    def remaining(self) -> dict[str, int]:
        """Steps left for each scripted number; the last one repeats for ever."""
        return {number: len(plan) for number, plan in self._plans.items()}

    def inquiry_step(self, customer_no: str, trick: BillTrick | None) -> Step:
        """What this inquiry of the number is answered, whatever its reference."""
        plan = self._inquiries.get(customer_no)
        if plan is not None and (step := take(plan)) is not None:
            return step
        steps = (ORDINARY,) if trick is None else trick.inquiry
        turn = min(self._asked[customer_no], len(steps) - 1)
        self._asked[customer_no] += 1
        return steps[turn]

    def scripted(self, customer_no: str) -> Step | None:
        """The next step of a number's own script, if it has one."""
        plan = self._plans.get(customer_no)
        return None if plan is None else take(plan)

    def next_step(
        self, customer_no: str, ref_id: str, *, trick: Trick | BillTrick | None, known: bool
    ) -> Step | None:
        """None means: give the stored answer."""
        if (step := self.scripted(customer_no)) is not None:
            return step
        if trick is None:
            return None if known else ORDINARY
        self._plays[ref_id] += 1
        if trick.then is not None and self._plays[ref_id] > 1:
            return trick.then
        return None if known else trick.first
