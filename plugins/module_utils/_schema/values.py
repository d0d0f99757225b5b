# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Wire types: how one option value travels to the service and back, and when two values are the same to the service.

A wire type has four faces:

- ``spec()``: the Ansible argument spec of the option (type, choices, elements);
- ``encode(value, workspace)``: option value -> JSON; raises ValueError when the value can never be right;
- ``decode(json, workspace)``: JSON -> option value;
- ``canonical(json, workspace)``: what the service makes of it; two JSON values are the same when these are equal.

Two more have an answer that fits nearly all: ``says(value)`` and ``resent(json)``.

Everything the service rewrites (casing, defaults for empty, durations, ids) is told here, once.
"""

from __future__ import annotations

import json
import re
import typing as t

from .._local.yaml_text import InvalidYaml, parse_yaml
from .._names.arm_id import WorkspaceId, same_id
from .._names.arm_id import parse as parse_id
from .._names.references import expand, parse
from .._names.storage_uri import comparison_key, long_form, upload_hash

Json = t.Any


class ValueType:
    """Text that the service keeps as it is; the base of all wire types."""

    type = "str"

    def spec(self) -> dict[str, t.Any]:
        return {"type": self.type}

    def says(self, value: t.Any) -> bool:
        """Does the task say anything with this option value? What it does not speak of is left alone."""
        return value is not None

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        return value

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return value

    def shown(self, value: Json, workspace: WorkspaceId) -> t.Any:
        """``decode`` for a diff: secrets that are wanted are told of, and hidden."""
        return self.decode(value, workspace)

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return value

    def same(self, one: Json, other: Json, workspace: WorkspaceId) -> bool:
        """Are these two JSON values one and the same to the service?"""
        return bool(self.canonical(one, workspace) == self.canonical(other, workspace))

    def resent(self, value: Json) -> Json:
        """The form in which a value that stands is sent back; None when it is not."""
        return value


class Text(ValueType):
    """Free text, optionally of a given shape. An absent text and an empty one are the same.

    ``ignore_case``: the service answers in another case than it was sent (vmSize: assets contract 3.4).
    """

    def __init__(self, *, pattern: str | None = None, rule: str = "", ignore_case: bool = False) -> None:
        self.pattern = pattern
        self.rule = rule
        self.ignore_case = ignore_case

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        if self.pattern is not None and not re.fullmatch(self.pattern, value):
            raise ValueError(f"{value!r} is not accepted: {self.rule}")
        return value

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        text = value or ""
        return text.lower() if self.ignore_case else text


class Location(Text):
    """An Azure region; ``East US`` and ``eastus`` are one."""

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return (value or "").replace(" ", "").lower()


class Integer(ValueType):
    """A whole number; the service also takes and compares numbers sent as text (batch contract 4.2)."""

    type = "int"

    def __init__(self, *, minimum: int | None = None, maximum: int | None = None) -> None:
        self.minimum = minimum
        self.maximum = maximum

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        if self.minimum is not None and value < self.minimum:
            raise ValueError(f"{value} is too small: the smallest value is {self.minimum}")
        if self.maximum is not None and value > self.maximum:
            raise ValueError(f"{value} is too large: the largest value is {self.maximum}")
        return value

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return None if value is None else int(value)

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return None if value is None else int(value)


class Boolean(ValueType):
    """True or false."""

    type = "bool"


class TextBoolean(Boolean):
    """True or false in the task, the text ``True`` or ``False`` on the wire (batch contract 4.5)."""

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        return str(value)

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return {"true": True, "false": False}.get(str(value).lower())

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return None if value is None else str(value).lower()


class Switch(ValueType):
    """True or false in the task, ``Enabled`` or ``Disabled`` on the wire.

    ``NotSpecified`` is the same as either: the service decides, and tells later (assets contract 3.3, 3.5).
    """

    type = "bool"

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        return "Enabled" if value else "Disabled"

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return {"enabled": True, "disabled": False}.get(str(value).lower())

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return None if value is None else str(value).lower()

    def same(self, one: Json, other: Json, workspace: WorkspaceId) -> bool:
        words = {self.canonical(one, workspace), self.canonical(other, workspace)}
        return len(words) == 1 or "notspecified" in words


class Choice(ValueType):
    """A closed set: option word -> service word. The service matches its words without regard to case.

    Service fact: batch contract 3.2.
    """

    def __init__(self, **words: str) -> None:
        self.words = words

    def spec(self) -> dict[str, t.Any]:
        return {"type": "str", "choices": list(self.words)}

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        return self.words[value]

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        known = {word.lower(): option for option, word in self.words.items()}
        return known.get(value.lower(), value) if isinstance(value, str) else value

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return None if value is None else str(value).lower()


class Duration(ValueType):
    """Seconds in the task, an ISO-8601 duration on the wire; ``PT60S`` and ``PT1M`` are one (batch contract 11).

    ``unit``: how many seconds the task counts as one, 60 for minutes.
    """

    type = "int"
    _PATTERN = re.compile(r"P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")

    def __init__(self, *, minimum: int = 0, maximum: int | None = None, unit: t.Literal[1, 60] = 1) -> None:
        self.minimum = minimum
        self.maximum = maximum
        self.unit = unit

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        name = "s" if self.unit == 1 else "min"
        if value < self.minimum:
            raise ValueError(f"{value} {name} is too short: the shortest is {self.minimum} {name}")
        if self.maximum is not None and value > self.maximum:
            raise ValueError(f"{value} {name} is too long: the longest is {self.maximum} {name}")
        minutes, seconds = divmod(value * self.unit, 60)
        hours, minutes = divmod(minutes, 60)
        parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
        return "PT" + ("".join(f"{number}{unit}" for number, unit in parts if number) or "0S")

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        seconds = self.canonical(value, workspace)
        return int(seconds / self.unit) if isinstance(seconds, float) else value

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        match = self._PATTERN.fullmatch(value or "")
        if not match:
            return value
        days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


class TextMap(ValueType):
    """A map of text to text. Absent and empty are the same.

    With ``empty_values: False`` the service refuses empty values, and yet may tell some that a policy put there: to
    us they are not there. ``hidden`` keys are the service's own and never shown.

    Service fact: assets contract 8.1, batch contract 9.1 and open question 19.
    """

    type = "dict"

    def __init__(self, *, empty_values: bool = False, hidden: t.Collection[str] = ()) -> None:
        self.empty_values = empty_values
        self.hidden = hidden

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        texts = {str(key): _text(str(key), item) for key, item in value.items()}
        empty = [] if self.empty_values else sorted(key for key, text in texts.items() if not text)
        if empty:
            raise ValueError(
                f"the value of {', '.join(empty)} is empty: the service refuses empty values, give one or drop the key"
            )
        return texts

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return {key: item for key, item in (value or {}).items() if key not in self.hidden}

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return {key: item or "" for key, item in (value or {}).items() if item or self.empty_values}

    def resent(self, value: Json) -> Json:
        return {key: item for key, item in (value or {}).items() if item or self.empty_values}


class JsonMap(ValueType):
    """A map of anything, which only the service understands. Absent and empty are the same (batch contract 4.2)."""

    type = "dict"

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return value or {}

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return value or {}


class ChildName(Text):
    """The name of something that lives below the resource itself, e.g. one of an endpoint's ``deployments``."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind


