#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: compute_info
short_description: Read computes of an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Reads one compute, or lists all of the workspace. Of a kind that M(mlops.azureml.compute) does not manage, it shows
    what all kinds have in common.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.attributes.info_module
  - mlops.azureml.connection
  - mlops.azureml.query
options:
  name:
    description:
      - Name of a compute. One that is not there gives an empty list.
    type: str
seealso:
  - module: mlops.azureml.compute
"""

EXAMPLES = r"""
- name: Is the cluster there, and how many nodes has it now?
  mlops.azureml.compute_info:
    name: batch-cluster
  register: found

- name: The names of all clusters that cost something while there is no work
  mlops.azureml.compute_info:
    query: "[?min_instances > `0`].name"
"""

RETURN = r"""
computes:
  description: The computes, or what O(query) makes of them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Full ARM id.
      type: str
      returned: always
      sample: /subscriptions/.../workspaces/ws1/computes/batch-cluster
    name:
      description: Name of the compute.
      type: str
      returned: always
      sample: batch-cluster
    location:
      description: Its region.
      type: str
      returned: always
      sample: eastus
    type:
      description: Kind of compute, in the words of the service for one that M(mlops.azureml.compute) does not manage.
      type: str
      returned: always
      sample: amlcompute
    description:
      description: What the compute is for. Null if it has none.
      type: str
      returned: always
      sample: Nodes of the nightly scoring
    tags:
      description: Tags of the compute.
      type: dict
      returned: always
      sample: {team: vision}
    identity:
      description: Managed identity of the resource.
      type: dict
      returned: always
      contains:
        type:
          description: Kind of identity.
          type: str
          returned: always
          sample: none
        user_assigned_identities:
          description: The identities that users created, each with its RV(ignore:resource_id).
          type: list
          elements: dict
          returned: always
          sample: []
    size:
      description: Size of the virtual machines.
      type: str
      returned: when the type is amlcompute or computeinstance
      sample: Standard_DS3_v2
    network_settings:
      description: The network of the machines.
      type: dict
      returned: when the type is amlcompute or computeinstance
      contains:
        vnet_name:
          description: Name of the virtual network, null when the machines are in none of yours.
          type: str
          returned: always
          sample: null
        subnet:
          description: Id of the subnet. Null without a network.
          type: str
          returned: always
          sample: null
    enable_node_public_ip:
      description: Whether the machines have public addresses. Null if the service does not return it.
      type: bool
      returned: when the type is amlcompute or computeinstance
      sample: true
    ssh_public_access_enabled:
      description: Whether SSH from outside their network is possible. Null if the service does not return it.
      type: bool
      returned: when the type is amlcompute or computeinstance
      sample: false
    ssh_settings:
      description: Who can reach them, with RV(ignore:admin_username) (of a cluster) and RV(ignore:ssh_key_value).
      type: dict
      returned: when the type is amlcompute or computeinstance
      contains:
        admin_username:
          description: Name of the administrator of the nodes. Null if there is none.
          type: str
          returned: always
          sample: azureuser
        ssh_key_value:
          description: Public key of the administrator. Null if there is none.
          type: str
          returned: always
          sample: ssh-rsa AAAA...
    tier:
      description: Whether nodes are reserved or may be taken away.
      type: str
      returned: when the type is amlcompute
      sample: dedicated
    os_type:
      description: Operating system of the nodes.
      type: str
      returned: when the type is amlcompute
      sample: linux
    min_instances:
      description: Nodes kept when there is no work.
      type: int
      returned: when the type is amlcompute
      sample: 0
    max_instances:
      description: Nodes at the most.
      type: int
      returned: when the type is amlcompute
      sample: 5
    idle_time_before_scale_down:
      description: Seconds without work after which a node is given back.
      type: int
      returned: when the type is amlcompute
      sample: 120
    disable_local_auth:
      description: Whether nobody can log in with a password or key. Null if the service does not return it.
      type: bool
      returned: when the type is amlcompute or computeinstance
      sample: false
    isolated_network:
      description: Whether the network of the nodes is isolated.
      type: bool
      returned: when the type is amlcompute
      sample: false
    virtual_machine_image:
      description: Id of the image of the nodes, null for the usual one.
      type: str
      returned: when the type is amlcompute
      sample: null
    current_instances:
      description: Number of nodes that are allocated now.
      type: int
      returned: when the type is amlcompute
      sample: 0
    allocation_state:
      description: Whether the cluster is changing its number of nodes.
      type: str
      returned: when the type is amlcompute
      sample: Steady
    idle_time_before_shutdown_minutes:
      description: Minutes without work after which the instance is stopped.
      type: int
      returned: when the type is computeinstance
      sample: 30
    create_on_behalf_of:
      description: Who works on the instance, with RV(ignore:user_object_id) and RV(ignore:user_tenant_id).
      type: dict
      returned: when the type is computeinstance
      contains:
        user_object_id:
          description: Object id of the owner in Microsoft Entra. Null without such an owner.
          type: str
          returned: always
          sample: 00000000-0000-0000-0000-000000000000
        user_tenant_id:
          description: Tenant id of the owner. Null without such an owner.
          type: str
          returned: always
          sample: 00000000-0000-0000-0000-000000000000
    application_sharing_policy:
      description: Who can reach the applications on the instance.
      type: str
      returned: when the type is computeinstance
      sample: personal
    enable_sso:
      description: Whether the applications know who is logged in to Azure. Null if the service does not return it.
      type: bool
      returned: when the type is computeinstance
      sample: true
    schedules:
      description: When the instance starts and stops by itself, as a list RV(ignore:compute_start_stop).
      type: dict
      returned: when the type is computeinstance
      contains:
        compute_start_stop:
          description: Schedules by which the instance starts and stops.
          type: list
          elements: dict
          returned: always
          sample: [{action: stop, state: enabled, trigger: {type: cron, expression: 0 18 * * *}}]
    setup_scripts:
      description: What prepares it, RV(ignore:creation_script) and RV(ignore:startup_script).
      type: dict
      returned: when the type is computeinstance
      contains:
        creation_script:
          description: Script that runs once, when the instance is created. Null if there is none.
          type: dict
          returned: always
          contains:
            path:
              description: Path of the script in the workspace's file share.
              type: str
              returned: always
              sample: setup/packages.sh
            command:
              description: Arguments of the script. Missing if there are none.
              type: str
              returned: always
              sample: --all
            timeout_minutes:
              description: Minutes that the script may take. Missing if the service reports none.
              type: int
              returned: always
              sample: 15
        startup_script:
          description: Script that runs at each start. Null if there is none.
          type: dict
          returned: always
          contains:
            path:
              description: Path of the script in the workspace's file share.
              type: str
              returned: always
              sample: setup/packages.sh
            command:
              description: Arguments of the script. Missing if there are none.
              type: str
              returned: always
              sample: --all
            timeout_minutes:
              description: Minutes that the script may take. Missing if the service reports none.
              type: int
              returned: always
              sample: 15
    state:
      description: What the instance does, in the words of the service.
      type: str
      returned: when the type is computeinstance
      sample: Running
    resource_id:
      description: Id of the attached cluster.
      type: str
      returned: when the type is kubernetes
      sample: /subscriptions/.../providers/Microsoft.ContainerService/managedClusters/aks1
    namespace:
      description: Namespace of the jobs.
      type: str
      returned: when the type is kubernetes
      sample: default
    default_instance_type:
      description: Instance type of jobs that name none.
      type: str
      returned: when the type is kubernetes
      sample: small
    instance_types:
      description: The instance types, each with its RV(ignore:node_selector) and RV(ignore:resources).
      type: dict
      returned: when the type is kubernetes
      sample: {small: {resources: {requests: {cpu: "1", memory: 4Gi}}}}
    provisioning_state:
      description: Provisioning state as Azure reports it.
      type: str
      returned: always
      sample: Succeeded
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.info import Info
from ansible_collections.mlops.azureml.plugins.module_utils._types.compute import COMPUTE

OPERATION = Info(COMPUTE)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
