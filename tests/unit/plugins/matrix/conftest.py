# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fixtures of the matrix, and a line at its end with the number of cases."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix import assets, subjects
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import Tried, opened, signing_key

__all__ = ["opened", "signing_key"]

PAIRS = "pairs"  # the property of a test that holds how many pairs it tried


@pytest.fixture
def tried(record_property: Callable[[str, object], None]) -> Iterator[Tried]:
    """To be called for each random pair; the number is reported at the end."""
    times: Counter[str] = Counter()
    yield lambda: times.update([PAIRS])
    record_property(PAIRS, times[PAIRS])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if "MATRIX_PAIRS" not in os.environ:
        return
    reports = itertools.chain.from_iterable(terminalreporter.stats.values())
    ended = [report for report in reports if getattr(report, "when", None) == "teardown"]
    pairs = sum(dict(report.user_properties).get(PAIRS, 0) for report in ended)
    policies = [subject.policies for subject, _field in subjects.OPTIONS]
    policies += [case.policies for case in assets.CASES]
    policies += [assets.OF_ASSETS for _case in assets.CONTAINER_CASES]
    courses = sum(len(subjects.pairwise(each)) for each in policies)
    terminalreporter.write_line(
        f"option matrix: {len(policies)} options under each two answers to {len(set().union(*policies))} questions: "
        f"{courses} courses; {pairs} random pairs of a current and a desired state"
    )
