# Copyright (, no_usersc) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import model
from ansible_collections.mlops.azureml.tests.unit.plugins.fake_storage import FakeStorage, plug_in
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    SUBSCRIPTION,
    WORKSPACE,
    Call,
    Run,
    get,
    no_users,
    put,
    stored,
)

HASH = "6560abd247b934404f69bca2a0542cc3d45d5790139fda49b4d448f718f1c3d2"
PLACE = f"LocalUpload/{HASH}/model"
HOME = f"azureml:/{SUBSCRIPTION}/resourcegroups/rg1/workspaces/ws1"
SENT_URI = f"{HOME}/datastores/workspaceblobstore/paths/{PLACE}"
STORE = {
    "id": f"{WORKSPACE}/datastores/workspaceblobstore",
    "name": "workspaceblobstore",
    "properties": {
        "credentials": {"credentialsType": "None"},
        "accountName": "acc",
        "containerName": "blobs",
        "endpoint": "core.windows.net",
        "protocol": "https",
    },
}


@pytest.fixture
def source(tmp_path: Path) -> str:
    (tmp_path / "model").mkdir()
    (tmp_path / "model/model.npz").write_text("weights\n")
    return f"{tmp_path}/model"


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> FakeStorage:
    return plug_in(monkeypatch)


def version(**properties: Any) -> dict[str, Any]:
    return {
        "id": f"{WORKSPACE}/models/digits/versions/1",
        "name": "1",
        "properties": {
            "description": None,
            "tags": {},
            "properties": {},
            "isArchived": False,
            "flavors": {},
            "modelType": "custom_model",
            "modelUri": SENT_URI.replace("resourcegroups", "resourceGroups"),
            "jobName": None,
            "provisioningState": "Succeeded",
            "stage": "Development",
            **properties,
        },
    }


def listed(*versions: dict[str, Any]) -> Call:
    query = {"$orderBy": "createdtime desc", "listViewType": "ActiveOnly"}
    body = {"value": list(versions)} if versions else None
    return get("models/digits/versions", body, **query)


def test_new_model_is_uploaded_and_registered(run: Run, source: str, storage: FakeStorage) -> None:
    write = put("models/digits/versions/1", body=version(tags={"team": "vision"}), operation=False)
    out = run(
        model,
        {"name": "digits", "path": f"{source}/", "tags": {"team": "vision"}},
        listed(),
        get("models/digits"),
        get("datastores", {"value": [STORE]}, isDefault="true"),
        write,
        stored(write),
    )

    assert write.sent == {"properties": {"modelUri": SENT_URI, "modelType": "custom_model", "tags": {"team": "vision"}}}
    assert storage["https://acc.blob.core.windows.net/blobs"].log == [
        f"create {PLACE}/model.npz",
        f"mark {PLACE}/model.npz",
    ]
    assert out["changed"]
    assert out["model"] == {
        "id": f"{WORKSPACE}/models/digits/versions/1",
        "name": "digits",
        "version": "1",
        "reference": "azureml:digits:1",
        "path": SENT_URI,
        "hash": HASH,
        "type": "custom_model",
        "description": None,
        "tags": {"team": "vision"},
        "properties": {},
        "flavors": {},
        "job_name": None,
        "stage": "Development",
        "archived": False,
    }


def test_check_mode_predicts_the_same_and_writes_nothing(run: Run, source: str, storage: FakeStorage) -> None:
    out = run(
        model,
        {"name": "digits", "path": source},
        listed(),
        get("models/digits"),
        get("datastores", {"value": [STORE]}, isDefault="true"),
        check=True,
    )

    assert out["model"]["path"] == SENT_URI
    assert out["model"]["reference"] == "azureml:digits:1"
    assert out["diff"]["after"] == {
        "name": "digits",
        "version": "1",
        "path": source,
        "type": "custom_model",
        "hash": HASH,
    }
    assert storage.containers == {}


