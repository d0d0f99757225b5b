# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Secrets that the service stores with a resource and returns only on request: the credentials of a datastore."""

from __future__ import annotations

import copy
import typing as t

from .._errors import InvalidOption, ServiceError
from .._names.dotted_path import get_at, set_at
from .._names.json_types import Json
from .._schema.credentials_values import SECRETS, bare, same_secrets
from .._service.arm import API_VERSION
from .difference import Comparison, Difference, in_words
from .resource_access import Current, ResourceAccess

ALWAYS = "always"


class StoredSecrets:
    """Compares the secrets of one resource if the task asks for it, and repeats them in every update.

    No update without the secrets was recorded: it might delete them, so every update repeats them.
    """

    def __init__(self, access: ResourceAccess, values: t.Mapping[str, Json]) -> None:
        """``values``: what the task asks for, as path -> JSON."""
        self._access = access
        self._at = access.resource.secrets_at or ""
        self._desired: dict[str, Json] = values.get(self._at) or {}
        self._register(self._desired.get(SECRETS))

    def compared(self, current: Current) -> Current:
        """The current resource with its secrets; with none if they are not those that the task asks for."""
        held = get_at(current, self._at)
        asked = self._access.options.get("update_credentials") == ALWAYS and SECRETS in self._desired
        if not asked or not held or held.get("credentialsType") != self._desired["credentialsType"]:
            return current
        stored = self._stored()
        compared = copy.deepcopy(current)
        set_at(
            t.cast("dict[str, Json]", compared),
            f"{self._at}.{SECRETS}",
            stored if same_secrets(stored, self._desired[SECRETS]) else {},
        )
        return compared

    def require_own(self, comparison: Comparison) -> None:
        """Raises InvalidOption if a stored secret would go to another place: that one needs credentials of its own."""
        now = get_at(comparison.current, self._at) or {}
        moved = self._moved(comparison)
        if moved and not self._desired and now.get("credentialsType") not in (None, "None"):
            raise InvalidOption(
                f"credentials: {in_words(moved, self._access.workspace.id)}, and the stored secret of "
                f"{self._access.title} is not sent to another place. Give the credentials of the new one, or "
                "type: none for the identity of the caller. Nothing was changed."
            )

    def kept(self, body: dict[str, Json], comparison: Comparison) -> dict[str, Json]:
        """The body of an update with the current credentials, unless it has others, or goes to another place.

        Raises InvalidOption if they cannot be read.
        """
        body = copy.deepcopy(body)
        held, now = get_at(body, self._at), get_at(comparison.current, self._at)
        if held and self._desired and self._moved(comparison):
            set_at(body, self._at, {**held, **copy.deepcopy(self._desired)})
            return body
        if held and now and held["credentialsType"] == now["credentialsType"]:
            held.update({key: value for key, value in now.items() if key not in held and value is not None})
        if not held or held["credentialsType"] == "None" or held.get(SECRETS):
            return body
        try:
            secrets: Json = self._stored()
        except ServiceError as error:
            secrets = self._desired.get(SECRETS)
            if not secrets or held["credentialsType"] != self._desired["credentialsType"]:
                raise InvalidOption(
                    f"{self._access.title}: an update has to repeat the current secret, which cannot be read. "
                    f"{error.message} Give the credentials in the task, or let this identity read them."
                ) from None
        set_at(body, f"{self._at}.{SECRETS}", secrets)
        return body

    def _moved(self, comparison: Comparison) -> list[Difference]:
        """How the place to which secrets go differs from the current one."""
        places = self._access.resource.secrets_go_to
        return [one for one in comparison.differences if comparison.current and one.field.option in places]

    def _stored(self) -> dict[str, Json]:
        """Service fact: assets contract 4.3 (without a body, the key itself)."""
        path = f"{self._access.path}/listSecrets"
        secrets = self._access.arm.post(path, api_version=API_VERSION, safe_to_repeat=True).body or {}
        self._register(secrets)
        return secrets

    def _register(self, secrets: Json) -> None:
        for text in bare(secrets).values():
            self._access.workspace.http.register_secret(text)
