# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a definition describes in place of a reference is published on the way, once, and found again."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import (
    batch_deployment,
    batch_endpoint,
    code,
    component,
    component_info,
    compute,
    environment,
    environment_info,
    model,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.conftest import Emulated
from ansible_collections.mlops.azureml.tests.unit.plugins.fake_storage import FakeStorage

DESCRIBED = Path(__file__).parent / "described"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Our files, free to be changed."""
    return Path(shutil.copytree(DESCRIBED, tmp_path / "files"))


@pytest.fixture
def place(emulated: Emulated) -> Emulated:
    """A workspace with a cluster and an endpoint."""
    emulated(compute, {"name": "cluster", "size": "Standard_DS3_v2", "max_instances": 1})
    emulated(batch_endpoint, {"name": "digits"})
    return emulated


def endings(ids: list[str]) -> list[str]:
    """Ids below the workspace; names that the collection has made up without their hash."""
    below = (target.partition("/workspaces/")[2].partition("/")[2] for target in ids)
    return [re.sub("-inline-[0-9a-f]{8}/", "-inline/", target) for target in below]


def without_operations(emulated: Emulated) -> list[str]:
    return [request.method for request in emulated.requests if "Operations" not in request.url.path]


def test_a_deployment_with_all_it_is_made_of(place: Emulated, files: Path) -> None:
    task: dict[str, Any] = {"definition": f"{files}/deployment.yml"}
    predicted = place(batch_deployment, task, check=True)
    assert predicted.warnings == []
    assert place.writes == []
    made = place(batch_deployment, task)
    assert made["diff"] == predicted["diff"]
    assert made["published"] == predicted["published"]
    assert endings(made["published"]) == [
        "models/digit-weights/versions/1",
        "codes/digits-inline/versions/1",
        "environments/digit-packages/versions/1",
    ]
    assert made["steps"] == predicted["steps"]
    named = made["published"][1].split("/")[-3]
    assert [step for step in made["steps"] if not step.startswith("upload ")] == [
        "publish model digit-weights, version 1",
        f"publish code {named}, version 1",
        "publish environment digit-packages, version 1",
        "create batch deployment digits/blue",
    ]
    assert made["batch_deployment"]["environment"] == made["published"][2]
    assert made["batch_deployment"]["environment_variables"] == {"SIZE": "8"}

    again = place(batch_deployment, task)
    assert (again["changed"], again["published"]) == (False, [])
    assert without_operations(place) == ["GET"] * 4, "the deployment, and what it is made of"


def test_only_what_changed_is_published(place: Emulated, files: Path) -> None:
    task: dict[str, Any] = {"definition": f"{files}/deployment.yml"}
    first = place(batch_deployment, task)
    (files / "code" / "score.py").write_text("def run(batch):\n    return []\n")

    changed = place(batch_deployment, task)

    assert endings(changed["published"]) == ["codes/digits-inline/versions/2"]
    assert changed["diff"]["before"]["code_configuration"]["code"] == first["published"][1]
    assert changed["batch_deployment"]["model"] == first["batch_deployment"]["model"]


def test_what_is_wrong_fails_before_any_write(place: Emulated, files: Path) -> None:
    (files / "environment" / "conda.yml").unlink()
    missing = place(batch_deployment, {"definition": f"{files}/deployment.yml"})
    assert missing["msg"].startswith("definition.environment: conda_file: cannot read")
    assert place.writes == []

    (files / "environment" / "conda.yml").write_text("dependencies: []")
    (files / "code" / "score.py").rename(files / "code" / "other.py")
    unscripted = place(batch_deployment, {"definition": f"{files}/deployment.yml"})
    assert "required_files: score.py is not among the files" in unscripted["msg"]
    (files / "code" / "other.py").rename(files / "code" / "score.py")

    text = (files / "deployment.yml").read_text()
    (files / "deployment.yml").write_text(text.replace("azureml:cluster", "azureml:no-cluster"))
    absent = place(batch_deployment, {"definition": f"{files}/deployment.yml"})
    assert absent["msg"].startswith("compute: there is no computes/no-cluster")
    assert place.writes == []

    (files / "deployment.yml").write_text(text.replace("  conda_file:", "  conda_flie:"))
    wrong = place(batch_deployment, {"definition": f"{files}/deployment.yml"})
    assert wrong["msg"].startswith("definition.environment.conda_flie: this key is not supported")


def test_an_option_of_the_task_wins(place: Emulated, files: Path) -> None:
    made = place(batch_deployment, {"definition": f"{files}/deployment.yml"})
    curated = "azureml://registries/azureml/environments/sklearn-1.5/versions/3"
    other = place(batch_deployment, {"definition": f"{files}/deployment.yml", "environment": curated})
    assert other["published"] == []
    assert other["batch_deployment"]["environment"] == curated
    assert other["batch_deployment"]["model"] == made["batch_deployment"]["model"]


def test_what_others_made_in_place_is_kept(place: Emulated, files: Path) -> None:
    """As the official SDK names it: another name, the same content."""
    text = (files / "deployment.yml").read_text()
    (files / "deployment.yml").write_text(text.replace("name: digit-packages", "name: CliV2AnonymousEnvironment"))
    place(batch_deployment, {"definition": f"{files}/deployment.yml"})
    (files / "deployment.yml").write_text(text)
    assert not place(batch_deployment, {"definition": f"{files}/deployment.yml"})["changed"]
    assert place(environment_info, {})["environments"][0]["name"] == "CliV2AnonymousEnvironment"


def test_what_others_call_by_the_same_name_is_left_alone(place: Emulated, files: Path) -> None:
    """The team has an environment, code, a model and a component named as the endpoint and its pipeline are."""
    text = (
        (files / "deployment.yml")
        .read_text()
        .replace("  name: digit-packages\n", "")
        .replace("  name: digit-weights\n", "")
    )
    (files / "deployment.yml").write_text(text)
    image, uri = {"image": "library/python:3.9"}, {"path": "https://account.blob.core.windows.net/c/src"}
    teams = [
        (module, {"name": name, **content})
        for module, content in ((environment, image), (code, uri), (model, uri))
        for name in ("digits", "digits_pipeline", "digits_pipeline-count")
    ]
    for module, task in teams:
        assert place(module, task)["changed"]
    for file in ("deployment.yml", "pipeline-deployment.yml"):
        made = place(batch_deployment, {"definition": f"{files}/{file}"})
        assert not {target.split("/")[-3] for target in made["published"]} & {"digits", "digits_pipeline-count"}
        assert not place(batch_deployment, {"definition": f"{files}/{file}"})["changed"]
    for module, task in teams:
        kind = module.__name__.rpartition(".")[2]
        assert place(module, {**task, "version": "2", "state": "absent"})["changed"] is False, kind


def test_a_reference_into_a_registry_is_replaced(place: Emulated, files: Path) -> None:
    curated = "azureml://registries/azureml/environments/sklearn-1.5/versions/3"
    place(batch_deployment, {"definition": f"{files}/deployment.yml", "environment": curated})
    made = place(batch_deployment, {"definition": f"{files}/deployment.yml"})
    assert endings(made["published"]) == ["environments/digit-packages/versions/1"]


def test_a_pipeline_with_its_steps(place: Emulated, files: Path) -> None:
    task: dict[str, Any] = {"definition": f"{files}/pipeline-deployment.yml"}
    predicted = place(batch_deployment, task, check=True)
    assert place.writes == []
    made = place(batch_deployment, task)
    assert made["published"] == predicted["published"]
    assert made["diff"] == predicted["diff"]
    assert made["steps"] == predicted["steps"]
    assert [step for step in made["steps"] if not step.startswith("upload ")][-2:] == [
        "publish component digits_pipeline, version 1",
        "create batch deployment digits/flow",
    ]
    assert endings(made["published"]) == [
        "codes/digits_prepare-inline/versions/1",
        "environments/digits_prepare-inline/versions/1",
        "components/digits_prepare/versions/1",
        "codes/digits_pipeline-count-inline/versions/1",
        "components/digits_pipeline-count-inline/versions/1",
        "components/digits_pipeline-say-inline/versions/1",
        "components/digits_pipeline/versions/1",
    ]
    assert not place(batch_deployment, task)["changed"]
    assert not place(component, {"definition": f"{files}/pipeline.yml"})["changed"]

    say = made["published"][5].split("/")[-3]
    said = place(component_info, {"name": say})["components"][0]["definition"]
    assert {name: port["type"] for name, port in said["inputs"].items()} == {
        "mode": "string",
        "times": "integer",
        "prepared": "uri_folder",
    }


def test_a_component_with_code_from_elsewhere(emulated: Emulated, files: Path, storage: FakeStorage) -> None:
    definition = {
        "name": "digits_shared",
        "type": "command",
        "command": "python score.py",
        "environment": "azureml://registries/azureml/environments/sklearn-1.5/labels/latest",
        "code": f"{files}/code",
        "additional_includes": [f"{files}/model", f"{files}/step/prepare.yml"],
    }
    made = emulated(component, {"definition": definition})
    assert endings(made["published"])[0] == "codes/digits_shared-inline/versions/1"
    (container,) = storage.containers.values()
    assert set(container.blobs) == {"code/score.py", "code/model/weights.json", "code/prepare.yml"}
    assert not emulated(component, {"definition": definition})["changed"]

    (files / "model" / "weights.json").write_text("[]")
    assert endings(emulated(component, {"definition": definition})["published"])[0].endswith("versions/2")

    definition["additional_includes"] = [f"{files}/code/score.py"]
    assert "would be named score.py" in emulated(component, {"definition": definition})["msg"]


def test_a_component_with_its_code(emulated: Emulated, files: Path) -> None:
    task: dict[str, Any] = {"definition": f"{files}/step/prepare.yml"}
    predicted = emulated(component, task, check=True)
    made = emulated(component, task)
    assert made["diff"] == predicted["diff"]
    (used,) = endings([made["component"]["definition"]["code"].removeprefix("azureml:")])
    assert used == "codes/digits_prepare-inline/versions/1"
    assert not emulated(component, task)["changed"]

    (files / "code" / "score.py").write_text("changed = True\n")
    refused = emulated(component, task)
    assert refused.failed, "the file says version 1"
    assert emulated.writes == [], "the new code is not registered in vain"
