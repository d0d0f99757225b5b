# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""workspace_check: nothing on a sound workspace, and on each broken one exactly the finding that names it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ConnectionFailed, CredentialError, Delivery
from ansible_collections.mlops.azureml.plugins.module_utils._service import credentials
from ansible_collections.mlops.azureml.plugins.module_utils._service import workspace as workspace_module
from ansible_collections.mlops.azureml.plugins.module_utils._service.clouds import Cloud
from ansible_collections.mlops.azureml.plugins.module_utils._service.http_client import HttpClient
from ansible_collections.mlops.azureml.plugins.modules import workspace_check
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.conftest import Emulated
from ansible_collections.mlops.azureml.tests.unit.plugins.fake_storage import FakeContainer
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import Outcome

ML = "https://ml.azure.com"
PROVIDER = "Microsoft.MachineLearningServices"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
SUBNET = "providers/Microsoft.Network/virtualNetworks/net/subnets/nodes"
IDENTITY = "providers/Microsoft.ManagedIdentity/userAssignedIdentities/scorer"
ENDPOINT = {"location": "eastus", "properties": {"authMode": "aadToken"}}
SCALE = {"minNodeCount": 0, "maxNodeCount": 2}
CLUSTER = {
    "location": "eastus",
    "properties": {
        "computeType": "AmlCompute",
        "properties": {"vmSize": "Standard_DS3_v2", "scaleSettings": SCALE},
    },
}
ALL_RIGHTS = {"actions": ["*"], "dataActions": ["*"]}


class Bench:
    """The emulator with an honest clock and a token for each audience; a task that it can do."""

    def __init__(self, emulated: Emulated, folder: Path) -> None:
        self.emulated = emulated
        self.state = emulated.emulator.state
        self.group = emulated.path("").partition("/providers")[0]
        self.subscription = self.group.partition("/resourceGroups")[0]
        self.account = f"{self.group}/providers/Microsoft.Storage/storageAccounts/account"
        self.home = emulated.path("").rstrip("/")
        self.refused: set[str] = set()
        self.task: dict[str, Any] = {
            "endpoint": {"name": "digits-batch"},
            "computes": [{"name": "digits-cluster", "size": "Standard_DS3_v2", "max_instances": 2}],
            "models": [{"name": "digits", "path": str(folder)}],
            "deployments": [
                {
                    "name": "blue",
                    "model": "digits",
                    "compute": "digits-cluster",
                    "resources": {"instance_count": 2},
                }
            ],
            "default": "blue",
            "jobs": [{"name": "first", "inputs": {"images": {"path": str(folder)}}, "rows": {}}],
        }

    def run(self, *, check: bool = False, **more: Any) -> Outcome:
        outcome = self.emulated(workspace_check, {**self.task, **more}, check=check)
        assert "Unexpected error" not in str(outcome.result.get("msg")), outcome["msg"]
        assert set(self.emulated.writes) <= {"POST"}
        posts = {request.url.path.rpartition("/")[2] for request in self.emulated.requests if request.method == "POST"}
        assert posts <= {"diagnose", "resources", "listSecrets"}
        return outcome

    def found(self, **more: Any) -> list[str]:
        return [one["id"] for one in self.run(**more)["workspace_check"]["findings"]]

    def only(self, name: str, **more: Any) -> dict[str, str]:
        """The one finding of a run."""
        findings = self.run(**more)["workspace_check"]["findings"]
        assert [one["id"] for one in findings] == [name], findings
        assert all(findings[0].values())
        return dict(findings[0])

    def unknown(self, check: str, **more: Any) -> list[dict[str, str]]:
        """What is unknown in one check, which has no findings."""
        shown = self.run(**more)["workspace_check"]
        results = {one["check"]: one["result"] for one in shown["checks"]}
        assert results[check] == "unknown", shown
        assert not shown["passed"]
        return [one for one in shown["unknown"] if one["check"] == check]

    def around(self, **resources: Any) -> None:
        """Change resources: `account`, `home`, or others by their ARM id."""
        known = {"account": self.account, "home": self.home}
        self.state.surroundings.change({known.get(name, name): body for name, body in resources.items()})

    def roles(self, *entries: dict[str, Any]) -> None:
        """Have these assignments; at the subscription and of the caller unless they say otherwise."""
        whole = [{"scope": self.subscription, **entry} for entry in entries]
        self.emulated.emulator.workspaces.access.choose(whole)

    def all_but(self, *actions: str, scope: str, **more: Any) -> None:
        """The caller may do everything, but these actions at a scope."""
        denied = {"scope": scope, "deny": True, "permissions": {"actions": list(actions), **more}}
        self.roles({"permissions": ALL_RIGHTS}, denied)

    def policy(self, **answers: str) -> None:
        self.emulated.policy(**answers)

    def without_credentials(self) -> None:
        """The default datastore is used by identity."""
        path = self.emulated.path("datastores/workspaceblobstore")
        store = self.state.resources.get(path)
        assert store is not None
        store.properties["credentials"] = {"credentialsType": "None"}


