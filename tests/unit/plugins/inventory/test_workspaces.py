# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ansible.template
import httpx
import pytest
import yaml
from ansible import constants as C  # noqa: N812 - its name in Ansible
from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.doc_fragments.constructed import ModuleDocFragment as Constructed
from ansible.plugins.doc_fragments.inventory_cache import ModuleDocFragment as Cached
from ansible.template import Templar
from ansible_collections.mlops.azureml.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.mlops.azureml.plugins.inventory.workspaces import DOCUMENTATION, InventoryModule
from ansible_collections.mlops.azureml.plugins.module_utils._service import credentials, workspace
from ansible_collections.mlops.azureml.plugins.module_utils._service.http_client import HttpClient

ONE, TWO = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
GRAPH = "POST /providers/Microsoft.ResourceGraph/resources"
SECRET = "planted-client-secret-7f3a"
IDENTITY = {"tenant": "tenant1", "client_id": "client1", "secret": SECRET}
REFUSED = httpx.Response(403, json={"error": {"code": "AuthorizationFailed", "message": "no"}})


def row(name: str, group: str = "rg1", subscription: str = ONE, **more: Any) -> dict[str, Any]:
    path = (
        f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices/workspaces"
    )
    return {"id": f"{path}/{name}", "name": name, "location": "eastus", "kind": "Default", "tags": None, **more}


def graph(*rows: dict[str, Any], token: str | None = None) -> httpx.Response:
    return httpx.Response(200, json={"data": list(rows), **({"$skipToken": token} if token else {})})


def lists(*rows: dict[str, Any]) -> httpx.Response:
    return httpx.Response(200, json={"value": list(rows)})


