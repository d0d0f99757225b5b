# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Whether a version that exists holds the content of the task. Pure functions."""

from __future__ import annotations

import typing as t
import urllib.parse

from .._errors import ImmutableFieldError
from .._local.files import Content
from .._names.datastore_path import read_datastore_path
from .._names.dotted_path import get_at
from .._names.json_types import Json
from .._names.storage_uri import upload_hash, upload_place
from .._schema.asset_type import ARCHIVED_AT
from .._schema.component_values import unseen
from .._schema.resource_type import Field
from .desired_version import DesiredVersion
from .version_body import HASH_AT, has_hash_of


def holds_content(desired: DesiredVersion, current: t.Mapping[str, Json]) -> bool:
    """True for a version that holds the content of the task and is not archived."""
    return not get_at(current, ARCHIVED_AT) and not _differences(desired, current)


def is_meant(desired: DesiredVersion, current: t.Mapping[str, Json]) -> bool:
    """True for a version that holds the content of the task; an archived one only if the task names the version."""
    is_named = desired.options["version"] is not None
    return not _differences(desired, current) if is_named else holds_content(desired, current)


def require_same_content(desired: DesiredVersion, current: t.Mapping[str, Json]) -> None:
    """Raises ImmutableFieldError for a version with other content."""
    differences = _differences(desired, current)
    if differences:
        raise ImmutableFieldError(
            f"{desired.title}: version {current['name']} holds other content, and versions cannot be changed: "
            f"{'; '.join(differences)}. Leave version out for the version that holds the content of the task "
            "or the next one, give a version that does not exist yet, or give the current content."
        )


def require_shared_content(desired: DesiredVersion, container: t.Mapping[str, Json] | None) -> None:
    """Raises ImmutableFieldError if no version of this name can have the content of the task."""
    for field in desired.asset.shared:
        now, goal = get_at(container, field.at), desired.values.get(field.at)
        if None not in (now, goal) and not field.value_type.same(goal, now, desired.workspace):
            there, here = (field.shown(value, desired.workspace) for value in (now, goal))
            raise ImmutableFieldError(
                f"{desired.title}: {field.option} is {there} for all its versions, the task asks for {here}. "
                f"Choose another name, or correct {field.option}. Nothing was changed."
            )


def _differences(desired: DesiredVersion, current: t.Mapping[str, Json]) -> list[str]:
    """How the content of a version differs from that of the task, in words.

    An option that the task leaves out counts as absent, as it will be in a new version. A task that gives no content
    at all is about description, tags and properties alone.
    """
    if not desired.gives_content:
        return []
    differences = []
    for field in desired.asset.content:
        now, goal = get_at(current, field.at), desired.values.get(field.at)
        if desired.files and field.option == desired.files.option:
            if not _are_files(desired, desired.files, current, now or ""):
                differences.append(_other_files(desired, desired.files, field, current))
        elif field.at == desired.asset.spec_at:
            differences += _other_specification(desired, field, current)
        elif _counts(desired, field) and not field.value_type.same(goal, now, desired.workspace):
            there, here = (field.shown(value, desired.workspace) for value in (now, goal))
            differences.append(f"{field.option} is {there or 'absent'}, the task asks for {here or 'none'}")
    return differences


def _counts(desired: DesiredVersion, field: Field) -> bool:
    """False if the task leaves the option out but every version has a value: then any value is accepted."""
    return field.at in desired.values or not (field.needed or field.option in desired.asset.one_of)


def _other_specification(desired: DesiredVersion, field: Field, current: t.Mapping[str, Json]) -> list[str]:
    """Where the specification differs; nowhere if its hash is the same, whatever the service has added since.

    The service does not return the jobs of a pipeline (assets contract 14.24). If the version keeps no hash of them
    either, as those that the official SDK registers, only the task that names this version means it.
    """
    is_same = has_hash_of(desired, current)
    if is_same:
        return []
    now, goal = get_at(current, field.at), desired.values[field.at]
    hidden = unseen(goal, now)
    compared = {key: value for key, value in goal.items() if key not in hidden}
    differences = [f"{path} differs" for path in field.value_type.differences(compared, now, desired.workspace)]
    if hidden and not differences and (is_same is False or desired.options["version"] is None):
        parts = " or ".join(hidden)
        reason = f"{parts} differs" if is_same is False else f"{parts} may differ, which the service does not return"
        return [reason]
    return differences


def not_compared(desired: DesiredVersion, current: t.Mapping[str, Json]) -> list[str]:
    """The parts of the task's specification of which nothing shows whether a version has them."""
    at = desired.asset.spec_at
    if at not in desired.values or has_hash_of(desired, current) is not None:
        return []
    return unseen(desired.values[at], get_at(current, at))


def _are_files(desired: DesiredVersion, files: Content, current: t.Mapping[str, Json], uri: str) -> bool:
    if desired.is_pending_upload:
        known = get_at(current, HASH_AT)
        # Without that property it is code that an older client has put into a datastore.
        return bool(known == files.content_hash if known else upload_hash(uri) == files.object_hash)
    place = read_datastore_path(uri)
    if desired.datastore and (place is None or place.datastore.lower() != desired.datastore.lower()):
        return False
    plain = uri if place else urllib.parse.unquote(uri)
    return plain.rstrip("/").endswith(f"/{upload_place(files.object_hash, files.name)}")


def _other_files(desired: DesiredVersion, files: Content, field: Field, current: t.Mapping[str, Json]) -> str:
    uri = field.shown(get_at(current, field.at), desired.workspace)
    if desired.is_pending_upload:
        return f"it has hash {get_at(current, HASH_AT)} ({uri}), {files.path} has hash {desired.hash}"
    store = f" in datastore {desired.datastore}" if desired.datastore else ""
    return f"{field.option} is {uri}, {files.path} would be {upload_place(files.object_hash, files.name)}{store}"