def test_model_that_stands_costs_one_request(run: Run, source: str, storage: FakeStorage) -> None:
    out = run(model, {"name": "digits", "path": source}, listed(version()))

    assert not out["changed"]
    assert out["diff"] == {"before": {}, "after": {}}
    assert storage.containers == {}


@pytest.mark.parametrize(
    "path",
    [
        "azureml://datastores/workspaceblobstore/paths/" + PLACE,
        SENT_URI,
        SENT_URI.replace("resourcegroups/rg1", "resourceGroups/RG1"),
    ],
)
def test_model_in_the_cloud_is_known_in_every_spelling(run: Run, path: str) -> None:
    assert not run(model, {"name": "digits", "path": path}, listed(version()))["changed"]


def test_other_type_is_another_version(run: Run) -> None:
    out = run(
        model,
        {"name": "digits", "path": SENT_URI, "type": "mlflow_model"},
        listed(version()),
        get("models/digits", {"properties": {"latestVersion": "1", "nextVersion": "2"}}),
        get("datastores/workspaceblobstore", STORE),
        check=True,
    )

    assert out["model"]["version"] == "2"


def test_delete_a_version(run: Run) -> None:
    out = run(
        model,
        {"name": "digits", "version": "1", "state": "absent"},
        get("models/digits/versions/1", version()),
        no_users(),
        Call("DELETE", "models/digits/versions/1"),
    )

    assert out["changed"]
    assert "model" not in out.result


def test_flavors_are_added_to_those_that_the_service_found(run: Run) -> None:
    """It reads those of an MLflow model without any from its file MLmodel (assets contract 14.16)."""
    current = version(flavors={"python_function": {"data": {"loader_module": "mlflow.sklearn"}}})
    desired = {"sklearn": {"sklearn_version": 1.4, "pickled": True}}
    write = put("models/digits/versions/1", 200, current, operation=False)
    out = run(
        model,
        {"name": "digits", "version": "1", "flavors": desired},
        get("models/digits/versions/1", current),
        write,
        stored(write),
    )

    assert write.sent["properties"]["flavors"] == {
        "python_function": {"data": {"loader_module": "mlflow.sklearn"}},
        "sklearn": {"data": {"sklearn_version": "1.4", "pickled": "true"}},
    }
    assert out["diff"]["before"]["flavors"] == {"python_function": {"loader_module": "mlflow.sklearn"}}
    both = {
        "python_function": {"loader_module": "mlflow.sklearn"},
        "sklearn": {"sklearn_version": "1.4", "pickled": "true"},
    }
    assert out["diff"]["after"]["flavors"] == both
    again = version(flavors=write.sent["properties"]["flavors"])
    task = {"name": "digits", "version": "1", "flavors": desired}
    assert not run(model, task, get("models/digits/versions/1", again))["changed"]


@pytest.mark.parametrize("flavors", [{"sklearn": "1.4"}, {"sklearn": {"deep": {"er": 1}}}])
def test_flavors_that_no_model_can_have(run: Run, flavors: Any) -> None:
    assert run(model, {"name": "digits", "version": "1", "flavors": flavors})["msg"].startswith("flavors: ")


def test_new_model_is_sent_all_that_the_task_says(run: Run) -> None:
    write = put("models/digits/versions/1", body=version(), operation=False)
    task = {"name": "digits", "path": SENT_URI, "type": "mlflow_model", "job_name": "train-42", "stage": "Production"}
    words = {"description": "d", "tags": {"a": "b"}, "properties": {"p": "q"}, "flavors": {"f": {}}}
    there = get("datastores/workspaceblobstore", STORE)
    run(model, {**task, **words}, listed(), get("models/digits"), there, write, stored(write))

    assert write.sent["properties"] == {
        "modelUri": SENT_URI,
        "modelType": "mlflow_model",
        "jobName": "train-42",
        "stage": "Production",
        "description": "d",
        "tags": {"a": "b"},
        "properties": {"p": "q"},
        "flavors": {"f": {"data": {}}},
    }
