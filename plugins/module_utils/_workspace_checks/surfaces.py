# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Asks Azure what the checks need to know. Each question is asked once; writes nothing."""

from __future__ import annotations

import itertools
import typing as t

from .._errors import AzureMLError, NotFoundError, ParentNotFoundError
from .._names.arm_id import parse as parse_id
from .._names.json_types import JsonObject
from .._service.answer import ERRORS, Answer
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace
from .caller import Caller
from .finding import Unknown, Unreadable
from .rights import Permission, read_permissions

AUTHORIZATION = "2022-04-01"
STORAGE, REGISTRY, NETWORK, IDENTITY = "2023-05-01", "2023-07-01", "2023-11-01", "2023-01-31"
GRAPH_PATH, GRAPH_VERSION = "/providers/Microsoft.ResourceGraph/resources", "2021-03-01"
PAGE = 1000
ML = "Microsoft.MachineLearningServices"
_DIAGNOSE_TIMEOUT_WHAT = "the diagnosis of the workspace"

T = t.TypeVar("T")


class Surfaces:
    """What Azure answers about one workspace and what is around it.

    Every method and property raises Unreadable for a surface that refuses, is absent, or gives no usable answer.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.home = workspace
        self.id = workspace.id
        self.datastores = Datastores(workspace)
        self.caller = Caller(workspace)
        self._answers: dict[tuple[str, ...], t.Any] = {}

    # -- the workspace ---------------------------------------------------------------------------------------------

    @property
    def workspace_answer(self) -> Answer:
        """The answer to the GET of the workspace, with its headers."""
        return self._ask(
            self.id.path,
            "the workspace",
            f"{ML}/workspaces/read",
            ("workspace",),
            lambda: self.home.arm.answer(self.id.path),
        )

    @property
    def workspace(self) -> JsonObject:
        return self.workspace_answer.json_object("read the workspace")

    @property
    def region(self) -> str:
        return str(self.workspace["location"])

    @property
    def properties(self) -> JsonObject:
        return dict(self.workspace.get("properties") or {})

    @property
    def is_private(self) -> bool:
        """Whether the workspace is closed to public networks."""
        return bool(self.properties.get("publicNetworkAccess") == "Disabled")

    def diagnosis(self, timeout: float) -> JsonObject:
        """Section -> findings of the service's own diagnosis. Service fact: operations contract 3.2."""

        def ask() -> JsonObject:
            arm = self.home.arm
            started = arm.post(f"{self.id.path}/diagnose", {"value": {}}, safe_to_repeat=True)
            ended = arm.outcome(started, timeout=timeout, what=_DIAGNOSE_TIMEOUT_WHAT)
            if not isinstance(ended, dict) or not isinstance(ended.get("value"), dict):
                raise AzureMLError("The diagnosis ended without a result.")
            return dict(ended["value"])

        return self._ask(self.id.path, _DIAGNOSE_TIMEOUT_WHAT, f"{ML}/workspaces/diagnose/action", ("diagnosis",), ask)

    def child(self, path: str, what: str) -> JsonObject | None:
        """A resource of machine learning by its ARM id, None if it is absent."""

        def ask() -> JsonObject | None:
            try:
                return self.home.arm.get(path)
            except ParentNotFoundError:  # the id of something in an absent workspace
                return None

        return self._ask(path, what, f"{_type_of(path)}/read", ("get", path), ask)

    def children(self, path: str, what: str, **query: str) -> list[JsonObject]:
        """A collection of the workspace, with ``$top`` its first page; empty if what contains it is absent."""

        def ask() -> list[JsonObject]:
            try:
                found = self.home.arm.list(path, query=query)
                return list(itertools.islice(found, int(query["$top"]) if "$top" in query else None))
            except NotFoundError:
                return []

        return self._ask(path, what, f"{_type_of(path)}/read", ("list", path, str(query)), ask)

    def scoring_answer(self, url: str) -> tuple[int, str]:
        """Status and text of the scoring host's answer to a read. Raises ConnectionFailed, CredentialError."""
        credentials, audience = self.home.credentials, self.home.cloud.ml_audience
        answer = self.home.http.send(
            "GET",
            url,
            token=lambda fresh: credentials.token(audience, to=url, fresh=fresh),
            accept=ERRORS,
            what="ask the scoring host for a job",
        )
        return answer.status, answer.fault.text if answer.status in ERRORS else ""

    # -- the region ------------------------------------------------------------------------------------------------

    def of_region(self, kind: str, region: str) -> list[JsonObject]:
        """``usages``, ``quotas`` or ``vmSizes``. Service fact: operations contract 1."""
        path = f"/subscriptions/{self.id.subscription_id}/providers/{ML}/locations/{region}/{kind}"
        return self._ask(
            path,
            f"{kind} of the region {region}",
            f"{ML}/locations/{kind}/read at the subscription",
            (kind, region.lower()),
            lambda: list(self.home.arm.list(path)),
        )

    # -- rights ----------------------------------------------------------------------------------------------------

    def permissions(self, scope: str) -> list[Permission]:
        """What the caller may do at a scope. Service fact: operations contract 3.1."""
        return read_permissions(self._authorization(scope, "permissions"))

    def denials(self, scope: str, principal: str) -> list[Permission]:
        """What deny assignments forbid a principal at a scope."""
        found = self._authorization(scope, "denyAssignments", f"assignedTo('{principal}')")
        return [one for entry in found for one in read_permissions(_inner(entry).get("permissions") or ())]

    def grants(self, scope: str, principal: str) -> list[Permission]:
        """What the role assignments of a principal, also through groups, allow at a scope.

        Assignments below the scope, and those with a condition, are left out: they allow less.
        """
        found = self._authorization(scope, "roleAssignments", f"assignedTo('{principal}')")
        reaching = [entry for entry in found if _reaches(_inner(entry), scope)]
        return [one for entry in reaching for one in self._role(str(_inner(entry)["roleDefinitionId"]))]

    def _role(self, path: str) -> list[Permission]:
        action = "Microsoft.Authorization/roleDefinitions/read"

        def ask() -> list[Permission]:
            role = self.home.arm.answer(path, api_version=AUTHORIZATION).json_object("read a role definition")
            return read_permissions(_inner(role).get("permissions") or ())

        return self._ask(path, "a role definition", action, ("role", path.lower()), ask)

    def _authorization(self, scope: str, kind: str, filter_text: str = "") -> list[JsonObject]:
        path = f"{scope}/providers/Microsoft.Authorization/{kind}"
        query = {"$filter": filter_text} if filter_text else {}
        return self._ask(
            scope,
            {"permissions": "the caller's permissions", "denyAssignments": "deny assignments"}.get(kind, "roles"),
            f"Microsoft.Authorization/{kind}/read",
            (kind, scope.lower(), filter_text),
            lambda: list(self.home.arm.list(path, api_version=AUTHORIZATION, query=query)),
        )

    # -- around the workspace --------------------------------------------------------------------------------------

    def around(self, path: str, what: str, api_version: str) -> JsonObject | None:
        """A resource of another provider by its ARM id, None if it is absent."""
        action = f"{_type_of(path)}/read"
        return self._ask(path, what, action, ("get", path), lambda: self.home.arm.get(path, api_version=api_version))

    def graph(self, query: str) -> list[JsonObject]:
        """The rows of a query that shows ``id``, of the subscription. Service fact: operations contract 7."""

        def ask() -> list[JsonObject]:
            rows: list[JsonObject] = []
            token: str | None = None
            while True:
                options = {"$top": PAGE, "resultFormat": "objectArray", **({"$skipToken": token} if token else {})}
                body = {"subscriptions": [self.id.subscription_id], "query": query, "options": options}
                answer = self.home.arm.post(GRAPH_PATH, body, api_version=GRAPH_VERSION, safe_to_repeat=True).body
                if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
                    raise AzureMLError("Resource Graph answered without rows.")
                rows += answer["data"]
                token = answer.get("$skipToken")
                if not token:
                    return rows

        subscription = f"/subscriptions/{self.id.subscription_id}"
        return self._ask(subscription, "what Resource Graph knows", f"*/read at {subscription}", ("graph", query), ask)

    # -- one question ----------------------------------------------------------------------------------------------

    def _ask(self, subject: str, what: str, action: str, key: tuple[str, ...], question: t.Callable[[], T]) -> T:
        """The answer to a question, which is asked once, or the reason why there is none."""
        if key not in self._answers:
            try:
                self._answers[key] = question()
            except AzureMLError as error:
                self._answers[key] = Unreadable(
                    Unknown(subject, f"{what} could not be read", error.message, action), error
                )
        answer = self._answers[key]
        if isinstance(answer, Unreadable):
            raise answer
        return t.cast("T", answer)


def _inner(entry: JsonObject) -> JsonObject:
    return dict(entry.get("properties") or {})


def _reaches(assignment: JsonObject, scope: str) -> bool:
    """Whether a role assignment holds at the scope without a condition."""
    own = str(assignment.get("scope") or "").rstrip("/")
    return not assignment.get("condition") and f"{scope}/".lower().startswith(f"{own}/".lower())


def _type_of(path: str) -> str:
    """The type of a resource, or of a collection, by its path: ``Microsoft.Storage/storageAccounts``."""
    found = parse_id(path)
    if found is not None and found.provider:
        return "/".join([found.provider, *(kind for kind, _name in found.segments)])
    provider, *below = path.partition("/providers/")[2].split("/")
    return "/".join([provider, *below[::2]])
