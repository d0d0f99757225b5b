# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Options of a task as rules."""

from __future__ import annotations

import math
import typing as t
from collections.abc import Mapping

from .._errors import InvalidOption
from .check import Rules
from .column_rules import KINDS as COLUMN_KINDS
from .column_rules import ColumnSpec, compiled
from .comparison import CHANGED, COMPARE_TO, MISSING, SURPLUS, ComparisonSpec
from .distances import DISTANCE
from .expectation import ACCURACY, ERROR_RATE, EXPECTED, MEAN_ABSOLUTE_ERROR, METRICS, ExpectedSpec, Limit
from .row_rules import COLUMNS, MAX_ROWS, MIN_ROWS
from .run_rules import MAX_DURATION, STATUS
from .share_change import SHARE_CHANGE, ShareSpec

_OF_COMPARISON = (MISSING, SURPLUS, CHANGED, DISTANCE, SHARE_CHANGE)
KINDS = (STATUS, MAX_DURATION, MIN_ROWS, MAX_ROWS, COLUMNS, *COLUMN_KINDS, *_OF_COMPARISON, *METRICS)
_MOST_SAMPLES = 1000
# The bound of each metric and the distance to the other job: their options.
_WORSE = {ACCURACY: ("min", "max_loss"), ERROR_RATE: ("max", "max_rise"), MEAN_ABSOLUTE_ERROR: ("max", "max_rise")}


def rule_arguments() -> dict[str, t.Any]:
    """The options that give rules about the job's own rows and its run."""
    return {
        "min_rows": {"type": "int", "default": 1},
        "max_rows": {"type": "int"},
        "required_columns": {"type": "list", "elements": "str"},
        "key_column": {"type": "str", "no_log": False},
        "rules": {
            "type": "list",
            "elements": "dict",
            "options": {
                "column": {"type": "str", "required": True},
                "not_null": {"type": "bool", "default": False},
                "unique": {"type": "bool", "default": False},
                "min": {"type": "float"},
                "max": {"type": "float"},
                "allowed": {"type": "list", "elements": "raw"},
                "pattern": {"type": "str"},
                "value": {"type": "raw"},
                "min_share": {"type": "float"},
                "max_share": {"type": "float"},
            },
            "required_by": {"min_share": ("value",), "max_share": ("value",)},
        },
        "max_duration": {"type": "float"},
        "fail_on": {"type": "list", "elements": "str"},
        "samples": {"type": "int", "default": 10},
    }


def comparison_arguments() -> dict[str, t.Any]:
    """The options that say how rows are compared."""
    return {
        "compared_columns": {"type": "list", "elements": "str"},
        "tolerance": {"type": "float", "default": 0.0},
        "relative_tolerance": {"type": "float", "default": 0.0},
        "max_changed_share": {"type": "float", "default": 0.0},
        "max_distance": {"type": "float"},
        "shares": {
            "type": "list",
            "elements": "dict",
            "options": {
                "column": {"type": "str", "required": True},
                "max_change": {"type": "float", "required": True},
            },
        },
    }


def metric_arguments() -> dict[str, t.Any]:
    """The options that say what is scored, and the limits."""
    metrics = {
        metric: {"type": "dict", "options": {name: {"type": "float"} for name in names}}
        for metric, names in _WORSE.items()
    }
    return {"column": {"type": "str", "required": True}, "expected_column": {"type": "str"}, **metrics}


def read_rules(options: Mapping[str, t.Any]) -> Rules:
    """The rules that a task gives. Raises InvalidOption for rules that contradict themselves, or can never apply."""
    _require_count("min_rows", options["min_rows"])
    _require_count("max_rows", options["max_rows"])
    _require_count("samples", options["samples"], _MOST_SAMPLES)
    _require_order("min_rows", options["min_rows"], "max_rows", options["max_rows"])
    _require_number("max_duration", options["max_duration"])
    rules = Rules(
        min_rows=options["min_rows"],
        max_rows=options["max_rows"],
        required_columns=options["required_columns"] or (),
        columns=[_column(at, entry) for at, entry in enumerate(options["rules"] or ())],
        key_column=options["key_column"],
        comparison=_comparison(options["compare_to"]) if options["compare_to"] else None,
        expected=_expected(options["expected"], options["compare_to"]) if options["expected"] else None,
        samples=options["samples"],
    )
    _require_known(options["fail_on"] or (), rules)
    return rules


