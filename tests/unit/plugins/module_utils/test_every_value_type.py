# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every value type is tried with random values, and against recorded pairs of what was sent and what was returned."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins import module_utils
from ansible_collections.mlops.azureml.plugins.module_utils._engine.list_filter import TagList
from ansible_collections.mlops.azureml.plugins.module_utils._schema.asset_values import Flavors, TextList, WithDefault
from ansible_collections.mlops.azureml.plugins.module_utils._schema.component_values import ComponentSpec
from ansible_collections.mlops.azureml.plugins.module_utils._schema.compute_values import (
    ArmIdText,
    InstanceTypes,
    Subnet,
)
from ansible_collections.mlops.azureml.plugins.module_utils._schema.credentials_values import Credentials
from ansible_collections.mlops.azureml.plugins.module_utils._schema.identity_values import Identity
from ansible_collections.mlops.azureml.plugins.module_utils._schema.instance_values import Schedules, Script
from ansible_collections.mlops.azureml.plugins.module_utils._schema.reference_values import (
    AssetReference,
    ChildName,
    WrappedReference,
)
from ansible_collections.mlops.azureml.plugins.module_utils._schema.scalar_values import Boolean, Text
from ansible_collections.mlops.azureml.plugins.module_utils._schema.storage_values import StorageUri, UploadHash
from ansible_collections.mlops.azureml.plugins.module_utils._schema.trigger_values import Trigger
from ansible_collections.mlops.azureml.plugins.module_utils._schema.value_type import ValueType
from ansible_collections.mlops.azureml.tests.unit.plugins.module_utils._schema.test_component_values import (
    ANSWERED,
    SENT,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.module_utils._schema.test_value_type import (
    OPTIONS,
    QUICK,
    RECORDED,
    WS,
    json_values,
    names,
    texts,
)
from hypothesis import given
from hypothesis import strategies as some

ELSEWHERE = "/subscriptions/s/resourceGroups/rg9/providers"
GROUP = f"/subscriptions/{WS.subscription_id}/resourceGroups/{WS.resource_group}"
ids = names.map(lambda name: f"{ELSEWHERE}/Microsoft.ManagedIdentity/userAssignedIdentities/{name}")
quantities = some.dictionaries(names, some.integers(1, 99).map(str), min_size=1, max_size=2)
ports = some.dictionaries(names, some.fixed_dictionaries({"type": some.just("uri_folder")}), max_size=2)


def identities() -> some.SearchStrategy[Any]:
    def said(word: str, made: list[str]) -> dict[str, Any]:
        return {"type": word, "user_assigned_identities": [{"resource_id": text} for text in sorted(made)]}

    alone = some.sampled_from(["none", "system_assigned"]).map(lambda word: said(word, []))
    with_made = some.builds(
        said,
        some.sampled_from(["user_assigned", "system_assigned,user_assigned"]),
        some.lists(ids, min_size=1, max_size=3, unique_by=str.lower),
    )
    return alone | with_made


def instance_types() -> some.SearchStrategy[Any]:
    resources = some.fixed_dictionaries({}, optional={"requests": quantities, "limits": quantities}).filter(bool)
    one = some.fixed_dictionaries(
        {}, optional={"node_selector": some.dictionaries(names, names, min_size=1), "resources": resources}
    )
    return some.dictionaries(names, one, max_size=2)


def triggers() -> some.SearchStrategy[Any]:
    times = some.fixed_dictionaries(
        {},
        optional={
            "hours": some.lists(some.integers(0, 23), min_size=1, max_size=3),
            "minutes": some.lists(some.integers(0, 59), min_size=1, max_size=3),
            "week_days": some.lists(some.sampled_from(["monday", "sunday"]), min_size=1, max_size=2),
        },
    ).filter(bool)
    cron = some.fixed_dictionaries({"type": some.just("cron"), "expression": names}, optional={"time_zone": names})
    recurrence = some.fixed_dictionaries(
        {
            "type": some.just("recurrence"),
            "frequency": some.sampled_from(["minute", "hour", "day", "week", "month"]),
            "interval": some.integers(1, 9),
        },
        optional={"start_time": some.just("2026-01-31T18:00:00"), "schedule": times},
    )
    return cron | recurrence


def schedules() -> some.SearchStrategy[Any]:
    one = some.fixed_dictionaries(
        {
            "action": some.sampled_from(["start", "stop"]),
            "state": some.sampled_from(["enabled", "disabled"]),
            "trigger": triggers(),
        }
    )
    return some.lists(one, max_size=3)


# Sample option values of each value type, beside those of test_value_type.py.
MORE: dict[str, tuple[ValueType, some.SearchStrategy[Any]]] = {
    "arm id": (ArmIdText(), ids),
    "identity": (Identity(), identities()),
    "instance types": (InstanceTypes(), instance_types()),
    "trigger": (Trigger(), triggers()),
    "schedules": (Schedules(), schedules()),
    "script": (
        Script(),
        some.fixed_dictionaries({"path": names}, optional={"command": names, "timeout_minutes": some.integers(1, 99)}),
    ),
    "filled": (WithDefault(Text(), "Dockerfile"), texts),
    "flavors": (Flavors(), some.dictionaries(texts, some.dictionaries(texts, texts, max_size=2), max_size=2)),
    "text list": (TextList(), some.lists(texts, max_size=4).map(sorted)),
    "credentials without a secret": (Credentials(), some.just({"type": "none"})),
    "storage": (
        StorageUri(),
        some.builds(lambda account, path: f"https://{account}.blob.core.windows.net/c/{path}", names, names),
    ),
}
# Those whose words come back in another form: the two forms are one and the same.
REWORDED: dict[str, tuple[ValueType, some.SearchStrategy[Any]]] = {
    "subnet": (
        Subnet(),
        some.builds(lambda network, subnet: {"vnet_name": network, "subnet": subnet}, names, names)
        | names.map(lambda name: {"subnet": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/net/subnets/{name}"}),
    ),
    "datastore path": (
        StorageUri(),
        some.builds(lambda name, path: f"azureml://datastores/{name}/paths/{path}", names, names),
    ),
    "component": (
        ComponentSpec(),
        some.fixed_dictionaries(
            {"type": some.just("command"), "command": texts, "environment": some.just("azureml:env:1")},
            optional={"inputs": ports, "outputs": ports, "is_deterministic": some.booleans()},
        ),
    ),
}
# Each pair: what was sent, and what the service was recorded to make of it.
ANSWERS: dict[str, tuple[ValueType, list[Any]]] = {
    "ids have no case, assets 1.1": (ArmIdText(), [f"{ELSEWHERE}/A/b/C", f"{ELSEWHERE}/A/b/C".lower()]),
    "subnet, assets 3.4": (Subnet(), [f"{GROUP}/x/subnets/one", f"{GROUP}/x/subnets/one".lower()]),
    "identity, batch 3.2": (
        Identity(),
        [None, {"type": "None"}, {"type": "none", "principalId": "00000000-0000-0000-0000-000000000000"}],
    ),
    "instance types, assets 3.7": (
        InstanceTypes(),
        [
            {"small": {"resources": {"requests": {"cpu": "1"}}}},
            {"small": {"nodeSelector": None, "resources": {"requests": {"cpu": "1", "nvidia.com/gpu": None}}}},
        ],
    ),
    "schedules with the ids of the service, assets 3.6": (
        Schedules(),
        [
            [{"action": "Stop", "triggerType": "Cron", "cron": {"expression": "0 18 * * *"}}],
            [
                {
                    "id": "s1",
                    "provisioningStatus": "Completed",
                    "status": "Enabled",
                    "action": "Stop",
                    "triggerType": "Cron",
                    "cron": {"expression": "0 18 * * *", "timeZone": "UTC", "startTime": None},
                    "recurrence": None,
                    "schedule": None,
                }
            ],
        ],
    ),
    "no schedules": (Schedules(), [None, []]),
    "a trigger without what is a default, assets 3.6": (
        Trigger(),
        [
            {"triggerType": "Recurrence", "recurrence": {"frequency": "Day", "schedule": {"hours": [6, 18]}}},
            {
                "triggerType": "Recurrence",
                "recurrence": {
                    "frequency": "Day",
                    "interval": 1,
                    "timeZone": "UTC",
                    "schedule": {"hours": [18, 6], "minutes": None, "weekDays": None},
                },
            },
        ],
    ),
    "a script that says no more than its path": (
        Script(),
        [
            {"scriptSource": "workspaceStorage", "scriptData": "a.sh"},
            {"scriptSource": "workspaceStorage", "scriptData": "a.sh", "scriptArguments": "", "timeout": None},
        ],
    ),
    "Dockerfile, assets 7.1": (WithDefault(Text(), "Dockerfile"), [None, "Dockerfile"]),
    "flavors, assets 6": (Flavors(), [None, {}]),
    "referenced places, assets 8": (TextList(), [["b", "a"], ["a", "b"]]),
    "no credentials, assets 4.2": (Credentials(), [None, {"credentialsType": "None"}]),
    "a secret is not reported, assets 4.2": (
        Credentials(),
        [{"credentialsType": "Sas", "secrets": {"secretsType": "Sas", "sasToken": "x"}}, {"credentialsType": "Sas"}],
    ),
    "storage, assets 1.1": (
        StorageUri(),
        [
            "azureml://datastores/store/paths/one",
            f"azureml:/{WS.path}/datastores/store/paths/one",
            f"azureml:/{WS.path.replace('resourceGroups', 'resourcegroups')}/datastores/store/paths/one",
        ],
    ),
    "model, batch 4.2": (
        WrappedReference("models"),
        [
            {"referenceType": "Id", "assetId": WS.child("models", "m", "versions", "1")},
            {"referenceType": "Id", "assetId": f"{WS.path.lower()}/models/m/versions/1"},
        ],
    ),
    "component, assets 9": (ComponentSpec(), [SENT, ANSWERED]),
}
# The service keeps these as they are.
KEPT = {ValueType, Boolean, ChildName}
# What no task says, and what only goes into a query.
ONE_WAY = {AssetReference, UploadHash, TagList}


def value_types(above: type[ValueType] = ValueType) -> Iterator[type[ValueType]]:
    """All that the collection has."""
    for file in pkgutil.walk_packages(module_utils.__path__, f"{module_utils.__name__}."):
        importlib.import_module(file.name)
    below = [above]
    while below:
        one = below.pop()
        below += one.__subclasses__()
        if one.__module__.startswith(module_utils.__name__):
            yield one


ALL = OPTIONS | MORE | REWORDED


def test_no_value_type_is_without_its_laws() -> None:
    mine = set(value_types())
    assert len(mine) > len(KEPT | ONE_WAY)
    assert mine - ONE_WAY - {ValueType} == {type(value_type) for value_type, _values in ALL.values()}
    assert mine - ONE_WAY - KEPT == {type(value_type) for value_type, _values in (RECORDED | ANSWERS).values()}


@pytest.mark.parametrize("kind", MORE)
@QUICK
@given(data=some.data())
def test_what_a_task_says_comes_back_in_the_same_words(kind: str, data: some.DataObject) -> None:
    value_type, values = MORE[kind]
    said = data.draw(values)
    assert value_type.decode(value_type.encode(said, WS), WS) == said


@pytest.mark.parametrize("kind", ALL)
@QUICK
@given(data=some.data())
def test_what_comes_back_means_the_same(kind: str, data: some.DataObject) -> None:
    value_type, values = ALL[kind]
    sent = value_type.encode(data.draw(values), WS)
    assert value_type.same(value_type.encode(value_type.decode(sent, WS), WS), sent, WS)


@pytest.mark.parametrize("kind", ALL)
@QUICK
@given(data=some.data())
def test_being_the_same_is_reflexive_and_symmetric(kind: str, data: some.DataObject) -> None:
    value_type, values = ALL[kind]
    one, other = (value_type.encode(data.draw(values), WS) for _both in range(2))
    assert value_type.same(one, one, WS)
    assert value_type.same(one, other, WS) == value_type.same(other, one, WS)


@pytest.mark.parametrize("fact", ANSWERS)
def test_what_the_service_makes_of_it_is_no_difference(fact: str) -> None:
    value_type, values = ANSWERS[fact]
    for one, other in itertools.combinations(values, 2):
        assert value_type.same(one, other, WS), (one, other)


@QUICK
@given(tree=json_values)
def test_a_secret_of_its_own_kind_is_never_shown(tree: Any) -> None:
    """Whatever else the service returns of credentials."""
    reported = {"credentialsType": "AccountKey", "secrets": {"key": "planted-secret"}, "more": tree}
    assert "planted-secret" not in str(Credentials().shown(reported, WS))
