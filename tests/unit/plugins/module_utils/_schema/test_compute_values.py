# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Value types of computes."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._schema.compute_values import (
    ArmIdText,
    InstanceTypes,
    Subnet,
)

WS = WorkspaceId("sub", "rg1", "ws1")
SUBNET = "/subscriptions/sub/resourceGroups/rg1/providers/Microsoft.Network/virtualNetworks/net/subnets/ml"


class TestSubnet:
    @pytest.mark.parametrize(
        "value",
        [
            {"vnet_name": "net", "subnet": "ml"},
            {"vnet_name": None, "subnet": SUBNET},
            {"vnet_name": "NET", "subnet": SUBNET},
        ],
    )
    def test_by_name_or_by_id(self, value: dict[str, Any]) -> None:
        assert Subnet().encode(value, WS) == SUBNET

    def test_back(self) -> None:
        assert Subnet().decode(SUBNET, WS) == {"vnet_name": "net", "subnet": SUBNET}
        assert Subnet().decode(None, WS) == {"vnet_name": None, "subnet": None}
        assert Subnet().encode(Subnet().decode(SUBNET, WS), WS) == SUBNET

    def test_ids_have_no_case(self) -> None:
        assert Subnet().same(SUBNET, SUBNET.lower(), WS)
        assert not Subnet().same(SUBNET, None, WS)

    def test_an_empty_group_says_nothing(self) -> None:
        assert not Subnet().is_given({"vnet_name": None, "subnet": None})
        assert not Subnet().is_given(None)
        assert Subnet().is_given({"vnet_name": "net", "subnet": None})

    @pytest.mark.parametrize(
        ("value", "complaint"),
        [
            ({"vnet_name": None, "subnet": "ml"}, "'ml' is a name, and that needs vnet_name"),
            ({"vnet_name": "net", "subnet": None}, "a subnet of 'net' is missing"),
            ({"vnet_name": "other", "subnet": SUBNET}, "the subnet is one of 'net', and vnet_name is 'other'"),
            ({"vnet_name": "net", "subnet": "a/b"}, "'a/b' is neither a name nor the full id of a subnet"),
        ],
    )
    def test_what_is_no_subnet(self, value: dict[str, Any], complaint: str) -> None:
        with pytest.raises(ValueError, match=complaint):
            Subnet().encode(value, WS)


class TestInstanceTypes:
    VALUE = {
        "small": {
            "node_selector": {"pool": "cpu"},
            "resources": {"requests": {"cpu": 1, "memory": "4Gi"}, "limits": {"cpu": "1"}},
        }
    }
    SENT = {
        "small": {
            "nodeSelector": {"pool": "cpu"},
            "resources": {"requests": {"cpu": "1", "memory": "4Gi"}, "limits": {"cpu": "1"}},
        }
    }

    def test_there_and_back(self) -> None:
        assert InstanceTypes().encode(self.VALUE, WS) == self.SENT
        back = InstanceTypes().decode(self.SENT, WS)
        assert InstanceTypes().encode(back, WS) == self.SENT
        assert back["small"]["node_selector"] == {"pool": "cpu"}

    def test_null_and_absent_are_the_same(self) -> None:
        """As the service answers (assets contract 3.7)."""
        reported = {
            "small": {
                "nodeSelector": None,
                "resources": {"requests": {"cpu": "1", "nvidia.com/gpu": None}, "limits": {"nvidia.com/gpu": None}},
            }
        }
        assert InstanceTypes().same({"small": {"resources": {"requests": {"cpu": "1"}}}}, reported, WS)
        assert not InstanceTypes().same({"small": {"resources": {"requests": {"cpu": "2"}}}}, reported, WS)
        assert InstanceTypes().same({}, None, WS)
        assert not InstanceTypes().same({"small": {}}, None, WS)

    @pytest.mark.parametrize(
        ("value", "complaint"),
        [
            ({"small": {"nodes": 1}}, "small has no nodes: known are node_selector, resources"),
            ({"small": "large"}, "small is no map of node_selector and resources"),
            ({"small": {"resources": "many"}}, "small is no map of node_selector and resources"),
            ({"small": {"resources": {"cpu": 1}}}, "small.resources has no cpu: known are limits, requests"),
        ],
    )
    def test_an_unknown_key_is_named(self, value: dict[str, Any], complaint: str) -> None:
        with pytest.raises(ValueError, match=complaint):
            InstanceTypes().encode(value, WS)


def test_an_id_of_something_elsewhere() -> None:
    cluster = "/subscriptions/s/resourcegroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1"
    assert ArmIdText().encode(cluster, WS) == cluster
    assert ArmIdText().same(cluster, cluster.upper(), WS)
    with pytest.raises(ValueError, match="'aks1' is not accepted: a full ARM id begins with /subscriptions/"):
        ArmIdText().encode("aks1", WS)
