# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Starting a job, once: it is announced before the call, and looked for when the call brings no answer."""

from __future__ import annotations

import datetime
import time

from .._engine.upload import into_datastore
from .._errors import AzureMLError, ConflictError, ConnectionFailed, ServiceError
from .._invocation import Invocation
from .._service.datastores import Datastores
from .._service.workspace import Workspace
from .attempts import Attempt
from .job import Job, read_job
from .ledger import SETTLED_AFTER, Ledger
from .output_guard import OutputGuard
from .preflight import Request
from .search import InDoubt
from .spec import JobSpec

# After these the job may have been started nevertheless.
DOUBTFUL = frozenset({408, *range(500, 600)})


class Submission:
    """Starts the job of one try."""

    def __init__(
        self,
        workspace: Workspace,
        ledger: Ledger | None,
        datastores: Datastores,
        guard: OutputGuard,
        invocation: Invocation,
    ) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._datastores = datastores
        self._guard = guard
        self._invocation = invocation

    def start(self, attempt: Attempt, request: Request) -> tuple[Job, bool]:
        """The job, and whether it was this run that started it: another may have been faster.

        Raises InDoubt when it cannot be known whether the job was started; anything else means that it was not.
        """
        self._upload(request)
        self._workspace.scoring.make_ready()
        order = attempt.order
        ledger = self._ledger if order.name else None
        announced = time.time()
        faster = self._announced(attempt, ledger) if ledger else None
        if faster is not None:
            return faster, False
        try:
            self._guard.clear(request.outputs)
            _require_recent(announced, order)
            job = self._submitted(attempt, request)
        except InDoubt:
            raise
        except AzureMLError:
            if ledger:
                ledger.withdraw(order.key)
            raise
        if ledger:
            ledger.settle(order.key, order.definition, order.marks.places, job.name)
        return job, True

    def _upload(self, request: Request) -> None:
        for item in request.inputs:
            if item.files is not None:
                container = self._datastores.default(item.option).container
                into_datastore(container, item.files, {}, self._invocation.progress)

    def _announced(self, attempt: Attempt, ledger: Ledger) -> Job | None:
        """Note in the ledger that the job is going to be started; the job of a run that was faster, if there is one."""
        order = attempt.order
        for _try in range(2):
            if ledger.announce(order.key, order.definition, order.marks.places, attempt.search.entry):
                return None
            job = attempt.search.find()
            if job is not None:
                return job
        raise InDoubt(f"Other runs are starting job {order.key} at this moment. Nothing was sent. Run the task again.")

    def _submitted(self, attempt: Attempt, request: Request) -> Job:
        """Start the job; when the answer says nothing, look whether it was started instead of asking again."""
        order = attempt.order
        begin = datetime.datetime.fromtimestamp(time.time(), datetime.timezone.utc)
        try:
            answer = self._workspace.scoring.submit(
                str(request.scoring_uri),
                request.body,
                deployment=request.deployment,
                request_id=order.request_id,
                what=f"start a scoring job on endpoint {order.endpoint}",
            )
            return read_job(answer)
        except (ConnectionFailed, ServiceError) as error:
            if not _may_have_started(error):
                raise
            failure = error
        try:
            job = attempt.search.look_again(begin)
        except AzureMLError as error:
            raise self._in_doubt(order, error) from None
        if job is not None:
            return job
        if isinstance(failure, ConflictError) and not order.name:
            raise failure
        raise self._in_doubt(order, failure)

    def _in_doubt(self, order: JobSpec, failure: AzureMLError) -> InDoubt:
        again = (
            "run the task again: it takes up the job under this name, or, "
            f"{SETTLED_AFTER / 60:.0f} minutes after the start, knows that there is none and starts it."
            if order.name
            else "running the task again starts another one. With a name in the task this can be told apart."
        )
        experiment = self._invocation.options["experiment_name"] or order.endpoint
        return InDoubt(
            f"It is not known whether the scoring job was started, and nothing was sent again. {failure} "
            f"No job with key {order.key} has shown up since. "
            f"Look for it in the studio, experiment {experiment}; {again}",
            **{**failure.facts, "key": order.key},
        )


def _require_recent(announced: float, order: JobSpec) -> None:
    """Others take an old announcement for one that came to nothing. Raises AzureMLError on a host that slept."""
    if time.time() - announced > SETTLED_AFTER / 2:
        raise AzureMLError(
            f"The start of job {order.key} was held up for too long: this host slept, or clearing its output took its "
            "time. Nothing was sent. Run the task again."
        )


def _may_have_started(error: ConnectionFailed | ServiceError) -> bool:
    """A conflict says that a job of this name or request stands: perhaps ours, from a try whose answer was lost."""
    if isinstance(error, ConnectionFailed):
        return error.sent is not False
    return isinstance(error, ConflictError) or error.status in DOUBTFUL
