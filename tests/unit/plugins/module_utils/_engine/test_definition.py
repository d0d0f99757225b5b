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
from ansible_collections.mlops.azureml.plugins.module_utils._names.dotted_path import get_at
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
        ("compute", {"custom_applications": [{}]}, "definition.custom_applications: this key is not supported"),
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


def test_supported_keys_inside_a_value_are_those_of_its_level() -> None:
    identity = {"type": "user_assigned", "user_assigned_identities": [{"resource": "/x"}]}
    with pytest.raises(InvalidOption, match=r"identities\.0\.resource: this key .* Supported here: resource_id\."):
        settled(SPECS["compute"], {"name": "a", "identity": identity})


def test_all_unknown_keys_are_named_at_once() -> None:
    definition = {
        "name": "a",
        "colour": "red",
        "max_nodes": 4,
        "network_settings": {"vnet": "v"},
        "identity": {"type": "system_assigned", "scope": "x"},
    }
    with pytest.raises(InvalidOption) as refusal:
        settled(SPECS["compute"], definition)
    message = str(refusal.value)
    assert message.startswith(
        "definition: these keys are not supported: colour; max_nodes: write max_instances; network_settings.vnet; "
        "identity.scope. Supported: "
    )
    assert message.endswith("in network_settings: subnet, vnet_name; in identity: type, user_assigned_identities.")


# What az ml ... show adds to the file that made a resource.
SHOWN = {"id": "azureml:/subscriptions/s/x/1", "resourceGroup": "rg", "creation_context": {"created_by": "somebody"}}
IDENTITY = {
    "type": "system_assigned,user_assigned",
    "principal_id": "p",
    "tenant_id": "t",
    "user_assigned_identities": [{"resource_id": "/x", "principal_id": "p", "client_id": "c", "tenant_id": "t"}],
}
SETTABLE = {"type": IDENTITY["type"], "user_assigned_identities": [{"resource_id": "/x"}]}
SHOWN_FILES = {
    "cluster": (
        "compute",
        {
            "name": "a",
            "type": "amlcompute",
            "identity": IDENTITY,
            "ssh_settings": {"admin_username": "u", "ssh_key_value": "k"},
            "network_settings": {"subnet": "/s", "public_ip_address": "1.2.3.4", "private_ip_address": "10.0.0.4"},
            "created_on": "2026-01-01",
            "provisioning_errors": "None",
            "provisioning_state": "Succeeded",
        },
        {"identity": SETTABLE, "network_settings": {"subnet": "/s"}, "ssh_settings.admin_username": "u"},
    ),
    "instance": (
        "compute",
        {
            "name": "a",
            "type": "computeinstance",
            "resource_id": "/x",
            "state": "Running",
            "last_operation": {"operation_name": "Create"},
            "services": [{"display_name": "Jupyter"}],
            "os_image_metadata": {"current_image_version": "1"},
            "ssh_settings": {"admin_username": "azureuser", "ssh_port": "50000", "ssh_key_value": "k"},
            "idle_time_before_shutdown": "PT30M",
            "idle_time_before_shutdown_minutes": 30,
            "enable_root_access": True,
            "release_quota_on_stop": False,
            "enable_os_patching": False,
            "custom_applications": [],
            "schedules": {
                "compute_start_stop": [
                    {
                        "action": "stop",
                        "state": "enabled",
                        "schedule_id": "7",
                        "provisioning_state": "Completed",
                        "trigger": {"type": "cron", "expression": "0 22 * * *"},
                    }
                ]
            },
        },
        {
            "idle_time_before_shutdown_minutes": 30,
            "ssh_settings.admin_username": None,
            "ssh_settings.ssh_key_value": "k",
        },
    ),
    "kubernetes": (
        "compute",
        {
            "name": "a",
            "type": "kubernetes",
            "namespace": "azureml",
            "properties": {
                "namespace": "default",
                "defaultInstanceType": "small",
                "extensionInstanceReleaseTrain": "stable",
                "extensionPrincipalId": "p",
                "vcName": "v",
                "relayConnectionString": "planted",
                "instanceTypes": {"small": {"nodeSelector": {"a": "b"}, "resources": {"requests": {"cpu": "1"}}}},
            },
        },
        {
            "namespace": "azureml",
            "default_instance_type": "small",
            "instance_types": {"small": {"node_selector": {"a": "b"}, "resources": {"requests": {"cpu": "1"}}}},
        },
    ),
    # Up to version 1.31 the SDK shows the properties in snake case, and takes either.
    "kubernetes in snake case": (
        "compute",
        {
            "name": "a",
            "type": "kubernetes",
            "namespace": "azureml",
            "properties": {
                "namespace": "default",
                "default_instance_type": "small",
                "extension_instance_release_train": "stable",
                "extension_principal_id": "p",
                "vc_name": "v",
                "relay_connection_string": "planted",
                "service_bus_connection_string": "planted",
                "instance_types": {"small": {"node_selector": {"a": "b"}, "resources": {"requests": {"cpu": "1"}}}},
            },
        },
        {
            "namespace": "azureml",
            "default_instance_type": "small",
            "instance_types": {"small": {"node_selector": {"a": "b"}, "resources": {"requests": {"cpu": "1"}}}},
        },
    ),
    "model": (
        "model",
        {
            "name": "a",
            "version": "1",
            "path": "azureml://datastores/d/paths/p",
            "latest_version": "1",
            "utc_time_created": "2026-01-01",
            "job_name": "j",
        },
        {"job_name": None},
    ),
    "data": ("data", {"name": "a", "path": "azureml://datastores/d/paths/p", "latest_version": "1"}, {}),
    "environment": ("environment", {"name": "a", "image": "i", "latest_version": "1"}, {}),
    "datastore": (
        "datastore",
        {"name": "a", "account_name": "a", "container_name": "c", "credentials": {}},
        {"credentials.type": "none"},
    ),
    "endpoint": (
        "endpoint",
        {
            "name": "a",
            "identity": IDENTITY,
            "location": "eastus",
            "scoring_uri": "https://a.eastus.inference.ml.azure.com/jobs",
            "openapi_uri": "https://x",
            "provisioning_state": "Succeeded",
        },
        {"identity": SETTABLE},
    ),
    "deployment": ("deployment", {**DEPLOYMENT, "provisioning_state": "Succeeded"}, {}),
}


