# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleFallbackNotFound
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.mlops.azureml.plugins.module_utils._engine.argument_spec import (
    connection_options,
    filled_env,
    resource_options,
    without_blanks,
)
from ansible_collections.mlops.azureml.plugins.module_utils._schema.map_values import TextMap
from ansible_collections.mlops.azureml.plugins.module_utils._schema.resource_type import (
    Change,
    Field,
    NameRule,
    Parent,
    ParentReference,
    ResourceType,
)
from ansible_collections.mlops.azureml.plugins.module_utils._schema.scalar_values import Choice, Integer

HOUSE = ResourceType(
    name="house", plural="houses", label="house", path="houses/{name}", name_rule=NameRule(".*", "any")
)
ROOM = ResourceType(
    name="room",
    plural="rooms",
    label="room",
    path="houses/{house}/rooms/{name}",
    name_rule=NameRule(".*", "any"),
    parent=Parent(
        HOUSE, "house", references=(ParentReference("set_entrance", at="properties.entrance", words="the entrance"),)
    ),
    fields=(
        Field("kind", at="properties.kind", value_type=Choice(wide="Wide", low="Low"), default="wide"),
        Field("tags", at="tags", value_type=TextMap(), change=Change.APPEND),
        Field("heating.power", at="properties.power", value_type=Integer()),
        Field("heating.valve.code", at="properties.code", secret=True),
        Field("keyhole", at="properties.keyhole", secret=False),
    ),
)


def test_a_table_becomes_an_argument_spec() -> None:
    assert resource_options(ROOM) == {
        "name": {"type": "str", "required": True},
        "house": {"type": "str", "required": True},
        "set_entrance": {"type": "bool"},
        "stand_in": {"type": "str"},
        "kind": {"type": "str", "choices": ["wide", "low"], "default": "wide"},
        "tags": {"type": "dict"},
        "append_tags": {"type": "bool", "default": True},
        "heating": {
            "type": "dict",
            "options": {
                "power": {"type": "int"},
                "valve": {"type": "dict", "options": {"code": {"type": "str", "no_log": True}}},
            },
        },
        "keyhole": {"type": "str", "no_log": False},
    }


def test_what_has_no_tags_has_no_way_to_append_them() -> None:
    assert resource_options(HOUSE) == {"name": {"type": "str", "required": True}}


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRST", "")
    monkeypatch.delenv("SECOND", raising=False)
    with pytest.raises(AnsibleFallbackNotFound):
        filled_env("FIRST", "SECOND")
    monkeypatch.setenv("SECOND", "two")
    assert filled_env("FIRST", "SECOND") == "two"
    monkeypatch.setenv("FIRST", "one")
    assert filled_env("FIRST", "SECOND") == "one"


VARIABLES = {
    "AZURE_SUBSCRIPTION_ID": "subscription_id",
    "AZUREML_RESOURCE_GROUP": "resource_group",
    "AZUREML_WORKSPACE": "workspace_name",
    "ANSIBLE_AZURE_AUTH_SOURCE": "auth_source",
    "AZURE_TENANT": "tenant",
    "AZURE_TENANT_ID": "tenant",
    "AZURE_CLIENT_ID": "client_id",
    "AZURE_SECRET": "secret",
    "AZURE_CLIENT_SECRET": "secret",
    "AZURE_CLIENT_CERTIFICATE_PATH": "x509_certificate_path",
    "AZURE_FEDERATED_TOKEN": "oidc_token",
    "AZURE_FEDERATED_TOKEN_FILE": "federated_token_file",
    "AZURE_PROFILE": "profile",
    "AZURE_CLOUD_ENVIRONMENT": "cloud_environment",
    "AZURE_AUTHORITY_HOST": "authority_host",
    "AZUREML_TOKEN_CACHE": "token_cache",
    "AZUREML_TRUSTED_HOSTS": "trusted_hosts",
    "SSL_CERT_FILE": "ca_file",
    "REQUESTS_CA_BUNDLE": "ca_file",
    "CURL_CA_BUNDLE": "ca_file",
}
DEFAULTS = {"auth_source": "auto", "cloud_environment": "AzureCloud", "token_cache": True}
# What a variable holds and what the option then is, where they differ from any other text.
VALUES: dict[str, tuple[str, Any]] = {
    "auth_source": ("cli", "cli"),
    "token_cache": ("no", False),
    "trusted_hosts": ("a.internal,.b.internal", ["a.internal", ".b.internal"]),
}


def resolved(task: dict[str, Any]) -> dict[str, Any]:
    """The options after fallbacks and defaults, as a module gets them."""
    checked = ArgumentSpecValidator(connection_options()).validate(task)
    assert not checked.error_messages
    found: dict[str, Any] = checked.validated_parameters
    return found


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


@pytest.mark.parametrize(("variable", "option"), VARIABLES.items())
def test_each_setting_has_its_variable(monkeypatch: pytest.MonkeyPatch, variable: str, option: str) -> None:
    text, value = VALUES.get(option, ("from-the-environment", "from-the-environment"))
    monkeypatch.setenv(variable, text)
    assert resolved({})[option] == value
    monkeypatch.setenv(variable, f" {text}\n")
    assert resolved({})[option] == value
    other = {"token_cache": True, "trusted_hosts": ["other"]}.get(option, "msi")
    assert resolved({option: other})[option] == other
    for empty in ("", " "):
        monkeypatch.setenv(variable, empty)
        assert resolved({})[option] == DEFAULTS.get(option)


def test_blanks_around_a_setting_do_not_count() -> None:
    given = {"workspace_name": " ws ", "secret": "planted\n", "trusted_hosts": [" a "], "name": " n ", "profile": " "}
    assert without_blanks(given) == {
        "workspace_name": "ws",
        "secret": "planted",
        "trusted_hosts": [" a "],
        "name": " n ",
        "profile": "",
    }


def test_every_setting_is_in_the_list_above() -> None:
    assert set(connection_options()) == set(VARIABLES.values())


def test_only_secrets_are_hidden() -> None:
    """An id that is hidden turns every result into asterisks."""
    assert [name for name, spec in connection_options().items() if spec.get("no_log")] == ["secret", "oidc_token"]
