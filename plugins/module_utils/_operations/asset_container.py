# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""All versions of an asset at once: what is said about their name, whether it is archived, and its deletion.

The container of the versions is created with the first of them, never here.
"""

from __future__ import annotations

import copy
import dataclasses
import typing as t

from .._engine.argument_spec import ArgumentSpec, resource_options
from .._engine.body import Body, update_body
from .._engine.difference import compare, diff_words, unstored
from .._engine.plan import Plan
from .._engine.read_back import OVERLAP, ReadBack
from .._engine.render import render
from .._engine.usage import Usage
from .._engine.usage_options import usage_options
from .._engine.validate import Desired, check_options
from .._errors import InvalidOption, ServiceError
from .._invocation import Result
from .._jobs.active_jobs import active_jobs
from .._names.dotted_path import get_at, set_at
from .._names.json_types import Json
from .._schema.asset_type import ARCHIVED, ARCHIVED_AT, AssetType
from .._service.arm import Arm
from .._service.workspace import Workspace

REFUSED = (400, 409)


class ManageAssetContainer:
    """The operation; ``assets``: value of the option ``type`` -> type of asset."""

    def __init__(self, assets: t.Mapping[str, AssetType]) -> None:
        self.assets = assets

    def spec(self) -> ArgumentSpec:
        any_of_them = next(iter(self.assets.values())).container
        return ArgumentSpec(
            {
                "state": {"type": "str", "choices": ["present", "absent", "archived"], "default": "present"},
                "type": {"type": "str", "choices": list(self.assets), "required": True},
                **resource_options(any_of_them),
                **{name: about for asset in self.assets.values() for name, about in usage_options(asset).items()},
            }
        )

    def run(self, workspace: Workspace) -> Result:
        desired = self._desired(workspace)
        path = workspace.path(desired.resource.path_of(desired.options))
        current = workspace.arm.get(path)
        plan = _plan(desired, self.assets[workspace.invocation.options["type"]], path, current)
        if any(isinstance(step, DeleteContainer) for step in plan.steps):
            Usage(desired.resource, desired.options, workspace, active_jobs).require_unused()
        if plan.steps and not workspace.invocation.check_mode:
            for step in plan.steps:
                current = step.execute(workspace, current)
        else:
            current = plan.predicted
        shown = {} if current is None else {"asset_container": render(desired.resource, current, workspace.id)}
        return Result(bool(plan.steps), {**shown, "steps": plan.lines}, plan.before, plan.after)

    def _desired(self, workspace: Workspace) -> Desired:
        container = self.assets[workspace.invocation.options["type"]].container
        table = dataclasses.replace(container, fields=(*container.fields, ARCHIVED))
        options = {**workspace.invocation.options, ARCHIVED.option: None}
        return Desired(table, options, check_options(table, options, workspace.id), workspace.id)


def _plan(desired: Desired, asset: AssetType, path: str, current: dict[str, Json] | None) -> Plan:
    """Pure. Raises InvalidOption for a container that is absent."""
    state, title = desired.options["state"], desired.title
    if state == "absent":
        if current is None:
            return Plan((), {}, {})
        deletion = DeleteContainer((f"delete {title} with all its versions",), path, asset)
        return Plan((deletion,), {"name": desired.options["name"], "state": "present"}, {})
    if current is None:
        raise InvalidOption(f"name: there is no {title}. It is created with its first version: publish one.")
    archived = state == "archived"
    if bool(get_at(current, ARCHIVED_AT)) is not archived:
        desired = dataclasses.replace(desired, values={**desired.values, ARCHIVED_AT: archived})
    comparison = compare(desired, current)
    if comparison.action == "none":
        return Plan((), {}, {}, current)
    predicted = copy.deepcopy(current)
    for difference in comparison.differences:
        set_at(predicted, difference.field.at, difference.desired)
    update = UpdateContainer((f"update {title}",), path, desired, update_body(comparison))
    return Plan((update,), *diff_words(comparison), predicted)


@dataclasses.dataclass(frozen=True)
class UpdateContainer:
    """The step that changes what is said about all versions, or archives or restores them."""

    lines: tuple[str, ...]
    path: str
    desired: Desired
    body: Body

    def execute(self, workspace: Workspace, _current: dict[str, Json]) -> dict[str, Json]:
        def read() -> dict[str, Json] | None:
            return workspace.arm.get(self.path)

        def write(body: Body) -> dict[str, Json] | None:
            workspace.arm.put(self.path, body)
            workspace.invocation.clock.sleep(OVERLAP)
            return read()

        read_back = ReadBack(self.desired.title, workspace, read, lambda now: unstored(self.desired, now))
        return read_back.stored(write(self.body), lambda now: write(update_body(compare(self.desired, now))))


@dataclasses.dataclass(frozen=True)
class DeleteContainer:
    """The step that deletes the container; if the service refuses, all its versions first (assets contract 1.8)."""

    lines: tuple[str, ...]
    path: str
    asset: AssetType

    def execute(self, workspace: Workspace, _current: dict[str, Json]) -> None:
        arm = workspace.arm
        deleted: set[str] = set()
        while True:
            try:
                arm.delete(self.path)
                return
            except ServiceError as error:
                versions = self._versions(arm) - deleted if error.status in REFUSED else set()
                if not versions:
                    raise
            for version in versions:
                arm.delete(f"{self.path}/versions/{version}")
            deleted |= versions

    def _versions(self, arm: Arm) -> set[str]:
        """Those listed, and the latest: lists lag behind writes (assets contract 1.6)."""
        listed = arm.list(f"{self.path}/versions", query={"listViewType": "All"})
        latest = get_at(arm.get(self.path), "properties.latestVersion") or self._labelled(arm)
        return {version["name"] for version in listed} | ({latest} if latest else set())

    def _labelled(self, arm: Arm) -> Json:
        """The newest version of a type whose container does not name it; its specification does."""
        if not self.asset.newest_label or not self.asset.spec_at:
            return None
        newest = arm.get(f"{self.path}/versions/{self.asset.newest_label}")
        return get_at(newest, f"{self.asset.spec_at}.version")
