# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import environment
from ansible_collections.mlops.azureml.tests.unit.plugins.fake_storage import plug_in
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    WORKSPACE,
    Call,
    Run,
    error,
    get,
    put,
    stored,
)

IMAGE = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04"
CONDA = {"name": "digits", "dependencies": ["python=3.11", "pip", {"pip": ["numpy"]}]}
QUERY = {"$orderBy": "createdtime desc", "listViewType": "ActiveOnly"}


@pytest.fixture(params=["yaml", "json", "mapping"])
def conda(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "mapping":
        return CONDA
    text = "dependencies:\n- python=3.11\n- pip\n- pip: [numpy]\nname: digits\n"
    (tmp_path / "conda").write_text(text if request.param == "yaml" else json.dumps(CONDA))
    return f"{tmp_path}/conda"


def version(name: str = "1", conda: Any = ..., **properties: Any) -> dict[str, Any]:
    conda = CONDA if conda is ... else conda
    return {
        "id": f"{WORKSPACE}/environments/env/versions/{name}",
        "name": name,
        "properties": {
            "description": None,
            "tags": {},
            "properties": {"azureml.labels": "latest"},
            "isArchived": False,
            "isAnonymous": False,
            "environmentType": "UserCreated",
            "image": IMAGE,
            "condaFile": json.dumps(conda, indent=2) if conda else "",
            "osType": "Linux",
            "autoRebuild": "Disabled",
            "provisioningState": "Succeeded",
            "stage": "Development",
            **properties,
        },
    }


def listed(*versions: dict[str, Any]) -> Call:
    return get("environments/env/versions", {"value": list(versions)}, **QUERY)


def test_new_environment(run: Run, conda: Any) -> None:
    write = put("environments/env/versions/1", body=version(), operation=False)
    out = run(
        environment,
        {"name": "env", "image": IMAGE, "conda_file": conda},
        get("environments/env/versions", **QUERY),
        get("environments/env"),
        write,
        stored(write),
    )

    sent = write.sent["properties"]
    assert json.loads(sent.pop("condaFile")) == CONDA
    assert sent == {"image": IMAGE, "osType": "Linux"}
    assert out["environment"]["conda_file"] == CONDA
    assert out["environment"]["properties"] == {}, "labels are the service's own"
    assert out["diff"]["after"] == {
        "name": "env",
        "version": "1",
        "image": IMAGE,
        "conda_file": CONDA,
        "os_type": "linux",
    }


def test_environment_that_stands_costs_one_request(run: Run, conda: Any) -> None:
    out = run(environment, {"name": "env", "image": IMAGE, "conda_file": conda}, listed(version("2", None), version()))

    assert not out["changed"]
    assert out["environment"]["version"] == "1"


def test_specification_that_an_older_client_left_as_yaml(run: Run) -> None:
    current = version(condaFile="name: digits\ndependencies: [python=3.11, pip, {pip: [numpy]}]\n")

    assert not run(environment, {"name": "env", "image": IMAGE, "conda_file": CONDA}, listed(current))["changed"]


def test_image_alone_is_other_content_than_with_conda(run: Run) -> None:
    out = run(
        environment, {"name": "env", "version": "1", "image": IMAGE}, get("environments/env/versions/1", version())
    )

    assert out.failed
    assert "version 1 holds other content" in out["msg"]
    assert "the task asks for none" in out["msg"]


def test_tags_are_written_with_all_that_stands(run: Run) -> None:
    write = put("environments/env/versions/1", body=version(tags={"a": "b"}), operation=False)
    out = run(
        environment,
        {"name": "env", "image": IMAGE, "conda_file": CONDA, "tags": {"a": "b"}},
        listed(version()),
        get("environments/env/versions/1", version()),  # a list may be late
        write,
        stored(write),
    )

    current = version()["properties"]
    for key in ("environmentType", "provisioningState", "description"):
        del current[key]
    assert write.sent == {"properties": {**current, "tags": {"a": "b"}}}
    assert out["diff"] == {
        "before": {"name": "env", "version": "1", "tags": {}},
        "after": {"name": "env", "version": "1", "tags": {"a": "b"}},
    }


def test_version_taken_by_somebody_else_meanwhile(run: Run) -> None:
    taken = error("UserError", "Environment env with version 2 is already registered and cannot be changed.")
    current = {"properties": {"latestVersion": "1", "nextVersion": "2"}}
    theirs = version("2", None)
    write = put("environments/env/versions/3", body=version("3", {"name": "new"}), operation=False)
    out = run(
        environment,
        {"name": "env", "image": IMAGE, "conda_file": {"name": "new"}},
        listed(version()),
        get("environments/env", current),
        put("environments/env/versions/2", 409, taken, operation=False),
        get("environments/env/versions/2", theirs),
        listed(version()),
        get("environments/env", {"properties": {"latestVersion": "2", "nextVersion": "3"}}),
        get("environments/env/versions/2", theirs),
        write,
        stored(write),
    )

    assert out["environment"]["version"] == "3"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("a: [b\nc: d\n", "line 2 is not YAML"), ("- numpy\n", "line 1, is no mapping")],
)
def test_bad_conda_file_is_refused_before_any_request(run: Run, tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "conda.yml").write_text(text)
    out = run(environment, {"name": "env", "image": IMAGE, "conda_file": f"{tmp_path}/conda.yml"})

    assert out.failed
    assert f"conda_file: {tmp_path}/conda.yml, {complaint}" in out["msg"]


