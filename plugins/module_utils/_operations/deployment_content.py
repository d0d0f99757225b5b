# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What a deployment that a role is about to create is made of, as a text from which it can have its name."""

from __future__ import annotations

import hashlib
import json
import typing as t

from .._engine.definition import NAME, read_document
from .._engine.entry import Entry
from .._engine.inline_publication import InlinePublication
from .._engine.inline_references import own_name
from .._errors import InvalidOption
from .._names.dotted_path import get_at
from .._schema.resource_type import Options
from .._service.workspace import Workspace
from .._types.batch_deployment import COMMON_FIELDS
from .entry_references import EntryReferences, short_id

UNNAMED = "unnamed"
"""The name of a deployment until it has one from its content."""


def is_named(given: Options) -> bool:
    """Whether an entry has a name, itself or in its definition. What is wrong with that is found when it is read."""
    if given.get("name") is not None or given.get(NAME) is None:
        return given.get("name") is not None
    try:
        return read_document(given[NAME]).tree.get("name") is not None
    except InvalidOption:
        return True


def content_of(entry: Entry, references: t.Mapping[str, str], own: EntryReferences, workspace: Workspace) -> str:
    """A digest of all that the predictions depend on: the same for the same settings, and versions of assets.

    Description, tags and properties do not count. ``references``: option -> key, as ``own`` resolved them. Versions of
    what is about to be published are predicted, which costs requests. Raises InvalidOption.
    """
    apart = {field.option for field in COMMON_FIELDS}
    texts = {option: own.content(key) for option, key in references.items()} | _described(entry, workspace)
    values: dict[str, t.Any] = {"type": (entry.options.get("type") or "model")}
    for field in entry.table.fields:
        given = get_at(entry.options, field.option)
        if field.option in texts:
            values[field.option] = texts[field.option]
        elif field.option not in apart and field.value_type.is_given(given):
            values[field.option] = field.value_type.encode(given, workspace.id)
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _described(entry: Entry, workspace: Workspace) -> dict[str, str]:
    """What becomes of the assets that a definition describes inline, by the option that describes each."""
    endpoint = str(entry.options["endpoint_name"])
    inline = InlinePublication.read(
        {option: (asset, own_name(endpoint, option)) for option, asset in (entry.options.get(NAME) or {}).items()},
        workspace,
    )
    ids = inline.published(inline.predict({})).ids
    return {option: short_id(target, workspace) for option, target in ids.items()}
