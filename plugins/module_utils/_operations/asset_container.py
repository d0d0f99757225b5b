# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The verb for all versions of an asset at once: what is said of their name, whether it is archived, and its end.

The container of the versions comes with the first of them, and is never made here.
"""

from __future__ import annotations

import copy
import dataclasses
import typing as t

from .._engine.argument_spec import ArgumentSpec, resource_options
from .._engine.plan import check_options, plan, render
from .._errors import InvalidOption, ServiceError
from .._invocation import Result
from .._names.dotted_path import get_at, set_at
from .._names.json_types import Json
from .._schema.asset_type import ARCHIVED, ARCHIVED_AT, AssetType
from .._schema.resource_type import ResourceType
from .._service.workspace import Workspace

REFUSED = (400, 409)


class ManageAssetContainer:
    """The verb; ``assets``: word of the option ``type`` -> type of asset."""

    def __init__(self, assets: t.Mapping[str, AssetType]) -> None:
        self.assets = assets

    def spec(self) -> ArgumentSpec:
        any_of_them = next(iter(self.assets.values())).container
        return ArgumentSpec(
            {
                "state": {"type": "str", "choices": ["present", "absent", "archived"], "default": "present"},
                "type": {"type": "str", "choices": list(self.assets), "required": True},
                **resource_options(any_of_them),
            }
        )

    def run(self, workspace: Workspace) -> Result:
        asset = self.assets[workspace.invocation.options["type"]]
        return _Task(asset.container, workspace).run()


class _Task:
    """One run of the verb on one container."""

    def __init__(self, container: ResourceType, workspace: Workspace) -> None:
        self.container = dataclasses.replace(container, fields=(*container.fields, ARCHIVED))
        self.workspace = workspace
        self.invocation = workspace.invocation
        self.options = {**workspace.invocation.options, ARCHIVED.option: None}
        self.title = container.title(self.options)
        self.desired = check_options(self.container, self.options, workspace.id)
        self.path = workspace.path(container.path_of(self.options))

    def run(self) -> Result:
        current = self.workspace.arm.get(self.path)
        if self.options["state"] == "absent":
            return self._absent(current)
        if current is None:
            raise InvalidOption(f"name: there is no {self.title}. It comes with its first version: publish one.")
        return self._present(current)

    def _present(self, current: dict[str, Json]) -> Result:
        archived = self.options["state"] == "archived"
        if bool(get_at(current, ARCHIVED_AT)) is not archived:
            self.desired[ARCHIVED_AT] = archived
        planned = plan(self.container, self.options, self.desired, current, self.workspace.id)
        if planned.action == "none":
            return Result(False, self._shown(current))
        written: dict[str, Json] | None = copy.deepcopy(current)
        for difference in planned.differences:
            set_at(t.cast("dict[str, Json]", written), difference.field.at, difference.desired)
        if not self.invocation.check_mode:
            self.workspace.arm.put(self.path, planned.body)
            written = self.workspace.arm.get(self.path)
        return Result(True, self._shown(written or current), planned.before, planned.after)

    def _absent(self, current: dict[str, Json] | None) -> Result:
        if current is None:
            return Result(False, {})
        if not self.invocation.check_mode:
            self._delete()
        return Result(True, {}, {"name": self.options["name"], "state": "present"}, {})

    def _delete(self) -> None:
        """With all versions; where the service wants them to go first, they do (assets contract 1.8)."""
        arm = self.workspace.arm
        gone: set[str] = set()
        while True:
            try:
                arm.delete(self.path)
                return
            except ServiceError as error:
                versions = self._versions() - gone if error.status in REFUSED else set()
                if not versions:
                    raise
            for version in versions:
                arm.delete(f"{self.path}/versions/{version}")
            gone |= versions

    def _versions(self) -> set[str]:
        """Those listed, and the latest: lists lag behind writes (assets contract 1.6)."""
        arm = self.workspace.arm
        listed = arm.list(f"{self.path}/versions", query={"listViewType": "All"})
        latest = get_at(arm.get(self.path), "properties.latestVersion")
        return {version["name"] for version in listed} | ({latest} if latest else set())

    def _shown(self, current: dict[str, Json]) -> dict[str, t.Any]:
        return {"asset_container": render(self.container, current, self.workspace.id)}