CONTEXT_HASH = "f79bc6342a38694b4592b4a2fc5e6b05fe500006c38f828887bd2d24725c5c20"
CONTEXT = f"https://acc.blob.core.windows.net/blobs/LocalUpload/{CONTEXT_HASH}/my%20image/"
STORE = {
    "id": f"{WORKSPACE}/datastores/blobs",
    "name": "blobs",
    "properties": {"credentials": {"credentialsType": "None"}, "accountName": "acc", "containerName": "blobs"},
}


@pytest.fixture
def context(tmp_path: Path) -> str:
    (tmp_path / "my image").mkdir()
    (tmp_path / "my image/Dockerfile").write_text("FROM scratch\n")
    return f"{tmp_path}/my image"


def built(uri: str = CONTEXT, dockerfile: str = "Dockerfile", **properties: Any) -> dict[str, Any]:
    current = version(conda=None, build={"contextUri": uri, "dockerfilePath": dockerfile}, **properties)
    del current["properties"]["image"]  # as the service answers an environment that has none
    return current


def test_folder_to_build_from_is_uploaded_and_named_by_its_url(
    run: Run, context: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = plug_in(monkeypatch)
    write = put("environments/env/versions/1", body=built(), operation=False)
    made = (
        get("environments/env/versions", **QUERY),
        get("environments/env"),
        get("datastores", {"value": [STORE]}, isDefault="true"),
    )
    task = {"name": "env", "build": {"path": context}}
    predicted = run(environment, task, *made, check=True)
    assert storage.containers == {}
    out = run(environment, task, *made, write, stored(write))

    assert write.sent == {"properties": {"build": {"contextUri": CONTEXT}, "osType": "Linux"}}
    assert storage["https://acc.blob.core.windows.net/blobs"].log == [
        f"create LocalUpload/{CONTEXT_HASH}/my image/Dockerfile",
        f"mark LocalUpload/{CONTEXT_HASH}/my image/Dockerfile",
    ]
    assert out["diff"] == predicted["diff"]
    assert out["diff"]["after"]["build"] == {"path": context}
    assert out["environment"]["build"] == {"path": CONTEXT.rstrip("/") + "/", "dockerfile_path": "Dockerfile"}
    assert out["environment"]["image"] is None


@pytest.mark.parametrize("more", [{}, {"dockerfile_path": "Dockerfile"}])
@pytest.mark.parametrize("uri", [CONTEXT, CONTEXT.replace("%20", " "), CONTEXT.rstrip("/")])
def test_folder_that_is_built_from_already_costs_one_request(
    run: Run, context: str, uri: str, more: dict[str, str]
) -> None:
    task = {"name": "env", "build": {"path": context, **more}}
    assert not run(environment, task, listed(version("2"), built(uri)))["changed"]


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ({"build": {"path": "https://a.blob.core.windows.net/c/other"}}, "build.path is"),
        (
            {"build": {"path": CONTEXT, "dockerfile_path": "d/Dockerfile"}},
            "build.dockerfile_path is Dockerfile, the task asks for d/",
        ),
        ({"image": IMAGE}, "image is absent, the task asks for mcr"),
        (
            {"build": {"path": CONTEXT}, "auto_rebuild": "on_base_image_update"},
            "auto_rebuild is disabled, the task asks for on_",
        ),
        (
            {"build": {"path": CONTEXT}, "inference_config": {"scoring_route": {"path": "/score", "port": 5001}}},
            "inference_config.scoring_route.path is absent, the task asks for /score; inference_config.scoring_route",
        ),
    ],
)
def test_other_image_is_other_content(run: Run, task: dict[str, Any], expected: str) -> None:
    out = run(environment, {"name": "env", "version": "1", **task}, get("environments/env/versions/1", built()))
    assert expected in out["msg"]


