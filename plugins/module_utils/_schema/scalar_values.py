# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Value types of single values: texts, numbers, booleans, choices, durations."""

from __future__ import annotations

import re
import typing as t

from .._names.arm_id import WorkspaceId
from .._names.json_types import Json
from .value_type import ValueType

_NOWHERE = WorkspaceId("", "", "")  # a duration is the same in every workspace


class Text(ValueType):
    """Free text, optionally of a given pattern; an absent text equals an empty one.

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
    """An Azure region; ``East US`` equals ``eastus``."""

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
    """True or false in the task, the text ``True`` or ``False`` in JSON (batch contract 4.5)."""

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        return str(value)

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return {"true": True, "false": False}.get(str(value).lower())

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return None if value is None else str(value).lower()


class Switch(ValueType):
    """True or false in the task, ``Enabled`` or ``Disabled`` in JSON.

    ``NotSpecified`` equals either: the service decides, and returns its decision later (assets contract 3.3, 3.5).
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
    """A closed set: choice of the option -> the service's word. The service ignores the case of its words.

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
    """Seconds in the task, an ISO 8601 duration in JSON; ``PT60S`` equals ``PT1M`` (batch contract 11).

    ``unit``: seconds per unit of the option: 1, or 60 for minutes.
    """

    type = "int"
    _PATTERN = re.compile(r"P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")

    def __init__(self, *, minimum: int = 0, maximum: int | None = None, unit: t.Literal[1, 60] = 1) -> None:
        self.minimum = minimum
        self.maximum = maximum
        self.unit = unit

    def from_file(self, value: t.Any) -> t.Any:
        """An ISO 8601 duration as the number that it is exactly; any other value unchanged."""
        seconds = self.canonical(value, _NOWHERE) if isinstance(value, str) else value
        return int(seconds / self.unit) if isinstance(seconds, float) and seconds % self.unit == 0 else value

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
