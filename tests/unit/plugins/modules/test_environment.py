# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import environment
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    WORKSPACE,
    Call,
    Run,
    error,
    get,
    put,
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
    standing = version(condaFile="name: digits\ndependencies: [python=3.11, pip, {pip: [numpy]}]\n")

    assert not run(environment, {"name": "env", "image": IMAGE, "conda_file": CONDA}, listed(standing))["changed"]


def test_image_alone_is_other_content_than_with_conda(run: Run) -> None:
    out = run(
        environment, {"name": "env", "version": "1", "image": IMAGE}, get("environments/env/versions/1", version())
    )

    assert out.failed
    assert "version 1 holds other content" in out["msg"]
    assert "the task wants none" in out["msg"]


def test_tags_are_written_with_all_that_stands(run: Run) -> None:
    write = put("environments/env/versions/1", body=version(tags={"a": "b"}), operation=False)
    out = run(
        environment,
        {"name": "env", "image": IMAGE, "conda_file": CONDA, "tags": {"a": "b"}},
        listed(version()),
        write,
    )

    standing = version()["properties"]
    for key in ("environmentType", "provisioningState", "description"):
        del standing[key]
    assert write.sent == {"properties": {**standing, "tags": {"a": "b"}}}
    assert out["diff"] == {
        "before": {"name": "env", "version": "1", "tags": {}},
        "after": {"name": "env", "version": "1", "tags": {"a": "b"}},
    }


def test_version_taken_by_somebody_else_meanwhile(run: Run) -> None:
    taken = error("UserError", "Environment env with version 2 is already registered and cannot be changed.")
    standing = {"properties": {"latestVersion": "1", "nextVersion": "2"}}
    theirs = version("2", None)
    out = run(
        environment,
        {"name": "env", "image": IMAGE, "conda_file": {"name": "new"}},
        listed(version()),
        get("environments/env", standing),
        put("environments/env/versions/2", 409, taken, operation=False),
        get("environments/env/versions/2", theirs),
        listed(version()),
        get("environments/env", {"properties": {"latestVersion": "2", "nextVersion": "3"}}),
        get("environments/env/versions/2", theirs),
        put("environments/env/versions/3", body=version("3", {"name": "new"}), operation=False),
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
