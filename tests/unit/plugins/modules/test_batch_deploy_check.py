# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""batch_deploy_check: every mistake at once, entries by name and version, and a request only for what is elsewhere."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import batch_deploy_check
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import WORKSPACE, Run, get

NEWEST = {"$orderBy": "createdtime desc", "listViewType": "ActiveOnly"}


def cluster() -> dict[str, Any]:
    return {"id": f"{WORKSPACE}/computes/batch-cluster", "properties": {"computeType": "AmlCompute"}}


@pytest.fixture
def task(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "score").mkdir()
    (tmp_path / "score" / "score.py").write_text("def run(files): return files\n")
    (tmp_path / "digits.npz").write_text("weights")
    return {
        "endpoint": {"name": "digits-batch"},
        "computes": [{"name": "batch-cluster", "size": "Standard_DS3_v2", "max_instances": 2}],
        "codes": [{"name": "digits-score", "path": str(tmp_path / "score")}],
        "models": [{"name": "digits", "path": str(tmp_path / "digits.npz")}],
        "environments": [{"name": "digits-env", "image": "library/python:3.11"}],
        "deployments": [
            {
                "name": "blue",
                "model": "digits",
                "code_configuration": {"code": "digits-score", "scoring_script": "score.py"},
                "environment": "digits-env",
                "compute": "batch-cluster",
            }
        ],
        "default": "blue",
    }


