"""What a workspace holds: resources by ARM id, running operations, endpoint names held in the region."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from .clock import Clock, timestamp
from .policies import Policies
from .settings import Settings
from .surroundings import Surroundings

if TYPE_CHECKING:
    from .arm.operations import Operation, Operations
    from .entra import Entra
    from .jobs import JobStore
    from .pending_uploads import PendingUploads
    from .registries import Registries
    from .storage import Storage

_CASE_SENSITIVE = frozenset({"codes", "models", "environments", "data", "datasets", "components"})
"""Collections whose item and version names keep their case (asset contract 1.1); every other segment folds."""

_REMEMBERED = 1000
"""How many deleted resources a lagging list may still show."""

_serial = itertools.count(1)


def key_of(path: str, case_sensitive: frozenset[str] = _CASE_SENSITIVE) -> str:
    """The form of an ARM path under which the same resource is always found."""
    segments = path.strip("/").split("/")
    keeps_case = False
    for index, segment in enumerate(segments):
        if index % 2 == 0 and segment.lower() in case_sensitive:
            keeps_case = True
        if index % 2 == 0 or not keeps_case:
            segments[index] = segment.lower()
    return "/".join(segments)


_NEVER = datetime.min.replace(tzinfo=timezone.utc)


@dataclass
class Resource:
    """One resource as stored; the module of its kind renders it."""

    path: str
    properties: dict[str, Any]
    location: str | None = None
    tags: dict[str, str] | None = None
    identity: dict[str, Any] | None = None
    provisioning_state: str = "Succeeded"
    created: datetime = _NEVER
    modified: datetime = _NEVER
    modified_by: bool = True
    api_version: str = ""
    secrets: dict[str, Any] = field(default_factory=dict, repr=False)
    extra: dict[str, Any] = field(default_factory=dict)
    operation: Operation | None = None
    serial: int = field(default_factory=lambda: next(_serial))

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[1]

    @property
    def created_at(self) -> str:
        return timestamp(self.created)

    @property
    def modified_at(self) -> str:
        return timestamp(self.modified)


class Resources:
    """All resources, found by ARM path and by parent in constant time."""

    def __init__(self, policies: Policies, clock: Clock) -> None:
        self._policies = policies
        self._clock = clock
        self._by_key: dict[str, Resource] = {}
        self._children: dict[str, dict[str, Resource]] = {}
        self._deleted: deque[tuple[datetime, str, Resource]] = deque(maxlen=_REMEMBERED)
        """When, from which collection, what."""
        self._gone: dict[str, tuple[datetime, Resource]] = {}
        """What was deleted last under a path, and when; also what was deleted with its parent."""

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[Resource]:
        return iter(tuple(self._by_key.values()))

    def get(self, path: str) -> Resource | None:
        """The resource with this ARM path (with or without a leading slash), or None."""
        return self._by_key.get(self._key(path))

    def put(self, resource: Resource) -> None:
        """Store a resource under its path, in place of the one before."""
        key = self._key(resource.path)
        self._by_key[key] = resource
        self._gone.pop(key, None)
        self._children.setdefault(key.rsplit("/", 1)[0], {})[key] = resource

    def clear(self) -> None:
        """Remove everything."""
        self._by_key.clear()
        self._children.clear()
        self._deleted.clear()
        self._gone.clear()

    def delete(self, path: str) -> bool:
        """Remove a resource with everything below it; False when there was none."""
        key = self._key(path)
        found = self._by_key.pop(key, None)
        if found is None:
            return False
        collection = key.rsplit("/", 1)[0]
        self._children[collection].pop(key, None)
        now = self._clock.now()
        self._deleted.append((now, collection, found))
        self._gone[key] = (now, found)
        for below in [other for other in self._children if other.startswith(f"{key}/")]:
            for child in self._children.pop(below):
                self._gone[child] = (now, self._by_key.pop(child))
        return True

    def deleted(self, path: str, within: float) -> Resource | None:
        """The resource that was deleted from this path in the last `within` seconds, or None."""
        moment, resource = self._gone.get(self._key(path), (_NEVER, None))
        return resource if (self._clock.now() - moment).total_seconds() <= within else None

    def children(self, collection_path: str, *, newest_first: bool = False) -> list[Resource]:
        """Resources of a collection (".../models", ".../models/m/versions") in order of creation."""
        return list(self.each(collection_path, newest_first=newest_first))

    def each(self, collection_path: str, *, newest_first: bool = False) -> Iterator[Resource]:
        """The same one by one, for callers who need only the first of many."""
        found = self._children.get(self._key(collection_path), {}).values()
        return reversed(found) if newest_first else iter(found)

    def earlier(self, collection_path: str, moment: datetime, *, newest_first: bool = False) -> list[Resource]:
        """Resources of a collection at an earlier time."""
        key = self._key(collection_path)
        found = self.children(collection_path)
        found += [item for when, collection, item in self._deleted if collection == key and when > moment]
        existing = (item for item in found if item.created <= moment)
        return sorted(existing, key=lambda item: item.serial, reverse=newest_first)

    def size(self, collection_path: str) -> int:
        """How many resources a collection has."""
        return len(self._children.get(self._key(collection_path), ()))

    def _key(self, path: str) -> str:
        """(A7)"""
        if self._policies["compute_name_case"] == "kept":
            return key_of(path, _CASE_SENSITIVE | {"computes"})
        return key_of(path)


class State:
    """One workspace, and what it shares with the others of the emulator: switches, clock, tokens."""

    storage: Storage
    jobs: JobStore
    entra: Entra
    operations: Operations
    uploads: PendingUploads
    registries: Registries

    def __init__(self, settings: Settings, clock: Clock, endpoint_names: dict[str, str] | None = None) -> None:
        """`endpoint_names` is shared by all workspaces of the region."""
        self.settings = settings
        self.policies = settings.policies
        self.clock = clock
        self.resources = Resources(self.policies, clock)
        self.endpoint_names = {} if endpoint_names is None else endpoint_names
        """Endpoint name in lower case -> ARM id of its holder, over all workspaces of the region."""
        self.default_datastore = "workspaceblobstore"
        self.surroundings = Surroundings(self)
        self.is_deleted = False
        """Whether the workspace itself has been deleted."""

    @property
    def is_private(self) -> bool:
        """Whether the workspace is closed to public networks."""
        changes = self.surroundings.over(self.settings.workspace_path, {}).get("properties", {})
        return bool(changes.get("publicNetworkAccess") == "Disabled")

    def settle(self) -> None:
        """Let every operation whose time has come take effect; called before each request is handled."""
        self.operations.settle()

    def remove(self, resource: Resource) -> None:
        """Remove a resource with everything below it, and give back the name it held in the region."""
        self.resources.delete(resource.path)
        if self.policies["jobs_of_deleted"] == "removed":
            self.jobs.forget_below(resource)
        if self.endpoint_names.get(resource.name.lower()) == resource.path:
            del self.endpoint_names[resource.name.lower()]

    def clear(self) -> None:
        """Remove all resources, and give back the endpoint names that they held in the region."""
        self.resources.clear()
        for name in [name for name, path in self.endpoint_names.items() if self.holds(path)]:
            del self.endpoint_names[name]

    def is_at(self, path: str) -> bool:
        """Whether an ARM path is that of this workspace."""
        return path.strip("/").lower() == self.settings.workspace_path.strip("/").lower()

    def holds(self, path: str) -> bool:
        """Whether an ARM path leads into this workspace."""
        return f"{path}/".lower().startswith(f"{self.settings.workspace_path}/".lower())

    def workspace(self, *segments: str) -> str:
        """ARM path of something in the workspace: `state.workspace("computes", "cpu")`."""
        return "/".join((self.settings.workspace_path, *segments))
