# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The steps that publish, change and delete one version of an asset."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

from .._errors import AzureMLError, ImmutableFieldError, OperationFailed, ServiceError
from .._local.files import Content
from .._names.dotted_path import delete_at, get_at, set_at
from .._names.json_types import Json
from .._schema.asset_type import ARCHIVED_AT, STAGE_AT, AssetType
from .._schema.resource_type import Options
from .._service.workspace import Workspace
from .body import Body
from .desired_version import DesiredVersion
from .read_back import OVERLAP, ReadBack
from .same_content import require_same_content
from .version_body import compare_version, uploaded_uri, version_body, version_update

if t.TYPE_CHECKING:
    from .._service.datastore_storage import Datastore

Version = dict[str, Json]

FIRST_STAGE, ARCHIVED_STAGE = "Development", "Archived"
REFUSED = (400, 409)


@dataclasses.dataclass(frozen=True)
class VersionState:
    """What the steps so far have led to: the version, None if absent, and the URI of the uploaded files."""

    current: dict[str, Json] | None = None
    uri: str | None = None


@dataclasses.dataclass(frozen=True)
class VersionTarget:
    """What the steps write to. ``path``: the ARM path of the version."""

    desired: DesiredVersion
    workspace: Workspace
    version: str

    @property
    def path(self) -> str:
        return version_path(self.desired.asset, self.desired.options, self.version, self.workspace)

    def read(self) -> Version | None:
        return self.workspace.arm.get(self.path)

    def stored(self, written: Version | None) -> Version:
        """The version once it has what was written to it; what another client has undone is written again.

        ``written``: as it was read after the write. Raises as ``ReadBack.stored``.
        """

        def write_again(now: Version) -> Version | None:
            _put_update(self, version_update(self.desired, compare_version(self.desired, now)))
            return self.read()

        title = self.desired.title_of(self.version)
        read_back = ReadBack(
            title, self.workspace, self.read, lambda now: compare_version(self.desired, now).differences
        )
        return read_back.stored(written, write_again)


def version_path(asset: AssetType, options: Options, version: str, workspace: Workspace) -> str:
    return workspace.path(asset.path_of({**options, "version": version}))


class VersionTaken(Exception):  # it is an answer, which leads to another plan
    """Another client registered the version between search and write. ``state``: what had been done by then."""

    def __init__(self, refusal: AzureMLError, state: VersionState) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
        self.state = state


@dataclasses.dataclass(frozen=True)
class Upload:
    """Upload the local files: into a datastore, or into a container that the service opens for them (None)."""

    lines: tuple[str, ...]
    datastore: Datastore | None

    def execute(self, target: VersionTarget, state: VersionState) -> VersionState:
        from .upload import into_datastore, through_pending_upload

        desired, progress = target.desired, target.workspace.invocation.progress
        files = t.cast(Content, desired.files)
        metadata = {"name": desired.options["name"], "version": target.version}
        progress(f"uploading {len(files.files)} files of {files.path}")
        if self.datastore is None:
            uri = through_pending_upload(target.workspace, target.path, files, metadata)
        else:
            into_datastore(self.datastore.container, files, metadata, progress)
            uri = uploaded_uri(desired, self.datastore)
        return dataclasses.replace(state, uri=uri)


@dataclasses.dataclass(frozen=True)
class Register:
    """Create the version. Raises VersionTaken if another client was faster."""

    lines: tuple[str, ...]

    def execute(self, target: VersionTarget, state: VersionState) -> VersionState:
        arm = target.workspace.arm
        target.workspace.invocation.progress(f"registering {target.desired.title_of(target.version)}")
        try:
            answer = arm.put(target.path, version_body(target.desired, state.uri, target.version))
        except ServiceError as error:
            # How a taken version is refused is not known for all types (assets contract, open questions 1 and 2).
            if error.status not in REFUSED or arm.get(target.path) is None:
                raise
            raise VersionTaken(error, state) from None
        # The service may choose the version (assets contract 14.3).
        target = dataclasses.replace(target, version=(answer.body or {}).get("name") or target.version)
        current = target.read()
        if current is not None:
            _require_ours(target, current, state)
        return dataclasses.replace(state, current=target.stored(current))


@dataclasses.dataclass(frozen=True)
class UpdateVersion:
    """Change the description, tags and properties of a version, and archive or restore it as the task asks.

    The service may derive from ``stage`` alone whether a version is archived, so it is not sent unless the task gives
    one. If the service then does not archive or restore, a second PUT says so by the stage. Service fact: assets
    contract 1.8 (environments), 14.13 (models).
    """

    lines: tuple[str, ...]
    body: Body

    def execute(self, target: VersionTarget, state: VersionState) -> VersionState:
        _put_update(target, self.body)
        return dataclasses.replace(state, current=target.stored(target.read()))


@dataclasses.dataclass(frozen=True)
class DeleteVersion:
    """Delete the version."""

    lines: tuple[str, ...]
    path: str

    def execute(self, workspace: Workspace, state: VersionState) -> VersionState:
        workspace.arm.delete(self.path)
        return dataclasses.replace(state, current=None)


def _require_ours(target: VersionTarget, current: Version, state: VersionState) -> None:
    """Raises VersionTaken if another client has registered the version at the same time.

    The service may accept a second registration, and keep the content of the first (assets contract 1.7).
    """
    try:
        require_same_content(target.desired, current)
    except ImmutableFieldError as error:
        raise VersionTaken(error, state) from None


def _put_update(target: VersionTarget, body: Body) -> None:
    desired, arm = target.desired, target.workspace.arm
    body = copy.deepcopy(body)
    gives_stage = desired.values.get(STAGE_AT) is not None
    if not gives_stage and (desired.archived or get_at(body, STAGE_AT) == ARCHIVED_STAGE):
        delete_at(body, STAGE_AT)
    answer: Version | None = arm.put(target.path, body).body
    if answer is not None and desired.asset.staged and not _is_as_asked(desired, answer):
        set_at(body, STAGE_AT, ARCHIVED_STAGE if desired.archived else FIRST_STAGE)
        answer = arm.put(target.path, body).body
    if answer is not None and not _is_as_asked(desired, answer):
        raise OperationFailed(
            f"{desired.title}: the service accepted the change of version {target.version}, but did not "
            f"{'archive' if desired.archived else 'restore'} it. Run the task again."
        )
    target.workspace.invocation.clock.sleep(OVERLAP)


def _is_as_asked(desired: DesiredVersion, current: dict[str, Json]) -> bool:
    stage_fits = desired.archived or get_at(current, STAGE_AT) != ARCHIVED_STAGE
    return stage_fits and bool(get_at(current, ARCHIVED_AT)) is desired.archived