class Azure:
    """Answers in their order; ``requests`` are what was asked."""

    def __init__(self) -> None:
        self.answers: list[httpx.Response] = []
        self.requests: list[tuple[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.requests.append((f"{request.method} {request.url.path}", body))
        return self.answers.pop(0)


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> Azure:
    azure = Azure()
    for name in ("AZURE_SUBSCRIPTION_ID", "AZUREML_RESOURCE_GROUP", "AZUREML_WORKSPACE"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(credentials, "fetch_token", lambda *_args: ("token", 4e9))
    client = functools.partial(HttpClient, transport=httpx.MockTransport(azure))
    monkeypatch.setattr(workspace, "HttpClient", client)
    return azure


@pytest.fixture(scope="module")
def defined() -> None:
    """The options of the plugin, as Ansible reads them from its documentation and the fragments."""
    own = yaml.safe_load(DOCUMENTATION)["options"]
    found: dict[str, Any] = {}
    for text in (ModuleDocFragment.DOCUMENTATION, Constructed.DOCUMENTATION, Cached.DOCUMENTATION):
        found |= yaml.safe_load(text)["options"]
    C.config.initialize_plugin_configuration_definitions("inventory", InventoryModule.NAME, {**found, **own})


Parse = Callable[..., InventoryData]


@pytest.fixture
def parse(azure: Azure, defined: None, tmp_path: Path) -> Parse:
    """The inventory of a file, after these answers."""

    def parsed(*answers: httpx.Response, may_use: bool = True, **options: Any) -> InventoryData:
        azure.answers, azure.requests = list(answers), []
        path = tmp_path / "fleet.azureml.yml"
        path.write_text(yaml.safe_dump({"plugin": "mlops.azureml.workspaces", **IDENTITY, **options}))
        plugin = InventoryModule()
        plugin._load_name = plugin._original_path = plugin.NAME
        inventory = InventoryData()
        assert plugin.verify_file(str(path))
        plugin.parse(inventory, DataLoader(), str(path), cache=may_use)
        if options.get("cache"):
            plugin.update_cache_if_changed()
        assert azure.answers == []
        return inventory

    return parsed


def test_one_request_for_all_pages_of_resource_graph(parse: Parse, azure: Azure) -> None:
    found = parse(
        graph(row("dev"), token="next"), graph(row("prod", tags={"stage": "prod", "a-b": ""})), subscriptions=[ONE, TWO]
    )
    assert [one for one, _body in azure.requests] == [GRAPH, GRAPH]
    assert azure.requests[0][1]["subscriptions"] == [ONE, TWO]
    assert azure.requests[1][1]["options"]["$skipToken"] == "next"
    assert set(found.hosts) == {"dev", "prod"}
    groups = {name: sorted(host.name for host in group.hosts) for name, group in found.groups.items()}
    assert groups["azureml_workspaces"] == groups["region_eastus"] == groups["kind_default"] == ["dev", "prod"]
    assert groups["tag_stage_prod"] == groups["tag_a_b"] == ["prod"]


def test_the_variables_of_a_host_hold_no_secret(parse: Parse) -> None:
    found = parse(graph(row("dev")), subscriptions=[ONE], cloud_environment="AzureChinaCloud")
    variables = found.hosts["dev"].vars
    assert variables["ansible_connection"] == "local"
    assert variables["ansible_python_interpreter"] == sys.executable
    assert variables["azureml_connection"] == {
        "tenant": "tenant1",
        "client_id": "client1",
        "cloud_environment": "AzureChinaCloud",
        "subscription_id": ONE,
        "resource_group": "rg1",
        "workspace_name": "dev",
    }
    assert variables["azureml_workspace"]["id"] == row("dev")["id"]
    assert SECRET not in str(variables)


def test_lists_where_resource_graph_refuses(parse: Parse, azure: Azure) -> None:
    found = parse(REFUSED, lists(row("dev")), lists(row("prod", subscription=TWO)), subscriptions=[ONE, TWO])
    assert set(found.hosts) == {"dev", "prod"}
    below = "providers/Microsoft.MachineLearningServices/workspaces"
    assert [one for one, _body in azure.requests][1:] == [f"GET /subscriptions/{one}/{below}" for one in (ONE, TWO)]
    assert set(parse(lists(row("dev")), subscriptions=[ONE], source="lists").hosts) == {"dev"}


@pytest.mark.parametrize("options", [{"source": "resource_graph", "subscriptions": [ONE]}, {}])
def test_a_refusal_that_no_list_can_replace(parse: Parse, options: dict[str, Any]) -> None:
    with pytest.raises(AnsibleParserError, match="AuthorizationFailed") as failed:
        parse(REFUSED, **options)
    assert SECRET not in str(failed.value)


def test_lists_need_a_subscription(parse: Parse) -> None:
    with pytest.raises(AnsibleParserError, match="no subscription is named"):
        parse(source="lists")
    assert set(parse(lists(row("dev")), source="lists", subscription_id=ONE).hosts) == {"dev"}


def test_names_are_as_short_as_they_are_unique(parse: Parse) -> None:
    rows = [row("ws"), row("WS", "rg2"), row("ws", "rg2", TWO), row("other")]
    assert set(parse(graph(*rows)).hosts) == {"ws.rg1", f"WS.rg2.{ONE}", f"ws.rg2.{TWO}", "other"}


def test_one_group_and_one_name(parse: Parse) -> None:
    rows = [row("ws"), row("ws", "rg2"), row("other", "rg2")]
    assert set(parse(graph(*rows), resource_group="RG2").hosts) == {"ws", "other"}
    assert set(parse(graph(*rows), resource_group="rg2", workspace_name="Ws").hosts) == {"ws"}


def test_groups_of_the_file(parse: Parse) -> None:
    found = parse(
        graph(row("dev", tags={"stage": "dev"})),
        keyed_groups=[{"key": "azureml_workspace.tags.stage", "prefix": "stage"}],
        groups={"small": "azureml_workspace.sku == ''"},
        compose={"stage": "azureml_workspace.tags.stage"},
    )
    assert {"stage_dev", "small"} <= set(found.groups)
    assert found.hosts["dev"].vars["stage"] == "dev"


def test_a_text_of_azure_is_no_template(parse: Parse) -> None:
    text = "{{ lookup('pipe', 'false') }}"
    found = parse(graph(row("dev", tags={"x": text})))
    value = found.hosts["dev"].vars["azureml_workspace"]["tags"]["x"]
    template = getattr(ansible.template, "trust_as_template", str)(
        "{{ x }}"
    )  # from 2.19 on a template has to be trusted
    assert Templar(DataLoader(), variables={"x": value}).template(template) == text


def test_the_cache(parse: Parse, azure: Azure, tmp_path: Path) -> None:
    cached = {"cache": True, "cache_plugin": "jsonfile", "cache_connection": str(tmp_path / "cache")}
    parse(graph(row("dev")), **cached)
    assert set(parse(**cached).hosts) == {"dev"}
    assert azure.requests == []
    assert set(parse(graph(row("new")), may_use=False, **cached).hosts) == {"new"}
    assert set(parse(graph(row("other")), **cached, subscriptions=[TWO]).hosts) == {"other"}, "another question"
    assert SECRET not in "".join(file.read_text() for file in (tmp_path / "cache").iterdir())
