# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules over rows, against a naive model that holds all rows in memory."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._checks import spool
from ansible_collections.mlops.azureml.plugins.module_utils._checks.check import Checked, Rules, check_rows
from ansible_collections.mlops.azureml.plugins.module_utils._checks.column_rules import ColumnSpec
from ansible_collections.mlops.azureml.plugins.module_utils._checks.comparison import ComparisonSpec
from ansible_collections.mlops.azureml.plugins.module_utils._checks.expectation import ExpectedSpec, Limit
from ansible_collections.mlops.azureml.plugins.module_utils._checks.verdict import Verdict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Rows = list[dict[str, Any]]

# Few different values, so that keys meet and rules fail as often as they pass.
KEYS = st.sampled_from([None, "", "a", "b", "c", "7", 7, 7.0, 8, "8.0", True, "d", "e", [1], {"x": 1}])
VALUES = st.sampled_from([None, "", "7", 7, 7.5, "7.5", "007", -1, 0, 1e9, True, "True", "ab", "b", [1, 2], {"n": 1}])
ROW = st.fixed_dictionaries({}, optional={"key": KEYS, "value": VALUES, "more": st.integers(0, 3)})
ROWS = st.lists(ROW, max_size=30)
NUMBERS = st.one_of(st.none(), st.sampled_from([-1.0, 0.0, 7.0, 7.5, 8.0]))
SHARES = st.one_of(st.none(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]))
RULE = st.builds(
    ColumnSpec,
    column=st.sampled_from(["key", "value", "more", "absent"]),
    not_null=st.booleans(),
    unique=st.booleans(),
    min=NUMBERS,
    max=NUMBERS,
    allowed=st.one_of(st.none(), st.lists(VALUES, max_size=3)),
    pattern=st.sampled_from([None, "7", r"\d+", "a?b"]),
    share_of=VALUES,
    min_share=SHARES,
    max_share=SHARES,
)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True, params=["in memory", "in a file", "divided again"])
def storage(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows in memory, and by a limit that a few of them exceed in a file, and in parts that are divided again."""
    if request.param != "in memory":
        monkeypatch.setattr(spool, "MOST_PENDING", 100)
    if request.param == "divided again":
        monkeypatch.setattr(spool, "MOST_IN_PART", 1)


# -- the naive model ---------------------------------------------------------------------------------------------------


def number(value: Any) -> float | None:
    if isinstance(value, str):
        return float(value) if re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", value) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def same(one: Any, other: Any) -> bool:
    """Two texts by their text, a text and a number by the number, a boolean by its name."""
    if isinstance(one, bool) or isinstance(other, bool):
        names = [value if isinstance(value, str) else str(value) for value in (one, other)]
        kinds = all(isinstance(value, (bool, str)) for value in (one, other))
        return kinds and names[0].lower() == names[1].lower()
    if type(one) is not type(other) and number(one) is not None and number(other) is not None:
        return number(one) == number(other)
    return one == other and isinstance(one, str) == isinstance(other, str)


def text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def key_of(row: dict[str, Any]) -> str | None:
    value = row.get("key")
    if value in (None, ""):
        return None
    return text(int(value) if isinstance(value, float) and value.is_integer() else value)


def by_key(rows: Rows) -> dict[str, tuple[int, dict[str, Any]]]:
    """The first row of each key."""
    found: dict[str, tuple[int, dict[str, Any]]] = {}
    for at, row in enumerate(rows, 1):
        key = key_of(row)
        if key is not None:
            found.setdefault(key, (at, row))
    return found


def failures(spec: ColumnSpec, rows: Rows) -> dict[str, tuple[bool, int | None]]:
    """Rule -> whether it passes, and how many rows fail it."""
    values = [row.get(spec.column) for row in rows]
    there = [value for value in values if value is not None]
    keys = Counter(key_of({"key": value}) for value in values)
    of_keys = sum(count if key is None else count - 1 for key, count in keys.items())
    low, high = -math.inf if spec.min is None else spec.min, math.inf if spec.max is None else spec.max
    in_range = [(found := number(value)) is not None and low <= found <= high for value in there]
    allowed = [any(same(value, choice) for choice in spec.allowed or ()) for value in there]
    matching = [re.fullmatch(spec.pattern or "", text(value)) is not None for value in there]
    shares = sum(spec.column in row and same(row[spec.column], spec.share_of) for row in rows)
    share = shares / len(rows) if rows else None
    least, most = (spec.min_share or 0), (1 if spec.max_share is None else spec.max_share)
    asked: dict[str, tuple[bool, bool, int | None]] = {
        "not_null": (spec.not_null, True, sum(value in (None, "") for value in values)),
        "unique": (spec.unique, True, of_keys),
        "range": (spec.min is not None or spec.max is not None, True, in_range.count(False)),
        "allowed": (spec.allowed is not None, True, allowed.count(False)),
        "pattern": (spec.pattern is not None, True, matching.count(False)),
        "share": (
            spec.min_share is not None or spec.max_share is not None,
            share is not None and least <= share <= most,
            None,
        ),
    }
    misspelled = bool(rows) and not any(spec.column in row for row in rows)
    return {
        rule: (False, len(rows)) if misspelled else (passes and not failed, failed)
        for rule, (is_asked, passes, failed) in asked.items()
        if is_asked
    }


# -- properties --------------------------------------------------------------------------------------------------------


@QUICK
@given(ROWS, RULE, st.integers(0, 31), st.integers(0, 31))
def test_rules_of_one_column(rows: Rows, rule: ColumnSpec, least: int, most: int) -> None:
    checked = check_rows(Rules(min_rows=least, max_rows=most, columns=[rule], required_columns=["key", "more"]), rows)
    found = {verdict.rule: (verdict.passed, verdict.failed) for verdict in checked.verdicts}
    lacking = sum(not {"key", "more"} <= row.keys() for row in rows)
    assert found == {
        "min_rows": (len(rows) >= least, None),
        "max_rows": (len(rows) <= most, None),
        "columns": (not lacking, lacking),
        **failures(rule, rows),
    }
    for verdict in checked.verdicts:
        _require_samples(verdict, 10)
    assert checked.row_count == len(rows)


FARTHEST = ("largest_distance", "differences")  # tested with the module


@QUICK
@given(ROWS, ROWS, st.sampled_from([0.0, 0.3, 0.5]))
def test_a_comparison_by_key_equals_a_join_of_dicts(rows: Rows, other: Rows, most: float) -> None:
    rules = Rules(key_column="key", comparison=ComparisonSpec(max_changed_share=most), samples=3)
    checked = check_rows(rules, rows, other)
    mine, theirs = by_key(rows), by_key(other)
    both = mine.keys() & theirs.keys()
    changed = sorted(mine[key][0] for key in both if not _same_rows(mine[key][1], theirs[key][1]))
    missing = sorted(theirs[key][0] for key in theirs.keys() - both)
    surplus = sorted(mine[key][0] for key in mine.keys() - both)
    numbers = {name: value for name, value in (checked.comparison or {}).items() if name not in FARTHEST}
    assert numbers == {
        "matched": len(both),
        "changed": len(changed),
        "changed_share": len(changed) / len(both) if both else None,
        "missing": len(missing),
        "surplus": len(surplus),
    }
    assert _numbers(checked, "changed_share") == changed[:3]
    assert _numbers(checked, "missing") == missing[:3]
    assert _numbers(checked, "surplus") == surplus[:3]
    assert _verdict(checked, "changed_share").passed == (bool(both) and len(changed) / len(both) <= most)
    assert (_verdict(checked, "missing").passed, _verdict(checked, "surplus").passed) == (not missing, not surplus)
    repeated = {"own": len(rows) - len(mine), "other": len(other) - len(theirs)}
    unique = {v.against or "own": v.failed for v in checked.verdicts if v.rule == "unique"}
    assert unique == {"own": repeated["own"], "compare_to": repeated["other"]}


@QUICK
@given(ROWS, ROWS)
def test_a_comparison_by_position_equals_a_comparison_of_lists(rows: Rows, other: Rows) -> None:
    checked = check_rows(Rules(comparison=ComparisonSpec()), rows, other)
    pairs = list(zip(rows, other))
    changed = sum(any((n in a) != (n in b) or not same(a.get(n), b.get(n)) for n in {*a, *b}) for a, b in pairs)
    assert checked.comparison is not None
    assert (checked.comparison["matched"], checked.comparison["changed"]) == (len(pairs), changed)
    assert checked.comparison["missing"] == max(len(other) - len(rows), 0)
    assert checked.comparison["surplus"] == max(len(rows) - len(other), 0)


@QUICK
@given(ROWS, ROWS, ROWS)
def test_metrics_equal_those_of_a_join_of_dicts(rows: Rows, other: Rows, expected: Rows) -> None:
    limits = {"accuracy": Limit(least=0.5, worse_by=0.1), "error_rate": Limit(), "mean_absolute_error": Limit(most=1)}
    spec = ExpectedSpec("value", "value", limits)
    rules = Rules(key_column="key", comparison=ComparisonSpec(), expected=spec)
    checked = check_rows(rules, rows, other, expected)
    own, theirs = _metrics(rows, expected), _metrics(other, expected)
    assert checked.expected is not None
    found = {name: checked.expected[name] for name in own}
    assert found == pytest.approx(own)
    assert {name: checked.expected["other"][name] for name in own} == pytest.approx(theirs)
    accuracy, before = own["accuracy"], theirs["accuracy"]
    is_good = accuracy is not None and before is not None and accuracy >= 0.5
    is_good = is_good and Fraction(before).limit_denominator(99) - Fraction(accuracy).limit_denominator(99) <= Fraction(
        1, 10
    )
    assert _verdict(checked, "accuracy").passed == is_good
    error = own["mean_absolute_error"]
    assert _verdict(checked, "mean_absolute_error").passed == (error is not None and error <= 1)


def _metrics(rows: Rows, expected: Rows) -> dict[str, Any]:
    mine, right = by_key(rows), by_key(expected)
    pairs = [(mine[key][1].get("value", ...), right[key][1].get("value", ...)) for key in mine.keys() & right.keys()]
    if not pairs:
        return {"matched": 0, "accuracy": None, "error_rate": None, "mean_absolute_error": None}
    wrong = sum(not (one is other or same(one, other)) for one, other in pairs)
    errors = [
        None if (given := number(one)) is None or (true := number(other)) is None else abs(given - true)
        for one, other in pairs
    ]
    error = None if None in errors else math.fsum(error or 0 for error in errors) / len(pairs)
    rate = wrong / len(pairs)
    return {"matched": len(pairs), "accuracy": 1 - rate, "error_rate": rate, "mean_absolute_error": error}


def _same_rows(one: dict[str, Any], other: dict[str, Any]) -> bool:
    names = {*one, *other} - {"key"}
    return all((name in one) == (name in other) and same(one.get(name), other.get(name)) for name in names)


def _verdict(checked: Checked, rule: str) -> Verdict:
    return next(verdict for verdict in checked.verdicts if verdict.rule == rule)


def _numbers(checked: Checked, rule: str) -> list[int]:
    verdict = _verdict(checked, rule)
    _require_samples(verdict, 3)
    return [sample["row"] for sample in verdict.samples]


def _require_samples(verdict: Verdict, most: int) -> None:
    """As many samples as failures, up to the limit, in the order of their rows."""
    numbers = [sample["row"] for sample in verdict.samples]
    assert numbers == sorted(numbers)
    if numbers:
        assert len(numbers) == min(verdict.failed or 0, most)
    assert verdict.message.endswith(".")
