# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._names.storage_uri import (
    comparison_key,
    is_cloud,
    long_form,
    same_place,
    upload_hash,
)

HERE = WorkspaceId("sub1", "rg1", "ws1")
LONG = "azureml://subscriptions/sub1/resourcegroups/rg1/workspaces/ws1/datastores/store/paths/a/B c"


@pytest.mark.parametrize(
    "text",
    ["azureml://datastores/d/paths/p", "https://x/y", "azureml:a:1", "wasbs://c@a/p", "abfss://f@a/p", "runs:/1/m"],
)
def test_uris_and_references_are_of_the_cloud(text: str) -> None:
    assert is_cloud(text)


@pytest.mark.parametrize("text", ["model", "./model", "/srv/model", "~/model", "C/model", "azureml", "a:b", "runs/1"])
def test_paths_are_local(text: str) -> None:
    assert not is_cloud(text)


def test_the_long_form_of_a_path_in_a_datastore() -> None:
    assert long_form("azureml://datastores/store/paths/a/B c", HERE) == LONG
    assert long_form(LONG.replace("resourcegroups/rg1", "resourceGroups/RG1"), HERE) == LONG
    assert long_form(LONG.replace("ws1", "ws2"), HERE) == LONG.replace("ws1", "ws2")
    assert long_form("https://host/a", HERE) is None


@pytest.mark.parametrize(
    "same",
    [
        LONG,
        f"{LONG}/",
        "azureml://datastores/store/paths/a/B c",
        LONG.replace("resourcegroups", "resourceGroups"),
        LONG.replace("sub1/resourcegroups/rg1", "SUB1/resourceGroups/RG1"),
        LONG.replace("store/", "Store/"),
        LONG.replace("/workspaces", "/providers/Microsoft.MachineLearningServices/workspaces"),
    ],
)
def test_all_forms_of_a_uri_are_the_same(same: str) -> None:
    assert comparison_key(same, HERE) == comparison_key(LONG, HERE)


@pytest.mark.parametrize(
    "other",
    [
        LONG.replace("B c", "b c"),
        LONG.replace("ws1", "ws2"),
        "azureml://jobs/a/outputs/artifacts/paths/a/B c",
        "https://host/a/B c",
    ],
)
def test_other_uris_differ(other: str) -> None:
    assert comparison_key(other, HERE) != comparison_key(LONG, HERE)


def test_the_default_port_and_a_slash_at_the_end_do_not_count() -> None:
    assert comparison_key("https://a.blob.x:443/c/src/", HERE) == comparison_key("https://a.blob.x/c/src", HERE)
    assert comparison_key("https://a.blob.x:4430/c/src", HERE) != comparison_key("https://a.blob.x/c/src", HERE)


def test_the_content_hash_is_in_the_uri_of_an_upload() -> None:
    digest = "5b90126f4721a98e2b4fcda9204a387e"

    assert upload_hash(f"azureml://datastores/d/paths/LocalUpload/{digest}/model.pkl") == digest
    assert upload_hash(f"https://a/c/LocalUpload/{digest}") == digest
    assert upload_hash("https://a/c/LocalUpload/mine/model.pkl") is None


LOGGED = f"{LONG.partition('/datastores')[0]}/datastores/workspaceartifactstore/paths/ExperimentRun/dcid.j1"
WRITTEN = "azureml://datastores/store/paths/azureml/j1/model"


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("azureml://jobs/j1/outputs/artifacts/paths/model/", f"{LOGGED}/model"),
        ("azureml://jobs/j1/outputs/artifacts/model", f"{LOGGED}/model/".replace("resourcegroups", "resourceGroups")),
        ("azureml://jobs/j1/outputs/artifacts", f"{LOGGED}/"),
        ("runs:/j1/model/a b.pkl", f"{LOGGED}/model/a b.pkl"),
        ("runs:/j1", LOGGED.replace("workspaceartifactstore", "WorkspaceArtifactStore")),
        ("runs:/j1/model", "azureml://jobs/j1/outputs/artifacts/paths/model/"),
        ("azureml://jobs/j1/outputs/model", WRITTEN),
        ("azureml://jobs/j1/outputs/model/paths/m.pkl", f"{WRITTEN}/m.pkl"),
        ("azureml://jobs/j1/outputs/model", "azureml://jobs/j1/outputs/model/"),
    ],
)
def test_the_output_of_a_job_is_the_place_that_holds_it(reference: str, place: str) -> None:
    assert same_place(reference, place, HERE)
    assert same_place(place, reference, HERE)


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("runs:/j1/model", f"{LOGGED}/Model"),
        ("runs:/j1/model", f"{LOGGED}/model/MLmodel"),
        ("runs:/j2/model", f"{LOGGED}/model"),
        ("runs:/j1/model", f"{LOGGED}/model".replace("workspaceartifactstore", "store")),
        ("runs:/j1/model", f"{LOGGED}/model".replace("ws1", "ws2")),
        ("runs:/j1/model", "https://account.blob.core.windows.net/azureml/ExperimentRun/dcid.j1/model"),
        ("azureml://jobs/j1/outputs/model", WRITTEN.replace("j1", "j2")),
        ("azureml://jobs/j1/outputs/model", WRITTEN.replace("model", "other")),
        ("azureml://jobs/j1/outputs/model", "azureml://jobs/j1/outputs/artifacts/model"),
    ],
)
def test_another_place_is_not_the_output_of_the_job(reference: str, place: str) -> None:
    assert not same_place(reference, place, HERE)
    assert not same_place(place, reference, HERE)