def changed(task: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The task with the value at a dotted path replaced; numbers are places in lists; None takes the key away."""
    task = copy.deepcopy(task)
    *parents, last = (int(part) if part.isdigit() else part for part in path.split("."))
    target: Any = task
    for part in parents:
        target = target[part]
    if value is None:
        del target[last]
    else:
        target[last] = value
    return task


def references(outcome: Any, number: int = 0) -> dict[str, str]:
    assert not outcome.failed, outcome["msg"]
    return dict(outcome["batch_deploy_check"]["deployments"][number]["references"])


def test_a_deployment_of_own_entries_sends_no_request(run: Run, task: dict[str, Any]) -> None:
    outcome = run(batch_deploy_check, task)
    assert references(outcome) == {
        "model": "models.0",
        "code_configuration.code": "codes.0",
        "environment": "environments.0",
        "compute": "computes.0",
    }
    checked = outcome["batch_deploy_check"]
    assert checked["codes"] == [{"name": "digits-score", "key": "codes.0", "required_files": ["score.py"]}]
    assert checked["ids"] == []
    assert outcome["changed"] is False


MISTAKES = {
    "endpoint.name": ("digits_batch", "endpoint: name: 'digits_batch' cannot be the name of a batch endpoint"),
    "computes.0.name": ("a b", "computes.0: name: 'a b' cannot be the name of a compute"),
    "computes.0.min_instances": (-1, "computes.0: min_instances: -1"),
    "computes.0.tier": ("cheap", "computes.0: value of tier must be one of"),
    "computes.0.colour": ("red", "computes.0: colour. Supported parameters include"),
    "codes.0.path": ("/no/folder", "codes.0: path: cannot read /no/folder"),
    "models.0.path": (None, "models.0: model digits: path is missing"),
    "environments.0.image": (None, "environments.0: environment digits-env: image or build.path is missing"),
    "environments.0.build": ({"path": "."}, "environments.0: parameters are mutually exclusive"),
    "deployments.0.name": ("green/2", "deployments.0: name: 'green/2' cannot be the name of a batch deployment"),
    "deployments.0.mini_batch_size": (0, "deployments.0: mini_batch_size: 0"),
    "deployments.0.model": ("digtis", "deployments.0: model: 'digtis' names no version"),
    "deployments.0.component": ("azureml:steps:1", "deployments.0: component: azureml:steps:1 does not exist"),
    "deployments.0.code_configuration.scoring_script": ("scroe.py", "codes.0: required_files: scroe.py is not among"),
    "deployments.0.code_configuration.code": (
        "azureml:none:1",
        "deployments.0: code_configuration.code: azureml:none:1 does not exist",
    ),
    "endpoint.defaults": ({"deployment_name": "blue"}, "endpoint: defaults.deployment_name is set by the role"),
    "default": ("red", "default: it is red, but deployments has only blue"),
}


@pytest.mark.parametrize("path", MISTAKES)
def test_a_mistake_names_its_entry(run: Run, task: dict[str, Any], path: str) -> None:
    value, said = MISTAKES[path]
    calls = [get("components/steps/versions/1")] if path.endswith("component") else []
    calls += [get("codes/none/versions/1")] if path.endswith("code") else []
    calls += [get("computes/batch-cluster", cluster())] if path == "computes.0.name" else []
    outcome = run(batch_deploy_check, changed(task, path, value), *calls)
    assert said in outcome["msg"]
    assert outcome["msg"].endswith("Nothing was changed.")


def test_all_mistakes_are_named_at_once(run: Run, task: dict[str, Any]) -> None:
    for path in ("computes.0.name", "codes.0.path", "deployments.0.mini_batch_size", "default"):
        task = changed(task, path, MISTAKES[path][0])
    lines = run(batch_deploy_check, changed(task, "deployments.0.compute", "a b"))["msg"].splitlines()
    assert [line.partition(":")[0] for line in lines[:-1]] == ["deployments.0", "computes.0", "codes.0", "default"]


# -- what only a new resource needs ------------------------------------------------------------------------------------


def test_an_option_that_a_new_cluster_needs_is_missed_before_the_first_write(run: Run, task: dict[str, Any]) -> None:
    without = changed(task, "computes.0", {"name": "batch-cluster", "type": "kubernetes"})
    outcome = run(batch_deploy_check, without, get("computes/batch-cluster"))
    assert "computes.0: resource_id is missing: there is no compute batch-cluster yet" in outcome["msg"]
    assert references(run(batch_deploy_check, without, get("computes/batch-cluster", cluster())))
    has_default = changed(task, "computes.0", {"name": "batch-cluster"})
    assert references(run(batch_deploy_check, has_default))


@pytest.mark.parametrize("option", ["model", "compute"])
def test_an_option_that_a_new_deployment_needs(run: Run, task: dict[str, Any], option: str) -> None:
    path = "batchEndpoints/digits-batch/deployments/blue"
    outcome = run(batch_deploy_check, changed(task, f"deployments.0.{option}", None), get(path))
    assert f"deployments.0: {option} is missing: there is no batch deployment digits-batch/blue" in outcome["msg"]


# -- names and versions ------------------------------------------------------------------------------------------------


def test_entries_of_one_name_each_need_a_version(run: Run, task: dict[str, Any]) -> None:
    task["models"] *= 2
    outcome = run(batch_deploy_check, task)
    assert "models: models.0, models.1 have the same name, digits. Give each a version of its own" in outcome["msg"]

    task["models"] = [{**task["models"][0], "version": version} for version in ("1", "2")]
    ambiguous = run(batch_deploy_check, task)
    assert "deployments.0: model: 'digits' may be any of models.0, models.1" in ambiguous["msg"]
    assert "Write which: digits:1 or digits:2." in ambiguous["msg"]
    for written in ("azureml:digits:1", "digits:1", f"{WORKSPACE}/models/digits/versions/1"):
        assert references(run(batch_deploy_check, changed(task, "deployments.0.model", written)))["model"] == (
            "models.0"
        )


def test_two_entries_of_one_version_are_refused(run: Run, task: dict[str, Any]) -> None:
    task["models"] = [{**task["models"][0], "version": "1"}] * 2
    assert "models.0, models.1 have the same name" in run(batch_deploy_check, task)["msg"]


@pytest.mark.parametrize("option", ["computes", "deployments"])
def test_two_entries_of_one_resource_are_refused(run: Run, task: dict[str, Any], option: str) -> None:
    task[option] *= 2
    assert f"{option}: {option}.0, {option}.1 have the same name" in run(batch_deploy_check, task)["msg"]


def test_the_version_that_an_entry_is_about_to_publish(run: Run, task: dict[str, Any]) -> None:
    """An entry without a version publishes 1 in an empty workspace; the next run finds it there."""
    named = changed(task, "models.0", {"name": "digits", "path": "azureml://datastores/d/paths/digits.npz"})
    named = changed(named, "deployments.0.model", "azureml:digits:1")
    missing = get("models/digits/versions/1")
    nothing = [get("models/digits/versions", {"value": []}, **NEWEST), get("models/digits")]
    outcome = run(batch_deploy_check, named, missing, *nothing, get("datastores/d", {"id": "d"}))
    assert references(outcome)["model"] == "models.0"


def test_a_version_that_exists_is_that_one(run: Run, task: dict[str, Any]) -> None:
    exists = get("models/digits/versions/1", {"id": f"{WORKSPACE}/models/digits/versions/1"})
    outcome = run(batch_deploy_check, changed(task, "deployments.0.model", "azureml:digits:1"), exists, exists)
    target = f"{WORKSPACE}/models/digits/versions/1"
    assert references(outcome)["model"] == target
    assert outcome["batch_deploy_check"]["ids"] == [target]


def test_what_exists_elsewhere_is_looked_up_once(run: Run, task: dict[str, Any]) -> None:
    task["computes"] = []
    task["deployments"].append({**task["deployments"][0], "name": "green"})
    outcome = run(batch_deploy_check, task, get("computes/batch-cluster", cluster()))
    assert references(outcome, 1)["compute"] == f"{WORKSPACE}/computes/batch-cluster"


def test_check_mode_warns_of_what_an_earlier_task_may_create(run: Run, task: dict[str, Any]) -> None:
    task["computes"] = []
    outcome = run(batch_deploy_check, task, get("computes/batch-cluster"), check=True)
    assert not outcome.failed
    assert len(outcome.warnings) == 1
    assert "unless an earlier task creates it" in outcome.warnings[0]


# -- definitions -------------------------------------------------------------------------------------------------------


def test_an_entry_may_be_a_definition(run: Run, task: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "blue.yml").write_text(
        "name: blue\nendpoint_name: digits-batch\nmodel: digits\ncompute: azureml:batch-cluster\n"
        "code_configuration: {code: ./score, scoring_script: score.py}\n"
    )
    (tmp_path / "model.yml").write_text("name: digits\npath: digits.npz\n")
    task["models"] = [{"definition": str(tmp_path / "model.yml")}]
    task["deployments"] = [{"definition": str(tmp_path / "blue.yml")}]
    outcome = run(batch_deploy_check, task)
    assert references(outcome) == {"model": "models.0", "compute": "computes.0"}
    assert outcome["batch_deploy_check"]["deployments"][0]["name"] == "blue"

    other = run(batch_deploy_check, changed(task, "endpoint.name", "other-batch"))
    assert "deployments.0: definition.endpoint_name: the definition is for digits-batch" in other["msg"]


def test_a_pipeline_of_an_own_component(run: Run, task: dict[str, Any]) -> None:
    task["components"] = [{"definition": {"name": "steps", "type": "pipeline", "jobs": {}}}]
    task["deployments"] = [
        {"name": "blue", "type": "pipeline", "component": "steps", "settings": {"default_compute": "batch-cluster"}}
    ]
    outcome = run(batch_deploy_check, task)
    assert references(outcome) == {"component": "components.0", "settings.default_compute": "computes.0"}
