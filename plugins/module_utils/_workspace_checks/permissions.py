# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Whether the caller may do what the entries ask, at each scope that it takes.

The service answers what a caller may do at a scope. Whether that includes what the caller has through groups, and
leaves out what deny assignments deny, was not recorded (operations contract, open question 6): both are read as well,
and what they leave open is unknown or a warning.
"""

from __future__ import annotations

import typing as t

from .finding import ERROR, WARNING, Finding, Found, Unknown, Unreadable
from .intended import Intended
from .required_actions import Required, required_actions
from .rights import Action, Permission, missing
from .surfaces import Surfaces

_REMEDY = "Ask for a role with these actions at the scope or above it."


def check(intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """``permission_missing``: one finding for each scope, which names every action."""
    for required in required_actions(intended, observed):
        if isinstance(required, Unknown):
            yield required
            continue
        try:
            yield from _check_one(required, observed)
        except Unreadable as failed:
            yield failed.unknown


def _check_one(required: Required, observed: Surfaces) -> t.Iterator[Found]:
    granted = observed.permissions(required.scope)
    principal = observed.caller.object_id
    denied, unread = _denied(required, principal, observed)
    if unread is not None:
        yield unread
    if denied:
        yield _finding(required, denied, ERROR, "A deny assignment denies them.")
    for actions, severity in ((required.actions, ERROR), (required.advised, WARNING)):
        lacking = [one for one in missing(granted, actions) if one not in denied]
        if lacking:
            yield from _confirmed(required, lacking, severity, principal, observed)


def _confirmed(
    required: Required, lacking: list[Action], severity: str, principal: str | None, observed: Surfaces
) -> t.Iterator[Found]:
    """What no role assignment grants either; only a warning if assignments cannot be read."""
    advised = " Whether the service asks for them was not recorded." if severity == WARNING else ""
    grants = _grants(required.scope, principal, observed)
    if grants is None:
        why = "The service does not list them, and role assignments, which may come through a group, cannot be read."
        yield _finding(required, lacking, WARNING, f"{why}{advised}")
        return
    lacking = missing(grants, lacking)
    if lacking:
        yield _finding(required, lacking, severity, f"No role of the caller at this scope allows them.{advised}")


def _grants(scope: str, principal: str | None, observed: Surfaces) -> list[Permission] | None:
    if principal is None:
        return None
    try:
        return observed.grants(scope, principal)
    except Unreadable:
        return None


def _denied(required: Required, principal: str | None, observed: Surfaces) -> tuple[list[Action], Unknown | None]:
    """The actions that a deny assignment denies, or why that is not known."""
    if principal is None:
        why = "The token has no object id of the caller."
        return [], Unknown(required.scope, "deny assignments could not be read", why, "None")
    try:
        denials = observed.denials(required.scope, principal)
    except Unreadable as failed:
        return [], failed.unknown
    return [one for one in required.actions if any(denial.covers(one) for denial in denials)], None


def _finding(required: Required, actions: t.Iterable[Action], severity: str, why: str) -> Finding:
    names = ", ".join(f"{one.name}{' (data)' if one.is_data else ''}" for one in actions)
    return Finding(
        "permission_missing", severity, required.scope, f"the caller lacks {names} at {required.label}", why, _REMEDY
    )
