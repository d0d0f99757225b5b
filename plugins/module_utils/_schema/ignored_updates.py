# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Updates that the service may accept and ignore: what a resource keeps of them, so that none is sent for ever.

The update of such a field adds a key to a map of the resource whose keys stay, named by the value that was replaced. A
resource that still has this value, and keeps no attempt on another one, was never changed: the service ignores the
update. An attempt on another value shows that the field has changed before, and can change again. Pure functions.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

from .._names.dotted_path import get_at
from .._names.json_types import Json
from .resource_type import Change, Field, ResourceType


def is_ignored(resource: ResourceType, field: Field, current: Json) -> bool:
    """True if the service is known to ignore an update of the field."""
    if field.change is not Change.ONCE:
        return False
    return _attempts(resource, field, current) == {_attempt(field, current)}


def attempts(resource: ResourceType, fields: t.Iterable[Field], current: Json) -> dict[str, Json]:
    """What an update of the fields adds to the map; after two attempts on a field another would say nothing new."""
    return {_attempt(field, current): "true" for field in fields if len(_attempts(resource, field, current)) < 2}


def prefix(option: str) -> str:
    """How the keys of attempts on an option begin."""
    return f"{option}_sent_in_place_of_"


def _attempts(resource: ResourceType, field: Field, current: Json) -> set[str]:
    kept = get_at(current, t.cast(str, resource.attempts_at)) or {}
    return {key for key in kept if key.startswith(prefix(field.option))}


def _attempt(field: Field, current: Json) -> str:
    value = json.dumps(field.read_from(current))
    return f"{prefix(field.option)}{hashlib.sha256(value.encode()).hexdigest()[:16]}"
