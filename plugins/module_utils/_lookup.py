# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What references need from the service: labels become versions, targets must be there before a write."""

from __future__ import annotations

import copy
import typing as t

from ._errors import InvalidOption
from ._references import expand, parse
from ._resource import Options, Plan, ResourceType, dig, plant
from ._wire import Reference
from ._workspace import Workspace

NEWEST_FIRST = {"$orderBy": "createdtime desc", "$top": "1"}


def settle_labels(resource: ResourceType, options: Options, workspace: Workspace) -> Options:
    """The options with each ``name@latest`` replaced by the version it stands for now.

    Raises InvalidOption for a malformed reference and for a label without any version.
    """
    settled = copy.deepcopy(dict(options))
    for field in resource.fields:
        text = dig(options, field.option)
        if text is not None and isinstance(field.wire, Reference):
            plant(settled, field.option, full_id(text, field.wire.kind, field.option, workspace))
    return settled


def full_id(text: str, kind: str, option: str, workspace: Workspace) -> str:
    """The id a reference in ``option`` stands for; a label costs one request.

    "latest" is the version created last, resolved by the client (batch contract 4.3).
    """
    try:
        reference = parse(text, kind)
        if reference.label is None:
            return expand(text, kind, workspace.id)
    except ValueError as error:
        raise InvalidOption(f"{option}: {error}.") from None
    if reference.label != "latest":
        raise InvalidOption(
            f"{option}: {text!r} has the label {reference.label!r}; only latest is known, or give a version."
        )
    versions = workspace.path(f"{kind}/{reference.name}/versions")
    newest = next(workspace.management.list(versions, query=NEWEST_FIRST), None)
    if newest is None:
        raise InvalidOption(
            f"{option}: {text!r} has no version in workspace {workspace.id.name}. "
            "Register one first, or correct the name."
        )
    return str(newest["id"])


def require_references(planned: Plan, workspace: Workspace, warn: t.Callable[[str], None] | None = None) -> None:
    """Each reference that the plan would newly write must point at something.

    Raises InvalidOption; with ``warn`` (check mode, where an earlier task may only have been predicted) warns instead.
    """
    for difference in planned.differences:
        target = difference.wanted
        if (
            not isinstance(difference.field.wire, Reference)
            or not target.startswith("/")
            or workspace.management.get(target)
        ):
            continue
        complaint = f"{difference.field.option}: {target} does not exist"
        if warn is None:
            raise InvalidOption(f"{complaint}. Create it first, or correct the reference. Nothing was changed.")
        warn(f"{complaint}; the run will fail unless an earlier task creates it.")
