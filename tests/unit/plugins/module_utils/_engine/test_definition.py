# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A definition in place of options: what it may say, what wins, and what is refused with its path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._engine.argument_spec import ArgumentSpec
from ansible_collections.mlops.azureml.plugins.module_utils._errors import InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._operations.manage import Manage
from ansible_collections.mlops.azureml.plugins.module_utils._operations.publish import Publish
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_deployment import BATCH_DEPLOYMENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_endpoint import BATCH_ENDPOINT
from ansible_collections.mlops.azureml.plugins.module_utils._types.compute import COMPUTE
from ansible_collections.mlops.azureml.plugins.module_utils._types.data import DATA
from ansible_collections.mlops.azureml.plugins.module_utils._types.datastore import DATASTORE
from ansible_collections.mlops.azureml.plugins.module_utils._types.environment import ENVIRONMENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.model import MODEL
from ansible_collections.mlops.azureml.plugins.modules import batch_endpoint, datastore, environment
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import Run, get

SPECS = {
    "compute": Manage(COMPUTE).spec(),
    "endpoint": Manage(BATCH_ENDPOINT).spec(),
    "deployment": Manage(BATCH_DEPLOYMENT).spec(),
    "datastore": Manage(DATASTORE).spec(),
    "model": Publish(MODEL).spec(),
    "environment": Publish(ENVIRONMENT).spec(),
    "data": Publish(DATA).spec(),
}


def settled(spec: ArgumentSpec, definition: Any, **given: Any) -> dict[str, Any]:
    """What is given once it is completed, without what nobody said."""
    options = {name: about.get("default") for name, about in spec.opened().arguments.items()}
    secrets: list[str] = []
    result = spec.completed({**options, "definition": definition, **given}, secrets.append)
    return {"secrets": secrets, **{name: value for name, value in result.items() if value is not None}}


def on_days(*days: str) -> dict[str, Any]:
    """A weekly trigger of a schedule."""
    return {"type": "recurrence", "frequency": "week", "schedule": {"week_days": list(days)}}


DEPLOYMENT = {
    "$schema": "https://azuremlschemas.azureedge.net/latest/modelBatchDeployment.schema.json",
    "name": "blue",
    "endpoint_name": "digits",
    "type": "model",
    "model": "azureml:digits@latest",
    "code_configuration": {"code": "azureml:score:1", "scoring_script": "score.py"},
    "compute": "azureml:cpu",
    "resources": {"instance_count": 2},
    "settings": {
        "mini_batch_size": 10,
        "output_action": "append_row",
        "retry_settings": {"max_retries": 3, "timeout": 30},
        "error_threshold": -1,
        "logging_level": "info",
    },
}


def test_every_key_becomes_its_option() -> None:
    found = settled(SPECS["deployment"], DEPLOYMENT)

    assert (found["name"], found["endpoint_name"], found["type"]) == ("blue", "digits", "model")
    assert found["code_configuration"] == {"code": "azureml:score:1", "scoring_script": "score.py"}
    assert found["resources"]["instance_count"] == 2
    assert found["retry_settings"] == {"max_retries": 3, "timeout": 30}
    assert (found["mini_batch_size"], found["error_threshold"], found["output_action"]) == (10, -1, "append_row")
    assert "definition" not in found


def test_keys_may_be_where_the_options_are() -> None:
    assert (
        settled(SPECS["deployment"], {"name": "a", "endpoint_name": "e", "mini_batch_size": 3})["mini_batch_size"] == 3
    )


def test_pipeline_deployment_has_settings_of_its_own() -> None:
    definition = {"name": "a", "endpoint_name": "e", "type": "pipeline", "settings": {"default_compute": "azureml:cpu"}}
    assert settled(SPECS["deployment"], definition)["settings"]["default_compute"] == "azureml:cpu"


def test_option_of_the_task_wins_and_leaves_its_neighbours() -> None:
    found = settled(
        SPECS["deployment"],
        {**DEPLOYMENT, "environment": {"image": "x"}, "tags": {"a": "b"}},
        name="green",
        environment="azureml:env:1",
        retry_settings={"timeout": 60, "max_retries": None},
        tags={"c": "d"},
    )

    assert found["name"] == "green"
    assert found["environment"] == "azureml:env:1"
    assert found["retry_settings"] == {"timeout": 60, "max_retries": 3}
    assert found["tags"] == {"c": "d"}


def test_without_a_definition_nothing_is_different() -> None:
    found = settled(SPECS["model"], None, name="digits", version="1")
    assert (found["name"], found["type"], found["state"]) == ("digits", "custom_model", "present")


def test_definition_beats_what_nobody_said() -> None:
    assert settled(SPECS["model"], {"name": "m", "type": "mlflow_model"})["type"] == "mlflow_model"
    assert settled(SPECS["model"], {"name": "m", "type": "mlflow_model"}, type="custom_model")["type"] == "custom_model"


def test_null_says_nothing() -> None:
    found = settled(SPECS["deployment"], {"name": "a", "endpoint_name": "e", "settings": None, "tags": None})
    assert "tags" not in found


