# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Publish a content-addressed version of an asset; archive, restore or delete one.

Versions are immutable, so the content decides: the version that holds it, or the next one.
"""

from __future__ import annotations

import typing as t

from .._engine.argument_spec import ArgumentSpec
from .._engine.asset_spec import asset_spec
from .._engine.plan import Plan
from .._engine.publication import Publication
from .._engine.validate import check_names
from .._engine.version_steps import DeleteVersion, VersionState, version_path
from .._invocation import Result
from .._schema.asset_type import AssetType, check_version
from .._schema.resource_type import Options
from .._service.workspace import Workspace

if t.TYPE_CHECKING:
    from .._engine.inline_publication import ComponentPublication


class Publish:
    """The operation of all asset types."""

    def __init__(self, asset: AssetType) -> None:
        self.asset = asset

    def spec(self) -> ArgumentSpec:
        return asset_spec(self.asset)

    def run(self, workspace: Workspace) -> Result:
        if workspace.invocation.options["state"] == "absent":
            return _delete(self.asset, workspace)
        publication = self.publication(workspace.invocation.options, workspace)
        return publication.predict() if workspace.invocation.check_mode else publication.publish()

    def publication(self, options: Options, workspace: Workspace) -> Publication | ComponentPublication:
        """The publication that the options ask for. Reads local files, sends no request. Raises InvalidOption."""
        return Publication.read(self.asset, options, workspace)


def _delete(asset: AssetType, workspace: Workspace) -> Result:
    from .._engine.usage import Usage  # only a deletion reads who uses the asset
    from .._jobs.active_jobs import active_jobs

    options = workspace.invocation.options
    check_names(asset, options)
    check_version(options["version"])
    path = version_path(asset, options, options["version"], workspace)
    if workspace.arm.get(path) is None:
        return Result(False, {"steps": []})
    step = DeleteVersion((f"delete {asset.title(options)}, version {options['version']}",), path)
    before = {"name": options["name"], "version": options["version"], "state": "present"}
    plan = Plan((step,), before, {})
    Usage(asset, options, workspace, active_jobs).require_unused()
    if not workspace.invocation.check_mode:
        step.execute(workspace, VersionState())
    return Result(True, {"steps": plan.lines}, plan.before, plan.after)
