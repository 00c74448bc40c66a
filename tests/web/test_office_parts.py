"""What the office masks, and how it draws."""

from __future__ import annotations

import pytest

from konter.web.admin.charts import columns, nice, short
from konter.web.admin.scrubbed import LONGEST, shown_body, shown_text

HEX = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    "body",
    [
        '{"sign":"RAHASIA","data":{"ref_id":"A1"}}',
        '{"a":[{"signature":"RAHASIA"}],"ref_id":"A1"}',
        '{"api_key":"RAHASIA","pin":"RAHASIA","ref_id":"A1"}',
        '{"data":"{\\"password\\":\\"RAHASIA\\",\\"ref_id\\":\\"A1\\"}"}',
        "ref_id=A1&sign=RAHASIA&token=RAHASIA",
        "memberID=A1 pin=RAHASIA&password=RAHASIA",
        b'{"ref_id":"A1","Signature":"RAHASIA"}',
        '{"ref_id":"A1","what":"' + HEX + '"}',
    ],
)
def test_whatever_proves_or_signs_is_masked_and_the_rest_stays(body: str | bytes) -> None:
    shown = shown_body(body)
    assert "RAHASIA" not in shown and HEX not in shown
    assert "A1" in shown and "***" in shown


def test_an_address_is_masked_and_a_long_body_is_cut() -> None:
    shown = shown_text("https://h2h.example/trx?memberID=M1&pin=1234&password=abc&sign=xyz&dest=08")
    assert shown == "https://h2h.example/trx?memberID=M1&pin=***&password=***&sign=***&dest=08"
    assert len(shown_body("x " * LONGEST)) <= LONGEST + 2
    assert shown_body(b"") == ""


def test_columns_stand_on_the_floor_and_the_highest_line_is_round() -> None:
    chart = columns([[0, 50, 30], [-10, 20, 0]], ["a", "b", "c"])
    assert [line.text for line in chart.lines] == ["50", "25"]
    highest = next(
        bar
        for bar in chart.bars
        if bar.kind == 0 and bar.height == max(one.height for one in chart.bars if one.kind == 0)
    )
    assert highest.y + highest.height == pytest.approx(chart.zero, abs=0.05)
    assert all(bar.x >= 0 and bar.x + bar.width <= 360 for bar in chart.bars)
    below = next(bar for bar in chart.bars if bar.kind == 1)
    assert below.y == chart.zero and below.height > 0
    assert columns([[0, 0]], ["a", "b"]).is_empty
    assert [nice(n) for n in (0, 1, 3, 99, 100, 101)] == [0, 1, 4, 100, 100, 200]
    assert [short(n) for n in (7, 1_500, 2_000_000, 1_250_000_000)] == [
        "7", "1,5 rb", "2 jt", "1,2 M",
    ]  # fmt: skip
