# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import statistics
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._report.distribution import (
    NUMBERS,
    TEXTS,
    VALUES,
    ColumnDistribution,
    Distributions,
)
from hypothesis import given, settings
from hypothesis import strategies as st

NUMBER = st.one_of(st.integers(-(2**60), 2**60), st.floats(allow_nan=False, allow_infinity=False, width=32))


def column(values: list[Any]) -> ColumnDistribution:
    distributions = Distributions()
    rows = [{"value": value} for value in values]
    assert list(distributions.counted(rows)) == rows
    [found] = distributions.shown()
    return found


@settings(deadline=None)
@given(st.lists(NUMBER, min_size=1, max_size=3000))
def test_every_number_is_in_one_bar(values: list[float]) -> None:
    found = column(values)
    assert sum(one.count for one in found.bars) == found.count == len(values)
    assert len(found.bars) <= 24
    assert (found.least, found.most) == (float(min(values)), float(max(values)))
    assert found.mean == pytest.approx(statistics.fmean(map(float, values)), rel=1e-6, abs=1e-3 * abs(found.most or 1))
    if found.kind == NUMBERS:
        assert found.bars[0].count
        assert found.bars[-1].count
    else:
        assert len({(type(value), value) for value in values}) <= 24


def test_few_values_have_a_bar_each() -> None:
    found = column(["b", "a", "b", None, True, 1, [1], [1]])
    assert (found.kind, found.count, found.empty) == (VALUES, 7, 1)
    assert [(one.label, one.count) for one in found.bars] == [("[1]", 2), ("b", 2), ("1", 1), ("a", 1), ("true", 1)]


def test_texts_that_write_numbers_are_in_the_order_of_the_numbers() -> None:
    assert [one.label for one in column([10, "9", 8, 8]).bars] == ["8", "9", "10"]


def test_many_texts_are_counted_and_not_shown() -> None:
    found = column([f"{number}.png" for number in range(5000)])
    assert (found.kind, found.count, found.bars) == (TEXTS, 5000, ())
    assert list(found.examples) == ["0.png", "1.png", "2.png"]


def test_one_text_among_many_numbers() -> None:
    assert column([*range(100), "n/a"]).kind == TEXTS


def test_columns_beyond_the_thirtieth_are_named_as_left_out() -> None:
    distributions = Distributions()
    list(distributions.counted([list(range(40))]))
    assert (len(distributions.shown()), distributions.left_out) == (30, 10)


def test_no_rows() -> None:
    distributions = Distributions()
    assert list(distributions.counted([])) == []
    assert distributions.shown() == []
