# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: workspaces
short_description: Azure Machine Learning workspaces as hosts
version_added: 0.1.0
description:
  - Makes a host of each workspace of one or many subscriptions, so that one play runs for a fleet, or for dev, test and
    prod.
  - The name of the file ends with C(azureml.yml) or C(azureml.yaml).
  - A host has the name of its workspace; if several workspaces have that name, the resource group follows after a dot,
    and if that is not enough, the subscription.
  - Each host is in the group C(azureml_workspaces), and in C(region_REGION), C(kind_KIND) and, for each of its tags,
    C(tag_NAME_VALUE).
  - Its variables are C(ansible_connection=local), the interpreter of the controller, C(azureml_connection), which the
    playbooks of this collection give to all modules, and C(azureml_workspace) with O(ignore:id), name, resource group,
    subscription, location, kind, sku and tags.
  - Secrets never become variables of hosts. Tasks take them from the environment or from the profile, as this plugin
    does.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.connection
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description:
      - The name of this plugin, V(mlops.azureml.workspaces).
    type: str
    required: true
    choices: [mlops.azureml.workspaces]
  subscriptions:
    description:
      - Ids of the subscriptions to search.
      - By default O(subscription_id), or without one all that the identity may read, which only Resource Graph knows.
    type: list
    elements: str
    default: []
  subscription_id:
    description:
      - Id of the subscription to search if O(subscriptions) is left out.
      - Falls back to the environment variable E(AZURE_SUBSCRIPTION_ID), then to the profile.
    type: str
  resource_group:
    description:
      - Name of the only resource group to take workspaces from. The environment is not read for it.
    type: str
  workspace_name:
    description:
      - Name of the only workspaces to take. The environment is not read for it.
    type: str
  source:
    description:
      - How the workspaces are found. V(resource_graph) takes one request for 1,000 workspaces, V(lists) one or more per
        subscription. V(auto) lists if Resource Graph refuses.
    type: str
    choices: [auto, resource_graph, lists]
    default: auto
"""

EXAMPLES = r"""
# fleet.azureml.yml: all workspaces of two subscriptions, asked for once an hour
plugin: mlops.azureml.workspaces
subscriptions:
  - 00000000-0000-0000-0000-000000000000
  - 11111111-1111-1111-1111-111111111111
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/azureml-inventory
cache_timeout: 3600

# stages.azureml.yml: further groups by a tag, e.g. stage_prod
# plugin: mlops.azureml.workspaces
# keyed_groups:
#   - key: azureml_workspace.tags.stage | default('none')
#     prefix: stage

