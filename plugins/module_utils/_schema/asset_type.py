# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The table language of assets: what all versions have in common, and how local files become their content."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._errors import InvalidOption
from .._local.files import Content
from .._names.dotted_path import get_at
from .._names.json_types import Json
from .map_values import TextMap
from .reference_values import AssetReference
from .resource_type import Change, Field, NameRule, Options, Output, ResourceType
from .scalar_values import Boolean, Text

ARCHIVED_AT = "properties.isArchived"
STAGE_AT = "properties.stage"

ARCHIVED = Field("archived", at=ARCHIVED_AT, value_type=Boolean())

# Service fact: assets contract 1.2.
ASSET_NAME = NameRule(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}", "1 to 255 letters, digits, - and _, not - or _ first")
# Names that can be read: the service has some of its own that nobody else could create.
KNOWN_NAME = NameRule(r"(?!\.+\Z)[^/\\?#%:@\s]{1,255}", "1 to 255 characters, no blanks, slashes, colons and the like")


@dataclasses.dataclass(frozen=True)
class Upload:
    """An option whose value may be a local file or folder.

    - ``to``: a container that the service opens for one upload (``pending``), the task's datastore, or the default
      datastore for a build ``context``, which is referred to by its URL
    - ``shapes``: which values of the option ``type`` need a file and which a folder
    - ``describe``: from type and files to further JSON (path -> value) that is sent with the version
    """

    option: str
    to: t.Literal["pending", "datastore", "context"]
    shapes: t.Mapping[str, t.Literal["file", "folder"]] = dataclasses.field(default_factory=dict)
    describe: t.Callable[[str, Content], dict[str, Json]] = lambda _type, _files: {}

    def shape(self, kind: str | None) -> str | None:
        """What has to be uploaded for this ``type``: a file, a folder, or either (None)."""
        return "folder" if self.to == "context" else self.shapes.get(kind or "")


@dataclasses.dataclass(frozen=True)
class AssetType(ResourceType):
    """A type of asset: only description, tags, properties and the like of a version can change.

    - ``path``: ends with ``/{version}``
    - ``one_of``: options of which a new version needs one
    - ``exclusive``: groups of options that exclude each other
    - ``container_outputs``: outputs of the version container, beside those that all have
    - ``newest_label``: label of the newest version, of a type whose container does not name it
    - ``spec_at``: JSON path of a specification that repeats name, version and tags, and refers to other resources
    """

    upload: Upload | None = None
    one_of: tuple[str, ...] = ()
    exclusive: tuple[tuple[str, ...], ...] = ()
    container_outputs: tuple[Output, ...] = ()
    newest_label: str | None = None
    spec_at: str | None = None

    @property
    def collection(self) -> str:
        """The segment of the ARM path that all assets of this type share, e.g. ``models``."""
        return self.path.partition("/")[0]

    @property
    def container_path(self) -> str:
        return self.path.removesuffix("/versions/{version}")

    @property
    def container(self) -> ResourceType:
        """The type of the container of all versions of one name."""
        return ResourceType(
            name=self.name,
            plural=self.plural,
            label=self.label,
            path=self.container_path,
            name_rule=self.name_rule,
            fields=about(),
            outputs=(*CONTAINER_OUTPUTS, *self.container_outputs),
            read_only=("properties.latestVersion", "properties.nextVersion"),
            used_by=self.used_by,
        )

    @property
    def content(self) -> tuple[Field, ...]:
        """The fields that are content: another value is another version."""
        return tuple(field for field in self.fields if field.change is Change.NEW_VERSION)

    @property
    def shared(self) -> tuple[Field, ...]:
        """Content that the container holds, since all versions of a name share it."""
        held = {output.at for output in self.container_outputs}
        return tuple(field for field in self.content if field.at in held)

    @property
    def local(self) -> tuple[str, ...]:
        """The options that may name a local file or folder."""
        uploads = (self.upload.option,) if self.upload else ()
        return (*uploads, *(field.option for field in self.content if field.value_type.reads_file))

    @property
    def with_archiving(self) -> AssetType:
        """The same type with ``archived`` as one of the fields that a task can change."""
        return dataclasses.replace(self, fields=(*self.fields, ARCHIVED))

    @property
    def staged(self) -> bool:
        """True if its versions have a stage."""
        return any(field.at == STAGE_AT for field in self.fields)

    def lacking(self, options: Options) -> list[str]:
        """The missing options without which no version can be found or created."""
        lacking = [field.option for field in self.content if field.needed and get_at(options, field.option) is None]
        if self.one_of and all(get_at(options, option) is None for option in self.one_of):
            lacking.append(" or ".join(self.one_of))
        return lacking


def check_version(version: str) -> None:
    """Raises InvalidOption for a version that no reference can name."""
    if not re.fullmatch(r"[^:@/\s]+", version):
        raise InvalidOption(
            f"version: {version!r} cannot be a version: it is not empty and holds no blank, colon, @ or slash. "
            "Choose another, or leave it out for the next one."
        )


def about(hidden: t.Collection[str] = ()) -> tuple[Field, ...]:
    """The fields of any asset version that can be changed later. ``hidden``: properties that belong to the service."""
    return (
        Field("description", at="properties.description"),
        Field("tags", at="properties.tags", value_type=TextMap(), change=Change.APPEND),
        Field(
            "properties",
            at="properties.properties",
            value_type=TextMap(empty_values=True, hidden=hidden),
            change=Change.MERGE,
        ),
    )


# Whether a version is archived may follow from its stage alone (assets contract 1.8, 14.13).
STAGE = Field(
    "stage",
    at=STAGE_AT,
    value_type=Text(pattern=r"(?i)(?!archived$).+", rule="it is not empty; to archive a version write state: archived"),
)
COMMON_OUTPUTS = (
    Output("reference", at="id", value_type=AssetReference()),
    Output("archived", at=ARCHIVED_AT, value_type=Boolean()),
)
CONTAINER_OUTPUTS = (
    Output("latest_version", at="properties.latestVersion"),
    Output("next_version", at="properties.nextVersion"),
    Output("archived", at=ARCHIVED_AT, value_type=Boolean()),
)
