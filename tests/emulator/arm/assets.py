"""Asset versions and their containers: one set of handlers for all kinds, each with its table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from typing import Any

from ..errors import Refused, management_error
from ..state import Resource
from . import component_specs
from .absent_assets import no_container, no_version
from .asset_kinds import COMPONENT, ENVIRONMENT, KINDS, MODEL, AssetKind
from .asset_puts import container_path, new_container, number, put_version
from .asset_views import render_container, render_version
from .call import Answer, Call
from .curated import curated_version
from .listing import listed, ordered, page, visible
from .names import check_name
from .references import refuse_when_used
from .version_views import note_archiving

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DEFAULT_LABEL = "azureml_default"


async def list_versions(kind: AssetKind, call: Call) -> Answer:
    """Service fact: asset contract 1.6."""
    found: Iterable[Resource]
    if kind.collection == "codes" and "hash" in call.query:
        found = _code_by_hash(call)
    elif (curated := _curated(kind, call)) is not None:
        found = [curated]
    else:
        if call.state.resources.get(container_path(call)) is None and not kind.list_of_unknown_is_empty:
            raise Refused(no_container(kind, call))
        found = listed(call, newest_first=True)
        found = found if kind.collection == "codes" else visible(call, found)
        if "version" in call.query:
            found = (item for item in found if item.name == call.query["version"])
        if kind is MODEL and "stage" in call.query:
            found = (item for item in found if item.properties["stage"] == call.query["stage"])
    return _page(kind, call, ordered(call, found), partial(render_version, kind, call))


def _page(kind: AssetKind, call: Call, found: Iterable[Resource], render: Any) -> Answer:
    linked = kind is MODEL and "versions" in call.path
    return page(call, found, render, natural_size=kind.page_size, tokens=kind.tokens, linked_top=linked)


def _code_by_hash(call: Call) -> list[Resource]:
    """The search ignores the name in the path, and may lag as lists do. Service fact: asset contract 1.6, 5.1."""
    hidden = call.state.policies["hash_search_archived"] == "hidden"
    found = []
    for container in call.state.resources.children(call.state.workspace("codes")):
        for version in listed(call, f"{container.path}/versions"):
            marks = version.properties["properties"]
            same = marks.get("hash_sha256") == call.query["hash"]
            same &= call.query.get("hashVersion", marks.get("hash_version")) == marks.get("hash_version")
            if same and not (hidden and version.properties["isArchived"]):
                found.append(version)
    return sorted(found, key=lambda version: version.serial, reverse=True)


async def get_version(kind: AssetKind, call: Call) -> Answer:
    if kind is COMPONENT and call.names[1] == _DEFAULT_LABEL:
        return _default_version(call)
    if kind is COMPONENT and call.names[0] == component_specs.ANONYMOUS and not _GUID.fullmatch(call.names[1]):
        # Service fact: asset contract 14.19. Its text, which quotes an inner call, is the service's own.
        message = f"Inner request failed with 400: the version '{call.names[1]}' of an anonymous component is no GUID."
        raise Refused(management_error(400, "UserError", message))
    resource = call.state.resources.get(call.path) or _curated(kind, call)
    if resource is None:
        raise Refused(no_version(kind, call))
    return Answer(200, render_version(kind, call, resource))


def _curated(kind: AssetKind, call: Call) -> Resource | None:
    """What the service itself keeps under the name and version of a call, where nobody else has that name."""
    if kind is not ENVIRONMENT or call.state.resources.get(container_path(call)) is not None:
        return None
    return curated_version(container_path(call), *call.names[1:])


def _default_version(call: Call) -> Answer:
    """The newest version of a component under the label `default`. Service fact: asset contract 14.27."""
    newest = next(iter(call.state.resources.each(call.path.rpartition("/")[0], newest_first=True)), None)
    if newest is None:
        raise Refused(no_version(COMPONENT, call))
    shown = render_version(COMPONENT, call, newest)
    return Answer(200, {**shown, "id": f"{container_path(call)}/labels/default"})


async def delete_version(kind: AssetKind, call: Call) -> Answer:
    refuse_when_used(call, call.path)
    if not call.state.resources.delete(call.path):
        return _absent(call, no_version(kind, call))
    container = call.state.resources.get(container_path(call))
    if container is not None:
        left = call.state.resources.children(f"{container.path}/versions")
        named = [version.name for version in left if not version.properties.get("isAnonymous")]
        container.extra["latest"] = named[-1] if named else None
        container.extra["highest"] = max((number(version.name) for version in left), default=0)
    return Answer(200)


async def list_containers(kind: AssetKind, call: Call) -> Answer:
    found = listed(call, newest_first=kind.newest_container_first)
    return _page(kind, call, visible(call, found), partial(render_container, kind, call))


async def get_container(kind: AssetKind, call: Call) -> Answer:
    resource = call.state.resources.get(call.path)
    if resource is None:
        raise Refused(no_container(kind, call))
    return Answer(200, render_container(kind, call, resource))


async def put_container(kind: AssetKind, call: Call) -> Answer:
    """No sign of a change in its times. Service fact: asset contract 1.8, 14.13."""
    check_name(call, kind.label, call.names[0])
    stored = kind.container.fill(call.bind(kind.container, kind.label))["properties"]
    resource = call.state.resources.get(call.path)
    created = resource is None or kind is ENVIRONMENT
    resource = resource or new_container(kind, call, stored, call.state.clock.now())
    was_archived = bool(resource.properties["isArchived"])
    resource.properties = stored
    if kind is ENVIRONMENT:
        note_archiving(resource, was_archived, call)
    status = 201 if created else call.state.policies.status("container_put_status")
    headers = {"Location": call.url(call.path, call.raw_query)} if status == 201 else {}
    return Answer(status, render_container(kind, call, resource), headers)


async def delete_container(kind: AssetKind, call: Call) -> Answer:
    refuse_when_used(call, call.path)
    versions = call.state.resources.children(f"{call.path}/versions")
    if versions and call.state.policies["delete_container"] == "refused":
        message = f"{kind.label} container {call.names[0]} has versions and cannot be deleted."
        raise Refused(management_error(409, "UserError", message))
    if call.state.resources.delete(call.path):
        return Answer(200)
    return _absent(call, no_container(kind, call))


def _absent(call: Call, refusal: Any) -> Answer:
    if call.state.policies["delete_absent"] == "404":
        raise Refused(refusal)
    return Answer(204)


_HANDLERS = {
    "GET {0}": list_containers,
    "GET {0}/*": get_container,
    "PUT {0}/*": put_container,
    "DELETE {0}/*": delete_container,
    "GET {0}/*/versions": list_versions,
    "GET {0}/*/versions/*": get_version,
    "PUT {0}/*/versions/*": put_version,
    "DELETE {0}/*/versions/*": delete_version,
}
ROUTES = {
    pattern.format(collection): partial(handler, kind)
    for collection, kind in KINDS.items()
    for pattern, handler in _HANDLERS.items()
}
