# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""References as users write them: ``azureml:name:version``, ``azureml:name@latest``, ``name``, a full id."""

from __future__ import annotations

import dataclasses
import re

from .arm_id import WorkspaceId
from .arm_id import parse as parse_id

UNVERSIONED = frozenset({"computes", "datastores"})
LATEST = "latest"
_PREFIX = "azureml:"
_NAME = re.compile(r"(?P<name>[^:@/]+)")
_VERSIONED = re.compile(r"(?P<name>[^:@/]+)(?::(?P<version>[^:@/]+)|@(?P<label>[^:@/]+))")


@dataclasses.dataclass(frozen=True)
class Reference:
    """A parsed reference: a full ``id``, or a ``name`` with a ``version`` or a ``label``."""

    kind: str
    id: str | None = None
    name: str = ""
    version: str | None = None
    label: str | None = None


def parse(text: str, kind: str) -> Reference:
    """Parse a reference to a resource of ``kind`` (a segment of the ARM path such as ``models``).

    Raises ValueError with the accepted forms for any other text.
    """
    body = text if text.startswith("azureml://") else text.removeprefix(_PREFIX)
    if body.startswith(("/", "azureml://")):
        return Reference(kind, id=_checked_id(body.rstrip("/"), kind))
    match = (_NAME if kind in UNVERSIONED else _VERSIONED).fullmatch(body)
    if match is None and kind in UNVERSIONED:
        raise ValueError(f"{text!r} is no reference: write a name, azureml:name, or a full ARM id")
    if match is None:
        raise ValueError(f"{text!r} names no version: write azureml:name:version, azureml:name@latest, or a full id")
    reference = Reference(kind, **match.groupdict())
    if reference.label not in (None, LATEST):
        raise ValueError(f"{text!r} has the label {reference.label!r}: only latest is known, or give a version")
    return reference


def _checked_id(text: str, kind: str) -> str:
    """The id; raises ValueError if it is of another kind. URIs of forms that are not known here are accepted."""
    found = parse_id(text)
    if found is None and text.startswith("/"):
        raise ValueError(f"{text!r} is no full ARM id: it begins with /subscriptions/ and ends with a name or version")
    if found is not None and (found.collection or "").lower() != kind:
        raise ValueError(f"{text!r} is not the id of something in {kind}")
    if found is not None and kind not in UNVERSIONED and not (found.version or found.label):
        raise ValueError(f"{text!r} names no version: it has to end with /versions/ and one")
    return text


def expand(text: str, kind: str, workspace: WorkspaceId) -> str:
    """The full id of a reference. Raises ValueError for a label: only the service knows the version that has it."""
    reference = parse(text, kind)
    if reference.id is not None:
        return reference.id
    if reference.label is not None:
        raise ValueError(f"{text!r} has a label, which has to be resolved first")
    if kind in UNVERSIONED:
        return workspace.child(kind, reference.name)
    return workspace.child(kind, reference.name, "versions", str(reference.version))
