# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._jobs.duration import seconds_of
from ansible_collections.mlops.azureml.plugins.module_utils._jobs.job import Job, parse_job
from ansible_collections.mlops.azureml.plugins.module_utils._report import run_facts
from ansible_collections.mlops.azureml.plugins.module_utils._report.run_facts import script_failures, timeline
from ansible_collections.mlops.azureml.plugins.module_utils._service.run_history import Run
from ansible_collections.mlops.azureml.tests.unit.plugins import scoring_harness

TRACEBACK = """\
Traceback (most recent call last):
  File "/mnt/code/score.py", line {line}, in run
    return read(file)
ValueError: {message}
"""


def run(started: str | None, ended: str | None, name: str = "batchscoring") -> Run:
    return Run("run-1", name, "Completed", started, ended)


def job(**times: str) -> Job:
    body = scoring_harness.job(created="2026-01-31T06:00:00Z")
    body["properties"]["properties"].update(times)
    return parse_job(body)


TIMED = {"StartTimeUtc": "2026-01-31 06:01:00", "EndTimeUtc": "2026-01-31 06:03:00"}
RUN = run("2026-01-31T06:01:30.1234567Z", "2026-01-31T06:02:30Z")


@pytest.mark.parametrize(
    ("times", "runs", "seconds"),
    [
        (TIMED, [RUN], 120),
        ({}, [RUN, run("2026-01-31T06:01:00Z", "2026-01-31T06:01:20Z")], 90),
        ({}, [run(None, None)], None),
        ({}, [], None),
        ({"StartTimeUtc": "soon"}, [RUN], 60),
    ],
)
def test_how_long_a_job_ran(times: dict[str, str], runs: list[Run], seconds: float | None) -> None:
    assert seconds_of(job(**times), runs) == seconds


def test_the_parts_of_the_time_of_a_job() -> None:
    spans = timeline(job(**TIMED), [RUN, run(None, "2026-01-31T06:02:00Z"), run("2026-01-31T06:02:00Z", "never")])
    assert [(span.name, span.start, span.end) for span in spans] == [
        ("Waiting for the compute", 0, 60),
        ("Running", 60, 180),
        ("Run batchscoring", 90, 150),
    ]
    assert spans[2].started == "2026-01-31 06:01:30 UTC"
    assert timeline(job(), []) == []


def test_the_errors_of_the_script_grouped_by_message(monkeypatch: pytest.MonkeyPatch) -> None:
    log = "".join(TRACEBACK.format(line=line, message=text) for line, text in ((3, "a"), (4, "b"), (4, "b"), (4, "a")))

    class Logs:
        def __init__(self, _workspace: Any) -> None:
            pass

        def whole(self, _run: Run, _name: str) -> str:
            return log

    monkeypatch.setattr(run_facts, "JobLogs", Logs)
    workspace: Any = None
    assert script_failures([RUN], workspace) == [
        ("ValueError: b (score.py, line 4, in run)", 2),
        ("ValueError: a (score.py, line 3, in run)", 1),
        ("ValueError: a (score.py, line 4, in run)", 1),
    ]
    log *= 5000
    begin = time.process_time()
    assert script_failures([RUN], workspace)[0][1] == 10_000
    assert time.process_time() - begin < 5
