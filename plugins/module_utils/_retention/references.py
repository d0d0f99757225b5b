# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Pure: what a resource refers to, found in all texts of its JSON, whatever key they are under."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
import typing as t

from .._jobs.output_guard import comparable_url
from .._names.arm_id import ArmId, WorkspaceId
from .._names.arm_id import parse as parse_id
from .._names.datastore_path import DatastorePath, read_datastore_path
from .._names.json_types import Json
from .._names.storage_uri import read_job_output
from .item import ASSETS, DEPLOYMENT, JOB, Key

COLLECTIONS = dict(zip(("models", "environments", "data", "codes", "components"), ASSETS, strict=True))
ANY_VERSION = ""
_SHORT = re.compile(r"(?:azureml:)?(?P<name>[^:@/\s]+)(?::(?P<version>[^:@/\s]+)|@(?P<label>[^:@/\s]+))")
# An id with the GUID of the workspace in place of its names (operations contract 4.2).
_BY_GUID = re.compile(
    r"azureml://locations/[^/]+/workspaces/[^/]+/(?P<collection>\w+)/(?P<name>[^/]+)/versions/(?P<version>[^/]+)",
    re.IGNORECASE,
)
# The folder of an upload, in whatever text it is, e.g. the URL of a build context or the content of a component.
_UPLOAD = re.compile(r"LocalUpload/(?P<hash>[0-9a-f]{32,64})")
_URL = re.compile(r"(?:https|wasbs?|abfss?)://", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class References:
    """What the texts of a resource name.

    - ``keys``: things by their names; an asset without version means all its versions
    - ``jobs``: jobs whose outputs or logs it reads
    - ``uploads``: hashes of uploads
    - ``places``: places in datastores of the workspace
    - ``urls``: other addresses of storage, comparable
    """

    keys: frozenset[Key]
    jobs: frozenset[str]
    uploads: frozenset[str]
    places: frozenset[DatastorePath]
    urls: frozenset[str]


def version_key(kind: str, name: str, version: str) -> Key:
    """The key of a version, or with ``ANY_VERSION`` of all versions. References may differ in case from names."""
    return kind, name.lower(), version.lower()


def read_references(body: Json, workspace: WorkspaceId) -> References:
    """The references in all texts of a body, JSON inside texts included."""
    keys: set[Key] = set()
    jobs: set[str] = set()
    uploads: set[str] = set()
    places: set[DatastorePath] = set()
    urls: set[str] = set()
    for text in _texts(body):
        uploads.update(match["hash"] for match in _UPLOAD.finditer(text))
        if (place := read_datastore_path(text)) is not None:
            if place.workspace in (None, workspace):
                places.add(place)
        elif (output := read_job_output(text)) is not None:
            jobs.add(output.job.lower())
        elif _URL.match(text):
            with contextlib.suppress(ValueError):  # no address of anything
                urls.add(comparable_url(text.partition("?")[0]))
        else:
            keys.update(_keys(text, workspace))
    return References(frozenset(keys), frozenset(jobs), frozenset(uploads), frozenset(places), frozenset(urls))


def _texts(value: Json) -> t.Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value
        if value.lstrip()[:1] in ("{", "["):
            try:
                inner = json.loads(value)
            except (ValueError, RecursionError):
                return
            yield from _texts(inner)


def _keys(text: str, workspace: WorkspaceId) -> t.Iterator[Key]:
    if (found := parse_id(text)) is not None:
        yield from _of_id(found, workspace)
    elif (match := _BY_GUID.fullmatch(text)) and match["collection"].lower() in COLLECTIONS:
        yield version_key(COLLECTIONS[match["collection"].lower()], match["name"], match["version"])
    elif match := _SHORT.fullmatch(text):
        # The text does not say of which type it is; what it is not of stays as well.
        for kind in ASSETS:
            yield version_key(kind, match["name"], match["version"] or ANY_VERSION)


def _of_id(found: ArmId, workspace: WorkspaceId) -> t.Iterator[Key]:
    if found.workspace != workspace or found.collection is None:
        return
    collection, names = found.collection.lower(), [name for _kind, name in found.inner]
    if collection in COLLECTIONS:
        yield version_key(COLLECTIONS[collection], found.name, found.version or ANY_VERSION)
    elif collection == "jobs":
        yield (JOB, found.name.lower())
    elif collection == "batchendpoints" and len(names) > 1:
        yield (DEPLOYMENT, names[0].lower(), names[1].lower())