@pytest.fixture
def bench(emulated: Emulated, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bench:
    folder = tmp_path / "digits"
    folder.mkdir()
    (folder / "one.txt").write_text("1")
    bench = Bench(emulated, folder)
    settings = bench.state.settings
    url = settings.url("management")
    cloud = Cloud("local", url, url, "core.windows.net", ML)
    monkeypatch.setattr(workspace_module, "find_cloud", lambda *_args, **_more: cloud)

    def token(_source: object, audience: str, *_more: object) -> tuple[str, float]:
        if audience in bench.refused:
            raise CredentialError(f"The resource principal named {audience} was not found.")
        return bench.state.entra.issue(audience), 4e9

    monkeypatch.setattr(credentials, "fetch_token", token)
    return bench


# -- a sound workspace -------------------------------------------------------------------------------------------------


def test_a_sound_workspace_has_no_findings(bench: Bench) -> None:
    outcome = bench.run()
    shown = outcome["workspace_check"]
    assert shown["findings"] == [], shown
    assert shown["unknown"] == []
    assert shown["passed"] is True
    assert {one["result"] for one in shown["checks"]} == {"passed"}
    assert outcome["changed"] is False
    assert outcome.warnings == []
    assert bench.run(check=True)["workspace_check"] == shown


def test_the_workspace_alone_is_checked_without_entries(bench: Bench) -> None:
    bench.task = {}
    assert bench.found() == []


def test_what_exists_already_is_no_demand(bench: Bench) -> None:
    bench.emulated.put("computes/digits-cluster", CLUSTER)
    bench.emulated.put("batchEndpoints/digits-batch", ENDPOINT)
    assert bench.found() == []
    bench.policy(quota_limits="clusters=1")
    assert bench.found() == []


# -- how findings end a task -------------------------------------------------------------------------------------------


def test_fail_on(bench: Bench) -> None:
    bench.policy(diagnose_findings="udr=Route:Warning")
    outcome = bench.run()
    assert not outcome.failed
    assert [message.partition(":")[0] for message in outcome.warnings] == ["diagnosis"]
    outcome = bench.run(fail_on="warning")
    assert outcome.failed
    assert "diagnosis" in outcome["msg"]
    assert outcome["workspace_check"]["findings"][0]["severity"] == "warning"
    bench.policy(diagnose_findings="udr=Route:Error")
    assert bench.run().failed
    assert not bench.run(fail_on="never").failed


# -- the workspace -----------------------------------------------------------------------------------------------------


def test_an_absent_workspace_leaves_the_rest_unknown(bench: Bench) -> None:
    outcome = bench.run(workspace_name="other")
    shown = outcome["workspace_check"]
    assert [one["id"] for one in shown["findings"]] == ["workspace_absent"]
    assert {one["result"] for one in shown["checks"]} == {"passed", "failed", "unknown"}


def test_a_workspace_that_does_not_answer(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused")

    client = functools.partial(HttpClient, transport=httpx.MockTransport(refuse))
    monkeypatch.setattr(workspace_module, "HttpClient", client)
    outcome = bench.run()
    assert outcome.failed
    assert [one["id"] for one in outcome["workspace_check"]["findings"]] == ["workspace_unreachable"]


@pytest.mark.parametrize(("state", "severity"), [("Failed", "error"), ("Updating", "warning")])
def test_a_workspace_that_is_not_ready(bench: Bench, state: str, severity: str) -> None:
    bench.around(home={"properties": {"provisioningState": state}})
    assert bench.only("workspace_state")["severity"] == severity


def test_what_the_service_diagnoses(bench: Bench) -> None:
    bench.policy(diagnose_findings="keyVault=NoAccess:Error,others=Note:Information")
    assert "NoAccess" in bench.only("diagnosis")["what"]
    assert bench.found(diagnose=False) == []


@pytest.mark.parametrize(("skew", "expected"), [(600, ["clock_skew"]), (-600, ["clock_skew"]), (200, [])])
def test_clock_skew(bench: Bench, skew: float, expected: list[str]) -> None:
    bench.state.clock.skew(skew)
    assert bench.found() == expected
    assert bench.found(max_clock_skew=700) == []


# -- tokens ------------------------------------------------------------------------------------------------------------


def test_no_token_for_an_audience(bench: Bench) -> None:
    bench.refused = {ML}
    assert ML in bench.only("token_audience")["what"]


def test_the_scoring_host_refuses_the_audience(bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bench.emulated.put("batchEndpoints/digits-batch", ENDPOINT)
    assert bench.found() == []
    url = bench.state.settings.url("management")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "without tokens"))
    monkeypatch.setattr(credentials, "fetch_token", lambda *_args: (bench.state.entra.issue(url), 4e9))
    findings = bench.run()["workspace_check"]["findings"]
    assert {one["id"] for one in findings} == {"token_audience"}
    assert "the scoring host of endpoint digits-batch refuses the token" in findings[-1]["what"]


@pytest.mark.parametrize("answer", ["403", "401", "404"])
def test_a_private_scoring_host_from_outside_is_unknown(bench: Bench, answer: str) -> None:
    bench.emulated.put("batchEndpoints/digits-batch", ENDPOINT)
    private(bench)
    bench.policy(private_scoring=answer)
    assert "inside the network" in bench.unknown("scoring_host")[0]["action"]
    assert bench.found() == []


# -- what the caller may do --------------------------------------------------------------------------------------------


def with_registry(bench: Bench) -> str:
    path = f"{bench.group}/providers/{PROVIDER}/registries/shared"
    bench.around(**{path: {}})
    bench.task["deployments"][0]["model"] = "azureml://registries/shared/models/digits/versions/1"
    return path


def with_subnet(bench: Bench) -> str:
    bench.task["computes"][0]["network_settings"] = {"vnet_name": "net", "subnet": "nodes"}
    return f"{bench.group}/{SUBNET}"


def with_identity(bench: Bench) -> str:
    path = f"{bench.group}/{IDENTITY}"
    bench.task["computes"][0]["identity"] = {
        "type": "user_assigned",
        "user_assigned_identities": [{"resource_id": path}],
    }
    return path


def at_storage(bench: Bench) -> str:
    bench.without_credentials()
    bench.emulated.put("computes/digits-cluster", {**CLUSTER, "identity": {"type": "SystemAssigned"}})
    return bench.account


SCOPES: dict[str, tuple[Callable[[Bench], str], str]] = {
    "workspace": (lambda bench: bench.home, f"{PROVIDER}/workspaces/batchEndpoints/write"),
    "storage account": (at_storage, f"{BLOBS}/write"),
    "registry": (with_registry, f"{PROVIDER}/registries/assets/read"),
    "subnet": (with_subnet, "Microsoft.Network/virtualNetworks/subnets/join/action"),
    "identity": (with_identity, "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"),
}


def lacking(bench: Bench, action: str, scope: str) -> None:
    """The caller has every right but one at a scope: by exclusion at the scope, and roles elsewhere as before."""
    excluded = {"actions": ["*"], "notActions": [action], "dataActions": ["*"], "notDataActions": [action]}
    data = {"role": "Storage Blob Data Contributor", "principal": "workspace"}
    bench.roles({"permissions": excluded}, data)


@pytest.mark.parametrize("name", SCOPES)
def test_an_action_that_is_missing_at_a_scope(bench: Bench, name: str) -> None:
    arrange, action = SCOPES[name]
    scope = arrange(bench)
    assert bench.found() == []
    lacking(bench, action.upper(), scope)
    finding = bench.only("permission_missing")
    assert finding["subject"] == scope
    assert action in finding["what"]
    assert finding["severity"] == "error"


def test_every_missing_action_is_named(bench: Bench) -> None:
    bench.roles({"role": "Reader"})
    what = [one["what"] for one in bench.run()["workspace_check"]["findings"] if one["id"] == "permission_missing"]
    for part in (
        "computes/write",
        "models/versions/write",
        "batchEndpoints/deployments/write",
        "batchEndpoints/jobs/write",
    ):
        assert f"{PROVIDER}/workspaces/{part}" in " ".join(what)
    assert f"{PROVIDER}/workspaces/computes/read" not in " ".join(what)


def test_what_the_service_may_not_ask_for_is_a_warning(bench: Bench, tmp_path: Path) -> None:
    bench.task["codes"] = [{"name": "score", "path": str(tmp_path)}]
    assert bench.found() == []
    for action in ("codes/versions/startPendingUpload/action", "metrics/resource/write"):
        lacking(bench, f"{PROVIDER}/workspaces/{action}", bench.home)
        finding = bench.only("permission_missing")
        assert (finding["severity"], action in finding["what"]) == ("warning", True)
    lacking(bench, f"{PROVIDER}/workspaces/codes/read", bench.home)
    assert bench.only("permission_missing")["severity"] == "error"


def test_an_exclusion_of_one_role_does_not_exclude_what_another_allows(bench: Bench) -> None:
    write = f"{PROVIDER}/workspaces/batchEndpoints/write"
    bench.roles({"permissions": {**ALL_RIGHTS, "notActions": [f"{PROVIDER}/*/WRITE"]}})
    assert set(bench.found()) == {"permission_missing"}
    bench.roles(
        {"permissions": {**ALL_RIGHTS, "notActions": [f"{PROVIDER}/*/WRITE"]}},
        {"permissions": {"actions": ["*/write"]}},
    )
    assert bench.found() == []
    bench.roles({"permissions": {**ALL_RIGHTS, "notActions": [write]}}, {"permissions": {"actions": [write]}})
    assert bench.found() == []


@pytest.mark.parametrize("shown", ["shown", "hidden"])
def test_rights_through_a_group_are_found_under_each_answer(bench: Bench, shown: str) -> None:
    bench.policy(permissions_of_groups=shown)
    bench.roles({"permissions": ALL_RIGHTS, "through_group": True})
    assert bench.found() == []


@pytest.mark.parametrize("answer", ["applied", "ignored"])
def test_a_denial_is_found_under_each_answer(bench: Bench, answer: str) -> None:
    bench.policy(deny_assignments=answer)
    bench.all_but(f"{PROVIDER}/workspaces/computes/write", scope=bench.home)
    finding = bench.only("permission_missing")
    assert "deny assignment" in finding["why"]
    assert finding["severity"] == "error"


def test_what_no_assignment_can_confirm_is_a_warning(bench: Bench) -> None:
    write = f"{PROVIDER}/workspaces/computes/write"
    hidden = "Microsoft.Authorization/roleAssignments/read"
    bench.roles({"permissions": {**ALL_RIGHTS, "notActions": [write, hidden]}})
    assert bench.only("permission_missing")["severity"] == "warning"


def test_permissions_that_cannot_be_read_are_unknown(bench: Bench) -> None:
    hidden = "Microsoft.Authorization/permissions/read"
    bench.roles({"permissions": {**ALL_RIGHTS, "notActions": [hidden]}})
    assert hidden in {one["action"] for one in bench.unknown("permissions")}
    assert bench.found() == []


# -- quota -------------------------------------------------------------------------------------------------------------

QUOTAS = {
    "total full, family free": ("cores=7", ["quota_region"]),
    "family full": ("standardDSv2Family=7", ["quota_family"]),
    "family exactly enough": ("standardDSv2Family=8,cores=8", []),
    "no computes left": ("clusters=0", ["quota_computes"]),
    "no limit of its own": ("standardDSv2Family=-1", []),
}


@pytest.mark.parametrize("name", QUOTAS)
def test_quota(bench: Bench, name: str) -> None:
    limits, expected = QUOTAS[name]
    bench.policy(quota_limits=limits, usages_order="totals_last", usages_page_size="3")
    assert bench.found() == expected


def test_low_priority_has_no_limit_of_its_own(bench: Bench) -> None:
    bench.task["computes"][0]["tier"] = "low_priority"
    bench.policy(quota_limits="standardDSv2Family=0,cores=0")
    assert bench.found() == []


def test_what_others_use_counts(bench: Bench) -> None:
    scale = {"minNodeCount": 3, "maxNodeCount": 3}
    body = {"computeType": "AmlCompute", "properties": {"vmSize": "Standard_DS3_v2", "scaleSettings": scale}}
    bench.emulated.put("computes/other", {"location": "eastus", "properties": body})
    bench.policy(quota_limits="standardDSv2Family=19")
    assert "has 7 left" in bench.only("quota_family")["what"]
    bench.policy(quota_limits="standardDSv2Family=20")
    assert bench.found() == []


@pytest.mark.parametrize("shown", ["hidden", "shown"])
def test_the_share_of_the_workspace(bench: Bench, shown: str) -> None:
    from tests.emulator.arm.quota_limits import set_share

    bench.policy(workspace_quota_usages=shown)
    set_share(bench.state, "standardDSv2Family", 7)
    assert bench.only("quota_workspace")["subject"] == "computes.0"
    set_share(bench.state, "standardDSv2Family", 8)
    assert bench.found() == []


def test_more_nodes_than_the_cluster_has(bench: Bench) -> None:
    bench.task["jobs"][0]["instance_count"] = 3
    assert bench.only("instance_count")["subject"] == "jobs.0"


def test_a_cluster_that_can_never_reach_its_maximum(bench: Bench) -> None:
    bench.task["computes"][0]["max_instances"] = 30
    assert bench.only("cluster_limit")["severity"] == "warning"


def test_usages_that_cannot_be_read_are_unknown(bench: Bench) -> None:
    hidden = f"{PROVIDER}/locations/usages/read"
    bench.roles({"permissions": {**ALL_RIGHTS, "notActions": [hidden]}})
    assert hidden in bench.unknown("quota")[0]["action"]
    assert bench.found() == []


# -- sizes and limits --------------------------------------------------------------------------------------------------

SIZES = {
    "Standard_M9000": ["vm_size_absent"],
    "standard_ds3_V2": [],
}


@pytest.mark.parametrize("size", SIZES)
def test_sizes(bench: Bench, size: str) -> None:
    bench.task["computes"][0]["size"] = size
    assert bench.found() == SIZES[size]


def test_a_size_without_clusters(bench: Bench) -> None:
    bench.task["computes"][0] = {"name": "digits-cluster", "type": "computeinstance", "size": "Standard_D1"}
    bench.task["deployments"][0]["resources"] = {"instance_count": 1}
    assert "AmlCompute" in bench.only("vm_size_unsupported")["what"]


def far(bench: Bench, number: int, kind: str = "deployments") -> dict[str, Any]:
    """Resources of another workspace in the region."""
    home = f"{bench.group}/providers/{PROVIDER}/workspaces/other/onlineEndpoints"
    if kind == "endpoints":
        return {f"{home}/ep{one}": {"location": "eastus"} for one in range(number)}
    return {f"{home}/ep/deployments/d{one}": {"location": "eastus"} for one in range(number)}


@pytest.mark.parametrize(("number", "expected"), [(499, []), (500, ["deployment_limit"])])
def test_deployments_of_the_region(bench: Bench, number: int, expected: list[str]) -> None:
    bench.around(**far(bench, number))
    assert bench.found() == expected


@pytest.mark.parametrize(("number", "expected"), [(99, []), (100, ["endpoint_limit"])])
def test_endpoints_of_the_region(bench: Bench, number: int, expected: list[str]) -> None:
    bench.around(**far(bench, number, "endpoints"))
    assert bench.found() == expected


def test_deployments_that_the_caller_may_not_see(bench: Bench) -> None:
    bench.roles(
        {"scope": bench.group, "permissions": ALL_RIGHTS}, {"permissions": {"actions": [f"{PROVIDER}/locations/*"]}}
    )
    hidden = bench.unknown("region_limits")
    assert "permissions/read" in hidden[0]["action"]
    read = {"permissions": {"actions": [f"{PROVIDER}/locations/*", "Microsoft.Authorization/*/read"]}}
    bench.roles({"scope": bench.group, "permissions": ALL_RIGHTS}, read)
    assert "onlineEndpoints/read" in bench.unknown("region_limits")[0]["action"]


def test_deployments_of_one_endpoint(bench: Bench) -> None:
    bench.emulated.put("batchEndpoints/digits-batch", ENDPOINT)
    one = bench.task["deployments"][0]
    bench.task["deployments"] = [{**one, "name": f"d{number}"} for number in range(21)]
    bench.task["default"] = ""
    assert bench.found() == ["deployments_of_endpoint"]
    bench.task["deployments"].pop()
    assert bench.found() == []


# -- data and networks -------------------------------------------------------------------------------------------------


def private(bench: Bench, *services: str) -> str:
    """Close the workspace, with a private endpoint of the account for each of these services, by default all four."""
    bench.around(home={"properties": {"publicNetworkAccess": "Disabled"}})
    names = services or ("blob", "file", "queue", "table")
    connections = []
    for name in names:
        path = f"{bench.group}/providers/Microsoft.Network/privateEndpoints/{name}"
        link = {"properties": {"privateLinkServiceId": bench.account, "groupIds": [name]}}
        bench.around(**{path: {"properties": {"privateLinkServiceConnections": [link]}}})
        connections.append(connection(f"{bench.account}/privateEndpointConnections/{name}", path))
    bench.around(account={"properties": {"publicNetworkAccess": "Disabled", "privateEndpointConnections": connections}})
    return f"{bench.group}/providers/Microsoft.Network/privateEndpoints/{names[0]}"


def connection(path: str, endpoint: str, status: str = "Approved") -> dict[str, Any]:
    state = {"privateEndpoint": {"id": endpoint}, "privateLinkServiceConnectionState": {"status": status}}
    return {"id": path, "properties": state}


@pytest.mark.parametrize("lacks", ["queue", "table"])
def test_a_private_workspace_without_a_private_endpoint(bench: Bench, lacks: str) -> None:
    private(bench)
    assert bench.found() == []
    private(bench, *({"blob", "file", "queue", "table"} - {lacks}))
    assert f"private endpoint for {lacks}" in bench.only("storage_private_endpoint")["what"]


def test_a_managed_network_may_have_the_private_endpoint(bench: Bench) -> None:
    private(bench, "blob", "file", "table")
    target = {"serviceResourceId": bench.account, "subresourceTarget": "queue"}
    rules = {"queue": {"type": "PrivateEndpoint", "destination": target, "status": "Active"}}
    managed = {"isolationMode": "AllowInternetOutbound", "status": {"status": "Active"}, "outboundRules": rules}
    bench.around(home={"properties": {"managedNetwork": managed}})
    assert bench.found() == []
    bench.around(home={"properties": {"managedNetwork": {"status": {"status": "Inactive"}}}})
    assert bench.only("managed_network")["severity"] == "warning"


def test_a_private_endpoint_that_cannot_be_read_is_unknown(bench: Bench) -> None:
    private(bench)
    read = "Microsoft.Network/privateEndpoints/read"
    bench.roles({"permissions": {**ALL_RIGHTS, "notActions": [read]}})
    assert {one["action"] for one in bench.unknown("network")} == {read}
    assert bench.found() == []


@pytest.mark.parametrize("at", ["home", "account"])
@pytest.mark.parametrize("status", ["Pending", "Rejected"])
def test_a_connection_that_is_not_approved(bench: Bench, at: str, status: str) -> None:
    one = connection("connection", f"{bench.group}/providers/Microsoft.Network/privateEndpoints/pe", status)
    bench.around(**{at: {"properties": {"privateEndpointConnections": [one]}}})
    assert status in bench.only("private_endpoint_pending")["what"]


def test_an_account_that_is_closed_to_the_cluster(bench: Bench) -> None:
    bench.around(account={"properties": {"networkAcls": {"defaultAction": "Deny"}}})
    assert bench.only("storage_network")["subject"] == "computes.0"
    subnet = with_subnet(bench)
    assert bench.found() == ["storage_network"]
    bench.around(account={"properties": {"networkAcls": {"virtualNetworkRules": [{"id": subnet.upper()}]}}})
    assert bench.found() == []


REGISTRIES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "sound": ({}, []),
    "quarantine": ({"policies": {"quarantinePolicy": {"status": "enabled"}}}, ["registry_quarantine"]),
    "key": ({"encryption": {"status": "enabled"}}, ["registry_customer_key"]),
    "closed": ({"publicNetworkAccess": "Disabled"}, ["registry_network"]),
    "pending": (
        {"privateEndpointConnections": [connection("one", "pe", "Pending")]},
        ["private_endpoint_pending"],
    ),
}


