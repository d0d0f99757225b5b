# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What references need from the service: labels become versions, targets must be there before a write."""

from __future__ import annotations

import typing as t

from .._errors import InvalidOption, NotFoundError, ParentNotFoundError
from .._names.json_types import Json
from .._names.references import expand, parse
from .._schema.resource_type import ResourceType
from .._service.arm import describe
from .._service.workspace import Workspace
from .plan import Plan

Warn = t.Callable[[str], None]
NEWEST_FIRST = {"$orderBy": "createdtime desc", "$top": "1"}


def settle_labels(
    resource: ResourceType, desired: dict[str, Json], workspace: Workspace, warn: Warn | None = None
) -> dict[str, Json]:
    """What the task wants, with each ``name@latest`` replaced by the version it stands for now.

    Raises InvalidOption for a label without any version; with ``warn`` (check mode, where an earlier task may only
    have been predicted) warns and leaves the label.
    """
    settled = dict(desired)
    for field in resource.fields:
        kind = field.value_type.reference_kind
        text = field.value_type.target(desired.get(field.at))
        if kind is None or text is None or parse(text, kind).label is None:
            continue
        try:
            settled[field.at] = field.value_type.encode(full_id(text, kind, field.option, workspace), workspace.id)
        except InvalidOption as error:
            if warn is None:
                raise
            warn(f"{error} The run will fail unless an earlier task does.")
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
    versions = workspace.path(f"{kind}/{reference.name}/versions")
    try:
        newest = next(workspace.arm.list(versions, query=NEWEST_FIRST), None)
    except NotFoundError:  # some kinds answer so for an unknown name, others with an empty list (assets contract 1.6)
        newest = None
    if newest is None:
        raise InvalidOption(
            f"{option}: {text!r} has no version in workspace {workspace.id.name}. "
            "Register one first, or correct the name."
        )
    return str(newest["id"])


def require_references(
    planned: Plan, path: str, workspace: Workspace, warn: Warn | None = None, promised: t.Collection[str] = ()
) -> None:
    """Each reference that the plan would newly write on the resource at ``path`` must point at something.

    ``promised``: ids that will stand by the time of the write. Raises InvalidOption; with ``warn`` (check mode, where
    an earlier task may only have been predicted) warns instead.
    """
    for difference in planned.differences:
        target = difference.field.value_type.target_path(difference.desired, path, workspace.id)
        if target is None or target in promised or _exists(target, workspace):
            continue
        complaint = f"{difference.field.option}: there is no {describe(target)}"
        if warn is None:
            raise InvalidOption(f"{complaint}. Create it first, or correct the reference. Nothing was changed.")
        warn(f"{complaint}; the run will fail unless an earlier task creates it.")


def _exists(path: str, workspace: Workspace) -> bool:
    try:
        return workspace.arm.get(path) is not None
    except ParentNotFoundError:  # the id of something in a workspace that is not there
        return False
