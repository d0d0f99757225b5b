# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What a release and a rollback have in common: the record, the lease, the check of a job, the way back, the report."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from .._engine.deadline import Deadline
from .._errors import AzureMLError, OperationFailed
from .._invocation import Result
from .._jobs.job import ENDED
from .._releases import history
from .._releases.author import author_of
from .._releases.lease import Lease
from .._releases.record import FAILED, RELEASE, RELEASED, SWITCHING, UNDOING, Release
from .._releases.release_endpoint import EndpointState, ReleaseEndpoint, fingerprint
from .._releases.release_plan import Plan, Situation
from .._releases.release_store import Entry, ReleaseStore, Stored
from .._report.release_page import release_page
from .._report.report_file import ReportFile
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace
from .check_job import CheckedJob
from .subtask import within
from .trial import Trial, TrialJob, trial_arguments

KEEP = "keep"
FORMER = "former"


def course_arguments() -> dict[str, t.Any]:
    """The options that a release and a rollback share."""
    return {
        "endpoint_name": {"type": "str", "required": True},
        **trial_arguments(),
        "report": {"type": "path"},
        "lease_timeout": {"type": "int", "default": 7200},
    }


@dataclasses.dataclass(frozen=True)
class CheckOfJob:
    """What the check of a job found, and what the record keeps of it."""

    found: CheckedJob
    shown: dict[str, t.Any]

    @property
    def verdict(self) -> list[list[t.Any]]:
        return figures(self.shown)


def figures(check: t.Mapping[str, t.Any]) -> list[list[t.Any]]:
    """What a check decided by: two checks with the same rules and rows have the same figures."""
    names = ("rule", "column", "against", "passed", "message", "checked", "failed", "value")
    # The duration of a run is not read from its rows.
    return [[rule[name] for name in names] for rule in check["rules"] if rule["rule"] != "max_duration"]


