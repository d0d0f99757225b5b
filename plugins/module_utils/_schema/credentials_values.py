# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The value type of a datastore's credentials: its authentication mode for storage."""

from __future__ import annotations

import dataclasses
import typing as t

from .._names.arm_id import WorkspaceId
from .._names.json_types import Json
from .scalar_values import Choice
from .value_type import ValueType

SECRETS = "secrets"
_HIDDEN = "VALUE_HIDDEN"
_APPLICATION = {
    "tenant_id": "tenantId",
    "client_id": "clientId",
    "authority_url": "authorityUrl",
    "resource_url": "resourceUrl",
}


@dataclasses.dataclass(frozen=True)
class _Kind:
    """``secret`` and ``plain``: option -> key of the service, in the secrets and beside them."""

    word: str
    secret: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    plain: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    needs: tuple[str, ...] = ()


# Service fact: assets contract 4.2, 4.3.
_KINDS = {
    "account_key": _Kind("AccountKey", {"account_key": "key"}),
    "sas": _Kind("Sas", {"sas_token": "sasToken"}),
    "service_principal": _Kind(
        "ServicePrincipal", {"client_secret": "clientSecret"}, _APPLICATION, ("tenant_id", "client_id")
    ),
    "certificate": _Kind(
        "Certificate",
        {"certificate": "certificate"},
        {**_APPLICATION, "thumbprint": "thumbprint"},
        ("tenant_id", "client_id", "thumbprint"),
    ),
    "none": _Kind("None"),
}
TYPES = Choice(**{name: kind.word for name, kind in _KINDS.items()})
_PLAIN = {option: key for kind in _KINDS.values() for option, key in kind.plain.items()}
_SECRET = {option: key for kind in _KINDS.values() for option, key in kind.secret.items()}


class Credentials(ValueType):
    """A type, its plain parameters, and a secret, which the service takes and does not return with the resource.

    Two are equal if their plain parameters are; secrets are compared only where both sides have them.
    """

    type = "dict"

    def spec(self) -> dict[str, t.Any]:
        plain = {option: {"type": "str"} for option in _PLAIN}
        secret = {option: {"type": "str", "no_log": True} for option in _SECRET}
        return {"type": "dict", "options": {"type": TYPES.spec(), **plain, **secret}}

    def from_file(self, value: t.Any) -> t.Any:
        """``az ml datastore show`` writes an empty map where it shows none, and takes it for the type ``none``."""
        return {"type": "none"} if value == {} else value

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        given = {option: text for option, text in value.items() if text is not None and option != "type"}
        name = value.get("type") or _guess(given)
        kind = _KINDS[name]
        foreign = sorted(given.keys() - kind.plain.keys() - kind.secret.keys())
        missing = [option for option in (*kind.needs, *kind.secret) if not given.get(option)]
        if foreign:
            raise ValueError(f"{foreign[0]} does not go with the type {name}")
        if missing:
            raise ValueError(f"the type {name} needs {', '.join(missing)}")
        sent: dict[str, Json] = {"credentialsType": kind.word}
        sent.update({key: given[option] for option, key in kind.plain.items() if option in given})
        if kind.secret:
            secrets = {key: given[option] for option, key in kind.secret.items()}
            sent[SECRETS] = {"secretsType": kind.word, **secrets}
        return sent

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        shown = {"type": TYPES.decode((value or {}).get("credentialsType") or "None", workspace)}
        return {**shown, **{option: value[key] for option, key in _PLAIN.items() if (value or {}).get(key)}}

    def shown(self, value: Json, workspace: WorkspaceId) -> t.Any:
        secrets = (value or {}).get(SECRETS) or {}
        hidden = {option: _HIDDEN for option, key in _SECRET.items() if key in secrets}
        return {**self.decode(value, workspace), **hidden}

    def same(self, one: Json, other: Json, workspace: WorkspaceId) -> bool:
        """``one`` is the desired value: parameters that it leaves out may have any current value."""
        desired, current = _plain(one), _plain(other)
        if any(text != current.get(key) for key, text in desired.items()):
            return False
        return SECRETS not in (other or {}) or same_secrets((one or {}).get(SECRETS), other[SECRETS])


def same_secrets(one: Json, other: Json) -> bool:
    """True if both hold the same secrets; the question mark that leads a SAS in a URL is ignored."""
    return bare(one) == bare(other)


def bare(secrets: Json) -> dict[str, str]:
    """The secrets by their JSON keys, without the keys that are no secrets."""
    return {key: str(text).removeprefix("?") for key, text in (secrets or {}).items() if key in _SECRET.values()}


def _guess(given: t.Collection[str]) -> str:
    """The type of the secret that is given. Raises ValueError unless there is exactly one."""
    names = [name for name, kind in _KINDS.items() if any(option in given for option in kind.secret)]
    if len(names) != 1:
        raise ValueError(f"give one of {', '.join(_SECRET)}, or write type: none for the identity of the caller")
    return names[0]


def _plain(value: Json) -> dict[str, str]:
    """The parameters that are no secrets; ids and addresses ignore case."""
    return {
        key: str(text).lower().rstrip("/")
        for key, text in (value or {"credentialsType": "None"}).items()
        if key != SECRETS and text is not None
    }
