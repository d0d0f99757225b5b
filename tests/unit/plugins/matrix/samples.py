# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two values for every option: a new value type needs two typical values here."""

from __future__ import annotations

import functools
from typing import Any

from ansible_collections.mlops.azureml.plugins.module_utils._schema.asset_values import (
    CondaFile,
    Flavors,
    TextList,
    WithDefault,
)
from ansible_collections.mlops.azureml.plugins.module_utils._schema.compute_values import (
    ArmIdText,
    InstanceTypes,
    Subnet,
)
from ansible_collections.mlops.azureml.plugins.module_utils._schema.credentials_values import Credentials
from ansible_collections.mlops.azureml.plugins.module_utils._schema.identity_values import Identity
from ansible_collections.mlops.azureml.plugins.module_utils._schema.instance_values import Schedules, Script
from ansible_collections.mlops.azureml.plugins.module_utils._schema.map_values import JsonMap, TextMap
from ansible_collections.mlops.azureml.plugins.module_utils._schema.reference_values import (
    ChildName,
    NameReference,
    Reference,
)
from ansible_collections.mlops.azureml.plugins.module_utils._schema.resource_type import Field
from ansible_collections.mlops.azureml.plugins.module_utils._schema.scalar_values import (
    Boolean,
    Choice,
    Duration,
    Integer,
    Location,
    Switch,
    Text,
)
from ansible_collections.mlops.azureml.plugins.module_utils._schema.value_type import ValueType

ELSEWHERE = "/subscriptions/s/resourceGroups/rg1/providers"
# What exists in every workspace in which a task is tried (see subjects.py); a reference needs a target.
EXISTING = {
    "computes": ("cpu", "gpu"),
    "datastores": ("workspaceblobstore", "workspaceartifactstore"),
    "models": ("azureml:digits:1", "azureml:digits:2"),
    "codes": ("azureml:score:1", "azureml:score:2"),
    "environments": ("azureml:sklearn:1", "azureml:sklearn:2"),
    "components": ("azureml:hello:1", "azureml:hello:2"),
    "deployments": ("green", "red"),
}
# Options whose texts mean something to the service.
BY_OPTION = {
    "size": ("Standard_DS2_v2", "STANDARD_NC6"),
    "auth_mode": ("aad_token", "key"),
    "protocol": ("https", "http"),
    "min_instances": (1, 0),  # no more than the first of max_instances
    "stage": ("Production", "Retired"),
}

# Further values of options that come in kinds, for random tasks.
OTHERS: dict[str, tuple[Any, ...]] = {
    "identity": ({"type": "none"}, {"type": "system_assigned"}),
    "credentials": (
        {"type": "none"},
        {"sas_token": "?sv=1&sig=planted"},
        {"tenant_id": "t1", "client_id": "c1", "thumbprint": "t", "certificate": "planted", "type": "certificate"},
    ),
}

Pair = tuple[Any, Any]


def samples(field: Field) -> Pair:
    """Two different values that a task may give to the option."""
    return BY_OPTION.get(field.option) or of_value_type(field.value_type)


@functools.singledispatch
def of_value_type(value_type: ValueType) -> Pair:
    raise NotImplementedError(
        f"two sample values of the value type {type(value_type).__name__} are missing in samples.py"
    )


@of_value_type.register
def _text(_value_type: Text) -> Pair:
    return "one", "two words"


@of_value_type.register
def _location(_value_type: Location) -> Pair:
    return "East US", "westeurope"


@of_value_type.register
def _child(value_type: ChildName) -> Pair:
    return EXISTING[value_type.kind][0], EXISTING[value_type.kind][1]


@of_value_type.register
def _id(_value_type: ArmIdText) -> Pair:
    return tuple(f"{ELSEWHERE}/Microsoft.ContainerService/managedClusters/{name}" for name in ("a", "b"))


@of_value_type.register
def _integer(value_type: Integer) -> Pair:
    first = max(value_type.minimum or 0, 0) + 1
    return first, first + 1


@of_value_type.register
def _duration(value_type: Duration) -> Pair:
    return value_type.minimum + 60, value_type.minimum + 61


@of_value_type.register
def _boolean(_value_type: Boolean) -> Pair:
    return True, False


@of_value_type.register
def _switch(_value_type: Switch) -> Pair:
    return True, False


@of_value_type.register
def _choice(value_type: Choice) -> Pair:
    return tuple(list(value_type.words)[:2])


@of_value_type.register
def _map(_value_type: TextMap) -> Pair:
    return {"one": "1"}, {"two": True}


@of_value_type.register
def _json(_value_type: JsonMap) -> Pair:
    return {"one": {"deep": [1]}}, {"two": None}


@of_value_type.register
def _reference(value_type: Reference) -> Pair:
    return EXISTING[value_type.kind][0], EXISTING[value_type.kind][1]


@of_value_type.register
def _name(value_type: NameReference) -> Pair:
    return EXISTING[value_type.kind][0], f"azureml:{EXISTING[value_type.kind][1]}"


@of_value_type.register
def _identity(_value_type: Identity) -> Pair:
    ids = [
        {"resource_id": f"{ELSEWHERE}/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"}
        for name in ("me", "you")
    ]
    return (
        {"type": "user_assigned", "user_assigned_identities": ids[:1]},
        {"type": "system_assigned,user_assigned", "user_assigned_identities": ids[1:]},
    )


@of_value_type.register
def _subnet(_value_type: Subnet) -> Pair:
    return (
        {"vnet_name": "net", "subnet": "one"},
        {"subnet": f"{ELSEWHERE}/Microsoft.Network/virtualNetworks/net/subnets/two"},
    )


@of_value_type.register
def _instance_types(_value_type: InstanceTypes) -> Pair:
    return (
        {"small": {"resources": {"requests": {"cpu": 1, "memory": "4Gi"}, "limits": {"cpu": "2"}}}},
        {"large": {"node_selector": {"pool": "gpu"}}},
    )


@of_value_type.register
def _credentials(_value_type: Credentials) -> Pair:
    return (
        {"type": "account_key", "account_key": "a2V5IG9uZQ=="},
        {"type": "service_principal", "tenant_id": "t1", "client_id": "c1", "client_secret": "two and twenty"},
    )


@of_value_type.register
def _filled(value_type: WithDefault) -> Pair:
    return of_value_type(value_type.inner)


@of_value_type.register
def _conda(_value_type: CondaFile) -> Pair:
    return {"name": "one"}, {"name": "two", "dependencies": ["python=3.11", {"pip": ["numpy"]}]}


@of_value_type.register
def _flavors(_value_type: Flavors) -> Pair:
    return {"f": {"a": "1"}}, {"f": {"a": "2"}, "g": {}}


@of_value_type.register
def _list(_value_type: TextList) -> Pair:
    return ["a"], ["b", "c"]


@of_value_type.register
def _schedules(_value_type: Schedules) -> Pair:
    weekly = {"type": "recurrence", "frequency": "week", "schedule": {"hours": [8], "week_days": ["monday", "friday"]}}
    return (
        [{"action": "stop", "trigger": {"type": "cron", "expression": "0 18 * * *"}}],
        [{"action": "start", "state": "disabled", "trigger": weekly}],
    )


@of_value_type.register
def _script(_value_type: Script) -> Pair:
    return {"path": "a.sh"}, {"path": "b.sh", "command": "--all", "timeout_minutes": 5}
