#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: compute
short_description: Manage computes of an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Creates, scales and deletes a compute cluster, on which batch deployments run.
  - Creates, starts, stops and deletes a compute instance, a machine for one person.
  - Attaches and detaches a Kubernetes cluster.
  - Options that the task leaves out keep their current value. An option that the kind of compute does not have is
    refused.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.connection
  - mlops.azureml.force
  - mlops.azureml.force.users
  - mlops.azureml.definition
  - mlops.azureml.identity
  - mlops.azureml.recreate
  - mlops.azureml.tags
  - mlops.azureml.read_back
  - mlops.azureml.wait
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - Whether the compute shall exist, and for a compute instance whether it should run (V(started)) or not
        (V(stopped)). With V(present) an instance is left running or stopped; a new one runs.
      - With V(absent) a cluster or instance is deleted with its machines; a Kubernetes cluster is only detached.
    type: str
    choices: [present, absent, started, stopped]
    default: present
  name:
    description:
      - Name of the compute, 3 to 24 letters, digits and dashes, beginning with a letter.
      - It is required, here or in O(definition).
    type: str
  type:
    description:
      - Kind of compute.
      - The default is the kind of the existing compute, or V(amlcompute), a cluster, for a new one.
      - One kind never becomes another.
    type: str
    choices: [amlcompute, computeinstance, kubernetes]
  description:
    description:
      - What the compute is for.
    type: str
  location:
    description:
      - Region of the compute. A new one is placed in the region of the workspace when the task does not say.
      - It can only be changed with O(recreate=true).
    type: str
  size:
    description:
      - Size of the virtual machines of a cluster or instance, for example V(Standard_DS3_v2).
      - Left out, a new cluster or instance gets V(STANDARD_DS3_V2), as with C(az ml). It can only be changed with
        O(recreate=true).
    type: str
  tier:
    description:
      - Whether nodes of a cluster are reserved (V(dedicated)) or cheaper and may be taken away (V(low_priority)).
      - It can only be changed with O(recreate=true).
    type: str
    choices: [dedicated, low_priority]
  os_type:
    description:
      - Operating system of the nodes of a cluster; a new cluster runs Linux when the task does not say.
      - It can only be changed with O(recreate=true).
    type: str
    choices: [linux, windows]
  min_instances:
    description:
      - Number of nodes of a cluster that are kept when there is no work.
    type: int
  max_instances:
    description:
      - Number of nodes of a cluster at the most. Left out, a new cluster gets 4, as with C(az ml).
    type: int
  idle_time_before_scale_down:
    description:
      - Seconds without work after which a node of a cluster is given back.
    type: int
  idle_time_before_shutdown_minutes:
    description:
      - Minutes without work after which an instance is stopped, from 15 to 4320 (three days).
      - In O(definition) a duration such as V(PT30M) under C(idle_time_before_shutdown) is taken, too.
    type: int
  ssh_public_access_enabled:
    description:
      - Whether the machines can be reached by SSH from outside of their network.
      - It can only be changed with O(recreate=true).
    type: bool
  ssh_settings:
    description:
      - Who can log in to the machines. It can only be changed with O(recreate=true).
    type: dict
    suboptions:
      admin_username:
        description:
          - Name of the user on the nodes of a cluster, which has a password, a key or both. On an instance it is
            always C(azureuser).
        type: str
      admin_password:
        description:
          - Password of that user. Nobody can read it, so it is sent when a cluster is created or written for another
            reason, and a difference is never seen.
        type: str
      ssh_key_value:
        description:
          - Public key of the user.
        type: str
  network_settings:
    description:
      - The network of the machines. It can only be changed with O(recreate=true).
    type: dict
    suboptions:
      vnet_name:
        description:
          - Name of a virtual network in the resource group of the workspace, when O(network_settings.subnet) is a name.
        type: str
      subnet:
        description:
          - Name or full id of the subnet.
        type: str
  enable_node_public_ip:
    description:
      - Whether the machines have public addresses.
      - It can only be changed with O(recreate=true).
    type: bool
  disable_local_auth:
    description:
      - Whether nobody can log in to the machines with a password or key.
      - Left out, a new cluster gets V(true) unless O(ssh_settings.admin_username) is given, and a new instance unless
        O(ssh_public_access_enabled=true), as with C(az ml).
      - It can only be changed with O(recreate=true).
    type: bool
  isolated_network:
    description:
      - Whether the network of the nodes of a cluster is isolated.
      - It can only be changed with O(recreate=true).
    type: bool
  virtual_machine_image:
    description:
      - Full ARM id of the image of the nodes of a cluster.
      - It can only be changed with O(recreate=true).
    type: str
  create_on_behalf_of:
    description:
      - Who works on an instance, when it is not who creates it; both ids are needed.
      - It can only be changed with O(recreate=true).
    type: dict
    suboptions:
      user_object_id:
        description:
          - Object id of the user.
        type: str
      user_tenant_id:
        description:
          - Tenant of the user.
        type: str
  application_sharing_policy:
    description:
      - Whether the applications on an instance can be reached by its user alone (V(personal)) or by everybody in the
        workspace (V(shared)).
      - It can only be changed with O(recreate=true).
    type: str
    choices: [personal, shared]
  enable_sso:
    description:
      - Whether the applications on an instance know who is logged in to Azure; the default is V(true) for a new one.
      - Where the service refuses to change it, O(recreate=true) creates the instance again. The same holds for
        O(schedules) and O(setup_scripts.startup_script).
    type: bool
  schedules:
    description:
      - When an instance starts and stops by itself.
    type: dict
    suboptions:
      compute_start_stop:
        description:
          - The schedules. They replace the current ones; an empty list removes them.
        type: list
        elements: dict
        suboptions:
          action:
            description:
              - What is done.
            type: str
            choices: [start, stop]
            required: true
          state:
            description:
              - Whether it is done. Left out, it is.
            type: str
            choices: [enabled, disabled]
          trigger:
            description:
              - At which times.
            type: dict
            required: true
            suboptions:
              type:
                description:
                  - Whether O(schedules.compute_start_stop[].trigger.expression) or
                    O(schedules.compute_start_stop[].trigger.frequency) says when.
                type: str
                choices: [cron, recurrence]
                required: true
              start_time:
                description:
                  - The first time, for example V(2026-01-31T18:00:00).
                type: str
              time_zone:
                description:
                  - Time zone of all times, for example V(Pacific Standard Time). Left out, it is UTC.
                type: str
              expression:
                description:
                  - The times as a cron expression, for example V(0 18 * * *).
                type: str
              frequency:
                description:
                  - What passes between two times.
                type: str
                choices: [minute, hour, day, week, month]
              interval:
                description:
                  - How many of that; left out, one.
                type: int
              schedule:
                description:
                  - The times within it.
                type: dict
                suboptions:
                  hours:
                    description:
                      - Hours of the day.
                    type: list
                    elements: int
                  minutes:
                    description:
                      - Minutes of the hour.
                    type: list
                    elements: int
                  week_days:
                    description:
                      - Days of the week.
                    type: list
                    elements: str
                    choices: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]
  setup_scripts:
    description:
      - Scripts, in the file share of the workspace, that prepare an instance.
    type: dict
    suboptions:
      creation_script:
        description:
          - The one that runs when the instance is created. It can only be changed with O(recreate=true).
        type: dict
        suboptions:
          path:
            description:
              - Path of the script in the file share.
            type: str
            required: true
          command:
            description:
              - Arguments of the script.
            type: str
          timeout_minutes:
            description:
              - Minutes that it may take.
            type: int
      startup_script:
        description:
          - The one that runs whenever the instance starts.
        type: dict
        suboptions:
          path:
            description:
              - Path of the script in the file share.
            type: str
            required: true
          command:
            description:
              - Arguments of the script.
            type: str
          timeout_minutes:
            description:
              - Minutes that it may take.
            type: int
  resource_id:
    description:
      - Full ARM id of the Kubernetes cluster, in AKS or connected through Azure Arc. Attaching one needs it.
      - It can only be changed with O(recreate=true), which detaches the one and attaches the other.
    type: str
  namespace:
    description:
      - Namespace of the jobs on a Kubernetes cluster.
      - Where the service refuses to change it, O(recreate=true) attaches the cluster again.
    type: str
  default_instance_type:
    description:
      - Instance type of the jobs on a Kubernetes cluster that name none.
    type: str
  instance_types:
    description:
      - The instance types of a Kubernetes cluster. They replace the current ones.
      - A map of names, each with C(node_selector) (a map) and C(resources) (C(requests) and C(limits), maps of
        quantities such as V(4Gi)).
    type: dict