@pytest.mark.parametrize("kind", SHOWN_FILES)
def test_what_show_adds_is_dropped(kind: str) -> None:
    spec, shown, expected = SHOWN_FILES[kind]
    found = settled(SPECS[spec], {**shown, **SHOWN})
    for option, value in expected.items():
        now = get_at(found, option)
        assert ({k: v for k, v in now.items() if v is not None} if isinstance(now, dict) else now) == value
    assert not found.keys() & {"id", "creation_context", "provisioning_state", "resource_id"}


def test_what_another_kind_of_compute_sets_is_no_read_only_key() -> None:
    with pytest.raises(InvalidOption, match=r"ssh_settings\.ssh_port: this key is not supported"):
        settled(SPECS["compute"], {"name": "a", "type": "amlcompute", "ssh_settings": {"ssh_port": "1"}})


@pytest.mark.parametrize("key", ["enable_root_access", "release_quota_on_stop", "enable_os_patching"])
def test_a_key_without_an_option_is_taken_where_it_asks_for_nothing(key: str) -> None:
    nothing = COMPUTE.no_effect[key]
    settled(SPECS["compute"], {"name": "a", key: nothing})
    with pytest.raises(InvalidOption, match=f"{key}: this key is not supported: no stable version"):
        settled(SPECS["compute"], {"name": "a", key: not nothing})


