# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The version of an asset that a task asks for: its content, and what is said about it."""

from __future__ import annotations

import copy
import dataclasses
import typing as t
from pathlib import PurePosixPath

from .._errors import InvalidOption
from .._local.files import Content, read
from .._local.mapping_file import read_mapping
from .._names.arm_id import WorkspaceId
from .._names.dotted_path import get_at, set_at
from .._names.json_types import Json
from .._names.storage_uri import is_cloud
from .._schema.asset_type import STAGE_AT, AssetType, check_version
from .._schema.component_spec import with_references
from .._schema.component_values import Place, places
from .._schema.resource_type import Options
from .definition import NAME
from .validate import check_options

INCLUDES = "additional_includes"
REQUIRED = "required_files"
IGNORE = "ignore"
OF_FOLDERS = (INCLUDES, REQUIRED, IGNORE)


@dataclasses.dataclass(frozen=True)
class DesiredVersion:
    """What a task asks of one version of an asset; ``read_version`` makes it from the options.

    - ``values``: path in the service's JSON -> JSON of what the task gives, except local files
    - ``files``: the local files that become the content
    - ``described``: path -> JSON that follows from the files
    """

    asset: AssetType
    options: Options
    workspace: WorkspaceId
    values: dict[str, Json]
    files: Content | None = None
    described: dict[str, Json] = dataclasses.field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.asset.title(self.options)

    def title_of(self, version: str) -> str:
        return f"{self.title}, version {version}"

    @property
    def archived(self) -> bool:
        return bool(self.options["state"] == "archived")

    @property
    def gives_content(self) -> bool:
        """False for a task that is about description, tags and the like alone."""
        content = (field for field in self.asset.content if field.default is None)
        return any(get_at(self.options, field.option) is not None for field in content)

    @property
    def is_pending_upload(self) -> bool:
        """True if the service opens a container for each upload; such assets are found by a hash property."""
        return self.asset.upload is not None and self.asset.upload.to == "pending"

    @property
    def hash(self) -> str | None:
        """The hash of the local files by which their type of asset is found."""
        if not self.files:
            return None
        return self.files.content_hash if self.is_pending_upload else self.files.object_hash

    @property
    def datastore(self) -> str:
        """The name of the datastore that the task gives; empty without one."""
        return (self.options.get("datastore") or "").rpartition("/")[2].removeprefix("azureml:")

    @property
    def places(self) -> list[Place]:
        """The places where the specification refers to other resources."""
        spec = self.values.get(self.asset.spec_at or "")
        return list(places(spec)) if spec else []

    @property
    def referenced_datastores(self) -> t.Iterator[tuple[str, str]]:
        """Options that name a place in a datastore of this workspace, with the name of the datastore."""
        for field in self.asset.content:
            place = field.value_type.datastore_path(self.values.get(field.at))
            if place and place.workspace in (None, self.workspace):
                yield field.option, place.datastore

    @property
    def secrets(self) -> list[tuple[str, str]]:
        """Options whose values hold secrets although the options are none, each with the secret."""
        return [
            (field.option, secret)
            for field in self.asset.content
            for secret in field.value_type.secrets(self.values.get(field.at))
        ]

    def with_references(self, lookup: t.Callable[[Place], str]) -> DesiredVersion:
        """The same with each reference in the specification replaced by what ``lookup`` finds for it."""
        changed = dataclasses.replace(self, values=copy.deepcopy(self.values))
        for place in changed.places:
            place.settle(lookup(place))
        return changed

    def require_needed(self, why: str) -> None:
        """Raises InvalidOption if the task does not give all that a new version needs."""
        missing = self.asset.lacking(self.options)
        if missing:
            raise InvalidOption(f"{self.title}: {', '.join(missing)} is missing. {why}. Add it to the task.")


def read_version(asset: AssetType, options: Options, workspace: WorkspaceId) -> DesiredVersion:
    """What the options ask for. Reads local files; sends no request.

    Raises InvalidOption for everything that can be wrong with the task by itself.
    """
    given = copy.deepcopy(dict(options))
    for field in asset.content:
        value = get_at(given, field.option)
        if field.value_type.reads_file and value is not None:
            set_at(given, field.option, read_mapping(value, field.option))
    if asset.spec_at:
        given[NAME] = complete_component(options)
    files = _local_files(asset, options)
    if files:
        set_at(given, files.option, None)
    described = asset.upload.describe(options.get("type") or "", files) if asset.upload and files else {}
    desired = DesiredVersion(asset, options, workspace, check_options(asset, given, workspace), files, described)
    _require_companions(desired)
    if desired.archived and desired.values.get(STAGE_AT):
        raise InvalidOption("stage: an archived version has no stage of its own. Drop it, or write state: present.")
    if options["version"] is None:
        desired.require_needed("Without a version the content says which one is meant")
    else:
        check_version(options["version"])
    return desired


def complete_component(options: Options) -> t.Any:
    """The definition of a component with the references that the task gives in options of their own."""
    try:
        return with_references(options[NAME], options)
    except ValueError as error:
        raise InvalidOption(f"{error}.") from None


def _require_companions(desired: DesiredVersion) -> None:
    for field in desired.asset.content:
        if field.along_with and field.at in desired.values and get_at(desired.options, field.along_with) is None:
            raise InvalidOption(f"{field.option} needs {field.along_with}. Add it to the task.")


def _local_files(asset: AssetType, options: Options) -> Content | None:
    """The files that the task names, if they are local. Raises InvalidOption if they cannot be the asset."""
    upload = asset.upload
    path = get_at(options, upload.option) if upload else None
    if not upload or path is None or is_cloud(path):
        useless = [option for option in ("datastore", *OF_FOLDERS) if options.get(option)]
        if useless:
            raise InvalidOption(f"{useless[0]} is for the upload of local files, and the task names none. Drop it.")
        return None
    files = read(path, upload.option, options.get(INCLUDES) or (), options.get(IGNORE) or ())
    _require_shape(asset, options, files)
    counted = {file.name for file in files.files}
    missing = [name for name in options.get(REQUIRED) or () if str(PurePosixPath(name)) not in counted]
    if missing:
        raise InvalidOption(
            f"{REQUIRED}: {', '.join(missing)} is not among the files of {files.path} that count "
            f"({len(counted)}; ignore files leave out others). Add it there, or correct the name."
        )
    return files


def _require_shape(asset: AssetType, options: Options, files: Content) -> None:
    """Raises InvalidOption for a file where the type needs a folder, and the reverse."""
    upload, kind = t.cast("t.Any", asset.upload), options.get("type")
    shape = upload.shape(kind)
    if shape and files.is_folder is not (shape == "folder"):
        needed = f"type {kind} is for a {shape}. Correct {upload.option} or type" if kind else f"it has to be a {shape}"
        raise InvalidOption(
            f"{upload.option}: {files.path} is a {'folder' if files.is_folder else 'file'}, and {needed}."
        )