@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_file_and_the_paths_in_it(tmp_path: Path, kind: str) -> None:
    (tmp_path / "env.yml").write_text(
        "name: env\nimage: python\nconda_file: conda/env.yml\n"
        if kind == "yaml"
        else json.dumps({"name": "env", "image": "python", "conda_file": "conda/env.yml"})
    )
    found = settled(SPECS["environment"], f"{tmp_path}/env.yml")

    assert found["conda_file"] == f"{tmp_path}/conda/env.yml"
    assert found["image"] == "python"


@pytest.mark.parametrize(
    ("spec", "text", "option"),
    [
        ("data", "path: azureml://datastores/a/paths/b", "azureml://datastores/a/paths/b"),
        ("data", "path: wasbs://a@b/c", "wasbs://a@b/c"),
        ("data", "path: /data/x", "/data/x"),
        ("data", "path: x", "{folder}/x"),
        ("model", "path: x/y.pkl", "{folder}/x/y.pkl"),
    ],
)
def test_only_relative_paths_are_meant_from_the_folder(tmp_path: Path, spec: str, text: str, option: str) -> None:
    (tmp_path / "a.yml").write_text(f"name: a\n{text}\n")
    assert settled(SPECS[spec], f"{tmp_path}/a.yml")["path"] == option.format(folder=tmp_path)


