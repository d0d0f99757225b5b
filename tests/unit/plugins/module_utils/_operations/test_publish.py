# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation publish: finding the version, races, lagging lists, immutability."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._cache import Cache, NoCache
from ansible_collections.mlops.azureml.plugins.module_utils._errors import (
    ConflictError,
    ImmutableFieldError,
    InvalidOption,
    ServiceError,
)
from ansible_collections.mlops.azureml.plugins.module_utils._invocation import Result
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._operations.publish import Publish
from ansible_collections.mlops.azureml.plugins.module_utils._service.arm import Arm
from ansible_collections.mlops.azureml.plugins.module_utils._service.clouds import KNOWN
from ansible_collections.mlops.azureml.plugins.module_utils._service.trusted_hosts import TrustedHosts
from ansible_collections.mlops.azureml.plugins.module_utils._types.code import CODE
from ansible_collections.mlops.azureml.plugins.module_utils._types.model import MODEL
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock
from ansible_collections.mlops.azureml.tests.unit.plugins.fake_storage import FakeStorage, plug_in

HERE = WorkspaceId("sub1", "rg1", "ws1")
HASH = "38b6d4ed68197a94f1a1efdb93af02476dd2445dadaa9df1ba9731a258d53075"  # of weights below, as a model
CODE_HASH = "09ff0506374deedebf1fe5b787c7e2aeba1223cad4137fdbbac1196b6f27889a"  # the same as code
OTHER = "f" * 64
STORE = f"{HERE.path}/datastores/workspaceblobstore"


@dataclass
class FakeInvocation:
    options: dict[str, Any]
    clock: Clock
    check_mode: bool = False
    cache: Cache = field(default_factory=NoCache)
    is_watched: bool = False
    messages: list[str] = field(default_factory=list)

    def warn(self, message: str) -> None:
        raise AssertionError(message)

    def progress(self, message: str) -> None:
        self.messages.append(message)

    def underway(self, _note: str) -> contextlib.AbstractContextManager[None]:
        """Nothing interrupts it."""
        return contextlib.nullcontext()

    def register_secret(self, secret: str) -> None:
        pass


@pytest.fixture
def weights(tmp_path: Path) -> str:
    (tmp_path / "model.npz").write_bytes(b"weights")
    return f"{tmp_path}/model.npz"


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> FakeStorage:
    return plug_in(monkeypatch)


Publisher = Callable[..., Result]


@pytest.fixture
def publish(bench: Callable[..., Any], storage: FakeStorage) -> Publisher:
    """``publish(asset, options, *replies)``: the requests that must be made, as ``("GET models/digits", reply)``."""

    def run(asset: Any, options: dict[str, Any], *calls: tuple[str, Any], check: bool = False) -> Result:
        spec = Publish(asset).spec()
        defaults = {name: words.get("default") for name, words in spec.arguments.items()}
        wired = bench(*(_reply(*call) for call in calls))
        invocation = FakeInvocation({**defaults, **options}, wired.clock, check_mode=check)
        identity = SimpleNamespace(token=lambda *_a, **_k: "token-1")
        arm = Arm(wired.http, KNOWN["AzureCloud"], identity, clock=wired.clock)
        workspace = SimpleNamespace(
            id=HERE,
            path=lambda below: f"{HERE.path}/{below}",
            arm=arm,
            http=wired.http,
            credentials=None,
            hosts=TrustedHosts(KNOWN["AzureCloud"]),
            invocation=invocation,
        )
        return Publish(asset).run(workspace)

    return run


def _reply(expected: str, answer: Any) -> Callable[[httpx.Request], httpx.Response]:
    def reply(request: httpx.Request) -> httpx.Response:
        assert f"{request.method} {request.url.path.removeprefix(HERE.path + '/')}" == expected
        body = answer(json.loads(request.content or "null")) if callable(answer) else answer
        if isinstance(body, httpx.Response):
            return body
        return httpx.Response(404 if body is None else 200, json=body or {"error": {"code": "UserError"}})

    return reply


