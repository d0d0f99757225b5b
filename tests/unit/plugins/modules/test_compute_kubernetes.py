# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module ``compute``: Kubernetes clusters, which are attached and detached."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import compute
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    WORKSPACE,
    Run,
    delete,
    error,
    get,
    no_users,
    poll,
    put,
)

AT = "computes/k8s"
CLUSTER = "/subscriptions/s/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1"


def attached(**properties: Any) -> dict[str, Any]:
    """A cluster as the service answers a GET (assets contract 3.7)."""
    resources = {"requests": {"cpu": "1", "memory": "4Gi", "nvidia.com/gpu": None}, "limits": {"cpu": "1"}}
    return {
        "id": f"{WORKSPACE}/{AT}",
        "name": "k8s",
        "location": "eastus",
        "tags": {},
        "properties": {
            "computeType": "Kubernetes",
            "resourceId": CLUSTER.replace("resourceGroups", "resourcegroups"),
            "provisioningState": "Succeeded",
            "isAttachedCompute": True,
            "properties": {
                "relayConnectionString": None,
                "extensionInstanceReleaseTrain": "stable",
                "namespace": "default",
                "defaultInstanceType": "small",
                "instanceTypes": {"small": {"nodeSelector": None, "resources": resources}},
                **properties,
            },
        },
    }


TYPES = {"small": {"resources": {"requests": {"cpu": 1, "memory": "4Gi"}, "limits": {"cpu": 1}}}}
TASK: dict[str, Any] = {
    "name": "k8s",
    "type": "kubernetes",
    "location": "eastus",
    "resource_id": CLUSTER,
    "namespace": "default",
    "default_instance_type": "small",
    "instance_types": TYPES,
}


def test_every_option_reaches_the_wire(run: Run) -> None:
    written = put(AT)
    run(compute, TASK, get(AT), written, poll(), get(AT, attached()))
    resources = {"requests": {"cpu": "1", "memory": "4Gi"}, "limits": {"cpu": "1"}}
    assert written.sent == {
        "location": "eastus",
        "properties": {
            "computeType": "Kubernetes",
            "resourceId": CLUSTER,
            "properties": {
                "namespace": "default",
                "defaultInstanceType": "small",
                "instanceTypes": {"small": {"resources": resources}},
            },
        },
    }


def test_an_attached_cluster_is_adopted(run: Run) -> None:
    done = run(compute, TASK, get(AT, attached()))
    assert not done["changed"]
    assert done["compute"]["instance_types"]["small"]["resources"]["requests"] == {"cpu": "1", "memory": "4Gi"}


def test_the_service_wants_the_inner_properties_even_when_nothing_is_said_of_them(run: Run) -> None:
    written = put(AT)
    task = {key: TASK[key] for key in ("name", "type", "location", "resource_id")}
    run(compute, task, get(AT), written, poll(), get(AT, attached()))
    assert written.sent["properties"] == {"computeType": "Kubernetes", "resourceId": CLUSTER, "properties": {}}


def test_attaching_needs_to_know_which_cluster(run: Run) -> None:
    assert "creating it needs resource_id" in run(compute, {"name": "k8s", "type": "kubernetes"}, get(AT))["msg"]


@pytest.mark.parametrize("kind", [{}, {"type": "kubernetes"}])
def test_detaching_leaves_the_cluster_itself(run: Run, kind: dict[str, str]) -> None:
    gone = delete(AT, underlyingResourceAction="Detach")
    calls = [get(AT, attached()), no_users(), gone, poll(), get(AT)]
    assert run(compute, {"name": "k8s", "state": "absent", **kind}, *calls)["changed"]


def test_another_cluster_is_attached_after_the_old_one_was_detached(run: Run) -> None:
    other = CLUSTER.replace("aks1", "aks2")
    written = put(AT)
    gone = delete(AT, underlyingResourceAction="Detach")
    after = attached()
    after["properties"]["resourceId"] = other
    task = {**TASK, "resource_id": other, "recreate": True}
    run(compute, task, get(AT, attached()), no_users(), gone, poll(), get(AT), written, poll(), get(AT, after))
    assert written.sent["properties"]["resourceId"] == other


class TestNamespace:
    """Whether the service can move a cluster to another namespace is not known: it is asked to."""

    TASK = {**TASK, "namespace": "ml"}
    REFUSED = error("UserError", "The namespace cannot be changed.")

    def test_it_may(self, run: Run) -> None:
        done = run(compute, self.TASK, get(AT, attached()), put(AT), poll(), get(AT, attached(namespace="ml")))
        assert (done["changed"], done.warnings) == (True, [])

    def test_it_may_accept_and_not_do_it(self, run: Run) -> None:
        """It could be another client's write that undoes it each time: that is no success either."""
        attempt = [put(AT), poll(), *[get(AT, attached())] * 5]
        done = run(compute, self.TASK, get(AT, attached()), *attempt * 3)
        assert done["msg"] == (
            "compute k8s lacks what was written to it: namespace was written as 'ml', the service shows 'default'. If "
            "another client writes to it at the same time, run the task again; else change the task to what the "
            "service shows."
        )

    def test_it_may_refuse(self, run: Run) -> None:
        done = run(compute, self.TASK, get(AT, attached()), put(AT, 400, self.REFUSED, operation=False))
        assert "The namespace cannot be changed." in done["msg"]
        assert "write recreate: true to delete compute k8s and create it again" in done["msg"]
        assert done["status"] == 400

    def test_it_may_refuse_and_the_task_allows_more(self, run: Run) -> None:
        refused = put(AT, 400, self.REFUSED, operation=False)
        gone = delete(AT, underlyingResourceAction="Detach")
        after = get(AT, attached(namespace="ml"))
        calls = [refused, get(AT, attached()), no_users(), gone, poll(), get(AT), put(AT), poll(), after]
        done = run(compute, {**self.TASK, "recreate": True}, get(AT, attached()), *calls)
        assert done["diff"]["after"] == {"name": "k8s", "namespace": "ml"}
