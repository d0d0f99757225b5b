# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The third verb of the house: run a scoring job. A job has a key, and one key never starts a second job."""

from __future__ import annotations

from ._argument_spec import resource_options, wait_options
from ._errors import AzureMLError, ConflictError, ConnectionFailed, InvalidOption, OperationFailed, ServiceError
from ._invocation import Invocation, Result, Spec
from ._job_data import Json
from ._job_failure import explain
from ._job_record import COMPLETED, Job, read_job
from ._job_request import GENERATION_2021, Request, prepare, read_order, shown_data
from ._job_search import Search
from ._job_watch import Watch
from ._types.batch_job import BATCH_JOB
from ._workspace import Workspace

DAY = 86400
CANCELING = "CancelRequested"
CANCELED = "Canceled"
# After these the job may have been started nevertheless.
DOUBTFUL = frozenset({408, *range(500, 600)})


class Score:
    """Starts a scoring job, or finds the one its key belongs to, and follows it to its end."""

    def spec(self) -> Spec:
        arguments = {
            **resource_options(BATCH_JOB),
            "name": {"type": "str"},
            "state": {"type": "str", "choices": ["present", "canceled"], "default": "present"},
            "deployment_name": {"type": "str"},
            "inputs": {"type": "dict"},
            "outputs": {"type": "dict"},
            "api_generation": {"type": "str", "choices": ["current", GENERATION_2021], "default": "current"},
            **wait_options(DAY),
        }
        return Spec(arguments, required_if=(("state", "canceled", ("name",)),))

    def run(self, workspace: Workspace, invocation: Invocation) -> Result:
        task = _Task(workspace, invocation)
        return task.canceled() if invocation.options["state"] == "canceled" else task.present()


