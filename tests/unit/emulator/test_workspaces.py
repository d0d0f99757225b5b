"""Several workspaces in one emulator: each has its own resources, jobs, storage and journal."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.emulator import app, entra
from tests.emulator.__main__ import main
from tests.emulator.app import Emulator
from tests.emulator.blob_front import account_of
from tests.emulator.entra import MACHINE_LEARNING
from tests.emulator.settings import SURFACES, Settings
from tests.emulator.workspace_name import WorkspaceName
from tests.unit.emulator.conftest import Http, StorageDouble, Workspace

OTHER_SUBSCRIPTION = "22222222-2222-2222-2222-222222222222"
NAMES = ("rg-dev/ws-dev", "rg-dev/ws-two", f"{OTHER_SUBSCRIPTION}/rg-prod/ws-dev", "rg-west/ws-west@westus2")


class Account(StorageDouble):
    """A storage account of one workspace."""

    def __init__(self, settings: Settings, *_parts: Any) -> None:
        super().__init__()
        self.account_name = f"account{settings.workspace_guid[:8]}"
        self.default_container = f"azureml-blobstore-{settings.workspace_guid}"


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signing_key: Any) -> list[Workspace]:
    """Two workspaces of one group, one of another subscription, one of another region."""
    monkeypatch.setattr(entra.rsa, "generate_private_key", lambda **_options: signing_key)
    monkeypatch.setattr(app, "Storage", Account)
    ports = {surface: 40000 + number for number, surface in enumerate(SURFACES)}
    base = Settings(state_dir=tmp_path, ports=ports)
    first, *others = [base.beside(WorkspaceName.parse(name)) for name in NAMES]
    emulator = Emulator(first, *others)
    return [Workspace(emulator, state) for state in emulator.workspaces]


def get(workspace: Workspace, path: str) -> httpx.Response:
    return workspace.http.get(path, params={"api-version": "2024-10-01"}, headers=workspace.headers)


def test_each_has_its_own_resources(fleet):
    dev, two, *_others = fleet
    dev.done(dev.endpoint("dev-ep"))
    two.done(two.endpoint("two-ep"))
    assert [item["name"] for item in dev.get("batchEndpoints")["value"]] == ["dev-ep"]
    assert [item["name"] for item in two.get("batchEndpoints")["value"]] == ["two-ep"]
    assert two.send("GET", "batchEndpoints/dev-ep").status_code == 404


def test_each_has_its_own_datastores_on_its_own_account(fleet):
    places = [one.get("datastores/workspaceblobstore")["properties"] for one in fleet]
    assert len({place["accountName"] for place in places}) == len(fleet)
    assert len({place["containerName"] for place in places}) == len(fleet)
    assert [place["resourceGroup"] for place in places] == ["rg-dev", "rg-dev", "rg-prod", "rg-west"]


def test_each_has_its_own_guid_and_region(fleet):
    shown = [one.get("") for one in fleet]
    assert len({body["properties"]["workspaceId"] for body in shown}) == len(fleet)
    assert [body["location"] for body in shown] == ["eastus", "eastus", "eastus", "westus2"]


def test_groups_and_subscriptions_list_their_own(fleet):
    dev, _two, prod, _west = fleet
    below = "/providers/Microsoft.MachineLearningServices/workspaces"
    subscription = f"/subscriptions/{dev.settings.subscription_id}"

    def names(path: str) -> list[str]:
        return [item["name"] for item in get(dev, path).json()["value"]]

    assert names(f"{subscription}{below}") == ["ws-dev", "ws-two", "ws-west"]
    assert names(f"{subscription}/resourceGroups/RG-DEV{below}") == ["ws-dev", "ws-two"]
    assert names(f"/subscriptions/{prod.settings.subscription_id}{below}") == ["ws-dev"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/subscriptions/none/resourceGroups/rg-dev/{p}/ws-dev", "SubscriptionNotFound"),
        ("/subscriptions/{s}/resourceGroups/rg-prod/{p}/ws-dev", "ResourceGroupNotFound"),
        ("/subscriptions/{s}/resourceGroups/rg-west/{p}/ws-dev", "ResourceNotFound"),
        ("/subscriptions/{s}/resourceGroups/rg-west/{p}/ws-dev/models", "ParentResourceNotFound"),
        ("/subscriptions/{s}/{p}/ws-dev", "NotFound"),
    ],
)
def test_what_is_not_there_is_named(fleet, path, code):
    dev = fleet[0]
    provider = "providers/Microsoft.MachineLearningServices/workspaces"
    answer = get(dev, path.format(s=dev.settings.subscription_id, p=provider))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, code)


def test_endpoint_names_are_unique_in_a_region_not_over_regions(fleet):
    dev, two, prod, west = fleet
    assert dev.endpoint("digits").status_code == 201
    assert "not available" in two.endpoint("Digits").json()["error"]["message"]
    assert prod.endpoint("digits").status_code == 400
    assert west.endpoint("digits").status_code == 201


def test_operations_are_found_from_their_urls_alone(fleet):
    for number, one in enumerate(fleet):
        one.done(one.endpoint(f"ep-{number}"))
        cluster = {"computeType": "AmlCompute", "properties": {"scaleSettings": {"maxNodeCount": 2}}}
        one.done(one.send("PUT", "computes/cpu", {"location": "eastus", "properties": cluster}))


def test_the_scoring_host_knows_endpoints_of_all(fleet):
    west = fleet[3]
    for one in (fleet[1], west):
        one.done(one.endpoint("digits"))
    uris = [one.get("batchEndpoints/digits")["properties"]["scoringUri"] for one in (fleet[1], west)]
    assert [uri.rsplit("/", 2)[1] for uri in uris] == ["digits.eastus", "digits.westus2"]
    scoring = Http(west.emulator, "scoring")
    headers = {"Authorization": f"Bearer {west.state.entra.issue(MACHINE_LEARNING)}"}
    for uri in uris:
        answer = scoring.post(uri, headers=headers, json={"properties": {}})
        assert "No valid deployments" in answer.json()["error"]["message"]
    assert west.state.jobs.list() == []


def test_run_history_is_found_by_the_workspace(fleet):
    dev, two, *_others = fleet
    api = Http(dev.emulator, "api")
    headers = {"Authorization": f"Bearer {dev.state.entra.issue(MACHINE_LEARNING)}"}
    for one in (dev, two):
        path = f"/mferp/managementfrontend{one.settings.workspace_path}/batchEndpoints/ep/jobs"
        answer = api.get(f"{path}?api-version=2020-09-01-dataplanepreview", headers=headers)
        assert "endpoint 'ep' was not found" in answer.json()["error"]["message"]


def test_a_deleted_one_leaves_the_others(fleet):
    dev, two, *_others = fleet
    dev.done(dev.endpoint("dev-ep"))
    two.done(two.endpoint("two-ep"))
    assert dev.send("DELETE", "").status_code == 202
    dev.wait()
    assert dev.send("GET", "").status_code == 404
    assert two.get("batchEndpoints/two-ep")["name"] == "two-ep"
    assert two.endpoint("dev-ep").status_code == 201


def test_controls_list_the_workspaces(fleet):
    listed = fleet[0].http.get("/emulator/workspaces").json()
    assert [item["id"] for item in listed] == [one.settings.workspace_path for one in fleet]
    assert [item["storage_account"] for item in listed] == [one.state.storage.account_name for one in fleet]


def test_the_journal_is_told_apart(fleet):
    dev, two, *_others = fleet
    dev.get("models")
    two.get("models")
    get(dev, "/subscriptions/none")
    lines = [json.loads(line) for line in dev.http.get("/emulator/journal").text.splitlines()]
    assert [line["workspace"] for line in lines] == [dev.settings.workspace_path, two.settings.workspace_path, None]
    own = dev.http.get("/emulator/journal?workspace=ws-two").text.splitlines()
    assert [json.loads(line)["path"] for line in own] == [two.path("models")]
    dev.http.delete("/emulator/journal?workspace=ws-two")
    assert dev.http.get("/emulator/journal?workspace=ws-two").text == ""
    assert len(dev.http.get("/emulator/journal").text.splitlines()) == 2


def test_a_reset_and_the_state_are_of_one_or_of_all(fleet):
    dev, two, prod, _west = fleet
    for number, one in enumerate((dev, two, prod)):
        one.done(one.endpoint(f"ep-{number}"))

    def endpoints(query: str) -> list[str]:
        return list(dev.http.get(f"/emulator/state?part=endpoint_names{query}").json()["endpoint_names"])

    assert endpoints("") == ["ep-0"]
    assert endpoints("&workspace=rg-dev/ws-two") == ["ep-1"]
    assert endpoints(f"&workspace={OTHER_SUBSCRIPTION}/rg-prod/ws-dev") == ["ep-2"]
    assert dev.http.post("/emulator/reset?workspace=ws-two").status_code == 204
    assert (endpoints(""), endpoints("&workspace=ws-two")) == (["ep-0"], [])
    assert two.get("datastores")["value"]
    assert dev.http.post("/emulator/reset").status_code == 204
    assert (endpoints(""), endpoints("&workspace=rg-prod/ws-dev")) == ([], [])


@pytest.mark.parametrize(("name", "says"), [("none", "no workspace"), ("ws-dev", "more than one workspace")])
def test_a_name_that_is_none_or_several_is_refused(fleet, name, says):
    answer = fleet[0].http.get(f"/emulator/state?workspace={name}")
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{says} is called '{name}'; there are ")


def test_budgets_are_a_subscriptions_own(fleet):
    dev, two, prod, _west = fleet
    dev.policy(read_budget="2")
    assert [one.send("GET", "").status_code for one in (dev, two, two, prod)] == [200, 200, 429, 200]


def test_a_name_given_twice_is_refused(tmp_path):
    settings = Settings(state_dir=tmp_path, ports=dict.fromkeys(SURFACES, 1))
    with pytest.raises(ValueError, match="named twice"):
        Emulator(settings, settings.beside(WorkspaceName("RG-emulator", "ws-EMULATOR")), storage=StorageDouble())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("g/ws-1", WorkspaceName("g", "ws-1")),
        ("rg.dev_(1)/ws-1@westus2", WorkspaceName("rg.dev_(1)", "ws-1", region="westus2")),
        (f"{OTHER_SUBSCRIPTION}/g/ws-1", WorkspaceName("g", "ws-1", OTHER_SUBSCRIPTION)),
    ],
)
def test_names_are_parsed(text, name):
    assert WorkspaceName.parse(text) == name


@pytest.mark.parametrize(
    "text",
    ["ws-1", "a/b/c/d", "dev/g/ws-1", "g/w", "/ws-1", "g./ws-1", "g/ws-1@", "g/ws-1@West US", "g/-ws", "g/ws/"],
)
def test_a_bad_name_is_one_line_and_nothing_is_started(text, tmp_path, capsys):
    assert main(["up", "--state-dir", str(tmp_path / "s"), "--workspace", text]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("emulator: --workspace ")
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert not (tmp_path / "s").exists()


def test_storage_is_told_apart_by_the_account_a_request_names(fleet):
    workspaces = fleet[0].emulator.workspaces
    account = fleet[1].state.storage.account_name
    assert account_of("localhost:5", f"/{account}/c/b") == account_of(f"{account}.blob.localhost:5", "/c/b") == account
    assert workspaces.of_account(account) is fleet[1].state
    assert workspaces.of_account("none") is None


def test_uploads_of_all_are_collected(fleet):
    dev, two, *_others = fleet
    dev.policy(abandoned_upload_lifetime="60")
    asked = two.send("POST", "codes/c/versions/1/startPendingUpload", {"pendingUploadType": "TemporaryBlobReference"})
    assert asked.status_code == 200
    assert len(two.state.storage.containers) == 1
    assert dev.state.storage.containers == []
    dev.wait(61)
    asyncio.run(dev.emulator.workspaces.collect())
    assert two.state.storage.containers == []
