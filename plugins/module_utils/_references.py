# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""References as users write them: ``azureml:name:version``, ``azureml:name@latest``, ``name``, a full id."""

from __future__ import annotations

import dataclasses

from ._arm_id import WorkspaceId

UNVERSIONED = frozenset({"computes", "datastores"})
_PREFIX = "azureml:"


@dataclasses.dataclass(frozen=True)
class Reference:
    """What a reference says: either a full ``id``, or a ``name`` with a ``version`` or a ``label``."""

    kind: str
    id: str | None = None
    name: str = ""
    version: str | None = None
    label: str | None = None


def parse(text: str, kind: str) -> Reference:
    """Read one reference to a resource of ``kind`` (a segment of the ARM path such as ``models``).

    Raises ValueError with the accepted forms when the text is none of them.
    """
    if text.startswith("azureml://"):
        return Reference(kind, id=text)
    body = text.removeprefix(_PREFIX)
    if body.startswith("/"):
        return Reference(kind, id=body.rstrip("/"))
    if kind in UNVERSIONED:
        if body and not set(body) & set(":@/"):
            return Reference(kind, name=body)
        raise ValueError(f"{text!r} is no reference: write a name, azureml:name, or a full ARM id")
    name, label_mark, label = body.rpartition("@")
    if label_mark and name and label:
        return Reference(kind, name=name, label=label)
    name, version_mark, version = body.partition(":")
    if version_mark and name and version:
        return Reference(kind, name=name, version=version)
    raise ValueError(f"{text!r} names no version: write azureml:name:version, azureml:name@latest, or a full id")


def expand(text: str, kind: str, workspace: WorkspaceId) -> str:
    """The full id that a reference stands for. Raises ValueError for a label: only the service knows what it means."""
    reference = parse(text, kind)
    if reference.id is not None:
        return reference.id
    if reference.label is not None:
        raise ValueError(f"{text!r} has to be looked up first")
    if kind in UNVERSIONED:
        return workspace.child(kind, reference.name)
    return workspace.child(kind, reference.name, "versions", str(reference.version))
