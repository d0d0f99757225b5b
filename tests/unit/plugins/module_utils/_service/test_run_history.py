# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ServiceError
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._names.datastore_path import DatastorePath
from ansible_collections.mlops.azureml.plugins.module_utils._service.clouds import KNOWN
from ansible_collections.mlops.azureml.plugins.module_utils._service.run_history import RunHistory

HOST = "https://eastus.api.azureml.ms"
WORKSPACE = WorkspaceId("s0", "rg1", "ws1")
HISTORY = f"/history/v1.0{WORKSPACE.path}"
DISCOVERED = {"api": f"{HOST}/", "history": "https://elsewhere"}


class Identity:
    def token(self, audience: str, *, to: str, fresh: bool = False) -> str:
        assert audience == "https://management.azure.com"
        return "planted-token"


@pytest.fixture
def history(bench: Callable[..., Any]) -> Callable[..., tuple[RunHistory, Any]]:
    def make(*answers: Any) -> tuple[RunHistory, Any]:
        wired = bench(*(httpx.Response(200, json=answer) for answer in answers))
        runs = RunHistory(wired.http, KNOWN["AzureCloud"], Identity(), WORKSPACE, f"{HOST}/discovery")
        return runs, wired

    return make


def test_the_host_is_discovered_once_and_without_a_token(history: Callable[..., Any]) -> None:
    runs, wired = history(DISCOVERED, {"value": []}, {"value": []})
    runs.children("a")
    runs.children("b")
    assert wired.network.lines == ["GET /discovery", f"GET {HISTORY}/runs/a/children", f"GET {HISTORY}/runs/b/children"]
    assert "authorization" not in wired.network.requests[0].headers
    assert wired.network.requests[1].url.host == "eastus.api.azureml.ms"


def test_the_runs_inside_a_job(history: Callable[..., Any]) -> None:
    run = {"runId": "92a3", "name": "batchscoring", "status": "Completed", "startTimeUtc": "t1", "endTimeUtc": "t2"}
    runs, _wired = history(DISCOVERED, {"value": [run]})
    [found] = runs.children("job 1")
    assert (found.id, found.name, found.status, found.started, found.ended) == (
        "92a3",
        "batchscoring",
        "Completed",
        "t1",
        "t2",
    )
    assert found.logs == "ExperimentRun/dcid.92a3"


def test_the_path_of_an_output_is_in_the_definition_of_its_run(history: Callable[..., Any]) -> None:
    references = {
        "score": {"dataStoreName": "workspaceblobstore", "pathOnDataStore": "azureml/92a3/score/"},
        "elsewhere": {"dataStoreName": None, "pathOnDataStore": "x"},
    }
    recorded = {"runMetadata": {}, "runDefinition": {"dataReferences": references}}
    runs, wired = history(DISCOVERED, recorded, recorded)
    assert runs.output_place("92a3", "score") == DatastorePath("workspaceblobstore", "azureml/92a3/score")
    request = wired.network.requests[1]
    assert (request.method, request.url.path) == ("POST", f"{HISTORY}/rundata")
    assert json.loads(request.content) == {
        "runId": "92a3",
        "selectRunMetadata": True,
        "selectRunDefinition": True,
        "selectJobSpecification": True,
    }

    assert runs.output_place("92a3", "elsewhere") is None


def test_an_output_that_is_an_asset_is_resolved(history: Callable[..., Any]) -> None:
    recorded = {"runMetadata": {"outputs": {"model_out": {"assetId": "azureml://d/1", "type": "UriFolder"}}}}
    uri = "azureml://subscriptions/s/resourcegroups/rg1/workspaces/ws1/datastores/store/paths/named-outputs/x/"
    runs, wired = history(DISCOVERED, recorded, {"values": {"azureml://d/1": {"uri": uri, "type": "UriFolder"}}})
    assert runs.output_place("92a3", "model_out") == DatastorePath("store", "named-outputs/x")
    request = wired.network.requests[2]
    assert request.url.path == f"/data/v1.0{WORKSPACE.path}/dataversion/batchGetResolvedUris"
    assert json.loads(request.content) == {"values": ["azureml://d/1"]}


def test_the_definition_counts_if_the_asset_cannot_be_resolved(bench: Callable[..., Any]) -> None:
    place = {"dataStoreName": "store", "pathOnDataStore": "azureml/92a3/score"}
    recorded = {
        "runMetadata": {"outputs": {"score": {"assetId": "azureml://d/1"}}},
        "runDefinition": {"dataReferences": {"score": place}},
    }
    answers = [httpx.Response(200, json=DISCOVERED), httpx.Response(200, json=recorded), httpx.Response(404, json={})]
    runs = RunHistory(bench(*answers).http, KNOWN["AzureCloud"], Identity(), WORKSPACE, f"{HOST}/discovery")
    assert runs.output_place("92a3", "score") == DatastorePath("store", "azureml/92a3/score")


@pytest.mark.parametrize("answer", [{}, {"runDefinition": None}, {"runDefinition": {"dataReferences": None}}])
def test_an_output_may_be_recorded_nowhere(history: Callable[..., Any], answer: dict[str, Any]) -> None:
    runs, _wired = history(DISCOVERED, answer)
    assert runs.output_place("92a3", "score") is None


def test_a_discovery_without_host_is_an_error(history: Callable[..., Any]) -> None:
    runs, _wired = history({"studio": "https://ml.azure.com"})
    with pytest.raises(ServiceError, match="has no text under 'api'"):
        runs.children("a")
