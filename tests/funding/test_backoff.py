"""When to ask again: half its age, within limits, and once when its time is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from konter.funding.backoff import next_question, next_try, soonest
from konter.funding.desk import PayTimes

MADE = datetime(2026, 11, 16, 3, 0, tzinfo=UTC)
TIMES = PayTimes(lasts=3600, first_ask=30, rarest_ask=900, min_gap=10, watch_after=86_400)


def wait(age_s: float, times: PayTimes = TIMES, *, lasts_s: float = 3600) -> float | None:
    asked = MADE + timedelta(seconds=age_s)
    expires_at = MADE + timedelta(seconds=lasts_s)
    then = next_question(times, created_at=MADE, expires_at=expires_at, ended_at=asked)
    return None if then is None else (then - asked).total_seconds()


@pytest.mark.parametrize(
    ("age_s", "wait_s"),
    [
        (0, 30),
        (60, 30),
        (90, 45),
        (600, 300),
        (1790, 895),
        (2400, 900),
    ],
)
def test_questions_become_rarer_with_age_within_limits(age_s: float, wait_s: float) -> None:
    assert wait(age_s) == wait_s


def test_no_wait_passes_the_end_of_its_time(age_s: float = 3000) -> None:
    assert wait(age_s) == 605
    assert wait(3600) == 10, "five seconds after it, but not within the gap"
    assert wait(3604) == 10


def test_after_its_time_it_is_watched_for_a_while_and_then_no_more() -> None:
    assert wait(3606) == 1803
    assert wait(3600 + 86_400) == 21_600, "abandoned links are many: a few questions a day"
    assert wait(3600 + 86_401) is None


def test_the_gap_outranks_every_wish() -> None:
    hasty = PayTimes(first_ask=0.1, rarest_ask=0.2, min_gap=5)
    assert wait(0, hasty) == 5
    assert wait(1000, hasty) == 5


def test_a_clock_that_went_back_asks_as_if_it_were_new() -> None:
    assert wait(-500) == 30


def test_a_hint_is_asked_about_at_once_unless_a_question_has_just_ended() -> None:
    now = MADE + timedelta(seconds=100)
    assert soonest(TIMES, now, None) == now
    assert soonest(TIMES, now, now - timedelta(seconds=60)) == now
    assert soonest(TIMES, now, now - timedelta(seconds=4)) == now + timedelta(seconds=6)


def test_a_call_that_never_left_waits_twice_as_long_each_time_up_to_a_minute() -> None:
    waits = [(next_try(MADE, n) - MADE).total_seconds() for n in (0, 1, 2, 6, 7, 500)]
    assert waits == [0.5, 1, 2, 32, 60, 60]
