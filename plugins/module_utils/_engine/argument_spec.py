# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""From tables to Ansible argument specs."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.basic import AnsibleFallbackNotFound

from .._schema.resource_type import Field, ResourceType


def filled_env(*names: str) -> str:
    """The first environment variable that is set and not empty: AWX sets unused ones to the empty string."""
    for name in names:
        if os.environ.get(name):
            return os.environ[name]
    raise AnsibleFallbackNotFound


def _from_env(*names: str) -> dict[str, t.Any]:
    return {"type": "str", "fallback": (filled_env, list(names))}


def connection_options() -> dict[str, t.Any]:
    """Who is asking, in which cloud, and which workspace: the options of every module."""
    return {
        "subscription_id": _from_env("AZURE_SUBSCRIPTION_ID"),
        "resource_group": _from_env("AZUREML_RESOURCE_GROUP"),
        "workspace_name": _from_env("AZUREML_WORKSPACE"),
        "auth_source": {
            "type": "str",
            "choices": ["auto", "env", "credential_file", "cli", "msi"],
            "default": "auto",
            "fallback": (filled_env, ["ANSIBLE_AZURE_AUTH_SOURCE"]),
        },
        "tenant": _from_env("AZURE_TENANT", "AZURE_TENANT_ID"),
        "client_id": _from_env("AZURE_CLIENT_ID"),
        "secret": {**_from_env("AZURE_SECRET", "AZURE_CLIENT_SECRET"), "no_log": True},
        "x509_certificate_path": {**_from_env("AZURE_CLIENT_CERTIFICATE_PATH"), "type": "path"},
        "federated_token_file": {**_from_env("AZURE_FEDERATED_TOKEN_FILE"), "type": "path", "no_log": False},
        "profile": _from_env("AZURE_PROFILE"),
        "cloud_environment": {**_from_env("AZURE_CLOUD_ENVIRONMENT"), "default": "AzureCloud"},
        "authority_host": _from_env("AZURE_AUTHORITY_HOST"),
        "ca_file": {**_from_env("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), "type": "path"},
    }


def wait_options(seconds: int = 1800) -> dict[str, t.Any]:
    return {"wait": {"type": "bool", "default": True}, "wait_timeout": {"type": "int", "default": seconds}}


def resource_options(resource: ResourceType) -> dict[str, t.Any]:
    """The options of a table: the names in its path, its fields with their nesting, and what its fields bring along."""
    arguments: dict[str, t.Any] = {"name": {"type": "str", "required": True}}
    if resource.parent:
        arguments[resource.parent.option] = {"type": "str", "required": True}
        for mark in resource.parent.marks:
            arguments.update({mark.option: {"type": "bool"}, mark.stand_in: {"type": "str"}})
    if resource.kinds:
        arguments[resource.kinds.option] = resource.kinds.value_type.spec()
    for table in resource.tables:
        for field in table.fields:
            _add(arguments, field)
    if any(table.appends for table in resource.tables):
        arguments["append_tags"] = {"type": "bool", "default": True}
    return arguments


def _add(arguments: dict[str, t.Any], field: Field) -> None:
    *groups, last = field.option.split(".")
    for group in groups:
        arguments = arguments.setdefault(group, {"type": "dict", "options": {}})["options"]
    arguments[last] = field.value_type.spec()
    if field.default is not None:
        arguments[last]["default"] = field.default
    if field.secret is not None:
        arguments[last]["no_log"] = field.secret
