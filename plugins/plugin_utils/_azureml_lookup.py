# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What the lookups of the collection have in common: the connection, and one answer per term."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible_collections.mlops.azureml.plugins.module_utils._engine.argument_spec import connection_options
from ansible_collections.mlops.azureml.plugins.module_utils._names.json_types import Json
from ansible_collections.mlops.azureml.plugins.module_utils._service.workspace import Workspace
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_endpoint import BATCH_ENDPOINT
from ansible_collections.mlops.azureml.plugins.plugin_utils._plugin_invocation import open_workspace

CONNECTION = "azureml_connection"


class AzureMLLookup(LookupBase):
    """Connects by its options, else by the variable ``azureml_connection``, else by the environment."""

    what: str

    def find(self, workspace: Workspace, term: str) -> str:
        """The answer for one term. Raises AzureMLError."""
        raise NotImplementedError

    def run(self, terms: list[t.Any], variables: t.Mapping[str, t.Any] | None = None, **given: t.Any) -> list[str]:
        own: t.Any = self  # the base class is untyped
        own.set_options(var_options=variables, direct=given)
        shared = own._templar.template((variables or {}).get(CONNECTION) or {})
        if not isinstance(shared, t.Mapping):
            raise AnsibleError(f"{CONNECTION} is no map. Write options of the connection below it.")
        named = {name: own.get_option(name) for name in given if name in connection_options()}
        with open_workspace({**shared, **named}, self.what) as workspace:
            return [self.find(workspace, str(term)) for term in terms]


def read_endpoint(workspace: Workspace, name: str) -> dict[str, Json]:
    """The endpoint of a name. Raises InvalidOption for a name that none can have, and AnsibleError if it is absent."""
    BATCH_ENDPOINT.name_rule.check("name", name, BATCH_ENDPOINT.label)
    current = workspace.arm.get(workspace.path(BATCH_ENDPOINT.path_of({"name": name})))
    if current is None:
        raise AnsibleError(f"There is no batch endpoint {name} in workspace {workspace.id.name}. Correct the name.")
    return current
