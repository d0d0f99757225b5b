# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Argument specs: from tables to options, and completed by a task's definition."""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ansible.module_utils.basic import AnsibleFallbackNotFound
from ansible.module_utils.common import validation

from .._errors import InvalidOption
from .._schema.resource_type import Field, Options, ResourceType
from .definition import NAME, Definition
from .option_type import About


@dataclasses.dataclass(frozen=True)
class ArgumentSpec:
    """An argument spec with its constraints, in the terms of AnsibleModule.

    With a ``definition``, that one option may give what the others would.
    """

    arguments: dict[str, t.Any]
    required_if: tuple[tuple[t.Any, ...], ...] = ()
    required_together: tuple[tuple[str, ...], ...] = ()
    mutually_exclusive: tuple[tuple[str, ...], ...] = ()
    required_one_of: tuple[tuple[str, ...], ...] = ()
    required_by: t.Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    definition: Definition | None = None

    def opened(self) -> ArgumentSpec:
        """The spec for what the task gives, before its definition is read: types and choices, nothing is required."""
        if self.definition is None:
            return self
        fillable = {key.option.partition(".")[0] for key in self.definition.keys.values()}
        arguments = {
            name: {word: value for word, value in about.items() if word not in ("required", "default")}
            if name in fillable
            else about
            for name, about in self.arguments.items()
        }
        return ArgumentSpec({**arguments, NAME: {"type": "raw"}})

    def completed(self, options: Options, register_secret: t.Callable[[str], None]) -> Options:
        """The options of a task with those of its definition, and with defaults. Raises InvalidOption.

        What the task gives has been checked through ``opened``; what the definition gives is checked as it is read;
        here only what concerns both: required options and those that need or exclude each other.
        """
        if self.definition is None:
            return options
        completed = self.definition.completed(options, register_secret)
        completed.update(_with_defaults(completed, self.arguments))
        complaints = list(self._complaints({name: value for name, value in completed.items() if value is not None}))
        if complaints and options[NAME] is not None:
            raise InvalidOption(f"{'; '.join(complaints)}. Correct the task or its definition.")
        if complaints:
            raise InvalidOption("; ".join(complaints))
        return completed

    def _complaints(self, given: Options) -> t.Iterator[str]:
        """What AnsibleModule says about options that are missing, or given together."""
        checks: tuple[tuple[t.Callable[..., t.Any], t.Any], ...] = (
            (validation.check_mutually_exclusive, self.mutually_exclusive),
            (validation.check_required_arguments, self.arguments),
            (validation.check_required_together, self.required_together),
            (validation.check_required_one_of, self.required_one_of),
            (validation.check_required_if, self.required_if),
            (validation.check_required_by, self.required_by),
        )
        for check, rule in checks:
            try:
                check(rule, given)
            except TypeError as error:
                yield str(error)


def filled_env(*names: str) -> str:
    """The first environment variable that is set and not blank: AWX sets unused ones to the empty string."""
    for name in names:
        if text := os.environ.get(name, "").strip():
            return text
    raise AnsibleFallbackNotFound


def _from_env(*names: str) -> dict[str, t.Any]:
    return {"type": "str", "fallback": (filled_env, list(names))}


def connection_options() -> dict[str, t.Any]:
    """Identity, cloud and workspace: the options of every module."""
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
        "oidc_token": {**_from_env("AZURE_FEDERATED_TOKEN"), "no_log": True},
        "federated_token_file": {
            **_from_env("AZURE_FEDERATED_TOKEN_FILE"),
            "type": "path",
            "no_log": False,
            "aliases": ["oidc_token_file_path"],
        },
        "profile": _from_env("AZURE_PROFILE"),
        "cloud_environment": {**_from_env("AZURE_CLOUD_ENVIRONMENT"), "default": "AzureCloud"},
        "authority_host": _from_env("AZURE_AUTHORITY_HOST"),
        # Not a key, a password or a token.
        "token_cache": {**_from_env("AZUREML_TOKEN_CACHE"), "type": "bool", "default": True, "no_log": False},
        "trusted_hosts": {**_from_env("AZUREML_TRUSTED_HOSTS"), "type": "list", "elements": "str"},
        "ca_file": {**_from_env("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), "type": "path"},
    }


def without_blanks(options: Options) -> Options:
    """The options, those of the connection without blanks at their ends: none of them begins or ends with one.

    Raises InvalidOption for a text with a NUL character: no path, name or value of the service has one.
    """
    for name, value in options.items():
        if _has_nul(value):
            raise InvalidOption(f"{name}: it holds a NUL character, which no value may. Remove it.")
    trimmed = {name: value.strip() for name in connection_options() if isinstance(value := options.get(name), str)}
    return {**options, **trimmed}


def _has_nul(value: t.Any) -> bool:
    if isinstance(value, t.Mapping):
        return any(_has_nul(item) for pair in value.items() for item in pair)
    if isinstance(value, list):
        return any(_has_nul(item) for item in value)
    return isinstance(value, str) and "\0" in value


def wait_options(seconds: int = 1800) -> dict[str, t.Any]:
    return {"wait": {"type": "bool", "default": True}, "wait_timeout": {"type": "int", "default": seconds}}


def resource_options(resource: ResourceType) -> dict[str, t.Any]:
    """The options of a table: the names in its path, its fields with their nesting, and options that go with those."""
    arguments: dict[str, t.Any] = {"name": {"type": "str", "required": True}}
    if resource.parent:
        arguments[resource.parent.option] = {"type": "str", "required": True}
        for reference in resource.parent.references:
            arguments.update({reference.option: {"type": "bool"}, reference.stand_in: {"type": "str"}})
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


def _with_defaults(options: Options, arguments: t.Mapping[str, About]) -> dict[str, t.Any]:
    """All options and suboptions of a spec: what is given, else the default, else None."""
    filled: dict[str, t.Any] = {}
    for name, about in arguments.items():
        value = options.get(name)
        filled[name] = _filled(about.get("default") if value is None else value, about.get("options"))
    return filled


def _filled(value: t.Any, inner: t.Mapping[str, About] | None) -> t.Any:
    if inner and isinstance(value, dict):
        return _with_defaults(value, inner)
    if inner and isinstance(value, list):
        return [_filled(item, inner) for item in value]
    return value
