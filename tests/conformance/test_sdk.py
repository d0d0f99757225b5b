"""The official SDK against the local workspace, what our modules make of its work, and it of theirs.

The tests of one version build on each other, from top to bottom.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.local_workspace import LocalWorkspace
from tests.integration.plays import Played
from tests.integration.stories import BLUE_ROWS, FILES, GREEN_ROWS, PAGES, deploy

from .conftest import HERE, Run, journal
from .environments import python_of

Act = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module", params=["sdk", pytest.param("sdk-1.31", marks=pytest.mark.on_request)])
def act(request: pytest.FixtureRequest, run: Run, started: LocalWorkspace, tmp_path_factory: Any) -> Act:
    """Lets the SDK of one version play an act of `clients/sdk.py`, in a workspace that is empty at first."""
    started.reset()
    python = python_of(request.param)
    answer = tmp_path_factory.mktemp("answers") / "answer.json"

    def play_act(name: str) -> dict[str, Any]:
        run(python, HERE / "clients" / "sdk.py", name, FILES, answer)
        shown: dict[str, Any] = json.loads(answer.read_text())
        return shown

    return play_act


@pytest.fixture(scope="module")
def made(act: Act) -> dict[str, Any]:
    return act("make")


@pytest.fixture(scope="module")
def scored(act: Act, made: dict[str, Any]) -> dict[str, Any]:
    return {**made, **act("score")}


def rows(text: str) -> dict[str, int]:
    return {page: int(count) for page, count in (line.split(",") for line in text.splitlines())}


def uploads(workspace: LocalWorkspace) -> list[str]:
    """Blobs that were written since the journal was emptied; metadata of a blob do not count."""
    blobs = (one for one in journal(workspace) if one["method"] == "PUT" and "/subscriptions/" not in one["path"])
    return [one["path"] for one in blobs if one["query_keys"][:1] != ["comp"]]


def test_computes_are_created_and_updated(made: dict[str, Any]) -> None:
    assert made["compute"] == {
        "created": ["Standard_DS3_v2", 0, 1, "Succeeded"],
        "updated": ["Standard_DS3_v2", 0, 2, "Succeeded"],
        "got": ["Standard_DS3_v2", 0, 2, "Succeeded"],
        "listed": ["words-cluster"],
    }


def test_assets_are_uploaded_and_registered(made: dict[str, Any], started: LocalWorkspace) -> None:
    assets = made["assets"]
    assert {kind: assets[kind]["version"] for kind in ("code", "model", "environment", "data")} == {
        "code": "1",
        "model": "1",
        "environment": "1",
        "data": "1",
    }
    place = f"{started.path.partition('/providers/')[0]}/workspaces/ws-emulator/datastores/workspaceblobstore/paths"
    digest = "[0-9a-f]{64}"
    assert re.fullmatch(f"azureml:/{place}/LocalUpload/{digest}/times.txt", assets["model"]["path"])
    # The service writes this segment in two ways: for models as above, for data in lower case. A folder gets a slash.
    place = place.replace("resourceGroups", "resourcegroups")
    assert re.fullmatch(f"azureml:/{place}/LocalUpload/{digest}/pages/", assets["data"]["path"])
    assert re.fullmatch(f"https://.*/LocalUpload/{digest}/score/", assets["built"]["context"])
    assert assets["environment"]["conda"] == {"dependencies": ["python=3.11"]}


def test_the_latest_version_is_the_one_made_last(made: dict[str, Any]) -> None:
    assert made["labels"] == {
        "numbered": ["1", "2"],
        "latest": ["bar", "1", "1"],
        "versions": ["bar", "2", "1"],
        "container": "bar",
    }


def test_endpoints_and_deployments_are_created_and_updated(made: dict[str, Any], started: LocalWorkspace) -> None:
    endpoint = made["endpoint"]
    tags = {"team": "text"}
    assert endpoint["created"] == {"description": "Counts words", "tags": tags, "default": None, "state": "Succeeded"}
    # An update leaves the description as it is (batch contract 14.25).
    assert endpoint["updated"] == {"description": "Counts words", "tags": tags, "default": "blue", "state": "Succeeded"}
    assert endpoint["listed"] == ["words-batch"]
    common = {
        "model": f"{started.path}/models/words/versions/1",
        "code": f"{started.path}/codes/words-score/versions/1",
        "environment": f"{started.path}/environments/words-env/versions/1",
        "logging_level": "Info",
        "timeout": 60,
        "state": "Succeeded",
    }
    assert endpoint["deployments"] == {
        "blue": {**common, "mini_batch_size": 2},
        "green": {**common, "mini_batch_size": 1},
    }


@pytest.mark.usefixtures("made")
def test_our_modules_adopt_what_the_sdk_made(started: LocalWorkspace, play: Callable[..., Played]) -> None:
    started.forget()
    assert play("mlops.azureml.deploy", **deploy()).well().changed == []
    assert play([PAGES]).well().changed == []
    assert started.writes == []


def test_jobs_run_and_their_results_are_downloaded(scored: dict[str, Any]) -> None:
    score = scored["score"]
    assert set(score["status"].values()) == {"Completed"}
    assert score["experiments"] == {"registered": "words-batch", "uploaded": "words-batch", "named": "counting"}
    results = {kind: {name: rows(text) for name, text in files.items()} for kind, files in score["results"].items()}
    assert results == {
        "registered": {"words.csv": BLUE_ROWS},
        "uploaded": {"words.csv": BLUE_ROWS},
        "named": {"rows.csv": GREEN_ROWS},
    }


def test_jobs_are_listed_as_the_service_orders_them(scored: dict[str, Any]) -> None:
    """Service fact: batch contract 14.21 (an endpoint's, in the data plane, oldest first)."""
    score = scored["score"]
    names = [score["names"][kind] for kind in ("named", "uploaded", "registered")]
    assert score["of_endpoint"] == names[::-1]
    assert score["of_workspace"] == names
    assert score["of_green"] == names[:1]


def test_a_running_job_is_canceled_and_its_deployment_deleted(scored: dict[str, Any]) -> None:
    assert scored["cancel"] == {"status": "Canceled", "left": ["blue", "green"]}


def test_assets_are_archived_and_restored(act: Act) -> None:
    archived = act("archive")["archive"]
    seen = {"archived": [[], ["1"]], "restored": [["1"], []]}
    assert archived == {
        "model": seen,
        "environment": seen,
        "data": seen,
        "container": {"archived": True, "restored": True},
    }


@pytest.mark.usefixtures("scored")
def test_endpoints_and_computes_are_deleted(act: Act) -> None:
    assert act("remove")["remove"] == {"endpoints": [], "computes": []}


def test_the_sdk_recognises_what_our_modules_uploaded(
    act: Act, started: LocalWorkspace, play: Callable[..., Played]
) -> None:
    started.reset()
    play("mlops.azureml.deploy", **deploy()).well()
    play([PAGES]).well()
    before = started.current
    started.forget()
    assert act("recognise")["recognise"] == {"words-score": "1", "words": "1", "pages": "1", "words-env": "1"}
    assert uploads(started) == []
    assert started.current == before