class ReleaseCourse:
    """One release or rollback of an endpoint for the length of one task. ``now`` is its record."""

    def __init__(self, workspace: Workspace) -> None:
        """Raises InvalidOption for options that are wrong by themselves. Makes no request."""
        self.workspace = workspace
        self.options = workspace.invocation.options
        self.check_mode = workspace.invocation.check_mode
        self.name: str = self.options["endpoint_name"]
        self.trial = Trial(workspace, self.name)
        self.store = ReleaseStore(self.name, Datastores(workspace))
        clock = workspace.invocation.clock
        waiting = within(workspace, {**self.options, "wait": True})
        self.endpoint = ReleaseEndpoint(self.name, waiting, Deadline(self.options["wait_timeout"], clock))
        self._report = ReportFile(self.options["report"]) if self.options["report"] else None
        self._stored: Stored | None = None

    # -- observing -----------------------------------------------------------------------------------------------

    def observe(self) -> None:
        """Read the endpoint with its deployments, and the list of its records."""
        self.endpoint_state: EndpointState = self.endpoint.observe()
        self.entries: list[Entry] = self.store.entries()

    def situation(self) -> Situation:
        state = self.endpoint_state
        return Situation(self.name, state.default, list(state.deployments), self.entries)

    def fingerprint_of(self, deployment: str) -> str | None:
        """The fingerprint of a deployment as it was observed last; None if it is absent."""
        current = self.endpoint_state.deployments.get(deployment)
        return fingerprint(current) if current else None

    # -- the record ----------------------------------------------------------------------------------------------

    @property
    def now(self) -> Release:
        return t.cast(Stored, self._stored).release

    def lease(self, release: str) -> t.ContextManager[None]:
        """The lease of the endpoint for a release, to be held while anything is written."""
        return Lease(self.store, self.name, author_of(self.workspace), self.options["lease_timeout"]).held(release)

    def open(self, release: str) -> None:
        """Read a record, which is then the current one."""
        self._stored = self.store.read(release)

    def create(self, plan: Plan, deployment: str, content: str, existed: bool, kind: str = RELEASE) -> None:
        """Write a new record, which is then the current one."""
        release = Release(
            id=plan.id,
            number=plan.number,
            kind=kind,
            endpoint=self.name,
            deployment=deployment,
            content=content,
            former=plan.former,
            author=author_of(self.workspace),
            existed=existed,
            report=str(self._report.path) if self._report else None,
        )
        self._stored = self.store.write(release.at(self._time(), "started"), None)

    def record(self, event: str, **changes: t.Any) -> None:
        """Write an event to the current record, with what it changes."""
        stored = t.cast(Stored, self._stored)
        self.workspace.invocation.progress(f"release {stored.release.id}: {event}")
        self._stored = self.store.write(stored.release.at(self._time(), event, **changes), stored.note)

    def give_up(self, release: str, reason: str) -> None:
        """End a release that another run left on its way, and make its former default deployment the default again."""
        self.open(release)
        self.undo(reason)

    def undo(self, reason: str) -> None:
        """Write that the current release failed, once the endpoint has the default deployment that it had before."""
        if self.now.status == SWITCHING:
            self.record("failed, and is undone", status=UNDOING, reason=reason)
        if self.now.status == UNDOING and self.endpoint.observe().default == self.now.deployment:
            self.endpoint.set_default(self.now.former)
            self.record(f"{self.now.former or 'no deployment'} is the default deployment again")
        self.record("failed", status=FAILED, reason=self.now.reason or reason)

    # -- jobs and checks -----------------------------------------------------------------------------------------

    def job_of(self, release: str, phase: str, deployment: str | None) -> TrialJob:
        """The job of a phase: its key is that of the release, so that a later run finds it."""
        return TrialJob(f"{self.name}-release-{release}-{phase}", deployment)

    def trial_job(self, phase: str) -> TrialJob:
        """A job that the record names."""
        return TrialJob(self.now.jobs[phase], None)

    def check(self, jobs: t.Sequence[TrialJob]) -> CheckOfJob:
        """Check the rows of the first job, compared with those of the second, if any. Raises InvalidOption."""
        found = self.trial.checked(jobs[0].key, jobs[1].key if len(jobs) > 1 else None)
        return CheckOfJob(found, _recorded(found))

    def require_route(self, found: CheckedJob, deployment: str) -> None:
        """Raises OperationFailed if the service shows that another deployment ran the job."""
        routed = found.opened.job.deployment
        if routed is not None and routed.lower() != deployment.lower():
            raise OperationFailed(f"The endpoint gave job {found.opened.job.name} to {routed}, not to {deployment}.")

    # -- the report and the result -------------------------------------------------------------------------------

    def require_report(self) -> None:
        """Raises InvalidOption for a report that cannot be written."""
        if self._report:
            self._report.require_possible()

    def write_report(self) -> bool:
        """Write the report of the current record, if its content is new; returns whether it was."""
        if self._report is None:
            return False
        content = release_page(self.now)
        _before, after = self._report.change(content)
        if after and not self.check_mode:
            self._report.write(content)
        return bool(after)

    def unchanged(self, plan: Plan) -> Result:
        """The result of a task that finds all done; a report that was lost is written again."""
        if not plan.id:
            return Result(False, {"batch_release": self._prediction(plan, "", plan.former, []), "steps": []})
        self.open(plan.id)
        written = self.write_report()
        return Result(written, {"batch_release": self.now.shown(), "steps": []})

    def changed(self, steps: t.Sequence[str]) -> Result:
        before = {"default_deployment": self.endpoint_state.default}
        after = {"default_deployment": self.endpoint.observe().default, "release": self.now.id}
        return Result(True, {"batch_release": self.now.shown(), "steps": list(steps)}, before, after)

    def predicted(self, plan: Plan, deployment: str, steps: t.Sequence[str], status: str, retired: list[str]) -> Result:
        """What check mode says of a run that would end with this status."""
        shown = self._prediction(plan, deployment, status, retired)
        before = {"default_deployment": self.endpoint_state.default}
        return Result(True, {"batch_release": shown, "steps": list(steps)}, before, {"release": plan.id, **shown})

    def failure(self, error: AzureMLError) -> OperationFailed:
        """The failure of the task for a release that has ended with this error."""
        was_switched = any(one["event"].endswith("is the default deployment") for one in self.now.events)
        state = (
            f"{self.now.former or 'No deployment'} is the default deployment again."
            if was_switched
            else "The default deployment was not changed."
        )
        report = f" The report is at {self._report.path}." if self._report else ""
        what = f"{self.now.kind.capitalize()} {self.now.id} of {self.name}/{self.now.deployment}"
        facts = {**error.facts, "batch_release": self.now.shown(), "changed": True}
        return OperationFailed(f"{what} failed: {error.message} {state}{report}", **facts)

    def _prediction(self, plan: Plan, deployment: str, status: str | None, retired: list[str]) -> dict[str, t.Any]:
        entry = plan.entry
        return {
            "id": plan.id,
            "endpoint_name": self.name,
            "deployment_name": deployment or (entry.deployment if entry else self.endpoint_state.default),
            "former": plan.former,
            "status": status,
            "retired": retired,
        }

    def retirable_now(self, keep: int) -> list[str]:
        state = self.endpoint_state
        return history.retirable(self.entries, state.default, keep, state.deployments)

    def retirable_after(self, plan: Plan, deployment: str, keep: int) -> list[str]:
        """What will be retired once the planned release is the newest one."""
        entries = [one for one in self.entries if one.id != plan.id]
        entries.append(Entry(plan.id, plan.number, RELEASE, deployment, "", plan.former, RELEASED))
        return history.retirable(entries, deployment, keep, self.endpoint_state.deployments)

    def _time(self) -> str:
        now = datetime.datetime.fromtimestamp(self.workspace.invocation.clock.now(), datetime.timezone.utc)
        return now.isoformat(timespec="seconds")


def _recorded(found: CheckedJob) -> dict[str, t.Any]:
    """What the record keeps of a check: enough for its report, without the rows."""
    own, other = found.distributions
    shown = found.shown()
    return {
        "job": shown["name"],
        "passed": shown["passed"],
        "row_count": shown["row_count"],
        "duration": shown["duration"],
        "location": shown["location"],
        "rules": shown["rules"],
        "comparison": found.checked.comparison,
        "expected": found.checked.expected,
        "columns": [dataclasses.asdict(column) for column in own.shown()],
        "other_columns": [dataclasses.asdict(column) for column in other.shown()] if found.other else [],
        "other_job": found.other.job.name if found.other else None,
        "studio_url": found.opened.job.studio_url if found.opened.job.status in ENDED else None,
    }
