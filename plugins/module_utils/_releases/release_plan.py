# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The plan of a release, from the records and from what the endpoint is now. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .._errors import InvalidOption
from . import history
from .record import CANDIDATE, RELEASE, RELEASED, ROLLBACK, STARTED, SWITCHING, UNDOING
from .release_store import Entry

MOST_DEPLOYMENTS = 20
"""Deployments that the service allows per endpoint: operations contract (20 deployments of an endpoint)."""

DONE, CONTINUE, NEW = "done", "continue", "new"
_OPEN = (STARTED, CANDIDATE, SWITCHING)


@dataclass(frozen=True)
class Situation:
    """What a plan is made from. ``deployments`` are the names of those that exist."""

    endpoint: str
    default: str | None
    deployments: Sequence[str]
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Plan:
    """What has to be done.

    - ``action``: DONE, CONTINUE the record ``entry``, or NEW, a record with the ``id``
    - ``unfinished``: records of others that were left on their way, and have to be ended first
    - ``retired_first``: deployments to delete before, since the endpoint is full
    """

    action: str
    id: str
    number: int
    former: str | None
    entry: Entry | None = None
    unfinished: Sequence[Entry] = field(default=())
    retired_first: Sequence[str] = field(default=())


def plan_release(situation: Situation, deployment: str, content: str, keep: int) -> Plan:
    """The plan that makes a candidate the default deployment.

    Raises InvalidOption if the candidate would change the default deployment itself, or if the endpoint is full.
    """
    entries, default = situation.entries, situation.default
    same = history.last(entries, kind=RELEASE, deployment=deployment, content=content)
    if default == deployment and (same is None or same.status not in (*_OPEN, UNDOING)):
        if same is None or same.status != RELEASED:
            _require_same_content(situation, deployment, content)
        return Plan(DONE, same.id if same else "", same.number if same else 0, same.former if same else None, same)
    if same and same.status in _OPEN and (same.status == SWITCHING or same.former == default):
        return Plan(CONTINUE, same.id, same.number, same.former, same, _unfinished(entries, same))
    number = entries[-1].number + 1 if entries else 1
    retired = _retired_first(situation, deployment, keep)
    name = f"{number:04d}-{content[:8] or 'deployment'}"
    return Plan(NEW, name, number, default, None, _unfinished(entries, None), retired)


def plan_rollback(situation: Situation, to: str | None) -> tuple[Plan, str]:
    """The plan that goes back, and the deployment that becomes the default one.

    ``to``: a deployment, or the id of its release; None for the former one. Raises InvalidOption if there is none.
    """
    entries, default = situation.entries, situation.default
    newest = history.last(entries, kind=ROLLBACK)
    is_last = newest is not None and newest is (entries[-1] if entries else None)
    if newest and newest.status in _OPEN and to in (None, newest.deployment, _deployment_of(entries, to)):
        return Plan(CONTINUE, newest.id, newest.number, newest.former, newest), newest.deployment
    if to is None and is_last and newest and newest.status == RELEASED and newest.deployment == default:
        return Plan(DONE, newest.id, newest.number, newest.former, newest), newest.deployment
    target = _deployment_of(entries, to) if to else history.former_of(entries, default)
    if target is not None and target == default:
        done = history.last(entries, status=RELEASED, deployment=target)
        return Plan(DONE, done.id if done else "", 0, done.former if done else None, done), target
    _require_target(situation, to, target)
    number = entries[-1].number + 1
    return Plan(NEW, f"{number:04d}-back", number, default, None, _unfinished(entries, None)), str(target)


def _require_same_content(situation: Situation, deployment: str, content: str) -> None:
    """A name that follows from the content says by itself that it is the same."""
    if content and deployment.endswith(content[:10]):
        return
    raise InvalidOption(
        f"deployment_name: {situation.endpoint}/{deployment} is the default deployment, and no record says that it was "
        "released with this content. A candidate has to be another deployment: give it another name, or none. "
        "Nothing was changed."
    )


def _unfinished(entries: Sequence[Entry], own: Entry | None) -> list[Entry]:
    """Records that a killed run left: a started one is given up, a switch that nobody verified is undone.

    A candidate waits for somebody who decides.
    """
    return [one for one in entries if one is not own and one.status in (STARTED, SWITCHING, UNDOING)]


def _retired_first(situation: Situation, deployment: str, keep: int) -> list[str]:
    """Raises InvalidOption if the endpoint is full, and nothing of it may be deleted."""
    excess = len(situation.deployments) - MOST_DEPLOYMENTS + 1
    if deployment in situation.deployments or excess <= 0:
        return []
    old = history.retirable(situation.entries, situation.default, keep, situation.deployments)
    if len(old) < excess:
        raise InvalidOption(
            f"deployment_name: endpoint {situation.endpoint} has {len(situation.deployments)} deployments, the service "
            f"allows {MOST_DEPLOYMENTS}, and {len(old)} of them may be retired (keep: {keep}). Delete some, or keep "
            "fewer. Nothing was changed."
        )
    return old[:excess]


def _deployment_of(entries: Sequence[Entry], to: str | None) -> str | None:
    named = history.last(entries, id=to or "")
    return named.deployment if named else to


def _require_target(situation: Situation, to: str | None, target: str | None) -> None:
    endpoint, proven = situation.endpoint, history.proven(situation.entries)
    left = [name for name in proven if name in situation.deployments and name != situation.default]
    choice = f"Name one of {', '.join(left)} in to." if left else "No other that was the default exists."
    if target is None:
        raise InvalidOption(
            f"endpoint_name: {endpoint} has nothing to go back to: no release of its default deployment "
            f"{situation.default or '(it has none)'} names a former one. {choice} Nothing was changed."
        )
    if target not in proven:
        raise InvalidOption(
            f"to: {endpoint}/{to} was never the default deployment, by the records of its releases. {choice} "
            "Nothing was changed."
        )
    if target not in situation.deployments:
        raise InvalidOption(f"to: {endpoint}/{target} does not exist any more. {choice} Nothing was changed.")
