# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The compute: assets contract 3."""

from __future__ import annotations

from .._resource import Change, Field, NameRule, Output, ResourceType
from .._wire import Boolean, Choice, Duration, Integer, Location, Switch, Text, TextMap

CLUSTER = "properties.properties"
SCALE = f"{CLUSTER}.scaleSettings"
KINDS = Choice(amlcompute="AmlCompute")
TIERS = Choice(dedicated="Dedicated", low_priority="LowPriority")
FIXED = Change.REPLACE

COMPUTE = ResourceType(
    name="compute",
    plural="computes",
    label="compute",
    path="computes/{name}",
    name_rule=NameRule(r"[a-zA-Z][a-zA-Z0-9-]{2,23}", "3 to 24 letters, digits and dashes, beginning with a letter"),
    regional=True,
    constants={f"{CLUSTER}.osType": "Linux"},
    fields=(
        Field("type", at="properties.computeType", wire=KINDS, default="amlcompute", change=FIXED),
        Field("description", at="properties.description"),
        Field("location", at="location", wire=Location(), change=FIXED),
        Field("tags", at="tags", wire=TextMap(), change=Change.APPEND),
        Field("size", at=f"{CLUSTER}.vmSize", wire=Text(ignore_case=True), needed=True, change=FIXED),
        Field("tier", at=f"{CLUSTER}.vmPriority", wire=TIERS, change=FIXED),
        Field("min_instances", at=f"{SCALE}.minNodeCount", wire=Integer(minimum=0)),
        Field("max_instances", at=f"{SCALE}.maxNodeCount", wire=Integer(minimum=0), needed=True),
        Field("idle_time_before_scale_down", at=f"{SCALE}.nodeIdleTimeBeforeScaleDown", wire=Duration()),
        Field("ssh_public_access_enabled", at=f"{CLUSTER}.remoteLoginPortPublicAccess", wire=Switch(), change=FIXED),
        Field("enable_node_public_ip", at=f"{CLUSTER}.enableNodePublicIp", wire=Boolean(), change=FIXED),
        Field("network_settings.subnet", at=f"{CLUSTER}.subnet.id", wire=Text(ignore_case=True), change=FIXED),
    ),
    outputs=(
        Output("current_instances", at=f"{CLUSTER}.currentNodeCount"),
        Output("allocation_state", at=f"{CLUSTER}.allocationState"),
        Output("provisioning_state", at="properties.provisioningState"),
    ),
    read_only=(
        "properties.createdOn",
        "properties.modifiedOn",
        "properties.provisioningErrors",
        "properties.provisioningWarnings",
        "properties.isAttachedCompute",
        "properties.resourceId",
        f"{CLUSTER}.currentNodeCount",
        f"{CLUSTER}.targetNodeCount",
        f"{CLUSTER}.nodeStateCounts",
        f"{CLUSTER}.allocationState",
        f"{CLUSTER}.allocationStateTransitionTime",
        f"{CLUSTER}.errors",
        f"{CLUSTER}.enableBatchPrivateLink",
    ),
    delete_query={"underlyingResourceAction": "Delete"},
)
