"""All workspaces of an emulator, and which of them a request is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any
from urllib.parse import unquote

from .access import Access
from .arm.datastores import create_system_datastores
from .arm.operations import Operations
from .clock import Clock
from .entra import Entra
from .jobs import JobStore
from .pending_uploads import PendingUploads
from .registries import Registries
from .settings import Settings
from .state import State

WORKSPACE = "emulator.workspace"
"""Key of a scope under which the journal finds the ARM id of the workspace that the request is about."""

_BELOW = re.compile(
    r"(?:.*?/)?subscriptions/([^/]+)/resourcegroups/([^/]+)/providers/[^/]+/workspaces/([^/]+)", re.IGNORECASE
)


class UnknownWorkspaceError(ValueError):
    """No workspace has a name, or more than one has it; the message lists those that there are."""


class Workspaces:
    """The workspaces of one tenant; the first is the one that `DIR/env` and controls without a name mean."""

    def __init__(self, clock: Clock, entra: Entra, registries: Registries) -> None:
        self._clock = clock
        self._entra = entra
        self.registries = registries
        self._states: list[State] = []
        self.access = Access(registries.settings.policies, self._states)
        self._endpoint_names: dict[str, dict[str, str]] = {}

    def __iter__(self) -> Iterator[State]:
        return iter(self._states)

    @property
    def first(self) -> State:
        return self._states[0]

    def add(self, settings: Settings, storage: Any) -> State:
        """A new workspace over a storage account of its own. Raises ValueError when there is one with this name."""
        if self.find(settings.subscription_id, settings.resource_group, settings.workspace_name):
            raise ValueError(f"the workspace {settings.workspace_path} is named twice")
        state = State(settings, self._clock, self._endpoint_names.setdefault(settings.region, {}))
        state.storage = storage
        state.operations = Operations(state)
        state.entra = self._entra
        state.registries = self.registries
        state.jobs = JobStore(state)
        state.uploads = PendingUploads(state)
        create_system_datastores(state)
        self._states.append(state)
        return state

    async def reset(self, state: State) -> None:
        """Make a workspace as it was at the start; the time that has passed and the switches stay."""
        await state.jobs.reset()
        state.operations.clear()
        state.uploads.clear()
        state.clear()
        state.surroundings.clear()
        state.is_deleted = False
        await state.storage.clear()
        create_system_datastores(state)

    def settle(self) -> None:
        """Let every operation whose time has come take effect."""
        for state in self._states:
            state.settle()
        self.registries.settle()

    async def collect(self) -> None:
        """Remove abandoned uploads that are due."""
        for state in self._states:
            await state.uploads.collect()

    def find(self, subscription: str, group: str, name: str) -> State | None:
        """The workspace of this name, or None; case does not matter."""
        asked = (subscription.lower(), group.lower(), name.lower())
        return next((state for state in self._states if _names(state) == asked), None)

    def at(self, path: str) -> State | None:
        """The workspace that a path leads into, or None."""
        found = _BELOW.match(path)
        return self.find(*found.groups()) if found else None

    def of_subscription(self, subscription: str) -> list[State]:
        """Workspaces of a subscription, in the order in which they were named."""
        return [state for state in self._states if _names(state)[0] == subscription.lower()]

    def of_group(self, subscription: str, group: str) -> list[State]:
        """Workspaces of a resource group."""
        return [state for state in self.of_subscription(subscription) if _names(state)[1] == group.lower()]

    def of_host(self, label: str) -> State:
        """The workspace that holds an endpoint, by the labels of its host name: `digits-ep.eastus`, or `digits-ep`.

        Without a region it is the first workspace's. The first workspace answers for what nobody holds.
        """
        name, _dot, region = label.partition(".")
        names = self._endpoint_names.get(region or self.first.settings.region, {})
        return self.at(names.get(name.lower(), "")) or self.first

    def of_account(self, account: str) -> State | None:
        """The workspace that a storage account belongs to, or None."""
        return next((state for state in self._states if state.storage.account_name == account), None)

    def named(self, text: str) -> State:
        """The workspace that `[SUBSCRIPTION/]GROUP/NAME` or `NAME` means; "" is the first.

        Raises UnknownWorkspaceError.
        """
        if not text:
            return self.first
        asked = tuple(part.lower() for part in text.strip("/").split("/"))
        found = [state for state in self._states if _names(state)[-len(asked) :] == asked]
        if len(found) != 1:
            said = "no workspace" if not found else "more than one workspace"
            raise UnknownWorkspaceError(f"{said} is called '{text}'; there are {', '.join(map(name_of, self._states))}")
        return found[0]


def name_of(state: State) -> str:
    """`SUBSCRIPTION/GROUP/NAME` of a workspace."""
    settings = state.settings
    return f"{settings.subscription_id}/{settings.resource_group}/{settings.workspace_name}"


def note(scope: MutableMapping[str, Any], state: State) -> None:
    """Let the journal know which workspace a request is about."""
    scope[WORKSPACE] = state.settings.workspace_path


def path_of(scope: Mapping[str, Any]) -> str:
    """The path of a request, decoded."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return unquote(raw.decode("latin-1").partition("?")[0])


def _names(state: State) -> tuple[str, str, str]:
    settings = state.settings
    return settings.subscription_id.lower(), settings.resource_group.lower(), settings.workspace_name.lower()
