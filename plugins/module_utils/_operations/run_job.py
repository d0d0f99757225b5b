# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The third verb of the house: run a scoring job. A job has a key, and one key never starts a second job."""

from __future__ import annotations

from .._engine.argument_spec import resource_options, wait_options
from .._errors import AzureMLError, InvalidOption, OperationFailed, WaitTimeout
from .._invocation import Invocation, Result, Spec
from .._jobs.attempts import Attempt, Attempts
from .._jobs.failure import explain
from .._jobs.job import COMPLETED, Job
from .._jobs.ledger import Ledger
from .._jobs.lifecycle import STATES, Lifecycle
from .._jobs.preflight import Preflight, Request, shown_data
from .._jobs.spec import FAIL, GENERATION_2021, OVERWRITE, UNIQUE, read_order
from .._jobs.submission import Submission
from .._jobs.wait import PHASES, JobWait
from .._names.json_types import JsonObject
from .._service.datastores import Datastores
from .._service.workspace import Workspace
from .._types.batch_job import BATCH_JOB

DAY = 86400
CANCELED = "Canceled"
PRESENT = "present"
NEVER, ON_FAILURE, ALWAYS = "never", "on_failure", "always"
KEEP, CANCEL = "keep", "cancel"


class RunJob:
    """Starts a scoring job, or finds the one its key belongs to, and follows it to its end."""

    def spec(self) -> Spec:
        arguments = {
            **resource_options(BATCH_JOB),
            "name": {"type": "str"},
            "key": {"type": "str", "no_log": False},
            "state": {"type": "str", "choices": [PRESENT, *STATES], "default": PRESENT},
            "deployment_name": {"type": "str"},
            "inputs": {"type": "dict"},
            "outputs": {"type": "dict"},
            "output_policy": {"type": "str", "choices": [UNIQUE, FAIL, OVERWRITE]},
            "delete_outputs": {"type": "bool", "default": False},
            "api_generation": {"type": "str", "choices": ["current", GENERATION_2021], "default": "current"},
            "ledger": {"type": "bool", "default": True},
            "resubmit": {"type": "str", "choices": [NEVER, ON_FAILURE, ALWAYS], "default": NEVER},
            "on_timeout": {"type": "str", "choices": [KEEP, CANCEL], "default": KEEP},
            "progress_file": {"type": "path"},
            "phase_timeouts": {"type": "dict", "options": {phase: {"type": "int"} for phase in PHASES}},
            **wait_options(DAY),
        }
        return Spec(
            arguments,
            required_if=tuple(("state", state, ("name", "key"), True) for state in STATES),
            mutually_exclusive=(("name", "key"),),
        )

    def run(self, workspace: Workspace, invocation: Invocation) -> Result:
        state = invocation.options["state"]
        return _Task(workspace, invocation).present() if state == PRESENT else _upkeep(workspace, invocation, state)


def _upkeep(workspace: Workspace, invocation: Invocation, state: str) -> Result:
    datastores = Datastores(workspace)
    order = read_order(invocation.options, workspace)
    ledger = Ledger(order.endpoint, datastores, invocation) if invocation.options["ledger"] else None
    return Lifecycle(workspace, invocation, order, ledger, datastores).to(state)


