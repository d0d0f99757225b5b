# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Ids of resources: ARM ids in a workspace, asset ids in a registry, and when two of them are the same."""

from __future__ import annotations

import re
from dataclasses import dataclass

PROVIDER = "Microsoft.MachineLearningServices"

# The names of these, and all that follows them in an id, have a case; other names have none.
# Service fact: assets contract 1.1.
ASSET_TYPES = frozenset({"codes", "models", "environments", "data", "components"})

_ARM = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"/providers/(?P<provider>[^/]+)(?P<rest>(?:/[^/]+/[^/]+)+)/?",
    re.IGNORECASE,
)
_WORKSPACE_URI = re.compile(
    r"azureml://subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"(?P<rest>/workspaces/[^/]+(?:/[^/]+/[^/]+)+)/?",
    re.IGNORECASE,
)
_REGISTRY = re.compile(r"azureml://registries/(?P<registry>[^/]+)(?P<rest>(?:/[^/]+/[^/]+)+)/?", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class WorkspaceId:
    """A workspace by its three names. Equal to another one that differs in the case of letters alone."""

    subscription_id: str
    resource_group: str
    name: str

    @property
    def path(self) -> str:
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            f"/providers/{PROVIDER}/workspaces/{self.name}"
        )

    @property
    def comparison_key(self) -> tuple[str, str, str]:
        """Equal for names of the same workspace: none of the three has a case."""
        return self.subscription_id.lower(), self.resource_group.lower(), self.name.lower()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WorkspaceId) and self.comparison_key == other.comparison_key

    def __hash__(self) -> int:
        return hash(self.comparison_key)

    def child(self, *segments: str) -> str:
        """The id of a resource in the workspace: ``child("models", "digits", "versions", "1")``."""
        return "/".join((self.path, *segments))


@dataclass(frozen=True)
class ArmId:
    """A parsed id. ``subscription_id``, ``resource_group`` and ``provider`` are None for an asset in a registry."""

    segments: tuple[tuple[str, str], ...]
    subscription_id: str | None = None
    resource_group: str | None = None
    provider: str | None = None
    registry: str | None = None

    @property
    def workspace(self) -> WorkspaceId | None:
        """The workspace that contains the resource, or is it; None for a resource outside any workspace."""
        kind, name = self.segments[0]
        if self.subscription_id is None or self.resource_group is None or kind.lower() != "workspaces":
            return None
        return WorkspaceId(self.subscription_id, self.resource_group, name)

    @property
    def inner(self) -> tuple[tuple[str, str], ...]:
        """The pairs of type and name after the workspace or registry."""
        return self.segments[1:] if self.workspace else self.segments

    @property
    def collection(self) -> str | None:
        """The first type after the workspace or registry: ``models``, ``computes``; None for a workspace itself."""
        return self.inner[0][0] if self.inner else None

    @property
    def name(self) -> str:
        """The name that follows ``collection``; that of the workspace if there is none."""
        return self.inner[0][1] if self.inner else self.segments[0][1]

    @property
    def version(self) -> str | None:
        """The asset's version; None if the id has a label, or neither."""
        return next((name for kind, name in self.inner[1:] if kind.lower() == "versions"), None)

    @property
    def label(self) -> str | None:
        """The asset's label: ``latest``; None if the id has none."""
        return next((name for kind, name in self.inner[1:] if kind.lower() == "labels"), None)

    def __str__(self) -> str:
        rest = "/".join(part for segment in self.segments for part in segment)
        if self.registry is not None:
            return f"azureml://registries/{self.registry}/{rest}"
        group = f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
        return f"{group}/providers/{self.provider}/{rest}"

    def comparison_key(self) -> tuple[str | None, ...]:
        """Equal for ids of the same resource."""
        parts: list[str | None] = [
            part.lower() if part is not None else None
            for part in (self.subscription_id, self.resource_group, self.provider, self.registry)
        ]
        exact = False
        for kind, name in self.segments:
            exact = exact or kind.lower() in ASSET_TYPES
            parts += [kind.lower(), name if exact else name.lower()]
        return tuple(parts)


def parse(text: str) -> ArmId | None:
    """Parse an ARM id, a workspace asset URI or a registry asset id; None for any other text.

    An ARM id may have the prefix ``azureml:``, as in the CLI's YAML files.
    """
    text = text.removeprefix("azureml:") if text.startswith("azureml:/subscriptions/") else text
    if match := _ARM.fullmatch(text):
        provider = match["provider"]
    elif match := _WORKSPACE_URI.fullmatch(text):
        provider = PROVIDER
    elif match := _REGISTRY.fullmatch(text):
        return ArmId(_pairs(match["rest"]), registry=match["registry"])
    else:
        return None
    return ArmId(_pairs(match["rest"]), match["subscription"], match["group"], provider)


def same_id(a: str, b: str) -> bool:
    """Whether both texts are the id of the same resource. Only asset names and versions have a case.

    Service fact: assets contract 1.1.
    """
    left, right = parse(a), parse(b)
    if left is None or right is None:
        return a == b
    return left.comparison_key() == right.comparison_key()


def _pairs(rest: str) -> tuple[tuple[str, str], ...]:
    parts = rest.strip("/").split("/")
    return tuple(zip(parts[::2], parts[1::2], strict=True))
