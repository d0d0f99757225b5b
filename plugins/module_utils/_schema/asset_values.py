# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Value types that only assets have."""

from __future__ import annotations

import json
import typing as t

from .._local.yaml_text import InvalidYaml, parse_yaml
from .._names.arm_id import WorkspaceId
from .._names.json_types import Json
from .map_values import TextMap
from .value_type import ValueType


class WithDefault(ValueType):
    """Another value type, where the service fills in ``absent`` for a missing value."""

    def __init__(self, inner: ValueType, absent: Json) -> None:
        self.inner = inner
        self.absent = absent

    def spec(self) -> dict[str, t.Any]:
        return self.inner.spec()

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        return self.inner.encode(value, workspace)

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return self.inner.decode(value, workspace)

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return self.inner.canonical(self.absent if value is None else value, workspace)


class Flavors(ValueType):
    """The formats of a model: name -> map of texts, one level deeper in JSON (assets contract 6)."""

    type = "dict"
    _texts = TextMap(empty_values=True)

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        flat = sorted(name for name, data in value.items() if not isinstance(data, dict))
        if flat:
            raise ValueError(f"{flat[0]} holds no map of names and values")
        return {name: {"data": self._texts.encode(data, workspace)} for name, data in value.items()}

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return {name: (flavor or {}).get("data") or {} for name, flavor in (value or {}).items()}

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return self.decode(value, workspace)


class TextList(ValueType):
    """Texts without order; an absent list equals an empty one."""

    type = "list"

    def spec(self) -> dict[str, t.Any]:
        return {"type": "list", "elements": "str"}

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return sorted(value or [])

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return self.decode(value, workspace)


class CondaFile(ValueType):
    """A conda specification: a map in the task, text in JSON, which the service returns as JSON text.

    Service fact: assets contract 7.2.
    """

    type = "raw"
    reads_file = True

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        return json.dumps(value, indent=2)

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return self.canonical(value, workspace)

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            return _yaml(value)


def _yaml(text: str) -> t.Any:
    """The value of YAML text, which older clients sent; text that is no YAML is returned unchanged."""
    try:
        return parse_yaml(text)
    except InvalidYaml:
        return text