seealso:
  - module: mlops.azureml.compute_info
  - name: Compute clusters
    description: What a compute cluster is and how it is billed.
    link: https://learn.microsoft.com/azure/machine-learning/how-to-create-attach-compute-cluster
  - name: Kubernetes clusters
    description: What has to be installed on a cluster before it is attached.
    link: https://learn.microsoft.com/azure/machine-learning/how-to-attach-kubernetes-anywhere
"""

EXAMPLES = r"""
- name: A cluster that costs nothing while there is no work
  mlops.azureml.compute:
    name: batch-cluster
    size: Standard_DS3_v2
    min_instances: 0
    max_instances: 5

- name: Let it grow, and see what would change before it does
  mlops.azureml.compute:
    name: batch-cluster
    max_instances: 10
    idle_time_before_scale_down: 300
  check_mode: true
  diff: true

- name: Other machines, which takes a new cluster with the settings of the old
  mlops.azureml.compute:
    name: batch-cluster
    size: Standard_D13_v2
    max_instances: 10
    recreate: true
    force: true  # a deployment refers to it

- name: A cluster in your own network that acts as an identity of yours
  mlops.azureml.compute:
    name: inner-cluster
    size: Standard_DS3_v2
    max_instances: 2
    enable_node_public_ip: false
    network_settings:
      vnet_name: ml-network
      subnet: batch
    identity:
      type: user_assigned
      user_assigned_identities:
        - resource_id: "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/ml/providers/\
            Microsoft.ManagedIdentity/userAssignedIdentities/scoring"