class _Task:
    """One run of the verb."""

    def __init__(self, workspace: Workspace, invocation: Invocation) -> None:
        self.workspace = workspace
        self.invocation = invocation
        self.options = invocation.options
        self.order = read_order(self.options, workspace)
        self.search = Search(workspace, self.order.marks)
        self.watch = Watch(workspace, invocation)
        self.inputs = shown_data(self.order.inputs)
        self.outputs = shown_data(self.order.outputs)

    # -- the two states ------------------------------------------------------------------------------------------

    def present(self) -> Result:
        job = self.search.find() if self.options["name"] else None
        if job is None:
            return self._started()
        if job.definition not in (None, self.order.definition):
            raise InvalidOption(
                f"name: {self.options['name']!r} is the name of job {job.name}, which was started with other options. "
                "A name stands for one job: give a new one, or the options of then."
            )
        self.watch.note(job)
        return Result(False, {"batch_job": self._followed(job, changed=False)})

    def canceled(self) -> Result:
        job = self.search.find()
        if job is None:
            return Result(False, {})
        self.watch.note(job)
        if job.has_ended:
            return Result(False, {"batch_job": self._shown(job)})
        before = {"name": self.options["name"], "status": job.status}
        after = {"name": self.options["name"], "status": CANCELED}
        if self.invocation.check_mode:
            return Result(True, {"batch_job": {**self._shown(job), "status": CANCELED}}, before, after)
        ended = self._cancel(job)
        return Result(ended.status not in COMPLETED, {"batch_job": self._shown(ended)}, before, after)

    # -- starting ------------------------------------------------------------------------------------------------

    def _started(self) -> Result:
        self.search.refuse_shared_place()
        request = prepare(self.order, self.workspace, self.invocation)
        self.inputs, self.outputs = shown_data(request.inputs), shown_data(request.outputs)
        if self.invocation.check_mode:
            return Result(True, {"batch_job": self._predicted(request)}, {}, request.words)
        job = self._submitted(request)
        self.watch.note(job, at=job.created)
        return Result(True, {"batch_job": self._followed(job, changed=True)}, {}, request.words)

    def _submitted(self, request: Request) -> Job:
        """Start the job; when the answer says nothing, look whether it was started instead of asking again."""
        what = f"start a scoring job on endpoint {self.options['endpoint_name']}"
        try:
            answer = self.workspace.scoring.submit(
                str(request.scoring_uri),
                request.body,
                deployment=request.deployment,
                request_id=self.order.request_id,
                what=what,
            )
            return read_job(answer)
        except (ConnectionFailed, ServiceError) as error:
            if not _may_have_started(error):
                raise
            failure = error
        job = self.search.look_again()
        if job is not None:
            return job
        if isinstance(failure, ConflictError):
            raise failure
        raise self._in_doubt(failure)

    def _in_doubt(self, failure: AzureMLError) -> AzureMLError:
        again = (
            "then run the task again: it takes up the job under this name, or starts it if there is none."
            if self.options["name"]
            else "running the task again starts another one. With a name in the task this can be told apart."
        )
        return AzureMLError(
            f"It is not known whether the scoring job was started, and nothing was sent again. {failure} "
            f"No job with key {self.order.key} has shown up since. "
            f"Look for it in the studio, experiment {self._experiment}; {again}",
            **{**failure.facts, "key": self.order.key},
        )

    @property
    def _experiment(self) -> str:
        return str(self.options["experiment_name"] or self.options["endpoint_name"])

    # -- following -----------------------------------------------------------------------------------------------

    def _followed(self, job: Job, *, changed: bool) -> Json:
        """The job as it ended, or as it stands when the task does not wait. Whatever fails now, the job is told."""
        if not self.options["wait"] or self.invocation.check_mode:
            return self._shown(job)
        try:
            job = self.watch.until_ended(job)
        except AzureMLError as error:
            raise self._telling(error, self.watch.job or job, changed) from None
        if job.status not in COMPLETED:
            raise self._telling(self._failure(job, changed), job, changed)
        return self._shown(job)

    def _failure(self, job: Job, started: bool) -> OperationFailed:
        label = f"Job {job.name} of endpoint {self.options['endpoint_name']}"
        earlier = "" if started else f" It is the job named {self.options['name']!r}; a new name starts a new job."
        if job.status == CANCELED:
            return OperationFailed(f"{label} was canceled.{earlier}")
        cause, hint = explain(job, self.workspace)
        why = f": {cause}" if cause else ", and its logs could not be read"
        return OperationFailed(f"{label} failed{why}. {hint}{earlier}", cause=cause, hint=hint)

    def _telling(self, error: AzureMLError, job: Job, changed: bool) -> AzureMLError:
        """Put what is known of the job beside the failure; set later, for the studio link keeps its harmless query."""
        error.facts.update(changed=changed, batch_job=self._shown(job))
        return error

    def _cancel(self, job: Job) -> Job:
        """Service fact: batch contract 6.4; assets contract 10 (a 200 with nothing to follow is an answer too)."""
        path = self.workspace.path(f"jobs/{job.name}")
        if job.status != CANCELING:
            accepted = self.workspace.management.post(f"{path}/cancel", safe_to_repeat=True)
            if self.options["wait"]:
                self.workspace.management.wait(
                    accepted, timeout=self.options["wait_timeout"], what=f"cancellation of {job.name}"
                )
        standing = self.workspace.management.get(path)
        job = read_job(standing) if standing else job
        self.watch.note(job)
        return self.watch.until_ended(job) if self.options["wait"] else job

    # -- the result ----------------------------------------------------------------------------------------------

    def _predicted(self, request: Request) -> Json:
        """Which name, state and link the service will give is not known."""
        words = {word: value for word, value in request.words.items() if word != "name"}
        return {"key": self.options["name"], **words} if self.options["name"] else words

    def _shown(self, job: Job) -> Json:
        recorded = {name: {"path": uri} for name, uri in job.outputs.items()}
        shown: Json = {
            "id": self.workspace.id.child("jobs", job.name),
            "name": job.name,
            "key": self.order.key,
            "display_name": job.display_name,
            "status": job.status,
            "endpoint_name": self.options["endpoint_name"],
            "deployment_name": job.deployment or self.options["deployment_name"],
            "inputs": job.inputs or self.inputs,
            "outputs": recorded or self.outputs,
            "studio_url": job.studio_url,
            "timeline": self.watch.timeline,
        }
        times = {"created": job.created, "started": job.started, "ended": job.ended}
        return {**shown, **{word: moment for word, moment in times.items() if moment}}


def _may_have_started(error: ConnectionFailed | ServiceError) -> bool:
    """A conflict says that a job of this name or request stands: perhaps ours, from a try whose answer was lost."""
    if isinstance(error, ConnectionFailed):
        return error.sent is not False
    return isinstance(error, ConflictError) or error.status in DOUBTFUL
