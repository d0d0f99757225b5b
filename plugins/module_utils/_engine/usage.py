# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Who uses a resource that is about to be deleted: deployments that refer to it, and jobs that have not ended."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import AzureMLError, InvalidOption, NotFoundError
from .._names.arm_id import parse
from .._names.dotted_path import get_at
from .._names.json_types import Json
from .._schema.component_values import places
from .._schema.resource_type import DELETING, Options, ResourceType
from .._service.workspace import Workspace
from .._types.component import COMPONENT
from .difference import held_references
from .usage_options import FORCE, IGNORE

_IN_COMPONENTS = frozenset({"codes", "environments", "components"})


@dataclasses.dataclass(frozen=True)
class ActiveJob:
    """A scoring job that has not ended. ``deployment`` is None if the job does not record it."""

    name: str
    status: str
    endpoint: str
    deployment: str | None

    def is_at(self, endpoint: str, deployment: str | None) -> bool:
        """Whether it may run on a deployment, or on any of the endpoint (None)."""
        same = deployment is None or self.deployment is None or self.deployment.lower() == deployment
        return self.endpoint.lower() == endpoint and same


ActiveJobs = t.Callable[[Workspace], "t.Iterable[ActiveJob]"]
"""Reads the jobs that have not ended. Raises AzureMLError."""


class Usage:
    """Who uses one resource, or any version of an asset if the path is that of their container."""

    def __init__(self, resource: ResourceType, options: Options, workspace: Workspace, jobs: ActiveJobs) -> None:
        self._resource = resource
        self._options = options
        self._workspace = workspace
        self._active_jobs = jobs
        self._path = workspace.path(resource.path_of(options))
        self._components: dict[str, bool] = {}

    def require_unused(self) -> None:
        """Raises InvalidOption, naming the users, unless the task has ``force: true``. Costs requests."""
        if self._options.get(FORCE) or not (self._resource.used_by or self._resource.runs_jobs):
            return
        title = self._title
        try:
            users = list(self._users())
        except AzureMLError as error:
            raise InvalidOption(
                f"{title} was not deleted, because it is not known who uses it: {error} "
                f"Write {FORCE}: true to delete it all the same. Nothing was changed."
            ) from None
        if users:
            raise InvalidOption(
                f"{title} was not deleted, because it is in use: {', '.join(users)}. Wait for the jobs, and change or "
                f"delete the deployments; or write {FORCE}: true to delete it all the same. Nothing was changed."
            )

    @property
    def _title(self) -> str:
        version = self._options.get("version")
        return self._resource.title(self._options) + (f", version {version}" if version else "")

    def _users(self) -> t.Iterator[str]:
        runs_on: set[tuple[str, str | None]] = set()
        if self._resource.runs_jobs:
            parent = self._resource.parent
            name = str(self._options["name"]).lower()
            runs_on.add((str(self._options[parent.option]).lower(), name) if parent else (name, None))
        for user in self._resource.used_by:
            for endpoint, names, current in self._existing(user):
                if (through := self._reference(user.of(current), current)) is not None:
                    roles = [reference.words for reference in held_references(user, names, endpoint)]
                    notes = [*roles, *through]
                    yield user.title(names) + (f" ({', '.join(notes)})" if notes else "")
                    runs_on.add((str(names["endpoint_name"]).lower(), str(names["name"]).lower()))
        if runs_on:
            for job in self._active_jobs(self._workspace):
                if any(job.is_at(endpoint, deployment) for endpoint, deployment in runs_on):
                    yield f"job {job.name} ({job.status})"

    def _existing(self, user: ResourceType) -> t.Iterator[tuple[Json, dict[str, str], Json]]:
        """All resources of a type, with their parents and names, except those that are being deleted."""
        parent = t.cast("t.Any", user.parent)
        ignored = {name.lower() for name in self._options.get(IGNORE) or ()}
        for endpoint in self._listed(parent.type.path.rpartition("/")[0], parent.type):
            name = str(endpoint["name"])
            if name.lower() in ignored:
                continue
            for current in self._listed(user.path.rpartition("/")[0].format_map({parent.option: name}), user):
                yield endpoint, {parent.option: name, "name": str(current["name"])}, current

    def _listed(self, path: str, resource: ResourceType) -> t.Iterator[Json]:
        try:
            for current in self._workspace.arm.list(self._workspace.path(path), api_version=resource.api_version):
                if resource.state_of(current) != DELETING:
                    yield current
        except NotFoundError:  # the parent was deleted meanwhile
            return

    # -- what a user refers to -------------------------------------------------------------------------------------

    def _reference(self, table: ResourceType, current: Json) -> tuple[str, ...] | None:
        """Through which component it refers to the resource, empty if directly; None if it does not refer to it."""
        targets = []
        for field in table.fields:
            if field.value_type.reference_kind:
                value = field.read_from(current)
                targets.append(field.value_type.target_path(value, str(current["id"]), self._workspace.id))
        known = [target for target in targets if target]
        if any(self._is_it(target) for target in known):
            return ()
        if self._resource.path.partition("/")[0] in _IN_COMPONENTS:
            for target in known:
                if self._is_in_component(target):
                    return (f"through {_short(target)}",)
        return None

    def _is_it(self, target: str) -> bool:
        found, sought = parse(target), parse(self._path)
        if found is None or sought is None:
            return False
        key, own = found.comparison_key(), sought.comparison_key()
        return key == own or (len(key) == len(own) + 2 and key[: len(own)] == own and key[len(own)] == "versions")

    def _is_in_component(self, target: str) -> bool:
        """Whether a component, or one of its steps, refers to the resource."""
        found = parse(target)
        is_own = found is not None and found.collection == "components" and found.workspace == self._workspace.id
        if is_own and target not in self._components:
            self._components[target] = False
            spec = get_at(self._workspace.arm.get(target), str(COMPONENT.spec_at)) or {}
            inner = [place.text for place in places(spec)]
            self._components[target] = any(self._is_it(text) or self._is_in_component(text) for text in inner)
        return self._components.get(target, False)


def _short(target: str) -> str:
    found = t.cast("t.Any", parse(target))
    return f"component {found.name}:{found.version}"
