# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The compute and its kinds: assets contract 3."""

from __future__ import annotations

import dataclasses
import typing as t

from .._schema.compute_values import ArmIdText, InstanceTypes, Subnet
from .._schema.identity_values import Identity
from .._schema.instance_values import Schedules, Script
from .._schema.map_values import TextMap
from .._schema.resource_type import Change, Condition, Field, Kinds, NameRule, Output, ResourceType
from .._schema.scalar_values import Boolean, Choice, Duration, Integer, Location, Switch, Text
from .batch_deployment import BATCH_DEPLOYMENT

INNER = "properties.properties"
SCALE = f"{INNER}.scaleSettings"
ACCOUNT = f"{INNER}.userAccountCredentials"
SSH = f"{INNER}.sshSettings"
SCRIPTS = f"{INNER}.setupScripts.scripts"
OWNER = f"{INNER}.personalComputeInstanceSettings.assignedUser"
KIND_AT = "properties.computeType"
KINDS = Choice(amlcompute="AmlCompute", computeinstance="ComputeInstance", kubernetes="Kubernetes")
TIERS = Choice(dedicated="Dedicated", low_priority="LowPriority")
SYSTEMS = Choice(linux="Linux", windows="Windows")
SHARING = Choice(personal="Personal", shared="Shared")
FIXED = Change.REPLACE

COMMON_FIELDS = (
    Field("description", at="properties.description"),
    Field("location", at="location", value_type=Location(), change=FIXED),
    Field("tags", at="tags", value_type=TextMap(), change=Change.APPEND),
    Field("identity", at="identity", value_type=Identity()),
)
COMMON_OUTPUTS = (Output("provisioning_state", at="properties.provisioningState"),)
COMMON_READ_ONLY = (
    "properties.createdOn",
    "properties.modifiedOn",
    "properties.provisioningErrors",
    "properties.provisioningWarnings",
    "properties.isAttachedCompute",
    f"{INNER}.errors",
)
IDENTITY = "identity.user_assigned_identities.*"
COMMON_SHOWN = (
    "created_on",
    "provisioning_errors",
    "identity.principal_id",
    "identity.tenant_id",
    *(f"{IDENTITY}.{key}" for key in ("principal_id", "client_id", "tenant_id")),
    "network_settings.public_ip_address",
    "network_settings.private_ip_address",
)
COMMON: dict[str, t.Any] = {
    "used_by": (BATCH_DEPLOYMENT,),
    "name": "compute",
    "plural": "computes",
    "label": "compute",
    "path": "computes/{name}",
    "name_rule": NameRule(r"[a-zA-Z][a-zA-Z0-9-]{2,23}", "3 to 24 letters, digits and dashes, beginning with a letter"),
    "regional": True,
}
LOCAL_AUTH = Field("disable_local_auth", at="properties.disableLocalAuth", value_type=Boolean(), change=FIXED)
# Initial values are those of the official SDK (assets contract 3.3): az sends them for a file that leaves them out.
MACHINE = (
    Field("size", at=f"{INNER}.vmSize", value_type=Text(ignore_case=True), change=FIXED, initial="STANDARD_DS3_V2"),
    Field("network_settings", at=f"{INNER}.subnet.id", value_type=Subnet(), change=FIXED),
    Field("enable_node_public_ip", at=f"{INNER}.enableNodePublicIp", value_type=Boolean(), change=FIXED),
)