@pytest.mark.parametrize(
    ("spec", "definition", "remedy"),
    [
        ("compute", {"priority": "low_priority"}, "priority: this key is not supported: write tier."),
        ("model", {"local_path": "m"}, "local_path: this key is not supported: write path."),
        ("model", {"model_format": "mlflow"}, "model_format: this key is not supported: write type: custom_model,"),
        ("data", {"paths": [{"folder": "x"}]}, "paths: this key is not supported: write path and type"),
        ("environment", {"docker": {"image": "i"}}, "docker: this key is not supported: write image, or build."),
        (
            "environment",
            {"build": {"local_path": "."}},
            "build.local_path: this key is not supported: write build.path.",
        ),
        ("environment", {"channels": ["c"]}, "channels: this key is not supported: this is a conda file"),
        ("endpoint", {"type": "batch"}, "type: this key is not supported: an endpoint of this module is always"),
        ("endpoint", {"traffic": {"blue": 100}}, "traffic: this key is not supported: write defaults.deployment_name."),
        ("deployment", {"compute": {"target": "azureml:cpu"}}, "compute.target: this key is not supported: write the"),
        (
            "deployment",
            {"code_configuration": {"code": {"local_path": "."}}},
            "local_path: this key is not supported: write the folder itself as code_configuration.code.",
        ),
        ("deployment", {"output_configuration": {"output_action": "append_row"}}, "write output_action and output"),
    ],
)
def test_a_key_of_the_preview_is_refused_with_its_successor(spec: str, definition: Any, remedy: str) -> None:
    with pytest.raises(InvalidOption) as refusal:
        settled(SPECS[spec], definition)
    assert remedy in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "minutes"),
    [
        ({"idle_time_before_shutdown": "PT30M"}, 30),
        ({"idle_time_before_shutdown": "P1DT1H"}, 1500),
        ({"idle_time_before_shutdown": "PT1800S"}, 30),
        ({"idle_time_before_shutdown": 30}, 30),
        ({"idle_time_before_shutdown_minutes": 45, "idle_time_before_shutdown": "PT30M"}, 45),
        ({"idle_time_before_shutdown": "PT30M", "idle_time_before_shutdown_minutes": 45}, 45),
    ],
)
def test_a_duration_is_taken_if_it_converts_exactly(given: dict[str, Any], minutes: int) -> None:
    found = settled(SPECS["compute"], {"name": "a", "type": "computeinstance", **given})
    assert found["idle_time_before_shutdown_minutes"] == minutes


@pytest.mark.parametrize("value", ["PT30M1S", "30 minutes", "PT", ["PT30M"]])
def test_a_duration_that_does_not_convert_is_refused(value: Any) -> None:
    with pytest.raises(InvalidOption, match=r"definition\.idle_time_before_shutdown: expected a whole number"):
        settled(SPECS["compute"], {"name": "a", "idle_time_before_shutdown": value})


@pytest.mark.parametrize(
    ("definition", "given", "kind"),
    [
        ({"account_name": "s", "container_name": "c"}, {}, "none"),
        ({"account_name": "s", "container_name": "c", "credentials": None}, {}, "none"),
        ({"description": "d"}, {}, None),
        ({"account_name": "s"}, {"credentials": {"account_key": "planted"}}, None),
    ],
)
def test_a_whole_datastore_without_credentials_means_identity(definition: Any, given: Any, kind: str | None) -> None:
    found = settled(SPECS["datastore"], {"name": "a", **definition}, **given)
    assert get_at(found, "credentials.type") == kind


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
        ("deployment", {"settings": {"logging_level": "BatchLoggingLevel.INFO"}}, "logging_level", "info"),
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
    """But those that show adds to a file, and ignores in it."""
    definition = SPECS[spec].definition
    assert definition is not None
    for table in definition.resource.tables:
        assert {field.option for field in table.fields} - set(definition.resource.shown) <= definition.keys.keys()


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
