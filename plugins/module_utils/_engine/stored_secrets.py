# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Secrets that a resource holds: the service takes them with the resource, and tells them only when it is asked to."""

from __future__ import annotations

import copy
import typing as t

from .._errors import InvalidOption, ServiceError
from .._names.dotted_path import get_at, set_at
from .._names.json_types import Json
from .._schema.credentials_values import SECRETS, bare, same_secrets
from .._service.arm import API_VERSION
from .resource_access import Current, ResourceAccess

ALWAYS = "always"


class StoredSecrets:
    """Compares the secrets of one resource when the task asks for it, and keeps them in every update.

    Whether an update that leaves them out drops them is recorded nowhere: so none does.
    """

    def __init__(self, access: ResourceAccess, desired: dict[str, Json]) -> None:
        self._site = access
        self._at = access.resource.secrets_at or ""
        self._wanted: dict[str, Json] = desired.get(self._at) or {}
        self._register(self._wanted.get(SECRETS))

    def compared(self, current: Current) -> Current:
        """What stands, with its secrets; with none of them where they are not those that the task wants."""
        held = get_at(current, self._at)
        asked = self._site.options.get("update_credentials") == ALWAYS and SECRETS in self._wanted
        if not asked or not held or held.get("credentialsType") != self._wanted["credentialsType"]:
            return current
        found = self._told()
        compared = copy.deepcopy(current)
        set_at(
            t.cast("dict[str, Json]", compared),
            f"{self._at}.{SECRETS}",
            found if same_secrets(found, self._wanted[SECRETS]) else {},
        )
        return compared

    def kept(self, body: dict[str, Json], current: Current) -> dict[str, Json]:
        """The body of an update, with what stands of the credentials unless it brings others. Raises InvalidOption."""
        held, now = get_at(body, self._at), get_at(current, self._at)
        if held and now and held["credentialsType"] == now["credentialsType"]:
            held.update({key: value for key, value in now.items() if key not in held and value is not None})
        if not held or held["credentialsType"] == "None" or held.get(SECRETS):
            return body
        try:
            secrets: Json = self._told()
        except ServiceError as error:
            secrets = self._wanted.get(SECRETS)
            if not secrets or held["credentialsType"] != self._wanted["credentialsType"]:
                raise InvalidOption(
                    f"{self._site.title}: an update has to repeat the secret that stands, and it cannot be read. "
                    f"{error.message} Give the credentials in the task, or let this identity read them."
                ) from None
        set_at(body, f"{self._at}.{SECRETS}", secrets)
        return body

    def _told(self) -> dict[str, Json]:
        """Service fact: assets contract 4.3 (without a body, the key itself)."""
        path = f"{self._site.path}/listSecrets"
        secrets = self._site.arm.post(path, api_version=API_VERSION, safe_to_repeat=True).body or {}
        self._register(secrets)
        return secrets

    def _register(self, secrets: Json) -> None:
        for text in bare(secrets).values():
            self._site.workspace.http.register_secret(text)
