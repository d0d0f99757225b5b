# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Who runs a task, as its access token says."""

from __future__ import annotations

import base64
import json

from .._service.workspace import Workspace

# A person, an application by its name, by its id, or any identity.
_CLAIMS = ("upn", "unique_name", "preferred_username", "app_displayname", "appid", "azp", "oid", "sub")


def author_of(workspace: Workspace) -> str:
    """The name or id of the identity; ``unknown`` if the token does not say. Raises CredentialError."""
    cloud = workspace.cloud
    claims = _claims(workspace.credentials.token(cloud.management_audience, to=cloud.resource_manager))
    return next((str(claims[name]) for name in _CLAIMS if claims.get(name)), "unknown")


def _claims(token: str) -> dict[str, object]:
    """The claims in the middle part of a token. Nothing is decided by them, so that nothing is verified."""
    try:
        part = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
