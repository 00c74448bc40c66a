"""Which plan a call follows: its number's script, else its number's trick, else the ordinary."""

from collections import deque

from konter_sim.okeconnect.steps import (
    Accept,
    BillTwist,
    Callback,
    CheckStep,
    Lie,
    Plan,
    SaleStep,
    Success,
    Truth,
)
from konter_sim.okeconnect.tricks import plan_for
from konter_sim.turns import take


class Play:
    """One plan under way: of a scripted number, or of one reference."""

    def __init__(self, plan: Plan) -> None:
        self._sale = deque(plan.sale)
        self._checks = deque(plan.checks)
        self._callbacks = deque(plan.callbacks)
        self._lies = list(plan.lies)
        self.bill: BillTwist = plan.bill

    def next_sale(self, *, at_once: bool = False) -> SaleStep:
        """Without a plan: accepted and delivered later; `at_once`: delivered in the answer."""
        return take(self._sale) or (Success() if at_once else Accept())

    def next_check(self) -> CheckStep:
        return take(self._checks) or Truth()

    def next_callback(self) -> Callback:
        return take(self._callbacks) or Callback()

    @property
    def early(self) -> bool:
        """Whether the next callback comes before the answer to the sale."""
        return bool(self._callbacks) and self._callbacks[0].early

    def lies(self) -> list[Lie]:
        """Told once: a second sale to the number adds none."""
        due, self._lies = self._lies, []
        return due

    @property
    def left(self) -> int:
        return len(self._sale) + len(self._checks) + len(self._callbacks) + len(self._lies)


class Scripts:
    """A script belongs to a dest and outranks the reserved numbers."""

    def __init__(self) -> None:
        self._scripted: dict[str, Play] = {}
        self._by_ref: dict[str, Play] = {}

    def write(self, dest: str, plan: Plan) -> None:
        """Give a number its plan; an empty one takes the script away."""
        if plan:
            self._scripted[dest] = Play(plan)
        else:
            self._scripted.pop(dest, None)

    def play(self, dest: str, ref_id: str) -> Play:
        scripted = self._scripted.get(dest)
        if scripted is not None:
            return scripted
        if ref_id not in self._by_ref:
            self._by_ref[ref_id] = Play(plan_for(dest))
        return self._by_ref[ref_id]

    def remaining(self) -> dict[str, int]:
        """Steps left for each scripted number."""
        return {dest: play.left for dest, play in self._scripted.items()}