@pytest.mark.parametrize("name", REGISTRIES)
def test_the_container_registry(bench: Bench, name: str) -> None:
    properties, expected = REGISTRIES[name]
    path = f"{bench.group}/providers/Microsoft.ContainerRegistry/registries/images"
    bench.around(home={"properties": {"containerRegistry": path}}, **{path: {"properties": properties}})
    assert bench.found() == expected


def test_a_registry_or_account_that_is_gone(bench: Bench) -> None:
    path = f"{bench.group}/providers/Microsoft.ContainerRegistry/registries/images"
    bench.around(home={"properties": {"containerRegistry": path}})
    assert bench.only("registry_absent")["subject"] == path


def test_an_account_without_keys(bench: Bench) -> None:
    bench.around(account={"properties": {"allowSharedKeyAccess": False}})
    assert bench.found() == ["shared_key_access"]
    bench.emulated.put("computes/digits-cluster", {**CLUSTER, "identity": {"type": "SystemAssigned"}})
    bench.without_credentials()
    assert bench.found() == []


def test_no_default_datastore(bench: Bench) -> None:
    bench.policy(default_datastores="none")
    assert "datastore_absent" in bench.found()


def test_storage_that_is_not_reachable(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_container: FakeContainer, _name: str) -> bool:
        raise ConnectionFailed("no route to host", delivery=Delivery.NOT_SENT)

    monkeypatch.setattr(FakeContainer, "exists", fail)
    assert "no route" in bench.only("datastore_unreachable")["why"]


