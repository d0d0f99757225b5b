# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The identity that asks: its tokens, and its object id."""

from __future__ import annotations

import base64
import json
import typing as t

from .._errors import CredentialError
from .._service.clouds import STORAGE_AUDIENCE
from .._service.workspace import Workspace


class Caller:
    """The caller by its tokens. Their claims are read, and not verified: the services do that."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @property
    def audiences(self) -> dict[str, str]:
        """Service -> audience of the tokens that it takes."""
        cloud = self._workspace.cloud
        return {
            "Resource Manager": cloud.management_audience,
            "the scoring host": cloud.ml_audience,
            "storage": STORAGE_AUDIENCE,
        }

    def claims(self, audience: str) -> dict[str, t.Any]:
        """The claims of a token for an audience; none if its content is not public. Raises CredentialError."""
        # It is read here, and sent nowhere.
        unsent = self._workspace.cloud.resource_manager
        parts = self._workspace.credentials.token(audience, to=unsent).split(".")
        try:
            padded = parts[1] + "=" * (-len(parts[1]) % 4)
            claims = json.loads(base64.urlsafe_b64decode(padded))
        except (IndexError, ValueError):
            return {}
        return claims if isinstance(claims, dict) else {}

    @property
    def object_id(self) -> str | None:
        """The caller's id in the directory, None if it is not known."""
        try:
            return self.claims(self._workspace.cloud.management_audience).get("oid")
        except CredentialError:
            return None