def refusal(status: int) -> httpx.Response:
    error = {"code": "UserError", "message": "Asset paths cannot be updated."}
    return httpx.Response(status, json={"error": error})


def version(name: str, digest: str = HASH, **properties: Any) -> dict[str, Any]:
    uri = f"azureml://subscriptions/sub1/resourceGroups/rg1/workspaces/ws1/datastores/workspaceblobstore/paths/{place(digest)}"
    return {
        "id": f"{HERE.path}/models/digits/versions/{name}",
        "name": name,
        "properties": {
            "description": None,
            "tags": {},
            "properties": {},
            "isArchived": False,
            "modelType": "custom_model",
            "modelUri": uri,
            "stage": "Development",
            "provisioningState": "Succeeded",
            **properties,
        },
    }


def code_version(name: str, digest: str, container: str = "scoring", **properties: Any) -> dict[str, Any]:
    hashes = {"hash_sha256": digest, "hash_version": "202208"} if digest else {}
    return {
        "id": f"{HERE.path}/codes/{container}/versions/{name}",
        "name": name,
        "properties": {"codeUri": "https://a/c/src", "properties": hashes, "isArchived": False, **properties},
    }


def place(digest: str) -> str:
    return f"LocalUpload/{digest}/model.npz"


def page(*versions: dict[str, Any]) -> dict[str, Any]:
    return {"value": list(versions)}


def container(latest: str | None, following: str) -> dict[str, Any]:
    return {"properties": {"latestVersion": latest, "nextVersion": following}}


DEFAULT_STORE = (
    "GET datastores",
    {
        "value": [
            {
                "id": STORE,
                "name": "workspaceblobstore",
                "properties": {
                    "accountName": "acc",
                    "containerName": "blobs",
                    "endpoint": "core.windows.net",
                    "credentials": {"credentialsType": "None"},
                },
            }
        ]
    },
)
VERSIONS = "GET models/digits/versions"


# -- finding ---------------------------------------------------------------------------------------------------------


def test_existing_content_costs_one_request(publish: Publisher, weights: str) -> None:
    result = publish(
        MODEL, {"name": "digits", "path": weights}, (VERSIONS, page(version("8", OTHER), version("7"), version("6")))
    )

    assert not result.changed
    assert result.values["model"]["reference"] == "azureml:digits:7"
    assert result.values["model"]["hash"] == HASH
    assert result.before == result.after == {}


def test_later_pages_are_read_only_when_needed(publish: Publisher, weights: str) -> None:
    link = f"https://management.azure.com{HERE.path}/models/digits/versions?api-version=2024-10-01&$skipToken=x"
    first = {"value": [version("8", OTHER)], "nextLink": link}

    result = publish(MODEL, {"name": "digits", "path": weights}, (VERSIONS, first), (VERSIONS, page(version("7"))))
    assert result.values["model"]["version"] == "7"

    found_at_once = {"value": [version("8")], "nextLink": link}
    assert not publish(MODEL, {"name": "digits", "path": weights}, (VERSIONS, found_at_once)).changed


def test_unknown_name_begins_with_one(publish: Publisher, weights: str, storage: FakeStorage) -> None:
    result = publish(
        MODEL,
        {"name": "digits", "path": weights, "tags": {"team": "vision"}},
        (VERSIONS, None),
        ("GET models/digits", None),
        DEFAULT_STORE,
        ("PUT models/digits/versions/1", lambda sent: {**version("1"), **sent}),
        ("GET models/digits/versions/1", version("1", tags={"team": "vision"})),
    )

    assert result.changed
    assert result.before == {}
    assert result.after == {
        "name": "digits",
        "version": "1",
        "path": weights,
        "type": "custom_model",
        "hash": HASH,
        "tags": {"team": "vision"},
    }
    assert storage["https://acc.blob.core.windows.net/blobs"].blobs == {place(HASH): b"weights"}


