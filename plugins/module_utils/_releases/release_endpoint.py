# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The endpoint of a release: its deployments, its default one, and the writes that a release makes to them."""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import dataclass

from .._engine.body import merged_body
from .._engine.deadline import Deadline
from .._engine.parent import ParentResource
from .._engine.resource_access import Current, ResourceAccess
from .._errors import InvalidOption, NotFoundError
from .._jobs.active_jobs import active_jobs
from .._names.dotted_path import get_at
from .._names.json_types import Json
from .._schema.resource_type import SOUND_STATES, ParentReference
from .._service.arm import Accepted
from .._service.workspace import Workspace
from .._types.batch_deployment import BATCH_DEPLOYMENT, COMMON, COMMON_FIELDS
from .._types.batch_endpoint import BATCH_ENDPOINT

_DEFAULT: ParentReference = COMMON["parent"].references[0]
_VARIABLES = "environment_variables"


@dataclass(frozen=True)
class EndpointState:
    """What exists: ``default`` is the name of the default deployment, ``deployments`` name -> JSON."""

    exists: bool
    default: str | None
    deployments: t.Mapping[str, Json]

    def named(self, name: str) -> str:
        """The name as the service writes it: names have no case."""
        return next((one for one in self.deployments if one.lower() == name.lower()), name)


class ReleaseEndpoint:
    """One endpoint for the length of one task, which waits for what it writes."""

    def __init__(self, name: str, workspace: Workspace, deadline: Deadline) -> None:
        """Raises InvalidOption for a name that no endpoint can have."""
        BATCH_ENDPOINT.name_rule.check("endpoint_name", name, BATCH_ENDPOINT.label)
        self.name = name
        self._workspace = workspace
        self._deadline = deadline
        self._access = ResourceAccess(BATCH_ENDPOINT, {"name": name}, workspace, deadline)

    def observe(self) -> EndpointState:
        current = self._access.observe()
        if current is None:
            return EndpointState(False, None, {})
        try:
            listed = self._workspace.arm.list(self._workspace.path(f"batchEndpoints/{self.name}/deployments"))
            found = {str(one["name"]): one for one in listed}
        except NotFoundError:  # the endpoint was deleted meanwhile
            return EndpointState(False, None, {})
        default = get_at(current, _DEFAULT.at)
        state = EndpointState(True, None, found)
        return EndpointState(True, state.named(str(default)) if default else None, found)

    def require_sound(self, deployment: str) -> Json:
        """The deployment. Raises InvalidOption if it is absent, or its last operation failed."""
        options = self._options(deployment)
        title = BATCH_DEPLOYMENT.title(options)
        current = ResourceAccess(BATCH_DEPLOYMENT, options, self._workspace, self._deadline).settled()
        if current is None:
            raise InvalidOption(f"deployment_name: there is no {title}. Create it first. Nothing was changed.")
        if (state := BATCH_DEPLOYMENT.state_of(current)) not in SOUND_STATES:
            raise InvalidOption(f"deployment_name: {title} is in state {state}. Repair it first. Nothing was changed.")
        return current

    def set_default(self, deployment: str | None) -> None:
        """Make it the default deployment, in one write; None leaves the endpoint without one, as it was before."""
        if deployment is not None:
            options = self._options(deployment)
            ParentResource(BATCH_DEPLOYMENT, options, self._workspace, self._deadline).refer_to(_DEFAULT, deployment)
            return

        def send(now: Current) -> Accepted | None:
            if get_at(now, _DEFAULT.at) is None:
                return None
            # Service fact: batch contract 14.22 (an empty map is answered with no default deployment).
            parent = _DEFAULT.at.rpartition(".")[0]
            return self._access.put(merged_body(BATCH_ENDPOINT, now or {}, {parent: {}}))

        self._access.write(self._access.settled(), send)

    def delete(self, deployment: str) -> None:
        """Delete a deployment, and wait until it is absent."""
        access = ResourceAccess(BATCH_DEPLOYMENT, self._options(deployment), self._workspace, self._deadline)
        current = access.observe()
        if current is not None:
            access.delete(current)
            access.wait_until_gone()

    def with_jobs(self, deployments: t.Collection[str]) -> set[str]:
        """Those of the deployments that have jobs under way, or may have."""
        if not deployments:
            return set()
        endpoint = self.name.lower()
        jobs = [job for job in active_jobs(self._workspace) if job.endpoint.lower() == endpoint]
        return {name for name in deployments if any(job.is_at(endpoint, name.lower()) for job in jobs)}

    def changes(self, before: Json | None, after: Json) -> list[dict[str, t.Any]]:
        """The options in which two deployments differ. The values of environment variables are not shown."""
        old, new = self._shown(before), self._shown(after)
        differing = [option for option in dict.fromkeys([*old, *new]) if old.get(option) != new.get(option)]
        return [
            {"option": option, "before": _hidden(option, old), "after": _hidden(option, new)} for option in differing
        ]

    def _shown(self, current: Json | None) -> dict[str, t.Any]:
        shown: dict[str, t.Any] = {}
        for field in BATCH_DEPLOYMENT.of(current).fields if current else ():
            value = field.value_type.decode(field.read_from(t.cast(Json, current)), self._workspace.id)
            if field.option == _VARIABLES:
                shown.update({f"{_VARIABLES}.{name}": text for name, text in (value or {}).items()})
            elif value not in (None, {}):
                shown[field.option] = value
        return shown

    def _options(self, deployment: str) -> dict[str, str]:
        return {"endpoint_name": self.name, "name": deployment}


def _hidden(option: str, shown: t.Mapping[str, t.Any]) -> t.Any:
    value = shown.get(option)
    return "(not shown)" if value is not None and option.startswith(f"{_VARIABLES}.") else value


def fingerprint(deployment: Json) -> str:
    """What the deployment scores with: a text that is another one if any of it changes."""
    fields = BATCH_DEPLOYMENT.of(deployment).fields
    apart = {field.option for field in COMMON_FIELDS}
    return _digest({field.at: field.read_from(deployment) for field in fields if field.option not in apart})


def _digest(value: t.Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]
