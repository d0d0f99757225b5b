"""An ARM path taken apart: subscription, resource group, and the types and names below the provider."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.requests import Request

from ..errors import Refused, gateway_error
from ..settings import PROVIDER


@dataclass(frozen=True)
class Address:
    """What a path names; `group` is empty for what belongs to the subscription."""

    subscription: str
    group: str
    types: tuple[str, ...]
    """The types below the provider, outermost first; none when the path leads to another provider."""
    names: tuple[str, ...]
    """Their names; one fewer than types where a collection or an action is addressed."""

    @property
    def route(self) -> str:
        """`workspaces/*/models/*` in lower case: the same for all resources of a type."""
        return "/".join(joined((kind.lower() for kind in self.types), ("*",) * len(self.names)))

    @property
    def outermost(self) -> str:
        """The outermost type in lower case, "" without one."""
        return self.types[0].lower() if self.types else ""


def read_address(request: Request) -> Address:
    """The address of a request. Raises Refused when ARM serves no such path."""
    segments = _segments(request)
    if len(segments) < 2 or segments[0].lower() != "subscriptions":
        raise not_served()
    below, group = segments[2:], ""
    if len(below) > 1 and below[0].lower() == "resourcegroups":
        group, below = below[1], below[2:]
    if [part.lower() for part in below[:2]] != ["providers", PROVIDER.lower()]:
        below = []
    return Address(segments[1], group, tuple(below[2::2]), tuple(below[3::2]))


def not_served() -> Refused:
    """For a path behind which there is nothing."""
    return Refused(gateway_error(404, "NotFound", "The requested path is not served by Azure Resource Manager."))


def joined(types: Iterable[str], names: Iterable[str]) -> list[str]:
    """Types and names in turn."""
    return [part for pair in itertools.zip_longest(types, names) for part in pair if part is not None]


def _segments(request: Request) -> list[str]:
    """The parts of the path, decoded one by one: a name may hold what else has a meaning in an URL."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    segments = [unquote(part) for part in raw.decode("latin-1").partition("?")[0].split("/") if part]
    if any("/" in segment for segment in segments):
        raise Refused(gateway_error(400, "InvalidResourceName", "The name of a resource cannot hold a slash."))
    return segments