def test_a_store_without_rights_for_the_cluster(bench: Bench) -> None:
    at_storage(bench)
    assert bench.found() == []
    bench.roles({"permissions": ALL_RIGHTS}, {"role": "Storage Blob Data Reader", "principal": "workspace"})
    assert bench.only("identity_rights")["subject"].endswith(("computes.0", "digits-cluster"))
    read = "Microsoft.Authorization/roleAssignments/read"
    bench.roles({"permissions": {**ALL_RIGHTS, "notActions": [read]}})
    assert {one["action"] for one in bench.unknown("identities")} == {read}


def test_a_cluster_without_identity_for_a_store_without_credentials(bench: Bench) -> None:
    bench.without_credentials()
    assert bench.only("identity_absent")["subject"] == "computes.0"


def test_an_input_in_an_account_of_its_own(bench: Bench) -> None:
    bench.task["jobs"][0]["inputs"]["images"] = {"path": "https://far.blob.core.windows.net/in/", "type": "uri_folder"}
    assert bench.unknown("identities")[0]["subject"].endswith("account far")
    bench.around(**{f"{bench.group}/providers/Microsoft.Storage/storageAccounts/far": {}})
    assert bench.found() == ["identity_absent"]


# -- names, references, inputs -----------------------------------------------------------------------------------------