class Reference(ValueType):
    """Another resource of the workspace: a short form (``azureml:name:version``, ``name``) or a full id.

    ``kind`` is the segment in the ARM path (``models``, ``computes`` ...). ``name@latest`` passes as it is: what it
    means takes a request, which is the business of the floor above.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        return value if parse(value, self.kind).label else expand(value, self.kind, workspace)

    def target(self, value: Json) -> str | None:
        """The id that the JSON points at."""
        return t.cast("str | None", value)

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        target = self.target(value)
        if not target:
            return None
        try:
            full = expand(target, self.kind, workspace)
        except ValueError:  # another client left a form that we do not write: equal only to itself
            return target
        parsed = parse_id(full)
        return parsed.comparison_key() if parsed else full


class NameReference(Reference):
    """A reference to something of this workspace that travels as its name alone (batch contract 4.5)."""

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        full = expand(value, self.kind, workspace)
        name = full.rpartition("/")[2]
        if not same_id(full, workspace.child(self.kind, name)):
            raise ValueError(f"{value!r} is not in this workspace, and only a name can be told to the service")
        return name

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return (value or "").lower()


class WrappedReference(Reference):
    """A reference that travels as ``{"referenceType": "Id", "assetId": ...}`` (batch contract 4.1).

    The references by path that other clients may have written (``DataPath``, ``OutputPath``) are read, never written.
    """

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        return {"referenceType": "Id", "assetId": super().encode(value, workspace)}

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return self.target(value)

    def target(self, value: Json) -> str | None:
        if not isinstance(value, dict):
            return None
        if "path" in value:
            holder = value.get("datastoreId") or value.get("jobId")
            return f"azureml:{holder}/paths/{value['path']}"
        return value.get("assetId")


class CondaFile(ValueType):
    """A conda specification: a mapping for us, text on the wire, which the service answers as JSON text.

    Service fact: assets contract 7.2.
    """

    type = "raw"

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


class StorageUri(ValueType):
    """A place in storage: a datastore path in its long or short form, or a URL (assets contract 12).

    Shown in the long form and one case, as the service answers now this one and now that.
    """

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return long_form(value or "", workspace) or value

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return comparison_key(value, workspace) if value else None


class UploadHash(ValueType):
    """Read only: the hash that is part of the URI of files that this collection or the official SDK uploaded."""

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return upload_hash(value or "")


class AssetReference(ValueType):
    """Read only: the id of an asset version as tasks write it, ``azureml:name:version``."""

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        found = parse_id(value or "")
        return f"azureml:{found.name}:{found.version}" if found else None


def _yaml(text: str) -> t.Any:
    """JSON is what the service answers; YAML only what older clients left behind. Other text stands for itself."""
    try:
        return parse_yaml(text)
    except InvalidYaml:
        return text


def _text(key: str, value: t.Any) -> str:
    """Numbers and booleans become the text a reader of the task expects: ``true`` stays ``true``."""
    if isinstance(value, (dict, list)):
        raise ValueError(f"the value of {key} is not text but {'a map' if isinstance(value, dict) else 'a list'}")
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
