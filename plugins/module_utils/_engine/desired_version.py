# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What a task wants of an asset: its content, what it says about it, and whether a standing version holds that."""

from __future__ import annotations

import copy
import typing as t
import urllib.parse
from pathlib import PurePosixPath

from .._errors import ImmutableFieldError, InvalidOption
from .._local.files import HASH_VERSION, Content, read
from .._local.mapping_file import read_mapping
from .._names.arm_id import WorkspaceId
from .._names.datastore_path import read_datastore_path
from .._names.dotted_path import get_at, set_at
from .._names.json_types import Json
from .._names.storage_uri import datastore_uri, is_cloud, upload_hash, upload_place
from .._schema.asset_type import STAGE_AT, AssetType, check_version
from .._schema.component_spec import with_references
from .._schema.component_values import Place, fingerprint, places
from .._schema.resource_type import Field, Options
from .._schema.value_type import ValueType
from .definition import NAME
from .plan import check_options, merged_body

if t.TYPE_CHECKING:
    from .._service.datastore_storage import Datastore

FINGERPRINT_AT = "properties.properties.client_component_hash"
HASH_AT = "properties.properties.hash_sha256"
INCLUDES = "additional_includes"
OF_FOLDERS = (INCLUDES, "required_files")
HASH_VERSION_AT = "properties.properties.hash_version"


