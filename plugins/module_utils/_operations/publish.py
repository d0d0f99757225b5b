# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The second verb of the house: publish a content-addressed version of an asset.

Versions are immutable, so the content decides: the version that holds it, or the next one.
"""

from __future__ import annotations

import collections
import contextlib
import copy
import itertools
import typing as t

from .._engine.argument_spec import ArgumentSpec, resource_options
from .._engine.definition import NAME, Definition
from .._engine.desired_version import OF_FOLDERS, DesiredVersion
from .._engine.plan import Plan, check_names, plan, render
from .._engine.reference_lookup import full_id
from .._engine.upload import into_datastore, through_pending_upload
from .._errors import InvalidOption, NotFoundError, OperationFailed, ParentNotFoundError, ServiceError
from .._invocation import Result
from .._local.files import HASH_VERSION, Content
from .._names.dotted_path import delete_at, get_at, set_at
from .._names.json_types import Json
from .._schema.asset_type import ARCHIVED_AT, STAGE_AT, AssetType, check_version
from .._schema.component_spec import REFERENCES
from .._schema.resource_type import Options
from .._service.arm import Arm, describe
from .._service.datastore_storage import Datastore, open_datastore
from .._service.workspace import Workspace

NEWEST_FIRST = {"$orderBy": "createdtime desc", "listViewType": "ActiveOnly"}
FIRST_VERSION = "1"
FIRST_STAGE, ARCHIVED_STAGE = "Development", "Archived"
REFUSED = (400, 409)
ROUNDS = 3  # for one version; whoever takes it lets the next round try another
LOOKS_BACK = 5


class Publish:
    """The verb of an asset type."""

    def __init__(self, asset: AssetType) -> None:
        self.asset = asset

    def spec(self) -> ArgumentSpec:
        arguments: dict[str, t.Any] = {
            "state": {"type": "str", "choices": ["present", "absent", "archived"], "default": "present"},
            "version": {"type": "str"},
            **resource_options(self.asset),
        }
        if self.asset.upload and self.asset.upload.to == "datastore":
            arguments["datastore"] = {"type": "str"}
        if self.asset.upload and self.asset.upload.to == "pending":
            arguments.update({name: {"type": "list", "elements": "str"} for name in OF_FOLDERS})
        if self.asset.spec_at:
            arguments.update({name: {"type": kind} for name, kind in REFERENCES.items()})
        one_version = tuple(("state", state, ("version",)) for state in ("absent", "archived"))
        definition = Definition(
            self.asset,
            extra=tuple({"datastore"} & arguments.keys()),
            lists=tuple(option for option in OF_FOLDERS if option in arguments),
            local=self.asset.local,
            content=self.asset.spec_at is not None,
        )
        return ArgumentSpec(
            arguments, required_if=one_version, mutually_exclusive=self.asset.exclusive, definition=definition
        )

    def run(self, workspace: Workspace) -> Result:
        options = workspace.invocation.options
        if options["state"] == "absent":
            return _remove(self.asset, workspace)
        return Publication(self.asset, options, workspace).present()


def _remove(asset: AssetType, workspace: Workspace) -> Result:
    options = workspace.invocation.options
    check_names(asset, options)
    check_version(options["version"])
    path = workspace.path(asset.path_of(options))
    if workspace.arm.get(path) is None:
        return Result(False, {})
    if not workspace.invocation.check_mode:
        workspace.arm.delete(path)
    return Result(True, {}, {"name": options["name"], "version": options["version"], "state": "present"}, {})


class Publication:
    """One run of the verb. ``promised``: ids of what will stand by the time that the version is registered."""

    def __init__(
        self, asset: AssetType, options: Options, workspace: Workspace, promised: t.Collection[str] = ()
    ) -> None:
        self.asset = asset
        self.workspace = workspace
        self.invocation = workspace.invocation
        self.options = options
        self.promised = promised
        self.desired = DesiredVersion(asset, options, workspace.id)  # before the first request
        self.uploaded: str | None = None

    @property
    def arm(self) -> Arm:
        return self.workspace.arm

    def held_by(self, version_id: str | None) -> Result | None:
        """The version with this id, whatever its name, if it holds the content of a task that gives no version."""
        if self.options["version"] is not None or not (version_id or "").startswith("/"):
            return None
        self._settle_labels()
        try:
            current = self.arm.get(str(version_id))
        except ParentNotFoundError:  # it stood in a workspace that is gone
            return None
        held = current is not None and self.desired.held_by(current)
        return Result(False, self._shown(t.cast("t.Any", current))) if held else None

    def made_in_place(self) -> Result | None:
        """Code that another client registered without a name while it made something else, if its hash is the same."""
        if self.desired.hash is None or not self.desired.goes_to("pending"):
            return None
        hits = self.arm.list(self._versions_path, hash=self.desired.hash, hashVersion=HASH_VERSION)
        nameless = [hit for hit in hits if get_at(hit, "properties.isAnonymous") and self.desired.held_by(hit)]
        return Result(False, self._shown(min(nameless, key=_age))) if nameless else None

    def present(self, *, rehearsal: bool = False) -> Result:
        """See that a version with the content stands; in a ``rehearsal`` tell what would be done, as in check mode."""
        lost: collections.Counter[str] = collections.Counter()
        dry = rehearsal or self.invocation.check_mode
        self._settle_labels()
        while True:
            version, current = self._find()
            if current is not None:
                return self._keep(current, dry)
            if dry:
                return self._predict(version)
            try:
                return self._create(version)
            except _TakenMeanwhileError as taken:
                lost[version] += 1
                if lost[version] == ROUNDS:
                    raise taken.refusal from None

    # -- what it refers to -------------------------------------------------------------------------------------------

    def _settle_labels(self) -> None:
        """``@latest`` becomes the version that it means now."""
        for place in self.desired.places:
            with self._told_in_check_mode():
                place.settle(full_id(place.text, place.kind, f"{NAME}.{place.path}", self.workspace))

    def _require_references(self) -> None:
        """Raises InvalidOption for a reference to something absent, before any write."""
        for place in self.desired.places:
            with self._told_in_check_mode():
                if not place.text.startswith("/") or place.text in self.promised:
                    continue
                if self.arm.get(place.text) is None:
                    raise InvalidOption(f"{NAME}.{place.path}: there is no {describe(place.text)}. Create it first.")
        for option, name in self.desired.datastores:
            path = self.workspace.path(f"datastores/{name}")
            with self._told_in_check_mode():
                if self.arm.get(path) is None:
                    raise InvalidOption(
                        f"{option}: there is no {describe(path)}. Create it first, or correct {option}."
                    )

    @contextlib.contextmanager
    def _told_in_check_mode(self) -> t.Iterator[None]:
        """What is missing in check mode may only have been predicted by an earlier task."""
        try:
            yield
        except InvalidOption as error:
            if not self.invocation.check_mode:
                raise
            self.invocation.warn(f"{error} The run will fail unless an earlier task does that.")

    # -- finding -------------------------------------------------------------------------------------------------

    def _find(self) -> tuple[str, dict[str, Json] | None]:
        """The version that holds the content with what stands there, or the version to publish under and None."""
        version = self.options["version"]
        if version is None:
            return self._search()
        current = self.arm.get(self._version_path(version))
        if current is None and self.desired.archived:
            raise InvalidOption(f"version: {self.desired.title} has no version {version} that could be archived.")
        if current is not None:
            self.desired.require_same_content(current)
            return version, current
        self.desired.require_needed(f"There is no version {version} yet, and creating it takes that")
        if self.asset.shared:
            self.desired.require_what_is_shared(self._container())
        return version, None

    def _search(self) -> tuple[str, dict[str, Json] | None]:
        seen: set[str] = set()
        by_hash = self.desired.hash is not None and self.desired.goes_to("pending")
        if found := self._first_that_holds(self._with_hash() if by_hash else self._listed(), seen):
            return found
        container = self._container()
        if container is None:
            return FIRST_VERSION, None
        others = itertools.chain(self._listed() if by_hash else (), self._not_listed_yet(container, seen))
        if found := self._first_that_holds(others, seen):
            return found
        self.desired.require_what_is_shared(container)
        following = str(get_at(container, "properties.nextVersion") or FIRST_VERSION)
        if following in seen:
            raise InvalidOption(
                f"version: the service proposes {following} for {self.desired.title}, which stands with other content. "
                "Give a version of your own."
            )
        return following, None

    def _container(self) -> dict[str, Json] | None:
        return self.arm.get(self.workspace.path(self.asset.container_path.format_map(self.options)))

    def _first_that_holds(
        self, versions: t.Iterable[dict[str, Json]], seen: set[str]
    ) -> tuple[str, dict[str, Json]] | None:
        for current in versions:
            seen.add(current["name"])
            if self.desired.held_by(current):
                return current["name"], current
        return None

    def _with_hash(self) -> t.Iterator[dict[str, Json]]:
        """Versions of this name; the search itself is workspace wide (assets contract 5.1)."""
        for hit in self.arm.list(self._versions_path, hash=self.desired.hash, hashVersion=HASH_VERSION):
            if self.asset.names_in(hit["id"])["name"] == self.options["name"]:
                yield hit

    def _listed(self) -> t.Iterator[dict[str, Json]]:
        """All versions, the newest first; none for a name that is not known yet."""
        # Lists of code know neither order nor view (assets contract 1.6).
        query = {} if self.desired.goes_to("pending") else NEWEST_FIRST
        with contextlib.suppress(NotFoundError):  # the service knows no such name
            yield from self.arm.list(self._versions_path, query=query)

    def _not_listed_yet(self, container: dict[str, Json], seen: set[str]) -> t.Iterator[dict[str, Json]]:
        """Lists lag behind writes (assets contract 1.6): the latest version, and those counted just before it."""
        version = get_at(container, "properties.latestVersion")
        for _look in range(LOOKS_BACK):
            if not version or version in seen:
                return
            current = self.arm.get(self._version_path(version))
            if current is not None:
                yield current
            # A guess where to look, and no more: versions need not be numbers, nor numbers be in a row.
            version = str(int(version) - 1) if version.isdecimal() and int(version) > 1 else None

    # -- a version that stands -------------------------------------------------------------------------------------

    def _keep(self, current: dict[str, Json], dry: bool) -> Result:
        """The content is there; what is said about it, or whether it is archived, may have to be changed."""
        content = {field.at for field in self.asset.content}
        desired = {at: value for at, value in self.desired.json.items() if at not in content}
        if bool(get_at(current, ARCHIVED_AT)) is not self.desired.archived:
            desired[ARCHIVED_AT] = self.desired.archived
        planned = plan(self.asset.with_archiving, self.options, desired, current, self.workspace.id)
        if planned.action == "none":
            return Result(False, self._shown(current))
        version = {"version": current["name"]}
        before, after = {**planned.before, **version}, {**planned.after, **version}
        if dry:
            return Result(True, self._shown(_predicted(current, planned)), before, after)
        written = self._write(current["name"], planned.body, desired.get(STAGE_AT))
        return Result(True, self._shown(written or current), before, after)

    def _write(self, version: str, body: dict[str, Json], stage: Json) -> dict[str, Json] | None:
        """Update a version, and see that it is archived, or is not, as the task says.

        The service may read in ``stage`` alone whether a version is archived, so it is not sent unless the task gives
        one; should the service then not do as told, the stage says it once more. Service fact: assets contract 1.8.
        """
        path = self._version_path(version)
        if stage is None and (self.desired.archived or get_at(body, STAGE_AT) == ARCHIVED_STAGE):
            delete_at(body, STAGE_AT)
        answer: dict[str, Json] | None = self.arm.put(path, body).body
        if answer is None or self._is_as_told(answer):
            return answer
        if self.asset.staged:
            set_at(body, STAGE_AT, ARCHIVED_STAGE if self.desired.archived else FIRST_STAGE)
            answer = self.arm.put(path, body).body
        if answer is not None and not self._is_as_told(answer):
            raise OperationFailed(
                f"{self.desired.title}: the service took the change of version {version}, but did not "
                f"{'archive' if self.desired.archived else 'restore'} it. Run the task again."
            )
        return answer

    def _is_as_told(self, current: dict[str, Json]) -> bool:
        stage_fits = self.desired.archived or get_at(current, STAGE_AT) != ARCHIVED_STAGE
        return stage_fits and bool(get_at(current, ARCHIVED_AT)) is self.desired.archived

    # -- a new version ---------------------------------------------------------------------------------------------

    def _predict(self, version: str) -> Result:
        self._require_references()
        body = self.desired.body(self._uri_to_be(), version)
        body["id"] = self._version_path(version)
        return Result(True, self._shown(body, predicted=True), {}, self.desired.in_words(version))

    def _create(self, version: str) -> Result:
        """Upload and register. Raises _TakenMeanwhileError when somebody else was faster."""
        path = self._version_path(version)
        self._require_references()
        if self.desired.files and self.uploaded is None:
            self.uploaded = self._upload(version)
        self.invocation.progress(f"registering {self.desired.title}, version {version}")
        try:
            answer = self.arm.put(path, self.desired.body(self.uploaded, version))
        except ServiceError as error:
            # How a taken version is refused is not known for all types (assets contract 13): look whether it is.
            if error.status not in REFUSED or self.arm.get(path) is None:
                raise
            raise _TakenMeanwhileError(error) from None
        return Result(True, self._shown(answer.body or {"id": path}), {}, self.desired.in_words(version))

    def _upload(self, version: str) -> str:
        files = t.cast(Content, self.desired.files)
        mark = {"name": self.options["name"], "version": version}
        self.invocation.progress(f"uploading {len(files.files)} files of {files.path}")
        if self.desired.goes_to("pending"):
            return through_pending_upload(self.workspace, self._version_path(version), files, mark)
        datastore = self._datastore()
        into_datastore(datastore.container, files, mark, self.invocation.progress)
        return self.desired.uri_in(datastore)

    def _uri_to_be(self) -> str | None:
        """Where the files will be; for a pending upload nobody knows before."""
        if not self.desired.files or self.desired.goes_to("pending"):
            return None
        return self.desired.uri_in(self._datastore())

    def _datastore(self) -> Datastore:
        return open_datastore(self.workspace, self.options.get("datastore"))

    # -- results ---------------------------------------------------------------------------------------------------

    @property
    def _versions_path(self) -> str:
        return self.workspace.path(f"{self.asset.container_path.format_map(self.options)}/versions")

    def _version_path(self, version: str) -> str:
        return self.workspace.path(self.asset.path_of({**self.options, "version": version}))

    def _shown(self, current: dict[str, Json], *, predicted: bool = False) -> dict[str, t.Any]:
        return {self.asset.name: render(self.asset, current, self.workspace.id, predicted=predicted)}


def _age(current: t.Mapping[str, Json]) -> tuple[str, str]:
    return str(get_at(current, "systemData.createdAt") or ""), str(current["id"])


def _predicted(current: dict[str, Json], planned: Plan) -> dict[str, Json]:
    """What will stand. The stage of a version that is archived or restored is the service's to choose."""
    predicted = copy.deepcopy(current)
    changes = {difference.field.at: difference.desired for difference in planned.differences}
    if ARCHIVED_AT in changes:
        delete_at(predicted, STAGE_AT)
    for at, value in changes.items():
        set_at(predicted, at, value)
    return predicted


class _TakenMeanwhileError(Exception):
    """Somebody else registered the version between our look and our write."""

    def __init__(self, refusal: ServiceError) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
