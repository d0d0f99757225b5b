"""PUT of an asset version: created, or replaced as far as its kind may change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..errors import Refused, management_error, validation_error
from ..state import Resource
from . import component_specs
from .asset_kinds import COMPONENT, DATA, ENVIRONMENT, MODEL, AssetKind
from .asset_rewrites import BadAsset
from .asset_views import render_version
from .call import Answer, Call
from .content import look_at_content
from .environment_builds import build_headers
from .names import check_name
from .shapes import Problems
from .version_views import note_archiving


async def put_version(kind: AssetKind, call: Call) -> Answer:
    """Service fact: asset contract 1.7 (create or full replacement; the content cannot change)."""
    check_name(call, kind.label, call.names[0])
    sent = call.bind(kind.version, kind.label)["properties"]
    stored = kind.version.fill({"properties": sent})["properties"]
    try:
        kind.rewrite(stored, call)
    except BadAsset as error:
        raise Refused(management_error(400, "UserError", str(error))) from error
    _check_sizes(kind, call, stored)
    await look_at_content(kind, call, stored)
    path = call.path
    if _is_renamed(kind, call, stored):
        path = f"{container_path(call)}/versions/{component_specs.service_version(stored)}"
    existing = call.state.resources.get(path)
    if existing is None:
        return _create(kind, call, path, sent, stored)
    return _update(kind, call, existing, sent, stored)


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


def _is_renamed(kind: AssetKind, call: Call, stored: dict[str, Any]) -> bool:
    """Whether the service gives the version a name of its own. Service fact: asset contract 14.3, 14.25."""
    renames = call.state.policies["anonymous_component_version"] == "service"
    return kind is COMPONENT and bool(stored["isAnonymous"]) and renames


def _create(kind: AssetKind, call: Call, path: str, sent: dict[str, Any], stored: dict[str, Any]) -> Answer:
    now = call.state.clock.now()
    container = call.state.resources.get(container_path(call))
    if container is None:
        container = new_container(kind, call, {"dataType": stored.get("dataType")}, now)
    elif kind is DATA and container.properties["dataType"] != stored["dataType"]:
        message = f"All versions of data '{call.names[0]}' must be of type {container.properties['dataType']}."
        raise Refused(management_error(400, "UserError", message))
    if _is_logged(kind, stored) and sent.get("stage") is None:
        stored["stage"] = call.state.policies["anonymous_stage"]
    resource = Resource(path, stored, created=now, modified=now, api_version=call.api_version)
    resource.modified_by = kind is not DATA
    call.state.resources.put(resource)
    _count(kind, container, resource)
    headers = {"Location": call.url(call.path, call.raw_query)}
    if kind is ENVIRONMENT:
        headers |= build_headers(call.state, container.path)
    return Answer(201, render_version(kind, call, resource), headers)


def _is_logged(kind: AssetKind, stored: dict[str, Any]) -> bool:
    """Whether a version is one of those that only a log refers to. Service fact: asset contract 14.4, 14.14."""
    if kind is COMPONENT:
        return bool(stored["isAnonymous"]) and stored["componentSpec"].get("name") == component_specs.ANONYMOUS
    return kind in (MODEL, ENVIRONMENT) and bool(stored["isAnonymous"])


def _count(kind: AssetKind, container: Resource, resource: Resource) -> None:
    """Note the newest version; an anonymous environment is none. Service fact: asset contract 1.9, 14.4."""
    container.extra["highest"] = max(container.extra["highest"], number(resource.name))
    if kind is ENVIRONMENT and resource.properties["isAnonymous"]:
        container.extra["latest"] = container.extra["latest"] or "0"
    else:
        container.extra["latest"] = resource.name


def _update(kind: AssetKind, call: Call, existing: Resource, sent: dict[str, Any], stored: dict[str, Any]) -> Answer:
    _refuse_change(kind, call, existing, stored)
    was_archived = bool(existing.properties["isArchived"])
    _archive(kind, call, sent, existing, stored)
    if kind is MODEL:
        # Service fact: asset contract 14.14. What a job made stays what that job made.
        stored["isAnonymous"] = stored["isAnonymous"] or existing.properties["isAnonymous"]
        stored["jobName"] = stored["jobName"] or existing.properties["jobName"]
    status = _status_of_update(kind, call, sent, stored)
    if kind is COMPONENT and "stage" not in sent:
        stored["stage"] = existing.properties["stage"]
    # Service fact: asset contract 14.2, 14.17 (a version of an environment never shows when it was changed).
    moves = stored != existing.properties if kind is ENVIRONMENT else True
    existing.properties = stored
    if kind is ENVIRONMENT:
        note_archiving(existing, was_archived, call)
    if moves and status != 201:
        existing.modified = call.state.clock.now()
        existing.modified_by = True
    headers = {"Location": call.url(call.path, call.raw_query)} if status == 201 else {}
    return Answer(status, render_version(kind, call, existing), headers)


def _status_of_update(kind: AssetKind, call: Call, sent: dict[str, Any], stored: dict[str, Any]) -> int:
    """Service fact: asset contract 14.2, 14.3. (A2)"""
    if kind is ENVIRONMENT:
        return 201 if sent.get("isArchived") else call.state.policies.status("equal_put_status")
    return 201 if _is_renamed(kind, call, stored) else 200


def _refuse_change(kind: AssetKind, call: Call, existing: Resource, stored: dict[str, Any]) -> None:
    """(A1)"""
    changed = next((name for name in kind.immutable if existing.properties.get(name) != stored.get(name)), None)
    if kind is COMPONENT:
        policy = call.state.policies["pipeline_component_without_jobs"]
        component_specs.keep_jobs(existing.properties, stored, policy)
        changed = component_specs.changed_field(existing.properties, stored, policy)
    if changed:
        status = kind.refusal_status or call.state.policies.status("immutable_status")
        message = kind.refusal.format(name=call.names[0], version=call.names[1], field=changed)
        shown = call.state.policies["conflict_details"] == "present"
        details = [{"code": f"{kind.label}Conflict", "message": message}] if shown else []
        raise Refused(management_error(status, "UserError", message, inner=kind.refusal_codes, details=details))


def _archive(kind: AssetKind, call: Call, sent: dict[str, Any], existing: Resource, stored: dict[str, Any]) -> None:
    """Service fact: asset contract 1.8, 14.13 (beside a `stage` an environment's `isArchived` counts for nothing)."""
    if not kind.archive_policy:
        return
    policies = call.state.policies
    stage = sent.get("stage")
    if stage is not None and policies[kind.archive_policy] == "ignored":
        stored["isArchived"] = stage.lower() == "archived"
        return
    if kind is ENVIRONMENT and policies["environment_archive"] == "ignored":
        stored["isArchived"] = existing.properties["isArchived"]
    if stored["isArchived"]:
        stored["stage"] = "Archived"
    elif existing.properties["isArchived"]:
        stored["stage"] = policies["restored_stage"]
    elif stage is None:
        stored["stage"] = existing.properties["stage"]


def new_container(kind: AssetKind, call: Call, properties: dict[str, Any], now: datetime) -> Resource:
    """A container, stored."""
    filled = kind.container.fill({"properties": {"description": kind.container_description, **properties}})
    resource = Resource(container_path(call), filled["properties"], created=now, modified=now)
    resource.extra = {"latest": None, "highest": 0}
    call.state.resources.put(resource)
    return resource


def container_path(call: Call) -> str:
    """Path of the container that a call about it or about a version names."""
    return "/".join(call.path.split("/")[:11])


def number(version: str) -> int:
    """The number that a version is; 0 when it is none."""
    return int(version) if version.isascii() and version.isdecimal() else 0
