# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import data
from ansible_collections.mlops.azureml.tests.unit.plugins.fake_storage import plug_in
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    SUBSCRIPTION,
    WORKSPACE,
    Call,
    Run,
    get,
    put,
    stored,
)

STORE = {
    "id": f"{WORKSPACE}/datastores/blobs",
    "name": "blobs",
    "properties": {"credentials": {"credentialsType": "None"}, "accountName": "acc", "containerName": "blobs"},
}
THERE = get("datastores/workspaceblobstore", STORE)
SHORT = "azureml://datastores/workspaceblobstore/paths/incoming/digits"
LONG = f"azureml:/{SUBSCRIPTION}/resourcegroups/rg1/workspaces/ws1/datastores/workspaceblobstore/paths/incoming/digits"


def version(uri: str = LONG, **properties: Any) -> dict[str, Any]:
    return {
        "id": f"{WORKSPACE}/data/images/versions/1",
        "name": "1",
        "properties": {
            "description": None,
            "tags": None,
            "properties": None,
            "isArchived": False,
            "isAnonymous": False,
            "dataUri": uri,
            "dataType": "uri_folder",
            **properties,
        },
    }


def listed(*versions: dict[str, Any]) -> Call:
    query = {"$orderBy": "createdtime desc", "listViewType": "ActiveOnly"}
    return get("data/images/versions", {"value": list(versions)} if versions else None, **query)


def test_data_in_the_cloud_is_registered_as_given(run: Run) -> None:
    write = put("data/images/versions/1", body=version(), operation=False)
    out = run(data, {"name": "images", "path": SHORT}, listed(), get("data/images"), THERE, write, stored(write))

    assert write.sent == {"properties": {"dataUri": SHORT, "dataType": "uri_folder"}}
    assert out["data"] == {
        "id": f"{WORKSPACE}/data/images/versions/1",
        "name": "images",
        "version": "1",
        "reference": "azureml:images:1",
        "path": LONG,
        "hash": None,
        "type": "uri_folder",
        "referenced_uris": [],
        "description": None,
        "tags": {},
        "properties": {},
        "archived": False,
    }


@pytest.mark.parametrize("path", [SHORT, f"{SHORT}/", LONG, LONG.replace("resourcegroups", "resourceGroups")])
def test_data_that_stands_costs_one_request(run: Run, path: str) -> None:
    assert not run(data, {"name": "images", "path": path, "tags": {}}, listed(version()))["changed"]


def test_prediction_shows_the_path_as_the_service_will(run: Run) -> None:
    out = run(data, {"name": "images", "path": SHORT}, listed(), get("data/images"), THERE, check=True)

    assert out["data"]["path"] == LONG


def test_a_datastore_that_is_not_there_is_found_before_any_write(run: Run) -> None:
    start = (listed(), get("data/images"), get("datastores/workspaceblobstore"))
    out = run(data, {"name": "images", "path": SHORT}, *start)
    assert out["msg"].startswith("path: there is no datastores/workspaceblobstore in workspace ws1")
    predicted = run(data, {"name": "images", "path": SHORT}, *start, check=True)
    assert (predicted["changed"], len(predicted.warnings)) == (True, 1)


def test_a_datastore_of_another_workspace_is_none_of_ours(run: Run) -> None:
    write = put("data/images/versions/1", body=version(), operation=False)
    elsewhere = LONG.replace("workspaces/ws1", "workspaces/ws2")
    assert run(data, {"name": "images", "path": elsewhere}, listed(), get("data/images"), write, stored(write))[
        "changed"
    ]


def test_other_folder_under_a_given_version_is_refused(run: Run) -> None:
    out = run(data, {"name": "images", "version": "1", "path": f"{SHORT}-2"}, get("data/images/versions/1", version()))

    assert out.failed
    assert f"path is {LONG}, the task asks for {LONG}-2" in out["msg"]


@pytest.mark.parametrize(
    ("kind", "name", "complaint"),
    [
        ("uri_folder", "file", "is a file, and type uri_folder is for a folder"),
        ("mltable", "file", "is a file, and type mltable is for a folder"),
        ("uri_file", "", "is a folder, and type uri_file is for a file"),
    ],
)
def test_kind_and_files_must_fit(run: Run, tmp_path: Path, kind: str, name: str, complaint: str) -> None:
    (tmp_path / "file").write_text("")
    out = run(data, {"name": "images", "path": f"{tmp_path}/{name}", "type": kind})

    assert out.failed
    assert complaint in out["msg"]


def test_empty_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert "holds no file to upload" in run(data, {"name": "images", "path": f"{tmp_path}/empty"})["msg"]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "table").mkdir()
    (tmp_path / "table/MLTable").write_text("paths:\n- folder: ./b\n- file: azureml://x\n- pattern: ./*.csv\n")
    return tmp_path / "table"


PLACES = ["./b", "azureml://x", "./*.csv"]


def test_table_tells_what_it_is_made_of(run: Run, table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch)
    write = put("data/images/versions/1", body=version(dataType="mltable", referencedUris=PLACES), operation=False)
    made = (listed(), get("data/images"), get("datastores", {"value": [STORE]}, isDefault="true"))
    task = {"name": "images", "path": str(table), "type": "mltable"}
    predicted = run(data, task, *made, check=True)
    out = run(data, task, *made, write, stored(write))

    assert write.sent["properties"]["referencedUris"] == PLACES
    assert out["data"]["referenced_uris"] == predicted["data"]["referenced_uris"] == sorted(PLACES)
    assert out["diff"] == predicted["diff"]
    assert out["diff"]["after"]["referenced_uris"] == sorted(PLACES)


def test_places_of_a_table_can_be_told(run: Run) -> None:
    current = version(dataType="mltable", referencedUris=["b", "a"])
    task = {"name": "images", "version": "1"}
    at = get("data/images/versions/1", current)
    write = put("data/images/versions/1", 200, current, operation=False)

    assert not run(data, {**task, "referenced_uris": ["a", "b"]}, at)["changed"]
    run(data, {**task, "referenced_uris": ["c"]}, at, write, stored(write))
    assert write.sent["properties"]["referencedUris"] == ["c"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "has no file MLTable"),
        ("paths: []", "names no paths"),
        ("type: mltable", "names no paths"),
        ("paths: [a.csv]", "'a.csv' is no path"),
        ("paths: [{file: 1}]", "is no path"),
        ("- a", "is no mapping"),
    ],
)
def test_table_that_is_none(run: Run, table: Path, text: str | None, complaint: str) -> None:
    (table / "MLTable").unlink()
    (table / "other").write_text("")
    if text is not None:
        (table / "MLTable").write_text(text)

    assert complaint in run(data, {"name": "images", "path": str(table), "type": "mltable"})["msg"]
