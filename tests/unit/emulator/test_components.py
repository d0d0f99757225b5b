"""Components: what the service makes of their specs (asset contract 14)."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

STEP = {"type": "command", "command": "echo", "environment": "azureml:AzureML-sklearn:33"}
JOBS = {"one": {"type": "command", "componentId": "azureml:c:1", "computeId": "${{parent.inputs.node}}"}}
PIPELINE = {
    "type": "pipeline",
    "inputs": {"node": {"type": "string", "default": "azureml:cpu-cluster"}},
    "jobs": JOBS,
    "sourceJobId": None,
}
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def put(workspace: Any, below: str, spec: dict[str, Any], **properties: Any) -> Any:
    body = {"properties": {"componentSpec": spec, **properties}}
    return workspace.send("PUT", f"components/{below}", body, api_version="2024-01-01-preview")


def spec_of(workspace: Any, spec: dict[str, Any]) -> Any:
    answer = put(workspace, f"{uuid.uuid4().hex}/versions/7", spec)
    assert answer.status_code == 201, answer.text
    return answer.json()["properties"]["componentSpec"]


def test_a_pipeline_component_is_answered_without_its_jobs(workspace):
    shown = spec_of(workspace, PIPELINE)
    assert shown == {
        "version": "7",
        "is_deterministic": "False",
        "type": "pipeline",
        "inputs": {"node": {"type": "string", "default": "cpu-cluster", "optional": "False"}},
    }
    workspace.policy(pipeline_component_jobs="shown")
    assert spec_of(workspace, PIPELINE)["jobs"] == JOBS


@pytest.mark.parametrize(
    ("policy", "status", "left"), [("refused", 400, JOBS), ("kept", 200, JOBS), ("lost", 200, None)]
)
def test_a_pipeline_component_written_back_without_its_jobs(workspace, policy, status, left):
    workspace.policy(pipeline_component_without_jobs=policy)
    shown = put(workspace, "p/versions/1", PIPELINE).json()["properties"]["componentSpec"]
    again = put(workspace, "p/versions/1", shown, tags={"a": "b"})
    assert again.status_code == status
    workspace.policy(pipeline_component_jobs="shown")
    assert workspace.get("components/p/versions/1")["properties"]["componentSpec"].get("jobs") == left


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({**STEP, "id": "azureml:c:1"}, {"resources": {"instance_count": "1"}, "command": "echo", "type": "command"}),
        ({**STEP, "environment": "azureml:AzureML-x@latest"}, {"resources": {"instance_count": "1"}}),
        ({"type": "parallel", "resources": {"instance_count": 2}, "mini_batch_size": "1"}, {"mini_batch_size": "1"}),
        ({"type": "data_transfer", "task": "copy_data"}, {"task": "copy_data"}),
        ({"type": "spark", "args": "x", "conf": {"spark.driver.cores": 2}}, {"conf": {"spark.driver.cores": "2"}}),
    ],
)
def test_each_type_is_answered_in_its_own_way(workspace, sent, shown):
    spec = spec_of(workspace, sent)
    assert {"id", "_source"}.isdisjoint(spec)
    assert spec["version"] == "7"
    assert shown.items() <= spec.items()
    assert ("resources" in spec) is ("resources" in shown)


@pytest.mark.parametrize(("reference", "version"), [("azureml:AzureML-x:33", "33"), ("azureml:AzureML-x@latest", "36")])
@pytest.mark.parametrize("inside", [False, True])
def test_a_curated_environment_is_named_by_its_address(workspace, reference, version, inside):
    address = f"azureml://registries/azureml/environments/AzureML-x/versions/{version}"
    if inside:
        spec = spec_of(workspace, {"type": "parallel", "task": {"environment": reference}})
        assert spec["task"] == {"environment": address}
    else:
        assert spec_of(workspace, {**STEP, "environment": reference})["environment"] == address


def test_ports_of_spark_lose_their_mode(workspace):
    ports = {"i": {"type": "uri_file", "mode": "direct"}}
    spec = spec_of(workspace, {"type": "spark", "inputs": ports, "outputs": {"o": {"type": "uri_folder", "mode": "x"}}})
    assert spec["inputs"] == {"i": {"type": "uri_file", "optional": "False"}}
    assert spec["outputs"] == {"o": {"type": "uri_folder"}}


def test_a_changed_component_is_refused_with_the_name_of_the_field(workspace):
    put(workspace, "c/versions/1", STEP)
    answer = put(workspace, "c/versions/1", {**STEP, "code": "azureml:c:2"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["details"]) == (400, "UserError", [])
    message = 'Failed to update component c since field "code" is immutable, try specifying a new version.'
    assert error["message"] == message
    codes = {"code": "UpdateComponentFailed", "innerError": None}
    for code in ("ArgumentInvalid", "BadArgument"):
        codes = {"code": code, "innerError": codes}
    assert error["additionalInfo"][-1]["info"]["value"] == codes
    assert put(workspace, "c/versions/1", {**STEP, "display_name": "C"}, tags={"a": "b"}).status_code == 200


def test_an_anonymous_component_is_named_by_the_service(workspace):
    below = f"azureml_anonymous/versions/{uuid.uuid4()}"
    named = {**STEP, "name": "azureml_anonymous"}
    first = put(workspace, below, named, isAnonymous=True)
    workspace.wait(5)
    again = put(workspace, below, named, isAnonymous=True)
    other = put(workspace, below, {**STEP, "name": "other"}, isAnonymous=True)
    assert [answer.status_code for answer in (first, again, other)] == [201, 201, 201]
    shown = first.json()
    assert GUID.fullmatch(shown["name"])
    assert shown["name"] not in below
    assert (again.json()["name"], again.json()["systemData"]) == (shown["name"], shown["systemData"])
    assert first.headers["Location"] == str(first.request.url)
    assert other.json()["name"] != shown["name"]
    stages = [answer.json()["properties"]["stage"] for answer in (first, other)]
    assert stages == ["Logged", "Development"]
    assert workspace.send("GET", f"components/azureml_anonymous/versions/{shown['name']}").status_code == 200
    assert workspace.send("GET", f"components/{below}").status_code == 404
    assert workspace.send("GET", "components/azureml_anonymous/versions/1").status_code == 400


def test_an_anonymous_component_may_keep_the_version_of_its_url(workspace):
    workspace.policy(anonymous_component_version="url")
    below = f"azureml_anonymous/versions/{uuid.uuid4()}"
    statuses = [put(workspace, below, STEP, isAnonymous=True).status_code for _time in range(2)]
    assert statuses == [201, 200]
    assert workspace.send("GET", f"components/{below}").status_code == 200


def test_a_container_proposes_a_moment_as_its_next_version(workspace):
    put(workspace, "c/versions/1", STEP)
    shown = workspace.get("components/c")["properties"]
    assert shown["latestVersion"] is None
    assert re.fullmatch(r"\d{4}(-\d\d){5}-\d{7}", shown["nextVersion"])
    workspace.policy(component_next_version="counted")
    shown = workspace.get("components/c")["properties"]
    assert (shown["latestVersion"], shown["nextVersion"]) == ("1", "2")


def test_the_default_version_is_found_under_its_label(workspace):
    assert workspace.send("GET", "components/c/versions/azureml_default").status_code == 404
    for version in ("1", "2"):
        put(workspace, f"c/versions/{version}", STEP)
    shown = workspace.get("components/c/versions/azureml_default")
    assert (shown["id"], shown["name"]) == (workspace.path("components/c/labels/default"), "2")


def test_containers_come_newest_first(workspace):
    for name in ("a", "b"):
        put(workspace, f"{name}/versions/1", STEP)
    assert [item["name"] for item in workspace.get("components")["value"]] == ["b", "a"]