# ansible-playbook mlops.azureml.deploy -i stages.azureml.yml -e azureml_hosts=stage_prod -e @flowers.yml
"""

import hashlib
import json
import sys
import typing as t

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.display import Display
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.mlops.azureml.plugins.module_utils._engine.argument_spec import connection_options
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ServiceError
from ansible_collections.mlops.azureml.plugins.module_utils._service.identity import choose_subscription
from ansible_collections.mlops.azureml.plugins.module_utils._service.workspace import Workspace
from ansible_collections.mlops.azureml.plugins.module_utils._service.workspace_list import (
    FoundWorkspace,
    by_graph,
    by_lists,
    in_scope,
)
from ansible_collections.mlops.azureml.plugins.plugin_utils._plugin_invocation import complete, open_workspace

ENDINGS = ("azureml.yml", "azureml.yaml")
PARENT = "azureml_workspaces"
WHAT = "Listing the workspaces"
_WORKSPACE = ("subscription_id", "resource_group", "workspace_name")
_SECRETS = frozenset(name for name, about in connection_options().items() if about.get("no_log"))

display = Display()


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """See DOCUMENTATION."""

    NAME = "mlops.azureml.workspaces"

    def verify_file(self, path: str) -> bool:
        base: t.Any = super()
        return bool(base.verify_file(path)) and path.endswith(ENDINGS)

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path)
        self._hosts = inventory
        self._read_config_data(path)
        plugin: t.Any = self  # the base classes are untyped
        options = {name: self._plain(value) for name, value in plugin.get_options().items()}
        # What the file leaves out is left to the environment, of which defaults would know nothing.
        given = {
            name: options[name]
            for name, about in connection_options().items()
            if {name, *about.get("aliases", ())} & self._given_names
        }
        try:
            found = self._found(path, options, given, cache)
        except AnsibleError as error:
            raise AnsibleParserError(str(error)) from None
        self._add(found, given)

    def _plain(self, value: t.Any) -> t.Any:
        return self.templar.template(value) if isinstance(value, str) else value

    def _read_config_data(self, path: str) -> dict[str, t.Any]:
        base: t.Any = super()
        config: dict[str, t.Any] = base._read_config_data(path)
        self._given_names = set(config)
        return config

    # -- finding ---------------------------------------------------------------------------------------------------

    def _found(
        self, path: str, options: dict[str, t.Any], given: dict[str, t.Any], cache: bool
    ) -> list[FoundWorkspace]:
        """From the cache if it may be used, and then written to it. It holds nothing secret."""
        every = {**options, **complete(given, WHAT)}
        public = {name: value for name, value in every.items() if name not in _SECRETS}
        digest = hashlib.sha256(json.dumps(public, sort_keys=True, default=str).encode()).hexdigest()[:16]
        key = f"{self.get_cache_key(path)}_{digest}"
        uses = bool(options.get("cache"))
        cached = self._cache.get(key) if uses and cache else None
        if cached is not None:
            return [FoundWorkspace(**one) for one in cached]
        with open_workspace(given, WHAT) as workspace:
            found = list(
                in_scope(_listed(workspace, options), given.get("resource_group"), given.get("workspace_name"))
            )
        if uses:
            self._cache[key] = [one.shown() for one in found]
        return found

    # -- hosts -----------------------------------------------------------------------------------------------------

    def _add(self, found: list[FoundWorkspace], given: dict[str, t.Any]) -> None:
        plugin: t.Any = self
        shared = {name: value for name, value in given.items() if name not in (*_SECRETS, *_WORKSPACE)}
        self._hosts.add_group(PARENT)
        for name, one in sorted(_names(found).items()):
            self._hosts.add_host(name, group=PARENT)
            variables = {
                "ansible_connection": "local",
                "ansible_python_interpreter": sys.executable,
                "azureml_connection": wrap_var(
                    {
                        **shared,
                        "subscription_id": one.subscription_id,
                        "resource_group": one.resource_group,
                        "workspace_name": one.name,
                    }
                ),
                "azureml_workspace": wrap_var(one.shown()),
            }
            for variable, value in variables.items():
                self._hosts.set_variable(name, variable, value)
            for group in _groups(one):
                group = self._hosts.add_group(self._sanitize_group_name(group))
                self._hosts.add_host(name, group=group)
            strict = plugin.get_option("strict")
            plugin._set_composite_vars(plugin.get_option("compose"), variables, name, strict=strict)
            plugin._add_host_to_composed_groups(plugin.get_option("groups"), variables, name, strict=strict)
            plugin._add_host_to_keyed_groups(plugin.get_option("keyed_groups"), variables, name, strict=strict)


def _listed(workspace: Workspace, options: dict[str, t.Any]) -> t.Iterable[FoundWorkspace]:
    only = choose_subscription(workspace.invocation.options)
    subscriptions = options["subscriptions"] or ([only] if only else [])
    if options["source"] == "lists":
        return by_lists(workspace.arm, _some(subscriptions))
    try:
        return list(by_graph(workspace.arm, subscriptions))
    except ServiceError as error:
        if options["source"] != "auto" or not subscriptions:
            raise
        display.v(f"Resource Graph refused ({error.code}): the workspaces are listed by subscription.")
        return by_lists(workspace.arm, subscriptions)


def _some(subscriptions: list[str]) -> list[str]:
    if not subscriptions:
        raise AnsibleError(f"{WHAT} failed: no subscription is named. Write subscriptions.")
    return subscriptions


def _names(found: list[FoundWorkspace]) -> dict[str, FoundWorkspace]:
    """The name of the host of each workspace: as short as it is unique, whatever the order of the list."""
    named: dict[str, FoundWorkspace] = {}
    for one in found:
        same = [other for other in found if other.name.lower() == one.name.lower()]
        near = [other for other in same if other.resource_group.lower() == one.resource_group.lower()]
        parts = [one.name, one.resource_group, one.subscription_id]
        named[".".join(parts[: 1 if len(same) == 1 else 2 if len(near) == 1 else 3])] = one
    return named


def _groups(one: FoundWorkspace) -> list[str]:
    """The groups of a workspace by region, kind and tags."""
    tags = [f"tag_{name}_{value}" if value else f"tag_{name}" for name, value in one.tags.items()]
    return [f"region_{one.location}", f"kind_{one.kind.lower()}", *tags]
