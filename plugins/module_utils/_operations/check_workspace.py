# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The operation of ``workspace_check``: what would keep a deployment, or a scoring, from working in the workspace."""

from __future__ import annotations

import dataclasses
import typing as t

from .._engine.argument_spec import ArgumentSpec
from .._engine.entry import Entry, read_entry
from .._engine.validate import check_names, check_task
from .._errors import AzureMLError, InvalidOption
from .._invocation import Result
from .._jobs.inputs_outputs import parse_inputs
from .._names.json_types import JsonObject
from .._schema.resource_type import Options, ResourceType
from .._service.workspace import Workspace
from .._types.batch_job import BATCH_JOB
from .._workspace_checks.all_checks import Outcome, run_all
from .._workspace_checks.finding import ERROR, SEVERITIES, Finding
from .._workspace_checks.intended import Intended
from .._workspace_checks.surfaces import Surfaces
from .check_deployment import with_placeholders
from .manage import Manage
from .publish import Publish
from .run_job import RunJob

NEVER = "never"
ENDPOINT, DEPLOYMENTS, COMPUTES, JOBS, DEFAULT = "endpoint", "deployments", "computes", "jobs", "default"
# Keys of a job of the role batch_score that are not options of batch_job.
_OF_THE_ROLE = ("dest", "dest_policy", "output", "check", "logs", "rows")
_MOST_NAMED = 3


class CheckFailed(AzureMLError):
    """The checks have findings. Its facts are what a task that passes returns."""


class CheckWorkspace:
    """Runs all checks of the workspace against what the entries of the roles ask for. Changes nothing.

    ``lists``: option -> operation of the module that its entries are for; the option is the collection in the ARM path.
    """

    def __init__(self, endpoint: Manage, deployments: Manage, lists: t.Mapping[str, Manage | Publish]) -> None:
        self._endpoint = endpoint
        self._deployments = deployments
        self._lists = lists

    def spec(self) -> ArgumentSpec:
        entries = {"type": "list", "elements": "dict", "default": []}
        return ArgumentSpec(
            {
                ENDPOINT: {"type": "dict"},
                **dict.fromkeys((*self._lists, DEPLOYMENTS, JOBS), entries),
                DEFAULT: {"type": "str"},
                "endpoint_name": {"type": "str"},
                "diagnose": {"type": "bool", "default": True},
                "wait_timeout": {"type": "int", "default": 300},
                "max_clock_skew": {"type": "int", "default": 300},
                "fail_on": {"type": "str", "choices": [*SEVERITIES, NEVER], "default": ERROR},
            }
        )

    def run(self, workspace: Workspace) -> Result:
        """Raises CheckFailed for findings as severe as ``fail_on``; all others are warnings."""
        options = workspace.invocation.options
        intended = self._read(workspace)
        outcomes = list(run_all(intended, Surfaces(workspace)))
        flaws = Outcome("options", intended.flaws, ())
        shown = _shown([flaws, *outcomes])
        findings = [finding for outcome in (flaws, *outcomes) for finding in outcome.findings]
        _judge(findings, options["fail_on"], workspace, {"workspace_check": shown, "changed": False})
        return Result(False, {"workspace_check": shown})

    def _read(self, workspace: Workspace) -> Intended:
        """The entries; those that cannot be read become findings."""
        options = workspace.invocation.options
        reader = _Reader(workspace)
        endpoint = reader.read(ENDPOINT, options[ENDPOINT], self._endpoint) if options[ENDPOINT] else None
        own = {
            option: reader.read_list(option, options[option], operation) for option, operation in self._lists.items()
        }
        fixed = {"endpoint_name": endpoint.name} if endpoint else {}
        deployments = reader.read_list(DEPLOYMENTS, options[DEPLOYMENTS], self._deployments, **fixed)
        intended = Intended(
            workspace=workspace.id,
            endpoint=endpoint,
            deployments=deployments,
            computes=own.pop(COMPUTES),
            assets=own,
            endpoint_name=options["endpoint_name"] or None,
            default=options[DEFAULT] or None,
        )
        route = {"endpoint_name": intended.scoring_endpoint or ""}
        jobs = tuple(reader.read_jobs(options[JOBS], route))
        return dataclasses.replace(intended, jobs=jobs, flaws=tuple(reader.flaws))


class _Reader:
    """Reads entries as their modules do, and collects what is wrong with them."""

    def __init__(self, workspace: Workspace) -> None:
        self.flaws: list[Finding] = []
        self._workspace = workspace

    def read(self, at: str, given: Options, operation: Manage | Publish, **fixed: str) -> Entry | None:
        resource = operation.asset if isinstance(operation, Publish) else operation.resource
        return self._read(at, given, resource, operation.spec(), **fixed)

    def read_list(
        self, option: str, given: t.Sequence[Options], operation: Manage | Publish, **fixed: str
    ) -> tuple[Entry, ...]:
        read = (self.read(f"{option}.{number}", one, operation, **fixed) for number, one in enumerate(given))
        return tuple(entry for entry in read if entry is not None)

    def read_jobs(self, given: t.Sequence[Options], route: t.Mapping[str, str]) -> t.Iterator[Entry]:
        for number, job in enumerate(given):
            own = {name: value for name, value in job.items() if name not in _OF_THE_ROLE}
            entry = self._read(f"{JOBS}.{number}", own, BATCH_JOB, RunJob().spec(), **route)
            if entry is not None:
                yield entry

    def _read(self, at: str, given: Options, resource: ResourceType, spec: ArgumentSpec, **fixed: str) -> Entry | None:
        try:
            entry = read_entry(at, given, resource, spec, self._workspace.invocation.register_secret, **fixed)
            self._require_valid(entry)
        except InvalidOption as error:
            self.flaws.append(
                Finding("options_invalid", ERROR, at, f"{at} is not valid", error.message, "Correct the entry.")
            )
            return None
        return entry

    def _require_valid(self, entry: Entry) -> None:
        """Raises InvalidOption for a value that the module would refuse; names have a check of their own."""
        if entry.resource is BATCH_JOB:
            parse_inputs(entry.options["inputs"])
            return
        try:
            check_names(entry.resource, entry.options)
        except InvalidOption:
            return
        check_task(entry.resource, with_placeholders(entry), self._workspace.id)


def _shown(outcomes: t.Sequence[Outcome]) -> JsonObject:
    findings = [finding.shown() for outcome in outcomes for finding in outcome.findings]
    return {
        "passed": all(outcome.result == "passed" for outcome in outcomes),
        "findings": findings,
        "unknown": [{"check": outcome.name, **one.shown()} for outcome in outcomes for one in outcome.unknown],
        "checks": [{"check": outcome.name, "result": outcome.result} for outcome in outcomes],
    }


def _judge(findings: t.Sequence[Finding], fail_on: str, workspace: Workspace, facts: JsonObject) -> None:
    """Raises CheckFailed for findings that are severe enough, and warns of the others."""
    severe = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on != NEVER else ()
    fatal = [finding for finding in findings if finding.severity in severe]
    for finding in findings:
        if finding not in fatal:
            workspace.invocation.warn(finding.message)
    if fatal:
        more = len(fatal) - _MOST_NAMED
        named = " ".join(finding.message for finding in fatal[:_MOST_NAMED])
        raise CheckFailed(
            f"Workspace {workspace.id.name} is not ready, {len(fatal)} findings: {named}"
            f"{f' And {more} more.' if more > 0 else ''} See workspace_check.findings for all. Nothing was changed.",
            **facts,
        )
