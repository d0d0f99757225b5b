# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Value types that refer to other resources."""

from __future__ import annotations

import typing as t

from .._names.arm_id import WorkspaceId, same_id
from .._names.arm_id import parse as parse_id
from .._names.json_types import Json
from .._names.references import expand, parse
from .scalar_values import Text
from .value_type import ValueType


class ChildName(Text):
    """The name of a child of the resource itself, e.g. of one of an endpoint's ``deployments``."""

    def __init__(self, kind: str) -> None:
        """``kind``: the collection that holds the child."""
        super().__init__()
        self.kind = kind

    def target_path(self, value: Json, path: str, workspace: WorkspaceId) -> str | None:
        return f"{path}/{self.kind}/{value}" if value else None


class Reference(ValueType):
    """Another resource: a short form (``azureml:name:version``, ``name``) or a full id.

    ``name@latest`` is passed on unchanged: only a request can resolve it (see ``_engine/reference_lookup``).
    """

    def __init__(self, kind: str) -> None:
        """``kind``: the collection in the ARM path, e.g. ``models``."""
        self.kind = kind
        self.reference_kind = kind

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        return value if parse(value, self.kind).label else expand(value, self.kind, workspace)

    def target(self, value: Json) -> str | None:
        return t.cast("str | None", value)

    def target_path(self, value: Json, path: str, workspace: WorkspaceId) -> str | None:
        target = self.target(value)
        return target if target and target.startswith("/") else None

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        target = self.target(value)
        if not target:
            return None
        try:
            full = expand(target, self.kind, workspace)
        except ValueError:  # a form of another client, which we never write, equals only itself
            return target
        parsed = parse_id(full)
        return parsed.comparison_key() if parsed else full


class NameReference(Reference):
    """A reference to a resource of this workspace that JSON holds as its name alone (batch contract 4.5)."""

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        full = expand(value, self.kind, workspace)
        name = full.rpartition("/")[2]
        if not same_id(full, workspace.child(self.kind, name)):
            raise ValueError(f"{value!r} is not in this workspace, and the service takes only a name here")
        return name

    def target_path(self, value: Json, path: str, workspace: WorkspaceId) -> str | None:
        return workspace.child(self.kind, str(value)) if value else None

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return (value or "").lower()


class WrappedReference(Reference):
    """A reference in the form ``{"referenceType": "Id", "assetId": ...}`` (batch contract 4.1).

    References by path that other clients write (``DataPath``, ``OutputPath``) are read, never written.
    """

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        return {"referenceType": "Id", "assetId": super().encode(value, workspace)}

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return self.target(value)

    def target(self, value: Json) -> str | None:
        if not isinstance(value, dict):
            return None
        if "path" in value:
            holder = value.get("datastoreId") or value.get("jobId")
            return f"azureml:{holder}/paths/{value['path']}"
        return value.get("assetId")


class AssetReference(ValueType):
    """Read only: the id of an asset version in its short form, ``azureml:name:version``."""

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        found = parse_id(value or "")
        return f"azureml:{found.name}:{found.version}" if found else None
