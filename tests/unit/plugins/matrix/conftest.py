# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fixtures of the matrix; at the end of the whole of it, how much it was."""

from __future__ import annotations

import os

import pytest
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix import assets, subjects
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import opened, signing_key

__all__ = ["opened", "signing_key"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    pairs = os.environ.get("MATRIX_PAIRS")
    if pairs is None:
        return
    policies = [subject.policies for subject, _field in subjects.OPTIONS]
    policies += [case.policies for case in assets.CASES]
    policies += [assets.OF_ASSETS for _case in assets.CONTAINER_CASES]
    courses = sum(len(subjects.pairwise(each)) for each in policies)
    terminalreporter.write_line(
        f"option matrix: {len(policies)} options under each two answers to {len(set().union(*policies))} questions: "
        f"{courses} courses; {pairs} random pairs of what stands and what is wanted"
    )
