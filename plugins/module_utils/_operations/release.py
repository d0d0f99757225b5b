# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The operation of ``batch_release``: a candidate is tried, becomes the default deployment, and is verified as such."""

from __future__ import annotations

import typing as t

from .._engine.argument_spec import ArgumentSpec, wait_options
from .._engine.prerequisite import predicted_option
from .._errors import AzureMLError, InvalidOption, OperationFailed
from .._invocation import Result
from .._releases.record import CANDIDATE, FAILED, RELEASED, STARTED, SWITCHING
from .._releases.release_plan import CONTINUE, DONE, NEW, Plan, plan_release
from .._service.workspace import Workspace
from .release_course import FORMER, KEEP, ReleaseCourse, course_arguments, figures
from .trial import SMOKE

ON_FAILURE = (KEEP, "delete")


class Release:
    """Brings a release to a state: ``started``, ``candidate``, ``released``, or ``failed``."""

    def spec(self) -> ArgumentSpec:
        arguments = {
            **course_arguments(),
            "deployment_name": {"type": "str", "required": True},
            "content": {"type": "str", "default": ""},
            "state": {"type": "str", "choices": [STARTED, CANDIDATE, RELEASED, FAILED], "default": RELEASED},
            "compare": {"type": "bool", "default": True},
            "keep": {"type": "int", "default": 3},
            "on_failure": {"type": "str", "choices": list(ON_FAILURE), "default": KEEP},
            "reason": {"type": "str"},
            **predicted_option(),
            **wait_options(),
        }
        arguments.pop("wait")
        required = (("state", CANDIDATE, (SMOKE,)), ("state", RELEASED, (SMOKE,)), ("state", FAILED, ("reason",)))
        return ArgumentSpec(arguments, required_if=required)

    def run(self, workspace: Workspace) -> Result:
        """Raises OperationFailed for a candidate that fails, after its record and the report are written."""
        options = workspace.invocation.options
        if options["keep"] < 1:
            raise InvalidOption(f"keep: {options['keep']} is not possible. Keep 1 or more.")
        release = _Release(workspace)
        states: dict[str, t.Callable[[], Result]] = {
            STARTED: release.start,
            CANDIDATE: release.try_candidate,
            RELEASED: release.release,
            FAILED: release.fail,
        }
        return states[options["state"]]()


