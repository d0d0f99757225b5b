# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Value type: how the value of an option travels to the service and back, and when two values are equal.

Everything that the service rewrites (letter case, defaults for empty values, durations, ids) is known here, once.
"""

from __future__ import annotations

import typing as t

from .._names.arm_id import WorkspaceId
from .._names.datastore_path import DatastorePath
from .._names.json_types import Json


class ValueType:
    """Text that the service stores unchanged; the base of all value types.

    ``encode`` and ``decode`` are the codec, ``canonical`` is the equality. The questions below have an answer that fits
    most types; the others override it, so that no caller needs isinstance.
    """

    type = "str"
    reference_kind: str | None = None
    """Collection of the resource that a value refers to, e.g. ``models``; None if it refers to none."""
    reads_file = False
    """True if the option may also name a local file that holds the value."""

    def spec(self) -> dict[str, t.Any]:
        """The Ansible argument spec of the option: type, choices, elements, suboptions."""
        return {"type": self.type}

    def from_file(self, value: t.Any) -> t.Any:
        """The option value of a value in a YAML file of ``az ml``, where it may have another form."""
        return value

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        """The JSON of an option value. Raises ValueError for a value that the service can never accept."""
        return value

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        """The option value of a JSON value; the inverse of ``encode``."""
        return value

    def secrets(self, value: Json) -> list[str]:
        """The texts in a JSON value that must never be shown, although the option is no secret."""
        return []

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        """A form in which two JSON values that are the same to the service are equal."""
        return value

    def same(self, one: Json, other: Json, workspace: WorkspaceId) -> bool:
        """True if two JSON values are the same to the service."""
        return bool(self.canonical(one, workspace) == self.canonical(other, workspace))

    def includes(self, current: Json, desired: Json, workspace: WorkspaceId) -> bool:
        """True if the current JSON value has all of the desired one, and perhaps more."""
        return self.same(current, desired, workspace)

    def differences(self, one: Json, other: Json, workspace: WorkspaceId) -> list[str]:
        """Dotted paths, inside the value, at which two JSON values differ; ``""`` is the value as a whole."""
        return [] if self.same(one, other, workspace) else [""]

    def is_given(self, value: t.Any) -> bool:
        """True if the task sets this option; an option that it does not set keeps its current value."""
        return value is not None

    def shown(self, value: Json, workspace: WorkspaceId) -> t.Any:
        """``decode`` for a diff; secrets are masked, not left out."""
        return self.decode(value, workspace)

    def for_update(self, value: Json) -> Json:
        """The current value as an update sends it; None if an update leaves it out."""
        return value

    def for_patch(self, value: Json, current: Json) -> Json:
        """The value as a PATCH sends it, which may replace the current one as a whole."""
        return value

    def target(self, value: Json) -> str | None:
        """The reference that a JSON value holds: an id, a name, or a short form; None if it holds none."""
        return None

    def target_path(self, value: Json, path: str, workspace: WorkspaceId) -> str | None:
        """ARM id of the resource that a value of the resource at ``path`` refers to; None if it refers to none."""
        return None

    def datastore_path(self, value: Json) -> DatastorePath | None:
        """The place in a datastore that a value names; None if it names none."""
        return None