def test_version_that_the_list_does_not_show_yet_is_found(publish: Publisher, weights: str) -> None:
    result = publish(
        MODEL,
        {"name": "digits", "path": weights},
        (VERSIONS, page()),
        ("GET models/digits", container("1", "2")),
        ("GET models/digits/versions/1", version("1")),
    )

    assert not result.changed


def test_versions_that_the_list_does_not_show_yet_are_counted_back(publish: Publisher, weights: str) -> None:
    result = publish(
        MODEL,
        {"name": "digits", "path": weights},
        (VERSIONS, page(version("1", OTHER))),
        ("GET models/digits", container("4", "5")),
        ("GET models/digits/versions/4", version("4", OTHER)),
        ("GET models/digits/versions/3", None),
        ("GET models/digits/versions/2", version("2")),
    )

    assert result.values["model"]["version"] == "2"


@pytest.mark.parametrize("latest", ["bar", "0"])
def test_counting_back_ends(publish: Publisher, weights: str, latest: str) -> None:
    result = publish(
        MODEL,
        {"name": "digits", "path": weights},
        (VERSIONS, page()),
        ("GET models/digits", container(latest, "1")),
        (f"GET models/digits/versions/{latest}", None),
        DEFAULT_STORE,
        check=True,
    )

    assert result.after["version"] == "1"


@pytest.mark.parametrize("following", ["3", "2022-09-14-20-33-51-5820890"])
def test_next_version_is_what_the_service_says(publish: Publisher, weights: str, following: str) -> None:
    result = publish(
        MODEL,
        {"name": "digits", "path": weights},
        (VERSIONS, page(version("2", OTHER))),
        ("GET models/digits", container("2", following)),
        DEFAULT_STORE,
        (f"PUT models/digits/versions/{following}", lambda sent: {**version(following), **sent}),
        (f"GET models/digits/versions/{following}", version(following)),
    )

    assert result.values["model"]["version"] == following


def test_a_proposed_version_that_exists_is_not_overwritten(
    publish: Publisher, weights: str, storage: FakeStorage
) -> None:
    with pytest.raises(InvalidOption, match="proposes 1 for model digits, which exists with other content"):
        publish(
            MODEL,
            {"name": "digits", "path": weights},
            (VERSIONS, page(version("bar", OTHER), version("1", OTHER))),
            ("GET models/digits", container("bar", "1")),
        )
    assert storage.containers == {}


def test_archived_content_is_not_taken(publish: Publisher, weights: str) -> None:
    result = publish(
        MODEL,
        {"name": "digits", "path": weights},
        (VERSIONS, page(version("1", isArchived=True))),
        ("GET models/digits", container("1", "2")),
        DEFAULT_STORE,
        check=True,
    )

    assert result.after["version"] == "2"


def test_named_datastore_has_to_be_the_one(publish: Publisher, weights: str) -> None:
    elsewhere = {**DEFAULT_STORE[1]["value"][0], "name": "other"}
    result = publish(
        MODEL,
        {"name": "digits", "path": weights, "datastore": "other"},
        (VERSIONS, page(version("1"))),
        ("GET models/digits", container("1", "2")),
        ("GET datastores/other", elsewhere),
        check=True,
    )

    assert "/datastores/other/paths/" in result.values["model"]["path"]
    assert not publish(
        MODEL, {"name": "digits", "path": weights, "datastore": "workspaceblobstore"}, (VERSIONS, page(version("1")))
    ).changed


def test_hash_property_that_a_user_gave_a_model_means_nothing(publish: Publisher, weights: str) -> None:
    current = version("1", properties={"hash_sha256": OTHER})

    assert not publish(MODEL, {"name": "digits", "path": weights}, (VERSIONS, page(current))).changed


# -- code is searched by its hash, in the whole workspace ------------------------------------------------------------

CODES = "GET codes/scoring/versions"