class _Release(ReleaseCourse):
    """One candidate on its way to be the default deployment."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._content: str = self.options["content"]

    def _plan(self) -> Plan:
        self.observe()
        self._deployment = self.endpoint_state.named(self.options["deployment_name"])
        return plan_release(self.situation(), self._deployment, self._content, self.options["keep"])

    # -- started -------------------------------------------------------------------------------------------------

    def start(self) -> Result:
        """Begin the release, before its deployment is written."""
        plan = self._plan()
        if plan.action == DONE or (plan.entry and plan.entry.status != STARTED):
            return self.unchanged(plan)
        lines = self._lines_of_start(plan)
        if self.check_mode:
            return self.predicted(plan, self._deployment, lines, RELEASED, self._retirable(plan))
        with self.lease(plan.id):
            self._begin()
        return self.changed(lines)

    def _lines_of_start(self, plan: Plan) -> list[str]:
        return [
            *(f"end release {entry.id}, which was left on its way" for entry in plan.unfinished),
            *(
                f"delete batch deployment {self.name}/{name}, because the endpoint is full"
                for name in plan.retired_first
            ),
            f"release {self.name}/{self._deployment}",
        ]

    def _begin(self) -> Plan:
        """The record of the release exists afterwards, and no other one is on its way."""
        plan = self._settled_plan()
        if plan.action != NEW:
            self.open(plan.id)
            return plan
        if busy := self.endpoint.with_jobs(plan.retired_first):
            raise InvalidOption(
                f"keep: the endpoint is full, and {', '.join(sorted(busy))} has jobs under way. Wait for their end."
            )
        self.create(plan, self._deployment, self._content, self._deployment in self.endpoint_state.deployments)
        for name in plan.retired_first:
            self.endpoint.delete(name)
        if plan.retired_first:
            self.record("old deployments retired", retired=list(plan.retired_first))
        return plan

    def _settled_plan(self) -> Plan:
        """The plan under the lease, once what killed runs left on its way has ended."""
        plan = self._plan()
        if not plan.unfinished:
            return plan
        for entry in plan.unfinished:
            self.give_up(entry.id, f"It was left on its way, and another run of {self.name} began.")
        return self._plan()

    # -- candidate -----------------------------------------------------------------------------------------------

    def try_candidate(self) -> Result:
        """Score with the candidate and with the default deployment, and check the rows."""
        plan = self._plan()
        if plan.action == DONE or (plan.entry and plan.entry.status == SWITCHING) or self._is_as_checked(plan):
            return self.unchanged(plan)
        lines = [*self._lines_of_start(plan), f"score with {self.name}/{self._deployment}, and check the predictions"]
        if self.check_mode:
            self.trial.predict(self.job_of(plan.id, CANDIDATE, self._deployment))
            return self.predicted(plan, self._deployment, lines, CANDIDATE, self._retirable(plan))
        self.require_report()
        with self.lease(plan.id):
            if self._begin().action == DONE:
                return self.changed(lines)
            try:
                self._check_candidate()
            except (OperationFailed, InvalidOption) as error:
                self._end(error)
                raise self.failure(error) from None
        return self.changed(lines)

    def _is_as_checked(self, plan: Plan) -> bool:
        if plan.entry is None or plan.entry.status != CANDIDATE:
            return False
        self.open(plan.id)
        return self.fingerprint_of(self._deployment) == self.now.fingerprint

    def _check_candidate(self) -> None:
        self.endpoint.require_sound(self._deployment)
        self.endpoint_state = self.endpoint.observe()
        deployments, scored_with = self.endpoint_state.deployments, self.fingerprint_of(self._deployment)
        former = self.now.former if self.options["compare"] else None
        jobs = [self.job_of(self.now.id, CANDIDATE, self._deployment)]
        if former:
            jobs.append(self.job_of(self.now.id, FORMER, former))
        self.trial.score(*jobs)
        checked = self.check(jobs)
        self.record(
            f"candidate {self._deployment} checked",
            jobs={phase: job.key for phase, job in zip((CANDIDATE, FORMER), jobs)},
            checks={**self.now.checks, CANDIDATE: checked.shown},
            changes=self.endpoint.changes(deployments.get(self.now.former or ""), deployments[self._deployment]),
            fingerprint=scored_with,
        )
        self.trial.require_rules(checked.found)
        self.record("waits for the switch", status=CANDIDATE)
        self.write_report()

    # -- released ------------------------------------------------------------------------------------------------

    def release(self) -> Result:
        """Make the candidate the default deployment, verify it through the endpoint, and retire what is too old."""
        plan = self._plan()
        if plan.action == DONE:
            return self._retire_only(plan)
        lines = [
            f"make {self.name}/{self._deployment} the default deployment of {self.name}",
            f"score through {self.name}, and check the predictions",
        ]
        if self.check_mode:
            return self.predicted(plan, self._deployment, lines, RELEASED, self._retirable(plan))
        if not _is_switchable(plan):
            self._refuse(plan)
        self.require_report()
        with self.lease(plan.id):
            plan = self._settled_plan()
            if not _is_switchable(plan):
                raise InvalidOption(self._no_candidate(plan))
            self._switch(plan)
            self._verify()
            self.record(f"released {self._deployment}", status=RELEASED)
            retired = self._retire()
            self.write_report()
        return self.changed([*lines, *self._lines_of_retirement(retired)])

    def _refuse(self, plan: Plan) -> t.NoReturn:
        """Raises InvalidOption, once what killed runs left on its way has ended."""
        if plan.unfinished:
            with self.lease(plan.id):
                plan = self._settled_plan()
        raise InvalidOption(self._no_candidate(plan))

    def _no_candidate(self, plan: Plan) -> str:
        found = [one for one in self.entries if one.deployment == self._deployment and one.content == self._content]
        state = f"release {found[-1].id} of it is {found[-1].status}" if found else "no release of it was started"
        former = found[-1].former if found else None
        if found and found[-1].status == CANDIDATE and former != plan.former:
            state = f"the default deployment was {former or 'absent'} when it was tried, and is {plan.former} now"
        return (
            f"deployment_name: {self.name}/{self._deployment} is no candidate with this content: {state}. "
            f"Try it first, with state: {CANDIDATE}. Nothing was changed."
        )

    def _switch(self, plan: Plan) -> None:
        self.open(plan.id)
        if self.now.status == CANDIDATE:
            self._require_unchanged()
            self.record(f"switching to {self._deployment}", status=SWITCHING)
        default = self.endpoint_state.default
        if default not in (self.now.former, self._deployment):
            error = OperationFailed(
                f"Somebody made {default} the default deployment of {self.name} while {self._deployment} was released. "
                "Start the release again if it is still due."
            )
            self.record("default deployment changed by others", status=FAILED, reason=error.message)
            raise self.failure(error)
        if default != self._deployment:
            self.endpoint.set_default(self._deployment)
            self.record(f"{self._deployment} is the default deployment")

    def _require_unchanged(self) -> None:
        """Raises OperationFailed if the candidate or its verdict is another one than when it was tried."""
        again = f"Try it again, with state: {CANDIDATE}. The default deployment was not changed."
        if self.fingerprint_of(self._deployment) != self.now.fingerprint:
            raise OperationFailed(f"{self.name}/{self._deployment} was changed since it was tried. {again}")
        jobs = [self.trial_job(phase) for phase in self.now.jobs]
        found = self.check(jobs)
        if found.verdict != figures(self.now.checks[CANDIDATE]):
            raise OperationFailed(
                f"The check of {self.name}/{self._deployment} has another result than when it was tried: its rules, or "
                f"the rows of job {jobs[0].key}, were changed. {again}"
            )

    def _verify(self) -> None:
        """Score through the endpoint. Whatever fails, the former default deployment is the default one again."""
        try:
            verification = self.job_of(self.now.id, "endpoint", None)
            self.trial.score(verification)
            former = [self.trial_job(FORMER)] if FORMER in self.now.jobs else []
            checked = self.check([verification, *former])
            self.record(
                "verified through the endpoint",
                jobs={**self.now.jobs, "endpoint": verification.key},
                checks={**self.now.checks, "endpoint": checked.shown},
            )
            self.trial.require_rules(checked.found)
            self.require_route(checked.found, self._deployment)
        except AzureMLError as error:
            self._end(error)
            raise self.failure(error) from None

    # -- the end -------------------------------------------------------------------------------------------------

    def fail(self) -> Result:
        """End a release that cannot go on, as when its deployment could not be written."""
        plan = self._plan()
        if plan.action != CONTINUE or plan.entry is None:
            return self.unchanged(plan)
        lines = [f"end release {plan.id}: {self.options['reason']}"]
        if self.check_mode:
            return self.predicted(plan, self._deployment, lines, FAILED, [])
        with self.lease(plan.id):
            self.open(plan.id)
            self._end(OperationFailed(self.options["reason"]))
        return self.changed(lines)

    def _end(self, error: AzureMLError) -> None:
        """The record of a release that failed, once the former default deployment is the default one again."""
        try:
            self.undo(error.message)
            if self.options["on_failure"] != KEEP:
                self._delete_candidate()
            self.write_report()
        except AzureMLError as second:
            raise OperationFailed(
                f"{error.message} Release {self.now.id} could not be ended, too: {second.message} "
                "Run the task again to end it.",
                **error.facts,
            ) from None

    def _delete_candidate(self) -> None:
        state = self.endpoint.observe()
        if self.now.existed or state.default == self._deployment or self._deployment not in state.deployments:
            return
        if self.endpoint.with_jobs([self._deployment]):
            self.workspace.invocation.warn(
                f"{self.name}/{self._deployment} was not deleted, since jobs of it are under way."
            )
            return
        self.endpoint.delete(self._deployment)
        self.record(f"candidate {self._deployment} deleted")

    # -- retiring ------------------------------------------------------------------------------------------------

    def _retirable(self, plan: Plan) -> list[str]:
        return self.retirable_after(plan, self._deployment, self.options["keep"])

    def _retire(self) -> list[str]:
        """Delete what is older than the releases to keep; what has jobs under way is left for the next release."""
        self.observe()
        old = self.retirable_now(self.options["keep"])
        busy = self.endpoint.with_jobs(old)
        for name in sorted(busy):
            self.workspace.invocation.warn(f"{self.name}/{name} was not retired, since jobs of it are under way.")
        retired = [name for name in old if name not in busy]
        for name in retired:
            self.endpoint.delete(name)
        if retired:
            self.record("old deployments retired", retired=[*self.now.retired, *retired])
        return retired

    def _retire_only(self, plan: Plan) -> Result:
        old = self.retirable_now(self.options["keep"])
        old = [name for name in old if name not in self.endpoint.with_jobs(old)]
        if not old or not plan.id:
            return self.unchanged(plan)
        if self.check_mode:
            return self.predicted(plan, self._deployment, self._lines_of_retirement(old), RELEASED, old)
        with self.lease(plan.id):
            self.open(plan.id)
            retired = self._retire()
            self.write_report()
        return self.changed(self._lines_of_retirement(retired))

    def _lines_of_retirement(self, names: t.Sequence[str]) -> list[str]:
        return [f"delete batch deployment {self.name}/{name}" for name in names]


def _is_switchable(plan: Plan) -> bool:
    return plan.entry is not None and plan.entry.status in (CANDIDATE, SWITCHING)
