# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The trial of a deployment: scoring jobs with keys, and the checks of their rows."""

from __future__ import annotations

import dataclasses
import typing as t

from .._checks.comparison import COMPARE_TO
from .._engine.argument_spec import ArgumentSpec
from .._errors import InvalidOption, OperationFailed
from .._schema.resource_type import Options
from .._service.workspace import Workspace
from .check_job import CheckedJob, CheckJob, check_job, complaint
from .run_job import RunJob
from .subtask import checked_options, run_within, within

SMOKE, CHECK = "smoke", "check"
# What the release itself chooses.
_OF_THE_JOB = ("endpoint_name", "deployment_name", "name", "key", "attempt", "state", "resubmit", "wait", "predicted")
_OF_THE_CHECK = ("name", "key", "attempt", "endpoint_name", "report")
_OF_THE_OTHER = ("name", "key", "attempt", "endpoint_name")
_RELATIVE = ("max_loss", "max_rise")


class RulesBroken(OperationFailed):
    """The rows of a job do not meet the rules."""


def trial_arguments() -> dict[str, t.Any]:
    """The options with the options of a scoring job and of its check."""
    return {SMOKE: {"type": "dict"}, CHECK: {"type": "dict", "default": {}}}


@dataclasses.dataclass(frozen=True)
class TrialJob:
    """A job of a trial: ``deployment`` None is the default deployment of the endpoint."""

    key: str
    deployment: str | None


class Trial:
    """The jobs and checks of one endpoint, by the options of the task."""

    def __init__(self, workspace: Workspace, endpoint: str) -> None:
        """Raises InvalidOption for options that a job or its check does not have. Makes no request."""
        options = workspace.invocation.options
        self._workspace = workspace
        self._endpoint = endpoint
        self._smoke: Options = options[SMOKE] or {}
        self._check: Options = options[CHECK] or {}
        _refuse(SMOKE, self._smoke, _OF_THE_JOB)
        _refuse(CHECK, self._check, _OF_THE_CHECK)
        _refuse(f"{CHECK}.{COMPARE_TO}", self._check.get(COMPARE_TO) or {}, _OF_THE_OTHER)
        self._job_options(TrialJob("any", None), wait=True)
        self._check_options("any", "other")

    def score(self, *jobs: TrialJob) -> None:
        """Start the jobs that do not exist yet, and wait for the end of all. Raises as ``batch_job`` does."""
        for job in jobs:
            self._run(job, wait=False)
        for job in jobs:
            self._run(job, wait=True)

    def predict(self, job: TrialJob) -> None:
        """In check mode: find out what would be wrong with the job."""
        self._run(job, wait=False)

    def checked(self, key: str, other: str | None) -> CheckedJob:
        """The rows of a job, checked and compared with those of the ``other`` one. Raises InvalidOption."""
        options = self._check_options(key, other)
        part = within(self._workspace, options)
        found = check_job(part, counts=True)
        if found is None:
            raise InvalidOption(f"There is no job {key} of endpoint {self._endpoint} that has ended.")
        return found

    def require_rules(self, found: CheckedJob) -> None:
        """Raises RulesBroken for rules that are not met."""
        warn = self._workspace.invocation.warn
        if message := complaint(found, self._check.get("fail_on"), warn):
            raise RulesBroken(message)

    def _run(self, job: TrialJob, *, wait: bool) -> None:
        run_within(self._workspace, RunJob(), self._job_options(job, wait=wait))

    def _job_options(self, job: TrialJob, *, wait: bool) -> dict[str, t.Any]:
        given = {
            **self._smoke,
            "endpoint_name": self._endpoint,
            "deployment_name": job.deployment,
            "name": job.key,
            "wait": wait,
            "predicted": self._workspace.invocation.options.get("predicted"),
        }
        return checked_options(RunJob().spec(), given, SMOKE)

    def _check_options(self, key: str, other: str | None) -> dict[str, t.Any]:
        """Without another job there is nothing to compare with, and no distance to it to keep."""
        given = {**self._check, "name": key, "endpoint_name": self._endpoint}
        if other is None:
            given.pop(COMPARE_TO, None)
            given["expected"] = _alone(given.get("expected"))
        else:
            compared = self._check.get(COMPARE_TO) or {"max_changed_share": 1.0}
            given[COMPARE_TO] = {**compared, "name": other, "endpoint_name": self._endpoint}
        return checked_options(_spec_of_check(), given, CHECK)


def _spec_of_check() -> ArgumentSpec:
    return CheckJob().spec()


def _alone(expected: t.Any) -> t.Any:
    """The limits of metrics that do not refer to another job."""
    if not isinstance(expected, dict):
        return expected
    return {
        name: {limit: number for limit, number in value.items() if limit not in _RELATIVE}
        if isinstance(value, dict)
        else value
        for name, value in expected.items()
    }


def _refuse(within: str, given: Options, chosen: t.Sequence[str]) -> None:
    if names := [name for name in chosen if name in given]:
        raise InvalidOption(f"{within}: the release itself chooses {', '.join(names)}. Leave it out.")
