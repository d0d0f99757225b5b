# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""A version of an asset: the JSON that creates or updates it, where its files are, how a diff shows it. All pure."""

from __future__ import annotations

import copy
import typing as t
import urllib.parse

from .._errors import InvalidOption
from .._local.files import HASH_VERSION, Content
from .._names.dotted_path import get_at, set_at
from .._names.json_types import Json
from .._names.storage_uri import datastore_uri, upload_place
from .._schema.asset_type import ARCHIVED_AT
from .._schema.component_spec import WORDS
from .._schema.component_values import content_hash, fingerprint, is_pipeline, is_whole
from .body import Body, merged_body, update_body
from .definition import NAME
from .desired_version import DesiredVersion
from .difference import Comparison, compare
from .validate import Desired

if t.TYPE_CHECKING:
    from .._service.datastore_storage import Datastore

FINGERPRINT_AT = "properties.properties.client_component_hash"
CONTENT_HASH_AT = "properties.properties.component_content_hash"
HASH_AT = "properties.properties.hash_sha256"
HASH_VERSION_AT = "properties.properties.hash_version"


def version_body(desired: DesiredVersion, uri: str | None, version: str) -> Body:
    """What creates the version; ``uri``: where its uploaded files are, None if that is unknown."""
    asset = desired.asset
    body = merged_body(asset, {}, copy.deepcopy({**asset.constants, **desired.described, **desired.values}))
    if uri and desired.files:
        field = next(field for field in asset.content if field.option == desired.files.option)
        set_at(body, field.at, uri)
    if desired.files and desired.is_pending_upload:
        set_at(body, HASH_AT, desired.hash)
        set_at(body, HASH_VERSION_AT, HASH_VERSION)
    if asset.spec_at:
        get_at(body, asset.spec_at).update({"name": desired.options["name"], "version": version})
        _sign(body, desired)
    return body


def _update_of_component(body: Body, desired: DesiredVersion) -> Body:
    """The body of an update with the specification of the task in place of the one that the service has returned.

    The service does not return all of a specification, and changes what it returns (assets contract 9, 14.24). Words
    about the component (name, tags and the like) are those of ``body``.
    """
    at = t.cast(str, desired.asset.spec_at)
    words = {word: value for word, value in get_at(body, at).items() if word in WORDS}
    content = {key: value for key, value in copy.deepcopy(desired.values[at]).items() if key not in WORDS}
    set_at(body, at, {**content, **words})
    _sign(body, desired)
    return body


def _sign(body: Body, desired: DesiredVersion) -> None:
    """Add the hash by which the specification is recognised, and repeat its tags there, as the official SDK does."""
    spec = get_at(body, t.cast(str, desired.asset.spec_at))
    spec.pop("tags", None)
    if tags := get_at(body, "properties.tags"):
        spec["tags"] = tags
    if is_pipeline(spec):
        set_at(body, CONTENT_HASH_AT, content_hash(spec, desired.workspace))
    else:
        set_at(body, FINGERPRINT_AT, fingerprint(spec))


def compare_version(desired: DesiredVersion, current: Json) -> Comparison:
    """What is said about a version, and whether it is archived, compared with what the task asks; not its content."""
    content = {field.at for field in desired.asset.content}
    values = {at: value for at, value in desired.values.items() if at not in content}
    if bool(get_at(current, ARCHIVED_AT)) is not desired.archived:
        values[ARCHIVED_AT] = desired.archived
    return compare(Desired(desired.asset.with_archiving, desired.options, values, desired.workspace), current)


def version_update(desired: DesiredVersion, comparison: Comparison) -> Body:
    """What updates a version. Raises InvalidOption if it would lack a part that the service does not return."""
    body, at = update_body(comparison), desired.asset.spec_at
    if at is None:
        return body
    if at in desired.values:
        return _update_of_component(body, desired)
    if not is_whole(get_at(body, at)):
        raise InvalidOption(
            f"{NAME}: the service does not return the jobs of {desired.title}, and an update has to repeat them. Add "
            f"{NAME} to the task, with registered components as its steps. Nothing was changed."
        )
    return body


def has_hash_of(desired: DesiredVersion, current: t.Mapping[str, Json]) -> bool | None:
    """Whether the hash that a version of a component keeps is that of the task; None if it keeps none."""
    at = CONTENT_HASH_AT if is_pipeline(desired.values[t.cast(str, desired.asset.spec_at)]) else FINGERPRINT_AT
    kept = get_at(current, at)
    return None if kept is None else bool(kept == get_at(version_body(desired, None, ""), at))


def uploaded_uri(desired: DesiredVersion, datastore: Datastore) -> str:
    """Where the files of the task are once they are uploaded into a datastore."""
    files = t.cast(Content, desired.files)
    place = upload_place(files.object_hash, files.name)
    if desired.asset.upload and desired.asset.upload.to == "context":  # by its URL (assets contract 7.1)
        return f"{datastore.container_url}/{urllib.parse.quote(place)}/"
    return datastore_uri(desired.workspace, datastore.name, place)


def version_words(desired: DesiredVersion, version: str) -> dict[str, t.Any]:
    """A new version in a diff, as option values: the same in check mode and in the run."""
    words: dict[str, t.Any] = {"name": desired.options["name"], "version": version}
    values = {**desired.described, **desired.values}
    for field in desired.asset.fields:
        if field.at in values:
            set_at(words, field.option, field.shown(values[field.at], desired.workspace))
    if desired.files:
        set_at(words, desired.files.option, get_at(desired.options, desired.files.option))
        words["hash"] = desired.hash
    return words