def test_hit_under_another_name_does_not_count(publish: Publisher, weights: str) -> None:
    result = publish(
        CODE,
        {"name": "scoring", "path": weights},
        (CODES, page(code_version("2", CODE_HASH, "theirs"))),
        ("GET codes/scoring", container("4", "5")),
        (CODES, page(code_version("4", CODE_HASH))),
    )

    assert result.values["code"]["version"] == "4"


def test_code_of_an_older_client_is_known_by_its_place(publish: Publisher, weights: str) -> None:
    legacy = code_version("1", "", codeUri=f"https://acc.blob.core.windows.net/blobs/LocalUpload/{HASH}")
    result = publish(
        CODE,
        {"name": "scoring", "path": weights},
        (CODES, page(code_version("2", CODE_HASH, "theirs"))),
        ("GET codes/scoring", container("4", "5")),
        (CODES, page(legacy)),
    )

    assert not result.changed


def test_archived_hit_does_not_count(publish: Publisher, weights: str) -> None:
    archived = code_version("1", CODE_HASH, isArchived=True)
    result = publish(
        CODE,
        {"name": "scoring", "path": weights},
        (CODES, page(archived)),
        ("GET codes/scoring", container("1", "2")),
        (CODES, page(archived)),
        check=True,
    )

    assert result.after["version"] == "2"


# -- check mode ------------------------------------------------------------------------------------------------------


def test_prediction_equals_the_run(publish: Publisher, weights: str) -> None:
    options = {"name": "digits", "path": weights, "description": "d"}
    reads = ((VERSIONS, None), ("GET models/digits", None), DEFAULT_STORE)
    predicted = publish(MODEL, options, *reads, check=True)
    put = ("PUT models/digits/versions/1", lambda sent: {**version("1"), **sent})
    made = publish(MODEL, options, *reads, put, ("GET models/digits/versions/1", version("1", description="d")))

    assert (predicted.changed, predicted.before, predicted.after) == (made.changed, made.before, made.after)
    assert (
        predicted.values["steps"]
        == made.values["steps"]
        == [
            f"upload 1 file of {weights} into datastore workspaceblobstore",
            "publish model digits, version 1",
        ]
    )
    assert predicted.values["model"].items() <= made.values["model"].items()


def test_where_code_will_be_is_not_invented(publish: Publisher, weights: str) -> None:
    result = publish(
        CODE, {"name": "scoring", "path": weights}, (CODES, page()), ("GET codes/scoring", None), check=True
    )

    assert "path" not in result.values["code"]
    assert result.values["code"]["hash"] == CODE_HASH


# -- what is said about a version ------------------------------------------------------------------------------------


def test_words_are_merged_and_the_rest_stays(publish: Publisher) -> None:
    current = version("1", tags={"a": "1"}, properties={"kept": "yes"}, jobName=None, flavors={"sklearn": {}})
    sent: dict[str, Any] = {}

    def take(body: dict[str, Any]) -> dict[str, Any]:
        sent.update(body["properties"])
        return {**current, **body}

    result = publish(
        MODEL,
        {"name": "digits", "version": "1", "description": "new", "tags": {"b": "2"}},
        ("GET models/digits/versions/1", current),
        ("PUT models/digits/versions/1", take),
        ("GET models/digits/versions/1", lambda _none: {**current, "properties": {**current["properties"], **sent}}),
    )

    assert sent == {
        "description": "new",
        "tags": {"a": "1", "b": "2"},
        "properties": {"kept": "yes"},
        "isArchived": False,
        "modelType": "custom_model",
        "modelUri": current["properties"]["modelUri"],
        "flavors": {"sklearn": {}},
        "stage": "Development",
    }
    assert result.before == {"name": "digits", "version": "1", "description": None, "tags": {"a": "1"}}
    assert result.after == {"name": "digits", "version": "1", "description": "new", "tags": {"a": "1", "b": "2"}}


