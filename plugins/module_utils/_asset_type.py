# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The table language of assets: what their versions have in common, and how local files become part of them."""

from __future__ import annotations

import dataclasses
import typing as t

from ._resource import Change, Field, NameRule, Output, ResourceType
from ._wire import AssetReference, Boolean, TextMap

# Service fact: assets contract 1.2.
ASSET_NAME = NameRule(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}", "1 to 255 letters, digits, - and _, not - or _ first")


@dataclasses.dataclass(frozen=True)
class Upload:
    """An option whose value may be a local file or folder.

    ``to``: a container that the service opens for one upload (``pending``), or the datastore that the task names.
    ``shapes``: which words of the option ``type`` want a file and which a folder.
    """

    option: str
    to: t.Literal["pending", "datastore"]
    shapes: t.Mapping[str, t.Literal["file", "folder"]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class AssetType(ResourceType):
    """A type of asset: its versions are immutable but for words about them. ``path`` ends with ``/{version}``."""

    upload: Upload | None = None

    @property
    def container_path(self) -> str:
        return self.path.removesuffix("/versions/{version}")

    @property
    def content(self) -> tuple[Field, ...]:
        """The fields that make a version what it is."""
        return tuple(field for field in self.fields if field.change is Change.NEW_VERSION)


def about(hidden: t.Collection[str] = ()) -> tuple[Field, ...]:
    """What can be said of any asset version, and changed later. ``hidden``: properties that are the service's own."""
    return (
        Field("description", at="properties.description"),
        Field("tags", at="properties.tags", wire=TextMap(), change=Change.APPEND),
        Field(
            "properties",
            at="properties.properties",
            wire=TextMap(empty_values=True, hidden=hidden),
            change=Change.MERGE,
        ),
    )


COMMON_OUTPUTS = (
    Output("reference", at="id", wire=AssetReference()),
    Output("archived", at="properties.isArchived", wire=Boolean()),
)