- name: An instance that stops by itself
  mlops.azureml.compute:
    name: ada-notebooks
    type: computeinstance
    size: Standard_DS3_v2
    idle_time_before_shutdown_minutes: 60
    create_on_behalf_of:
      user_object_id: 7e3f5a51-21bb-4b1c-9c3b-2c2f6b0e6d11
      user_tenant_id: 3c1d1f5e-5a6b-4f58-8a35-3a4f1a2f9b70

- name: An instance that works from Monday to Friday
  mlops.azureml.compute:
    name: ada-notebooks
    type: computeinstance
    schedules:
      compute_start_stop:
        - action: start
          trigger: {type: cron, expression: 0 8 * * 1-5, time_zone: W. Europe Standard Time}
        - action: stop
          trigger: {type: cron, expression: 0 19 * * 1-5, time_zone: W. Europe Standard Time}

- name: No instance runs over the weekend
  mlops.azureml.compute:
    name: ada-notebooks
    type: computeinstance
    state: stopped

- name: Attach a Kubernetes cluster
  mlops.azureml.compute:
    name: shared-k8s
    type: kubernetes
    resource_id: "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/ml/providers/\
        Microsoft.ContainerService/managedClusters/shared"
    namespace: ml
    default_instance_type: small
    instance_types:
      small:
        resources:
          requests: {cpu: "1", memory: 4Gi}
          limits: {cpu: "2", memory: 8Gi}

- name: Delete the cluster, although deployments refer to it
  mlops.azureml.compute:
    name: batch-cluster
    state: absent
    force: true
"""

RETURN = r"""
steps:
  description:
    - What the task did, or would do in check mode, in this order. Empty when nothing changed.
    - The same in check mode and in the run, unless the service refuses an update that O(recreate) allows to replace.
  returned: success
  type: list
  elements: str
  sample:
    - update compute batch-cluster
compute:
  description: The compute after the task; in check mode as far as it can be predicted. Missing when it was deleted.
  returned: when O(state) is not V(absent)
  type: dict
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
from ansible_collections.mlops.azureml.plugins.module_utils._operations.manage import Manage
from ansible_collections.mlops.azureml.plugins.module_utils._types.compute import COMPUTE

OPERATION = Manage(COMPUTE)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