def test_a_name_against_the_rule(bench: Bench) -> None:
    bench.task["endpoint"]["name"] = "digits_batch"
    assert bench.only("name_invalid")["subject"] == "endpoint"


LISTS = {
    "computes": {"size": "Standard_DS3_v2"},
    "codes": {"path": "."},
    "models": {"path": "."},
    "environments": {"image": "library/python:3.11"},
    "components": {"definition": {"name": "no name", "type": "command", "command": "ls", "environment": "azureml:e:1"}},
    "data": {"path": "."},
    "deployments": {"model": "azureml:m:1", "compute": "digits-cluster"},
}


@pytest.mark.parametrize("option", LISTS)
def test_a_name_of_each_list(bench: Bench, option: str) -> None:
    bench.task = {"endpoint": {"name": "digits-batch"}, option: [{**LISTS[option], "name": "no name"}]}
    findings = bench.run(fail_on="never")["workspace_check"]["findings"]
    assert {one["subject"] for one in findings if one["id"] == "name_invalid"} == {f"{option}.0"}, findings


def test_every_option_is_tried_here() -> None:
    with_lists = {
        "endpoint",
        "default",
        "endpoint_name",
        "jobs",
        "diagnose",
        "wait_timeout",
        "max_clock_skew",
        "fail_on",
    }
    assert workspace_check.OPERATION.spec().arguments.keys() == with_lists | LISTS.keys()


