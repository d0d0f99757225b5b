# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Value types of places in storage."""

from __future__ import annotations

import typing as t

from .._names.arm_id import WorkspaceId
from .._names.datastore_path import DatastorePath, read_datastore_path
from .._names.json_types import Json
from .._names.storage_uri import comparison_key, long_form, same_place, upload_hash
from .._names.url import is_https, signature_secrets, split_signature, without_query
from .value_type import ValueType


class StorageUri(ValueType):
    """A place in storage: a datastore path in its long or short form, the output of a job, or a URL.

    Service fact: assets contract 12, 14.15.

    Shown in the long form and in one case, because the service returns either form, and without the signature of a URL.
    """

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        if value.lower().startswith("https://") and not is_https(value):
            raise ValueError(f"{without_query(value)!r} is not the address of a host")
        return value

    def secrets(self, value: Json) -> list[str]:
        return signature_secrets(split_signature(value or "")[1])

    def datastore_path(self, value: Json) -> DatastorePath | None:
        return read_datastore_path(value or "")

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return long_form(value or "", workspace) or (split_signature(value)[0] if value else value)

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return comparison_key(value, workspace) if value else None

    def same(self, one: Json, other: Json, workspace: WorkspaceId) -> bool:
        return same_place(one, other, workspace) if one and other else not (one or other)


class UploadHash(ValueType):
    """Read only: the content hash in the URI of files that this collection or the official SDK uploaded."""

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return upload_hash(value or "")
