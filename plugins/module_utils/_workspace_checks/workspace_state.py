# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Whether the workspace answers and is healthy."""

from __future__ import annotations

import typing as t

from .._errors import ConnectionFailed, NotFoundError, ParentNotFoundError, ServiceError
from .finding import ERROR, WARNING, Finding, Found, Unreadable
from .intended import Intended
from .surfaces import Surfaces

_PASSING = frozenset({"Creating", "Updating"})
_WRONG_AUDIENCE = "InvalidAuthenticationTokenAudience"


def check(_intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """``workspace_absent``, ``workspace_unreachable``, ``workspace_state``.

    ``token_audience`` if Resource Manager refuses the token.
    """
    home = observed.id
    try:
        state = observed.properties.get("provisioningState")
    except Unreadable as failed:
        yield _explained(failed, observed)
        return
    if state in _PASSING:
        yield Finding(
            "workspace_state",
            WARNING,
            home.path,
            f"workspace {home.name} is {state}",
            "What is written now may fail.",
            "Wait until it is Succeeded.",
        )
    elif state not in (None, "Succeeded"):
        yield Finding(
            "workspace_state",
            ERROR,
            home.path,
            f"workspace {home.name} is {state}",
            "Its last creation, change or deletion did not succeed.",
            "Repair or restore it in the portal.",
        )


def _explained(failed: Unreadable, observed: Surfaces) -> Finding:
    """The finding for a workspace that does not exist or a token that is not taken; raises what is unknown."""
    home, error = observed.id, failed.error
    if isinstance(error, (NotFoundError, ParentNotFoundError)):
        return Finding(
            "workspace_absent",
            ERROR,
            home.path,
            f"there is no workspace {home.name} in resource group {home.resource_group}",
            error.message,
            "Correct workspace_name, resource_group and subscription_id.",
        )
    if isinstance(error, ConnectionFailed):
        return Finding(
            "workspace_unreachable",
            ERROR,
            home.path,
            "Resource Manager gives no usable answer",
            error.message,
            "Check name resolution, proxy and firewall of this host, and run the check again.",
        )
    if isinstance(error, ServiceError) and error.code == _WRONG_AUDIENCE:
        return Finding(
            "token_audience",
            ERROR,
            home.path,
            "Resource Manager refuses the token",
            error.message,
            "Check cloud_environment and authority_host.",
        )
    raise failed