def test_the_job_of_a_default_deployment(bench: Bench) -> None:
    bench.task["deployments"][0]["resources"] = {"instance_count": 3}
    bench.task["deployments"].append(
        {**bench.task["deployments"][0], "name": "green", "resources": {"instance_count": 1}}
    )
    bench.task["jobs"][0]["instance_count"] = 4
    assert bench.only("instance_count", default="green")["subject"] == "jobs.0"
    assert bench.only("instance_count", default="")["subject"] == "deployments.0"


def test_a_diagnosis_that_takes_too_long_is_unknown(bench: Bench) -> None:
    assert "not finished" in bench.unknown("diagnosis", wait_timeout=0)[0]["why"]


def test_a_name_that_another_workspace_has(bench: Bench) -> None:
    home = f"{bench.group}/providers/{PROVIDER}/workspaces/other/batchEndpoints"
    bench.around(**{f"{home}/digits-batch": {"location": "westus"}})
    assert bench.found() == []
    bench.around(**{f"{home}/Digits-Batch": {"location": "eastus"}})
    assert bench.only("name_taken")["subject"] == "endpoint"


@pytest.mark.parametrize(
    ("option", "text"),
    [("model", "azureml:none:1"), ("model", "azureml:none@latest"), ("compute", "none"), ("model", "none")],
)
def test_a_dangling_reference(bench: Bench, option: str, text: str) -> None:
    bench.task["deployments"][0][option] = text
    assert bench.only("reference_absent")["subject"] == f"deployments.0.{option}"