@pytest.mark.parametrize(("state", "stage"), [("archived", "Archived"), ("archived", "Development")])
def test_archived_version_is_described_without_its_stage(publish: Publisher, state: str, stage: str) -> None:
    """Beside a stage isArchived of an environment counts for nothing (assets contract 1.8)."""
    current = version("1", isArchived=True, stage=stage)

    def take(body: dict[str, Any]) -> dict[str, Any]:
        assert body["properties"]["isArchived"] is True
        assert "stage" not in body["properties"]
        return current

    publish(
        MODEL,
        {"name": "digits", "version": "1", "description": "new", "state": state},
        ("GET models/digits/versions/1", current),
        ("PUT models/digits/versions/1", take),
        ("GET models/digits/versions/1", version("1", isArchived=True, stage=stage, description="new")),
    )


def test_type_is_left_alone_when_the_task_speaks_of_words_only(publish: Publisher) -> None:
    current = version("1", modelType="mlflow_model", description="d")

    assert not publish(
        MODEL,
        {"name": "digits", "version": "1", "description": "d"},
        ("GET models/digits/versions/1", current),
    ).changed


def test_words_are_predicted_without_a_write(publish: Publisher) -> None:
    result = publish(
        MODEL,
        {"name": "digits", "version": "1", "tags": {"b": "2"}, "append_tags": False},
        ("GET models/digits/versions/1", version("1", tags={"a": "1"})),
        check=True,
    )

    assert result.values["model"]["tags"] == result.after["tags"] == {"b": "2"}


# -- a version of the task's own -------------------------------------------------------------------------------------


def test_other_content_under_a_given_version_is_refused(publish: Publisher, weights: str) -> None:
    with pytest.raises(ImmutableFieldError) as caught:
        publish(
            MODEL,
            {"name": "digits", "version": "1", "path": weights},
            ("GET models/digits/versions/1", version("1", OTHER)),
        )
    assert HASH in str(caught.value)
    assert OTHER in str(caught.value)
    assert "Leave version out" in str(caught.value)


def test_other_code_names_both_hashes(publish: Publisher, weights: str) -> None:
    with pytest.raises(ImmutableFieldError, match=rf"has hash {OTHER} .* has hash {CODE_HASH}"):
        publish(
            CODE,
            {"name": "scoring", "version": "1", "path": weights},
            ("GET codes/scoring/versions/1", code_version("1", OTHER)),
        )


def test_version_that_is_not_there_needs_content(publish: Publisher) -> None:
    with pytest.raises(InvalidOption, match=r"path is missing\. There is no version 9 yet"):
        publish(
            MODEL,
            {"name": "digits", "version": "9", "description": "d"},
            ("GET models/digits/versions/9", None),
        )


# -- races -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 409])
def test_loser_of_a_race_takes_the_following_version(
    publish: Publisher, weights: str, storage: FakeStorage, status: int
) -> None:
    result = publish(
        MODEL,
        {"name": "digits", "path": weights},
        (VERSIONS, page()),
        ("GET models/digits", None),
        DEFAULT_STORE,
        ("PUT models/digits/versions/1", refusal(status)),
        ("GET models/digits/versions/1", version("1", OTHER)),
        (VERSIONS, page(version("1", OTHER))),
        ("GET models/digits", container("1", "2")),
        ("PUT models/digits/versions/2", lambda sent: {**version("2"), **sent}),
        ("GET models/digits/versions/2", version("2")),
    )

    assert result.after["version"] == result.values["model"]["version"] == "2"
    assert result.values["steps"][1:] == ["publish model digits, version 2"]
    assert len(storage["https://acc.blob.core.windows.net/blobs"].log) == 2, "uploaded once, marked once"


def test_loser_of_a_race_finds_its_content_registered(publish: Publisher, weights: str) -> None:
    result = publish(
        MODEL,
        {"name": "digits", "path": weights},
        (VERSIONS, page()),
        ("GET models/digits", None),
        DEFAULT_STORE,
        ("PUT models/digits/versions/1", refusal(409)),
        ("GET models/digits/versions/1", version("1")),
        (VERSIONS, page()),
        ("GET models/digits", container("1", "2")),
        ("GET models/digits/versions/1", version("1")),
    )

    assert not result.changed