class _Task:
    """One run of the verb."""

    def __init__(self, workspace: Workspace, invocation: Invocation) -> None:
        self.workspace = workspace
        self.invocation = invocation
        self.options = invocation.options
        self.order = read_order(self.options, workspace)
        self.datastores = Datastores(workspace)
        self.ledger = Ledger(self.order.endpoint, self.datastores, invocation) if self.options["ledger"] else None
        self.tries = Attempts(workspace, self.ledger, self.order)
        self.watch = JobWait(workspace, invocation)
        self.inputs = shown_data(self.order.inputs)
        self.outputs: JsonObject = {}

    def present(self) -> Result:
        latest = self.tries.latest()
        if latest.job is not None and self._is_wanted_again(latest.job):
            latest = self.tries.number(latest.order.number + 1)
        if latest.job is not None:
            self._require_same_order(latest, latest.job)
            return self._found(latest, latest.job)
        if self.order.name and self.options["inputs"] is None:
            raise InvalidOption(
                f"name: endpoint {self.order.endpoint} has no job {self.order.name}. "
                "Correct the name, or give inputs to start it."
            )
        return self._started(latest)

    def _is_wanted_again(self, job: Job) -> bool:
        if self.options["inputs"] is None:
            return False
        again = {NEVER: False, ON_FAILURE: job.status not in COMPLETED, ALWAYS: True}
        return job.has_ended and again[self.options["resubmit"]]

    def _require_same_order(self, latest: Attempt, job: Job) -> None:
        """A task without inputs means the job of the name, whatever it was started with."""
        if self.options["inputs"] is None:
            return
        if latest.search.definition_of(job) not in (None, self.order.definition):
            raise InvalidOption(
                f"name: {self.order.name!r} is the name of job {job.name}, which was started with other options. "
                "A name stands for one job: give a new one, or the options of then."
            )

    def _found(self, attempt: Attempt, job: Job) -> Result:
        self.watch.note(job)
        return Result(False, {"batch_job": self._followed(attempt, job, changed=False)})

    # -- starting ------------------------------------------------------------------------------------------------

    def _started(self, attempt: Attempt) -> Result:
        attempt.search.refuse_shared_place()
        preparation = Preflight(attempt.order, self.workspace, self.datastores, self.invocation)
        request = preparation.request()
        self.inputs, self.outputs = shown_data(request.inputs), shown_data(request.outputs)
        if self.invocation.check_mode:
            return Result(True, {"batch_job": self._predicted(request)}, {}, request.words)
        submission = Submission(self.workspace, self.ledger, self.datastores, preparation.guard, self.invocation)
        job, is_ours = submission.start(attempt, request)
        if not is_ours:
            self._require_same_order(attempt, job)
            return self._found(attempt, job)
        self.watch.note(job, at=job.created)
        return Result(True, {"batch_job": self._followed(attempt, job, changed=True)}, {}, request.words)

    # -- following -----------------------------------------------------------------------------------------------

    def _followed(self, attempt: Attempt, job: Job, *, changed: bool) -> JsonObject:
        """The job as it ended, or as it stands when the task does not wait. Whatever fails now, the job is told."""
        if not self.options["wait"] or self.invocation.check_mode:
            return self._shown(attempt, job)
        try:
            job = self.watch.until_ended(job)
        except WaitTimeout as error:
            job = self._timed_out(attempt, error, changed)
        except AzureMLError as error:
            raise self._telling(error, attempt, changed) from None
        if job.status not in COMPLETED:
            raise self._telling(self._failure(job, changed), attempt, changed)
        return self._shown(attempt, job)

    def _timed_out(self, attempt: Attempt, timeout: WaitTimeout, changed: bool) -> Job:
        """The job if it ends well after all. Raises what the timeout means for the task."""
        if self.options["on_timeout"] == KEEP or self.watch.job is None:
            raise self._telling(timeout, attempt, changed) from None
        try:
            job = self.watch.cancel(self.watch.job, wait=True)
        except AzureMLError as error:
            raise self._telling(error, attempt, changed) from None
        if job.status in COMPLETED:
            return job
        message = f"{timeout.message.partition(' It goes on')[0]} It was told to end (on_timeout), and is {job.status}."
        raise self._telling(WaitTimeout(message), attempt, changed) from None

    def _failure(self, job: Job, started: bool) -> OperationFailed:
        label = f"Job {job.name} of endpoint {self.options['endpoint_name']}"
        earlier = (
            "" if started else f" It is the job named {self.order.name!r}; a new name or resubmit starts a new job."
        )
        if job.status == CANCELED:
            return OperationFailed(f"{label} was canceled.{earlier}")
        found = explain(job, self.workspace)
        return OperationFailed(f"{label} failed{found.in_words}{earlier}", **found.facts())

    def _telling(self, error: AzureMLError, attempt: Attempt, changed: bool) -> AzureMLError:
        """Put what is known of the job beside the failure; set later, for the studio link keeps its harmless query."""
        if self.watch.job is not None:
            error.facts.update(changed=changed, batch_job=self._shown(attempt, self.watch.job))
        return error

    # -- the result ----------------------------------------------------------------------------------------------

    def _predicted(self, request: Request) -> JsonObject:
        """Which name, state and link the service will give is not known."""
        words = {word: value for word, value in request.words.items() if word != "name"}
        return {"key": self.order.name, **words} if self.order.name else words

    def _shown(self, attempt: Attempt, job: Job) -> JsonObject:
        shown = job.shown(self.workspace.id)
        return {
            **shown,
            "key": self.order.name or self.order.key,
            "attempt": attempt.order.number,
            "endpoint_name": self.options["endpoint_name"],
            "deployment_name": shown["deployment_name"] or self.options["deployment_name"],
            "inputs": shown["inputs"] or self.inputs,
            "outputs": shown["outputs"] or self.outputs,
            "timeline": self.watch.timeline,
        }
