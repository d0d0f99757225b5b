# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Which version of an asset holds the content of a task; without one, under which version it is published."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import typing as t

from .._errors import InvalidOption, NotFoundError, ParentNotFoundError
from .._local.files import HASH_VERSION
from .._names.dotted_path import get_at
from .._names.json_types import Json
from .._service.workspace import Workspace
from .desired_version import DesiredVersion
from .same_content import holds_content, require_same_content, require_shared_content

NEWEST_FIRST = {"$orderBy": "createdtime desc", "listViewType": "ActiveOnly"}
FIRST_VERSION = "1"
UNLISTED = 5

Version = dict[str, Json]


@dataclasses.dataclass(frozen=True)
class Found:
    """A version of an asset, and what the service has there; None if it is to be published.

    ``is_listed``: it comes from a list, which may lag behind writes (assets contract 1.6).
    """

    version: str
    current: Version | None = None
    is_listed: bool = False


class VersionSearch:
    """Searches the versions of one asset. Nothing is written."""

    def __init__(self, desired: DesiredVersion, workspace: Workspace) -> None:
        self._desired = desired
        self._asset = desired.asset
        self._arm = workspace.arm
        self._container_path = workspace.path(desired.asset.container_path.format_map(desired.options))
        self._versions_path = f"{self._container_path}/versions"

    def find(self) -> Found:
        """The version that the task gives, else the one with its content, else the next one.

        Raises InvalidOption, and ImmutableFieldError for a given version with other content.
        """
        version = self._desired.options["version"]
        return self._by_content() if version is None else self._by_version(version)

    def read(self, found: Found) -> Found:
        """The version as it is now, if it still exists: what an update is made of."""
        return Found(found.version, self._get(found.version) or found.current)

    def same(self, version_id: str | None) -> Version | None:
        """The version with this id, whatever its name, if the task gives no version and it holds its content."""
        current = self.referred_to(version_id)
        return current if current is not None and holds_content(self._desired, current) else None

    def referred_to(self, version_id: str | None) -> Version | None:
        """The version with this id, whatever its name, if the task gives no version."""
        if self._desired.options["version"] is not None or not (version_id or "").startswith("/"):
            return None
        try:
            return self._arm.get(str(version_id))
        except ParentNotFoundError:  # its workspace was deleted
            return None

    def candidates(self) -> t.Iterator[Version]:
        """The versions that a task may mean: the one that it gives, or all, the newest first."""
        version = self._desired.options["version"]
        if version is None:
            yield from self._listed()
        elif (current := self._get(version)) is not None:
            yield current

    def anonymous(self) -> Version | None:
        """Code with the same hash that another client registered without a name, the oldest if there are several."""
        if self._desired.hash is None or not self._desired.is_pending_upload:
            return None
        hits = self._arm.list(self._versions_path, hash=self._desired.hash, hashVersion=HASH_VERSION)
        anonymous = [hit for hit in hits if get_at(hit, "properties.isAnonymous") and holds_content(self._desired, hit)]
        return min(anonymous, key=_age) if anonymous else None

    # -- by version ----------------------------------------------------------------------------------------------

    def _by_version(self, version: str) -> Found:
        current = self._get(version)
        if current is None and self._desired.archived:
            raise InvalidOption(f"version: {self._desired.title} has no version {version} that could be archived.")
        if current is not None:
            require_same_content(self._desired, current)
            return Found(version, current)
        self._desired.require_needed(f"There is no version {version} yet, and creating it takes that")
        if self._asset.shared:
            require_shared_content(self._desired, self._container())
        return Found(version)

    def _get(self, version: str) -> Version | None:
        return self._arm.get(f"{self._versions_path}/{version}")

    def _container(self) -> dict[str, Json] | None:
        return self._arm.get(self._container_path)

    # -- by content ----------------------------------------------------------------------------------------------

    def _by_content(self) -> Found:
        seen: set[str] = set()
        by_hash = self._desired.hash is not None and self._desired.is_pending_upload
        if found := self._first_same(self._with_hash() if by_hash else self._listed(), seen):
            return found
        container = self._container()
        if container is None:
            return Found(FIRST_VERSION)
        others = itertools.chain(self._listed() if by_hash else (), self._unlisted(container, seen))
        if found := self._first_same(others, seen):
            return found
        require_shared_content(self._desired, container)
        following = str(get_at(container, "properties.nextVersion") or FIRST_VERSION)
        if get_at(container, "properties.latestVersion") is None and not following.isdecimal():
            return self._by_number(seen)
        if following in seen:
            raise InvalidOption(
                f"version: the service proposes {following} for {self._desired.title}, which exists with other "
                "content. Give a version of your own."
            )
        return Found(following)

    def _by_number(self, seen: set[str]) -> Found:
        """The number after the highest, where the service names no latest version, and proposes a time stamp.

        That is another one each time, so check mode could not predict it. Versions that are not listed (yet) are read
        on the way. Service fact: assets contract 14.27.
        """
        number = max((int(version) for version in seen if version.isdecimal()), default=0) + 1
        while (current := self._get(str(number))) is not None:
            if holds_content(self._desired, current):
                return Found(current["name"], current)
            number += 1
        return Found(str(number))

    def _first_same(self, versions: t.Iterable[Version], seen: set[str]) -> Found | None:
        """The first version with the content; the names of all that were looked at are added to ``seen``."""
        for current in versions:
            seen.add(current["name"])
            if holds_content(self._desired, current):
                return Found(current["name"], current, is_listed=True)
        return None

    def _with_hash(self) -> t.Iterator[Version]:
        """Versions of this name; the search itself is workspace wide (assets contract 5.1)."""
        for hit in self._arm.list(self._versions_path, hash=self._desired.hash, hashVersion=HASH_VERSION):
            if self._asset.names_in(hit["id"])["name"] == self._desired.options["name"]:
                yield hit

    def _listed(self) -> t.Iterator[Version]:
        """All versions, the newest first; none for an unknown name."""
        # Lists of code know neither order nor view (assets contract 1.6).
        query = {} if self._desired.is_pending_upload else NEWEST_FIRST
        with contextlib.suppress(NotFoundError):  # the service knows no such name
            yield from self._arm.list(self._versions_path, query=query)

    def _unlisted(self, container: dict[str, Json], seen: t.Collection[str]) -> t.Iterator[Version]:
        """Lists lag behind writes (assets contract 1.6): the latest version, and those numbered just before it."""
        version = get_at(container, "properties.latestVersion")
        for _number in range(UNLISTED):
            if not version or version in seen:
                return
            current = self._get(version)
            if current is not None:
                yield current
            # Only a guess: versions need not be numbers, nor consecutive ones.
            version = str(int(version) - 1) if version.isdecimal() and int(version) > 1 else None


def _age(current: t.Mapping[str, Json]) -> tuple[str, str]:
    return str(get_at(current, "systemData.createdAt") or ""), str(current["id"])
