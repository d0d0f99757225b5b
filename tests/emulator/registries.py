"""Registries of the tenant: what they are, the versions of assets in them, and the imports that are under way."""

from __future__ import annotations

import re
import secrets
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from .clock import Clock
from .places import Unreachable, resolve
from .runtime.plan import Place
from .settings import PROVIDER, Settings
from .state import Resource, Resources, State

_SOURCE = re.compile(r"azureml://locations/([^/]+)/workspaces/([^/]+)/(\w+)/([^/]+)/versions/([^/]+)", re.IGNORECASE)
_ASSET = re.compile(r"azureml://registries/([^/]+)/(\w+)/([^/]+)/versions/([^/]+)", re.IGNORECASE)


@dataclass
class Transfer:
    """The making of a version in a registry; `finish` applies it. Service fact: operations contract 4.1, 4.2."""

    name: str
    ends: datetime
    finish: Callable[[], None]
    status: int
    body: dict[str, Any] | None = None
    """Status and body of its URL in the end."""
    error: str = ""
    """Why it fails."""
    is_over: bool = False


@dataclass
class Registries:
    """All registries over one storage account of theirs. Names are unique in the tenant."""

    settings: Settings
    clock: Clock
    storage: Any
    resources: Resources = field(init=False)
    transfers: dict[str, Transfer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.resources = Resources(self.settings.policies, self.clock)

    def list(self, subscription: str, group: str = "") -> list[Resource]:
        """Registries of a subscription or of a resource group."""
        prefix = f"/subscriptions/{subscription}/" + (f"resourceGroups/{group}/" if group else "")
        found = (item for item in self.resources if item.path.count("/") == _DEPTH)
        return [item for item in found if item.path.lower().startswith(prefix.lower())]

    def find(self, name: str) -> Resource | None:
        """The registry of this name, or None; case does not matter."""
        named = (item for item in self.resources if item.path.count("/") == _DEPTH)
        return next((item for item in named if item.name.lower() == name.lower()), None)

    def asset(self, reference: str) -> Resource | None:
        """The version that `azureml://registries/...` names, or None."""
        found = _ASSET.fullmatch(reference)
        registry = self.find(found[1]) if found else None
        if found is None or registry is None:
            return None
        return self.resources.get(f"{registry.path}/{found[2].lower()}/{found[3]}/versions/{found[4]}")

    def clear(self) -> None:
        """Forget everything."""
        self.resources.clear()
        self.transfers.clear()

    def settle(self) -> None:
        """Apply every transfer whose time has come."""
        for transfer in self.transfers.values():
            if not transfer.is_over and transfer.ends <= self.clock.now():
                transfer.is_over = True
                if not transfer.error:
                    transfer.finish()

    def begin(self, name: str, finish: Callable[[], None], status: int, body: dict[str, Any] | None = None) -> Transfer:
        """Begin to make a version; `status` and `body` are what the URL `name` answers in the end."""
        ends = self.clock.now() + timedelta(seconds=self.settings.operation_seconds)
        transfer = Transfer(name, ends, finish, status, body)
        self.transfers[name.lower()] = transfer
        return transfer

    async def new_container(self, registry: str) -> str:
        """A container of the registry that nobody has used."""
        name = f"{registry.lower()}-{uuid.uuid4()}"
        await self.storage.create_container(name)
        return name

    async def copy(self, state: State, uri: str, registry: str) -> str:
        """Copy what lies behind a URI of a workspace into the registry; its new address.

        What the workspace cannot read keeps its address.
        """
        try:
            source = resolve(state, uri)
        except Unreachable:
            return uri
        container = await self.new_container(registry)
        with tempfile.TemporaryDirectory() as folder:
            for name in await state.storage.names(source):
                file = Path(folder, "blob")
                below = f"{source.path}/{name}".strip("/")
                await state.storage.download(Place(source.container, below), file)
                await self.storage.upload(file, Place(container, below))
        return f"{self.storage.container_url(container)}/{source.path}"


def source_of(states: list[State], reference: str) -> tuple[State, Resource] | None:
    """The workspace and the version that an asset id with a workspace's GUID names, or None."""
    found = _SOURCE.fullmatch(reference)
    state = next((one for one in states if found and one.settings.workspace_guid == found[2].lower()), None)
    version = (
        state.resources.get(state.workspace(*found.groups()[2:4], "versions", found[5])) if state and found else None
    )
    return (state, version) if state and version else None


def registry_path(subscription: str, group: str, name: str) -> str:
    """ARM id of a registry."""
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{PROVIDER}/registries/{name}"


def random_name() -> str:
    """Name of an account that the service makes: eleven hexadecimal digits."""
    return secrets.token_hex(6)[:11]


_DEPTH = registry_path("", "", "").count("/")
