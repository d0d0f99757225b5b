"""Asset versions and their containers: one set of handlers for all kinds, told apart by their tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from ..errors import Refused, management_error, validation_error
from ..settings import PROVIDER
from ..state import Resource
from .asset_kinds import KINDS, AssetKind, BadAsset
from .call import Answer, Call
from .content import look_at_content
from .listing import listed, ordered, page, visible
from .names import check_name
from .references import refuse_when_used
from .shapes import Problems
from .system_data import of_asset


async def list_versions(kind: AssetKind, call: Call) -> Answer:
    """Service fact: asset contract 1.6."""
    found: Iterable[Resource]
    if kind.collection == "codes" and "hash" in call.query:
        found = _code_by_hash(call)
    else:
        if call.state.resources.get(_container_path(call)) is None and not kind.list_of_unknown_is_empty:
            raise Refused(_no_container(kind, call))
        found = listed(call, newest_first=True)
        found = found if kind.collection == "codes" else visible(call, found)
        if "version" in call.query:
            found = (item for item in found if item.name == call.query["version"])
    return page(call, ordered(call, found), partial(render_version, kind, call))


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
    resource = call.state.resources.get(call.path)
    if resource is None:
        raise Refused(_no_version(kind, call))
    return Answer(200, render_version(kind, call, resource))


async def put_version(kind: AssetKind, call: Call) -> Answer:
    """Service fact: asset contract 1.7 (create or full replacement; the content cannot change)."""
    check_name(call, kind.label, call.names[0])
    sent = call.bind(kind.version, kind.label)["properties"]
    stored = kind.version.fill({"properties": sent})["properties"]
    try:
        kind.rewrite(stored, call.state.settings)
    except BadAsset as error:
        raise Refused(management_error(400, "UserError", str(error))) from error
    _check_sizes(kind, call, stored)
    await look_at_content(kind, call, stored)
    existing = call.state.resources.get(call.path)
    if existing is None:
        return _create_version(kind, call, stored)
    _refuse_change(kind, call, existing, stored)
    _archive(kind, call, sent, existing, stored)
    moves = kind.collection != "environments" or stored != existing.properties
    existing.properties = stored
    if moves:
        existing.modified = call.state.clock.now()
        existing.modified_by = True
    created = kind.collection == "environments" and bool(sent.get("isArchived"))
    status = 201 if created else call.state.policies.status("equal_put_status") if _is_environment(kind) else 200
    headers = {"Location": call.url(call.path, call.raw_query)} if status == 201 else {}
    return Answer(status, render_version(kind, call, existing), headers)


def _check_sizes(kind: AssetKind, call: Call, stored: dict[str, Any]) -> None:
    """(A10)"""
    most_tags, most_text = (call.state.policies.number(name) for name in ("max_tags", "max_text"))
    tags = stored["tags"] or {}
    texts = {"version": call.names[1], "condaFile": stored.get("condaFile") or "", **{f"tags.{k}": k for k in tags}}
    texts |= {f"tags.{name}": value for name, value in tags.items() if value and len(value) > len(name)}
    problems = Problems()
    if most_tags and len(tags) > most_tags:
        problems.add("properties.tags", f"At most {most_tags} tags are allowed.", "MaximumLengthValidator")
    for where, text in texts.items():
        if most_text and len(text) > most_text:
            problems.add(where, f"At most {most_text} characters are allowed.", "MaximumLengthValidator")
    if problems.entries:
        raise Refused(validation_error(kind.label, problems.entries))


def _is_environment(kind: AssetKind) -> bool:
    return kind.collection == "environments"


def _create_version(kind: AssetKind, call: Call, stored: dict[str, Any]) -> Answer:
    now = call.state.clock.now()
    container = call.state.resources.get(_container_path(call))
    if container is None:
        container = _new_container(kind, call, {"dataType": stored.get("dataType")}, now)
    elif kind.collection == "data" and container.properties["dataType"] != stored["dataType"]:
        message = f"All versions of data '{call.names[0]}' must be of type {container.properties['dataType']}."
        raise Refused(management_error(400, "UserError", message))
    resource = Resource(call.path, stored, created=now, modified=now, api_version=call.api_version)
    resource.modified_by = kind.collection != "data"
    call.state.resources.put(resource)
    container.extra["latest"] = resource.name
    container.extra["highest"] = max(container.extra["highest"], _number(resource.name))
    answer = render_version(kind, call, resource)
    return Answer(201, answer, {"Location": call.url(call.path, call.raw_query)})


def _refuse_change(kind: AssetKind, call: Call, existing: Resource, stored: dict[str, Any]) -> None:
    """(A1)"""
    changed = any(existing.properties.get(name) != stored.get(name) for name in kind.immutable)
    if kind.collection == "components":
        changed = _interface(existing.properties) != _interface(stored)
    if changed:
        status = kind.refusal_status or call.state.policies.status("immutable_status")
        message = kind.refusal.format(name=call.names[0], version=call.names[1])
        shown = call.state.policies["conflict_details"] == "present"
        details = [{"code": f"{kind.label}Conflict", "message": message}] if shown else []
        raise Refused(management_error(status, "UserError", message, details=details))


def _interface(properties: dict[str, Any]) -> dict[str, Any]:
    """The part of a component that is fixed once registered."""
    cosmetic = ("display_name", "description", "tags", "$schema")
    return {key: value for key, value in properties["componentSpec"].items() if key not in cosmetic}


def _archive(kind: AssetKind, call: Call, sent: dict[str, Any], existing: Resource, stored: dict[str, Any]) -> None:
    """Service fact: asset contract 1.8 (`stage` in the body decides instead of `isArchived`; A8)."""
    policies = call.state.policies
    stage = sent.get("stage")
    if kind.archived_stage and stage is not None and policies["archive_with_stage"] == "ignored":
        stored["isArchived"] = stage.lower() == "archived"
    elif kind.collection == "environments" and policies["environment_archive"] == "ignored":
        stored["isArchived"] = existing.properties["isArchived"]
    if kind.archived_stage and stage is None:
        if stored["isArchived"]:
            stored["stage"] = "Archived"
        elif existing.properties["isArchived"]:
            stored["stage"] = policies["restored_stage"]
        else:
            stored["stage"] = existing.properties["stage"]


async def delete_version(kind: AssetKind, call: Call) -> Answer:
    refuse_when_used(call, call.path)
    if not call.state.resources.delete(call.path):
        return _absent(call, _no_version(kind, call))
    container = call.state.resources.get(_container_path(call))
    if container is not None:
        left = call.state.resources.children(f"{container.path}/versions")
        container.extra["latest"] = left[-1].name if left else None
        container.extra["highest"] = max((_number(version.name) for version in left), default=0)
    return Answer(200)


async def list_containers(kind: AssetKind, call: Call) -> Answer:
    found = listed(call, newest_first=kind.newest_container_first)
    return page(call, visible(call, found), partial(render_container, kind, call))


async def get_container(kind: AssetKind, call: Call) -> Answer:
    resource = call.state.resources.get(call.path)
    if resource is None:
        raise Refused(_no_container(kind, call))
    return Answer(200, render_container(kind, call, resource))


async def put_container(kind: AssetKind, call: Call) -> Answer:
    """201 even when it stands, and no sign of a change in its times. Service fact: asset contract 1.8."""
    check_name(call, kind.label, call.names[0])
    stored = kind.container.fill(call.bind(kind.container, kind.label))["properties"]
    resource = call.state.resources.get(call.path)
    if resource is None:
        resource = _new_container(kind, call, stored, call.state.clock.now())
    resource.properties = stored
    return Answer(201, render_container(kind, call, resource), {"Location": call.url(call.path, call.raw_query)})


async def delete_container(kind: AssetKind, call: Call) -> Answer:
    refuse_when_used(call, call.path)
    versions = call.state.resources.children(f"{call.path}/versions")
    if versions and call.state.policies["delete_container"] == "refused":
        message = f"{kind.label} container {call.names[0]} has versions and cannot be deleted."
        raise Refused(management_error(409, "UserError", message))
    if call.state.resources.delete(call.path):
        return Answer(200)
    return _absent(call, _no_container(kind, call))


def _new_container(kind: AssetKind, call: Call, properties: dict[str, Any], now: datetime) -> Resource:
    stored = kind.container.fill({"properties": {"description": kind.container_description, **properties}})
    resource = Resource(_container_path(call), stored["properties"], created=now, modified=now)
    resource.extra = {"latest": None, "highest": 0}
    call.state.resources.put(resource)
    return resource


def _container_path(call: Call) -> str:
    return "/".join(call.path.split("/")[:11])


def _number(version: str) -> int:
    return int(version) if version.isascii() and version.isdecimal() else 0


def render_version(kind: AssetKind, call: Call, resource: Resource) -> dict[str, Any]:
    """The answer for one version; the newest environment carries a label. Service fact: asset contract 7.2."""
    properties = {**resource.properties, "provisioningState": "Succeeded"}
    if kind.collection == "environments" and call.api_version >= "2023-04-01":
        container = call.state.resources.get(resource.path.rsplit("/", 2)[0])
        newest = container is not None and container.extra["latest"] == resource.name
        properties["properties"] = {**properties["properties"], "azureml.labels": "latest" if newest else ""}
    return _render(kind, call, resource, properties, "/versions")


def render_container(kind: AssetKind, call: Call, resource: Resource) -> dict[str, Any]:
    """The answer for one container. Service fact: asset contract 1.9."""
    properties = {
        **resource.properties,
        "latestVersion": resource.extra["latest"],
        "nextVersion": str(resource.extra["highest"] + 1),
        "provisioningState": "Succeeded",
    }
    if kind.timed_versions and call.state.policies["generation"] == "G1":
        properties["nextVersion"] = f"{call.state.clock.now():%Y-%m-%d-%H-%M-%S-%f}0"
        properties["latestVersion"] = None if kind.collection == "components" else resource.extra["latest"]
    return _render(kind, call, resource, properties, "")


def _render(kind: AssetKind, call: Call, resource: Resource, properties: dict[str, Any], suffix: str) -> dict[str, Any]:
    template = kind.version if suffix else kind.container
    return {
        "id": resource.path,
        "name": resource.name,
        "type": f"{PROVIDER}/workspaces/{kind.collection}{suffix}",
        "properties": template.render({"properties": properties}, call.api_version)["properties"],
        "systemData": of_asset(resource),
    }


def _absent(call: Call, refusal: Any) -> Answer:
    if call.state.policies["delete_absent"] == "404":
        raise Refused(refusal)
    return Answer(204)


def _no_container(kind: AssetKind, call: Call) -> Any:
    """Service fact: asset contract 1.5.1."""
    message = f"{kind.label} container with name: {call.names[0]} not found."
    details: Sequence[dict[str, str]] = [{"code": f"{kind.label}NotFound", "message": message}]
    return management_error(404, "UserError", "The specified resource was not found.", details=details)


def _no_version(kind: AssetKind, call: Call) -> Any:
    message = f"{kind.label} with name: {call.names[0]} and version: {call.names[1]} not found."
    return call.not_found(f"{kind.label}NotFound", message)


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
