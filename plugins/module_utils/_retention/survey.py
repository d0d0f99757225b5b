# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Reads a workspace for the rules of a task: what they are about, and all that may refer to it."""

from __future__ import annotations

import datetime
import typing as t

from .._jobs.job import Job
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace
from .finding import Finding
from .graph import link
from .item import ASSETS, BY_AGE, DEPLOYMENT, UPLOAD, Item, Key
from .read_deployments import read_deployments
from .read_jobs import Attempts, JobReader, active, grouped, hides_inputs
from .read_others import read_online_deployments, read_schedules
from .read_uploads import read_uploads
from .read_versions import hides_references, protected_by, read_versions
from .removal import Removal
from .rules import Rules
from .storage_use import StorageUse

# Kinds that a pipeline may take as inputs or steps, or an active job as input, without Azure showing it.
_IN_PIPELINES = frozenset({"component", "model", "data"})
_AS_INPUTS = frozenset({"data", UPLOAD, *BY_AGE})


class Survey:
    """One reading of the workspace. Every reading is done before the first deletion; what cannot be read fails.

    ``trusts_hidden``: what Azure does not show refers to nothing.
    """

    def __init__(
        self,
        workspace: Workspace,
        rules: Rules,
        now: datetime.datetime,
        *,
        shared_storage: bool,
        trusts_hidden: bool,
    ) -> None:
        self._workspace = workspace
        self._rules = rules
        self._trusts_hidden = trusts_hidden
        self._datastores = Datastores(workspace)
        self._use = StorageUse(workspace, is_trusted=shared_storage)
        self._jobs = JobReader(workspace, self._datastores, rules, self._use, now)
        self.removals: dict[Key, Removal] = {}

    def items(self) -> list[Item]:
        """Everything that the rules are about, linked with what refers to it. Raises AzureMLError."""
        containers = self._containers()
        groups, others = grouped(self._workspace.arm.list(self._workspace.path("jobs"), listViewType="All"))
        findings = [
            *self._uploads(),
            *read_deployments(self._workspace, active(groups)),
            *(read_online_deployments(self._workspace) if self._rules.kinds != {DEPLOYMENT} else ()),
            *read_schedules(self._workspace),
            *self._versions(),
            *(finding for group in groups for finding in self._jobs.read(group)),
            *self._jobs.others(others),
        ]
        findings = self._with_hidden(findings, groups)
        for finding in findings:
            if finding.removal is not None:
                self.removals[finding.node.item.key] = finding.removal
        return link([finding.node for finding in findings], self._workspace.id, containers)

    def _containers(self) -> dict[str, str]:
        """The datastores by name; read only for rules about files, which references may name by their place."""
        if not self._rules.kinds & {UPLOAD, *BY_AGE}:
            return {}
        return {store.name.lower(): store.container_url for store in self._datastores.all()}

    def _versions(self) -> t.Iterator[Finding]:
        """All versions for rules about files; else those of the rules, and components, which refer to others."""
        about_files = bool(self._rules.kinds & {UPLOAD, *BY_AGE})
        about_assets = bool(self._rules.kinds & set(ASSETS))
        for kind in ASSETS:
            if about_files or (kind == "component" and about_assets):
                yield from read_versions(self._workspace, kind, None)
            elif kind in self._rules.kinds:
                yield from read_versions(self._workspace, kind, self._rules.names(kind))

    def _uploads(self) -> t.Iterator[Finding]:
        for rule in self._rules:
            if rule.kind == UPLOAD:
                named = rule.name is not None
                store = self._datastores.named(str(rule.name), "rules") if named else self._datastores.default("rules")
                yield from read_uploads(store, self._use)

    # -- what Azure does not show ----------------------------------------------------------------------------------

    def _with_hidden(self, findings: list[Finding], groups: t.Sequence[Attempts]) -> list[Finding]:
        if self._trusts_hidden:
            return findings
        pipelines = [finding.node.item for finding in findings if hides_references(finding)]
        jobs = [job for group in groups for job in group.jobs if hides_inputs(job)]
        return [self._kept(finding, pipelines, jobs) for finding in findings]

    def _kept(self, finding: Finding, pipelines: t.Sequence[Item], jobs: t.Sequence[Job]) -> Finding:
        item = finding.node.item
        other = next((one for one in pipelines if one.key != item.key), None)
        if item.kind in _IN_PIPELINES and other is not None:
            return protected_by(
                finding, f"{other.title} may refer to it: Azure does not show its steps; see hidden_references"
            )
        if item.kind in _AS_INPUTS and jobs:
            return protected_by(
                finding, f"job {jobs[0].name} may read it: Azure does not show its inputs; see hidden_references"
            )
        return finding
