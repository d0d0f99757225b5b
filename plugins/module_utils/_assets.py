# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The second verb of the house: publish a content-addressed version of an asset.

Versions are immutable, so the content decides: the version that holds it, or the next one.
"""

from __future__ import annotations

import contextlib
import copy
import itertools
import re
import typing as t
from pathlib import PurePosixPath

from ._argument_spec import resource_options
from ._asset_type import AssetType
from ._blobs import open_datastore
from ._content_hash import HASH_VERSION, Content, read
from ._datastore_path import read_datastore_path
from ._errors import ImmutableFieldError, InvalidOption, NotFoundError, ServiceError
from ._invocation import Invocation, Result, Spec
from ._management import Management
from ._mapping_file import read_mapping
from ._resource import Field, check_names, check_options, dig, merged_body, plan, plant, render, uproot
from ._storage_uri import datastore_uri, is_cloud, upload_hash, upload_place
from ._uploads import into_datastore, through_pending_upload
from ._wire import CondaFile, Json
from ._workspace import Workspace

HASH_AT = "properties.properties.hash_sha256"
HASH_VERSION_AT = "properties.properties.hash_version"
NEWEST_FIRST = {"$orderBy": "createdtime desc", "listViewType": "ActiveOnly"}
FIRST_VERSION = "1"
REFUSED = (400, 409)
ROUNDS = 3
LOOKS_BACK = 5


class Publish:
    """The verb of an asset type."""

    def __init__(self, asset: AssetType) -> None:
        self.asset = asset

    def spec(self) -> Spec:
        arguments: dict[str, t.Any] = {
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "version": {"type": "str"},
            **resource_options(self.asset),
        }
        if self.asset.upload and self.asset.upload.to == "datastore":
            arguments["datastore"] = {"type": "str"}
        if self.asset.upload and self.asset.upload.to == "pending":
            arguments["required_files"] = {"type": "list", "elements": "str"}
        return Spec(arguments, required_if=(("state", "absent", ("version",)),))

    def run(self, workspace: Workspace, invocation: Invocation) -> Result:
        if invocation.options["state"] == "absent":
            return _remove(self.asset, workspace, invocation)
        return _Publication(self.asset, workspace, invocation).present()


def _remove(asset: AssetType, workspace: Workspace, invocation: Invocation) -> Result:
    options = invocation.options
    check_names(asset, options)
    _check_version(options["version"])
    path = workspace.path(asset.path_of(options))
    if workspace.management.get(path) is None:
        return Result(False, {})
    if not invocation.check_mode:
        workspace.management.delete(path)
    return Result(True, {}, {"name": options["name"], "version": options["version"], "state": "present"}, {})


def _check_version(version: str) -> None:
    if not re.fullmatch(r"[^:@/\s]+", version):
        raise InvalidOption(
            f"version: {version!r} cannot be a version: it is not empty and holds no blank, colon, @ or slash. "
            "Choose another, or leave it out for the next one."
        )


class _Publication:
    """One run of the verb. Everything that can be wrong with the task is found here, before the first request."""

    def __init__(self, asset: AssetType, workspace: Workspace, invocation: Invocation) -> None:
        self.asset = asset
        self.workspace = workspace
        self.invocation = invocation
        self.options = invocation.options
        self.title = asset.title(self.options)
        settled = copy.deepcopy(dict(self.options))
        for field in asset.content:
            value = dig(settled, field.option)
            if isinstance(field.wire, CondaFile) and value is not None:
                plant(settled, field.option, read_mapping(value, field.option))
        self.files = self._local_files()
        if self.files:
            settled[self.files.option] = None
        self.wanted = check_options(asset, settled, workspace.id)
        self.speaks_of_content = any(
            dig(self.options, field.option) is not None for field in asset.content if field.default is None
        )
        if self.options["version"] is None:
            self._require_needed("Without a version the content says which one is meant")
        else:
            _check_version(self.options["version"])
        self.uploaded: str | None = None

    @property
    def management(self) -> Management:
        return self.workspace.management

    def present(self) -> Result:
        refusal: ServiceError | None = None
        for _ in range(ROUNDS):
            version, standing = self._find()
            if standing is not None:
                return self._keep(standing)
            if self.invocation.check_mode:
                return self._predict(version)
            try:
                return self._create(version)
            except _TakenMeanwhileError as taken:
                refusal = taken.refusal
        raise t.cast("ServiceError", refusal)

    # -- the task ------------------------------------------------------------------------------------------------

    def _local_files(self) -> Content | None:
        """The files that the task names, if they are local. Raises InvalidOption when they cannot be the asset."""
        upload = self.asset.upload
        path = self.options[upload.option] if upload else None
        if not upload or path is None or is_cloud(path):
            useless = [option for option in ("datastore", "required_files") if self.options.get(option)]
            if useless:
                raise InvalidOption(f"{useless[0]} is for the upload of local files, and the task names none. Drop it.")
            return None
        files = read(path, upload.option)
        shape = upload.shapes.get(self.options.get("type") or "")
        if shape and files.is_folder is not (shape == "folder"):
            raise InvalidOption(
                f"{upload.option}: {files.path} is a {'folder' if files.is_folder else 'file'}, "
                f"and type {self.options['type']} is for a {shape}. Correct {upload.option} or type."
            )
        counted = {file.name for file in files.files}
        required = self.options.get("required_files") or ()
        missing = [name for name in required if str(PurePosixPath(name)) not in counted]
        if missing:
            raise InvalidOption(
                f"required_files: {', '.join(missing)} is not among the files of {files.path} that count "
                f"({len(counted)}; ignore files leave out others). Add it there, or correct the name."
            )
        return files

    def _require_needed(self, why: str) -> None:
        missing = [f.option for f in self.asset.content if f.needed and dig(self.options, f.option) is None]
        if missing:
            raise InvalidOption(f"{self.title}: {', '.join(missing)} is missing. {why}. Add it to the task.")

    def _goes_to(self, place: str) -> bool:
        return self.asset.upload is not None and self.asset.upload.to == place

    @property
    def _hash(self) -> str | None:
        if not self.files:
            return None
        return self.files.content_hash if self._goes_to("pending") else self.files.object_hash

    # -- finding -------------------------------------------------------------------------------------------------

    def _find(self) -> tuple[str, dict[str, Json] | None]:
        """The version that holds the content with what stands there, or the version to publish under and None."""
        version = self.options["version"]
        if version is None:
            return self._search()
        standing = self.management.get(self._version_path(version))
        if standing is None:
            self._require_needed(f"There is no version {version} yet, and creating it takes that")
        else:
            self._require_same_content(standing)
        return version, standing

    def _search(self) -> tuple[str, dict[str, Json] | None]:
        seen: set[str] = set()
        by_hash = self._hash is not None and self._goes_to("pending")
        if found := self._first_that_holds(self._with_hash() if by_hash else self._listed(), seen):
            return found
        container = self.management.get(self.workspace.path(self.asset.container_path.format_map(self.options)))
        if container is None:
            return FIRST_VERSION, None
        others = itertools.chain(self._listed() if by_hash else (), self._not_listed_yet(container, seen))
        if found := self._first_that_holds(others, seen):
            return found
        following = str(dig(container, "properties.nextVersion") or FIRST_VERSION)
        if following in seen:
            raise InvalidOption(
                f"version: the service proposes {following} for {self.title}, which stands with other content. "
                "Give a version of your own."
            )
        return following, None

    def _first_that_holds(
        self, versions: t.Iterable[dict[str, Json]], seen: set[str]
    ) -> tuple[str, dict[str, Json]] | None:
        for standing in versions:
            seen.add(standing["name"])
            if self._holds(standing):
                return standing["name"], standing
        return None

    def _with_hash(self) -> t.Iterator[dict[str, Json]]:
        """Versions of this name; the search itself is workspace wide (assets contract 5.1)."""
        for hit in self.management.list(self._versions_path, hash=self._hash, hashVersion=HASH_VERSION):
            if self.asset.names_in(hit["id"])["name"] == self.options["name"]:
                yield hit

    def _listed(self) -> t.Iterator[dict[str, Json]]:
        """All versions, the newest first; none for a name that is not known yet."""
        # Lists of code know neither order nor view (assets contract 1.6).
        query = {} if self._goes_to("pending") else NEWEST_FIRST
        with contextlib.suppress(NotFoundError):
            yield from self.management.list(self._versions_path, query=query)

    def _not_listed_yet(self, container: dict[str, Json], seen: set[str]) -> t.Iterator[dict[str, Json]]:
        """Lists lag behind writes (assets contract 1.6): the latest version, and those counted just before it."""
        version = dig(container, "properties.latestVersion")
        for _ in range(LOOKS_BACK):
            if not version or version in seen:
                return
            standing = self.management.get(self._version_path(version))
            if standing is not None:
                yield standing
            # A guess where to look, and no more: versions need not be numbers, nor numbers be in a row.
            version = str(int(version) - 1) if version.isdecimal() and int(version) > 1 else None

    def _holds(self, standing: dict[str, Json]) -> bool:
        return not dig(standing, "properties.isArchived") and not self._content_differences(standing)

    def _require_same_content(self, standing: dict[str, Json]) -> None:
        differences = self._content_differences(standing)
        if differences:
            raise ImmutableFieldError(
                f"{self.title}: version {standing['name']} holds other content, and versions cannot be changed: "
                f"{'; '.join(differences)}. Leave version out for the version that holds the content of the task "
                "or the next one, give a version that does not exist yet, or name the content that stands there."
            )

    def _content_differences(self, standing: dict[str, Json]) -> list[str]:
        """What sets the content of a standing version apart from that of the task, in words.

        What the task leaves out counts as absent, as it will be in a version that it creates; but a task that says
        nothing of the content only speaks of description, tags and properties.
        """
        if not self.speaks_of_content:
            return []
        differences = []
        for field in self.asset.content:
            now, goal = dig(standing, field.at), self.wanted.get(field.at)
            if self.files and field.option == self.files.option:
                if not self._are_the_files(standing, now):
                    differences.append(self._other_files(field, standing))
            elif (field.at in self.wanted or not field.needed) and not field.wire.same(goal, now, self.workspace.id):
                there, here = (field.shown(value, self.workspace.id) for value in (now, goal))
                differences.append(f"{field.option} is {there or 'absent'}, the task wants {here or 'none'}")
        return differences

    def _other_files(self, field: Field, standing: dict[str, Json]) -> str:
        files = t.cast("Content", self.files)
        uri = field.shown(dig(standing, field.at), self.workspace.id)
        if self._goes_to("pending"):
            return f"it has hash {dig(standing, HASH_AT)} ({uri}), {files.path} has hash {self._hash}"
        place = upload_place(files.object_hash, files.name)
        store = f" in datastore {self.options['datastore']}" if self.options["datastore"] else ""
        return f"{field.option} is {uri}, {files.path} would be {place}{store}"

    def _are_the_files(self, standing: dict[str, Json], uri: str | None) -> bool:
        files = t.cast("Content", self.files)
        if dig(standing, HASH_AT):
            return bool(dig(standing, HASH_AT) == self._hash)
        if self._goes_to("pending"):
            return upload_hash(uri or "") == files.object_hash  # code that an older client put into a datastore
        wanted = self.options["datastore"]
        place = read_datastore_path(uri or "")
        if wanted and (place is None or place.datastore != wanted.removeprefix("azureml:").rpartition("/")[2]):
            return False
        return (uri or "").rstrip("/").endswith(f"/{upload_place(files.object_hash, files.name)}")

    # -- a version that stands -------------------------------------------------------------------------------------

    def _keep(self, standing: dict[str, Json]) -> Result:
        """The content is there; what is said about it may have to be changed."""
        content = {field.at for field in self.asset.content}
        wanted = {at: value for at, value in self.wanted.items() if at not in content}
        planned = plan(self.asset, self.options, wanted, standing, self.workspace.id)
        if planned.action == "none":
            return Result(False, self._shown(standing))
        version = {"version": standing["name"]}
        before, after = {**planned.before, **version}, {**planned.after, **version}
        if self.invocation.check_mode:
            predicted = copy.deepcopy(standing)
            for difference in planned.differences:
                plant(predicted, difference.field.at, difference.wanted)
            return Result(True, self._shown(predicted), before, after)
        body = planned.body
        if dig(standing, "properties.isArchived"):
            uproot(body, "properties.stage")  # beside a stage the service reads isArchived as false (contract 1.8)
        answer = self.management.put(self._version_path(standing["name"]), body)
        return Result(True, self._shown(answer.body or standing), before, after)

    # -- a new version ---------------------------------------------------------------------------------------------

    def _predict(self, version: str) -> Result:
        body = self._body(self._uri_to_be())
        body["id"] = self._version_path(version)
        return Result(True, self._shown(body, predicted=True), {}, self._after(version))

    def _create(self, version: str) -> Result:
        """Upload and register. Raises _TakenMeanwhileError when somebody else was faster."""
        path = self._version_path(version)
        if self.files and self.uploaded is None:
            self.uploaded = self._upload(version)
        self.invocation.progress(f"registering {self.title}, version {version}")
        try:
            answer = self.management.put(path, self._body(self.uploaded))
        except ServiceError as error:
            # How a taken version is refused is not known for all types (assets contract 13): look whether it is.
            if error.status not in REFUSED or self.management.get(path) is None:
                raise
            raise _TakenMeanwhileError(error) from None
        return Result(True, self._shown(answer.body or {"id": path}), {}, self._after(version))

    def _upload(self, version: str) -> str:
        files = t.cast("Content", self.files)
        mark = {"name": self.options["name"], "version": version}
        self.invocation.progress(f"uploading {len(files.files)} files of {files.path}")
        if self._goes_to("pending"):
            return through_pending_upload(self.workspace, self._version_path(version), files, mark)
        datastore = open_datastore(self.workspace, self.options["datastore"])
        into_datastore(datastore.container, files, mark, self.invocation.progress)
        return self._uri_in(datastore.name)

    def _uri_to_be(self) -> str | None:
        """Where the files will be; for a pending upload nobody knows before."""
        if not self.files or self._goes_to("pending"):
            return None
        return self._uri_in(open_datastore(self.workspace, self.options["datastore"]).name)

    def _uri_in(self, datastore: str) -> str:
        files = t.cast("Content", self.files)
        return datastore_uri(self.workspace.id, datastore, upload_place(files.object_hash, files.name))

    def _body(self, uri: str | None) -> dict[str, Json]:
        body = merged_body(self.asset, {}, {**self.asset.constants, **self.wanted})
        if uri:
            plant(body, self._uri_field.at, uri)
        if self.files and self._goes_to("pending"):
            plant(body, HASH_AT, self._hash)
            plant(body, HASH_VERSION_AT, HASH_VERSION)
        return body

    @property
    def _uri_field(self) -> Field:
        return next(f for f in self.asset.content if self.asset.upload and f.option == self.asset.upload.option)

    def _after(self, version: str) -> dict[str, t.Any]:
        """A new version for the diff, in the words of the task: the same in check mode and in the run."""
        after: dict[str, t.Any] = {"name": self.options["name"], "version": version}
        for field in self.asset.fields:
            if field.at in self.wanted:
                plant(after, field.option, field.shown(self.wanted[field.at], self.workspace.id))
        if self.files:
            after[self.files.option] = self.options[self.files.option]
            after["hash"] = self._hash
        return after

    # -- results ---------------------------------------------------------------------------------------------------

    @property
    def _versions_path(self) -> str:
        return self.workspace.path(f"{self.asset.container_path.format_map(self.options)}/versions")

    def _version_path(self, version: str) -> str:
        return self.workspace.path(self.asset.path_of({**self.options, "version": version}))

    def _shown(self, standing: dict[str, Json], *, predicted: bool = False) -> dict[str, t.Any]:
        return {self.asset.name: render(self.asset, standing, self.workspace.id, predicted=predicted)}


class _TakenMeanwhileError(Exception):
    """Somebody else registered the version between our look and our write."""

    def __init__(self, refusal: ServiceError) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
