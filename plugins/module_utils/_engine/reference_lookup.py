# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What references need from the service: labels become versions, targets have to exist before a write."""

from __future__ import annotations

import typing as t

from .._errors import InvalidOption, NotFoundError, ParentNotFoundError
from .._names.json_types import Json
from .._names.references import expand, parse
from .._schema.resource_type import ResourceType
from .._service.arm import describe
from .._service.workspace import Workspace
from .difference import Comparison
from .prerequisite import Warn, report_missing

NEWEST_FIRST = {"$orderBy": "createdtime desc", "$top": "1"}


def resolve_labels(
    resource: ResourceType, values: t.Mapping[str, Json], workspace: Workspace, warn: Warn | None = None
) -> dict[str, Json]:
    """The values (path -> JSON) with each ``name@latest`` replaced by the id of the version that it means now.

    Raises InvalidOption for a name without versions. In check mode (``warn``) the version may not exist yet: then it
    warns, and keeps ``name@latest``.
    """
    resolved = dict(values)
    for field in resource.fields:
        kind = field.value_type.reference_kind
        text = field.value_type.target(values.get(field.at))
        if kind is not None and text is not None and parse(text, kind).label is not None:
            found = resolve_label(text, kind, field.option, workspace, warn)
            resolved[field.at] = field.value_type.encode(found, workspace.id)
    return resolved


def resolve_label(text: str, kind: str, option: str, workspace: Workspace, warn: Warn | None) -> str:
    """``full_id``; with ``warn`` warns of a name without versions, and leaves the label."""
    try:
        return full_id(text, kind, option, workspace)
    except InvalidOption as error:
        if warn is None:
            raise
        warn(f"{error} The run will fail unless an earlier task does.", target_of(text, kind, workspace))
        return text


def target_of(text: str, kind: str, workspace: Workspace) -> str | None:
    """The id that a reference means; of a label, that of all versions; None for text that is no reference."""
    try:
        reference = parse(text, kind)
        return workspace.id.child(kind, reference.name) if reference.label else expand(text, kind, workspace.id)
    except ValueError:
        return None


def full_id(text: str, kind: str, option: str, workspace: Workspace) -> str:
    """The id that a reference in ``option`` means; a label costs one request.

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
    comparison: Comparison,
    path: str,
    workspace: Workspace,
    warn: Warn | None = None,
    published: t.Collection[str] = (),
) -> None:
    """Whatever the resource at ``path`` would newly refer to has to exist.

    ``published``: ids that will exist by the time of the write. Raises InvalidOption; with ``warn`` (check mode, where
    an earlier task may only have predicted it) warns instead.
    """
    for difference in comparison.differences:
        target = difference.field.value_type.target_path(difference.desired, path, workspace.id)
        if target is not None and target not in published:
            require_target(target, difference.field.option, workspace, warn)


def require_target(path: str, option: str, workspace: Workspace, warn: Warn | None) -> None:
    """Raises InvalidOption, or warns, if ``option`` refers to something absent."""
    try:
        exists = workspace.arm.get(path) is not None
    except ParentNotFoundError:  # the id of something in an absent workspace
        exists = False
    if not exists:
        complaint = f"{option}: there is no {describe(path)}"
        report_missing(complaint, "Create it first, or correct the reference.", warn, target=path)