def test_refusal_that_is_no_race_is_shown(publish: Publisher, weights: str) -> None:
    with pytest.raises(ServiceError, match="Asset paths cannot be updated"):
        publish(
            MODEL,
            {"name": "digits", "path": weights},
            (VERSIONS, page()),
            ("GET models/digits", None),
            DEFAULT_STORE,
            ("PUT models/digits/versions/1", refusal(400)),
            ("GET models/digits/versions/1", None),
        )


def test_many_races_may_be_lost_one_after_the_other(publish: Publisher, weights: str) -> None:
    calls: list[Any] = []
    for number in range(1, 7):
        latest, following = (str(number - 1) if number > 1 else None), str(number)
        calls += [(VERSIONS, page(*([version(latest, OTHER)] if latest else [])))]
        calls += [("GET models/digits", container(latest, following))]
        calls += [DEFAULT_STORE] if number == 1 else []
        calls += [(f"PUT models/digits/versions/{number}", refusal(409))]
        calls += [(f"GET models/digits/versions/{number}", version(following, OTHER))]
    put = ("PUT models/digits/versions/6", lambda sent: {**version("6"), **sent})
    calls[-2:] = [put, ("GET models/digits/versions/6", version("6"))]

    assert publish(MODEL, {"name": "digits", "path": weights}, *calls).values["model"]["version"] == "6"


def test_races_end(publish: Publisher, weights: str) -> None:
    round_lost = [
        (VERSIONS, page()),
        ("GET models/digits", container(None, "1")),
        ("PUT models/digits/versions/1", refusal(409)),
        ("GET models/digits/versions/1", version("1", OTHER)),
    ]

    with pytest.raises(ConflictError):
        publish(
            MODEL,
            {"name": "digits", "path": weights},
            *[*round_lost[:2], DEFAULT_STORE, *round_lost[2:]],
            *round_lost,
            *round_lost,
        )


# -- bad tasks ask nothing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"name": "digits"}, "path is missing"),
        ({"name": "-digits", "path": "/x"}, "cannot read /x"),
        ({"name": "digits", "version": "1:2", "description": "d"}, "'1:2' cannot be a version"),
        ({"name": "digits", "version": "", "description": "d"}, "'' cannot be a version"),
        ({"name": "a.b", "path": "https://x/y"}, "'a.b' cannot be the name of a model"),
        ({"name": "digits", "path": "https://x/y", "datastore": "d"}, "datastore is for the upload of local files"),
        ({"name": "digits", "path": "https://x/y", "tags": {"a": ""}}, "the value of a is empty"),
    ],
)
def test_bad_task(publish: Publisher, options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidOption, match=complaint):
        publish(MODEL, options)


def test_type_and_shape_of_the_files_must_fit(publish: Publisher, weights: str) -> None:
    with pytest.raises(InvalidOption, match=r"model\.npz is a file, and type mlflow_model is for a folder"):
        publish(MODEL, {"name": "digits", "path": weights, "type": "mlflow_model"})


# -- absent ----------------------------------------------------------------------------------------------------------


def test_absent(publish: Publisher) -> None:
    options = {"name": "digits", "version": "1", "state": "absent"}
    current = ("GET models/digits/versions/1", version("1"))
    no_users = ("GET batchEndpoints", {"value": []})
    predicted = publish(MODEL, options, current, no_users, check=True)
    gone = publish(MODEL, options, current, no_users, ("DELETE models/digits/versions/1", httpx.Response(200)))

    assert predicted == gone
    assert gone.values["steps"] == ["delete model digits, version 1"]
    assert gone.before == {"name": "digits", "version": "1", "state": "present"}
    assert not publish(MODEL, options, ("GET models/digits/versions/1", None)).changed
