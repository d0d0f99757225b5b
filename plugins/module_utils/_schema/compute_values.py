# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Value types that only computes have."""

from __future__ import annotations

import re
import typing as t

from .._names.arm_id import WorkspaceId
from .._names.json_types import Json
from .scalar_values import Text
from .value_type import ValueType

_SUBNET = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network"
    r"/virtualNetworks/(?P<network>[^/]+)/subnets/[^/]+",
    re.IGNORECASE,
)


class ArmIdText(Text):
    """The id of a resource outside the workspace; ids ignore case."""

    def __init__(self) -> None:
        super().__init__(
            pattern=r"/subscriptions/[^/]+/resource[gG]roups/[^/]+/providers/.+",
            rule="a full ARM id begins with /subscriptions/",
            ignore_case=True,
        )


class Subnet(ValueType):
    """A subnet: its id, or its name in a network of the workspace's resource group; the id in JSON."""

    type = "dict"

    def spec(self) -> dict[str, t.Any]:
        return {"type": "dict", "options": {"vnet_name": {"type": "str"}, "subnet": {"type": "str"}}}

    def is_given(self, value: t.Any) -> bool:
        return value is not None and any(item is not None for item in value.values())

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        network, subnet = value.get("vnet_name"), value.get("subnet")
        if not subnet:
            raise ValueError(f"a subnet of {network!r} is missing")
        match = _SUBNET.fullmatch(subnet)
        if match and network and match["network"].lower() != network.lower():
            raise ValueError(f"the subnet is one of {match['network']!r}, and vnet_name is {network!r}")
        if match:
            return subnet
        if "/" in subnet:
            raise ValueError(f"{subnet!r} is neither a name nor the full id of a subnet")
        if not network:
            raise ValueError(f"{subnet!r} is a name, and that needs vnet_name")
        group = f"/subscriptions/{workspace.subscription_id}/resourceGroups/{workspace.resource_group}"
        return f"{group}/providers/Microsoft.Network/virtualNetworks/{network}/subnets/{subnet}"

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        match = _SUBNET.fullmatch(value or "")
        return {"vnet_name": match["network"] if match else None, "subnet": value}

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return (value or "").lower()


class InstanceTypes(ValueType):
    """The instance types of a Kubernetes cluster: name -> node selector, requested and allowed resources.

    Quantities are texts; a missing value equals null. Service fact: assets contract 3.7.
    """

    type = "dict"
    _WORDS: t.ClassVar = {"node_selector": "nodeSelector", "resources": "resources"}

    def from_file(self, value: t.Any) -> t.Any:
        """A file may have the key of the node selector as the service names it."""
        words = {sent: word for word, sent in self._WORDS.items()}
        if not isinstance(value, dict):
            return value
        return {
            name: {words.get(key, key): tree for key, tree in one.items()} if isinstance(one, dict) else one
            for name, one in value.items()
        }

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        return {str(name): self._one(str(name), one) for name, one in value.items()}

    def _one(self, name: str, one: t.Any) -> Json:
        if not isinstance(one, dict) or not isinstance(one.get("resources") or {}, dict):
            raise ValueError(f"{name} is no map of node_selector and resources")
        for path, tree in ((name, one), (f"{name}.resources", one.get("resources"))):
            known = set(self._WORDS) if path == name else {"requests", "limits"}
            unknown = set(tree or ()) - known
            if unknown:
                raise ValueError(f"{path} has no {', '.join(sorted(unknown))}: known are {', '.join(sorted(known))}")
        return {self._WORDS[word]: _texts(tree) for word, tree in one.items() if tree is not None}

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        words = {sent: word for word, sent in self._WORDS.items()}
        return {
            name: {words.get(key, key): tree for key, tree in one.items()}
            for name, one in self.canonical(value, workspace).items()
        }

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return {name: _without_empty(one) or {} for name, one in (value or {}).items()}


def _texts(tree: t.Any) -> t.Any:
    if isinstance(tree, dict):
        return {str(key): _texts(item) for key, item in tree.items() if item is not None}
    return str(tree).lower() if isinstance(tree, bool) else str(tree)


def _without_empty(tree: t.Any) -> t.Any:
    """The tree without nulls and empty maps."""
    if not isinstance(tree, dict):
        return tree
    said = {key: _without_empty(item) for key, item in tree.items()}
    return {key: item for key, item in said.items() if item not in (None, {})}