def _column(at: int, entry: Mapping[str, t.Any]) -> ColumnSpec:
    where = f"rules.{at}"
    for name in ("min", "max"):
        _require_number(f"{where}.{name}", entry[name], -math.inf)
    for name in ("min_share", "max_share"):
        _require_share(f"{where}.{name}", entry[name])
    _require_order(f"{where}.min", entry["min"], f"{where}.max", entry["max"])
    _require_order(f"{where}.min_share", entry["min_share"], f"{where}.max_share", entry["max_share"])
    bounds = ("min", "max", "allowed", "pattern", "min_share", "max_share")
    if not (entry["not_null"] or entry["unique"]) and all(entry[name] is None for name in bounds):
        raise InvalidOption(
            f"{where}: nothing is asked of column {entry['column']!r}. Give one of {', '.join(bounds)}."
        )
    if entry["pattern"] is not None:
        compiled(entry["pattern"])
    return ColumnSpec(
        **{name: entry[name] for name in ("column", "not_null", "unique", *bounds)},
        share_of=entry["value"],
    )


def _comparison(entry: Mapping[str, t.Any]) -> ComparisonSpec:
    for name in ("tolerance", "relative_tolerance"):
        _require_number(f"{COMPARE_TO}.{name}", entry[name])
    _require_share(f"{COMPARE_TO}.max_changed_share", entry["max_changed_share"])
    _require_number(f"{COMPARE_TO}.max_distance", entry["max_distance"])
    for at, share in enumerate(entry["shares"] or ()):
        _require_share(f"{COMPARE_TO}.shares.{at}.max_change", share["max_change"])
    return ComparisonSpec(
        entry["compared_columns"],
        entry["tolerance"],
        entry["relative_tolerance"],
        entry["max_changed_share"],
        entry["max_distance"],
        [ShareSpec(share["column"], share["max_change"]) for share in entry["shares"] or ()],
    )


def _expected(entry: Mapping[str, t.Any], other: t.Any) -> ExpectedSpec:
    limits = {}
    for metric, names in _WORSE.items():
        if entry[metric] is None:
            continue
        bound, worse_by = (entry[metric][name] for name in names)
        for name, value in zip(names, (bound, worse_by)):
            _require_number(f"{EXPECTED}.{metric}.{name}", value)
        if worse_by is not None and not other:
            raise InvalidOption(
                f"{EXPECTED}.{metric}.{names[1]}: it is the distance to another job, and {COMPARE_TO} names none."
            )
        least, most = (bound, None) if metric == ACCURACY else (None, bound)
        limits[metric] = Limit(least, most, worse_by)
    return ExpectedSpec(entry["column"], entry["expected_column"] or entry["column"], limits)


def _require_known(names: t.Sequence[str], rules: Rules) -> None:
    """Raises InvalidOption for a name in ``fail_on`` that no rule of the task can have."""
    subjects = {COMPARE_TO, EXPECTED, *(rules.required_columns), *(spec.column for spec in rules.columns)}
    subjects |= {rules.key_column} if rules.key_column else set()
    subjects |= set((rules.comparison and rules.comparison.columns) or ())
    subjects |= {share.column for share in rules.comparison.shares} if rules.comparison else set()
    subjects |= {rules.expected.column, rules.expected.expected_column} if rules.expected else set()
    for name in names:
        kind, _colon, subject = name.partition(":")
        if kind not in KINDS:
            raise InvalidOption(f"fail_on: there is no rule {kind!r}. Choose from {', '.join(KINDS)}.")
        if subject and subject not in subjects:
            raise InvalidOption(f"fail_on: no rule of this task is about {subject!r}. Correct {name!r}.")


def _require_count(name: str, value: int | None, most: int | None = None) -> None:
    if value is not None and (value < 0 or (most is not None and value > most)):
        bounds = "0 or more" if most is None else f"0 to {most}"
        raise InvalidOption(f"{name}: {value} is not possible. Give {bounds}.")


def _require_number(name: str, value: float | None, least: float = 0.0) -> None:
    if value is not None and (not math.isfinite(value) or value < least):
        raise InvalidOption(f"{name}: {value} is not possible. Give a number{' of 0 or more' if not least else ''}.")


def _require_share(name: str, value: float | None) -> None:
    if value is not None and not 0 <= value <= 1:
        raise InvalidOption(f"{name}: {value} is no share. Give a number from 0 to 1.")


def _require_order(low_name: str, low: float | None, high_name: str, high: float | None) -> None:
    if low is not None and high is not None and low > high:
        raise InvalidOption(f"{low_name}: {low} is more than {high_name} {high}. Correct one of them.")