AML_COMPUTE = ResourceType(
    **COMMON,
    shown=COMMON_SHOWN,
    constants={KIND_AT: "AmlCompute", f"{INNER}.osType": "Linux"},
    fields=(
        *COMMON_FIELDS,
        *MACHINE,
        dataclasses.replace(LOCAL_AUTH, initial=lambda given: f"{ACCOUNT}.adminUserName" not in given),
        Field("tier", at=f"{INNER}.vmPriority", value_type=TIERS, change=FIXED),
        Field("os_type", at=f"{INNER}.osType", value_type=SYSTEMS, change=FIXED),
        # By PATCH: a PUT would omit the password of the nodes, which cannot be read back, and whether the service
        # then forgets it is not known (assets contract 3.1, open question 13).
        Field(
            "min_instances",
            at=f"{SCALE}.minNodeCount",
            value_type=Integer(minimum=0),
            change=Change.PATCH,
            at_most="max_instances",
        ),
        Field(
            "max_instances", at=f"{SCALE}.maxNodeCount", value_type=Integer(minimum=0), initial=4, change=Change.PATCH
        ),
        Field(
            "idle_time_before_scale_down",
            at=f"{SCALE}.nodeIdleTimeBeforeScaleDown",
            value_type=Duration(),
            change=Change.PATCH,
        ),
        Field(
            "ssh_public_access_enabled", at=f"{INNER}.remoteLoginPortPublicAccess", value_type=Switch(), change=FIXED
        ),
        Field("ssh_settings.admin_username", at=f"{ACCOUNT}.adminUserName", change=FIXED),
        Field(
            "ssh_settings.admin_password",
            at=f"{ACCOUNT}.adminUserPassword",
            change=Change.WRITE_ONLY,
            secret=True,
            along_with="ssh_settings.admin_username",
        ),
        Field(
            "ssh_settings.ssh_key_value",
            at=f"{ACCOUNT}.adminUserSshPublicKey",
            change=FIXED,
            secret=False,
            along_with="ssh_settings.admin_username",
        ),
        Field("isolated_network", at=f"{INNER}.isolatedNetwork", value_type=Boolean(), change=FIXED),
        Field("virtual_machine_image", at=f"{INNER}.virtualMachineImage.id", value_type=ArmIdText(), change=FIXED),
    ),
    outputs=(
        Output("current_instances", at=f"{INNER}.currentNodeCount"),
        Output("allocation_state", at=f"{INNER}.allocationState"),
        *COMMON_OUTPUTS,
    ),
    read_only=(
        *COMMON_READ_ONLY,
        "properties.resourceId",
        f"{INNER}.currentNodeCount",
        f"{INNER}.targetNodeCount",
        f"{INNER}.nodeStateCounts",
        f"{INNER}.allocationState",
        f"{INNER}.allocationStateTransitionTime",
        f"{INNER}.enableBatchPrivateLink",
    ),
    delete_query={"underlyingResourceAction": "Delete"},
)

COMPUTE_INSTANCE = ResourceType(
    **COMMON,
    api_version="2025-12-01",  # the first stable one that returns the idle time (assets contract 1.3)
    # The name of the user is azureuser, and the region that of the workspace, whatever a file says.
    shown=(
        *COMMON_SHOWN,
        "resource_id",
        "state",
        "last_operation",
        "services",
        "os_image_metadata",
        "ssh_settings.admin_username",
        "ssh_settings.ssh_port",
        "schedules.compute_start_stop.*.schedule_id",
        "schedules.compute_start_stop.*.provisioning_state",
    ),
    constants={KIND_AT: "ComputeInstance"},
    fields=(
        *COMMON_FIELDS,
        *MACHINE,
        dataclasses.replace(LOCAL_AUTH, initial=lambda given: given.get(f"{SSH}.sshPublicAccess") != "Enabled"),
        Field(
            "idle_time_before_shutdown_minutes",
            at=f"{INNER}.idleTimeBeforeShutdown",
            value_type=Duration(minimum=15, maximum=3 * 24 * 60, unit=60),
            yaml="idle_time_before_shutdown",
        ),
        Field("ssh_public_access_enabled", at=f"{SSH}.sshPublicAccess", value_type=Switch(), change=FIXED),
        Field("ssh_settings.ssh_key_value", at=f"{SSH}.adminPublicKey", change=FIXED, secret=False),
        Field(
            "create_on_behalf_of.user_object_id",
            at=f"{OWNER}.objectId",
            value_type=Text(ignore_case=True),
            change=FIXED,
            along_with="create_on_behalf_of.user_tenant_id",
        ),
        Field(
            "create_on_behalf_of.user_tenant_id",
            at=f"{OWNER}.tenantId",
            value_type=Text(ignore_case=True),
            change=FIXED,
            along_with="create_on_behalf_of.user_object_id",
        ),
        Field("application_sharing_policy", at=f"{INNER}.applicationSharingPolicy", value_type=SHARING, change=FIXED),
        Field("enable_sso", at=f"{INNER}.enableSSO", value_type=Boolean(), change=Change.REFUSABLE, initial=True),
        Field(
            "schedules.compute_start_stop",
            at=f"{INNER}.schedules.computeStartStop",
            value_type=Schedules(),
            change=Change.REFUSABLE,
        ),
        Field("setup_scripts.creation_script", at=f"{SCRIPTS}.creationScript", value_type=Script(), change=FIXED),
        Field(
            "setup_scripts.startup_script", at=f"{SCRIPTS}.startupScript", value_type=Script(), change=Change.REFUSABLE
        ),
    ),
    outputs=(Output("state", at=f"{INNER}.state"), *COMMON_OUTPUTS),
    read_only=(
        *COMMON_READ_ONLY,
        "properties.resourceId",
        f"{INNER}.state",
        f"{INNER}.lastOperation",
        f"{INNER}.connectivityEndpoints",
        f"{INNER}.applications",
        f"{INNER}.createdBy",
        f"{INNER}.versions",
        f"{INNER}.osImageMetadata",
        f"{SSH}.adminUserName",
        f"{SSH}.sshPort",
    ),
    delete_query={"underlyingResourceAction": "Delete"},
    conditions=(
        Condition(
            "started",
            action="start",
            at=f"{INNER}.state",
            word="Running",
            holds=("JobRunning",),
            coming=("Creating", "Starting", "Restarting", "Resizing", "SettingUp", "UserSettingUp"),
            lost=("CreateFailed", "SetupFailed", "UserSetupFailed", "Unusable"),
        ),
        Condition(
            "stopped",
            action="stop",
            at=f"{INNER}.state",
            word="Stopped",
            coming=("Stopping",),
            lost=("CreateFailed", "Unusable"),
        ),
    ),
)

