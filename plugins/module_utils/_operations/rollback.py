# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The operation of ``batch_rollback``: a former default deployment is tried, and becomes the default one again."""

from __future__ import annotations

import typing as t

from .._engine.argument_spec import ArgumentSpec, wait_options
from .._errors import InvalidOption, OperationFailed
from .._invocation import Result
from .._releases import history
from .._releases.record import CANDIDATE, FAILED, RELEASE, RELEASED, ROLLBACK, ROLLED_BACK, STARTED, SWITCHING
from .._releases.release_plan import DONE, NEW, Plan, plan_rollback
from .._service.workspace import Workspace
from .release_course import ReleaseCourse, course_arguments
from .trial import SMOKE


class Rollback:
    """Goes back to the default deployment before the last release, or to a named one."""

    def spec(self) -> ArgumentSpec:
        arguments: dict[str, t.Any] = {**course_arguments(), "to": {"type": "str"}, **wait_options()}
        arguments.pop("wait")
        arguments[SMOKE] = {**arguments[SMOKE], "required": True}
        return ArgumentSpec(arguments)

    def run(self, workspace: Workspace) -> Result:
        """Raises OperationFailed if the deployment to go back to fails: the default one is not changed then."""
        return _Rollback(workspace).run()


class _Rollback(ReleaseCourse):
    """One way back."""

    def _plan(self) -> Plan:
        self.observe()
        plan, self._target = plan_rollback(self.situation(), self.options["to"])
        return plan

    def run(self) -> Result:
        plan = self._plan()
        if plan.action == DONE:
            return self.unchanged(plan)
        lines = [
            f"score with {self.name}/{self._target}, and check the predictions",
            f"make {self.name}/{self._target} the default deployment of {self.name}",
        ]
        if self.check_mode:
            self.trial.predict(self.job_of(plan.id, CANDIDATE, self._target))
            return self.predicted(plan, self._target, lines, RELEASED, [])
        self.require_report()
        with self.lease(plan.id):
            self._begin()
            if self.now.status == STARTED:
                self._try()
            self._switch()
            self.write_report()
        return self.changed(lines)

    def _begin(self) -> None:
        plan = self._plan()
        for entry in plan.unfinished:
            self.give_up(entry.id, f"It was left on its way, and a rollback of {self.name} began.")
        plan = self._plan() if plan.unfinished else plan
        if plan.action == NEW:
            self.create(plan, self._target, "", True, ROLLBACK)
        else:
            self.open(plan.id)

    def _try(self) -> None:
        """Raises OperationFailed for a deployment that fails, after the record and the report are written."""
        job = self.job_of(self.now.id, CANDIDATE, self._target)
        try:
            current = self.endpoint.require_sound(self._target)
            self.trial.score(job)
            checked = self.check([job])
            deployments = self.endpoint_state.deployments
            self.record(
                f"{self._target} checked",
                jobs={CANDIDATE: job.key},
                checks={CANDIDATE: checked.shown},
                changes=self.endpoint.changes(deployments.get(self.now.former or ""), current),
                fingerprint=self.fingerprint_of(self._target),
            )
            self.trial.require_rules(checked.found)
        except (OperationFailed, InvalidOption) as error:
            self.record("failed", status=FAILED, reason=error.message)
            self.write_report()
            raise self.failure(error) from None
        self.record(f"switching to {self._target}", status=SWITCHING)

    def _switch(self) -> None:
        """Make it the default deployment in one write, and mark the release that is rolled back."""
        default = self.endpoint.observe().default
        if default not in (self.now.former, self._target):
            error = OperationFailed(
                f"Somebody made {default} the default deployment of {self.name} meanwhile. Run it again if still due."
            )
            self.record("default deployment changed by others", status=FAILED, reason=error.message)
            raise self.failure(error)
        if default != self._target:
            self.endpoint.set_default(self._target)
            self.record(f"{self._target} is the default deployment")
        self._mark()
        self.record(f"rolled back to {self._target}", status=RELEASED)

    def _mark(self) -> None:
        """The newest release of the deployment that is left is a rolled back one."""
        own = self.now.id
        released = history.last(self.entries, kind=RELEASE, status=RELEASED, deployment=self.now.former or "")
        if released:
            self.open(released.id)
            self.record(f"rolled back by {own}", status=ROLLED_BACK)
            self.open(own)
