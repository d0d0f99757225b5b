# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The operation of ``batch_job``: run a scoring job. A job has a key, and one key never starts a second job."""

from __future__ import annotations

import typing as t

from .._engine.argument_spec import ArgumentSpec, resource_options, wait_options
from .._engine.definition import Definition
from .._engine.prerequisite import predicted_option
from .._errors import AzureMLError, InvalidOption, OperationFailed, WaitTimeout
from .._invocation import Result
from .._jobs import completion, input_source
from .._jobs.attempts import Attempt, Attempts
from .._jobs.counts import Counts, read_counts
from .._jobs.failure import explain
from .._jobs.job import COMPLETED, Job
from .._jobs.job_file import read_inputs, read_outputs
from .._jobs.ledger import Ledger
from .._jobs.lifecycle import STATES, Lifecycle
from .._jobs.preflight import Preflight, Request, identify_job, shown_data
from .._jobs.row_count import count_rows
from .._jobs.spec import FAIL, GENERATION_2021, OVERWRITE, PRESENT, UNIQUE, JobSpec
from .._jobs.submission import Submission
from .._jobs.wait import PHASES, JobTimeout, JobWait
from .._names.dotted_path import get_at
from .._names.json_types import JsonObject
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace
from .._types.batch_deployment import BATCH_DEPLOYMENT
from .._types.batch_job import BATCH_JOB

DAY = 86400
CANCELED = "Canceled"
NEVER, ON_FAILURE, ALWAYS = "never", "on_failure", "always"
KEEP, CANCEL = "keep", "cancel"


class RunJob:
    """Starts a scoring job, or finds the one of its key, and waits for its end."""

    def spec(self) -> ArgumentSpec:
        arguments = {
            **resource_options(BATCH_JOB),
            "name": {"type": "str"},
            "key": {"type": "str", "no_log": False},
            "attempt": {"type": "int", "aliases": ["try"]},
            "state": {"type": "str", "choices": [PRESENT, *STATES], "default": PRESENT},
            "deployment_name": {"type": "str"},
            "inputs": {"type": "dict"},
            "outputs": {"type": "dict"},
            "output_policy": {"type": "str", "choices": [UNIQUE, FAIL, OVERWRITE]},
            "delete_outputs": {"type": "bool", "default": False},
            "api_generation": {"type": "str", "choices": ["current", GENERATION_2021], "default": "current"},
            "ledger": {"type": "bool", "default": True},
            "missing_input": {"type": "str", "choices": list(input_source.MISSING), "default": input_source.FAIL},
            "wait_for_deployment": {"type": "bool", "default": False},
            "resubmit": {"type": "str", "choices": [NEVER, ON_FAILURE, ALWAYS], "default": NEVER},
            "on_timeout": {"type": "str", "choices": [KEEP, CANCEL], "default": KEEP},
            "max_failed_items": {"type": "str"},
            "on_unknown_counts": {"type": "str", "choices": list(completion.UNKNOWN), "default": completion.FAIL},
            "progress_file": {"type": "path"},
            "phase_timeouts": {"type": "dict", "options": {phase: {"type": "int"} for phase in PHASES}},
            **predicted_option(),
            **wait_options(DAY),
        }
        return ArgumentSpec(
            arguments,
            required_if=tuple(("state", state, ("name", "key"), True) for state in STATES),
            mutually_exclusive=(("name", "key"),),
            definition=Definition(
                BATCH_JOB,
                arguments,
                extra=("deployment_name",),
                named=False,
                readers={"inputs": read_inputs, "outputs": read_outputs},
            ),
        )

    def run(self, workspace: Workspace) -> Result:
        completion.parse_limit(workspace.invocation.options["max_failed_items"])
        options, datastores = workspace.invocation.options, Datastores(workspace)
        job_spec = identify_job(workspace, datastores)
        ledger = Ledger(workspace, job_spec.endpoint, datastores, options["key"]) if options["ledger"] else None
        state = options["state"]
        if state != PRESENT:
            return Lifecycle(workspace, job_spec, ledger, datastores).to(state)
        task = _KeyedJob(workspace, job_spec, ledger, datastores)
        attempt = task.observe()
        return task.apply(attempt, task.plan(attempt))