def test_new_environment_is_sent_all_that_the_task_says(run: Run) -> None:
    write = put("environments/env/versions/9", body={**built(), "name": "9"}, operation=False)
    routes = {
        "liveness_route": {"path": "/live", "port": 5001},
        "readiness_route": {"path": "/ready", "port": 5002},
        "scoring_route": {"path": "/score", "port": 5003},
    }
    task = {
        "build": {"path": CONTEXT, "dockerfile_path": "d/Dockerfile"},
        "inference_config": routes,
        "auto_rebuild": "on_base_image_update",
        "os_type": "windows",
        "stage": "Production",
        "description": "d",
        "tags": {"a": "b"},
        "properties": {"p": "q"},
    }
    run(environment, {"name": "env", "version": "9", **task}, get("environments/env/versions/9"), write, stored(write))

    assert write.sent["properties"] == {
        "build": {"contextUri": CONTEXT, "dockerfilePath": "d/Dockerfile"},
        "inferenceConfig": {
            "livenessRoute": {"path": "/live", "port": 5001},
            "readinessRoute": {"path": "/ready", "port": 5002},
            "scoringRoute": {"path": "/score", "port": 5003},
        },
        "autoRebuild": "OnBaseImageUpdate",
        "osType": "Windows",
        "stage": "Production",
        "description": "d",
        "tags": {"a": "b"},
        "properties": {"p": "q"},
    }


@pytest.mark.parametrize(
    ("task", "complaint"),
    [
        ({}, "image or build.path is missing"),
        ({"conda_file": CONDA}, "image or build.path is missing"),
        ({"build": {"dockerfile_path": "d"}}, "image or build.path is missing"),
        ({"image": IMAGE, "build": {"path": CONTEXT}}, "mutually exclusive: image|build"),
        ({"conda_file": CONDA, "build": {"path": CONTEXT}}, "mutually exclusive: conda_file|build"),
        ({"build": {"path": "/dev/null/nothing"}}, "build.path: "),
        (
            {"image": IMAGE, "inference_config": {"scoring_route": {"path": "/score"}}},
            "inference_config.scoring_route.path needs inference_config.scoring_route.port",
        ),
        ({"build": {"path": __file__}}, "is a file, and it has to be a folder"),
    ],
)
def test_image_has_one_origin(run: Run, task: dict[str, Any], complaint: str) -> None:
    assert complaint in run(environment, {"name": "env", **task})["msg"]


def test_names_of_the_service_are_its_own(run: Run) -> None:
    out = run(environment, {"name": "AzureML-mine", "image": IMAGE})
    assert "'AzureML-mine' cannot be the name of a environment" in out["msg"]
