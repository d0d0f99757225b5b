# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The operation of ``batch_retention``: delete or archive what no rule keeps and nothing needs."""

from __future__ import annotations

import datetime
import typing as t

from .._engine.argument_spec import ArgumentSpec
from .._errors import AzureMLError, InvalidOption
from .._invocation import Result
from .._names.json_types import JsonObject
from .._retention.plan import KEEP, Decision, plan
from .._retention.rules import ARCHIVE, DELETE, read_rules, rule_options
from .._retention.survey import Survey
from .._service.workspace import Workspace

_DONE = {DELETE: "deleted", ARCHIVE: "archived", KEEP: "kept"}
_STATES = {DELETE: "absent", ARCHIVE: "archived"}


class ApplyRetention:
    """Everything is read and decided before the first write: check mode decides the same."""

    def spec(self) -> ArgumentSpec:
        return ArgumentSpec(
            {
                "rules": {"type": "list", "elements": "dict", "required": True, "options": rule_options()},
                "min_age": {"type": "str", "default": "7d"},
                "max_deletions": {"type": "int", "default": 100},
                "shared_storage": {"type": "bool", "default": False},
                "hidden_references": {"type": "str", "choices": ["keep", "ignore"], "default": "keep"},
                "wait_timeout": {"type": "int", "default": 1800},
            }
        )

    def run(self, workspace: Workspace) -> Result:
        options = workspace.invocation.options
        rules = read_rules(options["rules"], options["min_age"])
        now = _now(workspace)
        survey = Survey(
            workspace,
            rules,
            now,
            shared_storage=options["shared_storage"],
            trusts_hidden=options["hidden_references"] == "ignore",
        )
        decisions = plan(survey.items(), rules, now)
        steps = [decision for decision in decisions if decision.action != KEEP]
        _require_few(steps, options["max_deletions"], decisions)
        if not workspace.invocation.check_mode:
            _carry_out(steps, survey, workspace, decisions)
        before = {step.item.title: "present" for step in steps}
        after = {step.item.title: _STATES[step.action] for step in steps}
        lines = [f"{step.action} {step.item.title}" for step in steps]
        return Result(bool(steps), {"batch_retention": _shown(decisions), "steps": lines}, before, after)


def _now(workspace: Workspace) -> datetime.datetime:
    """The earlier one of two clocks: with a wrong one, things seem younger than they are, never older."""
    here = datetime.datetime.fromtimestamp(workspace.invocation.clock.now(), datetime.timezone.utc)
    there = workspace.arm.read_time(workspace.path())
    return here if there is None else min(here, there)


def _require_few(steps: t.Sequence[Decision], limit: int, decisions: t.Sequence[Decision]) -> None:
    """Raises InvalidOption, with the decisions as a fact, if more would be deleted than the task allows."""
    number = sum(step.action == DELETE for step in steps)
    if number > limit:
        raise InvalidOption(
            f"max_deletions: the rules would delete {number} things, and at most {limit} may be deleted. Nothing was "
            "deleted or archived. Read batch_retention.deleted of this result; then correct the rules, or raise "
            "max_deletions.",
            batch_retention=_shown(decisions),
        )


def _carry_out(
    steps: t.Sequence[Decision], survey: Survey, workspace: Workspace, decisions: t.Sequence[Decision]
) -> None:
    """Raises AzureMLError after the first failure, with what was done by then as a fact."""
    timeout = workspace.invocation.options["wait_timeout"]
    for number, step in enumerate(steps):
        workspace.invocation.progress(f"{step.action} {step.item.title}")
        removal = survey.removals[step.item.key]
        try:
            if step.action == DELETE:
                removal.delete(timeout)
            else:
                removal.archive()
        except AzureMLError as error:
            done = [decision for decision in decisions if decision.action == KEEP or decision in steps[:number]]
            error.add_facts(changed=number > 0, batch_retention=_shown(done))
            raise


def _shown(decisions: t.Sequence[Decision]) -> dict[str, list[JsonObject]]:
    shown: dict[str, list[JsonObject]] = {word: [] for word in _DONE.values()}
    for decision in decisions:
        item = decision.item
        entry = {
            "kind": item.kind,
            "title": item.title,
            "id": item.id,
            "created": item.created.isoformat() if item.created else None,
            "reason": decision.reason,
        }
        shown[_DONE[decision.action]].append(entry)
    return shown