def test_conda_specification_in_place_stays_one(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("name: a\nimage: i\nconda_file: {name: c}\n")
    assert settled(SPECS["environment"], f"{tmp_path}/a.yml")["conda_file"] == {"name": "c"}


@pytest.mark.parametrize(
    ("spec", "definition", "complaint"),
    [
        ("endpoint", {"colour": "red"}, "definition.colour: this key is not supported. Supported here: "),
        ("endpoint", {"defaults": {"deployment": "a"}}, "definition.defaults.deployment: this key is not supported. "),
        ("endpoint", {"defaults": "blue"}, "definition.defaults: expected a map, not a text."),
        ("endpoint", {"tags": ["a"]}, "definition.tags: expected a map, not a list."),
        ("endpoint", {"auth_mode": "none"}, "definition.auth_mode: 'none' is none of aad_token, key, aml_token."),
        ("compute", {"idle_time_before_scale_down": "120s"}, "scale_down: expected a whole number, not a text."),
        ("compute", {"enable_node_public_ip": 3}, "definition.enable_node_public_ip: expected true or false, not a"),
        ("compute", {"ssh_settings": {"user": "a"}}, "definition.ssh_settings.user: this key is not supported. "),
        ("compute", {"identity": {"type": ["a"]}}, "definition.identity.type: expected a text, not a list."),
        (
            "compute",
            {"identity": {"type": "user_assigned", "user_assigned_identities": ["a"]}},
            "definition.identity.user_assigned_identities.0: expected a map, not a text.",
        ),
        ("endpoint", {"description": ["a"]}, "definition.description: expected a text, not a list"),
        ("deployment", {"environment": ["image"]}, "definition.environment: expected a text, not a list"),
        ("deployment", {"compute": {"size": "s"}}, "definition.compute: expected a text, not a map"),
        (
            "deployment",
            {"type": "online"},
            "definition.type: 'online' is not supported. Supported here: model, pipeline",
        ),
        (
            "deployment",
            {"settings": {"mini_batch_size": "many"}},
            "definition.settings.mini_batch_size: expected a whole number, not a text.",
        ),
        (
            "compute",
            {"identity": {"type": "user_assigned", "user_assigned_identities": [{}]}},
            "definition.identity.user_assigned_identities.0: resource_id is missing. Add it to the definition.",
        ),
        (
            "compute",
            {"schedules": {"compute_start_stop": [{"action": "stop", "trigger": on_days("monday", "someday")}]}},
            "definition.schedules.compute_start_stop.0.trigger.schedule.week_days.1: 'someday' is none of monday, ",
        ),
        ("compute", {"tier": "free"}, "definition.tier: 'free' is none of dedicated, low_priority."),
        ("compute", {"custom_applications": []}, "definition.custom_applications: this key is not supported"),
        ("endpoint", {"description": "d"}, "missing required arguments: name"),
        ("deployment", {"name": "a"}, "missing required arguments: endpoint_name"),
        ("environment", {"name": "a", "image": "i", "build": {"path": "p"}}, "mutually exclusive: image|build"),
        ("endpoint", "/nowhere/a.yml", "definition: cannot read /nowhere/a.yml"),
        ("endpoint", ["a"], "definition: the value is no mapping"),
    ],
)
def test_a_wrong_value_is_named_with_its_path(spec: str, definition: Any, complaint: str) -> None:
    with pytest.raises(InvalidOption) as refusal:
        settled(SPECS[spec], definition)
    assert complaint in str(refusal.value)


def test_supported_keys_are_those_of_the_same_level() -> None:
    with pytest.raises(InvalidOption, match=r"Supported here: max_retries, timeout\."):
        settled(SPECS["deployment"], {"retry_settings": {"tries": 1}})


WITH_SECRETS = {
    "datastore": {"name": "a", "credentials": {"account_key": "planted-key-1"}},
    "compute": {"name": "a", "type": "amlcompute", "ssh_settings": {"admin_password": "planted-key-1"}},
}


@pytest.mark.parametrize("spec", WITH_SECRETS)
def test_secret_in_a_task_would_be_logged_and_is_refused(spec: str) -> None:
    with pytest.raises(InvalidOption) as refusal:
        settled(SPECS[spec], WITH_SECRETS[spec])
    assert "a secret does not belong into a definition in a task" in str(refusal.value)
    assert "planted" not in str(refusal.value)


@pytest.mark.parametrize("folder", [None, "here"])
@pytest.mark.parametrize(
    "credentials",
    [
        "planted=key",
        ["planted"],
        {"account_key": ["planted"]},
        {"account_key": {"planted": "planted"}},
        {"account_key": "planted", "account_kye": 1},
    ],
)
def test_a_secret_in_a_wrong_place_is_not_quoted(tmp_path: Path, folder: str | None, credentials: Any) -> None:
    definition: Any = {"name": "a", "credentials": credentials}
    if folder:
        (tmp_path / "a.json").write_text(json.dumps(definition))
        definition = f"{tmp_path}/a.json"
    spec = SPECS["datastore"]
    options = {name: about.get("default") for name, about in spec.opened().arguments.items()}
    secrets: list[str] = []
    with pytest.raises(InvalidOption, match=r"^definition\.credentials") as refusal:
        spec.completed({**options, "definition": definition}, secrets.append)
    assert "planted" not in str(refusal.value)
    assert any("planted" in secret for secret in secrets)


@pytest.mark.parametrize(
    ("spec", "definition", "option", "value"),
    [
        ("compute", {"tier": "Dedicated"}, "tier", "dedicated"),
        ("compute", {"tier": "LowPriority"}, "tier", "low_priority"),
        ("compute", {"type": "AmlCompute"}, "type", "amlcompute"),
        ("endpoint", {"auth_mode": "AADToken"}, "auth_mode", "aad_token"),
        ("deployment", {"settings": {"output_action": "AppendRow"}}, "output_action", "append_row"),
    ],
)
def test_words_may_be_spelled_as_other_clients_do(spec: str, definition: Any, option: str, value: str) -> None:
    name = {"name": "a", "endpoint_name": "e"} if spec == "deployment" else {"name": "a"}
    assert settled(SPECS[spec], {**name, **definition})[option] == value


def test_an_identity_may_be_spelled_as_other_clients_do() -> None:
    identity = {"type": "SystemAssigned, UserAssigned", "user_assigned_identities": [{"resource_id": "/x"}]}
    found = settled(SPECS["compute"], {"name": "a", "identity": identity})
    assert found["identity"]["type"] == "system_assigned,user_assigned"


def test_values_get_the_type_of_their_option_and_the_rest_its_default() -> None:
    found = settled(
        SPECS["compute"],
        {
            "name": 7,
            "description": True,
            "max_instances": "3",
            "enable_node_public_ip": "no",
            "schedules": {"compute_start_stop": [{"action": "Stop", "trigger": on_days("Monday")}]},
        },
    )
    assert (found["name"], found["description"], found["max_instances"]) == ("7", "True", 3)
    assert found["enable_node_public_ip"] is False
    assert found["append_tags"] is True
    (schedule,) = found["schedules"]["compute_start_stop"]
    assert (schedule["action"], schedule["state"]) == ("stop", None)
    assert schedule["trigger"]["schedule"] == {"hours": None, "minutes": None, "week_days": ["monday"]}


@pytest.mark.parametrize("spec", WITH_SECRETS)
def test_secret_in_a_file_is_taken_and_known_as_one(tmp_path: Path, spec: str) -> None:
    (tmp_path / "a.json").write_text(json.dumps(WITH_SECRETS[spec]))
    assert settled(SPECS[spec], f"{tmp_path}/a.json")["secrets"] == ["planted-key-1"]


@pytest.mark.parametrize("spec", SPECS)
def test_every_option_of_a_table_is_a_key(spec: str) -> None:
    definition = SPECS[spec].definition
    assert definition is not None
    for table in definition.resource.tables:
        assert {field.option for field in table.fields} <= definition.keys.keys()


def test_module_takes_its_name_from_the_definition(run: Run, tmp_path: Path) -> None:
    (tmp_path / "endpoint.yml").write_text("name: digits\nauth_mode: aad_token\n")
    out = run(
        batch_endpoint, {"definition": f"{tmp_path}/endpoint.yml", "state": "absent"}, get("batchEndpoints/digits")
    )
    assert not out["changed"]


def test_refusal_costs_no_request(run: Run) -> None:
    out = run(environment, {"definition": {"name": "a", "colour": "red"}})
    assert out.failed
    assert out["msg"].startswith("definition.colour: this key is not supported.")


def test_a_secret_that_is_refused_is_hidden_in_what_the_module_was_asked(run: Run) -> None:
    definition = {**WITH_SECRETS["datastore"], "account_name": "a", "container_name": "c"}
    out = run(datastore, {"definition": definition})
    assert out.failed
    assert "definition" in out["invocation"]["module_args"]
    assert "planted" not in json.dumps(out.result)
