# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the bench shows: goals that are missed are shown as missed, and rows without values say why."""

from __future__ import annotations

import json

import pytest

from tests.bench.playbooks import Cost
from tests.bench.report import Measured, as_json, page, plot, table
from tests.bench.rows import ROWS, Row

SMALL = Row("small", "ours / <theirs>", 2.0, True)
LARGE = Row("large", "theirs / ours", 5, False)
ABSENT = Row("absent", "others", 1, True, missing="nobody is here")


@pytest.mark.parametrize(
    ("row", "walls", "verdict"),
    [(SMALL, (1, 2, 9), "met"), (SMALL, (1, 2.1, 3), "missed"), (LARGE, (5,), "met"), (LARGE, (1, 4.9, 9), "missed")],
)
def test_the_median_decides(row: Row, walls: tuple[float, ...], verdict: str) -> None:
    assert Measured.of(row, [Cost(wall, 1.0) for wall in walls]).verdict == verdict


def test_ratios_are_those_of_each_clock() -> None:
    assert Cost(10.0, 6.0).slope(Cost(4.0, 3.0), 3).over(Cost(1.0, 4.0)) == (2.0, 0.25)


def test_all_forms_show_the_same() -> None:
    results = [Measured.of(SMALL, [Cost(3.0, 1.5), Cost(2.5, 1.0)]), Measured.of(LARGE, [7.0]), Measured.of(ABSENT, [])]
    text, shown = table(results), page(results, {"core": "2.19"})
    for words in ("missed", "2.75 (2.5 to 3)", "not measured: nobody is here"):
        assert words in text
        assert words in shown
    assert "&lt;theirs&gt;" in shown
    assert [row["verdict"] for row in json.loads(as_json(results, {}))["rows"]] == ["missed", "met", "unmeasured"]


@pytest.mark.parametrize("values", [[2.0], [0.001, 4000.0], [0.0, 1.0]])
def test_every_dot_is_inside_its_plot(values: list[float]) -> None:
    drawn = plot(Measured.of(SMALL, list(values)))
    places = [float(place) for place in _values_of(drawn, "cx")]
    assert len(places) == sum(value > 0 for value in values)
    assert all(5 <= place <= 315 for place in places)


def _values_of(drawn: str, attribute: str) -> list[str]:
    return [part.split("'")[1] for part in drawn.split(f"{attribute}=")[1:]]


def test_each_row_is_measured_or_says_why_not() -> None:
    assert [row.key for row in ROWS if (row.measure is None) != bool(row.missing)] == []
    assert len({row.key for row in ROWS}) == len(ROWS)
