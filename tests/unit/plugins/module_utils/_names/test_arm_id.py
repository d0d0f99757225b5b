# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId, parse, same_id
from hypothesis import given
from hypothesis import strategies as st

WORKSPACE = WorkspaceId("0000-1111", "rg1", "ws1")
W = "/subscriptions/0000-1111/resourceGroups/rg1/providers/Microsoft.MachineLearningServices/workspaces/ws1"
SUBNET = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/Net/subnets/Default"

names = st.text(st.characters(exclude_characters="/", exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=20)


def test_a_workspace_builds_the_ids_of_its_resources() -> None:
    assert WORKSPACE.path == W
    assert WORKSPACE.child("models", "digits", "versions", "1") == f"{W}/models/digits/versions/1"


@pytest.mark.parametrize("other", [("0000-1111", "RG1", "ws1"), ("0000-1111", "rg1", "WS1")])
def test_the_case_of_a_workspace_does_not_count(other: tuple[str, str, str]) -> None:
    assert WorkspaceId(*other) == WORKSPACE
    assert hash(WorkspaceId(*other)) == hash(WORKSPACE)
    assert WorkspaceId(*other).name == other[2]


@pytest.mark.parametrize("other", [("0000-2222", "rg1", "ws1"), ("0000-1111", "rg2", "ws1"), ("0000-1111", "rg1", "w")])
def test_each_of_its_names_tells_a_workspace_from_others(other: tuple[str, str, str]) -> None:
    assert WorkspaceId(*other) != WORKSPACE


@given(names, names)
def test_the_id_of_a_versioned_asset_is_parsed(name: str, version: str) -> None:
    text = WORKSPACE.child("models", name, "versions", version)
    parsed = parse(text)
    assert parsed is not None
    assert (parsed.workspace, parsed.collection, parsed.name, parsed.version) == (WORKSPACE, "models", name, version)
    assert str(parsed) == text


def test_the_id_of_a_workspace_is_parsed() -> None:
    parsed = parse(W)
    assert parsed is not None
    assert (parsed.workspace, parsed.collection, parsed.name, parsed.version) == (WORKSPACE, None, "ws1", None)


def test_the_id_of_a_nested_resource_is_parsed() -> None:
    parsed = parse(f"{W}/batchEndpoints/be/deployments/blue")
    assert parsed is not None
    assert parsed.inner == (("batchEndpoints", "be"), ("deployments", "blue"))


def test_the_id_of_an_asset_in_a_registry_is_parsed() -> None:
    text = "azureml://registries/azureml/environments/sklearn-1.5/labels/latest"
    parsed = parse(text)
    assert parsed is not None
    assert (parsed.registry, parsed.collection, parsed.name, parsed.version, parsed.label) == (
        "azureml",
        "environments",
        "sklearn-1.5",
        None,
        "latest",
    )
    assert parsed.workspace is None
    assert str(parsed) == text


def test_an_id_of_another_provider_is_parsed() -> None:
    parsed = parse(SUBNET)
    assert parsed is not None
    assert (parsed.workspace, parsed.provider, parsed.segments[-1]) == (
        None,
        "Microsoft.Network",
        ("subnets", "Default"),
    )


@pytest.mark.parametrize(
    "text",
    [
        f"azureml:{W}/data/d/versions/1",
        "azureml://subscriptions/0000-1111/resourcegroups/rg1/workspaces/ws1/data/d/versions/1",
        f"{W}/data/d/versions/1/".replace("resourceGroups", "resourcegroups"),
    ],
)
def test_all_forms_of_an_id_are_the_same(text: str) -> None:
    assert same_id(text, f"{W}/data/d/versions/1")


@pytest.mark.parametrize(
    "text", ["", "digits", "azureml:digits:1", "azureml:digits@latest", f"{W}/models", "https://x/y"]
)
def test_any_other_text_is_no_id(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (f"{W}/computes/cpu", f"{W}/computes/cpu".upper(), True),
        (f"{W}/models/digits/versions/1", f"{W.upper()}/MODELS/digits/Versions/1", True),
        (f"{W}/models/digits/versions/a", f"{W}/models/Digits/versions/a", False),
        (f"{W}/models/digits/versions/a", f"{W}/models/digits/versions/A", False),
        (f"{W}/computes/cpu", f"{W}/computes/gpu", False),
        (SUBNET, SUBNET.lower(), True),
        ("azureml://registries/AzureML/models/m/versions/1", "azureml://registries/azureml/models/m/versions/1", True),
        ("azureml://registries/azureml/models/m/versions/1", f"{W}/models/m/versions/1", False),
        ("azureml:digits:1", "azureml:digits:1", True),
        ("azureml:digits:1", f"{W}/models/digits/versions/1", False),
    ],
)
def test_only_asset_names_and_versions_have_a_case(a: str, b: str, same: bool) -> None:
    assert same_id(a, b) is same
