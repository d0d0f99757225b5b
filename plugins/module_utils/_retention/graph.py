# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Pure: the things of a workspace with the references between them, from the JSON that the service returned."""

from __future__ import annotations

import bisect
import dataclasses
import typing as t
import urllib.parse

from .._jobs.output_guard import comparable_url
from .._names.arm_id import WorkspaceId
from .._names.json_types import Json
from .item import ASSETS, JOB, JOB_LOG, JOB_OUTPUT, UPLOAD, Item, Key
from .references import ANY_VERSION, References, read_references


@dataclasses.dataclass(frozen=True)
class Node:
    """A thing, the JSON whose texts are its references, and where its files are.

    - ``places``: comparable URLs of its files and folders
    - ``own``: keys that its JSON names and that are parts of itself
    - ``aliases``: further keys that mean it
    """

    item: Item
    body: Json = None
    places: tuple[str, ...] = ()
    own: frozenset[Key] = frozenset()
    aliases: frozenset[Key] = frozenset()


def link(nodes: t.Sequence[Node], workspace: WorkspaceId, containers: t.Mapping[str, str]) -> list[Item]:
    """The items with all that they refer to. ``containers``: name of a datastore in lower case -> URL of its blobs."""
    index = _Index(nodes, containers)
    linked = []
    for node in nodes:
        found = index.targets(read_references(node.body, workspace)) - node.own - {node.item.key}
        linked.append(dataclasses.replace(node.item, refers_to=node.item.refers_to | found))
    return linked


class _Index:
    """Finds the things that references mean."""

    def __init__(self, nodes: t.Sequence[Node], containers: t.Mapping[str, str]) -> None:
        self._containers = containers
        self._keys = {key: node.item.key for node in nodes for key in (node.item.key, *node.aliases)}
        self._versions: dict[tuple[str, str], set[Key]] = {}
        self._uploads: dict[str, set[Key]] = {}
        places: dict[str, set[Key]] = {}
        for node in nodes:
            key = node.item.key
            if node.item.kind in ASSETS:
                self._versions.setdefault((key[0], key[1]), set()).add(key)
            if node.item.kind == UPLOAD:
                self._uploads.setdefault(key[-1], set()).add(key)
            for place in node.places:
                places.setdefault(place, set()).add(key)
        self._places = places
        self._sorted = sorted(places)

    def targets(self, found: References) -> set[Key]:
        targets = {self._keys[key] for key in found.keys & self._keys.keys()}
        for key in found.keys:
            if key[-1] == ANY_VERSION:
                targets |= self._versions.get((key[0], key[1]), set())
        for job in found.jobs:
            keys = {(JOB, job), (JOB_OUTPUT, job), (JOB_LOG, job)} & self._keys.keys()
            targets |= {self._keys[key] for key in keys}
        for digest in found.uploads:
            targets |= self._uploads.get(digest, set())
        for place in found.places:
            container = self._containers.get(place.datastore.lower())
            if container is not None:
                targets |= self._overlapping(comparable_url(f"{container}/{urllib.parse.quote(place.path)}"))
        for url in found.urls:
            targets |= self._overlapping(url)
        return targets

    def _overlapping(self, url: str) -> set[Key]:
        """What is at a place, below it, or a folder that it is in."""
        found = set(self._places.get(url, ()))
        parts = url.split("/")
        for length in range(1, len(parts)):
            found |= self._places.get("/".join(parts[:length]), set())
        below = f"{url}/"
        start = bisect.bisect_left(self._sorted, below)
        for place in self._sorted[start:]:
            if not place.startswith(below):
                break
            found |= self._places[place]
        return found