KUBERNETES = ResourceType(
    **COMMON,
    # A file has the properties as the service names them, and namespace beside them has precedence.
    shown=(
        *COMMON_SHOWN,
        "properties.namespace",
        "properties.vcName",
        "properties.extensionPrincipalId",
        "properties.relayConnectionString",
        "properties.serviceBusConnectionString",
    ),
    constants={KIND_AT: "Kubernetes", INNER: {}},
    fields=(
        *COMMON_FIELDS,
        Field("resource_id", at="properties.resourceId", value_type=ArmIdText(), needed=True, change=FIXED),
        Field("namespace", at=f"{INNER}.namespace", change=Change.REFUSABLE),
        Field("default_instance_type", at=f"{INNER}.defaultInstanceType", yaml="properties.defaultInstanceType"),
        Field(
            "instance_types", at=f"{INNER}.instanceTypes", value_type=InstanceTypes(), yaml="properties.instanceTypes"
        ),
    ),
    outputs=COMMON_OUTPUTS,
    read_only=COMMON_READ_ONLY,
    delete_query={"underlyingResourceAction": "Detach"},
)

NO_SCORING = "no scoring job runs on it"

COMPUTE = ResourceType(
    **COMMON,
    shown=COMMON_SHOWN,
    fields=COMMON_FIELDS,
    outputs=COMMON_OUTPUTS,
    # What az ml compute show writes of an instance that was made without them.
    no_effect={
        "enable_root_access": True,
        "release_quota_on_stop": False,
        "enable_os_patching": False,
        "custom_applications": [],
        "properties.extensionInstanceReleaseTrain": "stable",
    },
    left_out={
        "virtualmachine": NO_SCORING,
        "synapsespark": NO_SCORING,
        "custom_applications": "they are for people at the instance",
        **dict.fromkeys(
            ("enable_root_access", "release_quota_on_stop", "enable_os_patching"),
            "no stable version of the service's interface knows it",
        ),
        # Keys of the preview of 2021.
        "priority": "write tier",
        "min_nodes": "write min_instances",
        "max_nodes": "write max_instances",
        "admin_username": "write ssh_settings.admin_username",
        "admin_password": "write ssh_settings.admin_password",
        "ssh_key_value": "write ssh_settings.ssh_key_value",
        "ssh_public_access": "write ssh_public_access_enabled",
        "vnet_name": "write network_settings.vnet_name",
        "subnet": "write network_settings.subnet",
        "user_tenant_id": "write create_on_behalf_of.user_tenant_id",
        "user_object_id": "write create_on_behalf_of.user_object_id",
    },
    kinds=Kinds(
        "type",
        at=KIND_AT,
        value_type=KINDS,
        default="amlcompute",
        tables={"amlcompute": AML_COMPUTE, "computeinstance": COMPUTE_INSTANCE, "kubernetes": KUBERNETES},
    ),
)
