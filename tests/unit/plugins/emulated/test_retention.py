# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Retention on a workspace with everything that may refer to something."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._service import workspace as workspace_module
from ansible_collections.mlops.azureml.plugins.module_utils._service.http_client import HttpClient
from ansible_collections.mlops.azureml.plugins.modules import (
    batch_deployment,
    batch_endpoint,
    batch_retention,
    code,
    component,
    compute,
    data,
    environment,
    model,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.conftest import Emulated
from ansible_collections.mlops.azureml.tests.unit.plugins.fake_storage import FakeContainer, FakeStorage
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import Outcome

from tests.unit.emulator.conftest import StorageDouble

DAY = 86400
Change = Callable[[Emulated, FakeContainer, FakeStorage], None]


@pytest.fixture(autouse=True)
def own_container(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The container that Azure names by the GUID of the workspace."""
    emulated = request.getfixturevalue("emulated")
    store = emulated.emulator.state.resources.get(emulated.path("datastores/workspaceblobstore"))
    store.properties["containerName"] = f"azureml-blobstore-{emulated.emulator.state.settings.workspace_guid}"
    monkeypatch.setattr(StorageDouble, "default_container", store.properties["containerName"])


def retain(emulated: Emulated, *rules: dict[str, Any], check: bool = False, **options: Any) -> Outcome:
    return emulated(batch_retention, {"rules": list(rules), **options}, check=check)


def reasons(out: Outcome, word: str = "kept") -> dict[str, str]:
    return {one["title"]: one["reason"] for one in out["batch_retention"][word]}


def both(emulated: Emulated, *rules: dict[str, Any], **options: Any) -> Outcome:
    """The result of a run; check mode has said the same and written nothing, and a second run changes nothing."""
    predicted = retain(emulated, *rules, check=True, **options)
    assert emulated.writes == []
    done = retain(emulated, *rules, **options)
    assert done.result == predicted.result
    again = retain(emulated, *rules, **options)
    assert (again["changed"], emulated.writes) == (False, [])
    return done


@pytest.fixture
def place(emulated: Emulated) -> Emulated:
    """An endpoint with two deployments of three models, long ago."""
    emulated(compute, {"name": "cluster", "size": "Standard_DS3_v2", "max_instances": 1})
    emulated(batch_endpoint, {"name": "digits"})
    for version in "123":
        emulated(
            model,
            {"name": "digits", "version": version, "path": f"azureml://datastores/workspaceblobstore/paths/m{version}"},
        )
        emulated.emulator.state.clock.advance(60)
    emulated(environment, {"name": "env", "version": "1", "image": "library/python:3.11"})
    emulated(code, {"name": "src", "version": "1", "path": "https://account.blob.core.windows.net/c/src"})
    for name, version in (("blue", "1"), ("green", "3")):
        emulated(
            batch_deployment,
            {
                "endpoint_name": "digits",
                "name": name,
                "model": f"digits:{version}",
                "environment": "env:1",
                "compute": "cluster",
                "code_configuration": {"code": "src:1", "scoring_script": "score.py"},
                "set_default": name == "blue",
            },
        )
    emulated.emulator.state.clock.advance(100 * DAY)
    return emulated


ALL_MODELS = {"kind": "model", "keep_newest": 0, "action": "delete"}
ALL_DEPLOYMENTS = {"kind": "deployment", "keep_newest": 0}


def test_what_a_deployment_is_made_of_stays(place: Emulated) -> None:
    rules = [{"kind": kind, "keep_newest": 0, "action": "delete"} for kind in ("model", "environment", "code")]
    out = both(place, *rules)
    assert out["steps"] == ["delete model digits:2"]
    users = "referred to by batch deployment digits/blue, batch deployment digits/green"
    assert reasons(out) == {
        "model digits:1": "referred to by batch deployment digits/blue",
        "model digits:3": "referred to by batch deployment digits/green",
        "environment env:1": users,
        "code src:1": users,
    }


def test_a_deployment_goes_before_its_model_and_the_default_stays(place: Emulated) -> None:
    out = both(place, ALL_MODELS, ALL_DEPLOYMENTS)
    assert out["steps"] == ["delete batch deployment digits/green", "delete model digits:2", "delete model digits:3"]
    assert reasons(out)["batch deployment digits/blue"] == "the default deployment of endpoint digits"


def test_assets_are_archived_by_default(place: Emulated) -> None:
    out = both(place, {"kind": "model", "keep_newest": 1, "name": "digits"})
    assert out["steps"] == ["archive model digits:2"]
    assert place.get("models/digits/versions/2")["properties"]["isArchived"]
    assert out["diff"] == {"before": {"model digits:2": "present"}, "after": {"model digits:2": "archived"}}


def test_more_than_max_deletions_fails_before_the_first(place: Emulated) -> None:
    out = retain(place, ALL_MODELS, ALL_DEPLOYMENTS, max_deletions=2)
    assert (out.failed, place.writes) == (True, [])
    assert "would delete 3 things, and at most 2 may be deleted" in out["msg"]
    assert len(out["batch_retention"]["deleted"]) == 3
    assert not retain(place, ALL_MODELS, ALL_DEPLOYMENTS, max_deletions=3).failed


REFERRERS: dict[str, tuple[str, dict[str, Any]]] = {
    "online deployment o/d": ("onlineEndpoints/o/deployments/d", {"model": "{id}"}),
    "schedule nightly": (
        "schedules/nightly",
        {
            "trigger": {"triggerType": "Cron", "expression": "15 10 * * 1"},
            "action": {
                "actionType": "CreateJob",
                "jobDefinition": {"jobType": "Pipeline", "inputs": {"m": {"uri": "{id}"}}},
            },
        },
    ),
    "schedule of a label": (
        "schedules/label",
        {
            "isEnabled": False,
            "trigger": {"triggerType": "Cron", "expression": "15 10 * * 1"},
            "action": {
                "actionType": "CreateJob",
                "jobDefinition": {"jobType": "Pipeline", "inputs": {"m": "azureml:digits@latest"}},
            },
        },
    ),
}


def fill(tree: Any, text: str) -> Any:
    if isinstance(tree, dict):
        return {key: fill(value, text) for key, value in tree.items()}
    return tree.replace("{id}", text) if isinstance(tree, str) else tree


@pytest.mark.parametrize("name", REFERRERS)
def test_others_that_refer_to_a_version(place: Emulated, name: str) -> None:
    below, body = REFERRERS[name]
    if "onlineEndpoints" in below:
        place.put("onlineEndpoints/o", {"properties": {}})
    place.put(below, {"properties": fill(body, place.path("models/digits/versions/2"))})
    assert both(place, ALL_MODELS)["steps"] == []


@pytest.mark.parametrize(
    ("policy", "hidden", "steps"),
    [
        ("hidden", "keep", []),
        ("hidden", "ignore", ["delete component prep:1", "delete model digits:2"]),
        ("shown", "keep", ["delete model digits:2"]),
    ],
)
def test_steps_of_a_pipeline_that_azure_does_not_show(
    place: Emulated, policy: str, hidden: str, steps: list[str]
) -> None:
    place.policy(pipeline_component_jobs=policy)
    place(
        component,
        {"definition": {"name": "prep", "type": "command", "command": "echo", "environment": "azureml:env:1"}},
    )
    jobs = {"one": {"component": "azureml:prep:1"}}
    place(component, {"definition": {"name": "pipe", "version": "1", "type": "pipeline", "jobs": jobs}})
    place.emulator.state.clock.advance(DAY)
    rules = {"kind": "component", "name": "prep", "keep_newest": 0, "action": "delete"}, ALL_MODELS
    out = both(place, *rules, hidden_references=hidden)
    assert sorted(out["steps"]) == steps
    if (policy, hidden) == ("hidden", "keep"):
        assert "component pipe:1 may refer to it: Azure does not show its steps" in reasons(out)["model digits:2"]


# -- uploads -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def container(emulated: Emulated, storage: FakeStorage) -> FakeContainer:
    name = f"azureml-blobstore-{emulated.emulator.state.settings.workspace_guid}"
    return storage[f"https://localhost:10000/account/{name}"]


def upload(emulated: Emulated, folder: Path, name: str, version: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    for file in ("a.txt", "b.txt"):
        (folder / file).write_text(f"{text}{file}")
    emulated(data, {"name": name, "version": version, "path": str(folder)})


def folders(container: FakeContainer) -> set[str]:
    return {name.split("/")[1] for name in container.blobs}


@pytest.fixture
def uploaded(emulated: Emulated, container: FakeContainer, tmp_path: Path) -> Emulated:
    """Two data assets with files, and one upload to which nothing refers any more, ten days ago."""
    for version, text in (("1", "x"), ("2", "y")):
        upload(emulated, tmp_path / "files", "pages", version, text)
    now = emulated.emulator.state.clock.now()
    container.written = dict.fromkeys(container.blobs, now)
    emulated.emulator.state.clock.advance(10 * DAY)
    emulated.emulator.state.resources.delete(emulated.path("data/pages/versions/1"))
    return emulated


UPLOADS = {"kind": "upload"}


def test_uploads_that_nothing_refers_to(uploaded: Emulated, container: FakeContainer) -> None:
    before = folders(container)
    container.log.clear()
    predicted = retain(uploaded, UPLOADS, check=True)
    assert container.log == []
    out = retain(uploaded, UPLOADS)
    assert out.result == predicted.result
    [gone] = before - folders(container)
    assert [step.split()[2] for step in out["steps"]] == [f"LocalUpload/{gone}"]
    assert list(reasons(out).values()) == ["referred to by data asset pages:2"]
    assert container.log[0].startswith("mark "), "first nobody may take it for complete"
    assert container.log[0].split()[1] == container.log[-1].split()[1], "last goes what says that it is ours"
    assert not retain(uploaded, UPLOADS)["changed"]


def by_others(uploaded: Emulated, **properties: Any) -> None:
    """An online deployment, which another client wrote."""
    uploaded.put("onlineEndpoints/o", {"properties": {}})
    uploaded.put("onlineEndpoints/o/deployments/d", {"properties": properties})


def made_young(uploaded: Emulated, container: FakeContainer, _storage: FakeStorage) -> None:
    container.written = dict.fromkeys(container.blobs, uploaded.emulator.state.clock.now())


def without_our_mark(_uploaded: Emulated, container: FakeContainer, _storage: FakeStorage) -> None:
    container.marks = {name: {"upload_status": "completed"} for name in container.marks}


def in_another_container(uploaded: Emulated, container: FakeContainer, storage: FakeStorage) -> None:
    store = uploaded.emulator.state.resources.get(uploaded.path("datastores/workspaceblobstore"))
    store.properties["containerName"] = "shared"
    storage.containers["https://localhost:10000/account/shared"] = container


def named_by_a_path(uploaded: Emulated, _container: FakeContainer, _storage: FakeStorage) -> None:
    by_others(uploaded, folder="azureml://datastores/workspaceblobstore/paths/LocalUpload/")


def named_by_a_url(uploaded: Emulated, container: FakeContainer, _storage: FakeStorage) -> None:
    by_others(uploaded, environmentVariables={"X": f"{container.url.replace('localhost', 'LOCALHOST')}?sig=1"})


def named_by_its_hash(uploaded: Emulated, container: FakeContainer, _storage: FakeStorage) -> None:
    by_others(uploaded, text=f"see {' and '.join(container.blobs)}")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (made_young, "younger than 7 days"),
        (without_our_mark, "it has no mark of this collection"),
        (in_another_container, "another workspace may use the storage of datastore workspaceblobstore"),
        (named_by_a_path, "online deployment o/d"),
        (named_by_a_url, "online deployment o/d"),
        (named_by_its_hash, "online deployment o/d"),
    ],
)
def test_uploads_that_stay(
    uploaded: Emulated, container: FakeContainer, storage: FakeStorage, change: Change, reason: str
) -> None:
    change(uploaded, container, storage)
    out = retain(uploaded, UPLOADS)
    assert out["steps"] == []
    assert all(reason in text for text in reasons(out).values())
    assert len(reasons(out)) == 2


def test_shared_storage(uploaded: Emulated, container: FakeContainer, storage: FakeStorage) -> None:
    store = uploaded.emulator.state.resources.get(uploaded.path("datastores/workspaceblobstore"))
    store.properties["containerName"] = "shared"
    storage.containers["https://localhost:10000/account/shared"] = container
    assert len(retain(uploaded, UPLOADS, shared_storage=True)["steps"]) == 1


# -- faults ------------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The end of the process."""


FAULTS = ("lost before", "lost after", "500", "429", "kill before", "kill after")
RULES = (
    ALL_DEPLOYMENTS,
    {"kind": "model", "keep_newest": 0, "action": "delete"},
    {"kind": "code", "keep_newest": 0},
    UPLOADS,
)


@dataclasses.dataclass
class Disturbed:
    """The workspace behind a network that fails once, at one request."""

    emulated: Emulated
    number: int
    fault: str
    seen: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen += 1
        if self.seen != self.number:
            return self.emulated.answer(request)
        if self.fault in ("500", "429"):
            body = {"error": {"code": "ServerError", "message": "once"}}
            return httpx.Response(int(self.fault), headers={"Retry-After": "1"}, json=body)
        if self.fault.endswith("after"):
            self.emulated.answer(request)
        if self.fault.startswith("kill"):
            raise Killed
        raise httpx.ReadError("lost", request=request)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_request_leads_to_the_same_end(
    place: Emulated, container: FakeContainer, storage: FakeStorage, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """The default is always there, and nothing ever refers to what is gone."""
    start = copy.deepcopy(place.emulator.state.resources)
    retain(place, *RULES)
    methods, end = [request.method for request in place.requests], held(place)
    # A run that ends before its first write leaves everything as it was, however it ends.
    first = 1 if fault == "500" else methods.index("DELETE") + 1
    for number in range(first, len(methods) + 1):
        place.emulator.state.resources = copy.deepcopy(start)
        disturbed = Disturbed(place, number, fault)
        transport = httpx.MockTransport(disturbed)
        with monkeypatch.context() as patch:
            patch.setattr(workspace_module, "HttpClient", functools.partial(HttpClient, transport=transport))
            with contextlib.suppress(Killed):
                retain(place, *RULES)
        if disturbed.seen < number:
            break  # how often an operation is polled is random
        assert dangling(place) == set(), number
        retain(place, *RULES)
        assert held(place) == end, number


def held(emulated: Emulated) -> set[str]:
    """The versions and deployments that there are, and which of them are archived."""
    found = {}
    for below in ("models/digits/versions", "codes/src/versions", "batchEndpoints/digits/deployments"):
        for one in emulated.emulator.state.resources.children(emulated.path(below)):
            found[one.path] = bool(one.properties.get("isArchived"))
    return {f"{path} {archived}" for path, archived in found.items()}


def dangling(emulated: Emulated) -> set[str]:
    """Models of deployments that are gone."""
    resources = emulated.emulator.state.resources
    models = {
        one.properties["model"]["assetId"]
        for one in resources.children(emulated.path("batchEndpoints/digits/deployments"))
    }
    return {path for path in models if resources.get(path) is None}