class _KeyedJob:
    """The job of one key: observed, planned, started and waited for."""

    def __init__(self, workspace: Workspace, spec: JobSpec, ledger: Ledger | None, datastores: Datastores) -> None:
        self._workspace = workspace
        self._options = workspace.invocation.options
        self._spec = spec
        self._ledger = ledger
        self._datastores = datastores
        self._read_counts: dict[str, Counts | None] = {}
        self._max_failed = completion.parse_limit(self._options["max_failed_items"])
        self._row_counts: dict[str, int | None] = {}
        self._attempts = Attempts(workspace, ledger, spec, starts=self._options["inputs"] is not None)
        self._wait = JobWait(workspace)

    def observe(self) -> Attempt:
        """The attempt that the task is about: with a job to wait for, or without one, and then to be started."""
        attempt = self._attempts.asked()
        if attempt.spec.asked is not None and attempt.job is None:
            raise InvalidOption(
                f"attempt: endpoint {self._spec.endpoint} has no job {attempt.spec.key}, and resubmit alone starts "
                f"another attempt. Leave attempt out, and give {attempt.spec.name} as name."
            )
        if attempt.job is not None and self._is_to_be_repeated(attempt.job):
            if attempt.spec.asked is not None:
                raise InvalidOption(
                    f"resubmit: {attempt.spec.key} is one attempt, and another one belongs to all of them. "
                    f"Leave attempt out, and give {attempt.spec.name} as name."
                )
            attempt = self._attempts.number(attempt.spec.number + 1)
        if attempt.job is not None:
            self._require_same_options(attempt)
        return attempt

    def plan(self, attempt: Attempt) -> Request | None:
        """The call that starts the job of an attempt, None if it has one."""
        if attempt.job is not None:
            return None
        attempt.search.refuse_shared_output()
        return Preflight(self._workspace, attempt.spec, self._datastores).request()

    def apply(self, attempt: Attempt, request: Request | None) -> Result:
        """Make the call, if any, and wait for the job as the task asks."""
        if request is None:
            return self._result(attempt, None, changed=False)
        if self._workspace.invocation.check_mode:
            return Result(True, {"batch_job": self._predicted(request)}, {}, request.described)
        attempt, is_ours = Submission(self._workspace, self._ledger, self._datastores).start(attempt, request)
        if not is_ours:
            self._require_same_options(attempt)
        return self._result(attempt, request, changed=is_ours)

    def _is_to_be_repeated(self, job: Job) -> bool:
        resubmit = self._options["resubmit"]
        if not job.has_ended or resubmit == NEVER:
            return False
        if resubmit == ON_FAILURE and not self._has_failed(job):
            return False
        if self._options["inputs"] is not None:
            return True
        return Preflight(self._workspace, self._spec, self._datastores).takes_no_inputs()

    def _has_failed(self, job: Job) -> bool:
        """Whether it failed, was canceled, or completed with more failed items than the task accepts."""
        if job.status not in COMPLETED or self._max_failed is None:
            return job.status not in COMPLETED
        return completion.is_over(self._counts(job), self._limit(job))

    def _require_same_options(self, attempt: Attempt) -> None:
        """A task without inputs takes the job of the name, whatever options it was started with."""
        if self._options["inputs"] is None or attempt.job is None:
            return
        if attempt.search.definition_of(attempt.found) not in (None, self._spec.definition):
            raise InvalidOption(
                f"name: {self._spec.name!r} is the name of job {attempt.job.name}, which was started with other "
                f"options{self._how_it_ended(attempt.job)}. A name belongs to one job: give a new one, or the options "
                "of then."
            )

    def _how_it_ended(self, job: Job) -> str:
        if not job.has_ended or job.status in COMPLETED:
            return ""
        return f" and is {job.status}: resubmit: on_failure starts another attempt with the options of now"

    # -- how many items failed -----------------------------------------------------------------------------------

    def _counts(self, job: Job) -> Counts | None:
        """The counts of a completed job, read once; of a failed one if its failure was read. None for any other."""
        if job.status in COMPLETED and job.name not in self._read_counts:
            self._read_counts[job.name] = read_counts(job, self._workspace)
        return self._read_counts.get(job.name)

    def _shown_counts(self, job: Job) -> JsonObject:
        """The counts of a job as results show them, and the number of rows of a completed one."""
        counts = self._counts(job)
        if counts is None:
            return {}
        if job.status not in COMPLETED:
            return completion.shown_counts(counts)
        if job.name not in self._row_counts:
            self._row_counts[job.name] = count_rows(job, self._workspace, self._datastores)
        return {**completion.shown_counts(counts), "row_count": self._row_counts[job.name]}

    def _complaint(self, job: Job) -> str | None:
        if self._max_failed is None or job.status not in COMPLETED:
            return None
        counts, on_unknown = self._counts(job), self._options["on_unknown_counts"]
        return completion.complaint(job, counts, self._limit(job), on_unknown)

    def _limit(self, job: Job) -> int:
        """How many items of the job may fail. The deployment is read only if the job does not record its threshold."""
        if isinstance(self._max_failed, int):
            return self._max_failed
        counts = self._counts(job)
        if counts is None or not counts.items.failed:
            return 0
        given = self._options["error_threshold"]
        known = job.error_threshold if given is None else given
        return completion.limit_of(known if known is not None else self._threshold_of_deployment(job))

    def _threshold_of_deployment(self, job: Job) -> int | None:
        deployment = job.deployment or self._options["deployment_name"]
        names = {"endpoint_name": self._options["endpoint_name"], "name": deployment}
        current = self._workspace.arm.get(self._workspace.path(BATCH_DEPLOYMENT.path_of(names))) if deployment else None
        return t.cast("int | None", get_at(current, "properties.errorThreshold"))

    def _require_complete(self, job: Job) -> None:
        """Warn about failed and retried items. Raises OperationFailed if more failed than the task accepts."""
        if (reason := self._complaint(job)) is not None:
            raise OperationFailed(reason)
        for warning in completion.warnings(job, self._counts(job), is_limited=self._max_failed is not None):
            self._workspace.invocation.warn(warning)

    # -- waiting -------------------------------------------------------------------------------------------------

    def _result(self, attempt: Attempt, request: Request | None, *, changed: bool) -> Result:
        """The job as it ended, or as it is now if the task does not wait. A failure after this has the job, too."""
        job = t.cast("Job", attempt.job)
        self._wait.note(job, at=job.created if changed else None)
        try:
            if self._options["wait"] and (job.has_ended or not self._workspace.invocation.check_mode):
                job = self._waited(job, started=changed)
            self._require_complete(job)
        except AzureMLError as error:
            seen = self._wait.job or job
            error.add_facts(changed=changed, batch_job=self._shown(attempt, seen, request))
            raise
        after = request.described if request and changed else {}
        return Result(changed, {"batch_job": self._shown(attempt, job, request)}, {}, after)

    def _waited(self, job: Job, *, started: bool) -> Job:
        """The job once it has completed. Raises OperationFailed for any other end, WaitTimeout for none."""
        try:
            job = self._wait.until_ended(job)
        except JobTimeout as timeout:
            if self._options["on_timeout"] == KEEP:
                raise
            job = self._wait.cancel(self._wait.job or job, wait=True)
            if job.status not in COMPLETED:
                raise WaitTimeout(f"{timeout.reason} It was canceled (on_timeout), and is {job.status}.") from None
        if job.status not in COMPLETED:
            raise self._failure(job, started)
        return job

    def _failure(self, job: Job, started: bool) -> OperationFailed:
        label = f"Job {job.name} of endpoint {self._options['endpoint_name']}"
        earlier = (
            "" if started else f" It is the job named {self._spec.name!r}; a new name or resubmit starts a new job."
        )
        if job.status == CANCELED:
            return OperationFailed(f"{label} was canceled.{earlier}")
        failure = explain(job, self._workspace)
        self._read_counts[job.name] = failure.counts
        return OperationFailed(f"{label} failed{failure.in_words}{earlier}", **failure.facts())

    # -- the result ----------------------------------------------------------------------------------------------

    def _predicted(self, request: Request) -> JsonObject:
        """Name, status and link are unknown: the service chooses them."""
        described = {option: value for option, value in request.described.items() if option != "name"}
        return {"key": self._spec.name, **described} if self._spec.name else described

    def _shown(self, attempt: Attempt, job: Job, request: Request | None) -> JsonObject:
        shown = job.shown(self._workspace.id)
        return {
            **shown,
            "key": attempt.spec.name or attempt.spec.key,
            "attempt": attempt.spec.number,
            "endpoint_name": self._options["endpoint_name"],
            "deployment_name": shown["deployment_name"] or self._options["deployment_name"],
            "inputs": shown["inputs"] or shown_data(request.inputs if request else self._spec.inputs),
            "outputs": shown["outputs"] or shown_data(request.outputs if request else ()),
            "timeline": self._wait.timeline,
            **self._shown_counts(job),
        }
