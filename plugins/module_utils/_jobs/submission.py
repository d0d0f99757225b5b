# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Starting a job, once: it is announced before the call, and searched when the call brings no answer."""

from __future__ import annotations

import datetime
from dataclasses import replace

from .._engine.upload import into_datastore
from .._errors import AzureMLError, ConflictError, ConnectionFailed, Delivery, ServiceError
from .._service.datastore_storage import Datastores
from .._service.retry import UNCERTAIN
from .._service.workspace import Workspace
from .attempts import Attempt
from .job import Job, parse_job
from .ledger import SETTLED_AFTER, Ledger
from .output_guard import OutputGuard
from .preflight import Request
from .search import InDoubt, SearchResult
from .spec import JobSpec


class Submission:
    """Starts the job of one attempt."""

    def __init__(self, workspace: Workspace, ledger: Ledger | None, datastores: Datastores) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._datastores = datastores

    def start(self, attempt: Attempt, request: Request) -> tuple[Attempt, bool]:
        """The attempt with its job, and whether this run started it: another run may have been faster.

        Raises InDoubt when it cannot be known whether the job was started; any other error means that it was not.
        """
        self._upload(request)
        self._workspace.scoring.prepare(str(request.scoring_uri))
        spec = attempt.spec
        ledger = self._ledger if spec.name else None
        announced = self._workspace.invocation.clock.now()
        faster = self._announce(attempt, ledger) if ledger else None
        if faster is not None:
            return replace(attempt, found=faster), False
        try:
            OutputGuard(self._workspace, spec, self._datastores).clear(request.outputs)
            self._require_recent(announced, spec)
            job = self._submit(attempt, request)
        except InDoubt:
            raise
        except AzureMLError:
            if ledger:
                ledger.withdraw(spec.key)
            raise
        if ledger:
            ledger.settle(spec.key, spec.definition, spec.job_key.places, job.name)
        return replace(attempt, found=SearchResult(job)), True

    def _upload(self, request: Request) -> None:
        for item in request.inputs:
            if item.files is not None:
                container = self._datastores.default(item.option).container
                into_datastore(container, item.files, {}, self._workspace.invocation.progress)

    def _announce(self, attempt: Attempt, ledger: Ledger) -> SearchResult | None:
        """Record in the ledger that the job is about to be started; the job of another run that was faster, if any."""
        spec, found = attempt.spec, attempt.found
        for _repeat in range(2):
            if ledger.announce(spec.key, spec.definition, spec.job_key.places, found.entry):
                return None
            found = attempt.search.find()
            if found.job is not None:
                return found
        raise InDoubt(f"Other runs are starting job {spec.key} at this moment. Nothing was sent. Run the task again.")

    def _submit(self, attempt: Attempt, request: Request) -> Job:
        """Start the job; if the answer is lost, search the job instead of sending the call again."""
        spec = attempt.spec
        begin = datetime.datetime.fromtimestamp(self._workspace.invocation.clock.now(), datetime.timezone.utc)
        try:
            answer = self._workspace.scoring.submit(
                str(request.scoring_uri),
                request.body,
                deployment=request.deployment,
                request_id=spec.request_id,
                what=f"start a scoring job on endpoint {spec.endpoint}",
            )
            return parse_job(answer)
        except (ConnectionFailed, ServiceError) as error:
            if not _may_have_started(error):
                raise
            failure = error
        try:
            job = attempt.search.look_again(begin)
        except AzureMLError as error:
            raise self._in_doubt(spec, error) from None
        if job is not None:
            return job
        if isinstance(failure, ConflictError) and not spec.name:
            raise failure
        raise self._in_doubt(spec, failure)

    def _require_recent(self, announced: float, spec: JobSpec) -> None:
        """Raises AzureMLError on a host that was suspended: other runs take an old announcement for a failed start."""
        if self._workspace.invocation.clock.now() - announced > SETTLED_AFTER / 2:
            raise AzureMLError(
                f"The start of job {spec.key} was held up for too long: this host was suspended, or clearing its "
                "output took too long. Nothing was sent. Run the task again."
            )

    def _in_doubt(self, spec: JobSpec, failure: AzureMLError) -> InDoubt:
        again = (
            "run the task again: it finds the job under this name, or, "
            f"{SETTLED_AFTER / 60:.0f} minutes after the start, knows that there is none and starts it."
            if spec.name
            else "running the task again starts another one. With a name in the task the job could be found."
        )
        experiment = self._workspace.invocation.options["experiment_name"] or spec.endpoint
        return InDoubt(
            f"It is not known whether the scoring job was started, and nothing was sent again. {failure} "
            f"No job with key {spec.key} has appeared since. "
            f"Look for it in the studio, experiment {experiment}; {again}",
            **{**failure.facts, "key": spec.key},
        )


def _may_have_started(error: ConnectionFailed | ServiceError) -> bool:
    """A conflict means that a job of this name or request exists: perhaps ours, of a call whose answer was lost."""
    if isinstance(error, ConnectionFailed):
        return error.delivery is not Delivery.NOT_SENT
    return isinstance(error, ConflictError) or error.status in UNCERTAIN
