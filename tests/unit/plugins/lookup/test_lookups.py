# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import yaml
from ansible import constants as C  # noqa: N812 - its name in Ansible
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.mlops.azureml.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.mlops.azureml.plugins.lookup import default_deployment, newest_version, scoring_uri
from ansible_collections.mlops.azureml.plugins.module_utils._cache import NoCache
from ansible_collections.mlops.azureml.plugins.module_utils._service import credentials, workspace
from ansible_collections.mlops.azureml.plugins.module_utils._service.http_client import HttpClient
from ansible_collections.mlops.azureml.plugins.plugin_utils import _plugin_invocation
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    CLIENT_SECRET,
    CONNECTION,
    TOKEN,
    WORKSPACE,
    Call,
    get,
)

Look = Callable[..., list[str]]


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Look:
    """``look(module, terms, *calls, variables, **options)``: what a lookup returns after these requests."""
    for name in ("AZURE_SUBSCRIPTION_ID", "AZUREML_RESOURCE_GROUP", "AZUREML_WORKSPACE"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(credentials, "fetch_token", lambda *_args: (TOKEN, 4e9))
    monkeypatch.setattr(_plugin_invocation, "CACHE", NoCache())  # no token of other tests

    def run(
        module: types.ModuleType, terms: list[str], *calls: Call, variables: Any = None, **options: Any
    ) -> list[str]:
        replies = list(calls)

        def answer(request: httpx.Request) -> httpx.Response:
            return replies.pop(0)(request)

        transport = httpx.MockTransport(answer)
        monkeypatch.setattr(workspace, "HttpClient", functools.partial(HttpClient, transport=transport))
        name = module.__name__.rpartition(".")[2]
        documented = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
        documented |= yaml.safe_load(module.DOCUMENTATION)["options"]
        C.config.initialize_plugin_configuration_definitions("lookup", name, documented)
        plugin = module.LookupModule(loader=DataLoader(), templar=Templar(DataLoader()))
        plugin._load_name = name
        found: list[str] = plugin.run(
            terms, {"azureml_connection": CONNECTION} if variables is None else variables, **options
        )
        assert replies == []
        return found

    return run


def endpoint(**properties: Any) -> Call:
    return get("batchEndpoints/digits", {"id": f"{WORKSPACE}/batchEndpoints/digits", "properties": properties})


def test_the_newest_version(look: Look) -> None:
    query = {"$orderBy": "createdtime desc", "$top": "1"}

    def newest(path: str, version: str) -> Call:
        return get(f"{path}/versions", {"value": [{"id": f"{WORKSPACE}/{path}/versions/{version}"}]}, **query)

    assert look(newest_version, ["digits", "azureml:b"], newest("models/digits", "12"), newest("models/b", "1")) == [
        "azureml:digits:12",
        "azureml:b:1",
    ]
    assert look(newest_version, ["env"], newest("environments/env", "3"), kind="environment") == ["azureml:env:3"]
    with pytest.raises(AnsibleError, match="has no version in workspace ws1"):
        look(newest_version, ["digits"], get("models/digits/versions", **query))


def test_an_endpoint(look: Look) -> None:
    found = endpoint(scoringUri="https://x/jobs", defaults={"deploymentName": "blue"})
    assert look(scoring_uri, ["digits"], found) == ["https://x/jobs"]
    assert look(default_deployment, ["digits"], found) == ["blue"]


@pytest.mark.parametrize(
    ("module", "answer", "complaint"),
    [
        (scoring_uri, get("batchEndpoints/digits"), "There is no batch endpoint digits in workspace ws1"),
        (scoring_uri, endpoint(), "endpoint digits has no scoring URI yet"),
        (default_deployment, endpoint(defaults={"deploymentName": None}), "endpoint digits has no default deployment"),
    ],
)
def test_what_is_absent(look: Look, module: types.ModuleType, answer: Call, complaint: str) -> None:
    with pytest.raises(AnsibleError, match=complaint) as failed:
        look(module, ["digits"], answer)
    assert CLIENT_SECRET not in str(failed.value)


def test_options_come_before_the_variable(look: Look) -> None:
    other = {**CONNECTION, "workspace_name": "elsewhere"}
    found = endpoint(defaults={"deploymentName": "blue"})
    variables = {"azureml_connection": other}
    assert look(default_deployment, ["digits"], found, variables=variables, workspace_name="ws1") == ["blue"]
    nameless = {"azureml_connection": {**CONNECTION, "workspace_name": ""}}
    with pytest.raises(AnsibleError, match="No workspace is named"):
        look(default_deployment, ["digits"], variables=nameless)