class DesiredVersion:
    """A task of the verb, read. Local files are read here, too, and nothing is asked of the service.

    Raises InvalidOption for everything that can be wrong with the task by itself. ``json`` is wire path -> JSON of what
    the task says, but for local ``files``: where those will be is known later.
    """

    def __init__(self, asset: AssetType, options: Options, workspace: WorkspaceId) -> None:
        self.asset = asset
        self.options = options
        self.workspace = workspace
        self.title = asset.title(options)
        self.told: dict[str, Json] = {}
        settled = copy.deepcopy(dict(options))
        for field in asset.content:
            value = get_at(settled, field.option)
            if field.value_type.reads_file and value is not None:
                set_at(settled, field.option, read_mapping(value, field.option))
        if asset.spec_at:
            settled[NAME] = self._completed_spec()
        self.archived = options["state"] == "archived"
        self.files = self._local_files()
        if self.files:
            set_at(settled, self.files.option, None)
        self.json: dict[str, Json] = check_options(asset, settled, workspace)
        self._require_companions()
        if self.archived and self.json.get(STAGE_AT):
            raise InvalidOption("stage: an archived version has no stage of its own. Drop it, or write state: present.")
        self.speaks_of_content = any(
            get_at(options, field.option) is not None for field in asset.content if field.default is None
        )
        if options["version"] is None:
            self.require_needed("Without a version the content says which one is meant")
        else:
            check_version(options["version"])

    def _require_companions(self) -> None:
        for field in self.asset.content:
            if field.along_with and field.at in self.json and get_at(self.options, field.along_with) is None:
                raise InvalidOption(f"{field.option} needs {field.along_with}. Add it to the task.")

    def _completed_spec(self) -> t.Any:
        try:
            return with_references(self.options[NAME], self.options)
        except ValueError as error:
            raise InvalidOption(f"{error}.") from None

    def _local_files(self) -> Content | None:
        """The files that the task names, if they are local. Raises InvalidOption when they cannot be the asset."""
        upload = self.asset.upload
        path = get_at(self.options, upload.option) if upload else None
        if not upload or path is None or is_cloud(path):
            useless = [option for option in ("datastore", *OF_FOLDERS) if self.options.get(option)]
            if useless:
                raise InvalidOption(f"{useless[0]} is for the upload of local files, and the task names none. Drop it.")
            return None
        files = read(path, upload.option, self.options.get(INCLUDES) or ())
        kind = self.options.get("type")
        shape = upload.shape(kind)
        if shape and files.is_folder is not (shape == "folder"):
            wants = (
                f"type {kind} is for a {shape}. Correct {upload.option} or type" if kind else f"it has to be a {shape}"
            )
            raise InvalidOption(
                f"{upload.option}: {files.path} is a {'folder' if files.is_folder else 'file'}, and {wants}."
            )
        self.told = upload.describe(kind or "", files)
        counted = {file.name for file in files.files}
        required = self.options.get("required_files") or ()
        missing = [name for name in required if str(PurePosixPath(name)) not in counted]
        if missing:
            raise InvalidOption(
                f"required_files: {', '.join(missing)} is not among the files of {files.path} that count "
                f"({len(counted)}; ignore files leave out others). Add it there, or correct the name."
            )
        return files

    def require_needed(self, why: str) -> None:
        """Raises InvalidOption when the task does not give all that a new version takes."""
        missing = self.asset.lacking(self.options)
        if missing:
            raise InvalidOption(f"{self.title}: {', '.join(missing)} is missing. {why}. Add it to the task.")

    def goes_to(self, place: str) -> bool:
        return self.asset.upload is not None and self.asset.upload.to == place

    @property
    def hash(self) -> str | None:
        """The hash of the local files by which their kind of asset is recognised."""
        if not self.files:
            return None
        return self.files.content_hash if self.goes_to("pending") else self.files.object_hash

    # -- is it there? ----------------------------------------------------------------------------------------------

    def held_by(self, current: t.Mapping[str, Json]) -> bool:
        """Does this version, which is not archived, hold the content?"""
        return not get_at(current, "properties.isArchived") and not self._content_differences(current)

    def require_same_content(self, current: t.Mapping[str, Json]) -> None:
        """Raises ImmutableFieldError when this version holds other content."""
        differences = self._content_differences(current)
        if differences:
            raise ImmutableFieldError(
                f"{self.title}: version {current['name']} holds other content, and versions cannot be changed: "
                f"{'; '.join(differences)}. Leave version out for the version that holds the content of the task "
                "or the next one, give a version that does not exist yet, or name the content that stands there."
            )

    def require_what_is_shared(self, container: t.Mapping[str, Json] | None) -> None:
        """Raises ImmutableFieldError when no version of the name can be what the task wants."""
        for field in self.asset.shared:
            told, goal = get_at(container, field.at), self.json.get(field.at)
            if None not in (told, goal) and not field.value_type.same(goal, told, self.workspace):
                there, here = (field.shown(value, self.workspace) for value in (told, goal))
                raise ImmutableFieldError(
                    f"{self.title}: {field.option} is {there} for all its versions, the task wants {here}. "
                    f"Choose another name, or correct {field.option}. Nothing was changed."
                )

    def _content_differences(self, current: t.Mapping[str, Json]) -> list[str]:
        """What sets the content of a standing version apart from that of the task, in words.

        What the task leaves out counts as absent, as it will be in a version that it creates; but a task that says
        nothing of the content only speaks of description, tags and properties.
        """
        if not self.speaks_of_content:
            return []
        differences = []
        for field in self.asset.content:
            now, goal = get_at(current, field.at), self.json.get(field.at)
            if self.files and field.option == self.files.option:
                if not self._are_the_files(current, now or ""):
                    differences.append(self._other_files(field, current))
            elif field.at == self.asset.spec_at:
                differences += self._other_spec(field.value_type, field.at, current)
            elif self._speaks_of(field) and not field.value_type.same(goal, now, self.workspace):
                there, here = (field.shown(value, self.workspace) for value in (now, goal))
                differences.append(f"{field.option} is {there or 'absent'}, the task wants {here or 'none'}")
        return differences

    def _other_spec(self, value_type: ValueType, at: str, current: t.Mapping[str, Json]) -> list[str]:
        """Where the specification differs, unless it bears the mark of the same one: what the service adds to it in
        time nobody knows."""
        if get_at(current, FINGERPRINT_AT) == self.fingerprint:
            return []
        return [
            f"{path} differs" for path in value_type.differences(self.json[at], get_at(current, at), self.workspace)
        ]

    def _speaks_of(self, field: Field) -> bool:
        """Left out, an option without which there is no content means whatever stands; any other means nothing."""
        return field.at in self.json or not (field.needed or field.option in self.asset.one_of)

    def _other_files(self, field: Field, current: t.Mapping[str, Json]) -> str:
        files = t.cast("Content", self.files)
        uri = field.shown(get_at(current, field.at), self.workspace)
        if self.goes_to("pending"):
            return f"it has hash {get_at(current, HASH_AT)} ({uri}), {files.path} has hash {self.hash}"
        place = upload_place(files.object_hash, files.name)
        store = f" in datastore {self._datastore}" if self._datastore else ""
        return f"{field.option} is {uri}, {files.path} would be {place}{store}"

    def _are_the_files(self, current: t.Mapping[str, Json], uri: str) -> bool:
        files = t.cast("Content", self.files)
        if self.goes_to("pending"):
            known = get_at(current, HASH_AT)
            # Without that property it is code that an older client has put into a datastore.
            return bool(known == files.content_hash if known else upload_hash(uri) == files.object_hash)
        place = read_datastore_path(uri)
        if self._datastore and (place is None or place.datastore.lower() != self._datastore.lower()):
            return False
        plain = uri if place else urllib.parse.unquote(uri)
        return plain.rstrip("/").endswith(f"/{upload_place(files.object_hash, files.name)}")

    @property
    def _datastore(self) -> str:
        """The name of the datastore that the task asks for."""
        return (self.options.get("datastore") or "").rpartition("/")[2].removeprefix("azureml:")

    # -- a new version -----------------------------------------------------------------------------------------------

    def body(self, uri: str | None, version: str) -> dict[str, Json]:
        """The JSON of a new version; ``uri`` says where uploaded files are, None when that is not known yet."""
        body = merged_body(self.asset, {}, copy.deepcopy({**self.asset.constants, **self.told, **self.json}))
        if uri and self.files:
            field = next(field for field in self.asset.content if field.option == self.files.option)
            set_at(body, field.at, uri)
        if self.files and self.goes_to("pending"):
            set_at(body, HASH_AT, self.hash)
            set_at(body, HASH_VERSION_AT, HASH_VERSION)
        if self.asset.spec_at:
            spec = get_at(body, self.asset.spec_at)
            tags = get_at(body, "properties.tags")
            spec.update({"name": self.options["name"], "version": version, **({"tags": tags} if tags else {})})
            set_at(body, FINGERPRINT_AT, fingerprint(spec))
        return body

    @property
    def places(self) -> list[Place]:
        """Where the specification refers to other resources."""
        spec = self.json.get(self.asset.spec_at or "")
        return list(places(spec)) if spec else []

    @property
    def datastores(self) -> t.Iterator[tuple[str, str]]:
        """The options that name a place in a datastore of this workspace, with the name of the datastore."""
        for field in self.asset.content:
            place = field.value_type.datastore_path(self.json.get(field.at))
            if place and place.workspace in (None, self.workspace):
                yield field.option, place.datastore

    @property
    def fingerprint(self) -> str:
        """The mark of the specification, whatever its version."""
        return str(get_at(self.body(None, ""), FINGERPRINT_AT))

    def uri_in(self, datastore: Datastore) -> str:
        """Where the files are once they are uploaded into a datastore."""
        files = t.cast("Content", self.files)
        place = upload_place(files.object_hash, files.name)
        if self.goes_to("context"):  # a folder in storage, by its URL (assets contract 7.1)
            return f"{datastore.container_url}/{urllib.parse.quote(place)}/"
        return datastore_uri(self.workspace, datastore.name, place)

    def in_words(self, version: str) -> dict[str, t.Any]:
        """A new version for the diff, in the words of the task: the same in check mode and in the run."""
        words: dict[str, t.Any] = {"name": self.options["name"], "version": version}
        new = {**self.told, **self.json}
        for field in self.asset.fields:
            if field.at in new:
                set_at(words, field.option, field.shown(new[field.at], self.workspace))
        if self.files:
            set_at(words, self.files.option, get_at(self.options, self.files.option))
            words["hash"] = self.hash
        return words