def test_an_endpoint_or_deployment_that_jobs_miss(bench: Bench) -> None:
    bench.task["jobs"][0]["deployment_name"] = "green"
    assert "green" in bench.only("reference_absent")["what"]
    job = {"name": "first", "inputs": bench.task["jobs"][0]["inputs"]}
    bench.task = {"endpoint_name": "absent-ep", "jobs": [job]}
    assert "absent-ep" in bench.only("reference_absent")["what"]


@pytest.mark.parametrize(
    "path",
    [
        "/no/such/folder",
        "azureml:absent:1",
        "azureml:absent@latest",
        "azureml://datastores/workspaceblobstore/paths/absent",
        "azureml://datastores/absent/paths/here",
    ],
)
def test_an_absent_input(bench: Bench, path: str) -> None:
    bench.task["jobs"][0]["inputs"]["images"]["path"] = path
    assert bench.only("input_absent")["subject"].startswith("jobs.0.inputs.images")


def test_data_that_is_registered_by_the_task_is_present(bench: Bench, tmp_path: Path) -> None:
    bench.task["jobs"][0]["inputs"]["images"]["path"] = "azureml:inbox@latest"
    bench.task["data"] = [{"name": "inbox", "path": str(tmp_path)}]
    assert bench.found() == []
    bench.task["data"] = [{"name": "inbox", "path": str(tmp_path / "absent")}]
    assert bench.only("input_absent")["subject"] == "data.0.path"


def test_an_entry_that_its_module_would_refuse(bench: Bench) -> None:
    bench.task["computes"][0]["colour"] = "red"
    assert bench.found()[0] == "options_invalid"
