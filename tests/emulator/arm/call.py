"""One management call on its way to a handler, and the answer on its way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from ..entra import Caller
from ..errors import Refused, binding_error, management_error, validation_error
from ..state import State
from .shapes import Problems, Shape

_SAFE = "/:@!$&'()*+,;=~"
"""What a path may hold unquoted."""


@dataclass(frozen=True)
class Call:
    """A request that ARM let through: caller known, api-version registered, workspace there."""

    state: State
    """The workspace that it is about; of a call above workspaces, the first in its reach."""
    reach: Sequence[State]
    """The workspaces of the subscription, or of the resource group, that the path names."""
    caller: Caller
    method: str
    path: str
    """Canonical path of the thing addressed."""
    group: str
    """The resource group that the path names, or ""."""
    names: tuple[str, ...]
    """The names in the path below the workspace, or below the provider, outermost first."""
    api_version: str
    query: Mapping[str, str]
    raw_query: str
    body: Any = None

    def bind(self, shape: Shape, subject: str, *, binds_first: bool = False) -> dict[str, Any]:
        """The body in the given shape, or Refused with what is wrong with it.

        `binds_first`: a body that cannot be bound is refused before any value is validated, in other words.
        Service fact: batch contract 14.9.
        """
        policies = self.state.policies
        problems = Problems(refuse_read_only=policies["read_only_properties"] == "refused")
        strict = policies["unknown_properties"] == "refused"
        bound = shape.bind(self.body, problems=problems, strict=strict, version=self.api_version)
        if problems.entries:
            unbound = binds_first and problems.faults
            raise Refused(binding_error(problems.faults) if unbound else validation_error(subject, problems.entries))
        return bound

    def not_found(self, code: str, message: str) -> Response:
        """404 for an absent thing; the place of its code was recorded for containers of models only. (A3)"""
        place = self.state.policies["not_found_body"]
        if place == "details":
            detail = {"code": code, "message": message}
            return management_error(404, "UserError", "The specified resource was not found.", details=[detail])
        return management_error(404, "UserError", message, inner=("NotFound", code) if place == "inner" else ())

    def conflict(self, message: str) -> Response:
        """409 for an endpoint or deployment that is not in a state to be written; none was recorded. (B5)"""
        match self.state.policies["conflict_body"]:
            case "details":
                details = [{"code": "Conflict", "message": message}]
                return management_error(409, "UserError", "The request conflicts with another one.", details=details)
            case "bare":
                return management_error(409, "Conflict", message)
        return management_error(409, "UserError", message, inner=("Conflict",))

    def url(self, path: str, query: str | None = None) -> str:
        """Absolute URL of a path on this host."""
        query = f"api-version={self.api_version}" if query is None else query
        return f"{self.state.settings.url('management')}{quote(path, safe=_SAFE)}?{query}"


@dataclass(frozen=True)
class Answer:
    """Status, body (None for an empty one, NULL for the JSON null) and headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


NULL = object()
"""A body of the four bytes `null`."""
