# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Whether the caller gets a token for each service that it needs."""

from __future__ import annotations

import typing as t

from .._errors import CredentialError
from .finding import ERROR, Finding, Found
from .intended import Intended
from .surfaces import Surfaces


def check(_intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """``token_audience``: there is no token for a service, or it is for another one."""
    for service, audience in observed.caller.audiences.items():
        try:
            given = observed.caller.claims(audience).get("aud")
        except CredentialError as error:
            yield refused_token(audience, f"there is no token for {service} ({audience})", error.message)
            continue
        if _is_other(given, audience):
            why = f"It is for {given}, not for {audience}."
            yield refused_token(audience, f"the token for {service} is for another audience", why)


def refused_token(subject: str, what: str, why: str) -> Finding:
    """The finding for a token that a service does not take."""
    remedy = "Check cloud_environment and authority_host, and the registration of the identity in that cloud."
    return Finding("token_audience", ERROR, subject, what, why, remedy)


def _is_other(given: t.Any, audience: str) -> bool:
    """Whether the claim names another address. Entra may give an id in place of it, which says nothing."""
    return isinstance(given, str) and given.startswith("https://") and given.rstrip("/") != audience.rstrip("/")
