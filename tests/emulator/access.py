"""Who may do what: role assignments of the tenant, and the rule by which they allow an action at a scope.

Service fact: operations contract 3.1, 3.1.1.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .policies import Policies
from .state import State

CALLER, WORKSPACE = "caller", "workspace"
"""Words for the object ids of the application, and of the first workspace's identity."""
_LISTS = ("actions", "notActions", "dataActions", "notDataActions")
_PROVIDER = "Microsoft.MachineLearningServices"


class BadRoles(ValueError):
    """A list of assignments that cannot be used; the message says why."""


@dataclass(frozen=True)
class Permission:
    """What a role allows, by patterns in which `*` matches any number of segments."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()

    def covers(self, action: str, *, data: bool) -> bool:
        """Whether an action is among those named and not among the excluded ones; case does not matter."""
        named, excluded = (self.data_actions, self.not_data_actions) if data else (self.actions, self.not_actions)
        return any(_matches(one, action) for one in named) and not any(_matches(one, action) for one in excluded)

    def view(self) -> dict[str, list[str]]:
        parts = (self.actions, self.not_actions, self.data_actions, self.not_data_actions)
        return {name: list(part) for name, part in zip(_LISTS, parts, strict=True)}


@dataclass(frozen=True)
class Role:
    """A role definition; `id` is a GUID."""

    id: str
    name: str
    permission: Permission
    built_in: bool = True


_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers"
_DATA_SCIENTIST = Permission(
    tuple(f"{_PROVIDER}/workspaces/*/{action}" for action in ("read", "action", "delete", "write")),
    tuple(
        f"{_PROVIDER}/workspaces/{part}"
        for part in (
            *("delete", "write", "computes/*/write", "computes/*/delete", "computes/listKeys/action"),
            *("listKeys/action", "hubs/write", "hubs/delete", "featurestores/write", "featurestores/delete"),
        )
    ),
)
_CONTRIBUTOR = Permission(
    ("*",),
    tuple(f"Microsoft.Authorization/{part}" for part in ("*/Delete", "*/Write", "elevateAccess/Action")),
)
BUILT_IN = (
    Role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", Permission(("*",))),
    Role("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor", _CONTRIBUTOR),
    Role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", Permission(("*/read",))),
    Role("f6c7c914-8db3-469d-8ca1-694a8f32e121", "AzureML Data Scientist", _DATA_SCIENTIST),
    Role(
        "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        "Storage Blob Data Reader",
        Permission((f"{_BLOBS}/read",), (), (f"{_BLOBS}/blobs/read",)),
    ),
    Role(
        "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        "Storage Blob Data Contributor",
        Permission(
            tuple(f"{_BLOBS}/{action}" for action in ("delete", "read", "write")),
            (),
            tuple(f"{_BLOBS}/blobs/{action}" for action in ("delete", "read", "write", "move/action", "add/action")),
        ),
    ),
)


@dataclass(frozen=True)
class Assignment:
    """A role that a principal has at a scope and below; `deny` turns it into a deny assignment.

    `through_group`: the principal has it as a member of a group.
    """

    scope: str
    principal: str
    role: Role
    through_group: bool = False
    deny: bool = False
    name: str = field(default_factory=lambda: str(uuid.uuid4()))
    group: str = field(default_factory=lambda: str(uuid.uuid4()))

    def reaches(self, scope: str) -> bool:
        """Whether it holds at a scope: at its own one, and at all below."""
        return f"{scope.rstrip('/')}/".lower().startswith(f"{self.scope.rstrip('/')}/".lower())


class Access:
    """The assignments in force. Until some are chosen, the application and the workspaces' identities may do all."""

    def __init__(self, policies: Policies, states: list[State]) -> None:
        self._policies = policies
        self._states = states
        self._chosen: list[Assignment] | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has chosen any assignment."""
        return self._chosen is None

    def choose(self, entries: Any) -> None:
        """Have these assignments, and no others. Raises BadRoles."""
        if not isinstance(entries, list):
            raise BadRoles("send a list of assignments")
        self._chosen = [self._read(entry) for entry in entries]

    def clear(self) -> None:
        """Have the assignments of the start."""
        self._chosen = None

    def __iter__(self) -> Iterator[Assignment]:
        return iter(self._defaults() if self._chosen is None else self._chosen)

    def of(self, principal: str, scope: str) -> list[Assignment]:
        """The assignments, of denials too, that a principal has at a scope."""
        return [one for one in self if one.principal.lower() == principal.lower() and one.reaches(scope)]

    def allows(self, principal: str, action: str, scope: str, *, data: bool = False) -> bool:
        """Whether an assignment allows an action at a scope and none denies it."""
        if self.is_open:
            return True
        found = [one for one in self.of(principal, scope) if one.role.permission.covers(action, data=data)]
        return bool(found) and not any(one.deny for one in found)

    def permissions(self, principal: str, scope: str) -> list[dict[str, list[str]]]:
        """What the service answers a principal about itself at a scope. (C6)"""
        groups = self._policies["permissions_of_groups"] == "shown"
        denied = self._policies["deny_assignments"] == "applied"
        found = self.of(principal, scope)
        minus = [one.role.permission for one in found if one.deny and denied]
        granted = (one.role.permission for one in found if not one.deny and (groups or not one.through_group))
        return [_without(one, minus).view() for one in granted]

    def role(self, name: str) -> Role | None:
        """The role definition of a GUID."""
        return next((one for one in (*BUILT_IN, *(one.role for one in self)) if one.id == name.lower()), None)

    def _defaults(self) -> Iterator[Assignment]:
        names = {role.name: role for role in BUILT_IN}
        for state in self._states:
            root = f"/subscriptions/{state.settings.subscription_id}"
            group = f"{root}/resourceGroups/{state.settings.resource_group}"
            for principal, role in (
                (state.entra.object_id, "Owner"),
                (state.entra.object_id, "Storage Blob Data Contributor"),
                (state.settings.workspace_guid, "Contributor"),
                (state.settings.workspace_guid, "Storage Blob Data Contributor"),
            ):
                name = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{group} {principal} {role}"))
                yield Assignment(group if "Contributor" in role else root, principal, names[role], name=name)

    def _read(self, entry: Any) -> Assignment:
        if not isinstance(entry, dict) or not isinstance(entry.get("scope"), str):
            raise BadRoles("an assignment is an object with a scope, and a role or permissions")
        known = {"scope", "principal", "role", "permissions", "through_group", "deny"}
        if unknown := sorted(entry.keys() - known):
            raise BadRoles(f"an assignment has no key '{unknown[0]}'; it has {', '.join(sorted(known))}")
        principal = str(entry.get("principal", CALLER))
        first = self._states[0]
        words = {CALLER: first.entra.object_id, WORKSPACE: first.settings.workspace_guid}
        return Assignment(
            entry["scope"],
            words.get(principal, principal),
            _role(entry),
            through_group=bool(entry.get("through_group")),
            deny=bool(entry.get("deny")),
        )


def _role(entry: Mapping[str, Any]) -> Role:
    if ("role" in entry) == ("permissions" in entry):
        raise BadRoles("give an assignment either a role or permissions")
    if "role" in entry:
        found = next((role for role in BUILT_IN if role.name.lower() == str(entry["role"]).lower()), None)
        if found is None:
            raise BadRoles(f"there is no role '{entry['role']}'; there are {', '.join(one.name for one in BUILT_IN)}")
        return found
    given = entry["permissions"]
    if not isinstance(given, dict) or given.keys() - set(_LISTS):
        raise BadRoles(f"permissions are an object with {', '.join(_LISTS)}")
    patterns = (tuple(given.get(name) or ()) for name in _LISTS)
    return Role(str(uuid.uuid4()), "Custom role", Permission(*patterns), built_in=False)


def _without(permission: Permission, minus: Iterable[Permission]) -> Permission:
    """The permission less what deny assignments name; their own exceptions are left aside."""
    denied = list(minus)
    return Permission(
        permission.actions,
        (*permission.not_actions, *(action for one in denied for action in one.actions)),
        permission.data_actions,
        (*permission.not_data_actions, *(action for one in denied for action in one.data_actions)),
    )


def _matches(pattern: str, action: str) -> bool:
    expression = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(expression, action, re.IGNORECASE) is not None
